#!/bin/bash
# The whole proof of tenant isolation on a made-up organization: bench/prove.sh WARD WORK TABLE. Appends rows to TABLE:
# cold from the store; after one role's inline policy changed, and after a policy at the organization's root did,
# each as a new run in the same store. TENANTS, PRINCIPALS, RESOURCES and LEAKS change the size.
set -u
cd "$(dirname "$0")/.." || exit 1
ward=$1 work=$2/prove table=$3
tenants=${TENANTS:-1000} principals=${PRINCIPALS:-10000} resources=${RESOURCES:-100000} leaks=${LEAKS:-5}
mkdir -p "$work"

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
proof "the same again, facts built" 10 1000
organization "--edit role" || exit 1
proof "one role's inline policy changed, a new run, the whole program" 0.2 - || exit 1
organization "--edit root" || exit 1
proof "a policy at the organization's root changed, a new run, the whole program" 0.2 - || exit 1
rm -rf "$work"
