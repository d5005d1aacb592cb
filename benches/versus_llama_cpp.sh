#!/usr/bin/env bash
# Chaton beside llama.cpp on this machine: speed of prompts, answers and pictures, and memory; medians and ratios.
#   benches/versus_llama_cpp.sh [--sets 1b-Q4_K_M,12b-Q4_K_M,...] [--rounds 3] [--deep-rounds 3]
# Builds llama.cpp from the source inside the PyPI package llama-cpp-python, writes models of random weights in true
# shapes (26 GB for all of them), then runs both in turns. Needs Python, a C++ compiler and the network.
# VERSUS: where all of that goes; what is there already is used again.
set -euo pipefail
cd "$(dirname "$0")/.."
root=${VERSUS:-$PWD/target/versus}
version=0.3.36
mkdir -p "$root"

if [ ! -x "$root/venv/bin/ninja" ]; then
  python3 -m venv "$root/venv"
  "$root/venv/bin/pip" install --quiet numpy gguf cmake ninja
fi
export PATH=$root/venv/bin:$PATH

bin=$root/build/bin
if [ ! -x "$bin/llama-mtmd-cli" ]; then
  # Not by `pip download`, which would prepare to build the Python package.
  index=$(pip config get global.index-url 2>/dev/null || echo https://pypi.org/simple)
  python3 - "$index/llama-cpp-python/" "llama_cpp_python-$version.tar.gz" "$root/source.tar.gz" <<'PYTHON'
import re, sys, urllib.parse, urllib.request
page, name, out = sys.argv[1:]
links = re.findall(r'href="([^"#]+)', urllib.request.urlopen(page).read().decode())
urllib.request.urlretrieve(urllib.parse.urljoin(page, next(link for link in links if link.endswith(name))), out)
PYTHON
  tar -xzf "$root/source.tar.gz" -C "$root"
  cmake -S "$root/llama_cpp_python-$version/vendor/llama.cpp" -B "$root/build" -G Ninja -DCMAKE_BUILD_TYPE=Release \
    -DGGML_NATIVE=ON -DBUILD_SHARED_LIBS=OFF -DLLAMA_BUILD_UI=OFF -DLLAMA_OPENSSL=OFF -DLLAMA_CURL=OFF
  ninja -C "$root/build" llama-quantize llama-bench llama-mtmd-cli
fi

tekken=$root/tekken_240911.json
if [ ! -f "$tekken" ]; then
  pip download --quiet --no-deps --dest "$root" mistral-common
  python3 -m zipfile -e "$root"/mistral_common-*.whl "$root/mistral-common"
  cp "$root/mistral-common/mistral_common/data/tekken_240911.json" "$tekken"
fi

cargo xtask page
cargo build --release --package server
exec python3 benches/versus_llama_cpp.py --chaton target/release/chaton --llama-cpp "$bin" --tekken "$tekken" \
  --models "$root/models" "$@"
