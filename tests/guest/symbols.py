"""What the built archives call and export.

calls             nothing that prints, ends the process or changes its state
exports           a shared library that holds the archives exports no symbol of cuvae, CUDA, CUB or Thrust
instruction_sets  objects compiled for AVX2 define no symbol that the linker may merge with another
                  object's: it would put AVX2 code into functions that run on every machine
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path
from typing import Iterator, NamedTuple

from sources import report

SKIP = 77

# omp_set_num_threads is none of them: it sets a limit of the calling thread alone (src/cpu/gemm.cpp restores it).
FORBIDDEN_CALLS = re.compile(
    r"(__)?v?f?printf(_chk)?|puts|fputs|putchar|perror|stdout|stderr"
    r"|exit|_exit|_Exit|quick_exit|abort"
    r"|setlocale|signal|sigaction|srand|rand|setenv|putenv|chdir|umask"
    r"|(openblas|goto)_set_num_threads"
    r"|std::(cout|cerr|clog)|std::ios_base::Init::Init\(\)|std::locale::global\(.*")

OWN_OR_NVIDIAS = re.compile(r"cuvae|\b(cub|thrust|cuda|nvtx3)::|\b(__)?(cuda[A-Z]|fatbin|nv_?fatbin)")
OWN_CODE = re.compile(r"\bcpu::avx2\b|\bN_AVX2\b")
CCCL = re.compile(r"\b(cub|thrust)::")
ONLY_AN_INCLUDE = "std::ios_base::Init::Init()"  # CUB and Thrust include <iostream>, and print nothing
ONLY_A_POINTER = "DW.ref.__gxx_personality_v0"  # to what exceptions need; no instructions


class Symbol(NamedTuple):
    object: str  # position and name: two objects of an archive may have the same name
    kind: str    # nm's letter
    name: str    # demangled


def symbols(nm: str, files: list[str], *options: str) -> Iterator[Symbol]:
    """The symbols of archives, or of a shared library."""
    for file in files:
        yield from symbols_of(nm, file, *options)


def symbols_of(nm: str, file: str, *options: str) -> Iterator[Symbol]:
    text = subprocess.run([nm, "-C", *options, file], check=True, capture_output=True, text=True).stdout
    member, members = file, 0
    for line in text.splitlines():
        if header := re.fullmatch(r"(\S+):", line):
            members += 1
            member = f"{Path(file).name} #{members} {header[1]}"
        elif symbol := re.fullmatch(r"[0-9a-f ]* (?P<kind>[A-Za-z]) (?P<name>.+)", line):
            yield Symbol(member, symbol["kind"], symbol["name"])


def calls(args: argparse.Namespace) -> list[str]:
    with_cccl = {symbol.object for symbol in symbols(args.nm, args.archives, "--defined-only")
                 if CCCL.search(symbol.name)}
    return [f"{symbol.object}: calls {symbol.name}"
            for symbol in symbols(args.nm, args.archives, "--undefined-only")
            if FORBIDDEN_CALLS.fullmatch(symbol.name.split("@")[0])
            and not (symbol.object in with_cccl and symbol.name == ONLY_AN_INCLUDE)]


def exports(args: argparse.Namespace) -> list[str]:
    return [f"{args.shared}: exports {symbol.name}"
            for symbol in symbols(args.nm, [args.shared], "--dynamic", "--defined-only")
            if OWN_OR_NVIDIAS.search(symbol.name)]


def instruction_sets(args: argparse.Namespace) -> list[str]:
    defined = list(symbols(args.nm, args.archives, "--defined-only"))
    for_avx2 = {symbol.object for symbol in defined if "avx2" in symbol.object or OWN_CODE.search(symbol.name)}
    return [f"{symbol.object}: weak symbol outside cpu::avx2: {symbol.name}"
            for symbol in defined
            if symbol.object in for_avx2 and symbol.kind in "WwVvu"
            and symbol.name != ONLY_A_POINTER and not OWN_CODE.search(symbol.name)]


def instrumented(args: argparse.Namespace) -> bool:
    return any(re.match(r"__(asan|tsan|ubsan)_", symbol.name)
               for symbol in symbols(args.nm, args.archives, "--undefined-only"))


def main() -> int:
    checks = {"calls": calls, "exports": exports, "instruction_sets": instruction_sets}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("check", choices=checks)
    parser.add_argument("--nm", required=True)
    parser.add_argument("--archives", required=True, nargs="+")
    parser.add_argument("--shared", required=True)
    args = parser.parse_args()
    if args.check != "exports" and instrumented(args):
        print("skipped: a sanitizer adds symbols of its own to the archives")
        return SKIP
    return report(checks[args.check](args))


if __name__ == "__main__":
    sys.exit(main())
