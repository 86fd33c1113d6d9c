"""What a reader makes of a file: nothing, where it refuses it; or an array, or tensors."""

import struct
from typing import BinaryIO, Union

import numpy

Tensors = dict[str, tuple[tuple[int, ...], bytes]]  # shape, and values as they are stored
Outcome = Union[None, numpy.ndarray, Tensors]


def same(one: Outcome, other: Outcome) -> bool:
    """To the last bit; -0 is 0."""
    if isinstance(one, numpy.ndarray) and isinstance(other, numpy.ndarray):
        return one.shape == other.shape and bool((one == other).all())
    return type(one) is type(other) and one == other if not isinstance(one, numpy.ndarray) else False


def shown(outcome: Outcome) -> str:
    if outcome is None:
        return "refused"
    if isinstance(outcome, dict):
        return f"{len(outcome)} tensors: " + str(outcome)[:300]
    return f"{outcome.shape[0]} x {outcome.shape[1]}: " + numpy.array2string(outcome, threshold=8, edgeitems=3)


def rows_of(array: numpy.ndarray) -> numpy.ndarray:
    """Rows x columns, as docs/formats.md flattens an array."""
    return array.reshape(array.shape[0], -1)


class Answers:
    """What read_values.cpp writes, file by file."""

    def __init__(self, stream: BinaryIO):
        self.stream = stream

    def next(self) -> tuple[Outcome, str]:
        """The outcome, and the reason of a refusal."""
        kind = self._take(1)
        if kind == b"r":
            return None, self._text().decode("utf-8", "replace")
        if kind == b"d":
            rows, columns = self._number(), self._number()
            return numpy.frombuffer(self._take(4 * rows * columns), "<f4").reshape(rows, columns), ""
        return {self._text().decode(): (self._shape(), self._text()) for _ in range(self._number())}, ""

    def _take(self, size: int) -> bytes:
        taken = self.stream.read(size)
        if len(taken) < size:
            raise EOFError("the reader ended early")
        return taken

    def _number(self) -> int:
        return struct.unpack("<q", self._take(8))[0]

    def _text(self) -> bytes:
        return self._take(self._number())

    def _shape(self) -> tuple[int, ...]:
        return tuple(self._number() for _ in range(self._number()))
