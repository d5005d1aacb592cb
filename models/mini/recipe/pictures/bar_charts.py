"""Bar charts: each bar of its own colour, or all of one colour, with or without labels."""

import random

from .bar_questions import Bar, BarChart, by_colour, by_label, by_position, described, questions
from .canvas import Canvas
from .chart_parts import ROOMY, Frame, SmallPrint, about_the_chart, draw_axes, draw_grid, size_ranks, spread, write_title
from .colours import COLOURS, colours_on, varied
from .scene import Scene
from .size import Size
from .sources import Sources

LETTERS = ("A", "B", "C", "D", "E", "F")
WORDS = (
    ("Jan", "Feb", "Mar", "Apr", "May", "Jun"), ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat"), ("Lun", "Mar", "Mer", "Jeu", "Ven", "Sam"),
    ("Ann", "Bob", "Eve", "Leo", "Max", "Zoe"), ("Paul", "Marc", "Tom", "Anne", "Luc", "Emma"), ("Tea", "Milk", "Cola", "Juice", "Water"),
    ("Cat", "Dog", "Fish", "Bird"), ("Bus", "Car", "Bike", "Train"), ("Rome", "Oslo", "Lima", "Paris"), ("Pop", "Rock", "Jazz", "Rap"),
    ("Pain", "Riz", "Lait", "Miel"), ("K", "L", "M", "P", "R", "S"), ("U", "V", "W", "X", "Y", "Z"),
)  # fmt: skip
MOST_BARS = 6
# The highest value there may be, where values are printed; with many bars it must not be small.
TOPS = (9, 10, 12, 20, 30, 50, 80, 99)
# From the edge of the picture: the least in units, the most as a share of the shorter side.
LEAST_MARGIN, MOST_MARGIN = 3, 0.13
# From print to what it belongs to, in units.
GAP = 4.0


def draw(rng: random.Random, size: Size, sources: Sources) -> Scene:
    canvas = Canvas(rng, size)
    small = SmallPrint(rng, canvas, sources)
    roomy = min(size) >= ROOMY
    lying = size.width >= ROOMY and rng.random() < 0.2
    labels = _labels(rng, size) if rng.random() < 0.3 else ()
    printed = (roomy or not labels) and rng.random() < 0.35
    title, top = write_title(rng, small, 0.3 if roomy or not (labels or printed) else 0)
    frame = _frame(rng, size, small, top, lying, printed, labels)
    chart = BarChart(_bars(rng, small, frame, lying, printed, labels), lying, printed)
    _paint(rng, small, frame, chart)
    facts = {
        "kind": "bars",
        "names": [bar.name["en"] for bar in chart.bars],
        "values": [bar.value for bar in chart.bars],
        "ground": canvas.ground,
    }
    return Scene(canvas.finish(), described(chart), questions(rng, chart) + about_the_chart(rng, "bars", title, canvas.ground), facts)


def _labels(rng: random.Random, size: Size) -> tuple[str, ...]:
    return LETTERS if size.width < ROOMY or rng.random() < 0.4 else rng.choice(WORDS)


def _frame(rng: random.Random, size: Size, small: SmallPrint, top: float, lying: bool, printed: bool, labels: tuple[str, ...]) -> Frame:
    margins = [rng.uniform(LEAST_MARGIN, MOST_MARGIN * min(size)) for _ in range(4)]
    left, top, right, bottom = margins[0], top + margins[1], size.width - margins[2], size.height - margins[3]
    if lying:
        left += max(small.width(label) for label in labels) + GAP if labels else 0
        right -= small.width("88") + GAP if printed else 0
    else:
        top += small.height + GAP if printed else 0
        bottom -= small.height + GAP if labels else 0
    return Frame(left, top, right, bottom)


def _count(rng: random.Random, small: SmallPrint, frame: Frame, lying: bool, printed: bool, labels: tuple[str, ...]) -> int:
    """As many bars as there is room for, so that print does not run into print and lengths can differ clearly."""
    breadth, length = frame.right - frame.left, frame.bottom - frame.top
    if lying:
        breadth, length, least = length, breadth, small.height + 5
    else:
        widths = [small.width(label) + 5 for label in labels] + [small.width("88") + 4] * printed
        least = max([13, *widths])
    return rng.randint(2, max(2, min(MOST_BARS, len(labels) or MOST_BARS, int(breadth / least), int(length / 11))))


def _bars(rng: random.Random, small: SmallPrint, frame: Frame, lying: bool, printed: bool, labels: tuple[str, ...]) -> list[Bar]:
    count = _count(rng, small, frame, lying, printed, labels)
    length = frame.right - frame.left if lying else frame.bottom - frame.top
    top = rng.choice(TOPS[count - 2 :]) if printed else 100
    values = spread(rng, count, top, max(0.11, 8 / length))
    rng.shuffle(values)
    colours = colours_on(small.canvas.ground)
    if labels:
        # Letters from A on; of words some, in their order.
        kept = labels[:count] if labels is LETTERS else [labels[i] for i in sorted(rng.sample(range(len(labels)), count))]
        colour = rng.choice(colours)
        return [by_label(label, colour, value) for label, value in zip(kept, values)]
    if rng.random() < 0.2:
        colour = rng.choice(colours)
        return [by_position(index, colour, value) for index, value in enumerate(values)]
    return [by_colour(colour, value) for colour, value in zip(rng.sample(colours, count), values)]


def _paint(rng: random.Random, small: SmallPrint, frame: Frame, chart: BarChart) -> None:
    canvas, bars = small.canvas, chart.bars
    draw_grid(rng, canvas, frame, upright=chart.lying)
    start, end = (frame.top, frame.bottom) if chart.lying else (frame.left, frame.right)
    length = (frame.right - frame.left if chart.lying else frame.bottom - frame.top) / rng.uniform(1, 1.15)
    step = (end - start) / len(bars)
    half = step * rng.uniform(0.28, 0.43)
    highest = max(bar.value for bar in bars)
    boxes = []
    ranks = size_ranks([bar.value for bar in bars])
    for index, bar in enumerate(bars):
        middle, extent = start + step * (index + 0.5), length * bar.value / highest
        if chart.lying:
            box = Frame(frame.left, middle - half, frame.left + extent, middle + half)
            label_spot = (frame.left - GAP - small.width(bar.label) / 2, middle)
            value_spot = (box.right + GAP + small.width(str(bar.value)) / 2, middle)
        else:
            box = Frame(middle - half, frame.bottom - extent, middle + half, frame.bottom)
            label_spot = (middle, frame.bottom + GAP + small.height / 2)
            value_spot = (middle, box.top - GAP + 1 - small.height / 2)
        canvas.box(*box, fill=varied(rng, COLOURS[bar.colour].rgb))
        boxes.append(box)
        if bar.label:
            small.write(bar.label, *label_spot, part=(index, ranks[index]))
        if chart.printed:
            small.write(str(bar.value), *value_spot, part=(index, ranks[index]))
    draw_axes(rng, canvas, frame, upright=chart.lying, level=not chart.lying)
    small.mark()
    for index, (box, bar, rank) in enumerate(zip(boxes, bars, ranks)):
        canvas.labels.mark_part(canvas.labels.within_box(*box), "bar", bar.colour, index, rank, bar.label)
