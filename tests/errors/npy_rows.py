"""NPY files that numpy.save did not write, or that training cannot take."""

from made import large
from npy_file import MAGIC, described, floats, npy, preamble, with_header
from section import Section

NPY = Section("NPY", file="data.npy", command="cuvae info data.npy")
row = NPY.row

FOUR = floats(0, 1, 0.5, 1)
GOOD = npy("(2, 2)", FOUR)
TRAIN = "cuvae train data.npy --likelihood gaussian --out run"

row("an empty file", b"", "'data.npy'", "the file is empty")
row("the magic number alone", MAGIC, "truncated", "at least 10 bytes", "has 6", "numpy.save")
row("cut off within the header", GOOD[:40], "truncated", "header is at least", "the file has 40")
row("version 0", MAGIC + bytes([0, 0]) + GOOD[8:], "version 0.0", "known are 1.0, 2.0 and 3.0")
row("version 4", MAGIC + bytes([4, 0]) + GOOD[8:], "version 4.0", "known are 1.0, 2.0 and 3.0")
row("a header of 10,001 bytes", with_header(described().ljust(10_000), FOUR), "claims 10001 bytes", "10,000")
row("a header of 4 GiB, and no room for it", preamble(0xFFFFFFFF, version=2) + b"{}", "claims 4294967295 bytes")
row("a header that is no dictionary", with_header("[1, 2]", FOUR), "malformed", "expected '{'", "byte 10")
row("a header that is code", with_header("__import__('os').system('id')", FOUR), "malformed", "byte 10")
row("10,000 open brackets", with_header("{'shape': " + "(" * 9_000, FOUR), "malformed", "a dimension (digits)")
row("a string that never ends", with_header("{'descr: <f4}", FOUR), "malformed", "a string with an end")
row("no closing brace", with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2)", FOUR), "malformed",
    "expected '}'")
row("something after the dictionary", with_header(described() + "x", FOUR), "malformed", "the end of the header")
row("no shape", with_header("{'descr': '<f4', 'fortran_order': False}", FOUR), "malformed", "'shape'")
row("a second descr", with_header("{'descr': '<f4', 'descr': '<f8', 'fortran_order': False, 'shape': (2, 2)}", FOUR),
    "malformed", "no second 'descr'")
row("a key that numpy does not know",
    with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), 'units': 'm'}", FOUR), "malformed",
    "one of the keys")
row("fortran_order that is a number", npy("(2, 2)", FOUR, order="1"), "malformed", "True or False", "at byte")
row("a negative dimension", npy("(-2, 2)", FOUR), "malformed", "a dimension (digits)", "at byte")
row("a dimension of 2^63", npy("(9223372036854775808, 2)", FOUR), "malformed", "below 2^63")
row("a dimension that is no integer", npy("(2.0, 2)", FOUR), "malformed", "')'")
row("more values than any file can hold", npy("(9223372036854775807, 2)", FOUR), "more values than any file")
row("rows of more than 2^31 - 1 values", npy("(1, 2147483648)", FOUR), "more than 2^31 - 1 values")
row("one value by itself", npy("()", FOUR[:4]), "a single value", "rows x columns")
row("zero rows", npy("(0, 2)", b""), "zero rows", "0 x 2")
row("rows of no values", npy("(2, 0)", b""), "rows are empty", "2 x 0")
row("Python objects", npy("(2, 2)", b"\x80\x04N.", descr="|O"), "Python objects", "never unpickled", "astype")
row("records", with_header("{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (2, 2), }", FOUR),
    "records with fields", "array['field']")
row("complex numbers", npy("(2, 2)", FOUR * 2, descr="<c8"), "'<c8'", "not supported", "astype")
row("text", npy("(2, 2)", FOUR, descr="<U1"), "'<U1'", "not supported")
row("half precision", npy("(2, 2)", FOUR[:8], descr="<f2"), "'<f2'", "not supported", "float32")
row("a date", npy("(2, 2)", FOUR * 2, descr="<M8[ns]"), "'<M8[ns]'", "not supported")
row("a type with an escape sequence", npy("(2, 2)", FOUR, descr="\x1b[31m"), "'?[31m'", "not supported")
row("one value too few", GOOD[:-4], "truncated", "2 x 2 values of f32", "bytes in all", "again")
row("65 dimensions", npy("(" + "1, " * 65 + ")", floats(1)), "65 dimensions", "at most 64", "reshape")
row("one value too many", GOOD + floats(1), "too long", "2 x 2 values of f32", "bytes in all")
row("48 MiB of spaces for a header", large(preamble(48 << 20, version=2), (b" ", 48 << 20)), "claims 50331648 bytes")
row("NaN in the last element", npy("(2, 2)", floats(0, 1, 1, float("nan"))), "row 1, column 1 (from 0) is NaN",
    command=TRAIN)
row("NaN in an array of Fortran order", npy("(2, 2)", floats(0, float("nan"), 1, 1), order="True"),
    "row 1, column 0 (from 0) is NaN", command=TRAIN)
row("infinity", npy("(2, 2)", floats(0, 1, float("inf"), 1)), "row 1, column 0", "infinite", "nan_to_num",
    command=TRAIN)
