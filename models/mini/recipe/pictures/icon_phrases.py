"""Ways to ask about icons, and words for where they are."""

from typing import Literal

from .grammar import LANGUAGES
from .phrases import DESCRIBE
from .things import FLAG

# One icon; in a row; one below another; two rows of two; several of one or two things, anywhere.
Arrangement = Literal["one", "row", "column", "square", "crowd"]

WHAT_IS_IT = {
    "en": [
        "What is this?",
        "What's this?",
        "What is it?",
        "What is that?",
        "Name this.",
        "What does this icon show?",
        "What emoji is this?",
    ],
    "fr": [
        "Qu'est-ce que c'est ?",
        "C'est quoi ?",
        "Qu'est-ce que c'est que ça ?",
        "Comment ça s'appelle ?",
        "Que représente cette icône ?",
        "C'est quoi, cet émoji ?",
    ],
}
# Of one icon, "What is this?" asks for its name.
DESCRIBE_ONE = {language: [asked for asked in DESCRIBE[language] if asked not in WHAT_IS_IT[language]] for language in LANGUAGES}

# Ways to ask for the name that only suit one group.
WHICH_OF_GROUP = {
    "animal": {
        "en": ["What animal is this?", "Which animal is this?", "What kind of animal is it?", "Name this animal."],
        "fr": ["Quel est cet animal ?", "Quel animal est-ce ?", "C'est quel animal ?", "De quel animal s'agit-il ?"],
    },
    "food": {
        "en": ["What food is this?", "What can I eat here?", "What kind of food is it?"],
        "fr": ["Quel est cet aliment ?", "C'est quel aliment ?", "Qu'est-ce qui se mange ici ?"],
    },
    "drink": {
        "en": ["What drink is this?", "What is there to drink?", "Which drink is it?"],
        "fr": ["Quelle est cette boisson ?", "C'est quelle boisson ?", "Qu'y a-t-il à boire ?"],
    },
    "vehicle": {
        "en": ["What vehicle is this?", "Which vehicle is it?", "What kind of vehicle is it?"],
        "fr": ["Quel est ce véhicule ?", "C'est quel véhicule ?", "De quel véhicule s'agit-il ?"],
    },
    "building": {"en": ["What building is this?", "Which building is it?"], "fr": ["Quel est ce bâtiment ?", "C'est quel bâtiment ?"]},
    "plant": {"en": ["What plant is this?", "Which plant is it?"], "fr": ["Quelle est cette plante ?", "C'est quelle plante ?"]},
    "instrument": {
        "en": ["What instrument is this?", "Which musical instrument is it?"],
        "fr": ["Quel est cet instrument ?", "C'est quel instrument de musique ?"],
    },
    "face": {"en": ["What kind of face is this?", "Which face is it?"], "fr": ["Quel est ce visage ?", "C'est quel visage ?"]},
    FLAG: {
        "en": ["What flag is this?", "Which country's flag is this?", "Which flag is it?", "What country is this?"],
        "fr": ["Quel est ce drapeau ?", "De quel pays est ce drapeau ?", "C'est quel drapeau ?", "C'est le drapeau de quel pays ?"],
    },
}

# By arrangement, the place of each icon.
PLACES: dict[Arrangement, dict[int, list[str]]] = {
    "row": {2: ["left", "right"], 3: ["left", "middle", "right"]},
    "column": {2: ["top", "bottom"], 3: ["top", "middle", "bottom"]},
    "square": {4: ["top left", "top right", "bottom left", "bottom right"]},
}
AT = {
    "left": {"en": "on the left", "fr": "à gauche"},
    "right": {"en": "on the right", "fr": "à droite"},
    "middle": {"en": "in the middle", "fr": "au milieu"},
    "top": {"en": "at the top", "fr": "en haut"},
    "bottom": {"en": "at the bottom", "fr": "en bas"},
    "top left": {"en": "at the top left", "fr": "en haut à gauche"},
    "top right": {"en": "at the top right", "fr": "en haut à droite"},
    "bottom left": {"en": "at the bottom left", "fr": "en bas à gauche"},
    "bottom right": {"en": "at the bottom right", "fr": "en bas à droite"},
}
