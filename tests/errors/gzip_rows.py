"""Gzip files that are damaged, cut off, or inflate to something else than they promise."""

from gzip_file import HEADER, bomb, gz, raw, trailer
from idx_file import header, idx
from made import MIB, large
from section import Section

GZIP = Section("Gzip", file="data.gz", command="cuvae info data.gz")
row = GZIP.row

GOOD = idx((4, 4), bytes(range(16)))
WHOLE = gz(GOOD)


def flipped(content: bytes, place: int) -> bytes:
    changed = bytearray(content)
    changed[place] ^= 0xFF
    return bytes(changed)


row("nothing but its magic number", WHOLE[:2], "'data.gz'", "cut off at byte 2 of 2", "again")
row("cut off within its header", WHOLE[:5], "cut off at byte 5 of 5")
row("cut off within the data", WHOLE[:20], "cut off at byte 20 of 20")
row("cut off within its checksum", WHOLE[:-6], "cut off", f"of {len(WHOLE) - 6}")
row("a wrong checksum", WHOLE[:-8] + flipped(WHOLE[-8:], 0), "damaged", "incorrect data check", "byte")
row("a wrong length", WHOLE[:-4] + flipped(WHOLE[-4:], 0), "damaged", "incorrect length check")
row("a flipped byte in the data", flipped(WHOLE, 12), "damaged", "byte")
row("a method that is not deflate", flipped(WHOLE, 2), "unknown compression method")
row("reserved flags", WHOLE[:3] + b"\xe0" + WHOLE[4:], "unknown header flags")
row("of nothing", gz(b""), "its content is empty", "again")
row("of text", gz(b"not a number of any kind"), "'data.gz'")
row("of a gzip file", gz(WHOLE), "gzip inside gzip", "gunzip")
row("of too few values", gz(GOOD[:-1]), "content is truncated", "28 bytes in all", "it ends after 27")
row("of too many values", gz(GOOD + b"\0"), "content is too long", "28 bytes in all")
row("of more values than it can inflate to", gz(header((1 << 20, 1 << 10))), "truncated",
    "it has at most 31992")
row("followed by something that is not gzip", WHOLE + b"tail", "something that is not gzip follows",
    f"at byte {len(WHOLE)} of {len(WHOLE) + 4}")
row("followed by zeros", WHOLE + bytes(512), "something that is not gzip follows")
row("followed by a second member, damaged", WHOLE + HEADER + raw(b"")[:1], "cut off")
row("followed by a second member with values too many", WHOLE + gz(b"\1"), "content is too long")
row("100,000 members of nothing, and no values", large((gz(b""), 100_000)), "its content is empty")
row("100 KB that inflate to the 96 MiB they promise, with a wrong checksum",
    bomb(header((96 * MIB // 1024, 1024)), zeros_mib=96, crc=1), "incorrect data check")
for command in ("info data.gz", "convert data.gz out.npy"):
    row(f"one row of 96 MiB and a wrong checksum, {command.split()[0]}", bomb(header((1, 96 * MIB)), zeros_mib=96, crc=1),
        "incorrect data check", command=f"cuvae {command}")
row("1 MiB that inflates to 1 GiB, and promises 16 values", bomb(header((4, 4)), zeros_mib=1024, crc=0), "too long")
row("a name ending in .gz, and no gzip", GOOD[:-1], "truncated")
