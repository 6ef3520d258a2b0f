#!/usr/bin/env python3
"""ward doctor and ward policy: what an audit would need and could not see."""
import json
import os

import live
from live import Desk, Stub, ended, interrupt, until

ONE = ("--region", "us-east-1")


def checks(result):
    found = {}
    for c in json.loads(result.out)["checks"]:
        found.setdefault(c["check"], []).append(c)
    return found


def test_all_is_well():
    with Stub() as stub, Desk(stub) as desk:
        result = desk.run("doctor", *ONE, "--output", "json").is_(0)
        found = checks(result)
        assert all(c["result"] == "good" for group in found.values() for c in group), found
        assert f":{live.ACCOUNT}:" in found["credentials"][0]["says"]
        desk.run("doctor", *ONE).is_(0).prints("An audit can run.")
        assert not os.path.exists(desk.db), "doctor made a store"


def test_denied_calls_name_the_permission():
    with Stub("kms ListKeys * * * denied\nec2 DescribeVolumes * * * denied\n") as stub, Desk(stub) as desk:
        desk.run("doctor", *ONE).is_(3).prints("kms:ListKeys", "ec2:DescribeVolumes", "ward policy")


def test_no_credentials():
    with Stub() as stub, Desk(stub, keys=False) as desk:
        result = desk.run("doctor", *ONE).is_(4)
        result.prints("no AWS credentials", "An audit cannot run.")


def test_accounts_that_cannot_be_entered():
    denied, suspended = "333333333333", "444444444444"
    rows = [{"Id": i, "Name": f"tenant-{i[0]}", "Status": s} for i, s in
            ((live.ACCOUNT, "ACTIVE"), (denied, "ACTIVE"), (suspended, "SUSPENDED"))]
    answers = ("answer organizations ListAccounts\nbody\n" + json.dumps({"Accounts": rows}) + "\n.\n"
               f"answer sts AssumeRole when=%3A{denied}%3Arole\nstatus 403\nbody\n<ErrorResponse><Error><Code>AccessDenied</Code>"
               "<Message>not authorized</Message></Error></ErrorResponse>\n.\n")
    with Stub("", answers) as stub, Desk(stub) as desk:
        result = desk.run("doctor", *ONE, "--org")
        result.is_(3, 4).prints(denied, suspended, "AccessDenied", "suspended")
        assert result.out.count(suspended) < 5, "a line for each call of an account that nobody entered"


def test_interrupted():
    with Stub("", "", "--latency-ms", "400") as stub, Desk(stub) as desk:
        process = desk.start("doctor", *ONE)
        until(lambda: len(stub.logged()) > 3)
        interrupt(process)
        result = ended(process).is_(130)
        assert "Interrupted" not in result.out


def test_policy():
    with Desk(keys=False) as desk:
        document = desk.run("policy").is_(0).json()
        text = json.dumps(document)
        assert "2012-10-17" in text and "s3:GetBucketAcl" in text and "sts:AssumeRole" not in text
        assert not [verb for verb in ("Put", "Delete", "Create", "Update") if f":{verb}" in text]
        assert "sts:AssumeRole" in desk.run("policy", "--org").is_(0).out
        few = desk.run("policy", "--control", "guardduty-enabled", "--output", "text").is_(0).out.split()
        assert "guardduty:ListDetectors" in few and "s3:GetBucketAcl" not in few
        desk.run("policy", "--control", "none-such").is_(2).says("none-such")


live.main(globals())
