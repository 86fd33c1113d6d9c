"""Makes files, right and wrong, and compares what cuvae reads of them with what Python's readers do.

usage: compare.py --reader PATH [--files N] [--seed N] [--keep FOLDER] [FORMAT...]

Both must take or refuse each file, and agree on every value. What differs is kept in FOLDER. Ends with 77 (skipped)
where there is no numpy.
"""

import argparse
import io
import random
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import numpy  # noqa: F401
except ImportError:
    print("compare.py: skipped, there is no numpy")
    sys.exit(77)

import archive
import compressed
import npy
import safetensors
import table
from mutation import Damaged
from outcome import Answers, same, shown

# And shares of all files.
FORMATS = {"npy": (npy, 25), "gz": (compressed, 15), "npz": (archive, 15), "csv": (table, 20), "safetensors": (safetensors, 25)}
LEAST_OF_EACH = 0.1  # files that are taken, and refused: else the comparison says little


def answers(reader: str, paths: list[Path]) -> Answers:
    result = subprocess.run([reader], input="\n".join(map(str, paths)).encode(), stdout=subprocess.PIPE, check=True)
    return Answers(io.BytesIO(result.stdout))


def compare(name: str, reader: str, count: int, seed: int, folder: Path, keep: Path) -> int:
    """The number of files on which the readers differ."""
    module = FORMATS[name][0]
    generator = random.Random(f"{name} {seed}")
    contents = [module.make(generator) for _ in range(count)]
    paths = [folder / f"{i}.{name}" for i in range(count)]
    for path, content in zip(paths, contents):
        path.write_bytes(content)
    theirs, taken, differ = answers(reader, paths), 0, 0
    for path, content in zip(paths, contents):
        ours, (answer, reason) = module.read(content), theirs.next()
        taken += ours is not None
        if same(ours, answer) or (answer is None and isinstance(content, Damaged)):
            continue
        differ += 1
        keep.mkdir(parents=True, exist_ok=True)
        (keep / path.name).write_bytes(content)
        print(f"{keep / path.name}: {content[:200]!r}\n  Python: {shown(ours)}\n  cuvae:  {shown(answer)} {reason}")
    print(f"{name}: {count} files, {taken} taken, {count - taken} refused, {differ} differ")
    if min(taken, count - taken) < LEAST_OF_EACH * count:
        print(f"{name}: too few files of one kind")
        differ += 1
    return differ


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reader", required=True, help="the executable of read_values.cpp")
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, default=Path("differ"))
    parser.add_argument("formats", nargs="*", metavar="FORMAT", choices=[*FORMATS, []])
    args = parser.parse_args()
    chosen = args.formats or list(FORMATS)
    shares = sum(FORMATS[name][1] for name in chosen)
    differ = 0
    with tempfile.TemporaryDirectory() as folder:
        for name in chosen:
            count = args.files * FORMATS[name][1] // shares
            differ += compare(name, args.reader, count, args.seed, Path(folder), args.keep)
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
