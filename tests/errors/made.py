"""Files that are no plain bytes: special ones, large ones, and those of a run of cuvae."""

import os
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Callable

Maker = Callable[[Path], None]
Piece = bytes | tuple[bytes, int]  # some bytes, or how often they are repeated
MIB = 1 << 20
MODEL, STATE = "model.safetensors", "state.safetensors"  # files of a run


def folder(path: Path) -> None:
    path.mkdir()


def pipe(path: Path) -> None:
    os.mkfifo(path)


def link_to(target: str) -> Maker:
    return lambda path: path.symlink_to(target)


def forbidden(content: bytes) -> Maker:
    """A file that may not be read."""
    def make(path: Path) -> None:
        path.write_bytes(content)
        path.chmod(0)
    return make


def closed_folder(path: Path) -> None:
    """A folder into which nothing may be written."""
    path.mkdir()
    path.chmod(0o500)


def large(*pieces: Piece) -> Maker:
    """A file of these, never whole in memory, which would count as that of cuvae."""
    def make(path: Path) -> None:
        with path.open("wb") as file:
            for piece in pieces:
                block, times = piece if isinstance(piece, tuple) else (piece, 1)
                at_once = max(1, MIB // max(1, len(block)))
                for _ in range(times // at_once):
                    file.write(block * at_once)
                file.write(block * (times % at_once))
    return make


@cache
def trained(name: str) -> bytes:
    """A file of a small run."""
    with tempfile.TemporaryDirectory() as place:
        command = [os.environ["CUVAE"], "train", "builtin:shapes:64", "--out", "run", "--hidden", "2", "--latent", "2",
                   "--batch", "32", "--epochs", "1", "--device", "cpu", "--threads", "1"]
        subprocess.run(command, cwd=place, check=True, capture_output=True)
        return (Path(place) / "run" / name).read_bytes()


def as_trained(name: str) -> Maker:
    return edited(name, lambda file: file)


def edited(name: str, change: Callable[[bytes], bytes]) -> Maker:
    """The file of that name of a small run, changed."""
    return lambda path: path.write_bytes(change(trained(name))) and None
