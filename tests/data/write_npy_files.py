"""Writes NPY files of every type, byte order, memory order, version and number of dimensions.

usage: write_npy_files.py DIRECTORY

Value i (counted row by row) is i * 37 % 101 of an unsigned type, less 50 of a signed one, less 50 and
divided by 4 of a float, and i % 3 == 0 of a bool. The names say the rest: TYPE-ORDER-LAYOUT-VERSION-SHAPE.npy
"""

import sys
from pathlib import Path

import numpy

TYPES = ["f4", "f8", "u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "b1"]
SHAPES = [(7,), (5, 6), (3, 4, 5), (3, 4, 5, 1), (2, 3, 2, 5)]


def values(kind: str, shape: tuple[int, ...]) -> numpy.ndarray:
    i = numpy.arange(numpy.prod(shape)).reshape(shape)
    if kind == "b":
        return i % 3 == 0
    value = i * 37 % 101
    return value if kind == "u" else value - 50 if kind == "i" else (value - 50) / 4


def main() -> None:
    directory = Path(sys.argv[1])
    for name in TYPES:
        for shape in SHAPES:
            for order in "<>":
                for layout in "CF":
                    array = numpy.array(values(name[0], shape), dtype=order + name, order=layout)
                    text = "x".join(map(str, shape))
                    for version in (1, 2, 3):
                        file = f"{name}-{'little' if order == '<' else 'big'}-{layout}-v{version}-{text}.npy"
                        with open(directory / file, "wb") as out:
                            numpy.lib.format.write_array(out, array, version=(version, 0), allow_pickle=False)
    numpy.save(directory / "binary.npy", numpy.eye(16, dtype="u1"))
    numpy.save(directory / "objects.npy", numpy.array([{}, None]), allow_pickle=True)
    numpy.save(directory / "records.npy", numpy.zeros(3, dtype=[("a", "f4"), ("b", "i4")]))


if __name__ == "__main__":
    main()
