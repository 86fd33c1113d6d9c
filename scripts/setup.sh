#!/usr/bin/env bash
# Installs what building cuvae needs and this machine lacks; says nothing where all is there.
#
# usage: scripts/setup.sh [--tests]      --tests: also what its tests and benchmarks need
set -euo pipefail

# package, the command it is wanted for (- for a library), why
readonly build_packages='
g++                    g++           compiles cuvae
cmake                  cmake         configures the build
ninja-build            ninja         runs the build
libopenblas-openmp-dev -             matrix products
libhwy-dev             -             vector instructions
zlib1g-dev             -             reads compressed data
libpng-dev             -             reads and writes pictures
libzip-dev             -             reads archives of arrays (.npz)
nlohmann-json3-dev     -             reads and writes metadata
libxxhash-dev          -             fingerprints data
libtomlplusplus-dev    -             reads configuration files
libcli11-dev           -             reads the command line
libbenchmark-dev       -             runs cuvae bench
libagg-dev             -             draws training curves'
readonly test_packages='
libgtest-dev           -             unit tests
libboost-context-dev   -             runs CUDA kernels on the host
binutils               nm            looks into the built library
python3                python3       checks of the sources
valgrind               valgrind      counts the instructions of a step
python3-numpy          -             writes files that the readers are tested on
clang-format           clang-format  checks the formatting
clang-16               clang++-16    compiles the readers for libFuzzer
libclang-rt-16-dev     -             libFuzzer, and the sanitizers beside it
gcovr                  gcovr         says which lines of the readers no test runs'

is_there() {  # package command
  [[ $2 != - ]] && command -v "$2" >/dev/null && return
  [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

packages=$build_packages
case ${1:-} in
  '') ;;
  --tests) packages+=$test_packages ;;
  *) echo "usage: scripts/setup.sh [--tests]" >&2; exit 2 ;;
esac

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
  echo "This system has no apt-get, so nothing is installed. cuvae needs what Debian calls:$packages" >&2
  exit 0  # all of it may be there: the build says what is not
fi

missing=()
reasons=
while read -r package command why; do
  if [[ -n $package ]] && ! is_there "$package" "$command"; then
    missing+=("$package")
    reasons+=$(printf '\n  %-24s %s' "$package" "$why")
  fi
done <<<"$packages"
((${#missing[@]})) || exit 0

as_root=()
if ((EUID != 0)); then
  if ! command -v sudo >/dev/null; then
    echo "Some packages are missing, and neither root nor sudo is here to install them. As root, run:" >&2
    echo "  apt-get install ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi

echo "Installing with apt-get what cuvae needs and this machine lacks:$reasons"
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get install -y -qq --no-install-recommends "${missing[@]}"
