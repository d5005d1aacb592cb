"""Throw-away signals for a small model, since the language loss alone is too weak.

PatchHints, on the encoder: what lies under each patch (pictures/labels.py). PlaceHints, early in the decoder: row and
column of each patch, and in which of several pictures it is. The encoder cannot know them (its positions are differences
between patches, and a plain ground looks the same everywhere); the decoder can count IMAGE_BREAKs and IMAGE_ENDs, and once
it does, places and order come easily.

WordHints, early in the decoder too: what lies under each patch in the decoder's own words, through its own output matrix.
An answer then only has to be copied from the right patch, by a circuit that all questions train.

LetterHints, there too: the letter under each half of a patch, each half by a map of its own, and its number in its text. A
patch that told both letters alike would leave open which one comes first.

MentionHints, one layer later, where a name ends in a question or an answer: how many of those there are, and where. What is to
be compared then stands side by side in the text; without, "Is A taller than B?" stayed at chance for thousands of steps.

SummaryHints, with these, where a picture ends: how many things it has, and whether they are told apart by kind, by colour or by
label. A chart's bars are called "the red bar", "bar B" or "the third bar" after that. BeforeHints, with these too: what a patch of
the second of two pictures shows that the first does not, and what was there.

ComparedHints, another layer later, where a name ends: how a thing compares to the one that was named before it. MoreHints, there
too: whether one picture has more of what is named than another. ForetoldHints, after as many layers, from where a question ends:
where and what that is which the answer names next ("The red bar is the tallest"). These tell an answer's words what they must be.

OrderHints, with the PlaceHints: which line or thing a patch belongs to.
"""

from collections import defaultdict
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..pictures import mentions
from ..pictures.labels import CHANNELS, EIGHTHS, IGNORED, LEFT, LEFT_NUMBER, MOST_PIPS, MOST_SUMMED, PLAIN_KINDS, RIGHT, RIGHT_NUMBER
from ..pictures.vocabulary import CHARACTERS, COLOUR_IDS, HOURS, KINDS, MINUTES, NUMBERS, THINGS

CLASSES = (len(KINDS), len(COLOUR_IDS), len(CHARACTERS) + 1, len(CHARACTERS) + 1, NUMBERS, NUMBERS, HOURS, MINUTES, 2, THINGS, THINGS)
WHERE_NAMES = ("row", "column", "number", "rank", "kind", "colour")
# 0 of these is nothing there.
MOSTLY_NOTHING = ("kind", "left character", "right character", "middle")
# A grid has at most 16 rows and columns, and an IMAGE_BREAK after each row.
MOST_ROWS = 17
# Places and words are looked for in the hidden states after this many layers of the decoder.
EARLY = 2
# And what is mentioned, after so many; how it compares, after one more.
MENTIONED = 3
COMPARED = 4


class PatchHints(nn.Module):
    def __init__(self, width: int):
        super().__init__()
        self.norm = nn.RMSNorm(width)
        self.classify = nn.Linear(width, sum(CLASSES))

    def forward(self, features: Tensor) -> list[Tensor]:
        """(patches, D) -> logits (patches, classes) of each channel."""
        return list(self.classify(self.norm(features)).split(CLASSES, -1))

    def loss(self, features: Tensor, labels: Tensor) -> tuple[Tensor, dict[str, float]]:
        """`labels` (patches, channels). The cross entropy of each channel, summed, and the share that is right where there is
        something to see (kind and characters: not 0)."""
        total, right = features.new_zeros(()), {}
        for channel, (name, logits) in enumerate(zip(CHANNELS, self(features))):
            wanted = labels[:, channel].long()
            known = wanted != IGNORED
            if not known.any():
                continue
            logits, wanted = logits[known].float(), wanted[known]
            losses = F.cross_entropy(logits, wanted, reduction="none")
            # Most patches hold no character and many nothing at all: apart, so that they do not outweigh the others.
            something = wanted > 0 if name in MOSTLY_NOTHING else torch.ones_like(wanted, dtype=torch.bool)
            for part, weight in ((something, 1.0), (~something, 0.5)):
                if part.any():
                    total = total + weight * losses[part].mean()
            if something.any():
                right[name] = (logits[something].argmax(-1) == wanted[something]).float().mean().item()
        return total, right


class Channels(nn.Module):
    """One linear map for several channels, of so many classes each."""

    CLASSES: tuple[int, ...]
    NAMES: tuple[str, ...]

    def __init__(self, width: int):
        super().__init__()
        self.norm = nn.RMSNorm(width)
        self.classify = nn.Linear(width, sum(self.CLASSES))

    def loss(self, hidden: Tensor, wanted: Tensor) -> tuple[Tensor, dict[str, float]]:
        """`hidden` (..., D), `wanted` (..., channels). The cross entropy of each channel, summed; the share that is right by name."""
        at = (wanted != IGNORED).any(-1)
        total, right = hidden.new_zeros((), dtype=torch.float32), defaultdict(list)
        logits = self.classify(self.norm(hidden[at])).float().split(self.CLASSES, -1)
        for name, of_channel, channel in zip(self.NAMES, logits, wanted[at].long().unbind(-1)):
            known = channel != IGNORED
            if known.any():
                total = total + F.cross_entropy(of_channel[known], channel[known])
                right[name].append((of_channel[known].argmax(-1) == channel[known]).float().mean().item())
        return total, {name: sum(shares) / len(shares) for name, shares in right.items()}


class PlaceHints(Channels):
    """`wanted`: `places` of tokens.Reading."""

    CLASSES = (MOST_ROWS, MOST_ROWS, mentions.MOST_PICTURES)
    NAMES = ("row", "column", "picture")


