"""Scales and layouts that the data does not have."""

from npy_file import floats, npy
from section import Section

READING = Section("Scale and layout", file="data.npy", command="")

DATA = npy("(4, 2)", floats(0, 51, 255, 0, 0, 0, 255, 255))


def row(options: str, words: str, *says: str, code: int = 2) -> None:
    READING.row(words, DATA, *says, command=f"cuvae train data.npy {options} --out run", code=code)


row("--scale 0", "a scale of 0", "--scale: 0 is out of range", "greater than 0")
row("--scale -1/255", "a scale below 0", "--scale: ", "out of range", "greater than 0")
row("--scale nan", "a scale that is no number", "--scale: 'nan' is no finite number")
row("--scale 1/0", "a fraction of nothing", "--scale: '1/0' is no fraction", "1/255")
row("--scale 1e-50", "a scale that float32 does not have", "--scale: 1e-50 is out of range", "float32")
row("--scale 1/51", "a scale that leaves values above 1", "data.npy", "row 1, column 0", "is 5", "[0, 1]",
    "--scale 1/255", code=3)
row("--layout 28", "a layout of one extent", "--layout: '28' is no layout", "28x28", "3x32x32")
row("--layout 8x8x4", "pictures of four channels", "--layout: '8x8x4' is no layout", "32x32x3")
row("--layout 0x2", "pictures without height", "--layout: '0x2' is no layout", "auto, none")
row("--layout 99999x99999", "pictures larger than any row", "--layout: '99999x99999' is no layout")
row("--layout 28x28", "pictures of more values than a row", "data.npy", "2 values", "28 x 28 have 784",
    "multiply to 2", code=3)
row("--layout 3x2x2 --scale 1/255", "pictures in colour of more values than a row", "data.npy",
    "2 values", "2 x 2 x 3 have 12", code=3)
