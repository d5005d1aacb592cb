#!/usr/bin/env bash
# llama.cpp's own tools and the `gguf` Python package read what `chaton models quantize` writes.
#   benches/llama_cpp_reads_ours.sh CHATON LLAMA_CPP_BIN [SOURCE]
# CHATON: the `chaton` program. LLAMA_CPP_BIN: folder with llama-bench, llama-quantize and llama-mtmd-cli.
# SOURCE: a model's folder; by default the built-in one. PYTHON: an interpreter with numpy and gguf.
set -euo pipefail
chaton=$1 bin=$2 source=${3:-mini}
python=${PYTHON:-python3}
here=$(cd "$(dirname "$0")/.." && pwd)
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
fail() { echo "$*" >&2; exit 1; }

"$chaton" models quantize "$source" --to f32 --output "$out/f32" >/dev/null
exact=$(ls "$out"/f32/*.gguf | grep -v mmproj)
for format in bf16 f16 q8_0 q6_k q5_k_m q5_k_s q5_1 q5_0 q4_k_m q4_k_s q4_1 q4_0 q3_k_l q3_k_m q3_k_s q2_k; do
  "$chaton" models quantize "$source" --to "$format" --output "$out/$format" >/dev/null
  text=$(ls "$out/$format"/*.gguf | grep -v mmproj)
  mmproj=$(ls "$out/$format"/mmproj*.gguf)
  # The same types, tensor by tensor, as llama.cpp's own tool chooses; every block can be dequantised.
  "$bin/llama-quantize" "$exact" "$out/theirs.gguf" "${format^^}" >/dev/null 2>&1
  "$python" - "$text" "$out/theirs.gguf" "$mmproj" <<'PYTHON' || fail "$format: the files differ from llama.cpp's"
import sys
import gguf, numpy as np
from gguf.quants import dequantize
ours, theirs, mmproj = map(gguf.GGUFReader, sys.argv[1:])
def types(file):
    return {tensor.name: (tensor.tensor_type.name, tuple(tensor.shape)) for tensor in file.tensors}
assert types(ours) == types(theirs), set(types(ours).items()) ^ set(types(theirs).items())
assert {*ours.fields} == {*theirs.fields}, {*ours.fields} ^ {*theirs.fields}
def value(file, key):
    field = file.fields[key]
    return [bytes(field.parts[i]) for i in field.data]
for key in ours.fields:
    assert key.startswith("GGUF.") or value(ours, key) == value(theirs, key), key
for file in (ours, mmproj):
    for tensor in file.tensors:
        assert np.isfinite(dequantize(tensor.data, tensor.tensor_type)).all(), tensor.name
PYTHON
  "$bin/llama-bench" -m "$text" -p 16 -n 4 -r 1 >/dev/null 2>&1 || fail "$format: llama-bench does not load it"
  answer=$(timeout 300 "$bin/llama-mtmd-cli" -m "$text" --mmproj "$mmproj" --image "$here/models/mini/examples/heart.png" \
    -p 'What do you see?' -n 24 --temp 0 --no-warmup 2>"$out/said") || fail "$format: $(tail -3 "$out/said")"
  echo "$format: $(tr -s '\n ' ' ' <<<"$answer")"
done
