"""One step of learning, and all that must be kept to go on later."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from ..model import checkpoint
from ..model.hints import (
    COMPARED,
    EARLY,
    MENTIONED,
    BeforeHints,
    ComparedHints,
    ForetoldHints,
    LetterHints,
    MentionHints,
    MoreHints,
    OrderHints,
    PatchHints,
    PlaceHints,
    SummaryHints,
    WordHints,
)
from ..model.pixtral import Pixtral
from ..model.sizes import BEGIN, FEATURE_SCALE, IMAGE, PARAMS, PATCH, QUESTION
from ..pictures import mentions
from ..pictures.labels import IGNORED, SIZE_RANK, THING_NUMBER
from .bags import bags, characters
from .batches import Batch, Pictures, Text
from .muon import Muon
from .plan import Plan
from .processes import Part
from .tokens import Reader, grid

# A trained model has lost its hints. For so many steps they learn from it without changing it.
HINTS_ALONE_STEPS = 100
MEAN = (0.48145466, 0.4578275, 0.40821073)
DEVIATION = (0.26862954, 0.26130258, 0.27577711)


def normalised(pixels: Tensor) -> Tensor:
    """uint8 (B, height, width, 3) -> float (B, 3, height, width), as Pixtral wants them."""
    mean, deviation = pixels.new_tensor(MEAN, dtype=torch.float32), pixels.new_tensor(DEVIATION, dtype=torch.float32)
    return ((pixels.float() / 255 - mean) / deviation).permute(0, 3, 1, 2)


def features_of(model: Pixtral, pictures: Pictures, device: torch.device) -> tuple[list[Tensor], Tensor | None]:
    """The encoder's features (pictures, patches, D) of each size, and those of the conversations' patches in order."""
    groups = [model.vision_encoder(normalised(group.to(device))) for group in pictures.groups]
    return groups, pictures.shown(groups)


class Patches(NamedTuple):
    """All those of the conversations' pictures, in order."""

    early: Tensor
    """Hidden states of the decoder after EARLY layers, (patches, D)."""
    labels: Tensor
    """(patches, channels)."""


@dataclass
class Progress:
    stage: str = "see"
    step: int = 0


