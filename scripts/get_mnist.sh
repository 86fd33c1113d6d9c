#!/bin/sh
# Downloads MNIST, the four original IDX files, into DIR. Files that are there and whole are left alone.
#   scripts/get_mnist.sh [DIR=data/mnist]
# CUVAE_MNIST_MIRRORS: other places to try, URLs separated by spaces.
set -eu

dir=${1:-data/mnist}
mirrors=${CUVAE_MNIST_MIRRORS:-"https://ossci-datasets.s3.amazonaws.com/mnist https://storage.googleapis.com/cvdf-datasets/mnist"}

fail() {
  printf 'get_mnist: %s\n' "$@" >&2
  exit 1
}

case $dir in
  -h | --help) sed -n '2,4s/^# *//p' "$0"; exit 0 ;;
  -*) fail "unknown option '$dir'; usage: scripts/get_mnist.sh [DIR]" ;;
esac
for tool in gzip md5sum mktemp; do
  command -v $tool > /dev/null || fail "needs $tool, which is not installed"
done

# whole FILE MD5: the file inflates to exactly the bytes that were published.
whole() {
  [ -f "$1" ] && gzip -dc < "$1" 2> /dev/null | md5sum | grep -q "^$2 "
}

# download URL FILE
download() {
  if command -v curl > /dev/null; then
    curl --fail --silent --show-error --location --connect-timeout 20 \
      --speed-limit 1000 --speed-time 30 --output "$2" "$1"
  elif command -v wget > /dev/null; then
    wget --quiet --timeout=20 --tries=2 --output-document="$2" "$1"
  else
    fail "needs curl or wget; on Debian and Ubuntu: apt-get install curl"
  fi
}

# get NAME MD5: a file appears under its name only when it is complete and checked.
get() {
  target=$dir/$1.gz
  if whole "$target" "$2"; then return; fi
  if [ -e "$target" ]; then echo "$target is damaged and will be replaced"; fi
  [ -n "$partial" ] || partial=$(mktemp "$dir/.partial.XXXXXX") || fail "cannot write to '$dir'"
  for mirror in $mirrors; do
    url=${mirror%/}/$1.gz
    echo "downloading $url"
    if ! download "$url" "$partial"; then continue; fi
    if whole "$partial" "$2"; then
      chmod 644 "$partial"
      mv -f "$partial" "$target"
      return
    fi
    echo "get_mnist: $url is not the published file (MD5 of its content differs)" >&2
  done
  fail "could not get $1.gz from any mirror" "check the network, or set CUVAE_MNIST_MIRRORS to a mirror you can reach"
}

mkdir -p "$dir" || fail "cannot create '$dir'"
partial=
trap 'rm -f "$partial"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

get train-images-idx3-ubyte 6bbc9ace898e44ae57da46a324031adb
get train-labels-idx1-ubyte a25bea736e30d166cdddb491f175f624
get t10k-images-idx3-ubyte 2646ac647ad5339dbf082846283269ea
get t10k-labels-idx1-ubyte 27ae3e4e09519cfbb04c329615203637
echo "MNIST is complete in $dir"
