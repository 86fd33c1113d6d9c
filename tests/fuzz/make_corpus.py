"""Writes the seeds of the fuzz targets: small files, right and wrong, that reach deep into each reader.

usage: make_corpus.py --cuvae PATH      (an executable of this repository, which writes checkpoints)

They go to corpus/TARGET/ beside this script; fuzz_test reads them. good-* must be taken, bad-* be refused;
what fuzzing found lies there too, as found-*, and stays. Words for libFuzzer go to words/TARGET.
"""

import argparse
import gzip
import io
import json
import struct
import subprocess
import tempfile
import zipfile
import zlib
from pathlib import Path

import numpy

HERE = Path(__file__).parent


def idx(kind: int, shape: tuple[int, ...], payload: bytes) -> bytes:
    return bytes([0, 0, kind, len(shape)]) + struct.pack(f">{len(shape)}I", *shape) + payload


def idx_files() -> dict[str, bytes]:
    pixels = idx(8, (3, 4, 4), bytes(range(48)))
    numbers = idx(13, (2, 3), numpy.linspace(-1, 1, 6).astype(">f4").tobytes())
    return {
        "good-u8-pictures": pixels,
        "good-i8": idx(9, (4,), bytes([1, 255, 128, 0])),
        "good-i16": idx(11, (2, 2), struct.pack(">4h", 1, -2, 300, -400)),
        "good-i32": idx(12, (2, 2), struct.pack(">4i", 1, -2, 1 << 30, -400)),
        "good-f32": numbers,
        "good-f64": idx(14, (1, 2), struct.pack(">2d", 0.5, -0.25)),
        "good-classes": idx(8, (3,), bytes([0, 2, 1])),
        "good-gzip": gzip.compress(pixels, mtime=0),
        "good-gzip-two-members": gzip.compress(pixels[:20], mtime=0) + gzip.compress(pixels[20:], mtime=0),
        "good-gzip-of-zeros": gzip.compress(idx(8, (64, 64), bytes(4096)), mtime=0),
        "bad-truncated": pixels[:-1],
        "bad-too-long": pixels + b"\0",
        "bad-type": idx(10, (1, 1), b"\0"),
        "bad-no-dimensions": idx(8, (), b"\0"),
        "bad-zero-rows": idx(8, (0, 4), b""),
        "bad-huge": idx(14, (0xFFFFFFFF, 0x7FFFFFFF), b"\0" * 16),
        "bad-255-dimensions": idx(8, (1,) * 255, b"\1")[:-1],
        "bad-nan": idx(13, (1, 2), struct.pack(">2f", 1, float("nan"))),
        "bad-gzip-cut": gzip.compress(pixels, mtime=0)[:-9],
        "bad-gzip-checksum": gzip.compress(pixels, mtime=0)[:-8] + bytes(8),
        "bad-gzip-then-text": gzip.compress(pixels, mtime=0) + b"more",
        "bad-gzip-bomb": gzip.compress(idx(8, (2, 2), bytes(1 << 20)), mtime=0),
    }


def npy(array: numpy.ndarray, version: tuple[int, int] = (1, 0)) -> bytes:
    file = io.BytesIO()
    numpy.lib.format.write_array(file, array, version=version)
    return file.getvalue()


def npy_text(text: str, payload: bytes = b"", version: int = 1) -> bytes:
    length = struct.pack("<H" if version == 1 else "<I", len(text))
    return b"\x93NUMPY" + bytes([version, 0]) + length + text.encode() + payload


