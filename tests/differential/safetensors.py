"""Safetensors files, and what the format's rules make of them: https://github.com/huggingface/safetensors#format"""

import json
import struct
from random import Random
from typing import Any

from mutation import mutated
from outcome import Outcome

BITS = {"BOOL": 8, "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8,
        "I16": 16, "U16": 16, "F16": 16, "BF16": 16, "I32": 32, "U32": 32, "F32": 32, "C64": 64, "F64": 64, "I64": 64,
        "U64": 64}
READ = ("F32", "F64", "I64", "U8")  # those whose values cuvae gives out
MOST_HEADER = 100_000_000
DEEPEST = 8  # of cuvae's JSON; no header goes below 3


class Refused(Exception):
    pass


def require(condition: bool) -> None:
    if not condition:
        raise Refused


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    require(len({key for key, _ in pairs}) == len(pairs))  # duplicate keys are disallowed
    for key, _ in pairs:
        key.encode()  # half of a surrogate pair is no text
    return dict(pairs)


def _natural(text: str) -> int:
    require(text.isdigit() and int(text) < 2**63)
    return int(text)


def _refuse(_: str) -> None:
    raise Refused


def _tensor(entry: Any) -> tuple[str, list[int], int, int]:
    # By intent: keys that a reader does not know are refused, not passed over.
    require(isinstance(entry, dict) and set(entry) == {"dtype", "shape", "data_offsets"})
    kind, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    require(isinstance(kind, str) and kind in BITS)
    require(isinstance(shape, list) and isinstance(offsets, list) and len(offsets) == 2)
    require(all(type(number) is int for number in shape + offsets))
    return kind, shape, offsets[0], offsets[1]


def _bytes(kind: str, shape: list[int]) -> int:
    bits = BITS[kind]
    for extent in shape:
        bits *= max(extent, 1)
        require(bits < 2**63)  # by intent also beside a zero
    bits = 0 if 0 in shape else bits
    require(bits % 8 == 0)
    return bits // 8


def _read(content: bytes) -> Outcome:
    require(len(content) >= 8)
    length = struct.unpack("<Q", content[:8])[0]
    require(length <= min(MOST_HEADER, len(content) - 8))
    text, payload = content[8 : 8 + length], content[8 + length :]
    require(text.startswith(b"{"))
    header = json.loads(text.decode(), object_pairs_hook=_object, parse_int=_natural, parse_float=_refuse,
                        parse_constant=_refuse)
    metadata = header.pop("__metadata__", {})
    require(isinstance(metadata, dict) and all(isinstance(value, str) for value in metadata.values()))
    for value in metadata.values():
        value.encode()
    tensors = {name: _tensor(entry) for name, entry in header.items()}
    end = 0
    for kind, shape, begin, stop in sorted(tensors.values(), key=lambda tensor: tensor[2:]):
        require(begin == end and stop - begin == _bytes(kind, shape))
        end = stop
    require(end == len(payload))
    return {name: (tuple(shape), payload[begin:stop] if kind in READ else b"")
            for name, (kind, shape, begin, stop) in tensors.items()}


def read(content: bytes) -> Outcome:
    try:
        return _read(content)
    except (Refused, ValueError, RecursionError):  # UnicodeError and JSONDecodeError are ValueErrors
        return None


def _header(random: Random) -> tuple[dict[str, Any], bytes]:
    header: dict[str, Any] = {}
    if random.random() < 0.4:
        header["__metadata__"] = {"format": "pt", "é": "\u0001\U0001f333"[: random.randrange(3)]}
    payload = b""
    for name in random.sample(["a", "b.weight", "", "ß\n", 'q"', "x" * 60], random.randrange(4)):
        kind = random.choice(list(BITS) if random.random() < 0.5 else READ)
        shape = [random.choice([0, 1, 2, 3, 4, 8]) for _ in range(random.choice([0, 1, 1, 2, 3]))]
        size = BITS[kind]
        for extent in shape:
            size *= extent
        begin = len(payload)
        payload += random.randbytes(size // 8)
        header[name] = {"dtype": kind, "shape": shape, "data_offsets": [begin, len(payload)]}
    names = list(header)
    random.shuffle(names)
    return {name: header[name] for name in names}, payload


def _edit(random: Random, header: dict[str, Any]) -> None:
    entry = random.choice([value for key, value in header.items() if key != "__metadata__"] or [{}])
    odd = random.choice([-1, 0, 1, 7, 2**62, 2**63 - 1, 2**63, 2**64, 0.0, 1.5, True, None, "1", [], [1], {}, 10**30])
    match random.randrange(7):
        case 0:
            entry[random.choice(["dtype", "shape", "data_offsets", "extra"])] = odd
        case 1:
            entry.get("shape", []).append(odd)
        case 2:
            entry.get("data_offsets", []).insert(random.randrange(3), odd)
        case 3:
            if entry.get("data_offsets"):
                entry["data_offsets"][random.randrange(2)] += random.choice([-1, 1, 2**32])
        case 4:
            entry["dtype"] = random.choice([*BITS, "f32", "F31", "", "F6"])
        case 5:
            header["__metadata__"] = random.choice([odd, {"a": odd}, {"a": {"b": "c"}}])
        case 6:
            if entry:
                entry.pop(random.choice(list(entry)))


def _written(random: Random, header: dict[str, Any]) -> bytes:
    text = json.dumps(header, ensure_ascii=random.random() < 0.5, separators=random.choice([(",", ":"), (", ", ": ")]))
    if random.random() < 0.2:
        old, new = random.choice([
            (":", " :\t"), ("{", "{\n"), ("[", "[ "), ('"a"', '"b.weight"'), ("}", "},"), (",", ",,"), ("{", "[{"),
            ("1", "01"), ("1", "1.0"), ("1", "1e0"), ("0", "-0"), ("0", "+0"), ("2", "NaN"), ('"a"', '"\\ud800"'),
            ('"a"', '"\\u0061"'), ('"a"', "'a'"), ('"a"', '"a\x01"'), ('"a"', '"a\\q"'), ('"a"', '"\\/"'),
        ])
        text = text.replace(old, new, random.choice([1, 1, -1]))
    text += random.choice(["", "", " ", "   ", "\n", "\t ", "\0", "x", "{}"]) if random.random() < 0.4 else ""
    return text.encode()


def make(random: Random) -> bytes:
    header, payload = _header(random)
    if random.random() < 0.3:
        _edit(random, header)
    text = _written(random, header)
    if random.random() < 0.15:
        text = mutated(random, text)
    if random.random() < 0.1:
        payload = random.choice([payload[:-1], payload + b"\0", b""])
    length = len(text)
    if random.random() < 0.06:
        length = random.choice([0, length - 1, length + 1, MOST_HEADER + 1, 2**63, 2**64 - 1])
    content = struct.pack("<Q", max(length, 0)) + text + payload
    return content[: random.randrange(9)] if random.random() < 0.02 else content
