"""Packages from npm, PyPI and Debian, brought by their own clients (as they are set up here), and the files in them."""

import json
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

RECIPE = Path(__file__).parents[1]


class NotBrought(Exception):
    """A client failed; its own words."""


def npm_pack(name: str, folder: Path) -> Path:
    """A package of the version that package.json pins, without what it depends on."""
    version = _npm_versions()[name]
    printed = _run(["npm", "pack", "--silent", "--pack-destination", str(folder), f"{name}@{version}"])
    return folder / printed.split()[-1]


def npm_version(name: str) -> str:
    return _npm_versions()[name]


def pip_download(requirement: str, folder: Path) -> Path:
    """A wheel: "scikit-image==0.25.2"."""
    brought = _folder_of_its_own(folder)
    _run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", "--dest", str(brought), requirement])
    return next(brought.iterdir())


class Debian:
    """Debian's packages of the release that runs here. apt's lists are kept in a folder of ours: so it needs no root."""

    def __init__(self, folder: Path):
        self.folder = folder.resolve()
        self.options = ["-o", f"Dir::State::Lists={self.folder}/lists", "-o", f"Dir::Cache={self.folder}"]
        self.lists_are_read = False

    def download(self, package: str) -> Path:
        if not self.lists_are_read:
            self._read_lists()
        brought = _folder_of_its_own(self.folder)
        _run(["apt-get", *self.options, "--quiet=2", "download", package], cwd=brought)
        return next(brought.glob("*.deb"))

    def _read_lists(self) -> None:
        (self.folder / "lists/partial").mkdir(parents=True, exist_ok=True)
        (self.folder / "archives/partial").mkdir(parents=True, exist_ok=True)
        # A source that fails is no harm as long as Debian's own is there: what is missing is said when it is asked for.
        subprocess.run(["apt-get", *self.options, "--quiet=2", "update"], capture_output=True, check=False)
        self.lists_are_read = True


def files(archive: Path, wanted: Callable[[str], bool]) -> Iterator[tuple[str, bytes]]:
    """The path and the content of each wanted file of a package."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            for name in filter(wanted, wheel.namelist()):
                yield name, wheel.read(name)
    elif archive.suffix == ".deb":
        unpack = ["dpkg-deb", "--fsys-tarfile", str(archive)]
        with subprocess.Popen(unpack, stdout=subprocess.PIPE) as process, tarfile.open(fileobj=process.stdout, mode="r|") as tar:
            yield from _files_of(tar, wanted)
    else:
        with tarfile.open(archive) as tar:
            yield from _files_of(tar, wanted)


def _files_of(tar: tarfile.TarFile, wanted: Callable[[str], bool]) -> Iterator[tuple[str, bytes]]:
    for member in tar:
        if member.isfile() and wanted(member.name) and (file := tar.extractfile(member)) is not None:
            yield member.name, file.read()


@cache
def _npm_versions() -> dict[str, str]:
    return json.loads((RECIPE / "package.json").read_text(encoding="utf-8"))["dependencies"]


def _folder_of_its_own(folder: Path) -> Path:
    """One package may be asked for twice, for its drawings and for its photographs: what is new in `folder` would not tell its file."""
    return Path(tempfile.mkdtemp(dir=folder))


def _run(command: list[str], cwd: Path | None = None) -> str:
    try:
        return subprocess.run(command, check=True, capture_output=True, text=True, cwd=cwd).stdout
    except FileNotFoundError as error:
        raise NotBrought(f"{command[0]} is not installed") from error
    except subprocess.CalledProcessError as error:
        raise NotBrought(f"{' '.join(command)}: {error.stderr.strip()}") from error
