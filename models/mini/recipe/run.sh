#!/usr/bin/env bash
# The built-in model from nothing: `make model` trains it, `make model-check` measures one.
#   run.sh train [--minutes 90] [--device cuda]   the finished model lies in target/model/mini
#   run.sh check [MODEL_FOLDER]                    default: the one that is built in
# RECIPE: where sources, checkpoints and Python's packages go; what is there already is used again.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$(cd ../.. && pwd)
work=${RECIPE:-$root/target/model}
python=$work/venv/bin/python
mkdir -p "$work"
# Pictures are drawn while the model learns: threads that spin while they wait would take the core from that.
export OMP_WAIT_POLICY=PASSIVE

if ! cmp --quiet recipe/requirements.txt "$work/installed.txt"; then
  python3 -m venv "$work/venv"
  "$python" -m pip install --quiet --requirement recipe/requirements.txt
  cp recipe/requirements.txt "$work/installed.txt"
fi
"$python" -m recipe.fetch "$work/sources"

case ${1:-} in
  train)
    "$python" -m recipe.train "$work" "${@:2}"
    "$python" -m recipe.export "$work" "$work/mini"
    ;;
  check)
    model=${2:-$root/models/mini}
    "$python" -m recipe.measure "$model" "$work/sources"
    "$python" -m recipe.checks.cases "$model" "$work/sources" "$work/cases"
    "$python" -m recipe.checks.transformers "$model" "$work/cases"
    (cd "$root" && cargo xtask page && cargo build --release --package server)
    "$python" -m recipe.checks.chaton "$root/target/release/chaton" "$model" "$work/cases"
    ;;
  *)
    echo 'usage: run.sh train | check [MODEL_FOLDER]' >&2
    exit 2
    ;;
esac
