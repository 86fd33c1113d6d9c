"""PNG pictures by hand, with any header and any chunks."""

import struct
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"
GREY, RGB, PALETTE, GREY_ALPHA, RGBA = 0, 2, 3, 4, 6  # types of colour
CHANNELS = {GREY: 1, RGB: 3, PALETTE: 1, GREY_ALPHA: 2, RGBA: 4}


def chunk(kind: bytes, content: bytes, crc: int | None = None) -> bytes:
    crc = zlib.crc32(kind + content) if crc is None else crc
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", crc)


def header(width: int, height: int, colour: int = GREY, depth: int = 8, interlaced: int = 0) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced))


def pixels(width: int, height: int, colour: int = GREY, depth: int = 8) -> bytes:
    """Black ones."""
    row = b"\0" + bytes(-(-width * CHANNELS[colour] * depth // 8))
    return chunk(b"IDAT", zlib.compress(row * height))


END = chunk(b"IEND", b"")


def png(width: int, height: int, colour: int = GREY, depth: int = 8, before: bytes = b"") -> bytes:
    """With chunks before its pixels."""
    return SIGNATURE + header(width, height, colour, depth) + before + pixels(width, height, colour, depth) + END
