"""Builds Clinisoft, a clinic-software company, in a moto server: seed(endpoint) -> the ids of what it made.

Seven accounts in one organization: management, log archive, audit, two tenants with an account each (lakeside, northwind),
a pool, and one that five clinics share (clinics.py). Most things are done right. What is wrong is planted, marked FAULT here and listed in faults.tsv, which
the tests hold ward's findings against. Names are fixed; moto's ids are fixed by its seed.
"""
import io
import json
import os
import urllib.request
import uuid
import zipfile

import boto3
from botocore.config import Config

HOME, DR = "us-east-1", "us-west-2"
REGIONS = (HOME, DR)
COMPANY = "clinisoft"
MEMBERS = ("log_archive", "audit", "lakeside", "northwind", "pool", "clinics")
WORKLOADS = ("lakeside", "northwind", "pool", "clinics")
CLINICS = ("birch", "cedar", "dunes", "elm", "fern")
FOREIGN = "999988887777"
# Planted where secrets do not belong: no audit may leave them in its store.
USER_DATA_SECRET = "uD4-clinisoft-5f2c9a77e1"
ENVIRONMENT_SECRET = "eNv-clinisoft-80b36d1f4c"
CONFIG = Config(retries={"total_max_attempts": 1})


class Account:
    """boto3 clients of one account."""

    def __init__(self, endpoint, number, keys):
        self.endpoint, self.id, self.keys = endpoint, number, keys
        self.made = {}

    def client(self, service, region=HOME):
        if (service, region) not in self.made:
            self.made[service, region] = boto3.client(service, region_name=region, endpoint_url=self.endpoint, config=CONFIG,
                                                              **self.keys)
            self.made[service, region].meta.events.register("before-send.s3-control", self.without_host_prefix)
        return self.made[service, region]

    def without_host_prefix(self, request, **_):
        """S3 Control puts the account id before the host name, which an address cannot have."""
        request.url = request.url.replace(f"//{self.id}.", "//", 1)


def token(name):
    """A request token, which botocore would draw at random."""
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, name))


def tags(tenant, name=None, **more):
    found = {"ward:tenant": tenant} if tenant else {}
    if name:
        found["Name"] = name
    found.update({key.replace("_", ":"): value for key, value in more.items()})
    return [{"Key": key, "Value": value} for key, value in found.items()]


def spec(kind, *args, **more):
    return [{"ResourceType": kind, "Tags": tags(*args, **more)}]


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def deny_plain_http(bucket):
    return {"Sid": "TlsOnly", "Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "s3:*",
            "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}}}


def log_delivery(bucket):
    return {"Sid": "Logs", "Effect": "Allow", "Principal": {"Service": "logging.s3.amazonaws.com"}, "Action": "s3:PutObject",
            "Resource": f"arn:aws:s3:::{bucket}/*"}


def account_root(number):
    return {"Sid": "Account", "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{number}:root"}, "Action": "kms:*", "Resource": "*"}


# ---- organization

GUARD = policy({"Sid": "ProtectAudit", "Effect": "Deny", "Resource": "*", "Action": [
    "cloudtrail:StopLogging", "cloudtrail:DeleteTrail", "cloudtrail:UpdateTrail", "cloudtrail:PutEventSelectors",
    "config:StopConfigurationRecorder", "config:DeleteConfigurationRecorder", "guardduty:DeleteDetector",
    "guardduty:UpdateDetector", "guardduty:DisassociateFromAdministratorAccount", "organizations:LeaveOrganization",
    "kms:ScheduleKeyDeletion", "kms:DisableKey", "backup:DeleteBackupVault", "backup:DeleteRecoveryPoint",
    "backup:DeleteBackupVaultLockConfiguration", "ec2:DeleteFlowLogs", "logs:DeleteLogGroup"]})
REGION_LOCK = policy({"Sid": "OnlyOurRegions", "Effect": "Deny", "Resource": "*", "NotAction": [
    "iam:*", "sts:*", "organizations:*", "cloudfront:*", "route53:*", "support:*", "health:*", "budgets:*", "ce:*", "sso:*",
    "account:*", "artifact:*", "globalaccelerator:*", "networkmanager:*", "shield:*", "waf:*", "s3:ListAllMyBuckets", "tag:*"],
    "Condition": {"StringNotEquals": {"aws:RequestedRegion": list(REGIONS)},
                  "ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/ward-audit"}}})


