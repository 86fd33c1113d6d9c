"""Words the library does without: printing, ending the process, its global state; CUDA outside its rooms.

usage: forbidden_words.py REPOSITORY
"""

import re
import sys
from pathlib import Path

from sources import lines, report

# What may not be said -> (the words, the places that may).
RULES = {
    "the library never prints": (
        r"\bstd::(cout|cerr|clog)\b|<iostream>|\b(f|v|vf)?printf\s*\(|\bf?puts\s*\(|\bputchar\s*\(|\bperror\s*\(",
        ("src/cli/",)),
    "the library never ends the process": (
        r"\b(std::|::)?(abort|exit|_exit|_Exit|quick_exit|terminate)\s*\(",
        ("src/cli/",)),
    "the library leaves the state of the process alone": (
        r"\b(setlocale|signal|sigaction|srand|rand|setenv|putenv|chdir|umask)\s*\("
        r"|\bstd::locale::global\b|\b(openblas|goto)_set_num_threads\b",
        ("src/cli/",)),
    "only src/cuda, kernels/cuda and cuvae/cuda.hpp know CUDA": (
        r"<<<|cuda_runtime|cublas|cudaStream",
        ("src/cuda/", "kernels/cuda/", "include/cuvae/cuda.hpp")),
}


def main() -> int:
    violations = []
    for line in lines(Path(sys.argv[1]), "include", "kernels", "src"):
        for rule, (words, exempt) in RULES.items():
            if not line.file.startswith(exempt) and re.search(words, line.text):
                violations.append(f"{line}: {rule}: {line.text.strip()}")
    return report(violations)


if __name__ == "__main__":
    sys.exit(main())
