"""Safetensors files that are none, and checkpoints that were changed."""

import json
import struct

from idx_file import idx
from made import MODEL, STATE, as_trained, edited
from npy_file import floats, npy
from safetensors_file import (large_header, of_many_keys, of_many_tensors, of_many_texts, parts, safetensors, tensor,
                              with_header, with_metadata)
from section import Section

SAFETENSORS = Section("Safetensors", file="model.safetensors", command="cuvae info model.safetensors")
row = SAFETENSORS.row

PAIR = bytes(8)
HINT = "damaged or not safetensors"


def one(shape: list[object], begin: int = 0, end: int = 8, dtype: str = "F32") -> bytes:
    return safetensors(PAIR, w=tensor(shape, begin, end, dtype))


def two(a: tuple[int, int], b: tuple[int, int], size: int) -> bytes:
    return safetensors(bytes(size), a=tensor([1], *a), b=tensor([1], *b))


OPEN = b'{"w": {"dtype": "F32", "data_offsets": [0, 0], "shape": ['


row("data", {"data.npy": npy("(1, 2)", floats(0, 1))}, "'data.npy'", "it is data, where a checkpoint belongs",
    "Name the checkpoint first", command="cuvae eval data.npy model.safetensors")
row("a folder", {"run/model.safetensors": as_trained(MODEL)}, "'run'", "it is a folder", "run/model.safetensors",
    command="cuvae eval run builtin:shapes:8")
row("an empty file", b"", "'model.safetensors'", "empty", HINT)
row("cut off within the length of its header", b"\x10\0\0", "ends within the length", HINT)
row("a header that is longer than the file", struct.pack("<Q", 50) + b"{}", "50 bytes", "only 2", HINT)
row("a header of 2^63 bytes", struct.pack("<Q", 1 << 63) + b"{}", "9223372036854775808", "limit of 100,000,000",
    command="cuvae eval model.safetensors builtin:shapes:8")
row("a length that wraps around", struct.pack("<Q", (1 << 64) - 8) + b"{}", "limit of 100,000,000",
    command="cuvae eval model.safetensors builtin:shapes:8")
row("text", b"this is no checkpoint at all, and never was one", "model.safetensors",
    command="cuvae eval model.safetensors builtin:shapes:8")
row("a data file where a checkpoint should be", {"data.idx": idx((2, 2), bytes(4))}, "'data.idx'",
    command="cuvae eval data.idx data.idx")
row("a header that is a list", with_header(b"[1, 2]"), "does not start with '{'", HINT,
    command="cuvae eval model.safetensors builtin:shapes:8")
row("a header that is not closed", with_header(b'{"w": {"dtype": "F32"'), "no valid JSON at byte 22", HINT)
row("a header that is not UTF-8", with_header(b'{"\xff": {}}'), "no valid JSON", HINT)
row("something hidden behind a zero byte", with_header(b'{}\0{"w": 1}'), "no valid JSON at byte 3")
row("50 MB of spaces for a header", large_header(b"{", (b" ", 49_999_999)), "byte 2", "longer than 1 MiB")
row("2 million keys", of_many_keys(2_000_000), "its keys are too many")
row("3 million keys", of_many_keys(3_000_000), "its keys are too many")
row("1.5 million tensors, the last of them flawed", of_many_tensors(1_500_000), "its keys are too many")
row("90 texts of 1 MiB", of_many_texts(90), "its texts are too long")
row("11 texts of 1 MiB", of_many_texts(11), "its texts are too long")
row("10 texts of 1 MiB", of_many_texts(10), "not one of cuvae's")
row("a shape of 5 million dimensions", large_header(OPEN, (b"1,", 5_000_000), b"1]}}"), "more than 64 dimensions")
row("a text of 50 MB", large_header(b'{"__metadata__": {"a": "', (b",", 50_000_000), b'"}}'), "longer than 1 MiB")
row("50 MB of open brackets", large_header(b'{"w": ', (b"[", 50_000_000)), '"w"',
    "it is an array")
row("objects in objects", with_header(b'{"w": ' * 1000), "unknown key", '"w"')
row("two tensors of one name", with_header(b'{"w": %s, "w": %s}' % (2 * (json.dumps(tensor([2], 0, 8)).encode(),)), PAIR),
    'the key "w" is there twice')
row("a tensor without dtype", with_header(b'{"w": {"shape": [2], "data_offsets": [0, 8]}}', PAIR), 'tensor "w"',
    "has no dtype")
row("a tensor without shape", with_header(b'{"w": {"dtype": "F32", "data_offsets": [0, 8]}}', PAIR), 'tensor "w"',
    "has no shape")
row("a tensor without place", with_header(b'{"w": {"dtype": "F32", "shape": [2]}}', PAIR), 'tensor "w"',
    "no two data_offsets")
