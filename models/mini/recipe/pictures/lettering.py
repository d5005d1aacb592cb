"""Writing on a canvas, with the box of every character for the hints."""

import math
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

from .canvas import Canvas
from .colours import Rgb
from .labels import Character
from .sources import Sources


@dataclass(frozen=True)
class Extent:
    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top


def extent(canvas: Canvas, text: str, font: ImageFont.FreeTypeFont) -> Extent:
    """Where the ink of `text` lies if written at (0, 0). `font` must have been asked for `canvas.scale` times the height."""
    left, top, right, bottom = font.getbbox(text)
    s = canvas.scale
    return Extent(left / s, top / s, right / s, bottom / s)


def write(canvas: Canvas, text: str, left: float, top: float, font: ImageFont.FreeTypeFont, rgb: Rgb) -> list[Character]:
    """Writes one line so that its ink begins at (left, top); gives each character's box."""
    s = canvas.scale
    ink = extent(canvas, text, font)
    x, y = left - ink.left, top - ink.top
    canvas.pen.text((x * s, y * s), text, font=font, fill=rgb)
    edges = [x + font.getlength(text[:i]) / s for i in range(len(text) + 1)]
    return [Character(c, edges[i], top, edges[i + 1], top + ink.height, i) for i, c in enumerate(text) if c != " "]


def write_middle(
    canvas: Canvas, text: str, cx: float, cy: float, font: ImageFont.FreeTypeFont, rgb: Rgb, degrees: float = 0
) -> list[Character]:
    """Writes one line so that the middle of its ink is at (cx, cy), turned clockwise about it; gives each character's box, which
    is where the character has gone, but upright."""
    ink = extent(canvas, text, font)
    if degrees == 0:
        return write(canvas, text, cx - ink.width / 2, cy - ink.height / 2, font, rgb)
    s = canvas.scale
    side = math.ceil(math.hypot(ink.width, ink.height)) + 2
    mask = Image.new("L", (round(side * s), round(side * s)))
    left, top = (side - ink.width) / 2 - ink.left, (side - ink.height) / 2 - ink.top
    ImageDraw.Draw(mask).text((left * s, top * s), text, font=font, fill=255)
    mask = mask.rotate(-degrees, Image.Resampling.BICUBIC)
    canvas.image.paste(rgb, (round((cx - side / 2) * s), round((cy - side / 2) * s)), mask)
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    edges = [font.getlength(text[:i]) / s - ink.left - ink.width / 2 for i in range(len(text) + 1)]
    characters = []
    for i, character in enumerate(text):
        along, half = (edges[i] + edges[i + 1]) / 2, (edges[i + 1] - edges[i]) / 2
        x, y = cx + along * cos, cy + along * sin
        if character != " ":
            characters.append(Character(character, x - half, y - ink.height / 2, x + half, y + ink.height / 2, i))
    return characters


def fitted(canvas: Canvas, text: str, font: ImageFont.FreeTypeFont, width: float, height: float) -> ImageFont.FreeTypeFont:
    """The same font at the largest size at which the ink of `text` is neither wider nor higher than this."""
    ink = extent(canvas, text, font)
    return Sources.resized(font, max(1, int(font.size * min(width / ink.width, height / ink.height))))
