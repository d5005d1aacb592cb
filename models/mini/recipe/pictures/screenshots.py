"""What screens and pages look like: windows, web pages, code, tables, forms, small print. Far too much to read at the size the
encoder sees, and not to be taken for a drawing: all that is to be learnt from them is that they are not known."""

import random
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from .colours import Rgb
from .size import Size
from .sources import Sources

PROSE = (Path(__file__).parent / "prose.txt").read_text(encoding="utf-8").splitlines()
CODE = (
    "def main() -> None:", "    for row in rows:", "        total += row.value", "    return total", "import json", "}", "// never",
    "class Window(Frame):", "    self.title = title", "if not path.exists():", "    raise ValueError(path)", "const rows = await load();",
    "export default App;", "fn read(&self, id: u64) -> Result<Row> {", "    let mut lines = Vec::new();", "SELECT name, price FROM item",
    "#include <stdio.h>", "    while (next < end) {", "        buffer[next++] = 0;", '<div class="card">', "  margin: 0 auto;", "",
)  # fmt: skip
TERMINAL = (
    "$ ls -la", "total 48", "drwxr-xr-x  5 anna anna 4096 Mar  3 10:12 .", "-rw-r--r--  1 anna anna  812 Mar  3 10:10 README.md", "$ top",
    "$ git status", "On branch main", "nothing to commit, working tree clean", "$ cargo build --release", "   Compiling server v0.3.1",
    "    Finished in 12.4s", "$ ping -c 2 example.org", "64 bytes from 93.184.216.34: time=11.2 ms", "warning: unused variable",
    "error[E0308]: mismatched types",
)  # fmt: skip
# Pixels of the screenshot for one that the encoder sees: letters of 8 to 13 pixels become specks.
SCALE = 3
LETTER_HEIGHTS = (8, 13)


