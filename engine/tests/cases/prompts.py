"""Writes the tokens of prompts.json and tokenizers/tekken-v*.json anew: for a vocabulary or a longest edge that changed.

    pip install mistral-common==1.13.1
    python engine/tests/cases/prompts.py models/mini/tekken.json
"""

import json
import sys
import tempfile
from pathlib import Path

from mistral_common.protocol.instruct.chunk import ImageChunk, TextChunk
from mistral_common.protocol.instruct.messages import AssistantMessage, SystemMessage, UserMessage
from mistral_common.protocol.instruct.request import ChatCompletionRequest
from mistral_common.tokens.tokenizers.mistral import MistralTokenizer
from PIL import Image

CASES = Path(__file__).parent


def message(told: dict) -> SystemMessage | AssistantMessage | UserMessage:
    content = told["content"]
    if told["role"] == "user" and not isinstance(content, str):
        return UserMessage(content=[chunk(part) for part in content])
    return {"system": SystemMessage, "assistant": AssistantMessage, "user": UserMessage}[told["role"]](content=content)


def chunk(part: dict) -> ImageChunk | TextChunk:
    if part["type"] == "text":
        return TextChunk(text=part["text"])
    return ImageChunk(image=Image.new("RGB", (part["width"], part["height"]), "white"))


def write_tokens(cases: list[dict], tekken: dict) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "tekken.json")
        path.write_text(json.dumps(tekken), encoding="utf-8")
        tokenizer = MistralTokenizer.from_file(path)
    for case in cases:
        request = ChatCompletionRequest(messages=[message(told) for told in case["messages"]])
        case["tokens"] = tokenizer.encode_chat_completion(request).tokens


def save(path: Path, content: dict | list) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


def main() -> None:
    tekken = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    prompts = json.loads((CASES / "prompts.json").read_text(encoding="utf-8"))
    write_tokens(prompts, tekken)
    save(CASES / "prompts.json", prompts)
    # Later versions of the file have pictures in squares of 28 pixels in these cases.
    image = {"image_patch_size": 28, "max_image_size": 140}
    for version in ("v7", "v11", "v13"):
        path = CASES / f"tokenizers/tekken-{version}.json"
        later = json.loads(path.read_text(encoding="utf-8"))
        config = tekken["config"] | {"version": version}
        write_tokens(later["cases"], tekken | {"config": config, "special_tokens": later["special_tokens"], "image": image})
        save(path, later)


main()
