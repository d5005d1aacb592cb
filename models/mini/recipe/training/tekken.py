"""The vocabulary: a tekken.json whose words are those that the questions and answers use most.

The special tokens, the pattern that splits a text and the file's format are Tekken's own. Of Tekken's first ranks every
word would take two or three pieces, which the decoder would have to join again; with its own words a conversation has three
fifths as many tokens. Only whole words are there, no beginnings of words: Tekken's readers look for the whole word before
they join pieces. So a thing's name is one token, which is copied from what lies under a patch; and within a printed word
nothing is joined, its letters stand alone, as the encoder sees them.
"""

import base64
import json
import random
from collections import Counter
from pathlib import Path

import mistral_common
import regex

from ..model.sizes import SPECIAL_TOKENS, VOCABULARY
from ..pictures import mixture
from ..pictures.sources import Sources
from ..pictures.things import THINGS
from ..pictures.vocabulary import CHARACTERS

BYTES = 256
CONVERSATIONS = 6000
SEED = 3
QUOTED = regex.compile(r'"[^"\n]*"')


def write_tekken(path: Path, sources: Path, longest_edge: int, most_turns: int) -> None:
    source = Path(mistral_common.__file__).parent / "data/tekken_240911.json"
    tekken = json.loads(source.read_text(encoding="utf-8"))
    pattern = regex.compile(tekken["config"]["pattern"])
    words = _words(pattern, _texts(sources, longest_edge, most_turns))[: VOCABULARY - SPECIAL_TOKENS - BYTES]
    tekken["vocab"] = tekken["vocab"][:BYTES] + [_entry(BYTES + index, word) for index, word in enumerate(words)]
    tekken["config"].update(num_vocab_tokens=len(tekken["vocab"]), default_vocab_size=VOCABULARY, default_num_special_tokens=SPECIAL_TOKENS)
    path.write_text(json.dumps(tekken, separators=(",", ":")), encoding="utf-8")


def _texts(sources: Path, longest_edge: int, most_turns: int) -> Counter[str]:
    """Without what is printed in pictures. How often each comes: an answer as often again, since it has to be told."""
    drawn_from = Sources.load(sources, held_out=False)
    rng = random.Random(SEED)
    texts: Counter[str] = Counter()
    for _ in range(CONVERSATIONS):
        sizes = [mixture.size(rng, longest_edge)]
        for turn in mixture.conversation(rng, sizes, drawn_from, most_turns).turns:
            texts[QUOTED.sub('"0"', turn.question)] += 1
            texts[QUOTED.sub('"0"', turn.answer)] += 2
    return texts


def _words(pattern: regex.Pattern, texts: Counter[str]) -> list[str]:
    """Letters of two bytes, the names of things, then what comes most (ties: in the alphabet's order)."""
    pieces: Counter[str] = Counter()
    for text, count in texts.items():
        for piece in pattern.findall(text):
            pieces[piece] += count
    letters = [character for character in CHARACTERS if len(character.encode()) == 2]
    names = [piece for thing in THINGS for noun in (thing.noun.en, thing.noun.fr) for piece in pattern.findall(" " + noun)]
    others = sorted(filter(_is_word, pieces), key=lambda piece: (-pieces[piece], piece))
    return list(dict.fromkeys([*letters, *names, *others]))


def _is_word(piece: str) -> bool:
    """Two letters would be joined within printed words too."""
    return len(piece.encode()) > 1 and not (len(piece) == 2 and piece.isalpha())


def _entry(rank: int, word: str) -> dict:
    return {"rank": rank, "token_bytes": base64.b64encode(word.encode()).decode(), "token_str": word}
