"""How many answers are right to the letter, on fresh pictures: `python -m recipe.measure MODEL_FOLDER SOURCES [--each 400]`.

Fonts, photographs and the drawing style of icons are those that training never saw. An answer counts if greedy decoding
gives exactly the true one: that is so where the true token is the likeliest one at every step after the true beginning,
so one pass over question and answer tells it.
"""

import argparse
import json
import random
from collections import defaultdict
from pathlib import Path

import torch

from .model.checkpoint import load
from .model.pixtral import Pixtral
from .pictures import mixture
from .pictures.conversation import Conversation, Turn, asked, one_question
from .pictures.grammar import LANGUAGES
from .pictures.labels import IGNORED
from .pictures.several import several
from .pictures.sources import Sources
from .pictures.talk import talk
from .training.batches import batch_of
from .training.learner import features_of
from .training.tokens import Reader, Reading

SEED = 20_24_09
AT_ONCE = 48
# Right answers and all of them, by skill.
Results = dict[str, tuple[int, int]]


def fresh(rng: random.Random, kind: str, sources: Sources, longest_edge: int) -> Conversation:
    """One conversation of a kind of mixture.ONE_PICTURE (one question), or "several" or "talk"."""
    if kind == "talk":
        return talk(rng)
    if kind == "several":
        return several(rng, [mixture.size(rng, longest_edge) for _ in range(rng.choice((2, 3)))], sources, 1)
    draw, _ = mixture.ONE_PICTURE[kind]
    scene = draw(rng, mixture.size(rng, longest_edge), sources)
    question, language = one_question(rng, scene), rng.choice(LANGUAGES)
    return Conversation([Turn(asked(rng, question, language), question.answer[language], question.skill, [scene.picture])])


@torch.no_grad()
def right_answers(model: Pixtral, readings: list[Reading]) -> list[list[bool]]:
    """Of each conversation's turns: whether greedy decoding gives the true answer."""
    device = model.output.weight.device
    batch = batch_of(readings, [])
    shown = None if batch.pictures is None else features_of(model, batch.pictures, device)[1]
    hidden, _ = model.decode(model.embed(batch.text.ids.to(device), shown))
    likeliest = model.output(hidden).argmax(-1).cpu()
    same = (likeliest == batch.text.targets) | (batch.text.targets == IGNORED)
    return [[bool(same[row, begin:end].all()) for begin, end, _ in reading.answers] for row, reading in enumerate(readings)]


def exact(model: Pixtral, reader: Reader, sources: Path, longest_edge: int, each: int, held_out: bool) -> Results:
    """`each`: conversations of each kind. The same pictures for the same arguments."""
    drawn_from = Sources.load(sources, held_out)
    rng = random.Random(SEED)
    model.eval()
    results: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for kind in (*mixture.ONE_PICTURE, "several", "talk"):
        readings = [reader.read(fresh(rng, kind, drawn_from, longest_edge)) for _ in range(each)]
        readings.sort(key=lambda reading: len(reading.ids))
        for start in range(0, each, AT_ONCE):
            part = readings[start : start + AT_ONCE]
            for reading, right in zip(part, right_answers(model, part)):
                for (*_, skill), is_right in zip(reading.answers, right):
                    results[skill][0] += is_right
                    results[skill][1] += 1
    model.train()
    return {skill: (right, count) for skill, (right, count) in sorted(results.items())}


def table(results: Results) -> str:
    """Markdown: each kind as a whole, then its skills."""
    kinds: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for skill, (right, count) in results.items():
        kinds[skill.split(":")[0]][0] += right
        kinds[skill.split(":")[0]][1] += count
    lines = ["| kind | right | asked | share |", "|---|---|---|---|"]
    for kind, (right, count) in kinds.items():
        lines.append(f"| **{kind}** | {right} | {count} | **{right / count:.1%}** |")
        for skill, (right, count) in results.items():
            if skill.split(":")[0] == kind != skill:
                lines.append(f"| {skill} | {right} | {count} | {right / count:.1%} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("sources", type=Path)
    parser.add_argument("--each", type=int, default=400, help="conversations of each kind")
    parser.add_argument("--trained-sources", action="store_true", help="fonts, icons and photographs that it was trained on")
    arguments = parser.parse_args()
    torch.manual_seed(0)
    model = load(arguments.model)
    longest_edge = json.loads((arguments.model / "params.json").read_text())["vision_encoder"]["image_size"]
    reader = Reader(arguments.model / "tekken.json")
    print(table(exact(model, reader, arguments.sources, longest_edge, arguments.each, not arguments.trained_sources)))


if __name__ == "__main__":
    main()
