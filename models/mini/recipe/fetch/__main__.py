"""`python -m recipe.fetch FOLDER`."""

import argparse
from pathlib import Path

from . import __doc__ as about
from .fonts import fetch_fonts
from .icons import fetch_icons
from .photographs import fetch_photographs


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m recipe.fetch", description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder
    fetch_fonts(folder / "fonts")
    fetch_icons(folder / "icons")
    fetch_photographs(folder / "photographs")


if __name__ == "__main__":
    main()
