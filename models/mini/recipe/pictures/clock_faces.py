"""Clocks with hands: the face, its numerals and ticks, and the hands."""

import math
import random
from dataclasses import dataclass

from PIL import ImageFont

from .canvas import Canvas, Points, arc
from .colours import COLOURS, colours_on, readable_on, stands_out, varied
from .labels import Character
from .lettering import fitted, write_middle
from .outlines import inside, rounded_box
from .sources import Sources

ROMAN = ("XII", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI")
# Numerals are drawn on faces of at least this radius: all twelve, or four of them.
ALL_NUMERALS_FROM, SOME_NUMERALS_FROM = 42, 27
NONE, ARABIC, ROMAN_NUMERALS = "none", "arabic", "roman"


@dataclass(frozen=True)
class Face:
    round: bool
    colour: str
    hands: str
    """The colour of the hands and of what is printed on the face."""
    rim: str
    numerals: str
    """NONE, ARABIC or ROMAN_NUMERALS."""
    all_numerals: bool
    second_hand: bool


def some_face(rng: random.Random, ground: str, radius: float) -> Face:
    colour = "white" if rng.random() < 0.55 else rng.choice(list(COLOURS))
    inks = [ink for ink in COLOURS if readable_on(ink, colour)]
    plain = "black" if "black" in inks else "white"
    hands = plain if rng.random() < 0.7 else rng.choice(inks)
    rims = [rim for rim in colours_on(colour) if stands_out(rim, ground)]
    rim = hands if hands in rims and rng.random() < 0.6 else rng.choice(rims)
    numerals = rng.choices((NONE, ARABIC, ROMAN_NUMERALS), (25, 60, 15))[0] if radius >= SOME_NUMERALS_FROM else NONE
    all_numerals = numerals == ARABIC and radius >= ALL_NUMERALS_FROM and rng.random() < 0.6
    second_hand = rng.random() < 0.12 and stands_out("red", colour) and hands != "red"
    return Face(rng.random() < 0.82, colour, hands, rim, numerals, all_numerals, second_hand)


def draw_face(canvas: Canvas, sources: Sources, face: Face, cx: float, cy: float, radius: float, hour: int, minute: int) -> None:
    rng = canvas.rng
    outline = (
        arc(cx, cy, radius, radius, 0, 360)
        if face.round
        else rounded_box(cx, cy, 2 * radius, 2 * radius, rng.choice((0, 4, radius * 0.25)))
    )
    rim = max(1.5, radius * rng.uniform(0.03, 0.1))
    canvas.polygon(outline, varied(rng, COLOURS[face.colour].rgb, 8), varied(rng, COLOURS[face.rim].rgb, 8), rim)
    canvas.labels.mark_thing(inside(outline, canvas.labels.x, canvas.labels.y), "clock", face.colour, (hour, minute))
    edge = radius - rim - 1
    if not face.all_numerals or rng.random() < 0.5:
        edge = _draw_ticks(canvas, face, cx, cy, edge)
    if face.numerals != NONE:
        edge = _draw_numerals(canvas, sources, face, cx, cy, edge)
    _draw_hands(canvas, face, cx, cy, min(edge, radius * 0.85), hour, minute)


def _at(cx: float, cy: float, length: float, degrees: float) -> tuple[float, float]:
    """The end of a hand that points there: 0 degrees is at 12 o'clock."""
    angle = math.radians(degrees)
    return cx + length * math.sin(angle), cy - length * math.cos(angle)


def _draw_ticks(canvas: Canvas, face: Face, cx: float, cy: float, edge: float) -> float:
    """Gives the radius within which there is none."""
    rng = canvas.rng
    rgb, length, dots = COLOURS[face.hands].rgb, edge * rng.uniform(0.08, 0.13), rng.random() < 0.25
    minutes = edge > 44 and rng.random() < 0.4
    for minute in range(0, 60, 1 if minutes else 5):
        quarter, five = minute % 15 == 0, minute % 5 == 0
        if dots and five:
            canvas.ellipse(*_at(cx, cy, edge - length / 2, minute * 6), *[length * (0.45 if quarter else 0.3)] * 2, rgb)
        elif not dots:
            start = edge - length * (1.3 if quarter else 1 if five else 0.5)
            canvas.line(
                [_at(cx, cy, start, minute * 6), _at(cx, cy, edge, minute * 6)], rgb, (2 if quarter else 1.3 if five else 0.6) * edge / 50
            )
    return edge - length * (1 if dots else 1.3)


def _draw_numerals(canvas: Canvas, sources: Sources, face: Face, cx: float, cy: float, edge: float) -> float:
    """Gives the radius to which hands can reach: as far as the middle of the numerals."""
    height = edge * (0.2 if face.all_numerals else 0.26)
    font = _numeral_font(canvas, sources, face, height)
    characters: list[Character] = []
    for hour in range(0, 12, 1 if face.all_numerals else 3):
        text = ROMAN[hour] if face.numerals == ROMAN_NUMERALS else str(hour or 12)
        x, y = _at(cx, cy, edge - height * 0.75, hour * 30)
        characters += write_middle(canvas, text, x, y, font, COLOURS[face.hands].rgb)
    canvas.labels.mark_characters(characters)
    return edge - height * 0.75


def _numeral_font(canvas: Canvas, sources: Sources, face: Face, height: float) -> ImageFont.FreeTypeFont:
    font = sources.font(canvas.rng, 32)
    widest = "XII" if face.numerals == ROMAN_NUMERALS else "12"
    return fitted(canvas, widest, font, height * 1.5, height)


def _draw_hands(canvas: Canvas, face: Face, cx: float, cy: float, reach: float, hour: int, minute: int) -> None:
    """The long one is longer by half at least, and thinner."""
    rng = canvas.rng
    rgb = COLOURS[face.hands].rgb
    long = reach * rng.uniform(0.9, 1)
    short = long * rng.uniform(0.52, 0.64)
    thick = max(3.0, reach * rng.uniform(0.09, 0.13))
    tapered, tail = rng.random() < 0.4, rng.choice((0, 0, 0.12, 0.2))
    for length, degrees, width in ((short, (hour % 12) * 30 + minute * 0.5, thick), (long, minute * 6, max(1.8, thick * 0.6))):
        canvas.polygon(_hand(cx, cy, length, tail * short, degrees, width, tapered), rgb)
    if face.second_hand:
        second = rng.randrange(60) * 6
        canvas.line([_at(cx, cy, -0.2 * long, second), _at(cx, cy, long, second)], COLOURS["red"].rgb, max(0.7, reach * 0.015))
    canvas.ellipse(cx, cy, thick * 0.75, thick * 0.75, COLOURS["red"].rgb if face.second_hand else rgb)


def _hand(cx: float, cy: float, length: float, tail: float, degrees: float, width: float, tapered: bool) -> Points:
    half = width / 2
    tip = half * 0.3 if tapered else half
    base = half * 1.3 if tapered else half
    points = []
    for along, aside in ((-tail, -base), (length, -tip), (length, tip), (-tail, base)):
        x, y = _at(cx, cy, along, degrees)
        dx, dy = _at(0, 0, aside, degrees + 90)
        points.append((x + dx, y + dy))
    return points
