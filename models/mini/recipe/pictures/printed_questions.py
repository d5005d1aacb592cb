"""What can be asked of printed text: what it says, how much of it there is, its colours."""

import random
from dataclasses import dataclass

from .colours import COLOURS
from .common_questions import background, unanswerable
from .grammar import LANGUAGES, Both, a, bullets, listed
from .phrases import DESCRIBE, READ
from .printed_words import LETTERS, LOWER_AT_RANDOM, NUMBER, OTHER, TWO_WORDS, UPPER_AT_RANDOM, WORD, Text, words
from .scene import Question

NTH = (
    {"en": "first", "fr": "première"},
    {"en": "second", "fr": "deuxième"},
    {"en": "third", "fr": "troisième"},
)
# By the kind of a line that stands alone: its row in the table, and ways to ask for it beside phrases.READ.
ALONE = {
    WORD: (
        "print: one word",
        {"en": ["Which word is this?", "What word is written here?"], "fr": ["Quel est ce mot ?", "Quel mot est écrit ?"]},
    ),
    TWO_WORDS: (
        "print: two words",
        {"en": ["Which words are these?", "What words are written here?"], "fr": ["Quels sont ces mots ?", "Quels mots sont écrits ?"]},
    ),
    LETTERS: (
        "print: letters",
        {"en": ["Which letters are these?", "Read the letters."], "fr": ["Quelles sont ces lettres ?", "Lis les lettres."]},
    ),
    NUMBER: (
        "print: number",
        {
            "en": ["Which number is this?", "What number do you see?", "Read the number."],
            "fr": ["Quel est ce nombre ?", "Quel nombre vois-tu ?", "Lis le nombre."],
        },
    ),
    OTHER: ("print: prices, dates, codes", {"en": [], "fr": []}),
}


@dataclass(frozen=True)
class Look:
    ink: str
    ground: str
    """The colour right behind the letters."""
    label: bool
    """Whether that is a label on the background."""
    frame: bool


def questions_on(rng: random.Random, texts: list[Text], look: Look, background_colour: str) -> list[Question]:
    questions = [*_reading(texts), *_first_and_last_letter(texts), *_counts(texts), *_does_it_say(rng, texts)]
    return [*questions, *_colours(look, background_colour), unanswerable()]


def description(texts: list[Text], look: Look) -> Question:
    quoted = [f'"{text.text}"' for text in texts]
    en, fr = f"in {look.ink} on ", f"en {COLOURS[look.ink].fr('m')} sur "
    if look.label:
        en, fr = en + a(f"{look.ground} label"), fr + f"une étiquette {COLOURS[look.ground].fr('f')}"
    else:
        en, fr = en + a(f"{look.ground} background"), fr + f"fond {COLOURS[look.ground].fr('m')}"
    if len(texts) == 1:
        return Question("print: describe", DESCRIBE, {"en": f"The text {quoted[0]} {en}.", "fr": f"Le texte {quoted[0]} {fr}."})
    lines_en, lines_fr = ("Two", "Deux") if len(texts) == 2 else ("Three", "Trois")
    answer = {
        "en": f"{lines_en} lines of text {en}: {listed(quoted, 'en')}.",
        "fr": f"{lines_fr} lignes de texte {fr} : {listed(quoted, 'fr')}.",
    }
    return Question("print: describe", DESCRIBE, answer)


def _says(text: str) -> Both:
    return {"en": f'It says "{text}".', "fr": f'Il est écrit "{text}".'}


def _reading(texts: list[Text]) -> list[Question]:
    """What it says: all of it, or one line."""
    if len(texts) == 1:
        skill, asked = ALONE[texts[0].kind]
        return [Question(skill, {language: READ[language] + asked[language] for language in READ}, _says(texts[0].text))]
    lines = bullets([f'"{text.text}"' for text in texts])
    questions = [Question("print: two or three lines", READ, {"en": f"It says:\n{lines}", "fr": f"Il est écrit :\n{lines}"})]
    return questions + [_nth_line(nth, text.text) for nth, text in zip(NTH, texts)]


def _nth_line(nth: dict[str, str], text: str) -> Question:
    en, fr = nth["en"], nth["fr"]
    return Question(
        "print: nth line",
        {
            "en": [
                f"What is on the {en} line?",
                f"What does the {en} line say?",
                f"Read the {en} line.",
                f"What is written on the {en} line?",
            ],
            "fr": [
                f"Que dit la {fr} ligne ?",
                f"Qu'y a-t-il sur la {fr} ligne ?",
                f"Lis la {fr} ligne.",
                f"Qu'est-ce qui est écrit sur la {fr} ligne ?",
            ],
        },
        {"en": f'The {en} line says "{text}".', "fr": f'La {fr} ligne dit "{text}".'},
        "nth line",
        {"en": [f"And the {en} line?", f"And the {en} one?"], "fr": [f"Et la {fr} ligne ?", f"Et la {fr} ?"]},
    )


