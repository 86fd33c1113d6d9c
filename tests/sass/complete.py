"""Holds kernels.cu to its word: the kernels that it starts are those that the library can start.

usage: complete.py --cubin FILE --libraries FILE...
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

from cubin import read
from shape import demangled, readable

STUB = "__device_stub_"  # what the compiler calls the host's side of a kernel, before its mangled name


def started_by(libraries: list[Path]) -> set[str]:
    symbols = subprocess.run(["nm", *map(str, libraries)], check=True, capture_output=True, text=True).stdout
    names = [rest[:int(length) - len(STUB)]
             for length, rest in re.findall(rf"L(\d+){STUB}(_ZN5cuvae4cuda\w+)", symbols)]
    return labels(names)


def labels(names: list[str]) -> set[str]:
    return {as_types(readable(name)) for name in demangled(sorted(set(names)))}


def as_types(name: str) -> str:
    """So many floats, under the name that any types have."""
    return re.sub(r"Floats<(\d+)>", lambda found: f"Types<{', '.join(['float'] * int(found[1]))}>", name)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cubin", type=Path, required=True)
    parser.add_argument("--libraries", type=Path, nargs="+", required=True)
    arguments = parser.parse_args()
    started = started_by(arguments.libraries)
    counted = labels([kernel.name for kernel in read(arguments.cubin).kernels])
    if not started:
        print(f"no kernels found in {', '.join(map(str, arguments.libraries))}")
    for name in sorted(started - counted):
        print(f"{name}: cuvae starts it, kernels.cu does not")
    for name in sorted(counted - started):
        print(f"{name}: kernels.cu starts it, cuvae does not")
    return 0 if started == counted and started else 1


if __name__ == "__main__":
    sys.exit(main())
