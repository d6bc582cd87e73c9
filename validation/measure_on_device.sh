#!/usr/bin/env bash
# Measures on a machine with an NVIDIA GPU that has CUDA's driver and nothing of ours.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

help() {
  cat <<'TEXT'
usage: validation/measure_on_device.sh pack [BUILD]     here: the program and its libraries, into build/device/
       validation/measure_on_device.sh PHASE...         there: what build/device/ has, results into $OUT

  third      other people's kernels and the device's limits, by PyTorch      -> third_party.json
  check      our kernels against double precision                            -> check.txt
  sanitize   the same under compute-sanitizer: bad accesses, then races      -> memcheck.txt, racecheck.txt
  measure    our kernels and microbenchmarks                                 -> measure.json
  all        third, check, measure

SECONDS_EACH (250) bounds third and measure. Files of the same names in build/device/ are gone on with.
TEXT
}

# Libraries of the program that a machine without our packages lacks: all but the C and C++ runtimes.
ours() {
  ldd "$1" | awk '$2 == "=>" && $3 ~ /^\// { print $3 }' |
    grep -vE '/(ld-linux[^/]*|libc|libm|libdl|librt|libpthread|libgcc_s|libstdc\+\+)\.so' || true
}

pack() {
  local program="${1:-build}/einsight"
  [ -x "$program" ] || { echo "there is no $program; ./dev build makes it" >&2; exit 2; }
  rm -rf build/device/lib
  mkdir -p build/device/lib
  cp "$program" build/device/einsight
  strip build/device/einsight
  ours "$program" | xargs -r cp -L -t build/device/lib
  du -sh build/device
}

# A result of an earlier run, to go on with.
earlier() {
  [ ! -f "build/device/$1" ] || cp "build/device/$1" "$OUT/$1"
}

# Folders with the library of matrix products: the toolkit's, or PyTorch's own.
blasFolders() {
  local folder
  for folder in /usr/local/cuda/lib64 /usr/local/cuda/targets/*/lib; do
    [ ! -e "$folder/libcublas.so.13" ] || printf '%s:' "$folder"
  done
  python3 - 2>/dev/null <<'PYTHON' || true
import pathlib
import sysconfig
for file in pathlib.Path(sysconfig.get_paths()["purelib"]).glob("nvidia/**/libcublas.so.1*"):
    print(file.parent, end=":")
PYTHON
}

einsight() {
  LD_LIBRARY_PATH="build/device/lib:$(blasFolders)${LD_LIBRARY_PATH:-}" "$@"
}

phase() {
  local seconds="${SECONDS_EACH:-250}"
  case "$1" in
    third)
      earlier third_party.json
      PYTHONUNBUFFERED=1 python3 validation/third_party.py --out "$OUT" --budget "$seconds"
      ;;
    check)
      einsight build/device/einsight measure --check 2>&1 | tee "$OUT/check.txt"
      ;;
    sanitize)
      for tool in memcheck racecheck; do
        einsight compute-sanitizer --tool "$tool" --error-exitcode 1 \
          build/device/einsight measure --check 2>&1 | tee "$OUT/$tool.txt"
      done
      ;;
    measure)
      earlier measure.json
      local resume=()
      [ ! -f "$OUT/measure.json" ] || resume=(--resume)
      einsight build/device/einsight measure -o "$OUT/measure.json" --seconds "$seconds" "${resume[@]}"
      ;;
    *)
      echo "there is no phase '$1'" >&2
      help >&2
      exit 2
      ;;
  esac
}

case "${1:-help}" in
  help | --help | -h) help ;;
  pack) pack "${2:-build}" ;;
  *)
    OUT="${OUT:-out/device}"
    mkdir -p "$OUT"
    [ -x build/device/einsight ] || { echo "build/device/einsight is missing; pack it first" >&2; exit 2; }
    [ "$1" != all ] || set -- third check measure
    status=0
    for name in "$@"; do
      echo "== $name ($(date -u +%H:%M:%S))"
      phase "$name" || status=$? # what one phase cannot do must not keep the others from running
    done
    exit "$status"
    ;;
esac
