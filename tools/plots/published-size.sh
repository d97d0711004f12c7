#!/bin/sh
# One image with a pipeline of the published size, random weights in bfloat16: how long every stage
# takes to load and to run, beside what reading the files takes, and the most memory resident.
# Usage: published-size.sh FOLDER [options of generate]
set -eu
[ $# -ge 1 ] || { echo "usage: $0 FOLDER [options of generate]" >&2; exit 2; }
folder=$1
shift
home=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd -P)

# Runs a command and tells the most memory that was resident; Linux only. After a build the launcher starts
# Java as a child.
watched() {
  "$@" &
  pid=$!
  peak=0
  while kill -0 "$pid" 2>/dev/null; do
    for process in "$pid" $(cat "/proc/$pid/task/$pid/children" 2>/dev/null || true); do
      now=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$process/status" 2>/dev/null || true)
      [ "${now:-0}" -le "$peak" ] || peak=$now
    done
    sleep 1
  done
  wait "$pid"
  echo "peak memory: $peak kB"
}

[ -e "$folder/model_index.json" ] ||
  watched "$home/diffusion4j" init --config karlo --dtype bf16 --seed 1 --output "$folder"
"$home/diffusion4j" inspect "$folder"

# The second time they come from the page cache, if they fit.
for pass in first second; do
  begin=$(date +%s%N)
  cat "$folder"/*/*.safetensors >/dev/null
  echo "reading all weights, $pass time: $((($(date +%s%N) - begin) / 1000000)) ms"
done

# The heap holds a few tensors at a time.
export JDK_JAVA_OPTIONS="-Xmx3g ${JDK_JAVA_OPTIONS:-}"
watched "$home/diffusion4j" generate \
  "a red apple on a blue background" --model "$folder" --verbose \
  --raw "$folder/image.safetensors" --output "$folder/image.png" "$@"
