"""What lies under each patch, as a hint for the encoder while it learns.

The language loss alone teaches a small encoder colours but no shapes: its signal is too weak. A throw-away head that
must name what lies under each patch (hints.py) is what makes it see. Nothing of this is in the finished model.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw

from .size import Size
from .vocabulary import CHARACTER_IDS, COLOUR_IDS, DIE_FACES, KIND_IDS, NUMBERS, SHAPES, THINGS

# Points looked at in each patch, along each side.
POINTS = 4
# No hint is given here.
IGNORED = -1
CHANNELS = (
    "kind",
    "colour",
    "left character",
    "right character",
    "left number",
    "right number",
    "hour",
    "minute",
    "middle",
    "thing number",
    "size rank",
)
KIND, COLOUR, LEFT, RIGHT, LEFT_NUMBER, RIGHT_NUMBER, HOUR, MINUTE, MIDDLE, THING_NUMBER, SIZE_RANK = range(len(CHANNELS))
# Things whose middles lie so far apart in one direction, in units, have an order.
APART = 8
# Places in a picture are told in eighths of its height and width.
EIGHTHS = 8
# Numbers that PatchLabels.summary gives, and the largest of its counts.
SUMMARY = 5
MOST_SUMMED = 9
MOST_PIPS = 36
# Nothing and plain shapes come first among the kinds.
PLAIN_KINDS = KIND_IDS[SHAPES[-1]] + 1


class Character(NamedTuple):
    """One of a written text, with its box in units."""

    character: str
    left: float
    top: float
    right: float
    bottom: float
    number: int
    """In its text, from 0."""
    thing: int = IGNORED
    """Which line it stands in, or the number of the bar that it belongs to."""
    size_rank: int = IGNORED
    """Of what it belongs to."""


@dataclass
class Marked:
    """One that can be counted, e.g. a shape, a bar, a card."""

    kind: str
    colour: str | None
    x: float
    y: float
    """Its middle, in units."""
    area: float
    size_rank: int | None = None
    """Of a chart's part: the largest has 0."""
    label: str = ""
    """Written next to it."""
    number: int | None = None
    """Its place among the others: of a chart's part, or from left to right or else from top to bottom, where that is clear."""


