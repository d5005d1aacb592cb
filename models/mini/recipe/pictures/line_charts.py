"""Line charts of one line that rises, falls, or does one after the other."""

import random
from dataclasses import dataclass

from .canvas import Canvas
from .chart_parts import ROOMY, Frame, SmallPrint, about_the_chart, draw_axes, draw_grid, size_ranks, spread, write_title
from .colours import COLOURS, Colour, colours_on, varied
from .grammar import EN_ORDINALS, Both, Noun, a, capital, ordinal_fr
from .phrases import DESCRIBE
from .scene import Question, Scene
from .size import Size
from .sources import Sources

TRENDS: dict[str, Both] = {
    "up": {"en": "goes up", "fr": "monte"},
    "down": {"en": "goes down", "fr": "descend"},
    "up, down": {"en": "goes up, then down", "fr": "monte, puis descend"},
    "down, up": {"en": "goes down, then up", "fr": "descend, puis monte"},
}
POINT = Noun("point", "point", "m")
MARGIN = 8
MOST_POINTS = 7
# What of the line belongs to one point, as a hint, in units.
POINT_AROUND = 3
# Between printed values, in units.
PRINT_GAP = 8


@dataclass(frozen=True)
class LineChart:
    colour: Colour
    trend: str
    values: list[int]
    marked: bool
    """Whether its points can be counted."""
    printed: bool
    """Whether values are written next to the points."""


def draw(rng: random.Random, size: Size, sources: Sources) -> Scene:
    canvas = Canvas(rng, size)
    small = SmallPrint(rng, canvas, sources)
    marked, roomy = rng.random() < 0.75, min(size) >= ROOMY
    digits = small.width("88")
    has_room = roomy and size.width - 2 * (MARGIN + digits) >= 3 * (digits + PRINT_GAP)
    printed = marked and has_room and rng.random() < 0.35
    title, top = write_title(rng, small, 0.3 if roomy else 0)
    aside, above = (digits, small.height + 5) if printed else (0, 0)
    frame = Frame(MARGIN + aside, top + MARGIN + above, size.width - MARGIN - aside, size.height - MARGIN - above)
    count = _count(rng, frame, digits + PRINT_GAP if printed else 14)
    trend = rng.choice(list(TRENDS))
    apart = max(0.1, 7 / (frame.bottom - frame.top))
    values = _values(rng, trend, spread(rng, count, rng.choice((20, 50, 99)) if printed else 100, apart))
    chart = LineChart(COLOURS[rng.choice(colours_on(canvas.ground))], trend, values, marked, printed)
    _paint(rng, small, frame, chart)
    facts = {"kind": "line", "names": [chart.colour.en], "values": values, "trend": trend, "ground": canvas.ground}
    asked = [*_questions(chart), *about_the_chart(rng, "line", title, canvas.ground)]
    return Scene(canvas.finish(), _described(chart), asked, facts)


def _count(rng: random.Random, frame: Frame, least: float) -> int:
    """As many points as there is room for: `least` is the least distance of two, in units."""
    across, down = int((frame.right - frame.left) / least) + 1, int((frame.bottom - frame.top) / 8)
    return rng.randint(4, max(4, min(MOST_POINTS, across, down)))


def _values(rng: random.Random, trend: str, ascending: list[int]) -> list[int]:
    """The values in an order that makes the line go that way; where it turns, both of its sides are steep."""
    if trend == "up":
        return ascending
    if trend == "down":
        return ascending[::-1]
    # From the turn on outwards: the two furthest values are at the two ends.
    outwards = ascending[::-1] if trend == "up, down" else ascending
    turn, between, ends = outwards[0], outwards[1:-2], outwards[-2:]
    rng.shuffle(ends)
    left = [value for value in between if rng.random() < 0.5]
    right = [value for value in between if value not in left]
    return [ends[0], *left[::-1], turn, *right, ends[1]]


def _paint(rng: random.Random, small: SmallPrint, frame: Frame, chart: LineChart) -> None:
    canvas, values, rgb = small.canvas, chart.values, varied(rng, chart.colour.rgb)
    draw_grid(rng, canvas, frame)
    draw_axes(rng, canvas, Frame(4, frame.top, canvas.size.width - 4, canvas.size.height - 4), upright=False, level=False)
    step, height = (frame.right - frame.left) / (len(values) - 1), frame.bottom - frame.top
    highest, lowest = max(values), min(values)
    points = [(frame.left + step * i, frame.bottom - height * (value - lowest) / (highest - lowest)) for i, value in enumerate(values)]
    width = rng.uniform(1.8, 3.2)
    canvas.line(points, rgb, width)
    if chart.marked:
        r = width + rng.uniform(0.8, 1.8)
        for x, y in points:
            canvas.ellipse(x, y, r, r, fill=rgb)
    ranks = size_ranks(values)
    if chart.printed:
        for i, (x, y) in enumerate(points):
            _write_value(small, values, i, ranks[i], x, y)
    small.mark()
    canvas.labels.mark(canvas.labels.along(points), "line", chart.colour.en)
    if chart.marked:
        for index, (x, y) in enumerate(points):
            around = canvas.labels.within_box(x - POINT_AROUND, y - POINT_AROUND, x + POINT_AROUND, y + POINT_AROUND)
            canvas.labels.mark_part(around, "line", chart.colour.en, index, ranks[index])