def make_organization(endpoint):
    keys = {"aws_access_key_id": "AKIACLINISOFTROOTKEY", "aws_secret_access_key": "not-a-secret"}
    management = Account(endpoint, "123456789012", keys)
    org = management.client("organizations")
    organization = org.create_organization(FeatureSet="ALL")["Organization"]
    root = org.list_roots()["Roots"][0]["Id"]
    units = {name: org.create_organizational_unit(ParentId=root, Name=name)["OrganizationalUnit"]["Id"]
             for name in ("Security", "Tenants", "Pooled")}
    accounts = {"management": management}
    for name in MEMBERS:
        email = f"aws+{name}@ops.clinisoft.example"
        number = org.create_account(Email=email, AccountName=f"{COMPANY}-{name.replace('_', '-')}")["CreateAccountStatus"]["AccountId"]
        unit = units["Security" if name in ("log_archive", "audit") else "Pooled" if name == "pool" else "Tenants"]
        org.move_account(AccountId=number, SourceParentId=root, DestinationParentId=unit)
        given = management.client("sts").assume_role(RoleArn=f"arn:aws:iam::{number}:role/OrganizationAccountAccessRole",
                                                     RoleSessionName="seed")["Credentials"]
        accounts[name] = Account(endpoint, number, {"aws_access_key_id": given["AccessKeyId"],
                                                    "aws_secret_access_key": given["SecretAccessKey"],
                                                    "aws_session_token": given["SessionToken"]})
    org.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
    guard = org.create_policy(Name="protect-audit", Description="nobody switches the watching off", Type="SERVICE_CONTROL_POLICY",
                              Content=GUARD)["Policy"]["PolicySummary"]["Id"]
    lock = org.create_policy(Name="region-lock", Description="two regions", Type="SERVICE_CONTROL_POLICY",
                             Content=REGION_LOCK)["Policy"]["PolicySummary"]["Id"]
    org.attach_policy(PolicyId=lock, TargetId=root)
    # FAULT org-scp-guards-baseline: the pool's unit lacks the guard.
    for unit in ("Security", "Tenants"):
        org.attach_policy(PolicyId=guard, TargetId=units[unit])
    for service in ("cloudtrail", "guardduty", "config", "backup", "access-analyzer", "sso"):
        org.enable_aws_service_access(ServicePrincipal=f"{service}.amazonaws.com")
    org.register_delegated_administrator(AccountId=accounts["audit"].id, ServicePrincipal="guardduty.amazonaws.com")
    return accounts, organization


# ---- what every account has

def trust(principal, **condition):
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    if condition:
        statement["Condition"] = condition["condition"]
    return policy(statement)


def remove_default_vpcs(account, regions):
    for region in regions:
        ec2 = account.client("ec2", region)
        for vpc in ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"]:
            wanted = [{"Name": "vpc-id", "Values": [vpc["VpcId"]]}]
            for gateway in ec2.describe_internet_gateways(Filters=[{"Name": "attachment.vpc-id", "Values": [vpc["VpcId"]]}])["InternetGateways"]:
                ec2.detach_internet_gateway(InternetGatewayId=gateway["InternetGatewayId"], VpcId=vpc["VpcId"])
                ec2.delete_internet_gateway(InternetGatewayId=gateway["InternetGatewayId"])
            for subnet in ec2.describe_subnets(Filters=wanted)["Subnets"]:
                ec2.delete_subnet(SubnetId=subnet["SubnetId"])
            ec2.delete_vpc(VpcId=vpc["VpcId"])


def make_baseline(name, account, accounts, organization, regions):
    iam = account.client("iam")
    iam.update_account_password_policy(
        MinimumPasswordLength=14, RequireSymbols=True, RequireNumbers=True, RequireUppercaseCharacters=True,
        RequireLowercaseCharacters=True, AllowUsersToChangePassword=True, MaxPasswordAge=90, PasswordReusePrevention=24)
    iam.create_role(RoleName="ward-audit", AssumeRolePolicyDocument=trust(
        {"AWS": f"arn:aws:iam::{accounts['management'].id}:root"},
        condition={"StringEquals": {"aws:PrincipalOrgID": organization["Id"]}}))
    iam.attach_role_policy(RoleName="ward-audit", PolicyArn="arn:aws:iam::aws:policy/SecurityAudit")
    # FAULT s3-account-public-access-block (pool): two of the four switches.
    half = name == "pool"
    account.client("s3control").put_public_access_block(AccountId=account.id, PublicAccessBlockConfiguration={
        "BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": not half, "RestrictPublicBuckets": not half})
    for region in regions:
        if (name, region) != ("northwind", DR):  # FAULT ebs-default-encryption (northwind, us-west-2)
            account.client("ec2", region).enable_ebs_encryption_by_default()
        if (name, region) != ("lakeside", DR):  # FAULT guardduty-enabled (lakeside, us-west-2): no detector
            account.client("guardduty", region).create_detector(Enable=True, FindingPublishingFrequency="FIFTEEN_MINUTES")
        make_config_recorder(account, region)
    remove_default_vpcs(account, regions)


def make_config_recorder(account, region):
    config = account.client("config", region)
    role = f"arn:aws:iam::{account.id}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
    config.put_configuration_recorder(ConfigurationRecorder={"name": "default", "roleARN": role, "recordingGroup": {
        "allSupported": True, "includeGlobalResourceTypes": region == HOME}})
    config.put_delivery_channel(DeliveryChannel={"name": "default", "s3BucketName": f"{COMPANY}-config"})
    config.start_configuration_recorder(ConfigurationRecorderName="default")


# ---- buckets and keys