class Learner:
    def __init__(self, plan: Plan, reader: Reader, device: torch.device, part: Part):
        torch.manual_seed(plan.seed)
        self.plan, self.device, self.part = plan, device, part
        self.progress = Progress()
        self.first_step = 0
        self.hints_alone_until = 0
        self.model = Pixtral(PARAMS, FEATURE_SCALE).to(device)
        self.average = AveragedModel(self.model, multi_avg_fn=get_ema_multi_avg_fn(1 - 1 / plan.averaged_steps))
        # What is done number by number between the products is joined: a step takes a sixth less time.
        for block in (*self.model.vision_encoder.transformer.layers, *self.model.layers):
            block.compile(dynamic=True)
        self.patch_hints = PatchHints(PARAMS["vision_encoder"]["hidden_size"]).to(device)
        self.place_hints = PlaceHints(PARAMS["dim"]).to(device)
        self.order_hints = OrderHints(PARAMS["dim"]).to(device)
        self.mention_hints = MentionHints(PARAMS["dim"]).to(device)
        self.before_hints = BeforeHints(PARAMS["dim"]).to(device)
        self.compared_hints = ComparedHints(PARAMS["dim"]).to(device)
        self.more_hints = MoreHints(PARAMS["dim"]).to(device)
        self.summary_hints = SummaryHints(PARAMS["dim"]).to(device)
        self.foretold_hints = ForetoldHints(PARAMS["dim"]).to(device)
        self.letter_hints = LetterHints(PARAMS["dim"], characters(reader)).to(device)
        self.word_hints = WordHints({channel: table.to(device) for channel, table in bags(reader).items()})
        # The patch convolution too: as AdamW's it took several times longer until a letter was seen.
        matrices = [p for name, p in self.model.named_parameters() if p.ndim >= 2 and not name.startswith(("tok_embeddings", "output"))]
        by_muon = {id(p) for p in matrices}
        self.parameters = [p for part in (self.model, *self._hints().values()) for p in part.parameters()]
        others = [p for p in self.parameters if id(p) not in by_muon]
        of_encoder = {id(p) for p in self.model.vision_encoder.parameters()}
        seeing, answering = ([p for p in matrices if (id(p) in of_encoder) == wanted] for wanted in (True, False))
        self.optimizers = [
            torch.optim.AdamW(others, lr=plan.adamw_rate, betas=(0.9, 0.95), weight_decay=0.02),
            Muon([{"params": answering}, {"params": seeing}], part, lr=plan.muon_rate),
        ]

    def _hints(self) -> dict[str, nn.Module]:
        """All that have parameters, in the order in which the optimiser keeps them."""
        return {
            "patch_hints": self.patch_hints,
            "place_hints": self.place_hints,
            "order_hints": self.order_hints,
            "mention_hints": self.mention_hints,
            "letter_hints": self.letter_hints,
            "before_hints": self.before_hints,
            "compared_hints": self.compared_hints,
            "more_hints": self.more_hints,
            "summary_hints": self.summary_hints,
            "foretold_hints": self.foretold_hints,
        }

    def learn(self, batch: Batch) -> dict[str, float]:
        """One step; gives the losses and what share of the hints was right."""
        self._set_rates()
        with torch.autocast(self.device.type, torch.bfloat16):
            loss, seen = self._loss(batch)
        loss.backward()
        self.part.average_gradients(self.parameters)
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        for optimizer in self.optimizers:
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        self.average.update_parameters(self.model)
        self.progress.step += 1
        return seen

    def _loss(self, batch: Batch) -> tuple[Tensor, dict[str, float]]:
        seen: dict[str, float] = {}
        loss = torch.zeros((), device=self.device)
        groups, shown = [], None
        if batch.pictures is not None:
            groups, shown = features_of(self.model, batch.pictures, self.device)
            weight = 1.0 if batch.text is None else self.plan.patch_hints_weight
            loss = loss + weight * self._patch_hints_loss(batch.pictures, groups, seen)
        if batch.text is not None:
            ids = batch.text.ids.to(self.device)
            hidden, (early, later, last) = self.model.decode(self.model.embed(ids, shown), look_after=(EARLY, MENTIONED, COMPARED))
            loss = loss + self._answer_weight() * self._answer_loss(batch.text, hidden, seen)
            if batch.pictures is not None and batch.pictures.order:
                early, later, last = self._learnt_from((early, later, last))
                labels = batch.pictures.shown(batch.pictures.labels).to(self.device)
                patches = Patches(early[ids == IMAGE], labels)
                loss = loss + self._text_hints_loss(batch.text, patches, (early, later, last), seen)
                loss = loss + self._patch_words_loss(batch.pictures, groups, patches, seen)
        return loss, seen

    def _hints_alone(self) -> bool:
        return self.progress.step < self.hints_alone_until

    def _learnt_from(self, states: Sequence[Tensor]) -> list[Tensor]:
        """As hints see them: where these learn alone, the model does not learn from them."""
        return [state.detach() if self._hints_alone() else state for state in states]

    def _patch_hints_loss(self, pictures: Pictures, groups: list[Tensor], seen: dict[str, float]) -> Tensor:
        """On the encoder's features of all pictures."""
        features = torch.cat(self._learnt_from([group.flatten(0, 1) for group in groups]))
        labels = torch.cat([group.flatten(0, 1) for group in pictures.labels]).to(self.device)
        hints, right = self.patch_hints.loss(features, labels)
        seen |= {"hints": hints.item()} | right
        return hints

    def _answer_loss(self, text: Text, hidden: Tensor, seen: dict[str, float]) -> Tensor:
        targets = text.targets.to(self.device)
        wanted = targets != IGNORED
        answer = F.cross_entropy(self.model.output(hidden[wanted]).float(), targets[wanted])
        seen["answer"] = answer.item()
        return answer

    def _text_hints_loss(self, text: Text, patches: Patches, looked_after: tuple[Tensor, Tensor, Tensor], seen: dict[str, float]) -> Tensor:
        """`looked_after`: hidden states of the decoder after EARLY, MENTIONED and COMPARED layers."""
        early, later, last = looked_after
        _, _, places, before, summaries, named, foretold = (part.to(self.device) for part in text)
        by_place, by_mention = self.plan.place_hints_weight, self.plan.mention_hints_weight
        total = early.new_zeros((), dtype=torch.float32)
        for channels, looked_at, wanted, weight in (
            (self.place_hints, early, places, by_place),
            (self.order_hints, patches.early, patches.labels[:, (THING_NUMBER, SIZE_RANK)], by_place),
            (self.mention_hints, later, named[..., : -mentions.COMPARED], by_mention),
            (self.before_hints, later, before, by_mention),
            (self.summary_hints, later, summaries, by_mention),
            (self.compared_hints, last, named[..., -mentions.COMPARED :], by_mention),
            (self.more_hints, last, named[..., : mentions.MOST_PICTURES], by_mention),
            (self.foretold_hints, last, foretold, by_mention),
        ):
            hint, right = channels.loss(looked_at, wanted)
            seen |= right
            total = total + weight * hint
        return total

    def _patch_words_loss(self, pictures: Pictures, groups: list[Tensor], patches: Patches, seen: dict[str, float]) -> Tensor:
        """Words and letters under all patches, of the decoder's hidden states after EARLY layers."""
        of_others, labels_of_others = self._of_others(pictures, groups)
        under = torch.cat([patches.early, *self._learnt_from(of_others)])
        labels = torch.cat([patches.labels, *labels_of_others])
        output = partial(F.linear, weight=self._learnt_from([self.model.output.weight])[0])
        words = self.word_hints.loss(output(self.model.norm(under)), labels)
        letters, right = self.letter_hints.loss(under, output, labels)
        seen |= {"words": words.item()} | right
        return self.plan.word_hints_weight * (words + letters)

    def _of_others(self, pictures: Pictures, groups: list[Tensor]) -> tuple[list[Tensor], list[Tensor]]:
        """Of the pictures that no conversation shows, by size: hidden states (patches, D) after the first layers of the decoder, and
        labels. Pages hold ten times as many things and letters as what is asked about.
        """
        under, known = [], []
        for pixels, features, labels in zip(pictures.groups, pictures.alone(groups), pictures.alone(pictures.labels)):
            if len(features):
                rows, columns = pixels.shape[1] // PATCH, pixels.shape[2] // PATCH
                ids = torch.tensor([BEGIN, QUESTION, *grid(rows, columns)], device=self.device).expand(len(features), -1)
                embedded = self.model.embed(ids, features.flatten(0, 1))
                _, (early,) = self.model.decode(embedded, look_after=(EARLY,), layers=EARLY)
                under.append(early[ids == IMAGE])
                known.append(labels.flatten(0, 1).to(self.device))
        return under, known

    def _answer_weight(self) -> float:
        falls_from = self.plan.answer_steps - self.plan.decay_steps
        return self.plan.late_answer_weight if self.progress.step >= falls_from else 1.0

    def _set_rates(self) -> None:
        plan, step = self.plan, self.progress.step
        share = min(1.0, (step - self.first_step + 1) / plan.warmup_steps)
        encoder_share = 1.0
        if self.progress.stage == "answer":
            share = min(share, max(0.01, (plan.answer_steps - step) / plan.decay_steps)) * plan.answer_share
            encoder_share = plan.encoder_share
        adamw, muon = self.optimizers
        adamw.param_groups[0]["lr"] = plan.adamw_rate * share
        answering, seeing = muon.param_groups
        answering["lr"], seeing["lr"] = plan.muon_rate * share, plan.muon_rate * share * encoder_share

    def save(self, path: Path) -> None:
        """Whole or not at all: an interrupted write leaves the file of before."""
        state = {
            "stage": self.progress.stage,
            "step": self.progress.step,
            "longest_edge": self.plan.longest_edge,
            "model": self.model.state_dict(),
            "average": self.average.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
        } | {name: hints.state_dict() for name, hints in self._hints().items()}
        unfinished = path.with_suffix(".unfinished")
        torch.save(state, unfinished)
        unfinished.replace(path)

    def start_from(self, folder: Path) -> None:
        """The last steps of stage "answer" with the weights of a trained model, where there is no checkpoint of it."""
        self.model.load_state_dict(checkpoint.load(folder, FEATURE_SCALE).state_dict())
        self.progress = Progress("answer", self.plan.answer_steps - self.plan.more_steps)
        self.first_step = self.progress.step
        self.hints_alone_until = self.first_step + HINTS_ALONE_STEPS

    def resume(self, path: Path) -> None:
        state = torch.load(path, map_location=self.device, weights_only=True)
        self.progress = Progress(state["stage"], state["step"])
        self.model.load_state_dict(state["model"])
        self.average.load_state_dict(state["average"])
        for name, hints in self._hints().items():
            hints.load_state_dict(state[name])
        for optimizer, saved in zip(self.optimizers, state["optimizers"]):
            optimizer.load_state_dict(saved)
