"""Two or three pictures in one question: which one has more, what changed, where is the cat, what is on each."""

import random
from collections.abc import Callable

from . import cards, dice, drawings, icons, printed
from .conversation import Conversation, converse_about
from .grammar import Both, Noun, of_fr
from .scene import Question, Scene
from .shapes import SHAPE, SHAPE_NOUNS
from .size import Size
from .sources import Sources

FIRST = (
    {"en": "first", "fr": "première", "en_in": "In the first picture.", "fr_in": "Sur la première image."},
    {"en": "second", "fr": "deuxième", "en_in": "In the second picture.", "fr_in": "Sur la deuxième image."},
    {"en": "third", "fr": "troisième", "en_in": "In the third picture.", "fr_in": "Sur la troisième image."},
)
# Descriptions longer than this are left out of lists of pictures.
SHORT = 64
Draw = Callable[[random.Random, Size, Sources], Scene]


def several(rng: random.Random, sizes: list[Size], sources: Sources, most_turns: int) -> Conversation:
    """`sizes`: of the two or three pictures."""
    if len(sizes) == 2 and rng.random() < 0.3:
        before, after, change = drawings.changed(rng, sizes[0], sources)
        scenes, questions = [before, after], [_what_changed(change), *_comparisons([before, after])]
    else:
        kinds: list[Draw] = [drawings.draw] * 3 + [icons.draw] * 3 + [printed.draw, dice.draw, cards.draw]
        if rng.random() < 0.4:
            kinds = [drawings.draw]
        scenes = [rng.choice(kinds)(rng, size, sources) for size in sizes]
        questions = [*_comparisons(scenes), *_each(scenes), *_nth(scenes), *_where(rng, scenes)]
    questions.append(_how_many(len(scenes)))
    conversation = converse_about(rng, questions, [scene.picture for scene in scenes], most_turns)
    if any(scene.facts.get("kind") == "icons" for scene in scenes):
        # Counted apart: what can be named of icons hangs on their style. Only now, since how often a question comes hangs on its skill.
        for turn in conversation.turns:
            turn.skill = turn.skill.replace("several:", "several with icons:")
    return conversation


def _how_many(pictures: int) -> Question:
    return Question(
        "several: count",
        {
            "en": ["How many pictures are there?", "How many images do you see?"],
            "fr": ["Combien d'images y a-t-il ?", "Combien d'images vois-tu ?"],
        },
        {"en": f"There are {pictures} pictures.", "fr": f"Il y a {pictures} images."},
    )


def _what_changed(change: Both) -> Question:
    return Question(
        "several: what changed",
        {
            "en": [
                "What changed?",
                "What is different?",
                "What's the difference?",
                "What has changed between the two pictures?",
                "Spot the difference.",
            ],
            "fr": [
                "Qu'est-ce qui a changé ?",
                "Qu'est-ce qui est différent ?",
                "Quelle est la différence ?",
                "Qu'est-ce qui change entre les deux images ?",
            ],
        },
        change,
    )


def _comparisons(scenes: list[Scene]) -> list[Question]:
    """Which of two or more drawings has more shapes, more circles. Nothing where only some of three have equally many and the most."""
    if any(scene.facts.get("kind") != "drawing" for scene in scenes):
        return []
    shapes = [[thing["shape"] for thing in scene.facts["objects"]] for scene in scenes]
    counted: list[tuple[Noun, list[int]]] = [(SHAPE, [len(in_one) for in_one in shapes])]
    for shape in sorted({shape for in_one in shapes for shape in in_one}):
        counted.append((SHAPE_NOUNS[shape], [in_one.count(shape) for in_one in shapes]))
    return [_which_has_more(noun, counts) for noun, counts in counted if counts.count(max(counts)) in (1, len(counts))]


