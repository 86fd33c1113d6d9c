"""Paths that lead to no file of data, whatever its format."""

import shlex

from idx_file import idx
from made import folder, forbidden, link_to, pipe
from section import Section

PATHS = Section("Paths", file="data.idx", command="cuvae info data.idx")
row = PATHS.row

GOOD = idx((2, 2), bytes(4))


def info(name: str) -> str:
    return f"cuvae info {shlex.quote(name)}"


row("there is no such file", {}, "'data.idx'", "No such file or directory", "Check the path", "builtin:shapes")
row("a name of builtin data, mistyped", {}, "builtin:shaeps", "builtin:shapes", command="cuvae train builtin:shaeps",
    code=2)
row("builtin data of zero rows", {}, "builtin:shapes:0", "at least 1", command="cuvae train builtin:shapes:0", code=2)
row("builtin data of more rows than can be counted", {}, "ROWS", "below 2^63",
    command="cuvae train builtin:shapes:99999999999999999999", code=2)
row("an empty name", {}, "the name is empty", "builtin:shapes", command="cuvae info ''")
row("a name in a folder that is not there", {}, "'absent/data.idx'", "No such file", command=info("absent/data.idx"))
row("a name below a file", {"data.idx": GOOD}, "'data.idx/more'", "Check the path", command=info("data.idx/more"))
row("a folder that is empty", folder, "'data.idx'")
row("a pipe", pipe, "'data.idx'", "no regular file", "Save it to a file")
row("a device that never ends", {}, "'/dev/zero'", "no regular file", command="cuvae info /dev/zero")
row("a file that may not be read", forbidden(GOOD), "Permission denied", "chmod")
row("a link to nothing", link_to("absent.idx"), "'data.idx'", "a link to 'absent.idx', which is not there", "ls -l")
row("a link to itself", link_to("data.idx"), "'data.idx'", "symbolic links")
row("a name that is too long", {}, "File name too long", command=info("x" * 300))
row("a path that is too long", {}, "File name too long", command=info("x/" * 2500))
row("a name with an escape sequence", {}, "'a?]0;title?.npy'", "No such file",
    command='cuvae info "$(printf \'a\\033]0;title\\007.npy\')"')
row("a name that is not UTF-8", {}, "No such file", command='cuvae info "$(printf \'caf\\351.npy\')"')
