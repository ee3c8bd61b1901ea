# Sourced by the other scripts: the project's own virtual environment in .venv, installed once and again after
# pyproject.toml changed. Usage: prepare_environment server|test|training
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

fail() {
  printf '%s: %s\n' "${0##*/}" "$1" >&2
  exit 1
}

find_python() {
  local name
  for name in "${PYTHON:-}" python3.13 python3.12 python3.11 python3 python; do
    if [ -n "$name" ] && command -v "$name" >/dev/null 2>&1 &&
      "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      printf '%s\n' "$name"
      return
    fi
  done
  fail "Python 3.11 or newer is needed and none was found. Install it (Debian: apt-get install python3 python3-venv), or name one: PYTHON=/path/to/python3 $0"
}

install() {
  .venv/bin/python -m pip install --quiet --disable-pip-version-check "$@" ||
    fail "pip could not install $* (see above). Check the network or your package index, then run $0 again."
}

prepare_environment() {
  local kind=$1 python stamp want
  if [ ! -x .venv/bin/python ]; then
    python=$(find_python)
    echo "Making .venv with $("$python" --version) ..." >&2
    "$python" -m venv .venv ||
      fail "no virtual environment could be made. On Debian: apt-get install python3-venv; then remove .venv and run $0 again."
  fi
  stamp=".venv/.installed-$kind"
  want=$(cksum <pyproject.toml)
  if [ "$(cat "$stamp" 2>/dev/null)" != "$want" ]; then
    echo "Installing what the $kind needs (once) ..." >&2
    if [ "$kind" = server ]; then
      install --editable .
    else
      # Pinned and first: left to the resolver, torch brings several GB of CUDA. README.md has the CPU route.
      install torch==2.13.0
      install --editable ".[$kind]"
    fi
    printf '%s\n' "$want" >"$stamp"
  fi
}
