"""Tables in text that are none, or not of numbers alone."""

from gzip_file import bomb, gz
from idx_file import idx
from made import large
from section import Section

TRAIN = "cuvae train data.csv --likelihood gaussian --out run"

CSV = Section("CSV", file="data.csv", command="cuvae info data.csv")
row = CSV.row

row("an empty file", b"", "'data.csv'", "the file is empty")
row("empty lines alone", b"\n\r\n\n", "no row of numbers")
row("a header alone", b"height,weight\n", "'height", "no row of numbers")
row("text that is no table", b"Dear reader,\nthis is a letter.\n", "line 2", "is no number")
row("a word in a column of numbers", b"height,weight\n1.8,80\n1.7,heavy\n", "line 3, column 1 ('weight')",
    "'heavy' is no number", "'file.csv:!1'")
row("a column of names", b"name,height\nanna,1.8\nbert,1.7\n", "line 2, column 0 ('name')", "'anna' is no number",
    ":!0")
row("a value that is missing", b"a,b\n1,2\n3,\n", "line 3, column 1 ('b')", "missing", ":!1", command=TRAIN)
row("a value that is NA", b"1,2\n3,NA\n", "line 2, column 1", "missing ('NA')", command=TRAIN)
row("a value that is NaN", b"1,2\nnan,4\n", "line 2, column 0", "missing ('nan')", command=TRAIN)
row("infinity", b"1,2\n3,inf\n", "row 1, column 1 (from 0)", "infinite", command=TRAIN)
row("a number beyond float32", b"1,2\n3,1e300\n", "row 1, column 1 (from 0)", "beyond float32", command=TRAIN)
row("a line with a field too few", b"1,2,3\n4,5\n7,8,9\n", "line 2 has 2 fields", "the first has 3", "commas")
row("a line with a field too many", b"1,2\n3,4\n5,6,7\n", "line 3 has 3 fields", "the first has 2", "commas")
row("fields between tabs, one too few", b"1\t2\n3\n", "line 2 has 1 field,", "between tabs")
row("a total behind the rows", b"a;b\n1;2\n3;4\ntotal;\n", "line 4, column 0 ('a')", "'total' is no number")
row("columns between blanks", b"1 2 3\n4 5 6\n", "delimiter=','", "commas, tabs, semicolons or bars")
row("decimal commas", b"1,5;2,5\n3,5;4,5\n", "Write decimal points, not commas")
row("a number with its unit", b"1kg,2\n3kg,4\n", "'3kg' is no number")
row("hexadecimal numbers", b"1,2\n0x10,3\n", "'0x10' is no number")
row("a quote that never closes", b'a,b\n1,"2\n3,4\n', "line 2", "never closes")
row("a quote that never closes in 10 MB", large(b'1,2\n3,"4\n', (b"5,6\n", 2_500_000)), "line 2", "64 KiB",
    "a quote that never closes")
row("text behind a closing quote", b'1,"2"x\n3,4\n', "line 1", "text follows a closing quote")
row("a column that two have the name of", b"a,b,a\n1,2,3\n", "columns 0 and 2 are both called 'a'", "by number",
    command="cuvae info data.csv:a")
row("a column that is named twice", b"a,b\n1,2\n", "column 'a' is named twice", command="cuvae info data.csv:a,b,a")
row("a colon, and no column", b"a,b\n1,2\n", "nothing is named after the colon", command="cuvae info data.csv:")
row("all columns but none", b"a,b\n1,2\n", "no column is named", command="cuvae info 'data.csv:!'")
row("parts whose columns are in another order", {"data.csv": b"a,b\n1,2\n", "more.csv": b"b,a\n2,1\n"}, "'more.csv'",
    "its column 0 is 'b', that of 'data.csv' is 'a'", "'parts-*.csv:a,b'", command="cuvae info data.csv more.csv")
row("stdin among files", {"data.csv": b"1,2\n"}, "'-' is NPY on stdin, which stands alone", "file first",
    command="cuvae info data.csv -", code=2)
