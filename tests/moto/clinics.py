"""Five small clinics in one account, kept apart by IAM alone: make_clinics(accounts) -> the ids of what it made.

Each has a bucket, a table, a key and an application's role, tagged with its name. Most cannot reach each other. What is
planted is marked LEAK here and listed in leaks.tsv, which the tests hold the proof against; what looks like a leak and is
none is marked NEAR.
"""
from seed import CLINICS, HOME, make_bucket, make_key, policy, spec, tags, trust


def allow(actions, resources, **more):
    return {"Effect": "Allow", "Action": actions, "Resource": resources, **more}


class Clinic:
    """What every clinic has, done right."""

    def __init__(self, account, name):
        self.account, self.name = account, name
        self.key = make_key(account, f"ward/{name}")
        self.bucket, self.table = f"{name}-phi", f"arn:aws:dynamodb:{HOME}:{account.id}:table/{name}-patients"
        dynamodb = account.client("dynamodb")
        dynamodb.create_table(TableName=f"{name}-patients", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}], BillingMode="PAY_PER_REQUEST",
                              AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
                              SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": self.key}, DeletionProtectionEnabled=True,
                              Tags=tags(name))
        dynamodb.update_continuous_backups(TableName=f"{name}-patients", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True})
        self.role("app", {"Service": "lambda.amazonaws.com"}, *self.own())

    def own(self):
        """Statements for what is the clinic's own."""
        return (allow(["s3:GetObject", "s3:PutObject"], f"arn:aws:s3:::{self.bucket}/*"),
                allow(["dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem"], self.table),
                allow(["kms:Decrypt", "kms:GenerateDataKey"], self.key))

    def arn(self, role):
        return f"arn:aws:iam::{self.account.id}:role/{self.name}-{role}"

    def role(self, name, principal, *statements):
        iam = self.account.client("iam")
        iam.create_role(RoleName=f"{self.name}-{name}", AssumeRolePolicyDocument=trust(principal), Tags=tags(self.name))
        iam.put_role_policy(RoleName=f"{self.name}-{name}", PolicyName=name, PolicyDocument=policy(*statements))

    def make_bucket(self, *statements):
        make_bucket(self.account, self.bucket, key=self.key, tenant=self.name, statements=statements, logs_to="clinics-access-logs")


def make_clinics(accounts):
    account = accounts["clinics"]
    make_bucket(account, "clinics-access-logs", statements=[{
        "Sid": "Logs", "Effect": "Allow", "Principal": {"Service": "logging.s3.amazonaws.com"}, "Action": "s3:PutObject",
        "Resource": "arn:aws:s3:::clinics-access-logs/*"}])
    birch, cedar, dunes, elm, fern = (Clinic(account, name) for name in CLINICS)
    root = {"AWS": f"arn:aws:iam::{account.id}:root"}
    kms = account.client("kms")

    # LEAK birch -> cedar: cedar's bucket lets birch's import read, and birch's import may use every key of the account.
    # NEAR: the same statement for elm's application, which no key opens for.
    birch.role("import", {"Service": "glue.amazonaws.com"}, allow(["kms:Decrypt"], f"arn:aws:kms:{HOME}:{account.id}:key/*"))
    cedar.make_bucket({"Sid": "Merger", "Effect": "Allow", "Principal": {"AWS": [birch.arn("import"), elm.arn("app")]},
                       "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{cedar.bucket}/*"})

    # LEAK cedar -> dunes: a chain. cedar's analyst may become any role whose name ends in -reports, and dunes' becomes its reader.
    # NEAR: fern's is of that name too, and trusts nobody but a service.
    cedar.role("analyst", {"Service": "ec2.amazonaws.com"}, allow("sts:AssumeRole", f"arn:aws:iam::{account.id}:role/*-reports"))
    dunes.role("reports", root, allow("sts:AssumeRole", dunes.arn("reader")))
    dunes.role("reader", {"AWS": dunes.arn("reports")}, *dunes.own())
    fern.role("reports", {"Service": "lambda.amazonaws.com"}, *fern.own())
    dunes.make_bucket()

    # LEAK dunes -> elm: dunes' deployment may pass elm's application role to a function of its own making.
    # NEAR: birch's deployment may pass every role, but to EC2 only, where nobody trusts it.
    make = ["lambda:CreateFunction", "lambda:InvokeFunction"]
    dunes.role("deploy", {"Service": "codebuild.amazonaws.com"}, allow(make, f"arn:aws:lambda:*:{account.id}:function:dunes-*"),
               allow("iam:PassRole", elm.arn("app")))
    birch.role("deploy", {"Service": "codebuild.amazonaws.com"}, allow(make, f"arn:aws:lambda:*:{account.id}:function:birch-*"),
               allow("iam:PassRole", f"arn:aws:iam::{account.id}:role/*",
                     Condition={"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}))
    elm.make_bucket()

    # LEAK elm -> fern: whoever may change the tag of fern's table says whose it is.
    # NEAR: cedar's may tag only what is cedar's already.
    elm.role("billing", {"Service": "lambda.amazonaws.com"}, allow(["dynamodb:TagResource", "dynamodb:ListTagsOfResource"], fern.table))
    cedar.role("billing", {"Service": "lambda.amazonaws.com"}, allow("dynamodb:TagResource", f"arn:aws:dynamodb:{HOME}:{account.id}:table/*",
                                                                     Condition={"StringEquals": {"aws:ResourceTag/ward:tenant": "cedar"}}))
    fern.make_bucket()

    # LEAK fern -> birch: a grant left over opens birch's key for fern's migration, which may read all buckets of the name.
    # NEAR: of the others it reads ciphertext only, no key opens.
    fern.role("migration", {"Service": ["glue.amazonaws.com", "ec2.amazonaws.com"]}, allow("s3:GetObject", [f"arn:aws:s3:::{c}-phi/*" for c in CLINICS]))
    grant = kms.create_grant(KeyId=birch.key, GranteePrincipal=fern.arn("migration"), Operations=["Decrypt"], Name="migration")["GrantId"]
    birch.make_bucket()
    # Roles of hosts (hub.py): what they read of others' by an endpoint, the keys open for.
    birch.role("host", {"Service": "ec2.amazonaws.com"}, *birch.own(), allow("kms:Decrypt", dunes.key))
    elm.role("host", {"Service": "ec2.amazonaws.com"}, *elm.own(), allow("kms:Decrypt", cedar.key))
    return {"birch.key": birch.key, "grant": grant, "keys": {clinic.name: clinic.key for clinic in (birch, cedar, dunes, elm, fern)}}


def share_snapshot(lakeside, northwind, volume):
    """LEAK northwind -> lakeside: a snapshot of lakeside's volume is shared with northwind's account."""
    ec2 = lakeside.client("ec2")
    made = ec2.create_snapshot(VolumeId=volume, Description="for the auditors", TagSpecifications=spec("snapshot", "lakeside", "lakeside-handover"))
    ec2.modify_snapshot_attribute(SnapshotId=made["SnapshotId"], Attribute="createVolumePermission", OperationType="add", UserIds=[northwind.id])
    return made["SnapshotId"]
