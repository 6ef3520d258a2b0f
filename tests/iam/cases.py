#!/usr/bin/env python3
"""Decisions and patterns judged against rows of public projects: tests/iam/cases.py WARD ROOT [-v]

The rows are read in place from ROOT/../shared/cases/iam and are no part of this tree; where they are not there it prints
"absent" and passes. contested.tsv lists rows whose expectation AWS's documentation contradicts; docs/iam-disagreements.md
argues each. They are counted apart and fail if they begin to agree, so that the list stays true.
"""
import json
import os
import subprocess
import sys

from formula import equivalent

HERE = os.path.dirname(os.path.abspath(__file__))
DECISIONS = ("Allowed", "ImplicitlyDenied", "ExplicitlyDenied")


def contested():
    with open(f"{HERE}/contested.tsv", encoding="utf-8") as f:
        rows = [line.rstrip("\n").split("\t") for line in f if line.strip() and not line.startswith("#")]
    return {row[0]: row[1] for row in rows}


def ask(ward, path):
    p = subprocess.run([ward, "can", "--batch", path], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, check=False)
    if p.returncode not in (0, 2):
        sys.exit(f"ward can --batch {path}: status {p.returncode}\n{p.stderr}")
    answers = {}
    for line in p.stdout.splitlines():
        answer = json.loads(line)
        if answer["id"] in answers:
            sys.exit(f"{answer['id']} is answered twice")
        answers[answer["id"]] = answer
    return answers


def judge_decision(row, got):
    """What differs, by score."""
    want, wrong = row["expected"], []
    discovery = row["mode"] == "Discovery"
    if got.get("result") not in DECISIONS or got["result"] != want["result"]:
        wrong.append(("discovery result" if discovery else "strict result", want["result"], got.get("result", got.get("error"))))
        return wrong
    if set(got.get("blockedBy", [])) != set(want.get("blockedBy", [])):
        wrong.append(("blockedBy", want.get("blockedBy"), got.get("blockedBy")))
    if discovery and want["result"] == "Allowed" and not equivalent(want.get("conditions"), got.get("conditions")):
        wrong.append(("conditions", want.get("conditions"), got.get("conditions")))
    if not discovery and "conditions" in got:
        wrong.append(("conditions", None, got["conditions"]))
    if bool(want.get("ignoredRoleSessionName")) != bool(got.get("ignoredRoleSessionName")):
        wrong.append(("session name", want.get("ignoredRoleSessionName"), got.get("ignoredRoleSessionName")))
    return wrong


def same_result(a, b):
    names = ("resourceType", "resourcePattern", "result")
    return all(a.get(n) == b.get(n) for n in names if n in a) and equivalent(a.get("conditions"), b.get("conditions"))


def judge_pattern(row, got):
    want = row["expected"]
    for member in ("resultType", "overallResult"):
        if got.get(member) != want[member]:
            return [(member, want[member], got.get(member, got.get("error")))]
    left = list(got["results"])
    for w in want["results"]:
        match = next((g for g in left if same_result(w, g)), None)
        if match is None:
            return [("results", want["results"], got["results"])]
        left.remove(match)
    return [("results", want["results"], got["results"])] if left else []


def main():
    ward, root, verbose = sys.argv[1], sys.argv[2], "-v" in sys.argv
    folder, failed, seen = os.path.normpath(f"{root}/../shared/cases/iam"), 0, set()
    if not os.path.exists(f"{folder}/authorize.jsonl"):
        print("absent")
        return
    disputes = contested()
    for name, judge in (("authorize", judge_decision), ("pattern", judge_pattern)):
        with open(f"{folder}/{name}.jsonl", encoding="utf-8") as f:
            rows = [json.loads(line) for line in f]
        answers, good, disputed = ask(ward, f"{folder}/{name}.jsonl"), 0, 0
        for row in rows:
            wrong = judge(row, answers.get(row["id"], {}))
            if row["id"] in disputes:
                seen.add(row["id"])
                disputed += 1
                if not wrong:
                    failed += 1
                    print(f"{row['id']}: contested, and yet it agrees")
            elif wrong:
                failed += 1
                for what, want, got in wrong:
                    print(f"{row['id']}: {what}")
                    if verbose:
                        print(f"  want {json.dumps(want)}\n  got  {json.dumps(got)}")
            else:
                good += 1
        print(f"{name}: {good} of {len(rows)} agree, {disputed} contested")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
