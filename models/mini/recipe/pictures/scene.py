"""What every kind of picture gives: the picture, what lies under each patch, and questions with their answers."""

from dataclasses import dataclass, field
from typing import Any

from PIL import Image

from .grammar import Both
from .labels import PatchLabels


@dataclass
class Picture:
    image: Image.Image
    """RGB, of the size the encoder sees."""
    labels: PatchLabels
    """What lies under each patch: a hint for training, no part of the model."""


@dataclass(frozen=True)
class Question:
    """One thing that can be asked of a picture, in many words, with one answer."""

    skill: str
    """The row it belongs to in the measured table: "drawing: count"."""
    asked: dict[str, list[str]]
    """By language, ways to ask it."""
    answer: Both
    topic: str = ""
    """Questions of one topic can follow one another in few words: "And the star?"."""
    asked_shortly: dict[str, list[str]] = field(default_factory=dict)
    """By language, the few words it takes after another question of its topic."""


@dataclass
class Scene:
    """One picture and all that can be asked of it."""

    picture: Picture
    description: Question
    """The answer to "What is in this picture?" (phrases.DESCRIBE)."""
    questions: list[Question]
    facts: dict[str, Any] = field(default_factory=dict)
    """What questions on several pictures need: see several.py."""
