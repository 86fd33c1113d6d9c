"""What each kernel may cost: bench/kernel_budget.json."""

import json
from pathlib import Path
from typing import NamedTuple

from figures import Figures

GROWTH = 1.03
SLACK = {"registers": 1, "instructions": 1, "mufu": 0, "traffic": 0}  # or this much, where that is more
NAMES = {"registers": "registers", "instructions": "instructions", "mufu": "MUFU",
         "traffic": "bytes of traffic"}


class Budget(NamedTuple):
    compiler: str  # another release makes other code: its figures are not compared
    kernels: dict[str, Figures]


def read_budget(path: Path) -> Budget:
    text = json.loads(path.read_text(encoding="utf-8"))
    return Budget(text["compiler"], {label: Figures(**kernel) for label, kernel in text["kernels"].items()})


def write_budget(path: Path, budget: Budget) -> None:
    rows = ",\n".join(f"    {json.dumps(label)}: {json.dumps(kernel._asdict())}"
                      for label, kernel in sorted(budget.kernels.items()))
    path.write_text(f'{{\n  "compiler": {json.dumps(budget.compiler)},\n  "kernels": {{\n{rows}\n  }}\n}}\n',
                    encoding="utf-8")


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
