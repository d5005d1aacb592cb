"""An icon as somebody else might have drawn it, or a part of it. There are few sets of icons, and what is learnt from them alone is
their hands: naming a thing that stands alone was right in 97 % of the sets that were shown, and in 52 % of one that was not."""

import math
import random

import cv2
import numpy as np

DARK = 40


def restyled(rng: random.Random, pixels: np.ndarray, any_hue: bool) -> np.ndarray:
    """uint8 RGBA (S, S, 4) -> the same, bent, turned, flattened, outlined, in other tones, in part, each of them now and then.
    `any_hue`: of a thing that may have any colour, as a car may."""
    if rng.random() < 0.5:
        pixels = _bent(rng, pixels)
    if rng.random() < 0.12:
        pixels = _turned(rng, pixels)
    if any_hue and rng.random() < 0.25:
        pixels = _other_hue(rng, pixels)
    if rng.random() < 0.25:
        pixels = cv2.medianBlur(pixels, rng.choice((3, 5)))
    if rng.random() < 0.15:
        pixels = _fewer_tones(rng, pixels)
    if rng.random() < 0.2:
        pixels = _edges_drawn(rng, pixels)
    if rng.random() < 0.25:
        pixels = _outlined(rng, pixels)
    if rng.random() < 0.4:
        pixels = _other_tones(rng, pixels)
    if rng.random() < 0.25:
        pixels = _part(rng, pixels)
    return _covered(rng, pixels) if rng.random() < 0.15 else pixels


def coloured(rng: random.Random, pixels: np.ndarray, elsewhere: list[np.ndarray]) -> np.ndarray:
    """Of a set that is drawn in one colour: uint8 RGBA (S, S, 4) -> its lines in some colour, and what they enclose in others, or
    empty as it was. `elsewhere`: uint8 (tones, 3) of each drawing of the same thing in its true colours."""
    true_tones = rng.choice(elsewhere).tolist() if elsewhere else [_some_tone(rng, 0, 255)]
    ink = rng.choices(([0, 0, 0], _some_tone(rng, 0, 110), _some_tone(rng, 0, 255), rng.choice(true_tones)), (40, 20, 10, 30))[0]
    painted = _other_hue(rng, pixels) if _has_hue(pixels) else np.dstack((np.full_like(pixels[..., :3], ink), pixels[..., 3]))
    if rng.random() < 0.2:
        return painted
    if elsewhere and rng.random() < 0.75:
        tones = rng.sample(true_tones, rng.randint(1, 4))
    else:
        tones = [_some_tone(rng, 90, 255) for _ in range(rng.randint(1, 3))]
    # A border around it, so that all that is not enclosed is one part.
    empty = cv2.copyMakeBorder((pixels[..., 3] < 128).astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=1)
    count, parts = cv2.connectedComponents(empty, connectivity=4)
    outside = parts[0, 0]
    fill = np.zeros((count, 4), np.uint8)
    fill[1:] = [(*rng.choice(tones), 255) for _ in range(count - 1)]
    fill[outside] = 0
    # Under the lines too, or their soft edges would let the ground through.
    under = fill[cv2.dilate(np.where(parts == outside, 0, parts).astype(np.uint8), np.ones((3, 3), np.uint8))][1:-1, 1:-1]
    alpha = painted[..., 3:].astype(np.float32) / 255
    mixed = painted[..., :3] * alpha + under[..., :3] * (1 - alpha)
    seen = under[..., 3] > 0
    return np.dstack((np.where(seen[..., None], mixed, painted[..., :3]).astype(np.uint8), np.where(seen, 255, painted[..., 3])))


def _some_tone(rng: random.Random, darkest: int, lightest: int) -> list[int]:
    return [rng.randint(darkest, lightest) for _ in range(3)]


def _has_hue(pixels: np.ndarray) -> bool:
    colours = pixels[pixels[..., 3] > 128][:, :3].astype(np.int16)
    return bool((np.ptp(colours, axis=1) > 64).any())


def _other_hue(rng: random.Random, pixels: np.ndarray) -> np.ndarray:
    hsv = cv2.cvtColor(pixels[..., :3], cv2.COLOR_RGB2HSV)
    hsv[..., 0] = (hsv[..., 0].astype(np.int16) + rng.randrange(180)) % 180
    return np.dstack((cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB), pixels[..., 3]))


