"""Mistral's layout on disk: consolidated.safetensors (bf16), params.json, tekken.json."""

import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from .pixtral import Pixtral


def save(model: Pixtral, tekken: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    weights = {name: tensor.detach().cpu().to(torch.bfloat16).contiguous() for name, tensor in model.state_dict().items()}
    weights["vision_language_adapter.w_in.weight"] *= model.vision_language_adapter.feature_scale
    save_file(weights, folder / "consolidated.safetensors")
    (folder / "params.json").write_text(json.dumps(model.params, indent=2) + "\n")
    if tekken.resolve() != (folder / "tekken.json").resolve():
        shutil.copy(tekken, folder / "tekken.json")


def load(folder: Path, feature_scale: float = 1.0) -> Pixtral:
    """In float32, on the CPU. `feature_scale` to train on: the reverse of `save`, exact as it is a power of two."""
    model = Pixtral(json.loads((folder / "params.json").read_text()), feature_scale)
    weights = {name: tensor.float() for name, tensor in load_file(folder / "consolidated.safetensors").items()}
    weights["vision_language_adapter.w_in.weight"] /= feature_scale
    model.load_state_dict(weights)
    return model.eval()
