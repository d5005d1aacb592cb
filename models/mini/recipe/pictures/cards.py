"""Playing cards: mostly one, sometimes two or three side by side."""

import random

from .canvas import Canvas
from .card_faces import Card, CardFace, some_style
from .common_questions import background, unanswerable
from .grammar import Both, Noun, bullets, listed
from .phrases import DESCRIBE
from .scene import Question, Scene
from .size import Size
from .sources import Sources
from .suits import SUIT_COLOURS
from .vocabulary import RANKS, SUITS

# Cards side by side have at least this much room, in units.
SMALLEST_SLOT = 42
CARD = Noun("card", "carte", "f")
RANKS_FR = {"ace": "l'as", "jack": "le valet", "queen": "la dame", "king": "le roi"}
SUITS_FR = {"hearts": "cœur", "diamonds": "carreau", "spades": "pique", "clubs": "trèfle"}
RED_FR = {"red": "rouge", "black": "noire"}
# Where each card is, by how many there are.
PLACES = {
    2: (("on the left", "de gauche"), ("on the right", "de droite")),
    3: (("on the left", "de gauche"), ("in the middle", "du milieu"), ("on the right", "de droite")),
}


def draw(rng: random.Random, size: Size, sources: Sources) -> Scene:
    canvas = Canvas(rng, size, "green" if rng.random() < 0.2 else None)
    canvas.hand_drawn = False
    count = 1 if rng.random() < 0.65 else rng.randint(2, 3)
    count = max(1, min(count, int(size.width // SMALLEST_SLOT)))
    cards = [Card(rank, suit) for rank, suit in rng.sample([(rank, suit) for rank in RANKS for suit in SUITS], count)]
    slot = size.width / count
    largest = min(size.height - 6, (slot - 4) * 1.42)
    degrees = rng.uniform(-8, 8) if count == 1 and rng.random() < 0.3 else 0.0
    if degrees:
        largest *= 0.88
    style = some_style(rng, sources, rng.uniform(max(min(56, largest), largest * 0.7), largest))
    for index, card in enumerate(cards):
        free_x, free_y = max(0.0, (slot - style.width) / 2 - 2), max(0.0, (size.height - style.height) / 2 - 3)
        if degrees:
            free_x, free_y = free_x * 0.5, free_y * 0.5
        cx, cy = slot * (index + 0.5) + rng.uniform(-free_x, free_x), size.height / 2 + rng.uniform(-free_y, free_y)
        CardFace(canvas, style, card, cx, cy, degrees).draw()
    questions = [*_questions(cards), background("cards", canvas.ground), unanswerable()]
    facts = {"kind": "cards", "cards": [f"{card.rank} of {card.suit}" for card in cards]}
    return Scene(canvas.finish(), _description(cards), questions, facts)


def name(card: Card) -> Both:
    """ "the queen of hearts", "la dame de cœur"."""
    return {"en": f"the {card.rank} of {card.suit}", "fr": f"{RANKS_FR.get(card.rank, 'le ' + card.rank)} de {SUITS_FR[card.suit]}"}


def _names(cards: list[Card], language: str) -> list[str]:
    return [name(card)[language] for card in cards]


def _description(cards: list[Card]) -> Question:
    number_en, number_fr = {
        1: ("A playing card", "Une carte à jouer"),
        2: ("Two playing cards", "Deux cartes à jouer"),
        3: ("Three playing cards", "Trois cartes à jouer"),
    }[len(cards)]
    answer = {"en": f"{number_en}: {listed(_names(cards, 'en'), 'en')}.", "fr": f"{number_fr} : {listed(_names(cards, 'fr'), 'fr')}."}
    return Question("cards: describe", DESCRIBE, answer)


def _questions(cards: list[Card]) -> list[Question]:
    count = Question("cards: count", CARD.how_many(), CARD.there_are(len(cards)))
    if len(cards) == 1:
        (card,) = cards
        return [_card(card), _suit(card), _colour(card), _rank(card), count]
    return [_all(cards), count, _red(cards), *(_at(card, *place) for card, place in zip(cards, PLACES[len(cards)]))]


def _card(card: Card) -> Question:
    return Question(
        "cards: card",
        {
            "en": ["Which card is this?", "What card is it?", "Name the card.", "What playing card do you see?", "Which card did I draw?"],
            "fr": [
                "Quelle est cette carte ?",
                "C'est quelle carte ?",
                "Nomme la carte.",
                "Quelle carte vois-tu ?",
                "Quelle carte ai-je tirée ?",
            ],
        },
        {"en": f"It is {name(card)['en']}.", "fr": f"C'est {name(card)['fr']}."},
    )


def _suit(card: Card) -> Question:
    return Question(
        "cards: suit",
        {
            "en": ["What suit is the card?", "Which suit is it?", "What is the suit?", "Hearts, diamonds, spades or clubs?"],
            "fr": [
                "Quelle est l'enseigne de la carte ?",
                "Cœur, carreau, pique ou trèfle ?",
                "Est-ce un cœur, un carreau, un pique ou un trèfle ?",
                "Quelle enseigne est-ce ?",
            ],
        },
        {"en": f"The suit is {card.suit}.", "fr": f"C'est un {SUITS_FR[card.suit]}."},
    )


def _colour(card: Card) -> Question:
    colour = SUIT_COLOURS[card.suit]
    return Question(
        "cards: color",
        {
            "en": ["Is the card red or black?", "Is it a red card or a black card?", "Is it red or black?"],
            "fr": ["La carte est-elle rouge ou noire ?", "Est-ce une carte rouge ou noire ?", "C'est rouge ou noir ?"],
        },
        {"en": f"The card is {colour}.", "fr": f"La carte est {RED_FR[colour]}."},
    )


def _rank(card: Card) -> Question:
    """ "It is a queen.", "C'est une dame."."""
    en = ("an " if card.rank in ("ace", "8") else "a ") + card.rank
    fr = {"ace": "un as", "jack": "un valet", "queen": "une dame", "king": "un roi"}.get(card.rank, "un " + card.rank)
    return Question(
        "cards: rank",
        {
            "en": ["What is the rank of the card?", "What is the card's value?", "Which rank is it?", "What value does the card have?"],
            "fr": [
                "Quelle est la valeur de la carte ?",
                "Quelle valeur a la carte ?",
                "Quelle est sa valeur ?",
                "De quelle valeur est cette carte ?",
            ],
        },
        {"en": f"It is {en}.", "fr": f"C'est {fr}."},
    )


def _all(cards: list[Card]) -> Question:
    if len(cards) == 2:
        answer = {"en": f"They are {listed(_names(cards, 'en'), 'en')}.", "fr": f"Ce sont {listed(_names(cards, 'fr'), 'fr')}."}
    else:
        answer = {language: bullets(_names(cards, language)) for language in ("en", "fr")}
    return Question(
        "cards: several",
        {
            "en": [
                "Which cards are these?",
                "What cards do you see?",
                "Name the cards.",
                "Which cards do I have?",
                "List the cards from left to right.",
            ],
            "fr": [
                "Quelles sont ces cartes ?",
                "Quelles cartes vois-tu ?",
                "Nomme les cartes.",
                "Quelles cartes ai-je ?",
                "Liste les cartes de gauche à droite.",
            ],
        },
        answer,
    )


def _at(card: Card, en: str, fr: str) -> Question:
    return Question(
        "cards: one of several",
        {
            "en": [f"Which card is {en}?", f"What is the card {en}?", f"Name the card {en}."],
            "fr": [f"Quelle est la carte {fr} ?", f"Nomme la carte {fr}.", f"C'est quoi, la carte {fr} ?"],
        },
        {"en": f"The card {en} is {name(card)['en']}.", "fr": f"La carte {fr} est {name(card)['fr']}."},
        "one of the cards",
        {"en": [f"And the one {en}?", f"And {en}?"], "fr": [f"Et celle {fr} ?", f"Et la carte {fr} ?"]},
    )


def _red(cards: list[Card]) -> Question:
    red = sum(SUIT_COLOURS[card.suit] == "red" for card in cards)
    red_card = Noun("red card", "carte rouge", "f", fr_plural="cartes rouges")
    return Question("cards: red ones", red_card.how_many(), red_card.there_are(red))
