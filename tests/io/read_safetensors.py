"""Reads a safetensors file by the format's description alone and prints what is in it, one line per tensor.

usage: read_safetensors.py FILE

Where the module `safetensors` is installed, it must read the same.
"""

import json
import struct
import sys

import numpy

TYPES = {"F32": "<f4", "F64": "<f8", "I64": "<i8", "U8": "u1"}


def parse(content: bytes) -> tuple[dict[str, str], dict[str, numpy.ndarray]]:
    (length,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8:8 + length].decode("utf-8"))
    data = content[8 + length:]
    assert length % 8 == 0, "the data is not aligned"
    metadata = header.pop("__metadata__", {})
    tensors, end = {}, 0
    for name, tensor in header.items():
        begin, after = tensor["data_offsets"]
        assert begin == end, f"a hole or an overlap at {name}"
        values = numpy.frombuffer(data[begin:after], TYPES[tensor["dtype"]])
        tensors[name], end = values.reshape(tensor["shape"]), after
    assert end == len(data), "bytes after the last tensor"
    return metadata, tensors


def check_with_module(path: str, tensors: dict[str, numpy.ndarray]) -> None:
    try:
        from safetensors.numpy import load_file
    except ImportError:
        print("not checked with the module safetensors, which is not installed", file=sys.stderr)
        return
    theirs = load_file(path)
    assert theirs.keys() == tensors.keys()
    for name, ours in tensors.items():
        assert theirs[name].dtype == ours.dtype and theirs[name].shape == ours.shape, name
        assert theirs[name].tobytes() == ours.tobytes(), name


def main() -> None:
    path = sys.argv[1]
    with open(path, "rb") as file:
        metadata, tensors = parse(file.read())
    check_with_module(path, tensors)
    print(json.dumps(metadata, sort_keys=True))
    for name, values in tensors.items():
        print(json.dumps(name), values.dtype.name, list(values.shape), values.ravel().tolist())


if __name__ == "__main__":
    main()
