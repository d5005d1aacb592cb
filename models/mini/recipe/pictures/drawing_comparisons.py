"""What can be asked of shapes in a drawing by where they stand and how large they are."""

import random
from itertools import permutations

from .drawing_facts import Drawing, Order, clearly_larger, side
from .grammar import EN_ORDINALS, Both, Noun, a, capital, ordinal_fr
from .scene import Question
from .shapes import Thing

# French goes on with "du cercle", "de l'étoile".
SIDES: dict[str, Both] = {
    "left": {"en": "to the left of", "fr": "à gauche"},
    "right": {"en": "to the right of", "fr": "à droite"},
    "above": {"en": "above", "fr": "au-dessus"},
    "below": {"en": "below", "fr": "en dessous"},
}
OPPOSITE = {"left": "right", "right": "left", "above": "below", "below": "above"}
# Where a shape is that stands on this side of the only other one.
ON_SIDE: dict[str, Both] = {
    "left": {"en": "on the left", "fr": "à gauche"},
    "right": {"en": "on the right", "fr": "à droite"},
    "above": {"en": "at the top", "fr": "en haut"},
    "below": {"en": "at the bottom", "fr": "en bas"},
}
# Pairs of shapes that are compared in one drawing.
MOST_PAIRS = 4


def comparisons(rng: random.Random, drawing: Drawing) -> list[Question]:
    nested = drawing.inner_and_outer()
    pairs = list(permutations(drawing.named(), 2))
    pairs = rng.sample(pairs, min(MOST_PAIRS, len(pairs)))
    found = _places(drawing) if nested is None else _inside(*nested)
    for (first, first_noun), (second, second_noun) in pairs:
        where = side(first, second)
        if where is not None:
            found += _relation(rng, first_noun, second_noun, where)
        if clearly_larger(first, second):
            found += [_is_bigger(first_noun, second_noun, True), _is_bigger(second_noun, first_noun, False)]
    if len(drawing.things) == 2 and nested is None:
        found += _on_the_side(drawing)
    order = drawing.order()
    if order is not None and len(drawing.groups()) > 1:
        found += _nth(order) + _between(drawing, order)
    return found + _extremes(drawing)


def _places(drawing: Drawing) -> list[Question]:
    found = []
    # Each under its short name and under the one with its colour, once if they are the same.
    for thing, noun in dict.fromkeys(drawing.named() + drawing.named_with_colour()):
        place = drawing.place(thing)
        if place is None:
            continue
        en, fr = f"the {noun.en}", noun.the_fr()
        asked = {
            "en": [
                f"Where is {en}?",
                f"Where is {en} in the picture?",
                f"Where do you see {en}?",
                f"In which part of the picture is {en}?",
            ],
            "fr": [
                f"Où est {fr} ?",
                f"Où se trouve {fr} ?",
                f"Où est {fr} dans l'image ?",
                f"Où vois-tu {fr} ?",
                f"Dans quelle partie de l'image est {fr} ?",
            ],
        }
        answer = {"en": f"{capital(en)} is {place['en']}.", "fr": f"{capital(fr)} est {place['fr']}."}
        found.append(Question("drawing: place", asked, answer, "place", _shortly(noun)))
    return found


def _shortly(noun: Noun) -> dict[str, list[str]]:
    return {"en": [f"And the {noun.en}?", f"What about the {noun.en}?"], "fr": [f"Et {noun.the_fr()} ?"]}


def _relation(rng: random.Random, first: Noun, second: Noun, where: str) -> list[Question]:
    """On which side, and whether it is one of the two on this axis."""
    en, other_en, fr, of_other_fr = f"the {first.en}", f"the {second.en}", first.the_fr(), second.of_the_fr()
    it = "elle" if first.gender == "f" else "il"
    true_en, true_fr = f"{en} is {SIDES[where]['en']} {other_en}.", f"{fr} est {SIDES[where]['fr']} {of_other_fr}."
    if where in ("left", "right"):
        choice_en, choice_fr = f"to the left or to the right of {other_en}", f"à gauche ou à droite {of_other_fr}"
    else:
        choice_en, choice_fr = f"above or below {other_en}", f"au-dessus ou en dessous {of_other_fr}"
    which = Question(
        "drawing: relation",
        {
            "en": [
                f"Is {en} {choice_en}?",
                f"Where is {en} compared to {other_en}?",
                f"On which side of {other_en} is {en}?",
                f"Tell me whether {en} is {choice_en}.",
            ],
            "fr": [
                f"{capital(fr)} est-{it} {choice_fr} ?",
                f"Est-ce que {fr} est {choice_fr} ?",
                f"Où est {fr} par rapport {_to_the_fr(second)} ?",
            ],
        },
        {"en": capital(true_en), "fr": capital(true_fr)},
    )
    asked = rng.choice((where, OPPOSITE[where]))
    yes_en, yes_fr = ("Yes", "Oui") if asked == where else ("No", "Non")
    whether = Question(
        "drawing: relation",
        {
            "en": [f"Is {en} {SIDES[asked]['en']} {other_en}?"],
            "fr": [
                f"{capital(fr)} est-{it} {SIDES[asked]['fr']} {of_other_fr} ?",
                f"Est-ce que {fr} est {SIDES[asked]['fr']} {of_other_fr} ?",
            ],
        },
        {"en": f"{yes_en}, {true_en}", "fr": f"{yes_fr}, {true_fr}"},
    )
    return [which, whether]


