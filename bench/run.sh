#!/bin/bash
# Measures and compares; nothing here passes or fails on time. bench/run.sh [NAME...]; a table on stdout at the end.
#   size      the binary, stripped
#   stub      how fast ward-stub itself answers, so that it is known not to be what is measured elsewhere
#   tls       CPU of TLS handshakes, beside libcurl's default
#   latency   an audit of one account in 17 regions against answers that take 100 ms each
#   decide    single IAM decisions in process, one thread
#   prove     the proof of tenant isolation: 1,000 tenants, 10,000 principals, 100,000 resources
#   prove_net the network half: 5,000 VPCs, 100,000 interfaces, on several transit gateways and on one; beside the plain walker
#   reach     the all-pairs engine alone, in memory
#   prove_engine  the class engine alone, in memory: all rights, one changed policy, a changed organization
#   who_can   who may read one object, 2,000 roles
#   evaluate  all controls over 100,000 resources in the store
#   million   memory with 1,000,000 volumes from the stub, and with a bundle of as many resources
#   org       an audit of the made-up organization in moto (only when it is named)
#   peers     one account of it with ward and with Prowler (only when it is named, or PEERS=1)
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
    : >"$work/port"
    "$build/tests/stub/ward-stub" --routes tests/stub/routes.tsv --answers tests/stub/answers/base.txt "$@" >"$work/port" &
    stub_pid=$!
    for _ in $(seq 100); do
        [ ! -s "$work/port" ] || break
        sleep 0.1
    done
    port=$(cut -d' ' -f2 "$work/port")
}
# Runs a command and sets these; those of ward's --verbose stay empty where it says nothing.
measure() {
    local words
    wall='' cpu='' peak='' status='' requests='' collect='' collect_cpu='' collect_peak='' facts='' facts_cpu='' access='' access_cpu=''
    controls='' controls_cpu='' findings='' writing='' writing_cpu='' printing='' printing_cpu=''
    words=$(python3 bench/measure.py "$work/out" "$@") || return 1
    # shellcheck disable=SC2086
    declare -g $words
    echo "  $words"
    case $status in 0 | 1 | 3) ;; *) return 1 ;; esac # 1 and 3: ward found something
}
calc() { python3 -c "print(f'{$1:.2f}')"; }
row() { printf '%s\t%s\t%s\t%s\n' "$@" >>"$work/table"; } # figure, aim, measured, ratio
export_client() {
    export AWS_ENDPOINT_URL="http://127.0.0.1:$port" AWS_ACCESS_KEY_ID=AKIA111111111111WARD AWS_SECRET_ACCESS_KEY=stub
    export AWS_REGION=us-east-1 AWS_EC2_METADATA_DISABLED=true AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null
}

