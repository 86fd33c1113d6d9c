"""NPZ archives that numpy did not write, and sparse matrices that hold no matrix."""

import struct

from gzip_file import gz, zeros
from made import MIB
from npy_file import described, floats, npy, with_header
from section import Section
from zip_file import DEFLATED, ENCRYPTED, LINK, Member, end, zipped

NPZ = Section("NPZ", file="data.npz", command="cuvae train data.npz")
row = NPZ.row

ARRAY = npy("(2, 2)", floats(0, 1, 0.5, 1))
X = Member("x.npy", ARRAY)
WHOLE = zipped(X)
PACKED = Member("x.npy", ARRAY, DEFLATED)


def integers(*values: int) -> bytes:
    return npy(f"({len(values)},)", struct.pack(f"<{len(values)}i", *values), descr="<i4")


row("cut off", WHOLE[:-10], "'data.npz'", "no sound zip archive", "numpy.savez")
row("the directory cut out", WHOLE[:len(X.local())] + end(1, 51, len(X.local())), "no sound zip archive")
row("the first bytes of a zip alone", b"PK\3\4", "no sound zip archive")
row("no member", zipped(), "without arrays", "numpy.savez")
row("no member that is an array", zipped(Member("readme.txt", b"no array")), "without arrays", "end in .npy")
row("an Excel workbook", zipped(Member("xl/workbook.xml", b"<workbook/>")), "an Excel workbook", "as CSV")
row("a PyTorch file", zipped(Member("model/data.pkl", b"\x80\x02}.")), "a PyTorch file", "numpy.save")
row("several arrays, and none named", zipped(X, Member("y.npy", ARRAY)), "it holds 2 arrays", "Name one of them: data.npz:x")
row("an array that it does not have", WHOLE, "'data.npz'", "no array 'y'", "It has x", command="cuvae info data.npz:y")
row("an array that it does not have, mistyped", zipped(Member("images.npy", ARRAY), Member("labels.npy", ARRAY)),
    "no array 'imagse'", "did you mean 'images'?", command="cuvae info data.npz:imagse")
row("a member that is no array", zipped(Member("x.npy", b"not an array at all")), "'data.npz:x'", "NPY", "numpy.save")
row("a member of Python objects", zipped(Member("x.npy", npy("(2,)", b"\x80\x04N.", descr="|O"))), "'data.npz:x'",
    "Python objects", "never unpickled")
row("a member that is empty", zipped(Member("x.npy", b"")), "'data.npz:x'", "empty")
row("a member of values too few", zipped(Member("x.npy", ARRAY[:-4])), "'data.npz:x'", "2 x 2 values of f32")
row("a member of values too many", zipped(Member("x.npy", ARRAY + floats(1))), "'data.npz:x'", "too long")
row("a wrong checksum", zipped(Member("x.npy", ARRAY, crc=1)), "'data.npz:x'", "damaged at byte 86 of 86", "CRC")
row("a wrong checksum of a deflated member", zipped(PACKED._replace(crc=1)), "'data.npz:x'", "damaged at byte 86 of 86",
    "CRC")
row("a member whose deflate stream is damaged", zipped(PACKED._replace(stored=b"\xff" * 40)), "'data.npz:x'",
    "damaged at byte 0 of 86")
row("a member whose deflate stream is cut off", zipped(PACKED._replace(stored=PACKED.packed()[:-8])), "'data.npz:x'",
    "of 86")
row("a member that claims to be shorter than it is", zipped(PACKED._replace(size=80)), "'data.npz:x'", "80")
row("a member that claims to be longer than it is", zipped(PACKED._replace(size=4000)), "'data.npz:x'", "4000")
row("a member that claims 4 GiB", zipped(PACKED._replace(size=0xFFFFFFF0)), "'x.npy' declares 4294967280 bytes")
row("a name that climbs out", zipped(Member("../x.npy", ARRAY)), "'../x.npy'", "leads out of the archive")
row("an absolute name", zipped(Member("/tmp/x.npy", ARRAY)), "'/tmp/x.npy'", "leads out of the archive")
row("a symbolic link", zipped(Member("x.npy", b"/etc/passwd", attributes=LINK)), "'x.npy' is a symbolic link")
row("a folder", zipped(Member("x/", b""), X), "'x/' is a folder")
row("names with escape sequences", zipped(Member("\x1b[31mx.npy", ARRAY), X), "it holds 2 arrays", "x (2 x 2, f4)")
row("two members of one name", zipped(X, X), "have the same name")
row("members that overlap", zipped(X, Member("y.npy", ARRAY, at=0)), "'data.npz'", "archive")
row("a member that begins beyond the end", zipped(X._replace(at=1 << 20)), "no sound zip archive")
row("a member with another name beside its content", zipped(X._replace(local_name="y.npy")), "no sound zip archive")
row("an encrypted member", zipped(X._replace(flags=ENCRYPTED)), "'x.npy' is encrypted", "without a password")
row("a method that is not known", zipped(X._replace(method=12)), "method 12", "deflate")
row("more members than there are", WHOLE[:-22] + end(2, 51, len(X.local())), "no sound zip archive")
row("inside gzip", gz(WHOLE), "zip archive inside gzip", "gunzip")

