"""Small damage."""

from random import Random


def mutated(random: Random, content: bytes) -> bytes:
    """With some bytes other than they were, put in or taken out; most of them near the front, where headers are."""
    out = bytearray(content)
    for _ in range(random.choice([1, 1, 1, 2, 4])):
        if not out:
            break
        at = min(random.randrange(len(out)), random.randrange(len(out)))
        action = random.randrange(4)
        if action == 0:
            out[at] ^= 1 << random.randrange(8)
        elif action == 1:
            out[at] = random.choice([0, 1, 0x20, 0x30, 0x39, 0x7F, 0x80, 0xFF, random.randrange(256)])
        elif action == 2:
            out[at:at] = out[at : at + random.choice([1, 1, 2, 8])]
        else:
            del out[at : at + random.choice([1, 1, 2, 8])]
    return bytes(out)


class Damaged(bytes):
    """A file of which Python's reader overlooks what is wrong, now and then: it may also be refused."""
