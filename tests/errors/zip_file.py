"""Zip archives by hand, with any flaw: what a member says of itself here, it need not hold."""

import struct
import zlib
from typing import NamedTuple

STORED, DEFLATED = 0, 8
ENCRYPTED = 1  # a flag
LINK = 0o120777 << 16  # an attribute of symbolic links


class Member(NamedTuple):
    name: str
    content: bytes
    method: int = STORED
    stored: bytes | None = None  # what lies in the archive, where that is not the content so packed
    crc: int | None = None
    size: int | None = None  # that it claims to have
    flags: int = 0
    attributes: int = 0
    local_name: str | None = None  # beside the content, where that is not the name
    at: int | None = None  # where it claims to begin

    def packed(self) -> bytes:
        if self.stored is not None:
            return self.stored
        if self.method != DEFLATED:
            return self.content
        deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
        return deflate.compress(self.content) + deflate.flush()

    def facts(self) -> bytes:
        """What both headers say."""
        crc = zlib.crc32(self.content) if self.crc is None else self.crc
        size = len(self.content) if self.size is None else self.size
        return struct.pack("<HHHHIII", self.flags, self.method, 0, 33, crc, len(self.packed()), size)

    def local(self) -> bytes:
        name = (self.local_name or self.name).encode()
        return b"PK\3\4" + struct.pack("<H", 20) + self.facts() + struct.pack("<HH", len(name), 0) + name + self.packed()

    def central(self, begin: int) -> bytes:
        name = self.name.encode()
        return (b"PK\1\2" + struct.pack("<HH", 0x0314, 20) + self.facts()
                + struct.pack("<HHHHHII", len(name), 0, 0, 0, 0, self.attributes, begin if self.at is None else self.at)
                + name)


def end(members: int, directory: int, begin: int) -> bytes:
    return b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, members, members, directory, begin, 0)


def zipped(*members: Member) -> bytes:
    body, directory = b"", b""
    for member in members:
        directory += member.central(len(body))
        body += member.local()
    return body + directory + end(len(members), len(directory), len(body))
