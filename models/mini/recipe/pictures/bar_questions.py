"""What can be asked of a bar chart."""

import random
from dataclasses import dataclass
from itertools import permutations

from .colours import COLOURS, Colour
from .grammar import EN_ORDINALS, Both, Noun, bullets, capital, listed, ordinal_fr
from .phrases import DESCRIBE
from .scene import Question

BAR = Noun("bar", "barre", "f")
MOST_PAIRS = 3


@dataclass(frozen=True)
class Bar:
    colour: str
    value: int
    name: Both
    """ "the red bar", "bar B", "the Tea bar", "the second bar"."""
    short: Both
    """As it stands in a list: "red", "B"."""
    label: str = ""
    """Written next to it."""


@dataclass(frozen=True)
class BarChart:
    bars: list[Bar]
    """From left to right, or from top to bottom."""
    lying: bool
    printed: bool
    """Whether values are written on it."""


@dataclass(frozen=True)
class Words:
    """For long and short bars, standing or lying. Of several the first is used in answers."""

    most: tuple[str, ...]
    least: tuple[str, ...]
    longer: str
    most_fr: tuple[str, ...]
    """They follow "la plus"."""
    least_fr: tuple[str, ...]


STANDING = Words(("tallest", "highest", "biggest"), ("shortest", "lowest", "smallest"), "taller", ("haute", "grande"), ("basse", "petite"))
LYING = Words(("longest", "biggest"), ("shortest", "smallest"), "longer", ("longue", "grande"), ("courte", "petite"))


def by_colour(colour: str, value: int) -> Bar:
    feminine = COLOURS[colour].fr("f")
    return Bar(colour, value, {"en": f"the {colour} bar", "fr": f"la barre {feminine}"}, {"en": colour, "fr": feminine})


def by_label(label: str, colour: str, value: int) -> Bar:
    en = f"bar {label}" if len(label) == 1 else f"the {label} bar"
    return Bar(colour, value, {"en": en, "fr": f"la barre {label}"}, {"en": label, "fr": label}, label)


def by_position(index: int, colour: str, value: int) -> Bar:
    name = {"en": f"the {EN_ORDINALS[index]} bar", "fr": f"la {ordinal_fr(index, 'f')} barre"}
    return Bar(colour, value, name, name)


def described(chart: BarChart) -> Question:
    bars, colour = chart.bars, COLOURS[chart.bars[0].colour]
    words, most = _words(chart), max(bars, key=lambda bar: bar.value)
    if _in_colours(chart) or bars[0].label:
        en = f"bars: {listed([bar.short['en'] for bar in bars], 'en')}"
        fr = f"barres : {listed([bar.short['fr'] for bar in bars], 'fr')}"
    else:
        en, fr = f"{colour.en} bars", f"barres {colour.fr('f', plural=True)}"
    answer = {
        "en": f"A bar chart with {len(bars)} {en}. {capital(most.name['en'])} is the {words.most[0]}.",
        "fr": f"Un graphique en barres avec {len(bars)} {fr}. {capital(most.name['fr'])} est la plus {words.most_fr[0]}.",
    }
    return Question("bars: describe", DESCRIBE, answer)


def questions(rng: random.Random, chart: BarChart) -> list[Question]:
    words, bars = _words(chart), sorted(chart.bars, key=lambda bar: bar.value)
    found = [
        Question("bars: count", BAR.how_many(), BAR.there_are(len(bars))),
        _which("bars: most", bars[-1], words.most, words.most_fr),
        _which("bars: least", bars[0], words.least, words.least_fr),
        *(_is_longer(first, second, words) for first, second in rng.sample(list(permutations(bars, 2)), min(MOST_PAIRS, len(bars)))),
    ]
    if bars[0].label:
        found += [_label(bars[-1], words.most[0], words.most_fr[0]), _label(bars[0], words.least[0], words.least_fr[0])]
    if not _in_colours(chart):
        found.append(_colour_of_all(COLOURS[bars[0].colour]))
    if _in_colours(chart) or bars[0].label:
        found.append(_in_order(bars[::-1], words))
    if chart.printed:
        found += [question for bar in bars for question in (_value(bar), _of_value(bar))]
        found.append(_highest_value(bars[-1]))
    return found


def _words(chart: BarChart) -> Words:
    return LYING if chart.lying else STANDING


def _in_colours(chart: BarChart) -> bool:
    return chart.bars[0].colour != chart.bars[1].colour


def _which(skill: str, bar: Bar, en: tuple[str, ...], fr: tuple[str, ...]) -> Question:
    return Question(
        skill,
        {
            "en": [phrase for word in en for phrase in (f"Which bar is the {word}?", f"What is the {word} bar?")],
            "fr": [
                phrase
                for word in fr
                for phrase in (
                    f"Quelle barre est la plus {word} ?",
                    f"Quelle est la barre la plus {word} ?",
                    f"Quelle est la plus {word} barre ?",
                )
            ],
        },
        {"en": f"{capital(bar.name['en'])} is the {en[0]}.", "fr": f"{capital(bar.name['fr'])} est la plus {fr[0]}."},
    )


