"""Drawings of plain shapes, and pairs of drawings that differ in one thing."""

import random
from dataclasses import asdict

from .arrangements import arranged
from .canvas import GROUND_WEIGHTS, GROUNDS, Canvas
from .drawing_changes import change
from .drawing_descriptions import described, description
from .drawing_facts import Drawing
from .drawing_questions import questions
from .grammar import Both
from .scene import Scene
from .shapes import paint
from .size import Size
from .sources import Sources


def draw(rng: random.Random, size: Size, sources: Sources) -> Scene:
    return _scene(rng, _fresh(rng, size))


def changed(rng: random.Random, size: Size, sources: Sources) -> tuple[Scene, Scene, Both]:
    """Two pictures that differ in one thing only, and the sentence that says in which."""
    while True:
        before = _fresh(rng, size)
        found = change(rng, before)
        if found is not None:
            after, words = found
            return _scene(rng, before, plain=True), _scene(rng, after, plain=True), words


def _fresh(rng: random.Random, size: Size) -> Drawing:
    """One that can be described without doubt."""
    while True:
        ground = rng.choices(GROUNDS, GROUND_WEIGHTS)[0]
        drawing = Drawing(arranged(rng, size, ground), ground, size)
        if description(drawing) is not None:
            return drawing


def _scene(rng: random.Random, drawing: Drawing, plain: bool = False) -> Scene:
    """`plain`: no texture and no shaky hand, which differ from picture to picture."""
    canvas = Canvas(rng, drawing.size, drawing.ground, plain)
    for thing in drawing.things:
        paint(canvas, thing)
    facts = {"kind": "drawing", "objects": [asdict(thing) for thing in drawing.things], "ground": drawing.ground}
    return Scene(canvas.finish(), described(drawing), questions(rng, drawing), facts)
