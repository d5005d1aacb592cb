"""The four suits of playing cards as outlines around (0, 0), about 1 from the middle to the edge."""

import math

from .canvas import Points, arc

_HEART: Points = [
    (
        math.sin(angle) ** 3 * 0.95,
        -(13 * math.cos(angle) - 5 * math.cos(2 * angle) - 2 * math.cos(3 * angle) - math.cos(4 * angle)) / 17 - 0.12,
    )
    for angle in (math.tau * i / 40 for i in range(40))
]
_STEM: Points = [(-0.08, 0.2), (0.08, 0.2), (0.12, 0.65), (0.38, 1.0), (-0.38, 1.0), (-0.12, 0.65)]
# Each of one or more outlines, all filled.
SUIT_OUTLINES: dict[str, list[Points]] = {
    "hearts": [_HEART],
    "diamonds": [[(0, -1), (0.36, -0.42), (0.74, 0), (0.36, 0.42), (0, 1), (-0.36, 0.42), (-0.74, 0), (-0.36, -0.42)]],
    "spades": [[(x, -y * 0.92 - 0.12) for x, y in _HEART], _STEM],
    "clubs": [
        arc(0, -0.52, 0.44, 0.44, 0, 360),
        arc(-0.5, 0.16, 0.44, 0.44, 0, 360),
        arc(0.5, 0.16, 0.44, 0.44, 0, 360),
        arc(0, 0, 0.25, 0.25, 0, 360),
        _STEM,
    ],
}
SUIT_COLOURS = {"hearts": "red", "diamonds": "red", "spades": "black", "clubs": "black"}
