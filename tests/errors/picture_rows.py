"""Folders of pictures that are none, or not alike."""

import struct

from gzip_file import zeros
from made import folder, forbidden, link_to, pipe
from png_file import END, GREY_ALPHA, PALETTE, RGB, RGBA, SIGNATURE, chunk, header, pixels, png
from section import Content, Section

PICTURES = Section("Folders of pictures", command="cuvae info pictures")

GOOD = png(4, 4)


def row(words: str, second: Content | None, *says: str) -> None:
    """A folder of a good picture and this one."""
    files = {"pictures/a.png": GOOD} | ({} if second is None else {"pictures/b.png": second})
    PICTURES.row(words, files, *says)


PICTURES.row("an empty folder", {"pictures": folder}, "'pictures'", "no PNG pictures")
PICTURES.row("a folder without pictures", {"pictures/readme.txt": b"none"}, "'pictures'", "no PNG pictures")
PICTURES.row("a folder of JPEG pictures", {"pictures/a.jpg": b"\xff\xd8\xff\xe0"}, "no PNG pictures", "magick mogrify")
PICTURES.row("folders of a class each", {"pictures/0/a.png": GOOD, "pictures/1/b.png": GOOD}, "no PNG pictures",
             "those within it are not entered")
row("an empty file", b"", "'pictures/b.png'", "no PNG picture")
row("a text of that name", b"no picture at all", "'pictures/b.png'", "no PNG picture", "move it elsewhere")
row("a JPEG picture of that name", b"\xff\xd8\xff\xe0" + bytes(100), "no PNG picture", "Convert it")
row("another size", png(4, 5), "b.png", "4 wide, 5 high", "'a.png' is 4 wide, 4 high", "-resize 4x4!")
row("another colour", png(4, 4, RGB), "b.png", "RGB", "'a.png'", "grey", "-colorspace Gray")
row("16 bits", png(4, 4, depth=16), "b.png", "16 bits")
row("grey with transparency", png(4, 4, GREY_ALPHA), "b.png", "alpha channel")
row("colours with transparency", png(4, 4, RGBA), "b.png", "alpha channel")
row("a transparent shade", png(4, 4, before=chunk(b"tRNS", b"\0\0")), "b.png", "transparent pixels")
row("a palette among shades", png(4, 4, PALETTE, before=chunk(b"PLTE", bytes(6))), "b.png", "RGB", "grey")
row("a type of colour that there is not", SIGNATURE + header(4, 4, colour=5) + pixels(4, 4) + END, "b.png", "IHDR")
row("cut off within the header", GOOD[:20], "b.png", "cut off within its header")
row("cut off within the pixels", GOOD[:-20], "b.png", "cut off", "begins at byte 33")
row("no pixels", SIGNATURE + header(4, 4) + END, "b.png", "damaged")
row("pixels too few", SIGNATURE + header(4, 4) + pixels(4, 3) + END, "b.png", "damaged")
row("pixels that are no deflate stream", SIGNATURE + header(4, 4) + chunk(b"IDAT", b"\xff" * 20) + END, "b.png", "damaged")
row("a wrong checksum of the header", SIGNATURE + header(4, 4)[:-4] + bytes(4) + pixels(4, 4) + END, "b.png", "IHDR")
row("a wrong checksum of the pixels", SIGNATURE + header(4, 4) + pixels(4, 4)[:-1] + b"\0" + END, "b.png", "damaged in the chunk that begins at byte 33")
row("something behind the picture", GOOD + b"tail", "b.png", "something follows", f"byte {len(GOOD)}")
row("no width", SIGNATURE + header(0, 4) + pixels(4, 4) + END, "b.png", "IHDR")
row("2^31 - 1 x 2^31 - 1 pixels", SIGNATURE + header(0x7FFFFFFF, 0x7FFFFFFF) + pixels(4, 4) + END, "b.png", "too large",
    "2147483647 wide")
row("5000 x 5000 pixels, and none", SIGNATURE + header(5000, 5000) + pixels(4, 4) + END, "b.png", "truncated",
    "5000 wide")
row("pixels of 96 MiB for 16", SIGNATURE + header(4, 4) + chunk(b"IDAT", b"\x78\x9c" + zeros(b"", 96)) + END, "b.png",
    "damaged")
row("a text of 96 MiB, deflated, and a damage behind it",
    SIGNATURE + header(4, 4) + chunk(b"zTXt", b"Comment\0\0\x78\x9c" + zeros(b"", 96)) + pixels(4, 3) + END, "b.png")
row("a picture that may not be read", forbidden(GOOD), "b.png", "Permission denied")
row("a picture that is a pipe", pipe, "b.png", "no regular file")
row("a picture that is a link to nothing", link_to("absent.png"), "b.png")