def _write_value(small: SmallPrint, values: list[int], i: int, rank: int, x: float, y: float) -> None:
    """Above a top, below a bottom, else on the side from which the line does not come."""
    text, off = str(values[i]), small.height / 2 + 5
    before, after = values[max(0, i - 1)], values[min(len(values) - 1, i + 1)]
    half = small.width(text) / 2
    if before < values[i] > after:
        spot = x, y - off
    elif before > values[i] < after:
        spot = x, y + off
    elif before < after:
        spot = x - half, y - off
    else:
        spot = x + half, y - off
    small.write(text, *spot, part=(i, rank))


def _described(chart: LineChart) -> Question:
    colour, trend = chart.colour, TRENDS[chart.trend]
    answer = {
        "en": f"A line chart with {a(colour.en)} line that {trend['en']}.",
        "fr": f"Un graphique avec une courbe {colour.fr('f')} qui {trend['fr']}.",
    }
    return Question("line: describe", DESCRIBE, answer)


def _questions(chart: LineChart) -> list[Question]:
    found = [_trend(chart), _color(chart.colour)]
    if chart.marked:
        found.append(Question("line: count", POINT.how_many(), POINT.there_are(len(chart.values))))
        found += [_extreme_point(chart, "highest", "haut"), _extreme_point(chart, "lowest", "bas")]
    if chart.printed:
        found += [_value(index, value) for index, value in enumerate(chart.values)]
    return found


def _trend(chart: LineChart) -> Question:
    trend = TRENDS[chart.trend]
    asked = {
        "en": [
            "Does the line go up or down?", "What does the line do?", "How does the line go?", "What is the trend?",
            "Is the line going up or down?",
            "Does it rise or fall?", "How does the value change?",
        ],
        "fr": [
            "La courbe monte ou descend ?", "Que fait la courbe ?", "La courbe monte-t-elle ou descend-elle ?", "Quelle est la tendance ?",
            "Comment évolue la courbe ?", "Est-ce que ça monte ou est-ce que ça descend ?",
        ],
    }  # fmt: skip
    return Question("line: trend", asked, {"en": f"The line {trend['en']}.", "fr": f"La courbe {trend['fr']}."})


def _color(colour: Colour) -> Question:
    asked = {
        "en": ["What color is the line?", "What colour is the line?", "Which color is the line?", "What is the color of the line?"],
        "fr": [
            "De quelle couleur est la courbe ?",
            "Quelle est la couleur de la courbe ?",
            "La courbe est de quelle couleur ?",
            "De quelle couleur est la ligne ?",
        ],
    }
    return Question("line: color", asked, {"en": f"The line is {colour.en}.", "fr": f"La courbe est {colour.fr('f')}."})


def _extreme_point(chart: LineChart, en: str, fr: str) -> Question:
    index = chart.values.index(max(chart.values) if en == "highest" else min(chart.values))
    return Question(
        f"line: {en} point",
        {
            "en": [f"Which point is the {en}?", f"What is the {en} point?", f"Which point is {en}?", f"Where is the {en} point?"],
            "fr": [f"Quel point est le plus {fr} ?", f"Quel est le point le plus {fr} ?", f"Où est le point le plus {fr} ?"],
        },
        {"en": f"The {EN_ORDINALS[index]} point is the {en}.", "fr": f"Le {ordinal_fr(index, 'm')} point est le plus {fr}."},
    )


def _value(index: int, value: int) -> Question:
    en, fr = f"the {EN_ORDINALS[index]} point", f"le {ordinal_fr(index, 'm')} point"
    return Question(
        "line: value",
        {
            "en": [f"What is the value of {en}?", f"How much is {en}?", f"What number is at {en}?"],
            "fr": [f"Quelle est la valeur du {fr[3:]} ?", f"Combien vaut {fr} ?", f"{capital(fr)} vaut combien ?"],
        },
        {"en": f"{capital(en)} is {value}.", "fr": f"{capital(fr)} vaut {value}."},
        "value",
        {"en": [f"And {en}?", f"What about {en}?"], "fr": [f"Et {fr} ?", f"Et pour {fr} ?"]},
    )
