"""One change to a drawing, and how it is told: a shape more or less, another colour, another side, another background."""

import math
import random
from dataclasses import replace

from .arrangements import SMALLEST, looks, thing_of
from .canvas import GROUNDS
from .colours import COLOURS, colours_on, stands_out, varied
from .drawing_descriptions import description
from .drawing_facts import Drawing
from .grammar import Both, Noun, a, capital
from .shapes import Thing

# The drawing after it, and the sentence.
Change = tuple[Drawing, Both]
TRIES = 8
# To more shapes than these none is added.
FEW = 4


def change(rng: random.Random, drawing: Drawing) -> Change | None:
    """None if none was found after which the drawing can still be described without doubt."""
    for _ in range(TRIES):
        found = rng.choice((_one_more, _one_less, _another_colour, _another_side, _another_ground))(rng, drawing)
        if found is not None and description(found[0]) is not None:
            return found
    return None


def _one_more(rng: random.Random, drawing: Drawing) -> Change | None:
    width, height = drawing.size
    r = rng.uniform(SMALLEST, max(SMALLEST, 0.14 * min(width, height)))
    added = thing_of(rng, looks(rng, drawing.ground, 1)[0], rng.uniform(r + 1, width - r - 1), rng.uniform(r + 1, height - r - 1), r)
    if len(drawing.things) > FEW or not _is_free(added, drawing.things):
        return None
    noun = added.full_noun
    words = {"en": f"{capital(a(noun.en))} was added.", "fr": f"{capital(noun.a_fr())} a été ajouté{_e(noun)}."}
    return replace(drawing, things=[*drawing.things, added]), words


def _one_less(rng: random.Random, drawing: Drawing) -> Change | None:
    if len(drawing.things) == 1:
        return None
    gone = rng.choice(drawing.things)
    noun = gone.full_noun
    if (gone, noun) in drawing.named_with_colour():
        words = {"en": f"The {noun.en} is gone.", "fr": f"{capital(noun.the_fr())} a disparu."}
    else:
        words = {"en": f"{capital(a(noun.en))} is gone.", "fr": f"{capital(noun.a_fr())} a disparu."}
    return replace(drawing, things=[thing for thing in drawing.things if thing is not gone]), words


def _another_colour(rng: random.Random, drawing: Drawing) -> Change | None:
    """Of the only circle, say: so it is clear which one is meant."""
    only = [(thing, noun) for thing, noun in drawing.named() if noun == thing.noun]
    colours = [colour for colour in colours_on(drawing.ground) if all(stands_out(colour, thing.colour) for thing in drawing.things)]
    if not only or not colours:
        return None
    (thing, noun), colour = rng.choice(only), COLOURS[rng.choice(colours)]
    words = {"en": f"The {noun.en} is now {colour.en}.", "fr": f"{capital(noun.the_fr())} est maintenant {colour.fr(noun.gender)}."}
    return _with(drawing, thing, replace(thing, colour=colour.en, rgb=varied(rng, colour.rgb))), words


def _another_side(rng: random.Random, drawing: Drawing) -> Change | None:
    """From far left to far right, or back."""
    width = drawing.size.width
    outer = [(thing, noun) for thing, noun in drawing.named_with_colour() if not 0.3 < thing.x / width < 0.7]
    if not outer:
        return None
    thing, noun = rng.choice(outer)
    moved = replace(thing, x=width - thing.x)
    if not _is_free(moved, [other for other in drawing.things if other is not thing]):
        return None
    en, fr = ("right", "droite") if moved.x > thing.x else ("left", "gauche")
    words = {"en": f"The {noun.en} moved to the {en}.", "fr": f"{capital(noun.the_fr())} s'est déplacé{_e(noun)} vers la {fr}."}
    return _with(drawing, thing, moved), words


def _another_ground(rng: random.Random, drawing: Drawing) -> Change | None:
    seen = [drawing.ground, *(thing.colour for thing in drawing.things)]
    grounds = [ground for ground in GROUNDS if all(stands_out(ground, colour) for colour in seen)]
    if not grounds:
        return None
    ground = COLOURS[rng.choice(grounds)]
    words = {"en": f"The background is now {ground.en}.", "fr": f"Le fond est maintenant {ground.fr('m')}."}
    return replace(drawing, ground=ground.en), words


def _with(drawing: Drawing, thing: Thing, changed: Thing) -> Drawing:
    return replace(drawing, things=[changed if other is thing else other for other in drawing.things])


def _is_free(thing: Thing, others: list[Thing]) -> bool:
    return all(math.hypot(thing.x - other.x, thing.y - other.y) > thing.r + other.r + 2 for other in others)


def _e(noun: Noun) -> str:
    """The ending of a participle that agrees."""
    return "e" if noun.gender == "f" else ""
