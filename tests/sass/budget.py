"""What each kernel may cost: the section of bench/budget.json."""

import sys
from pathlib import Path
from typing import NamedTuple

from figures import Figures

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench" / "budget"))
from budget_file import GROWTH, read, unexplained, write_section  # noqa: E402

SECTION = "kernels"
SLACK = {"registers": 1, "instructions": 1, "mufu": 0, "traffic": 0}  # or this much, where that is more
NAMES = {"registers": "registers", "instructions": "instructions", "mufu": "MUFU",
         "traffic": "bytes of traffic"}


class Budget(NamedTuple):
    compiler: str  # another release makes other code: its figures are not compared
    kernels: dict[str, Figures]


def read_budget(path: Path) -> Budget:
    section = read(path)[SECTION]
    return Budget(section["compiler"],
                  {label: Figures(**kernel) for label, kernel in section["figures"].items()})


def write_budget(path: Path, budget: Budget, reason: str) -> None:
    figures = {label: kernel._asdict() for label, kernel in sorted(budget.kernels.items())}
    write_section(path, SECTION, {"compiler": budget.compiler, "figures": figures}, reason)


def differences(found: dict[str, Figures], budget: Budget) -> list[str]:
    """Kernels that only one side has, and figures that have grown."""
    lines = [f"{label}: has no budget (--update writes it)" for label in found.keys() - budget.kernels.keys()]
    lines += [f"{label}: has a budget but is no more" for label in budget.kernels.keys() - found.keys()]
    for label in found.keys() & budget.kernels.keys():
        lines += [f"{label}: {why}" for why in grown(found[label], budget.kernels[label])]
    return sorted(lines)


def grown(found: Figures, allowed: Figures) -> list[str]:
    return [f"{now:g} {NAMES[figure]}, budget {before:g}"
            for figure, now, before in zip(Figures._fields, found, allowed)
            if now > max(before * GROWTH, before + SLACK[figure])]
