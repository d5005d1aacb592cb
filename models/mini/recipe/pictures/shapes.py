"""The plain shapes: their names, their outlines, and how one is drawn."""

import math
from dataclasses import dataclass
from functools import cache

import numpy as np

from .canvas import Canvas, Points, arc
from .colours import COLOURS, Rgb
from .grammar import Noun

# By the names of vocabulary.SHAPES.
SHAPE_NOUNS = {
    noun.en: noun
    for noun in (
        Noun("circle", "cercle", "m"),
        Noun("square", "carré", "m"),
        Noun("rectangle", "rectangle", "m"),
        Noun("triangle", "triangle", "m"),
        Noun("star", "étoile", "f"),
        Noun("diamond", "losange", "m"),
        Noun("cross", "croix", "f"),
        Noun("heart", "cœur", "m"),
        Noun("oval", "ovale", "m"),
        Noun("ring", "anneau", "m"),
        Noun("arrow", "flèche", "f"),
        Noun("crescent", "croissant", "m"),
    )
}
SHAPE = Noun("shape", "forme", "f")

# What may be taken for one another: whether there is a rectangle is not asked where there is a square.
SHAPES_ALIKE = {
    frozenset(pair)
    for pair in (
        ("circle", "oval"),
        ("circle", "ring"),
        ("oval", "ring"),
        ("square", "rectangle"),
        ("square", "diamond"),
        ("ring", "crescent"),
    )
}

# An arrow that is not turned points to the right.
POINTS_TO = ("right", "down", "left", "up")
RING_HOLE = 0.5


def _star() -> Points:
    angles = [math.pi * i / 5 - math.pi / 2 for i in range(10)]
    return [((0.42 if i % 2 else 1) * math.cos(angle), (0.42 if i % 2 else 1) * math.sin(angle)) for i, angle in enumerate(angles)]


def _heart() -> Points:
    points = []
    for i in range(40):
        t = math.pi * i / 20
        x, y = 16 * math.sin(t) ** 3, 13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t) - math.cos(4 * t)
        points.append((x / 17, -y / 17 - 0.12))
    return points


# All fit into a circle of radius 1 around (0, 0).
UNIT_OUTLINES: dict[str, Points] = {
    "circle": arc(0, 0, 0.95, 0.95, 0, 360),
    "square": [(-0.72, -0.72), (0.72, -0.72), (0.72, 0.72), (-0.72, 0.72)],
    "rectangle": [(-0.9, -0.46), (0.9, -0.46), (0.9, 0.46), (-0.9, 0.46)],
    "triangle": [(0, -1), (0.87, 0.5), (-0.87, 0.5)],
    "star": _star(),
    "diamond": [(0, -1), (0.66, 0), (0, 1), (-0.66, 0)],
    "cross": [
        (-0.3, -0.95),
        (0.3, -0.95),
        (0.3, -0.3),
        (0.95, -0.3),
        (0.95, 0.3),
        (0.3, 0.3),
        (0.3, 0.95),
        (-0.3, 0.95),
        (-0.3, 0.3),
        (-0.95, 0.3),
        (-0.95, -0.3),
        (-0.3, -0.3),
    ],
    "heart": _heart(),
    "oval": arc(0, 0, 1, 0.6, 0, 360),
    "ring": arc(0, 0, 0.95, 0.95, 0, 360),
    "arrow": [(-0.97, -0.25), (0.1, -0.25), (0.1, -0.7), (1, 0), (0.1, 0.7), (0.1, 0.25), (-0.97, 0.25)],
    # Two arcs that meet at the horns.
    "crescent": [*arc(0, 0, 0.95, 0.95, 50, 310), *arc(0.532, 0, 0.732, 0.732, 276, 84)],
}


@cache
def coloured(noun: Noun, colour: str) -> Noun:
    """ "red circle", "cercle rouge"."""
    adjective = COLOURS[colour]
    return Noun(
        f"{colour} {noun.en}",
        f"{noun.fr} {adjective.fr(noun.gender)}",
        noun.gender,
        f"{colour} {noun.plural_en()}",
        f"{noun.plural_fr()} {adjective.fr(noun.gender, plural=True)}",
    )


@dataclass(frozen=True)
class Thing:
    """One shape of a drawing."""

    shape: str
    colour: str
    x: float
    y: float
    r: float
    """It fits into a circle of this radius."""
    rgb: Rgb
    turn: float = 0
    """In degrees, clockwise."""
    outlined: bool = False
    """Not filled. A ring never is: it would be two circles."""
    bordered: bool = False
    """Filled, with a thin black line around it."""

    @property
    def noun(self) -> Noun:
        """ "circle"."""
        return SHAPE_NOUNS[self.shape]

    @property
    def full_noun(self) -> Noun:
        """ "red circle"."""
        return coloured(self.noun, self.colour)

    @property
    def points_to(self) -> str:
        """Where an arrow points."""
        return POINTS_TO[round(self.turn / 90) % 4]

    def outline(self) -> Points:
        cos, sin = self.r * math.cos(math.radians(self.turn)), self.r * math.sin(math.radians(self.turn))
        return [(self.x + x * cos - y * sin, self.y + x * sin + y * cos) for x, y in UNIT_OUTLINES[self.shape]]

    def area(self) -> float:
        """What its outline encloses."""
        points = UNIT_OUTLINES[self.shape]
        return self.r**2 * abs(sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in zip(points, points[1:] + points[:1]))) / 2


def paint(canvas: Canvas, thing: Thing) -> None:
    outline, labels = thing.outline(), canvas.labels
    inside = labels.within(outline)
    if thing.shape == "ring":
        middle, width = thing.r * (0.95 + RING_HOLE) / 2, thing.r * (0.95 - RING_HOLE)
        canvas.ellipse(thing.x, thing.y, middle, middle, outline=thing.rgb, width=width)
        inked = inside & (np.hypot(labels.x - thing.x, labels.y - thing.y) > thing.r * RING_HOLE)
    elif thing.outlined:
        canvas.polygon(outline, outline=thing.rgb, width=max(2, 0.1 * thing.r))
        inked = labels.along([*outline, outline[0]])
    else:
        canvas.polygon(outline, fill=thing.rgb, outline=COLOURS["black"].rgb if thing.bordered else None, width=1.2)
        inked = inside
    # Where a shape is hollow its colour is not seen.
    labels.mark_thing(inside, thing.shape, ink=thing.colour)
    labels.mark(inked, thing.shape, thing.colour)
