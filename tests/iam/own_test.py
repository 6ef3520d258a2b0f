#!/usr/bin/env python3
"""Our own rows in the form of tests/iam/cases.py and its siblings: tests/iam/own_test.py WARD [-v]

Unlike those of public projects they stand in this tree, in own/*.jsonl; `why` names the sentence of AWS's documentation, or of
the format, that an expectation follows from. own/org-*.jsonl ask about the organization own/org-*.json beside them.
"""
import glob
import json
import os
import sys

from cases import ask, judge_decision, judge_pattern
from cases_element import agrees
from cases_org import ask as ask_org
from cases_org import judge as judge_org

HERE = os.path.dirname(os.path.abspath(__file__))


def wrong(row, got):
    want = row["expected"]
    if isinstance(want, dict) and "error" in want:
        return None if want["error"] in got.get("error", "") else ("error", want, got)
    if row["kind"] in ("can-i", "who-can", "what-can"):
        return judge_org(row, got)
    if row["kind"] in ("authorize", "pattern"):
        return (judge_decision if row["kind"] == "authorize" else judge_pattern)(row, got)
    return None if agrees(row, got) else (row["kind"], want, got)


def main():
    ward, verbose, failed = sys.argv[1], "-v" in sys.argv, 0
    for path in sorted(glob.glob(f"{HERE}/own/*.jsonl")):
        with open(path, encoding="utf-8") as f:
            rows = [json.loads(line) for line in f]
        org = path.removesuffix("l")
        answers = ask_org(ward, org, rows) if os.path.exists(org) else ask(ward, path)
        bad = 0
        for row in rows:
            what = wrong(row, answers.get(row["id"], {}))
            if what:
                bad += 1
                print(f"{row['id']}: {row['why']}" + (f"\n  {what}" if verbose else ""))
        print(f"{os.path.basename(path)}: {len(rows) - bad} of {len(rows)} agree")
        failed += bad
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
