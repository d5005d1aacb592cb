"""Fresh pictures with the training code's own greedy answers: `python -m recipe.checks.cases MODEL SOURCES OUT [--count 200]`.

OUT gets the pictures and cases.json: [{"kind", "pictures": ["0.png"], "question", "truth", "answer"}]. A third of the pictures are
larger than the encoder takes them, so that the resize is a part of what is compared.
"""

import argparse
import json
import random
from pathlib import Path

from ..measure import fresh
from ..pictures import mixture
from ..pictures.sources import Sources
from .reference import Reference

SEED = 7


def write_cases(model: Path, sources: Path, out: Path, count: int) -> list[dict]:
    reference = Reference(model)
    longest_edge = reference.model.params["vision_encoder"]["image_size"]
    drawn_from = Sources.load(sources, held_out=True)
    rng = random.Random(SEED)
    kinds = [*mixture.ONE_PICTURE, "several", "talk"]
    out.mkdir(parents=True, exist_ok=True)
    cases = []
    for number in range(count):
        edge = rng.choice((longest_edge, longest_edge, longest_edge * rng.choice((2, 3))))
        kind = kinds[number % len(kinds)]
        turn = fresh(rng, kind, drawn_from, edge).turns[0]
        names = []
        for index, picture in enumerate(turn.pictures):
            names.append(f"{number}.png" if len(turn.pictures) == 1 else f"{number}-{index}.png")
            picture.image.save(out / names[-1])
        answer = reference.answer(reference.prompt(turn.question, [picture.image for picture in turn.pictures]))
        cases.append({"kind": kind, "pictures": names, "question": turn.question, "truth": turn.answer, "answer": answer})
    (out / "cases.json").write_text(json.dumps(cases, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return cases


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("sources", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--count", type=int, default=200)
    arguments = parser.parse_args()
    cases = write_cases(arguments.model, arguments.sources, arguments.out, arguments.count)
    right = sum(case["answer"] == case["truth"] for case in cases)
    print(f"{len(cases)} cases, {right} of them answered rightly, in {arguments.out}")


if __name__ == "__main__":
    main()
