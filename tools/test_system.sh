#!/usr/bin/env bash
# Sees to what some tests need of the system beside the libraries: a browser that needs no screen.
# Installs it where it is missing and that is allowed; without it these tests are skipped, saying so.
set -euo pipefail

has() { command -v "$1" >/dev/null 2>&1; }

if has chromium && has chromedriver; then
    exit 0
fi
if [ "$(id -u)" != 0 ] || ! has apt-get; then
    echo "There is no Chromium here: the tests of the page are skipped." \
        "On Debian: apt-get install chromium chromium-driver" >&2
    exit 0
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends chromium chromium-driver >/dev/null