class OrderHints(Channels):
    """Which thing or line a patch belongs to, in their order, and which one that is by size: `wanted` are those two of labels.py."""

    CLASSES = (THINGS, THINGS)
    NAMES = ("order", "order")


class BeforeHints(Channels):
    """Of two drawings: in which patches of the second they differ, and what the first has there (`before` of tokens.Reading)."""

    CLASSES = (2, PLAIN_KINDS, len(COLOUR_IDS))
    NAMES = ("change", "kind before", "colour before")

    def loss(self, hidden: Tensor, before: Tensor) -> tuple[Tensor, dict[str, float]]:
        """What differs counts as much as all that does not; `right` is of the former."""
        differs = before[..., :1] == 1
        other, right = super().loss(hidden, before.masked_fill(~differs, IGNORED))
        same, _ = super().loss(hidden, before.masked_fill(differs, IGNORED))
        return other + same, right


class MentionHints(Channels):
    """`wanted`: the first of mentions.CHANNELS."""

    CLASSES = (*[mentions.MOST_COUNTED + 1] * mentions.MOST_PICTURES, EIGHTHS, EIGHTHS, THINGS, THINGS, len(KINDS), len(COLOUR_IDS))
    NAMES = ("mentioned",) * mentions.MOST_PICTURES + tuple("mentioned " + name for name in WHERE_NAMES)


class ForetoldHints(Channels):
    """`wanted`: `foretold` of tokens.Reading."""

    CLASSES = MentionHints.CLASSES[mentions.WHERE]
    NAMES = tuple("foretold " + name for name in WHERE_NAMES)


class ComparedHints(Channels):
    """Of a thing that is named after another one, whether it is to the right of it, below it, larger: the last of mentions.CHANNELS."""

    CLASSES = (2,) * mentions.COMPARED
    NAMES = ("to the right", "below", "larger")


class MoreHints(Channels):
    """Of what is named, whether a picture has fewer of it, as many or more than another one: second and first, third and first,
    third and second."""

    PAIRS = ((0, 1), (0, 2), (1, 2))
    CLASSES = (3,) * len(PAIRS)
    NAMES = ("more",) * len(PAIRS)

    def loss(self, hidden: Tensor, counted: Tensor) -> tuple[Tensor, dict[str, float]]:
        """`counted` (..., mentions.MOST_PICTURES): how many each picture has, IGNORED where that is not known."""
        pairs = []
        for first, second in self.PAIRS:
            one, other = counted[..., first], counted[..., second]
            unknown = (one == IGNORED) | (other == IGNORED)
            pairs.append((torch.sign(other - one) + 1).masked_fill(unknown, IGNORED))
        return super().loss(hidden, torch.stack(pairs, -1))


class SummaryHints(Channels):
    """`wanted`: PatchLabels.summary."""

    CLASSES = (*[MOST_SUMMED + 1] * 3, 2, MOST_PIPS + 1)
    NAMES = ("things", "kinds of things", "colours of things", "labelled", "pips")


class WordHints:
    """`bags`: of each channel of labels.py that has words, token ids (classes, words), IGNORED after the last."""

    def __init__(self, bags: dict[int, Tensor]):
        self.bags = bags

    def loss(self, logits: Tensor, labels: Tensor) -> Tensor:
        """`logits` (patches, vocabulary), `labels` (patches, channels): each word of what lies there is as likely as the others;
        summed over the channels."""
        log_likelihoods = logits.float().log_softmax(-1)
        total = logits.new_zeros((), dtype=torch.float32)
        # Each channel apart: colours are everywhere, a thing's name is rare.
        for channel, bag in self.bags.items():
            wanted = labels[:, channel].long()
            tokens = torch.where(wanted[:, None] == IGNORED, IGNORED, bag[wanted.clamp(min=0)])
            known = tokens != IGNORED
            likelihoods = log_likelihoods.gather(1, tokens.clamp(min=0))
            total = total - (likelihoods * known).sum() / known.sum().clamp(min=1)
        return total


class LetterHints(nn.Module):
    """`characters`: the token id of each class of the channels LEFT and RIGHT, IGNORED for no character."""

    def __init__(self, width: int, characters: Tensor):
        super().__init__()
        self.norm = nn.RMSNorm(width)
        self.letters = nn.ModuleList(nn.Linear(width, width, bias=False) for _ in ("left", "right"))
        self.numbers = nn.ModuleList(nn.Linear(width, NUMBERS) for _ in ("left", "right"))
        self.register_buffer("characters", characters, persistent=False)

    def loss(self, hidden: Tensor, output: Callable[[Tensor], Tensor], labels: Tensor) -> tuple[Tensor, dict[str, float]]:
        """`hidden` (patches, D), `labels` (patches, channels); `output`: the decoder's, (patches, D) -> logits."""
        x = self.norm(hidden)
        total, right = hidden.new_zeros((), dtype=torch.float32), []
        for letter, number, channel, number_channel in zip(self.letters, self.numbers, (LEFT, RIGHT), (LEFT_NUMBER, RIGHT_NUMBER)):
            wanted = labels[:, channel].long().clamp(min=0)
            known = wanted > 0
            if not known.any():
                continue
            logits, tokens = output(letter(x[known])).float(), self.characters[wanted[known]]
            total = total + F.cross_entropy(logits, tokens)
            total = total + F.cross_entropy(number(x[known]).float(), labels[known, number_channel].long())
            right.append((logits.argmax(-1) == tokens).float().mean().item())
        return total, {"letters": sum(right) / len(right)} if right else {}
