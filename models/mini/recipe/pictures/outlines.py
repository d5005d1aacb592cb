"""Outlines made of points: boxes with round corners, polygons, what is turned; and which points lie inside them."""

import math

import numpy as np

from .canvas import Points


def rounded_box(cx: float, cy: float, width: float, height: float, radius: float) -> Points:
    left, right, top, bottom = cx - width / 2 + radius, cx + width / 2 - radius, cy - height / 2 + radius, cy + height / 2 - radius
    corners = ((left, top, 180), (right, top, 270), (right, bottom, 0), (left, bottom, 90))
    # Few points on small corners: where a hand draws it, each of them is moved a little.
    steps = math.ceil(radius / 2)
    points = []
    for x, y, start in corners:
        for i in range(steps + 1):
            angle = math.radians(start + 90 * i / max(1, steps))
            points.append((x + radius * math.cos(angle), y + radius * math.sin(angle)))
    return points


def regular(cx: float, cy: float, radius: float, corners: int, first_deg: float) -> Points:
    """A polygon of equal sides; `first_deg` is where its first corner is: 0 at the right, 90 at the bottom."""
    angles = [math.radians(first_deg + 360 * i / corners) for i in range(corners)]
    return [(cx + radius * math.cos(angle), cy + radius * math.sin(angle)) for angle in angles]


def turned(points: Points, degrees: float, cx: float, cy: float) -> Points:
    """Turned clockwise about a point."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return [(cx + (x - cx) * cos - (y - cy) * sin, cy + (x - cx) * sin + (y - cy) * cos) for x, y in points]


def inside(outline: Points, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Which of the points lie inside: those from which a ray to the right crosses the outline an odd number of times."""
    within = np.zeros(x.shape, bool)
    for (x0, y0), (x1, y1) in zip(outline, outline[1:] + outline[:1]):
        if y0 != y1:
            within ^= ((y0 > y) != (y1 > y)) & (x < (x1 - x0) * (y - y0) / (y1 - y0) + x0)
    return within
