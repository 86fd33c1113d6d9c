"""Gzip of NPY and IDX files, and IDX files alone; what Python's gzip and numpy make of them."""

import gzip
import struct
import zlib
from random import Random
from typing import Optional

import numpy

import npy
from mutation import mutated

IDX_TYPES = {8: ">u1", 9: ">i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}


def read_idx(content: bytes) -> Optional[numpy.ndarray]:
    if len(content) < 4 or content[2] not in IDX_TYPES:
        return None
    kind, rank = numpy.dtype(IDX_TYPES[content[2]]), content[3]
    begin = 4 + 4 * rank
    if rank == 0 or len(content) < begin:
        return None
    shape = struct.unpack(f">{rank}I", content[4:begin])
    size = kind.itemsize
    for extent in shape:
        size *= extent
    if size == 0 or size != len(content) - begin:
        return None
    array = numpy.frombuffer(content[begin:], kind).reshape(shape)
    if kind == numpy.uint8 and array.max() <= 1:  # pixels, whatever they are
        return npy.rows_of(array).astype("f4") * (numpy.float32(1) / numpy.float32(255))
    return npy.values_of(array)


def read_plain(content: bytes) -> Optional[numpy.ndarray]:
    if content.startswith(npy.MAGIC):
        return npy.read(content)
    return read_idx(content) if content.startswith(b"\0\0") else None


def read(content: bytes) -> Optional[numpy.ndarray]:
    if not content.startswith(b"\x1f\x8b"):
        return read_plain(content)
    # zlib looks at a checksum of a member's header and at flags that mean nothing, Python at neither.
    rest, plain = content, b""
    while rest:
        member = zlib.decompressobj(wbits=31)
        try:
            plain += member.decompress(rest, 1 << 24)
        except zlib.error:
            return None
        if not member.eof:
            return None
        rest = member.unused_data
    try:
        assert gzip.decompress(content) == plain
    except (OSError, EOFError, zlib.error):
        return None
    return read_plain(plain)


def _idx(random: Random) -> bytes:
    kind = numpy.dtype(IDX_TYPES[random.choice(list(IDX_TYPES))])
    shape = tuple(random.choice([1, 2, 3, 4]) for _ in range(random.choice([1, 2, 3, 4])))
    if kind.kind == "f":
        values = numpy.array([random.gauss(0, 1) for _ in range(int(numpy.prod(shape)))], kind)
    else:
        values = numpy.array([random.randrange(100) for _ in range(int(numpy.prod(shape)))], kind)
    code = next(code for code, name in IDX_TYPES.items() if numpy.dtype(name) == kind)
    return bytes([0, 0, code, len(shape)]) + struct.pack(f">{len(shape)}I", *shape) + values.tobytes()


def _member(random: Random, plain: bytes) -> bytes:
    """A member with parts that gzip(1) seldom writes."""
    flags = random.choice([0, 0, 0, 2, 4, 8, 16, 8 + 16, 4 + 8, 0x20])
    head = b"\x1f\x8b\x08" + bytes([flags]) + bytes(4) + b"\0\xff"
    head += struct.pack("<H", 3) + b"abc" if flags & 4 else b""
    head += b"name\0" if flags & 8 else b""
    head += b"a comment\0" if flags & 16 else b""
    head += struct.pack("<H", zlib.crc32(head) & 0xFFFF) if flags & 2 else b""
    body = zlib.compressobj(random.randrange(10), wbits=-15)
    return head + body.compress(plain) + body.flush() + struct.pack("<II", zlib.crc32(plain), len(plain))


def make(random: Random) -> bytes:
    plain = npy.make(random) if random.random() < 0.5 else _idx(random)
    if plain.startswith(b"\0\0") and random.random() < 0.5:
        return b"\0\0" + mutated(random, plain[2:]) if random.random() < 0.5 else plain
    cut = random.randrange(len(plain) + 1) if random.random() < 0.3 else len(plain)
    content = _member(random, plain[:cut]) + (_member(random, plain[cut:]) if cut < len(plain) else b"")
    chance = random.random()
    if chance < 0.3:
        content = content[:2] + mutated(random, content[2:])
    elif chance < 0.4:
        content = content[: random.randrange(2, len(content))]
    elif chance < 0.45:
        content += random.choice([b"more", b"\x1f\x8b", b"\x1f"])
    return content
