#!/usr/bin/env python3
"""Elements of statements judged against rows of public projects: tests/iam/cases_element.py WARD ROOT

The rows are read in place from ROOT/../shared/cases/iam/element.jsonl and are no part of this tree; where they are not there it
prints "absent" and passes. What AWS's documentation says otherwise is told by rule, not by row (contested()), and argued in
docs/iam-disagreements.md; such rows fail if they begin to agree, so that the rules stay true.
"""
import json
import os
import re
import sys

from cases import ask

NEGATED = re.compile(r"(Not(Equals|Like|IpAddress))|^NotIpAddress")


def variables(texts):
    return [m.group(1).lower() for t in texts for m in re.finditer(r"\$\{([^},]+)\}", t)]


def contested(row):
    """The section of docs/iam-disagreements.md, or None."""
    if row["kind"] == "operator" and NEGATED.search(row["operator"]):
        known = {k.lower() for k in row["context"]}
        if any(v not in known for v in variables(row["policyValues"])) and not row["expected"]:
            return "no-value"
    if row["kind"] == "condition" and row.get("expectedIgnored") == [] and row["expected"] and row["effect"] == "Allow":
        open_keys = {c["keyName"].lower() for c in row["discoveryConstraints"] if not c["presenceIsKnown"]}
        absent_is_enough = [c for c in row["conditions"] if c["op"].startswith(("ForAllValues:", "Null"))]
        if any(c["key"].lower() in open_keys for c in absent_is_enough):
            return "presence"
    return None


def agrees(row, got):
    return got.get("result") == row["expected"] and ("expectedIgnored" not in row or got.get("ignored") == row["expectedIgnored"])


def main():
    path = os.path.normpath(f"{sys.argv[2]}/../shared/cases/iam/element.jsonl")
    if not os.path.exists(path):
        print("absent")
        return
    with open(path, encoding="utf-8") as f:
        rows = [json.loads(line) for line in f]
    answers, failed, counts = ask(sys.argv[1], path), 0, {}
    for row in rows:
        got = answers.get(row["id"], {})
        section, good = contested(row), agrees(row, got)
        tally = counts.setdefault(row["kind"], [0, 0, 0])
        tally[0] += 1
        tally[1] += good and not section
        tally[2] += section is not None
        if good == (section is not None):
            failed += 1
            print(f"{row['id']}: {'contested, and yet it agrees' if section else ''} want {row['expected']}, got {json.dumps(got)}")
    for kind, (total, good, disputed) in sorted(counts.items()):
        print(f"{kind}: {good} of {total} agree, {disputed} contested")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
