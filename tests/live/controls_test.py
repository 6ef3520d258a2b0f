#!/usr/bin/env python3
"""A user's own controls: good ones are judged, others are unknown or refused, and none harms the store."""
import os
import re
import sqlite3
import time

import live
from live import Desk, Stub

ONE = ("--region", "us-east-1")
JSON = ("--output", "json", "--all-findings")
HEAD = """-- id: {id}
-- title: {id} of our own
-- severity: high
-- citations: 164.312(a)(1)
-- scope: account
-- reads: iam:GetAccountSummary
-- remedy: See the handbook
"""
ROW = "SELECT account, '' AS region, account AS resource, NULL AS name, NULL AS sub, {ok} AS ok, {reason} AS reason, 'witness' AS basis FROM fact_account"
ENDLESS = ("WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT 'a' AS account, '' AS region, 'a' AS resource, NULL AS name, "
           "NULL AS sub, count(*) > 0 AS ok, 'x' AS reason FROM n")


def control(desk, name, sql, head=HEAD):
    desk.write(f"ours/{name}.sql", head.format(id=name) + sql + "\n", 0o644)


def row(ok, reason):
    return ROW.format(ok=ok, reason=reason)


def verdicts(result):
    found = {}
    for f in result.json()["findings"]:
        found.setdefault(f["control"], []).append((f["verdict"], f["reason"]))
    return found


def contents(desk):
    """Everything in the store that an evaluation does not write."""
    db = sqlite3.connect(f"file:{desk.db}?mode=ro", uri=True)
    try:
        names = [n for n, in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
                 if n not in ("evaluation", "finding", "control_result", "citation_result", "store_meta") and not n.startswith(("fact", "gap", "config"))]
        return {n: db.execute(f'SELECT * FROM "{n}"').fetchall() for n in names}
    finally:
        db.close()


def test_good_ones():
    with Stub() as stub, Desk(stub) as desk:
        control(desk, "our-pass", row(1, "'all is well'"))
        control(desk, "our-fail", row(0, "'nothing is well'"))
        control(desk, "our-open", row("NULL", "'nobody knows'"))
        result = desk.audit(*ONE, *JSON, "--controls", "ours").is_(1)
        found = verdicts(result)
        assert found["our-pass"] == [("pass", "all is well")] and found["our-fail"] == [("fail", "nothing is well")]
        assert [v for v, _ in found["our-open"]] == ["unknown"]
        assert stub.requests("iam", "GetAccountSummary")
        only = desk.audit("--offline", *JSON, "--controls", "ours", "--control", "our-*").is_(1)
        assert set(verdicts(only)) == {"our-pass", "our-fail", "our-open"}
        assert "our-pass" not in verdicts(desk.audit("--offline", *JSON))
        identity = next(f["id"] for f in result.json()["findings"] if f["control"] == "our-fail")
        desk.run("explain", identity, "--controls", "ours").is_(0, 4)
        desk.audit("--offline", "--controls", "ours", "--control", "our-fail").is_(1).prints(identity)
        desk.run("explain", identity, "--controls", "ours").is_(0).prints("our-fail", "See the handbook")


def test_what_a_control_may_not_do():
    wrong = {
        "broken": "SELEKT 1",
        "no-such-table": "SELECT account, '' AS region, account AS resource, NULL AS name, NULL AS sub, 1 AS ok, 'x' AS reason FROM fact_nothing",
        "columns": "SELECT account, 1 AS ok FROM fact_account",
        "writes": "DELETE FROM call",
        "inserts": "INSERT INTO run SELECT * FROM run",
        "updates": "UPDATE call SET status = 'ok'",
        "drops": "DROP TABLE resource",
        "creates": "CREATE TABLE mine(x)",
        "attaches": "ATTACH DATABASE 'other.db' AS other",
        "vacuums": "VACUUM INTO 'copy.db'",
        "pragma": "PRAGMA writable_schema = 1",
        "pragma-select": "SELECT name AS account, '' AS region, 'x' AS resource, NULL AS name, NULL AS sub, 1 AS ok, 'x' AS reason FROM pragma_database_list",
        "secret": "SELECT hex(value) AS account, '' AS region, 'x' AS resource, NULL AS name, NULL AS sub, 1 AS ok, 'x' AS reason FROM store_meta",
        "extension": row(1, "load_extension('x.so')"),
        "chance": row("random() > 0", "'x'"),
        "two": row(1, "'x'") + "; DELETE FROM call",
        "transaction": "COMMIT",
    }
    with Stub() as stub, Desk(stub) as desk:
        desk.audit(*ONE).is_(1)
        before = contents(desk)
        for name, sql in wrong.items():
            control(desk, name, sql)
        control(desk, "our-pass", row(1, "'all is well'"))
        result = desk.audit("--offline", *JSON, "--controls", "ours").is_(1)
        found = verdicts(result)
        for name in wrong:
            assert [v for v, _ in found[name]] == ["unknown"], (name, found[name])
            assert re.search(rf"{name}\b", result.err), f"{name} is not named on standard error:\n{result.err}"
        assert found["our-pass"] == [("pass", "all is well")], "one wrong control spoils the others"
        assert contents(desk) == before
        assert {n for n in os.listdir(desk.folder) if not n.startswith("ward.db")} == {".aws", "ours"}
        desk.intact()
        assert verdicts(desk.audit("--offline", *JSON)).keys() == found.keys() - set(wrong) - {"our-pass"}


