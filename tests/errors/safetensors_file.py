"""Safetensors files by hand: any JSON for a header, any values behind it."""

import json
import struct
from pathlib import Path
from typing import Any, Callable

from made import Maker, Piece, large


def with_header(header: bytes, values: bytes = b"") -> bytes:
    return struct.pack("<Q", len(header)) + header + values


def large_header(*pieces: Piece) -> Maker:
    sizes = (len(piece[0]) * piece[1] if isinstance(piece, tuple) else len(piece) for piece in pieces)
    return large(struct.pack("<Q", sum(sizes)), *pieces)


def of_many_keys(count: int) -> Maker:
    """Metadata of so many keys, each another."""
    begin, end = b'{"__metadata__": {', b'"last": ""}}'

    def make(path: Path) -> None:
        with path.open("wb") as file:
            file.write(struct.pack("<Q", len(begin) + 13 * count + len(end)) + begin)
            for key in range(count):
                file.write(b'"%07d":"",' % key)
            file.write(end)
    return make


def safetensors(values: bytes, **tensors: Any) -> bytes:
    return with_header(json.dumps(tensors).encode(), values)


def tensor(shape: list[Any], begin: int, end: int, dtype: str = "F32") -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


def parts(file: bytes) -> tuple[dict[str, Any], bytes]:
    """Header and values."""
    size, = struct.unpack_from("<Q", file)
    return json.loads(file[8:8 + size]), file[8 + size:]


def with_metadata(**changes: str | None) -> Callable[[bytes], bytes]:
    """A change of metadata ('.' is '__' in the names here); None takes a key out."""
    def change(file: bytes) -> bytes:
        header, values = parts(file)
        metadata = header["__metadata__"]
        for name, value in changes.items():
            metadata[name.replace("__", ".")] = value
        header["__metadata__"] = {key: value for key, value in metadata.items() if value is not None}
        return with_header(json.dumps(header).encode(), values)
    return change