def _to_the_fr(noun: Noun) -> str:
    """ "au cercle", "à la croix", "à l'étoile"."""
    return "au " + noun.fr if noun.the_fr().startswith("le ") else "à " + noun.the_fr()


def _inside(inner: Thing, outer: Thing) -> list[Question]:
    within, around = (inner.noun, outer.noun) if inner.shape != outer.shape else (inner.full_noun, outer.full_noun)
    it = "elle" if within.gender == "f" else "il"
    what = Question(
        "drawing: relation",
        {
            "en": [f"What is inside the {around.en}?", f"What is in the {around.en}?", f"What do you see inside the {around.en}?"],
            "fr": [
                f"Qu'y a-t-il dans {around.the_fr()} ?",
                f"Qu'est-ce qu'il y a dans {around.the_fr()} ?",
                f"Que vois-tu dans {around.the_fr()} ?",
            ],
        },
        {
            "en": f"There is {a(inner.full_noun.en)} inside the {around.en}.",
            "fr": f"Il y a {inner.full_noun.a_fr()} dans {around.the_fr()}.",
        },
    )
    where = Question(
        "drawing: relation",
        {
            "en": [
                f"Where is the {within.en}?",
                f"Is the {within.en} inside or outside the {around.en}?",
                f"Where is the {within.en} compared to the {around.en}?",
            ],
            "fr": [
                f"Où est {within.the_fr()} ?",
                f"Où se trouve {within.the_fr()} ?",
                f"{capital(within.the_fr())} est-{it} dans {around.the_fr()} ou en dehors ?",
            ],
        },
        {"en": f"The {within.en} is inside the {around.en}.", "fr": f"{capital(within.the_fr())} est dans {around.the_fr()}."},
    )
    return [what, where]


def _on_the_side(drawing: Drawing) -> list[Question]:
    """What is on the left of a drawing of two."""
    first, second = drawing.things
    where = side(first, second)
    found = []
    for thing, place in ((first, where), (second, OPPOSITE.get(where or ""))):
        if place is not None:
            en, fr = ON_SIDE[place]["en"], ON_SIDE[place]["fr"]
            asked = {
                "en": [f"What is {en}?", f"Which shape is {en}?", f"What do you see {en}?", f"What shape is {en}?"],
                "fr": [f"Qu'y a-t-il {fr} ?", f"Quelle forme est {fr} ?", f"Que vois-tu {fr} ?", f"Qu'est-ce qu'il y a {fr} ?"],
            }
            answer = {"en": f"There is {a(thing.full_noun.en)} {en}.", "fr": f"Il y a {thing.full_noun.a_fr()} {fr}."}
            found.append(Question("drawing: place", asked, answer, "what is where", {"en": [f"And {en}?"], "fr": [f"Et {fr} ?"]}))
    return found


def _is_bigger(first: Noun, second: Noun, bigger: bool) -> Question:
    """Whether the first is bigger than the second."""
    en, other_en, fr, other_fr = f"the {first.en}", f"the {second.en}", first.the_fr(), second.the_fr()
    e, it = ("e", "elle") if first.gender == "f" else ("", "il")
    if bigger:
        answer = {"en": f"Yes, {en} is bigger than {other_en}.", "fr": f"Oui, {fr} est plus grand{e} que {other_fr}."}
    else:
        answer = {"en": f"No, {en} is smaller than {other_en}.", "fr": f"Non, {fr} est plus petit{e} que {other_fr}."}
    asked = {
        "en": [f"Is {en} bigger than {other_en}?", f"Is {en} larger than {other_en}?"],
        "fr": [f"{capital(fr)} est-{it} plus grand{e} que {other_fr} ?", f"Est-ce que {fr} est plus grand{e} que {other_fr} ?"],
    }
    return Question("drawing: size", asked, answer)