def test_endless():
    with Stub() as stub, Desk(stub) as desk:
        desk.audit(*ONE).is_(1)
        control(desk, "endless", ENDLESS)
        control(desk, "our-pass", row(1, "'all is well'"))
        began = time.monotonic()
        result = desk.audit("--offline", *JSON, "--controls", "ours").is_(1)
        assert time.monotonic() - began < 45
        found = verdicts(result)
        assert [v for v, _ in found["endless"]] == ["unknown"] and found["our-pass"] == [("pass", "all is well")]
        result.says("endless")
        desk.intact()


def test_malformed_headers():
    lines = HEAD.format(id="ours").splitlines()
    wrong = {
        "severity": ([line.replace("high", "worst") for line in lines], ":3:", "worst"),
        "citation": ([line.replace("164.312(a)(1)", "164.999(z)") for line in lines], ":4:", "164.999(z)"),
        "scope": ([line.replace("account", "galaxy", 1) if "scope" in line else line for line in lines], ":5:", "galaxy"),
        "operation": ([line.replace("iam:GetAccountSummary", "iam:GetNothing") for line in lines], ":6:", "iam:GetNothing"),
        "header": (lines + ["-- colour: blue"], ":8:", "colour"),
        "twice": (lines + ["-- severity: low"], ":8:", "severity"),
        "remedy": ([line for line in lines if "remedy" not in line], ":1:", "remedy"),
        "reads": ([line for line in lines if "reads" not in line], ":1:", "reads"),
    }
    with Stub() as stub, Desk(stub) as desk:
        desk.audit(*ONE).is_(1)
        for name, (head, _, _) in wrong.items():
            desk.write(f"ours/bad-{name}.sql", "\n".join(head).replace("-- id: ours", f"-- id: bad-{name}") + "\n" + row(1, "'x'") + "\n", 0o644)
        desk.write("ours/other-name.sql", "\n".join(lines) + "\n" + row(1, "'x'") + "\n", 0o644)
        desk.write("ours/empty.sql", "", 0o644)
        desk.write("ours/notes.txt", "not a control\n", 0o644)
        result = desk.audit("--offline", *JSON, "--controls", "ours").is_(1)
        found = verdicts(result)
        for name, (_, place, word) in wrong.items():
            (verdict, reason), = found[f"bad-{name}"]
            assert verdict == "unknown", (name, verdict)
            assert f"bad-{name}.sql{place}" in reason + result.err and word in reason + result.err, (name, reason, result.err)
        assert [v for v, _ in found["other-name"]] == ["unknown"] and [v for v, _ in found["empty"]] == ["unknown"]
        assert "notes" not in found


def test_ids_of_ward_are_refused():
    with Stub() as stub, Desk(stub) as desk:
        control(desk, "iam-root-mfa", row(1, "'root is fine, believe me'"))
        for args in (("audit", *ONE), ("audit", "--demo")):
            desk.run(*args, "--controls", "ours").is_(2).says("iam-root-mfa.sql", "already")
        assert not stub.logged()


def test_folder_is_missing():
    with Stub() as stub, Desk(stub) as desk:
        desk.audit(*ONE, "--controls", "nowhere").is_(2).says("nowhere")
        desk.write("file", "x")
        desk.audit(*ONE, "--controls", "file").is_(2).says("file")
        assert not stub.logged()


def test_names_from_hostile_controls_are_shown_safely():
    with Stub() as stub, Desk(stub) as desk:
        control(desk, "our-fail", row(0, "'red ' || char(27) || '[31m' || char(10) || 'ward: all is well'"))
        result = desk.audit(*ONE, "--controls", "ours", "--control", "our-fail").is_(1)
        assert "\033" not in result.out and "\nward: all is well" not in result.out
        desk.audit("--offline", *JSON, "--controls", "ours", "--control", "our-fail").is_(1).json()


live.main(globals())
