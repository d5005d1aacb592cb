"""What the words of a conversation name in its pictures: for hints.MentionHints.

At the end of "the red bar", or of "a cat", stands how many of those each picture has, of which kind and colour; and where it is
one only, where it is, its place in the order, how large it is among the others, and how it compares to the one named before.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from .bar_questions import BAR
from .colours import COLOURS
from .dice_questions import DIE
from .grammar import EN_ORDINALS, FR_ORDINALS, Noun
from .icon_questions import THING
from .labels import APART, IGNORED, Marked
from .line_charts import POINT
from .pie_charts import SLICE
from .scene import Picture
from .shapes import SHAPE, SHAPE_NOUNS
from .sign_names import SIGNS
from .things import THINGS
from .vocabulary import COLOUR_IDS, DIE_FACES, KIND_IDS
from .vocabulary import THINGS as MOST_THINGS

MOST_PICTURES = 3
MOST_COUNTED = 9
# Of each token: how many each picture has, then where from top to bottom and from left to right (in eighths), place in the order,
# rank in size, kind and colour. Where another thing of the picture was named before: whether it is to the right of that, below it,
# larger.
WHERE = slice(MOST_PICTURES, MOST_PICTURES + 6)
COMPARED = 3
CHANNELS = WHERE.stop + COMPARED
NOTHING_NAMED = (IGNORED,) * CHANNELS
# In area.
CLEARLY_LARGER = 1.3
WORD = re.compile(r"\w+")
BAR_WORDS = ("bar", "barre")
GROUND_WORDS = ("background", "fond", "label", "etiquette")
PIPS = tuple(face.split()[-1] for face in DIE_FACES)


@dataclass(frozen=True)
class Named:
    """What a word or several may stand for: "orange" is a thing and a colour. Empty: it says nothing of that."""

    kinds: frozenset[str] = frozenset()
    colours: frozenset[str] = frozenset()
    numbers: frozenset[int] = frozenset()
    labels: frozenset[str] = frozenset()

    def joined(self, other: "Named") -> "Named | None":
        """ "red" and "bar": None where the two do not go together."""
        noun, attribute = (self, other) if self.kinds and not other.kinds else (other, self)
        if not noun.kinds or not (attribute.colours or attribute.numbers) or noun.numbers or noun.labels:
            return None
        return replace(noun, colours=attribute.colours, numbers=attribute.numbers)

    def fits(self, thing: Marked, alone: bool) -> bool:
        """`alone`: the words are one name, of which any meaning will do."""
        if self.labels:
            return thing.label in self.labels
        of_kind, of_colour = thing.kind in self.kinds, thing.colour in self.colours
        if alone and self.kinds and self.colours:
            return of_kind or of_colour
        return (of_kind or not self.kinds) and (of_colour or not self.colours) and (not self.numbers or thing.number in self.numbers)


def plain(word: str) -> str:
    """As in a dictionary, whoever typed it: small letters without accents."""
    return "".join(c for c in unicodedata.normalize("NFD", word.lower()) if not unicodedata.combining(c))


def _dictionary() -> dict[tuple[str, ...], Named]:
    found: dict[tuple[str, ...], Named] = {}

    def add(phrases: Iterable[str], named: Named) -> None:
        for phrase in phrases:
            words = tuple(plain(word) for word in WORD.findall(phrase))
            known = found.get(words, Named())
            found[words] = Named(known.kinds | named.kinds, known.colours | named.colours, known.numbers | named.numbers)

    def add_noun(noun: Noun, *kinds: str) -> None:
        add((noun.en, noun.plural_en(), noun.fr, noun.plural_fr()), Named(kinds=frozenset(kinds)))

    for shape, noun in SHAPE_NOUNS.items():
        add_noun(noun, shape)
    for thing in THINGS:
        add_noun(thing.noun, thing.label())
    for noun, kind in ((BAR, "bar"), (SLICE, "slice"), (POINT, "line")):
        add_noun(noun, kind)
    add_noun(SHAPE, *SHAPE_NOUNS)
    # Not in French: without accents "dés" is an article.
    add((DIE.en, DIE.plural_en()), Named(kinds=frozenset(DIE_FACES)))
    add_noun(THING, *(thing.label() for thing in THINGS))
    for name, sign in SIGNS.items():
        add((sign.en, sign.fr), Named(kinds=frozenset({"sign: " + name})))
    for name, colour in COLOURS.items():
        words = (colour.en, colour.fr_m, colour.fr_f, colour.fr_m_plural, colour.fr_f_plural)
        add(words, Named(colours=frozenset({name})))
    for number, words in enumerate(zip(EN_ORDINALS, FR_ORDINALS)):
        add(words, Named(numbers=frozenset({number})))
    add(("première",), Named(numbers=frozenset({0})))
    return found


DICTIONARY = _dictionary()
MOST_WORDS = max(map(len, DICTIONARY))
KNOWN_KINDS = frozenset(kind for named in DICTIONARY.values() for kind in named.kinds)


def mentions(text: str, pictures: list[Picture]) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Where in `text` each name ends (the character after it), and its CHANNELS."""
    shown = [picture.labels.things for picture in pictures]
    # Of cards and clocks other words are used.
    counted = [things if things and all(thing.kind in KNOWN_KINDS for thing in things) else None for things in shown]
    if all(things is None for things in counted):
        return
    labels = {thing.label for things in shown for thing in things if thing.label}
    only_dice = all(thing.kind in DIE_FACES for things in shown for thing in things)
    before: Fitting | None = None
    for end, named, alone in _names(text, labels, only_dice):
        counts, fitting = _found(named, alone, counted)
        only = fitting[0] if len(fitting) == 1 else None
        yield end, (*counts, *_where(only, pictures), *_what(fitting), *_compared(before, only))
        before = only or before


