#!/usr/bin/env bash
# Installs what lpNTK Explorer is built with: Debian packages, a pinned libtorch and OpenBLAS. Asks nothing, changes
# nothing that is already right, and says each step.
#
#   packaging/setup.sh                    everything (needs root or sudo for the Debian packages)
#   packaging/setup.sh --no-packages      libtorch and OpenBLAS only
#   packaging/setup.sh --cuda             everything, and libtorch's CUDA libraries (2.5 GB) for NVIDIA cards
#   packaging/setup.sh --print-torch      the folder of the libtorch in use, nothing else
#   packaging/setup.sh --print-openblas   the folder of libscipy_openblas.so, nothing else
#
#   LPNTK_TORCH_DIR   a torch of your own (the folder that holds include/ and lib/, for example
#                     .../site-packages/torch); used instead of the pinned one when its version fits
#   LPNTK_DEPS        where the pinned libraries are kept (default: $XDG_DATA_HOME/lpntk-explorer)
set -euo pipefail

readonly torchVersion=2.11.0
readonly deps="${LPNTK_DEPS:-${XDG_DATA_HOME:-$HOME/.local/share}/lpntk-explorer}"
readonly pinned="$deps/libtorch-$torchVersion"
readonly openblasVersion=0.3.34.481.3
readonly pinnedOpenblas="$deps/openblas-$openblasVersion"

# name and SHA-256 of each wheel; wheels are zip files and are unpacked, never installed into a Python
readonly wheels=(
  "torch==$torchVersion 7aa2f9bbc6d4595ba72138026b2074be1233186150e9292865e04b7a63b8c67a"
  "nvidia-cuda-runtime==13.0.96 7f82250d7782aa23b6cfe765ecc7db554bd3c2870c43f3d1821f1d18aebf0548"
  "nvidia-cuda-cupti==13.0.85 4eb01c08e859bf924d222250d2e8f8b8ff6d3db4721288cf35d14252a4d933c8"
)

# twice as fast as libtorch's own products on AMD processors
readonly openblasWheels=(
  "scipy-openblas32==$openblasVersion 0595f94cd58c1f8a0d90c975621f4587337a003916b1979e834ebdf2cb5d9504"
)

# what libtorch_cuda.so needs, in the versions that torch itself asks for
readonly cudaWheels=(
  "nvidia-cudnn-cu13==9.19.0.56 d20e1734305e9d68889a96e3f35094d733ff1f83932ebe462753973e53a572bf"
  "nvidia-cusparselt-cu13==0.8.0 25e30a8a7323935d4ad0340b95a0b69926eee755767e8e0b1cf8dd85b197d3fd"
  "nvidia-nccl-cu13==2.28.9 e4553a30f34195f3fa1da02a6da3d6337d28f2003943aa0a3d247bbc25fefc42"
  "nvidia-nvshmem-cu13==3.4.5 290f0a2ee94c9f3687a02502f3b9299a9f9fe826e6d0287ee18482e78d495b80"
  "nvidia-cublas==13.1.0.3 ee8722c1f0145ab246bccb9e452153b5e0515fd094c3678df50b2a0888b8b171"
  "nvidia-cufft==12.0.0.61 6c44f692dce8fd5ffd3e3df134b6cdb9c2f72d99cf40b62c32dde45eea9ddad3"
  "nvidia-cufile==1.15.1.6 08a3ecefae5a01c7f5117351c64f17c7c62efa5fffdbe24fc7d298da19cd0b44"
  "nvidia-curand==10.4.0.35 1aee33a5da6e1db083fe2b90082def8915f30f3248d5896bcec36a579d941bfc"
  "nvidia-cusolver==12.0.4.66 0a759da5dea5c0ea10fd307de75cdeb59e7ea4fcb8add0924859b944babf1112"
  "nvidia-cusparse==12.6.3.3 2b3c89c88d01ee0e477cb7f82ef60a11a4bcd57b6b87c33f789350b59759360b"
  "nvidia-nvjitlink==13.0.88 13a74f429e23b921c1109976abefacc69835f2f433ebd323d3946e11d804e47b"
  "nvidia-cuda-nvrtc==13.0.88 ad9b6d2ead2435f11cbb6868809d2adeeee302e9bb94bcf0539c7a40d80e8575"
  "nvidia-nvtx==13.0.85 4936d1d6780fbe68db454f5e72a42ff64d1fd6397df9f363ae786930fd5c1cd4"
)

readonly packages=(
  # build
  cmake ninja-build g++ ccache mold pkg-config
  # libraries
  qt6-base-dev libqt6opengl6-dev qt6-svg-dev qt6-tools-dev qt6-l10n-tools libvtk9-dev libeigen3-dev libspectra-dev
  nlohmann-json3-dev libcli11-dev libzip-dev zlib1g-dev libpng-dev libturbojpeg0-dev libwebp-dev libstb-dev
  libssl-dev libfmt-dev
  # running, testing, data
  qt6-qpa-plugins libgl1-mesa-dri xvfb xauth xdotool openbox dataset-fashion-mnist python3-numpy python3-pip git
)

say() { printf 'setup: %s\n' "$*"; }
fail() { printf 'setup: %s\n' "$*" >&2; exit 1; }

torchFits() { [ -f "$1/include/torch/version.h" ] || [ -f "$1/include/torch/csrc/api/include/torch/version.h" ]; }
torchVersionOf() { cat "$1/version.py" 2>/dev/null | sed -n "s/^__version__ = '\([0-9.]*\).*/\1/p"; }

torchInUse() {
  if [ -n "${LPNTK_TORCH_DIR:-}" ]; then echo "$LPNTK_TORCH_DIR"; else echo "$pinned/torch"; fi
}

