"""Who may include whom: the arrows between the rooms, which only go down.

usage: include_arrows.py REPOSITORY
"""

import re
import sys
from pathlib import Path

from sources import lines, report

PUBLIC = ["cuvae/"]
CORE = ["src/core/", *PUBLIC]
OPS = ["kernels/ops/"]

# Room -> the quoted includes it may have besides its own; the longest matching room counts.
ARROWS = {
    "include/": PUBLIC,
    "kernels/ops/": [],
    "kernels/cuda/": [*PUBLIC, *OPS, "src/cuda/check.hpp"],
    "src/core/": CORE,
    "src/config/": CORE,
    "src/data/": [*CORE, "kernels/ops/philox.hpp", "kernels/ops/noise.hpp"],
    "src/io/": CORE,
    "src/plot/": [*CORE, "src/io/"],
    "src/backend/": [*CORE, *OPS, "src/cpu/cpu.hpp", "src/cuda/cuda.hpp"],
    "src/cpu/": [*CORE, *OPS, "src/backend/"],
    "src/cuda/": [*CORE, *OPS, "src/backend/", "kernels/cuda/"],
    "src/model/": [*CORE, *OPS, "src/backend/", "src/config/"],
    "src/train/": [*CORE, *OPS, "src/backend/", "src/config/", "src/model/", "src/data/", "src/io/"],
    "src/cli/": [*CORE, "src/config/", "src/io/", "src/data/", "src/plot/", "bench/kernels/",
                 "kernels/ops/gaussian_latent.hpp"],
}

# These need the standard library and nothing else.
STANDARD_ONLY = ("include/", "kernels/ops/")

INCLUDE = re.compile(r'\s*#\s*include\s*(?P<quote>[<"])(?P<path>[^>"]+)[>"]')


def violation(file: str, quote: str, path: str) -> str:
    """Why `file` may not include `path`; empty where it may."""
    room = max((room for room in ARROWS if file.startswith(room)), key=len, default=None)
    if room is None:
        return f"{file} lies in no room of include_arrows.py"
    if quote == '"' or path.startswith(("cuvae/", "src/", "kernels/")):
        allowed = path.startswith((room, *ARROWS[room]))
        return "" if allowed else f'{room} may not include "{path}"'
    standard = re.fullmatch(r"[a-z_0-9]+", path)
    return f"{room} includes the standard library only, not <{path}>" if file.startswith(
        STANDARD_ONLY) and not standard else ""


def main() -> int:
    violations = []
    for line in lines(Path(sys.argv[1]), "include", "kernels", "src"):
        match = INCLUDE.match(line.text)
        if match and (why := violation(line.file, match["quote"], match["path"])):
            violations.append(f"{line}: {why}")
    return report(violations)


if __name__ == "__main__":
    sys.exit(main())
