#!/bin/sh
# Runs pytest with Debian's own Python, which sees Debian's packages. 77: not installed, skipped.
cd "$(dirname "$0")"/..
export TRESOR_BUILD=${TRESOR_BUILD:-$PWD/build}
PYTHON=/usr/bin/python3
"$PYTHON" -c 'import pytest' 2>/dev/null || { echo "skipped: python3-pytest is not installed"; exit 77; }
exec "$PYTHON" -B -m pytest -q -p no:cacheprovider "$@"