def _which_has_more(noun: Noun, counts: list[int]) -> Question:
    many, plusieurs = noun.plural_en(), noun.plural_fr()
    of_them = of_fr(plusieurs)
    ranked = sorted(range(len(counts)), key=lambda index: -counts[index])
    if counts[ranked[0]] > counts[ranked[1]]:
        most = FIRST[ranked[0]]
        answer = {"en": f"The {most['en']} one.", "fr": f"La {most['fr']}."}
    else:
        answer = {"en": "They have the same number.", "fr": "Il y en a autant sur chaque image."}
    return Question(
        "several: which has more",
        {
            "en": [
                f"Which one has more {many}?",
                f"Which picture has the most {many}?",
                f"Where are there more {many}?",
                f"In which picture are there more {many}?",
            ],
            "fr": [
                f"Laquelle a le plus {of_them} ?",
                f"Quelle image a le plus {of_them} ?",
                f"Où y a-t-il le plus {of_them} ?",
                f"Sur quelle image y a-t-il le plus {of_them} ?",
            ],
        },
        answer,
        "which has more",
        {"en": [f"And {many}?", f"And more {many}?"], "fr": [f"Et les {plusieurs} ?", f"Et {of_them} ?"]},
    )


def _is_short(scene: Scene) -> bool:
    return all("\n" not in text and len(text) <= SHORT for text in scene.description.answer.values())


def _each(scenes: list[Scene]) -> list[Question]:
    if not all(_is_short(scene) for scene in scenes):
        return []
    return [
        Question(
            "several: each",
            {
                "en": [
                    "Describe each picture.",
                    "What is in each picture?",
                    "What do you see?",
                    "Describe the pictures.",
                    "What are these?",
                ],
                "fr": [
                    "Décris chaque image.",
                    "Qu'y a-t-il sur chaque image ?",
                    "Que vois-tu ?",
                    "Décris les images.",
                    "Que montrent ces images ?",
                ],
            },
            {
                language: "\n".join(f"{number}. {scene.description.answer[language]}" for number, scene in enumerate(scenes, 1))
                for language in ("en", "fr")
            },
        )
    ]


def _nth(scenes: list[Scene]) -> list[Question]:
    questions = []
    for nth, scene in zip(FIRST, scenes):
        if _is_short(scene):
            questions.append(
                Question(
                    "several: one of them",
                    {
                        "en": [
                            f"What is in the {nth['en']} picture?",
                            f"Describe the {nth['en']} picture.",
                            f"What do you see in the {nth['en']} one?",
                        ],
                        "fr": [
                            f"Qu'y a-t-il sur la {nth['fr']} image ?",
                            f"Décris la {nth['fr']} image.",
                            f"Que vois-tu sur la {nth['fr']} ?",
                        ],
                    },
                    scene.description.answer,
                    "one of them",
                    {
                        "en": [f"And the {nth['en']} one?", f"And the {nth['en']}?"],
                        "fr": [f"Et la {nth['fr']} ?", f"Et sur la {nth['fr']} ?"],
                    },
                )
            )
    return questions


def _names(scene: Scene) -> list[Noun]:
    """What can be looked for in a picture, one by one: its shapes or its icons."""
    if scene.facts.get("kind") == "drawing":
        return [SHAPE_NOUNS[thing["shape"]] for thing in scene.facts["objects"]]
    return list(scene.facts["names"]) if scene.facts.get("kind") == "icons" else []


def _where(rng: random.Random, scenes: list[Scene]) -> list[Question]:
    """In which picture is the cat? Only of what is there once in all. "Croissant" is French for two things."""
    held = [_names(scene) for scene in scenes]
    en, fr = ([getattr(noun, language) for names in held for noun in names] for language in ("en", "fr"))
    questions = []
    for place, names in zip(FIRST, held):
        for noun in names:
            if en.count(noun.en) == fr.count(noun.fr) == 1:
                questions.append(
                    Question(
                        "several: where",
                        {
                            "en": [
                                f"Which picture shows the {noun.en}?",
                                f"In which picture is the {noun.en}?",
                                f"Where is the {noun.en}?",
                            ],
                            "fr": [
                                f"Quelle image montre {noun.the_fr()} ?",
                                f"Sur quelle image est {noun.the_fr()} ?",
                                f"Où est {noun.the_fr()} ?",
                            ],
                        },
                        {"en": place["en_in"], "fr": place["fr_in"]},
                        "where",
                        {"en": [f"And the {noun.en}?"], "fr": [f"Et {noun.the_fr()} ?"]},
                    )
                )
    return rng.sample(questions, min(2, len(questions)))
