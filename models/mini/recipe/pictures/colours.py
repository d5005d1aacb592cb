"""The colours that have names, in both languages, and which of them can be told apart."""

import random
from dataclasses import dataclass

Rgb = tuple[int, int, int]


@dataclass(frozen=True)
class Colour:
    en: str
    rgb: Rgb
    fr_m: str
    fr_f: str
    fr_m_plural: str
    fr_f_plural: str

    def fr(self, gender: str, plural: bool = False) -> str:
        """The adjective that agrees: "vert", "verte", "verts", "vertes"."""
        if plural:
            return self.fr_f_plural if gender == "f" else self.fr_m_plural
        return self.fr_f if gender == "f" else self.fr_m


def _colour(en: str, rgb: Rgb, fr_m: str, fr_f: str = "", invariable: bool = False) -> Colour:
    fr_f = fr_f or fr_m
    if invariable:
        return Colour(en, rgb, fr_m, fr_f, fr_m, fr_f)
    return Colour(en, rgb, fr_m, fr_f, fr_m if fr_m.endswith("s") else fr_m + "s", fr_f + "s")


COLOURS: dict[str, Colour] = {
    colour.en: colour
    for colour in (
        _colour("red", (220, 30, 35), "rouge"),
        _colour("green", (30, 160, 60), "vert", "verte"),
        _colour("blue", (35, 80, 220), "bleu", "bleue"),
        _colour("yellow", (250, 215, 30), "jaune"),
        _colour("orange", (245, 135, 25), "orange", invariable=True),
        _colour("purple", (130, 50, 170), "violet", "violette"),
        _colour("pink", (250, 130, 180), "rose"),
        _colour("brown", (125, 75, 35), "marron", invariable=True),
        _colour("black", (15, 15, 15), "noir", "noire"),
        _colour("white", (252, 252, 252), "blanc", "blanche"),
        _colour("gray", (135, 135, 135), "gris", "grise"),
        _colour("cyan", (40, 205, 220), "cyan", invariable=True),
    )
}

# Pairs that cannot be told apart for sure, once each is varied a little.
ALIKE = {
    frozenset(pair)
    for pair in (
        ("brown", "black"), ("purple", "black"), ("blue", "black"), ("blue", "purple"), ("orange", "yellow"), ("orange", "red"),
        ("brown", "red"), ("pink", "purple"), ("cyan", "blue"), ("gray", "cyan"), ("gray", "green"),
    )
}  # fmt: skip


def stands_out(colour: str, ground: str) -> bool:
    """Whether a thing of this colour can be seen for sure on this ground."""
    return colour != ground and frozenset((colour, ground)) not in ALIKE


def readable_on(colour: str, ground: str) -> bool:
    """Whether thin lines and letters of this colour are much lighter or darker than this ground."""
    lightness = [0.3 * red + 0.59 * green + 0.11 * blue for red, green, blue in (COLOURS[colour].rgb, COLOURS[ground].rgb)]
    return stands_out(colour, ground) and abs(lightness[0] - lightness[1]) >= 55


def colours_on(ground: str) -> list[str]:
    return [name for name in COLOURS if stands_out(name, ground)]


def varied(rng: random.Random, rgb: Rgb, by: int = 14) -> Rgb:
    """The same colour, a little different."""
    red, green, blue = (max(0, min(255, value + rng.randint(-by, by))) for value in rgb)
    return red, green, blue
