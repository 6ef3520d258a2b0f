#!/usr/bin/env python3
"""Writes a made-up organization whose tenants are kept apart by the network alone, with ways from one to another, as an import bundle.

usage: make_net_org.py --tenants N --accounts A --gateways G --hosts H --rules R --leaks K --seed S --out DIR
                       [--mode hub|flat] [--clean] [--no-near] [--kinds A,B] [--edit rule]

DIR/bundle.jsonl.gz   answers in the shapes of the AWS CLI
DIR/ward.yaml         who is who
DIR/answers.json      every leak (K of each kind): from tenant, to tenant, kind, and all the cells that it opens; every near miss,
                      which must not be told. --clean plants near misses only.

Each tenant has a VPC of three route tables, five subnets, four groups of R rules, H hosts, a web front and a database. hub: on G transit
gateways whose tables show a tenant the shared services only; flat: one gateway, one table, every rule from 10.0.0.0/8.
The same arguments give the same bytes. Nothing in it was collected anywhere.
"""
import argparse
import json
import os
import random
import sys

here = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(here, "net_org")]
sys.path.append(os.path.join(here, "iam_org"))
import answers  # noqa: E402
import leaks  # noqa: E402
from bundle import Bundle  # noqa: E402
from org import Org  # noqa: E402
from place import permission  # noqa: E402


def arguments():
    p = argparse.ArgumentParser(description="A made-up organization with planted ways through its network.")
    for name, default in (("tenants", 80), ("accounts", 6), ("gateways", 2), ("hosts", 1), ("rules", 0), ("leaks", 1), ("seed", 1)):
        p.add_argument("--" + name, type=int, default=default)
    p.add_argument("--out", required=True)
    p.add_argument("--mode", choices=["hub", "flat"], default="hub")
    p.add_argument("--clean", action="store_true", help="no leaks, near misses only")
    p.add_argument("--kinds", help="only these kinds of leak, comma-separated")
    p.add_argument("--no-near", action="store_true", help="no near misses")
    p.add_argument("--edit", choices=["rule"], help="with one rule's port changed in one tenant's group")
    return p.parse_args()


def main():
    a = arguments()
    kinds = set(a.kinds.split(",")) if a.kinds else None
    if kinds and not kinds <= set(leaks.KINDS):
        sys.exit(f"no such kind: {', '.join(sorted(kinds - set(leaks.KINDS)))}; there are: {', '.join(leaks.KINDS)}")
    o = Org(a.tenants, a.accounts, a.gateways, a.hosts, a.rules, a.seed, a.mode)
    free = list(o.tenants)
    random.Random(a.seed).shuffle(free)
    planted = [] if a.clean else leaks.plant(o, a.leaks, kinds, True, free)
    near = [] if a.no_near else leaks.plant(o, a.leaks, kinds, False, free)
    if a.edit:
        o.tenants[0].vpc.admit("spare", permission("tcp", 23, 23, [str(o.tenants[0].vpc.cidr)]))
    os.makedirs(a.out, exist_ok=True)
    b = Bundle(a.out, True)
    b.run(f"arn:aws:sts::{o.shared.id}:assumed-role/ward-audit/ward", "make_net_org")
    counts = {"vpcs": 0, "interfaces": 0, "groups": 0, "tables": 0}
    for acc in o.accounts():
        b.account(acc.id, acc.name)
        if acc is o.management:
            o.write_organization(b)
        answers.write(b, acc, acc is o.management)
        for name, kind in (("vpcs", "vpc"), ("interfaces", "eni"), ("groups", "group"), ("tables", "table")):
            counts[name] += len(acc.lists.get(kind, ()))
    b.close()
    with open(os.path.join(a.out, "ward.yaml"), "w", encoding="utf-8") as f:
        f.write(o.yaml())
    with open(os.path.join(a.out, "answers.json"), "w", encoding="utf-8") as f:
        json.dump({"tenants": [t.name for t in o.tenants], "accounts": len(o.accounts()), **counts, "leaks": planted, "near": near}, f, indent=1)
    print(", ".join(f"{v} {k}" for k, v in counts.items()) + f", {len(planted)} leaks, {len(near)} near misses, {b.lines} lines", file=sys.stderr)


if __name__ == "__main__":
    main()
