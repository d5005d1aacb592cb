"""What can be asked of a drawing: what is there, how many, of which colour, filled or not. Where and how large: drawing_comparisons.py."""

import random
from collections import Counter

from .colours import COLOURS, stands_out
from .common_questions import background, unanswerable
from .drawing_comparisons import comparisons
from .drawing_descriptions import listed_shapes
from .drawing_facts import Drawing
from .grammar import Noun, a, capital, of_fr
from .scene import Question
from .shapes import SHAPE, SHAPE_NOUNS, SHAPES_ALIKE, coloured
from .vocabulary import SHAPES

POINTS_TO = {
    "right": {"en": "to the right", "fr": "vers la droite"},
    "left": {"en": "to the left", "fr": "vers la gauche"},
    "up": {"en": "up", "fr": "vers le haut"},
    "down": {"en": "down", "fr": "vers le bas"},
}


def questions(rng: random.Random, drawing: Drawing) -> list[Question]:
    return [
        *_color(drawing),
        *_color_of_groups(drawing),
        *_count(rng, drawing),
        *_there_is(rng, drawing),
        *_shape(drawing),
        *_outline(drawing),
        *_direction(drawing),
        *_list(drawing),
        *comparisons(rng, drawing),
        background("drawing", drawing.ground),
        unanswerable(),
    ]


def _color(drawing: Drawing) -> list[Question]:
    """Of those that are the only one of their shape."""
    found = []
    for thing, noun in drawing.named():
        if noun != thing.noun:
            continue
        en, fr = f"the {noun.en}", noun.the_fr()
        asked = {
            "en": [
                f"What color is {en}?", f"What colour is {en}?", f"Which color is {en}?", f"What is the color of {en}?",
                f"Tell me the color of {en}.", f"What color does {en} have?",
            ],
            "fr": [
                f"De quelle couleur est {fr} ?", f"Quelle est la couleur {noun.of_the_fr()} ?", f"{capital(fr)} est de quelle couleur ?",
                f"Quelle couleur a {fr} ?", f"Dis-moi la couleur {noun.of_the_fr()}.",
            ],
        }  # fmt: skip
        if len(drawing.things) == 1:
            asked["en"] += ["What color is it?", "What color is the shape?", "Which color do you see?"]
            asked["fr"] += ["De quelle couleur est-ce ?", "De quelle couleur est la forme ?", "C'est de quelle couleur ?"]
        answer = {"en": f"The {noun.en} is {thing.colour}.", "fr": f"{capital(fr)} est {COLOURS[thing.colour].fr(noun.gender)}."}
        shortly = {"en": [f"And {en}?", f"What about {en}?"], "fr": [f"Et {fr} ?", f"Et pour {fr} ?"]}
        found.append(Question("drawing: color", asked, answer, "color", shortly))
    return found


def _color_of_groups(drawing: Drawing) -> list[Question]:
    """Of two and more of one shape, if they are of one colour."""
    found = []
    for shape, number in Counter(thing.shape for thing in drawing.things).items():
        colours = {thing.colour for thing in drawing.things if thing.shape == shape}
        if number == 1 or len(colours) > 1:
            continue
        noun, colour = SHAPE_NOUNS[shape], COLOURS[colours.pop()]
        en, fr = f"the {noun.plural_en()}", f"les {noun.plural_fr()}"
        found.append(
            Question(
                "drawing: color",
                {
                    "en": [f"What color are {en}?", f"What colour are {en}?", f"Which color are {en}?", f"What is the color of {en}?"],
                    "fr": [f"De quelle couleur sont {fr} ?", f"Quelle couleur ont {fr} ?", f"{capital(fr)} sont de quelle couleur ?"],
                },
                {"en": f"{capital(en)} are {colour.en}.", "fr": f"{capital(fr)} sont {colour.fr(noun.gender, plural=True)}."},
                "color",
                {"en": [f"And {en}?", f"What about {en}?"], "fr": [f"Et {fr} ?"]},
            )
        )
    return found


