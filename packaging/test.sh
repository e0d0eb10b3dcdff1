#!/usr/bin/env bash
# Sets up, builds the dev preset (warnings are errors) and runs all tests, under a virtual X server where there is no
# display. Asks nothing; fit for a fresh Debian 12.
#   packaging/test.sh [ctest arguments]
set -euo pipefail
cd "$(dirname "$0")/.."
bash packaging/setup.sh
# Windows in tests always get a display of their own, so that nobody's desktop decides a picture.
export LPNTK_VIRTUAL_DISPLAY=1
cmake --preset dev
cmake --build --preset dev
exec ctest --preset dev --no-tests=error "$@"
