#!/bin/sh
# Sets up .venv and the Debian packages of the list for the purposes named (run test bench).
# Builds the pages as well (frontend.sh).
# Safe to run again; does nothing where all is there. No argument: run test.
set -eu
cd "$(dirname "$0")/.."
purposes="${*:-run test}"

say() { printf '%s\n' "$*" >&2; }

python=""
for name in python3 python3.14 python3.13 python3.12 python3.11; do
    if command -v "$name" >/dev/null 2>&1 &&
        "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        python=$(command -v "$name")
        break
    fi
done
if [ -z "$python" ]; then
    say "Roost needs Python 3.11 or newer. Mend: install the package python3 (Debian 12 or newer)."
    exit 1
fi

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then sudo -n "$@"
    else return 1; fi
}

install_packages() {
    command -v apt-get >/dev/null 2>&1 || return 1
    as_root apt-get -qq update >/dev/null 2>&1 || true
    DEBIAN_FRONTEND=noninteractive as_root \
        env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "$@" >/dev/null 2>&1
}

missing=""
for purpose in $purposes; do
    for package in $(awk -v p="$purpose" '$1 !~ /^#/ && $2 == p {print $1}' packaging/debian-packages.txt); do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
    done
done
if [ -n "$missing" ]; then
    say "installing system packages:$missing"
    # shellcheck disable=SC2086
    if ! install_packages $missing; then
        say "These system packages are missing and could not be installed here:$missing"
        say "Mend: apt-get install$missing (as root), then run this again."
        exit 1
    fi
fi

stamp=.venv/.roost-setup
groups="--group dev"
case " $purposes " in *" bench "*)
    stamp=.venv/.roost-setup-bench
    groups="$groups --group bench"
    ;;
esac
want=$(cat pyproject.toml packaging/constraints.txt | cksum)
pages() {
    # shellcheck disable=SC2086
    packaging/frontend.sh $purposes
}
if [ -x .venv/bin/roost ] && [ "$(cat $stamp 2>/dev/null)" = "$want" ]; then
    pages
    exit
fi

if [ ! -x .venv/bin/python ]; then
    say "making .venv with $python"
    if command -v uv >/dev/null 2>&1; then
        uv venv -q --python "$python" .venv
    elif ! "$python" -m venv .venv >/dev/null 2>&1; then
        # Debian's Python may have neither pip nor ensurepip.
        rm -rf .venv
        version=$("$python" -c 'import sys; print("python3.%d-venv" % sys.version_info[1])')
        if ! install_packages "$version" || ! "$python" -m venv .venv; then
            say "Python's venv module is missing. Mend: apt-get install $version (as root)."
            exit 1
        fi
    fi
fi
if command -v uv >/dev/null 2>&1; then
    uv=uv
else
    [ -x .venv/bin/uv ] || .venv/bin/python -m pip install -q --disable-pip-version-check uv
    uv=.venv/bin/uv
fi
say "installing Python packages into .venv"
# shellcheck disable=SC2086
VIRTUAL_ENV="$PWD/.venv" "$uv" pip install -q --constraint packaging/constraints.txt --editable . $groups
printf '%s' "$want" >$stamp
pages
