#!/usr/bin/env python3
"""Findings as a user works with them: explain, waive, diff, import, export, init."""
import csv
import io
import json
import os
import re

import live
from live import Desk, Stub

ONE = ("--region", "us-east-1")
JSON = ("--output", "json", "--all-findings")
TAGS = "<tagSet><item><key>ward:tenant</key><value>lakeside</value></item></tagSet>"


def group(cidr):
    return ('answer ec2 DescribeSecurityGroups\nbody\n<DescribeSecurityGroupsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">'
            "<requestId>ward-stub</requestId><securityGroupInfo><item><ownerId>@ACCOUNT@</ownerId><groupId>sg-0123456789abcdef0</groupId>"
            "<groupName>bastion</groupName><groupDescription>x</groupDescription><vpcId>vpc-0123456789abcdef0</vpcId>" + TAGS +
            "<ipPermissions><item><ipProtocol>tcp</ipProtocol><fromPort>22</fromPort><toPort>22</toPort><groups/><ipRanges><item>"
            f"<cidrIp>{cidr}</cidrIp></item></ipRanges><ipv6Ranges/><prefixListIds/></item></ipPermissions><ipPermissionsEgress/></item>"
            "</securityGroupInfo></DescribeSecurityGroupsResponse>\n.\n")


def instance(name):
    """DescribeInstances with one instance, for what a changed resource is."""
    return ('answer ec2 DescribeVpcs\nbody\n<DescribeVpcsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>ward-stub</requestId>'
            f"<vpcSet><item><vpcId>vpc-0123456789abcdef0</vpcId><ownerId>@ACCOUNT@</ownerId><state>available</state><cidrBlock>{name}</cidrBlock>"
            "<isDefault>false</isDefault>" + TAGS + "</item></vpcSet></DescribeVpcsResponse>\n.\n")


OPEN = group("0.0.0.0/0") + instance("10.0.0.0/16")
CLOSED = group("10.0.0.0/8") + instance("10.1.0.0/16")
SSH = "sg-no-ingress-ssh"


def audited(stub):
    desk = Desk(stub)
    desk.run("init", "--yes").is_(0)
    desk.audit(*ONE).is_(1)
    return desk


def finding(desk, control=SSH, verdict="fail"):
    return desk.one("SELECT id FROM finding WHERE control = ? AND verdict = ? AND evaluation = (SELECT max(id) FROM evaluation)", control, verdict)


def waive(desk, what, *args):
    return desk.run("waive", what, "--owner", "Ann Lee", "--reason", "bastion with its own log-in", *args)


ADDRESSABLE = ("--not-reasonable", "one operator", "--alternative", "session log")


def test_explain():
    with Stub("", OPEN) as stub, audited(stub) as desk:
        name = finding(desk)
        desk.run("explain", name).is_(0).prints(name, SSH, "sg-0123456789abcdef0", "0.0.0.0/0", "ec2:DescribeSecurityGroups", "164.312")
        short = next(name[:n] for n in range(4, 17) if desk.one("SELECT count(DISTINCT id) FROM finding WHERE id LIKE ?", name[:n] + "%") == 1)
        assert desk.run("explain", short).is_(0).out == desk.run("explain", name).out
        told = json.loads(desk.run("explain", name, "--output", "json").is_(0).out)
        assert name in json.dumps(told)
        desk.run("explain", "0000000000000000").is_(4).says("0000000000000000", "hint:")
        for wrong in ("xyz", "", "abc", "--output", "1234567890abcdef0"):
            desk.run("explain", wrong).is_(2)
        desk.run("explain").is_(2)
        unknown = finding(desk, "iam-root-mfa", "unknown")
        desk.run("explain", unknown).is_(0).prints("unknown", "account summary")