def npy_files() -> dict[str, bytes]:
    counting = numpy.arange(12).reshape(3, 4)
    files = {
        f"good-{kind}-{name}": npy(counting.astype(order + kind))
        for kind in ("f4", "f8", "u2", "u4", "u8", "i2", "i4", "i8")
        for name, order in (("little", "<"), ("big", ">"))
    }
    dict_of = "{{'descr': '{}', 'fortran_order': {}, 'shape': {}, }}".format
    files |= {
        "good-u1": npy(counting.astype("u1")),
        "good-i1": npy(counting.astype("i1")),
        "good-bool": npy(counting % 3 == 0),
        "good-bits": npy((counting % 2).astype("u1")),
        "good-fortran": npy(numpy.asfortranarray(counting.astype("<f4"))),
        "good-fortran-pictures": npy(numpy.asfortranarray(numpy.ones((2, 4, 4, 1), "<f4"))),
        "good-version-2": npy(counting.astype("<f4"), (2, 0)),
        "good-version-3": npy(counting.astype("<f4"), (3, 0)),
        "good-one-dimension": npy(numpy.arange(3.0)),
        "good-python-2": npy_text("{'shape': (2L, 1L), 'descr': \"|u1\", 'fortran_order': False}", b"\0\1"),
        "good-gzip": gzip.compress(npy(counting.astype("<f4")), mtime=0),
        "bad-single-value": npy(numpy.array(1.0)),
        "bad-empty": npy(numpy.zeros((0, 3))),
        "bad-no-columns": npy(numpy.zeros((3, 0))),
        "bad-complex": npy(numpy.zeros((2, 2), "c8")),
        "bad-half": npy(numpy.zeros((2, 2), "f2")),
        "bad-text": npy(numpy.array(["a", "b"])),
        "bad-dates": npy(numpy.zeros(2, "M8[s]")),
        "bad-records": npy(numpy.zeros(2, [("x", "f4"), ("y", "f4")])),
        "bad-objects": npy_text(dict_of("|O", "False", "(1,)"), b"\x80\x04K\x01."),
        "bad-infinite": npy(numpy.array([1, numpy.inf])),
        "bad-truncated": npy(counting.astype("<f8"))[:-3],
        "bad-huge": npy_text(dict_of("<f8", "False", "(4611686018427387904, 2147483647)")),
        "bad-overflow": npy_text(dict_of("<f8", "False", "(9223372036854775808,)")),
        "bad-negative": npy_text(dict_of("<f8", "False", "(-1, 2)")),
        "bad-twice": npy_text("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,)}", bytes(4)),
        "bad-code": npy_text("{'descr': exit(), 'fortran_order': False, 'shape': (1,)}", bytes(4)),
        "bad-version": b"\x93NUMPY\4\0" + bytes(20),
        "bad-length": b"\x93NUMPY\2\0\xff\xff\xff\xff{",
    }
    return files


