"""The trained weights as a model's folder in Mistral's layout: `python -m recipe.export WORK_FOLDER OUT`."""

import argparse
from pathlib import Path

import torch
from torch.optim.swa_utils import AveragedModel

from .model.checkpoint import save
from .model.pixtral import Pixtral
from .model.sizes import FEATURE_SCALE, PARAMS

# The built-in model is a part of the program: it stays small.
MOST_BYTES = 16_000_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    model = Pixtral(PARAMS, FEATURE_SCALE)
    average = AveragedModel(model)
    state = torch.load(arguments.work / "checkpoint.pt", map_location="cpu", weights_only=True)
    average.load_state_dict(state["average"])
    save(average.module, arguments.work / "tekken.json", arguments.out, state["longest_edge"])
    size_bytes = (arguments.out / "consolidated.safetensors").stat().st_size
    print(f"{arguments.out}: {size_bytes / 1e6:.1f} MB")
    if size_bytes > MOST_BYTES:
        raise SystemExit(f"consolidated.safetensors has {size_bytes} bytes, more than {MOST_BYTES}: make the model smaller")


if __name__ == "__main__":
    main()
