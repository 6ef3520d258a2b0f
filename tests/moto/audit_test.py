#!/usr/bin/env python3
"""ward against the made-up organization: what is planted is found, what is right passes, what was not read is unknown.

Collects the organization with ward, judges it live, from exports of both forms and again from the store, and holds the
findings against faults.tsv and RIGHT. Ends with `N passed, M failed`; exit status 77 without moto.
"""
import base64
import glob
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import traceback

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import org  # noqa: E402

BUILD = os.path.abspath(sys.argv[1])
org.use_venv(BUILD)

import seed  # noqa: E402
from org_test import faults  # noqa: E402

GOOD = {"ok", "empty", "absent", "gone", "unavailable"}
# Done right: control, account, region ('-' = global), what the finding's resource or name is or ends with.
RIGHT = [
    ("iam-root-mfa", "lakeside", "-", "-"), ("iam-root-no-access-keys", "northwind", "-", "-"),
    ("iam-no-admin-policy", "lakeside", "-", "lakeside-app"), ("iam-role-trust-known", "lakeside", "-", "ward-audit"),
    ("org-scp-guards-baseline", "lakeside", "-", "-"), ("cloudtrail-s3-data-events", "northwind", "us-east-1", "northwind-phi"),
    ("vpc-flow-logs", "lakeside", "us-east-1", "lakeside"), ("rds-storage-encrypted", "lakeside", "us-east-1", "lakeside-db"),
    ("rds-not-public", "pool", "us-east-1", "practices-db"), ("rds-backup-enabled", "lakeside", "us-east-1", "lakeside-db"),
    ("rds-multi-az", "lakeside", "us-east-1", "lakeside-db"), ("rds-tls-required", "lakeside", "us-east-1", "lakeside-db"),
    ("rds-logging", "lakeside", "us-east-1", "lakeside-db"), ("db-ingress-from-app-or-bastion-only", "lakeside", "us-east-1", "lakeside-db"),
    ("dynamodb-pitr", "pool", "us-east-1", "practices-sessions"), ("backup-plan-retention", "lakeside", "us-east-1", "lakeside-daily"),
    ("rds-in-backup-plan", "lakeside", "us-east-1", "lakeside-db"), ("backup-vault-locked", "lakeside", "us-east-1", "lakeside"),
    ("backup-recovery-point-encrypted", "lakeside", "us-east-1", "lakeside"), ("s3-account-public-access-block", "lakeside", "-", "-"),
    ("s3-no-public-read", "lakeside", "us-east-1", "lakeside-phi"), ("s3-no-public-write", "lakeside", "us-east-1", "lakeside-phi"),
    ("s3-kms-encryption", "lakeside", "us-east-1", "lakeside-phi"), ("s3-tls-only", "lakeside", "us-east-1", "lakeside-phi"),
    ("s3-versioning", "lakeside", "us-east-1", "lakeside-phi"), ("ebs-volume-encrypted", "lakeside", "us-east-1", "lakeside-app-1"),
    ("ebs-default-encryption", "lakeside", "us-west-2", "-"), ("ec2-imdsv2-required", "lakeside", "us-east-1", "lakeside-app-1"),
    ("ec2-no-public-ip", "northwind", "us-east-1", "northwind-app-1"), ("sg-no-ingress-ssh", "lakeside", "us-east-1", "lakeside-db"),
    ("sg-no-ingress-common-ports", "lakeside", "us-east-1", "lakeside-db"), ("alb-nlb-tls-listeners", "lakeside", "us-east-1", "lakeside"),
    ("tenant-vpc-exclusive", "lakeside", "us-east-1", "lakeside"), ("kms-key-policy-not-public", "lakeside", "us-east-1", "-"),
    ("secrets-rotation-enabled", "lakeside", "us-east-1", "lakeside/hl7"), ("guardduty-enabled", "lakeside", "us-east-1", "-"),
    ("ssm-patch-compliant", "lakeside", "us-east-1", "lakeside-app-1")]
# What the second front denies: service, operation, account, and the controls that rest on it.
DENIED = [
    ("s3", "GetBucketVersioning", "lakeside", ["s3-versioning"]), ("s3", "ListBuckets", "northwind", ["s3-tls-only", "s3-kms-encryption"]),
    ("rds", "DescribeDBInstances", "lakeside", ["rds-storage-encrypted"]),
    ("ec2", "DescribeSecurityGroups", "lakeside", ["sg-no-ingress-ssh"]), ("kms", "GetKeyPolicy", "lakeside", ["kms-key-policy-not-public"]),
    ("iam", "GetAccountAuthorizationDetails", "lakeside", ["iam-no-admin-policy", "iam-role-trust-known"]),
    ("guardduty", "GetDetector", "lakeside", ["guardduty-enabled"])]
# A control that rests on the two answers that can hold a password in clear, so that they are collected.
OWN = """-- id: own-secrets
-- title: Nothing of its own
-- severity: low
-- citations: 164.312(a)(1)
-- scope: account
-- reads: ec2:DescribeInstanceAttribute, lambda:ListFunctions
-- remedy: none
SELECT account, '' AS region, account AS resource, NULL AS name, NULL AS sub, 1 AS ok, 'collected' AS reason
FROM snap_resource WHERE op = 'lambda:ListFunctions' GROUP BY account
"""


