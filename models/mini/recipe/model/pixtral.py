"""The network: vision encoder, adapter, decoder (arXiv 2410.07073), as mistral-inference has it.

Shapes: B conversations, T tokens, P patches of a picture (rows * columns), D width.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .sizes import IMAGE

# Longest conversation, in tokens, that angles are kept for.
LONGEST = 4096
QUERIES_AT_ONCE = 128
Cache = list[dict[str, Tensor]]


def angles(positions: Tensor, frequencies: Tensor) -> Tensor:
    """(positions, D/2) -> cosines and sines (2, positions, D), each angle for two neighbours: Mistral's order."""
    turned = torch.outer(positions.float(), frequencies).repeat_interleave(2, -1)
    return torch.stack([turned.cos(), turned.sin()])


def frequencies(width: int, theta: float) -> Tensor:
    return theta ** (-torch.arange(0, width, 2).float() / width)


def grid_angles(width: int, rows: int, columns: int, theta: float) -> Tensor:
    """(2, rows * columns, width): even frequencies turn with the row, odd ones with the column."""
    all_frequencies = frequencies(width, theta)
    by_row = torch.outer(torch.arange(rows).float(), all_frequencies[::2])
    by_column = torch.outer(torch.arange(columns).float(), all_frequencies[1::2])
    turned = torch.cat([by_row[:, None].expand(rows, columns, -1), by_column[None].expand(rows, columns, -1)], -1)
    turned = turned.reshape(rows * columns, -1).repeat_interleave(2, -1)
    return torch.stack([turned.cos(), turned.sin()])


def rotate(x: Tensor, cos_sin: Tensor) -> Tensor:
    """x (B, T, heads, D), cos_sin (2, T, D)."""
    even, odd = x[..., 0::2], x[..., 1::2]
    turned = torch.stack([-odd, even], -1).flatten(-2)
    cos, sin = cos_sin[:, :, None].to(x.dtype)
    return x * cos + turned * sin


def attend(query: Tensor, key: Tensor, value: Tensor, causal: bool) -> Tensor:
    """query (B, heads, T, D), key and value (B, kv_heads, S, D): each head of a group looks at the same keys.

    On the CPU by plain products: PyTorch's fused attention has a slow backward there, it took a third of each step.
    """
    if query.device.type != "cpu":
        return F.scaled_dot_product_attention(query, key, value, is_causal=causal, enable_gqa=True)
    return _attend_in_parts(query, key, value) if causal else _weigh(_scores(query, key), value)


