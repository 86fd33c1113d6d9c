"""Reads the machine code of every kernel, without a GPU, and compares it with bench/budget.json.

Fails where a kernel uses local memory, where its elements are not moved in 128-bit accesses, where it
converts integers on the unit of MUFU, or where it has grown beyond its budget.

usage: check.py (--nvcc NVCC | --cubin FILE) --budget FILE [--update --reason TEXT | --table]
"""

import argparse
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from budget import Budget, differences, read_budget, unexplained, write_budget
from compiler import compile_cubin
from cubin import Kernel, read
from figures import Figures, broken_rules, counted, figures
from shape import Shape, demangled, shape_of

# What one byte of traffic leaves time for at 4.3 TB/s and 1.755 GHz on 132 multiprocessors.
INSTRUCTIONS_PER_BYTE, MUFU_PER_BYTE = 6.9, 0.86

NORMAL_DRAW = "PriorSample f32 -> f32, warp"
NORMAL_GOAL = 31  # instructions


class Measured(NamedTuple):
    kernel: Kernel
    shape: Shape
    figures: Figures


def measure(cubin: Path) -> tuple[str, list[Measured]]:
    """The compiler's release and every kernel, by label."""
    compiler, kernels = read(cubin)
    measured = []
    for kernel, name in zip(kernels, demangled([kernel.name for kernel in kernels])):
        shape = shape_of(name)
        measured.append(Measured(kernel, shape, figures(kernel, shape)))
    return compiler, sorted(measured, key=lambda one: one.shape.label)


def violations(compiler: str, measured: list[Measured], budget: Budget) -> list[str]:
    lines = [f"{one.shape.label}: {why}" for one in measured for why in broken_rules(one.kernel, one.shape)]
    if compiler != budget.compiler:
        print(f"note: the budget is of release {budget.compiler}; figures of {compiler} are not compared")
        return lines
    return lines + differences({one.shape.label: one.figures for one in measured}, budget)


def beyond_memory(measured: list[Measured]) -> list[str]:
    """Streaming kernels whose instructions take longer than their traffic."""
    lines = []
    for one in measured:
        shape, found = one.shape, one.figures
        if shape.streams and found.instructions > INSTRUCTIONS_PER_BYTE * shape.traffic:
            lines.append(f"{shape.label}: {found.instructions:g} instructions per element "
                         f"({at_least(one):.1f} on the shortest way); its {shape.traffic} bytes leave time "
                         f"for {INSTRUCTIONS_PER_BYTE * shape.traffic:.1f}")
        if shape.streams and found.mufu > MUFU_PER_BYTE * shape.traffic:
            lines.append(f"{shape.label}: {found.mufu:g} MUFU per element; its {shape.traffic} bytes leave "
                         f"time for {MUFU_PER_BYTE * shape.traffic:.1f}")
    return lines


def at_least(one: Measured) -> float:
    """Instructions per element where nothing seldom is run."""
    part = counted(one.kernel, one.shape)
    return part.shortest_way() / part.elements


def normal_draw(measured: list[Measured]) -> list[str]:
    return [f"a normal number takes {one.figures.instructions:g} instructions ({at_least(one):.1f} on the "
            f"shortest way); the goal is {NORMAL_GOAL} at most"
            for one in measured if one.shape.label == NORMAL_DRAW]


def table(measured: list[Measured]) -> str:
    """Needs: the share of the machine's rate that a kernel takes at full memory bandwidth."""
    rows = ["| kernel | bytes/element | instructions/element | on the shortest way | MUFU/element "
            "| registers | needs issue | needs MUFU |", "|---|---|---|---|---|---|---|---|"]
    for one in measured:
        shape, found = one.shape, one.figures
        if not shape.vector:
            continue
        least = f"{at_least(one):.1f}" if shape.stores else ""  # a sum can end at each row
        issue = found.instructions / (INSTRUCTIONS_PER_BYTE * shape.traffic)
        mufu = found.mufu / (MUFU_PER_BYTE * shape.traffic)
        rows.append(f"| {shape.label} | {shape.traffic} | {found.instructions:.1f} | {least} "
                    f"| {found.mufu:.2f} | {found.registers} | {issue:.0%} | {mufu:.0%} |")
    return "\n".join(rows)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--nvcc", help="compiles kernels.cu first")
    source.add_argument("--cubin", type=Path)
    parser.add_argument("--budget", type=Path, required=True)
    action = parser.add_mutually_exclusive_group()
    action.add_argument("--update", action="store_true", help="writes the budget anew")
    action.add_argument("--table", action="store_true", help="prints the figures as Markdown")
    parser.add_argument("--reason", help="for the change of the budget, in a sentence")
    args = parser.parse_args()
    if args.update and not args.reason:
        parser.error("--update needs its --reason")
    with tempfile.TemporaryDirectory() as folder:
        cubin = args.cubin or Path(folder) / "kernels.cubin"
        if args.nvcc:
            compile_cubin(args.nvcc, Path(__file__).with_name("kernels.cu"), cubin)
        compiler, measured = measure(cubin)
    if args.table:
        print(table(measured))
        return 0
    if args.update:
        write_budget(args.budget, Budget(compiler, {one.shape.label: one.figures for one in measured}), args.reason)
    broken = unexplained(args.budget) + violations(compiler, measured, read_budget(args.budget))
    for line in [f"note: {line}" for line in beyond_memory(measured) + normal_draw(measured)] + broken:
        print(line)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
