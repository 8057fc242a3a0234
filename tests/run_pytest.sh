#!/bin/sh
# Runs pytest with Debian's own Python, which sees Debian's packages. 77: not installed, skipped.
cd "$(dirname "$0")"/..
export TRESOR_BUILD=${TRESOR_BUILD:-$PWD/build}
PYTHON=/usr/bin/python3
"$PYTHON" -c 'import pytest' 2>/dev/null || { echo "skipped: python3-pytest is not installed"; exit 77; }
# A folder of its own: pytest closes the one that it shares with others of the same user, and then
# a server under another account cannot reach what it is to serve.
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM HUP
"$PYTHON" -B -m pytest -q -p no:cacheprovider --basetemp "$folder/tests" "$@"