def make_key(account, alias, statements=(), rotate=True, region=HOME):
    kms = account.client("kms", region)
    key = kms.create_key(Description=alias, Policy=policy(account_root(account.id), *statements))["KeyMetadata"]
    kms.create_alias(AliasName=f"alias/{alias}", TargetKeyId=key["KeyId"])
    if rotate:
        kms.enable_key_rotation(KeyId=key["KeyId"])
    return key["Arn"]


def make_bucket(account, name, key=None, tenant=None, versions=True, tls=True, lock_days=0, statements=(), region=HOME, block=True,
                logs_to=None):
    s3 = account.client("s3", region)
    more = {} if region == HOME else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    s3.create_bucket(Bucket=name, ObjectLockEnabledForBucket=bool(lock_days), **more)
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}, "BucketKeyEnabled": True} if key \
        else {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": [rule]})
    if versions:
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    if block:
        s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration={
            "BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": True})
    s3.put_bucket_ownership_controls(Bucket=name, OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]})
    if lock_days:
        s3.put_object_lock_configuration(Bucket=name, ObjectLockConfiguration={
            "ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": lock_days}}})
    found = list(statements) + ([deny_plain_http(name)] if tls else [])
    if found:
        s3.put_bucket_policy(Bucket=name, Policy=policy(*found))
    if tenant:
        s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": tags(tenant, ward_phi="yes")})
    if logs_to:
        s3.put_bucket_logging(Bucket=name, BucketLoggingStatus={"LoggingEnabled": {"TargetBucket": logs_to, "TargetPrefix": f"{name}/"}})


def make_log_archive(accounts, organization):
    account, management = accounts["log_archive"], accounts["management"]
    trail = f"arn:aws:cloudtrail:{HOME}:{management.id}:trail/{COMPANY}"
    key = make_key(account, "clinisoft/logs", [
        {"Sid": "CloudTrail", "Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"},
         "Action": ["kms:GenerateDataKey*", "kms:DescribeKey"], "Resource": "*", "Condition": {"StringEquals": {"aws:SourceArn": trail}}},
        {"Sid": "Organization", "Effect": "Allow", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*",
         "Condition": {"StringEquals": {"aws:PrincipalOrgID": organization["Id"]}}}])
    bucket = f"{COMPANY}-trail"
    make_bucket(account, f"{COMPANY}-access-logs", statements=[log_delivery(f"{COMPANY}-access-logs")])
    # FAULT cloudtrail-bucket-locked: the lock holds a year, not six.
    make_bucket(account, bucket, key=key, lock_days=365, logs_to=f"{COMPANY}-access-logs", statements=[
        {"Sid": "AclCheck", "Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:GetBucketAcl",
         "Resource": f"arn:aws:s3:::{bucket}", "Condition": {"StringEquals": {"aws:SourceArn": trail}}},
        {"Sid": "Write", "Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:PutObject",
         "Resource": f"arn:aws:s3:::{bucket}/AWSLogs/*",
         "Condition": {"StringEquals": {"aws:SourceArn": trail, "s3:x-amz-acl": "bucket-owner-full-control"}}}])
    make_bucket(account, f"{COMPANY}-config", key=key, logs_to=f"{COMPANY}-access-logs")
    return key, bucket


def make_trail(accounts, key, bucket):
    management = accounts["management"]
    logs, iam, cloudtrail = management.client("logs"), management.client("iam"), management.client("cloudtrail")
    logs.create_log_group(logGroupName="clinisoft/trail")
    logs.put_retention_policy(logGroupName="clinisoft/trail", retentionInDays=3653)
    role = iam.create_role(RoleName="trail-to-logs", AssumeRolePolicyDocument=trust({"Service": "cloudtrail.amazonaws.com"}))["Role"]["Arn"]
    cloudtrail.create_trail(Name=COMPANY, S3BucketName=bucket, IsMultiRegionTrail=True, IncludeGlobalServiceEvents=True,
                            EnableLogFileValidation=True, IsOrganizationTrail=True, KmsKeyId=key,
                            CloudWatchLogsLogGroupArn=f"arn:aws:logs:{HOME}:{management.id}:log-group:clinisoft/trail:*",
                            CloudWatchLogsRoleArn=role)
    # FAULT cloudtrail-s3-data-events: the selector names lakeside-phi-archive, so lakeside-phi is not covered.
    cloudtrail.put_event_selectors(TrailName=COMPANY, AdvancedEventSelectors=[
        {"Name": "management", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]},
        {"Name": "phi", "FieldSelectors": [
            {"Field": "eventCategory", "Equals": ["Data"]}, {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
            {"Field": "resources.ARN", "StartsWith": ["arn:aws:s3:::lakeside-phi-archive/", "arn:aws:s3:::northwind-phi/",
                                                       "arn:aws:s3:::practices-phi/",
                                                       *(f"arn:aws:s3:::{clinic}-phi/" for clinic in CLINICS)]}]}])
    cloudtrail.start_logging(Name=COMPANY)


