#!/bin/bash
# Measures and compares; nothing here passes or fails on time. bench/run.sh [NAME...]; results on stdout.
#   stub     how fast ward-stub itself answers, so that it is known not to be what is measured elsewhere
#   latency  an audit of one account in 17 regions against answers that take 100 ms each
#   million  peak memory with 1,000,000 volumes in one region
#   org      an audit of the made-up organization in moto
set -u
cd "$(dirname "$0")/.." || exit 1
build=${BUILD:-build}
stub_pid=
work=$(mktemp -d)
trap 'stop_stub; rm -rf "$work"' EXIT

stop_stub() {
    [ -z "$stub_pid" ] || kill "$stub_pid" 2>/dev/null
    stub_pid=
}
start_stub() { # sets port
    "$build/tests/stub/ward-stub" --routes tests/stub/routes.tsv "$@" >"$work/port" &
    stub_pid=$!
    for _ in $(seq 50); do
        [ ! -s "$work/port" ] || break
        sleep 0.1
    done
    port=$(cut -d' ' -f2 "$work/port")
}
# Wall seconds and peak memory of a command.
measure() {
    python3 - "$@" <<'P'
import resource, subprocess, sys, time
start = time.monotonic()
status = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode
wall, peak = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
print(f"  {wall:.1f} s, {peak:.0f} MB at most, exit status {status}")
P
}
export_client() {
    export AWS_ENDPOINT_URL="http://127.0.0.1:$port" AWS_ACCESS_KEY_ID=AKIA111111111111WARD AWS_SECRET_ACCESS_KEY=stub
    export AWS_REGION=us-east-1 AWS_EC2_METADATA_DISABLED=true AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null
}

bench_stub() {
    ninja -C "$build" bench/bench-load >/dev/null || return 1
    start_stub --answers tests/stub/answers/base.txt
    for connections in 1 16 128; do
        echo "  $("$build/bench/bench-load" "$port" "$connections" 2)"
    done
    stop_stub
}
bench_latency() {
    start_stub --answers tests/stub/answers/base.txt --latency-ms 100 --log "$work/calls"
    export_client
    measure "$build/ward" audit --db "$work/latency.db" --progress never
    echo "  $(wc -l <"$work/calls") requests"
    stop_stub
}
bench_million() {
    start_stub --answers tests/stub/answers/base.txt --answers tests/stub/answers/many.txt
    export_client
    measure "$build/ward" audit --db "$work/million.db" --region us-east-1 --progress never
    stop_stub
}
bench_org() {
    measure tests/moto/org.py --build "$build" -- true
    echo "  above: start and seed alone; below: with ward audit --org"
    measure tests/moto/org.py --build "$build" --log "$work/org" -- "$build/ward" audit --org --db "$work/org.db" --progress never
    echo "  $(wc -l <"$work/org") requests"
}
[ $# -gt 0 ] || set -- stub latency million org
for name in "$@"; do
    echo "$name"
    case $name in
    stub | latency | million | org) "bench_$name" ;;
    *)
        echo "no benchmark '$name'" >&2
        exit 2
        ;;
    esac
done