class Case:
    """Runs of ward in one folder, over one organization."""

    def __init__(self, organization, folder):
        self.organization, self.folder, self.ids = organization, folder, organization.ids
        os.makedirs(f"{folder}/own")
        with open(f"{folder}/own/own-secrets.sql", "w", encoding="utf-8") as f:
            f.write(OWN)
        self.status = self.audit("live.db", "--org").returncode
        self.live = self.findings("live.db")

    def path(self, name):
        return f"{self.folder}/{name}"

    def ward(self, *args, endpoint=None, offline=False):
        environment = {"PATH": os.environ["PATH"], "HOME": self.folder}
        if not offline:
            environment.update(self.organization.environment())
        if endpoint:
            environment["AWS_ENDPOINT_URL"] = endpoint
        done = subprocess.run([f"{BUILD}/ward", *args], env=environment, cwd=self.folder, capture_output=True, check=False)
        assert done.returncode in (0, 1, 3), (args, done.returncode, done.stderr.decode()[-2000:])
        return done

    def audit(self, db, *args, **more):
        return self.ward("audit", "--db", db, "--config", f"{org.ROOT}/sample/ward.yaml", "--controls", "own", "--all-findings", "--output", "json",
                         "--progress", "never", *args, **more)

    def query(self, db, sql, *args):
        store = sqlite3.connect(self.path(db))
        try:
            return store.execute(sql, args).fetchall()
        finally:
            store.close()

    def findings(self, db):
        """Those of the newest evaluation: {id: (verdict, severity, reason, tenant, control, account, region, resource, name, sub)}."""
        rows = self.query(db, "SELECT id, verdict, severity, reason, tenant, control, account, region, resource, name, sub FROM finding"
                              " WHERE evaluation = (SELECT max(id) FROM evaluation)")
        found = {row[0]: row[1:] for row in rows}
        assert len(found) == len(rows), "a finding's id twice"
        return found


def matching(case, found, control, account, region, what, exact=False):
    """Findings (verdict, reason) of the control on the thing: by its name, id, ARN, the end of its ARN, or (a fault) what is in its reason."""
    out = []
    for verdict, _, reason, _, of, number, where, resource, name, sub in found.values():
        if of != control or number != case.ids[account] or (region not in ("-", where) and not (where == "" and region == "-")):
            continue
        names = {resource, name or "", f"{resource} / {sub}", *resource.replace(":", "/").split("/")}
        if what == "-" or what in names or any(n.endswith(f"/{what}") or n.endswith(f":{what}") for n in (resource, name or "")) \
                or (not exact and (what in (name or "") or what in resource or what in reason)):
            out.append((verdict, reason))
    return out


def test_exit_status(case):
    assert case.status == 1, case.status


def test_planted_faults_are_found(case):
    missed = [row for row in faults() if "fail" not in {v for v, _ in matching(case, case.live, *row[:4])}]
    assert not missed, "\n".join(map(str, missed))


def test_every_failure_is_planted(case):
    """A control that fails where nothing was planted finds what is not there."""
    planted = {(row[0], case.ids[row[1]]) for row in faults()}
    # What follows from another fault: forgotten buckets have no data events, master passwords of RDS do not rotate
    # (moto does not say that RDS rotates them itself), a database that faces the Internet, an Aurora cluster without instances.
    follows = {("cloudtrail-s3-data-events", "pool"), ("secrets-rotation-enabled", "lakeside"), ("secrets-rotation-enabled", "pool"),
               ("secrets-rotation-enabled", "clinics"),
               ("db-ingress-from-app-or-bastion-only", "northwind"), ("rds-multi-az", "lakeside")}
    planted |= {(control, case.ids[account]) for control, account in follows}
    extra = {(f[4], f[5]) for f in case.live.values() if f[0] == "fail"} - planted
    assert not extra, extra


def test_what_is_right_passes(case):
    wrong = []
    for row in RIGHT:
        verdicts = {v for v, _ in matching(case, case.live, *row, exact=True)}
        if verdicts != {"pass"}:
            wrong.append((row, verdicts))
    assert len(RIGHT) >= 20 and not wrong, "\n".join(map(str, wrong))


def test_stub_answers_are_marked(case):
    sources = dict(case.query("live.db", "SELECT op, group_concat(DISTINCT source) FROM call GROUP BY op"))
    assert sources["artifact:ListCustomerAgreements"] == "stub" and sources["iam:GetCredentialReport"] == "stub"
    assert sources["kms:ListKeys"] == "endpoint" and sources["rds:DescribeDBInstances"] == "endpoint"
    assert not case.query("live.db", "SELECT DISTINCT source FROM call WHERE source NOT IN ('stub', 'endpoint')"
                                     " AND status <> 'unavailable'")


