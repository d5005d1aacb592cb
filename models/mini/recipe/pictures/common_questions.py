"""Questions that can be asked of every kind of picture, and that all answer in the same words."""

from .colours import COLOURS
from .phrases import GROUND, NOT_TOLD, UNANSWERABLE
from .scene import Question


def background(kind: str, ground: str) -> Question:
    """`kind` is the first word of the skill: "dice"."""
    return Question(f"{kind}: background", GROUND, {"en": f"The background is {ground}.", "fr": f"Le fond est {COLOURS[ground].fr('m')}."})


def unanswerable() -> Question:
    return Question("unanswerable", UNANSWERABLE, NOT_TOLD)
