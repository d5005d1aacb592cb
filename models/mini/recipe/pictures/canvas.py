"""A picture while it is drawn: grounds, shapes with smooth or hand-drawn edges, and what happens to it on its way."""

import io
import math
import random

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from ..model.sizes import PATCH
from .colours import COLOURS, Rgb, stands_out, varied
from .labels import PatchLabels
from .scene import Picture
from .size import Pixels, Size

cv2.setNumThreads(1)

GROUNDS = ("white", "black", "gray", "yellow", "blue", "green", "pink", "cyan", "orange", "red")
GROUND_WEIGHTS = (60, 7, 6, 5, 5, 5, 4, 4, 2, 2)
Points = list[tuple[float, float]]


class Canvas:
    """All coordinates are in units (size.py); a unit is drawn `scale` pixels large: more than the encoder sees of it, so that edges
    are smooth and so that the model's own resize is often a part of what it sees."""

    def __init__(self, rng: random.Random, size: Size, ground: str | None = None, plain: bool = False):
        """`ground`: the background's colour; at random if None. `plain`: no gradient, no texture, nothing hand-drawn."""
        self.rng = rng
        self.size = size
        times = rng.choice((2, 2, 2, 3, 4))
        self.scale = times * PATCH / size.patch
        self.ground = ground or rng.choices(GROUNDS, GROUND_WEIGHTS)[0]
        self.hand_drawn = not plain and rng.random() < 0.2
        self.image = _ground(rng, size.pixels(times), self.ground, plain)
        self.pen = ImageDraw.Draw(self.image)
        self.labels = PatchLabels(size, self.ground)

    def polygon(self, points: Points, fill: Rgb | None = None, outline: Rgb | None = None, width: float = 1.5) -> None:
        points = self._scaled(self._wobbled(points, closed=True) if self.hand_drawn else points)
        if fill is not None:
            self.pen.polygon(points, fill=fill)
        if outline is not None:
            self.pen.line([*points, points[0], points[1]], fill=outline, width=self._width(width), joint="curve")

    def line(self, points: Points, colour: Rgb, width: float = 1.5) -> None:
        points = self._scaled(self._wobbled(points, closed=False) if self.hand_drawn else points)
        self.pen.line(points, fill=colour, width=self._width(width), joint="curve")

    def ellipse(
        self, cx: float, cy: float, rx: float, ry: float, fill: Rgb | None = None, outline: Rgb | None = None, width: float = 1.5
    ) -> None:
        self.polygon(arc(cx, cy, rx, ry, 0, 360), fill, outline, width)

    def box(
        self, left: float, top: float, right: float, bottom: float, fill: Rgb | None = None, outline: Rgb | None = None, width: float = 1.5
    ) -> None:
        self.polygon([(left, top), (right, top), (right, bottom), (left, bottom)], fill, outline, width)

    def paste(self, picture: Image.Image, left: float, top: float, width: float, height: float) -> None:
        """An RGBA picture, e.g. an icon, over what is there."""
        s = self.scale
        pasted = picture.resize((max(1, round(width * s)), max(1, round(height * s))), Image.Resampling.BICUBIC)
        self.image.paste(pasted, (round(left * s), round(top * s)), pasted)

    def finish(self) -> Picture:
        self.labels.number_things()
        return Picture(seen(self.rng, self.image, self.size.pixels()), self.labels)

    def _width(self, width: float) -> int:
        return max(1, round(width * self.scale))

    def _scaled(self, points: Points) -> Points:
        return [(x * self.scale, y * self.scale) for x, y in points]

    def _wobbled(self, points: Points, closed: bool) -> Points:
        """As a hand draws it: lines a little bent, round things not quite round."""
        ends = [*points[1:], points[0]] if closed else points[1:]
        xs, ys = [x for x, _ in points], [y for _, y in points]
        by = 0.02 * max(max(xs) - min(xs), max(ys) - min(ys)) + 0.3
        # Slow waves along the outline: jolts from point to point would make a disc spiky.
        waves = [(self.rng.uniform(1, 4), self.rng.uniform(0, math.tau), self.rng.uniform(0, math.tau)) for _ in range(3)]
        length = sum(math.dist(point, end) for point, end in zip(points, ends)) or 1.0
        drawn, gone = [], 0.0
        for (x0, y0), (x1, y1) in zip(points, ends):
            part = math.hypot(x1 - x0, y1 - y0)
            steps = max(1, int(part / 5))
            for i in range(steps):
                t = i / steps
                along = math.tau * (gone + part * t) / length
                dx = sum(math.sin(often * along + x_phase) for often, x_phase, _ in waves)
                dy = sum(math.sin(often * along + y_phase) for often, _, y_phase in waves)
                drawn.append((x0 + (x1 - x0) * t + by * dx / 2, y0 + (y1 - y0) * t + by * dy / 2))
            gone += part
        if not closed:
            drawn.append(points[-1])
        return drawn


