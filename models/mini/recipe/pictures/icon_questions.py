"""What can be asked of a picture of icons."""

import random
from collections import Counter
from itertools import combinations

from .colours import COLOURS
from .common_questions import background, unanswerable
from .grammar import LANGUAGES, Both, Noun, a, bullets, capital, listed
from .icon_phrases import AT, DESCRIBE_ONE, PLACES, WHAT_IS_IT, WHICH_OF_GROUP, Arrangement
from .phrases import DESCRIBE
from .scene import Question
from .things import FLAG, GROUPS, THINGS, Thing

THING = Noun("thing", "chose", "f")


def ask_about(rng: random.Random, arrangement: Arrangement, things: list[Thing], ground: str) -> tuple[Question, list[Question]]:
    """The description, and the other questions."""
    if arrangement == "one":
        description, questions = _of_one(rng, things[0], ground)
    elif arrangement == "crowd":
        description, questions = _of_a_crowd(rng, things, ground)
    else:
        description, questions = _of_a_few(rng, arrangement, things)
    return description, [*questions, background("icons", ground), unanswerable()]


def _of_one(rng: random.Random, thing: Thing, ground: str) -> tuple[Question, list[Question]]:
    name = Question("icons: name", WHAT_IS_IT, thing.it_is())
    questions = [name, _is_it(thing, thing), _is_it(thing, _other(rng, thing)), _how_many_things(1)]
    if thing.group in WHICH_OF_GROUP:
        questions.append(Question("icons: name", WHICH_OF_GROUP[thing.group], thing.it_is()))
    if thing.group in GROUPS:
        questions += [_which_group(rng, thing.group), _is_it_of_group(thing.group, rng.choice([thing.group, *GROUPS]))]
    return Question("icons: describe", DESCRIBE_ONE, _on_ground(thing.named(), ground)), questions


def _of_a_crowd(rng: random.Random, things: list[Thing], ground: str) -> tuple[Question, list[Question]]:
    counts = Counter(things).most_common()
    many = [thing.counted(count) for thing, count in counts]
    shown = {language: listed([each[language] for each in many], language) for language in LANGUAGES}
    questions = [_how_many(thing, count) for thing, count in counts]
    questions += [_how_many_things(len(things)), _how_many(_other(rng, *(thing for thing, _ in counts)), 0)]
    questions += _what_is_there(rng, counts)
    return Question("icons: describe", DESCRIBE, _on_ground(shown, ground)), questions


def _of_a_few(rng: random.Random, arrangement: Arrangement, things: list[Thing]) -> tuple[Question, list[Question]]:
    """Each of another thing."""
    questions = [_how_many_things(len(things)), *_what_is_there(rng, [(thing, 1) for thing in things])]
    places = PLACES[arrangement].get(len(things), [])
    for thing, place in zip(things, places):
        questions += [_where(thing, place), _what_is_at(thing, place)]
    if arrangement in ("row", "column"):
        questions.append(_which_side(rng, arrangement, rng.choice(list(combinations(things, 2)))))
    return Question("icons: several", DESCRIBE, _all_of(arrangement, things)), questions


def _all_of(arrangement: Arrangement, things: list[Thing]) -> Both:
    named = [thing.named() for thing in things]
    if len(things) == 2:
        between = {"en": "to the left of", "fr": "à gauche"} if arrangement == "row" else {"en": "above", "fr": "au-dessus"}
        return {
            "en": capital(f"{named[0]['en']} {between['en']} {named[1]['en']}."),
            "fr": capital(f"{named[0]['fr']} {between['fr']} {things[1].of_it_fr()}."),
        }
    if arrangement == "square":
        en, fr = "4 things:", "4 choses :"
        places = [AT[place] for place in PLACES["square"][4]]
        listed_en = [f"{place['en']}: {name['en']}" for place, name in zip(places, named)]
        listed_fr = [f"{place['fr']} : {name['fr']}" for place, name in zip(places, named)]
    else:
        across = arrangement == "row"
        en = f"{len(things)} things, from {'left to right' if across else 'top to bottom'}:"
        fr = f"{len(things)} choses, de {'gauche à droite' if across else 'haut en bas'} :"
        listed_en, listed_fr = [name["en"] for name in named], [name["fr"] for name in named]
    return {"en": f"{en}\n{bullets(listed_en)}", "fr": f"{fr}\n{bullets(listed_fr)}"}


