"""All that a patch can hold: the classes of the hints (labels.py)."""

import csv
from pathlib import Path

from .colours import COLOURS

SHAPES = ("circle", "square", "rectangle", "triangle", "star", "diamond", "cross", "heart", "oval", "ring", "arrow", "crescent")
CHART_PARTS = ("bar", "line", "slice")
DIE_FACES = tuple(f"die {pips}" for pips in range(1, 7))
SUITS = ("hearts", "diamonds", "spades", "clubs")
RANKS = ("ace", "2", "3", "4", "5", "6", "7", "8", "9", "10", "jack", "queen", "king")
CARDS = tuple(f"{rank} of {suit}" for suit in SUITS for rank in RANKS)
SIGNS = (
    "stop", "give way", "no entry", "no vehicles", "no parking", "no overtaking", "speed limit", "parking", "one way", "roundabout",
    "priority road", "pedestrian crossing", "danger", "crossroads", "bend to the left", "bend to the right", "turn left", "turn right",
    "straight ahead", "dead end", "traffic lights",
)  # fmt: skip
# Not known: photographs, screenshots, noise, long texts.
UNKNOWN = "unknown"
ICON_TABLE = Path(__file__).parent / "icons.tsv"


def icon_rows() -> list[dict[str, str]]:
    """The everyday things: columns emoji, en, en_plural, fr, gender, fr_plural, group."""
    with ICON_TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


# Sorted by what does not change: icons last, so that adding one keeps the ids of the others.
KINDS = (
    ("nothing", UNKNOWN, "clock")
    + SHAPES
    + CHART_PARTS
    + DIE_FACES
    + CARDS
    + tuple("sign: " + sign for sign in SIGNS)
    + tuple("icon: " + row["en"] for row in icon_rows())
)
KIND_IDS = {kind: index for index, kind in enumerate(KINDS)}
COLOUR_IDS = {colour: index for index, colour in enumerate(COLOURS)}
# 0 is no character.
CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789ÀÂÇÉÈÊËÎÏÔÙÛŒàâçéèêëîïôùûœ.,:;!?/-+%€$£&'\"()#@="
CHARACTER_IDS = {character: index + 1 for index, character in enumerate(CHARACTERS)}
# A character's place in its text: first, second and so on; the last stands for all that follow.
NUMBERS = 24
# Likewise a thing's place among the others.
THINGS = 9
# Of a clock with hands; it shows steps of five minutes.
HOURS = MINUTES = 12
