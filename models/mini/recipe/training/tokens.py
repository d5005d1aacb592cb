"""A conversation as the model reads it (Mistral's template V3-Tekken) and what it must answer.

    <s>[INST] [IMG]... [IMG_BREAK] ... [IMG_END] question [/INST] answer </s> [INST] ...

There are no spaces in between; a system prompt and two line ends come first in the last question.
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from pathlib import Path

import numpy as np
from mistral_common.tokens.tokenizers.tekken import Tekkenizer

from ..model.sizes import BEGIN, END_OF_ANSWER, END_OF_QUESTION, IMAGE, IMAGE_BREAK, IMAGE_END, PATCH, QUESTION
from ..pictures import labels
from ..pictures.conversation import Conversation
from ..pictures.labels import IGNORED
from ..pictures.mentions import NOTHING_NAMED, WHERE, mentions
from ..pictures.scene import Picture

NOWHERE = (IGNORED, IGNORED, IGNORED)
NOTHING_FORETOLD = NOTHING_NAMED[WHERE]


@dataclass
class Reading:
    """One conversation: int64 arrays of one length."""

    ids: np.ndarray
    targets: np.ndarray
    """The token that must follow each: IGNORED but in answers."""
    places: np.ndarray
    """(tokens, 3): row and column of what belongs to a picture, and of several pictures which one. IGNORED elsewhere."""
    before: np.ndarray
    """(tokens, 3): of the second of two drawings, labels.before of each patch. IGNORED elsewhere."""
    summaries: np.ndarray
    """(tokens, labels.SUMMARY): of each picture, at its IMAGE_END. IGNORED elsewhere."""
    mentions: np.ndarray
    """(tokens, mentions.CHANNELS): what the name that ends here stands for in the pictures. IGNORED elsewhere."""
    foretold: np.ndarray
    """(tokens, 6): from where a question ends, mentions.WHERE of what the answer names next. IGNORED elsewhere."""
    answers: list[tuple[int, int, str]]
    """Of each turn: where its targets begin and end, and its skill."""
    pictures: list[Picture]


class Reader:
    def __init__(self, tekken: Path):
        self.tokenizer = Tekkenizer.from_file(tekken)

    @lru_cache(maxsize=100_000)  # noqa: B019 (one Reader lives as long as the program)
    def encode(self, text: str) -> tuple[int, ...]:
        return tuple(self.tokenizer.encode(text, bos=False, eos=False))

    def decode(self, ids: list[int]) -> str:
        return self.tokenizer.decode(ids)

    def _named(self, ids: tuple[int, ...], text: str, pictures: list[Picture]) -> list[tuple[int, ...]]:
        """mentions.CHANNELS of each token of a text."""
        found = {len(text[:end].encode()): channels for end, channels in mentions(text, pictures)}
        ends = list(accumulate(len(self.tokenizer.id_to_byte_piece(token)) for token in ids))
        return [
            next((found[place] for place in range(begin + 1, end + 1) if place in found), NOTHING_NAMED)
            for begin, end in zip([0, *ends], ends)
        ]

    def read(self, conversation: Conversation) -> Reading:
        ids, targets, places, named, foretold = [BEGIN], [IGNORED], [NOWHERE], [NOTHING_NAMED], [NOTHING_FORETOLD]
        answers, pictures = [], []
        for index, turn in enumerate(conversation.turns):
            # Before the pictures of the last question, or before its text where it has none.
            instructions = conversation.system + "\n\n" if conversation.system and index == len(conversation.turns) - 1 else ""
            question = [QUESTION, *(self.encode(instructions) if instructions and turn.pictures else ())]
            where = [NOWHERE] * len(question)
            for number, picture in enumerate(turn.pictures):
                grid_ids, grid_places = _grid(picture, number if len(turn.pictures) > 1 else IGNORED)
                question += grid_ids
                where += grid_places
                pictures.append(picture)
            text = turn.question if turn.pictures else instructions + turn.question
            asked, told = self.encode(text), self.encode(turn.answer)
            named += [NOTHING_NAMED] * len(question) + self._named(asked, text, pictures) + [NOTHING_NAMED]
            named_in_answer = self._named(told, turn.answer, pictures)
            named += [*named_in_answer, NOTHING_NAMED]
            question += [*asked, END_OF_QUESTION]
            where += [NOWHERE] * (len(question) - len(where))
            answer = [*told, END_OF_ANSWER]
            foretold += [NOTHING_FORETOLD] * (len(question) - 1) + _foretold(named_in_answer) + [NOTHING_FORETOLD]
            ids += question + answer
            places += where + [NOWHERE] * len(answer)
            # The last token of a question foretells the first of its answer.
            targets += [IGNORED] * (len(question) - 1) + answer + [IGNORED]
            answers.append((len(ids) - len(answer) - 1, len(ids) - 1, turn.skill))
        read_ids, read_places = np.array(ids), np.array(places)
        before, summaries = _before(read_ids, read_places, pictures), _summaries(read_ids, pictures)
        hints = (read_places, before, summaries, np.array(named), np.array(foretold))
        return Reading(read_ids, np.array(targets), *hints, answers, pictures)


def _before(ids: np.ndarray, places: np.ndarray, pictures: list[Picture]) -> np.ndarray:
    found = np.full((len(ids), 3), IGNORED)
    change = labels.before(pictures[0].labels, pictures[1].labels) if len(pictures) == 2 else None
    if change is not None:
        found[(ids == IMAGE) & (places[:, 2] == 1)] = change.reshape(-1, 3)
    return found


def _summaries(ids: np.ndarray, pictures: list[Picture]) -> np.ndarray:
    found = np.full((len(ids), labels.SUMMARY), IGNORED)
    for place, picture in zip(np.flatnonzero(ids == IMAGE_END), pictures):
        found[place] = picture.labels.summary()
    return found


def _foretold(named: list[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """Of the end of a question and each token of its answer, of which `named` are mentions.CHANNELS: WHERE of the next one named.
    Of "la part" and "la part rouge" the longer name counts."""
    foretold = [NOTHING_FORETOLD]
    following = NOTHING_NAMED
    for channels in reversed(named):
        ends_here = channels[WHERE] != NOTHING_FORETOLD and following == NOTHING_NAMED
        foretold.append(channels[WHERE] if ends_here else foretold[-1])
        following = channels
    return foretold[::-1]


def _grid(picture: Picture, number: int) -> tuple[list[int], list[tuple[int, int, int]]]:
    columns, rows = picture.image.width // PATCH, picture.image.height // PATCH
    return grid(rows, columns), [(row, column, number) for row in range(rows) for column in range(columns + 1)]


def grid(rows: int, columns: int) -> list[int]:
    """The token ids of a picture of so many patches."""
    ids = ([IMAGE] * columns + [IMAGE_BREAK]) * rows
    return [*ids[:-1], IMAGE_END]
