"""Icons: the things of icons.tsv as each emoji set draws them, 128 pixels large, one file a set."""

import csv
import hashlib
import io
import json
import re
import tempfile
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import resvg_py
from PIL import Image, ImageDraw, ImageFont

from ..pictures.sources import DRAWINGS, ONE_COLOUR_WORD_SETS
from ..pictures.things import FLAG
from ..pictures.vocabulary import ICON_TABLE, icon_rows
from .fonts import has_letter
from .registries import Debian, files, npm_pack

SIDE = 128
# Sets of coloured emojis, by their packages. Emojione is held out: see sources.HELD_OUT_STYLE.
ICONIFY = "@iconify-json/"
ICONIFY_SETS = (
    "twemoji", "noto", "noto-v1", "fluent-emoji", "fluent-emoji-flat", "fluent-emoji-high-contrast", "emojione", "openmoji",
    "streamline-emojis",
)  # fmt: skip
# The sets that say which emoji each of their icons is. The others use the same names for them, more or less.
NAMING_SETS = ("twemoji", "noto", "fluent-emoji-flat")
# Its names are all its own.
FXEMOJI = "fxemoji"
# Pictures instead of outlines.
FLUENT_3D = "@lobehub/fluent-emoji-3d"
# Emojis as letters of a font: of npm, and of Debian.
EMOJI_FONT = "@fontsource/noto-emoji"
SYMBOLA = "fonts-symbola"
# Where sources.DRAWINGS have them, but for the themes of desktops. Which of them show a thing was chosen by eye, since a file called "dog"
# may show a hot dog (chosen/*.tsv).
FOLDERS = {
    "openclipart-svg": "./usr/share/openclipart/svg/",
    "pysiogame": "./usr/share/games/pysiogame/res/images/art4apps/",
    "scratch": "./usr/share/scratch/Media/Costumes/",
    "tuxpaint-stamps-default": "./usr/share/tuxpaint/stamps/",
}
FOLDER_OF_THEMES = "./usr/share/icons/"
CHOSEN = Path(__file__).parent / "chosen"
# Sets of all kinds of icons. What has the name of a thing is one.
WORD_SETS = (
    *ONE_COLOUR_WORD_SETS, "streamline-kameleon-color", "streamline-ultimate-color", "flat-ui", "flat-color-icons", "fluent-color",
)  # fmt: skip
# Of one thing: "camera-4" is another camera, and "battery-40" the same battery as "battery-50".
MOST_OF_A_WORD = 2

# Sets of flags, named by the two letters of the country.
FLAG_SETS = {"circle-flags": "{}", "flag": "{}-4x3"}

# What older sets call them.
OLD_NAMES = {
    "bullseye": "direct-hit",
    "red-question-mark": "question-mark",
    "red-exclamation-mark": "exclamation-mark",
    "chequered-flag": "flag-for-chequered-flag",
    "flag-turkiye": "flag-for-turkey",
}
# Called after a thing of icons.tsv, but something else, or drawn so that nobody would know it.
OTHER_THAN_NAMED = {
    "streamline-emojis": ("turkey",),
    "fa6-solid": ("tree", "bolt", "ribbon"),
    "flat-ui": ("egg", "pencil"),
    "fluent-color": ("ribbon",),
    "game-icons": ("butterfly", "orange", "crab", "volcano", "fountain", "monkey", "ribbon", "wrench"),
    "hugeicons": (
        "mouse",
        "snail",
        "apple",
        "hamburger",
        "satellite",
        "house",
        "wave",
        "moon",
        "tongue",
        "sunglasses",
        "keyboard",
        "ribbon",
        "bolt",
    ),
    "icon-park": ("mouse", "turkey", "anchor", "telescope", "trumpet", "tower", "keyboard", "spoon", "handbag", "briefcase"),
    "lucide": ("mouse", "ribbon", "radio", "scooter"),
    "mdi": ("mouse", "satellite", "hospital", "wave", "ribbon", "shower", "scooter", "taco", "shield"),
    "ph": ("mouse", "scooter", "shield"),
    "streamline-cyber-color": ("mouse",),
    "streamline-kameleon-color": ("keyboard", "glasses"),
    "streamline-ultimate-color": ("mouse", "satellite"),
    "tabler": ("mouse", "scooter", "bolt", "hospital", "dragon", "melon"),
}
# The letter A, of which two make a flag.
REGIONAL_A = 0x1F1E6
# Emojis are written with or without it.
VARIATION_SELECTOR = "fe0f"

# White paper is at least so light.
PAPER = 240

# An icon: its row in icons.tsv and its picture, RGBA.
Drawn = tuple[int, Image.Image]


