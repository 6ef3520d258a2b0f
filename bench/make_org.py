#!/usr/bin/env python3
"""Writes a packed bundle of about N resources (default 100,000) in five accounts and three regions:
make_org.py OUT.jsonl.gz [N]. Answers have the shapes of the AWS CLI; one in ten things is wrong.
Deterministic. Used by bench/evaluate.sh; the answers are made up."""
import gzip
import json
import random
import sys

ACCOUNTS = [f"{n}" * 12 for n in range(1, 6)]
REGIONS = ["us-east-1", "us-west-2", "eu-west-1"]
AT = "2026-11-01T12:00:00Z"
rnd = random.Random(164312)


def hexid(prefix, n):
    return f"{prefix}-0{(n * 0x9E3779B97F4A7C15) % (1 << 64):016x}"


def good(n):
    return n % 10 != 0


class Bundle:
    def __init__(self, path):
        self.out = gzip.open(path, "wt", compresslevel=1, encoding="utf-8")
        self.rows = 0
        self.line({"run": {"kind": "collect", "status": "complete", "started": AT, "clock": AT, "tool": "bench",
                           "caller": "arn:aws:iam::111111111111:user/bench", "scope": {}}})
        for account in ACCOUNTS:
            self.line({"account": {"account": account, "name": f"a{account[0]}", "reached": True}})
            for region in REGIONS:
                self.line({"region": {"account": account, "region": region, "state": "enabled", "wanted": True}})

    def line(self, obj):
        self.out.write(json.dumps(obj, separators=(",", ":")) + "\n")

    def call(self, account, region, op, answer, rows, params=None):
        service, operation = op.split(":")
        self.line({"account": account, "region": region, "service": service, "operation": operation,
                   "params": params or {}, "status": "ok" if rows else "empty", "http": 200, "pages": 1, "rows": rows,
                   "attempts": 1, "ms": 20, "at": AT, "source": "import", "answer": answer})
        self.rows += rows


def tags(n):
    return [{"Key": "ward:tenant", "Value": f"tenant-{n % 7}"}, {"Key": "Name", "Value": f"thing-{n}"}]


def volumes(b, account, region, count, base):
    items = [{"Attachments": [], "AvailabilityZone": region + "a", "CreateTime": AT.replace("Z", "+00:00"),
              "Encrypted": good(base + n), "Size": 100, "SnapshotId": "", "State": "available", "VolumeId": hexid("vol", base + n),
              "Iops": 3000, "Tags": tags(n), "VolumeType": "gp3", "MultiAttachEnabled": False} for n in range(count)]
    b.call(account, region, "ec2:DescribeVolumes", {"Volumes": items}, count)


def groups(b, account, region, count, base):
    items = []
    for n in range(count):
        cidr = "10.0.0.0/8" if good(n) else "0.0.0.0/0"
        items.append({"Description": "app", "GroupName": "default" if n == 0 else f"app-{n}", "OwnerId": account,
                      "GroupId": hexid("sg", base + n), "VpcId": hexid("vpc", base + n % 20), "Tags": tags(n),
                      "IpPermissions": [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": cidr}],
                                         "Ipv6Ranges": [], "PrefixListIds": [], "UserIdGroupPairs": []},
                                        {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "0.0.0.0/0"}],
                                         "Ipv6Ranges": [{"CidrIpv6": "::/0"}], "PrefixListIds": [], "UserIdGroupPairs": []}],
                      "IpPermissionsEgress": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}], "Ipv6Ranges": [],
                                               "PrefixListIds": [], "UserIdGroupPairs": []}]})
    b.call(account, region, "ec2:DescribeSecurityGroups", {"SecurityGroups": items}, count)


def instances(b, account, region, count, base):
    items, enis = [], []
    for n in range(count):
        eni = {"NetworkInterfaceId": hexid("eni", base + n), "SubnetId": hexid("subnet", base + n % 40),
               "VpcId": hexid("vpc", base + n % 20), "OwnerId": account, "Status": "in-use", "SourceDestCheck": True,
               "InterfaceType": "interface", "Description": "", "Ipv6Addresses": [],
               "PrivateIpAddress": f"10.0.{n // 250 % 250}.{n % 250 + 4}", "Groups": [{"GroupId": hexid("sg", base + 1 + n % 50), "GroupName": "app"}],
               "PrivateIpAddresses": [{"Primary": True, "PrivateIpAddress": f"10.0.{n // 250 % 250}.{n % 250 + 4}"}]}
        if not good(n):
            eni["PrivateIpAddresses"][0]["Association"] = {"PublicIp": f"54.1.{n // 250 % 250}.{n % 250}", "IpOwnerId": account}
        items.append({"Instances": [{"InstanceId": hexid("i", base + n), "ImageId": "ami-1", "State": {"Code": 16, "Name": "running"},
                                     "InstanceType": "t3.small", "VpcId": eni["VpcId"], "SubnetId": eni["SubnetId"], "Tags": tags(n),
                                     "MetadataOptions": {"HttpTokens": "required" if good(n + 1) else "optional", "HttpEndpoint": "enabled"},
                                     "NetworkInterfaces": [eni], "SecurityGroups": eni["Groups"]}], "OwnerId": account,
                      "ReservationId": hexid("r", base + n)})
        enis.append(dict(eni, Attachment={"InstanceId": hexid("i", base + n), "Status": "attached"}, TagSet=[]))
    b.call(account, region, "ec2:DescribeInstances", {"Reservations": items}, count)
    b.call(account, region, "ec2:DescribeNetworkInterfaces", {"NetworkInterfaces": enis}, count)


