"""Road signs as they are drawn, European style: plates and what stands on them."""

from collections.abc import Callable

from .canvas import Canvas, Points, arc
from .colours import COLOURS, Rgb, varied
from .lettering import fitted, write_middle
from .outlines import regular, rounded_box
from .sources import Sources

TRIANGLE: Points = [(0, -0.98), (1, 0.75), (-1, 0.75)]
YIELD: Points = [(x, -y) for x, y in TRIANGLE]
DISC = arc(0, 0, 1, 1, 0, 360)
OCTAGON = regular(0, 0, 1.04, 8, 22.5)
DIAMOND: Points = [(0, -1), (1, 0), (0, 1), (-1, 0)]
SQUARE = rounded_box(0, 0, 1.84, 1.84, 0)


class Plate:
    """A sign being drawn: x and y from -1 to 1 around its middle."""

    def __init__(self, canvas: Canvas, sources: Sources, cx: float, cy: float, radius: float, speed: int):
        self.canvas, self.sources = canvas, sources
        self.cx, self.cy, self.radius = cx, cy, radius
        self.speed = speed
        # All that is red on one sign is of one red.
        self.rgb: dict[str, Rgb] = {name: varied(canvas.rng, colour.rgb, 3 if name == "white" else 10) for name, colour in COLOURS.items()}

    def place(self, points: Points) -> Points:
        return [(self.cx + x * self.radius, self.cy + y * self.radius) for x, y in points]

    def fill(self, points: Points, colour: str) -> None:
        self.canvas.polygon(self.place(points), self.rgb[colour])

    def disc(self, x: float, y: float, radius: float, colour: str) -> None:
        self.fill(arc(x, y, radius, radius, 0, 360), colour)

    def line(self, points: Points, width: float, colour: str) -> None:
        self.canvas.line(self.place(points), self.rgb[colour], width * self.radius)

    def arrow(self, points: Points, width: float, colour: str) -> None:
        """A line with a head at its end, in the direction of its last part."""
        (x0, y0), (x1, y1) = points[-2:]
        length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
        dx, dy = (x1 - x0) / length * width, (y1 - y0) / length * width
        self.line(points, width, colour)
        self.fill([(x1 + dx * 1.9, y1 + dy * 1.9), (x1 - dy * 1.6, y1 + dx * 1.6), (x1 + dy * 1.6, y1 - dx * 1.6)], colour)

    def write(self, text: str, width: float, height: float, colour: str) -> None:
        """In the middle, as large as fits."""
        font = fitted(self.canvas, text, self.sources.font(self.canvas.rng, 32), width * self.radius, height * self.radius)
        characters = write_middle(self.canvas, text, self.cx, self.cy, font, self.rgb[colour])
        self.canvas.labels.mark_characters(characters, colour)


def scaled(points: Points, by: float) -> Points:
    """Smaller about their common middle."""
    mx, my = sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points)
    return [(mx + (x - mx) * by, my + (y - my) * by) for x, y in points]


def mirrored(points: Points) -> Points:
    return [(-x, y) for x, y in points]


def _warning(plate: Plate) -> None:
    plate.fill(TRIANGLE, "red")
    plate.fill(scaled(TRIANGLE, 0.7), "white")


def _ban(plate: Plate) -> None:
    plate.fill(DISC, "red")
    plate.disc(0, 0, 0.78, "white")


def _command(plate: Plate) -> None:
    plate.fill(DISC, "white")
    plate.disc(0, 0, 0.94, "blue")


def _notice(plate: Plate) -> None:
    plate.fill(SQUARE, "white")
    plate.fill(scaled(SQUARE, 0.93), "blue")


def _stop(plate: Plate) -> None:
    plate.fill(OCTAGON, "white")
    plate.fill(scaled(OCTAGON, 0.93), "red")
    plate.write("STOP", 1.5, 0.6, "white")


def _give_way(plate: Plate) -> None:
    plate.fill(YIELD, "red")
    plate.fill(scaled(YIELD, 0.62), "white")


def _no_entry(plate: Plate) -> None:
    plate.fill(DISC, "red")
    plate.fill(rounded_box(0, 0, 1.4, 0.36, 0), "white")


def _no_parking(plate: Plate) -> None:
    plate.fill(DISC, "red")
    plate.disc(0, 0, 0.8, "blue")
    plate.line([(-0.62, -0.62), (0.62, 0.62)], 0.2, "red")


def _no_overtaking(plate: Plate) -> None:
    _ban(plate)
    for x, colour in ((-0.31, "red"), (0.31, "black")):
        plate.fill([(x - 0.17, -0.03), (x - 0.11, -0.26), (x + 0.11, -0.26), (x + 0.17, -0.03)], colour)
        plate.fill([(x - 0.24, -0.04), (x + 0.24, -0.04), (x + 0.24, 0.2), (x - 0.24, 0.2)], colour)
        for wheel in (x - 0.16, x + 0.16):
            plate.fill(rounded_box(wheel, 0.25, 0.11, 0.14, 0), colour)


