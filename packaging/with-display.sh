#!/usr/bin/env bash
# Runs a command where windows can be opened: on the display at hand, else under a virtual X server of its own, with a
# window manager so that windows become active and shortcuts work.
set -euo pipefail
if [ -n "${DISPLAY:-}" ] && [ -z "${LPNTK_VIRTUAL_DISPLAY:-}" ]; then exec "$@"; fi
exec xvfb-run --auto-servernum --server-args="-screen 0 1680x1050x24 +extension GLX -noreset" \
  bash -c 'openbox >/dev/null 2>&1 & manager=$!; code=0; "$@" || code=$?; kill "$manager" 2>/dev/null || true; exit "$code"' with-display "$@"
