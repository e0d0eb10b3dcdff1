#!/usr/bin/env bash
# From a fresh Debian 12 to the program open on real data: installs what is needed, builds, computes the exact lpNTK of
# 10,000 Fashion-MNIST images with the shipped LeNet-5, and opens the window on it. Without a display it writes the
# pictures of every view and an exported subset instead, and says where.
#   packaging/demo.sh [FOLDER]      where the run, pictures and subset go (default: build/demo)
#   LPNTK_DEMO_LIMIT                number of images (default 10,000)
#   LPNTK_DEMO_HEADLESS=1           write pictures even where there is a display
set -euo pipefail
cd "$(dirname "$0")/.."
source=$PWD
out=${1:-$source/build/demo}
limit=${LPNTK_DEMO_LIMIT:-10000}

bash packaging/setup.sh
cmake --preset release
cmake --build --preset release
bin=$source/build/release/bin
data=$(dpkg -L dataset-fashion-mnist | sed -n 's#/train-images-idx3-ubyte.gz$##p')

mkdir -p "$out"
run=$out/fashion-$limit
if [ -f "$run/manifest.json" ]; then resume=(--resume); else resume=(); fi
if ! grep -qs '"state": "finished"' "$run/manifest.json"; then
  "$bin/lpntk" kernel --data "$data" --model lenet5 --weights resources/checkpoints/lenet5-fashion-mnist.safetensors \
    --limit "$limit" --memory 4G --out "$run" "${resume[@]}"
fi
"$bin/lpntk" relations "$run"

if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] && [ -z "${LPNTK_DEMO_HEADLESS:-}" ]; then
  echo "demo: opening $run"
  exec "$bin/lpntk-explorer" "$run"
fi

rm -rf "$out/subset"
"$bin/lpntk" prune "$run" --method heads --keep 0.3 --out "$out/subset"
for view in heatmap clusters relations map pruning inspector; do
  LPNTK_VIRTUAL_DISPLAY=1 packaging/with-display.sh "$bin/lpntk-explorer" "$run" --view "$view" --dark \
    --size 1600x1000 --screenshot "$out/$view.png"
  echo "demo: picture of $view in $out/$view.png"
done
echo "demo: run in $run"
echo "demo: exported subset in $out/subset (load_subset.py loads it)"