class IconSet:
    """One of Iconify's sets."""

    def __init__(self, name: str):
        with tempfile.TemporaryDirectory() as temporary:
            archive = npm_pack(ICONIFY + name, Path(temporary))
            parts = dict(files(archive, lambda path: path.endswith(("/icons.json", "/chars.json"))))
        self.icons = json.loads(parts["package/icons.json"])
        # By code points in hexadecimal: "1f1eb-1f1f7".
        self.characters: dict[str, str] = json.loads(parts.get("package/chars.json", b"{}"))

    def pictures(self, names: Iterable[str]) -> Iterator[Image.Image]:
        """Of those names that the set has; once each, whatever names it has for it."""
        aliases, icons = self.icons.get("aliases", {}), self.icons["icons"]
        for name in dict.fromkeys(aliases.get(name, {}).get("parent", name) for name in names):
            if name in icons:
                yield self._picture(icons[name])

    def _picture(self, icon: dict) -> Image.Image:
        width, height = (icon.get(side, self.icons.get(side, 16)) for side in ("width", "height"))
        return _rendered(
            '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
            f'viewBox="{icon.get("left", 0)} {icon.get("top", 0)} {width} {height}">{icon["body"]}</svg>',
            height=SIDE,
        )


def fetch_icons(folder: Path, debian: Debian) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    named = [name for name in ICONIFY_SETS if not _is_there(folder, name)]
    if named:
        # A set that says which emoji its icons are is needed for the others, too.
        sets = {name: IconSet(name) for name in {*named, *NAMING_SETS}}
        names = _names([sets[name] for name in NAMING_SETS])
        for name in named:
            _save(folder, name, _of_set(name, sets[name], names))
    others = {FXEMOJI: _of_fxemoji, FLUENT_3D: _of_fluent_3d, EMOJI_FONT: _of_emoji_font}
    others |= {SYMBOLA: partial(_of_symbola, debian)} | {name: partial(_of_drawings, name, debian) for name in DRAWINGS}
    others |= {name: partial(_of_flag_set, name) for name in FLAG_SETS} | {name: partial(_of_word_set, name) for name in WORD_SETS}
    for name, drawn in others.items():
        if not _is_there(folder, name):
            _save(folder, name, drawn())


def _path(folder: Path, name: str) -> Path:
    """`name`: of a set or a package."""
    return folder / f"{name.split('/')[-1]}.npz"


def _is_there(folder: Path, name: str) -> bool:
    """Made from icons.tsv as it is now: the rows in the file are numbers of its lines."""
    path = _path(folder, name)
    if not path.exists():
        return False
    with np.load(path) as file:
        return "table" in file and str(file["table"]) == _table_digest()


def _table_digest() -> str:
    return hashlib.sha256(ICON_TABLE.read_bytes()).hexdigest()


def _code(emoji: str) -> str:
    """ "1f1eb-1f1f7"."""
    return _without_selector("-".join(f"{ord(character):x}" for character in emoji))


def _without_selector(code: str) -> str:
    return "-".join(part for part in code.split("-") if part != VARIATION_SELECTOR)


def _names(sets: list[IconSet]) -> list[list[str]]:
    """By row of icons.tsv, what its emojis are called."""
    characters: dict[str, set[str]] = {}
    for one in sets:
        for code, name in one.characters.items():
            characters.setdefault(_without_selector(code), set()).add(name)
    return [sorted({name for emoji in row["emoji"].split() for name in characters.get(_code(emoji), ())}) for row in icon_rows()]


def _spellings(name: str) -> Iterator[str]:
    """The same name as different sets have it; some have more than one drawing of a thing."""
    for spelled in dict.fromkeys((name, OLD_NAMES.get(name, name))):
        yield spelled
        for ending in ("-face", "-1", "-2", "-3", "-face-1", "-face-2"):
            yield spelled + ending
        if spelled.startswith("flag-"):
            yield spelled.replace("flag-", "flag-for-")
            yield spelled.removeprefix("flag-")


def _of_set(set_name: str, icon_set: IconSet, names: list[list[str]]) -> Iterator[Drawn]:
    for row, names_of_row in enumerate(names):
        spellings = [spelled for name in names_of_row for spelled in _spellings(name)]
        for picture in icon_set.pictures(spelled for spelled in spellings if spelled not in OTHER_THAN_NAMED.get(set_name, ())):
            yield row, picture


def _of_fxemoji() -> Iterator[Drawn]:
    icon_set = IconSet(FXEMOJI)
    for row, icons in _chosen_by_eye(FXEMOJI):
        for picture in icon_set.pictures(icons):
            yield row, picture


def _chosen_by_eye(name: str) -> Iterator[tuple[int, list[str]]]:
    """Rows of icons.tsv, and what shows them in a set or a package."""
    rows = {row["en"]: number for number, row in enumerate(icon_rows())}
    with (CHOSEN / f"{name}.tsv").open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file, delimiter="\t"):
            yield rows[line["thing"]], line["drawings"].split()


def _of_flag_set(name: str) -> Iterator[Drawn]:
    icon_set = IconSet(name)
    for number, row in enumerate(icon_rows()):
        if row["group"] == FLAG:
            country = "".join(chr(ord(letter) - REGIONAL_A + ord("a")) for letter in row["emoji"])
            for picture in icon_set.pictures([FLAG_SETS[name].format(country)]):
                yield number, picture


