"""The vocabulary: a tekken.json whose words are those that the questions and answers use most.

The special tokens, the pattern that splits a text and the file's format are Tekken's own. Of Tekken's first ranks every
word would take two or three pieces, which the decoder would have to join again; with its own words a conversation has
three fifths as many tokens. A word is joined from its first letter on (" r", " re", " red"), so that nothing is joined
within a printed word: its letters stand alone, as the encoder sees them.
"""

import base64
import json
import random
from collections import Counter
from pathlib import Path

import mistral_common
import regex

from ..model.sizes import PATCH, SPECIAL_TOKENS, VOCABULARY
from ..pictures import mixture
from ..pictures.sources import Sources

BYTES = 256
CONVERSATIONS = 6000
SEED = 3
QUOTED = regex.compile(r'(?<=")[^"\n]*(?=")')


def write_tekken(path: Path, sources: Path, longest_edge: int, most_turns: int) -> None:
    source = Path(mistral_common.__file__).parent / "data/tekken_240911.json"
    tekken = json.loads(source.read_text(encoding="utf-8"))
    pattern = regex.compile(tekken["config"]["pattern"])
    pieces = Counter(piece for text in _texts(sources, longest_edge, most_turns) for piece in pattern.findall(QUOTED.sub("", text)))
    words = _words(pieces, VOCABULARY - SPECIAL_TOKENS - BYTES)
    tekken["vocab"] = tekken["vocab"][:BYTES] + [_entry(BYTES + index, word) for index, word in enumerate(words)]
    tekken["config"].update(num_vocab_tokens=len(tekken["vocab"]), default_vocab_size=VOCABULARY, default_num_special_tokens=SPECIAL_TOKENS)
    tekken["image"] = {"image_patch_size": PATCH, "max_image_size": longest_edge}
    path.write_text(json.dumps(tekken, separators=(",", ":")), encoding="utf-8")


def _texts(sources: Path, longest_edge: int, most_turns: int) -> list[str]:
    drawn_from = Sources.load(sources, held_out=False)
    rng = random.Random(SEED)
    texts = []
    for _ in range(CONVERSATIONS):
        sizes = [mixture.size(rng, longest_edge)]
        for turn in mixture.conversation(rng, sizes, drawn_from, most_turns).turns:
            texts += [turn.question, turn.answer]
    return texts


def _words(pieces: Counter[str], count: int) -> list[bytes]:
    """The beginnings of words that most of them share, the most frequent first; each comes after the one it is a byte longer than,
    which is as frequent at least (ties: in the alphabet's order)."""
    beginnings: Counter[bytes] = Counter()
    for piece, frequency in pieces.items():
        spelled = piece.encode()
        for length in range(2, len(spelled) + 1):
            beginnings[spelled[:length]] += frequency
    return sorted(beginnings, key=lambda word: (-beginnings[word], word))[:count]


def _entry(rank: int, word: bytes) -> dict:
    try:
        text = word.decode()
    except UnicodeDecodeError:
        text = None
    return {"rank": rank, "token_bytes": base64.b64encode(word).decode(), "token_str": text}
