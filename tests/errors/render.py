"""Writes docs/errors.md: every row of the table of bad inputs with the message that users see.

usage: render.py --cuvae PROGRAM [--check] DOCUMENT
"""

import argparse
import re
import sys
from pathlib import Path

import table
from outcome import Outcome
from run import outcomes
from section import Row, Section

REPEATED = re.compile(r"(..??)\1{30,}")

TOP = """\
# Errors

What cuvae says to input that it cannot take, and to outputs that it cannot write: search this page for the words of a
message. All of it is the table in [tests/errors](../tests/errors), which tests run at every change; this page
is written from it (`python3 tests/errors/render.py --cuvae PROGRAM docs/errors.md`).

A message names the file, the option or the setting, then what is wrong and where (a byte, a line, a row), then how to
mend it. It begins with `cuvae: error: `, which is left out below, and goes to stderr; nothing goes to stdout, but
what a run said that had begun. No file is written, and none is left. Whatever a file holds, cuvae takes less memory for it than twice its size and 64 MiB.

## Exit codes

| code | meaning |
|---|---|
| 0 | done |
| 1 | `cuvae bench --compare` found something slower |
| 2 | the command line or the configuration is wrong |
| 3 | a file cannot be read, does not fit, or cannot be written |
| 4 | a device or memory is not there |
| 5 | training diverged, or a model's ELBO is not finite |
| 70 | a bug of cuvae: please report it |
| 75 | stopped by a signal |

[Formats](formats.md#exit-codes) has the library's `Errc` for each.
"""


def cell(text: str) -> str:
    for character, written in (("&", "&amp;"), ("<", "&lt;"), ("|", "\\|"), ("*", "\\*"), ("_", "\\_"), ("`", "\\`")):
        text = text.replace(character, written)
    return text


def code(text: str) -> str:
    return "`` " + text.replace("|", "\\|") + " ``" if "`" in text else "`" + text.replace("|", "\\|") + "`"


def shortened(line: str) -> str:
    """Without what is there dozens of times in a row."""
    return REPEATED.sub(r"\1\1\1...", line)


def line_of(section: Section, row: Row, outcome: Outcome) -> str:
    message = "<br>".join(cell(shortened(line)) for line in outcome.message().splitlines())
    command = "" if row.command == section.command else f"<br>{code(shortened(row.command))}"
    return f"| {cell(row.words)}{command} | {outcome.code} | {message} |"


def part(section: Section, results: list[Outcome]) -> str:
    lines = [f"## {section.title}", ""]
    if any(row.command == section.command for row in section.rows):
        lines += [f"The command is {code(section.command)} where a row has no other.", ""]
    lines += ["| what | code | message |", "|---|---|---|"]
    lines += [line_of(section, row, outcome) for row, outcome in zip(section.rows, results)]
    return "\n".join(lines) + "\n"


def document(cuvae: Path) -> str:
    parts = [TOP]
    for section in table.SECTIONS:
        parts.append(part(section, outcomes(section.rows, cuvae)))
    return "\n".join(parts)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cuvae", type=lambda text: Path(text).absolute(), required=True, metavar="PROGRAM")
    parser.add_argument("--check", action="store_true", help="only say whether the document is what the table gives")
    parser.add_argument("document", type=Path, metavar="DOCUMENT")
    chosen = parser.parse_args()
    text = document(chosen.cuvae)
    if not chosen.check:
        chosen.document.write_text(text, encoding="utf-8")
        return 0
    there = chosen.document.read_text(encoding="utf-8").splitlines()
    differing = [f"- {line}" for line in there if line not in set(text.splitlines())]
    differing += [f"+ {line}" for line in text.splitlines() if line not in set(there)]
    if differing or there != text.splitlines():
        print("\n".join(differing), f"{chosen.document} is not what the table gives: run render.py anew", sep="\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
