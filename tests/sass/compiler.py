"""How kernels are compiled to be read: as in a release build.

usage: compiler.py NVCC SOURCE CUBIN [DEPFILE]
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FLAGS = ["-cubin", "-arch=sm_90", "-O3", "-DNDEBUG", "-std=c++20", f"-I{ROOT}"]


def compile_cubin(nvcc: str, source: Path, cubin: Path, *more: str) -> None:
    """Throws subprocess.CalledProcessError."""
    subprocess.run([nvcc, *FLAGS, *more, str(source), "-o", str(cubin)], check=True)


def main() -> int:
    nvcc, source, cubin, *depfile = sys.argv[1:]
    more = ["-MD", "-MF", depfile[0], "-MT", cubin] if depfile else []
    try:
        compile_cubin(nvcc, Path(source), Path(cubin), *more)
    except subprocess.CalledProcessError as failure:
        return failure.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
