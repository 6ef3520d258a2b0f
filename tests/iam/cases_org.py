#!/usr/bin/env python3
"""Questions about whole organizations judged against rows of a public project: tests/iam/cases_org.py WARD ROOT [-v]

The rows and their organizations are read in place from ROOT/../shared/cases/iam and are no part of this tree; where they
are not there it prints "absent" and passes. who-can is compared as the set of (principal, action), then by the conditions as
formulas; can-i by its result; what-can as the set of (effect, action, resources, conditions).
"""
import json
import os
import subprocess
import sys

from formula import equivalent


def ask(ward, fixture, rows):
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    p = subprocess.run([ward, "can", "--batch", "-", "--org-fixture", fixture], input=lines, capture_output=True, text=True, timeout=300,
                       check=False)
    if p.returncode not in (0, 2):
        sys.exit(f"ward can --batch with {fixture}: status {p.returncode}\n{p.stderr}")
    return {answer["id"]: answer for answer in map(json.loads, p.stdout.splitlines())}


def members(allowed):
    return {(a["principal"], f'{a["service"]}:{a["action"]}'): a for a in allowed}


def judge_who(want, got):
    a, b = members(want["allowed"]), members(got.get("allowed", []))
    if set(a) != set(b) or "allowed" not in got:
        return "set", sorted(set(a) - set(b)), sorted(set(b) - set(a))
    if {(r["principal"], r["action"]) for r in got["result"]} != set(a):
        return "result", sorted(a), got["result"]
    for key in a:
        for member in ("level", "resourceType", "dependsOnSessionName"):
            if a[key].get(member) != b[key].get(member):
                return member, a[key], b[key]
        if not equivalent(a[key].get("conditions"), b[key].get("conditions")):
            return "conditions", a[key].get("conditions"), b[key].get("conditions")
    return None


def atoms(policy):
    out = set()
    for s in policy["Statement"]:
        actions = [s["Action"]] if isinstance(s["Action"], str) else s["Action"]
        condition = json.dumps(s.get("Condition", {}), sort_keys=True).lower()
        out |= {(s["Effect"], a.lower(), tuple(sorted(s.get("Resource", []))), tuple(sorted(s.get("NotResource", []))), condition)
                for a in actions}
    return out


def judge(row, got):
    """(what differs, wanted, got), or None."""
    want = row["expected"]
    if row["kind"] == "who-can":
        return judge_who(want, got)
    if row["kind"] == "can-i":
        return None if got.get("result") == want["result"] else ("result", want["result"], got.get("result", got.get("error")))
    a, b = atoms(want), atoms(got["result"]) if "result" in got else set()
    return None if a == b else ("policy", sorted(a - b), sorted(b - a))


def main():
    ward, root, verbose = sys.argv[1], sys.argv[2], "-v" in sys.argv
    folder = os.path.normpath(f"{root}/../shared/cases/iam")
    if not os.path.exists(f"{folder}/org.jsonl"):
        print("absent")
        return
    with open(f"{folder}/org.jsonl", encoding="utf-8") as f:
        rows = [json.loads(line) for line in f]
    good, count = {}, {}
    for org in sorted({row["org"] for row in rows}):
        mine = [row for row in rows if row["org"] == org]
        answers = ask(ward, f"{folder}/{org}", mine)
        for row in mine:
            wrong = judge(row, answers.get(row["id"], {}))
            count[row["kind"]] = count.get(row["kind"], 0) + 1
            good[row["kind"]] = good.get(row["kind"], 0) + (wrong is None)
            if wrong:
                print(f"{row['id']}: {wrong[0]}" + (f"\n  want {wrong[1]}\n  got  {wrong[2]}" if verbose else ""))
    for kind in sorted(count):
        print(f"{kind}: {good[kind]} of {count[kind]} agree")
    sys.exit(0 if good == count else 1)


if __name__ == "__main__":
    main()
