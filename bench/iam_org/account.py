"""One account of the made-up organization: what is added to it, and its answers as the AWS CLI prints them."""
from bundle import HOME, digest, dumps

DATE = "2026-03-01T08:00:00+00:00"
BLOCKED = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": True}
OPEN = dict.fromkeys(BLOCKED, False)


def document(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(action, resource=None, condition=None, principal=None, **more):
    return statement("Allow", action, resource, condition, principal, **more)


def deny(action, resource=None, condition=None, principal=None, **more):
    return statement("Deny", action, resource, condition, principal, **more)


def statement(effect, action, resource, condition, principal, **more):
    s = {"Effect": effect}
    if principal is not None:
        s["Principal"] = principal
    s.update(more)
    s["Action"] = action
    if resource is not None:
        s["Resource"] = resource
    if condition:
        s["Condition"] = condition
    return s


def trust(principal, condition=None, action="sts:AssumeRole"):
    return document(allow(action, None, condition, principal))


def trust_service(service):
    return trust({"Service": service + ".amazonaws.com"})


def tag_list(tags):
    return [{"Key": k, "Value": v} for k, v in (tags or {}).items()]


def canonical(account):
    return digest("canonical", account)


class Account:
    """The id, and the lists of what is there."""

    def __init__(self, ident, name):
        self.id, self.name = ident, name
        self.arn_iam = f"arn:aws:iam::{ident}"
        self.things = {}
        self.tagged = []
        self.public_blocked = dict(BLOCKED)

    def add(self, kind, item, arn=None, tags=None):
        self.things.setdefault(kind, []).append(item)
        if arn and tags:
            self.tagged.append((arn, tags))
        return arn

    def ident(self, prefix, *parts):
        return prefix + digest(self.id, *parts)[:17]

    def arn(self, service, rest):
        return f"arn:aws:{service}:{HOME}:{self.id}:{rest}"

    # ---- IAM ----

    def unique(self, prefix, name):
        return prefix + digest(self.id, prefix, name)[:17].upper().replace("0", "Q").replace("1", "R")

    def role(self, name, trusted, inline=None, attached=(), boundary=None, tags=None, path="/"):
        arn = f"{self.arn_iam}:role{path}{name}"
        role = {"Path": path, "RoleName": name, "RoleId": self.unique("AROA", name), "Arn": arn, "CreateDate": DATE,
                "AssumeRolePolicyDocument": trusted, "InstanceProfileList": [],
                "RolePolicyList": [{"PolicyName": n, "PolicyDocument": d} for n, d in (inline or {}).items()],
                "AttachedManagedPolicies": [{"PolicyName": a.rsplit("/", 1)[1], "PolicyArn": a} for a in attached],
                "Tags": tag_list(tags), "RoleLastUsed": {}}
        if boundary:
            role["PermissionsBoundary"] = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": boundary}
        return self.add("role", role, arn, None)

    def user(self, name, groups=(), attached=(), inline=None, tags=None):
        arn = f"{self.arn_iam}:user/{name}"
        return self.add("user", {
            "Path": "/", "UserName": name, "UserId": self.unique("AIDA", name), "Arn": arn, "CreateDate": DATE, "GroupList": list(groups),
            "UserPolicyList": [{"PolicyName": n, "PolicyDocument": d} for n, d in (inline or {}).items()],
            "AttachedManagedPolicies": [{"PolicyName": a.rsplit("/", 1)[1], "PolicyArn": a} for a in attached],
            "Tags": tag_list(tags)}, arn)

    def group(self, name, attached=(), inline=None):
        arn = f"{self.arn_iam}:group/{name}"
        return self.add("group", {
            "Path": "/", "GroupName": name, "GroupId": self.unique("AGPA", name), "Arn": arn, "CreateDate": DATE,
            "GroupPolicyList": [{"PolicyName": n, "PolicyDocument": d} for n, d in (inline or {}).items()],
            "AttachedManagedPolicies": [{"PolicyName": a.rsplit("/", 1)[1], "PolicyArn": a} for a in attached]}, arn)

    def policy(self, name, doc, owner=None, tags=None):
        arn = f"arn:aws:iam::{owner or self.id}:policy/{name}"
        if any(p["Arn"] == arn for p in self.things.get("policy", ())):
            return arn
        return self.add("policy", {
            "PolicyName": name, "PolicyId": self.unique("ANPA", name), "Arn": arn, "Path": "/", "DefaultVersionId": "v1", "AttachmentCount": 1,
            "PermissionsBoundaryUsageCount": 0, "IsAttachable": True, "CreateDate": DATE, "UpdateDate": DATE, "Tags": tag_list(tags),
            "PolicyVersionList": [{"Document": doc, "VersionId": "v1", "IsDefaultVersion": True, "CreateDate": DATE}]}, arn)

    def profile(self, name, role, tags=None):
        arn = f"{self.arn_iam}:instance-profile/{name}"
        return self.add("profile", {"Path": "/", "InstanceProfileName": name, "InstanceProfileId": self.unique("AIPA", name), "Arn": arn,
                                    "CreateDate": DATE, "Tags": tag_list(tags), "role": role}, arn)

    # ---- stores ----

    def key(self, name, policy=None, grants=(), tags=None):
        d = digest(self.id, "key", name)
        ident = f"{d[:8]}-{d[8:12]}-{d[12:16]}-{d[16:20]}-{d[20:32]}"
        arn = self.arn("kms", f"key/{ident}")
        own = allow("kms:*", "*", None, {"AWS": f"{self.arn_iam}:root"}, Sid="Account")
        return self.add("key", {"id": ident, "arn": arn, "policy": document(own, *(policy or ())), "grants": list(grants), "tags": tags,
                                "name": name}, arn, tags)

    def bucket(self, name, policy=None, key=None, tags=None, acl=(), ownership="BucketOwnerEnforced", block=None, plain=False):
        arn = f"arn:aws:s3:::{name}"
        statements = [] if plain else [deny("s3:*", [arn, arn + "/*"], {"Bool": {"aws:SecureTransport": "false"}}, "*", Sid="TlsOnly")]
        self.add("bucket", {"name": name, "policy": statements + list(policy or ()), "key": key, "tags": tags, "acl": list(acl),
                            "ownership": ownership, "block": block or BLOCKED}, arn, tags)
        return arn

    def queue(self, name, policy=None, key=None, tags=None):
        arn = self.arn("sqs", name)
        return self.add("queue", {"name": name, "arn": arn, "policy": policy, "key": key, "tags": tags}, arn, tags)

    def secret(self, name, policy=None, key=None, tags=None):
        arn = self.arn("secretsmanager", f"secret:{name}-{digest(self.id, name)[:6]}")
        return self.add("secret", {"name": name, "arn": arn, "policy": policy, "key": key, "tags": tags}, arn, tags)

    def table(self, name, policy=None, key=None, tags=None):
        arn = self.arn("dynamodb", f"table/{name}")
        return self.add("table", {"name": name, "arn": arn, "policy": policy, "key": key, "tags": tags}, arn, tags)

    def log_group(self, name, key=None, tags=None):
        arn = self.arn("logs", f"log-group:{name}")
        item = {"logGroupName": name, "creationTime": 1772352000000, "retentionInDays": 400, "metricFilterCount": 0, "arn": arn + ":*",
                "storedBytes": 1000, "logGroupClass": "STANDARD", "logGroupArn": arn}
        if key:
            item["kmsKeyId"] = key
        return self.add("log", item, arn, tags)

    def volume(self, name, key=None, tags=None, instance=None):
        ident = self.ident("vol-", "volume", name)
        item = {"VolumeId": ident, "Size": 100, "SnapshotId": "", "AvailabilityZone": HOME + "a", "State": "in-use" if instance else "available",
                "CreateTime": DATE, "Encrypted": bool(key), "Tags": tag_list(tags), "VolumeType": "gp3",
                "Attachments": [{"InstanceId": instance, "VolumeId": ident, "State": "attached", "Device": "/dev/sdf"}] if instance else []}
        if key:
            item["KmsKeyId"] = key
        self.add("volume", item, self.arn("ec2", f"volume/{ident}"), tags)
        return ident

    def snapshot(self, name, volume, key=None, tags=None, accounts=(), everyone=False):
        ident = self.ident("snap-", "snapshot", name)
        item = {"SnapshotId": ident, "VolumeId": volume, "OwnerId": self.id, "VolumeSize": 100, "State": "completed", "StartTime": DATE,
                "Progress": "100%", "Encrypted": bool(key), "Description": "", "StorageTier": "standard", "Tags": tag_list(tags)}
        if key:
            item["KmsKeyId"] = key
        who = [{"UserId": a} for a in accounts] + ([{"Group": "all"}] if everyone else [])
        arn = f"arn:aws:ec2:{HOME}::snapshot/{ident}"
        self.add("snapshot", (item, who), arn, tags)
        return arn

    def instance(self, name, profile=None, tags=None, vpc="main"):
        ident = self.ident("i-", "instance", name)
        item = {"InstanceId": ident, "ImageId": "ami-0123456789abcdef0", "InstanceType": "t3.small", "LaunchTime": DATE,
                "State": {"Code": 16, "Name": "running"}, "VpcId": self.ident("vpc-", vpc), "SubnetId": self.ident("subnet-", vpc),
                "PrivateIpAddress": "10.0.1.10", "MetadataOptions": {"HttpTokens": "required", "HttpEndpoint": "enabled"},
                "NetworkInterfaces": [], "SecurityGroups": [], "Tags": tag_list(tags)}
        if profile:
            item["IamInstanceProfile"] = {"Arn": profile, "Id": self.unique("AIPA", profile.rsplit("/", 1)[1])}
        self.add("instance", item, self.arn("ec2", f"instance/{ident}"), tags)
        return ident

    def database(self, name, key=None, tags=None):
        arn = self.arn("rds", f"db:{name}")
        item = {"DBInstanceIdentifier": name, "DBInstanceArn": arn, "Engine": "postgres", "EngineVersion": "16.4", "DBInstanceStatus": "available",
                "MasterUsername": "master", "StorageEncrypted": bool(key), "PubliclyAccessible": False, "MultiAZ": True,
                "IAMDatabaseAuthenticationEnabled": False, "DbiResourceId": "db-" + digest(arn)[:26].upper(), "BackupRetentionPeriod": 35,
                "Endpoint": {"Address": f"{name}.{HOME}.rds.amazonaws.com", "Port": 5432}, "TagList": tag_list(tags)}
        if key:
            item["KmsKeyId"] = key
        return self.add("database", item, arn, tags)

    def database_snapshot(self, name, database, key=None, tags=None, accounts=()):
        arn = self.arn("rds", f"snapshot:{name}")
        item = {"DBSnapshotIdentifier": name, "DBInstanceIdentifier": database, "DBSnapshotArn": arn, "SnapshotCreateTime": DATE,
                "Engine": "postgres", "Status": "available", "SnapshotType": "manual", "Encrypted": bool(key), "TagList": tag_list(tags)}
        if key:
            item["KmsKeyId"] = key
        self.add("database_snapshot", (item, list(accounts)), arn, tags)
        return arn

    def cluster(self, name, key=None, tags=None):
        arn = self.arn("rds", f"cluster:{name}")
        item = {"DBClusterIdentifier": name, "DBClusterArn": arn, "Engine": "aurora-postgresql", "EngineVersion": "16.4", "Status": "available",
                "MasterUsername": "master", "StorageEncrypted": bool(key), "IAMDatabaseAuthenticationEnabled": False, "DBClusterMembers": [],
                "DbClusterResourceId": "cluster-" + digest(arn)[:26].upper(), "BackupRetentionPeriod": 35, "TagList": tag_list(tags)}
        if key:
            item["KmsKeyId"] = key
        return self.add("cluster", item, arn, tags)

    def function(self, name, role, policy=None, tags=None, image=None):
        arn = self.arn("lambda", f"function:{name}")
        item = {"FunctionName": name, "FunctionArn": arn, "Role": role, "CodeSize": 1000, "Timeout": 30, "MemorySize": 256,
                "LastModified": "2026-03-01T08:00:00.000+0000", "CodeSha256": digest(arn)[:43] + "=", "Version": "$LATEST",
                "TracingConfig": {"Mode": "PassThrough"}, "PackageType": "Zip", "Runtime": "python3.13", "Handler": "app.handler",
                "Architectures": ["arm64"]}
        if image:
            item.update({"PackageType": "Image"})
        return self.add("function", (item, policy, tags), arn, tags)

    def repository(self, name, policy=None, tags=None):
        arn = self.arn("ecr", f"repository/{name}")
        return self.add("repository", ({"repositoryArn": arn, "registryId": self.id, "repositoryName": name,
                                        "repositoryUri": f"{self.id}.dkr.ecr.{HOME}.amazonaws.com/{name}", "createdAt": DATE,
                                        "imageTagMutability": "MUTABLE", "encryptionConfiguration": {"encryptionType": "AES256"}}, policy), arn, tags)

    def service(self, name, role, image, tags=None):
        """A container service: cluster, service, task definition."""
        cluster = self.arn("ecs", f"cluster/{name}")
        self.add("service", {"cluster": cluster, "service": self.arn("ecs", f"service/{name}/{name}"), "name": name, "role": role,
                             "task": self.arn("ecs", f"task-definition/{name}:1"), "image": image, "tags": tags}, cluster, tags)
        if tags:
            self.tagged += [(self.arn("ecs", f"service/{name}/{name}"), tags), (self.arn("ecs", f"task-definition/{name}:1"), tags)]
        return cluster

    def access_point(self, name, bucket, policy=None, tags=None):
        arn = self.arn("s3", f"accesspoint/{name}")
        return self.add("access_point", {"name": name, "arn": arn, "bucket": bucket, "policy": policy}, arn, tags)

    def share(self, name, resources, principals):
        arn = self.arn("ram", f"resource-share/{digest(self.id, name)[:36]}")
        return self.add("share", {"name": name, "arn": arn, "resources": resources, "principals": principals}, arn)

    def endpoint(self, service, policy, vpc="main"):
        ident = self.ident("vpce-", service, vpc)
        self.add("endpoint", {"VpcEndpointId": ident, "VpcEndpointType": "Gateway", "VpcId": self.ident("vpc-", vpc),
                              "ServiceName": f"com.amazonaws.{HOME}.{service}", "State": "available", "PolicyDocument": dumps(policy),
                              "RouteTableIds": [], "SubnetIds": [], "Groups": [], "PrivateDnsEnabled": False, "OwnerId": self.id, "Tags": []})
        return ident

    def vpc(self, name="main", tags=None):
        self.add("vpc", {"VpcId": self.ident("vpc-", name), "OwnerId": self.id, "CidrBlock": "10.0.0.0/16", "IsDefault": False,
                         "State": "available", "Tags": tag_list(tags)}, self.arn("ec2", "vpc/" + self.ident("vpc-", name)), tags)