class Fitting(NamedTuple):
    """A thing that a name fits."""

    thing: Marked
    slot: int
    size_rank: int


def _found(named: Named, alone: bool, counted: list[list[Marked] | None]) -> tuple[list[int], list[Fitting]]:
    """How many each picture has, and these."""
    counts, fitting = [IGNORED] * MOST_PICTURES, []
    for slot, things in enumerate(counted[:MOST_PICTURES]):
        colours_told = things is not None and all(thing.colour is not None for thing in things)
        if things is None or (named.colours and not colours_told and not (alone and named.kinds)):
            continue
        of_it = [thing for thing in things if named.fits(thing, alone)]
        counts[slot] = min(len(of_it), MOST_COUNTED)
        fitting += [Fitting(thing, slot, _size_rank(thing, things)) for thing in of_it]
    return counts, fitting


def _size_rank(thing: Marked, things: list[Marked]) -> int:
    return thing.size_rank if thing.size_rank is not None else sum(other.area > thing.area for other in things)


def _where(only: Fitting | None, pictures: list[Picture]) -> tuple[int, ...]:
    if only is None:
        return (IGNORED,) * 4
    number = IGNORED if only.thing.number is None else only.thing.number
    return (*pictures[only.slot].labels.eighths(only.thing), number, min(only.size_rank, MOST_THINGS - 1))


def _what(fitting: list[Fitting]) -> tuple[int, int]:
    """Kind and colour, of one thing or of several that are alike in it."""
    kinds, colours = {fit.thing.kind for fit in fitting}, {fit.thing.colour for fit in fitting}
    (kind, colour) = (alike.pop() if len(alike) == 1 else None for alike in (kinds, colours))
    return IGNORED if kind is None else KIND_IDS[kind], IGNORED if colour is None else COLOUR_IDS[colour]


def _compared(before: Fitting | None, only: Fitting | None) -> tuple[int, ...]:
    """IGNORED where it is not clear."""
    if before is None or only is None or before.slot != only.slot or before.thing is only.thing:
        return (IGNORED,) * COMPARED
    one, other = only.thing, before.thing
    by_size = int(only.size_rank < before.size_rank)
    if one.size_rank is None and max(one.area, other.area) < CLEARLY_LARGER * min(one.area, other.area):
        by_size = IGNORED
    right, below = one.x - other.x, one.y - other.y
    return (int(right > 0) if abs(right) >= APART else IGNORED, int(below > 0) if abs(below) >= APART else IGNORED, by_size)


def _names(text: str, labels: set[str], only_dice: bool) -> Iterator[tuple[int, Named, bool]]:
    """Ends of names; "the red bar" ends twice, after "red" and after "bar"."""
    spans = [match.span() for match in WORD.finditer(text)]
    said = [text[begin:end] for begin, end in spans]
    words = tuple(map(plain, said))
    before: tuple[int, Named] | None = None
    index = 0
    while index < len(words):
        length, named = _longest(words, index)
        if named is None and said[index] in labels and (len(said[index]) > 1 or _by_a_bar(words, index)):
            length, named = 1, Named(labels=frozenset({said[index]}))
        if named is None and only_dice and words[index] in PIPS:
            length, named = 1, Named(kinds=frozenset({DIE_FACES[PIPS.index(words[index])]}))
        if named is None or (named.colours and not named.kinds and _of_the_ground(words, index)):
            before, index = None, index + 1
            continue
        joined = None if before is None or text[before[0] : spans[index][0]] != " " else before[1].joined(named)
        end = spans[index + length - 1][1]
        if joined is not None:
            yield end, joined, False
        elif named.kinds or named.colours or named.labels:
            yield end, named, True
        before, index = (end, joined or named), index + length


def _by_a_bar(words: tuple[str, ...], index: int) -> bool:
    return any(0 <= place < len(words) and words[place] in BAR_WORDS for place in (index - 1, index + 1))


def _of_the_ground(words: tuple[str, ...], index: int) -> bool:
    """Of "the background is white" nothing that is drawn is meant."""
    return any(word in GROUND_WORDS for word in words[max(0, index - 2) : index + 2])


def _longest(words: tuple[str, ...], index: int) -> tuple[int, Named | None]:
    for length in range(min(MOST_WORDS, len(words) - index), 0, -1):
        named = DICTIONARY.get(words[index : index + length])
        if named is not None:
            return length, named
    return 0, None
