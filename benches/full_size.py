"""Loads a model of true size, asks it once about a picture, and says how long loading took and how much memory it held;
or quantises one and says the same. Linux only. Not part of the tests: it takes minutes.

    python benches/full_size.py ask CHATON GGUF_FOLDER PICTURE [CONTEXT_TOKENS]
    python benches/full_size.py quantize CHATON SOURCE_FOLDER FORMAT OUTPUT_FOLDER

`benches/synthetic_pixtral.py` writes both folders. The goal for `ask` is the files' size, the cache and 0.6 GB.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

GB = 1e9


def run(command):
    """Standard output, seconds, peak of all resident memory and of memory that no file backs, in bytes."""
    began = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    own_peak = 0
    while process.poll() is None:
        try:
            status = Path(f"/proc/{process.pid}/status").read_text()
        except OSError:
            break
        own = [line.split()[1] for line in status.splitlines() if line.startswith("RssAnon")]
        own_peak = max([own_peak, *(int(kilobytes) * 1024 for kilobytes in own)])
        time.sleep(0.02)
        if os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            break
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit("it failed")
    return output, time.monotonic() - began, usage.ru_maxrss * 1024, own_peak


def ask(chaton, folder, picture, context="4096"):
    files = sum(file.stat().st_size for file in Path(folder).glob("*.gguf"))
    command = [chaton, "ask", "--model", folder, "--context", context, "--max-tokens", "8", "--json"]
    output, seconds, peak, own = run([*command, "--image", picture, "What is in this picture?"])
    answer = json.loads(output)
    timings, usage = answer["timings"], answer["usage"]
    load_s = seconds - (timings["first_token_ms"] + timings["decode_ms"]) / 1000
    cache = (usage["prompt_tokens"] + usage["completion_tokens"]) * 40 * 2 * 8 * 128 * 4
    prefill = usage["prompt_tokens"] / timings["prefill_ms"] * 1000
    decode = (usage["completion_tokens"] - 1) / timings["decode_ms"] * 1000
    print(f"loaded in                    {load_s:.1f} s")
    print(f"files                        {files / GB:.2f} GB")
    print(f"peak of resident memory      {peak / GB:.2f} GB, of it {own / GB:.2f} GB that no file backs")
    print(f"files + cache + 0.6 GB       {(files + cache) / GB + 0.6:.2f} GB (the goal)")
    print(f"picture {timings['pictures_ms'] / 1000:.1f} s, prompt {prefill:.2f} tokens/s, answer {decode:.2f} tokens/s")


def quantize(chaton, source, target_format, output):
    _, seconds, peak, own = run([chaton, "models", "quantize", source, "--to", target_format, "--output", output])
    read = sum(file.stat().st_size for file in Path(source).glob("*.safetensors"))
    written = sum(file.stat().st_size for file in Path(output).glob("*.gguf"))
    print(f"{read / GB:.2f} GB read, {written / GB:.2f} GB written in {seconds / 60:.1f} min")
    print(f"peak of resident memory      {peak / GB:.2f} GB, of it {own / GB:.2f} GB that no file backs")


{"ask": ask, "quantize": quantize}[sys.argv[1]](*sys.argv[2:])
