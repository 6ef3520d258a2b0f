#!/usr/bin/env python3
"""Organizations with planted ways through the network, through the program: import, prove.

usage: planted_test.py WARD [KIND...]

One of eighty tenants with a leak of each kind: every one is told, and no cell without a leak. One of each kind alone (or
the kinds named). One with near misses only: every cell is proved or declared.
"""
import os
import sys
import tempfile

import planted

SMALL = ("--tenants", "80", "--accounts", "6", "--gateways", "2", "--hosts", "1")


def clean(ward, folder):
    answers = planted.organization(folder, *SMALL, "--clean")
    status, document = planted.proof(ward, folder)
    wrong = planted.check(document, answers)
    if status != 0:
        wrong.append(f"the clean organization ends with {status}")
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
    return planted.check(planted.proof(ward, folder)[1], answers)


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