installPackages() {
  local missing=() name
  for name in "${packages[@]}"; do
    dpkg-query -W -f='${Status}' "$name" 2>/dev/null | grep -q 'ok installed' || missing+=("$name")
  done
  if [ ${#missing[@]} -eq 0 ]; then say "Debian packages: all ${#packages[@]} present"; return; fi
  local asRoot=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || fail "these packages are missing and neither root nor sudo is at hand: ${missing[*]}"
    asRoot=(sudo)
  fi
  say "Debian packages: installing ${missing[*]}"
  "${asRoot[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq
  "${asRoot[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# Downloads and unpacks wheels, given as "name==version hash", into $work/unpacked.
fetch() {
  mkdir -p "$deps"
  work=$(mktemp -d "$deps/.fetch-XXXXXX")
  trap 'rm -rf "${work:-}"' EXIT
  local entry
  for entry in "$@"; do
    printf '%s --hash=sha256:%s\n' "${entry% *}" "${entry#* }"
  done >"$work/requirements.txt"
  python3 -m pip download --quiet --no-deps --require-hashes --only-binary :all: \
    --python-version 3.11 --implementation cp --abi cp311 --abi none \
    --platform manylinux_2_28_x86_64 --platform manylinux_2_27_x86_64 --platform manylinux_2_25_x86_64 \
    --platform manylinux_2_18_x86_64 --platform manylinux_2_17_x86_64 --platform manylinux2014_x86_64 \
    --dest "$work" --requirement "$work/requirements.txt" ||
    fail "the download failed; nothing was changed. Check that PyPI can be reached and run this again"
  mkdir "$work/unpacked"
  local wheel
  for wheel in "$work"/*.whl; do
    python3 -m zipfile -e "$wheel" "$work/unpacked"
    rm "$wheel"
  done
}

# Beside libtorch, where libtorch_cuda.so looks for them.
installCuda() {
  if [ -n "${LPNTK_TORCH_DIR:-}" ]; then say "CUDA: your torch brings its own libraries"; return; fi
  if [ -f "$pinned/cuda-complete" ]; then say "CUDA: libraries present in $pinned"; return; fi
  say "CUDA: fetching libtorch's libraries (2.5 GB unpacked) into $deps"
  fetch "${cudaWheels[@]}"
  cp -al "$work/unpacked/nvidia/." "$pinned/nvidia/" 2>/dev/null || cp -a "$work/unpacked/nvidia/." "$pinned/nvidia/"
  touch "$pinned/cuda-complete"
  rm -rf "$work"
  say "CUDA: ready; try: lpntk check --device cuda"
}

installTorch() {
  if [ -n "${LPNTK_TORCH_DIR:-}" ]; then
    torchFits "$LPNTK_TORCH_DIR" || fail "LPNTK_TORCH_DIR=$LPNTK_TORCH_DIR holds no include/torch; name the folder with include/ and lib/"
    local version; version=$(torchVersionOf "$LPNTK_TORCH_DIR")
    case "$version" in
      2.11.*) say "libtorch: yours, version $version, in $LPNTK_TORCH_DIR" ;;
      *) fail "LPNTK_TORCH_DIR=$LPNTK_TORCH_DIR is torch ${version:-of unknown version}; 2.11 is needed. Unset the variable to use the pinned one" ;;
    esac
    return
  fi
  if [ -f "$pinned/complete" ]; then say "libtorch: $torchVersion present in $pinned"; return; fi
  say "libtorch: fetching $torchVersion (530 MB) into $deps"
  fetch "${wheels[@]}"
  # Only what a C++ program uses; the Python sources, the test binaries and the static parts are left out.
  mkdir "$work/kept" "$work/kept/torch"
  mv "$work/unpacked/torch/include" "$work/unpacked/torch/lib" "$work/unpacked/torch/version.py" "$work/kept/torch/"
  mv "$work/unpacked/nvidia" "$work/kept/nvidia"
  cp "$work"/unpacked/torch-*.dist-info/licenses/LICENSE "$work/kept/torch/" 2>/dev/null ||
    cp "$work"/unpacked/torch-*.dist-info/LICENSE "$work/kept/torch/" 2>/dev/null || true
  touch "$work/kept/complete"
  rm -rf "$pinned"
  mv "$work/kept" "$pinned"
  rm -rf "$work"
  say "libtorch: $torchVersion ready, $(du -sh "$pinned" | cut -f1)"
}

installOpenblas() {
  if [ -f "$pinnedOpenblas/complete" ]; then say "OpenBLAS: $openblasVersion present in $pinnedOpenblas"; return; fi
  say "OpenBLAS: fetching $openblasVersion (8 MB) into $deps"
  fetch "${openblasWheels[@]}"
  mkdir "$work/kept"
  mv "$work/unpacked/scipy_openblas32/lib/libscipy_openblas.so" "$work/kept/"
  cp "$work"/unpacked/scipy_openblas32-*.dist-info/licenses/LICENSE.txt "$work/kept/"
  touch "$work/kept/complete"
  rm -rf "$pinnedOpenblas"
  mv "$work/kept" "$pinnedOpenblas"
  rm -rf "$work"
  say "OpenBLAS: $openblasVersion ready"
}

main() {
  local packagesToo=yes cudaToo=no option
  for option in "$@"; do
    case "$option" in
      --no-packages) packagesToo=no ;;
      --cuda) cudaToo=yes ;;
      --print-torch) torchInUse; exit 0 ;;
      --print-openblas) echo "$pinnedOpenblas"; exit 0 ;;
      *) sed -n '2,14p' "$0"; exit 2 ;;
    esac
  done
  [ "$packagesToo" = no ] || installPackages
  installTorch
  installOpenblas
  [ "$cudaToo" = no ] || installCuda
}
main "$@"
