"""What `versus_llama_cpp.sh` runs once everything is built: both programs in turns, medians and ratios as a table.

Every round measures everything once with each program, one right after the other: how fast memory is changes from minute
to minute on shared machines. Raw figures go to `results.jsonl` beside the models.
"""

import argparse
import json
import os
import re
import statistics
import struct
import subprocess
import sys
import zlib
from collections import defaultdict
from pathlib import Path

DEEP = 4096


def run(command):
    """Standard output and error, and the peak of resident memory in bytes."""
    # Models of random weights say bytes that are no text.
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "errors": "replace"}
    process = subprocess.Popen([str(part) for part in command], **pipes)
    # Whoever writes much to the one that is not read would wait for ever: errors of these programs are short.
    output, errors = process.stdout.read(), process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"{command[0]} failed: {errors[-500:]}")
    return output, errors, usage.ru_maxrss * 1024


def noise_png(path, edge):
    rows = b"".join(b"\0" + os.urandom(edge * 3) for _ in range(edge))
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    header = struct.pack(">IIBBBBB", edge, edge, 8, 2, 0, 0, 0)
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunks)


def write_models(folder, name, tekken):
    if any(folder.glob("synthetic*.gguf")) and any(folder.glob("mmproj*.gguf")):
        return
    size, file_format = name.split("-", 1)
    script = Path(__file__).with_name("synthetic_pixtral.py")
    run([sys.executable, script, "gguf", folder, "--tekken", tekken, "--size", size, "--format", file_format])


class Both:
    def __init__(self, arguments, name):
        folder = arguments.models / name
        write_models(folder, name, arguments.tekken)
        self.arguments, self.name, self.folder = arguments, name, folder
        self.text = next(folder.glob("synthetic*.gguf"))
        self.mmproj = next(folder.glob("mmproj*.gguf"))
        # Without the encoder, as llama-bench loads it.
        self.text_folder = folder / "text"
        self.text_folder.mkdir(exist_ok=True)
        alone = self.text_folder / self.text.name
        if not alone.exists():
            alone.symlink_to(self.text.resolve())
        self.found = defaultdict(list)

    def note(self, figure, ours, theirs=None):
        self.found[figure].append((ours, theirs))
        line = {"models": self.name, "figure": figure, "chaton": ours, "llama.cpp": theirs}
        with open(self.arguments.models / "results.jsonl", "a") as results:
            results.write(json.dumps(line) + "\n")
        print(line, file=sys.stderr)

    def chaton(self, folder, *flags):
        threads = ["--threads", str(self.arguments.threads)] if self.arguments.threads else []
        output, _, _ = run([self.arguments.chaton, "bench", "--model", folder, "--json", *threads, *flags])
        return json.loads(output)

    def llama_bench(self, *flags):
        """Tokens a second and the peak of resident memory."""
        command = [self.arguments.llama_cpp / "llama-bench", "-m", self.text, "-o", "json", "-r", "1", *flags]
        threads = ["-t", str(self.arguments.threads or len(os.sched_getaffinity(0)))]
        output, _, peak = run([*command, *threads])
        return json.loads(output)[0]["avg_ts"], peak

    def llama_picture_ms(self, picture):
        command = [self.arguments.llama_cpp / "llama-mtmd-cli", "-m", self.text, "--mmproj", self.mmproj]
        threads = ["-t", str(self.arguments.threads or len(os.sched_getaffinity(0)))]
        _, said, _ = run([*command, "--image", picture, "-p", "What is it?", "-n", "1", "--temp", "0", "-c", "2048", *threads])
        return float(re.search(r"batch encoding done in (\d+) ms", said)[1])

    def shallow(self, picture):
        ours = self.chaton(self.folder, "--context", "2048", "--prompt", "512", "--generate", "16")
        self.note("prefill of 512, tokens/s", ours["prefill_tokens_per_s"], self.llama_bench("-p", "512", "-n", "0")[0])
        self.note("picture 512x512 encoded, ms", ours["image_encode_ms"], self.llama_picture_ms(picture))
        follow_up = ours["follow_up_first_token_ms"] / ours["first_token_ms"]
        self.note("first token of a follow-up / of the first question", follow_up)
        self.note("load, ms", ours["load_ms"])
        ours = self.chaton(self.text_folder, "--context", "1024", "--prompt", "128", "--generate", "64")
        theirs, _ = self.llama_bench("-p", "0", "-n", "64", "-d", "128")
        self.note("decode at depth 128, tokens/s", ours["decode_tokens_per_s"], theirs)
        self.note("weights read / memory read rate", ours["decode_limit_ratio"])
        four = self.chaton(self.text_folder, "--context", "1024", "--prompt", "32", "--generate", "32", "--users", "4")
        one = four["one_user_decode_tokens_per_s"]
        self.note("four people / one, tokens/s", four["decode_tokens_per_s"] / one)

    def deep(self):
        context = str(DEEP + 256)
        ours = self.chaton(self.text_folder, "--context", context, "--prompt", str(DEEP), "--generate", "64")
        theirs, peak = self.llama_bench("-p", "0", "-n", "64", "-d", str(DEEP))
        self.note(f"decode at depth {DEEP}, tokens/s", ours["decode_tokens_per_s"], theirs)
        self.note("peak memory, GB", ours["peak_rss_bytes"] / 1e9, peak / 1e9)

    def table(self):
        lines = [f"### {self.name}", "", "| figure | Chaton | llama.cpp | ratio |", "|---|---|---|---|"]
        for figure, pairs in self.found.items():
            ours = statistics.median(pair[0] for pair in pairs)
            if pairs[0][1] is None:
                lines.append(f"| {figure} | {ours:.3g} | | |")
                continue
            theirs = statistics.median(pair[1] for pair in pairs)
            # More is better but for times and memory; of each round by itself, since rounds differ more than programs.
            ratios = [theirs / ours if figure.endswith(" ms") else ours / theirs for ours, theirs in pairs]
            spread = f" ({min(ratios):.2f} to {max(ratios):.2f})" if len(ratios) > 1 else ""
            lines.append(f"| {figure} | {ours:.4g} | {theirs:.4g} | {statistics.median(ratios):.2f}{spread} |")
        return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser()
    for name in ("--chaton", "--llama-cpp", "--tekken", "--models"):
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("--sets", default="1b-Q4_K_M,1b-Q8_0,12b-Q4_K_M,12b-Q8_0")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--deep-rounds", type=int, default=3)
    parser.add_argument("--threads", type=int)
    arguments = parser.parse_args()
    arguments.models.mkdir(parents=True, exist_ok=True)
    picture = arguments.models / "noise.png"
    noise_png(picture, 512)
    tables = []
    for name in arguments.sets.split(","):
        both = Both(arguments, name)
        for round_number in range(max(arguments.rounds, arguments.deep_rounds)):
            if round_number < arguments.rounds:
                both.shallow(picture)
            if round_number < arguments.deep_rounds:
                both.deep()
        tables.append(both.table())
    print("\n\n".join(tables))


main()
