"""What all charts share: values that clearly differ, small print, a title, axes, and questions on the chart as a whole."""

import random
from typing import NamedTuple

from .canvas import Canvas
from .colours import COLOURS, Rgb, stands_out, varied
from .common_questions import background, unanswerable
from .grammar import Both
from .labels import IGNORED, Character
from .lettering import extent, write_middle
from .scene import Question
from .sources import Sources

# By the first word of their skills.
CHART_KINDS: dict[str, Both] = {
    "bars": {"en": "a bar chart", "fr": "un graphique en barres"},
    "line": {"en": "a line chart", "fr": "une courbe"},
    "pie": {"en": "a pie chart", "fr": "un camembert"},
}
TITLES = (
    "Sales", "Votes", "Rain", "Points", "Visits", "Costs", "Score", "Users", "Stock", "Pets", "Trips", "Total", "Sports", "Fruits", "Books",
    "Our team", "Last year", "My week", "Ventes", "Notes", "Budget", "Prix", "Livres", "Films",
    "Vacances", "Cantine", "Mon mois", "Nos amis",
)  # fmt: skip
# Print in a picture whose shorter side is less than this: one kind of it, or none.
ROOMY = 96


class Frame(NamedTuple):
    """Where values are drawn: the axes are its left and lower edge."""

    left: float
    top: float
    right: float
    bottom: float


class SmallPrint:
    """One font and one ink for all that is written on a chart; keeps it for the hints."""

    def __init__(self, rng: random.Random, canvas: Canvas, sources: Sources):
        self.canvas = canvas
        self.ink = ink_on(canvas.ground)
        self.height = rng.uniform(11, max(13, 0.08 * min(canvas.size)))
        """Of a digit, in units."""
        font = sources.font(rng, 32)
        self.font = Sources.resized(font, round(32 * self.height / extent(canvas, "8", font).height))
        self.characters: list[Character] = []

    def width(self, text: str) -> float:
        return extent(self.canvas, text, self.font).width

    def write(self, text: str, cx: float, cy: float, ink: str = "", part: tuple[int, int] = (IGNORED, IGNORED)) -> None:
        """`part`: number and rank in size of the part that it belongs to."""
        written = write_middle(self.canvas, text, cx, cy, self.font, COLOURS[ink or self.ink].rgb)
        self.characters += [character._replace(thing=part[0], size_rank=part[1]) for character in written]

    def mark(self) -> None:
        """To be done before bars and slices are marked: where both are, the colour is theirs."""
        self.canvas.labels.mark_characters(self.characters, self.ink)


def ink_on(colour: str) -> str:
    return "black" if stands_out("black", colour) else "white"


def write_title(rng: random.Random, small: SmallPrint, share: float) -> tuple[str, float]:
    """For this share of charts; gives the title and the height taken, "" and 0 where there is none."""
    title = rng.choice(TITLES)
    width = small.canvas.size.width
    if rng.random() >= share or small.width(title) > width - 8:
        return "", 0
    cx = width / 2 if rng.random() < 0.7 else 4 + small.width(title) / 2
    small.write(title, cx, 4 + small.height / 2)
    return title, small.height + 6


def draw_grid(rng: random.Random, canvas: Canvas, frame: Frame, upright: bool = False) -> None:
    """Faint lines on some charts, level ones or upright ones; to be drawn before the values."""
    if rng.random() > 0.35:
        return
    faint = _between(canvas.ground, ink_on(canvas.ground), 0.15)
    count = rng.randint(3, 5)
    for i in range(1, count + 1):
        if upright:
            x = frame.left + (frame.right - frame.left) * i / count
            canvas.line([(x, frame.top), (x, frame.bottom)], faint, 0.8)
        else:
            y = frame.bottom - (frame.bottom - frame.top) * i / count
            canvas.line([(frame.left, y), (frame.right, y)], faint, 0.8)


def draw_axes(rng: random.Random, canvas: Canvas, frame: Frame, upright: bool, level: bool) -> None:
    """Those that are asked for; the others on some charts."""
    ink, width = varied(rng, COLOURS[ink_on(canvas.ground)].rgb, 30), rng.uniform(1, 1.6)
    if level or rng.random() < 0.5:
        canvas.line([(frame.left, frame.bottom), (frame.right, frame.bottom)], ink, width)
    if upright or rng.random() < 0.5:
        canvas.line([(frame.left, frame.top), (frame.left, frame.bottom)], ink, width)


def size_ranks(values: list[int]) -> list[int]:
    """Of each, how many are larger."""
    return [sum(other > value for other in values) for value in values]


def spread(rng: random.Random, count: int, top: int, apart: float) -> list[int]:
    """Whole numbers up to `top`, in ascending order; from one to the next it is at least about `apart`, a share of the top."""
    least = max(1, round(0.1 * top))
    gap = max(1, round(min(apart, 0.8 / max(1, count - 1)) * top))
    free = max(0, top - least - gap * (count - 1))
    return [least + offset + gap * i for i, offset in enumerate(sorted(rng.randint(0, free) for _ in range(count)))]


def about_the_chart(rng: random.Random, kind: str, title: str, ground: str) -> list[Question]:
    """Its kind, its title, its background."""
    right, asked_for = CHART_KINDS[kind], CHART_KINDS[rng.choice(list(CHART_KINDS))]
    what = Question(
        "chart: kind",
        {
            "en": [
                "What kind of chart is this?",
                "What type of chart is this?",
                "Which kind of chart is it?",
                "What sort of diagram is this?",
            ],
            "fr": ["Quel type de graphique est-ce ?", "Quelle sorte de graphique est-ce ?", "C'est quel genre de graphique ?"],
        },
        {"en": f"It is {right['en']}.", "fr": f"C'est {right['fr']}."},
    )
    yes_en, yes_fr = ("Yes", "Oui") if right == asked_for else ("No", "Non")
    whether = Question(
        "chart: kind",
        {
            "en": [f"Is this {asked_for['en']}?", f"Is it {asked_for['en']}?"],
            "fr": [f"Est-ce {asked_for['fr']} ?", f"C'est {asked_for['fr']} ?", f"Est-ce que c'est {asked_for['fr']} ?"],
        },
        {"en": f"{yes_en}, it is {right['en']}.", "fr": f"{yes_fr}, c'est {right['fr']}."},
    )
    return [what, whether, _title_of(title), background(kind, ground), unanswerable()]


def _title_of(title: str) -> Question:
    asked = {
        "en": ["What is the title?", "What is the title of the chart?", "What's the chart called?", "Read the title."],
        "fr": ["Quel est le titre ?", "Quel est le titre du graphique ?", "Comment s'appelle le graphique ?", "Lis le titre."],
    }
    if title:
        return Question("chart: title", asked, {"en": f'The title is "{title}".', "fr": f'Le titre est "{title}".'})
    return Question("chart: title", asked, {"en": "The chart has no title.", "fr": "Le graphique n'a pas de titre."})


def _between(ground: str, ink: str, share: float) -> Rgb:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(COLOURS[ground].rgb, COLOURS[ink].rgb))
    return red, green, blue
