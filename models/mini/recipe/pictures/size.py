"""How large a picture is: in patches, as the encoder gets it, and in units, as it is drawn.

The longest edge that the encoder may see has UNITS units, however many pixels that are. So pictures hold the same things for
every encoder, and a larger one sees them more clearly.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ..model.sizes import PATCH

UNITS = 128
# Width and height.
Pixels = tuple[int, int]


@dataclass(frozen=True)
class Size:
    columns: int
    rows: int
    """Both in patches."""
    patch: float
    """Side of a patch, in units."""

    @property
    def width(self) -> float:
        return self.columns * self.patch

    @property
    def height(self) -> float:
        return self.rows * self.patch

    def __iter__(self) -> Iterator[float]:
        """Width and height in units."""
        return iter((self.width, self.height))

    def pixels(self, scale: float = 1) -> Pixels:
        """Width and height as the encoder sees them, or so many times as large."""
        return round(self.columns * PATCH * scale), round(self.rows * PATCH * scale)
