"""Pie charts: slices of different colours, clockwise from the top, sometimes with their percents."""

import math
import random
from dataclasses import dataclass
from itertools import permutations

from .canvas import Canvas, arc
from .chart_parts import ROOMY, SmallPrint, about_the_chart, ink_on, size_ranks, write_title
from .colours import COLOURS, colours_on, varied
from .grammar import Noun, capital, listed
from .phrases import DESCRIBE
from .scene import Question, Scene
from .size import Size
from .sources import Sources

SLICE = Noun("slice", "part", "f")
# The largest slice has at least so many percent more than the next, and so on where slices are compared.
APART = 8
LEAST = 9
MOST_SLICES = 5
MOST_PAIRS = 3
# Where percents stand, as a share of the radius.
PRINT_AT = 0.62


@dataclass(frozen=True)
class Slice:
    colour: str
    percent: int

    @property
    def en(self) -> str:
        return f"the {self.colour} slice"

    @property
    def fr(self) -> str:
        return f"la part {COLOURS[self.colour].fr('f')}"


def draw(rng: random.Random, size: Size, sources: Sources) -> Scene:
    canvas = Canvas(rng, size)
    small = SmallPrint(rng, canvas, sources)
    title, top = write_title(rng, small, 0.25 if min(size) >= ROOMY else 0)
    room = min(size.width, size.height - top)
    r = rng.uniform(0.85, 1) * (room / 2 - 4)
    free_x, free_y = (size.width - room) / 2, (size.height - top - room) / 2
    x, y = size.width / 2 + rng.uniform(-free_x, free_x), (top + size.height) / 2 + rng.uniform(-free_y, free_y)
    count = rng.randint(2, MOST_SLICES)
    least = _least_for_print(small, r)
    printed = least * count <= 72 and rng.random() < 0.45
    colours = rng.sample(colours_on(canvas.ground), count)
    slices = [Slice(colour, percent) for colour, percent in zip(colours, _percents(rng, count, least if printed else LEAST))]
    _paint(rng, small, slices, x, y, r, printed)
    facts = {"kind": "pie", "names": colours, "values": [part.percent for part in slices], "ground": canvas.ground}
    asked = [*_questions(rng, slices, printed), *about_the_chart(rng, "pie", title, canvas.ground)]
    return Scene(canvas.finish(), _described(slices), asked, facts)


def _least_for_print(small: SmallPrint, r: float) -> int:
    """The smallest share, in percent, into which "88%" can be written."""
    width = small.width("88%")
    reach = (width + 3) / (2 * PRINT_AT * r)
    return 100 if reach >= 1 or width / 2 > (1 - PRINT_AT) * r else max(LEAST, math.ceil(100 * math.asin(reach) / math.pi))


def _percents(rng: random.Random, count: int, least: int) -> list[int]:
    """None smaller than `least`, and one clearly the largest."""
    while True:
        parts = [rng.random() ** 1.5 + 0.01 for _ in range(count)]
        percents = [least + int((100 - least * count) * part / sum(parts)) for part in parts]
        percents[0] += 100 - sum(percents)
        ranked = sorted(percents)
        if ranked[-1] - ranked[-2] >= APART:
            return percents


def _paint(rng: random.Random, small: SmallPrint, slices: list[Slice], x: float, y: float, r: float, printed: bool) -> None:
    canvas = small.canvas
    # A thin line between slices on half of the pies.
    outline = COLOURS[canvas.ground].rgb if rng.random() < 0.5 else None
    start, wedges = -90.0, []
    for part in slices:
        end = start + 3.6 * part.percent
        wedges.append([(x, y), *arc(x, y, r, r, start, end)])
        canvas.polygon(wedges[-1], fill=varied(rng, COLOURS[part.colour].rgb), outline=outline, width=1.2)
        middle, start = math.radians((start + end) / 2), end
        if printed:
            at = PRINT_AT * r
            small.write(f"{part.percent}%", x + at * math.cos(middle), y + at * math.sin(middle), ink_on(part.colour))
    small.mark()
    for index, (wedge, part, rank) in enumerate(zip(wedges, slices, size_ranks([part.percent for part in slices]))):
        canvas.labels.mark_part(canvas.labels.within(wedge), "slice", part.colour, index, rank)


