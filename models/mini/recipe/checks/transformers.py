"""That Hugging Face transformers, given these weights, computes the same: `python -m recipe.checks.transformers MODEL CASES`.

Its Pixtral is written apart from ours and from the training code; only names and the order of rotary rows differ.
"""

import argparse
import json
import sys
from pathlib import Path

import torch
from PIL import Image
from safetensors.torch import load_file
from torch import Tensor
from transformers import LlavaConfig, LlavaForConditionalGeneration, MistralConfig, PixtralVisionConfig

from .reference import Prompt, Reference

# Logits may differ by rounding alone.
TOLERANCE = 2e-3
RENAMED = {
    "attention.wq": "self_attn.q_proj",
    "attention.wk": "self_attn.k_proj",
    "attention.wv": "self_attn.v_proj",
    "attention.wo": "self_attn.o_proj",
    "feed_forward.w1": "mlp.gate_proj",
    "feed_forward.w2": "mlp.down_proj",
    "feed_forward.w3": "mlp.up_proj",
    "attention_norm": "input_layernorm",
    "ffn_norm": "post_attention_layernorm",
}
RENAMED_IN_ENCODER = {
    "attention.wq": "attention.q_proj",
    "attention.wk": "attention.k_proj",
    "attention.wv": "attention.v_proj",
    "attention.wo": "attention.o_proj",
    "feed_forward.w1": "feed_forward.gate_proj",
    "feed_forward.w2": "feed_forward.down_proj",
    "feed_forward.w3": "feed_forward.up_proj",
}
WHOLE = {
    "tok_embeddings.weight": "model.language_model.embed_tokens.weight",
    "norm.weight": "model.language_model.norm.weight",
    "output.weight": "lm_head.weight",
}


def halves(weight: Tensor, heads: int) -> Tensor:
    """Rows of neighbours that turn together -> first halves and second halves, as transformers has them."""
    rows, columns = weight.shape
    return weight.view(heads, rows // heads // 2, 2, columns).transpose(1, 2).reshape(rows, columns)


def renamed(name: str, weight: Tensor, params: dict) -> tuple[str, Tensor]:
    if name in WHOLE:
        return WHOLE[name], weight
    if name.startswith("vision_language_adapter."):
        part = "linear_1" if ".w_in." in name else "linear_2"
        return f"model.multi_modal_projector.{part}.{name.rsplit('.', 1)[1]}", weight
    encoder = name.startswith("vision_encoder.")
    if ".wq." in name:
        weight = halves(weight, params["vision_encoder"]["num_attention_heads"] if encoder else params["n_heads"])
    if ".wk." in name:
        weight = halves(weight, params["vision_encoder"]["num_attention_heads"] if encoder else params["n_kv_heads"])
    for ours, theirs in (RENAMED_IN_ENCODER if encoder else RENAMED).items():
        name = name.replace(ours, theirs)
    if encoder:
        return name.replace("vision_encoder.", "model.vision_tower."), weight
    return f"model.language_model.{name}", weight


def build(folder: Path) -> LlavaForConditionalGeneration:
    params = json.loads((folder / "params.json").read_text())
    vision = params["vision_encoder"]
    text_config = MistralConfig(
        vocab_size=params["vocab_size"],
        hidden_size=params["dim"],
        intermediate_size=params["hidden_dim"],
        num_hidden_layers=params["n_layers"],
        num_attention_heads=params["n_heads"],
        num_key_value_heads=params["n_kv_heads"],
        head_dim=params["head_dim"],
        rms_norm_eps=params["norm_eps"],
        sliding_window=None,
        tie_word_embeddings=False,
        rope_parameters={"rope_type": "default", "rope_theta": params["rope_theta"]},
    )
    vision_config = PixtralVisionConfig(
        hidden_size=vision["hidden_size"],
        intermediate_size=vision["intermediate_size"],
        num_hidden_layers=vision["num_hidden_layers"],
        num_attention_heads=vision["num_attention_heads"],
        image_size=vision["image_size"],
        patch_size=vision["patch_size"],
        hidden_act="silu",
        rope_parameters={"rope_type": "axial", "rope_theta": vision["rope_theta"]},
    )
    config = LlavaConfig(
        vision_config=vision_config,
        text_config=text_config,
        image_token_index=vision["image_token_id"],
        projector_hidden_act="gelu",
        vision_feature_layer=-1,
        vision_feature_select_strategy="full",
        image_seq_length=1,
        multimodal_projector_bias=True,
    )
    model = LlavaForConditionalGeneration(config).eval().float()
    weights = load_file(folder / "consolidated.safetensors")
    model.load_state_dict(dict(renamed(name, weight.float(), params) for name, weight in weights.items()), strict=True)
    return model


@torch.no_grad()
def logits(model: LlavaForConditionalGeneration, prompt: Prompt) -> Tensor:
    ids = torch.tensor([prompt.ids])
    if not prompt.pixels:
        return model(input_ids=ids).logits[0]
    sizes = torch.tensor([list(picture.shape[1:]) for picture in prompt.pixels])
    height, width = sizes.max(0).values.tolist()
    padded = torch.zeros(len(prompt.pixels), 3, height, width)
    for index, picture in enumerate(prompt.pixels):
        padded[index, :, : picture.shape[1], : picture.shape[2]] = picture
    return model(input_ids=ids, pixel_values=padded, image_sizes=sizes).logits[0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("cases", type=Path, help="folder of recipe.checks.cases")
    arguments = parser.parse_args()
    reference, theirs = Reference(arguments.model), build(arguments.model)
    largest = 0.0
    cases = json.loads((arguments.cases / "cases.json").read_text(encoding="utf-8"))
    for case in cases:
        pictures = [Image.open(arguments.cases / name) for name in case["pictures"]]
        prompt = reference.prompt(case["question"], pictures)
        largest = max(largest, (reference.logits(prompt) - logits(theirs, prompt)).abs().max().item())
    print(f"transformers' logits differ by at most {largest:.1e} in {len(cases)} cases")
    sys.exit(largest > TOLERANCE)


if __name__ == "__main__":
    main()