# ---- networks

class Network:
    """A tenant's VPC: app, data and edge subnets in two zones, and its security groups."""

    def __init__(self, account, tenant, index, flow="ALL", close_default=True, own=None):
        self.account, self.tenant, self.cidr, self.own = account, tenant, f"10.64.{index * 16}.0/20", own
        ec2 = self.ec2 = account.client("ec2")
        self.vpc = ec2.create_vpc(CidrBlock=self.cidr, TagSpecifications=self.spec("vpc", tenant))["Vpc"]["VpcId"]
        ec2.modify_vpc_attribute(VpcId=self.vpc, EnableDnsHostnames={"Value": True})
        self.subnets = {}
        for kind, offset in (("app", 0), ("data", 4), ("edge", 8)):
            for zone in range(2):
                cidr = f"10.64.{index * 16 + offset + zone}.0/24"
                self.subnets[kind, zone] = ec2.create_subnet(
                    VpcId=self.vpc, CidrBlock=cidr, AvailabilityZone=f"{HOME}{'ab'[zone]}",
                    TagSpecifications=self.spec("subnet", f"{tenant}-{kind}-{zone}"))["Subnet"]["SubnetId"]
        self.gateway = ec2.create_internet_gateway(TagSpecifications=self.spec("internet-gateway", tenant))["InternetGateway"]["InternetGatewayId"]
        ec2.attach_internet_gateway(InternetGatewayId=self.gateway, VpcId=self.vpc)
        self.tables = {kind: ec2.create_route_table(VpcId=self.vpc, TagSpecifications=self.spec("route-table", f"{tenant}-{kind}"))
                       ["RouteTable"]["RouteTableId"] for kind in ("edge", "inner", "data")}
        ec2.create_route(RouteTableId=self.tables["edge"], DestinationCidrBlock="0.0.0.0/0", GatewayId=self.gateway)
        for (kind, _), subnet in self.subnets.items():
            ec2.associate_route_table(RouteTableId=self.tables["inner" if kind == "app" else kind], SubnetId=subnet)
        self.s3 = ec2.create_vpc_endpoint(VpcId=self.vpc, ServiceName=f"com.amazonaws.{HOME}.s3", VpcEndpointType="Gateway",
                                          RouteTableIds=[self.tables["inner"]],
                                          TagSpecifications=self.spec("vpc-endpoint", f"{tenant}-s3"))["VpcEndpoint"]["VpcEndpointId"]
        self.make_flow_log(flow)
        if close_default:
            self.close_default_group()
        self.groups = {}
        self.group("alb", [(443, {"IpRanges": [{"CidrIp": "0.0.0.0/0"}]})])
        self.group("app", [(8443, {"UserIdGroupPairs": [{"GroupId": self.groups["alb"]}]})], ward_role="app")
        self.group("db", [(5432, {"UserIdGroupPairs": [{"GroupId": self.groups["app"]}]})], egress=False)

    def spec(self, kind, name, **more):
        if not self.own:
            return spec(kind, self.tenant, name, **more)
        found = spec(kind, None, name, **more)
        found[0]["Tags"] += [{"Key": key, "Value": value} for key, value in self.own.items()]
        return found

    def make_flow_log(self, kind):
        logs = self.account.client("logs")
        name = f"flow/{self.tenant}"
        logs.create_log_group(logGroupName=name)
        logs.put_retention_policy(logGroupName=name, retentionInDays=3653)
        iam = self.account.client("iam")
        role = iam.create_role(RoleName=f"flow-{self.tenant}", AssumeRolePolicyDocument=trust({"Service": "vpc-flow-logs.amazonaws.com"}))
        self.ec2.create_flow_logs(ResourceType="VPC", ResourceIds=[self.vpc], TrafficType=kind, LogDestinationType="cloud-watch-logs",
                                  LogGroupName=name, DeliverLogsPermissionArn=role["Role"]["Arn"])

    def close_default_group(self):
        group = self.ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [self.vpc]},
                                                           {"Name": "group-name", "Values": ["default"]}])["SecurityGroups"][0]
        if group["IpPermissions"]:
            self.ec2.revoke_security_group_ingress(GroupId=group["GroupId"], IpPermissions=group["IpPermissions"])
        if group["IpPermissionsEgress"]:
            self.ec2.revoke_security_group_egress(GroupId=group["GroupId"], IpPermissions=group["IpPermissionsEgress"])

    def group(self, name, rules, egress=True, **more):
        made = self.ec2.create_security_group(GroupName=f"{self.tenant}-{name}", Description=f"{name} of {self.tenant}", VpcId=self.vpc,
                                              TagSpecifications=self.spec("security-group", f"{self.tenant}-{name}", **more))
        self.groups[name] = made["GroupId"]
        for ports, source in rules:
            first, last = ports if isinstance(ports, tuple) else (ports, ports)
            self.ec2.authorize_security_group_ingress(GroupId=made["GroupId"], IpPermissions=[
                {"IpProtocol": "tcp", "FromPort": first, "ToPort": last, **source}])
        if not egress:
            self.ec2.revoke_security_group_egress(GroupId=made["GroupId"], IpPermissions=[
                {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}])
        return made["GroupId"]

    def instance(self, name, key, group="app", tokens="required", tenant=None, user_data="", profile=None):
        marks = [spec(kind, tenant, name) if tenant else self.spec(kind, name) for kind in ("instance", "volume")]
        more = {"IamInstanceProfile": profile} if profile else {}
        made = self.ec2.run_instances(
            ImageId="ami-0c11n1s0ft0000001", ClientToken=name, UserData=user_data, MinCount=1, MaxCount=1, InstanceType="m6i.large",
            MetadataOptions={"HttpTokens": tokens, "HttpEndpoint": "enabled", "HttpPutResponseHopLimit": 1},
            NetworkInterfaces=[{"DeviceIndex": 0, "SubnetId": self.subnets["app", 0], "Groups": [self.groups[group]],
                                "AssociatePublicIpAddress": False}],
            BlockDeviceMappings=[{"DeviceName": "/dev/sda1", "Ebs": {"VolumeSize": 50, "VolumeType": "gp3", "Encrypted": True,
                                                                     "KmsKeyId": key, "DeleteOnTermination": True}}],
            TagSpecifications=marks[0] + marks[1], **more)["Instances"][0]
        return made["InstanceId"]

    def balancer(self, name, certificate, plain="redirect"):
        elb = self.account.client("elbv2")
        made = elb.create_load_balancer(Name=name, Subnets=[self.subnets["edge", 0], self.subnets["edge", 1]], Scheme="internet-facing",
                                        SecurityGroups=[self.groups["alb"]], Tags=tags(self.tenant))["LoadBalancers"][0]["LoadBalancerArn"]
        target = elb.create_target_group(Name=f"{name}-app", Protocol="HTTPS", Port=8443, VpcId=self.vpc, TargetType="ip")["TargetGroups"][0]
        forward = [{"Type": "forward", "TargetGroupArn": target["TargetGroupArn"]}]
        elb.create_listener(LoadBalancerArn=made, Protocol="HTTPS", Port=443, Certificates=[{"CertificateArn": certificate}],
                            SslPolicy="ELBSecurityPolicy-TLS13-1-2-2021-06", DefaultActions=forward)
        redirect = [{"Type": "redirect", "RedirectConfig": {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}}]
        elb.create_listener(LoadBalancerArn=made, Protocol="HTTP", Port=80, DefaultActions=redirect if plain == "redirect" else forward)
        elb.modify_load_balancer_attributes(LoadBalancerArn=made, Attributes=[
            {"Key": "routing.http.drop_invalid_header_fields.enabled", "Value": "true"}, {"Key": "deletion_protection.enabled", "Value": "true"}])


