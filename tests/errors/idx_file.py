"""IDX files by hand: any type, any extents, any values behind them."""

import struct

U8, I8, I16, I32, F32, F64 = 0x08, 0x09, 0x0B, 0x0C, 0x0D, 0x0E


def header(extents: tuple[int, ...], code: int = U8) -> bytes:
    return struct.pack(f">BBBB{len(extents)}I", 0, 0, code, len(extents), *extents)


def idx(extents: tuple[int, ...], values: bytes, code: int = U8) -> bytes:
    return header(extents, code) + values


def numbers(letter: str, *values: float) -> bytes:
    """Big-endian, as IDX has them; the letter is struct's."""
    return struct.pack(f">{len(values)}{letter}", *values)
