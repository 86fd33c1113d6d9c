"""The sources of the repository, as the checks of this folder read them."""

import re
from pathlib import Path
from typing import Iterator, NamedTuple

ENDINGS = {".hpp", ".cpp", ".cuh", ".cu"}


class Line(NamedTuple):
    file: str  # relative to the repository, with '/'
    number: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.number}"


def lines(root: Path, *rooms: str) -> Iterator[Line]:
    """Every line of the rooms' sources, without // comments."""
    for room in rooms:
        for path in sorted((root / room).rglob("*")):
            if path.suffix in ENDINGS:
                name = path.relative_to(root).as_posix()
                for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
                    yield Line(name, number, re.sub(r"(^|\s)//.*", "", text))


def report(violations: list[str]) -> int:
    """Prints one violation per line; the exit status of the check."""
    for violation in violations:
        print(violation)
    return 1 if violations else 0
