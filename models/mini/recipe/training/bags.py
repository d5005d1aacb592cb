"""What lies under a patch, as token ids: in words of both languages for hints.WordHints, its letters for hints.LetterHints."""

import torch
from torch import Tensor

from ..pictures.cards import RANKS_FR, SUITS_FR
from ..pictures.colours import COLOURS
from ..pictures.labels import COLOUR, IGNORED, KIND
from ..pictures.shapes import SHAPE_NOUNS
from ..pictures.sign_names import SIGNS
from ..pictures.things import THINGS
from ..pictures.vocabulary import CARDS, CHARACTERS, KINDS
from .tokens import Reader

# Words that name nothing.
SHORT = 2


def bags(reader: Reader) -> dict[int, Tensor]:
    colours = _table([_tokens(reader, [colour.en, colour.fr_m, colour.fr_f]) for colour in COLOURS.values()])
    return {KIND: _table([_tokens(reader, _words(kind)) for kind in KINDS]), COLOUR: colours}


def characters(reader: Reader) -> Tensor:
    """Token ids by the classes of the channels of characters."""
    return torch.tensor([IGNORED, *(reader.encode(character)[0] for character in CHARACTERS)])


def _words(kind: str) -> list[str]:
    if kind in SHAPE_NOUNS:
        return [SHAPE_NOUNS[kind].en, SHAPE_NOUNS[kind].fr]
    if kind in CARDS:
        rank, suit = kind.split(" of ")
        return [rank, RANKS_FR.get(rank, rank).removeprefix("l'").removeprefix("le ").removeprefix("la "), suit, SUITS_FR[suit]]
    if kind.startswith("sign: "):
        sign = SIGNS[kind.removeprefix("sign: ")]
        return [*sign.en.split(), *sign.fr.split()]
    nouns = [thing.noun for thing in THINGS if thing.label() == kind]
    return [word for noun in nouns for word in (*noun.en.split(), *noun.fr.split())]


def _tokens(reader: Reader, words: list[str]) -> list[int]:
    """The first of each word: the others follow from it. A number has no space of its own."""
    told = [word for word in words if len(word) > SHORT or word.isdigit()]
    return list(dict.fromkeys(reader.encode(word if word.isdigit() else " " + word)[0] for word in told))


def _table(bags: list[list[int]]) -> Tensor:
    most = max(map(len, bags))
    return torch.tensor([bag + [IGNORED] * (most - len(bag)) for bag in bags])
