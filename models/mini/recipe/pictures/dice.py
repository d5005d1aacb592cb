"""One to four dice, a little turned, seen from above."""

import random
from dataclasses import dataclass

from .canvas import Canvas
from .colours import COLOURS, Rgb, stands_out, varied
from .dice_questions import description, questions_on
from .outlines import inside, rounded_box, turned
from .scene import Scene
from .size import Size
from .sources import Sources

SMALLEST_SIDE = 24.0
MOST_TURNED = 20
# Width of a die that is turned that far, in sides.
REACH = 1.3
COLOURED = ("red", "blue", "green", "purple", "black", "orange", "brown")
# Where the pips are, in quarters of the side from the middle.
PIPS = {
    1: ((0, 0),),
    2: ((-1, -1), (1, 1)),
    3: ((-1, -1), (0, 0), (1, 1)),
    4: ((-1, -1), (1, -1), (-1, 1), (1, 1)),
    5: ((-1, -1), (1, -1), (0, 0), (-1, 1), (1, 1)),
    6: ((-1, -1), (1, -1), (-1, 0), (1, 0), (-1, 1), (1, 1)),
}


@dataclass(frozen=True)
class Die:
    pips: int
    colour: str


@dataclass(frozen=True)
class Style:
    """What the dice of one picture share."""

    side: float
    corner: float
    pip: float
    thickness: float


def draw(rng: random.Random, size: Size, sources: Sources) -> Scene:
    canvas = Canvas(rng, size)
    canvas.hand_drawn = False
    side, places = _places(rng, size, rng.choices((1, 2, 3, 4), (36, 28, 20, 16))[0])
    style = Style(side, side * rng.uniform(0.1, 0.24), side * rng.uniform(0.085, 0.11), side * 0.07 if rng.random() < 0.3 else 0)
    colours = _colours(rng, canvas.ground, len(places))
    dice = [Die(rng.randint(1, 6), colour) for colour in colours]
    for die, (x, y) in zip(dice, places):
        _draw_die(canvas, die, style, x, y)
    pips, facts = [die.pips for die in dice], {"kind": "dice", "dice": [die.pips for die in dice]}
    return Scene(canvas.finish(), description(pips, colours), questions_on(rng, pips, colours, canvas.ground), facts)


def _places(rng: random.Random, size: Size, count: int) -> tuple[float, list[tuple[float, float]]]:
    """A side, and the middles of dice of that side, from left to right; fewer dice where there is no room for all."""
    side = rng.uniform(SMALLEST_SIDE, max(SMALLEST_SIDE, min(size) * 0.7 / count**0.5))
    while True:
        places = _scattered(rng, size, count, side)
        if places:
            return side, places
        side *= 0.92
        if side < SMALLEST_SIDE and count > 1:
            side, count = SMALLEST_SIDE * 1.2, count - 1


def _scattered(rng: random.Random, size: Size, count: int, side: float) -> list[tuple[float, float]]:
    """Apart from one another, and each clearly further right than the one before. Empty if that does not come about."""
    reach = side * REACH
    places: list[tuple[float, float]] = []
    if reach + 2 > min(size):
        return places
    for _ in range(50):
        x, y = (rng.uniform(reach / 2 + 1, length - reach / 2 - 1) for length in size)
        if all(abs(x - other_x) >= 0.45 * side and max(abs(x - other_x), abs(y - other_y)) >= reach for other_x, other_y in places):
            places.append((x, y))
            if len(places) == count:
                return sorted(places)
    return []


def _colours(rng: random.Random, ground: str, count: int) -> list[str]:
    if rng.random() < 0.5:
        return ["white"] * count
    coloured = [colour for colour in COLOURED if stands_out(colour, ground)]
    if rng.random() < 0.6:
        return [rng.choice(coloured)] * count
    return [rng.choice((*coloured, "white")) for _ in range(count)]


def _draw_die(canvas: Canvas, die: Die, style: Style, x: float, y: float) -> None:
    rng = canvas.rng
    degrees = rng.uniform(-MOST_TURNED, MOST_TURNED)
    rgb = varied(rng, COLOURS[die.colour].rgb, 4 if die.colour == "white" else 12)
    body = turned(rounded_box(x, y, style.side, style.side, style.corner), degrees, x, y)
    edge = _darker(rgb)
    if style.thickness:
        canvas.polygon([(px + style.thickness, py + style.thickness) for px, py in body], edge)
    canvas.polygon(body, rgb, edge, 1.3)
    canvas.labels.mark_thing(inside(body, canvas.labels.x, canvas.labels.y), f"die {die.pips}", die.colour)
    dots = COLOURS["black" if die.colour == "white" else "white"].rgb
    # A quarter of a turn changes how 2, 3 and 6 lie.
    degrees += rng.choice((0, 90))
    for across, down in PIPS[die.pips]:
        ((px, py),) = turned([(x + across * style.side * 0.26, y + down * style.side * 0.26)], degrees, x, y)
        canvas.ellipse(px, py, style.pip, style.pip, dots)


def _darker(rgb: Rgb) -> Rgb:
    red, green, blue = (value // 2 for value in rgb)
    return red, green, blue
