"""Mistral's layout on disk: consolidated.safetensors (bf16), params.json, tekken.json."""

import json
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from .pixtral import Pixtral
from .sizes import PATCH


def save(model: Pixtral, tekken: Path, folder: Path, longest_edge: int) -> None:
    """`longest_edge`: of the pictures that it learnt from, in pixels; engines make larger ones so large."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = {name: tensor.detach().cpu().to(torch.bfloat16).contiguous() for name, tensor in model.state_dict().items()}
    weights["vision_language_adapter.w_in.weight"] *= model.vision_language_adapter.feature_scale
    save_file(weights, folder / "consolidated.safetensors")
    params = model.params | {"vision_encoder": model.params["vision_encoder"] | {"image_size": longest_edge}}
    (folder / "params.json").write_text(json.dumps(params, indent=2) + "\n")
    vocabulary = json.loads(tekken.read_text(encoding="utf-8"))
    vocabulary["image"] = {"image_patch_size": PATCH, "max_image_size": longest_edge}
    (folder / "tekken.json").write_text(json.dumps(vocabulary, separators=(",", ":")), encoding="utf-8")


def load(folder: Path, feature_scale: float = 1.0) -> Pixtral:
    """In float32, on the CPU. `feature_scale` to train on: the reverse of `save`, exact as it is a power of two."""
    model = Pixtral(json.loads((folder / "params.json").read_text()), feature_scale)
    weights = {name: tensor.float() for name, tensor in load_file(folder / "consolidated.safetensors").items()}
    weights["vision_language_adapter.w_in.weight"] /= feature_scale
    model.load_state_dict(weights)
    return model.eval()
