#!/usr/bin/env python3
"""The made-up organization is what faults.tsv says it is: asked through the front with botocore, not with ward.

Ends with `N passed, M failed`; exit status 77 without moto.
"""
import json
import os
import sys
import traceback

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import org  # noqa: E402

BUILD = sys.argv[1]
org.use_venv(BUILD)

import botocore.exceptions  # noqa: E402

import seed  # noqa: E402


class View:
    """Clients as ward has them: ward-audit assumed through the front."""

    def __init__(self, organization):
        self.organization = organization
        self.ids = organization.ids
        self.accounts = {}

    def __call__(self, account, service, region="us-east-1"):
        if account not in self.accounts:
            here = seed.Account(self.organization.endpoint, self.ids["management"], self.organization.keys)
            given = here.client("sts").assume_role(RoleArn=f"arn:aws:iam::{self.ids[account]}:role/ward-audit", RoleSessionName="ward")["Credentials"]
            self.accounts[account] = seed.Account(self.organization.endpoint, self.ids[account], {
                "aws_access_key_id": given["AccessKeyId"], "aws_secret_access_key": given["SecretAccessKey"],
                "aws_session_token": given["SessionToken"]})
        return self.accounts[account].client(service, region)


def answered_by_stub(response):
    return "x-ward-stub" in response["ResponseMetadata"]["HTTPHeaders"]


def faults():
    with open(f"{org.HERE}/faults.tsv", encoding="utf-8") as f:
        rows = [line.rstrip("\n").split("\t") for line in f if line.strip() and not line.startswith("#")]
    assert all(len(row) == 5 and all(row) for row in rows), "faults.tsv: five columns"
    return rows


def test_accounts_are_apart(view):
    for name in ("log_archive", "lakeside", "pool"):
        arn = view(name, "sts").get_caller_identity()["Arn"]
        assert arn == f"arn:aws:sts::{view.ids[name]}:assumed-role/ward-audit/ward", arn
    names = [{b["Name"] for b in view(name, "s3").list_buckets()["Buckets"]} for name in ("log_archive", "lakeside", "northwind", "pool")]
    assert "clinisoft-trail" in names[0] and "lakeside-phi" in names[1] and "northwind-phi" in names[2] and "practices-phi" in names[3]
    assert not names[1] & names[2]


def test_ids_are_fixed(view):
    with open(f"{org.ROOT}/sample/ward.yaml", encoding="utf-8") as f:
        text = f.read()
    # The pool's things are known by their tag alone, since a tenant's host stands among them.
    for name in ("management", "log_archive", "audit", "lakeside", "northwind"):
        assert f'"{view.ids[name]}"' in text, f"sample/ward.yaml lacks account {name}, {view.ids[name]}"


def test_front_says_what_is_its_own(view):
    assert answered_by_stub(view("management", "artifact").list_customer_agreements())
    assert answered_by_stub(view("lakeside", "account").list_regions())
    assert not answered_by_stub(view("lakeside", "kms").list_keys())
    empty = view("lakeside", "ec2").describe_instance_connect_endpoints()
    assert answered_by_stub(empty) and empty["InstanceConnectEndpoints"] == []


def test_regions(view):
    regions = {r["RegionName"]: r["RegionOptStatus"] for r in view("pool", "account").list_regions()["Regions"]}
    assert {r for r, state in regions.items() if state != "DISABLED"} == set(view.organization.regions)
    for name in ("management", "lakeside"):
        for region in view.organization.regions:
            assert all(not vpc["IsDefault"] for vpc in view(name, "ec2", region).describe_vpcs()["Vpcs"]), (name, region)


def test_faults_file(_):
    rows = faults()
    assert len(rows) >= 30
    assert {row[1] for row in rows} <= {"management", *seed.MEMBERS}
    assert len({tuple(row[:4]) for row in rows}) == len(rows), "a fault twice"


def test_network_faults(view):
    def group(account, name):
        return view(account, "ec2").describe_security_groups(Filters=[{"Name": "group-name", "Values": [name]}])["SecurityGroups"][0]
    assert {r["CidrIp"] for r in group("pool", "practices-admin")["IpPermissions"][0]["IpRanges"]} == {"0.0.0.0/1", "128.0.0.0/1"}
    assert group("northwind", "northwind-report")["IpPermissions"][0]["Ipv6Ranges"] == [{"CidrIpv6": "::/0"}]
    wide = group("pool", "practices-vendor")["IpPermissions"][0]
    assert (wide["FromPort"], wide["ToPort"]) == (0, 65535)
    assert group("pool", "default")["IpPermissionsEgress"] and not group("lakeside", "default")["IpPermissionsEgress"]
    assert [f["TrafficType"] for f in view("northwind", "ec2").describe_flow_logs()["FlowLogs"]] == ["REJECT"]
    interface = view("lakeside", "ec2").describe_network_interfaces(NetworkInterfaceIds=[view.ids["lakeside.eni"]])["NetworkInterfaces"][0]
    assert interface["Association"]["PublicIp"] and interface["Attachment"]["DeviceIndex"] == 1
    assert interface["Attachment"]["InstanceId"] == view.ids["lakeside.app"]
    shared = view("northwind", "ec2").describe_snapshot_attribute(SnapshotId=view.ids["northwind.snapshot"], Attribute="createVolumePermission")
    assert shared["CreateVolumePermissions"] == [{"Group": "all"}]
    volume = view("lakeside", "ec2").describe_volumes(VolumeIds=[view.ids["lakeside.volume"]])["Volumes"][0]
    assert not volume["Encrypted"] and not volume["Attachments"]


