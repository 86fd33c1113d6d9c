"""IDX files that say one thing and hold another."""

from idx_file import F32, F64, I32, header, idx, numbers
from made import large
from section import Section

IDX = Section("IDX", file="data.idx", command="cuvae info data.idx")
row = IDX.row

TRAIN = "cuvae train data.idx --likelihood gaussian --out run"

NAN, INFINITY = float("nan"), float("inf")

row("an empty file", b"", "'data.idx'", "the file is empty", "download it again")
row("the magic number cut off", b"\0\0\x08", "neither IDX nor NPY", "numpy.save")
row("text, whatever its name says", b"label,pixel\n5,0\n" * 2, "'data.idx'")
row("a type that means none", idx((2, 2), bytes(4), code=0x0A), "byte 2", "is 10", "8 (u8)")
row("extents cut off", header((2, 2, 2))[:13], "truncated", "16 bytes long", "has 13")
row("zero dimensions", header(()), "no rows", "rows x columns")
row("255 dimensions, and no room for them", b"\0\0\x08\xff" + bytes(16), "1024 bytes long", "has 20")
row("255 dimensions of zero", header((0,) * 255), "zero rows", "at least one row")
row("255 dimensions of 2^32 - 1", header((0xFFFFFFFF,) * 255), "more than 2^31 - 1 values", "must be the rows")
row("zero rows", idx((0, 28, 28), b""), "zero rows", "0 x 28 x 28")
row("rows of no values", idx((3, 0), b""), "rows are empty", "3 x 0")
row("rows of more than 2^31 - 1 values", header((1, 65536, 65536)), "more than 2^31 - 1", "1 x 65536 x 65536")
row("2^32 - 1 rows of 784 values, and no values", header((0xFFFFFFFF, 28, 28)), "truncated",
    "4294967295 x 28 x 28", "the file has 16")
row("more values than any file can hold", header((0xFFFFFFFF, 32767, 65537), code=F64), "more values than any file")
row("one value too few", idx((2, 3), bytes(5)), "truncated", "2 x 3 values of u8", "18 bytes", "17")
row("one byte too many", idx((2, 3), bytes(7)), "too long", "18 bytes", "19", "again")
row("32 MiB too many", large(header((2, 3)), (bytes(1 << 20), 32)), "too long", "18 bytes")
row("NaN", idx((2, 2), numbers("f", 0, 1, 1, NAN), code=F32), "row 1, column 1 (from 0) is NaN", "nan_to_num",
    command=TRAIN)
row("infinity", idx((2, 2), numbers("f", 0, -INFINITY, 1, 1), code=F32), "row 0, column 1", "infinite",
    command=TRAIN)
row("a number beyond float32", idx((2, 2), numbers("d", 0, 1, 1e300, 1), code=F64), "row 1, column 0",
    "beyond float32", "scale", command=TRAIN)
row("values outside [0, 1] for a Bernoulli likelihood", idx((2, 2), numbers("i", 0, 1, 0, 7), code=I32),
    "data.idx", "row 1", "gaussian", command="cuvae train data.idx --out run")
row("validation rows of another width", {"data.idx": idx((2, 2), bytes(4)), "other.idx": idx((2, 3), bytes(6))},
    "other.idx", "3", "2", command="cuvae train data.idx --validation other.idx --out run")