def _speed_limit(plate: Plate) -> None:
    _ban(plate)
    plate.write(str(plate.speed), 1.2, 0.66, "black")


def _parking(plate: Plate) -> None:
    _notice(plate)
    plate.write("P", 1.2, 1.2, "white")


def _one_way(plate: Plate) -> None:
    _notice(plate)
    plate.arrow([(0, 0.66), (0, -0.18)], 0.26, "white")


def _straight_ahead(plate: Plate) -> None:
    _command(plate)
    plate.arrow([(0, 0.62), (0, -0.16)], 0.24, "white")


def _roundabout(plate: Plate) -> None:
    _command(plate)
    # Against the clock, as one drives on the right.
    for start in (80, 200, 320):
        plate.arrow(arc(0, 0, 0.5, 0.5, start, start - 78), 0.15, "white")


def _turn(plate: Plate, to_the_left: bool) -> None:
    _command(plate)
    # At once, or at the next corner.
    points: Points = plate.canvas.rng.choice(([(-0.6, 0.0), (0.14, 0.0)], [(-0.28, 0.58), (-0.28, -0.1), (0.12, -0.1)]))
    plate.arrow(mirrored(points) if to_the_left else points, 0.24, "white")


def _bend(plate: Plate, to_the_left: bool) -> None:
    _warning(plate)
    points: Points = [(-0.16, 0.48), (-0.16, 0.26), (-0.1, 0.12), (0.06, 0.02)]
    plate.arrow(mirrored(points) if to_the_left else points, 0.15, "black")


def _priority_road(plate: Plate) -> None:
    plate.fill(DIAMOND, "black")
    plate.fill(scaled(DIAMOND, 0.93), "white")
    plate.fill(scaled(DIAMOND, 0.68), "yellow")


def _pedestrian_crossing(plate: Plate) -> None:
    _notice(plate)
    plate.fill([(0, -0.72), (0.74, 0.62), (-0.74, 0.62)], "white")
    plate.disc(0.02, -0.27, 0.1, "black")
    for limb in (
        [(0.02, -0.16), (-0.02, 0.14)],
        [(-0.02, 0.12), (-0.2, 0.44)],
        [(-0.02, 0.12), (0.16, 0.44)],
        [(0, -0.1), (-0.18, 0.1)],
        [(0, -0.1), (0.18, 0.06)],
    ):
        plate.line(limb, 0.09, "black")
    for x in (-0.5, -0.26, 0, 0.26, 0.5):
        plate.fill(rounded_box(x, 0.54, 0.13, 0.08, 0), "black")


def _danger(plate: Plate) -> None:
    _warning(plate)
    plate.fill([(-0.1, -0.36), (0.1, -0.36), (0.06, 0.2), (-0.06, 0.2)], "black")
    plate.disc(0, 0.38, 0.1, "black")


def _crossroads(plate: Plate) -> None:
    _warning(plate)
    plate.line([(-0.24, -0.06), (0.24, 0.46)], 0.16, "black")
    plate.line([(0.24, -0.06), (-0.24, 0.46)], 0.16, "black")


def _traffic_lights(plate: Plate) -> None:
    _warning(plate)
    for y, colour in ((-0.2, "red"), (0.09, "yellow"), (0.38, "green")):
        plate.disc(0, y, 0.135, colour)


def _dead_end(plate: Plate) -> None:
    _notice(plate)
    plate.fill(rounded_box(0, 0.24, 0.3, 0.92, 0), "white")
    plate.fill(rounded_box(0, -0.36, 0.96, 0.38, 0), "white")
    plate.fill(rounded_box(0, -0.36, 0.84, 0.26, 0), "red")


# By the names of vocabulary.SIGNS: the outline of the sign, and what draws it.
DRAWINGS: dict[str, tuple[Points, Callable[[Plate], None]]] = {
    "stop": (OCTAGON, _stop),
    "give way": (YIELD, _give_way),
    "no entry": (DISC, _no_entry),
    "no vehicles": (DISC, _ban),
    "no parking": (DISC, _no_parking),
    "no overtaking": (DISC, _no_overtaking),
    "speed limit": (DISC, _speed_limit),
    "parking": (SQUARE, _parking),
    "one way": (SQUARE, _one_way),
    "roundabout": (DISC, _roundabout),
    "priority road": (DIAMOND, _priority_road),
    "pedestrian crossing": (SQUARE, _pedestrian_crossing),
    "danger": (TRIANGLE, _danger),
    "crossroads": (TRIANGLE, _crossroads),
    "bend to the left": (TRIANGLE, lambda plate: _bend(plate, to_the_left=True)),
    "bend to the right": (TRIANGLE, lambda plate: _bend(plate, to_the_left=False)),
    "turn left": (DISC, lambda plate: _turn(plate, to_the_left=True)),
    "turn right": (DISC, lambda plate: _turn(plate, to_the_left=False)),
    "straight ahead": (DISC, _straight_ahead),
    "dead end": (SQUARE, _dead_end),
    "traffic lights": (TRIANGLE, _traffic_lights),
}
