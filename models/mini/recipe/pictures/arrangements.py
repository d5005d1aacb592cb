"""Where the shapes of a drawing go, and what they look like: one large shape, two, a row, groups to count, one in another."""

import math
import random
from dataclasses import dataclass, replace

from .colours import COLOURS, colours_on, stands_out, varied
from .shapes import Thing
from .size import Size
from .vocabulary import SHAPES

# The least radius where there is room.
SMALLEST = 9.0
# How far a shape may be turned, in degrees, and remain what it is called; and in which of these positions it may stand.
TURNS = {
    "square": 12, "rectangle": 10, "triangle": 15, "star": 18, "diamond": 6, "cross": 10, "heart": 15, "oval": 10, "arrow": 6,
    "crescent": 35,
}  # fmt: skip
POSITIONS = {
    "rectangle": (0, 0, 90), "oval": (0, 0, 90), "triangle": (0, 0, 0, 180), "cross": (0, 0, 0, 45), "arrow": (0, 90, 180, 270),
    "crescent": (0, 180),
}  # fmt: skip
# The radius of a circle that fits into a shape, as a share of the shape's own.
ROOM_INSIDE = {"circle": 0.9, "square": 0.68, "rectangle": 0.43, "oval": 0.55, "heart": 0.42, "diamond": 0.5, "triangle": 0.45}


@dataclass(frozen=True)
class Look:
    """A shape's name, its colour, and how it is drawn."""

    shape: str
    colour: str
    outlined: bool = False
    bordered: bool = False


def arranged(rng: random.Random, size: Size, ground: str) -> list[Thing]:
    arrangement = rng.choices((one, two, several, groups, row, nested), (26, 22, 18, 18, 10, 6))[0]
    return arrangement(rng, size, ground)


def one(rng: random.Random, size: Size, ground: str) -> list[Thing]:
    """Where it is can be told for sure: in the middle third or clearly in an outer one."""
    thirds = (0, 0) if rng.random() < 0.4 else (rng.choice((-1, 0, 1)), rng.choice((-1, 0, 1)))
    most = min(length * 0.46 if third == 0 else length * 0.28 - 1 for third, length in zip(thirds, size))
    r = rng.uniform(max(SMALLEST, most * 0.3), most)
    x, y = (_in_third(rng, third, length, r) for third, length in zip(thirds, size))
    return [thing_of(rng, looks(rng, ground, 1)[0], x, y, r)]


def two(rng: random.Random, size: Size, ground: str) -> list[Thing]:
    """Side by side, or one above the other."""
    width, height = size
    across = rng.random() < 0.5 if 2 / 3 < width / height < 3 / 2 else width > height
    length, breadth = size if across else (height, width)
    most = min(length / 4 - 3, breadth / 2 - 2)
    radii = [rng.uniform(max(SMALLEST, most * 0.45), most) for _ in range(2)]
    first = rng.uniform(radii[0] + 1, length / 2 - radii[0] - 1)
    second = rng.uniform(length / 2 + radii[1] + 1, length - radii[1] - 1)
    # Apart mostly in one direction, so that it is clear which one it is.
    first_off = rng.uniform(radii[0] + 1, breadth - radii[0] - 1)
    second_off = _within(first_off + rng.uniform(-0.35, 0.35) * (second - first), breadth, radii[1])
    spots = [(first, first_off), (second, second_off)]
    return [thing_of(rng, look, *(spot if across else spot[::-1]), r) for look, spot, r in zip(looks(rng, ground, 2), spots, radii)]


def several(rng: random.Random, size: Size, ground: str) -> list[Thing]:
    """Three or four anywhere, so that their order from left to right is clear."""
    count = 3 if min(size) < 80 else rng.choice((3, 3, 4))
    most = min(0.19 * math.sqrt(size.width * size.height), min(size) / 2 - 2)
    radii = [rng.uniform(max(SMALLEST, most * 0.45), most) for _ in range(count)]
    while (spots := _scattered(rng, size, radii)) is None:
        radii = [max(7, r * 0.95) for r in radii]
    return [thing_of(rng, look, x, y, r) for look, (x, y), r in zip(looks(rng, ground, count), spots, radii)]


