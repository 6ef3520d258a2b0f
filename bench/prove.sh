#!/bin/bash
# The whole proof of tenant isolation on a made-up organization: bench/prove.sh WARD WORK TABLE. Appends rows to TABLE:
# cold from the store; after one role's inline policy changed, and after a policy at the organization's root did,
# each in a process that keeps the organization and each as a new run in the same store. TENANTS, PRINCIPALS, RESOURCES and LEAKS change the size.
set -u
cd "$(dirname "$0")/.." || exit 1
ward=$1 work=$2/prove table=$3
tenants=${TENANTS:-1000} principals=${PRINCIPALS:-10000} resources=${RESOURCES:-100000} leaks=${LEAKS:-5}
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
organization() { # EDIT: the bundle with that edit
    # shellcheck disable=SC2086
    python3 bench/make_iam_org.py --tenants "$tenants" --principals "$principals" --resources "$resources" --leaks "$leaks" --seed 7 \
        --out "$work" $1 || return 1
    measure "$ward" import --db "$work/org.db" "$work/bundle.jsonl.gz"
}
proof() { # WHAT AIM-SECONDS AIM-MB
    measure "$ward" prove --iam --db "$work/org.db" --config "$work/ward.yaml" --output json || return 1
    local aim="under $2 s" ratio
    ratio="$(calc "$wall / $2") of the time"
    if [ "$3" != - ]; then
        aim="$aim, under $3 MB"
        ratio="$ratio, $(calc "$peak / $3") of the memory"
    fi
    row "$1" "$aim" "$wall s (CPU $cpu s), $peak MB" "$ratio"
}
rm -f "$work/org.db"*
organization "" || exit 1
row "import of the organization, $tenants tenants" "-" "$wall s (CPU $cpu s), $peak MB" "-"
proof "whole proof, $principals principals x $resources resources x $tenants tenants, cold from the store" 10 1000 || exit 1
python3 tests/iam/planted.py check "$work/out" "$work/answers.json" || row "leaks found" "all" "not all" "-"
proof "the same again, facts built" 10 1000 || exit 1
ask() { # cold: one question about one object
    measure "$ward" who-can s3:GetObject "arn:aws:s3:::acme-t0001-lake-0/a" --db "$work/org.db" --config "$work/ward.yaml" --output json || return 1
    row "who may read one object, $principals principals, cold from the store" "-" "$wall s (CPU $cpu s), $peak MB" "-"
}
ask
again() { # in one process: bench/again.c
    local what mean worst cpu rest
    ninja -C "$(dirname "$ward")" bench/bench-again >/dev/null || return 1
    while IFS=$'\t' read -r what mean worst cpu rest; do
        echo "  $what: mean $mean ms, worst $worst ms (CPU $cpu ms) $rest"
        case $what in
        role) row "one role's inline policy changed, proof again, in memory" "under 200 ms" "$mean ms, slowest $worst ms (CPU $cpu ms)" "$(calc "$mean / 200") of the time" ;;
        anew) row "the same verdicts when all is made anew" "the same checksum" "$rest" "-" ;;
        root) row "a policy at the organization's root changed, proof again, in memory" "-" "$mean ms (CPU $cpu ms), checksum $rest" "$(calc "$mean / 200") of 200 ms" ;;
        esac
    done < <("$(dirname "$ward")/bench/bench-again" "$work/org.db" "$work/ward.yaml")
}
again
organization "--edit role" || exit 1
proof "one role's inline policy changed, a new run, the whole program" 0.2 - || exit 1
organization "--edit root" || exit 1
proof "a policy at the organization's root changed, a new run, the whole program" 0.2 - || exit 1
rm -rf "$work"
