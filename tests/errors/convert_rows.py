"""What cuvae convert does not convert, and leaves nothing of."""

import struct

from gzip_file import gz
from idx_file import header, idx
from made import MODEL, as_trained, closed_folder, large, link_to
from npy_file import floats, npy
from section import Section

CONVERT = Section("Conversion", file="data.csv", command="cuvae convert data.csv out.npy")
row = CONVERT.row

TABLE = b"a,b\n1,2\n3,4\n"
row("no word of where to", TABLE, "OUT is missing", "usage: cuvae convert", command="cuvae convert data.csv", code=2)
row("an ending that is not known", TABLE, "'out.xls' must end in", ".npy", ".csv", "/",
    command="cuvae convert data.csv out.xls", code=2)
row("onto itself", TABLE, "would replace its own input", command="cuvae convert data.csv data.csv", code=2)
row("onto itself, through a link", {"data.csv": TABLE, "link.csv": link_to("data.csv")}, "would replace its own input",
    command="cuvae convert data.csv link.csv", code=2)
row("a line with a field too few, after 40 MB", large((b"1.25,2.5\n", 4_500_000), b"3\n"),
    "line 4500001 has 1 field", "the first has 2")
row("the same, into pictures", large((b"1,0,0,1\n", 1000), b"3\n"), "line 1001 has 1 field",
    command="cuvae convert data.csv pictures/ --layout 2x2")
row("gzip with a wrong checksum, into a table", {"data.gz": gz(idx((2, 2), bytes(4)))[:-8] + bytes(8)}, "damaged",
    command="cuvae convert data.gz out.csv")
row("rows that are no pictures", {"data.idx": idx((2, 3), bytes(6))}, "no pictures", "--layout 28x28",
    command="cuvae convert data.idx pictures/")
row("values that are no shades", {"data.npy": npy("(1, 2, 2)", floats(0, 1, 2, 3000))}, "'data.npy'", "row 0",
    command="cuvae convert data.npy pictures/")
row("values that are no bytes", {"data.npy": npy("(1, 2)", floats(3, 300))}, "row 0, column 1 (from 0) is 300", "0 to 255",
    command="cuvae convert data.npy out.npy --dtype uint8")
row("values beyond float32", {"data.npy": npy("(1, 2)", struct.pack("<2d", 1, 1e300), descr="<f8")},
    "row 0, column 1 (from 0) is beyond float32", "keep their type", command="cuvae convert data.npy out.npy --dtype float32")
row("values that are beyond float32 when scaled", {"data.npy": npy("(1, 2)", floats(1, 1e38))},
    "row 0, column 1 (from 0) is beyond float32 when it is scaled", command="cuvae convert data.npy out.npy --scale 100")
row("a word for stdout", TABLE, "'-' must end in", "/dev/stdout", command="cuvae convert data.csv -", code=2)
row("more rows than there are", TABLE, "there are 2 rows", "first 5", command="cuvae convert data.csv out.npy --rows 5")
row("a scale of 0", TABLE, "--scale: 0 is out of range", "greater than 0", command="cuvae convert data.csv out.npy --scale 0", code=2)
row("a scale divided by 0", TABLE, "--scale: '1/0' is no fraction", command="cuvae convert data.csv out.npy --scale 1/0",
    code=2)
row("a type that is not known", TABLE, "'float16' is neither", command="cuvae convert data.csv out.npy --dtype float16",
    code=2)
row("a folder that holds something", {"data.idx": idx((1, 2, 2), bytes(4)), "pictures/mine.png": b"precious"},
    "pictures", command="cuvae convert data.idx pictures/")
row("into the folder itself", {"in/data.idx": idx((1, 2, 2), bytes(4))}, "'.'", "Name a new folder",
    command="mkdir empty; cd empty; cuvae convert ../in/data.idx . || (code=$?; cd ..; rmdir empty; exit $code)")
row("into a folder into which nothing may be written", {"data.csv": TABLE, "closed": closed_folder}, "Permission denied",
    command="cuvae convert data.csv closed/out.npy")
row("a limit of file sizes", large((b"1.25,2.5\n", 10_000)), "out.npy", "File too large",
    command="ulimit -f 8; cuvae convert data.csv out.npy")
row("a limit of file sizes, into a table", {"data.npy": npy("(5000, 2)", floats(*range(10_000)))}, "File too large",
    command="ulimit -f 8; cuvae convert data.npy out.csv")
row("a checkpoint", {MODEL: as_trained(MODEL)}, "checkpoint",
    command="cuvae convert model.safetensors out.npy")
row("pictures that are too tall for one PNG", {"data.idx": large(header((64, 130_000, 1)), (bytes(64), 130_000))},
    "64 pictures of 130000 x 1 are too many for one", "Name a folder", command="cuvae convert data.idx out.png", code=2)