def _of_fluent_3d() -> Iterator[Drawn]:
    rows = {_code(emoji): number for number, row in enumerate(icon_rows()) for emoji in row["emoji"].split()}
    with tempfile.TemporaryDirectory() as temporary:
        archive = npm_pack(FLUENT_3D, Path(temporary))
        for path, content in files(archive, lambda path: _without_selector(Path(path).stem) in rows):
            yield rows[_without_selector(Path(path).stem)], _square(Image.open(io.BytesIO(content)))


def _of_word_set(name: str) -> Iterator[Drawn]:
    icon_set = IconSet(name)
    by_name: dict[str, list[str]] = {}
    for icon in icon_set.icons["icons"]:
        by_name.setdefault(re.sub(r"(-\d+)+$", "", icon), []).append(icon)
    for row, named in enumerate(icon_rows()):
        thing = named["en"].lower().removeprefix("pair of ").removeprefix("bunch of ").replace(" ", "-")
        if named["group"] != FLAG and thing not in OTHER_THAN_NAMED.get(name, ()):
            for picture in icon_set.pictures(by_name.get(thing, ())[:MOST_OF_A_WORD]):
                yield row, picture


def _of_emoji_font() -> Iterator[Drawn]:
    with tempfile.TemporaryDirectory() as temporary:
        archive = npm_pack(EMOJI_FONT, Path(temporary))
        # Each file has a part of the emojis.
        yield from _of_fonts(_fonts(archive, "-400-normal.woff"))


def _of_symbola(debian: Debian) -> Iterator[Drawn]:
    yield from _of_fonts(_fonts(debian.download(SYMBOLA), ".ttf"))


def _of_drawings(package: str, debian: Debian) -> Iterator[Drawn]:
    folder = FOLDERS.get(package, FOLDER_OF_THEMES)
    rows = {folder + drawing: row for row, drawings in _chosen_by_eye(package) for drawing in drawings}
    for path, content in files(debian.download(package), rows.__contains__):
        if path.endswith(".svg"):
            yield rows[path], _rendered(content.decode())
        else:
            image = Image.open(io.BytesIO(content))
            yield rows[path], _square(_cut_out(image) if image.format == "JPEG" else image)


def _cut_out(image: Image.Image) -> Image.Image:
    """Out of its white paper: the part of it that reaches the edge is taken away."""
    pixels = np.asarray(image.convert("RGB"))
    # A border around it, so that all of the paper outside is one part.
    white = cv2.copyMakeBorder((pixels.min(axis=2) > PAPER).astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=1)
    _, parts = cv2.connectedComponents(white, connectivity=4)
    drawn = (parts != parts[0, 0])[1:-1, 1:-1]
    return Image.fromarray(np.dstack((pixels, cv2.blur(drawn.astype(np.uint8) * 255, (2, 2)))), "RGBA")


def _fonts(archive: Path, ending: str) -> list[ImageFont.FreeTypeFont]:
    return [ImageFont.truetype(io.BytesIO(content), SIDE) for _, content in files(archive, lambda path: path.endswith(ending))]


def _of_fonts(fonts: list[ImageFont.FreeTypeFont]) -> Iterator[Drawn]:
    """Of each emoji the letter of the first font that has it."""
    for row, named in enumerate(icon_rows()):
        # Flags are two letters.
        for emoji in (emoji for emoji in named["emoji"].split() if len(emoji) == 1):
            font = next((font for font in fonts if has_letter(font, emoji)), None)
            if font is not None:
                yield row, _letter(emoji, font)


def _letter(letter: str, font: ImageFont.FreeTypeFont) -> Image.Image:
    left, top, right, bottom = font.getbbox(letter)
    image = Image.new("RGBA", (right - left, bottom - top))
    ImageDraw.Draw(image).text((-left, -top), letter, (0, 0, 0, 255), font)
    return _square(image)


def _rendered(svg: str, height: int | None = None) -> Image.Image:
    """SIDE wide, then in the middle of a square."""
    return _square(Image.open(io.BytesIO(bytes(resvg_py.svg_to_bytes(svg_string=svg, width=SIDE, height=height)))))


def _square(image: Image.Image) -> Image.Image:
    """In the middle of a square, SIDE large."""
    image = image.convert("RGBA")
    side = max(image.size)
    square = Image.new("RGBA", (side, side))
    square.paste(image, ((side - image.width) // 2, (side - image.height) // 2))
    return square if side == SIDE else square.resize((SIDE, SIDE), Image.Resampling.LANCZOS)


def _save(folder: Path, name: str, drawn: Iterator[Drawn]) -> None:
    pairs = sorted(drawn, key=lambda pair: pair[0])
    rows = [row for row, _ in pairs]
    pixels = np.stack([np.asarray(picture) for _, picture in pairs])
    path = _path(folder, name)
    unfinished = path.with_suffix(".unfinished")
    with unfinished.open("wb") as file:
        np.savez_compressed(file, pixels=pixels, rows=np.array(rows, np.int32), table=np.array(_table_digest()))
    unfinished.rename(path)
    print(f"icons: {path.stem}: {len(rows)} icons of {len(set(rows))} things", flush=True)