def test_database_faults(view):
    databases = {d["DBInstanceIdentifier"]: d for name in ("lakeside", "northwind", "pool")
                 for d in view(name, "rds").describe_db_instances()["DBInstances"]}
    good, bad = databases["lakeside-db"], databases["northwind-db"]
    assert (good["StorageEncrypted"], good["MultiAZ"], good["PubliclyAccessible"], good["BackupRetentionPeriod"]) == (True, True, False, 35)
    assert (bad["StorageEncrypted"], bad["MultiAZ"], bad["PubliclyAccessible"], bad["BackupRetentionPeriod"]) == (True, False, True, 1)
    assert not databases["northwind-legacy"]["StorageEncrypted"]
    assert not view("lakeside", "rds").describe_db_clusters()["DBClusters"][0]["StorageEncrypted"]
    for group, account, value in (("lakeside-pg16", "lakeside", "1"), ("northwind-pg16", "northwind", "0")):
        found = view(account, "rds").describe_db_parameters(DBParameterGroupName=group)["Parameters"]
        assert [p["ParameterValue"] for p in found if p["ParameterName"] == "rds.force_ssl"] == [value]
    shared = view("northwind", "rds").describe_db_snapshot_attributes(DBSnapshotIdentifier="northwind-before-upgrade")
    assert shared["DBSnapshotAttributesResult"]["DBSnapshotAttributes"][0]["AttributeValues"] == ["all"]


def test_identity_faults(view):
    details = view("pool", "iam").get_account_authorization_details()
    assert [p["PolicyName"] for p in details["UserDetailList"][0]["AttachedManagedPolicies"]] == ["AdministratorAccess"]
    report = view("lakeside", "iam").get_credential_report()["Content"].decode().splitlines()
    users = {line.split(",")[0] for line in report[1:]}
    assert users == {"<root_account>", *(u["UserName"] for u in view("lakeside", "iam").list_users()["Users"])}, users
    assert all(line.count(",") == report[0].count(",") for line in report)
    key = view("northwind", "kms").get_key_policy(KeyId=view.ids["northwind.key"], PolicyName="default")["Policy"]
    assert any(s["Principal"] == "*" and "Condition" not in s for s in json.loads(key)["Statement"])
    trust = view("northwind", "iam").get_role(RoleName="partner-sync")["Role"]["AssumeRolePolicyDocument"]
    assert seed.FOREIGN in json.dumps(trust) and "ExternalId" not in json.dumps(trust)


def test_data_faults(view):
    status = view("pool", "s3").get_bucket_policy_status(Bucket="practices-exports")["PolicyStatus"]
    assert status["IsPublic"]
    assert not view("lakeside", "s3").get_bucket_policy_status(Bucket="lakeside-phi")["PolicyStatus"]["IsPublic"]
    lock = view("log_archive", "s3").get_object_lock_configuration(Bucket="clinisoft-trail")["ObjectLockConfiguration"]
    assert lock["Rule"]["DefaultRetention"]["Days"] == 365
    for table, state in (("practices-patients", "DISABLED"), ("practices-sessions", "ENABLED")):
        found = view("pool", "dynamodb").describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
        assert found["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == state
    points = view("northwind", "backup").list_recovery_points_by_backup_vault(BackupVaultName="northwind")["RecoveryPoints"]
    assert [p["IsEncrypted"] for p in points] == [False]
    try:
        view("pool", "backup").get_backup_vault_access_policy(BackupVaultName="practices")
        raise AssertionError("a policy")
    except botocore.exceptions.ClientError as e:
        assert e.response["Error"]["Code"] == "ResourceNotFoundException"


def main():
    failed = 0
    tests = [(name, f) for name, f in globals().items() if name.startswith("test_")]
    with org.Organization(BUILD) as organization:
        view = View(organization)
        for name, f in tests:
            try:
                f(view)
                print(f"ok: {name}")
            except Exception:  # pylint: disable=broad-except
                failed += 1
                print(f"FAILED: {name}")
                traceback.print_exc(file=sys.stdout)
    print(f"{len(tests) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