def zipped(members: list[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return file.getvalue()


def csr_members(data: list[float], indices: list[int], indptr: list[int], shape: list[int]):
    arrays = {
        "indices.npy": numpy.array(indices, "<i4"),
        "indptr.npy": numpy.array(indptr, "<i4"),
        "format.npy": numpy.array(b"csr"),
        "shape.npy": numpy.array(shape, "<i8"),
        "data.npy": numpy.array(data, "<f4"),
    }
    return [(name, npy(array)) for name, array in arrays.items()]


def npz_files() -> dict[str, bytes]:
    array = npy(numpy.arange(12, dtype="<f4").reshape(3, 4))
    stored, deflated = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED
    one = zipped([("arr_0.npy", array)], stored)
    csr = csr_members([1, 2, 3], [0, 2, 1], [0, 2, 2, 3], [3, 3])
    return {
        "good-stored": one,
        "good-deflated": zipped([("x.npy", array)], deflated),
        "good-csr": zipped(csr),
        "bad-two-arrays": zipped([("x.npy", array), ("y.npy", array)]),
        "bad-twice": zipped([("x.npy", array), ("y.npy", array)]).replace(b"y.npy", b"x.npy"),
        "bad-outside": zipped([("../x.npy", array)]),
        "bad-checksum": one.replace(struct.pack("<f", 7), struct.pack("<f", 8)),
        "bad-no-arrays": zipped([("readme.txt", b"no array")]),
        "bad-no-members": zipped([]),
        "bad-cut": one[:-30],
        "bad-pickle": zipped([("x.npy", npy_files()["bad-objects"])]),
        "bad-csr-index": zipped(csr_members([1, 2, 3], [0, 3, 1], [0, 2, 2, 3], [3, 3])),
        "bad-csr-rows": zipped(csr_members([1, 2, 3], [0, 2, 1], [0, 2, 1, 3], [3, 3])),
        "bad-csr-huge": zipped(csr_members([1], [0], [0, 1], [1 << 40, 1 << 30])),
    }


def csv_files() -> dict[str, bytes]:
    texts = {
        "good-header": "a,b\n1,2\n3,4\n",
        "good-numbers": "1,2\n3.5,-4e-3\n",
        "good-windows": "1;2\r\n3;4\r\n",
        "good-tabs": "x\ty\n.5\t+1\n",
        "good-bars": "1|2\n3|4",
        "good-quotes": '"a ""b""","c,\nd"\n"1", 2 \n',
        "good-classes": "species\n0\n1\n2\n",
        "good-mark": "\ufeffa,b\n1,2\n",
        "good-blank-lines": "\n\n1,2\n\n3,4\n\n",
        "good-long-number": "1," + "9" * 30 + "." + "1" * 40 + "\n2,3\n",
        "bad-missing": "a,b\n1,\n",
        "bad-nan": "1,2\nNaN,3\n",
        "bad-infinite": "1,2\ninf,3\n",
        "bad-ragged": "1,2\n3\n",
        "bad-wide": "1,2\n3,4,5\n",
        "bad-text": "a,b\nc,d\n",
        "bad-header-alone": "a,b\n",
        "bad-open-quote": 'a,b\n"1,2\n',
        "bad-after-quote": 'a,b\n"1"2,3\n',
        "bad-comma": "a;b\n1,5;2\n",
        "bad-hexadecimal": "1,2\n0x10,3\n",
        "bad-nul": "1,2\n3,\0\n",
    }
    files = {name: text.encode() for name, text in texts.items()}
    files["good-gzip"] = gzip.compress(files["good-header"], mtime=0)
    files["bad-utf-16"] = "a,b\n1,2\n".encode("utf-16")
    return files


def png(width: int, height: int, depth: int, colour: int, rows: bytes, *more: tuple[bytes, bytes], lace: int = 0):
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, lace)
    chunks = [(b"IHDR", header), *more, (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")]
    framed = (
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(framed)


def png_files() -> dict[str, bytes]:
    grey = b"".join(b"\0" + bytes([r, 2 * r, 3 * r, 255]) for r in range(4))
    rgb = b"".join(b"\1" + bytes(range(12)) for _ in range(4))
    whole = png(4, 4, 8, 0, grey)
    return {
        "good-grey": whole,
        "good-rgb": png(4, 4, 8, 2, rgb),
        "palette": png(4, 2, 8, 3, b"\0\0\1\0\1" * 2, (b"PLTE", bytes(range(6)))),
        "bits": png(8, 2, 1, 0, b"\0\xaa\0\x55"),
        "sixteen": png(2, 2, 16, 0, b"\0" + bytes(4) + b"\2" + bytes(4)),
        "alpha": png(2, 1, 8, 6, b"\0" + bytes(range(8))),
        "laced": png(1, 1, 8, 0, b"\0\7", lace=1),
        "transparent": png(1, 1, 8, 0, b"\0\7", (b"tRNS", b"\0\7")),
        "bad-cut": whole[:-20],
        "bad-checksum": whole.replace(b"IEND\xae", b"IEND\xaf"),
        "bad-huge": png(0x7FFFFFFF, 0x7FFFFFFF, 8, 0, b"\0"),
        "bad-wide": png(1 << 20, 1 << 12, 8, 2, b"\0"),
        "bad-no-pixels": png(0, 4, 8, 0, b""),
        "bad-few-rows": png(4, 8, 8, 0, grey),
        "bad-filter": png(4, 4, 8, 0, b"\x09" + grey[1:]),
        "bad-text": b"1,2\n3,4\n",
    }


def safetensors(header: object, payload: bytes = b"") -> bytes:
    text = header.encode() if isinstance(header, str) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + payload


def tensor(dtype: str, shape: list[int], begin: int, end: int) -> dict:
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


def safetensors_files() -> dict[str, bytes]:
    two = {"a": tensor("F32", [2, 2], 0, 16), "b": tensor("I64", [1], 16, 24)}
    kinds = [("F64", 8), ("BF16", 2), ("F8_E4M3", 1), ("BOOL", 1), ("U8", 1), ("C64", 8)]
    many, end = {}, 0
    for kind, size in kinds:
        many[kind] = tensor(kind, [3, 1], end, end + 3 * size)
        end += 3 * size
    return {
        "good-two": safetensors({"__metadata__": {"format": "pt"}, **two}, bytes(24)),
        "good-kinds": safetensors(many, bytes(end)),
        "good-nothing": safetensors({}),
        "good-empty-tensor": safetensors({"a": tensor("F32", [0, 3], 0, 0)}),
        "good-scalar": safetensors({"a": tensor("F32", [], 0, 4)}, bytes(4)),
        "good-escapes": safetensors('{"\\u00e9\\n":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}  ', b"\7"),
        "bad-empty": b"",
        "bad-length": struct.pack("<Q", 1 << 60) + b"{}",
        "bad-hole": safetensors({"a": tensor("U8", [1], 1, 2)}, bytes(2)),
        "bad-overlap": safetensors({"a": tensor("U8", [2], 0, 2), "b": tensor("U8", [2], 1, 3)}, bytes(3)),
        "bad-size": safetensors({"a": tensor("F32", [2], 0, 4)}, bytes(4)),
        "bad-overflow": safetensors({"a": tensor("F64", [1 << 61, 8], 0, 0)}),
        "bad-offsets": safetensors({"a": tensor("U8", [1], 1, 0)}, bytes(1)),
        "bad-dtype": safetensors({"a": tensor("F31", [1], 0, 4)}, bytes(4)),
        "bad-twice": safetensors('{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"a":{}}'),
        "bad-negative": safetensors({"a": tensor("U8", [-1], 0, 1)}, bytes(1)),
        "bad-fraction": safetensors({"a": tensor("U8", [1], 0.5, 1)}, bytes(1)),
        "bad-deep": safetensors('{"a":' * 100),
        "bad-array": safetensors("[]"),
        "bad-metadata": safetensors({"__metadata__": {"a": 1}}),
        "bad-trailing": safetensors({}, bytes(1)),
    }


def trained(cuvae: Path, *options: str) -> dict[str, bytes]:
    """The files of a very small run."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        numpy.save(folder / "data.npy", numpy.arange(8, dtype="<f4").reshape(4, 2) / 8)
        subprocess.run([cuvae.resolve(), "train", "data.npy", "--out", "run", "--epochs", "1", "--latent", "1",
                        "--hidden", "none", "--device", "cpu", "--threads", "1", *options],
                       cwd=folder, check=True, capture_output=True)
        kept = ("model.safetensors", "state.safetensors", "config.toml")
        return {name: (folder / "run" / name).read_bytes() for name in kept}


def changed(file: bytes, edit) -> bytes:
    """A safetensors file whose header was edited."""
    length = struct.unpack("<Q", file[:8])[0]
    header = json.loads(file[8 : 8 + length])
    edit(header)
    text = json.dumps(header, separators=(",", ":"))
    return safetensors(text + " " * (-len(text) % 8), file[8 + length :])


def unsealed(file: bytes) -> bytes:
    """The same without its checksum, which no mutation of the file would come past."""
    def edit(header) -> None:
        for key in ("cuvae.checksum", "cuvae.format"):
            header["__metadata__"].pop(key)
    return changed(file, edit)


def state_files(plain: dict[str, bytes], rich: dict[str, bytes]) -> dict[str, bytes]:
    sealed = plain["state.safetensors"]
    state = unsealed(sealed)

    def says(key: str, value: str) -> bytes:
        return changed(state, lambda header: header["__metadata__"].update({key: value}))

    def lacks(name: str) -> bytes:
        return changed(state, lambda header: header.pop(name))

    counters = bytearray(state)
    at = 8 + struct.unpack("<Q", state[:8])[0]
    counters[at : at + 8] = struct.pack("<q", -1)
    return {
        "good-plain": state,
        "good-sealed": sealed,
        "good-mixture": unsealed(rich["state.safetensors"]),
        "bad-model": unsealed(plain["model.safetensors"]),
        "bad-checksum": sealed[:-1] + bytes([sealed[-1] ^ 1]),
        "bad-kind": says("cuvae.kind", "picture"),
        "bad-latent": says("model.latent", "65536"),
        "bad-width": says("model.data_dim", "2147483647"),
        "bad-hidden": says("model.encoder_hidden", ",".join(["1048576"] * 64)),
        "bad-activation": says("model.activation", "rleu"),
        "bad-no-width": says("model.data_dim", "0"),
        "bad-schedule": says("train.lr_schedule", "1:2,1:3"),
        "bad-lacks-counters": lacks("run.counters"),
        "bad-counters": bytes(counters),
        "bad-cut": state[:-1],
    }


def config_files(plain: dict[str, bytes], rich: dict[str, bytes]) -> dict[str, bytes]:
    texts = {
        "good-values": "latent = 2\nhidden = [4, 2]\nlr = 1e-3\nvariance = 'shared'\nlikelihood = \"gaussian\"\n",
        "good-letters": '# Größe\ndata = "Größe/\\u00e9.npy"\nout = \'ß\'\n',
        "good-seed": 'seed = "18446744073709551615"\nlr_schedule = "10:0.5,20:0.1"\n',
        "good-nothing": "",
        "bad-key": "lern = 1\n",
        "bad-type": "latent = 1.5\n",
        "bad-range": "latent = -1\n",
        "bad-twice": "lr = 1\nlr = 2\n",
        "bad-table": "[train]\nlr = 1\n",
        "bad-list": "hidden = [1, [2]]\n",
        "bad-deep": "hidden = " + "[" * 300 + "]" * 300,
        "bad-date": "lr = 1979-05-27T07:32:00Z\n",
        "bad-letters": "größe = 1\n",
        "bad-lines": 's = """\\\n§"""',
        "bad-together": "validation_fraction = 0.1\nvalidation = 'v.npy'\n",
        "bad-bytes": "\udcff\udcfe",
    }
    files = {name: text.encode("utf-8", "surrogateescape") for name, text in texts.items()}
    return files | {"good-run": plain["config.toml"], "good-rich-run": rich["config.toml"]}


def words_of(plain: dict[str, bytes]) -> dict[str, list[str]]:
    keys = [line.split(" = ")[0] for line in plain["config.toml"].decode().splitlines() if " = " in line[:40]
            and not line.startswith("#")]
    values = ["bernoulli", "gaussian", "categorical", "mixture", "vamp", "iwae", "cosine", "adam", "sgd", "glu",
              "per-dimension", "shared", "none", "threshold", "one-hot", "tc-mws", "mmd"]
    types = ["F32", "F64", "I64", "U8", "BF16", "F4", "C64", "BOOL"]
    return {
        "npy": ["'descr'", "'fortran_order'", "'shape'", "True", "False", "<f4", ">f8", "|u1", "|b1", "|O", "<i8", "(1L,)"],
        "csv": ["NaN", "inf", "1e39", "-.5e-46", '""', "\\x0d\\x0a", "\\xef\\xbb\\xbf", "0x1", "N/A"],
        "safetensors": ['"dtype":"%s"' % t for t in types] + ['"shape":[', '"data_offsets":[', '"__metadata__":{'],
        "state": ["model." + key for key in keys] + ["train." + key for key in keys] + values,
        "config": [key + " = " for key in keys] + values + ['"""', "'''", "\\xc3\\xa9", "0x", "1_0", "nan"],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cuvae", type=Path, required=True)
    cuvae = parser.parse_args().cuvae
    plain = trained(cuvae)
    rich = trained(cuvae, "--prior", "mixture", "--objective", "elbo-sampled", "--prior-components", "2", "--likelihood", "gaussian", "--variance",
                   "per-dimension", "--optimizer", "adamax", "--encoder-hidden", "2", "--activation", "glu")
    corpora = {
        "idx": idx_files(), "npy": npy_files(), "npz": npz_files(), "csv": csv_files(), "png": png_files(),
        "safetensors": safetensors_files(), "state": state_files(plain, rich),
        "config": config_files(plain, rich),
    }
    for target, files in corpora.items():
        folder = HERE / "corpus" / target
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("*"):
            if not old.name.startswith("found-"):
                old.unlink()
        for name, content in files.items():
            (folder / name).write_bytes(content)
    (HERE / "words").mkdir(exist_ok=True)
    for target, words in words_of(plain).items():
        quoted = ['"' + word.replace('"', '\\"') + '"' for word in words]
        (HERE / "words" / target).write_text("\n".join(quoted) + "\n")


if __name__ == "__main__":
    main()
