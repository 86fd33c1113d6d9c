"""Gzip files by hand: with what follows, and ones that inflate to far more than they are."""

import struct
import zlib

from made import MIB

HEADER = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"


def raw(content: bytes, flush: int = zlib.Z_FINISH) -> bytes:
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    return deflate.compress(content) + deflate.flush(flush)


def trailer(content: bytes) -> bytes:
    return struct.pack("<II", zlib.crc32(content), len(content) % (1 << 32))


def gz(content: bytes) -> bytes:
    return HEADER + raw(content) + trailer(content)


def zeros(start: bytes, zeros_mib: int) -> bytes:
    """The deflate stream of a start and of many zeros, a thousandth of what it inflates to."""
    a_mib = raw(bytes(MIB), zlib.Z_FULL_FLUSH)  # ends at a byte, and refers to nothing before it: may be repeated
    return raw(start, zlib.Z_FULL_FLUSH) + a_mib * zeros_mib + raw(b"")


def bomb(start: bytes, zeros_mib: int, crc: int) -> bytes:
    """What begins with `start` and goes on with zeros, and claims this checksum."""
    size = (len(start) + zeros_mib * MIB) % (1 << 32)
    return HEADER + zeros(start, zeros_mib) + struct.pack("<II", crc, size)