def ground_apart_from(rng: random.Random, colour: str) -> str:
    """A background on which this colour stands out."""
    return rng.choices(GROUNDS, [weight if stands_out(colour, ground) else 0 for ground, weight in zip(GROUNDS, GROUND_WEIGHTS)])[0]


def arc(cx: float, cy: float, rx: float, ry: float, start_deg: float, end_deg: float) -> Points:
    """Points along an ellipse; 0 degrees is at the right, 90 at the bottom."""
    steps = max(6, int(abs(end_deg - start_deg) / 8))
    angles = [math.radians(start_deg + (end_deg - start_deg) * i / steps) for i in range(steps + (abs(end_deg - start_deg) < 360))]
    return [(cx + rx * math.cos(angle), cy + ry * math.sin(angle)) for angle in angles]


def seen(rng: random.Random, image: Image.Image, pixels: Pixels) -> Image.Image:
    """The picture as the encoder gets it. Half of them go through the model's own resize (bicubic, not antialiased: large
    pictures look foreign to it otherwise); some are a little blurred, noisy, or saved as JPEG."""
    if rng.random() < 0.5:
        image = image.resize(pixels, Image.Resampling.BOX)
    else:
        resized = cv2.resize(np.asarray(image, np.float32), pixels, interpolation=cv2.INTER_CUBIC)
        image = Image.fromarray(resized.round().clip(0, 255).astype(np.uint8))
    change = rng.random()
    if change < 0.08:
        return image.filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 0.7)))
    if change < 0.16:
        file = io.BytesIO()
        image.save(file, "JPEG", quality=rng.randint(60, 95))
        return Image.open(file).convert("RGB")
    if change < 0.26:
        noise = np.random.default_rng(rng.getrandbits(32)).normal(0, rng.uniform(1, 6), (pixels[1], pixels[0], 3))
        return Image.fromarray((np.asarray(image, np.float32) + noise).clip(0, 255).astype(np.uint8))
    return image


def _ground(rng: random.Random, pixels: Pixels, name: str, plain: bool) -> Image.Image:
    rgb = COLOURS[name].rgb
    rgb = rgb if name == "white" and rng.random() < 0.7 else varied(rng, rgb, 6 if name == "white" else 10)
    kind = 1.0 if plain else rng.random()
    if kind > 0.3:
        return Image.new("RGB", pixels, rgb)
    width, height = pixels
    plain_ground = np.full((height, width, 3), rgb, np.float32)
    across, down = np.meshgrid(np.linspace(-0.5, 0.5, width, dtype=np.float32), np.linspace(-0.5, 0.5, height, dtype=np.float32))
    if kind < 0.12:
        # Graded: lighter on one side.
        angle = rng.uniform(0, 2 * math.pi)
        shade = (across * math.cos(angle) + down * math.sin(angle)) * rng.uniform(10, 36)
    elif kind < 0.2:
        # Paper.
        shade = np.random.default_rng(rng.getrandbits(32)).normal(0, rng.uniform(2, 7), (height, width)).astype(np.float32)
    else:
        # Squared or lined paper, stripes.
        every, by = rng.randint(6, 16) * 2, rng.uniform(6, 16) * (-1 if sum(rgb) > 300 else 1)
        shade = np.zeros((height, width), np.float32)
        thick = rng.choice((2, 2, every // 2))
        rows, columns = np.arange(height) % every < thick, np.arange(width) % every < thick
        lines = rng.choice(("rows", "columns", "both"))
        if lines != "columns":
            shade[rows] = by
        if lines != "rows":
            shade[:, columns] = by
    return Image.fromarray((plain_ground + shade[..., None]).clip(0, 255).astype(np.uint8))
