#!/usr/bin/env bash
# Checks that every source is formatted as .clang-format says; with --fix, formats them.
#
# Versions of clang-format differ in their results, so one is the judge: 14, that of Debian 12.
# Ends with 77 (skipped) where it is missing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
readonly version=14

find_tool() {
  local name
  for name in "clang-format-$version" clang-format; do
    if [[ $("$name" --version 2>/dev/null) == *"version $version."* ]]; then
      echo "$name"
      return
    fi
  done
  echo "format.sh: skipped, clang-format $version is not installed" >&2
  exit 77
}

case ${1:---check} in
  --check) action=(--dry-run -Werror) ;;
  --fix) action=(-i) ;;
  *) echo "usage: scripts/format.sh [--check|--fix]" >&2; exit 2 ;;
esac
tool=$(find_tool)
find include kernels src tests bench examples -name build -prune -o \
  -regex '.*\.\([ch]pp\|cuh?\)' -print0 | sort -z | xargs -0 "$tool" "${action[@]}"
