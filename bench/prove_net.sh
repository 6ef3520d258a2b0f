#!/bin/bash
# The network half of the proof on a made-up organization, through the store: bench/prove_net.sh WARD WORK TABLE. Appends rows to TABLE:
# import, facts, loading, proof, and the plain walker over sampled pairs as the slow way of the same answers; then the whole
# program, `ward prove --network`. MODES (hub flat), NET_TENANTS, NET_HOSTS and PAIRS change the size. A step that takes longer than NET_LIMIT seconds
# is given up, and told as such.
set -u
cd "$(dirname "$0")/.." || exit 1
ward=$1 work=$2/prove_net table=$3
tenants=${NET_TENANTS:-5000} hosts=${NET_HOSTS:-17} pairs=${PAIRS:-100000} limit=${NET_LIMIT:-300}
mkdir -p "$work"
wall="" cpu="" peak="" status="" # set by measure

calc() { python3 -c "print(f'{$1:.2f}')"; }
row() { printf '%s\t%s\t%s\t%s\n' "$@" >>"$table"; }
measure() { # sets wall, cpu, peak, status
    local words
    words=$(python3 bench/measure.py "$work/out" "$@") || return 1
    # shellcheck disable=SC2086
    declare -g $words
    echo "  $words"
    case $status in 0 | 1 | 3) ;; *) return 1 ;; esac
}
in_process() { # bench/net_load.c, MODE AIM-SECONDS
    local what rest seconds
    while IFS=$'\t' read -r what rest; do
        echo "  $what: $rest"
        seconds=${rest%% s,*}
        case $what in
        facts) row "$1: facts of the organization" "-" "$rest" "-" ;;
        load) row "$1: its network from the store" "under 3 s" "$rest" "$(calc "$seconds / 3") of the time" ;;
        proof) row "$1: all tenant pairs, from the loaded facts, with cells and witnesses" "under $2 s, 1,000 MB" "$rest" "$(calc "$seconds / $2") of the time" ;;
        walker) row "$1: one question, warm" "10 us" "$rest" "-" ;;
        extrapolated) row "$1: the plain walker for the same" "-" "$rest" "-" ;;
        esac
    done < <(timeout "$limit" stdbuf -oL "$(dirname "$ward")/bench/bench-net-load" "$work/org.db" "$work/ward.yaml" "$pairs" ||
        printf 'given up\tafter %s s\n' "$limit")
}
one() { # MODE AIM-SECONDS
    rm -f "$work/org.db"*
    python3 bench/make_net_org.py --tenants "$tenants" --accounts 50 --gateways 5 --hosts "$hosts" --rules 10 --mode "$1" --out "$work" || return 1
    measure "$ward" import --db "$work/org.db" "$work/bundle.jsonl.gz" || return 1
    row "$1: import of $tenants tenants' network, load average $(cut -d' ' -f1 /proc/loadavg)" "-" "$wall s (CPU $cpu s), $peak MB" "-"
    in_process "$1" "$2"
    if measure timeout "$limit" "$ward" prove --network --db "$work/org.db" --config "$work/ward.yaml" --output json; then
        row "$1: ward prove --network, the whole program, facts built" "-" "$wall s (CPU $cpu s), $peak MB" "-"
    else
        row "$1: ward prove --network, the whole program" "-" "given up after $limit s" "-"
    fi
}
ninja -C "$(dirname "$ward")" bench/bench-net-load >/dev/null || exit 1
for mode in ${MODES:-hub flat}; do
    if [ "$mode" = flat ]; then one flat 10; else one "$mode" 5; fi
done
rm -rf "$work"
