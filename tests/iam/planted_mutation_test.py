#!/usr/bin/env python3
"""Takes one fact at a time from an organization: no cell of its proof may turn greener for want of it.

usage: planted_mutation_test.py WARD [COUNT [SEED]]

Each of COUNT organizations (default 40, or WARD_MUTATIONS) lacks one thing: a call was not made, was denied, or its policy
cannot be read; or a Deny is gone; or an Allow for everybody is there too. The first three hide what there is, the last two
add access: in none may a cell that was violated or unknown be proved or declared. Where a call is gone that told of a leak,
the cell is unknown, not proved.
"""
import gzip
import json
import os
import random
import sys
import tempfile

import planted

SMALL = ("--tenants", "12", "--principals", "80", "--resources", "1", "--leaks", "1")
# What ward.yaml and the account list tell without them, or what says of itself that nothing rests on it.
NO_FACT = {"iam:GetAccountSummary", "account:ListRegions"}
GREEN = {"proved", "declared"}
POLICY_MEMBERS = ("Policy", "ResourcePolicy", "Content", "policyText", "PolicyDocument", "Document", "AssumeRolePolicyDocument", "PolicyText")


def policies(answer, found):
    """Every place of a policy in an answer: (object, member)."""
    if isinstance(answer, dict):
        for key, value in answer.items():
            if key in POLICY_MEMBERS and (isinstance(value, dict) and "Statement" in value or isinstance(value, str) and "Statement" in value):
                found.append((answer, key))
            else:
                policies(value, found)
    elif isinstance(answer, list):
        for value in answer:
            policies(value, found)
    return found


def edit_policy(place, change):
    holder, key = place
    text = isinstance(holder[key], str)
    document = json.loads(holder[key]) if text else holder[key]
    if not change(document):
        return False
    holder[key] = json.dumps(document) if text else document
    return True


def without_deny(document):
    kept = [s for s in document["Statement"] if s["Effect"] != "Deny"]
    if len(kept) == len(document["Statement"]) or not kept:
        return False
    document["Statement"] = kept
    return True


def with_allow(document):
    added = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    first = document["Statement"][0]
    if "Principal" in first or "NotPrincipal" in first:
        added["Principal"] = "*"
        if "Resource" not in first and "NotResource" not in first:
            added = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    document["Statement"].append(added)
    return True


def pick(rnd, lines):
    """The place of a call: of any operation as likely as of another, and mostly of one that found something."""
    by_op = {}
    some = rnd.random() < 0.8
    for n, line in enumerate(lines):
        if "operation" in line and (line["status"] == "ok") == some:
            by_op.setdefault(f"{line['service']}:{line['operation']}", []).append(n)
    return rnd.choice(by_op[rnd.choice(sorted(set(by_op) - NO_FACT))])


def mutate(rnd, lines):
    """Changes `lines` in place; what was done."""
    while True:
        n = pick(rnd, lines)
        line = json.loads(json.dumps(lines[n]))
        what = rnd.choice(["dropped", "denied", "broken", "without a deny", "with an allow"])
        if what == "dropped":
            lines[n] = None
        elif what == "denied":
            line.pop("answer", None)
            line.update({"status": "denied", "code": "AccessDenied", "missing_action": f"{line['service']}:{line['operation']}"})
            lines[n] = line
        else:
            places = policies(line.get("answer"), [])
            if not places:
                continue
            place = rnd.choice(places)
            if what == "broken":
                holder, key = place
                holder[key] = "{not a policy" if isinstance(holder[key], str) else {"Statement": "none"}
            elif not edit_policy(place, without_deny if what == "without a deny" else with_allow):
                continue
            lines[n] = line
        return f"{what}: {line['account']} {line['service']}:{line['operation']} {line.get('params', '')}"


def write(path, lines):
    with gzip.open(path, "wt", compresslevel=1, encoding="utf-8") as f:
        for line in lines:
            if line is not None:
                f.write(json.dumps(line) + "\n")


def main():
    ward = sys.argv[1]
    count = int(sys.argv[2] if len(sys.argv) > 2 else os.environ.get("WARD_MUTATIONS", "40"))
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    failed = moved = 0
    with tempfile.TemporaryDirectory() as folder:
        planted.organization(folder, *SMALL)
        before = planted.cells(planted.proof(ward, folder)[1])
        with gzip.open(os.path.join(folder, "bundle.jsonl.gz"), "rt", encoding="utf-8") as f:
            lines = [json.loads(line) for line in f]
        for n in range(count):
            changed = list(lines)
            what = mutate(random.Random(f"{seed}/{n}"), changed)
            write(os.path.join(folder, "mutated.jsonl.gz"), changed)
            after = planted.cells(planted.proof(ward, folder, "mutated.jsonl.gz")[1])
            moved += any(planted.verdict(before, c) != planted.verdict(after, c) for c in {*before, *after})
            greener = [c for c in before if before[c]["verdict"] not in GREEN and planted.verdict(after, c) in GREEN]
            if greener:
                failed += 1
                print(f"mutation {seed}/{n} ({what}): greener: {[(c, before[c]['reason']) for c in greener[:5]]}", flush=True)
    print(f"{count} mutations of seed {seed}: {moved} moved a verdict, {failed} turned a cell greener")
    sys.exit(1 if failed or (count >= 40 and not moved) else 0)  # where nothing moves, nothing was tested


if __name__ == "__main__":
    main()
