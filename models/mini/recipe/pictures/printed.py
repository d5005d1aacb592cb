"""Printed words, numbers, prices and dates: one to three lines, in any font."""

import random

from .canvas import Canvas
from .colours import COLOURS, colours_on, readable_on, varied
from .outlines import inside, rounded_box, turned
from .printed_layout import Block, laid_out
from .printed_questions import Look, description, questions_on
from .printed_words import Text, some_case, some_text
from .scene import Scene
from .size import Size
from .sources import Sources

# Space that a line takes at least with what parts it from the next one, in units.
LINE_HEIGHT = 21
# Width of a narrow letter at the least height.
LETTER_WIDTH = 9
PADDING = 5


def draw(rng: random.Random, size: Size, sources: Sources) -> Scene:
    canvas = Canvas(rng, size)
    canvas.hand_drawn = False
    look = _look(rng, canvas.ground)
    texts, block = _fitting(canvas, sources, PADDING if look.label or look.frame else 0)
    _draw_backing(canvas, block, look)
    characters = block.write(canvas, varied(rng, COLOURS[look.ink].rgb, 8))
    canvas.labels.mark_characters(characters, look.ink)
    facts = {"kind": "print", "lines": [text.text for text in texts], "ink": look.ink}
    return Scene(canvas.finish(), description(texts, look), questions_on(rng, texts, look, canvas.ground), facts)


def _look(rng: random.Random, ground: str) -> Look:
    chance = rng.random()
    label = rng.choice(colours_on(ground)) if chance < 0.18 else None
    behind = label or ground
    ink = "black" if behind == "white" and rng.random() < 0.5 else rng.choice([ink for ink in COLOURS if readable_on(ink, behind)])
    return Look(ink, behind, label is not None, chance > 0.9)


def _fitting(canvas: Canvas, sources: Sources, padding: float) -> tuple[list[Text], Block]:
    """Texts that fit, fewer and shorter ones where there is little room."""
    rng = canvas.rng
    degrees = rng.uniform(-5, 5) if rng.random() < 0.2 else 0.0
    most = max(1, min(3, int((canvas.size.height - 8 - 2 * padding) // LINE_HEIGHT)))
    count = min(most, rng.choices((1, 2, 3), (64, 21, 15))[0])
    longest = int((canvas.size.width - 8 - 2 * padding) // LETTER_WIDTH)
    case = some_case(rng)
    while True:
        texts = [some_text(rng, case, max(3, longest)) for _ in range(count)]
        if len({text.text for text in texts}) == count:
            block = laid_out(canvas, sources, [text.text for text in texts], padding, degrees)
            if block is not None:
                return texts, block
        longest -= 1
        if rng.random() < 0.3:
            count = max(1, count - 1)
        if longest < 5:
            degrees /= 2


def _draw_backing(canvas: Canvas, block: Block, look: Look) -> None:
    """The label or the frame around the text."""
    if not (look.label or look.frame):
        return
    rng = canvas.rng
    outline = rounded_box(block.cx, block.cy, block.width + 2 * PADDING, block.height + 2 * PADDING, rng.choice((0, 2, 4)))
    outline = turned(outline, block.degrees, block.cx, block.cy)
    rgb = varied(rng, COLOURS[look.ground].rgb, 8) if look.label else None
    edge = COLOURS[look.ink].rgb if look.frame or rng.random() < 0.3 else None
    canvas.polygon(outline, rgb, edge, rng.uniform(1, 2))
    if look.label:
        canvas.labels.mark(inside(outline, canvas.labels.x, canvas.labels.y), "nothing", look.ground)
