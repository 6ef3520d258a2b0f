#!/bin/sh
# Installs what is missing, and does nothing (and needs no network) when nothing is.
#   tools/setup.sh build|test|lint|fuzz...   Debian packages for these purposes
#   tools/setup.sh venv DIR                  a Python venv with tests/requirements.txt
set -eu

BUILD_PACKAGES="gcc libc6-dev meson ninja-build pkg-config python3 libcurl4-openssl-dev libssl-dev libsqlite3-dev
  libexpat1-dev libyaml-dev libxxhash-dev zlib1g-dev"
TEST_PACKAGES="libcmocka-dev python3-venv ca-certificates openssl mandoc curl"
LINT_PACKAGES="git clang clang-tidy cppcheck shellcheck codespell"
FUZZ_PACKAGES="clang libclang-rt-14-dev"

fail() {
    echo "setup: $1" >&2
    echo "hint: $2" >&2
    exit 1
}

installed() {
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo -n "$@" || fail "could not run '$*' through sudo" "run it yourself, or allow sudo without a password for it"
    else
        fail "not root and no sudo, cannot run '$*'" "run it as root, then make again"
    fi
}

install_packages() {
    missing=
    for package in "$@"; do
        installed "$package" || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    echo "setup: installing$missing" >&2
    export DEBIAN_FRONTEND=noninteractive
    as_root apt-get update -qq || echo "setup: the package lists could not be refreshed; going on with the old ones" >&2
    # shellcheck disable=SC2086 # a list of names
    as_root apt-get install -y -qq --no-install-recommends $missing >&2 ||
        fail "apt could not install:$missing" "look at apt's message above; the names are those of Debian 12"
    # What a build folder did not find when it was set up, it finds now.
    for dir in "${BUILD:-build}" "${BUILD:-build}-asan" "${BUILD:-build}-fuzz"; do
        [ ! -f "$dir/build.ninja" ] || meson setup --reconfigure "$dir" >&2
    done
}

make_venv() {
    dir=$1
    wanted=$(sha256sum <tests/requirements.txt | cut -d' ' -f1)
    [ "$(cat "$dir/.requirements" 2>/dev/null)" != "$wanted" ] || return 0
    echo "setup: making $dir (moto and botocore, for the tests)" >&2
    rm -rf "$dir"
    python3 -m venv "$dir" || fail "no Python venv in $dir" "apt-get install python3-venv"
    "$dir/bin/python3" -m pip install --quiet --disable-pip-version-check --no-input -r tests/requirements.txt ||
        fail "pip could not install tests/requirements.txt" \
            "the tests against moto need it; 'make unit' runs everything that does without"
    echo "$wanted" >"$dir/.requirements"
}

cd "$(dirname "$0")/.."
if [ "${1:-}" = venv ]; then
    make_venv "$2"
    exit 0
fi

packages=
for purpose in "$@"; do
    case $purpose in
    build) packages="$packages $BUILD_PACKAGES" ;;
    test) packages="$packages $TEST_PACKAGES" ;;
    lint) packages="$packages $LINT_PACKAGES" ;;
    fuzz) packages="$packages $FUZZ_PACKAGES" ;;
    *) fail "unknown purpose '$purpose'" "one of build, test, lint, fuzz, venv" ;;
    esac
done
if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    echo "setup: not a Debian system; going on, and expecting what these packages hold:" >&2
    echo " $packages" | tr -s ' \n' '  ' >&2
    echo >&2
    exit 0
fi
# shellcheck disable=SC2086 # a list of names
install_packages $packages
