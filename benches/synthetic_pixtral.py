"""Writes a Pixtral 12B of random weights in its true shapes, to measure loading, memory and speed with.

    python benches/synthetic_pixtral.py gguf OUT_FOLDER --tekken TEKKEN_JSON     8.4 GB: Q4_K_M and its mmproj
    python benches/synthetic_pixtral.py source OUT_FOLDER --tekken TEKKEN_JSON  25.4 GB: safetensors, Mistral layout

Needs `pip install numpy gguf`. TEKKEN_JSON: Pixtral's own tokenizer; the PyPI package mistral-common carries it as
data/tekken_240911.json. `--format Q8_0` for the other usual one, `--size 1b` for quick work, `--layers N` leaves layers
out. Its answers are nonsense, its work is that of the real model.
"""

import argparse
import base64
import json
import shutil
import struct
from dataclasses import dataclass
from pathlib import Path

import gguf
import numpy as np
from gguf import GGMLQuantizationType as Type

HEAD_DIM, VOCABULARY = 128, 131072
VISION_WIDTH, VISION_LAYERS, VISION_FEED_FORWARD, VISION_HEADS, PATCH = 1024, 24, 4096, 16, 16
BREAK_TOKEN, BREAK_NAME = 12, "v.token_embd.img_break"
# The number of a file's format in its header.
FILE_TYPES = {"Q4_K_M": 15, "Q8_0": 7}
# A pool of random bytes is enough: no two tensors take it from the same place, and nobody compares them.
POOL_BYTES = 1 << 28


@dataclass
class Decoder:
    layers: int
    width: int
    feed_forward: int
    heads: int
    kv_heads: int


SIZES = {"12b": Decoder(40, 5120, 14336, 32, 8), "1b": Decoder(16, 2048, 8192, 16, 4)}


def params(decoder):
    return {
        "dim": decoder.width, "n_layers": decoder.layers, "head_dim": HEAD_DIM, "hidden_dim": decoder.feed_forward,
        "n_heads": decoder.heads, "n_kv_heads": decoder.kv_heads, "norm_eps": 1e-5, "vocab_size": VOCABULARY, "rope_theta": 1e9,
        "vision_encoder": {
            "hidden_size": VISION_WIDTH, "num_channels": 3, "image_size": 1024, "patch_size": PATCH,
            "rope_theta": 1e4, "intermediate_size": VISION_FEED_FORWARD, "num_hidden_layers": VISION_LAYERS,
            "num_attention_heads": VISION_HEADS, "image_token_id": 10, "image_break_token_id": BREAK_TOKEN,
            "image_end_token_id": 13, "adapter_bias": True,
        },
    }


def block(width, queries, keys, feed_forward):
    return {
        "attention.wk": (keys, width), "attention.wo": (width, queries), "attention.wq": (queries, width),
        "attention.wv": (keys, width), "attention_norm": (width,), "feed_forward.w1": (feed_forward, width),
        "feed_forward.w2": (width, feed_forward), "feed_forward.w3": (feed_forward, width), "ffn_norm": (width,),
    }


def text_tensors(decoder):
    """Name in the Mistral layout -> shape."""
    width = decoder.width
    sizes = block(width, decoder.heads * HEAD_DIM, decoder.kv_heads * HEAD_DIM, decoder.feed_forward)
    tensors = {f"layers.{n}.{name}.weight": shape for n in range(decoder.layers) for name, shape in sizes.items()}
    tensors |= {"norm.weight": (width,), "output.weight": (VOCABULARY, width)}
    return tensors | {"tok_embeddings.weight": (VOCABULARY, width)}


def vision_tensors(width):
    sizes = block(VISION_WIDTH, VISION_WIDTH, VISION_WIDTH, VISION_FEED_FORWARD)
    tensors = {"vision_encoder.ln_pre.weight": (VISION_WIDTH,)}
    tensors["vision_encoder.patch_conv.weight"] = (VISION_WIDTH, 3, PATCH, PATCH)
    for n in range(VISION_LAYERS):
        tensors |= {f"vision_encoder.transformer.layers.{n}.{name}.weight": shape for name, shape in sizes.items()}
    for name, columns in (("w_in", VISION_WIDTH), ("w_out", width)):
        tensors[f"vision_language_adapter.{name}.bias"] = (width,)
        tensors[f"vision_language_adapter.{name}.weight"] = (width, columns)
    return tensors


