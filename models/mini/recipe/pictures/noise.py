"""Pictures of nothing: coloured noise, clouds of colour, stripes, scribbles, patchworks, blurred photographs."""

import math
import random

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from .colours import Rgb
from .size import Pixels, Size
from .sources import Sources

SCALE = 2


def noise(rng: random.Random, size: Size, sources: Sources) -> Image.Image:
    """SCALE times as large as the encoder sees it."""
    drawn = rng.choice((_speckles, _speckles, _blend, _waves, _stripes, _scribble, _patchwork, _blurred))
    return drawn(rng, size.pixels(SCALE), sources)


def _numbers(rng: random.Random) -> np.random.Generator:
    return np.random.default_rng(rng.getrandbits(32))


def _any_colour(rng: random.Random) -> Rgb:
    return rng.randint(0, 255), rng.randint(0, 255), rng.randint(0, 255)


def _speckles(rng: random.Random, size: Pixels, _: Sources) -> Image.Image:
    """Noise of one grain, or of several over each other."""
    numbers = _numbers(rng)
    pixels = np.zeros((size[1], size[0], 3), np.float32)
    grains = rng.sample((1, 2, 4, 8, 20, 50), rng.randint(1, 3))
    for grain in grains:
        coarse = numbers.random((max(5, size[1] // grain), max(5, size[0] // grain), rng.choice((1, 3, 3))), dtype=np.float32)
        how = rng.choice((cv2.INTER_NEAREST, cv2.INTER_LINEAR, cv2.INTER_CUBIC))
        pixels += cv2.resize(coarse, size, interpolation=how).reshape(size[1], size[0], -1)
    pixels = pixels / len(grains) * rng.uniform(150, 300) + rng.uniform(-40, 40)
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def _blend(rng: random.Random, size: Pixels, _: Sources) -> Image.Image:
    """From colour to colour, from corner to corner: far more than the shade of a plain ground."""
    corners = np.array([[_any_colour(rng) for _ in range(2)] for _ in range(2)], np.float32)
    corners[0, 0], corners[1, 1] = rng.sample(((230, 40, 60), (40, 90, 230), (250, 210, 50), (40, 170, 90), (20, 20, 30)), 2)
    return Image.fromarray(cv2.resize(corners, size, interpolation=cv2.INTER_CUBIC).clip(0, 255).astype(np.uint8))


def _waves(rng: random.Random, size: Pixels, _: Sources) -> Image.Image:
    """Plasma: sums of waves, one for each of red, green and blue."""
    across, down = np.meshgrid(np.linspace(0, 1, size[0], dtype=np.float32), np.linspace(0, 1, size[1], dtype=np.float32))
    channels = []
    for _ in range(3):
        wave = np.zeros((size[1], size[0]), np.float32)
        for _ in range(3):
            angle, often = rng.uniform(0, math.tau), rng.uniform(4, 30)
            wave += np.sin((across * math.cos(angle) + down * math.sin(angle)) * often + rng.uniform(0, math.tau) + wave)
        channels.append(wave * rng.uniform(30, 60) + 128)
    return Image.fromarray(np.stack(channels, axis=-1).clip(0, 255).astype(np.uint8))


def _stripes(rng: random.Random, size: Pixels, _: Sources) -> Image.Image:
    """At least eight stripes, of as many colours."""
    image = Image.new("RGB", size)
    pen = ImageDraw.Draw(image)
    reach = sum(size)
    widest = min(size) // 6
    slant = rng.choice((0, 0, rng.uniform(-1, 1)))
    upright = rng.random() < 0.5
    at = -reach / 2
    while at < reach:
        wide = rng.uniform(3, widest)
        ends = ((at, 0), (at + wide, 0), (at + wide + slant * reach, reach), (at + slant * reach, reach))
        pen.polygon([(x, y) if upright else (y, x) for x, y in ends], fill=_any_colour(rng))
        at += wide
    return image


def _scribble(rng: random.Random, size: Pixels, _: Sources) -> Image.Image:
    image = Image.new("RGB", size, _any_colour(rng) if rng.random() < 0.4 else (250, 250, 250))
    pen = ImageDraw.Draw(image)
    for _ in range(rng.randint(4, 14)):
        x, y = rng.uniform(0, size[0]), rng.uniform(0, size[1])
        points = [(x, y)]
        for _ in range(rng.randint(8, 40)):
            x, y = x + rng.gauss(0, size[0] / 8), y + rng.gauss(0, size[1] / 8)
            points.append((x, y))
        pen.line(points, fill=_any_colour(rng), width=rng.randint(1, 4), joint="curve")
    return image


def _patchwork(rng: random.Random, size: Pixels, _: Sources) -> Image.Image:
    """Like the map of a country: each point is of the colour of the centre nearest to it."""
    numbers = _numbers(rng)
    centres = numbers.random((rng.randint(12, 50), 2), dtype=np.float32)
    tones = np.array([_any_colour(rng) for _ in centres], np.uint8)
    if rng.random() < 0.5:
        # Pale, as maps are.
        tones = 150 + tones // 3
    across, down = np.meshgrid(np.linspace(0, 1, size[0] // 2, dtype=np.float32), np.linspace(0, 1, size[1] // 2, dtype=np.float32))
    bent = across + 0.03 * np.sin(down * rng.uniform(10, 40)), down + 0.03 * np.sin(across * rng.uniform(10, 40))
    far = (bent[0][..., None] - centres[:, 0]) ** 2 + (bent[1][..., None] - centres[:, 1]) ** 2
    return Image.fromarray(tones[far.argmin(axis=-1)]).resize(size, Image.Resampling.NEAREST)


def _blurred(rng: random.Random, size: Pixels, sources: Sources) -> Image.Image:
    return sources.photograph(rng).resize(size, Image.Resampling.BILINEAR).filter(ImageFilter.GaussianBlur(rng.uniform(3, 12)))
