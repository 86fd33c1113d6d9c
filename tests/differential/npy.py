"""NPY files, and what numpy makes of them."""

import io
import re
import struct
import warnings
from random import Random
from typing import Optional

import numpy

from mutation import mutated
from outcome import rows_of

TYPES = ["f4", "f8", "u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "b1"]
MAGIC = b"\x93NUMPY"

# What cuvae refuses by intent and numpy takes, beside types: single values, no rows or columns, NaN and Inf (also
# where float32 has no such number), bytes after the values, headers that numpy.save never writes (Python that is no
# plain literal of these forms).
_BLANK = r"[ \t\r\n]*"
_STRING = r"""(?:'[^']*'|"[^"]*")"""
_TUPLE = rf"\({_BLANK}(?:[0-9]+L?{_BLANK}(?:,{_BLANK}[0-9]+L?{_BLANK})*,?)?{_BLANK}\)"
_MEMBER = rf"{_BLANK}{_STRING}{_BLANK}:{_BLANK}(?:{_STRING}|True|False|{_TUPLE}){_BLANK}"
PLAIN_HEADER = re.compile(rf"{_BLANK}{{{_MEMBER}(?:,{_MEMBER})*,?{_BLANK}}}{_BLANK}")
PLAIN_TYPE = re.compile(rf"""(['"])descr\1{_BLANK}:{_BLANK}(['"])[<>|=]?(?:{'|'.join(TYPES)})\2""")


def header_text(content: bytes) -> str:
    long = content[6] > 1
    begin = 12 if long else 10
    size = struct.unpack("<I" if long else "<H", content[8:begin])[0]
    return content[begin : begin + size].decode("latin1")


def values_of(array: numpy.ndarray) -> Optional[numpy.ndarray]:
    """An array that numpy has read, as float32; None where there is no such data set."""
    if array.ndim == 0 or array.size == 0 or array.dtype.str[1:] not in TYPES:
        return None
    rows = rows_of(array)
    if array.dtype == numpy.bool_:
        return (rows.view("u1") != 0).astype("f4")
    with numpy.errstate(over="ignore"):
        values = rows.astype("f4")
    if array.dtype == numpy.uint8 and array.max() > 1:
        return values * (numpy.float32(1) / numpy.float32(255))
    return values if numpy.isfinite(values).all() else None


def _framed(version: bytes, text: bytes, payload: bytes) -> bytes:
    return MAGIC + version + struct.pack("<H" if version[0] == 1 else "<I", len(text)) + text + payload


def _without_blanks(content: bytes) -> bytes:
    """Of version 3 numpy takes no blanks after the header's last line, though it does of others."""
    if content[6:7] != b"\3" or len(content) < 12:
        return content
    size = struct.unpack("<I", content[8:12])[0]
    text = content[12 : 12 + size]
    whole = len(text) == size <= 10_000  # more numpy does not read
    return _framed(content[6:8], text.rstrip(), content[12 + size :]) if whole else content


def read(content: bytes) -> Optional[numpy.ndarray]:
    file = io.BytesIO(_without_blanks(content))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            array = numpy.lib.format.read_array(file, allow_pickle=False)
    except Exception:  # whatever numpy raises: it does not take it
        return None
    text = header_text(content)
    if not PLAIN_HEADER.fullmatch(text) or not PLAIN_TYPE.search(text) or file.read(1):
        return None
    return values_of(array)


def _array(random: Random) -> numpy.ndarray:
    kind = random.choice(TYPES)
    shape = tuple(random.choice([1, 1, 2, 3, 5, 7]) for _ in range(random.choice([1, 2, 2, 2, 3, 4])))
    if random.random() < 0.06:
        shape = random.choice([(), (0,), (0, 3), (3, 0), (2, 0, 2)])
    numbers = numpy.array([random.getrandbits(64) for _ in range(int(numpy.prod(shape)))], "u8")
    if kind[0] == "f":
        small = [random.gauss(0, 10.0 ** random.randint(-3, 3)) for _ in numbers]
        values = numpy.array(small, kind)
        if values.size and random.random() < 0.1:
            values[random.randrange(values.size)] = random.choice([numpy.nan, numpy.inf, -numpy.inf, 3e38, 1e-42])
        if values.size and kind == "f8" and random.random() < 0.1:
            values[random.randrange(values.size)] = random.choice([3.5e38, 1e300, -1e39, 1e-300])
    elif kind == "b1":
        values = numbers % 2 == 0
    elif kind == "u1" and random.random() < 0.3:
        values = (numbers % 2).astype("u1")
    else:
        values = numbers.astype(kind)
    order = random.choice("<>")
    return values.reshape(shape).astype(order + kind, order=random.choice("CF"))


def _other(random: Random) -> numpy.ndarray:
    kind = random.choice(["f2", "c8", "c16", "U3", "S2", "M8[s]", "m8[ns]", "V4", "g", [("x", "f4"), ("y", "i2")]])
    return numpy.zeros((2, 2), kind)


def _edited(random: Random, content: bytes) -> bytes:
    """With another header than numpy.save writes, of the right length."""
    text = header_text(content)
    payload = content[(12 if content[6] > 1 else 10) + len(text) :]
    old, new = random.choice([
        ("'", '"'), (" ", ""), (", ", " ,\t"), ("False", "True"), ("True", "False"), ("False", "0"), ("False", "None"),
        ("(", "["), ("(", "(("), ("(", "(-"), ("(", "(1, "), ("(", "(0x"), ("(", "(1_"), ("(", "(9" + "0" * 18),
        (",)", ")"), (")", ",)"), (", }", "}"), (", }", ",, }"), ("{", " {"), ("{", "{'x': 1, "), ("}", "} #"),
        ("'shape'", "'Shape'"), ("'descr'", "b'descr'"), ("'descr'", "'de\\x73cr'"), ("shape", "descr"),
        ("'<", "'="), ("'<", "'|"), ("'<", "'"), ("'>", "'<"), ("'|", "'>"), ("f4", "f04"), ("f4", "float32"),
        ("'<f4'", "'f'"), ("'|b1'", "'?'"), ("1", "1L"), ("\n", ""), ("\n", "\n\n"), ("1", "١"), ("'", "'''"),
    ])
    text = text.replace(old, new, random.choice([1, -1]))
    if random.random() < 0.2:
        text += " " * random.choice([1, 100, 9000, 10000])
    encoded = text.encode("utf-8", "replace")
    version = random.choice([1, 1, 2]) if "L" in text else random.choice([1, 1, 2, 3])
    return _framed(bytes([version, 0]), encoded, payload)


def written(array: numpy.ndarray, version: tuple[int, int]) -> bytes:
    file = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        numpy.lib.format.write_array(file, array, version=version)
    return file.getvalue()


def make(random: Random) -> bytes:
    array = _other(random) if random.random() < 0.04 else _array(random)
    content = written(array, (random.choice([1, 1, 2, 3]), 0))
    chance = random.random()
    if chance < 0.35:
        content = _edited(random, content)
    elif chance < 0.55:
        content = content[: len(MAGIC)] + mutated(random, content[len(MAGIC) :])
    elif chance < 0.6:
        content = content[: random.randrange(len(MAGIC), len(content))]
    elif chance < 0.65:
        content += bytes(random.choice([1, 4, 100]))
    return content
