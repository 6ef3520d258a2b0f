#!/usr/bin/env python3
"""Every operation that a control reads or lists fails in every way, and nothing that rests on it may stay green.

    tests/fault/matrix_test.py BUILD [--full] [--only TEXT] [--jobs N]

Each run injects one fault for one operation in one of two accounts of a perfect organization (perfect.py), runs the real
`ward audit` against ward-stub, and asserts
  a  no control that rests on the operation is `pass` or `not-applicable`, but for those that stands.tsv names; none is `fail`,
  b  the operation's row in `call` says what happened,
  c  the exit status is 3 (the audit without a fault exits with 0),
  d  what is said of the other account is what is said without a fault, but for crosses.tsv,
  e  the run ends in time, and `ward audit --offline` says the same of the store.
Without --full each operation meets four of the faults, in turn. Ends with `N passed, M failed`.
"""
import argparse
import concurrent.futures
import glob
import json
import os
import re
import sys
import threading
import time

import harness
import perfect
from perfect import MANAGEMENT, MEMBER

HERE = os.path.dirname(os.path.abspath(__file__))
SERVER = "InternalServerError|InternalFailure|InternalError|InternalServerException"
# fault -> what the call's row says: status and code
FAULTS = {
    "denied": ("denied", "AccessDenied|AccessDeniedException|UnauthorizedOperation"),
    "throttled": ("throttled", "ThrottlingException|Throttling|RequestLimitExceeded|TooManyRequestsException|SlowDown"),
    "error500": ("error", SERVER),
    "timeout": ("error", "Timeout"),
    "cut": ("error", "AnswerCut"),
    "html": ("error", "HtmlAnswer"),
    "ok-with-error": ("error", SERVER),
    "expired": ("skipped", "ExpiredCredentials|ExpiredToken|ExpiredTokenException|RequestExpired"),
    "page2": ("truncated", SERVER),
    "repeat": ("truncated", "RepeatedToken"),
}
PAGED = ("page2", "repeat")
EVERYWHERE = ("cloudtrail:GetEventSelectors", "cloudtrail:GetTrailStatus", "organizations:DescribeOrganization")
IN_TURN = 4
LIMIT_S = 40  # of a run; the slowest, a time-out tried four times, takes 4 to 5


def table(name, columns):
    """Rows of a TSV of this folder."""
    with open(f"{HERE}/{name}", encoding="utf-8") as f:
        rows = [line.rstrip("\n").split("\t") for line in f if line.strip() and not line.startswith("#")]
    assert all(len(row) == columns and all(row) for row in rows), f"{name}: {columns} columns"
    return rows


def controls():
    """id -> (scope, operations it lists or reads)"""
    found = {}
    for path in sorted(glob.glob(f"{harness.ROOT}/controls/*.sql")):
        with open(path, encoding="utf-8") as f:
            head = re.sub(r"\n--   +", " ", "".join(line for line in f if line.startswith("--")))
        keys = dict(line[3:].split(": ", 1) for line in head.splitlines() if ": " in line)
        if "needs" not in keys:
            found[keys["id"]] = (keys["scope"], {o.strip() for k in ("lists", "reads") for o in keys.get(k, "").split(";") if o.strip()})
    return found


def fixtures_stand():
    """(control, operation) that a fixture of tests/controls says a pass stands without."""
    found = set()
    for path in glob.glob(f"{harness.ROOT}/tests/controls/*.json"):
        with open(path, encoding="utf-8") as f:
            doc = json.load(f)
        found |= {(doc["control"], op) for case in doc["cases"] for op in case.get("stands_without", [])}
    return found