def _first_and_last_letter(texts: list[Text]) -> list[Question]:
    """The first and the last letter of a word that stands alone."""
    if len(texts) != 1 or texts[0].kind not in (WORD, LETTERS):
        return []
    return [
        Question(
            "print: first or last letter",
            {
                "en": [f"What is the {en} letter?", f"Which letter comes {en}?", f"What's the {en} letter of the word?"],
                "fr": [f"Quelle est la {fr} lettre ?", f"Quelle lettre vient en {fr_place} ?", f"Quelle est la {fr} lettre du mot ?"],
            },
            {"en": f'The {en} letter is "{letter}".', "fr": f'La {fr} lettre est "{letter}".'},
            "first or last letter",
            {"en": [f"And the {en} one?", f"And the {en} letter?"], "fr": [f"Et la {fr} ?", f"Et la {fr} lettre ?"]},
        )
        for en, fr, fr_place, letter in (
            ("first", "première", "premier", texts[0].text[0]),
            ("last", "dernière", "dernier", texts[0].text[-1]),
        )
    ]


def _counts(texts: list[Text]) -> list[Question]:
    lines, word_count = len(texts), sum(len(text.text.split()) for text in texts)
    questions = [
        Question(
            "print: how many lines",
            {
                "en": [
                    "How many lines of text are there?",
                    "How many lines are there?",
                    "How many lines does the text have?",
                    "Count the lines of text.",
                ],
                "fr": [
                    "Combien de lignes de texte y a-t-il ?",
                    "Combien y a-t-il de lignes ?",
                    "Combien de lignes vois-tu ?",
                    "Compte les lignes.",
                ],
            },
            {
                "en": "There is 1 line of text." if lines == 1 else f"There are {lines} lines of text.",
                "fr": f"Il y a {lines} ligne{'s' * (lines > 1)} de texte.",
            },
        )
    ]
    if all(text.kind in (WORD, TWO_WORDS) for text in texts):
        questions.append(
            Question(
                "print: how many words",
                {
                    "en": [
                        "How many words are there?",
                        "How many words do you see?",
                        "Count the words.",
                        "How many words are written here?",
                    ],
                    "fr": ["Combien de mots y a-t-il ?", "Combien de mots vois-tu ?", "Compte les mots.", "Combien de mots sont écrits ?"],
                },
                {
                    "en": "There is 1 word." if word_count == 1 else f"There are {word_count} words.",
                    "fr": f"Il y a {word_count} mot{'s' * (word_count > 1)}.",
                },
            )
        )
    return questions


def _does_it_say(rng: random.Random, texts: list[Text]) -> list[Question]:
    """Of a word, of letters or of a number that stands alone: whether it says this. The answer is what it says: to compare two texts
    letter by letter is beyond so small a model (it said yes or no at random)."""
    if len(texts) != 1 or texts[0].kind not in (WORD, LETTERS, NUMBER):
        return []
    text = texts[0].text
    said = text if rng.random() < 0.5 else _another(rng, texts[0])
    return [
        Question(
            "print: does it say",
            {
                "en": [f'Does it say "{said}"?', f'Does the text say "{said}"?', f"Does it say {said}?", f'Can you read "{said}" here?'],
                "fr": [
                    f'Est-il écrit "{said}" ?',
                    f'Est-ce qu\'il est écrit "{said}" ?',
                    f'Le texte dit-il "{said}" ?',
                    f"Est-ce qu'il est écrit {said} ?",
                ],
            },
            _says(text),
        )
    ]


def _another(rng: random.Random, text: Text) -> str:
    """Something else that it could say: another word, or one letter or digit changed."""
    while True:
        if text.kind == WORD:
            word = rng.choice(words(rng.choice(LANGUAGES)))
            other = word.upper() if text.text.isupper() else word
        else:
            at = rng.randrange(len(text.text))
            others = "23456789" if text.kind == NUMBER else UPPER_AT_RANDOM if text.text.isupper() else LOWER_AT_RANDOM
            other = text.text[:at] + rng.choice(others) + text.text[at + 1 :]
        if other.lower() != text.text.lower():
            return other


def _colours(look: Look, background_colour: str) -> list[Question]:
    questions = [
        background("print", background_colour),
        Question(
            "print: color of the text",
            {
                "en": [
                    "What color is the text?",
                    "What colour is the text?",
                    "Which color are the letters?",
                    "In which color is it written?",
                    "What color is the writing?",
                ],
                "fr": [
                    "De quelle couleur est le texte ?",
                    "Quelle est la couleur du texte ?",
                    "De quelle couleur sont les lettres ?",
                    "En quelle couleur est-ce écrit ?",
                ],
            },
            {"en": f"The text is {look.ink}.", "fr": f"Le texte est {COLOURS[look.ink].fr('m')}."},
        ),
    ]
    if look.label:
        questions.append(
            Question(
                "print: color of the label",
                {
                    "en": ["What color is the label?", "What colour is the label?", "What color is the box behind the text?"],
                    "fr": [
                        "De quelle couleur est l'étiquette ?",
                        "Quelle est la couleur de l'étiquette ?",
                        "De quelle couleur est l'étiquette derrière le texte ?",
                    ],
                },
                {"en": f"The label is {look.ground}.", "fr": f"L'étiquette est {COLOURS[look.ground].fr('f')}."},
            )
        )
    return questions