row("a key that is unknown", with_header(b'{"w": {"strides": [1]}}', PAIR), 'unknown key "strides"')
row("a dtype that is unknown", one([2], dtype="F31"), 'unknown dtype "F31"')
row("a negative extent", one([-2]), '"shape"', "a negative number where natural numbers should be")
row("an extent that is no integer", one([2.0]), '"shape"', "natural numbers should be")
row("a shape of more bytes than any file can hold", one([1 << 40, 1 << 40]), "no file can hold F32")
row("such a shape with a zero in it", one([0, 1 << 62, 4], 0, 0), "no file can hold F32")
row("a shape of more values than its place has", one([3]), "takes 12 bytes", "bytes 0 to 8")
row("a shape of no values, and a place that has some", one([2, 0]), "takes 0 bytes", "bytes 0 to 8")
row("a place that ends before it begins", one([2], 8, 0), "bytes 8 to 0")
row("a place beyond the end of the file", one([1 << 20], 0, 4 << 20), "take 4194304 bytes", "has 8")
row("tensors that overlap", two((0, 4), (2, 6), 6), 'tensor "b"', "overlapping one that ends at 4")
row("a hole between tensors", two((0, 4), (8, 12), 12), 'tensor "b"', "after a hole from 4")
row("bytes behind the last tensor", safetensors(PAIR + b"\0", w=tensor([2], 0, 8)), "take 8 bytes", "has 9", HINT)
row("metadata that is no text", with_header(b'{"__metadata__": {"a": 1}}'), "a whole number where a string")
row("a model of another program", one([2]), "model.safetensors", "not one of cuvae's", "cuvae train")

CHECKPOINTS = Section("Checkpoints", file="model.safetensors", command="cuvae info model.safetensors")
row = CHECKPOINTS.row


def renamed(file: bytes) -> bytes:
    header, values = parts(file)
    header["encoder.0.weigth"] = header.pop("encoder.0.weight")
    return with_header(json.dumps(header).encode(), values)


def reshaped(file: bytes) -> bytes:
    header, values = parts(file)
    header["encoder.0.weight"]["shape"].reverse()
    return with_header(json.dumps(header).encode(), values)


def halved(file: bytes) -> bytes:
    header, values = parts(file)
    bias = header["encoder.0.bias"]
    bias["dtype"], bias["shape"] = "F16", [2 * bias["shape"][0]]
    return with_header(json.dumps(header).encode(), values)


row("the last byte is missing", edited(MODEL, lambda file: file[:-1]), "'model.safetensors'", "bytes of data", HINT)
row("a value that is another than it was", edited(MODEL, lambda file: file[:-1] + bytes([file[-1] ^ 1])), "'model.safetensors'",
    "its checksum is not that of its bytes", "damaged", "earlier checkpoint")
row("a header that is another than it was", edited(MODEL, lambda file: file.replace(b'"relu"', b'"tanh"')),
    "'model.safetensors'", "its checksum is not that of its bytes")
row("a checksum that is gone", edited(MODEL, lambda file: file.replace(b"cuvae.checksum", b"cuvae.checkzum")),
    "'model.safetensors'", "its checksum is gone")
row("cut off within its first bytes", edited(MODEL, lambda file: file[:5]), "'model.safetensors'", "ends within the length")
row("a tensor of another name", edited(MODEL, renamed), 'no tensor "encoder.0.weight"',
    "did you mean 'encoder.0.weigth'?")
row("a tensor of another shape than the configuration has", edited(MODEL, reshaped), "'encoder.0.weight'", "shape")
row("a tensor of another type", edited(MODEL, halved), "encoder.0.bias", "shape")
row("a likelihood that is unknown", edited(MODEL, with_metadata(model__likelihood="bernouli")), "model.safetensors",
    "bernouli", "bernoulli")
row("a latent dimension of 0", edited(MODEL, with_metadata(model__latent="0")), "latent", "out of range")
row("latent dimensions of 65536, and no room for them", edited(MODEL, with_metadata(model__latent="65536")),
    "shape", "configuration")
row("columns that are no number", edited(MODEL, with_metadata(model__data_dim="many")), "data_dim", "'many'")
row("columns that are negative", edited(MODEL, with_metadata(model__data_dim="-784")), "data_dim", "-784")
row("a setting that is missing", edited(MODEL, with_metadata(model__activation=None)), "activation", "missing")
row("no word of what it is", edited(MODEL, with_metadata(cuvae__kind=None)), "not one of cuvae's", "cuvae train")
row("data of another width than it was trained on", {MODEL: as_trained(MODEL),
    "data.idx": idx((2, 3), bytes(6))}, "data.idx", "3 values", "784",
    command="cuvae eval model.safetensors data.idx")
row("a model where a state should be", {"run/state.safetensors": as_trained(MODEL)},
    "state.safetensors", "a model, not a training state",
    command="cuvae train builtin:shapes:64 --out run --hidden 2 --latent 2 --batch 32 --epochs 2 --resume")
row("a state of other settings", {"run/state.safetensors": as_trained(STATE)},
    "state.safetensors", "latent = 2, not 3", "own settings",
    command="cuvae train builtin:shapes:64 --out run --hidden 2 --latent 3 --batch 32 --epochs 2 --resume")
row("a state of other data", {"run/state.safetensors": as_trained(STATE)}, "fingerprint",
    command="cuvae train builtin:shapes:65 --out run --hidden 2 --latent 2 --batch 32 --epochs 2 --resume", begun=True)
row("a state that is cut off", {"run/state.safetensors": edited(STATE, lambda file: file[:-1])}, "state.safetensors",
    command="cuvae train builtin:shapes:64 --out run --hidden 2 --latent 2 --batch 32 --epochs 2 --resume")
row("two states that are cut off", {f"run/state{name}.safetensors": edited(STATE, lambda file: file[:500])
                                   for name in ("", ".previous")},
    "'run/state.safetensors'", "'run/state.previous.safetensors'", "start afresh",
    command="cuvae train builtin:shapes:64 --out run --hidden 2 --latent 2 --batch 32 --epochs 2 --resume")
row("labels for a model without", {MODEL: as_trained(MODEL), "labels.idx": idx((8,), bytes(8))},
    "--labels", "trained without labels",
    command="cuvae eval model.safetensors builtin:shapes:8 --labels labels.idx", code=2)