# ---- data

def make_parameters(account, name, force_ssl, family="postgres16"):
    rds = account.client("rds")
    rds.create_db_parameter_group(DBParameterGroupName=name, DBParameterGroupFamily=family, Description=name)
    rds.modify_db_parameter_group(DBParameterGroupName=name, Parameters=[
        {"ParameterName": "rds.force_ssl", "ParameterValue": force_ssl, "ApplyMethod": "immediate"}])
    return name


def make_database(network, name, key, parameters, **more):
    rds = network.account.client("rds")
    rds.create_db_subnet_group(DBSubnetGroupName=f"{name}-subnets", DBSubnetGroupDescription=name,
                               SubnetIds=[network.subnets["data", 0], network.subnets["data", 1]])
    wanted = {"DBInstanceIdentifier": name, "Engine": "postgres", "EngineVersion": "16.4", "DBInstanceClass": "db.m7g.large",
              "AllocatedStorage": 100, "MasterUsername": "clinisoft", "ManageMasterUserPassword": True, "StorageEncrypted": True,
              "KmsKeyId": key, "MultiAZ": True, "PubliclyAccessible": False, "BackupRetentionPeriod": 35, "DeletionProtection": True,
              "EnableIAMDatabaseAuthentication": True, "EnableCloudwatchLogsExports": ["postgresql", "upgrade"],
              "AutoMinorVersionUpgrade": True, "CopyTagsToSnapshot": True, "DBSubnetGroupName": f"{name}-subnets",
              "DBParameterGroupName": parameters, "VpcSecurityGroupIds": [network.groups["db"]], "Port": 5432, "StorageType": "gp3",
              "Tags": tags(network.tenant, ward_phi="yes")}
    wanted.update(more)
    rds.create_db_instance(**wanted)


def make_backup(account, name, key, days, lock):
    backup = account.client("backup")
    backup.create_backup_vault(BackupVaultName=name, EncryptionKeyArn=key)
    if lock:
        backup.put_backup_vault_lock_configuration(BackupVaultName=name, MinRetentionDays=35, MaxRetentionDays=3660, ChangeableForDays=3)
    made = backup.create_backup_plan(CreatorRequestId=name, BackupPlan={"BackupPlanName": f"{name}-daily", "Rules": [
        {"RuleName": "daily", "TargetBackupVaultName": name, "ScheduleExpression": "cron(0 5 * * ? *)", "StartWindowMinutes": 60,
         "Lifecycle": {"DeleteAfterDays": days}}]})
    return made["BackupPlanId"]


