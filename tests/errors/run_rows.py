"""What commands read beside data and models: the metrics of runs, results of benchmarks, MNIST's folder."""

import json

from made import folder, large
from section import Section

RUNS = Section("Runs, benchmarks and recipes", file="run/metrics.jsonl", command="cuvae curves run --out c.png")
row = RUNS.row

row("there is no such run", {}, "'run'", "No such file")
row("a folder without metrics", {"run": folder}, "'run/metrics.jsonl'", "No such file")
row("metrics that are empty", b"", "'run/metrics.jsonl'", "no epoch of a run", "finished an epoch")
row("metrics that are no JSON", b"epoch 1, elbo -90\n", "no epoch of a run")
row("metrics of 2 million zeros", bytes(2 << 20), "no epoch of a run")
row("10 MB of metrics that are cut off in each line", large((b'{"epoch": 1, "train": {"elbo"\n', 350_000)),
    "no epoch of a run")

COMPARE = "cuvae bench --op adam --rows 1 --cols 8 --device cpu --compare old.json"


def compare(words: str, content: bytes, *says: str) -> None:
    row(words, {"old.json": content}, "'old.json'", *says, command=COMPARE)


compare("earlier results that are empty", b"", "no results of cuvae bench")
compare("earlier results that are cut off", b'{"format": 1, "rows": [', "no results of cuvae bench", "line 1, column 24")
compare("earlier results of another format", json.dumps({"format": 2}).encode(), "format 2", "reads 1")
compare("earlier results without rows", json.dumps({"format": 1, "version": "", "commit": "", "device": "", "name": "",
                                                    "driver": None}).encode(), "'rows' not found")
compare("100 open brackets for earlier results", b"[" * 100, "nested too deep")
compare("a list of half a million lists for earlier results", b"[" + b"[]," * 500_000 + b"1]", "no results")
compare("3 MiB for earlier results", bytes(3 << 20), "larger than any results")

row("a recipe that there is not", {}, "'iwea'", "--list", command="cuvae reproduce iwea data --out run", code=2)
row("a recipe's folder without MNIST", {"data": folder}, "data", "train-images-idx3-ubyte", "MNIST's files",
    command="cuvae reproduce iwae-mnist-l1-k1 data --out run")
row("a setting that does not go with the recipe's", {}, "binarize: dynamic", "likelihood bernoulli",
    command="cuvae train builtin:shapes:8 --preset iwae-mnist-l1-k1 --likelihood gaussian --out run", code=2)
row("more rows than there are", {}, "8 rows", "first 100", command="cuvae train builtin:shapes:8 --rows 100 --out run")
row("all rows held out", {}, "leave none to train on",
    command="cuvae train builtin:shapes:8 --validation-fraction 0.99 --out run")
row("built-in data that no memory holds", {}, "78399999999216 bytes of memory", "fewer rows",
    command="cuvae train builtin:shapes:99999999999 --out run", code=4)
