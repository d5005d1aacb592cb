"""Pictures with question and answer side by side, to look at: `python -m recipe.sheet CASES FONT OUT.png [--only wrong]`.

CASES is a folder of recipe.checks.cases, FONT a file of a font. Answers that are right to the letter stand in green, others in red.
"""

import argparse
import json
import textwrap
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

PICTURE, MARGIN, COLUMNS, LINE = 192, 12, 5, 15
LINES = 7
FONT_PIXELS = 12
WRAP = 31
CELL = (PICTURE + 2 * MARGIN, PICTURE + 3 * MARGIN + LINES * LINE)
RIGHT, WRONG, QUESTION = "#1a7f37", "#cf222e", "#1f2328"


def is_right(case: dict) -> bool:
    return case["answer"] == case["truth"]


def cell(folder: Path, case: dict, font: ImageFont.FreeTypeFont) -> Image.Image:
    image = Image.new("RGB", CELL, "white")
    pen = ImageDraw.Draw(image)
    shown = [Image.open(folder / name).convert("RGB") for name in case["pictures"]]
    for index, picture in enumerate(shown):
        room = PICTURE // len(shown)
        picture = picture.resize((round(picture.width * room / max(picture.size)), round(picture.height * room / max(picture.size))))
        image.paste(picture, (MARGIN + index * room, MARGIN))
    right = is_right(case)
    lines = [(line, QUESTION) for line in textwrap.wrap(case["question"], WRAP)]
    for text in case["answer"].split("\n"):
        lines += [(line, RIGHT if right else WRONG) for line in textwrap.wrap(text, WRAP)]
    if not right:
        lines += [(line, QUESTION) for line in textwrap.wrap("Right: " + " / ".join(case["truth"].split("\n")), WRAP)]
    for index, (line, colour) in enumerate(lines[:LINES]):
        pen.text((MARGIN, 2 * MARGIN + PICTURE + index * LINE), line, fill=colour, font=font)
    return image


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", type=Path)
    parser.add_argument("font", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--only", choices=("right", "wrong"))
    parser.add_argument("--without", default="", metavar="KIND", help="as cases.json names it")
    parser.add_argument("--most", type=int, default=25)
    arguments = parser.parse_args()
    cases = json.loads((arguments.cases / "cases.json").read_text(encoding="utf-8"))
    if arguments.only:
        cases = [case for case in cases if is_right(case) == (arguments.only == "right")]
    cases = [case for case in cases if case["pictures"] and case["kind"] != arguments.without][: arguments.most]
    font = ImageFont.truetype(arguments.font, FONT_PIXELS)
    rows = -(-len(cases) // COLUMNS)
    sheet = Image.new("RGB", (CELL[0] * COLUMNS, CELL[1] * max(1, rows)), "white")
    for index, case in enumerate(cases):
        sheet.paste(cell(arguments.cases, case, font), (index % COLUMNS * CELL[0], index // COLUMNS * CELL[1]))
    sheet.save(arguments.out, optimize=True)


if __name__ == "__main__":
    main()