row("UTF-16", b"\xff\xfe" + "1,2\n3,4\n".encode("utf-16-le"), "UTF-16", "iconv -f UTF-16 -t UTF-8")
row("UTF-16, big-endian", b"\xfe\xff" + "1,2\n3,4\n".encode("utf-16-be"), "UTF-16", "iconv")
row("zero bytes in it", b"1,2\n3,\x00\x00\n", "line 2", "NUL bytes")
row("zero bytes alone", bytes(4096), "'data.csv'")
row("one line of 50 MB", large((b"1,", 25_000_000)), "first line is longer than 4 MiB", "numpy.save")
row("a second line of 50 MB", large(b"1,2\n", (b"3,", 25_000_000)), "line 2 has 25000001 fields", "the first has 2")
row("a field of 50 MB", large(b"1,2\n3,", (b"4", 50_000_000)), "line 2", "longer than 64 KiB")
row("10 million empty lines", large((b"\n", 10_000_000)), "no row of numbers")
row("10 million rows, the last with a field too few", large((b"1,2\n", 10_000_000), b"3\n"), "line 10000001")
row("a column that it does not have, by number", b"a,b\n1,2\n", "no column '2'", "2 columns, from 0 to 1", "by number",
    command="cuvae info data.csv:2")
row("a column that it does not have, by name", b"height,weight\n1,2\n", "no column 'wieght'", "Did you mean 'weight'?",
    command="cuvae info data.csv:wieght")
row("a name of a column where there is no header", b"1,2\n3,4\n", "no column 'a'", "without names", "by number",
    command="cuvae info data.csv:a")
row("no column left", b"1,2\n3,4\n", "no column of it is left", command="cuvae info 'data.csv:!0-1'")
row("gzip that is cut off", {"data.csv.gz": gz(b"1,2\n" * 1000)[:-12]}, "gzip data is cut off",
    command="cuvae info data.csv.gz")
row("100 KB of gzip with a line of 96 MiB", {"data.csv.gz": bomb(b"1,2\n3,", 96, 0)}, "line 2", "longer than 64 KiB",
    command="cuvae info data.csv.gz")

OTHERS = Section("Files of other programs", file="data", command="cuvae info data")
row = OTHERS.row
row("HDF5", b"\x89HDF\r\n\x1a\n" + bytes(100), "HDF5", "save_npz")
row("Parquet", b"PAR1" + bytes(100), "Parquet", "to_numpy")
row("a pickle", b"\x80\x04\x95\x05\0\0\0\0\0\0\0]\x94K\x01a.", "pickle, which is never read", "numpy.save")
row("a pickle of an old protocol", b"\x80\x02]q\0K\1a.", "pickle, which is never read", "numpy.save")
row("one JPEG picture", b"\xff\xd8\xff\xe0" + bytes(100), "JPEG", "folder")
row("one PNG picture", b"\x89PNG\r\n\x1a\n" + bytes(100), "PNG", "folder")
row("xz", b"\xfd7zXZ\0" + bytes(100), "xz", "gzip")
row("zstd", b"\x28\xb5\x2f\xfd" + bytes(100), "zstd", "gzip")
row("MATLAB", b"MATLAB 5.0 MAT-file" + bytes(200), "MATLAB", "scipy.io.loadmat")
row("a program", b"\x7fELF\2\1\1" + bytes(100), "first bytes", "CSV")

SEVERAL = Section("Several files and patterns", command="cuvae info '*.idx'")
row = SEVERAL.row
TWO, THREE = idx((2, 2), bytes(4)), idx((2, 3), bytes(6))
row("a pattern that nothing matches", {"data.npy": b""}, "'*.idx'", "no file matches this pattern", "ls")
row("rows of different widths", {"a.idx": TWO, "b.idx": THREE}, "'b.idx'", "3 values of u8", "'a.idx' have 2")
row("values of different types", {"a.idx": TWO, "b.idx": idx((1, 2), bytes(8), code=0x0D)}, "'b.idx'", "f32", "u8")
row("the second file cut off", {"a.idx": TWO, "b.idx": TWO[:-1]}, "'b.idx'", "truncated")
row("the second file is empty", {"a.idx": TWO, "b.idx": b""}, "'b.idx'", "the file is empty")
row("a table of other columns", {"a.csv": b"1,2\n3,4\n", "b.csv": b"1,2,3\n"}, "'b.csv'", command="cuvae info '*.csv'")
row("a part of an array that has none", {"a.idx": TWO}, "one array", ":0", command="cuvae info a.idx:0")

STDIN = Section("Standard input", command="cuvae train - --out run < data.npy", file="data.npy")
row = STDIN.row
row("nothing on it", b"", "'-'", "empty")
row("text on it", b"1,2\n3,4\n", "'-'", "NPY")
row("an array that is cut off", b"\x93NUMPY\1\0", "'-'", "truncated")
row("stdin that is closed", {}, "'-'", command="cuvae train - --out run <&-")
row("a folder on it", {}, "'-'", command="cuvae train - --out run < .")
