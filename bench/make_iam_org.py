#!/usr/bin/env python3
"""Writes a made-up organization of many tenants, with leaks from one tenant to another, as an import bundle.

usage: make_iam_org.py --tenants N --principals P --resources R --leaks K --seed S --out DIR [--clean] [--kinds A,B] [--no-near]
                       [--folder] [--edit role|root]

DIR/bundle.jsonl.gz   answers in the shapes of the AWS CLI (with --folder DIR/bundle/, one file a call)
DIR/ward.yaml         who is who
DIR/answers.json      every leak (K of each kind): from tenant, to tenant, kind, resource, principals on the chain, and all the
                      cells that it opens; every near miss, which must prove clean. --clean plants near misses only.

The same arguments give the same bytes. Nothing in it was collected anywhere.
"""
import argparse
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "iam_org"))
import answers  # noqa: E402
import leaks  # noqa: E402
from bundle import Bundle  # noqa: E402
from org import Org  # noqa: E402


def arguments():
    p = argparse.ArgumentParser(description="A made-up organization with planted leaks.")
    for name, default in (("tenants", 12), ("principals", 120), ("resources", 600), ("leaks", 2), ("seed", 1)):
        p.add_argument("--" + name, type=int, default=default)
    p.add_argument("--out", required=True)
    p.add_argument("--clean", action="store_true", help="no leaks, near misses only")
    p.add_argument("--kinds", help="only these kinds of leak, comma-separated")
    p.add_argument("--no-near", action="store_true", help="no near misses")
    p.add_argument("--folder", action="store_true", help="a file a call in place of one packed file")
    p.add_argument("--edit", choices=["role", "root"], help="with one statement more: in a role's inline policy, or in a policy at the root")
    return p.parse_args()


def main():
    a = arguments()
    kinds = set(a.kinds.split(",")) if a.kinds else None
    if kinds and not kinds <= set(leaks.LEAKS):
        sys.exit(f"no such kind: {', '.join(sorted(kinds - set(leaks.LEAKS)))}; there are: {', '.join(leaks.LEAKS)}")
    o = Org(a.tenants, a.principals, a.resources, a.seed, a.edit)
    accounts = o.accounts()
    planted = [] if a.clean else leaks.plant(o, leaks.LEAKS, a.leaks, kinds)
    near = [] if a.no_near else leaks.plant(o, leaks.NEAR, a.leaks)
    os.makedirs(a.out, exist_ok=True)
    b = Bundle(os.path.join(a.out, "bundle") if a.folder else a.out, not a.folder)
    b.run(f"arn:aws:sts::{o.audit}:assumed-role/ward-audit/ward")
    counts = {"principals": 0, "resources": 0}
    for ident, name in accounts:
        acc = o.build(ident, name)
        b.account(ident, name)
        if ident == o.management:
            o.write_organization(b, accounts)
        answers.write(b, acc, ident == o.management)
        for kind, items in acc.things.items():
            counts["principals" if kind in ("role", "user") else "resources"] += len(items)
    b.close()
    with open(os.path.join(a.out, "ward.yaml"), "w", encoding="utf-8") as f:
        f.write(o.yaml())
    with open(os.path.join(a.out, "answers.json"), "w", encoding="utf-8") as f:
        json.dump({"tenants": [t.name for t in o.tenants], "accounts": len(accounts), **counts, "leaks": planted, "near": near}, f, indent=1)
    print(f"{len(accounts)} accounts, {counts['principals']} principals, {counts['resources']} resources, {len(planted)} leaks, "
          f"{len(near)} near misses, {b.lines} lines", file=sys.stderr)


if __name__ == "__main__":
    main()
