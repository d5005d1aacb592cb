"""Digital displays: digits of seven bars."""

from .canvas import Canvas, Points
from .colours import COLOURS, Rgb, varied
from .labels import Character
from .outlines import inside, rounded_box

# Which bars are lit: top, top left, top right, middle, bottom left, bottom right, bottom.
LIT = {
    "0": "1110111", "1": "0010010", "2": "1011101", "3": "1011011", "4": "0111010",
    "5": "1101011", "6": "1101111", "7": "1010010", "8": "1111111", "9": "1111011",
}  # fmt: skip
# Each bar from where to where, in widths and half heights of the digit.
BARS = (((0, 0), (1, 0)), ((0, 0), (0, 1)), ((1, 0), (1, 1)), ((0, 1), (1, 1)), ((0, 1), (0, 2)), ((1, 1), (1, 2)), ((0, 2), (1, 2)))
# From one character to the next, in widths of a digit.
DIGIT_ADVANCE, COLON_ADVANCE = 1.3, 0.5


def draw_display(canvas: Canvas, text: str, glass: str, digits: str) -> None:
    """A digital clock as large as there is room for, somewhere on the canvas. `glass` and `digits` are names of colours."""
    rng = canvas.rng
    glass_rgb, lit = varied(rng, COLOURS[glass].rgb, 8), varied(rng, COLOURS[digits].rgb)
    unlit = _mixed(glass_rgb, lit) if rng.random() < 0.4 else None
    digits_wide = sum(COLON_ADVANCE if character == ":" else DIGIT_ADVANCE for character in text)
    digit_width = rng.uniform(0.8, 1) * min((canvas.size.width - 6) / (digits_wide + 1), (canvas.size.height - 6) / 2.9)
    digit_height = digit_width * rng.uniform(1.7, 2)
    width, height = digit_width * (digits_wide + 0.7), digit_height + digit_width * 0.8
    cx, cy = (rng.uniform(half + 2, length - half - 2) for half, length in zip((width / 2, height / 2), canvas.size))
    box = rounded_box(cx, cy, width, height, rng.choice((0, 2, 4)))
    canvas.polygon(box, glass_rgb, COLOURS["gray" if glass == "black" else "black"].rgb, rng.uniform(1, 2))
    canvas.labels.mark_thing(inside(box, canvas.labels.x, canvas.labels.y), "clock", glass)

    left, top = cx - digit_width * (digits_wide - DIGIT_ADVANCE + 1) / 2, cy - digit_height / 2
    characters: list[Character] = []
    for number, character in enumerate(text):
        if character == ":":
            for middle in (top + digit_height * 0.3, top + digit_height * 0.7):
                canvas.box(left, middle - digit_width * 0.1, left + digit_width * 0.2, middle + digit_width * 0.1, lit)
        else:
            _draw_digit(canvas, character, left, top, digit_width, digit_height, lit, unlit)
        advance = digit_width * (COLON_ADVANCE if character == ":" else DIGIT_ADVANCE)
        gap = digit_width * (DIGIT_ADVANCE - 1) / 2
        characters.append(Character(character, left - gap, top, left + advance - gap, top + digit_height, number))
        left += advance
    canvas.labels.mark_characters(characters, digits)


def _draw_digit(canvas: Canvas, digit: str, left: float, top: float, width: float, height: float, rgb: Rgb, unlit: Rgb | None) -> None:
    """`unlit`: the colour of bars that are off; None if they cannot be seen."""
    thick = width * 0.2
    across, down = width - thick, (height - thick) / 2
    for lit, ((x0, y0), (x1, y1)) in zip(LIT[digit], BARS):
        colour = rgb if lit == "1" else unlit
        if colour is not None:
            start = left + thick / 2 + x0 * across, top + thick / 2 + y0 * down
            end = left + thick / 2 + x1 * across, top + thick / 2 + y1 * down
            canvas.polygon(_bar(start, end, thick / 2), colour)


def _bar(start: tuple[float, float], end: tuple[float, float], half: float) -> Points:
    """Pointed at both ends, with a small gap to the next bar."""
    (x0, y0), (x1, y1) = start, end
    gap = half * 0.25
    if y0 == y1:
        x0, x1 = x0 + gap, x1 - gap
        return [(x0, y0), (x0 + half, y0 - half), (x1 - half, y0 - half), (x1, y0), (x1 - half, y0 + half), (x0 + half, y0 + half)]
    y0, y1 = y0 + gap, y1 - gap
    return [(x0, y0), (x0 + half, y0 + half), (x0 + half, y1 - half), (x0, y1), (x0 - half, y1 - half), (x0 - half, y0 + half)]


def _mixed(glass: Rgb, lit: Rgb) -> Rgb:
    red, green, blue = (round(0.9 * behind + 0.1 * light) for behind, light in zip(glass, lit))
    return red, green, blue
