#!/usr/bin/env python3
"""An organization of two accounts and one region in which nothing is wrong, as answers for ward-stub.

    tests/fault/perfect.py > answers.txt

Every operation that a control lists or reads finds something here, so that a fault in any of them takes something away.
Lists of paged operations come on two pages, the second of which holds what does not fit on the first: half of the things.
"""
import datetime
import json
import sys

import wire

MANAGEMENT, MEMBER = "111111111111", "222222222222"
ACCOUNTS = (MANAGEMENT, MEMBER)
REGION = "us-east-1"
TRAIL = f"arn:aws:cloudtrail:{REGION}:{MANAGEMENT}:trail/clinic"
TRAIL_BUCKET = "clinic-trail"
ORG = "o-clinic0001"
NOW = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)

CONFIG = """version: 1
company: {name: Clinic}
regions: {home: us-east-1}
accounts:
  management: {id: "111111111111"}
  log_archive: {id: "222222222222"}
tenants:
  lakeside:
    isolation: vm
    tags: {"ward:tenant": lakeside}
shared:
  operations:
    reason: the accounts of who runs the organization
    accounts: [management, log_archive]
    via: [{from: "*", to: "*", reason: who manages the organization can reach all of it}]
stores:
  - {arn: "arn:aws:s3:::clinic-*", phi: false, reason: logs}
declared:
  log_buckets: [clinic-trail]
"""

GUARDED = ["cloudtrail:StopLogging", "cloudtrail:DeleteTrail", "cloudtrail:UpdateTrail", "cloudtrail:PutEventSelectors",
           "config:StopConfigurationRecorder", "config:DeleteConfigurationRecorder", "guardduty:DeleteDetector",
           "organizations:LeaveOrganization", "kms:ScheduleKeyDeletion", "backup:DeleteBackupVault", "backup:DeleteRecoveryPoint"]
REPORT = ("user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active,"
          "access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,"
          "access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,"
          "access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated")


def ago(days):
    return NOW - datetime.timedelta(days=days)


def iso(days):
    return ago(days).strftime("%Y-%m-%dT%H:%M:%S+00:00")


