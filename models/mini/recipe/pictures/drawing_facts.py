"""What is so in a drawing: names that fit one shape only, groups, places, order, sides. Where it is in doubt, nothing is said."""

import math
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

from .grammar import Both, Noun
from .shapes import Thing
from .size import Size

# By row and column: -1, 0, 1.
PLACES: dict[tuple[int, int], Both] = {
    (-1, -1): {"en": "at the top left", "fr": "en haut à gauche"},
    (-1, 0): {"en": "at the top", "fr": "en haut"},
    (-1, 1): {"en": "at the top right", "fr": "en haut à droite"},
    (0, -1): {"en": "on the left", "fr": "à gauche"},
    (0, 0): {"en": "in the center", "fr": "au centre"},
    (0, 1): {"en": "on the right", "fr": "à droite"},
    (1, -1): {"en": "at the bottom left", "fr": "en bas à gauche"},
    (1, 0): {"en": "at the bottom", "fr": "en bas"},
    (1, 1): {"en": "at the bottom right", "fr": "en bas à droite"},
}
# The middles of neighbours in an order are at least so far apart, in units.
APART = 8


@dataclass(frozen=True)
class Order:
    things: list[Thing]
    across: bool
    """From left to right; otherwise from top to bottom."""


@dataclass(frozen=True)
class Drawing:
    things: list[Thing]
    ground: str
    size: Size

    def named(self) -> list[tuple[Thing, Noun]]:
        """Those that a name can be given which no other has: "circle" or, where there are several circles, "red circle"."""
        shapes = Counter(thing.shape for thing in self.things)
        return [(thing, thing.noun if shapes[thing.shape] == 1 else noun) for thing, noun in self.named_with_colour()]

    def named_with_colour(self) -> list[tuple[Thing, Noun]]:
        """The same, always with the colour: "red circle"."""
        alike = Counter(thing.full_noun for thing in self.things)
        return [(thing, thing.full_noun) for thing in self.things if alike[thing.full_noun] == 1]

    def groups(self) -> list[tuple[Noun, int]]:
        """Shapes of one name and colour with their number, the largest group first."""
        return Counter(thing.full_noun for thing in self.things).most_common()

    def inner_and_outer(self) -> tuple[Thing, Thing] | None:
        """The two shapes of a drawing of which one lies in the other."""
        if len(self.things) != 2:
            return None
        inner, outer = sorted(self.things, key=lambda thing: thing.r)
        return (inner, outer) if math.hypot(inner.x - outer.x, inner.y - outer.y) + inner.r < outer.r else None

    def place(self, thing: Thing) -> Both | None:
        """In which ninth of the picture it is; None near a boundary."""
        column, row = _third(thing.x / self.size.width), _third(thing.y / self.size.height)
        return None if row is None or column is None else PLACES[row, column]

    def order(self) -> Order | None:
        """Of three shapes and more: from top to bottom if they stand below one another, else from left to right."""
        if len(self.things) < 3:
            return None
        xs = [thing.x for thing in self.things]
        if max(xs) - min(xs) < APART / 2:
            downwards = sorted(self.things, key=lambda thing: thing.y)
            return Order(downwards, False) if all(b.y - a.y >= APART for a, b in pairwise(downwards)) else None
        rightwards = sorted(self.things, key=lambda thing: thing.x)
        return Order(rightwards, True) if all(b.x - a.x >= APART for a, b in pairwise(rightwards)) else None


def side(a: Thing, b: Thing) -> str | None:
    """On which side of `b` is `a`: "left", "right", "above", "below"; None if it is not clearly one of them."""
    dx, dy = a.x - b.x, a.y - b.y
    if max(abs(dx), abs(dy)) < max(16, 0.6 * (a.r + b.r)):
        return None
    if abs(dx) > 1.6 * abs(dy):
        return "left" if dx < 0 else "right"
    if abs(dy) > 1.6 * abs(dx):
        return "above" if dy < 0 else "below"
    return None


def clearly_larger(a: Thing, b: Thing) -> bool:
    """In extent and in area."""
    return a.r >= 1.3 * b.r and a.area() >= 1.3 * b.area()


def _third(share: float) -> int | None:
    if 0.4 <= share <= 0.6:
        return 0
    return -1 if share < 0.3 else 1 if share > 0.7 else None
