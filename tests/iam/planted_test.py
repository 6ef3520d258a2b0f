#!/usr/bin/env python3
"""Organizations with planted leaks, through the program: import, prove.

usage: planted_test.py WARD [KIND...]

One of twelve tenants with two leaks of each kind: every one is told, and no cell without a leak. One for each kind
(or the kinds named): the chain ends at the store that leaks. One with near misses only: every cell is proved.
"""
import os
import sys
import tempfile

import planted

SMALL = ("--tenants", "12", "--principals", "80", "--resources", "1", "--leaks", "2")


def clean(ward, folder):
    answers = planted.organization(folder, *SMALL, "--clean")
    status, document = planted.proof(ward, folder)
    wrong = planted.check(document, answers)
    if status != 0:
        wrong.append(f"the clean organization ends with {status}")
    if document["summary"]["unknown"] or document["summary"]["violated"]:
        wrong.append(f"the clean organization: {document['summary']}")
    tenants = [t for t in answers["tenants"] if t not in document["objects"] or t not in document["subjects"]]
    return wrong + ([f"not in the matrix: {tenants}"] if tenants else [])


def everything(ward, folder):
    answers = planted.organization(folder, *SMALL)
    status, document = planted.proof(ward, folder)
    return planted.check(document, answers) + ([] if status == 1 else [f"an organization with leaks ends with {status}"])


def one_kind(ward, folder, kind):
    answers = planted.organization(folder, *SMALL, "--no-near", "--kinds", kind)
    if not answers["leaks"]:
        return [f"{kind}: nothing was planted"]
    return planted.check_chains(planted.proof(ward, folder)[1], answers)


def main():
    ward, kinds = sys.argv[1], sys.argv[2:]
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        parts = [] if kinds else [("clean", lambda f: clean(ward, f)), ("all kinds", lambda f: everything(ward, f))]
        kinds = kinds or sorted({leak["kind"] for leak in planted.organization(os.path.join(folder, "kinds"), *SMALL)["leaks"]})
        parts += [(kind, lambda f, k=kind: one_kind(ward, f, k)) for kind in kinds]
        for name, part in parts:
            wrong = part(os.path.join(folder, name.replace(" ", "-")))
            print(f"{name}: {'ok' if not wrong else ''}", *wrong, sep="\n  " if wrong else " ", flush=True)
            failed += bool(wrong)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
