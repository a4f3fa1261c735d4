#!/usr/bin/env bash
# Makes the virtual environment that `make run` and `make test` use, and sees to what the system must bring.
#   tools/setup.sh VENV [PYTHON]
set -euo pipefail
cd "$(dirname "$0")/.."

readonly venv=$1
readonly wanted=${2:-}

# What the Qt wheels load but do not bring: the library's name, and Debian's package for it.
readonly libraries="
libEGL.so.1             libegl1
libGL.so.1              libgl1
libX11-xcb.so.1         libx11-xcb1
libX11.so.6             libx11-6
libbrotlidec.so.1       libbrotli1
libdbus-1.so.3          libdbus-1-3
libfontconfig.so.1      libfontconfig1
libfreetype.so.6        libfreetype6
libglib-2.0.so.0        libglib2.0-0
libgssapi_krb5.so.2     libgssapi-krb5-2
libwayland-client.so.0  libwayland-client0
libwayland-cursor.so.0  libwayland-cursor0
libxcb-cursor.so.0      libxcb-cursor0
libxcb-glx.so.0         libxcb-glx0
libxcb-icccm.so.4       libxcb-icccm4
libxcb-image.so.0       libxcb-image0
libxcb-keysyms.so.1     libxcb-keysyms1
libxcb-randr.so.0       libxcb-randr0
libxcb-render-util.so.0 libxcb-render-util0
libxcb-shape.so.0       libxcb-shape0
libxcb-shm.so.0         libxcb-shm0
libxcb-sync.so.1        libxcb-sync1
libxcb-xfixes.so.0      libxcb-xfixes0
libxcb-xkb.so.1         libxcb-xkb1
libxkbcommon-x11.so.0   libxkbcommon-x11-0
libxkbcommon.so.0       libxkbcommon0
"

say() { printf '%s\n' "$@" >&2; }

fail() {
    say "$@"
    exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
    if [ -n "$wanted" ]; then
        has "$wanted" || fail "There is no $wanted here. Give another: make run PYTHON=/path/to/python3"
        is_new_enough "$wanted" || fail "$wanted is too old: Python 3.11 or newer is needed."
        echo "$wanted"
        return
    fi
    local name
    for name in python3 python3.13 python3.12 python3.11; do
        if has "$name" && is_new_enough "$name"; then
            echo "$name"
            return
        fi
    done
    fail "Python 3.11 or newer is needed, and none was found." \
        "Install one, then: make run PYTHON=/path/to/python3"
}

# Prints "library package", a line for each one that is not there.
missing_libraries() {
    has ldconfig || return 0
    local known
    known=$(ldconfig -p)
    if [ "$(uname -m)" = x86_64 ]; then
        known=$(grep -F 'x86-64' <<<"$known" || true)
    fi
    local library package
    while read -r library package; do
        if [ -n "$library" ] && ! grep -qF "	$library (" <<<"$known"; then
            echo "$library $package"
        fi
    done <<<"$libraries"
}

# Prints "module package" where Debian has split the making of virtual environments off its Python.
missing_venv() {
    "$1" -c 'import ensurepip, venv' 2>/dev/null && return
    case $(basename "$1") in
    python3.*) echo "ensurepip $(basename "$1")-venv" ;;
    *) echo "ensurepip python3-venv" ;;
    esac
}

missing() {
    missing_venv "$1"
    missing_libraries
}

column() { awk -v n="$1" '{ printf "%s%s", (NR > 1 ? " " : ""), $n }'; }

install_with_apt() {
    export DEBIAN_FRONTEND=noninteractive
    say "Installing what the system lacks: $*"
    apt-get -qq update >&2 || say "The list of packages could not be renewed; trying with the one at hand."
    apt-get -qq -o Dpkg::Use-Pty=0 install -y --no-install-recommends "$@" >&2 </dev/null
}

see_to_the_system() {
    local lacking
    lacking=$(missing "$1")
    [ -n "$lacking" ] || return 0
    local packages
    read -ra packages < <(column 2 <<<"$lacking"; echo)
    if ! has apt-get; then
        fail "The system lacks: $(column 1 <<<"$lacking")" \
            "Install the packages that hold them, then give the command again."
    fi
    if [ "$(id -u)" != 0 ]; then
        fail "The system lacks some packages. Install them, then give the command again:" \
            "    sudo apt-get install ${packages[*]}"
    fi
    install_with_apt "${packages[@]}" || fail "apt-get could not install: ${packages[*]}"
    lacking=$(missing "$1")
    [ -z "$lacking" ] || fail "Still missing after apt-get: $(column 1 <<<"$lacking")"
}

version_of() { "$1" -c 'import sys; print(*sys.version_info[:2])' 2>/dev/null; }

# An environment that works is kept, unless another Python was asked for by name.
is_kept() {
    is_new_enough "$venv/bin/python" || return 1
    "$venv/bin/python" -m pip --version >/dev/null 2>&1 || return 1
    [ -z "$wanted" ] || [ "$(version_of "$venv/bin/python")" = "$(version_of "$wanted")" ]
}

make_environment() {
    if ! is_kept; then
        say "Making the virtual environment $venv with $("$1" --version)."
        "$1" -m venv --clear "$venv"
    fi
    say "Installing the program's libraries into $venv (once; about 130 MB to fetch)."
    # By environment, so that the isolated build of the project itself keeps to them too.
    PIP_CONSTRAINT=constraints.txt PIP_BUILD_CONSTRAINT=constraints.txt PIP_DISABLE_PIP_VERSION_CHECK=1 \
        "$venv/bin/python" -m pip install --quiet --no-input --editable '.[test]'
}

main() {
    # Where ordinary users do not find ldconfig.
    PATH=$PATH:/usr/sbin:/sbin
    local python
    python=$(find_python)
    see_to_the_system "$python"
    make_environment "$python"
    say "Ready."
}

main