def _is_longer(first: Bar, second: Bar, words: Words) -> Question:
    en, other_en, fr, other_fr = first.name["en"], second.name["en"], first.name["fr"], second.name["fr"]
    if first.value > second.value:
        answer = {"en": f"Yes, {en} is {words.longer} than {other_en}.", "fr": f"Oui, {fr} est plus {words.most_fr[0]} que {other_fr}."}
    else:
        answer = {"en": f"No, {en} is shorter than {other_en}.", "fr": f"Non, {fr} est plus {words.least_fr[0]} que {other_fr}."}
    asked = {
        "en": [f"Is {en} {words.longer} than {other_en}?", f"Is {en} {words.longer} than {other_en.replace(' bar', ' one')}?"],
        "fr": [f"{capital(fr)} est-elle plus {word} que {other_fr} ?" for word in words.most_fr],
    }
    asked["fr"].append(f"Est-ce que {fr} est plus {words.most_fr[0]} que {other_fr} ?")
    return Question("bars: compare", asked, answer)


def _label(bar: Bar, en: str, fr: str) -> Question:
    return Question(
        "bars: label",
        {
            "en": [f"What is the label of the {en} bar?", f"Which label does the {en} bar have?", f"How is the {en} bar labeled?"],
            "fr": [
                f"Quelle est l'étiquette de la barre la plus {fr} ?",
                f"Quelle étiquette a la barre la plus {fr} ?",
                f"Quel est le nom de la barre la plus {fr} ?",
            ],
        },
        {"en": f"The label of the {en} bar is {bar.label}.", "fr": f"L'étiquette de la barre la plus {fr} est {bar.label}."},
        "label",
        {"en": [f"And the {en}?", f"And of the {en} bar?"], "fr": [f"Et la plus {fr} ?", f"Et de la plus {fr} ?"]},
    )


def _colour_of_all(colour: Colour) -> Question:
    return Question(
        "bars: color",
        {
            "en": ["What color are the bars?", "Which color are the bars?", "What colour do the bars have?"],
            "fr": ["De quelle couleur sont les barres ?", "Quelle est la couleur des barres ?", "Les barres sont de quelle couleur ?"],
        },
        {"en": f"The bars are {colour.en}.", "fr": f"Les barres sont {colour.fr('f', plural=True)}."},
    )


def _in_order(bars: list[Bar], words: Words) -> Question:
    """From the tallest to the shortest."""
    return Question(
        "bars: order",
        {
            "en": [
                f"List the bars from {words.most[0]} to {words.least[0]}.", f"Sort the bars from {words.most[0]} to {words.least[0]}.",
                f"Order the bars from {words.most[-1]} to {words.least[-1]}.",
            ],
            "fr": [
                f"Liste les barres de la plus {words.most_fr[0]} à la plus {words.least_fr[0]}.",
                f"Classe les barres de la plus {words.most_fr[0]} à la plus {words.least_fr[0]}.",
                f"Trie les barres de la plus {words.most_fr[-1]} à la plus {words.least_fr[-1]}.",
            ],
        },
        {language: bullets([bar.short[language] for bar in bars]) for language in ("en", "fr")},
    )  # fmt: skip


def _value(bar: Bar) -> Question:
    en, fr = bar.name["en"], bar.name["fr"]
    return Question(
        "bars: value",
        {
            "en": [f"What is the value of {en}?", f"How much is {en}?", f"What value does {en} have?", f"What number is on {en}?"],
            "fr": [f"Quelle est la valeur de {fr} ?", f"Combien vaut {fr} ?", f"{capital(fr)} vaut combien ?", f"Quelle valeur a {fr} ?"],
        },
        {"en": f"{capital(en)} is {bar.value}.", "fr": f"{capital(fr)} vaut {bar.value}."},
        "value",
        {"en": [f"And {en}?", f"What about {en}?"], "fr": [f"Et {fr} ?", f"Et pour {fr} ?"]},
    )


def _of_value(bar: Bar) -> Question:
    return Question(
        "bars: value",
        {
            "en": [f"Which bar is {bar.value}?", f"Which bar has the value {bar.value}?"],
            "fr": [f"Quelle barre vaut {bar.value} ?", f"Quelle barre a la valeur {bar.value} ?"],
        },
        {"en": f"{capital(bar.name['en'])} is {bar.value}.", "fr": f"{capital(bar.name['fr'])} vaut {bar.value}."},
    )


def _highest_value(bar: Bar) -> Question:
    return Question(
        "bars: value",
        {
            "en": ["What is the highest value?", "What is the largest value?", "What is the maximum?"],
            "fr": ["Quelle est la valeur la plus élevée ?", "Quelle est la plus grande valeur ?", "Quel est le maximum ?"],
        },
        {"en": f"The highest value is {bar.value}.", "fr": f"La valeur la plus élevée est {bar.value}."},
    )
