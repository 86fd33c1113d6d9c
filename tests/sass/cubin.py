"""The kernels in a cubin: a 64-bit ELF file with one section of code per kernel."""

import re
import struct
from pathlib import Path
from typing import Iterator, NamedTuple

from instruction import Instruction, decode

SYMBOL_TABLE = 2
SYMBOL_BYTES = 24

# Entries of .nv.info with (symbol, number) behind them.
HAS_BODY = 4
FRAME_BYTES, REGISTERS = 0x11, 0x2f


class Kernel(NamedTuple):
    name: str  # mangled
    registers: int
    frame_bytes: int  # of local memory, per thread
    code: list[Instruction]


class Cubin(NamedTuple):
    compiler: str  # "13.0", the release of the toolkit
    kernels: list[Kernel]


class Section(NamedTuple):
    name: str
    kind: int
    bytes: bytes


def read(path: Path) -> Cubin:
    file = path.read_bytes()
    sections = list(read_sections(file))
    numbers = dict(read_numbers(only(sections, ".nv.info")))
    symbols = read_symbols(sections)
    kernels = []
    for section in sections:
        if section.name.startswith(".text."):
            name = section.name.removeprefix(".text.")
            symbol = symbols[name]
            kernels.append(Kernel(name, numbers[REGISTERS, symbol], numbers[FRAME_BYTES, symbol],
                                  decode(section.bytes)))
    release = re.search(rb"release ([0-9.]+)", only(sections, ".note.nv.tkinfo"))
    return Cubin(release[1].decode() if release else "", kernels)


def read_sections(file: bytes) -> Iterator[Section]:
    table, = struct.unpack_from("<Q", file, 40)
    count, names_index = struct.unpack_from("<HH", file, 60)
    headers = [struct.unpack_from("<IIQQQQ", file, table + 64 * n) for n in range(count)]
    names = headers[names_index][4]
    for name, kind, _, _, offset, size in headers:
        yield Section(text_at(file, names + name), kind, file[offset:offset + size])


def only(sections: list[Section], name: str) -> bytes:
    return next(section.bytes for section in sections if section.name == name)


def read_symbols(sections: list[Section]) -> dict[str, int]:
    """Name -> its place in the symbol table."""
    names = only(sections, ".strtab")
    table = next(section.bytes for section in sections if section.kind == SYMBOL_TABLE)
    return {text_at(names, struct.unpack_from("<I", table, at)[0]): at // SYMBOL_BYTES
            for at in range(0, len(table), SYMBOL_BYTES)}


def read_numbers(info: bytes) -> Iterator[tuple[tuple[int, int], int]]:
    """((attribute, symbol), number) for every entry that has them."""
    at = 0
    while at < len(info):
        form, attribute, size = struct.unpack_from("<BBH", info, at)
        at += 4
        if form == HAS_BODY:
            if size == 8:
                symbol, number = struct.unpack_from("<II", info, at)
                yield (attribute, symbol), number
            at += size


def text_at(file: bytes, at: int) -> str:
    return file[at:file.index(b"\0", at)].decode()