def _count(rng: random.Random, drawing: Drawing) -> list[Question]:
    things = drawing.things
    in_all = SHAPE.how_many()
    asked = {
        "en": [*in_all["en"], "How many objects are there?", "How many things do you see?", "How many shapes are in the picture?"],
        "fr": [*in_all["fr"], "Combien d'objets y a-t-il ?", "Combien de choses vois-tu ?", "Combien de formes y a-t-il sur l'image ?"],
    }
    counted = Counter(noun for thing in things for noun in (thing.noun, thing.full_noun, coloured(SHAPE, thing.colour)))
    absent = _shapes_not_there(drawing)
    if absent:
        counted[SHAPE_NOUNS[rng.choice(absent)]] = 0
    return [Question("drawing: count", asked, SHAPE.there_are(len(things))), *(_count_of(noun, count) for noun, count in counted.items())]


def _count_of(noun: Noun, count: int) -> Question:
    many, plusieurs = noun.plural_en(), noun.plural_fr()
    shortly = {
        "en": [f"And {many}?", f"And the {many}?", f"What about {many}?"],
        "fr": [f"Et les {plusieurs} ?", f"Et combien {of_fr(plusieurs)} ?"],
    }
    return Question("drawing: count", noun.how_many(), noun.there_are(count), "count", shortly)


def _there_is(rng: random.Random, drawing: Drawing) -> list[Question]:
    """Of each shape once with and once without its colour, and of some that are not there."""
    there = Counter(noun for thing in drawing.things for noun in (thing.noun, thing.full_noun))
    absent = _not_there(rng, drawing)
    found = []
    for noun, count in [*there.items(), *((noun, 0) for noun in absent)]:
        en, fr = a(noun.en), noun.a_fr()
        if count == 0:
            answer = {"en": f"No, there is no {noun.en}.", "fr": f"Non, il n'y a pas {of_fr(noun.fr)}."}
        elif count == 1:
            answer = {"en": f"Yes, there is {en}.", "fr": f"Oui, il y a {fr}."}
        else:
            answer = {"en": f"Yes, there are {count} {noun.plural_en()}.", "fr": f"Oui, il y a {count} {noun.plural_fr()}."}
        asked = {
            "en": [
                f"Is there {en}?",
                f"Do you see {en}?",
                f"Is there {en} in the picture?",
                f"Can you see {en}?",
                f"Are there any {noun.plural_en()}?",
            ],
            "fr": [f"Y a-t-il {fr} ?", f"Vois-tu {fr} ?", f"Est-ce qu'il y a {fr} ?", f"Y a-t-il {fr} sur l'image ?", f"Il y a {fr} ?"],
        }
        shortly = {"en": [f"And {en}?", f"What about {en}?"], "fr": [f"Et {fr} ?"]}
        found.append(Question("drawing: there is", asked, answer, "there is", shortly))
    return found


def _shapes_not_there(drawing: Drawing) -> list[str]:
    """Nothing there could be taken for one of them."""
    there = {thing.shape for thing in drawing.things}
    return [shape for shape in SHAPES if shape not in there and not any(frozenset((shape, other)) in SHAPES_ALIKE for other in there)]


def _not_there(rng: random.Random, drawing: Drawing) -> list[Noun]:
    """A shape that is not there, one of the right colour and the wrong shape, one of the right shape and the wrong colour."""
    thing = rng.choice(drawing.things)
    absent = []
    shapes = _shapes_not_there(drawing)
    if shapes:
        absent += [SHAPE_NOUNS[rng.choice(shapes)], coloured(SHAPE_NOUNS[rng.choice(shapes)], thing.colour)]
    of_shape = [other.colour for other in drawing.things if other.shape == thing.shape]
    colours = [colour for colour in COLOURS if all(stands_out(colour, other) for other in of_shape)]
    if colours:
        absent.append(coloured(thing.noun, rng.choice(colours)))
    return absent