class PatchLabels:
    """`values` is an int16 array (rows, columns, channels): ids of vocabulary.py, one channel for each of CHANNELS.

    All coordinates are in units (size.py). `x` and `y` are arrays (rows * 4, columns * 4)
    of the points looked at: marks are given as boolean arrays over them, e.g. `mark(np.hypot(labels.x - cx, labels.y -
    cy) < r, "circle", "red")`.
    """

    def __init__(self, size: Size, ground: str | None):
        """`ground` is the name of the background's colour, or None where it has no name."""
        self.size = size
        self.values = np.zeros((size.rows, size.columns, len(CHANNELS)), np.int16)
        self.values[..., COLOUR] = IGNORED if ground is None else COLOUR_IDS[ground]
        self.values[..., LEFT_NUMBER:] = IGNORED
        self.values[..., MIDDLE] = 0
        self.things: list[Marked] = []
        step = size.patch / POINTS
        self.x, self.y = np.meshgrid((np.arange(size.columns * POINTS) + 0.5) * step, (np.arange(size.rows * POINTS) + 0.5) * step)

    def within(self, outline: list[tuple[float, float]]) -> np.ndarray:
        """Those of the points looked at that lie in an outline, to be given to `mark`."""
        mask = Image.new("1", self.x.shape[::-1])
        ImageDraw.Draw(mask).polygon(self._between_points(outline), fill=1)
        return np.asarray(mask)

    def along(self, line: list[tuple[float, float]]) -> np.ndarray:
        """Those of the points looked at that lie near a line, to be given to `mark`."""
        mask = Image.new("1", self.x.shape[::-1])
        ImageDraw.Draw(mask).line(self._between_points(line), fill=1, width=2)
        return np.asarray(mask)

    def mark(self, inside: np.ndarray, kind: str, colour: str | None = None, time: tuple[int, int] | None = None) -> np.ndarray:
        """Patches of which a fifth or more is inside, or else the one that holds the most, are of this kind and colour (None: no
        hint of the colour).

        `time`: hour and minute that a clock with hands shows. Returns those patches, as a boolean array (rows, columns).
        """
        rows, columns = self.values.shape[:2]
        share = inside.reshape(rows, POINTS, columns, POINTS).mean(axis=(1, 3))
        under = share >= min(0.2, share.max() or 1)
        self.values[under, KIND] = KIND_IDS[kind]
        self.values[under, COLOUR] = IGNORED if colour is None else COLOUR_IDS[colour]
        if time is not None:
            self.values[under, HOUR], self.values[under, MINUTE] = time[0] % 12, time[1] // 5
        return under

    def mark_thing(
        self, inside: np.ndarray, kind: str, colour: str | None = None, time: tuple[int, int] | None = None, ink: str | None = None
    ) -> np.ndarray:
        """`mark`, of one that can be counted: it has its middle in one patch. `ink`: its colour where not all of it has that."""
        if inside.any():
            middle = float(self.x[inside].mean()), float(self.y[inside].mean())
            self.things.append(Marked(kind, ink or colour, *middle, float(inside.sum())))
        return self.mark(inside, kind, colour, time)

    def mark_part(self, inside: np.ndarray, kind: str, colour: str, number: int, size_rank: int, label: str = "") -> None:
        """`mark_thing`, of a chart's part: the first has number 0, the largest has rank 0."""
        self.values[self.mark_thing(inside, kind, colour), SIZE_RANK] = size_rank
        if inside.any():
            part = self.things[-1]
            part.number, part.size_rank, part.label = number, size_rank, label

    def within_box(self, left: float, top: float, right: float, bottom: float) -> np.ndarray:
        """Those of the points looked at that lie in a box."""
        return (self.x >= left) & (self.x < right) & (self.y >= top) & (self.y < bottom)

    def mark_characters(self, characters: list[Character], colour: str | None = None) -> None:
        """Those under the middle of a patch's left and right half are what the patch reads; `colour` is the ink's name."""
        rows, columns = self.values.shape[:2]
        patch, half = self.size.patch, self.size.patch / 2
        for character, left, top, right, bottom, number, thing, size_rank in characters:
            if character not in CHARACTER_IDS:
                continue
            for row in range(rows):
                patch_top, patch_bottom = row * patch, (row + 1) * patch
                # Small letters are read by the row of patches that holds their middle, large ones by all rows that they half cover.
                holds_middle = patch_top <= (top + bottom) / 2 < patch_bottom
                if not holds_middle and min(bottom, patch_bottom) - max(top, patch_top) < half:
                    continue
                for index in range(max(0, math.ceil(left / half - 0.5)), min(2 * columns, math.ceil(right / half - 0.5))):
                    self.values[row, index // 2, LEFT + index % 2] = CHARACTER_IDS[character]
                    self.values[row, index // 2, LEFT_NUMBER + index % 2] = min(number, NUMBERS - 1)
                    self.values[row, index // 2, THING_NUMBER], self.values[row, index // 2, SIZE_RANK] = thing, size_rank
                    if colour is not None:
                        self.values[row, index // 2, COLOUR] = COLOUR_IDS[colour]

    def number_things(self) -> None:
        """Once all are there: in which patches their middles are, and which one is the first, from left to right or else from top
        to bottom, where that is clear."""
        order: list[Marked] = []
        for axis in ("y", "x"):
            along = sorted(self.things, key=lambda thing, axis=axis: getattr(thing, axis))
            if all(getattr(later, axis) - getattr(earlier, axis) >= APART for earlier, later in zip(along, along[1:])):
                order = along
        for number, thing in enumerate(order):
            if thing.number is None:
                thing.number = min(number, THINGS - 1)
        for thing in self.things:
            row, column = int(thing.y // self.size.patch), int(thing.x // self.size.patch)
            self.values[row, column, MIDDLE] = 1
            if thing.number is not None:
                self.values[row, column, THING_NUMBER] = thing.number

    def eighths(self, thing: Marked) -> tuple[int, int]:
        """Where its middle is in the picture, from top to bottom and from left to right: 0 to 7."""
        return int(thing.y / self.size.height * EIGHTHS), int(thing.x / self.size.width * EIGHTHS)

    def summary(self) -> tuple[int, ...]:
        """SUMMARY: how many things, or else lines of print; how many kinds of them, how many colours; whether they have labels;
        of dice, the total."""
        if not self.things:
            return min(int(self.values[..., THING_NUMBER].max()) + 1, MOST_SUMMED), IGNORED, IGNORED, IGNORED, IGNORED
        kinds, colours = ({getattr(thing, name) for thing in self.things} for name in ("kind", "colour"))
        things, of_kinds, of_colours = (min(len(group), MOST_SUMMED) for group in (self.things, kinds, colours))
        pips = [DIE_FACES.index(thing.kind) + 1 if thing.kind in DIE_FACES else IGNORED for thing in self.things]
        total = IGNORED if IGNORED in pips else min(sum(pips), MOST_PIPS)
        return things, of_kinds, IGNORED if None in colours else of_colours, int(any(thing.label for thing in self.things)), total

    def mark_all(self, kind: str) -> None:
        """The whole picture is of this kind, and nothing else is told of it."""
        self.values[...] = IGNORED
        self.values[..., KIND] = KIND_IDS[kind]

    def _between_points(self, line: list[tuple[float, float]]) -> list[tuple[float, float]]:
        """From units to a small picture that has one pixel for each point looked at."""
        step = self.size.patch / POINTS
        return [(x / step - 0.5, y / step - 0.5) for x, y in line]


def before(earlier: PatchLabels, later: PatchLabels) -> np.ndarray | None:
    """(rows, columns, 3): whether what lies under a patch of the later picture is something else than in the earlier one, and the
    kind and colour there. None for pictures of two sizes, or of other things than plain shapes."""
    was, now = earlier.values, later.values
    if was.shape != now.shape or max(was[..., KIND].max(), now[..., KIND].max()) >= PLAIN_KINDS:
        return None
    something = (was[..., KIND] > 0) | (now[..., KIND] > 0)
    differs = (was[..., KIND] != now[..., KIND]) | (was[..., COLOUR] != now[..., COLOUR]) & something
    return np.stack([differs.astype(np.int16), was[..., KIND], was[..., COLOUR]], -1)