def _described(slices: list[Slice]) -> Question:
    most = max(slices, key=lambda part: part.percent)
    en, fr = listed([part.colour for part in slices], "en"), listed([COLOURS[part.colour].fr("f") for part in slices], "fr")
    answer = {
        "en": f"A pie chart with {len(slices)} slices: {en}. {capital(most.en)} is the largest.",
        "fr": f"Un camembert avec {len(slices)} parts : {fr}. {capital(most.fr)} est la plus grande.",
    }
    return Question("pie: describe", DESCRIBE, answer)


def _questions(rng: random.Random, slices: list[Slice], printed: bool) -> list[Question]:
    ranked = sorted(slices, key=lambda part: part.percent)
    found = [
        Question("pie: count", SLICE.how_many(), SLICE.there_are(len(slices))),
        _which("pie: most", ranked[-1], ("largest", "biggest"), ("grande", "grosse")),
    ]
    if ranked[1].percent - ranked[0].percent >= APART:
        found.append(_which("pie: least", ranked[0], ("smallest", "thinnest"), ("petite", "fine")))
    pairs = [pair for pair in permutations(slices, 2) if abs(pair[0].percent - pair[1].percent) >= APART]
    found += [_is_larger(*pair) for pair in rng.sample(pairs, min(MOST_PAIRS, len(pairs)))]
    if printed:
        found += [_value(part) for part in slices]
    return found


def _which(skill: str, part: Slice, en: tuple[str, str], fr: tuple[str, str]) -> Question:
    """`en` and `fr`: two words for it, of which the first is answered."""
    return Question(
        skill,
        {
            "en": [
                phrase
                for word in en
                for phrase in (f"Which slice is the {word}?", f"What is the {word} slice?", f"Which part is the {word}?")
            ],
            "fr": [phrase for word in fr for phrase in (f"Quelle part est la plus {word} ?", f"Quelle est la plus {word} part ?")],
        },
        {"en": f"{capital(part.en)} is the {en[0]}.", "fr": f"{capital(part.fr)} est la plus {fr[0]}."},
    )


def _is_larger(first: Slice, second: Slice) -> Question:
    if first.percent > second.percent:
        answer = {"en": f"Yes, {first.en} is larger than {second.en}.", "fr": f"Oui, {first.fr} est plus grande que {second.fr}."}
    else:
        answer = {"en": f"No, {first.en} is smaller than {second.en}.", "fr": f"Non, {first.fr} est plus petite que {second.fr}."}
    asked = {
        "en": [f"Is {first.en} larger than {second.en}?", f"Is {first.en} bigger than the {second.colour} one?"],
        "fr": [f"{capital(first.fr)} est-elle plus grande que {second.fr} ?", f"Est-ce que {first.fr} est plus grande que {second.fr} ?"],
    }
    return Question("pie: compare", asked, answer)


def _value(part: Slice) -> Question:
    return Question(
        "pie: value",
        {
            "en": [
                f"What is the value of {part.en}?",
                f"How much is {part.en}?",
                f"What percentage is {part.en}?",
                f"What percent is {part.en}?",
            ],
            "fr": [
                f"Combien fait {part.fr} ?",
                f"Quelle est la valeur de {part.fr} ?",
                f"Quel pourcentage fait {part.fr} ?",
                f"{capital(part.fr)} fait combien ?",
            ],
        },
        {"en": f"{capital(part.en)} is {part.percent}%.", "fr": f"{capital(part.fr)} fait {part.percent} %."},
        "value",
        {"en": [f"And {part.en}?", f"What about {part.en}?"], "fr": [f"Et {part.fr} ?", f"Et pour {part.fr} ?"]},
    )
