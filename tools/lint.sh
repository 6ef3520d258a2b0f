#!/bin/bash
# Runs every lint; prints what each has to say and which of them failed. --tally FILE writes the counts.
set -u
cd "$(dirname "$0")/.." || exit 1
BUILD=${BUILD:-build}
tally=
[ "${1:-}" != --tally ] || tally=$2
passed=0
failed=0

lint() {
    local name=$1 log
    shift
    log=$("$@" 2>&1)
    local status=$?
    if [ $status = 0 ]; then
        passed=$((passed + 1))
        echo "ok: $name"
    else
        failed=$((failed + 1))
        echo "$log" | tail -60
        echo "FAILED: $name"
    fi
}

tidy() { # the compilation database is that of the build folder, without gcc's own options
    python3 tools/clang_tidy.py "$BUILD"
}
spelling() {
    git ls-files -z 2>/dev/null | grep -zvE '\.(tsv|gz|txt|json)$|^tests/fuzz/corpus|^tests/vectors|^LICENSE' |
        xargs -0 codespell --ignore-words-list=ba,te,fo,ot,nd,ans,crate,hist,mis,aks,statics,inout,iif,unparseable,ehr
}
shell_scripts() {
    { git ls-files '*.sh'; echo .ci/run; } | xargs shellcheck -x
}
check_c() {
    cppcheck --quiet --enable=warning,portability --inline-suppr --error-exitcode=1 --std=c11 -j "$(nproc)" \
        --suppressions-list=tools/cppcheck.txt -D_GNU_SOURCE -DWARD_VERSION='"0"' -Isrc src
}

lint "folder order, headers self-contained" python3 tools/check_includes.py --headers
lint "banned functions, sizes" python3 tools/check_source.py
lint "clang-tidy" tidy
lint "cppcheck" check_c
lint "shellcheck" shell_scripts
lint "codespell" spelling
[ -z "$tally" ] || echo "$passed $failed" >"$tally"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
