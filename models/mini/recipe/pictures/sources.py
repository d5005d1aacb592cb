"""What pictures are made from that this program does not draw: fonts, icons, photographs. `python -m recipe.fetch` brings them.

Folder: fonts/{train,held_out}/*.woff, icons/*.npz (one drawing style each), photographs/{train,held_out}/*.
What is held out is never trained on: whole families of fonts, one whole drawing style of icons, other photographs.
"""

import random
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageFont

# Never trained on; what the figure for icons is measured with. Its older version is left out, too.
HELD_OUT_STYLE = "emojione"
# These show what colour nothing has: sets of icons with words for names, and emojis.
ONE_COLOUR_WORD_SETS = (
    "fa6-solid", "game-icons", "hugeicons", "icon-park", "lucide", "mdi", "ph", "streamline-cyber-color", "tabler",
)  # fmt: skip
ONE_COLOUR_STYLES = (*ONE_COLOUR_WORD_SETS, "noto-emoji", "fonts-symbola", "fluent-emoji-high-contrast")
# How often their icons come, where those of a coloured set come once: most icons that people meet are coloured.
ONE_COLOUR_SHARE = 0.5
# Debian's packages of clip-art, stamps, pictures of games and desktops: by many hands, or of few things.
DRAWINGS = (
    "openclipart-svg", "pysiogame", "scratch", "tuxpaint-stamps-default", "oxygen-icon-theme", "gnome-icon-theme", "elementary-icon-theme",
    "tango-icon-theme",
)  # fmt: skip
DRAWINGS_SHARE = 2.0
# Remembered of a coloured drawing: of so many of its pixels, anywhere, but for the dark lines.
TONES = 12
DARK_LINE = 60


@dataclass(frozen=True)
class IconStyle:
    name: str
    pixels: np.ndarray
    """uint8 (icons, 128, 128, 4): RGBA, alpha not premultiplied."""
    rows: list[int]
    """Which row of icons.tsv each of them is."""
    tones: list[list[np.ndarray]] | None = None
    """Of a set in one colour, by icon: uint8 (tones, 3) of each drawing of that thing in the coloured sets. None: it is coloured."""

    def share(self) -> float:
        """How often each of its icons comes."""
        if self.tones is not None:
            return ONE_COLOUR_SHARE
        return DRAWINGS_SHARE if self.name in DRAWINGS else 1.0


@dataclass(frozen=True)
class Sources:
    fonts: list[Path]
    icon_styles: list[IconStyle]
    photographs: list[Path]

    @staticmethod
    def load(folder: Path, held_out: bool) -> "Sources":
        """Raises FileNotFoundError where the folder lacks something, and says how to bring it."""
        part = "held_out" if held_out else "train"
        fonts = sorted((folder / "fonts" / part).glob("*.*"))
        photographs = sorted((folder / "photographs" / part).glob("*.*"))
        styles = [path for path in sorted((folder / "icons").glob("*.npz")) if (path.stem == HELD_OUT_STYLE) == held_out]
        if not (fonts and photographs and styles):
            raise FileNotFoundError(f"{folder} lacks fonts, icons or photographs: run `python -m recipe.fetch {folder}`")
        return Sources(fonts, _with_tones([_icon_style(path) for path in styles]), photographs)

    def font(self, rng: random.Random, height_px: int) -> ImageFont.FreeTypeFont:
        return _font(rng.choice(self.fonts), height_px)

    @staticmethod
    def resized(font: ImageFont.FreeTypeFont, height_px: int) -> ImageFont.FreeTypeFont:
        """The same font, at another size."""
        return _font(Path(font.path), height_px)

    def icon_style(self, rng: random.Random) -> IconStyle:
        """Those with many icons come more often, those in one colour less often."""
        return rng.choices(self.icon_styles, [len(style.rows) * style.share() for style in self.icon_styles])[0]

    def photograph(self, rng: random.Random) -> Image.Image:
        return _photograph(rng.choice(self.photographs))


@lru_cache(maxsize=4096)
def _font(path: Path, height_px: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(path), height_px)


@lru_cache(maxsize=1024)
def _photograph(path: Path) -> Image.Image:
    with Image.open(path) as image:
        return image.convert("RGB")


def _icon_style(path: Path) -> IconStyle:
    with np.load(path) as file:
        return IconStyle(path.stem, file["pixels"], file["rows"].tolist())


def _with_tones(styles: list[IconStyle]) -> list[IconStyle]:
    """Those in one colour know what colours their things have elsewhere."""
    of_row: dict[int, list[np.ndarray]] = defaultdict(list)
    rng = np.random.default_rng(0)
    for style in styles:
        if style.name not in ONE_COLOUR_STYLES:
            for row, pixels in zip(style.rows, style.pixels):
                seen = pixels[(pixels[..., 3] > 200) & (pixels[..., :3].max(axis=2) > DARK_LINE)][:, :3]
                if len(seen):
                    of_row[row].append(seen[rng.integers(len(seen), size=TONES)])
    return [replace(style, tones=[of_row[row] for row in style.rows]) if style.name in ONE_COLOUR_STYLES else style for style in styles]
