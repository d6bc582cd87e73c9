#!/usr/bin/env bash
# Measures on a machine with an NVIDIA GPU that has CUDA's driver and nothing of ours.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

help() {
  cat <<'TEXT'
usage: validation/measure_on_device.sh pack [BUILD]     here: the program and its libraries, into build/device/
       validation/measure_on_device.sh PHASE...         there: what build/device/ has, results into $OUT

  check      our kernels against double precision                            -> check.txt
  measure    our kernels and microbenchmarks                                 -> measure.json
  third      other people's kernels and the device's limits, by PyTorch      -> third_party.json
  sanitize   check under compute-sanitizer: bad accesses, then races         -> memcheck.txt, racecheck.txt
  all        check, measure, third

SECONDS_EACH (250) bounds third and measure. Files of the same names in build/device/ are gone on with.
A case that hangs or crashes takes only itself along.
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

# Names of our kernels.
kernels() {
  einsight build/device/einsight measure --help | sed -n 's/.*only these kernels ([^)]*): //p' | tr -d ,
}

# Every kernel in a program of its own, for one that hangs or crashes ends it.
checkEach() {
  local kernel status=0
  for kernel in $(kernels); do
    einsight timeout -k 10 "$LIMIT" "$@" build/device/einsight measure --check --kernel "$kernel" \
      --patience "$PATIENCE" 2>&1 || status=1
  done
  return "$status"
}

# Goes on after a case that hung or crashed, which ends the program with status 1 or by a signal.
measureAll() {
  local begin="$SECONDS" left resume status=1
  for _ in 1 2 3 4 5; do
    left=$(($1 - SECONDS + begin))
    [ "$left" -gt 0 ] || return "$status"
    resume=()
    [ ! -f "$OUT/measure.json" ] || resume=(--resume)
    status=0
    einsight timeout -k 10 "$((left + 90))" build/device/einsight measure -o "$OUT/measure.json" \
      --seconds "$left" "${resume[@]}" || status=$?
    [ "$status" = 1 ] || [ "$status" -gt 130 ] || return "$status"
  done
  return "$status"
}

phase() {
  local seconds="${SECONDS_EACH:-250}" tool status=0
  case "$1" in
    third)
      earlier third_party.json
      PYTHONUNBUFFERED=1 timeout -k 10 "$((seconds + 90))" \
        python3 validation/third_party.py --out "$OUT" --budget "$seconds"
      ;;
    check)
      PATIENCE=60 LIMIT=120 checkEach | tee "$OUT/check.txt"
      ;;
    sanitize)
      for tool in memcheck racecheck; do
        PATIENCE=200 LIMIT=500 checkEach compute-sanitizer --tool "$tool" --error-exitcode 1 |
          tee "$OUT/$tool.txt" || status=1
      done
      return "$status"
      ;;
    measure)
      earlier measure.json
      measureAll "$seconds"
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
    [ "$1" != all ] || set -- check measure third
    status=0
    for name in "$@"; do
      echo "== $name ($(date -u +%H:%M:%S))"
      phase "$name" || status=$? # what one phase cannot do must not keep the others from running
    done
    exit "$status"
    ;;
esac
