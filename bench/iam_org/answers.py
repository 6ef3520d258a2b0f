"""The answers of one account, written from its lists."""
from account import BLOCKED, DATE, canonical, tag_list
from bundle import HOME, digest, dumps


def write(b, acc, is_management=False):
    """`acc` into the bundle `b`; what it does not have was asked for and is none."""
    iam(b, acc)
    kms(b, acc)
    s3(b, acc)
    queues_and_secrets(b, acc)
    tables(b, acc)
    functions(b, acc)
    ec2(b, acc)
    rds(b, acc)
    containers(b, acc)
    shares(b, acc)
    settings(b, acc)
    b.rest(acc.id, is_management)


def listing(b, acc, kind, op, member, params=None):
    items = acc.things.get(kind, [])
    b.call(acc.id, op, {member: items}, params, len(items))


def iam(b, acc):
    t = acc.things
    profiles = t.get("profile", [])
    roles = {r["Arn"]: r for r in t.get("role", [])}
    shown = []
    for p in profiles:
        role = roles[p["role"]]
        brief = {k: role[k] for k in ("Path", "RoleName", "RoleId", "Arn", "CreateDate", "AssumeRolePolicyDocument")}
        shown.append({**{k: v for k, v in p.items() if k != "role"}, "Roles": [brief]})
        role["InstanceProfileList"].append({**{k: v for k, v in p.items() if k not in ("role", "Tags")}, "Roles": [brief]})
    lists = {"UserDetailList": t.get("user", []), "GroupDetailList": t.get("group", []), "RoleDetailList": t.get("role", []),
             "Policies": t.get("policy", [])}
    b.call(acc.id, "iam:GetAccountAuthorizationDetails", lists, None, sum(map(len, lists.values())))
    b.call(acc.id, "iam:ListInstanceProfiles", {"InstanceProfiles": shown}, None, len(shown))
    b.call(acc.id, "iam:GetAccountSummary", {"SummaryMap": {"AccountMFAEnabled": 1, "AccountAccessKeysPresent": 0,
                                                           "Users": len(lists["UserDetailList"])}})


def kms(b, acc):
    keys = acc.things.get("key", [])
    b.call(acc.id, "kms:ListKeys", {"Keys": [{"KeyId": k["id"], "KeyArn": k["arn"]} for k in keys]}, None, len(keys))
    b.call(acc.id, "kms:ListAliases", {"Aliases": [
        {"AliasName": f"alias/{k['name']}", "AliasArn": acc.arn("kms", f"alias/{k['name']}"), "TargetKeyId": k["id"]} for k in keys]}, None, len(keys))
    for k in keys:
        p = {"KeyId": k["id"]}
        b.call(acc.id, "kms:DescribeKey", {"KeyMetadata": {
            "AWSAccountId": acc.id, "KeyId": k["id"], "Arn": k["arn"], "CreationDate": DATE, "Enabled": True, "KeyUsage": "ENCRYPT_DECRYPT",
            "KeyState": "Enabled", "Origin": "AWS_KMS", "KeyManager": "CUSTOMER", "KeySpec": "SYMMETRIC_DEFAULT", "MultiRegion": False}}, p)
        b.call(acc.id, "kms:GetKeyPolicy", {"Policy": dumps(k["policy"]), "PolicyName": "default"}, p)
        b.call(acc.id, "kms:ListGrants", {"Grants": [{"KeyId": k["arn"], "GrantId": digest(k["arn"], n), "CreationDate": DATE,
                                                     "IssuingAccount": f"arn:aws:iam::{acc.id}:root", **g}
                                                    for n, g in enumerate(k["grants"])]}, p, len(k["grants"]))
        b.call(acc.id, "kms:ListResourceTags", {"Tags": [{"TagKey": x["Key"], "TagValue": x["Value"]} for x in tag_list(k["tags"])]}, p,
               len(k["tags"] or ()))
        b.call(acc.id, "kms:GetKeyRotationStatus", {"KeyRotationEnabled": True, "KeyId": k["arn"], "RotationPeriodInDays": 365}, p)


