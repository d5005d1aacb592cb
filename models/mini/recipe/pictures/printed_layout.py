"""Where the lines of a printed picture stand, and how large: readable, apart from one another, within the picture."""

import math
from dataclasses import dataclass

from PIL import ImageFont

from .canvas import Canvas
from .colours import Rgb
from .labels import Character
from .lettering import extent, write_middle
from .outlines import turned
from .size import Size
from .sources import Sources

# Of capital letters, in units.
LOWEST_CAPITAL = 13
HIGHEST_CAPITAL = 46
MARGIN = 4
# Size at which fonts are measured, before it is known how large they can be.
MEASURED = 32


@dataclass(frozen=True)
class Line:
    text: str
    font: ImageFont.FreeTypeFont
    cx: float
    cy: float


@dataclass(frozen=True)
class Block:
    """Lines as they stand before the block is turned about its middle."""

    lines: list[Line]
    cx: float
    cy: float
    width: float
    height: float
    degrees: float

    def write(self, canvas: Canvas, rgb: Rgb) -> list[Character]:
        characters = []
        for number, line in enumerate(self.lines):
            ((x, y),) = turned([(line.cx, line.cy)], self.degrees, self.cx, self.cy)
            written = write_middle(canvas, line.text, x, y, line.font, rgb, self.degrees)
            characters += [character._replace(thing=number) for character in written]
        return characters


def laid_out(canvas: Canvas, sources: Sources, texts: list[str], padding: float, degrees: float) -> Block | None:
    """None if they do not fit. `padding` is left free around them."""
    rng = canvas.rng
    width, height = _room(canvas.size, MARGIN + padding, degrees)
    font = sources.font(rng, round(MEASURED * canvas.scale))
    sizes = _sizes(canvas, texts, font, width, height)
    if not sizes:
        return None
    fonts = [Sources.resized(font, int(size * canvas.scale)) for size in sizes]
    inks = [extent(canvas, text, sized) for text, sized in zip(texts, fonts)]
    gap = _gap(max(sizes))
    block_width, block_height = max(ink.width for ink in inks), sum(ink.height for ink in inks) + gap * (len(inks) - 1)
    free_x, free_y = max(0.0, width - block_width) / 2, max(0.0, height - block_height) / 2
    cx, cy = canvas.size.width / 2 + rng.uniform(-free_x, free_x), canvas.size.height / 2 + rng.uniform(-free_y, free_y)
    centred = rng.random() < 0.5
    lines = []
    top = cy - block_height / 2
    for text, sized, ink in zip(texts, fonts, inks):
        lines.append(Line(text, sized, cx if centred else cx - (block_width - ink.width) / 2, top + ink.height / 2))
        top += ink.height + gap
    return Block(lines, cx, cy, block_width, block_height, degrees)


def _room(size: Size, margin: float, degrees: float) -> tuple[float, float]:
    """Width and height of what still fits when turned."""
    sin = abs(math.sin(math.radians(degrees)))
    return size.width - 2 * margin - sin * size.height, size.height - 2 * margin - sin * size.width


def _gap(size: float) -> float:
    """Between the ink of two lines."""
    return max(5.0, 0.4 * size)


def _sizes(canvas: Canvas, texts: list[str], font: ImageFont.FreeTypeFont, width: float, height: float) -> list[float]:
    """Of the font, for each line; none if even the smallest is too large."""
    rng = canvas.rng
    capital = extent(canvas, "H", font).height / MEASURED
    inks = [extent(canvas, text, font) for text in texts]
    smallest = LOWEST_CAPITAL / capital
    by_width = [width * MEASURED / ink.width for ink in inks]
    of_size_one = [ink.height / MEASURED for ink in inks]

    def fits(sizes: list[float]) -> bool:
        total = sum(size * ink for size, ink in zip(sizes, of_size_one)) + _gap(max(sizes)) * (len(sizes) - 1)
        return total <= height and all(size <= most for size, most in zip(sizes, by_width))

    if not fits([smallest] * len(texts)):
        return []
    sizes = [smallest] * len(texts)
    largest = min(*by_width, HIGHEST_CAPITAL / capital)
    for _ in range(6):
        largest = rng.uniform(smallest, largest)
        if fits([largest] * len(texts)):
            sizes = [largest] * len(texts)
            break
    # A heading.
    larger = [sizes[0] * rng.uniform(1.2, 1.8), *sizes[1:]]
    return larger if len(texts) > 1 and rng.random() < 0.3 and fits(larger) else sizes
