#!/usr/bin/env python3
"""--org: roles in other accounts, accounts that cannot be entered, filters."""
import http.client
import http.server
import json
import threading
import urllib.parse

import live
from live import Desk, Stub

OWN, GOOD, DENIED, SUSPENDED = live.ACCOUNT, "222222222222", "333333333333", "444444444444"
ORG = ("--org", "--region", "us-east-1,us-west-2")
JSON = ("--output", "json", "--all-findings")


def accounts(*ids):
    rows = [{"Id": i, "Arn": f"arn:aws:organizations::{OWN}:account/o-wardstub01/{i}", "Name": f"tenant-{i[0]}", "Email": f"t{i[0]}@clinic.example",
             "Status": "SUSPENDED" if i == SUSPENDED else "ACTIVE", "JoinedMethod": "CREATED", "JoinedTimestamp": 1767323045} for i in ids]
    organization = {"Id": "o-wardstub01", "Arn": f"arn:aws:organizations::{OWN}:organization/o-wardstub01", "FeatureSet": "ALL",
                    "MasterAccountArn": f"arn:aws:organizations::{OWN}:account/o-wardstub01/{OWN}", "MasterAccountId": OWN}
    return ("answer organizations ListAccounts\nbody\n" + json.dumps({"Accounts": rows}) + "\n.\n"
            "answer organizations DescribeOrganization\nbody\n" + json.dumps({"Organization": organization}) + "\n.\n")


def no_entry(account, code="AccessDenied"):
    return (f"answer sts AssumeRole when=%3A{account}%3Arole\nstatus 403\nbody\n<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code>"
            f"<Message>User: arn:aws:iam::{OWN}:user/ann is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::{account}:role/"
            "ward-audit</Message></Error></ErrorResponse>\n.\n")


class Sts:
    """Stands before the stub and keeps the forms that were sent to STS."""

    def __init__(self, stub):
        self.forms = forms = []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):  # pylint: disable=invalid-name
                body = self.rfile.read(int(self.headers["Content-Length"]))
                forms.append(dict(urllib.parse.parse_qsl(body.decode())))
                behind = http.client.HTTPConnection("127.0.0.1", stub.port)
                behind.request("POST", self.path, body, {k: v for k, v in self.headers.items() if k.lower() != "host"})
                answer = behind.getresponse()
                text = answer.read()
                self.send_response(answer.status)
                self.send_header("Content-Type", "text/xml")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)
                behind.close()

            def log_message(self, *_):  # pylint: disable=arguments-differ
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def roles(self):
        return [f for f in self.forms if f["Action"] == "AssumeRole"]


def test_one_denied_one_suspended():
    answers = accounts(OWN, GOOD, DENIED, SUSPENDED) + no_entry(DENIED)
    with Stub("", answers) as stub, Desk(stub) as desk:
        result = desk.audit(*ORG).is_(1)
        result.prints(DENIED, SUSPENDED, "AccessDenied", "suspended")
        assert desk.rows("SELECT account, reached FROM run_account ORDER BY 1") == [(OWN, 1), (GOOD, 1), (DENIED, 0), (SUSPENDED, 0)]
        assert "AssumeRoleFailed" not in result.out.split("Calls that were not answered")[1], "a line for each call of an unreached account"
        assert not stub.requests(account=DENIED) and not stub.requests(account=SUSPENDED)
        assert not desk.rows("SELECT op, status FROM call WHERE account IN (?, ?) AND status NOT IN ('ok', 'empty', 'absent', 'gone', 'unavailable')",
                             OWN, GOOD)
        assert desk.one("SELECT status FROM run") == "complete"
        verdicts = {OWN: set(), GOOD: set(), DENIED: set(), SUSPENDED: set(), "": set()}
        for f in desk.audit("--offline", *JSON).json()["findings"]:
            # What guards an account from above is told by the organization.
            if f["control"] != "org-scp-guards-baseline":
                verdicts[f["account"]].add(f["verdict"])
        assert "pass" not in verdicts[DENIED] and "fail" not in verdicts[DENIED], "a verdict about an account that nobody saw"
        assert "unknown" in verdicts[DENIED] and "unknown" in verdicts[SUSPENDED]
        assert "fail" in verdicts[GOOD]


def test_as_if_the_denied_were_not_there():
    """What is said of the others is the same with and without the accounts that cannot be entered. The addendum is
    accepted for the organization, in any account: that one stays open."""
    def said(answers):
        with Stub("", answers) as stub, Desk(stub) as desk:
            return {f["id"]: (f["verdict"], f["reason"]) for f in desk.audit(*ORG, *JSON).is_(1).json()["findings"] if f["account"] == GOOD and f["control"] != "baa-accepted"}
    assert said(accounts(OWN, GOOD)) == said(accounts(OWN, GOOD, DENIED, SUSPENDED) + no_entry(DENIED))