def make_function(account, name):
    """A function with a password in its environment."""
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr(zipfile.ZipInfo("index.py"), "def handler(event, context):\n    return None\n")
    account.client("lambda").create_function(
        FunctionName=name, Runtime="python3.12", Role=f"arn:aws:iam::{account.id}:role/lakeside-app", Handler="index.handler",
        Code={"ZipFile": code.getvalue()}, Environment={"Variables": {"DB_PASSWORD": ENVIRONMENT_SECRET, "LEVEL": "info"}})


def make_lakeside(accounts):
    account = accounts["lakeside"]
    key = make_key(account, "ward/lakeside")
    network = Network(account, "lakeside", 1)
    ec2 = network.ec2
    app = network.instance("lakeside-app-1", key, user_data=f"#!/bin/sh\nexport DB_PASSWORD={USER_DATA_SECRET}\n")
    second = network.instance("lakeside-app-2", key)
    # FAULT ec2-no-public-ip: a second interface of lakeside-app-1 has a public address.
    eni = ec2.create_network_interface(SubnetId=network.subnets["edge", 0], Groups=[network.groups["app"]], Description="vendor access",
                                       TagSpecifications=spec("network-interface", "lakeside", "lakeside-vendor"))["NetworkInterface"]["NetworkInterfaceId"]
    ec2.attach_network_interface(NetworkInterfaceId=eni, InstanceId=app, DeviceIndex=1)
    address = ec2.allocate_address(Domain="vpc", TagSpecifications=spec("elastic-ip", "lakeside", "lakeside-vendor"))
    ec2.associate_address(AllocationId=address["AllocationId"], NetworkInterfaceId=eni)
    # FAULT ebs-volume-encrypted: left over, attached to nothing, in clear.
    volume = ec2.create_volume(AvailabilityZone=f"{HOME}a", Size=200, VolumeType="gp3", Encrypted=False,
                               TagSpecifications=spec("volume", "lakeside", "lakeside-migration"))["VolumeId"]
    certificate = account.client("acm").request_certificate(DomainName="lakeside.clinisoft.example", ValidationMethod="DNS",
                                                            Tags=tags("lakeside"))["CertificateArn"]
    network.balancer("lakeside", certificate)
    make_database(network, "lakeside-db", key, make_parameters(account, "lakeside-pg16", "1"))
    rds = account.client("rds")
    # FAULT rds-cluster-encrypted: an Aurora cluster in clear.
    rds.create_db_cluster(DBClusterIdentifier="lakeside-analytics", Engine="aurora-postgresql", EngineVersion="16.4", MasterUsername="clinisoft",
                          ManageMasterUserPassword=True, StorageEncrypted=False, BackupRetentionPeriod=35, DeletionProtection=True,
                          EnableCloudwatchLogsExports=["postgresql"], DBSubnetGroupName="lakeside-db-subnets",
                          VpcSecurityGroupIds=[network.groups["db"]], Tags=tags("lakeside", ward_phi="yes"))
    logs_bucket = "lakeside-access-logs"
    make_bucket(account, logs_bucket, statements=[log_delivery(logs_bucket)])
    make_bucket(account, "lakeside-phi", key=key, tenant="lakeside", logs_to=logs_bucket)
    make_bucket(account, "lakeside-phi-archive", key=key, tenant="lakeside", logs_to=logs_bucket)
    secret = account.client("secretsmanager").create_secret(Name="lakeside/hl7", ClientRequestToken=token("hl7"), SecretString=json.dumps({"user": "hl7"}), KmsKeyId=key,
                                                            Tags=tags("lakeside"))["ARN"]
    account.client("secretsmanager").rotate_secret(SecretId=secret, ClientRequestToken=token("hl7 rotated"), RotationRules={"AutomaticallyAfterDays": 30})
    iam = account.client("iam")
    # The credential report in front/ tells how old their credentials are.
    iam.create_user(UserName="hl7-gateway")  # FAULT iam-access-key-rotated
    iam.create_access_key(UserName="hl7-gateway")
    iam.create_user(UserName="dr-old")  # FAULT iam-unused-credentials
    iam.create_login_profile(UserName="dr-old", Password="Wrong-Horse-Battery-1")
    iam.create_role(RoleName="lakeside-app", AssumeRolePolicyDocument=trust({"Service": "ec2.amazonaws.com"}), Tags=tags("lakeside"))
    iam.put_role_policy(RoleName="lakeside-app", PolicyName="phi", PolicyDocument=policy(
        {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "arn:aws:s3:::lakeside-phi/*"},
        {"Effect": "Allow", "Action": ["kms:Decrypt", "kms:GenerateDataKey"], "Resource": key}))
    make_function(account, "lakeside-reminders")
    plan = make_backup(account, "lakeside", key, 365, lock=True)
    return {"key": key, "vpc": network.vpc, "app": app, "second": second, "volume": volume, "plan": plan, "eni": eni}


