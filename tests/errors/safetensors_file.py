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


def of_many_tensors(count: int) -> Maker:
    """So many empty tensors, the last of them of a type that is unknown."""
    tensor = b'"%07d":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},'
    end = b'"last":{"dtype":"U9","shape":[0],"data_offsets":[0,0]}}'

    def make(path: Path) -> None:
        with path.open("wb") as file:
            file.write(struct.pack("<Q", 1 + len(tensor % 0) * count + len(end)) + b"{")
            for index in range(count):
                file.write(tensor % index)
            file.write(end)
    return make


def of_many_texts(count: int) -> Maker:
    """Metadata of so many texts of almost 1 MiB."""
    text = (b",", (1 << 20) - 16)
    pieces = [piece for index in range(count) for piece in (b'"%07d":"' % index, text, b'",')]
    return large_header(b'{"__metadata__":{', *pieces, b'"last":""}}')


def safetensors(values: bytes, **tensors: Any) -> bytes:
    return with_header(json.dumps(tensors).encode(), values)


def tensor(shape: list[Any], begin: int, end: int, dtype: str = "F32") -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


def parts(file: bytes) -> tuple[dict[str, Any], bytes]:
    """Header and values; without the checksum, so that what is changed is looked at for itself."""
    size, = struct.unpack_from("<Q", file)
    header = json.loads(file[8:8 + size])
    for key in ("cuvae.checksum", "cuvae.format"):
        header["__metadata__"].pop(key, None)
    return header, file[8 + size:]


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
