"""What the table of bad inputs is made of: sections of rows, each a command that cuvae must refuse."""

from pathlib import Path
from typing import Callable, NamedTuple

Content = bytes | Callable[[Path], None]  # of a file: its bytes, or what makes it


class Row(NamedTuple):
    words: str  # the case, as docs/errors.md tells it
    files: dict[str, Content]  # that are there
    command: str  # for a shell, with cuvae on its PATH
    code: int  # its exit code
    says: tuple[str, ...]  # each of them stands in the message
    begun: bool = False  # whether a run had begun before, of which stdout tells


class Section:
    """Rows of one subject. They say only what differs from its own file, command and exit code."""

    def __init__(self, title: str, *, command: str, file: str = "", code: int = 3) -> None:
        self.title, self.command, self.file, self.code = title, command, file, code
        self.rows: list[Row] = []

    def row(self, words: str, files: Content | dict[str, Content], *says: str, command: str = "",
            code: int | None = None, begun: bool = False) -> None:
        if not isinstance(files, dict):
            files = {self.file: files}
        self.rows.append(Row(words, files, command or self.command, self.code if code is None else code, says, begun))
