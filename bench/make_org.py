#!/usr/bin/env python3
"""Writes a packed bundle of about N resources (default 100,000) in five accounts and three regions:
make_org.py OUT.jsonl.gz [N]. Answers have the shapes of the AWS CLI; one in ten things is wrong.
Every core control has something to look at. Deterministic; the answers are made up."""
import base64
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
        b.call(account, "us-east-1", "s3:GetBucketOwnershipControls", {"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}}, 1, p)
        b.call(account, "us-east-1", "s3:GetBucketLogging", {}, 1, p)
        b.call(account, "us-east-1", "s3:GetObjectLockConfiguration", {"ObjectLockConfiguration": {
            "ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 2192}}}}, 1, p)
        b.call(account, "us-east-1", "s3:GetBucketLifecycleConfiguration", {"Rules": []}, 1, p)


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


def network(b, account, region, base):
    vpcs = [hexid("vpc", base + n) for n in range(20)]
    b.call(account, region, "ec2:DescribeVpcs", {"Vpcs": [
        {"VpcId": v, "OwnerId": account, "CidrBlock": "10.0.0.0/8", "IsDefault": False, "State": "available",
         "CidrBlockAssociationSet": [{"AssociationId": f"a-{v}", "CidrBlock": "10.0.0.0/8", "CidrBlockState": {"State": "associated"}}]}
        for v in vpcs]}, len(vpcs))
    subnets = [{"SubnetId": hexid("subnet", base + n), "VpcId": vpcs[n % 20], "OwnerId": account, "CidrBlock": f"10.{n}.0.0/16",
                "AvailabilityZone": region + "ab"[n % 2], "State": "available", "MapPublicIpOnLaunch": False} for n in range(40)]
    b.call(account, region, "ec2:DescribeSubnets", {"Subnets": subnets}, len(subnets))
    tables = [{"RouteTableId": hexid("rtb", base + n), "VpcId": v, "OwnerId": account, "Tags": [],
               "Associations": [{"Main": True, "RouteTableId": hexid("rtb", base + n), "AssociationState": {"State": "associated"}}],
               "Routes": [{"DestinationCidrBlock": "10.0.0.0/8", "GatewayId": "local", "State": "active"}]} for n, v in enumerate(vpcs)]
    b.call(account, region, "ec2:DescribeRouteTables", {"RouteTables": tables}, len(tables))
    logs = [{"FlowLogId": hexid("fl", base + n), "ResourceId": v, "TrafficType": "ALL", "FlowLogStatus": "ACTIVE", "DeliverLogsStatus": "SUCCESS",
             "LogDestinationType": "s3", "LogDestination": "arn:aws:s3:::flow"} for n, v in enumerate(vpcs) if good(n)]
    b.call(account, region, "ec2:DescribeFlowLogs", {"FlowLogs": logs}, len(logs))
    b.call(account, region, "ec2:DescribeManagedPrefixLists", {"PrefixLists": []}, 0)
    b.call(account, region, "ec2:GetEbsEncryptionByDefault", {"EbsEncryptionByDefault": region != "eu-west-1"}, 1)


def snapshots(b, account, region, count, base):
    ids = [hexid("snap", base + n) for n in range(count)]
    b.call(account, region, "ec2:DescribeSnapshots", {"Snapshots": [
        {"SnapshotId": x, "OwnerId": account, "VolumeId": hexid("vol", base + n), "Encrypted": good(n), "State": "completed", "Tags": []}
        for n, x in enumerate(ids)]}, count, {"OwnerIds": ["self"]})
    for n, x in enumerate(ids):
        who = [] if good(n) else [{"Group": "all"}]
        b.call(account, region, "ec2:DescribeSnapshotAttribute", {"SnapshotId": x, "CreateVolumePermissions": who}, 1,
               {"SnapshotId": x})


def database_rest(b, account, region, count, base):
    arn = f"arn:aws:rds:{region}:{account}"
    clusters = [{"DBClusterIdentifier": f"cluster-{n}", "DBClusterArn": f"{arn}:cluster:cluster-{n}", "Engine": "aurora-postgresql",
                 "EngineVersion": "16.4", "Status": "available", "StorageEncrypted": good(n), "MultiAZ": good(n + 1), "Port": 5432,
                 "BackupRetentionPeriod": 35, "LatestRestorableTime": "2026-11-01T11:57:00+00:00", "DBClusterMembers": [],
                 "DBClusterParameterGroup": "ward-aurora16", "EnabledCloudwatchLogsExports": ["postgresql"], "VpcSecurityGroups": [
                     {"VpcSecurityGroupId": hexid("sg", base + 1), "Status": "active"}]} for n in range(10)]
    b.call(account, region, "rds:DescribeDBClusters", {"DBClusters": clusters}, len(clusters))
    parameters = {"Parameters": [{"ParameterName": "rds.force_ssl", "ParameterValue": "1", "Source": "user", "ApplyType": "dynamic"},
                                 {"ParameterName": "log_statement", "ParameterValue": "ddl", "Source": "user", "ApplyType": "dynamic"}]}
    b.call(account, region, "rds:DescribeDBParameters", parameters, 2, {"DBParameterGroupName": "default.postgres16"})
    b.call(account, region, "rds:DescribeDBClusterParameters", parameters, 2, {"DBClusterParameterGroupName": "ward-aurora16"})
    b.call(account, region, "rds:DescribeOptionGroups", {"OptionGroupsList": []}, 0)
    names = [f"day-{n}" for n in range(count)]
    b.call(account, region, "rds:DescribeDBSnapshots", {"DBSnapshots": [
        {"DBSnapshotIdentifier": x, "DBSnapshotArn": f"{arn}:snapshot:{x}", "DBInstanceIdentifier": f"db-{base}", "SnapshotType": "manual",
         "Encrypted": good(n), "Status": "available"} for n, x in enumerate(names)]}, count)
    for n, x in enumerate(names):
        values = [] if good(n) else ["all"]
        b.call(account, region, "rds:DescribeDBSnapshotAttributes", {"DBSnapshotAttributesResult": {
            "DBSnapshotIdentifier": x, "DBSnapshotAttributes": [{"AttributeName": "restore", "AttributeValues": values}]}}, 1,
            {"DBSnapshotIdentifier": x})
    b.call(account, region, "rds:DescribeDBClusterSnapshots", {"DBClusterSnapshots": []}, 0)


def tables(b, account, region, count, base):
    names = [f"visits-{base + n}" for n in range(count)]
    b.call(account, region, "dynamodb:ListTables", {"TableNames": names}, count)
    for n, x in enumerate(names):
        b.call(account, region, "dynamodb:DescribeContinuousBackups", {"ContinuousBackupsDescription": {
            "ContinuousBackupsStatus": "ENABLED", "PointInTimeRecoveryDescription": {
                "PointInTimeRecoveryStatus": "ENABLED" if good(n) else "DISABLED", "RecoveryPeriodInDays": 35}}}, 1, {"TableName": x})


def backups(b, account, region, count, base):
    p = {"BackupPlanId": f"plan-{base}"}
    arn = f"arn:aws:backup:{region}:{account}"
    b.call(account, region, "backup:ListBackupPlans", {"BackupPlansList": [
        {"BackupPlanArn": f"{arn}:backup-plan:plan-{base}", "BackupPlanName": "daily", **p}]}, 1)
    b.call(account, region, "backup:GetBackupPlan", {"BackupPlanArn": f"{arn}:backup-plan:plan-{base}", **p, "BackupPlan": {
        "BackupPlanName": "daily", "Rules": [{"RuleId": "r", "RuleName": "daily", "TargetBackupVaultName": "phi",
                                              "ScheduleExpression": "cron(0 5 ? * * *)", "Lifecycle": {"DeleteAfterDays": 35}}]}}, 1, p)
    b.call(account, region, "backup:ListBackupSelections", {"BackupSelectionsList": [{"SelectionId": "s1", "SelectionName": "s1", **p}]}, 1, p)
    b.call(account, region, "backup:GetBackupSelection", {"SelectionId": "s1", **p, "BackupSelection": {
        "SelectionName": "s1", "IamRoleArn": f"arn:aws:iam::{account}:role/backup", "Resources": ["arn:aws:rds:*"]}}, 1, {**p, "SelectionId": "s1"})
    databases_of = [f"arn:aws:rds:{region}:{account}:db:db-{base + n}" for n in range(count)]
    kept = [{"ResourceArn": x, "ResourceType": "RDS", "LastBackupTime": "2026-11-01T05:40:00+00:00"} for n, x in enumerate(databases_of) if good(n)]
    b.call(account, region, "backup:ListProtectedResources", {"Results": kept}, len(kept))
    vault = {"BackupVaultName": "phi", "BackupVaultArn": f"{arn}:backup-vault:phi", "VaultType": "BACKUP_VAULT", "NumberOfRecoveryPoints": len(kept)}
    b.call(account, region, "backup:ListBackupVaults", {"BackupVaultList": [vault]}, 1)
    v = {"BackupVaultName": "phi"}
    b.call(account, region, "backup:DescribeBackupVault", {**vault, "Locked": True, "LockDate": "2026-06-01T00:00:00+00:00", "MinRetentionDays": 35}, 1, v)
    points = [{"RecoveryPointArn": f"{arn}:recovery-point:{n}", "BackupVaultName": "phi", "ResourceArn": x["ResourceArn"], "ResourceType": "RDS",
               "Status": "COMPLETED", "IsEncrypted": good(n), "CreationDate": "2026-11-01T05:40:00+00:00", "EncryptionKeyArn": "k"} for n, x in enumerate(kept)]
    b.call(account, region, "backup:ListRecoveryPointsByBackupVault", {"RecoveryPoints": points}, len(points), v)


def balancers(b, account, region, count, base):
    arn = f"arn:aws:elasticloadbalancing:{region}:{account}"
    arns = [f"{arn}:loadbalancer/app/web-{base + n}/1" for n in range(count)]
    b.call(account, region, "elbv2:DescribeLoadBalancers", {"LoadBalancers": [
        {"LoadBalancerArn": x, "LoadBalancerName": f"web-{base + n}", "Type": "application", "Scheme": "internal",
         "VpcId": hexid("vpc", base + n % 20), "State": {"Code": "active"}} for n, x in enumerate(arns)]}, count)
    for n, x in enumerate(arns):
        listener = x.replace(":loadbalancer/", ":listener/")
        forward = {"Type": "forward", "TargetGroupArn": "tg", "Order": 1}
        to_tls = {"Type": "redirect", "Order": 1, "RedirectConfig": {"Protocol": "HTTPS", "StatusCode": "HTTP_301"}}
        b.call(account, region, "elbv2:DescribeListeners", {"Listeners": [
            {"ListenerArn": f"{listener}/443", "LoadBalancerArn": x, "Port": 443, "Protocol": "HTTPS", "DefaultActions": [forward],
             "Certificates": [{"CertificateArn": "arn:aws:acm:x:y:certificate/1"}]},
            {"ListenerArn": f"{listener}/80", "LoadBalancerArn": x, "Port": 80, "Protocol": "HTTP", "DefaultActions": [to_tls if good(n) else forward]}]},
            2, {"LoadBalancerArn": x})
        for port in (443, 80):
            b.call(account, region, "elbv2:DescribeRules", {"Rules": [
                {"RuleArn": f"{listener}/{port}/rule/0", "Priority": "default", "IsDefault": True, "Actions": [forward]}]}, 1,
                {"ListenerArn": f"{listener}/{port}"})


def keys(b, account, region, count, base):
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{account}:root"}, "Action": "kms:*", "Resource": "*"}]}
    anyone = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*"}]}
    ids = [f"key-{base + n}" for n in range(count)]
    arn = f"arn:aws:kms:{region}:{account}:key/"
    b.call(account, region, "kms:ListKeys", {"Keys": [{"KeyId": x, "KeyArn": arn + x} for x in ids]}, count)
    for n, x in enumerate(ids):
        p = {"KeyId": x}
        b.call(account, region, "kms:DescribeKey", {"KeyMetadata": {"KeyId": x, "Arn": arn + x, "KeyManager": "CUSTOMER", "KeyState": "Enabled"}}, 1, p)
        b.call(account, region, "kms:GetKeyPolicy", {"Policy": json.dumps(policy if good(n) else anyone), "PolicyName": "default"}, 1, p)
        b.call(account, region, "kms:ListGrants", {"Grants": []}, 0, p)


def secrets(b, account, region, count, base):
    b.call(account, region, "secretsmanager:ListSecrets", {"SecretList": [
        {"ARN": f"arn:aws:secretsmanager:{region}:{account}:secret:s-{base + n}", "Name": f"s-{base + n}", "RotationEnabled": good(n),
         "RotationRules": {"AutomaticallyAfterDays": 30}, "LastRotatedDate": "2026-10-20T00:00:00+00:00"} for n in range(count)]}, count)


def patches(b, account, region, count, base):
    ids = [hexid("i", base + n) for n in range(count) if good(n + 4)]
    b.call(account, region, "ssm:DescribeInstanceInformation", {"InstanceInformationList": [
        {"InstanceId": x, "PingStatus": "Online", "PlatformType": "Linux", "PlatformName": "Amazon Linux", "ResourceType": "EC2Instance"} for x in ids]}, len(ids))
    for at in range(0, len(ids), 50):
        some = ids[at:at + 50]
        b.call(account, region, "ssm:DescribeInstancePatchStates", {"InstancePatchStates": [
            {"InstanceId": x, "PatchGroup": "", "BaselineId": "pb-1", "Operation": "Scan", "MissingCount": 0 if good(n) else 3, "FailedCount": 0,
             "InstalledPendingRebootCount": 0, "InstalledCount": 200, "OperationStartTime": "2026-10-30T03:00:00+00:00",
             "OperationEndTime": "2026-10-30T03:00:00+00:00"} for n, x in enumerate(some)]}, len(some), {"InstanceIds": some})


def watchers(b, account, region, count, base):
    b.call(account, region, "guardduty:ListDetectors", {"DetectorIds": [f"d{base}"]}, 1)
    b.call(account, region, "guardduty:GetDetector", {"Status": "ENABLED", "CreatedAt": "2026-01-01T00:00:00Z", "ServiceRole": "r", "Features": []}, 1,
           {"DetectorId": f"d{base}"})
    on = {"status": "ENABLED"}
    b.call(account, region, "inspector2:BatchGetAccountStatus", {"accounts": [
        {"accountId": account, "state": on, "resourceState": {"ec2": on, "ecr": on, "lambda": on}}], "failedAccounts": []}, 1)
    b.call(account, region, "inspector2:ListFindings", {"findings": [
        {"findingArn": f"arn:aws:inspector2:{region}:{account}:finding/{base + n}", "awsAccountId": account, "type": "PACKAGE_VULNERABILITY",
         "title": f"CVE-2026-{n}", "severity": "CRITICAL", "status": "ACTIVE", "fixAvailable": "YES",
         "firstObservedAt": "2026-10-28T00:00:00+00:00" if good(n) else "2026-08-01T00:00:00+00:00", "lastObservedAt": "2026-11-01T00:00:00+00:00",
         "packageVulnerabilityDetails": {"vulnerabilityId": f"CVE-2026-{n}", "vulnerablePackages": []},
         "resources": [{"type": "AWS_EC2_INSTANCE", "id": hexid("i", base + n)}]} for n in range(count)]}, count)


def trails(b, account, base):
    arn = f"arn:aws:cloudtrail:us-east-1:{ACCOUNTS[0]}:trail/org"
    for region in REGIONS:
        b.call(account, region, "cloudtrail:DescribeTrails", {"trailList": [
            {"Name": "org", "S3BucketName": f"clinic-1-{base}", "IncludeGlobalServiceEvents": True, "IsMultiRegionTrail": True, "HomeRegion": "us-east-1",
             "TrailARN": arn, "LogFileValidationEnabled": True, "HasCustomEventSelectors": True, "IsOrganizationTrail": True,
             "KmsKeyId": f"arn:aws:kms:us-east-1:{ACCOUNTS[0]}:key/key-1"}]}, 1)
    if account != ACCOUNTS[0]:
        return
    b.call(account, "us-east-1", "cloudtrail:GetTrailStatus", {"IsLogging": True}, 1, {"Name": arn})
    b.call(account, "us-east-1", "cloudtrail:GetEventSelectors", {"TrailARN": arn, "EventSelectors": [
        {"ReadWriteType": "All", "IncludeManagementEvents": True, "ExcludeManagementEventSources": [],
         "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]}]}, 1, {"TrailName": arn})


def organization(b):
    account = ACCOUNTS[0]
    deny = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Resource": "*", "Action": [
        "cloudtrail:StopLogging", "cloudtrail:DeleteTrail", "cloudtrail:UpdateTrail", "config:Stop*", "guardduty:Delete*", "organizations:LeaveOrganization"]}]}
    policy = {"Id": "p-1", "Arn": f"arn:aws:organizations::{account}:policy/o-a/x/p-1", "Name": "guard", "Type": "SERVICE_CONTROL_POLICY", "AwsManaged": False}
    b.call(account, "us-east-1", "organizations:DescribeOrganization", {"Organization": {
        "Id": "o-a", "Arn": f"arn:aws:organizations::{account}:organization/o-a", "MasterAccountId": account}}, 1)
    b.call(account, "us-east-1", "organizations:ListAccounts", {"Accounts": [
        {"Id": x, "Arn": f"arn:aws:organizations::{account}:account/o-a/{x}", "Name": f"a{x[0]}", "Status": "ACTIVE"} for x in ACCOUNTS]}, len(ACCOUNTS))
    b.call(account, "us-east-1", "organizations:ListRoots", {"Roots": [{"Id": "r-1", "Arn": "arn:r", "Name": "Root", "PolicyTypes": []}]}, 1)
    b.call(account, "us-east-1", "organizations:ListAccountsForParent", {"Accounts": [{"Id": x, "Arn": "arn:a"} for x in ACCOUNTS]}, len(ACCOUNTS), {"ParentId": "r-1"})
    b.call(account, "us-east-1", "organizations:ListPolicies", {"Policies": [policy]}, 1, {"Filter": "SERVICE_CONTROL_POLICY"})
    b.call(account, "us-east-1", "organizations:DescribePolicy", {"Policy": {"PolicySummary": policy, "Content": json.dumps(deny)}}, 1, {"PolicyId": "p-1"})
    b.call(account, "us-east-1", "organizations:ListTargetsForPolicy", {"Targets": [{"TargetId": "r-1", "Arn": "arn:r", "Name": "Root", "Type": "ROOT"}]}, 1,
           {"PolicyId": "p-1"})


def settings(b, account, count):
    b.call(account, "us-east-1", "account:ListRegions", {"Regions": [{"RegionName": r, "RegionOptStatus": "ENABLED_BY_DEFAULT"} for r in REGIONS]}, len(REGIONS))
    b.call(account, "us-east-1", "artifact:ListCustomerAgreements", {"customerAgreements": [
        {"id": "agreement-1", "arn": "arn:aws:artifact::x:customer-agreement/1", "name": "AWS Business Associate Addendum", "state": "ACTIVE", "type": "DEFAULT"}]}, 1)
    b.call(account, "us-east-1", "s3control:GetPublicAccessBlock", {"PublicAccessBlockConfiguration": {
        "BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": True}}, 1)
    b.call(account, "us-east-1", "iam:GetAccountSummary", {"SummaryMap": {"AccountMFAEnabled": 1, "AccountAccessKeysPresent": 0}}, 1)
    columns = ("user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,mfa_active,access_key_1_active,"
               "access_key_1_last_rotated,access_key_1_last_used_date,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date")
    lines = [columns] + [f"u{n},arn:aws:iam::{account}:user/u{n},2026-01-01T00:00:00+00:00,true,2026-10-30T00:00:00+00:00,2026-09-01T00:00:00+00:00,"
                         f"{'true' if good(n) else 'false'},true,{'2026-10-01' if good(n + 1) else '2026-01-01'}T00:00:00+00:00,"
                         f"2026-10-30T00:00:00+00:00,false,N/A,N/A" for n in range(count)]
    b.call(account, "us-east-1", "iam:GetCredentialReport", {"Content": base64.b64encode("\n".join(lines).encode()).decode(), "ReportFormat": "text/csv"}, 1)


def main():
    path, target = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 100000
    b = Bundle(path)
    unit = target / 100000
    places = len(ACCOUNTS) * len(REGIONS)
    base = 1
    organization(b)
    for account in ACCOUNTS:
        for region in REGIONS:
            def some(count):
                return max(1, int(count * unit / places))
            network(b, account, region, base)
            for make, count in ((volumes, 25000), (snapshots, 2000), (groups, 6000), (instances, 10000), (patches, 10000), (databases, 4000),
                                (database_rest, 1000), (backups, 4000), (tables, 1000), (balancers, 1000), (keys, 1500), (secrets, 1500),
                                (watchers, 2000)):
                make(b, account, region, some(count), base)
            base += 1000000
        first = int(account[0])
        trails(b, account, 0)
        buckets(b, account, max(1, int(1500 * unit / len(ACCOUNTS))), 0 if first == 1 else base)
        identities(b, account, int(8000 * unit / len(ACCOUNTS)), base)
        settings(b, account, int(1500 * unit / len(ACCOUNTS)))
    b.out.close()
    print(f"{b.rows} resources and answers", file=sys.stderr)


if __name__ == "__main__":
    main()
