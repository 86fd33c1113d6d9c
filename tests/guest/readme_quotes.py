"""What the README quotes from the examples, which tests build, is what they say.

usage: readme_quotes.py REPOSITORY
"""

import re
import sys
from pathlib import Path
from textwrap import dedent, indent

from sources import report

# A link to an example, the rest of its paragraph, and the block of code that follows.
QUOTE = re.compile(r"\]\((?P<file>examples/[^)]+)\)(?:(?!\n\n).)*\n\n(```\w+\n(?P<code>.*?)```\n)?", re.DOTALL)


def is_part(code: str, text: str) -> bool:
    """Whether these lines stand in the text, all of them indented alike."""
    indentations = {line[:len(line) - len(line.lstrip())] for line in text.splitlines()}
    return any(f"\n{indent(dedent(code), by)}" in f"\n{text}" for by in indentations)


def violation(root: Path, file: str, code: str | None) -> str:
    """What is wrong with a quote; empty where nothing is."""
    if code is None:
        return f"README.md links to {file}, and quotes nothing from it"
    same = is_part(code, (root / file).read_text(encoding="utf-8"))
    return "" if same else f"README.md: {file} does not say:\n{code}"


def main() -> int:
    root = Path(sys.argv[1])
    readme = (root / "README.md").read_text(encoding="utf-8")
    violations = [violation(root, quote["file"], quote["code"]) for quote in QUOTE.finditer(readme)]
    return report([found for found in violations if found])


if __name__ == "__main__":
    sys.exit(main())
