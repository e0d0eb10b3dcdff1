#!/usr/bin/env bash
# Runs a command where windows can be opened: on the display at hand, else under a virtual X server of its own, with a
# window manager so that windows become active and shortcuts work.
set -euo pipefail
if [ -n "${DISPLAY:-}" ] && [ -z "${LPNTK_VIRTUAL_DISPLAY:-}" ]; then exec "$@"; fi
# Qt asks for one and says so on every start where there is none.
if [ -z "${XDG_RUNTIME_DIR:-}" ]; then
  XDG_RUNTIME_DIR=${TMPDIR:-/tmp}/lpntk-runtime-$(id -u)
  mkdir -p -m 700 "$XDG_RUNTIME_DIR"
  export XDG_RUNTIME_DIR
fi
exec xvfb-run --auto-servernum --server-args="-screen 0 1680x1050x24 +extension GLX -noreset" \
  bash -c 'openbox >/dev/null 2>&1 & manager=$!; code=0; "$@" || code=$?; kill "$manager" 2>/dev/null || true; exit "$code"' with-display "$@"
