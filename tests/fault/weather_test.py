#!/usr/bin/env python3
"""What is no failure of one operation: sessions that run out, throttling that ends, bad connections, regions and accounts that are
closed, a host without a name. weather_test.py BUILD. Ends with `N passed, M failed`."""
import collections
import sys
import traceback

import harness
import matrix_test
from perfect import MANAGEMENT, MEMBER

CONTROLS = matrix_test.controls()
CHOSEN = [word for c in CONTROLS for word in ("--control", c)]


def verdicts(result):
    return collections.Counter(result.controls.values())


def whole(result):
    """As if nothing had been: all green, no call missing."""
    assert result.status == 0, (result.status, result.said[-500:], verdicts(result))
    assert verdicts(result) == {"pass": len(CONTROLS)}, result.controls
    bad = [call for call in result.calls if call[4] not in ("ok", "empty") and call[5] != "NotManagementAccount"]
    assert not bad, bad


def hit(result, fault):
    return sum(r[3] == fault for r in result.requests)


def test_a_session_that_is_renewed(audit):
    # EC2 says the same of a late request, so the clock is looked at first.
    for op, times in (("kms ListKeys", 1), ("ec2 DescribeVpcs", 2), ("s3 ListBuckets", 1), ("backup ListBackupVaults", 1), ("rds DescribeDBInstances", 1)):
        result = audit.live(f"{op} {MEMBER} * 1-{times} expired\n", *CHOSEN)
        whole(result)
        assert hit(result, "expired") == times
        assert sum(r[0] == "sts:AssumeRole" for r in result.requests) == 2, op


def test_throttling_that_ends(audit):
    for service, count in (("ec2", 8), ("s3", 6), ("organizations", 5), ("kms", 4)):
        result = audit.live(f"{service} * * * 1-{count} throttled\n", *CHOSEN, retry_budget=2)
        whole(result)
        assert hit(result, "throttled") == count, service


def test_server_errors_that_end(audit):
    result = audit.live("rds DescribeDBInstances * * 1-2 error500\ns3 ListBuckets * * 1 cut\niam GetAccountSummary * * 1 timeout\n", *CHOSEN)
    whole(result)
    assert hit(result, "error500") == 2 and hit(result, "timeout") == 1


def test_slow_drip(audit):
    whole(audit.live("kms * * * * drip\nsts * * * * drip\n", *CHOSEN, call_timeout=20))


def test_closed_after_an_answer(audit):
    whole(audit.live("* * * * * close\n", *CHOSEN))


def test_kept_connection_dies(audit):
    result = audit.live("s3 * * * 2-9 die\nkms * * * 2-5 die\n", *CHOSEN)
    whole(result)
    assert hit(result, "die") > 0


def two_regions(audit):
    item = "<item><regionName>us-east-1</regionName>"
    text = audit.plain.replace(item, "<item><regionName>us-west-2</regionName><regionEndpoint>ec2.us-west-2.amazonaws.com</regionEndpoint>"
                               "<optInStatus>opt-in-not-required</optInStatus></item>" + item)
    text = text.replace('"us-west-2", "RegionOptStatus": "DISABLED"', '"us-west-2", "RegionOptStatus": "ENABLED"')
    assert text.count("ec2.us-west-2") == 2
    return text


def test_region_closed_by_an_scp(audit):
    answers = two_regions(audit)
    base = audit.live("", *CHOSEN, answers=answers)
    result = audit.live(f"* * {MEMBER} us-west-2 * scp-denied\n", *CHOSEN, answers=answers)
    assert result.status == 3, (result.status, verdicts(base), verdicts(result))
    there = [f for f in result.findings if f["account"] == MEMBER and f["region"] == "us-west-2"]
    assert there and all(f["verdict"] == "unknown" for f in there), [f for f in there if f["verdict"] != "unknown"][:3]
    rows = [call for call in result.calls if call[1] == MEMBER and call[2] == "us-west-2" and call[0].split(":")[0] not in ("organizations",)]
    assert rows and all(call[4] in ("denied", "skipped") for call in rows), [call for call in rows if call[4] not in ("denied", "skipped")]
    but = {c for c, (scope, _) in CONTROLS.items() if scope == "organization"}
    assert result.of_account(MANAGEMENT, but) == base.of_account(MANAGEMENT, but)
    regional = [c for c, (scope, ops) in CONTROLS.items() if scope in ("region", "resource") and
                any(op.split(":")[0] in ("ec2", "rds", "backup", "kms", "guardduty", "dynamodb") for op in ops)]
    green = [c for c in regional if result.controls[c] == "pass"]
    assert not green, green