def test_session_policy_denies_data():
    with Stub("", accounts(OWN, GOOD)) as stub, Desk(stub) as desk, Sts(stub) as sts:
        desk.audit(*ORG, env={"AWS_ENDPOINT_URL_STS": sts.url}).is_(1)
        form, = sts.roles()
        assert form["RoleArn"] == f"arn:aws:iam::{GOOD}:role/ward-audit" and "ExternalId" not in form
        policy = json.loads(form["Policy"])
        assert len(form["Policy"]) <= 2048
        statements = policy["Statement"]
        denied = {a for s in statements if s["Effect"] == "Deny" for a in s["Action"]}
        assert {"s3:GetObject*", "dynamodb:Scan", "secretsmanager:*SecretValue", "kms:Decrypt", "ssm:GetParameter*"} <= denied, denied
        assert all(s["Resource"] == "*" for s in statements if s["Effect"] == "Deny")
        # Without a managed policy beside it, what may be done must stand in the policy itself.
        assert "PolicyArns.member.1.arn" in form or any(s["Effect"] == "Allow" for s in statements)


def test_role_name_and_external_id():
    with Stub("", accounts(OWN, GOOD)) as stub, Desk(stub) as desk, Sts(stub) as sts:
        desk.audit(*ORG, "--role-name", "path/Auditor", "--external-id", "a b/+&=c", env={"AWS_ENDPOINT_URL_STS": sts.url}).is_(1)
        form, = sts.roles()
        assert form["RoleArn"] == f"arn:aws:iam::{GOOD}:role/path/Auditor"
        assert form["ExternalId"] == "a b/+&=c"
        assert desk.one("SELECT role FROM run_account WHERE account = ?", GOOD) == form["RoleArn"]


def test_account_filter():
    with Stub("", accounts(OWN, GOOD, DENIED)) as stub, Desk(stub) as desk:
        whole = desk.audit(*ORG, *JSON).is_(1)
        seen = len(stub.logged())
        part = desk.audit(*ORG, "--account", GOOD, *JSON).is_(1)
        asked = {r[3] for r in stub.logged()[seen:]}
        assert DENIED not in asked and GOOD in asked
        assert desk.rows("SELECT base, status FROM run") == [(None, "complete"), (1, "complete")]
        assert live.findings(part).keys() == live.findings(whole).keys()
        assert {i: f["verdict"] for i, f in live.findings(part).items()} == {i: f["verdict"] for i, f in live.findings(whole).items()}


def test_account_filter_spares_the_own_account():
    with Stub("", accounts(OWN, GOOD)) as stub, Desk(stub) as desk:
        desk.audit(*ORG, "--account", GOOD).is_(1, 3)
        others = {r[1] for r in stub.logged() if r[3] == OWN}
        assert others <= {"sts", "organizations"}, others


def test_unknown_account_is_refused():
    with Stub("", accounts(OWN, GOOD)) as stub, Desk(stub) as desk:
        desk.audit(*ORG, "--account", "999999999999").is_(1, 3).prints("999999999999")
        desk.audit("--region", "us-east-1", "--account", GOOD).is_(2, 4).says(OWN, "--org")
        desk.audit("--region", "us-east-1", "--account", OWN).is_(1)


def test_region_filter_is_completed_from_the_whole_run():
    with Stub() as stub, Desk(stub) as desk:
        whole = desk.audit("--region", "us-east-1,us-west-2,eu-west-1", *JSON).is_(1)
        seen = len(stub.logged())
        part = desk.audit("--region", "us-west-2", *JSON).is_(1)
        asked = {r[4] for r in stub.logged()[seen:]}
        assert "eu-west-1" not in asked and "us-west-2" in asked
        assert {i: f["verdict"] for i, f in live.findings(part).items()} == {i: f["verdict"] for i, f in live.findings(whole).items()}
        assert desk.one("SELECT base FROM run WHERE id = 2") == 1


def test_partial_run_without_a_whole_one():
    with Stub() as stub, Desk(stub) as desk:
        result = desk.audit("--region", "us-west-2", *JSON).is_(1)
        coverage = [f for f in result.json()["findings"] if f["control"] == "audit-coverage-complete"]
        assert [f["verdict"] for f in coverage] == ["unknown"] and "left out" in coverage[0]["reason"]


def test_organization_cannot_be_listed():
    with Stub("organizations ListAccounts * * * denied\n") as stub, Desk(stub) as desk:
        result = desk.audit(*ORG).is_(1, 3)
        result.prints("organizations:ListAccounts", "unknown")
        assert desk.one("SELECT status FROM call WHERE op = 'organizations:ListAccounts'") == "denied"


def test_session_that_ends_is_renewed():
    with Stub(f"kms * {GOOD} * 1 expired\n", accounts(OWN, GOOD)) as stub, Desk(stub) as desk:
        desk.audit(*ORG).is_(1)
        assert len(stub.requests("sts", "AssumeRole")) == 2
        assert not desk.rows("SELECT 1 FROM call WHERE status NOT IN ('ok', 'empty', 'absent', 'gone', 'unavailable')")


def test_interrupted_organization_goes_on():
    with Stub("", accounts(OWN, GOOD, SUSPENDED), "--latency-ms", "100") as stub, Desk(stub) as desk:
        process = desk.start("audit", *ORG, "--max-in-flight", "8")
        live.until(lambda: len(stub.requests(account=GOOD)) > 5)
        live.interrupt(process)
        live.ended(process).is_(130)
        desk.audit("--resume").is_(1)
        assert desk.rows("SELECT account, reached FROM run_account ORDER BY 1") == [(OWN, 1), (GOOD, 1), (SUSPENDED, 0)]
        assert not desk.rows("SELECT 1 FROM call WHERE status NOT IN ('ok', 'empty', 'absent', 'gone', 'unavailable') AND account <> ?", SUSPENDED)


live.main(globals())
