#!/usr/bin/env bash
# Says which lines of the readers of files, and of what writes checkpoints, the tests of a build have run: file by
# file, the worst first. Ends with 1 below 95 % of all.
#
# usage: scripts/coverage.sh BUILD      such as: ctest --preset asan, then scripts/coverage.sh build/asan
#
# The build counts where CMakePresets.json says so (-fprofile-filter-files of the preset asan). Left out are lines
# that no file reaches: memory that the machine does not have (std::bad_alloc).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
readonly least=95
[[ $# == 1 && -d $1 ]] || { sed -n 's/^# usage: /usage: /p' "$0" >&2; exit 2; }

gcovr --root . --object-directory "$1" --filter 'src/' --exclude-lines-by-pattern '.*std::bad_alloc.*' \
  --exclude-unreachable-branches --sort-percentage --fail-under-line "$least" "$1"
