"""What comes of a row: its command run in a folder of its own, and what is wrong with the result."""

import os
import signal
import subprocess
import tempfile
import threading
from pathlib import Path
from typing import NamedTuple

from section import Row

PREFIX = "cuvae: error: "
MOST_LINES = 4
LONGEST_RUN = 30  # seconds of the clock, after which a command hangs
# Root may read and write all files; here it may not.
AS_ANYONE = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []


class Limits(NamedTuple):
    seconds: float = 1  # of computing
    memory: bool = True  # whether peak memory counts: not that of sanitizers

    @staticmethod
    def bytes_for(size: int) -> int:
        """The peak memory that files of this size may cost."""
        return 2 * size + (64 << 20)


class Outcome(NamedTuple):
    code: int
    out: str
    err: str
    seconds: float
    peak: int  # bytes; not below the peak of this process, of which Linux begins to count
    size: int  # bytes of the files that were there
    strays: list[str]  # what was left, replaced or removed

    def message(self) -> str:
        return self.err.removeprefix(PREFIX).rstrip("\n")


def contents(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Everything below a folder, so that a change of it shows."""
    found = {}
    for path in folder.rglob("*"):
        status = path.lstat()
        found[path.relative_to(folder).as_posix()] = (status.st_mode, status.st_size, status.st_mtime_ns)
    return found


def wait_for(process: subprocess.Popen[bytes]) -> tuple[int, float, int]:
    """Exit code, seconds of computing, peak memory; ends the process, and its children, where it hangs."""
    end = threading.Timer(LONGEST_RUN, os.killpg, (process.pid, signal.SIGKILL))
    end.start()
    _, status, usage = os.wait4(process.pid, 0)
    end.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, usage.ru_utime + usage.ru_stime, usage.ru_maxrss << 10


def run(row: Row, cuvae: Path) -> Outcome:
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        work, programs = place / "work", place / "programs"
        for folder in (work, programs):
            folder.mkdir()
        (programs / "cuvae").symlink_to(cuvae)
        for file, content in row.files.items():
            path = work / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content) if isinstance(content, bytes) else content(path)
        before = contents(work)
        environment = os.environ | {"PATH": f"{programs}:{os.environ['PATH']}", "TMPDIR": name, "LC_ALL": "C",
                                     "CUDA_VISIBLE_DEVICES": ""}
        if "ulimit -f" in row.command:  # which also holds for the counts of lines that a build for them writes at its end
            environment |= {"GCOV_PREFIX": str(programs), "GCOV_ERROR_FILE": os.devnull}
        with (place / "out").open("wb") as out, (place / "err").open("wb") as err:
            process = subprocess.Popen([*AS_ANYONE, "sh", "-c", row.command], cwd=work, env=environment, stdout=out,
                                       stderr=err, stdin=subprocess.DEVNULL, start_new_session=True)
            code, seconds, peak = wait_for(process)
        after = contents(work)
        changed = sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))
        beside = sorted(path.name for path in place.iterdir() if path.name not in {"work", "programs", "out", "err"})
        return Outcome(code=code,
                       out=(place / "out").read_text(errors="backslashreplace"),
                       err=(place / "err").read_text(errors="backslashreplace"),
                       seconds=seconds,
                       peak=peak,
                       size=sum(path.lstat().st_size for path in work.rglob("*") if path.is_file()),
                       strays=changed + beside)


def flaws(row: Row, outcome: Outcome, limits: Limits) -> list[str]:
    """All that is not as the row, and the rules for every refusal, want it."""
    found = []
    if outcome.code != row.code:
        found.append(f"exit code {outcome.code}, not {row.code}")
    found += [f"the message lacks '{text}'" for text in row.says if text not in outcome.err]
    if not outcome.err.startswith(PREFIX):
        found.append(f"stderr does not begin with '{PREFIX}'")
    if outcome.err.count("\n") > MOST_LINES or not outcome.err.endswith("\n"):
        found.append(f"the message is not of 1 to {MOST_LINES} whole lines")
    if not outcome.err.replace("\n", "").isprintable():
        found.append("the message has control characters")
    if outcome.out and not row.begun:
        found.append(f"stdout is not empty: {outcome.out[:200]!r}")
    if outcome.strays:
        found.append(f"left or changed: {', '.join(outcome.strays)}")
    if outcome.seconds > limits.seconds:
        found.append(f"{outcome.seconds:.1f} s of computing, more than {limits.seconds:g}")
    if limits.memory and outcome.peak > limits.bytes_for(outcome.size):
        found.append(f"{outcome.peak >> 20} MiB at its peak, more than twice its {outcome.size} bytes and 64 MiB")
    return found
