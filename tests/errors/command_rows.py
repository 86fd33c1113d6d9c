"""Command lines that make no sense."""

from section import Section

COMMANDS = Section("Command line", command="", code=2)


def row(command: str, words: str, *says: str, code: int = 2, begun: bool = False) -> None:
    COMMANDS.row(words, {}, *says, command=command, code=code, begun=begun)


row("cuvae trian", "a command that is mistyped", "unknown command 'trian'", "did you mean 'train'?")
row("cuvae frobnicate", "a command that there is not", "unknown command 'frobnicate'", "cuvae --help")
row("cuvae ''", "a command without letters", "unknown command ''", "cuvae --help")
row("cuvae train --laten=3", "an option that is mistyped", "unknown option '--laten'", "did you mean '--latent'?")
row("cuvae train --frobnicate", "an option that there is not", "unknown option '--frobnicate'", "--help")
row('cuvae train "--\033[31m"', "an option with an escape sequence", "unknown option '--?[31m'")
row("cuvae devices all", "one argument too many", "unexpected argument 'all'", "usage: cuvae devices")
row("cuvae info", "no argument", "FILE is missing", "usage: cuvae info")
row("cuvae eval m.safetensors", "one argument of two", "DATA is missing", "usage: cuvae eval")
row("cuvae train --epochs", "an option without its value", "--epochs needs a value")
row("cuvae train --out=", "an empty value", "--out needs a value")
row("cuvae train --epochs ten", "a word where a number should be", "--epochs: 'ten' is no whole number")
row("cuvae train --epochs 1e3", "an exponent where a whole number should be", "--epochs: '1e3' is no whole number")
row("cuvae train --epochs 0", "a number out of range", "--epochs: 0 is out of range", "1 to 1000000")
row("cuvae train --batch 99999999999999999999", "a number beyond 64 bits", "--batch", "whole number")
row("cuvae train --seed -1", "a seed below 0", "--seed: '-1'", "from 0 to 18446744073709551615")
row("cuvae train --lr nan", "a learning rate that is no number", "--lr: 'nan' is no finite number")
row("cuvae train --lr 1e-50", "a learning rate that float32 does not have", "--lr: 1e-50 is out of range", "float32")
row("cuvae train --hidden 400,,2", "a width that is missing", "--hidden: '400,,2'", "400,200")
row("cuvae train --hidden 9999999", "a width that is too large", "--hidden: 9999999 is out of range", "1 to 1048576")
row("cuvae train --activation rleu", "a word that is none of those allowed", "--activation: 'rleu'",
    "did you mean 'relu'?")
row("cuvae train --likelihood gaussian --binarize dynamic", "options that exclude each other", "binarize", "bernoulli")
row("cuvae train --validation a.npy --validation-fraction 0.1", "two sets to validate on", "exclude each other")
row("cuvae train --kl-warmup 11", "a warm-up that never ends", "kl_warmup: 11 epochs", "10")
row("cuvae train --patience 3", "patience, and nothing to validate on", "patience", "--validation")
row("cuvae train --device gpu", "a device that there is not", "--device: 'gpu'", "auto, cpu, cuda, cuda:N")
row("cuvae train --device cpu --precision bf16 --dry-run", "a precision that the device does not have",
    "precision", "needs a GPU", code=4)
row("cuvae train --preset iwea", "a preset that there is not", "'iwea'", "cuvae reproduce --list")
row("cuvae train --resume", "a resume of no run", "--resume", "--out")
row("cuvae sample m.safetensors", "no word of where the result goes", "--out is missing", ".png, .npy")
row("cuvae sample m.safetensors --out s.jpg", "a result of an unknown ending", "'s.jpg' must end in .png, .npy")
row("cuvae eval builtin:shapes m.safetensors", "arguments in the wrong order", "CHECKPOINT comes first")
row("cuvae train builtin:shapes:512 --hidden 8 --batch 64 --optimizer sgd --lr 1e30 --out run",
    "a learning rate at which training diverges", "step", "lower --lr", code=5, begun=True)
