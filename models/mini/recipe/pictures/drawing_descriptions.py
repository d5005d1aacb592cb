"""A drawing in one sentence, or in a list where there are many shapes."""

from .colours import COLOURS
from .drawing_facts import Drawing, side
from .grammar import Both, Noun, a, bullets, capital, of_fr
from .phrases import DESCRIBE
from .scene import Question


def description(drawing: Drawing) -> Both | None:
    """None if it is in doubt: near the boundary of two places, neither beside nor below one another, groups of one size."""
    ground = {"en": f"{a(drawing.ground)} background", "fr": f"fond {COLOURS[drawing.ground].fr('m')}"}
    if len(drawing.things) == 1:
        return _of_one(drawing, ground)
    if len(drawing.groups()) < len(drawing.things):
        return _of_groups(drawing, ground)
    return _of_two(drawing, ground) if len(drawing.things) == 2 else _in_order(drawing, ground)


def described(drawing: Drawing) -> Question:
    answer = description(drawing)
    assert answer is not None, "only drawings that can be described are drawn"
    return Question("drawing: describe", DESCRIBE, answer)


def listed_shapes(drawing: Drawing) -> Both | None:
    """A Markdown list of three shapes and more: of groups, the largest first, or of each shape in order; None if neither is clear."""
    groups, order = drawing.groups(), drawing.order()
    if len(groups) < len(drawing.things):
        lines = [_numbered(noun, number) for noun, number in groups]
    elif order is not None:
        lines = [{"en": a(thing.full_noun.en), "fr": thing.full_noun.a_fr()} for thing in order.things]
    else:
        return None
    return {language: bullets([line[language] for line in lines]) for language in ("en", "fr")}


def _of_one(drawing: Drawing, ground: Both) -> Both | None:
    noun, place = drawing.things[0].full_noun, drawing.place(drawing.things[0])
    if place is None:
        return None
    return {
        "en": f"{capital(a(noun.en))} {place['en']}, on {ground['en']}.",
        "fr": f"{capital(noun.a_fr())} {place['fr']}, sur {ground['fr']}.",
    }


def _of_two(drawing: Drawing, ground: Both) -> Both | None:
    nested = drawing.inner_and_outer()
    if nested is not None:
        inner, outer = (thing.full_noun for thing in nested)
        small = "Une petite" if inner.gender == "f" else "Un petit"
        return {
            "en": f"A small {inner.en} inside {a(outer.en)}, on {ground['en']}.",
            "fr": f"{small} {inner.fr} dans {outer.a_fr()}, sur {ground['fr']}.",
        }
    first, second = drawing.things
    where = side(first, second)
    if where is None:
        return None
    if where in ("right", "below"):
        first, second = second, first
    en, fr = ("to the left of", "à gauche") if where in ("left", "right") else ("above", "au-dessus")
    return {
        "en": f"{capital(a(first.full_noun.en))} {en} {a(second.full_noun.en)}, on {ground['en']}.",
        "fr": f"{capital(first.full_noun.a_fr())} {fr} {of_fr(second.full_noun.a_fr())}, sur {ground['fr']}.",
    }


def _of_groups(drawing: Drawing, ground: Both) -> Both | None:
    groups, number = drawing.groups(), len(drawing.things)
    if len({size for _, size in groups}) < len(groups):
        return None
    if len(groups) == 1:
        noun = groups[0][0]
        return {"en": f"{number} {noun.plural_en()} on {ground['en']}.", "fr": f"{number} {noun.plural_fr()} sur {ground['fr']}."}
    return _with_list(drawing, {"en": f"{number} shapes on {ground['en']}:", "fr": f"{number} formes sur {ground['fr']} :"})


def _in_order(drawing: Drawing, ground: Both) -> Both | None:
    order, number = drawing.order(), len(drawing.things)
    if order is None:
        return None
    en, fr = ("from left to right", "de gauche à droite") if order.across else ("from top to bottom", "de haut en bas")
    return _with_list(drawing, {"en": f"{number} shapes on {ground['en']}, {en}:", "fr": f"{number} formes sur {ground['fr']}, {fr} :"})


def _with_list(drawing: Drawing, heading: Both) -> Both | None:
    lines = listed_shapes(drawing)
    return None if lines is None else {language: f"{heading[language]}\n{lines[language]}" for language in heading}


def _numbered(noun: Noun, number: int) -> Both:
    if number == 1:
        return {"en": f"1 {noun.en}", "fr": f"1 {noun.fr}"}
    return {"en": f"{number} {noun.plural_en()}", "fr": f"{number} {noun.plural_fr()}"}
