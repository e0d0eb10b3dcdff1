#!/usr/bin/env bash
# Makes the pictures of README and help page anew, from the real program on a run of all 60,000 training images of
# Fashion-MNIST:
#   packaging/pictures.sh RUN [BIN]     BIN: folder of the programs (default: build/release/bin)
set -euo pipefail
cd "$(dirname "$0")/.."
run=$1
bin=${2:-build/release/bin}
for view in heatmap clusters relations map pruning; do
  sample=287 # its label contradicts its picture
  if [ "$view" = clusters ]; then sample=23310; fi # head of the shirts, which the network mixes with four classes
  LPNTK_VIRTUAL_DISPLAY=1 packaging/with-display.sh "$bin/lpntk-explorer" "$run" --view "$view" --dark \
    --sample "$sample" --size 1600x1000 --screenshot "resources/pictures/$view.png"
done
