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
# The command starts when the window manager does: a window mapped before that is never told that it is exposed.
exec xvfb-run --auto-servernum --server-args="-screen 0 1680x1050x24 +extension GLX -noreset" bash -c '
  ready=$(mktemp -u)
  mkfifo -m 600 "$ready"
  exec 3<>"$ready"
  openbox --startup "sh -c \"echo >$ready\"" >/dev/null 2>&1 &
  manager=$!
  read -r -t 20 -u 3 || echo "with-display: the window manager did not start" >&2
  exec 3>&-
  rm -f "$ready"
  code=0
  "$@" || code=$?
  kill "$manager" 2>/dev/null || true
  exit "$code"' with-display "$@"
