"""What can be asked of dice: what they show, their total, how many there are. `pips` are from left to right."""

import random

from .colours import COLOURS, stands_out
from .common_questions import background, unanswerable
from .grammar import Noun, a, capital, listed
from .phrases import DESCRIBE
from .scene import Question

DIE = Noun("die", "dé", "m", en_plural="dice")
NUMBERS = {2: ("Two", "Deux"), 3: ("Three", "Trois"), 4: ("Four", "Quatre")}


def description(pips: list[int], colours: list[str]) -> Question:
    """The colour is told where all are of one."""
    one_colour = len(set(colours)) == 1
    if len(pips) == 1:
        en = f"{capital(a(colours[0]))} die that shows {pips[0]}."
        fr = f"Un dé {COLOURS[colours[0]].fr('m')} qui montre {pips[0]}."
    else:
        number_en, number_fr = NUMBERS[len(pips)]
        colour_en, colour_fr = (f"{colours[0]} ", f"{COLOURS[colours[0]].fr('m', plural=True)} ") if one_colour else ("", "")
        en = f"{number_en} {colour_en}dice that show {listed(_shown(pips), 'en')}."
        fr = f"{number_fr} dés {colour_fr}qui montrent {listed(_shown(pips), 'fr')}."
    return Question("dice: describe", DESCRIBE, {"en": en, "fr": fr})


def questions_on(rng: random.Random, pips: list[int], colours: list[str], ground: str) -> list[Question]:
    questions = [_count(pips), *_colour(colours), background("dice", ground), unanswerable()]
    if len(pips) == 1:
        return [_value(pips[0]), *questions]
    questions += [_values(pips), _total(pips), _highest(pips), _lowest(pips), _is_there(rng, pips), *_at_the_ends(pips)]
    for index, (number, colour) in enumerate(zip(pips, colours)):
        if all(stands_out(colour, other) for other in colours[:index] + colours[index + 1 :]):
            questions.append(_of_colour(number, colour))
    return questions


def _shown(pips: list[int]) -> list[str]:
    return [str(number) for number in pips]


def _value(number: int) -> Question:
    return Question(
        "dice: value",
        {
            "en": [
                "What does the die show?",
                "Which number is on the die?",
                "What did I roll?",
                "How many dots are on the die?",
                "What number does the die show?",
                "Read the die.",
            ],
            "fr": [
                "Que montre le dé ?",
                "Quel nombre montre le dé ?",
                "Qu'indique le dé ?",
                "Combien de points y a-t-il sur le dé ?",
                "Qu'ai-je obtenu ?",
                "Lis le dé.",
            ],
        },
        {"en": f"The die shows {number}.", "fr": f"Le dé montre {number}."},
    )


def _values(pips: list[int]) -> Question:
    return Question(
        "dice: values",
        {
            "en": [
                "What do the dice show?",
                "Which numbers are on the dice?",
                "What did I roll?",
                "Read the dice from left to right.",
                "What numbers do the dice show?",
            ],
            "fr": [
                "Que montrent les dés ?",
                "Quels nombres montrent les dés ?",
                "Qu'indiquent les dés ?",
                "Qu'ai-je obtenu ?",
                "Lis les dés de gauche à droite.",
            ],
        },
        {"en": f"The dice show {listed(_shown(pips), 'en')}.", "fr": f"Les dés montrent {listed(_shown(pips), 'fr')}."},
    )


def _total(pips: list[int]) -> Question:
    return Question(
        "dice: total",
        {
            "en": [
                "What is the total?",
                "What do the dice add up to?",
                "What is the sum of the dice?",
                "How much is it in total?",
                "Add up the dice.",
                "How many dots are there in all?",
            ],
            "fr": [
                "Quel est le total ?",
                "Combien font les dés en tout ?",
                "Quelle est la somme des dés ?",
                "Additionne les dés.",
                "Combien de points y a-t-il en tout ?",
            ],
        },
        {"en": f"The total is {sum(pips)}.", "fr": f"Le total est {sum(pips)}."},
    )


def _count(pips: list[int]) -> Question:
    return Question("dice: count", DIE.how_many(), DIE.there_are(len(pips)))