@dataclass
class Page:
    """A screenshot while it is drawn."""

    rng: random.Random
    image: Image.Image
    pen: ImageDraw.ImageDraw
    font: ImageFont.FreeTypeFont
    paper: Rgb
    ink: Rgb
    accent: Rgb

    @property
    def width(self) -> int:
        return self.image.width

    @property
    def height(self) -> int:
        return self.image.height

    @property
    def line(self) -> int:
        """From one line of text to the next."""
        return round(self.font.size * 1.35)

    def box(self, left: float, top: float, right: float, bottom: float, fill: Rgb | None = None, outline: Rgb | None = None) -> None:
        """Nothing is drawn where no room is left."""
        if right > left and bottom > top:
            self.pen.rectangle((left, top, right, bottom), fill, outline)

    def text(self, left: float, top: float, words: str, ink: Rgb | None = None) -> None:
        self.pen.text((left, top), words, font=self.font, fill=ink or self.ink)

    def paragraph(self, left: float, top: float, right: float, bottom: float) -> None:
        """Real prose that fills a box, more or less."""
        words = self.rng.choice(PROSE)
        per_line = max(4, int((right - left) / (self.font.size * 0.5)))
        start = self.rng.randrange(len(words) // 2)
        y = top
        while y + self.line <= bottom:
            if start >= len(words):
                words, start = self.rng.choice(PROSE), 0
                y += self.line // 2
            length = per_line if self.rng.random() < 0.9 else per_line // 2
            self.text(left, y, words[start : start + length].strip())
            start += length
            y += self.line

    def title_bar(self) -> int:
        """The window's bar; gives where the rest begins."""
        bar = self.line + 8
        self.box(0, 0, self.width, bar, fill=self.accent)
        for i, rgb in enumerate(((235, 90, 80), (240, 190, 70), (90, 190, 90))):
            self.pen.ellipse((6 + i * 12, bar // 2 - 4, 14 + i * 12, bar // 2 + 4), fill=rgb)
        self.text(50, 4, self.label(18), self.paper)
        return bar

    def label(self, most: int) -> str:
        """A few words, as on a button."""
        words = self.rng.choice(PROSE).split()
        start = self.rng.randrange(len(words) - 3)
        return " ".join(words[start : start + self.rng.randint(1, 3)])[:most]


def screenshot(rng: random.Random, size: Size, sources: Sources) -> Image.Image:
    """SCALE times as large as the encoder sees it."""
    dark = rng.random() < 0.35
    paper, ink = ((30, 32, 38), (220, 222, 226)) if dark else ((250, 250, 251), (35, 36, 40))
    accent = (rng.randint(20, 190), rng.randint(40, 170), rng.randint(60, 220))
    image = Image.new("RGB", size.pixels(SCALE), paper)
    font = sources.font(rng, rng.randint(*LETTER_HEIGHTS))
    page = Page(rng, image, ImageDraw.Draw(image), font, paper, ink, accent)
    rng.choice((_document, _web_page, _code, _terminal, _table, _form, _phone, _windows))(page)
    return image


def _document(page: Page) -> None:
    margin = page.rng.randint(8, 30)
    columns = page.rng.choice((1, 1, 2, 3)) if page.width > 250 else 1
    column = (page.width - margin * (columns + 1)) / columns
    for i in range(columns):
        left = margin + (column + margin) * i
        page.paragraph(left, margin, left + column, page.height - margin)


def _web_page(page: Page) -> None:
    top = page.title_bar()
    for x in range(8, page.width, 70):
        page.text(x, top + 4, page.label(8), page.accent)
    top += page.line + 8
    banner = page.rng.randint(20, 60)
    page.box(0, top, page.width, top + banner, fill=_lighter(page))
    page.text(12, top + banner / 3, page.label(30))
    top += banner + 8
    cards = max(1, page.width // 110)
    wide = page.width / cards
    while top < page.height:
        tall = page.rng.randint(50, 90)
        for i in range(cards):
            left = wide * i + 6
            page.box(left, top, left + wide - 12, top + tall, fill=_lighter(page), outline=page.accent)
            page.paragraph(left + 6, top + 6, left + wide - 18, top + tall - 4)
        top += tall + 8


def _code(page: Page) -> None:
    colours = [page.ink, page.ink, (120, 130, 140), page.accent, (200, 120, 60), (90, 160, 90)]
    left = page.rng.choice((6, 70))
    if left == 70:
        page.box(0, 0, 62, page.height, fill=_lighter(page))
        for y in range(8, page.height, page.line):
            page.text(6, y, page.label(8))
    for number, y in enumerate(range(6, page.height, page.line), 1):
        page.text(left, y, f"{number:3}", (130, 130, 130))
        line = page.rng.choice(CODE)
        indent = len(line) - len(line.lstrip())
        page.text(left + 24 + indent * page.font.size // 2, y, line.strip(), page.rng.choice(colours))


def _terminal(page: Page) -> None:
    page.box(0, 0, page.width, page.height, fill=(12, 14, 16))
    ink = page.rng.choice(((220, 220, 220), (120, 230, 120), (230, 200, 120)))
    for y in range(6, page.height, page.line):
        page.text(6, y, page.rng.choice(TERMINAL), ink)


def _table(page: Page) -> None:
    top = page.title_bar()
    wide, tall = page.rng.randint(40, 80), page.line + 4
    for row, y in enumerate(range(top, page.height, tall)):
        for x in range(0, page.width, wide):
            page.box(x, y, x + wide, y + tall, fill=_lighter(page) if row == 0 else None, outline=(165, 168, 172))
            page.text(x + 3, y + 2, page.label(7) if row == 0 or x == 0 else f"{page.rng.uniform(0, 5000):.2f}")


def _form(page: Page) -> None:
    top = page.title_bar() + 8
    while top < page.height:
        page.text(12, top, page.label(16))
        page.box(12, top + page.line, page.width * page.rng.uniform(0.5, 0.92), top + page.line * 2 + 4, outline=(150, 153, 160))
        page.text(16, top + page.line + 2, page.label(20), (140, 143, 150))
        top += page.line * 3 + 4
        if page.rng.random() < 0.3:
            page.box(12, top, 90, top + page.line + 6, fill=page.accent)
            page.text(18, top + 3, page.label(9), page.paper)
            top += page.line * 2


def _phone(page: Page) -> None:
    """Messages, on the left and on the right."""
    page.box(0, 0, page.width, page.line + 6, fill=page.accent)
    page.text(8, 3, page.label(14), page.paper)
    top = page.line + 14
    while top < page.height:
        wide = page.width * page.rng.uniform(0.4, 0.75)
        lines = page.rng.randint(1, 4)
        left = 8 if page.rng.random() < 0.5 else page.width - wide - 8
        bottom = top + lines * page.line + 10
        page.pen.rounded_rectangle((left, top, left + wide, bottom), 8, fill=_lighter(page))
        page.paragraph(left + 6, top + 4, left + wide - 6, bottom)
        top = bottom + 8


def _windows(page: Page) -> None:
    """A desktop with windows one over another."""
    page.image.paste(page.accent, (0, 0, page.width, page.height))
    for _ in range(page.rng.randint(2, 4)):
        width, height = (round(side * page.rng.uniform(0.4, 0.75)) for side in page.image.size)
        left, top = page.rng.randint(0, page.width - width), page.rng.randint(0, page.height - height)
        page.box(left, top, left + width, top + height, fill=page.paper, outline=(120, 120, 125))
        page.box(left, top, left + width, top + page.line + 4, fill=_lighter(page))
        page.text(left + 6, top + 2, page.label(16))
        page.paragraph(left + 6, top + page.line + 8, left + width - 6, top + height - 4)


def _lighter(page: Page) -> Rgb:
    """The paper with a little of the accent."""
    red, green, blue = (round(paper * 0.85 + accent * 0.15) for paper, accent in zip(page.paper, page.accent))
    return red, green, blue
