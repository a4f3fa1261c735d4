#!/usr/bin/env bash
# Builds the wheel, installs it into an empty environment and has it draw the sample from another folder.
#   tools/check_wheel.sh PYTHON      (an interpreter that has `build`)
set -euo pipefail
cd "$(dirname "$0")/.."

readonly python=$1
work=$(mktemp -d)
readonly work
trap 'rm -rf "$work"' EXIT

export PIP_DISABLE_PIP_VERSION_CHECK=1 QT_QPA_PLATFORM=offscreen
# Nothing may come from the checkout, nor from the folders of whoever runs this.
unset PYTHONPATH EVENTS_SQLITE_PATH EVENTS_DDB_TABLE
export XDG_CONFIG_HOME=$work/config XDG_DATA_HOME=$work/data XDG_CACHE_HOME=$work/cache

"$python" -m build --wheel --no-isolation --outdir "$work" . >"$work/build.log" 2>&1 ||
    { cat "$work/build.log" >&2; exit 1; }
"$python" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --no-input --constraint constraints.txt "$work"/*.whl

mkdir "$work/elsewhere"
cd "$work/elsewhere"
readonly bin=$work/venv/bin
sample=$("$bin/python" -c '
from importlib.resources import files
print(files("resources") / "sample-events.db")')
case $sample in
"$work"/venv/*) ;;
*) echo "The sample was not found in the wheel, but at $sample" >&2 && exit 1 ;;
esac
session=$("$bin/brainweb-replay" sessions "$sample" --json | "$bin/python" -c '
import json, sys
print(json.load(sys.stdin)[0]["session_id"])')
"$bin/brainweb-replay" render "$sample" --session "$session" --out x.png --size 1280x720

"$bin/python" - <<'PYTHON'
from PySide6.QtGui import QImage

image = QImage("x.png")
size = (image.width(), image.height())
spots = [(x, y) for x in range(0, size[0], 4) for y in range(0, size[1], 4)]
colours = {image.pixel(x, y) for x, y in spots}
if size != (1280, 720) or len(colours) < 30:
    raise SystemExit(f"x.png is not a picture of the window: {size}, {len(colours)} colours")
print(f"The installed wheel drew the sample: {size[0]}×{size[1]}, {len(colours)} colours")
PYTHON
