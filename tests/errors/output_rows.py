"""Results that cannot be written."""

from idx_file import idx
from made import MODEL, as_trained, closed_folder, folder, link_to
from section import Content, Section

OUTPUTS = Section("Outputs", command="cuvae sample model.safetensors --out s.npy -n 64")


def row(words: str, files: dict[str, Content], *says: str, command: str = "", code: int = 3,
        begun: bool = False) -> None:
    OUTPUTS.row(words, {MODEL: as_trained(MODEL)} | files, *says, command=command, code=code, begun=begun)


def sample(out: str) -> str:
    return f"cuvae sample model.safetensors --out {out} -n 64"


row("a folder that is not there", {}, "'absent/s.npy'", "No such file", "Create the folder first",
    command=sample("absent/s.npy"))
row("a folder of that name", {"s.npy": folder}, "s.npy", "directory")
row("a folder into which nothing may be written", {"closed": closed_folder}, "closed/s.npy", "Permission denied",
    "where you may write", command=sample("closed/s.npy"))
row("a name below a file", {"file": b"precious"}, "file/s.npy", "Not a directory", command=sample("file/s.npy"))
row("a name that is too long", {}, "File name too long", command=sample("x" * 300 + ".npy"))
row("a link to itself", {"s.npy": link_to("s.npy")}, "s.npy", "symbolic links")
row("a limit of file sizes", {}, "s.npy", "File too large", "ulimit -f", command=f"ulimit -f 8; {sample('s.npy')}")
row("a full device", {"full.npy": link_to("/dev/full")}, "/dev/full", "No space left", "Free space",
    command=sample("full.npy"))
row("stdout on a full device", {}, "stdout", "No space left", command="cuvae info model.safetensors > /dev/full")
row("stdout that is closed", {}, "stdout", command="cuvae info model.safetensors >&-")
row("the place of the input", {"data.npy": idx((2, 2), bytes(4))}, "would replace its own input", "another file",
    command="cuvae encode model.safetensors data.npy --out data.npy", code=2)
row("a file where the run's folder should be", {"run": b"precious"}, "run", "another --out",
    command="cuvae train builtin:shapes:64 --out run")
row("a folder that holds a run already", {"run/model.safetensors": as_trained(MODEL)}, "run",
    "holds a run already", "--resume", command="cuvae train builtin:shapes:64 --out run", code=2)
row("a run's folder on a limit of file sizes", {}, "run/", "File too large",
    command="ulimit -f 8; cuvae train builtin:shapes:64 --hidden 8 --epochs 1 --out run", begun=True)
row("a run's folder into which nothing may be written", {"run": closed_folder}, "run/", "Permission denied",
    command="cuvae train builtin:shapes:64 --hidden 8 --epochs 1 --out run", begun=True)