def test_waive():
    with Stub("", OPEN) as stub, audited(stub) as desk:
        name = finding(desk)
        with open(f"{desk.folder}/ward.yaml", encoding="utf-8") as f:
            before = f.read()
        waive(desk, name[:8], "--expires", "2027-01-31", *ADDRESSABLE).is_(0).prints(name, "2027-01-31")
        with open(f"{desk.folder}/ward.yaml", encoding="utf-8") as f:
            after = f.read()
        assert [line for line in before.splitlines() if line not in after.splitlines() and "waivers" not in line] == []
        desk.run("config", "--check", "ward.yaml").is_(0)
        judged = live.findings(desk.audit("--offline", *JSON).is_(1))[name]
        assert judged["verdict"] == "waived" and judged["waiver"]["owner"] == "Ann Lee"
        desk.audit("--offline").is_(1).prints("1 waived", name)
        desk.run("explain", name).is_(0).prints("waived", "Ann Lee", "bastion with its own log-in", "2027-01-31")
        # The last day counts, the day after it does not.
        assert live.findings(desk.audit("--offline", *JSON, "--as-of", "2027-01-31T23:59:00Z"))[name]["verdict"] == "waived"
        late = desk.audit("--offline", *JSON, "--as-of", "2027-02-01T00:00:00Z").says("expired")
        assert live.findings(late)[name]["verdict"] == "fail"
        assert live.findings(late)[name]["waiver"]["state"] == "expired"
        desk.audit("--offline", "--control", SSH).is_(0)
        desk.audit("--offline", "--control", SSH, "--as-of", "2027-02-01").is_(1)
        # A new collection has the same finding, and it stays waived.
        assert live.findings(desk.audit(*ONE, *JSON))[name]["verdict"] == "waived"


def test_waive_is_refused():
    with Stub("", OPEN) as stub, audited(stub) as desk:
        name = finding(desk)
        with open(f"{desk.folder}/ward.yaml", encoding="utf-8") as f:
            before = f.read()
        until = ("--expires", "2027-01-31")
        waive(desk, name).is_(2).says("--expires")
        waive(desk, name, *until).is_(2).says("--not-reasonable")
        waive(desk, name, "--expires", "2020-01-01", *ADDRESSABLE).is_(2).says("2020-01-01")
        waive(desk, name, "--expires", "31.1.2027", *ADDRESSABLE).is_(2).says("31.1.2027")
        waive(desk, "0000000000000000", *until, *ADDRESSABLE).is_(4).says("0000000000000000")
        waive(desk, finding(desk, "iam-root-mfa", "unknown"), *until, *ADDRESSABLE).is_(2).says("only a failure")
        with open(f"{desk.folder}/ward.yaml", encoding="utf-8") as f:
            assert f.read() == before
        waive(desk, name, *until, *ADDRESSABLE).is_(0)
        waive(desk, name, *until, *ADDRESSABLE).is_(2)
        os.remove(f"{desk.folder}/ward.yaml")
        waive(desk, name, *until, *ADDRESSABLE).is_(2).says("ward init")


def test_waiver_without_a_finding():
    with Stub("", OPEN) as stub, audited(stub) as desk:
        waive(desk, finding(desk), "--expires", "2027-01-31", *ADDRESSABLE).is_(0)
        with open(f"{desk.folder}/ward.yaml", encoding="utf-8") as f:
            text = f.read()
        text = text.replace(finding(desk), "ffffffffffffffff")
        desk.write("ward.yaml", text)
        result = desk.audit("--offline").is_(1).says("ffffffffffffffff")
        assert " 0 waived" in result.out


def test_diff():
    with Stub("", OPEN) as stub, audited(stub) as desk, Stub("", CLOSED) as closed:
        name = finding(desk)
        desk.audit(*ONE, "--endpoint-url", closed.url).is_(1)
        desk.run("diff", "1", "2").is_(0).prints("Failed before, does not now (1)", name, SSH, "sg-0123456789abcdef0")
        desk.run("diff", "2", "1").is_(1).prints(name, "pass -> fail")
        told = json.loads(desk.run("diff", "previous", "last", "--output", "json").is_(0).out)
        assert told["schema"] == "ward.diff/1" and [f["id"] for f in told["findings"] if f["control"] == SSH] == [name]
        changed = {(r["change"], r["id"]) for r in told["resources"]}
        assert len(changed) == 2 and {c for c, _ in changed} == {"changed"}, changed
        rows = list(csv.DictReader(io.StringIO(desk.run("diff", "1", "2", "--output", "csv").is_(0).out)))
        assert [r["id"] for r in rows if r["control"] == SSH] == [name]
        desk.run("diff", "1", "1", "--all-findings").is_(0)
        desk.run("diff", "1", "77").is_(4).says("77")
        desk.run("diff", "1", "x").is_(2).says("x")
        desk.run("diff", "1").is_(2)


