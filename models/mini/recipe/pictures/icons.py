"""Icons of everyday things, in many drawing styles: one large, a few different ones, or several of one or two things."""

import random
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image

from .canvas import GROUND_WEIGHTS, GROUNDS, Canvas
from .colours import COLOURS
from .icon_phrases import Arrangement
from .icon_questions import ask_about
from .labels import PatchLabels
from .restyled import coloured, drawn_extent, restyled
from .scene import Scene
from .size import Size
from .sources import HELD_OUT_STYLE, IconStyle, Sources
from .things import FLAG, THINGS, Thing

# The longest side of an icon, in units: at least this, alone and among others.
SMALLEST_ALONE = 44
SMALLEST = 36
# What an icon among others needs, with a gap around it.
CELL = 40
MOST_IN_A_ROW = 4
MOST_IN_A_COLUMN = 3
MOST_IN_A_CROWD = 6
RESTYLED_SHARE = 0.6
# The colour of an orange tells what it is, that of a car does not.
ANY_HUE_GROUPS = ("vehicle", "clothes", "object", "sport", "instrument", "tool")
# A thing is what it is in a mirror, but for these: groups, and things with figures or letters on them.
NEVER_MIRRORED_GROUPS = (FLAG, "symbol")
NEVER_MIRRORED = ("calendar", "newspaper", "billiard ball", "alarm clock", "keyboard", "hospital", "ambulance")

Cell = tuple[float, float, float, float]


@dataclass(frozen=True)
class Icon:
    thing: Thing
    picture: Image.Image
    """RGBA, cut to what is drawn."""


def draw(rng: random.Random, size: Size, sources: Sources) -> Scene:
    arrangement = _arrangement(rng, size)
    cells = _cells(rng, size, arrangement)
    drawings = _drawings(rng, sources, arrangement, len(cells))
    icons = [drawn_icon(rng, style, index, _longest_side(cell)) for (style, index), cell in zip(drawings, cells)]
    canvas = Canvas(rng, size, ground_for(rng, icons))
    for icon, cell in zip(icons, cells):
        place(rng, canvas, icon, cell, SMALLEST_ALONE if arrangement == "one" else SMALLEST)
    things = [icon.thing for icon in icons]
    description, questions = ask_about(rng, arrangement, things, canvas.ground)
    facts = {"kind": "icons", "names": [thing.noun for thing in things]}
    return Scene(canvas.finish(), description, questions, facts)


def _arrangement(rng: random.Random, size: Size) -> Arrangement:
    columns, rows = _most_cells(size)
    possible: dict[Arrangement, float] = {"one": 60}
    if columns >= 2:
        possible["row"] = 14
    if rows >= 2:
        possible["column"] = 6
    if columns >= 2 and rows >= 2:
        possible["square"] = 5
    if columns * rows >= 2:
        possible["crowd"] = 15
    return rng.choices(list(possible), list(possible.values()))[0]


