"""What pictures are made from that this program does not draw: fonts, icons, photographs. `python -m recipe.fetch` brings them.

Folder: fonts/{train,held_out}/*.woff, icons/*.npz (one drawing style each), photographs/{train,held_out}/*.
What is held out is never trained on: whole families of fonts, one whole drawing style of icons, other photographs.
"""

import random
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageFont

# Never trained on; what the figure for icons is measured with. Its older version is left out, too.
HELD_OUT_STYLE = "emojione"
# These show what colour nothing has.
ONE_COLOUR_STYLES = (
    "noto-emoji", "fonts-symbola", "fluent-emoji-high-contrast", "fa6-solid", "game-icons", "icon-park", "lucide", "mdi", "ph",
    "streamline-cyber-color",
)  # fmt: skip
# How often their icons come, where those of a coloured set come once: most icons that people meet are coloured.
ONE_COLOUR_SHARE = 0.5


@dataclass(frozen=True)
class IconStyle:
    name: str
    pixels: np.ndarray
    """uint8 (icons, 128, 128, 4): RGBA, alpha not premultiplied."""
    rows: list[int]
    """Which row of icons.tsv each of them is."""


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
        return Sources(fonts, [_icon_style(path) for path in styles], photographs)

    def font(self, rng: random.Random, height_px: int) -> ImageFont.FreeTypeFont:
        return _font(rng.choice(self.fonts), height_px)

    @staticmethod
    def resized(font: ImageFont.FreeTypeFont, height_px: int) -> ImageFont.FreeTypeFont:
        """The same font, at another size."""
        return _font(Path(font.path), height_px)

    def icon_style(self, rng: random.Random) -> IconStyle:
        """Those with many icons come more often, those in one colour less often."""
        shares = [ONE_COLOUR_SHARE if style.name in ONE_COLOUR_STYLES else 1 for style in self.icon_styles]
        return rng.choices(self.icon_styles, [len(style.rows) * share for style, share in zip(self.icon_styles, shares)])[0]

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