def _bent(rng: random.Random, pixels: np.ndarray) -> np.ndarray:
    """Narrower or wider, leaning, and by a slow wave: proportions are what sets differ in most."""
    side = len(pixels)
    middle = (side - 1) / 2
    y, x = np.mgrid[:side, :side].astype(np.float32) - middle
    wide, lean = rng.uniform(0.85, 1.2), rng.uniform(-0.12, 0.12)
    wave, along, phase = rng.uniform(0, 0.035) * side, rng.uniform(3, 6) / side, rng.uniform(0, 6.28)
    across = x / min(1.0, wide) + lean * y + wave * np.sin(along * y + phase)
    down = y * max(1.0, wide) + wave * np.sin(along * x + 2 * phase)
    return cv2.remap(pixels, across + middle, down + middle, cv2.INTER_LINEAR, borderValue=(0, 0, 0, 0))


def _turned(rng: random.Random, pixels: np.ndarray) -> np.ndarray:
    """Far enough that what one set draws upright lies as another draws it."""
    angle = rng.uniform(15, 60) * rng.choice((-1, 1))
    middle, side = (len(pixels) - 1) / 2, len(pixels)
    fits = 1 / (abs(math.cos(math.radians(angle))) + abs(math.sin(math.radians(angle))))
    turn = cv2.getRotationMatrix2D((middle, middle), angle, fits)
    return cv2.warpAffine(pixels, turn, (side, side), flags=cv2.INTER_AREA, borderValue=(0, 0, 0, 0))


def _part(rng: random.Random, pixels: np.ndarray) -> np.ndarray:
    """Without one or two of its sides. One set draws a whole cat where another has its head."""
    left, top, right, bottom = drawn_extent(pixels)
    keep_x, keep_y = rng.uniform(0.6, 1), rng.uniform(0.6, 1)
    x, y = left + rng.random() * (right - left) * (1 - keep_x), top + rng.random() * (bottom - top) * (1 - keep_y)
    kept = np.zeros_like(pixels)
    within = np.s_[round(y) : round(y + (bottom - top) * keep_y), round(x) : round(x + (right - left) * keep_x)]
    kept[within] = pixels[within]
    return kept if _drawn(kept) > 0.5 * _drawn(pixels) else pixels


def _covered(rng: random.Random, pixels: np.ndarray) -> np.ndarray:
    """With a hole, or something in front of it."""
    left, top, right, bottom = drawn_extent(pixels)
    width, height = (right - left) * rng.uniform(0.15, 0.45), (bottom - top) * rng.uniform(0.15, 0.45)
    x, y = rng.uniform(left, right - width), rng.uniform(top, bottom - height)
    covered = pixels.copy()
    tone = (0, 0, 0, 0) if rng.random() < 0.4 else (*_some_tone(rng, 0, 255), 255)
    covered[round(y) : round(y + height), round(x) : round(x + width)] = tone
    return covered


def drawn_extent(pixels: np.ndarray) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of what is drawn of an RGBA picture."""
    left, top, width, height = cv2.boundingRect((pixels[..., 3] > 24).astype(np.uint8))
    return left, top, left + width, top + height


def _drawn(pixels: np.ndarray) -> int:
    return int((pixels[..., 3] > 24).sum())


def _fewer_tones(rng: random.Random, pixels: np.ndarray) -> np.ndarray:
    """Without shading."""
    step = rng.choice((32, 48, 64))
    tones = pixels[..., :3].astype(np.int16) // step * step + step // 2
    return np.dstack((tones.clip(0, 255).astype(np.uint8), pixels[..., 3]))


def _edges_drawn(rng: random.Random, pixels: np.ndarray) -> np.ndarray:
    """Lines between the parts."""
    edges = cv2.Canny(cv2.GaussianBlur(pixels[..., :3], (0, 0), 1.2), 60, 150)
    if rng.random() < 0.6:
        edges = cv2.dilate(edges, np.ones((2, 2), np.uint8))
    drawn = pixels.copy()
    drawn[(edges > 0) & (pixels[..., 3] > 128), :3] = rng.randint(0, DARK)
    return drawn


def _outlined(rng: random.Random, pixels: np.ndarray) -> np.ndarray:
    width = rng.choice((3, 5, 7))
    shape = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width))
    tone = rng.randint(0, DARK) if rng.random() < 0.75 else 255
    alpha = pixels[..., 3:].astype(np.float32) / 255
    around = cv2.dilate(pixels[..., 3], shape)
    colours = pixels[..., :3] * alpha + tone * (1 - alpha)
    return np.dstack((colours.astype(np.uint8), around))


def _other_tones(rng: random.Random, pixels: np.ndarray) -> np.ndarray:
    """Lighter or darker, paler or stronger; a tenth is gray."""
    colours = pixels[..., :3].astype(np.float32)
    gray = colours.mean(axis=2, keepdims=True)
    strength = 0 if rng.random() < 0.1 else rng.uniform(0.5, 1.4)
    colours = (gray + strength * (colours - gray)).clip(0, 255)
    colours = 255 * (colours / 255) ** rng.uniform(0.6, 1.6)
    return np.dstack((colours.astype(np.uint8), pixels[..., 3]))
