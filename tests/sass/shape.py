"""What a kernel does per element, read off its name: the loops and ops of kernels/ in their own words."""

import re
import subprocess
from collections import Counter
from typing import NamedTuple

BYTES = {"float": 4, "cuvae::ops::Bf16": 2, "unsigned char": 1}
SHORT = {"float": "f32", "cuvae::ops::Bf16": "bf16", "unsigned char": "u8"}

# Operands by op that are no traffic: one row for all rows, which stays in a cache, or never read.
REPEATED_INPUTS = {"BiasActivation": {1}, "LocationNll": {2}}
UNREAD_INPUTS = {"PriorSample": {0}, "ActivationBackward<Identity>": {1}}

# What map_kernel reads and writes: (inputs, outputs), all float, and a copy in bf16.
MAP_OPERANDS = {"Adam": (4, 3), "IwaeAdam": (4, 3), "AdaMax": (4, 3), "RmsProp": (3, 2), "Sgd": (3, 2),
                "KeepParameter": (1, 1)}
MAP_VECTOR = 8


class Shape(NamedTuple):
    label: str
    streams: bool  # its time is that of its memory traffic
    loops: bool  # its elements are those of a loop's body; else of the whole code
    vector: int  # elements of one pass; 0: not counted by elements
    traffic: int  # bytes of one element to and from memory
    loads: Counter[int]  # bits of an access -> how many a pass takes
    stores: Counter[int]


def demangled(names: list[str]) -> list[str]:
    return subprocess.run(["c++filt", "--no-params"], input="\n".join(names), check=True, capture_output=True,
                          text=True).stdout.splitlines()


def shape_of(name: str) -> Shape:
    """Of a demangled name without parameters."""
    head, arguments = split(name)
    kernel = unqualified(head)
    if kernel == "row_map_reduce_kernel":
        return row_shape(*arguments)
    if kernel == "map_kernel":
        return map_shape(unqualified(arguments[0]))
    if kernel == "column_sum_kernel":
        return column_sum_shape(arguments[0])
    return Shape(readable(name).replace("_kernel", ""), False, False, 0, 0, Counter(), Counter())


def row_shape(op: str, inputs: str, outputs: str, threads: str, vector_text: str) -> Shape:
    vector = int(vector_text)
    stored_in, stored_out = split(inputs)[1], split(outputs)[1]
    name = unqualified(split(op)[0])
    unread, repeated = UNREAD_INPUTS.get(readable(op), set()), REPEATED_INPUTS.get(name, set())
    loaded = [stored for k, stored in enumerate(stored_in) if k not in unread]
    moved = [stored for k, stored in enumerate(stored_in) if k not in unread | repeated] + stored_out
    label = f"{readable(op)} {types(stored_in)} -> {types(stored_out)}, "
    label += ("warp" if threads == "32" else "block") + (", scalar" if vector == 1 else "")
    return Shape(label, True, True, vector, sum(BYTES[stored] for stored in moved), accesses(loaded, vector),
                 accesses(stored_out, vector))


def map_shape(op: str) -> Shape:
    inputs, outputs = MAP_OPERANDS[op]
    written = ["float"] * outputs + ["cuvae::ops::Bf16"]
    return Shape(f"{op} map", True, False, MAP_VECTOR, 4 * (inputs + outputs) + 2,
                 accesses(["float"] * inputs, MAP_VECTOR), accesses(written, MAP_VECTOR))


def column_sum_shape(stored: str) -> Shape:
    vector = 16 // BYTES[stored]
    return Shape(f"column_sum {SHORT[stored]}", True, True, vector, BYTES[stored], accesses([stored], vector),
                 Counter())


def accesses(operands: list[str], vector: int) -> Counter[int]:
    """The fewest there can be: of 128 bits, or of a whole vector where that has fewer."""
    counts: Counter[int] = Counter()
    for stored in operands:
        bits = 8 * BYTES[stored] * vector
        widest = min(bits, 128)
        counts[widest] += bits // widest
    return counts


def types(stored: list[str]) -> str:
    return ",".join(SHORT[one] for one in stored)


def split(name: str) -> tuple[str, list[str]]:
    """A template's name and its arguments."""
    head, bracket, rest = name.removeprefix("void ").partition("<")
    arguments, depth = [""], 0
    for letter in rest.rpartition(">")[0] if bracket else "":
        depth += {"<": 1, ">": -1}.get(letter, 0)
        if letter == "," and depth == 0:
            arguments.append("")
        else:
            arguments[-1] += letter
    return head, [argument.strip() for argument in arguments if argument]


def unqualified(name: str) -> str:
    return name.rpartition("::")[2]


def readable(name: str) -> str:
    return re.sub(r"\b(\w+|\(anonymous namespace\))::", "", name.removeprefix("void "))
