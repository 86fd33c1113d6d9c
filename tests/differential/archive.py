"""Archives of arrays (NPZ), sparse matrices of scipy among them, and what zipfile and numpy make of them."""

import io
import zipfile
import zlib
from random import Random
from typing import Optional

import numpy

import npy
from mutation import Damaged, mutated

CSR = ("indices", "indptr", "format", "shape", "data")


def _dense(arrays: dict[str, bytes]) -> Optional[numpy.ndarray]:
    """Of a matrix in CSR, its rows as float32. By intent: not one that is all zeros."""
    plain = {name: numpy.load(io.BytesIO(content), allow_pickle=False) for name, content in arrays.items()}
    rows, columns = (int(extent) for extent in plain["shape"])
    indptr, indices, data = plain["indptr"], plain["indices"], plain["data"]
    if data.size == 0 or data.shape != indices.shape or indptr.shape != (rows + 1,) or rows * columns == 0:
        return None
    if indptr[0] != 0 or indptr[-1] != data.size or (numpy.diff(indptr.astype("i8")) < 0).any():
        return None
    if (indices < 0).any() or (indices >= columns).any():
        return None
    dense = numpy.zeros((rows, columns), "f4")
    with numpy.errstate(over="ignore"):
        for row in range(rows):
            for at in range(indptr[row], indptr[row + 1]):
                dense[row, indices[at]] += numpy.float32(data[at])
    return dense if numpy.isfinite(dense).all() else None


def _members(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name[:-4]: archive.read(name) for name in archive.namelist() if name.endswith(".npy")}


def read(content: bytes) -> Optional[numpy.ndarray]:
    try:
        arrays = _members(content)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError):
        return None
    if "format" in arrays and "shape" in arrays:
        return _dense(arrays)
    return npy.read(next(iter(arrays.values()))) if len(arrays) == 1 else None


def _csr(random: Random) -> dict[str, bytes]:
    rows, columns = random.choice([1, 2, 5]), random.choice([1, 3, 8])
    places = [sorted(random.choices(range(columns), k=random.randrange(4))) for _ in range(rows)]
    indices = [column for row in places for column in row]
    indptr = numpy.cumsum([0] + [len(row) for row in places])
    values = numpy.array([random.choice([-1, 1]) * random.randrange(1, 100) for _ in indices])
    arrays = {"indices": numpy.array(indices), "indptr": indptr}
    chance = random.random()
    if chance < 0.1 and indices:
        arrays["indices"][random.randrange(len(indices))] = random.choice([-1, columns])
    elif chance < 0.2:
        arrays["indptr"][random.randrange(rows + 1)] += random.choice([-1, 1])
    elif chance < 0.25:
        arrays["indptr"] = arrays["indptr"][:-1]
    arrays = {name: array.astype(random.choice(["<i4", "<i8", ">i4"])) for name, array in arrays.items()}
    arrays |= {"format": numpy.array(b"csr"), "shape": numpy.array([rows, columns], "<i8"),
               "data": values.astype(random.choice(["<f4", "<f8", ">f4", "<i8", "i1"]))}
    return {name: npy.written(arrays[name], (1, 0)) for name in CSR}


def make(random: Random) -> bytes:
    if random.random() < 0.4:
        arrays = _csr(random)
    else:
        names = random.sample(["arr_0", "x", "folder/y", "é", "a b"], random.choice([1, 1, 1, 1, 1, 2]))
        arrays = {name: npy.make(random) for name in names}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in arrays.items():
            method = random.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
            archive.writestr(zipfile.ZipInfo(name + ".npy"), content, method, random.randrange(10))
        if random.random() < 0.1:
            archive.writestr("readme.txt", "no array")
        if random.random() < 0.05:
            archive.comment = b"a comment"
    content = file.getvalue()
    if random.random() < 0.2:
        return Damaged(b"PK\3\4" + mutated(random, content[4:]))
    return content
