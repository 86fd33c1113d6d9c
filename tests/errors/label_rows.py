"""Labels and factors that do not belong to their data."""

import struct

from made import MODEL, as_trained
from npy_file import floats, npy
from section import Content, Section

LABELS = Section("Labels and factors", file="labels.npy",
                 command="cuvae train data.npy --labels labels.npy --out run")

DATA = npy("(4, 2)", floats(0, 1, 1, 0, 0, 0, 1, 1))
TABLE = b"kind,x\n0,1.5\n1,2.5\nred,3.5\n2,4.5\n"
WORDS = b"kind,sort,gap\nrose,a,a\ntulip,2,b\nrose,b,\ntulip,c,c\n"


def row(words: str, labels: Content, *says: str, command: str = "", code: int | None = None) -> None:
    files = {"data.npy": DATA, "labels.npy": labels, "labels.csv": TABLE, "words.csv": WORDS, "many.csv": b"kind\n" + b"ab\n" * 20_000 + b"7\n",
             "model.safetensors": as_trained(MODEL)}
    LABELS.row(words, files, *says, command=command, code=code)


def integers(*values: int) -> bytes:
    return npy(f"({len(values)},)", struct.pack(f"<{len(values)}i", *values), descr="<i4")


row("three labels for four rows", integers(0, 1, 0), "labels.npy", "3", "4")
row("40,000 labels for four rows", integers(*range(40_000)), "there are 40000 labels for the 4 rows")
row("words for more rows than there are", integers(0), "there are more labels than the 4 rows",
    command="cuvae train data.npy --labels many.csv --out run")
row("a negative class", integers(0, 1, -1, 0), "labels.npy", "row 2", "class -1", "from 0")
row("a class beyond 65535", integers(0, 1, 2, 70000), "labels.npy", "70001 classes", "65536")
row("identifiers for classes", integers(0, 10017, 10018, 20009), "labels.npy", "from 0 to 20009 only 4 occur",
    "without gaps", "real")
row("fractions for classes", npy("(4, 1)", floats(0, 1, 0.5, 0)), "labels.npy", "row 2", "of class 0.5",
    command="cuvae train data.npy --labels labels.npy --label-kind one-hot --out run")
row("two columns for classes", npy("(4, 2)", floats(0, 1, 1, 0, 0, 0, 1, 1)), "labels.npy", "2 columns",
    command="cuvae train data.npy --labels labels.npy --label-kind one-hot --out run")
row("a kind of labels that is none", integers(0, 1, 0, 1), "--label-kind", "'reel'", "did you mean 'real'?",
    command="cuvae train data.npy --labels labels.npy --label-kind reel --out run", code=2)
row("a kind of labels without labels", integers(0, 1, 0, 1), "label_kind", "add --labels FILE",
    command="cuvae train data.npy --label-kind real --out run", code=2)
row("a class beyond what floats tell apart", integers(0, 1, 2, 1 << 30), "labels.npy", "row 3", "class")
row("labels with NaN", npy("(4, 1)", floats(0, 1, float("nan"), 0)), "labels.npy", "row 2, column 0", "NaN")
row("labels that are text", npy("(4,)", b"abcd", descr="|S1"), "labels.npy", "'|S1'", "not supported")
row("labels that are not there", integers(0, 1, 0, 1), "absent.npy", "No such file",
    command="cuvae train data.npy --labels absent.npy --out run")
row("validation rows, and no labels of theirs", integers(0, 1, 0, 1), "validation",
    command="cuvae train data.npy --labels labels.npy --validation data.npy --out run", code=2)
row("labels for validation, and none for training", integers(0, 1, 0, 1), "labels",
    command="cuvae train data.npy --validation data.npy --validation-labels labels.npy --out run", code=2)
row("classes in a table that are words", integers(0), "labels.csv:kind", "line 4", "'red' is no number",
    command="cuvae train data.npy --labels labels.csv:kind --out run")
row("classes that are words, and a number among them", integers(0), "words.csv:sort", "line 3, column 1 ('sort')",
    "'2' stands among classes", command="cuvae train data.npy --labels words.csv:sort --out run")
row("classes that are words, and one missing", integers(0), "words.csv:gap", "line 4, column 2 ('gap')", "missing",
    command="cuvae train data.npy --labels words.csv:gap --out run")
row("a column of labels that the table does not have", integers(0), "labels.csv:knid", "Did you mean 'kind'?",
    command="cuvae train data.npy --labels labels.csv:knid --out run")

FACTORS = "cuvae eval model.safetensors builtin:shapes:4 --factors labels.npy"
row("factors that are fractions", npy("(4, 1)", floats(0, 1, 2, 3)), "labels.npy", "factors are f32, not integers",
    "integer type", command=FACTORS)
row("factors of three rows for four", integers(0, 1, 0), "labels.npy", "3", "4", command=FACTORS)
row("a level beyond 2^24", integers(0, 1, 2, 1 << 25), "labels.npy", "beyond +-2^24", command=FACTORS)
