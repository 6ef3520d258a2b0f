#!/bin/bash
# Runs every fuzz target for some seconds: tools/fuzz.sh [--tally FILE] SECONDS [NAME...]
# New inputs go to BUILD-fuzz/corpus; an input that broke something is printed, and belongs into
# tests/fuzz/corpus/NAME once the defect is fixed.
set -u
cd "$(dirname "$0")/.." || exit 1
build=${BUILD:-build}-fuzz
tally=
if [ "${1:-}" = --tally ]; then
    tally=$2
    shift 2
fi
seconds=${1:-10}
shift
if [ ! -f "$build/build.ninja" ]; then
    CC=clang meson setup "$build" -Dfuzz=true -Db_sanitize=address,undefined -Db_lundef=false >/dev/null || exit 1
fi
ninja -C "$build" >"$build/ninja.log" 2>&1 || {
    tail -40 "$build/ninja.log"
    exit 1
}
passed=0
failed=0
for program in "$build"/tests/fuzz/fuzz-*; do
    if [ ! -x "$program" ] || [ ! -f "$program" ]; then continue; fi
    name=${program##*/fuzz-}
    [ $# = 0 ] || [[ " $* " == *" $name "* ]] || continue
    mkdir -p "$build/corpus/$name"
    if "$program" -max_total_time="$seconds" -max_len=4096 -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 \
        -artifact_prefix="$build/corpus/$name-broke-" "$build/corpus/$name" "tests/fuzz/corpus/$name" \
        >"$build/$name.log" 2>&1; then
        passed=$((passed + 1))
        echo "ok: $name, $(sed -n 's/^stat::number_of_executed_units: *//p' "$build/$name.log") inputs"
    else
        failed=$((failed + 1))
        tail -40 "$build/$name.log"
        echo "FAILED: $name"
    fi
done
[ $((passed + failed)) -gt 0 ] || failed=1
[ -z "$tally" ] || echo "$passed $failed" >"$tally"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
