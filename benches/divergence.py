"""How far each format moves the built-in model's answers: writes the table of docs/QUANTISATION.md.

    python benches/divergence.py CHATON [LLAMA_QUANTIZE]        (pip install numpy gguf safetensors)

CHATON: the `chaton` program. LLAMA_QUANTIZE: llama.cpp's tool, to put its own blocks beside ours.
The formats are judged, not kernels: every GGUF file is dequantised and traced as f32.
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

MINI = Path(__file__).parent.parent / "models/mini"
FORMATS = "f16 bf16 q8_0 q6_k q5_k_m q5_k_s q5_1 q5_0 q4_k_m q4_k_s q4_1 q4_0 q3_k_l q3_k_m q3_k_s q2_k".split()
QUESTIONS = [
    ("heart.png", "What do you see?"), ("heart.png", "What is in the picture?"), ("word.png", "What does it say?"),
    ("word.png", "Read the word."), ("bars.png", "How many bars are there?"), ("bars.png", "Describe the picture."),
]
NAMES = {
    "token_embd": "tok_embeddings", "output_norm": "norm", "v.pre_ln": "vision_encoder.ln_pre",
    "v.patch_embd": "vision_encoder.patch_conv", "mm.1": "vision_language_adapter.w_in",
    "mm.2": "vision_language_adapter.w_out",
}
PARTS = {
    "attn_norm": "attention_norm", "ln1": "attention_norm", "ln2": "ffn_norm", "attn_q": "attention.wq",
    "attn_k": "attention.wk", "attn_v": "attention.wv", "attn_output": "attention.wo", "attn_out": "attention.wo",
    "ffn_gate": "feed_forward.w1", "ffn_down": "feed_forward.w2", "ffn_up": "feed_forward.w3",
}


def mistral_name(name):
    stem, ending = name.rsplit(".", 1)
    words = stem.split(".")
    if "blk" in words:
        prefix = "vision_encoder.transformer." if words[0] == "v" else ""
        part = PARTS.get(words[-1], words[-1])
        return f"{prefix}layers.{words[-2]}.{part}.{ending}"
    return f"{NAMES.get(stem, stem)}.{ending}"


def weights(path):
    tensors = [t for t in gguf.GGUFReader(path).tensors if t.name != "v.token_embd.img_break"]
    return {mistral_name(t.name): dequantize(t.data, t.tensor_type).astype(np.float32) for t in tensors}


def trace(chaton, model, request, out):
    subprocess.run([chaton, "trace", "--model", model, "--request", request, "--out", out], check=True)
    found = load_file(out)
    return found["tokens"], found["logits"].astype(np.float64), found["greedy"]


def traces(chaton, files, folder):
    """Tokens, logits and greedy continuation of every question, with the weights of these files."""
    model = folder / "model"
    shutil.rmtree(model, ignore_errors=True)
    model.mkdir()
    for name in ("params.json", "tekken.json"):
        shutil.copy(MINI / name, model)
    merged = {}
    for file in files:
        merged.update(weights(file))
    save_file(merged, model / "consolidated.safetensors")
    return [trace(chaton, model, folder / f"request{i}.json", folder / "trace") for i in range(len(QUESTIONS))]


def log_softmax(logits):
    logits = logits - logits.max(-1, keepdims=True)
    return logits - np.log(np.exp(logits).sum(-1, keepdims=True))


def compare(exact, found):
    divergences, agreements, largest, greedy = [], [], 0.0, 0
    for (tokens, a, greedy_a), (_, b, greedy_b) in zip(exact, found):
        # Positions after the picture: what is predicted for the words and for the answer.
        text = np.arange(len(tokens)) > np.flatnonzero(tokens == 13)[-1]
        p, q = log_softmax(a[text]), log_softmax(b[text])
        divergences.extend((np.exp(p) * (p - q)).sum(-1))
        agreements.extend(p.argmax(-1) == q.argmax(-1))
        largest = max(largest, np.abs(a[text] - b[text]).max())
        greedy += np.array_equal(greedy_a, greedy_b)
    return np.mean(divergences), largest, np.mean(agreements), greedy


def main():
    chaton = Path(sys.argv[1]).absolute()
    llama_quantize = sys.argv[2] if len(sys.argv) > 2 else None
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)

        def quantize(format):
            command = [chaton, "models", "quantize", "mini", "--to", format, "--output", folder / format]
            return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()

        for index, (picture, question) in enumerate(QUESTIONS):
            url = {"type": "image_url", "image_url": {"url": str(MINI / "examples" / picture)}}
            ask = {"role": "user", "content": [url, {"type": "text", "text": question}]}
            answer = subprocess.run(
                [chaton, "ask", "--image", MINI / "examples" / picture, question], check=True, capture_output=True, text=True
            ).stdout.strip()
            again = {"role": "user", "content": "Thank you. " + question}
            messages = [ask, {"role": "assistant", "content": answer}, again]
            (folder / f"request{index}.json").write_text(json.dumps({"messages": messages}))
        exact_files = quantize("f32")
        reference = traces(chaton, exact_files, folder)
        exact_weights = weights(exact_files[0])
        values = sum(value.size for value in exact_weights.values())
        print("| format | bits a weight | error of the weights | mean KL divergence | largest change of a logit "
              "| same likeliest token | same answers |")
        print("|---|---|---|---|---|---|---|")
        for format in FORMATS:
            rows = [("", quantize(format))]
            if llama_quantize and format not in ("f16", "bf16"):
                theirs = folder / "theirs.gguf"
                subprocess.run([llama_quantize, exact_files[0], theirs, format.upper()], check=True, capture_output=True)
                rows.append((" by llama.cpp", [theirs, *rows[0][1][1:]]))
            for label, files in rows:
                found = weights(files[0])
                error = sum(((found[n] - exact_weights[n]).astype(np.float64) ** 2).sum() for n in found)
                spread = sum((exact_weights[n].astype(np.float64) ** 2).sum() for n in found)
                bits = 8 * sum(t.n_bytes for t in gguf.GGUFReader(files[0]).tensors) / values
                divergence, largest, same, greedy = compare(reference, traces(chaton, files, folder))
                print(f"| {format}{label} | {bits:.2f} | {100 * (error / spread) ** 0.5:.2f} % | {divergence:.5f} | "
                      f"{largest:.3f} | {100 * same:.1f} % | {greedy} of {len(QUESTIONS)} |", flush=True)


main()