def _highest(pips: list[int]) -> Question:
    return Question(
        "dice: highest",
        {
            "en": [
                "What is the highest number?",
                "Which number is the highest?",
                "What is the highest die?",
                "What's the largest number on the dice?",
            ],
            "fr": [
                "Quel est le plus grand nombre ?",
                "Quel nombre est le plus grand ?",
                "Quel est le dé le plus fort ?",
                "Quel est le nombre le plus élevé ?",
            ],
        },
        {"en": f"The highest number is {max(pips)}.", "fr": f"Le plus grand nombre est {max(pips)}."},
    )


def _lowest(pips: list[int]) -> Question:
    return Question(
        "dice: lowest",
        {
            "en": [
                "What is the lowest number?",
                "Which number is the lowest?",
                "What is the lowest die?",
                "What's the smallest number on the dice?",
            ],
            "fr": [
                "Quel est le plus petit nombre ?",
                "Quel nombre est le plus petit ?",
                "Quel est le dé le plus faible ?",
                "Quel est le nombre le plus bas ?",
            ],
        },
        {"en": f"The lowest number is {min(pips)}.", "fr": f"Le plus petit nombre est {min(pips)}."},
    )


def _is_there(rng: random.Random, pips: list[int]) -> Question:
    number = rng.choice(pips) if rng.random() < 0.5 else rng.randint(1, 6)
    return Question(
        "dice: is there",
        {
            "en": [f"Is there a {number}?", f"Does any die show {number}?", f"Did I roll a {number}?", f"Do you see a {number}?"],
            "fr": [
                f"Y a-t-il un {number} ?",
                f"Un dé montre-t-il {number} ?",
                f"Est-ce que j'ai fait un {number} ?",
                f"Vois-tu un {number} ?",
            ],
        },
        {
            "en": f"Yes, there is a {number}." if number in pips else f"No, there is no {number}.",
            "fr": f"Oui, il y a un {number}." if number in pips else f"Non, il n'y a pas de {number}.",
        },
    )


def _at_the_ends(pips: list[int]) -> list[Question]:
    return [
        Question(
            "dice: one of several",
            {
                "en": [f"What does the die on the {en} show?", f"What does the {en}most die show?", f"Which number is on the {en}?"],
                "fr": [f"Que montre le dé de {fr} ?", f"Quel nombre montre le dé le plus à {fr} ?", f"Quel nombre y a-t-il à {fr} ?"],
            },
            {"en": f"The die on the {en} shows {number}.", "fr": f"Le dé de {fr} montre {number}."},
            "one of the dice",
            {"en": [f"And the one on the {en}?", f"And on the {en}?"], "fr": [f"Et celui de {fr} ?", f"Et à {fr} ?"]},
        )
        for en, fr, number in (("left", "gauche", pips[0]), ("right", "droite", pips[-1]))
    ]


def _of_colour(number: int, colour: str) -> Question:
    fr = COLOURS[colour].fr("m")
    return Question(
        "dice: one of several",
        {
            "en": [f"What does the {colour} die show?", f"Which number is on the {colour} die?", f"How many dots are on the {colour} die?"],
            "fr": [f"Que montre le dé {fr} ?", f"Quel nombre montre le dé {fr} ?", f"Combien de points y a-t-il sur le dé {fr} ?"],
        },
        {"en": f"The {colour} die shows {number}.", "fr": f"Le dé {fr} montre {number}."},
        "one of the dice",
        {"en": [f"And the {colour} one?", f"And the {colour} die?"], "fr": [f"Et le {fr} ?", f"Et le dé {fr} ?"]},
    )


def _colour(colours: list[str]) -> list[Question]:
    if len(set(colours)) > 1:
        return []
    colour, several = COLOURS[colours[0]], len(colours) > 1
    asked_of_one = {
        "en": ["What color is the die?", "What colour is the die?", "Which color does the die have?"],
        "fr": ["De quelle couleur est le dé ?", "Quelle est la couleur du dé ?", "Le dé est de quelle couleur ?"],
    }
    asked_of_several = {
        "en": ["What color are the dice?", "What colour are the dice?", "Which color do the dice have?"],
        "fr": ["De quelle couleur sont les dés ?", "Quelle est la couleur des dés ?", "Les dés sont de quelle couleur ?"],
    }
    answer = {
        "en": f"The dice are {colour.en}." if several else f"The die is {colour.en}.",
        "fr": f"Les dés sont {colour.fr('m', plural=True)}." if several else f"Le dé est {colour.fr('m')}.",
    }
    return [Question("dice: color", asked_of_several if several else asked_of_one, answer)]
