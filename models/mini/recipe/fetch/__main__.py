"""`python -m recipe.fetch FOLDER`."""

import argparse
import tempfile
from pathlib import Path

from . import __doc__ as about
from .fonts import fetch_fonts
from .icons import fetch_icons
from .photographs import fetch_photographs
from .registries import Debian


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m recipe.fetch", description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder
    fetch_fonts(folder / "fonts")
    with tempfile.TemporaryDirectory() as temporary:
        debian = Debian(Path(temporary))
        fetch_icons(folder / "icons", debian)
        fetch_photographs(folder / "photographs", debian)


if __name__ == "__main__":
    main()
