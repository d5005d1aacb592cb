"""Chaton's greedy answers against those of the training code: `python -m recipe.checks.chaton CHATON MODEL CASES`."""

import argparse
import json
import subprocess
import sys
from pathlib import Path


def answer(chaton: Path, model: Path, folder: Path, case: dict) -> str:
    """Raises CalledProcessError if Chaton fails."""
    command = [str(chaton), "ask", "--model", str(model), "--json"]
    for picture in case["pictures"]:
        command += ["--image", str(folder / picture)]
    done = subprocess.run([*command, "--", case["question"]], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)["text"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("chaton", type=Path)
    parser.add_argument("model", type=Path)
    parser.add_argument("cases", type=Path, help="folder of recipe.checks.cases")
    arguments = parser.parse_args()
    cases = json.loads((arguments.cases / "cases.json").read_text(encoding="utf-8"))
    others = 0
    for case in cases:
        said = answer(arguments.chaton, arguments.model, arguments.cases, case)
        if said != case["answer"]:
            others += 1
            print(f"{case['pictures']} {case['question']!r}: Chaton says {said!r}, the training code {case['answer']!r}")
    print(f"{len(cases) - others} of {len(cases)} answers are the same")
    sys.exit(others > 0)


if __name__ == "__main__":
    main()