def databases(b, account, region, count, base):
    items = [{"DBInstanceIdentifier": f"db-{base + n}", "DBInstanceArn": f"arn:aws:rds:{region}:{account}:db:db-{base + n}",
              "Engine": "postgres", "EngineVersion": "16.4", "DBInstanceStatus": "available", "StorageEncrypted": good(n),
              "PubliclyAccessible": not good(n + 1), "MultiAZ": good(n + 2), "BackupRetentionPeriod": 35 if good(n + 3) else 1,
              "LatestRestorableTime": "2026-11-01T11:57:00+00:00", "EnabledCloudwatchLogsExports": ["postgresql", "upgrade"],
              "VpcSecurityGroups": [{"VpcSecurityGroupId": hexid("sg", base + 1 + n % 50), "Status": "active"}],
              "DBParameterGroups": [{"DBParameterGroupName": "default.postgres16", "ParameterApplyStatus": "in-sync"}],
              "Endpoint": {"Address": f"db-{base + n}.example", "Port": 5432}, "TagList": tags(n)} for n in range(count)]
    b.call(account, region, "rds:DescribeDBInstances", {"DBInstances": items}, count)


def buckets(b, account, count, base):
    names = [f"clinic-{account[0]}-{base + n}" for n in range(count)]
    b.call(account, "us-east-1", "s3:ListBuckets", {"Buckets": [{"Name": x, "CreationDate": "2026-01-01T00:00:00+00:00", "BucketRegion": "us-east-1"}
                                                               for x in names], "Owner": {"ID": "c" * 64}}, count)
    for n, name in enumerate(names):
        policy = {"Version": "2012-10-17", "Statement": [{"Sid": "tls", "Effect": "Deny", "Principal": "*", "Action": "s3:*",
                  "Resource": [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"], "Condition": {"Bool": {"aws:SecureTransport": "false"}}}]}
        p = {"Bucket": name}
        b.call(account, "us-east-1", "s3:GetBucketVersioning", {"Status": "Enabled"} if good(n) else {}, 1, p)
        b.call(account, "us-east-1", "s3:GetBucketPolicy", {"Policy": json.dumps(policy)}, 1, p)
        b.call(account, "us-east-1", "s3:GetBucketPolicyStatus", {"PolicyStatus": {"IsPublic": False}}, 1, p)
        b.call(account, "us-east-1", "s3:GetPublicAccessBlock", {"PublicAccessBlockConfiguration": {
            "BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": good(n)}}, 1, p)
        b.call(account, "us-east-1", "s3:GetBucketAcl", {"Owner": {"ID": "c" * 64}, "Grants": [
            {"Grantee": {"ID": "c" * 64, "Type": "CanonicalUser"}, "Permission": "FULL_CONTROL"}]}, 1, p)
        b.call(account, "us-east-1", "s3:GetBucketEncryption", {"ServerSideEncryptionConfiguration": {"Rules": [
            {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": f"arn:aws:kms:us-east-1:{account}:key/{base}"}}]}}, 1, p)


def identities(b, account, count, base):
    roles = []
    for n in range(count):
        principal = {"Service": "ec2.amazonaws.com"} if good(n) else {"AWS": "arn:aws:iam::999999999999:root"}
        action = "*" if n % 50 == 0 else "s3:GetObject"
        roles.append({"Path": "/", "RoleName": f"role-{base + n}", "RoleId": f"AROA{base + n:016d}", "Arn": f"arn:aws:iam::{account}:role/role-{base + n}",
                      "CreateDate": "2026-01-01T00:00:00+00:00", "InstanceProfileList": [], "AttachedManagedPolicies": [], "Tags": tags(n),
                      "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}]},
                      "RolePolicyList": [{"PolicyName": "p", "PolicyDocument": {"Version": "2012-10-17", "Statement": [
                          {"Effect": "Allow", "Action": action, "Resource": "*"}]}}]})
    b.call(account, "us-east-1", "iam:GetAccountAuthorizationDetails",
           {"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": roles, "Policies": []}, count)


def main():
    path, target = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 100000
    b = Bundle(path)
    unit = target / 100000
    places = len(ACCOUNTS) * len(REGIONS)
    base = 1
    for account in ACCOUNTS:
        for region in REGIONS:
            volumes(b, account, region, int(36000 * unit / places), base)
            groups(b, account, region, int(6000 * unit / places), base)
            instances(b, account, region, int(15000 * unit / places), base)
            databases(b, account, region, int(4000 * unit / places), base)
            base += 1000000
        buckets(b, account, int(2000 * unit / len(ACCOUNTS)), base)
        identities(b, account, int(10000 * unit / len(ACCOUNTS)), base)
    b.out.close()
    print(f"{b.rows} resources and answers", file=sys.stderr)


if __name__ == "__main__":
    main()