def _shape(drawing: Drawing) -> list[Question]:
    colours = Counter(thing.colour for thing in drawing.things)
    found = []
    for thing in drawing.things:
        if colours[thing.colour] > 1:
            continue
        masculine, feminine = COLOURS[thing.colour].fr("m"), COLOURS[thing.colour].fr("f")
        found.append(
            Question(
                "drawing: shape",
                {
                    "en": [
                        f"Which shape is {thing.colour}?",
                        f"What is {thing.colour}?",
                        f"What shape is {thing.colour}?",
                        f"Which one is {thing.colour}?",
                    ],
                    "fr": [f"Quelle forme est {feminine} ?", f"Qu'est-ce qui est {masculine} ?", f"Laquelle des formes est {feminine} ?"],
                },
                {
                    "en": f"The {thing.noun.en} is {thing.colour}.",
                    "fr": f"{capital(thing.noun.the_fr())} est {COLOURS[thing.colour].fr(thing.noun.gender)}.",
                },
                "shape",
                {"en": [f"And which one is {thing.colour}?"], "fr": [f"Et laquelle est {feminine} ?"]},
            )
        )
    if len(drawing.things) == 1:
        noun = drawing.things[0].noun
        asked = {
            "en": ["What shape is this?", "Which shape is this?", "What shape do you see?", "What shape is it?", "Name the shape."],
            "fr": [
                "Quelle est cette forme ?",
                "Quelle forme est-ce ?",
                "Quelle forme vois-tu ?",
                "C'est quelle forme ?",
                "Nomme la forme.",
            ],
        }
        found.append(Question("drawing: shape", asked, {"en": f"It is {a(noun.en)}.", "fr": f"C'est {noun.a_fr()}."}))
    return found


def _outline(drawing: Drawing) -> list[Question]:
    found = []
    for thing, noun in drawing.named():
        if thing.shape == "ring":
            continue
        en, fr = f"the {noun.en}", noun.the_fr()
        e, it = ("e", "elle") if noun.gender == "f" else ("", "il")
        asked = {
            "en": [f"Is {en} filled or just an outline?", f"Is {en} filled?", f"Is {en} filled in or empty?", f"Is {en} just an outline?"],
            "fr": [
                f"{capital(fr)} est-{it} plein{e} ou juste un contour ?", f"Est-ce que {fr} est plein{e} ?",
                f"{capital(fr)} est-{it} plein{e} ou vide ?",
                f"Est-ce que {fr} est juste un contour ?",
            ],
        }  # fmt: skip
        if thing.outlined:
            answer = {"en": f"{capital(en)} is just an outline.", "fr": f"{capital(fr)} est juste un contour."}
        else:
            answer = {"en": f"{capital(en)} is filled.", "fr": f"{capital(fr)} est plein{e}."}
        shortly = {"en": [f"And {en}?", f"What about {en}?"], "fr": [f"Et {fr} ?"]}
        found.append(Question("drawing: outline", asked, answer, "outline", shortly))
    return found


def _direction(drawing: Drawing) -> list[Question]:
    """Where the only arrow points."""
    arrows = [thing for thing in drawing.things if thing.shape == "arrow"]
    if len(arrows) != 1:
        return []
    where = POINTS_TO[arrows[0].points_to]
    asked = {
        "en": [
            "Where does the arrow point?",
            "Which way does the arrow point?",
            "Which direction does the arrow point?",
            "What direction is the arrow pointing?",
        ],
        "fr": [
            "Où pointe la flèche ?",
            "Vers où pointe la flèche ?",
            "Dans quelle direction pointe la flèche ?",
            "Quelle direction montre la flèche ?",
        ],
    }
    return [Question("drawing: direction", asked, {"en": f"The arrow points {where['en']}.", "fr": f"La flèche pointe {where['fr']}."})]


def _list(drawing: Drawing) -> list[Question]:
    """Of three shapes and more."""
    answer = listed_shapes(drawing)
    if answer is None or len(drawing.groups()) == 1:
        return []
    asked = {
        "en": [
            "List the shapes.",
            "List all the shapes.",
            "Which shapes are there?",
            "What shapes do you see?",
            "Make a list of the shapes.",
        ],
        "fr": [
            "Liste les formes.",
            "Fais la liste des formes.",
            "Quelles formes y a-t-il ?",
            "Quelles formes vois-tu ?",
            "Énumère les formes.",
        ],
    }
    order = drawing.order()
    if order is not None and len(drawing.groups()) == len(drawing.things):
        asked["en"].append("List the shapes from left to right." if order.across else "List the shapes from top to bottom.")
        asked["fr"].append("Liste les formes de gauche à droite." if order.across else "Liste les formes de haut en bas.")
    return [Question("drawing: list", asked, answer)]
