"""Makes the cases in this folder: random weights, quantised by llama.cpp's own llama-quantize, and the logits that follow
from the dequantised weights, computed here in f64.

    python make.py CHATON LLAMA_QUANTIZE        (pip install numpy gguf safetensors)

CHATON: the `chaton` program (writes the f32 file and the prompt's tokens); LLAMA_QUANTIZE: llama.cpp's tool.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import gguf
import numpy as np
from gguf.quants import dequantize
from safetensors.numpy import load_file, save_file

HERE = Path(__file__).parent
WIDTH, LAYERS, HEADS, KV_HEADS, HEAD_DIM, FEED_FORWARD, VOCABULARY = 256, 2, 4, 2, 32, 256, 768
EPS, THETA, GREEDY = 1e-5, 1e6, 24
# Which type every tensor gets; `q4_k_m` leaves it to llama.cpp's rules.
K_TYPES = {
    "token_embd": "q3_k", "output": "q5_k", "blk.0.attn_q": "q2_k", "blk.0.attn_k": "q3_k", "blk.0.attn_v": "q6_k",
    "blk.0.ffn_gate": "q4_k", "blk.0.ffn_up": "q5_k", "blk.0.ffn_down": "q6_k", "blk.1.attn_q": "q4_k",
    "blk.1.attn_k": "q5_k", "blk.1.attn_v": "q2_k", "blk.1.ffn_gate": "q6_k", "blk.1.ffn_up": "q3_k",
    "blk.1.ffn_down": "q2_k",
}
SMALL_BLOCK_TYPES = {
    "token_embd": "q4_1", "output": "q5_0", "blk.0.attn_q": "q4_0", "blk.0.attn_k": "q5_0", "blk.0.attn_v": "q4_1",
    "blk.0.attn_output": "q5_1", "blk.0.ffn_gate": "q4_0", "blk.0.ffn_up": "q8_0", "blk.0.ffn_down": "q5_1",
    "blk.1.attn_q": "q8_0", "blk.1.attn_k": "f16", "blk.1.attn_v": "bf16", "blk.1.attn_output": "q4_0",
    "blk.1.ffn_gate": "q5_0", "blk.1.ffn_up": "q4_1", "blk.1.ffn_down": "q5_1",
}
CASES = {"q4_k_m": ("Q4_K_M", {}), "k-types": ("Q4_K_S", K_TYPES), "small-blocks": ("Q8_0", SMALL_BLOCK_TYPES)}


def random_model(folder):
    random = np.random.default_rng(20)
    params = {
        "dim": WIDTH, "n_layers": LAYERS, "head_dim": HEAD_DIM, "hidden_dim": FEED_FORWARD, "n_heads": HEADS,
        "n_kv_heads": KV_HEADS, "norm_eps": EPS, "vocab_size": VOCABULARY, "rope_theta": THETA,
    }
    (folder / "params.json").write_text(json.dumps(params))
    shutil.copy(HERE.parent / "pixtral-text/mistral/tekken.json", folder)

    def matrix(rows, columns, scale=1.0):
        return (random.standard_normal((rows, columns)) * scale / columns**0.5).astype(np.float32)

    def norm():
        return (1 + 0.1 * random.standard_normal(WIDTH)).astype(np.float32)

    tensors = {"tok_embeddings.weight": matrix(VOCABULARY, WIDTH, 16), "output.weight": matrix(VOCABULARY, WIDTH, 4),
               "norm.weight": norm()}
    for layer in range(LAYERS):
        block = {
            "attention_norm": norm(), "ffn_norm": norm(),
            "attention.wq": matrix(HEADS * HEAD_DIM, WIDTH, 2), "attention.wk": matrix(KV_HEADS * HEAD_DIM, WIDTH, 2),
            "attention.wv": matrix(KV_HEADS * HEAD_DIM, WIDTH), "attention.wo": matrix(WIDTH, HEADS * HEAD_DIM),
            "feed_forward.w1": matrix(FEED_FORWARD, WIDTH, 2), "feed_forward.w2": matrix(WIDTH, FEED_FORWARD, 2),
            "feed_forward.w3": matrix(FEED_FORWARD, WIDTH, 2),
        }
        tensors.update({f"layers.{layer}.{name}.weight": value for name, value in block.items()})
    save_file(tensors, folder / "consolidated.safetensors")


def read(path):
    """Dequantised weights in f64, and the types found."""
    tensors = gguf.GGUFReader(path).tensors
    weights = {tensor.name: dequantize(tensor.data, tensor.tensor_type).astype(np.float64) for tensor in tensors}
    return weights, {tensor.name: tensor.tensor_type.name for tensor in tensors}


def rms_norm(x, weight):
    return x / np.sqrt((x * x).mean(-1, keepdims=True) + EPS) * weight


def rotate(x):
    """x [tokens, heads, head_dim], interleaved pairs."""
    angles = np.arange(len(x))[:, None] * THETA ** (-np.arange(0, HEAD_DIM, 2) / HEAD_DIM)
    turned = (x[..., 0::2] + 1j * x[..., 1::2]) * np.exp(1j * angles)[:, None, :]
    out = np.empty_like(x)
    out[..., 0::2], out[..., 1::2] = turned.real, turned.imag
    return out


def logits(weights, tokens):
    x = weights["token_embd.weight"][tokens]
    for layer in range(LAYERS):
        w = lambda name: weights[f"blk.{layer}.{name}.weight"]
        h = rms_norm(x, w("attn_norm"))
        query = rotate((h @ w("attn_q").T).reshape(-1, HEADS, HEAD_DIM))
        key = rotate((h @ w("attn_k").T).reshape(-1, KV_HEADS, HEAD_DIM)).repeat(HEADS // KV_HEADS, 1)
        value = (h @ w("attn_v").T).reshape(-1, KV_HEADS, HEAD_DIM).repeat(HEADS // KV_HEADS, 1)
        scores = np.einsum("qhd,khd->hqk", query, key) / HEAD_DIM**0.5
        scores[:, np.triu(np.ones(scores.shape[1:], bool), 1)] = -np.inf
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        scores /= scores.sum(-1, keepdims=True)
        x = x + np.einsum("hqk,khd->qhd", scores, value).reshape(len(x), -1) @ w("attn_output").T
        h = rms_norm(x, w("ffn_norm"))
        gate = h @ w("ffn_gate").T
        x = x + (gate / (1 + np.exp(-gate)) * (h @ w("ffn_up").T)) @ w("ffn_down").T
    return rms_norm(x, weights["output_norm.weight"]) @ weights["output.weight"].T


def main():
    chaton, llama_quantize = sys.argv[1:]
    with tempfile.TemporaryDirectory() as temporary:
        model = Path(temporary) / "random"
        model.mkdir()
        random_model(model)
        trace = model / "trace.safetensors"
        subprocess.run([chaton, "trace", "--model", model, "--request", HERE / "request.json", "--out", trace], check=True)
        expected = load_file(trace)
        tokens = expected["tokens"]
        subprocess.run([chaton, "models", "quantize", model, "--to", "f32", "--output", temporary], check=True)
        exact = Path(temporary) / "random-F32.gguf"
        # This script's arithmetic is the engine's.
        difference = np.abs(logits(read(exact)[0], tokens) - expected["logits"]).max()
        assert difference < 1e-3, difference
        for name, (mixture, types) in CASES.items():
            folder = HERE / name
            folder.mkdir(exist_ok=True)
            out = folder / "random.gguf"
            # The patterns are searched in the whole name: one each for "output.weight" and "blk.0.attn_output.weight".
            overrides = [f"--tensor-type=^{tensor}.weight={kind}" for tensor, kind in types.items()]
            overrides = [part for override in overrides for part in override.split("=", 1)]
            subprocess.run([llama_quantize, *overrides, exact, out, mixture, "1"], check=True, capture_output=True)
            weights, found = read(out)
            wrong = {t: found[t + ".weight"] for t, kind in types.items() if found[t + ".weight"].lower() != kind}
            assert not wrong, wrong
            values = logits(weights, tokens)
            row, greedy, sequence = values[-1], [], list(tokens)
            while len(greedy) < GREEDY:
                best = np.sort(row)[-2:]
                assert best[1] - best[0] > 1e-2, "two tokens are too near"
                greedy.append(int(row.argmax()))
                if greedy[-1] == 2:
                    break
                sequence.append(greedy[-1])
                row = logits(weights, sequence)[-1]
            save_file(
                {"tokens": np.array(tokens, np.int64), "logits": values.astype(np.float32), "greedy": np.array(greedy)},
                folder / "expected.safetensors",
            )
            print(name, out.stat().st_size, sorted(set(found.values())))


main()
