"""Pages full of letters, icons, clocks or cards, for the encoder alone: there is something to learn under every patch.

A picture with one word on it teaches a dozen letters, a page a hundred, for the same work. Nothing is asked of them.
"""

import random

from .canvas import Canvas
from .card_faces import Card, CardFace, some_style
from .clock_faces import draw_face, some_face
from .colours import COLOURS, readable_on, varied
from .icons import SMALLEST, drawn_icon, grid, ground_for, place
from .lettering import extent, write
from .printed_words import words
from .scene import Picture
from .size import Size
from .sources import Sources
from .vocabulary import CHARACTERS, RANKS, SUITS

# Size of the fonts on a page, in units; the small ones come more often.
SMALLEST_LETTER, LARGEST_LETTER = 12, 44
CARD_HEIGHT = 58
SMALLEST_CLOCK = 44


def page(rng: random.Random, size: Size, sources: Sources) -> Picture:
    draw = rng.choices((_letters, _icons, _clocks, _cards), (30, 62, 4, 4))[0]
    return draw(rng, size, sources)


def _letters(rng: random.Random, size: Size, sources: Sources) -> Picture:
    """Line by line, each in a font of its own: words, or any characters in any order."""
    canvas = Canvas(rng, size)
    inks = [colour for colour in COLOURS if readable_on(colour, canvas.ground)]
    top = rng.uniform(1, 6)
    while True:
        height = SMALLEST_LETTER + (LARGEST_LETTER - SMALLEST_LETTER) * rng.random() ** 1.5
        font = sources.font(rng, round(height * 1.3 * canvas.scale))
        text = _line(rng)
        while text and font.getlength(text) > (size.width - 4) * canvas.scale:
            text = text[: min(len(text) - 1, int(len(text) * (size.width - 4) * canvas.scale / font.getlength(text)))].rstrip()
        if not text or top + (ink := extent(canvas, text, font)).height > size.height - 1:
            break
        colour = rng.choice(inks)
        left = rng.uniform(2, max(2, size.width - 2 - ink.width))
        characters = write(canvas, text, left, top, font, varied(rng, COLOURS[colour].rgb, 8))
        canvas.labels.mark_characters(characters, colour)
        top += ink.height + rng.uniform(2, 6)
    return canvas.finish()


def _line(rng: random.Random) -> str:
    kind = rng.random()
    if kind < 0.4:
        text = " ".join(rng.choice(words(rng.choice(("en", "fr")))) for _ in range(4))
        return rng.choice((text, text.upper(), text.title()))
    if kind < 0.6:
        return "".join(rng.choice("0123456789") for _ in range(16))
    # Letters that stand early come more often: capitals, then small letters, digits, accents, signs.
    return "".join(CHARACTERS[int(len(CHARACTERS) * rng.random() ** 1.3)] for _ in range(20))


def _icons(rng: random.Random, size: Size, sources: Sources) -> Picture:
    """Each in a style of its own."""
    room = rng.choice((32, 42, 64))
    cells = grid(size, max(1, int(size.width // room)), max(1, int(size.height // room)))
    styles = [sources.icon_style(rng) for _ in cells]
    icons = [drawn_icon(rng, style, rng.randrange(len(style.rows)), room) for style in styles]
    canvas = Canvas(rng, size, ground_for(rng, icons))
    for icon, cell in zip(icons, cells):
        place(rng, canvas, icon, cell, SMALLEST)
    return canvas.finish()


def _clocks(rng: random.Random, size: Size, sources: Sources) -> Picture:
    canvas = Canvas(rng, size)
    canvas.hand_drawn = False
    for left, top, right, bottom in grid(size, max(1, int(size.width // 64)), max(1, int(size.height // 64))):
        largest = min(right - left, bottom - top) / 2 - 2
        radius = rng.uniform(min(SMALLEST_CLOCK / 2, largest), largest)
        face = some_face(rng, canvas.ground, radius)
        cx, cy = rng.uniform(left + radius + 1, right - radius - 1), rng.uniform(top + radius + 1, bottom - radius - 1)
        draw_face(canvas, sources, face, cx, cy, radius, rng.randint(1, 12), rng.randrange(0, 60, 5))
    return canvas.finish()


def _cards(rng: random.Random, size: Size, sources: Sources) -> Picture:
    canvas = Canvas(rng, size)
    canvas.hand_drawn = False
    style = some_style(rng, sources, min(CARD_HEIGHT, size.height - 6))
    for left, top, right, bottom in grid(size, max(1, int(size.width // 43)), max(1, int(size.height // 64))):
        card = Card(rng.choice(RANKS), rng.choice(SUITS))
        CardFace(canvas, style, card, (left + right) / 2, (top + bottom) / 2, 0.0).draw()
    return canvas.finish()
