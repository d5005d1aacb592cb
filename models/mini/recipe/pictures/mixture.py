"""Which kinds of pictures, how often, how large."""

import random
from collections.abc import Callable

from ..model.sizes import PATCH
from . import bar_charts, cards, clocks, dice, drawings, icons, line_charts, pie_charts, printed, signs, unknown
from .conversation import Conversation, converse
from .scene import Scene
from .several import several
from .size import UNITS, Size
from .sources import Sources
from .talk import talk

Draw = Callable[[random.Random, Size, Sources], Scene]

# One picture, by kind. Icons have the most to learn: hundreds of things in many styles.
ONE_PICTURE: dict[str, tuple[Draw, float]] = {
    "drawing": (drawings.draw, 20),
    "print": (printed.draw, 20),
    "icons": (icons.draw, 55),
    "bars": (bar_charts.draw, 9),
    "line": (line_charts.draw, 2.5),
    "pie": (pie_charts.draw, 2.5),
    "clock": (clocks.draw, 3),
    "dice": (dice.draw, 2.5),
    "cards": (cards.draw, 2),
    "signs": (signs.draw, 2.5),
    "unknown": (unknown.draw, 6),
}
SEVERAL_SHARE = 0.22
TALK_SHARE = 0.02
# Of the longest edge, in eighths: width, height, weight.
SHAPES = (
    (8, 8, 36),
    (8, 6, 18),
    (6, 8, 8),
    (8, 5, 6),
    (8, 4, 6),
    (4, 8, 3),
    (5, 8, 2),
    (7, 7, 5),
    (6, 6, 5),
    (8, 7, 4),
    (7, 8, 2),
    (5, 5, 2),
    (8, 3, 2),
    (4, 4, 1),
    (3, 3, 1),
)


def size(rng: random.Random, longest_edge: int) -> Size:
    """`longest_edge`: in pixels, of what the encoder may see."""
    columns, rows, _ = rng.choices(SHAPES, [weight for *_, weight in SHAPES])[0]
    most = longest_edge / PATCH
    return Size(max(2, round(columns * most / 8)), max(2, round(rows * most / 8)), UNITS / most)


def one_scene(rng: random.Random, size: Size, sources: Sources) -> Scene:
    draw = rng.choices([draw for draw, _ in ONE_PICTURE.values()], [weight for _, weight in ONE_PICTURE.values()])[0]
    return draw(rng, size, sources)


def conversation(rng: random.Random, sizes: list[Size], sources: Sources, most_turns: int) -> Conversation:
    """`sizes`: those that pictures may have now (few at a time, so that pictures of one size are encoded together)."""
    chance = rng.random()
    if chance < TALK_SHARE:
        return talk(rng)
    if chance < TALK_SHARE + SEVERAL_SHARE:
        return several(rng, [rng.choice(sizes) for _ in range(rng.choice((2, 2, 3)))], sources, most_turns)
    return converse(rng, one_scene(rng, rng.choice(sizes), sources), most_turns)