def _most_cells(size: Size) -> tuple[int, int]:
    """Side by side, and one above the other."""
    return int(size.width // CELL), int(size.height // CELL)


def _cells(rng: random.Random, size: Size, arrangement: Arrangement) -> list[Cell]:
    """Where each icon goes; in a row from left to right, else from top to bottom."""
    width, height = size
    columns, rows = _most_cells(size)
    if arrangement == "one":
        return [(0, 0, width, height)]
    if arrangement == "row":
        count = rng.randint(2, min(columns, MOST_IN_A_ROW))
        band = min(height, width / count * 1.15)
        top = rng.uniform(0, height - band)
        return [(width / count * i, top, width / count * (i + 1), top + band) for i in range(count)]
    if arrangement == "column":
        count = rng.randint(2, min(rows, MOST_IN_A_COLUMN))
        band = min(width, height / count * 1.15)
        left = rng.uniform(0, width - band)
        return [(left, height / count * i, left + band, height / count * (i + 1)) for i in range(count)]
    if arrangement == "square":
        return grid(size, 2, 2)
    count = rng.randint(2, min(MOST_IN_A_CROWD, columns * rows))
    fitting = [(across, down) for across in range(1, columns + 1) for down in range(1, rows + 1) if across * down >= count]
    return rng.sample(grid(size, *rng.choice(fitting)), count)


def grid(size: Size, columns: int, rows: int) -> list[Cell]:
    width, height = size.width / columns, size.height / rows
    return [(width * x, height * y, width * (x + 1), height * (y + 1)) for y in range(rows) for x in range(columns)]


def _longest_side(cell: Cell) -> float:
    left, top, right, bottom = cell
    return max(right - left, bottom - top)


def _drawings(rng: random.Random, sources: Sources, arrangement: Arrangement, count: int) -> list[tuple[IconStyle, int]]:
    """The drawing of each icon: its style, and its number there."""
    kinds = count
    if arrangement == "crowd":
        # Two things are never equally many: the more numerous one is named first.
        kinds = 2 if count >= 3 and rng.random() < 0.4 else 1
    style = sources.icon_style(rng)
    chosen: dict[int, int] = {}
    while len(chosen) < kinds:
        index = rng.randrange(len(style.rows))
        row = style.rows[index]
        if not any(THINGS[row].may_be(THINGS[other]) for other in chosen):
            chosen.setdefault(row, index)
    drawings = list(chosen.values())
    if arrangement == "crowd":
        fewer = rng.randint(1, (count - 1) // 2) if kinds == 2 else 0
        drawings = drawings[:1] * (count - fewer) + drawings[1:] * fewer
    return [(style, index) for index in drawings]


def drawn_icon(rng: random.Random, style: IconStyle, index: int, cell_side: float) -> Icon:
    thing = THINGS[style.rows[index]]
    flag = thing.group == FLAG
    pixels = style.pixels[index] if style.tones is None else coloured(rng, style.pixels[index], style.tones[index])
    # Flags are told apart by their exact colours and widths; the style that is measured with stays what it is.
    if not flag and style.name != HELD_OUT_STYLE and rng.random() < RESTYLED_SHARE:
        pixels = restyled(rng, pixels, any_hue=thing.group in ANY_HUE_GROUPS)
    picture = Image.fromarray(_tinted(rng, pixels, 3 if flag else 5), "RGBA")
    if not flag and thing.group not in NEVER_MIRRORED_GROUPS and thing.noun.en not in NEVER_MIRRORED and rng.random() < 0.4:
        picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if rng.random() < 0.6:
        # Nothing is lost by turning a small one when it is small already.
        side = min(picture.width, max(64, round(cell_side * 1.5)))
        picture = picture.resize((side, side), Image.Resampling.BILINEAR).rotate(
            rng.uniform(-12, 12), Image.Resampling.BILINEAR, expand=True
        )
    return Icon(thing, _cut(picture))


def _tinted(rng: random.Random, pixels: np.ndarray, hue_by: int) -> np.ndarray:
    """Slightly other colours. `hue_by`: of 180."""
    if rng.random() < 0.4:
        return pixels
    hsv = cv2.cvtColor(pixels[..., :3], cv2.COLOR_RGB2HSV).astype(np.int16)
    hsv[..., 0] = (hsv[..., 0] + rng.randint(-hue_by, hue_by)) % 180
    hsv[..., 1:] = np.clip(hsv[..., 1:] * (rng.uniform(0.8, 1.15), rng.uniform(0.88, 1.06)), 0, 255)
    return np.dstack((cv2.cvtColor(hsv.astype(np.uint8), cv2.COLOR_HSV2RGB), pixels[..., 3]))


def _cut(picture: Image.Image) -> Image.Image:
    """Without the empty margin, which each style has of its own width."""
    return picture.crop(drawn_extent(np.asarray(picture)))


def ground_for(rng: random.Random, icons: list[Icon]) -> str:
    """A ground on which all the icons can be seen."""
    for ground in rng.choices(GROUNDS, GROUND_WEIGHTS, k=4):
        if all(_shows(icon.picture, ground) for icon in icons):
            return ground
    return max(GROUNDS, key=lambda ground: min(_share_seen(icon.picture, ground) for icon in icons))


def _shows(picture: Image.Image, ground: str) -> bool:
    return _share_seen(picture, ground) >= 0.35


def _share_seen(picture: Image.Image, ground: str) -> float:
    """How much of an icon differs clearly from the ground."""
    pixels = np.asarray(picture)[::5, ::5].astype(np.int16)
    drawn = pixels[..., 3] > 128
    differs = np.abs(pixels[..., :3] - COLOURS[ground].rgb).max(axis=2) > 48
    return float(differs[drawn].mean()) if drawn.any() else 0.0


def place(rng: random.Random, canvas: Canvas, icon: Icon, cell: Cell, smallest: float) -> None:
    left, top, right, bottom = cell
    width, height = icon.picture.width * rng.uniform(0.93, 1.07), icon.picture.height
    # The largest that fits, with a gap of a pixel and a half to its neighbours.
    fits = min((right - left - 3) / width, (bottom - top - 3) / height)
    least = min(fits, smallest / max(width, height))
    scale = fits if rng.random() < 0.25 else rng.uniform(least, fits)
    width, height = width * scale, height * scale
    x, y = rng.uniform(left + 1.5, right - 1.5 - width), rng.uniform(top + 1.5, bottom - 1.5 - height)
    canvas.paste(icon.picture, x, y, width, height)
    _mark(canvas.labels, icon, x, y, width, height)


def _mark(labels: PatchLabels, icon: Icon, left: float, top: float, width: float, height: float) -> None:
    """Patches under what is opaque in the icon."""
    drawn = np.asarray(icon.picture.getchannel("A")) > 96
    columns = np.floor((labels.x - left) / width * drawn.shape[1]).astype(int)
    rows = np.floor((labels.y - top) / height * drawn.shape[0]).astype(int)
    within = (columns >= 0) & (columns < drawn.shape[1]) & (rows >= 0) & (rows < drawn.shape[0])
    covered = np.zeros(labels.x.shape, bool)
    covered[within] = drawn[rows[within], columns[within]]
    labels.mark_thing(covered, icon.thing.label())