def policy(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


def organization():
    """(operation, text that the request has, answer) of what only the management account is asked."""
    me = f"arn:aws:organizations::{MANAGEMENT}:"
    summary = {"Id": "p-guard001", "Arn": f"{me}policy/{ORG}/service_control_policy/p-guard001", "Name": "guard",
               "Type": "SERVICE_CONTROL_POLICY", "AwsManaged": False}
    document = policy({"Effect": "Deny", "Action": GUARDED, "Resource": "*"})
    yield "organizations:ListAccounts", "", {"Accounts": [
        {"Id": a, "Arn": f"{me}account/{ORG}/{a}", "Name": f"clinic-{a[0]}", "Email": f"aws{a[0]}@clinic.example", "Status": "ACTIVE",
         "State": "ACTIVE", "JoinedMethod": "CREATED", "JoinedTimestamp": ago(500)} for a in ACCOUNTS]}
    yield "organizations:ListRoots", "", {"Roots": [{"Id": "r-clin", "Arn": f"{me}root/{ORG}/r-clin", "Name": "Root", "PolicyTypes": [
        {"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}]}]}
    yield "organizations:ListOrganizationalUnitsForParent", "r-clin", {"OrganizationalUnits": [
        {"Id": "ou-clin-0001", "Arn": f"{me}ou/{ORG}/ou-clin-0001", "Name": "members"}]}
    yield "organizations:ListOrganizationalUnitsForParent", "ou-clin", {"OrganizationalUnits": []}
    for parent, account in (("r-clin", MANAGEMENT), ("ou-clin", MEMBER)):
        yield "organizations:ListAccountsForParent", parent, {"Accounts": [
            {"Id": account, "Arn": f"{me}account/{ORG}/{account}", "Name": f"clinic-{account[0]}", "Status": "ACTIVE", "State": "ACTIVE"}]}
    yield "organizations:ListPolicies", "RESOURCE_CONTROL_POLICY", {"Policies": []}
    yield "organizations:ListPolicies", "SERVICE_CONTROL_POLICY", {"Policies": [summary]}
    yield "organizations:DescribePolicy", "", {"Policy": {"PolicySummary": summary, "Content": json.dumps(document)}}
    yield "organizations:ListTargetsForPolicy", "", {"Targets": [
        {"TargetId": "r-clin", "Arn": f"{me}root/{ORG}/r-clin", "Name": "Root", "Type": "ROOT"}]}


def trails():
    yield "organizations:DescribeOrganization", "", {"Organization": {
        "Id": ORG, "Arn": f"arn:aws:organizations::{MANAGEMENT}:organization/{ORG}", "FeatureSet": "ALL", "MasterAccountId": MANAGEMENT,
        "MasterAccountArn": f"arn:aws:organizations::{MANAGEMENT}:account/{ORG}/{MANAGEMENT}", "MasterAccountEmail": "aws1@clinic.example"}}
    yield "cloudtrail:DescribeTrails", "", {"trailList": [
        {"Name": "clinic", "S3BucketName": TRAIL_BUCKET, "IncludeGlobalServiceEvents": True, "IsMultiRegionTrail": True, "HomeRegion": REGION,
         "TrailARN": TRAIL, "LogFileValidationEnabled": True, "KmsKeyId": f"arn:aws:kms:{REGION}:{MANAGEMENT}:key/key-{MANAGEMENT}",
         "HasCustomEventSelectors": True, "HasInsightSelectors": False, "IsOrganizationTrail": True}]}
    yield "cloudtrail:GetTrailStatus", "", {"IsLogging": True, "LatestDeliveryTime": ago(0.01)}
    yield "cloudtrail:GetEventSelectors", "", {"TrailARN": TRAIL, "EventSelectors": [
        {"ReadWriteType": "All", "IncludeManagementEvents": True, "ExcludeManagementEventSources": [],
         "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]}]}


def identity(a):
    trust = policy({"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"})
    narrow = policy({"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::phi-{a}/*"})
    yield "account:ListRegions", "", {"Regions": [{"RegionName": REGION, "RegionOptStatus": "ENABLED_BY_DEFAULT"},
                                                  {"RegionName": "us-west-2", "RegionOptStatus": "DISABLED"}]}
    yield "ec2:DescribeRegions", "", {"Regions": [{"RegionName": REGION, "Endpoint": f"ec2.{REGION}.amazonaws.com",
                                                   "OptInStatus": "opt-in-not-required"}]}
    yield "artifact:ListCustomerAgreements", "", {"customerAgreements": [
        {"name": "AWS Business Associate Addendum", "arn": f"arn:aws:artifact::{a}:customer-agreement/customer-agreement-{a}",
         "id": f"customer-agreement-{a}", "agreementArn": "arn:aws:artifact:::agreement/agreement-baa", "awsAccountId": a,
         "effectiveStart": ago(400), "state": "ACTIVE", "type": "DEFAULT"}]}
    yield "iam:GetAccountSummary", "", {"SummaryMap": {"Users": 1, "AccountMFAEnabled": 1, "AccountAccessKeysPresent": 0,
                                                       "AccountPasswordPresent": 1}}
    yield "iam:GenerateCredentialReport", "", {"State": "COMPLETE"}
    rows = [REPORT,
            f"<root_account>,arn:aws:iam::{a}:root,{iso(500)},not_supported,no_information,not_supported,N/A,true,"
            "false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A",
            f"ann,arn:aws:iam::{a}:user/ann,{iso(40)},true,{iso(1)},{iso(30)},N/A,true,"
            f"true,{iso(30)},{iso(1)},us-east-1,s3,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A"]
    yield "iam:GetCredentialReport", "", {"Content": "\n".join(rows), "ReportFormat": "text/csv", "GeneratedTime": ago(0.01)}
    yield "iam:GetAccountAuthorizationDetails", "", {
        "UserDetailList": [{"Path": "/", "UserName": "ann", "UserId": "AIDAANN", "Arn": f"arn:aws:iam::{a}:user/ann", "CreateDate": ago(40),
                            "GroupList": [], "AttachedManagedPolicies": []}],
        "GroupDetailList": [],
        "RoleDetailList": [{"Path": "/", "RoleName": name, "RoleId": f"AROA{name.upper()}", "Arn": f"arn:aws:iam::{a}:role/{name}",
                            "CreateDate": ago(40), "AssumeRolePolicyDocument": trust, "InstanceProfileList": [],
                            "RolePolicyList": [{"PolicyName": "read", "PolicyDocument": narrow}], "AttachedManagedPolicies": []}
                           for name in ("app", "batch")],
        "Policies": []}


def keys_and_buckets(a):
    key = f"arn:aws:kms:{REGION}:{a}:key/key-{a}"
    own = policy({"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{a}:root"}, "Action": "kms:*", "Resource": "*"})
    block = {"PublicAccessBlockConfiguration": dict.fromkeys(
        ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)}
    yield "kms:ListKeys", "", {"Keys": [{"KeyId": f"key-{a}", "KeyArn": key}], "Truncated": False}
    yield "kms:DescribeKey", "", {"KeyMetadata": {"KeyId": f"key-{a}", "Arn": key, "AWSAccountId": a, "KeyManager": "CUSTOMER",
                                                  "KeyState": "Enabled", "Enabled": True}}
    yield "kms:GetKeyPolicy", "", {"Policy": json.dumps(own), "PolicyName": "default"}
    yield "kms:ListGrants", "", {"Grants": [{"KeyId": key, "GrantId": "g0", "GranteePrincipal": f"arn:aws:iam::{ACCOUNTS[a == MANAGEMENT]}:role/app",
                                             "Operations": ["Decrypt"]}], "Truncated": False}
    yield "s3control:GetPublicAccessBlock", "", block
    names = [f"phi-{a}"] + ([TRAIL_BUCKET] if a == MEMBER else [f"scans-{a}"])
    yield "s3:ListBuckets", "", {"Buckets": [{"Name": n, "BucketRegion": REGION, "BucketArn": f"arn:aws:s3:::{n}", "CreationDate": ago(99)}
                                             for n in names], "Owner": {"ID": "owner"}}
    for n in names:
        at = f" /{n}?"
        deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": [f"arn:aws:s3:::{n}", f"arn:aws:s3:::{n}/*"],
                "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
        writer = {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:PutObject",
                  "Resource": f"arn:aws:s3:::{n}/*", "Condition": {"StringEquals": {"aws:SourceArn": TRAIL}}}
        yield "s3:GetBucketAcl", at, {"Owner": {"ID": "owner"}, "Grants": [
            {"Grantee": {"ID": "owner", "Type": "CanonicalUser"}, "Permission": "FULL_CONTROL"}]}
        yield "s3:GetBucketEncryption", at, {"ServerSideEncryptionConfiguration": {"Rules": [
            {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}, "BucketKeyEnabled": True}]}}
        yield "s3:GetBucketLifecycleConfiguration", at, {"Rules": [
            {"ID": "old", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 4000}}]}
        yield "s3:GetBucketLogging", at, {}
        yield "s3:GetBucketOwnershipControls", at, {"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}}
        yield "s3:GetBucketPolicy", at, {"Policy": policy(deny, writer) if n == TRAIL_BUCKET else policy(deny)}
        yield "s3:GetBucketPolicyStatus", at, {"PolicyStatus": {"IsPublic": False}}
        yield "s3:GetBucketVersioning", at, {"Status": "Enabled"}
        yield "s3:GetObjectLockConfiguration", at, {"ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled", "Rule": {
            "DefaultRetention": {"Mode": "COMPLIANCE", "Days": 2192}}}}
        yield "s3:GetPublicAccessBlock", at, block


def network(a):
    tenant = [{"Key": "ward:tenant", "Value": "lakeside"}] if a == MANAGEMENT else []
    interface = {"NetworkInterfaceId": f"eni-{a}", "SubnetId": f"subnet-{a}", "VpcId": f"vpc-{a}", "OwnerId": a, "PrivateIpAddress": "10.0.1.5",
                 "Groups": [{"GroupId": f"sg-app-{a}", "GroupName": "app"}], "Ipv6Addresses": []}
    addresses = [{"Primary": True, "PrivateIpAddress": "10.0.1.5"}]
    yield "ec2:DescribeVpcs", "", {"Vpcs": [{"VpcId": f"vpc-{a}", "OwnerId": a, "CidrBlock": "10.0.0.0/16", "IsDefault": False, "State": "available",
                                             "CidrBlockAssociationSet": [{"AssociationId": "vpc-cidr-1", "CidrBlock": "10.0.0.0/16",
                                                                          "CidrBlockState": {"State": "associated"}}]}]}
    yield "ec2:DescribeSubnets", "", {"Subnets": [{"SubnetId": f"subnet-{a}", "VpcId": f"vpc-{a}", "OwnerId": a, "CidrBlock": "10.0.1.0/24",
                                                   "SubnetArn": f"arn:aws:ec2:{REGION}:{a}:subnet/subnet-{a}", "AvailabilityZone": "us-east-1a",
                                                   "State": "available", "MapPublicIpOnLaunch": False}]}
    yield "ec2:DescribeRouteTables", "", {"RouteTables": [{"RouteTableId": f"rtb-{a}", "VpcId": f"vpc-{a}", "OwnerId": a,
                                                           "Associations": [{"Main": True, "RouteTableId": f"rtb-{a}", "AssociationState": {"State": "associated"}}],
                                                           "Routes": [{"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"}]}]}
    yield "ec2:DescribeFlowLogs", "", {"FlowLogs": [{"FlowLogId": f"fl-{a}", "ResourceId": f"vpc-{a}", "TrafficType": "ALL", "FlowLogStatus": "ACTIVE",
                                                     "DeliverLogsStatus": "SUCCESS", "LogDestinationType": "s3", "LogDestination": "arn:aws:s3:::clinic-flow"}]}
    yield "ec2:DescribeManagedPrefixLists", "", {"PrefixLists": [{"PrefixListId": f"pl-{a}", "PrefixListName": "office", "OwnerId": a,
                                                                  "AddressFamily": "IPv4", "State": "create-complete"}]}
    yield "ec2:GetManagedPrefixListEntries", "", {"Entries": [{"Cidr": "10.9.0.0/16", "Description": "office"}]}

    def group(name, inbound, tags=()):
        return {"GroupId": f"sg-{name}-{a}", "GroupName": name, "VpcId": f"vpc-{a}", "OwnerId": a, "Description": name, "IpPermissions": inbound,
                "IpPermissionsEgress": [], "Tags": [{"Key": k, "Value": v} for k, v in tags]}

    def inbound(port, **source):
        return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [], "Ipv6Ranges": [], "PrefixListIds": [], "UserIdGroupPairs": [],
                **source}
    yield "ec2:DescribeSecurityGroups", "", {"SecurityGroups": [
        group("default", []),
        group("app", [inbound(22, PrefixListIds=[{"PrefixListId": f"pl-{a}"}]), inbound(443, IpRanges=[{"CidrIp": "10.0.0.0/8"}])], [("ward:role", "app")]),
        group("db", [inbound(5432, UserIdGroupPairs=[{"GroupId": f"sg-app-{a}", "UserId": a}])])]}
    yield "ec2:DescribeNetworkInterfaces", "", {"NetworkInterfaces": [
        {**interface, "Status": "in-use", "InterfaceType": "interface", "PrivateIpAddresses": addresses,
         "Attachment": {"AttachmentId": "eni-attach-1", "InstanceId": f"i-{a}", "DeviceIndex": 0, "Status": "attached"}, "TagSet": tenant}]}
    yield "ec2:DescribeInstances", "", {"Reservations": [{"ReservationId": "r-1", "OwnerId": a, "Instances": [
        {"InstanceId": f"i-{a}", "State": {"Name": "running"}, "VpcId": f"vpc-{a}", "SubnetId": f"subnet-{a}", "ImageId": "ami-1",
         "LaunchTime": ago(9), "PrivateIpAddress": "10.0.1.5", "NetworkInterfaces": [{**interface, "PrivateIpAddresses": addresses}], "Tags": tenant,
         "MetadataOptions": {"State": "applied", "HttpTokens": "required", "HttpEndpoint": "enabled", "HttpPutResponseHopLimit": 1}}]}]}
    balancer = f"arn:aws:elasticloadbalancing:{REGION}:{a}:loadbalancer/app/web/1"
    listener = f"arn:aws:elasticloadbalancing:{REGION}:{a}:listener/app/web/1/"
    redirect = {"Type": "redirect", "Order": 1, "RedirectConfig": {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}}
    forward = {"Type": "forward", "TargetGroupArn": f"arn:aws:elasticloadbalancing:{REGION}:{a}:targetgroup/web/1", "Order": 1}
    yield "elbv2:DescribeLoadBalancers", "", {"LoadBalancers": [{"LoadBalancerArn": balancer, "LoadBalancerName": "web", "Type": "application",
                                                                 "Scheme": "internal", "VpcId": f"vpc-{a}", "State": {"Code": "active"}}]}
    yield "elbv2:DescribeListeners", "", {"Listeners": [
        {"ListenerArn": listener + "443", "LoadBalancerArn": balancer, "Port": 443, "Protocol": "HTTPS", "DefaultActions": [forward],
         "SslPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06", "Certificates": [{"CertificateArn": f"arn:aws:acm:{REGION}:{a}:certificate/1"}]},
        {"ListenerArn": listener + "80", "LoadBalancerArn": balancer, "Port": 80, "Protocol": "HTTP", "DefaultActions": [redirect]}]}
    for port, action in (("443", forward), ("80", redirect)):
        yield "elbv2:DescribeRules", f"%2F1%2F{port}", {"Rules": [{"RuleArn": f"{listener}{port}/rule/0", "Priority": "default", "IsDefault": True,
                                                                   "Actions": [action]}]}


def data_stores(a):
    rds = f"arn:aws:rds:{REGION}:{a}:"
    tag = [{"Key": "ward:tenant", "Value": "lakeside"}] if a == MANAGEMENT else []
    groups = [{"VpcSecurityGroupId": f"sg-db-{a}", "Status": "active"}]
    yield "rds:DescribeDBInstances", "", {"DBInstances": [
        {"DBInstanceIdentifier": "ehr", "DBInstanceArn": f"{rds}db:ehr", "Engine": "postgres", "EngineVersion": "16.3", "DBInstanceStatus": "available",
         "StorageEncrypted": True, "KmsKeyId": f"arn:aws:kms:{REGION}:{a}:key/key-{a}", "PubliclyAccessible": False, "BackupRetentionPeriod": 35, "LatestRestorableTime": ago(0.003), "MultiAZ": True,
         "AvailabilityZone": "us-east-1a", "Endpoint": {"Address": "ehr.c0ffee.us-east-1.rds.amazonaws.com", "Port": 5432}, "VpcSecurityGroups": groups,
         "DBSubnetGroup": {"DBSubnetGroupName": "data", "VpcId": f"vpc-{a}", "Subnets": [{"SubnetIdentifier": f"subnet-{a}"}]},
         "DBParameterGroups": [{"DBParameterGroupName": "ward-pg16", "ParameterApplyStatus": "in-sync"}],
         "OptionGroupMemberships": [{"OptionGroupName": "default:postgres-16", "Status": "in-sync"}],
         "EnabledCloudwatchLogsExports": ["postgresql", "upgrade"], "TagList": tag},
        {"DBInstanceIdentifier": "lab", "DBInstanceArn": f"{rds}db:lab", "Engine": "oracle-ee", "EngineVersion": "19.0", "DBInstanceStatus": "available",
         "StorageEncrypted": True, "KmsKeyId": f"arn:aws:kms:{REGION}:{a}:key/key-{a}", "PubliclyAccessible": False, "BackupRetentionPeriod": 35, "LatestRestorableTime": ago(0.003), "MultiAZ": True,
         "AvailabilityZone": "us-east-1a", "Endpoint": {"Address": "lab.c0ffee.us-east-1.rds.amazonaws.com", "Port": 1521}, "VpcSecurityGroups": groups,
         "DBSubnetGroup": {"DBSubnetGroupName": "data", "VpcId": f"vpc-{a}", "Subnets": [{"SubnetIdentifier": f"subnet-{a}"}]},
         "DBParameterGroups": [{"DBParameterGroupName": "ward-ora19", "ParameterApplyStatus": "in-sync"}],
         "OptionGroupMemberships": [{"OptionGroupName": "ward-oracle", "Status": "in-sync"}],
         "EnabledCloudwatchLogsExports": ["alert", "audit", "listener", "trace"], "TagList": tag}]}
    yield "rds:DescribeDBClusters", "", {"DBClusters": [
        {"DBClusterIdentifier": "aurora", "DBClusterArn": f"{rds}cluster:aurora", "Engine": "aurora-postgresql", "EngineVersion": "16.4",
         "EngineMode": "provisioned", "Status": "available", "StorageEncrypted": True, "KmsKeyId": f"arn:aws:kms:{REGION}:{a}:key/key-{a}", "BackupRetentionPeriod": 35, "LatestRestorableTime": ago(0.003),
         "MultiAZ": True, "Port": 5432, "DBClusterParameterGroup": "ward-aurora16", "DBSubnetGroup": "data",
         "EnabledCloudwatchLogsExports": ["postgresql"], "DBClusterMembers": [], "VpcSecurityGroups": groups, "TagList": tag}]}
    force = [{"ParameterName": "max_connections", "ParameterValue": "100", "Source": "system", "ApplyType": "static"},
             {"ParameterName": "rds.force_ssl", "ParameterValue": "1", "Source": "user", "ApplyType": "dynamic"}]
    yield "rds:DescribeDBParameters", "ward-pg16", {"Parameters": force}
    yield "rds:DescribeDBParameters", "ward-ora19", {"Parameters": force[:1]}
    yield "rds:DescribeDBClusterParameters", "", {"Parameters": force}
    yield "rds:DescribeOptionGroups", "", {"OptionGroupsList": [
        {"OptionGroupName": "default:postgres-16", "OptionGroupArn": f"{rds}og:default:postgres-16", "EngineName": "postgres", "MajorEngineVersion": "16",
         "Options": []},
        {"OptionGroupName": "ward-oracle", "OptionGroupArn": f"{rds}og:ward-oracle", "EngineName": "oracle-ee", "MajorEngineVersion": "19", "Options": [
            {"OptionName": "NATIVE_NETWORK_ENCRYPTION", "OptionSettings": [{"Name": "SQLNET.ENCRYPTION_SERVER", "Value": "REQUIRED"}]}]}]}
    yield "rds:DescribeDBSnapshots", "", {"DBSnapshots": [
        {"DBSnapshotIdentifier": f"before-{n}", "DBSnapshotArn": f"{rds}snapshot:before-{n}", "DBInstanceIdentifier": "ehr", "SnapshotType": "manual",
         "Encrypted": True, "KmsKeyId": f"arn:aws:kms:{REGION}:{a}:key/key-{a}", "Status": "available"} for n in ("one", "two")]}
    for n in ("before-one", "before-two"):
        yield "rds:DescribeDBSnapshotAttributes", n, {"DBSnapshotAttributesResult": {
            "DBSnapshotIdentifier": n, "DBSnapshotAttributes": [{"AttributeName": "restore", "AttributeValues": []}]}}
    yield "rds:DescribeDBClusterSnapshots", "", {"DBClusterSnapshots": [
        {"DBClusterSnapshotIdentifier": "weekly", "DBClusterSnapshotArn": f"{rds}cluster-snapshot:weekly", "DBClusterIdentifier": "aurora",
         "SnapshotType": "manual", "StorageEncrypted": True, "KmsKeyId": f"arn:aws:kms:{REGION}:{a}:key/key-{a}", "Status": "available"}]}
    yield "rds:DescribeDBClusterSnapshotAttributes", "", {"DBClusterSnapshotAttributesResult": {
        "DBClusterSnapshotIdentifier": "weekly", "DBClusterSnapshotAttributes": [{"AttributeName": "restore", "AttributeValues": []}]}}
    yield "ec2:GetEbsEncryptionByDefault", "", {"EbsEncryptionByDefault": True}
    yield "ec2:DescribeVolumes", "", {"Volumes": [
        {"VolumeId": f"vol-{n}", "Encrypted": True, "KmsKeyId": f"arn:aws:kms:{REGION}:{a}:key/key-{a}", "State": "in-use", "Size": 100, "Attachments": [{"InstanceId": f"i-{a}", "VolumeId": f"vol-{n}"}],
         "Tags": []} for n in (1, 2)]}
    yield "ec2:DescribeSnapshots", "RestorableBy", {"Snapshots": []}
    yield "ec2:DescribeSnapshots", "", {"Snapshots": [
        {"SnapshotId": f"snap-{a[0]}{n}", "OwnerId": a, "VolumeId": "vol-1", "Encrypted": False, "State": "completed", "Tags": []} for n in (1, 2)]}
    for n in (1, 2):
        yield "ec2:DescribeSnapshotAttribute", f"snap-{a[0]}{n}", {"SnapshotId": f"snap-{a[0]}{n}", "CreateVolumePermissions": [{"UserId": a}]}
    yield "dynamodb:ListTables", "", {"TableNames": ["visits", "sessions"]}
    yield "dynamodb:DescribeContinuousBackups", "", {"ContinuousBackupsDescription": {"ContinuousBackupsStatus": "ENABLED", "PointInTimeRecoveryDescription": {
        "PointInTimeRecoveryStatus": "ENABLED", "RecoveryPeriodInDays": 35}}}
    yield "secretsmanager:ListSecrets", "", {"SecretList": [
        {"ARN": f"arn:aws:secretsmanager:{REGION}:{a}:secret:{n}", "Name": n, "RotationEnabled": True, "RotationRules": {"AutomaticallyAfterDays": 30},
         "LastRotatedDate": ago(3), "LastChangedDate": ago(3), "CreatedDate": ago(90)} for n in ("db-a", "db-b")]}


def backups(a):
    vault = f"arn:aws:backup:{REGION}:{a}:backup-vault:phi"
    plan = f"arn:aws:backup:{REGION}:{a}:backup-plan:plan-1"
    protected = [f"arn:aws:rds:{REGION}:{a}:{x}" for x in ("db:ehr", "db:lab", "cluster:aurora")]
    head = {"BackupVaultName": "phi", "BackupVaultArn": vault, "VaultType": "BACKUP_VAULT", "CreationDate": ago(200), "NumberOfRecoveryPoints": 2,
            "EncryptionKeyArn": f"arn:aws:kms:{REGION}:{a}:key/key-{a}", "Locked": True, "MinRetentionDays": 35, "LockDate": ago(90)}
    yield "backup:ListBackupVaults", "", {"BackupVaultList": [head]}
    yield "backup:DescribeBackupVault", "", head
    yield "backup:ListRecoveryPointsByBackupVault", "", {"RecoveryPoints": [
        {"RecoveryPointArn": f"arn:aws:rds:{REGION}:{a}:snapshot:awsbackup:{n}", "BackupVaultName": "phi", "BackupVaultArn": vault, "ResourceArn": protected[0],
         "ResourceType": "RDS", "Status": "COMPLETED", "IsEncrypted": True, "CreationDate": ago(0.2), "EncryptionKeyArn": head["EncryptionKeyArn"]}
        for n in (1, 2)]}
    yield "backup:ListBackupPlans", "", {"BackupPlansList": [{"BackupPlanArn": plan, "BackupPlanId": "plan-1", "BackupPlanName": "daily"}]}
    yield "backup:GetBackupPlan", "", {"BackupPlanId": "plan-1", "BackupPlanArn": plan, "BackupPlan": {"BackupPlanName": "daily", "Rules": [
        {"RuleId": "daily-id", "RuleName": "daily", "TargetBackupVaultName": "phi", "EnableContinuousBackup": False,
         "ScheduleExpression": "cron(0 5 ? * * *)", "Lifecycle": {"DeleteAfterDays": 2192}}]}}
    yield "backup:ListBackupSelections", "", {"BackupSelectionsList": [{"SelectionId": "s1", "SelectionName": "s1", "BackupPlanId": "plan-1"}]}
    yield "backup:GetBackupSelection", "", {"BackupPlanId": "plan-1", "SelectionId": "s1", "BackupSelection": {
        "SelectionName": "s1", "IamRoleArn": f"arn:aws:iam::{a}:role/backup", "Resources": protected}}
    yield "backup:ListProtectedResources", "", {"Results": [{"ResourceArn": r, "ResourceType": "RDS", "LastBackupTime": ago(0.2)} for r in protected]}


def watch(a):
    yield "guardduty:ListDetectors", "", {"DetectorIds": ["d1"]}
    yield "guardduty:GetDetector", "", {"Status": "ENABLED", "CreatedAt": iso(100), "ServiceRole": "r", "Features": []}
    yield "inspector2:BatchGetAccountStatus", "", {"accounts": [{"accountId": a, "state": {"status": "ENABLED", "errorCode": "ALREADY_ENABLED", "errorMessage": ""},
                                                                 "resourceState": {x: {"status": "ENABLED", "errorCode": "ALREADY_ENABLED", "errorMessage": ""}
                                                                                   for x in ("ec2", "ecr", "lambda")}}], "failedAccounts": []}
    yield "inspector2:ListFindings", "", {"findings": [
        {"findingArn": f"arn:aws:inspector2:{REGION}:{a}:finding/{n}", "awsAccountId": a, "type": "PACKAGE_VULNERABILITY", "title": "CVE-2026-1 - openssl",
         "description": "x", "severity": "HIGH", "status": "ACTIVE", "fixAvailable": "YES", "firstObservedAt": ago(2), "lastObservedAt": ago(0.5),
         "remediation": {}, "packageVulnerabilityDetails": {"vulnerabilityId": "CVE-2026-1", "source": "NVD", "vulnerablePackages": []},
         "resources": [{"type": "AWS_EC2_INSTANCE", "id": f"i-{a}"}]} for n in (1, 2)]}
    yield "ssm:DescribeInstanceInformation", "", {"InstanceInformationList": [
        {"InstanceId": f"i-{a}", "PingStatus": "Online", "PlatformType": "Linux", "PlatformName": "Amazon Linux", "ResourceType": "EC2Instance"}]}
    yield "ssm:DescribeInstancePatchStates", "", {"InstancePatchStates": [
        {"InstanceId": f"i-{a}", "PatchGroup": "", "BaselineId": "pb-1", "Operation": "Scan", "MissingCount": 0, "FailedCount": 0,
         "InstalledPendingRebootCount": 0, "InstalledCount": 200, "OperationStartTime": ago(1), "OperationEndTime": ago(1)}]}


def access(a):
    """What access reads beside: of the things that are there."""
    for n in [f"phi-{a}"] + ([TRAIL_BUCKET] if a == MEMBER else [f"scans-{a}"]):
        yield "s3:GetBucketTagging", f" /{n}?", {"TagSet": []}
        yield "s3:GetBucketAbac", f" /{n}?", {"AbacStatus": {"Status": "Disabled"}}
    for n in ("visits", "sessions"):
        yield "dynamodb:DescribeTable", n, {"Table": {"TableName": n, "TableArn": f"arn:aws:dynamodb:{REGION}:{a}:table/{n}", "TableStatus": "ACTIVE"}}
    own = policy({"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}})
    yield "dynamodb:GetResourcePolicy", "", {"Policy": json.dumps(own)}
    yield "secretsmanager:GetResourcePolicy", "", {"Name": "db", "ResourcePolicy": json.dumps(own)}
    yield "backup:GetBackupVaultAccessPolicy", "", {"BackupVaultName": "phi", "Policy": json.dumps(own)}
    yield "glue:GetResourcePolicy", "", {"PolicyInJson": json.dumps(own)}
    yield "ecr:GetRegistryPolicy", "", {"registryId": a, "policyText": json.dumps(own)}


def proof_reads():
    """Operations that the proof's facts rest on, each once; of the network those of EC2, which its controls name."""
    found = {}
    for half, service in (("iam", ""), ("net", "ec2:")):
        with open(f"{wire.ROOT}/data/{half}/reads.tsv", encoding="utf-8") as f:
            found.update({line.split("\t")[0]: None for line in f if line.startswith(service) and line[0] != "#" and not line.startswith("op\t")})
    return list(found)


def of_account(a):
    if a == MANAGEMENT:
        yield from organization()
    for part in (trails(), identity(a), keys_and_buckets(a), network(a), data_stores(a), backups(a), watch(a), access(a)):
        yield from part


def pages(row, value, token):
    """The answer as one page or as two; the first says where the second is."""
    if not row["page_out"] or not row["lists"]:
        return value, None
    first, second = dict(value), dict(value)
    for name in row["lists"].split(","):
        half = (len(value[name]) + 1) // 2
        first[name], second[name] = value[name][:half], value[name][half:]
    more(row, first, token)
    if row["page_more"]:
        second[row["page_more"]] = False
    return first, second


def more(row, page, token):
    page[row["page_out"]] = token
    if row["page_more"]:
        page[row["page_more"]] = True


def block(service_op, account, when, body):
    service, operation = service_op.split(":")
    return f"answer {service} {operation} account={account}" + (f" when={when}" if when else "") + f"\nbody\n{body}\n.\n"


class Perfect:
    """Writes the answers."""

    def __init__(self):
        self.rows, self.shapes = wire.operations(), wire.Shapes()

    def paged(self, op):
        return bool(self.rows[op]["page_out"] and self.rows[op]["lists"])

    def rest(self, said, account):
        """Nothing, for the listings of both halves of the proof that nothing is said of."""
        left = [op for op in proof_reads() if op not in said and self.rows[op]["kind"] == "resource" and
                not (account == MEMBER and op.startswith("organizations:"))]
        names = {op: self.rows[op]["lists"] or self.rows[op]["items"].split("[")[0] for op in left}
        return [(op, "", {name: [] for name in names[op].split(",") if name}) for op in left]

    def text(self, repeat=None):
        """All answers; repeat = (operation, account) whose second page names itself as the next."""
        out, number = [], 100
        for account in ACCOUNTS:
            said = list(of_account(account))
            for op, when, value in said + self.rest({op for op, _, _ in said}, account):
                number += 1
                token = f"ward-page-{number}"
                first, second = pages(self.rows[op], value, token)
                if second is not None:
                    if repeat == (op, account):
                        more(self.rows[op], second, token)
                    out.append(block(op, account, token, wire.answer(self.shapes, op, second)))
                out.append(block(op, account, when, wire.answer(self.shapes, op, first)))
        return "".join(out)


if __name__ == "__main__":
    sys.stdout.write(Perfect().text())