def deviation(name, shape):
    """So that activations neither grow nor vanish."""
    return 1.0 if "embed" in name else 1 / np.sqrt(np.prod(shape[1:]))


class Pool:
    """Random bytes and random bf16 numbers of deviation 1, handed out from ever different places."""

    def __init__(self, seed):
        random = np.random.default_rng(seed)
        self.bytes = random.integers(0, 256, POOL_BYTES, dtype=np.uint8)
        self.normal = random.standard_normal(POOL_BYTES // 16, dtype=np.float32)
        self.at = 0

    def take(self, pool, count):
        self.at = (self.at + 7919 * 61) % len(pool)
        return np.resize(np.roll(pool[: min(len(pool), count + 7919)], self.at % 7919), count)

    def numbers(self, shape, scale):
        return self.take(self.normal, int(np.prod(shape))) * np.float32(scale)

    def bf16(self, shape, scale):
        return (self.numbers(shape, scale).view(np.uint32) >> 16).astype(np.uint16).reshape(shape)

    def blocks(self, kind, shape, scale):
        """Quantised blocks [rows, bytes]: random quants under scales that give the deviation wanted."""
        weights, size = gguf.GGML_QUANT_SIZES[kind]
        count = int(np.prod(shape)) // weights
        blocks = self.take(self.bytes, count * size).reshape(count, size)
        if kind == Type.Q4_K:
            # d * 32 * q - dmin * 32, where q is even from 0 to 15: mean 7.5, deviation 4.61.
            d = scale / (4.61 * 32)
            blocks[:, :4] = np.frombuffer(np.array([d, 7.5 * d], np.float16).tobytes(), np.uint8)
            blocks[:, 4:16] = [160] * 8 + [0] * 4
        elif kind == Type.Q8_0:
            # d * q, q even from -128 to 127.
            blocks[:, :2] = np.frombuffer(np.float16(scale / 73.9).tobytes(), np.uint8)
        else:
            # d * 64 * (q - 32), q even from 0 to 63.
            blocks[:, 192:208] = 64
            blocks[:, 208:] = np.frombuffer(np.float16(scale / (18.47 * 64)).tobytes(), np.uint8)
        return blocks.reshape(shape[0], -1)


def write_source(folder, tekken, decoder):
    (folder / "params.json").write_text(json.dumps(params(decoder), indent=1))
    shutil.copy(tekken, folder / "tekken.json")
    tensors, header, offset, pool = text_tensors(decoder) | vision_tensors(decoder.width), {}, 0, Pool(1)
    for name, shape in tensors.items():
        size = 2 * int(np.prod(shape))
        header[name] = {"dtype": "BF16", "shape": shape, "data_offsets": [offset, offset + size]}
        offset += size
    header = json.dumps(header).encode()
    header += b" " * (-len(header) % 8)
    with open(folder / "consolidated.safetensors", "wb") as file:
        file.write(struct.pack("<Q", len(header)) + header)
        for name, shape in tensors.items():
            if len(shape) == 1:
                ones = np.full(shape, 0 if name.endswith("bias") else 0x3F80, np.uint16)
                ones.tofile(file)
            else:
                rows = max(1, (1 << 26) // int(np.prod(shape[1:])))
                for first in range(0, shape[0], rows):
                    pool.bf16((min(rows, shape[0] - first), *shape[1:]), deviation(name, shape)).tofile(file)


PARTS = {
    "attention.wk": "attn_k", "attention.wo": "attn_output", "attention.wq": "attn_q", "attention.wv": "attn_v",
    "attention_norm": "attn_norm", "feed_forward.w1": "ffn_gate", "feed_forward.w2": "ffn_down",
    "feed_forward.w3": "ffn_up", "ffn_norm": "ffn_norm",
}
VISION_PARTS = PARTS | {"attention.wo": "attn_out", "attention_norm": "ln1", "ffn_norm": "ln2"}
OTHERS = {
    "norm": "output_norm", "output": "output", "tok_embeddings": "token_embd", "vision_encoder.ln_pre": "v.pre_ln",
    "vision_encoder.patch_conv": "v.patch_embd", "vision_language_adapter.w_in": "mm.1",
    "vision_language_adapter.w_out": "mm.2",
}


def gguf_name(name):
    if name == BREAK_NAME:
        return name
    stem, ending = name.rsplit(".", 1)
    if stem in OTHERS:
        return f"{OTHERS[stem]}.{ending}"
    prefix, parts = ("v.", VISION_PARTS) if stem.startswith("vision") else ("", PARTS)
    number, part = stem.split("layers.", 1)[1].split(".", 1)
    return f"{prefix}blk.{number}.{parts[part]}.{ending}"


def text_type(file_format, name, shape, layers):
    """llama.cpp's rules."""
    if len(shape) == 1:
        return Type.F32
    if file_format == "Q8_0":
        return Type.Q8_0
    if name == "output.weight":
        return Type.Q6_K
    if name.endswith(("attention.wv.weight", "feed_forward.w2.weight")):
        n = int(name.split(".")[1])
        if n < layers // 8 or n >= 7 * layers // 8 or (n - layers // 8) % 3 == 2:
            return Type.Q6_K
    return Type.Q4_K


def vision_type(name, shape):
    return Type.F32 if len(shape) == 1 or "patch_conv" in name else Type.BF16


def write_file(path, architecture, keys, tensors, type_of, seed):
    writer, pool = gguf.GGUFWriter(path, architecture), Pool(seed)
    keys(writer)
    types = {name: type_of(name, shape) for name, shape in tensors.items()}
    for name, shape in tensors.items():
        bytes_shape = gguf.quant_shape_to_byte_shape(shape, types[name])
        if types[name] == Type.F32:
            writer.add_tensor_info(gguf_name(name), shape, np.dtype(np.float32), 4 * int(np.prod(shape)))
        else:
            size = int(np.prod(bytes_shape))
            writer.add_tensor_info(gguf_name(name), bytes_shape, np.dtype(np.uint8), size, types[name])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    for name, shape in tensors.items():
        scale = deviation(name, shape)
        if types[name] == Type.F32 and len(shape) == 1:
            data = np.full(shape, 0 if name.endswith("bias") else 1, np.float32)
        elif types[name] == Type.F32:
            data = pool.numbers(shape, scale).reshape(shape)
        elif types[name] == Type.BF16:
            data = pool.bf16(shape, scale).view(np.uint8)
        else:
            data = pool.blocks(types[name], shape, scale)
        writer.write_tensor_data(data)
    writer.close()


def vocabulary(tekken):
    """Tokens, types and merges, as llama.cpp's converter takes them from tekken.json."""
    file = json.loads(tekken.read_text())
    specials = file["config"]["default_num_special_tokens"]
    named = {token["rank"]: token["token_str"] for token in file.get("special_tokens") or []}
    defaults = (
        "<unk> <s> </s> [INST] [/INST] [AVAILABLE_TOOLS] [/AVAILABLE_TOOLS] [TOOL_RESULTS] [/TOOL_RESULTS] [TOOL_CALLS] "
        "[IMG] <pad> [IMG_BREAK] [IMG_END] [PREFIX] [MIDDLE] [SUFFIX] [SYSTEM_PROMPT] [/SYSTEM_PROMPT] [TOOL_CONTENT]"
    ).split()
    tokens = [named.get(i) or (defaults[i] if i < len(defaults) else f"<SPECIAL_{i}>") for i in range(specials)]
    words = [base64.b64decode(word["token_bytes"]) for word in file["vocab"][: VOCABULARY - specials]]
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letters, hidden = {byte: chr(byte) for byte in printable}, 256
    for byte in range(256):
        if byte not in letters:
            letters[byte], hidden = chr(hidden), hidden + 1
    spell = lambda word: "".join(letters[byte] for byte in word)
    ranks, merges = {word: rank for rank, word in enumerate(words)}, []
    for word in words:
        splits = [(word[:i], word[i:]) for i in range(1, len(word))]
        found = [pair for pair in splits if pair[0] in ranks and pair[1] in ranks]
        merges += sorted(found, key=lambda pair: (ranks[pair[0]], ranks[pair[1]]))
    merges = [f"{spell(left)} {spell(right)}" for left, right in merges]
    return tokens + [spell(word) for word in words], [3] * specials + [1] * len(words), merges


def write_gguf(folder, tekken, decoder, size, file_format):
    def text_keys(writer):
        tokens, types, merges = vocabulary(tekken)
        writer.add_type("model")
        writer.add_name(f"Synthetic Pixtral {size.upper()}")
        writer.add_block_count(decoder.layers)
        writer.add_context_length(131072)
        writer.add_embedding_length(decoder.width)
        writer.add_feed_forward_length(decoder.feed_forward)
        writer.add_head_count(decoder.heads)
        writer.add_head_count_kv(decoder.kv_heads)
        writer.add_rope_freq_base(1e9)
        writer.add_layer_norm_rms_eps(1e-5)
        writer.add_key_length(HEAD_DIM)
        writer.add_value_length(HEAD_DIM)
        writer.add_file_type(FILE_TYPES[file_format])
        writer.add_rope_dimension_count(HEAD_DIM)
        writer.add_quantization_version(2)
        writer.add_tokenizer_model("gpt2")
        writer.add_tokenizer_pre("tekken")
        writer.add_token_merges(merges)
        writer.add_bos_token_id(1)
        writer.add_eos_token_id(2)
        writer.add_unk_token_id(0)
        writer.add_pad_token_id(11)
        writer.add_token_list(tokens)
        writer.add_token_scores([0.0] * len(tokens))
        writer.add_token_types(types)
        writer.add_vocab_size(VOCABULARY)
        writer.add_add_bos_token(True)
        writer.add_add_eos_token(False)
        writer.add_chat_template("mistral-v3-tekken")

    def vision_keys(writer):
        writer.add_type("mmproj")
        writer.add_name(f"Synthetic Pixtral {size.upper()}")
        writer.add_file_type(32)
        writer.add_clip_has_vision_encoder(True)
        writer.add_vision_projection_dim(decoder.width)
        writer.add_vision_image_size(1024)
        writer.add_vision_patch_size(PATCH)
        writer.add_vision_embedding_length(VISION_WIDTH)
        writer.add_vision_feed_forward_length(VISION_FEED_FORWARD)
        writer.add_vision_block_count(VISION_LAYERS)
        writer.add_vision_head_count(VISION_HEADS)
        writer.add_vision_image_mean([0.48145466, 0.4578275, 0.40821073])
        writer.add_vision_image_std([0.26862954, 0.26130258, 0.27577711])
        writer.add_clip_projector_type("pixtral")
        writer.add_vision_attention_layernorm_eps(1e-5)
        writer.add_float32("clip.rope.freq_base", 1e4)
        writer.add_vision_use_silu(True)
        writer.add_quantization_version(2)

    write_file(
        folder / f"synthetic-pixtral-{size}-{file_format}.gguf", "llama", text_keys, text_tensors(decoder),
        lambda name, shape: text_type(file_format, name, shape, decoder.layers), 2,
    )
    # The embedding of [IMG_BREAK] comes with the encoder.
    vision = {BREAK_NAME: (decoder.width,)} | vision_tensors(decoder.width)
    write_file(folder / f"mmproj-synthetic-pixtral-{size}-BF16.gguf", "clip", vision_keys, vision, vision_type, 3)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=("gguf", "source"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tekken", type=Path, required=True)
    parser.add_argument("--size", choices=SIZES, default="12b")
    parser.add_argument("--format", choices=FILE_TYPES, default="Q4_K_M")
    parser.add_argument("--layers", type=int)
    arguments = parser.parse_args()
    decoder = SIZES[arguments.size]
    decoder.layers = arguments.layers or decoder.layers
    arguments.folder.mkdir(parents=True, exist_ok=True)
    if arguments.what == "source":
        write_source(arguments.folder, arguments.tekken, decoder)
    else:
        write_gguf(arguments.folder, arguments.tekken, decoder, arguments.size, arguments.format)


main()