def _on_ground(shown: Both, ground: str) -> Both:
    return {
        "en": capital(f"{shown['en']}, on {a(ground)} background."),
        "fr": capital(f"{shown['fr']}, sur fond {COLOURS[ground].fr('m')}."),
    }


def _other(rng: random.Random, *things: Thing) -> Thing:
    """Something else; as often as not of the same group as one of them."""
    others = [other for other in THINGS if not any(other is thing or other.may_be(thing) for thing in things)]
    groups = {thing.group for thing in things}
    of_group = [other for other in others if other.group in groups] if rng.random() < 0.5 else []
    return rng.choice(of_group or others)


def _is_it(thing: Thing, guessed: Thing) -> Question:
    guess, is_it = guessed.named(), thing.named()
    yes = thing == guessed
    return Question(
        "icons: is it",
        {
            "en": [f"Is this {guess['en']}?", f"Is it {guess['en']}?", f"Is that {guess['en']}?", f"It's {guess['en']}, right?"],
            "fr": [f"Est-ce {guess['fr']} ?", f"C'est {guess['fr']} ?", f"Est-ce que c'est {guess['fr']} ?", f"C'est bien {guess['fr']} ?"],
        },
        {"en": f"{'Yes' if yes else 'No'}, it is {is_it['en']}.", "fr": f"{'Oui' if yes else 'Non'}, c'est {is_it['fr']}."},
        "is it",
        {"en": [f"Or {guess['en']}?", f"{capital(guess['en'])}?"], "fr": [f"Ou {guess['fr']} ?", f"{capital(guess['fr'])} ?"]},
    )


def _which_group(rng: random.Random, group: str) -> Question:
    offered = [group, *rng.sample([other for other in GROUPS if other != group], rng.choice((1, 2)))]
    rng.shuffle(offered)
    en, fr = [a(GROUPS[one].en) for one in offered], [GROUPS[one].a_fr() for one in offered]
    or_en, or_fr = f"{', '.join(en[:-1])} or {en[-1]}", f"{', '.join(fr[:-1])} ou {fr[-1]}"
    return Question(
        "icons: group",
        {
            "en": [f"Is it {or_en}?", f"Is this {or_en}?", "What kind of thing is it?", "What kind of thing is this?"],
            "fr": [f"Est-ce {or_fr} ?", f"C'est {or_fr} ?", "Quel genre de chose est-ce ?", "C'est quel genre de chose ?"],
        },
        {"en": f"It is {a(GROUPS[group].en)}.", "fr": f"C'est {GROUPS[group].a_fr()}."},
    )


def _is_it_of_group(group: str, guessed: str) -> Question:
    guess_en, guess_fr = a(GROUPS[guessed].en), GROUPS[guessed].a_fr()
    yes = group == guessed
    return Question(
        "icons: group",
        {
            "en": [f"Is it {guess_en}?", f"Is this {guess_en}?", f"Is that {guess_en}?"],
            "fr": [f"Est-ce {guess_fr} ?", f"C'est {guess_fr} ?", f"Est-ce que c'est {guess_fr} ?"],
        },
        {
            "en": f"{'Yes' if yes else 'No'}, it is {a(GROUPS[group].en)}.",
            "fr": f"{'Oui' if yes else 'Non'}, c'est {GROUPS[group].a_fr()}.",
        },
    )


def _how_many(thing: Thing, count: int) -> Question:
    noun = thing.noun
    shortly = {"en": [f"And {noun.plural_en()}?", f"And how many {noun.plural_en()}?"], "fr": [f"Et les {noun.plural_fr()} ?"]}
    return Question("icons: count", noun.how_many(), noun.there_are(count), "how many", shortly)


def _how_many_things(count: int) -> Question:
    asked = THING.how_many()
    asked["en"] += ["How many icons are there?", "How many objects do you see?"]
    asked["fr"] += ["Combien d'icônes y a-t-il ?", "Combien d'objets vois-tu ?"]
    return Question("icons: count", asked, THING.there_are(count))


def _what_is_there(rng: random.Random, counts: list[tuple[Thing, int]]) -> list[Question]:
    """Of one that is there and of one that is not. Flags are asked for by their names alone."""
    there = [(thing, count) for thing, count in counts if thing.group != FLAG]
    other = _other(rng, *(thing for thing, _ in counts))
    questions = [_is_there(*rng.choice(there))] if there else []
    return questions + ([_is_there(other, 0)] if other.group != FLAG else [])


