"""One instruction of NVIDIA's machine code, sm_70 and later, as far as the check reads it.

The encoding is not published. What is used here was found by compiling kernels whose code is known, and is
proved on such kernels by every run of check_test.py.
"""

import struct
from typing import NamedTuple

BYTES = 16

# The operation: the low 9 bits of an instruction. The 3 above them say what its operands are.
BRA, EXIT, NOP = 0x147, 0x14d, 0x118
LDG, STG = 0x181, 0x186
LDL, STL = 0x183, 0x187
MUFU = 0x108
I2F = (0x106, 0x112)  # to float, to double

ALWAYS = 7  # the predicate that is true

# Bits of an access by the 3 bits that say so; signed and unsigned apart below 32.
ACCESS_BITS = {0: 8, 1: 8, 2: 16, 3: 16, 4: 32, 5: 64, 6: 128}


class Instruction(NamedTuple):
    at: int  # bytes from the start of the kernel
    bits: int

    def field(self, first: int, count: int) -> int:
        return (self.bits >> first) & ((1 << count) - 1)

    @property
    def operation(self) -> int:
        return self.field(0, 9)

    @property
    def always(self) -> bool:
        """Whether it is done whatever the predicates say; a BRA has two."""
        return self.field(12, 4) == ALWAYS and (self.operation != BRA or self.field(87, 4) == ALWAYS)

    @property
    def access_bits(self) -> int:
        """Of an LDG, STG, LDL or STL."""
        return ACCESS_BITS[self.field(73, 3)]

    @property
    def target(self) -> int:
        """Of a BRA: 56 bits, in words of 4 bytes from the next instruction on, in two places."""
        words = self.field(34, 48) << 8 | self.field(16, 8)
        if words >> 55:
            words -= 1 << 56
        return self.at + BYTES + 4 * words


def decode(code: bytes) -> list[Instruction]:
    """Without what ptxas adds behind the last instruction: a branch to itself, and NOPs."""
    instructions = [Instruction(BYTES * n, low | high << 64)
                    for n, (low, high) in enumerate(struct.iter_unpack("<QQ", code))]
    while instructions and (instructions[-1].operation == NOP or is_trap(instructions[-1])):
        instructions.pop()
    return instructions


def is_trap(instruction: Instruction) -> bool:
    return instruction.operation == BRA and instruction.target == instruction.at
