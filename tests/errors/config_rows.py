"""Configuration files that are no TOML, or ask for what cuvae cannot do."""

from made import folder, forbidden, large
from section import Section

CONFIG = Section("Configuration files", file="run.toml", command="cuvae train --config run.toml --dry-run", code=2)
row = CONFIG.row

row("there is no such file", {}, "'run.toml'", "No such file", "--config", code=3)
row("a folder", folder, "'run.toml'", "it is a folder", "config.toml in it", code=3)
row("a file that may not be read", forbidden(b"epochs = 1\n"), "'run.toml'", "Permission denied", code=3)
row("a key that is unknown", b"epochs = 3\nlern_rate = 1\n", "run.toml:2:1", "unknown key 'lern_rate'")
row("a key that is mistyped", b"epoch = 3\n", "run.toml:1:1", "unknown key 'epoch'", "did you mean 'epochs'?")
row("a key twice", b"epochs = 3\nepochs = 4\n", "run.toml:2", "epochs")
row("a table", b"[train]\nepochs = 3\n", "run.toml:1", "unknown key 'train'")
row("text where a number should be", b"epochs = \"ten\"\n", "run.toml:1:10", "epochs", "a whole number")
row("a number where text should be", b"activation = 3\n", "run.toml:1:14", "activation", "text in quotes")
row("a fraction where a whole number should be", b"epochs = 1.5\n", "run.toml:1:10", "a whole number")
row("an integer of 100 digits", b"seed = " + b"9" * 100 + b"\n", "run.toml:1", "64 bits", "KEY = VALUE")
row("a number out of range", b"latent = 0\n", "run.toml:1:10", "latent", "0 is out of range", "1 to 65536")
row("a word that is none of those allowed", b"activation = \"rleu\"\n", "run.toml:1:14", "'rleu'", "did you mean 'relu'?")
row("widths that are texts", b"hidden = [\"400\"]\n", "run.toml:1:10", "hidden", "[400, 200]")
row("65 layers", b"hidden = [" + b"8," * 65 + b"]\n", "run.toml:1:10", "65 layers are too many", "up to 64")
row("a schedule that goes back", b"lr_schedule = \"5:0.1,3:0.1\"\n", "run.toml:1:15", "rise")
row("settings that exclude each other", b"likelihood = \"gaussian\"\nbinarize = \"dynamic\"\n", "binarize", "bernoulli")
row("a string that never ends", b"data = \"a.npy\n", "run.toml:1")
row("an assignment of nothing", b"epochs =\n", "run.toml:1", "expected value", "KEY = VALUE")
row("bytes that are not UTF-8", b"data = \"\xff\xfe\"\n", "run.toml:1")
row("zero bytes", bytes(64), "run.toml:1")
row("300 lists in each other", b"hidden = " + b"[" * 300 + b"1" + b"]" * 300 + b"\n", "run.toml:1")
row("1 MiB of open brackets", large(b"hidden = ", (b"[", (1 << 20) - 9)), "run.toml:1")
row("a key of 100,000 parts", b"a" + b".a" * 100_000 + b" = 1\n", "run.toml:1")
row("more than a MiB", large((b"# a comment that goes on and on\n", 40_000)), "'run.toml'", "larger than a MiB", code=3)
row("a device that never ends", {}, "'/dev/zero'", "larger than a MiB", command="cuvae train --config /dev/zero",
    code=3)
