#!/usr/bin/env python3
"""Takes one fact at a time from an organization's network: no cell of its proof may turn greener for want of it.

usage: planted_mutation_test.py WARD [COUNT [SEED]]

Each of COUNT organizations (default 30, or WARD_MUTATIONS; 0: every call and way, one after the other; -1:
of those that found something) lacks one thing: a
call was not made, was denied or was cut short, an account or what one operation tells anywhere is gone. In none may a cell that was violated or
unknown be proved or declared.
"""
import gzip
import json
import os
import random
import sys
import tempfile

import planted

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
SMALL = ("--tenants", "30", "--accounts", "4", "--gateways", "2", "--hosts", "1", "--no-near")
GREEN = {"proved", "declared"}
CALL_WAYS = ("dropped", "denied", "cut short")


def reads():
    with open(os.path.join(ROOT, "data", "net", "reads.tsv"), encoding="utf-8") as f:
        rows = [line.split("\t")[0] for line in f if not line.startswith("#")]
    return set(rows[1:])


def denied(line, service, operation):
    line.pop("answer", None)
    line.update({"status": "denied", "code": "AccessDenied", "missing_action": f"{service}:{operation}"})
    return line


def items(answer):
    """The list of an answer, and its name."""
    for key, value in (answer or {}).items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            return key, value
    return None, []


def cut_short(line):
    """The first page came, the rest did not."""
    key, value = items(line.get("answer"))
    if not value:
        return None
    line["answer"][key] = value[: len(value) // 2]
    line["status"] = "error"
    line["code"] = "RequestLimitExceeded"
    return line


def mutated(line, way):
    line = json.loads(json.dumps(line))
    if way == "dropped":
        return None
    if way == "denied":
        return denied(line, line["service"], line["operation"])
    return cut_short(line)


def write(path, lines):
    with gzip.open(path, "wt", compresslevel=1, encoding="utf-8") as f:
        for line in lines:
            if line is not None:
                f.write(json.dumps(line) + "\n")


def proof(ward, folder):
    store = os.path.join(folder, "mutated.db")
    for name in (store, store + "-wal", store + "-shm"):
        if os.path.exists(name):
            os.remove(name)
    planted.run([ward, "import", "--db", store, os.path.join(folder, "mutated.jsonl.gz")], (0, 3))
    done = planted.run([ward, "prove", "--network", "--db", store, "--config", os.path.join(folder, "ward.yaml"), "--output", "json"], (0, 1, 3))
    return planted.cells(json.loads(done.stdout))


def is_of(line, account):
    """A line about the account: the account itself, a region of it, a call in it."""
    inner = [line.get(key) for key in ("account", "region")]
    return account in [i.get("account") if isinstance(i, dict) else i for i in inner]


def large(lines, rests):
    """Whole accounts, and whole operations."""
    named = {n: f"{line['service']}:{line['operation']}" for n, line in enumerate(lines) if "operation" in line}
    for account in sorted({line["account"] for line in lines if "operation" in line}):
        yield f"no trace of account {account}", [None if is_of(line, account) else line for line in lines]
        yield f"nothing of account {account}", [None if n in named and line["account"] == account else line for n, line in enumerate(lines)]
    for op in sorted({named[n] for n in named if lines[n]["status"] == "ok" and named[n] in rests}):
        for way in CALL_WAYS[:2]:
            yield f"{way}: {op}", [mutated(line, way) if named.get(n) == op else line for n, line in enumerate(lines)]


def small(lines, rests, count, seed):
    calls = [n for n, line in enumerate(lines) if f"{line.get('service')}:{line.get('operation')}" in rests]
    calls = [n for n in calls if lines[n]["status"] == "ok" or (lines[n]["status"] == "empty" and count == 0)]
    work = [(n, way) for n in calls for way in CALL_WAYS if way != "cut short" or items(lines[n].get("answer"))[1]]
    for n, way in random.Random(seed).sample(work, min(count, len(work))) if count > 0 else work:
        line = lines[n]
        what = f"{way}: {line['account']} {line['service']}:{line['operation']} {line.get('params', '')}"
        yield what, lines[:n] + [mutated(line, way)] + lines[n + 1:]


def main():
    ward = sys.argv[1]
    count = int(sys.argv[2] if len(sys.argv) > 2 else os.environ.get("WARD_MUTATIONS", "30"))
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    failed = moved = tried = 0
    with tempfile.TemporaryDirectory() as folder:
        planted.organization(folder, *SMALL)
        with gzip.open(os.path.join(folder, "bundle.jsonl.gz"), "rt", encoding="utf-8") as f:
            lines = [json.loads(line) for line in f]
        write(os.path.join(folder, "mutated.jsonl.gz"), lines)
        before, rests = proof(ward, folder), reads()
        for what, changed in [*large(lines, rests), *small(lines, rests, count, seed)]:
            write(os.path.join(folder, "mutated.jsonl.gz"), changed)
            after, tried = proof(ward, folder), tried + 1
            moved += any(planted.verdict(before, c) != planted.verdict(after, c) for c in {*before, *after})
            greener = [c for c in before if before[c]["verdict"] not in GREEN and planted.verdict(after, c) in GREEN]
            if greener:
                failed += 1
                print(f"{what}: greener: {[(c, before[c]['reason']) for c in greener[:5]]}", flush=True)
    print(f"{tried} mutations: {moved} moved a verdict, {failed} turned a cell greener")
    sys.exit(1 if failed or not moved else 0)  # where nothing moves, nothing was tested


if __name__ == "__main__":
    main()