class Matrix:
    def __init__(self, build):
        self.build, self.local, self.audits = build, threading.local(), []
        self.controls = controls()
        self.stands = [tuple(row[:4]) for row in table("stands.tsv", 5)]
        self.crosses = {tuple(row[:2]) for row in table("crosses.tsv", 3)}
        self.used, self.lock = set(), threading.Lock()
        self.answers = perfect.Perfect()
        self.chosen = [word for c in self.controls for word in ("--control", c)]
        self.base = self.audit().live("", *self.chosen)

    def audit(self):
        if not hasattr(self.local, "audit"):
            self.local.audit = harness.Audit(self.build)
            with self.lock if hasattr(self, "lock") else threading.Lock():
                self.audits.append(self.local.audit)
        return self.local.audit

    def close(self):
        for audit in self.audits:
            audit.close()

    def operations(self):
        return sorted({op for _, ops in self.controls.values() for op in ops})

    def faults(self, op):
        return [f for f in FAULTS if f not in PAGED or self.answers.paged(op)]

    @staticmethod
    def account(number, op):
        """Where the fault is. The organization answers in the management account only; what both accounts can say of it and
        of its trail has to fail in both."""
        if op in EVERYWHERE:
            return "*"
        return MANAGEMENT if op.startswith("organizations:") or number % 2 else MEMBER

    def stands_on(self, control, op, fault, account):
        """Whether stands.tsv says that this pass stays."""
        where = {MANAGEMENT: "management", MEMBER: "member"}.get(account)
        for row in self.stands:
            if row[:2] == (control, op) and row[2] in ("*", where) and (row[3] == "any" or fault in PAGED):
                with self.lock:
                    self.used.add(row)
                return True
        return False

    def combinations(self, full):
        out, turn = [], 0
        for number, op in enumerate(self.operations()):
            faults = self.faults(op)
            wanted = len(faults) if full else IN_TURN
            out += [(op, faults[(turn + i) % len(faults)], self.account(number + (turn + i) % len(faults), op)) for i in range(wanted)]
            turn += wanted
        return out

    def run(self, op, fault, account):
        service, operation = op.split(":")
        audit, answers, rules = self.audit(), None, f"{service} {operation} {account} * * {fault}\n"
        if fault == "repeat":
            answers, rules = self.answers.text((op, account)), ""
        if fault == "expired":
            rules += "sts AssumeRole * * 2- denied\n"
        result = audit.live(rules, *self.chosen, answers=answers, limit=LIMIT_S)
        return result, audit.offline(*self.chosen)

    def complaints(self, op, fault, account, result, again):
        yield from self.green(op, fault, account, result)
        status, code = FAULTS[fault]
        rows = result.of(op, account)
        if not rows:
            yield f"b: no row of {op} in {account}"
        for row in rows:
            if not (row[4] == status and re.fullmatch(code, row[5] or "")) and not self.untouched(op, fault, row):
                yield f"b: the call's row says {row[4:]}"
        if result.status != 3:
            yield f"c: exit status {result.status}"
        yield from self.other_account(op, fault, account, result)
        if again.controls != result.controls or again.of_account() != result.of_account() or again.status != result.status:
            yield "e: --offline says something else"

    @staticmethod
    def untouched(op, fault, row):
        """Calls of the operation that the fault does not reach: pages that are not there."""
        return fault in PAGED and row[4] == "empty" and op in ("ec2:DescribeSnapshots", "organizations:ListPolicies")

    def green(self, op, fault, account, result):
        if not result.controls:
            yield f"no verdicts: exit status {result.status}, {result.said[-300:]}"
        for control, verdict in result.controls.items():
            # Who is in the organization is asked for all controls: accounts that are not listed may hold anything.
            everyone = op == "organizations:ListAccounts" and self.controls[control][0] != "organization"
            if verdict == "unknown" or not (everyone or op in self.controls[control][1]):
                continue
            if verdict != "pass" or not self.stands_on(control, op, fault, account):
                yield f"a: {control} is {verdict}"

    def other_account(self, op, fault, account, result):
        if account == "*" or op == "organizations:ListAccounts":
            return
        other = MEMBER if account == MANAGEMENT else MANAGEMENT
        but = {c for c, (scope, _) in self.controls.items() if scope == "organization" or (c, op) in self.crosses or (c, fault) in self.crosses or
               op.startswith("organizations:") and op in self.controls[c][1]}
        here, base = result.of_account(other, but), self.base.of_account(other, but)
        if here != base:
            yield f"d: of {other}: " + "; ".join(sorted(set(here) ^ set(base))[:4])

    def one(self, combination):
        try:
            result, again = self.run(*combination)
            return combination, list(self.complaints(*combination, result, again)), result.seconds
        except Exception as e:  # pylint: disable=broad-except
            return combination, [f"{type(e).__name__}: {e}"], 0


def check_baseline(m, out):
    """Without a fault all is green, so that a fault has something to take away."""
    not_pass = [f"{c} is {v}" for c, v in m.base.controls.items() if v != "pass"]
    not_pass += [f"{c} is missing" for c in m.controls if c not in m.base.controls]
    bad = [f"{call[0]} {call[3]} {call[4:]}" for call in m.base.calls if call[4] not in ("ok", "empty") and call[5] != "NotManagementAccount"]
    missing = [f"{op} is not called in {a}" for op in m.operations() for a in perfect.ACCOUNTS
               if not (m.base.of(op, a) or a == MEMBER and op.startswith("organizations:"))]
    found = [f"empty answer, not a canned one: {r}" for r in m.base.requests if r[2] != "200"]
    out("baseline", not_pass + bad + missing + found + ([f"exit status {m.base.status}"] if m.base.status else []))


def main():
    args = argparse.ArgumentParser()
    args.add_argument("build")
    args.add_argument("--full", action="store_true")
    args.add_argument("--only", default="", help="text that 'operation fault' contains")
    args.add_argument("--jobs", type=int, default=3)
    args = args.parse_args()
    start, passed, failed = time.monotonic(), 0, 0
    m = Matrix(args.build)

    def out(name, complaints):
        nonlocal passed, failed
        passed, failed = passed + (not complaints), failed + bool(complaints)
        for line in complaints:
            print(f"FAILED: {name}: {line}", flush=True)
    try:
        check_baseline(m, out)
        work = [c for c in m.combinations(args.full) if args.only in f"{c[0]} {c[1]}"]
        with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
            for combination, complaints, _ in pool.map(m.one, work):
                out(" ".join(combination), complaints)
        named = fixtures_stand()
        out("stands.tsv", [f"{row[:2]}: no fixture says so" for row in m.stands if row[2:] == ("*", "any") and row[:2] not in named] +
            [f"{row} was never needed" for row in m.stands if args.full and not args.only and row not in m.used])
    finally:
        m.close()
    print(f"{len(m.controls)} controls, {len(m.operations())} operations, {len(work)} audits in {time.monotonic() - start:.0f} s")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
