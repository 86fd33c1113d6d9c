"""What is counted in a kernel, and the rules that hold for every kernel."""

from collections import Counter
from typing import NamedTuple

from cubin import Kernel
from instruction import BRA, BYTES, EXIT, I2F, LDG, LDL, MUFU, STG, STL, Instruction
from shape import Shape


class Figures(NamedTuple):
    """Per element; of the whole code where a kernel is not counted by elements."""
    registers: int  # per thread
    instructions: float
    mufu: float
    traffic: int  # bytes


class Counted(NamedTuple):
    """A part of a kernel's code that is run once per `elements` elements. Counts are upper bounds: they have
    what is seldom run (the end of a row, a logarithm per 16 factors)."""
    code: list[Instruction]
    elements: int

    def shortest_way(self) -> int:
        """Instructions from the first to the last one where every branch goes the shorter way."""
        fewest = {self.code[-1].at: 1}
        for instruction in reversed(self.code[:-1]):
            ways = [] if instruction.operation == EXIT and instruction.always else [instruction.at + BYTES]
            if instruction.operation == BRA:
                ways = [instruction.target] if instruction.always else [*ways, instruction.target]
            onward = [fewest[way] for way in ways if way > instruction.at and way in fewest]
            if onward:
                fewest[instruction.at] = 1 + min(onward)
        return fewest[self.code[0].at]

    def operations(self, *wanted: int) -> int:
        return sum(instruction.operation in wanted for instruction in self.code)

    def accesses(self, operation: int) -> Counter[int]:
        return Counter(instruction.access_bits for instruction in self.code
                       if instruction.operation == operation)


def loops(code: list[Instruction]) -> list[list[Instruction]]:
    """From the target of each backward branch to that branch."""
    return [[inner for inner in code if last.target <= inner.at <= last.at]
            for last in code if last.operation == BRA and last.target < last.at]


def counted(kernel: Kernel, shape: Shape) -> Counted:
    """Of a kernel that loops over its elements: the longest loop that reads or writes memory, and as many
    vectors as it is unrolled to."""
    if not shape.loops:
        return Counted(kernel.code, max(shape.vector, 1))
    bodies = [Counted(body, shape.vector) for body in loops(kernel.code)]
    bodies = [body for body in bodies if body.operations(LDG, STG)]
    if not bodies:
        return Counted(kernel.code, shape.vector)
    longest = max(bodies, key=lambda body: len(body.code))
    return Counted(longest.code, shape.vector * passes(longest, shape))


def passes(body: Counted, shape: Shape) -> int:
    """How many vectors a body takes, by the bytes it moves. A compiler may write the same access on two sides
    of a branch, but hardly both the loads and the stores."""
    moved = [(total_bits(body.accesses(LDG)), total_bits(shape.loads)),
             (total_bits(body.accesses(STG)), total_bits(shape.stores))]
    return max(1, min(found // one_pass for found, one_pass in moved if one_pass))


def total_bits(accesses: Counter[int]) -> int:
    return sum(bits * count for bits, count in accesses.items())


def figures(kernel: Kernel, shape: Shape) -> Figures:
    part = counted(kernel, shape)
    return Figures(kernel.registers, round(len(part.code) / part.elements, 2),
                   round(part.operations(MUFU) / part.elements, 2), shape.traffic)


def broken_rules(kernel: Kernel, shape: Shape) -> list[str]:
    """Why the kernel would be slow whatever its budget says."""
    broken = []
    whole = Counted(kernel.code, 1)
    if kernel.frame_bytes or whole.operations(LDL, STL):
        broken.append(f"uses local memory: {kernel.frame_bytes} bytes, {whole.operations(LDL)} loads, "
                      f"{whole.operations(STL)} stores")
    if not shape.vector:
        return broken
    part = counted(kernel, shape)
    if conversions := part.operations(*I2F):
        broken.append(f"converts integers on the unit of MUFU: {conversions} I2F")
    return broken + wrong_accesses(part, shape)


def wrong_accesses(part: Counted, shape: Shape) -> list[str]:
    """Operands are read and written in accesses as wide as there can be: all that are wanted are there, and
    no others. Only where there is no loop, loads may be of other things as well: the step's state."""
    vectors = part.elements // shape.vector
    wrong = []
    for what, operation, one_pass in (("loads", LDG, shape.loads), ("stores", STG, shape.stores)):
        found, wanted = part.accesses(operation), Counter({bits: vectors * n for bits, n in one_pass.items()})
        exempt = operation == LDG and not shape.loops
        if wanted - found or (not exempt and found.keys() - wanted.keys()):
            wrong.append(f"{what} {in_words(found)} where {in_words(wanted)} would do")
    return wrong


def in_words(accesses: Counter[int]) -> str:
    return " + ".join(f"{count} x {bits} bits" for bits, count in sorted(accesses.items())) or "nothing"