BOMB = with_header(described("|u1", f"({96 * MIB // 1024}, 1024)"))
BOMB_SIZE = len(BOMB) + 96 * MIB
row("100 KB that inflate to the 96 MiB they promise, with a wrong checksum",
    zipped(Member("x.npy", b"", DEFLATED, zeros(BOMB, 96), crc=1, size=BOMB_SIZE)), "'data.npz:x'", "CRC")
row("100 KB that inflate to 96 MiB, and claim 4 values",
    zipped(Member("x.npy", b"", DEFLATED, zeros(ARRAY, 96), crc=1, size=len(ARRAY))), "'data.npz:x'", "longer than the archive declares")
row("10,000 members", zipped(*(Member(f"{name}.npy", ARRAY[:60]) for name in range(10_000))), "10000 arrays")

SPARSE = Section("Sparse matrices (scipy.sparse.save_npz)", file="data.npz", command="cuvae train data.npz")


def sparse(words: str, *says: str, kind: bytes = b"csr", shape: tuple[int, ...] = (2, 3),
           indptr: bytes = integers(0, 1, 2), indices: bytes = integers(0, 2), data: bytes = npy("(2,)", floats(1, 2)),
           without: str = "", command: str = "") -> None:
    """A row of a matrix with 1 in its first row and 2 in its second, but for what is given."""
    members = {"format": npy("()", kind, descr=f"|S{len(kind)}"),
               "shape": npy(f"({len(shape)},)", struct.pack(f"<{len(shape)}q", *shape), descr="<i8"),
               "indptr": indptr, "indices": indices, "data": data}
    files = zipped(*(Member(f"{name}.npy", array) for name, array in members.items() if name != without))
    SPARSE.row(words, files, "'data.npz", *says, command=command)


sparse("CSC, by columns", "the format 'csc'", "tocsr", kind=b"csc")
sparse("COO", "the format 'coo'", "tocsr", kind=b"coo")
sparse("a layout that there is not", "the format 'xyz'", kind=b"xyz")
sparse("no indices", "'indices'", without="indices")
sparse("no indptr", "'indptr'", without="indptr")
sparse("no shape", "it holds 4 arrays", "data.npz:format", without="shape")
sparse("no data", "it holds 4 arrays", without="data")
sparse("a shape of three dimensions", ":shape'", "3 values, those of a matrix are two", shape=(2, 3, 4))
sparse("a shape of zero rows", ":shape'", "at least one row", shape=(0, 3))
sparse("a negative shape", ":shape'", "-2", shape=(-2, 3))
sparse("more rows than indptr has", ":indptr'", "3 values", "5 rows need 6", shape=(5, 3))
sparse("indptr that does not begin at 0", ":indptr'", "begins with 1, not 0", indptr=integers(1, 1, 2))
sparse("indptr that falls", ":indptr'", "row 1", "before it begins, at 2", indptr=integers(0, 2, 1))
sparse("indptr that ends beyond the data", ":indptr'", "ends at value 9", "2 values", indptr=integers(0, 1, 9))
sparse("indptr that ends before the data", ":indptr'", indptr=integers(0, 1, 1))
sparse("an index beyond the columns", ":indices'", "3", "3 columns", indices=integers(0, 3))
sparse("a negative index", ":indices'", "-1", indices=integers(0, -1))
sparse("fewer indices than values", ":indices'", "has 1 value,", "has 2", indices=integers(0))
for command in ("info data.npz", "convert data.npz out.npy"):
    sparse(f"a negative index in a row of 500,000,000 columns, {command.split()[0]}", ":indices'", "-1",
           shape=(1, 500_000_000), indptr=integers(0, 2), indices=integers(3, -1), command=f"cuvae {command}")
sparse("indices that are no integers", ":indices'", "f32, not i32 or i64", indices=npy("(2,)", floats(0, 2)))
sparse("NaN", "row 1, column 2 (from 0) is NaN", data=npy("(2,)", floats(1, float("nan"))),
       command="cuvae train data.npz --likelihood gaussian --out run")
sparse("values that are complex", ":data'", "<c8", data=npy("(2,)", floats(1, 0, 2, 0), descr="<c8"))
sparse("values of two dimensions", ":data'", "one dimension", data=npy("(1, 2)", floats(1, 2)))
