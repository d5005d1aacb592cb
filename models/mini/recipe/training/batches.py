"""Batches, drawn on the fly by worker processes: by number, so that a stage that goes on later sees other pictures."""

import random
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from ..model.sizes import PADDING
from ..pictures import mixture
from ..pictures.conversation import Conversation
from ..pictures.labels import CHANNELS, IGNORED
from ..pictures.pages import page
from ..pictures.scene import Picture
from ..pictures.size import Size
from ..pictures.sources import Sources
from .plan import Plan
from .processes import Part
from .tokens import Reader, Reading

# Sizes of pictures in one batch: few, so that pictures of one size are encoded together.
SIZES_AT_ONCE = 3
# Conversations of so many batches are drawn at once and sorted by length: a batch is padded to its longest.
BATCHES_AT_ONCE = 4
# In stage "see" each batch comes again after so many others.
LATER = 16
# Of the pictures for the encoder alone.
PAGES = 0.75


@dataclass
class Pictures:
    """All pictures of a batch, by size. Those of the conversations come first within `order`."""

    groups: list[Tensor]
    """uint8 (pictures, height, width, 3), one tensor a size."""
    labels: list[Tensor]
    """int16 (pictures, patches, channels), likewise."""
    order: list[tuple[int, int]]
    """Of each picture of the conversations, in their order: group and place in it. Other pictures only have hints, and come
    last in their groups."""

    def shown(self, groups: list[Tensor]) -> Tensor | None:
        """All patches of the conversations' pictures in order, of `groups` (pictures, patches, ...) like `labels`."""
        return torch.cat([groups[group][place] for group, place in self.order]) if self.order else None

    def alone(self, groups: list[Tensor]) -> list[Tensor]:
        """(pictures, patches, ...) of each size, likewise, of the pictures that no conversation shows."""
        shown = Counter(group for group, _ in self.order)
        return [group[shown[index] :] for index, group in enumerate(groups)]


class Text(NamedTuple):
    """The arrays of Reading, each (B, T) or (B, T, channels)."""

    ids: Tensor
    targets: Tensor
    places: Tensor
    before: Tensor
    summaries: Tensor
    mentions: Tensor
    foretold: Tensor


@dataclass
class Batch:
    pictures: Pictures | None
    text: Text | None = None


def group(shown: list[Picture], extra: list[Picture]) -> Pictures | None:
    by_size: dict[tuple[int, int], list[Picture]] = defaultdict(list)
    order = []
    sizes: list[tuple[int, int]] = []
    for index, picture in enumerate(shown + extra):
        if picture.image.size not in sizes:
            sizes.append(picture.image.size)
        if index < len(shown):
            order.append((sizes.index(picture.image.size), len(by_size[picture.image.size])))
        by_size[picture.image.size].append(picture)
    if not sizes:
        return None
    groups = [torch.from_numpy(np.stack([np.asarray(picture.image) for picture in by_size[size]])) for size in sizes]
    labels = [torch.from_numpy(np.stack([p.labels.values.reshape(-1, len(CHANNELS)) for p in by_size[size]])) for size in sizes]
    return Pictures(groups, labels, order)


def pad(readings: list[Reading]) -> Text:
    def padded(name: str) -> Tensor:
        parts = [torch.from_numpy(getattr(reading, name)) for reading in readings]
        return pad_sequence(parts, batch_first=True, padding_value=PADDING if name == "ids" else IGNORED)

    return Text(*map(padded, Text._fields))


def batch_of(readings: list[Reading], extra: list[Picture]) -> Batch:
    shown = [picture for reading in readings for picture in reading.pictures]
    return Batch(group(shown, extra), pad(readings))


class Drawing:
    """Draws one part of batch number `index` of a stage."""

    def __init__(self, plan: Plan, sources: Path, tekken: Path, part: Part):
        self.plan, self.part = plan, part
        self.sources = Sources.load(sources, held_out=False)
        self.reader = Reader(tekken)

    def pictures(self, index: int) -> Batch:
        """For the encoder alone."""
        rng = random.Random(f"{self.plan.seed} see {index} {self.part.index}")
        return Batch(group([], self._pictures(rng, self._sizes(rng), self.plan.see_pictures // self.part.of)))

    def conversations(self, index: int) -> list[Batch]:
        """BATCHES_AT_ONCE of them."""
        rng = random.Random(f"{self.plan.seed} answer {index} {self.part.index}")
        sizes = self._sizes(rng)
        each = self.plan.conversations // self.part.of
        readings = [self._reading(rng, sizes) for _ in range(each * BATCHES_AT_ONCE)]
        readings.sort(key=lambda reading: len(reading.ids))
        parts = [readings[start : start + each] for start in range(0, len(readings), each)]
        # In the same order everywhere, so that no part of a batch waits for a much longer one.
        random.Random(f"{self.plan.seed} order {index}").shuffle(parts)
        return [batch_of(part, self._pictures(rng, sizes, self.plan.more_pictures // self.part.of)) for part in parts]

    def _pictures(self, rng: random.Random, sizes: list[Size], count: int) -> list[Picture]:
        """For the encoder alone."""
        return [self._picture(rng, rng.choice(sizes)) for _ in range(count)]

    def _picture(self, rng: random.Random, size: Size) -> Picture:
        if rng.random() < PAGES:
            return page(rng, size, self.sources)
        return mixture.one_scene(rng, size, self.sources).picture

    def _reading(self, rng: random.Random, sizes: list[Size]) -> Reading:
        while True:
            conversation = mixture.conversation(rng, sizes, self.sources, self.plan.most_turns)
            reading = self.reader.read(conversation)
            # Padding costs as much as text: the few very long ones are cut at a turn.
            while len(reading.ids) > self.plan.most_tokens and len(conversation.turns) > 1:
                conversation = Conversation(conversation.turns[:-1], conversation.system)
                reading = self.reader.read(conversation)
            if len(reading.ids) <= self.plan.most_tokens:
                return reading

    def _sizes(self, rng: random.Random) -> list[Size]:
        return [mixture.size(rng, self.plan.longest_edge) for _ in range(SIZES_AT_ONCE)]


class _Stream(IterableDataset):
    def __init__(self, plan: Plan, sources: Path, tekken: Path, part: Part, stage: str, first: int):
        self.drawn_from = (plan, sources, tekken, part)
        self.stage, self.first = stage, first

    def __iter__(self) -> Iterator[Batch]:
        drawing = Drawing(*self.drawn_from)
        worker = get_worker_info()
        index = self.first + worker.id
        while True:
            yield from [drawing.pictures(index)] if self.stage == "see" else drawing.conversations(index)
            index += worker.num_workers


def stream(plan: Plan, sources: Path, tekken: Path, part: Part, stage: str, step: int) -> Iterator[Batch]:
    """Batches of a stage without end, for a stage that has come to this step."""
    first = step // 2 if stage == "see" else step // BATCHES_AT_ONCE
    drawing = _Stream(plan, sources, tekken, part, stage, first)
    batches = iter(DataLoader(drawing, batch_size=None, num_workers=plan.drawing_workers, prefetch_factor=4))
    return twice(batches) if stage == "see" else batches


def twice(batches: Iterable[Batch]) -> Iterator[Batch]:
    """Each batch, and each again some batches later: drawing full pages would take a third of two cores. Not for answers: those
    are drawn quickly, and known by heart the second time.
    """
    earlier: deque[Batch] = deque()
    for batch in batches:
        yield batch
        earlier.append(batch)
        if len(earlier) > LATER:
            yield earlier.popleft()