def make_northwind(accounts):
    account = accounts["northwind"]
    # FAULT kms-key-policy-not-public: anyone may use the key.
    key = make_key(account, "ward/northwind", [{"Sid": "Everyone", "Effect": "Allow", "Principal": "*", "Action": ["kms:Decrypt", "kms:DescribeKey"],
                                                "Resource": "*"}])
    network = Network(account, "northwind", 2, flow="REJECT")  # FAULT vpc-flow-logs: refused traffic only, accesses leave no trace
    ec2, rds, iam = network.ec2, account.client("rds"), account.client("iam")
    # FAULT sg-no-ingress-common-ports: PostgreSQL open to all of IPv6.
    report = network.group("report", [(5432, {"Ipv6Ranges": [{"CidrIpv6": "::/0"}]})])
    app = network.instance("northwind-app-1", key)
    batch = network.instance("northwind-batch", key, tokens="optional")  # FAULT ec2-imdsv2-required
    certificate = account.client("acm").request_certificate(DomainName="northwind.clinisoft.example", ValidationMethod="DNS")["CertificateArn"]
    network.balancer("northwind", certificate, plain="forward")  # FAULT alb-nlb-tls-listeners: port 80 goes to the application
    # FAULT rds-not-public, rds-multi-az, rds-backup-enabled, rds-logging, rds-tls-required: one neglected database
    make_database(network, "northwind-db", key, make_parameters(account, "northwind-pg16", "0"), PubliclyAccessible=True, MultiAZ=False,
                  BackupRetentionPeriod=1, EnableCloudwatchLogsExports=[], DeletionProtection=False,
                  VpcSecurityGroupIds=[network.groups["db"], report])
    make_database(network, "northwind-legacy", key, "northwind-pg16", StorageEncrypted=False,  # FAULT rds-storage-encrypted
                  KmsKeyId="", VpcSecurityGroupIds=[network.groups["db"]], DBInstanceClass="db.t3.medium")
    rds.create_db_snapshot(DBSnapshotIdentifier="northwind-before-upgrade", DBInstanceIdentifier="northwind-db")
    # FAULT rds-snapshot-not-public: shared with everyone.
    rds.modify_db_snapshot_attribute(DBSnapshotIdentifier="northwind-before-upgrade", AttributeName="restore", ValuesToAdd=["all"])
    volume = ec2.create_volume(AvailabilityZone=f"{HOME}a", Size=20, VolumeType="gp3", Encrypted=True, KmsKeyId=key,
                               TagSpecifications=spec("volume", "northwind", "northwind-export"))["VolumeId"]
    snapshot = ec2.create_snapshot(VolumeId=volume, Description="export", TagSpecifications=spec("snapshot", "northwind", "northwind-export"))["SnapshotId"]
    # FAULT ebs-snapshot-not-public: shared with everyone.
    ec2.modify_snapshot_attribute(SnapshotId=snapshot, Attribute="createVolumePermission", OperationType="add", GroupNames=["all"])
    make_bucket(account, "northwind-phi", tenant="northwind")  # FAULT s3-kms-encryption: the store has no key of its own
    account.client("secretsmanager").create_secret(Name="northwind/db", ClientRequestToken=token("db"), SecretString=json.dumps({"user": "clinisoft"}), KmsKeyId=key,
                                                   Tags=tags("northwind"))  # FAULT secrets-rotation-enabled
    # FAULT iam-role-trust-known: a foreign account may come in and is not asked for an external id.
    iam.create_role(RoleName="partner-sync", AssumeRolePolicyDocument=trust({"AWS": f"arn:aws:iam::{FOREIGN}:root"}))
    iam.put_role_policy(RoleName="partner-sync", PolicyName="read", PolicyDocument=policy(
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::northwind-phi/*"}))
    plan = make_backup(account, "northwind", key, 7, lock=False)  # FAULT backup-vault-locked, backup-plan-retention
    return {"key": key, "vpc": network.vpc, "app": app, "batch": batch, "snapshot": snapshot, "plan": plan}


def make_pool(accounts):
    account = accounts["pool"]
    key = make_key(account, "ward/practices")
    network = Network(account, "practices", 3, close_default=False)  # FAULT vpc-default-sg-closed
    iam = account.client("iam")
    # FAULT sg-no-ingress-ssh: two halves make the whole internet.
    network.group("admin", [(22, {"IpRanges": [{"CidrIp": "0.0.0.0/1"}, {"CidrIp": "128.0.0.0/1"}]})])
    # FAULT sg-no-ingress-common-ports: a range over every port.
    network.group("vendor", [((0, 65535), {"IpRanges": [{"CidrIp": "0.0.0.0/0"}]})])
    app = network.instance("practices-app-1", key)
    stray = network.instance("northwind-import", key, tenant="northwind")  # FAULT tenant-vpc-exclusive: a tenant's host in the pool's network
    make_database(network, "practices-db", key, make_parameters(account, "practices-pg16", "1"))
    # FAULT db-ingress-from-app-or-bastion-only: the whole VPC's neighbourhood may knock.
    network.ec2.authorize_security_group_ingress(GroupId=network.groups["db"], IpPermissions=[
        {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "IpRanges": [{"CidrIp": "10.0.0.0/8", "Description": "office"}]}])
    dynamodb = account.client("dynamodb")
    for table in ("practices-sessions", "practices-patients"):
        dynamodb.create_table(TableName=table, KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}], BillingMode="PAY_PER_REQUEST",
                              AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
                              SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}, DeletionProtectionEnabled=True,
                              Tags=tags("practices"))
    # FAULT dynamodb-pitr: practices-patients has none.
    dynamodb.update_continuous_backups(TableName="practices-sessions", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True})
    make_bucket(account, "practices-phi", key=key, tenant="practices")
    # FAULT s3-no-public-read, s3-tls-only, s3-versioning: one forgotten bucket.
    make_bucket(account, "practices-exports", key=key, tenant="practices", versions=False, tls=False, block=False, statements=[
        {"Sid": "Share", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::practices-exports/*"}])
    # FAULT s3-no-public-write: anyone may drop files.
    make_bucket(account, "practices-inbox", key=key, tenant="practices", block=False, statements=[
        {"Sid": "Upload", "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": ["s3:PutObject", "s3:DeleteObject"],
         "Resource": "arn:aws:s3:::practices-inbox/*"}])
    # FAULT iam-no-admin-policy, three ways: AWS's own policy on a user, everything but IAM, an inline star.
    iam.create_user(UserName="ops-legacy")
    iam.create_login_profile(UserName="ops-legacy", Password="Wrong-Horse-Battery-1")  # FAULT iam-console-user-mfa: no second factor
    iam.attach_user_policy(UserName="ops-legacy", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    iam.create_access_key(UserName="ops-legacy")
    everything = iam.create_policy(PolicyName="developer", PolicyDocument=policy({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}))
    iam.create_role(RoleName="developer", AssumeRolePolicyDocument=trust({"AWS": f"arn:aws:iam::{account.id}:root"}))
    iam.attach_role_policy(RoleName="developer", PolicyArn=everything["Policy"]["Arn"])
    iam.create_role(RoleName="deploy", AssumeRolePolicyDocument=trust({"Service": "codebuild.amazonaws.com"}))
    iam.put_role_policy(RoleName="deploy", PolicyName="all", PolicyDocument=policy({"Effect": "Allow", "Action": "*", "Resource": "*"}))
    plan = make_backup(account, "practices", key, 365, lock=True)
    return {"key": key, "vpc": network.vpc, "app": app, "stray": stray, "plan": plan}


def make_break_glass(accounts):
    iam = accounts["management"].client("iam")
    iam.create_role(RoleName="break-glass", AssumeRolePolicyDocument=trust(
        {"AWS": f"arn:aws:iam::{accounts['management'].id}:root"}, condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}))
    iam.attach_role_policy(RoleName="break-glass", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")


def seed(endpoint, regions=REGIONS):
    """Fills the moto server at `endpoint`, with the baseline in `regions`. Returns the ids by name, for the front's answers,
    ward.yaml and the tests, and the credentials of ward-audit in the management account."""
    urllib.request.urlopen(urllib.request.Request(f"{endpoint}/moto-api/seed?a=164312", method="POST"), timeout=10).close()
    os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
    accounts, organization = make_organization(endpoint)
    key, bucket = make_log_archive(accounts, organization)
    for name, account in accounts.items():
        make_baseline(name, account, accounts, organization, regions)
    make_trail(accounts, key, bucket)
    make_break_glass(accounts)
    made = {"lakeside": make_lakeside(accounts), "northwind": make_northwind(accounts), "pool": make_pool(accounts)}
    import clinics  # pylint: disable=import-outside-toplevel
    made["clinics"] = clinics.make_clinics(accounts)
    import hub  # pylint: disable=import-outside-toplevel
    made["hub"] = hub.make_hub(accounts, made["clinics"].pop("keys"))
    made["lakeside"]["handover"] = clinics.share_snapshot(accounts["lakeside"], accounts["northwind"], made["lakeside"]["volume"])
    ids = {name: account.id for name, account in accounts.items()}
    ids.update({"organization": organization["Id"], "log_archive.key": key})
    for name, things in made.items():
        ids.update({f"{name}.{thing}": value for thing, value in things.items()})
    given = accounts["management"].client("sts").assume_role(RoleArn=f"arn:aws:iam::{ids['management']}:role/ward-audit",
                                                             RoleSessionName="ward")["Credentials"]
    return ids, {"aws_access_key_id": given["AccessKeyId"], "aws_secret_access_key": given["SecretAccessKey"],
                 "aws_session_token": given["SessionToken"]}