def s3(b, acc):
    buckets = acc.things.get("bucket", [])
    owner = canonical(acc.id)
    b.call(acc.id, "s3:ListBuckets", {"Buckets": [{"Name": x["name"], "CreationDate": DATE, "BucketRegion": HOME} for x in buckets],
                                      "Owner": {"ID": owner}}, None, len(buckets))
    b.call(acc.id, "s3control:GetPublicAccessBlock", {"PublicAccessBlockConfiguration": acc.public_blocked})
    for x in buckets:
        p = {"Bucket": x["name"]}
        if x["policy"]:
            b.call(acc.id, "s3:GetBucketPolicy", {"Policy": dumps({"Version": "2012-10-17", "Statement": x["policy"]})}, p)
            b.call(acc.id, "s3:GetBucketPolicyStatus", {"PolicyStatus": {"IsPublic": False}}, p)
        else:
            b.absent(acc.id, "s3:GetBucketPolicy", p)
            b.absent(acc.id, "s3:GetBucketPolicyStatus", p)
        own = [{"Grantee": {"ID": owner, "Type": "CanonicalUser"}, "Permission": "FULL_CONTROL"}]
        b.call(acc.id, "s3:GetBucketAcl", {"Owner": {"ID": owner}, "Grants": own + x["acl"]}, p)
        b.call(acc.id, "s3:GetBucketOwnershipControls", {"OwnershipControls": {"Rules": [{"ObjectOwnership": x["ownership"]}]}}, p)
        b.call(acc.id, "s3:GetPublicAccessBlock", {"PublicAccessBlockConfiguration": x["block"]}, p)
        rule = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": x["key"]} if x["key"] else {"SSEAlgorithm": "AES256"}
        b.call(acc.id, "s3:GetBucketEncryption", {"ServerSideEncryptionConfiguration": {"Rules": [
            {"ApplyServerSideEncryptionByDefault": rule, "BucketKeyEnabled": True}]}}, p)
        if x["tags"]:
            b.call(acc.id, "s3:GetBucketTagging", {"TagSet": tag_list(x["tags"])}, p)
        else:
            b.absent(acc.id, "s3:GetBucketTagging", p)
        b.call(acc.id, "s3:GetBucketAbac", {"AbacStatus": {"Status": "Disabled"}}, p)
        b.call(acc.id, "s3:GetBucketVersioning", {"Status": "Enabled"}, p)
        b.absent(acc.id, "s3:GetBucketReplication", p)
        b.failed(acc.id, "s3:ListBucketInventoryConfigurations", "empty", None, p)
        b.call(acc.id, "s3:GetBucketNotificationConfiguration", {}, p)
    points = acc.things.get("access_point", [])
    b.call(acc.id, "s3control:ListAccessPoints", {"AccessPointList": [
        {"Name": x["name"], "NetworkOrigin": "Internet", "Bucket": x["bucket"], "AccessPointArn": x["arn"], "BucketAccountId": acc.id}
        for x in points]}, None, len(points))
    for x in points:
        p = {"Name": x["name"]}
        b.call(acc.id, "s3control:GetAccessPoint", {
            "Name": x["name"], "Bucket": x["bucket"], "NetworkOrigin": "Internet", "PublicAccessBlockConfiguration": BLOCKED, "CreationDate": DATE,
            "AccessPointArn": x["arn"], "BucketAccountId": acc.id}, p)
        if x["policy"]:
            b.call(acc.id, "s3control:GetAccessPointPolicy", {"Policy": dumps(x["policy"])}, p)
            b.call(acc.id, "s3control:GetAccessPointPolicyStatus", {"PolicyStatus": {"IsPublic": False}}, p)
        else:
            b.absent(acc.id, "s3control:GetAccessPointPolicy", p)
            b.absent(acc.id, "s3control:GetAccessPointPolicyStatus", p)


def queues_and_secrets(b, acc):
    queues = acc.things.get("queue", [])
    url = f"https://sqs.{HOME}.amazonaws.com/{acc.id}/"
    b.call(acc.id, "sqs:ListQueues", {"QueueUrls": [url + q["name"] for q in queues]}, None, len(queues))
    for q in queues:
        p = {"QueueUrl": url + q["name"]}
        a = {"QueueArn": q["arn"], "VisibilityTimeout": "30", "MessageRetentionPeriod": "345600", "CreatedTimestamp": "1772352000",
             "SqsManagedSseEnabled": "false" if q["key"] else "true"}
        if q["key"]:
            a["KmsMasterKeyId"] = q["key"]
        if q["policy"]:
            a["Policy"] = dumps(q["policy"])
        b.call(acc.id, "sqs:GetQueueAttributes", {"Attributes": a}, p)
        b.call(acc.id, "sqs:ListQueueTags", {"Tags": q["tags"]} if q["tags"] else {}, p)
    secrets = acc.things.get("secret", [])
    items = []
    for s in secrets:
        item = {"ARN": s["arn"], "Name": s["name"], "LastChangedDate": DATE, "Tags": tag_list(s["tags"]), "CreatedDate": DATE,
                "SecretVersionsToStages": {digest(s["arn"])[:36]: ["AWSCURRENT"]}}
        if s["key"]:
            item["KmsKeyId"] = s["key"]
        items.append(item)
    b.call(acc.id, "secretsmanager:ListSecrets", {"SecretList": items}, None, len(items))
    for s, item in zip(secrets, items):
        p = {"SecretId": s["arn"]}
        b.call(acc.id, "secretsmanager:DescribeSecret", item, p)
        answer = {"ARN": s["arn"], "Name": s["name"]}
        if s["policy"]:
            answer["ResourcePolicy"] = dumps(s["policy"])
        b.call(acc.id, "secretsmanager:GetResourcePolicy", answer, p)


