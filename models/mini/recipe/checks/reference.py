"""The training code's own answer to a question, with tokens and pixels as mistral-common makes them of the model's files."""

from dataclasses import dataclass
from pathlib import Path

import torch
from mistral_common.protocol.instruct.chunk import ImageChunk, TextChunk
from mistral_common.protocol.instruct.messages import UserMessage
from mistral_common.protocol.instruct.request import ChatCompletionRequest
from mistral_common.tokens.tokenizers.mistral import MistralTokenizer
from PIL import Image
from torch import Tensor

from ..model.checkpoint import load
from ..model.pixtral import Pixtral
from ..model.sizes import END_OF_ANSWER

LONGEST_ANSWER = 160


@dataclass
class Prompt:
    ids: list[int]
    pixels: list[Tensor]
    """Of each picture (3, height, width), normalised."""


class Reference:
    def __init__(self, folder: Path):
        self.model: Pixtral = load(folder)
        self.tokenizer = MistralTokenizer.from_file(str(folder / "tekken.json"))

    def prompt(self, question: str, pictures: list[Image.Image]) -> Prompt:
        """Pictures first, then the question, as Chaton sends them."""
        content = [ImageChunk(image=picture) for picture in pictures] + [TextChunk(text=question)]
        encoded = self.tokenizer.encode_chat_completion(ChatCompletionRequest(messages=[UserMessage(content=content)]))
        return Prompt(encoded.tokens, [torch.tensor(image, dtype=torch.float32) for image in encoded.images])

    @torch.no_grad()
    def logits(self, prompt: Prompt) -> Tensor:
        """(tokens, vocabulary)."""
        hidden, _ = self.model.decode(self.model.embed(torch.tensor([prompt.ids]), self._features(prompt)))
        return self.model.output(hidden)[0]

    @torch.no_grad()
    def answer(self, prompt: Prompt) -> str:
        """Always the likeliest token."""
        cache: list[dict[str, Tensor]] = [{} for _ in self.model.layers]
        hidden, _ = self.model.decode(self.model.embed(torch.tensor([prompt.ids]), self._features(prompt)), cache)
        ids: list[int] = []
        while len(ids) < LONGEST_ANSWER:
            token = int(self.model.output(hidden[:, -1]).argmax())
            if token == END_OF_ANSWER:
                break
            ids.append(token)
            position = len(prompt.ids) + len(ids) - 1
            hidden, _ = self.model.decode(self.model.embed(torch.tensor([[token]]), None), cache, position)
        return self.tokenizer.instruct_tokenizer.tokenizer.decode(ids)

    def _features(self, prompt: Prompt) -> Tensor | None:
        if not prompt.pixels:
            return None
        return torch.cat([self.model.vision_encoder(picture[None])[0] for picture in prompt.pixels])
