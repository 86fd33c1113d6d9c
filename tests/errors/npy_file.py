"""NPY files by hand: any text for a header, any values behind it."""

import struct

MAGIC = b"\x93NUMPY"


def preamble(size: int, version: int = 1) -> bytes:
    """What stands before a header of that many bytes."""
    return MAGIC + bytes([version, 0]) + struct.pack("<H" if version == 1 else "<I", size)


def with_header(text: str, values: bytes = b"", version: int = 1) -> bytes:
    encoded = text.encode("utf-8" if version == 3 else "latin-1") + b"\n"
    return preamble(len(encoded), version) + encoded + values


def described(descr: str = "<f4", shape: str = "(2, 2)", order: str = "False") -> str:
    return f"{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}, }}"


def npy(shape: str, values: bytes, descr: str = "<f4", order: str = "False") -> bytes:
    return with_header(described(descr, shape, order), values)


def floats(*values: float) -> bytes:
    return struct.pack(f"<{len(values)}f", *values)