@torch.compiler.disable
def _attend_in_parts(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """Some queries after others, with no more keys than they may see. Not compiled: with lengths that change, the backward that came of it
    divided for each score.
    """
    parts, end = [], 0
    for some in query.split(QUERIES_AT_ONCE, 2):
        start, end = end, end + some.shape[2]
        unseen = torch.full((end - start, end), float("-inf"), dtype=query.dtype).triu(1 + start)
        parts.append(_weigh(_scores(some, key[:, :, :end]) + unseen, value[:, :, :end]))
    return torch.cat(parts, 2)


def _scores(query: Tensor, key: Tensor) -> Tensor:
    """(B, heads, T, S)"""
    batch, heads, tokens, width = query.shape
    kv_heads, seen = key.shape[1:3]
    grouped = (query * width**-0.5).reshape(batch, kv_heads, heads // kv_heads * tokens, width)
    return (grouped @ key.mT).view(batch, heads, tokens, seen)


def _weigh(scores: Tensor, value: Tensor) -> Tensor:
    """(B, heads, T, D)"""
    batch, heads, tokens, seen = scores.shape
    kv_heads, width = value.shape[1], value.shape[3]
    weights = scores.softmax(-1).to(value.dtype).view(batch, kv_heads, heads // kv_heads * tokens, seen)
    return (weights @ value).view(batch, heads, tokens, width)


class Attention(nn.Module):
    def __init__(self, width: int, heads: int, kv_heads: int, head_width: int):
        super().__init__()
        self.heads, self.kv_heads, self.head_width = heads, kv_heads, head_width
        self.wq = nn.Linear(width, heads * head_width, bias=False)
        self.wk = nn.Linear(width, kv_heads * head_width, bias=False)
        self.wv = nn.Linear(width, kv_heads * head_width, bias=False)
        self.wo = nn.Linear(heads * head_width, width, bias=False)

    def forward(self, x: Tensor, cos_sin: Tensor, causal: bool, cache: dict[str, Tensor] | None = None) -> Tensor:
        batch, tokens, _ = x.shape
        query = rotate(self.wq(x).view(batch, tokens, self.heads, self.head_width), cos_sin)
        key = rotate(self.wk(x).view(batch, tokens, self.kv_heads, self.head_width), cos_sin)
        value = self.wv(x).view(batch, tokens, self.kv_heads, self.head_width)
        if cache is not None:
            if "key" in cache:
                key, value = torch.cat([cache["key"], key], 1), torch.cat([cache["value"], value], 1)
            cache["key"], cache["value"] = key, value
        mixed = attend(query.transpose(1, 2), key.transpose(1, 2), value.transpose(1, 2), causal and tokens > 1)
        return self.wo(mixed.transpose(1, 2).reshape(batch, tokens, -1))


class FeedForward(nn.Module):
    def __init__(self, width: int, hidden: int):
        super().__init__()
        self.w1 = nn.Linear(width, hidden, bias=False)
        self.w2 = nn.Linear(hidden, width, bias=False)
        self.w3 = nn.Linear(width, hidden, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.w2(F.silu(self.w1(x)) * self.w3(x))


class Block(nn.Module):
    def __init__(self, width: int, heads: int, kv_heads: int, head_width: int, hidden: int, eps: float):
        super().__init__()
        self.attention = Attention(width, heads, kv_heads, head_width)
        self.feed_forward = FeedForward(width, hidden)
        self.attention_norm = nn.RMSNorm(width, eps)
        self.ffn_norm = nn.RMSNorm(width, eps)

    def forward(self, x: Tensor, cos_sin: Tensor, causal: bool, cache: dict[str, Tensor] | None = None) -> Tensor:
        x = x + self.attention(self.attention_norm(x), cos_sin, causal, cache)
        return x + self.feed_forward(self.ffn_norm(x))


class VisionEncoder(nn.Module):
    def __init__(self, params: dict, eps: float):
        super().__init__()
        self.width, self.heads, self.theta = params["hidden_size"], params["num_attention_heads"], params["rope_theta"]
        self.patch_conv = nn.Conv2d(3, self.width, params["patch_size"], params["patch_size"], bias=False)
        self.ln_pre = nn.RMSNorm(self.width, eps)
        block = (self.width, self.heads, self.heads, self.width // self.heads, params["intermediate_size"], eps)
        self.transformer = nn.Module()
        self.transformer.layers = nn.ModuleList(Block(*block) for _ in range(params["num_hidden_layers"]))
        self.grids: dict[tuple[int, int], Tensor] = {}

    def forward(self, pixels: Tensor) -> Tensor:
        """Pictures of one size (B, 3, height, width), normalised -> (B, P, D)."""
        patches = self.patch_conv(pixels)
        rows, columns = patches.shape[2:]
        x = self.ln_pre(patches.flatten(2).transpose(1, 2))
        if (rows, columns) not in self.grids:
            self.grids[rows, columns] = grid_angles(self.width // self.heads, rows, columns, self.theta).to(pixels.device)
        for layer in self.transformer.layers:
            x = layer(x, self.grids[rows, columns], causal=False)
        return x


class Adapter(nn.Module):
    def __init__(self, vision_width: int, width: int, feature_scale: float):
        super().__init__()
        self.feature_scale = feature_scale
        self.w_in = nn.Linear(vision_width, width)
        self.w_out = nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        return self.w_out(F.gelu(self.w_in(x * self.feature_scale)))


class Pixtral(nn.Module):
    def __init__(self, params: dict, feature_scale: float = 1.0):
        """`feature_scale` is not Pixtral's: training has it, `checkpoint.save` multiplies it into the adapter."""
        super().__init__()
        self.params = params
        width, vision = params["dim"], params["vision_encoder"]
        block = (width, params["n_heads"], params["n_kv_heads"], params["head_dim"], params["hidden_dim"], params["norm_eps"])
        self.tok_embeddings = nn.Embedding(params["vocab_size"], width)
        self.layers = nn.ModuleList(Block(*block) for _ in range(params["n_layers"]))
        self.norm = nn.RMSNorm(width, params["norm_eps"])
        self.output = nn.Linear(width, params["vocab_size"], bias=False)
        self.vision_encoder = VisionEncoder(vision, params["norm_eps"])
        self.vision_language_adapter = Adapter(vision["hidden_size"], width, feature_scale)
        turns = angles(torch.arange(LONGEST), frequencies(params["head_dim"], params["rope_theta"]))
        self.register_buffer("cos_sin", turns, persistent=False)
        self._initialise()

    def _initialise(self) -> None:
        for name, module in self.named_modules():
            if isinstance(module, (nn.Linear, nn.Embedding)):
                depth = len(self.vision_encoder.transformer.layers if name.startswith("vision_encoder") else self.layers)
                into_residual = name.endswith(("wo", "w2"))
                nn.init.normal_(module.weight, std=0.02 / (2 * depth) ** 0.5 if into_residual else 0.02)

    def embed(self, ids: Tensor, features: Tensor | None) -> Tensor:
        """ids (B, T) -> (B, T, D); `features` (all patches of all pictures in order, vision D) go where IMAGE stands."""
        x = self.tok_embeddings(ids)
        if features is None:
            return x
        patches = self.vision_language_adapter(features)
        return x.masked_scatter((ids == IMAGE)[..., None].expand_as(x), patches.to(x.dtype))

    def decode(
        self, x: Tensor, cache: Cache | None = None, start: int = 0, look_after: tuple[int, ...] = (), layers: int | None = None
    ) -> tuple[Tensor, list[Tensor]]:
        """Embedded tokens at positions from `start` -> hidden states after the last norm, and those after so many layers each.
        `layers`: only so many of them."""
        cos_sin = self.cos_sin[:, start : start + x.shape[1]]
        looked_at = []
        for index, layer in enumerate(self.layers[:layers]):
            x = layer(x, cos_sin, True, None if cache is None else cache[index])
            if index + 1 in look_after:
                looked_at.append(x)
        return self.norm(x), looked_at
