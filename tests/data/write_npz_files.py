"""Writes archives as numpy.savez and scipy.sparse.save_npz do.

usage: write_npz_files.py DIRECTORY

dense-HOW.npz holds x, f4 of 5 x 6. several.npz holds images, labels and others. csr-TYPE-ORDER-INDEX.npz is a sparse
matrix in the layout of scipy (which need not be here), csr-TYPE-ORDER-INDEX.npy the same, dense, in f4.
"""

import sys
from pathlib import Path

import numpy

TYPES = ["f4", "f8", "u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "b1"]


def sparse(dense: numpy.ndarray, index: str, order: str) -> dict[str, numpy.ndarray]:
    rows, cols = dense.nonzero()
    indptr = numpy.concatenate([[0], numpy.cumsum(numpy.bincount(rows, minlength=len(dense)))])
    return {
        "indices": cols.astype(order + index),
        "indptr": indptr.astype(order + index),
        "format": numpy.array(b"csr"),
        "shape": numpy.array(dense.shape),
        "data": dense[rows, cols],
    }


def main() -> None:
    directory = Path(sys.argv[1])
    x = numpy.arange(30, dtype="f4").reshape(5, 6)
    numpy.savez(directory / "dense-stored.npz", x=x)
    numpy.savez_compressed(directory / "dense-deflated.npz", x=x)
    numpy.savez(directory / "dense-fortran.npz", x=numpy.array(x, dtype=">f4", order="F"))
    numpy.savez_compressed(
        directory / "several.npz",
        images=numpy.arange(120, dtype="u1").reshape(5, 4, 6),
        labels=numpy.arange(5),
        step=numpy.array(7),
        **{"übung/één": x},
    )
    numpy.savez(directory / "objects.npz", x=numpy.array([{}, None]))
    numpy.savez(directory / "none.npz")

    random = numpy.random.default_rng(1)
    for name in TYPES:
        for order in "<>":
            dense = random.integers(0 if name[0] in "ub" else -100, 100, (50, 40))
            dense[random.random(dense.shape) < 0.8] = 0
            dense[[0, 7, 8, 49]] = 0
            dense = dense.astype(order + name)
            for index in ("i4", "i8"):
                base = f"csr-{name}-{'little' if order == '<' else 'big'}-{index}"
                numpy.savez_compressed(directory / f"{base}.npz", **sparse(dense, index, order))
                numpy.save(directory / f"{base}.npy", dense.astype("f4"))
    small = sparse(numpy.eye(4, dtype="f4"), "i4", "<")
    numpy.savez(directory / "array.npz", _is_array=numpy.array(True), **small)
    numpy.savez(directory / "unicode.npz", **{**small, "format": numpy.array("csr")})
    for other in ("csc", "bsr", "dia"):
        numpy.savez(directory / f"{other}.npz", **{**small, "format": numpy.array(other.encode())})
    numpy.savez(
        directory / "coo.npz",
        row=small["indices"], col=small["indices"], data=small["data"],
        format=numpy.array(b"coo"), shape=numpy.array([4, 4]),
    )


if __name__ == "__main__":
    main()
