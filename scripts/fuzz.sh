#!/usr/bin/env bash
# Fuzzes the readers of files, under AddressSanitizer and UndefinedBehaviorSanitizer: as many targets at a time as
# there are cores, each for so long. What libFuzzer comes to is kept in build/fuzz/corpus and built upon by the next
# run; what it finds lies in build/fuzz/found. Ends with 1 where it found something.
#
# usage: scripts/fuzz.sh MINUTES|SECONDSs [TARGET...]      such as: scripts/fuzz.sh 10, scripts/fuzz.sh 30s csv npy
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly targets='idx npy npz csv png safetensors state config'
readonly build=build/fuzz

usage() {
  echo "usage: scripts/fuzz.sh MINUTES|SECONDSs [TARGET...]   of: $targets" >&2
  exit 2
}

# What is promised of any file (docs/formats.md) is 64 MiB and twice its size; sanitizers need more around it.
run_target() {  # target
  local words=() corpus=$build/corpus/$1 seeds=tests/fuzz/corpus/$1
  [[ -e tests/fuzz/words/$1 ]] && words=(-dict="tests/fuzz/words/$1")
  mkdir -p "$corpus"
  "$build/bin/fuzz_$1" "$corpus" "$seeds" -max_total_time="$seconds" -max_len=16384 -timeout=5 \
    -malloc_limit_mb=64 -rss_limit_mb=512 -artifact_prefix="$build/found/$1-" -print_final_stats=1 "${words[@]}" \
    >"$build/$1.log" 2>&1 || return 0  # the log says so
  ((seconds < 60)) && return
  rm -rf "$corpus.merged" && mkdir "$corpus.merged"
  "$build/bin/fuzz_$1" -merge=1 -max_len=16384 "$corpus.merged" "$seeds" "$corpus" >"$build/$1.merge.log" 2>&1
  rm -rf "$corpus" && mv "$corpus.merged" "$corpus"
}

of_log() {  # target, pattern of sed with one group
  sed -n "s/$2/\\1/p" "$build/$1.log" | tail -1
}

report() {  # target
  local found
  found=$(of_log "$1" '.*Test unit written to \(.*\)')
  printf '%-12s %10s runs, %6s/s, %6s edges%s\n' "$1" "$(of_log "$1" 'stat::number_of_executed_units: \(.*\)')" \
    "$(of_log "$1" 'stat::average_exec_per_sec: *\(.*\)')" "$(of_log "$1" '.* cov: \([0-9]*\).*')" \
    "${found:+, FOUND $found}"
  if [[ -z $found ]]; then
    grep -q '^stat::peak_rss_mb' "$build/$1.log" && return
    tail -20 "$build/$1.log"
    return 1
  fi
  grep -E -A 12 'ERROR: |runtime error: |terminate called' "$build/$1.log" | head -30
  echo "  again: $build/bin/fuzz_$1 $found"
  echo "  after the fix it stays: mv $found tests/fuzz/corpus/$1/found-WHAT-IT-WAS"
  return 1
}

case ${1:-} in
  '' | *[!0-9s]* | s*) usage ;;
  *s) seconds=${1%s} ;;
  *) seconds=$(($1 * 60)) ;;
esac
shift
chosen=("$@")
((${#chosen[@]})) || read -ra chosen <<<"$targets"
for target in "${chosen[@]}"; do [[ " $targets " == *" $target "* ]] || usage; done

cmake --preset fuzz >/dev/null
cmake --build --preset fuzz -j "$(nproc)"
mkdir -p "$build/found"
TMPDIR=$(mktemp -d -p "$([[ -w /dev/shm ]] && echo /dev/shm || echo /tmp)" cuvae-fuzz-XXXXXX)
trap 'rm -rf "$TMPDIR"' EXIT
export TMPDIR seconds build
export ASAN_OPTIONS=quarantine_size_mb=16:strict_string_checks=1:detect_stack_use_after_return=1
export UBSAN_OPTIONS=print_stacktrace=1
export -f run_target
printf '%s\n' "${chosen[@]}" | xargs -P "$(nproc)" -I{} bash -c 'run_target {}'
status=0
for target in "${chosen[@]}"; do report "$target" || status=1; done
exit "$status"
