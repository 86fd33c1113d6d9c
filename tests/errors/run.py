"""Every row of the table of bad inputs is refused as the table says.

usage: run.py --cuvae PROGRAM [--only TEXT] [--seconds S] [--sanitized]
"""

import argparse
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import table
from outcome import Limits, Outcome, flaws, run
from section import Row, Section

FEWEST_ROWS = 150


def outcomes(rows: list[Row], cuvae: Path) -> list[Outcome]:
    os.environ["CUVAE"] = str(cuvae)  # of which `made` trains
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        return list(pool.map(lambda row: run(row, cuvae), rows))


def report(section: Section, row: Row, outcome: Outcome, found: list[str]) -> str:
    lines = [f"{section.title}: {row.words}", f"    {row.command}", *(f"  - {flaw}" for flaw in found),
             *(f"    | {line}" for line in outcome.err.splitlines()[:12])]
    return "\n".join(lines)


def failures(sections: list[Section], cuvae: Path, limits: Limits) -> list[str]:
    named = [(section, row) for section in sections for row in section.rows]
    texts = []
    for (section, row), outcome in zip(named, outcomes([row for _, row in named], cuvae)):
        if found := flaws(row, outcome, limits):
            texts.append(report(section, row, outcome, found))
    return texts


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cuvae", type=lambda text: Path(text).absolute(), required=True, metavar="PROGRAM")
    parser.add_argument("--only", default="", metavar="TEXT", help="rows with this in their section, words or command")
    parser.add_argument("--seconds", type=float, default=Limits().seconds, help="of computing that a row may take")
    parser.add_argument("--sanitized", action="store_true", help="PROGRAM has sanitizers: do not mind its memory")
    chosen = parser.parse_args()
    if not os.access(chosen.cuvae, os.X_OK):
        parser.error(f"{chosen.cuvae} is no program")
    return chosen


def main() -> int:
    chosen = options()
    rows = sum(len(section.rows) for section in table.SECTIONS)
    if rows < FEWEST_ROWS:
        sys.exit(f"the table has {rows} rows, fewer than {FEWEST_ROWS}")
    sections = table.with_text(chosen.only)
    failed = failures(sections, chosen.cuvae, Limits(chosen.seconds, memory=not chosen.sanitized))
    print("\n\n".join(failed + [f"{sum(len(s.rows) for s in sections)} rows, {len(failed)} failed"]))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
