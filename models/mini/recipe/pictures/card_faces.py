"""Playing cards as they are drawn: rank in the corners, pips or one large suit or a letter in the middle."""

import random
from dataclasses import dataclass

from PIL import ImageFont

from .canvas import Canvas, Points
from .colours import COLOURS, Rgb, varied
from .labels import Character
from .lettering import extent, fitted, write_middle
from .outlines import inside, rounded_box, turned
from .sources import Sources
from .suits import SUIT_COLOURS, SUIT_OUTLINES

# Cards of at least this height have room for pips and for a rank in both corners.
FULL_FROM = 96
LOWEST_RANK = 12.5
COURT = ("jack", "queen", "king")
FRAME_FILLS: tuple[Rgb, ...] = ((255, 243, 200), (225, 238, 255), (254, 254, 252))
LETTERS = {"ace": "A", "jack": "J", "queen": "Q", "king": "K"}
FRENCH_LETTERS = {"ace": "A", "jack": "V", "queen": "D", "king": "R"}
_SIX = ((-1, -1), (1, -1), (-1, 0), (1, 0), (-1, 1), (1, 1))
_EIGHT = ((-1, -1), (1, -1), (-1, -1 / 3), (1, -1 / 3), (-1, 1 / 3), (1, 1 / 3), (-1, 1), (1, 1))
# Where pips are, from -1 to 1 of the middle field.
PIPS: dict[str, tuple[tuple[float, float], ...]] = {
    "ace": ((0, 0),),
    "2": ((0, -1), (0, 1)),
    "3": ((0, -1), (0, 0), (0, 1)),
    "4": ((-1, -1), (1, -1), (-1, 1), (1, 1)),
    "5": ((-1, -1), (1, -1), (0, 0), (-1, 1), (1, 1)),
    "6": _SIX,
    "7": (*_SIX, (0, -0.5)),
    "8": (*_SIX, (0, -0.5), (0, 0.5)),
    "9": (*_EIGHT, (0, 0)),
    "10": (*_EIGHT, (0, -2 / 3), (0, 2 / 3)),
}


@dataclass(frozen=True)
class Card:
    rank: str
    suit: str


@dataclass(frozen=True)
class CardStyle:
    """What the cards of one picture share."""

    font: ImageFont.FreeTypeFont
    height: float
    letters: dict[str, str]
    full: bool
    """A small rank in two corners, and a court in its frame; else one large rank and one large suit."""
    pips: bool
    """Whether full number cards have as many suits in the middle as their number."""
    corner: float

    @property
    def width(self) -> float:
        return self.height / 1.42


def some_style(rng: random.Random, sources: Sources, height: float) -> CardStyle:
    letters = FRENCH_LETTERS if rng.random() < 0.25 else LETTERS
    full = height >= FULL_FROM and rng.random() < 0.7
    return CardStyle(sources.font(rng, 32), height, letters, full, rng.random() < 0.75, height * rng.uniform(0.04, 0.08))


class CardFace:
    """One card being drawn; offsets are in units from its middle, before it is turned."""

    def __init__(self, canvas: Canvas, style: CardStyle, card: Card, cx: float, cy: float, degrees: float):
        self.canvas, self.style, self.card = canvas, style, card
        self.cx, self.cy, self.degrees = cx, cy, degrees
        self.ink: Rgb = varied(canvas.rng, COLOURS[SUIT_COLOURS[card.suit]].rgb, 8)

    def draw(self) -> None:
        style, card, labels = self.style, self.card, self.canvas.labels
        outline = self._box(style.width, style.height, style.corner)
        self.canvas.polygon(outline, (254, 254, 252), (90, 90, 90), 1.4)
        labels.mark_thing(inside(outline, labels.x, labels.y), f"{card.rank} of {card.suit}", "white")
        self._rank()
        if not style.full:
            self._suit(style.width * 0.1, style.height * 0.17, style.width * 0.33)
        elif card.rank in COURT:
            self._court()
        elif style.pips:
            self._pips()
        else:
            self._suit(0, 0, style.width * 0.25)

    @property
    def _letter(self) -> str:
        return self.style.letters.get(self.card.rank, self.card.rank)

    def _box(self, width: float, height: float, corner: float) -> Points:
        return turned(rounded_box(self.cx, self.cy, width, height, corner), self.degrees, self.cx, self.cy)

    def _place(self, x: float, y: float) -> tuple[float, float]:
        (place,) = turned([(self.cx + x, self.cy + y)], self.degrees, self.cx, self.cy)
        return place

    def _suit(self, x: float, y: float, radius: float, upside_down: bool = False) -> None:
        sign = -1 if upside_down else 1
        for outline in SUIT_OUTLINES[self.card.suit]:
            self.canvas.polygon([self._place(x + px * radius * sign, y + py * radius * sign) for px, py in outline], self.ink)

    def _write(self, x: float, y: float, text: str, font: ImageFont.FreeTypeFont, upside_down: bool = False) -> list[Character]:
        return write_middle(self.canvas, text, *self._place(x, y), font, self.ink, self.degrees + (180 if upside_down else 0))

    def _rank(self) -> None:
        style = self.style
        height = max(LOWEST_RANK, style.height * (0.13 if style.full else 0.24))
        font = fitted(self.canvas, self._letter, style.font, height * (1.2 if style.full else 1.35), height)
        ink = extent(self.canvas, self._letter, font)
        x, y = (ink.width - style.width) / 2 + 4, (height - style.height) / 2 + 4
        self.canvas.labels.mark_characters(self._write(x, y, self._letter, font), SUIT_COLOURS[self.card.suit])
        if style.full:
            self._write(-x, -y, self._letter, font, upside_down=True)
            self._suit(x, y + height, height * 0.36)
            self._suit(-x, -y - height, height * 0.36, upside_down=True)

    def _pips(self) -> None:
        style = self.style
        radius = style.width * (0.28 if self.card.rank == "ace" else 0.105)
        for x, y in PIPS[self.card.rank]:
            self._suit(x * style.width * 0.19, y * style.height * 0.34, radius, upside_down=y > 0)

    def _court(self) -> None:
        """A large letter over the suit, in a coloured frame."""
        style = self.style
        frame = self._box(style.width * 0.5, style.height * 0.72, 0)
        self.canvas.polygon(frame, self.canvas.rng.choice(FRAME_FILLS), self.ink, 1)
        font = fitted(self.canvas, self._letter, style.font, style.width * 0.4, style.height * 0.28)
        self._write(0, -style.height * 0.14, self._letter, font)
        self._suit(0, style.height * 0.18, style.width * 0.19)