def test_diff_with_a_run_that_was_not_judged():
    with Stub("", OPEN) as stub, audited(stub) as desk:
        desk.run("export", "answers").is_(0)
        desk.run("import", "answers").is_(0)
        desk.run("diff", "1", "2").is_(4).says("run 2")


def test_export_and_import():
    with Stub("", OPEN) as stub, audited(stub) as desk:
        whole = desk.audit("--offline", *JSON).json()
        for form, where in (("dir", "answers"), ("packed", "packed")):
            desk.run("export", where, "--format", form).is_(0)
            desk.run("import", where if form == "dir" else f"{where}/bundle.jsonl.gz" if os.path.exists(f"{desk.folder}/{where}/bundle.jsonl.gz")
                     else where, "--db", f"{form}.db").is_(0).prints("run 1")
            again = desk.audit("--offline", *JSON, "--db", f"{form}.db").is_(1).json()
            key = ("id", "verdict", "severity", "reason", "resource", "sub")
            assert [[f[k] for k in key] for f in again["findings"]] == [[f[k] for k in key] for f in whole["findings"]]
        desk.run("export", "answers").is_(2, 4).says("answers")
        desk.run("import", "no-such-folder").is_(4).says("no-such-folder")
        os.mkdir(f"{desk.folder}/empty")
        desk.run("import", "empty").is_(4).says("empty")
        desk.run("export", "other", "--run", "99").is_(4).says("99")
        assert desk.one("SELECT count(*) FROM run") == 1


def test_init_from_store():
    with Stub("", OPEN) as stub, Desk(stub) as desk:
        desk.audit(*ONE).is_(1)
        desk.run("init", "--from-store", "--yes").is_(0).prints("1 accounts", "1 tenants")
        with open(f"{desk.folder}/ward.yaml", encoding="utf-8") as f:
            text = f.read()
        assert live.ACCOUNT in text and "lakeside" in text and "ward:tenant" in text
        desk.run("config", "--check", "ward.yaml").is_(0)
        desk.run("init", "--from-store", "--yes").is_(2).says("ward.yaml")
        with open(f"{desk.folder}/ward.yaml", encoding="utf-8") as f:
            assert f.read() == text
        told = {f["control"]: f["verdict"] for f in desk.audit("--offline", *JSON).is_(1).json()["findings"]}
        assert told["tenant-vpc-exclusive"] == "pass", "the tenants of ward.yaml are not in force"


def test_offline_runs():
    with Stub("", OPEN) as stub, audited(stub) as desk:
        first = desk.audit("--offline", "--run", "1", *JSON).is_(1).json()
        second = desk.audit("--offline", "--run", "1", *JSON).is_(1).json()
        assert first["findings"] == second["findings"]
        desk.audit("--offline", "--run", "5").is_(4).says("5")
        desk.audit("--offline", "--as-of", "yesterday").is_(2).says("yesterday")
        assert desk.one("SELECT count(*) FROM run") == 1


def test_config_is_wrong():
    with Stub("", OPEN) as stub, audited(stub) as desk:
        asked = len(stub.logged())
        desk.write("ward.yaml", "version: 1\ncompany:\n  name: x\n  colour: blue\n")
        for args in (("audit", *ONE), ("audit", "--offline"), ("config",), ("config", "--check", "ward.yaml")):
            result = desk.run(*args).is_(2).says("ward.yaml", "colour")
            assert re.search(r"ward\.yaml:4", result.err), result.err
        assert len(stub.logged()) == asked, "AWS was asked before the configuration was found wrong"


live.main(globals())