def test_things_are_the_customers(case):
    (summary,), = case.query("live.db", "SELECT summary FROM evaluation ORDER BY id DESC LIMIT 1")
    inventory = {row["type"]: row for row in json.loads(summary)["inventory"]}
    assert inventory["AWS::IAM::ManagedPolicy"]["count"] == 1, "only the customer's own policy"
    assert inventory["AWS::CloudTrail::Trail"]["count"] == 1 and not [t for t in inventory if t.startswith("AWS::Organizations")]
    assert inventory["AWS::EC2::PrefixList"]["count"] == 1, "only the customer's own list"
    assert inventory["AWS::RDS::DBInstance"] == {"type": "AWS::RDS::DBInstance", "count": 7, "unassigned": 0, "phi": 7}
    tenants = {f[8]: f[3] for f in case.live.values() if f[4] == "rds-not-public"}
    assert tenants["practices-db"] == "practices", "by its tag alone"


def test_no_secret_in_the_store(case):
    redacted = dict(case.query("live.db", "SELECT op, count(*) FROM resource WHERE data LIKE '%ward:hmac%' GROUP BY op"))
    assert redacted.get("ec2:DescribeInstanceAttribute") and redacted.get("lambda:ListFunctions"), redacted
    for path in glob.glob(case.path("live.db*")):
        with open(path, "rb") as f:
            content = f.read()
        for secret in (seed.USER_DATA_SECRET, seed.ENVIRONMENT_SECRET, case.organization.keys["aws_secret_access_key"],
                       case.organization.keys["aws_session_token"]):
            forms = [secret.encode(), *(base64.b64encode(f"{' ' * shift}{secret}".encode())[4:-4] for shift in range(3))]
            assert not any(form in content for form in forms), f"{path} holds {secret}"


def test_offline_gives_the_same_bytes(case):
    one, two = (case.audit("live.db", "--offline", offline=True) for _ in range(2))
    assert one.stdout == two.stdout and one.returncode == two.returncode == 1
    assert case.findings("live.db") == case.live


def imported(case, form):
    case.ward("export", "--db", "live.db", "--format", form, f"bundle-{form}", offline=True)
    if form == "packed":
        os.rename(case.path("bundle-packed"), case.path("bundle-packed.jsonl.gz"))
    case.ward("import", "--db", f"{form}.db", "bundle-packed.jsonl.gz" if form == "packed" else "bundle-dir", offline=True)
    case.audit(f"{form}.db", "--offline", offline=True)
    return case.findings(f"{form}.db")


def differences(one, two):
    return [(k, one.get(k), two.get(k)) for k in sorted({*one, *two}) if one.get(k) != two.get(k)]


def test_import_of_a_folder_judges_the_same(case):
    assert not differences(case.live, imported(case, "dir"))


def test_import_of_a_packed_bundle_judges_the_same(case):
    assert not differences(case.live, imported(case, "packed"))


def test_partial_run_keeps_the_rest(case):
    status = case.audit("live.db", "--org", "--region", "us-west-2").returncode
    now = case.findings("live.db")
    assert status == 1
    here = {k: v for k, v in case.live.items() if v[6] == "us-east-1"}
    assert len(here) > 200
    changed = differences(here, {k: v for k, v in now.items() if v[6] == "us-east-1"})
    assert not changed, changed
    assert {k: v[0] for k, v in now.items()} == {k: v[0] for k, v in case.live.items()}


def test_nothing_passes_on_denied_calls(case):
    rules = case.path("rules.txt")
    with open(rules, "w", encoding="utf-8") as f:
        f.writelines(f"{service} {operation} {case.ids[account]} * * denied\n" for service, operation, account, _ in DENIED)
    case.audit("denied.db", "--org", endpoint=case.organization.front(rules))
    status = dict(case.query("denied.db", "SELECT id, status FROM call"))
    assert "denied" in status.values()
    bad = case.query("denied.db", "SELECT control, resource, evidence FROM finding WHERE verdict = 'pass'")
    assert not [row for row in bad if {status[call] for call in json.loads(row[2])} - GOOD]
    found = case.findings("denied.db")
    for _, operation, account, controls in DENIED:
        for control in controls:
            verdicts = {f[0] for f in found.values() if f[4] == control and f[5] == case.ids[account]}
            assert "unknown" in verdicts and "pass" not in verdicts, (operation, control, verdicts)
    # Elsewhere nothing changes.
    other = {k: v for k, v in case.live.items() if v[5] in (case.ids["pool"], case.ids["log_archive"]) and "organization" not in v[2]}
    turned = [d for d in differences(other, {k: found.get(k) for k in other}) if d[2] is None or (d[2][0] == "pass" and d[1][0] != "pass")]
    assert not turned, turned


def main():
    failed = 0
    tests = [(name, f) for name, f in globals().items() if name.startswith("test_")]
    with org.Organization(BUILD) as organization, tempfile.TemporaryDirectory(prefix="ward-audit-") as folder:
        case = Case(organization, folder)
        for name, f in tests:
            try:
                f(case)
                print(f"ok: {name}", flush=True)
            except Exception:  # pylint: disable=broad-except
                failed += 1
                print(f"FAILED: {name}", flush=True)
                traceback.print_exc(file=sys.stdout)
    print(f"{len(tests) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
