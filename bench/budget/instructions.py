#!/usr/bin/env python3
"""Counts the instructions of a training step on the CPU, phase by phase, and compares them with bench/budget.json.

usage: instructions.py --program BENCH_INSTRUCTIONS --budget FILE [--update --reason TEXT]

Fails where a phase, or the step, has grown by more than 3 %, or where the budget was changed without a reason. The
count is callgrind's, of one thread, with the AVX2 loops and OpenBLAS's Haswell kernels. It ends with 77 (skipped)
where valgrind or AVX2 is missing. Figures of another compiler or OpenBLAS are not compared.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from budget_file import GROWTH, read, unexplained, write_section

SECTION = "cpu_step"
SKIPPED = 77
SLACK = 5000  # instructions: of a phase so short that its surroundings count


def count(program: Path) -> tuple[str, dict[str, int]]:
    """What built the program; and the instructions of each phase, in the order of the step."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "counts"
        ran = subprocess.run(["valgrind", "--tool=callgrind", "--instr-atstart=no", "--collect-atstart=no",
                              f"--callgrind-out-file={out}",
                              str(program)], check=True, capture_output=True, text=True,
                             env={**os.environ, "OPENBLAS_CORETYPE": "Haswell", "OMP_NUM_THREADS": "1"})
        dumps = sorted((path for path in Path(folder).iterdir() if path.suffix.lstrip(".").isdigit()),
                       key=lambda path: int(path.suffix.lstrip(".")))
        return ran.stdout.strip(), dict(phase(dump.read_text(encoding="utf-8")) for dump in dumps)


def phase(dump: str) -> tuple[str, int]:
    name = re.search(r"^desc: Trigger: Client Request: (.*)$", dump, re.MULTILINE)
    total = re.search(r"^totals: (\d+)$", dump, re.MULTILINE)
    if not name or not total:
        raise ValueError("callgrind wrote a dump without a name or a total")
    return name[1], int(total[1])


def grown(found: dict[str, int], allowed: dict[str, int]) -> list[str]:
    """Phases that only one side has, and what has grown."""
    lines = [f"{name}: has no budget" for name in found.keys() - allowed.keys()]
    lines += [f"{name}: has a budget but is no more" for name in allowed.keys() - found.keys()]
    both = {name: (found[name], allowed[name]) for name in found.keys() & allowed.keys()}
    both["the step"] = (sum(found.values()), sum(allowed.values()))
    lines += [f"{name}: {now} instructions, budget {before} ({now / before - 1:+.1%})"
              for name, (now, before) in both.items() if now > max(before * GROWTH, before + SLACK)]
    return sorted(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", type=Path, required=True)
    parser.add_argument("--budget", type=Path, required=True)
    parser.add_argument("--update", action="store_true", help="writes the budget anew")
    parser.add_argument("--reason", help="for the change, in a sentence")
    args = parser.parse_args()
    if args.update and not args.reason:
        parser.error("--update needs its --reason")
    if not shutil.which("valgrind"):
        print("skipped: there is no valgrind")
        return SKIPPED
    if "avx2" not in Path("/proc/cpuinfo").read_text(encoding="utf-8"):
        print("skipped: this processor has no AVX2, and runs other instructions")
        return SKIPPED

    compiler, found = count(args.program)
    if args.update:
        write_section(args.budget, SECTION, {"compiler": compiler, "instructions": found}, args.reason)
    section = read(args.budget).get(SECTION, {"compiler": "", "instructions": {}})
    broken = unexplained(args.budget)
    if section["compiler"] == compiler:
        broken += grown(found, section["instructions"])
    else:
        print(f"note: the budget is of {section['compiler']}; figures of {compiler} are not compared")
    print(f"{sum(found.values())} instructions a step")
    print("\n".join(broken))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