def groups(rng: random.Random, size: Size, ground: str) -> list[Thing]:
    """Up to nine, all the same or of two looks, more of one than of the other."""
    room = min(9, int(size.width // 20) * int(size.height // 20))
    total = rng.randint(2, room)
    few = 0 if total == 2 or rng.random() < 0.5 else rng.randint(1, (total - 1) // 2)
    many_look, few_look = looks(rng, ground, 2)
    chosen = [many_look] * (total - few) + [few_look] * few
    # All arrows of a group point in one direction.
    positions = {look: _position(rng, look.shape) for look in (many_look, few_look)}
    tidy = rng.random() < 0.35
    if not tidy or rng.random() < 0.5:
        rng.shuffle(chosen)
    side = _largest_side(size, total)
    if not tidy:
        side = rng.uniform(max(20, side * 0.7), side)
    columns, rows = int(size.width // side), int(size.height // side)
    cells = [(column, row) for row in range(rows) for column in range(columns)]
    cells = cells[:total] if tidy else rng.sample(cells, total)
    r = side * rng.uniform(0.34, 0.42)
    across, down = size.width / columns, size.height / rows
    free_x, free_y = (0.0, 0.0) if tidy else (across / 2 - r - 1, down / 2 - r - 1)
    things = []
    for look, (cell_x, cell_y) in zip(chosen, cells):
        x, y = (cell_x + 0.5) * across + rng.uniform(-free_x, free_x), (cell_y + 0.5) * down + rng.uniform(-free_y, free_y)
        things.append(thing_of(rng, look, x, y, r * rng.uniform(0.92, 1), positions[look]))
    return things


def row(rng: random.Random, size: Size, ground: str) -> list[Thing]:
    """Three to five in a row, or one below the other."""
    width, height = size
    across = rng.random() < 0.75 if 2 / 3 < width / height < 3 / 2 else width > height
    length, breadth = size if across else (height, width)
    count = rng.randint(3, max(3, min(5, int(length // 20))))
    step = length / count
    most = min(step / 2 - 1, breadth / 2 - 3)
    middle = rng.uniform(most + 2, breadth - most - 2)
    things = []
    for index, look in enumerate(looks(rng, ground, count)):
        spot = (step * (index + 0.5), middle + rng.uniform(-1.5, 1.5))
        things.append(thing_of(rng, look, *(spot if across else spot[::-1]), rng.uniform(0.75, 1) * most))
    return things


def nested(rng: random.Random, size: Size, ground: str) -> list[Thing]:
    """A small shape inside a large one."""
    r = rng.uniform(0.8, 1) * (min(size) / 2 - 2)
    outer = replace(looks(rng, ground, 1)[0], shape=rng.choice([shape for shape, room in ROOM_INSIDE.items() if room * r >= 10]))
    behind = ground if outer.outlined else outer.colour
    colours = [colour for colour in colours_on(behind) if colour != outer.colour]
    inner = Look(rng.choice([shape for shape in SHAPES if shape != outer.shape]), rng.choice(colours))
    x, y = (_within(length / 2 + rng.uniform(-0.15, 0.15) * length, length, r) for length in size)
    room = ROOM_INSIDE[outer.shape] * r
    return [thing_of(rng, outer, x, y, r), thing_of(rng, inner, x, y, rng.uniform(max(8, 0.6 * room), 0.9 * room))]


def looks(rng: random.Random, ground: str, count: int) -> list[Look]:
    """No two of the same shape and colour; most often of as many shapes and colours."""
    outlined = rng.choice((0, 0, 0, 0.3, 1))
    bordered = rng.random() < 0.15 and stands_out("black", ground)
    # What has a black border can be seen on any ground.
    colours = [colour for colour in COLOURS if colour not in (ground, "black")] if bordered else colours_on(ground)
    shapes, colours = rng.sample(SHAPES, count), rng.sample(colours, count)
    alike = rng.random()
    if alike < 0.12:
        shapes = shapes[:1] * count
    elif alike < 0.24:
        colours = colours[:1] * count
    return [Look(shape, colour, not bordered and rng.random() < outlined, bordered) for shape, colour in zip(shapes, colours)]


def thing_of(rng: random.Random, look: Look, x: float, y: float, r: float, position: float | None = None) -> Thing:
    turn = (_position(rng, look.shape) if position is None else position) + _tilt(rng, look.shape)
    outlined = look.outlined and r >= 12 and look.shape != "ring"
    return Thing(look.shape, look.colour, x, y, r, varied(rng, COLOURS[look.colour].rgb), turn, outlined, look.bordered)


def _position(rng: random.Random, shape: str) -> float:
    return rng.choice(POSITIONS.get(shape, (0,)))


def _tilt(rng: random.Random, shape: str) -> float:
    by = TURNS.get(shape, 0)
    return rng.uniform(-by, by) if rng.random() < 0.6 else 0


def _within(value: float, length: float, r: float) -> float:
    """The nearest value at which a shape of this radius is all in the picture."""
    return min(max(value, r + 1), length - r - 1)


def _in_third(rng: random.Random, third: int, length: float, r: float) -> float:
    if third == 0:
        return _within(length * rng.uniform(0.43, 0.57), length, r)
    off = rng.uniform(r + 1, length * 0.28)
    return off if third < 0 else length - off


def _scattered(rng: random.Random, size: Size, radii: list[float]) -> list[tuple[float, float]] | None:
    """Spots that leave a gap between the shapes and between their middles from left to right; None if none were found."""
    gap = max(10, 0.08 * size.width)
    spots: list[tuple[float, float]] = []
    for r in radii:
        for _ in range(20):
            x, y = rng.uniform(r + 1, size.width - r - 1), rng.uniform(r + 1, size.height - r - 1)
            if all(abs(x - x1) >= gap and math.hypot(x - x1, y - y1) > r + r1 + 3 for (x1, y1), r1 in zip(spots, radii)):
                spots.append((x, y))
                break
        else:
            return None
    return spots


def _largest_side(size: Size, count: int) -> float:
    """Of so many equal squares that fit into the picture."""
    side = math.sqrt(size.width * size.height / count)
    while (size.width // side) * (size.height // side) < count:
        side *= 0.97
    return min(side, min(size) / 1.5)