bench_size() {
    strip -o "$work/ward" "$build/ward"
    local bytes
    bytes=$(stat -c %s "$work/ward")
    row "binary, stripped" "under 5 MB" "$(calc "$bytes / 1e6") MB" "$(calc "$bytes / 5e6") of the aim"
}
bench_stub() {
    ninja -C "$build" bench/bench-load >/dev/null || return 1
    start_stub
    local line
    for connections in 1 16 128; do
        line=$("$build/bench/bench-load" "$port" "$connections" 2)
        echo "  $line"
    done
    row "ward-stub alone" "-" "$line" "-"
    stop_stub
}
bench_tls() {
    local line
    line=$(bench/tls.sh "$build") || return 1
    echo "  $line"
    row "TLS handshake" "less than libcurl's default" "$(sed -n 's/^tls: ward \(.* of CPU\) .*default CAPATH \(.*\), ratio.*/\1, libcurl \2/p' <<<"$line")" \
        "libcurl takes $(sed -n 's/.*ratio \([0-9.]*\) .*/\1/p' <<<"$line") x as much"
}
# iam-simulate 0.1.173, runSimulation on node 20.20, one thread: a role with an inline policy of four statements, two levels of
# service control policies, a bucket policy: 2,184 decisions/s, measured on a machine like the one of README.md.
bench_decide() {
    ninja -C "$build" bench/bench-decide >/dev/null || return 1
    local line rate
    line=$("$build/bench/bench-decide" 1000000) || return 1
    echo "  $line"
    rate=$(sed -n 's/^decide: \([0-9]*\) .*/\1/p' <<<"$line")
    row "single decisions, 1,000,000 distinct, $(sed -n 's/.*\(checksum [0-9a-f]*\).*/\1/p' <<<"$line")" "1,000,000/s" \
        "$rate/s (CPU $(sed -n 's/.*(CPU \([0-9.]*\) s).*/\1/p' <<<"$line") s)" "$(calc "$rate / 2184") x iam-simulate (2,184/s)"
}
# The same size as bench_prove, once with an account a tenant and once with tenants pooled in five accounts.
bench_prove_engine() {
    ninja -C "$build" bench/bench-prove-engine >/dev/null || return 1
    local form out
    for form in accounts pooled; do
        out=$("$build/bench/bench-prove-engine" $form 10000 100000 1000) || return 1
        printf '  %s\n' "${out//$'\n'/$'\n'  }"
        row "all rights, in memory ($form): 10,000 principals x 100,000 resources" "-" "$(sed -n 's/^engine: \(.*\) more, .*/\1/p' <<<"$out")" "-"
        row "one inline policy changed, in memory ($form)" "200 ms" "$(sed -n 's/^one inline policy changed: //p' <<<"$out")" "-"
        row "the organization's policies changed, in memory ($form)" "-" "$(sed -n 's/^organization changed: //p' <<<"$out")" "-"
    done
}
bench_prove_net() {
    bench/prove_net.sh "$build/ward" "$work" "$work/table"
}
bench_reach() {
    ninja -C "$build" bench/bench-reach >/dev/null || return 1
    local mode line
    for mode in hub flat; do
        while read -r line; do
            echo "  $line"
            case $line in
            "all pairs"*) row "$mode: all tenant pairs of 5,000 VPCs, engine alone" "under $([ $mode = hub ] && echo 5 || echo 10) s, 1,000 MB" "$line" "-" ;;
            ask*) row "$mode: one question, warm" "10 us" "$line" "-" ;;
            "one rule"*) row "$mode: one group's rule changed" "50 ms" "$line" "-" ;;
            "a route"*) row "$mode: the worst change" "-" "$line" "-" ;;
            esac
        done < <("$build/bench/bench-reach" "$mode")
    done
}
bench_prove() {
    bench/prove.sh "$build/ward" "$work" "$work/table"
}
# iam-lens 386496d `who-can`, one object, one action, a generated account of 2,000 roles (four statements each), 50 buckets, no
# index, on a machine like the one of README.md: 2.3 to 2.7 s.
bench_who_can() {
    ninja -C "$build" bench/bench-who-can >/dev/null || return 1
    local roles mean worst found decided
    IFS=$'\t' read -r roles mean worst found decided < <("$build/bench/bench-who-can" 2000) || return 1
    echo "  mean $mean ms, slowest $worst ms; $found of $roles roles may, $decided were decided"
    row "who may read one object, $roles roles, 200 objects, warm" "20 ms" "$mean ms (slowest $worst ms)" \
        "$(calc "2300 / $mean") x iam-lens (2.3 to 2.7 s)"
}
# The longest chain is identity, regions, a listing, its detail and that one's detail.
bench_latency() {
    start_stub --answers bench/wide.txt --latency-ms 100
    export_client
    WARD_NO_LIMITS=1 measure "$build/ward" audit -v --db "$work/latency.db" --max-in-flight 128 --progress never || return 1
    local ideal
    ideal=$(calc "max($requests * 0.1 / 128, 5 * 0.1)")
    row "$requests requests of 100 ms, 128 in flight" "1.3 x ideal" "$collect s, ideal $ideal s" "$(calc "$collect / $ideal")"
    stop_stub
}
tenants() { # ward.yaml for bench/make_org.py
    printf 'version: 1\ntenants:\n'
    for n in 0 1 2 3 4 5 6; do
        echo "  tenant-$n: {isolation: vm, tags: {\"ward:tenant\": tenant-$n}}"
    done
}
bench_evaluate() {
    python3 bench/make_org.py "$work/org.jsonl.gz" || return 1
    measure "$build/ward" import --db "$work/org.db" "$work/org.jsonl.gz" || return 1
    row "import of 100,000 resources" "-" "$wall s (CPU $cpu s), $peak MB" "-"
    tenants >"$work/ward.yaml"
    measure "$build/ward" audit -v --offline --db "$work/org.db" --config "$work/ward.yaml" || return 1
    row "facts of 100,000 resources" "-" "$facts s (CPU $facts_cpu s)" "-"
    row "who may do what to them, for the controls that ask (kept with the facts)" "-" "$access s (CPU $access_cpu s)" "-"
    measure "$build/ward" audit -v --offline --db "$work/org.db" --config "$work/ward.yaml" || return 1
    local floor whole
    read -r floor _ <<<"$(bench/copy_findings.py "$work/org.db")"
    whole=$(calc "$controls + $writing")
    row "all controls over them, $findings findings written" "under 1 s" "$whole s (CPU $(calc "$controls_cpu + $writing_cpu") s)" \
        "$(calc "$whole / $floor") x SQLite copying the findings"
    row "the result screen" "-" "$printing s (CPU $printing_cpu s)" "-"
    measure "$build/ward" audit -v --offline --db "$work/org.db" --config "$work/ward.yaml" --output json --all-findings || return 1
    row "all findings as JSON" "-" "$printing s (CPU $printing_cpu s)" "-"
}
bench_million() {
    start_stub --answers tests/stub/answers/many.txt
    export_client
    WARD_NO_LIMITS=1 measure "$build/ward" audit -v --db "$work/million.db" --region us-east-1 --progress never || return 1
    row "1,000,000 volumes collected" "under 200 MB" "$collect_peak MB, $collect s (CPU $collect_cpu s)" "$(calc "$collect_peak / 200") of the aim"
    row "the same, evaluated and printed" "-" "$peak MB, $wall s (CPU $cpu s) in all" "-"
    stop_stub
    rm -f "$work"/million.db*
    python3 bench/make_org.py "$work/million.jsonl.gz" 1000000 || return 1
    measure "$build/ward" import --db "$work/million.db" "$work/million.jsonl.gz" || return 1
    row "import of 1,000,000 mixed resources" "-" "$peak MB, $wall s (CPU $cpu s)" "-"
    measure "$build/ward" audit -v --offline --db "$work/million.db" || return 1
    row "their facts" "-" "$facts s (CPU $facts_cpu s)" "-"
    row "all controls over them, $findings findings written" "-" "$peak MB, $(calc "$controls + $writing") s (CPU $(calc "$controls_cpu + $writing_cpu") s)" "-"
    rm -f "$work"/million.*
}
bench_org() {
    measure tests/moto/org.py --build "$build" -- true
    local alone=$wall
    measure tests/moto/org.py --build "$build" --log "$work/org" -- "$build/ward" audit --org --db "$work/org-moto.db" --progress never
    row "audit of the organization in moto, $(wc -l <"$work/org") requests" "-" "$(calc "$wall - $alone") s" "-"
}
bench_peers() {
    bench/prowler.sh || return 1
    [ ! -f "$build/prowler/table.tsv" ] || cat "$build/prowler/table.tsv" >>"$work/table"
}
if [ $# = 0 ]; then
    set -- size stub tls latency decide who_can prove_engine prove reach prove_net evaluate million
    [ "${PEERS:-}" != 1 ] || set -- "$@" peers
fi
for name in "$@"; do
    case $name in
    size | stub | tls | latency | decide | who_can | prove_engine | prove | reach | prove_net | evaluate | million | org | peers)
        echo "$name"
        "bench_$name" || row "$name" "-" "not measured" "-"
        ;;
    *)
        echo "no benchmark '$name'" >&2
        exit 2
        ;;
    esac
done
echo
{
    printf '| figure | aim | measured | ratio |\n|---|---|---|---|\n'
    [ ! -f "$work/table" ] || awk -F'\t' '{ printf "| %s | %s | %s | %s |\n", $1, $2, $3, $4 }' "$work/table"
}
