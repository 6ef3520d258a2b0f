#!/usr/bin/env python3
"""Runs a meson build's tests and counts what was really tested.

    tools/run_tests.py BUILD [--suite NAME]... [--tally FILE]

meson counts programs; this counts the cases in them: cmocka's own totals, and the closing line
`N passed, M failed` of a script. A program that fails without naming a failed case counts as one.
A skipped program (exit 77) counts as a failure when CI is set, unless it belongs to a suite that may be
absent: `shared` (cases outside the tree) and `peer` (programs that we do not install).
Ends with `N passed, M failed`; --tally also writes the two numbers to a file.
"""
import argparse
import json
import os
import re
import subprocess
import sys

MAY_BE_ABSENT = {"shared", "peer"}
CMOCKA_OK = re.compile(r"^\[       OK \] ", re.M)
CMOCKA_RUN = re.compile(r"^\[==========\] (\d+) test\(s\) run\.", re.M)
SCRIPT = re.compile(r"^(\d+) passed, (\d+) failed", re.M)


def suites_of(entry):
    """meson logs a test as `ward:SUITE+SUITE / NAME`."""
    place, found, _ = entry["name"].partition(" / ")
    return set(place.split(":", 1)[-1].split("+")) if found else set()


def cases(entry):
    """(passed, failed) of one test program."""
    text = entry.get("stdout", "") + "\n" + entry.get("stderr", "")
    passed = len(CMOCKA_OK.findall(text))
    failed = max(sum(int(n) for n in CMOCKA_RUN.findall(text)) - passed, 0)
    for good, bad in SCRIPT.findall(text):
        passed, failed = passed + int(good), failed + int(bad)
    if entry["result"] in ("OK", "EXPECTEDFAIL"):
        return max(passed, 1), failed
    return passed, max(failed, 1)


def main():
    args = argparse.ArgumentParser()
    args.add_argument("build")
    args.add_argument("--suite", action="append", default=[])
    args.add_argument("--tally")
    args = args.parse_args()
    command = ["meson", "test", "-C", args.build, "--no-rebuild", "--print-errorlogs"]
    for suite in args.suite:
        command += ["--suite", suite]
    log = f"{args.build}/meson-logs/testlog.json"
    if os.path.exists(log):
        os.remove(log)
    status = subprocess.run(command, check=False).returncode
    passed = failed = 0
    entries = []
    if os.path.exists(log):
        with open(log, encoding="utf-8", errors="replace") as f:
            entries = [json.loads(line) for line in f if line.strip()]
    for entry in entries:
        if entry["result"] != "SKIP":
            good, bad = cases(entry)
            passed, failed = passed + good, failed + bad
            continue
        if suites_of(entry) & MAY_BE_ABSENT:
            print(f"absent: {entry['name']}")
        else:
            print(f"skipped: {entry['name']}")
            failed += 1 if os.environ.get("CI") else 0
    ran = set().union(*map(suites_of, entries))
    for suite in args.suite or ["unit"]:
        if suite not in ran:
            print(f"no test of suite {suite}: was the build folder set up without what its tests need?")
            failed += 1
    if status != 0 and failed == 0:
        failed = 1
    print(f"\n{passed} passed, {failed} failed")
    if args.tally:
        with open(args.tally, "w", encoding="utf-8") as f:
            f.write(f"{passed} {failed}\n")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
