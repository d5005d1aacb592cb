"""Fonts: Latin letters of common families, regular and bold, from Fontsource's packages."""

import re
import tempfile
from pathlib import Path

from PIL import ImageFont

from .registries import files, npm_pack

# Sans, serif, slab, mono, rounded, narrow, handwriting.
TRAIN = (
    "anton", "architects-daughter", "arimo", "barlow", "bitter", "cabin", "carlito", "caveat", "comfortaa", "comic-neue",
    "courier-prime", "cousine", "crimson-text", "dosis", "eb-garamond", "exo-2", "fira-code", "fira-sans", "inconsolata", "indie-flower",
    "inter", "josefin-sans", "karla", "lato", "libre-baskerville", "merriweather", "montserrat", "mulish", "noto-sans", "noto-serif",
    "nunito", "open-sans", "oswald", "patrick-hand", "playfair-display", "poppins", "pt-sans", "pt-serif", "quicksand", "raleway",
    "roboto", "roboto-condensed", "roboto-mono", "roboto-slab", "rubik", "source-sans-3", "tinos", "titillium-web", "ubuntu", "work-sans",
    "zilla-slab",
)  # fmt: skip
HELD_OUT = ("aleo", "asap", "dejavu-sans", "gelasio", "handlee", "ibm-plex-mono", "libre-franklin", "lora")
REGULAR_AND_BOLD = re.compile(r"-latin-(400|700)-normal\.woff$")
# A font without one of these would print boxes.
NEEDED = "AZaz09ÀÂÇÉÈÊËÎÏÔÙÛŒàâçéèêëîïôùûœ.,:;!?/-+%€$£&'\"()#@="
# In no font: what is drawn for it is what is drawn for any missing letter.
MISSING = "\uffff"


def fetch_fonts(folder: Path) -> None:
    for part, families in (("train", TRAIN), ("held_out", HELD_OUT)):
        for family in families:
            _fetch_family(folder / part, family)


def _fetch_family(folder: Path, family: str) -> None:
    if any(folder.glob(f"{family}-[0-9]*.woff")):
        return
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        archive = npm_pack(f"@fontsource/{family}", Path(temporary))
        for path, content in files(archive, lambda path: REGULAR_AND_BOLD.search(path) is not None):
            weight = REGULAR_AND_BOLD.search(path)[1]
            font = folder / f"{family}-{weight}.woff"
            font.write_bytes(content)
            if lacking := missing_letters(font):
                print(f"fonts: {font.name} lacks {lacking}: left out", flush=True)
                font.unlink()
            else:
                print(f"fonts: {folder.name}/{font.name}", flush=True)


def missing_letters(path: Path) -> str:
    """Those of NEEDED that it does not have."""
    font = ImageFont.truetype(str(path), 32)
    return "".join(letter for letter in NEEDED if not has_letter(font, letter))


def has_letter(font: ImageFont.FreeTypeFont, letter: str) -> bool:
    return bytes(font.getmask(letter)) != bytes(font.getmask(MISSING))