def test_account_that_lets_nobody_in(audit):
    base = audit.live("", *CHOSEN)
    result = audit.live("sts AssumeRole * * * denied\n", *CHOSEN)
    assert result.status == 3
    mine = [f for f in result.findings if f["account"] == MEMBER and CONTROLS[f["control"]][0] != "organization"]
    assert mine and all(f["verdict"] == "unknown" for f in mine), [f for f in mine if f["verdict"] != "unknown"][:3]
    green = [c for c, (scope, _) in CONTROLS.items() if scope != "organization" and result.controls[c] != "unknown"]
    assert not green, green
    but = {"cloudtrail-bucket-locked"} | {c for c, (scope, _) in CONTROLS.items() if scope == "organization"}
    assert result.of_account(MANAGEMENT, but) == base.of_account(MANAGEMENT, but)
    assert any(a["account"] == MEMBER and not a["reached"] and "AccessDenied" in a["reason"] for a in result.json["accounts"])


def test_host_without_a_name(audit):
    result = audit.live("", *CHOSEN, env={"AWS_ENDPOINT_URL_KMS": "http://kms.ward.invalid:80"})
    assert result.status == 3
    rows = result.of("kms:ListKeys")
    assert len(rows) == 2 and all(row[4] == "error" and row[5] for row in rows), rows
    for control, (_, ops) in CONTROLS.items():
        if any(op.startswith("kms:") for op in ops):
            assert result.controls[control] == "unknown", (control, result.controls[control])
    assert result.controls["s3-versioning"] == "pass"


def test_regions_that_nobody_lists(audit):
    both = f"account ListRegions {MEMBER} * * denied\nec2 DescribeRegions {MEMBER} * * denied\n"
    result = audit.live(both, "--control", "ebs-default-encryption", "--control", "iam-root-mfa")
    assert result.status == 3 and result.controls == {"ebs-default-encryption": "unknown", "iam-root-mfa": "pass"}, result.controls
    half = f"account ListRegions {MEMBER} * * page2\nec2 DescribeRegions {MEMBER} * * html\n"
    result = audit.live(half, "--control", "ebs-default-encryption")
    assert result.status == 3 and result.controls == {"ebs-default-encryption": "unknown"}, result.controls
    for one in ("account ListRegions", "ec2 DescribeRegions"):
        result = audit.live(f"{one} {MEMBER} * * denied\n", "--control", "ebs-default-encryption")
        assert result.status == 0 and result.controls == {"ebs-default-encryption": "pass"}, (one, result.controls)


def test_accounts_that_nobody_lists(audit):
    for fault in ("denied", "page2", "error500"):
        result = audit.live(f"organizations ListAccounts * * * {fault}\n", "--control", "s3-versioning")
        assert result.status == 3 and result.controls == {"s3-versioning": "unknown"}, (fault, result.status, result.controls)


def main():
    audit, failed = harness.Audit(sys.argv[1]), 0
    tests = [(name, f) for name, f in globals().items() if name.startswith("test_")]
    for name, f in tests:
        try:
            f(audit)
            print(f"ok: {name}", flush=True)
        except Exception:  # pylint: disable=broad-except
            failed += 1
            print(f"FAILED: {name}", flush=True)
            traceback.print_exc(file=sys.stdout)
    audit.close()
    print(f"{len(tests) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