def _extremes(drawing: Drawing) -> list[Question]:
    """The biggest and the smallest, each if it clearly is so. Shapes of equal look have no name of their own."""
    if len(drawing.things) < 2:
        return []
    unique = dict(drawing.named_with_colour())
    ranked = sorted(drawing.things, key=lambda thing: thing.r)
    smallest, biggest, found = ranked[0], ranked[-1], []
    if biggest in unique and all(clearly_larger(biggest, other) for other in ranked[:-1]):
        found.append(_extreme(unique[biggest], ("biggest", "largest"), ("plus grande", "plus grosse")))
    if smallest in unique and all(clearly_larger(other, smallest) for other in ranked[1:]):
        found.append(_extreme(unique[smallest], ("smallest", "tiniest"), ("plus petite", "moins grande")))
    return found


def _extreme(noun: Noun, en: tuple[str, str], fr: tuple[str, str]) -> Question:
    """`en` and `fr`: two words for it, of which the first is answered."""
    asked = {
        "en": [
            phrase for word in en for phrase in (f"Which shape is the {word}?", f"What is the {word} shape?", f"Which one is the {word}?")
        ],
        "fr": [
            phrase
            for word in fr
            for phrase in (f"Quelle est la {word} forme ?", f"Quelle forme est la {word} ?", f"Laquelle est la {word} ?")
        ],
    }
    answer = {"en": f"The {en[0]} shape is the {noun.en}.", "fr": f"La {fr[0]} forme est {noun.the_fr()}."}
    shortly = {"en": [f"And the {en[0]}?", f"And the {en[0]} one?"], "fr": [f"Et la {fr[0]} ?"]}
    return Question("drawing: size", asked, answer, "extreme", shortly)


def _nth(order: Order) -> list[Question]:
    """Which is the second from the left, and which are at the ends."""
    if order.across:
        ends = (("left", "à partir de la gauche", "tout à gauche"), ("right", "à partir de la droite", "tout à droite"))
    else:
        ends = (("top", "à partir du haut", "tout en haut"), ("bottom", "à partir du bas", "tout en bas"))
    found = []
    for (en, from_fr, at_fr), things in zip(ends, (order.things, order.things[::-1])):
        for index, thing in enumerate(things[:4]):
            nth_en, nth_fr = EN_ORDINALS[index], ordinal_fr(index, "f")
            asked = {
                "en": [
                    f"What is the {nth_en} shape from the {en}?",
                    f"Which shape is {nth_en} from the {en}?",
                    f"What shape is the {nth_en} from the {en}?",
                ],
                "fr": [
                    f"Quelle est la {nth_fr} forme {from_fr} ?",
                    f"Quelle forme est la {nth_fr} {from_fr} ?",
                    f"C'est quoi, la {nth_fr} forme {from_fr} ?",
                ],
            }
            if index == 0:
                asked["en"].append(f"Which shape is at the {'far ' if order.across else 'very '}{en}?")
                asked["fr"].append(f"Quelle forme est {at_fr} ?")
            answer = {
                "en": f"The {nth_en} shape from the {en} is {a(thing.full_noun.en)}.",
                "fr": f"La {nth_fr} forme {from_fr} est {thing.full_noun.a_fr()}.",
            }
            shortly = {"en": [f"And the {nth_en} from the {en}?"], "fr": [f"Et la {nth_fr} {from_fr} ?"]}
            found.append(Question("drawing: order", asked, answer, "order", shortly))
    return found


def _between(drawing: Drawing, order: Order) -> list[Question]:
    """What stands between the one before and the one after it. In a row only: elsewhere it need not look so."""
    offs = [thing.y if order.across else thing.x for thing in order.things]
    if max(offs) - min(offs) > 6:
        return []
    names = dict(drawing.named())
    found = []
    for before, middle, after in zip(order.things, order.things[1:], order.things[2:]):
        if before in names and after in names:
            one, other = names[before], names[after]
            asked = {
                "en": [f"What is between the {one.en} and the {other.en}?", f"Which shape is between the {one.en} and the {other.en}?"],
                "fr": [
                    f"Qu'y a-t-il entre {one.the_fr()} et {other.the_fr()} ?",
                    f"Quelle forme est entre {one.the_fr()} et {other.the_fr()} ?",
                ],
            }
            answer = {
                "en": f"There is {a(middle.full_noun.en)} between the {one.en} and the {other.en}.",
                "fr": f"Il y a {middle.full_noun.a_fr()} entre {one.the_fr()} et {other.the_fr()}.",
            }
            found.append(Question("drawing: order", asked, answer))
    return found
