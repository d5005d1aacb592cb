"""Pictures with question and answer side by side, to look at: `python -m recipe.sheet CASES OUT.png [--wrong]`.

CASES is a folder of recipe.checks.cases. Answers that are right to the letter stand in green, others in red.
"""

import argparse
import json
import textwrap
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

PICTURE, MARGIN, COLUMNS, LINE = 192, 12, 5, 15
LINES = 7
CELL = (PICTURE + 2 * MARGIN, PICTURE + 3 * MARGIN + LINES * LINE)
RIGHT, WRONG, QUESTION = "#1a7f37", "#cf222e", "#1f2328"


def cell(folder: Path, case: dict) -> Image.Image:
    image = Image.new("RGB", CELL, "white")
    pen = ImageDraw.Draw(image)
    font = ImageFont.load_default(12)
    shown = [Image.open(folder / name).convert("RGB") for name in case["pictures"]]
    for index, picture in enumerate(shown):
        room = PICTURE // len(shown)
        picture = picture.resize((round(picture.width * room / max(picture.size)), round(picture.height * room / max(picture.size))))
        image.paste(picture, (MARGIN + index * room, MARGIN))
    right = case["answer"] == case["truth"]
    lines = [(line, QUESTION) for line in textwrap.wrap(case["question"], 34)]
    for text in case["answer"].split("\n"):
        lines += [(line, RIGHT if right else WRONG) for line in textwrap.wrap(text, 34)]
    if not right:
        lines += [(line, QUESTION) for line in textwrap.wrap("Right: " + " / ".join(case["truth"].split("\n")), 34)]
    for index, (line, colour) in enumerate(lines[:LINES]):
        pen.text((MARGIN, 2 * MARGIN + PICTURE + index * LINE), line, fill=colour, font=font)
    return image


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--wrong", action="store_true", help="only those that are answered wrongly")
    parser.add_argument("--most", type=int, default=25)
    arguments = parser.parse_args()
    cases = json.loads((arguments.cases / "cases.json").read_text(encoding="utf-8"))
    if arguments.wrong:
        cases = [case for case in cases if case["answer"] != case["truth"]]
    cases = [case for case in cases if case["pictures"]][: arguments.most]
    rows = -(-len(cases) // COLUMNS)
    sheet = Image.new("RGB", (CELL[0] * COLUMNS, CELL[1] * max(1, rows)), "white")
    for index, case in enumerate(cases):
        sheet.paste(cell(arguments.cases, case), (index % COLUMNS * CELL[0], index // COLUMNS * CELL[1]))
    sheet.save(arguments.out, optimize=True)


if __name__ == "__main__":
    main()
