"""Trains the built-in model: `python -m recipe.train WORK_FOLDER [--device cuda] [--minutes 90]`.

The folder holds sources/ (recipe.fetch) and gets tekken.json, checkpoint.pt (every few minutes, and at the end) and
train.log. Started again it goes on where it stopped.
"""

import argparse
import os
import shutil
import time
from pathlib import Path

import torch

from .measure import exact, table
from .training.batches import stream
from .training.learner import Learner
from .training.plan import PLANS, Plan
from .training.processes import Part, in_parts
from .training.tekken import write_tekken
from .training.tokens import Reader

SAVED_EVERY_S = 180
TOLD_EVERY = 25
MEASURED_EVERY = 1000


class Log:
    """To the screen and to train.log; figures are running means."""

    def __init__(self, path: Path, shown: bool):
        self.file, self.shown = path.open("a", encoding="utf-8"), shown
        self.means: dict[str, float] = {}

    def say(self, line: str) -> None:
        if self.shown:
            print(line, flush=True)
        print(line, file=self.file, flush=True)

    def add(self, seen: dict[str, float]) -> None:
        for name, value in seen.items():
            self.means[name] = value if name not in self.means else self.means[name] * 0.96 + value * 0.04

    def told(self) -> str:
        return "  ".join(f"{name} {value:.3f}" for name, value in self.means.items())


def run_stage(learner: Learner, folder: Path, stage: str, steps: int, ends_at_s: float, log: Log) -> bool:
    """False where the time ended first."""
    plan, progress, part = learner.plan, learner.progress, learner.part
    batches = stream(plan, folder / "sources", folder / "tekken.json", part, stage, progress.step)
    saved_at = told_at = time.monotonic()
    while progress.step < steps:
        if part.first_says(time.monotonic() > ends_at_s):
            save(learner, folder)
            return False
        log.add(learner.learn(next(batches)))
        now = time.monotonic()
        if progress.step % TOLD_EVERY == 0:
            step_s = (now - told_at) / TOLD_EVERY
            left_h = (steps - progress.step) * step_s / 3600
            log.say(f"{stage} {progress.step}/{steps}  {log.told()}  {step_s:.2f} s a step, {left_h:.1f} h left")
            told_at = now
        if stage == "answer" and progress.step % MEASURED_EVERY == 0 and part.first:
            reader = Reader(folder / "tekken.json")
            log.say(table(exact(learner.average.module, reader, folder / "sources", plan.longest_edge, each=48, held_out=True)))
            told_at = time.monotonic()
        if now - saved_at > SAVED_EVERY_S:
            save(learner, folder)
            saved_at = now
    save(learner, folder)
    return True


def save(learner: Learner, folder: Path) -> None:
    if learner.part.first:
        learner.save(folder / "checkpoint.pt")


def train(part: Part, plan: Plan, folder: Path, device: torch.device, minutes: float, trained: Path | None) -> None:
    learner = Learner(plan, Reader(folder / "tekken.json"), device, part)
    log = Log(folder / "train.log" if part.first else Path(os.devnull), shown=part.first)
    if (folder / "checkpoint.pt").exists():
        learner.resume(folder / "checkpoint.pt")
        log.say(f"going on at step {learner.progress.step} of stage {learner.progress.stage}")
    elif trained is not None:
        learner.start_from(trained)
        log.say(f"starting from {trained}, at step {learner.progress.step} of stage {learner.progress.stage}")
    ends_at_s = time.monotonic() + minutes * 60
    if learner.progress.stage == "see":
        if not run_stage(learner, folder, "see", plan.see_steps, ends_at_s, log):
            return
        learner.progress.stage, learner.progress.step = "answer", 0
        log.means.clear()
    run_stage(learner, folder, "answer", plan.answer_steps, ends_at_s, log)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="stop after so long, to go on another time")
    parser.add_argument(
        "--from", dest="trained", type=Path, help="a trained model's folder, where there is no checkpoint: more steps for it"
    )
    arguments = parser.parse_args()
    plan, folder, trained = PLANS[arguments.device], arguments.folder, arguments.trained
    if trained is not None and not (folder / "checkpoint.pt").exists():
        shutil.copy(trained / "tekken.json", folder)
    if not (folder / "tekken.json").exists():
        write_tekken(folder / "tekken.json", folder / "sources", plan.longest_edge, plan.most_turns)
    in_parts(train, plan.processes, plan, folder, torch.device(arguments.device), arguments.minutes, trained)


if __name__ == "__main__":
    main()