def _is_there(thing: Thing, count: int) -> Question:
    noun, named = thing.noun, thing.named()
    if count == 0:
        none_fr = noun.there_are(0)["fr"]
        answer = {"en": f"No, there is no {noun.en}.", "fr": f"Non, {none_fr[:1].lower()}{none_fr[1:]}"}
    else:
        shown = thing.counted(count)
        answer = {"en": f"Yes, there {'is' if count == 1 else 'are'} {shown['en']}.", "fr": f"Oui, il y a {shown['fr']}."}
    return Question(
        "icons: there is",
        {
            "en": [
                f"Is there {named['en']}?",
                f"Do you see {named['en']}?",
                f"Can you see {named['en']}?",
                f"Are there any {noun.plural_en()}?",
            ],
            "fr": [
                f"Y a-t-il {named['fr']} ?",
                f"Vois-tu {named['fr']} ?",
                f"Est-ce qu'il y a {named['fr']} ?",
                f"Tu vois {named['fr']} ?",
            ],
        },
        answer,
        "is there",
        {"en": [f"And {named['en']}?"], "fr": [f"Et {named['fr']} ?"]},
    )


def _where(thing: Thing, place: str) -> Question:
    the = thing.definite()
    return Question(
        "icons: where",
        {
            "en": [f"Where is {the['en']}?", f"Where do you see {the['en']}?", f"Where's {the['en']}?"],
            "fr": [f"Où est {the['fr']} ?", f"Où se trouve {the['fr']} ?", f"Où vois-tu {the['fr']} ?"],
        },
        {"en": capital(f"{the['en']} is {AT[place]['en']}."), "fr": capital(f"{the['fr']} est {AT[place]['fr']}.")},
        "where",
        {"en": [f"And {the['en']}?"], "fr": [f"Et {the['fr']} ?"]},
    )


def _what_is_at(thing: Thing, place: str) -> Question:
    at_en, at_fr = AT[place]["en"], AT[place]["fr"]
    named = thing.named()
    return Question(
        "icons: what is where",
        {
            "en": [f"What is {at_en}?", f"What do you see {at_en}?", f"What's {at_en}?", f"Which thing is {at_en}?"],
            "fr": [f"Qu'y a-t-il {at_fr} ?", f"Que vois-tu {at_fr} ?", f"Qu'est-ce qu'il y a {at_fr} ?", f"C'est quoi, {at_fr} ?"],
        },
        {"en": capital(f"{named['en']}."), "fr": capital(f"{named['fr']}.")},
        "what is where",
        {"en": [f"And {at_en}?"], "fr": [f"Et {at_fr} ?"]},
    )


def _which_side(rng: random.Random, arrangement: Arrangement, pair: tuple[Thing, Thing]) -> Question:
    """`pair`: the first is to the left of the second, or above it."""
    first = rng.random() < 0.5
    thing, other = pair if first else pair[::-1]
    the, the_other = thing.definite(), other.definite()
    of_fr = other.noun.of_the_fr()
    it_fr = "elle" if thing.noun.gender == "f" else "il"
    if arrangement == "row":
        asked = {
            "en": [
                f"Is {the['en']} to the left or to the right of {the_other['en']}?",
                f"On which side of {the_other['en']} is {the['en']}?",
            ],
            "fr": [f"{capital(the['fr'])} est-{it_fr} à gauche ou à droite {of_fr} ?", f"De quel côté {of_fr} est {the['fr']} ?"],
        }
        side_en, side_fr = ("to the left of", "à gauche") if first else ("to the right of", "à droite")
    else:
        asked = {
            "en": [f"Is {the['en']} above or below {the_other['en']}?", f"Is {the['en']} over or under {the_other['en']}?"],
            "fr": [
                f"{capital(the['fr'])} est-{it_fr} au-dessus ou en dessous {of_fr} ?",
                f"Où est {the['fr']}, au-dessus ou en dessous {of_fr} ?",
            ],
        }
        side_en, side_fr = ("above", "au-dessus") if first else ("below", "en dessous")
    return Question(
        "icons: which side",
        asked,
        {"en": capital(f"{the['en']} is {side_en} {the_other['en']}."), "fr": capital(f"{the['fr']} est {side_fr} {of_fr}.")},
    )
