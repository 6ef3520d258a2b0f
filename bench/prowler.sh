#!/bin/bash
# Compares `ward audit` with Prowler's HIPAA list over one account of the made-up organization, all 17 regions.
#   bench/prowler.sh     results on stdout, lists in BUILD/prowler; PROWLER_TIMEOUT=480 seconds a run of Prowler
# Prowler is an optional peer: where it, moto or a fitting Python is missing, says `absent: ...` and exits with 0.
set -u
cd "$(dirname "$0")/.." || exit 1
build=${BUILD:-build}
venv=$build/venv-prowler
requirements=bench/prowler_requirements.txt

absent() {
    echo "absent: $1"
    exit 0
}
fitting_python() { # Prowler 5 wants Python 3.10 to 3.12
    for python in python3 python3.12 python3.11 python3.10; do
        if "$python" -c 'import sys, venv; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 12))' 2>/dev/null; then
            echo "$python"
            return 0
        fi
    done
    return 1
}
install_prowler() {
    local wanted python log
    wanted=$(sha256sum <"$requirements" | cut -d' ' -f1)
    [ "$(cat "$venv/.requirements" 2>/dev/null)" != "$wanted" ] || return 0
    python=$(fitting_python) || absent "no Python from 3.10 to 3.12 with venv"
    echo "prowler: making $venv (some minutes)" >&2
    rm -rf "$venv"
    log=$("$python" -m venv "$venv" 2>&1) || absent "no Python venv: $(echo "$log" | tail -1)"
    log=$("$venv/bin/python3" -m pip install --quiet --disable-pip-version-check --no-input -r "$requirements" 2>&1) ||
        absent "Prowler does not install: $(echo "$log" | tail -1)"
    echo "$wanted" >"$venv/.requirements"
}

rm -f "$build/prowler/table.tsv"
[ -x "$build/venv/bin/python3" ] || absent "no moto: $build/venv is missing (tools/setup.sh venv $build/venv)"
ninja -C "$build" ward tests/stub/ward-stub bench/bench-measure >/dev/null || exit 1
install_prowler
exec "$build/venv/bin/python3" bench/prowler.py "$build"