def tables(b, acc):
    items = acc.things.get("table", [])
    b.call(acc.id, "dynamodb:ListTables", {"TableNames": [x["name"] for x in items]}, None, len(items))
    for x in items:
        table = {"TableName": x["name"], "TableArn": x["arn"], "TableId": digest(x["arn"])[:36], "TableStatus": "ACTIVE",
                 "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}], "CreationDateTime": DATE}
        if x["key"]:
            table["SSEDescription"] = {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": x["key"]}
        b.call(acc.id, "dynamodb:DescribeTable", {"Table": table}, {"TableName": x["name"]})
        b.call(acc.id, "dynamodb:ListTagsOfResource", {"Tags": tag_list(x["tags"])}, {"ResourceArn": x["arn"]}, len(x["tags"] or ()))
        if x["policy"]:
            b.call(acc.id, "dynamodb:GetResourcePolicy", {"Policy": dumps(x["policy"]), "RevisionId": "1"}, {"ResourceArn": x["arn"]})
        else:
            b.absent(acc.id, "dynamodb:GetResourcePolicy", {"ResourceArn": x["arn"]})
    logs = acc.things.get("log", [])
    b.call(acc.id, "logs:DescribeLogGroups", {"logGroups": logs}, None, len(logs))


def functions(b, acc):
    items = acc.things.get("function", [])
    b.call(acc.id, "lambda:ListFunctions", {"Functions": [x for x, _, _ in items]}, None, len(items))
    for x, policy, tags in items:
        p = {"FunctionName": x["FunctionName"]}
        if policy:
            b.call(acc.id, "lambda:GetPolicy", {"Policy": dumps(policy), "RevisionId": "1"}, p)
        else:
            b.absent(acc.id, "lambda:GetPolicy", p)
        b.call(acc.id, "lambda:ListTags", {"Tags": tags or {}}, {"Resource": x["FunctionArn"]})
        for op in ("lambda:ListFunctionUrlConfigs", "lambda:ListAliases", "lambda:ListFunctionEventInvokeConfigs"):
            b.failed(acc.id, op, "empty", None, p)


def ec2(b, acc):
    listing(b, acc, "vpc", "ec2:DescribeVpcs", "Vpcs")
    listing(b, acc, "endpoint", "ec2:DescribeVpcEndpoints", "VpcEndpoints")
    listing(b, acc, "volume", "ec2:DescribeVolumes", "Volumes")
    instances = acc.things.get("instance", [])
    b.call(acc.id, "ec2:DescribeInstances", {"Reservations": [
        {"ReservationId": "r-" + x["InstanceId"][2:], "OwnerId": acc.id, "Groups": [], "Instances": [x]} for x in instances]}, None, len(instances))
    snapshots = acc.things.get("snapshot", [])
    b.call(acc.id, "ec2:DescribeSnapshots", {"Snapshots": [x for x, _ in snapshots]}, None, len(snapshots))
    everyone = [x for x, who in snapshots if {"Group": "all"} in who]
    b.call(acc.id, "ec2:DescribeSnapshots", {"Snapshots": everyone}, {"RestorableByUserIds": ["all"]}, len(everyone))
    for x, who in snapshots:
        b.call(acc.id, "ec2:DescribeSnapshotAttribute", {"SnapshotId": x["SnapshotId"], "CreateVolumePermissions": who},
               {"SnapshotId": x["SnapshotId"]})


def rds(b, acc):
    listing(b, acc, "database", "rds:DescribeDBInstances", "DBInstances")
    listing(b, acc, "cluster", "rds:DescribeDBClusters", "DBClusters")
    snapshots = acc.things.get("database_snapshot", [])
    b.call(acc.id, "rds:DescribeDBSnapshots", {"DBSnapshots": [x for x, _ in snapshots]}, None, len(snapshots))
    for x, who in snapshots:
        name = x["DBSnapshotIdentifier"]
        b.call(acc.id, "rds:DescribeDBSnapshotAttributes", {"DBSnapshotAttributesResult": {
            "DBSnapshotIdentifier": name, "DBSnapshotAttributes": [{"AttributeName": "restore", "AttributeValues": who}]}},
            {"DBSnapshotIdentifier": name})


def containers(b, acc):
    repositories = acc.things.get("repository", [])
    b.call(acc.id, "ecr:DescribeRepositories", {"repositories": [x for x, _ in repositories]}, None, len(repositories))
    for x, policy in repositories:
        p = {"repositoryName": x["repositoryName"]}
        if policy:
            b.call(acc.id, "ecr:GetRepositoryPolicy", {"registryId": acc.id, "repositoryName": x["repositoryName"], "policyText": dumps(policy)}, p)
        else:
            b.absent(acc.id, "ecr:GetRepositoryPolicy", p)
    services = acc.things.get("service", [])
    b.call(acc.id, "ecs:ListClusters", {"clusterArns": [x["cluster"] for x in services]}, None, len(services))
    b.call(acc.id, "ecs:ListTaskDefinitions", {"taskDefinitionArns": [x["task"] for x in services]}, None, len(services))
    if services:
        b.call(acc.id, "ecs:DescribeClusters", {"clusters": [
            {"clusterArn": x["cluster"], "clusterName": x["name"], "status": "ACTIVE", "tags": lower(x["tags"])} for x in services], "failures": []},
            {"clusters": [x["cluster"] for x in services]}, len(services))
    for x in services:
        service(b, acc, x)


def lower(tags):
    return [{"key": k, "value": v} for k, v in (tags or {}).items()]


def service(b, acc, x):
    p = {"cluster": x["cluster"]}
    b.call(acc.id, "ecs:ListServices", {"serviceArns": [x["service"]]}, p)
    b.failed(acc.id, "ecs:ListTasks", "empty", None, p)
    b.failed(acc.id, "ecs:ListContainerInstances", "empty", None, p)
    b.call(acc.id, "ecs:DescribeServices", {"services": [
        {"serviceArn": x["service"], "serviceName": x["name"], "clusterArn": x["cluster"], "status": "ACTIVE", "desiredCount": 1,
         "runningCount": 1, "launchType": "FARGATE", "taskDefinition": x["task"], "tags": lower(x["tags"])}], "failures": []},
        {"cluster": x["cluster"], "services": [x["service"]]})
    b.call(acc.id, "ecs:DescribeTaskDefinition", {"taskDefinition": {
        "taskDefinitionArn": x["task"], "family": x["name"], "revision": 1, "status": "ACTIVE", "taskRoleArn": x["role"],
        "executionRoleArn": x["role"], "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"],
        "containerDefinitions": [{"name": "app", "image": x["image"], "essential": True}]}, "tags": lower(x["tags"])},
        {"taskDefinition": x["task"]})


def shares(b, acc):
    items = acc.things.get("share", [])
    mine = [{"resourceShareArn": x["arn"], "name": x["name"], "owningAccountId": acc.id, "allowExternalPrincipals": False, "status": "ACTIVE",
             "creationTime": DATE} for x in items]
    b.call(acc.id, "ram:GetResourceShares", {"resourceShares": mine}, {"resourceOwner": "SELF"}, len(mine))
    principals = [{"id": p, "resourceShareArn": x["arn"], "creationTime": DATE, "external": False} for x in items for p in x["principals"]]
    b.call(acc.id, "ram:ListPrincipals", {"principals": principals}, {"resourceOwner": "SELF"}, len(principals))
    things = [{"arn": r, "type": "rds:Cluster", "resourceShareArn": x["arn"], "status": "AVAILABLE", "creationTime": DATE}
              for x in items for r in x["resources"]]
    b.call(acc.id, "ram:ListResources", {"resources": things}, {"resourceOwner": "SELF"}, len(things))
    for kind, key in (("PRINCIPAL", "principals"), ("RESOURCE", "resources")):
        rows = [{"resourceShareArn": x["arn"], "resourceShareName": x["name"], "associatedEntity": e, "associationType": kind,
                 "status": "ASSOCIATED", "creationTime": DATE, "external": False} for x in items for e in x[key]]
        b.call(acc.id, "ram:GetResourceShareAssociations", {"resourceShareAssociations": rows}, {"associationType": kind}, len(rows))


def settings(b, acc):
    b.call(acc.id, "account:ListRegions", {"Regions": [{"RegionName": HOME, "RegionOptStatus": "ENABLED_BY_DEFAULT"}]})
    mapping = [{"ResourceARN": arn, "Tags": tag_list(tags)} for arn, tags in acc.tagged]
    b.call(acc.id, "resourcegroupstaggingapi:GetResources", {"ResourceTagMappingList": mapping}, None, len(mapping))
    b.call(acc.id, "ecr:DescribeRegistry", {"registryId": acc.id, "replicationConfiguration": {"rules": []}})
    b.call(acc.id, "ec2:GetEbsEncryptionByDefault", {"EbsEncryptionByDefault": True})
