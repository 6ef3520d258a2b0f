"""The made-up organization without faults: accounts, units, policies of the organization, tenants and their things.

A fifth of the tenants, eight at least, have an account of their own; the others share accounts (pools), told apart by
the tag ward:tenant and by names. Tenants of their own account are sources or targets of leaks, open to everybody
("wild"), or under stricter policies of the organization ("strict"); those of a pool are sources or targets.
"""
import random

from account import OPEN, Account, allow, deny, document, trust, trust_service
from bundle import HOME, digest, dumps

ORG, ROOT = "o-acmehealth1", "r-acme"
UNITS = {"shared": ROOT, "tenants": ROOT, "standard": "tenants", "strict": "tenants", "pools": "tenants"}
EXEMPT = ["arn:aws:iam::*:role/ward-provision", "arn:aws:iam::*:role/ward-helper-*", "arn:aws:iam::*:role/OrganizationAccountAccessRole"]
GUARDED = [f"arn:aws:iam::*:role/{n}" for n in ("ward-*", "OrganizationAccountAccessRole", "deploy", "ops")]
TAGGING = ["iam:TagRole", "iam:UntagRole", "iam:TagUser", "iam:UntagUser", "iam:TagPolicy", "iam:UntagPolicy", "sts:TagSession", "s3:PutBucketTagging",
           "s3:TagResource", "s3:UntagResource", "ec2:CreateTags", "ec2:DeleteTags", "kms:TagResource", "kms:UntagResource", "sqs:TagQueue",
           "sqs:UntagQueue", "secretsmanager:TagResource", "secretsmanager:UntagResource", "dynamodb:TagResource", "dynamodb:UntagResource",
           "rds:AddTagsToResource", "rds:RemoveTagsFromResource", "logs:TagLogGroup", "logs:UntagLogGroup", "logs:TagResource",
           "logs:UntagResource", "lambda:TagResource", "lambda:UntagResource", "tag:TagResources", "tag:UntagResources", "ecs:TagResource",
           "ecs:UntagResource"]
ADMIN = "AdministratorAccess"
AWS_POLICIES = {
    ADMIN: document(allow("*", "*")),
    "AmazonSSMManagedInstanceCore": document(
        allow(["ssm:DescribeAssociation", "ssm:GetDeployablePatchSnapshotForInstance", "ssm:GetDocument", "ssm:DescribeDocument",
               "ssm:GetManifest", "ssm:ListAssociations", "ssm:ListInstanceAssociations", "ssm:PutInventory", "ssm:PutComplianceItems",
               "ssm:PutConfigurePackageResult", "ssm:UpdateAssociationStatus", "ssm:UpdateInstanceAssociationStatus",
               "ssm:UpdateInstanceInformation"], "*"),
        allow(["ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel", "ssmmessages:OpenControlChannel",
               "ssmmessages:OpenDataChannel"], "*"),
        allow(["ec2messages:AcknowledgeMessage", "ec2messages:DeleteMessage", "ec2messages:FailMessage", "ec2messages:GetEndpoint",
               "ec2messages:GetMessages", "ec2messages:SendReply"], "*")),
}
# Of a hundred things of a tenant.
WEIGHTS = {"volume": 25, "log": 20, "snapshot": 12, "secret": 8, "instance": 6, "table": 6, "queue": 5, "database": 5,
           "database_snapshot": 5, "bucket": 4, "function": 3, "key": 1}
ROLES = ("app", "worker", "reader", "operator", "support", "batch", "report", "import", "export", "queue", "index", "audit")


class Tenant:
    def __init__(self, name, account, pool, part):
        self.name, self.account, self.pool, self.part = name, account, pool, part
        self.tags = {"ward:tenant": name} if pool is not None else None

    def key(self):
        d = digest(self.account, "key", f"{self.name}-data")
        return f"arn:aws:kms:{HOME}:{self.account}:key/{d[:8]}-{d[8:12]}-{d[12:16]}-{d[16:20]}-{d[20:32]}"

    def role_arn(self, name):
        return f"arn:aws:iam::{self.account}:role/{self.name}-{name}"

    def root(self):
        return f"arn:aws:iam::{self.account}:root"


class Org:
    def __init__(self, tenants, principals, resources, seed, edit=None):
        self.random = random.Random(seed)
        self.edit = edit  # "role": one inline policy has a statement more; "root": a policy at the root has
        self.management, self.log_archive, self.audit, self.ci, self.backup = (f"10000000000{n}" for n in range(1, 6))
        self.shared = {"management": self.management, "log_archive": self.log_archive, "audit": self.audit, "ci": self.ci, "backup": self.backup}
        self.hooks = {}
        self.tenants = self.make_tenants(tenants)
        accounts = len({t.account for t in self.tenants})
        self.roles, self.roles_over = divmod(max(4 * tenants, principals - 7 * accounts - 7), tenants)
        self.things_each = max(len(WEIGHTS), resources // tenants)

    def make_tenants(self, count):
        own = min(count, max(8, count // 5))
        pool_size = 40 if count > 100 else 6
        parts = ["source", "target", "target", "wild", "strict", "strict", "wild", "source"]
        out = []
        for i in range(count):
            if i < own:
                out.append(Tenant(f"t{i + 1:04d}", f"3{i + 1:011d}", None, parts[i % 8]))
            else:
                n = i - own
                out.append(Tenant(f"t{i + 1:04d}", f"4{n // pool_size + 1:011d}", n // pool_size, "source" if n % pool_size % 3 == 0 else "target"))
        return out

    def at(self, account, hook):
        self.hooks.setdefault(account, []).append(hook)

    # ---- policies of the organization ----

    def policies(self):
        own = {"StringNotEqualsIfExists": {"aws:ResourceAccount": "${aws:PrincipalAccount}"}}
        scps = {
            "p-guard001": ("guard", [ROOT], document(
                deny(["organizations:LeaveOrganization", "cloudtrail:StopLogging", "cloudtrail:DeleteTrail", "config:StopConfigurationRecorder",
                      "guardduty:DeleteDetector"], "*", Sid="KeepTheLogs"),
                deny("iam:*", GUARDED, {"ArnNotLike": {"aws:PrincipalArn": EXEMPT}}, Sid="WardRoles"),
                deny(TAGGING, "*", {"ArnNotLike": {"aws:PrincipalArn": EXEMPT}}, Sid="TenantTag"),
                *([deny("account:CloseAccount", "*", Sid="Edit")] if self.edit == "root" else []),
                deny(["iam:DeleteRolePermissionsBoundary", "iam:PutRolePermissionsBoundary", "iam:DeleteUserPermissionsBoundary",
                      "iam:PutUserPermissionsBoundary"], "*", Sid="Boundaries"))),
            "p-region01": ("region", ["ou-acme-tenants"], document(
                {"Sid": "Region", "Effect": "Deny", "NotAction": ["iam:*", "sts:*", "organizations:*", "kms:*", "s3:*", "support:*", "cloudfront:*",
                                                                  "route53:*", "account:*", "artifact:*", "tag:*"],
                 "Resource": "*", "Condition": {"StringNotEquals": {"aws:RequestedRegion": [HOME]}}})),
            "p-strict01": ("strict-out", ["ou-acme-strict"], document(
                deny(["sts:AssumeRole", "s3:*", "sqs:*", "dynamodb:*", "secretsmanager:*"], "*", own, Sid="NothingOutside"))),
        }
        outside = {"StringNotEqualsIfExists": {"aws:ResourceAccount": "${aws:PrincipalAccount}",
                                               "aws:PrincipalAccount": [self.management, self.ci, self.audit]},
                   "BoolIfExists": {"aws:PrincipalIsAWSService": "false"}}
        rcps = {"p-strictr1": ("strict-in", ["ou-acme-strict"], document(
            deny(["s3:*", "sqs:*", "dynamodb:*", "secretsmanager:*", "kms:*", "sts:AssumeRole"], "*", outside, "*", Sid="OwnAccountOnly")))}
        return scps, rcps

    def unit_of(self, account):
        if account == self.management:
            return ROOT
        if account in self.shared.values():
            return "ou-acme-shared"
        if account.startswith("4"):
            return "ou-acme-pools"
        return "ou-acme-strict" if self.by_account[account][0].part == "strict" else "ou-acme-standard"

    def write_organization(self, b, accounts):
        me = self.management
        arn = f"arn:aws:organizations::{me}"
        b.call(me, "organizations:DescribeOrganization", {"Organization": {
            "Id": ORG, "Arn": f"{arn}:organization/{ORG}", "FeatureSet": "ALL", "MasterAccountId": me, "MasterAccountArn": f"{arn}:account/{ORG}/{me}",
            "AvailablePolicyTypes": []}})
        shown = [{"Id": i, "Arn": f"{arn}:account/{ORG}/{i}", "Name": n, "Email": f"aws+{n}@acme.example", "Status": "ACTIVE", "State": "ACTIVE",
                  "JoinedMethod": "CREATED"} for i, n in accounts]
        b.call(me, "organizations:ListAccounts", {"Accounts": shown}, None, len(shown))
        kinds = ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY")
        b.call(me, "organizations:ListRoots", {"Roots": [{"Id": ROOT, "Arn": f"{arn}:root/{ORG}/{ROOT}", "Name": "Root", "PolicyTypes": [
            {"Type": k, "Status": "ENABLED"} for k in kinds]}]})
        units = {f"ou-acme-{n}": p if p == ROOT else f"ou-acme-{p}" for n, p in UNITS.items()}
        for node in [ROOT, *units]:
            below = [{"Id": u, "Arn": f"{arn}:ou/{ORG}/{u}", "Name": u[8:]} for u, p in units.items() if p == node]
            b.call(me, "organizations:ListOrganizationalUnitsForParent", {"OrganizationalUnits": below}, {"ParentId": node}, len(below))
            inside = [a for a in shown if self.unit_of(a["Id"]) == node]
            b.call(me, "organizations:ListAccountsForParent", {"Accounts": inside}, {"ParentId": node}, len(inside))
            if node != ROOT:
                self.parent(b, node, units[node])
        for i, _ in accounts:
            self.parent(b, i, self.unit_of(i))
            b.call(me, "organizations:ListTagsForResource", {"Tags": []}, {"ResourceId": i}, 0)
        everything = [ROOT, *units, *(i for i, _ in accounts)]
        for kind, own, full in zip(kinds, self.policies(), ("p-FullAWSAccess", "p-RCPFullAWSAccess")):
            self.write_policies(b, kind, own, full, everything)
        for op in ("ListDelegatedAdministrators", "ListAWSServiceAccessForOrganization"):
            b.failed(me, "organizations:" + op, "empty")

    def parent(self, b, child, parent):
        b.call(self.management, "organizations:ListParents", {"Parents": [
            {"Id": parent, "Type": "ROOT" if parent == ROOT else "ORGANIZATIONAL_UNIT"}]}, {"ChildId": child})

    def write_policies(self, b, kind, own, full, everything):
        me = self.management
        is_scp = kind.startswith("SERVICE")
        default = document(allow("*", "*") if is_scp else allow("*", "*", None, "*"))
        rows = {full: (full[2:], everything, default), **own}
        family = "service_control_policy" if is_scp else "resource_control_policy"
        summaries = {i: {"Id": i, "Arn": f"arn:aws:organizations::{'aws' if i == full else me}:policy/{'' if i == full else ORG + '/'}{family}/{i}",
                         "Name": name, "Description": "", "Type": kind, "AwsManaged": i == full} for i, (name, _, _) in rows.items()}
        b.call(me, "organizations:ListPolicies", {"Policies": list(summaries.values())}, {"Filter": kind}, len(rows))
        for i, (_, targets, doc) in rows.items():
            b.call(me, "organizations:DescribePolicy", {"Policy": {"PolicySummary": summaries[i], "Content": dumps(doc)}}, {"PolicyId": i})
            b.call(me, "organizations:ListTargetsForPolicy", {"Targets": [
                {"TargetId": t, "Arn": f"arn:aws:organizations::{me}:x/{ORG}/{t}", "Name": t,
                 "Type": "ROOT" if t == ROOT else "ORGANIZATIONAL_UNIT" if t.startswith("ou-") else "ACCOUNT"} for t in targets]},
                {"PolicyId": i}, len(targets))

    # ---- accounts ----

    def accounts(self):
        """(id, name) of all, and their tenants by id."""
        self.by_account = {}
        for t in self.tenants:
            self.by_account.setdefault(t.account, []).append(t)
        names = {i: n for n, i in self.shared.items()}
        names.update({a: f"pool-{a[-3:]}" if ts[0].pool is not None else ts[0].name for a, ts in self.by_account.items()})
        return sorted(names.items())

    def build(self, ident, name):
        acc = Account(ident, name)
        if ident in self.by_account:
            self.member(acc)
            for t in self.by_account[ident]:
                if t.part == "wild":
                    acc.public_blocked = dict(OPEN)
                self.tenant(acc, t)
        else:
            getattr(self, "build_" + name)(acc)
        for hook in self.hooks.get(ident, []):
            hook(acc)
        return acc

    def aws_policy(self, acc, name):
        return acc.policy(name, AWS_POLICIES[name], "aws")

    def member(self, acc):
        """What every member account has."""
        admin = self.aws_policy(acc, ADMIN)
        deployer = {"AWS": f"arn:aws:iam::{self.ci}:role/deployer"}
        acc.vpc()
        acc.endpoint("s3", document(allow("*", "*", None, "*")))
        acc.endpoint("dynamodb", document(allow("dynamodb:*", "*", {"StringEquals": {"aws:PrincipalOrgID": ORG}}, "*")))
        acc.role("OrganizationAccountAccessRole", trust({"AWS": f"arn:aws:iam::{self.management}:root"}), attached=[admin])
        acc.role("deploy", trust(deployer), attached=[admin])
        acc.role("ward-provision", trust(deployer), {"provision": document(allow(["*"], "*"))})
        acc.role("ward-readonly", trust({"AWS": f"arn:aws:iam::{self.audit}:role/ward-audit"}), {"read": document(
            allow(["iam:GetAccountAuthorizationDetails", "ec2:Describe*", "rds:Describe*", "s3:GetBucketPolicy", "s3:GetBucketAcl",
                   "s3:ListAllMyBuckets", "kms:ListKeys", "kms:GetKeyPolicy"], "*"))})
        acc.role("ops", trust({"AWS": f"arn:aws:iam::{self.audit}:role/ops"}), {"ops": document(
            allow(["cloudwatch:GetMetricData", "ec2:DescribeInstances", "logs:FilterLogEvents", "ssm:DescribeInstanceInformation"], "*"))})
        acc.role("AWSServiceRoleForSupport", trust_service("support"), path="/aws-service-role/support.amazonaws.com/")
        acc.role(f"AWSReservedSSO_ReadOnly_{digest(acc.id)[:16]}", trust(
            {"Federated": f"arn:aws:iam::{acc.id}:saml-provider/AWSSSO_0123456789abcdef_DO_NOT_DELETE"},
            {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}}, ["sts:AssumeRoleWithSAML", "sts:TagSession"]),
            {"AwsSSOInlinePolicy": document(allow(["ec2:Describe*", "rds:Describe*", "cloudwatch:Get*"], "*"))},
            path="/aws-reserved/sso.amazonaws.com/")

    def build_management(self, acc):
        admin = self.aws_policy(acc, ADMIN)
        mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
        acc.role("admin", trust({"AWS": f"arn:aws:iam::{acc.id}:user/break-glass"}, mfa), attached=[admin])
        acc.group("emergency", inline={"assume": document(allow("sts:AssumeRole", f"arn:aws:iam::{acc.id}:role/admin"))})
        acc.user("break-glass", ["emergency"])
        acc.role("AWSServiceRoleForSSO", trust_service("sso"), path="/aws-service-role/sso.amazonaws.com/")

    def build_log_archive(self, acc):
        self.member(acc)
        arn = "arn:aws:s3:::acme-trail"
        where = {"StringEquals": {"aws:SourceArn": f"arn:aws:cloudtrail:{HOME}:{self.management}:trail/org"}}
        service = {"Service": "cloudtrail.amazonaws.com"}
        acc.bucket("acme-trail", [allow("s3:GetBucketAcl", arn, where, service), allow("s3:PutObject", f"{arn}/AWSLogs/*", where, service)])

    def build_audit(self, acc):
        self.member(acc)
        acc.role("ward-audit", trust({"AWS": f"arn:aws:iam::{self.management}:role/admin"}),
                 {"assume": document(allow("sts:AssumeRole", "arn:aws:iam::*:role/ward-readonly"))})
        acc.role("ops", trust({"AWS": f"arn:aws:iam::{self.management}:role/admin"}),
                 {"assume": document(allow("sts:AssumeRole", "arn:aws:iam::*:role/ops"))}, path="/people/")

    def build_ci(self, acc):
        self.member(acc)
        acc.role("deployer", trust_service("codebuild"), {
            "assume": document(allow("sts:AssumeRole", ["arn:aws:iam::*:role/deploy", "arn:aws:iam::*:role/ward-provision"])),
            "images": document(allow(["ecr:GetAuthorizationToken"], "*"), allow(["ecr:PutImage", "ecr:UploadLayerPart", "ecr:InitiateLayerUpload",
                                     "ecr:CompleteLayerUpload", "ecr:BatchCheckLayerAvailability"], acc.arn("ecr", "repository/app")))})
        acc.repository("app", document(allow(["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], None, {"StringEquals": {
            "aws:PrincipalOrgID": ORG}}, "*")))

    def build_backup(self, acc):
        self.member(acc)
        acc.key("vault")

    # ---- tenants ----

    def data(self, t):
        """What the application of a tenant may do: its own things, by name."""
        n, a = t.name, t.account
        return document(
            allow(["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket"], [f"arn:aws:s3:::acme-{n}-*", f"arn:aws:s3:::acme-{n}-*/*"]),
            allow(["kms:Decrypt", "kms:GenerateDataKey"], t.key()),
            allow(["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"], f"arn:aws:dynamodb:{HOME}:{a}:table/{n}-*"),
            allow(["sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage"], f"arn:aws:sqs:{HOME}:{a}:{n}-*"),
            allow("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:{HOME}:{a}:secret:{n}/*"),
            allow(["logs:CreateLogStream", "logs:PutLogEvents"], f"arn:aws:logs:{HOME}:{a}:log-group:/{n}/*"))

    def abac(self):
        """The same by tag, for whoever carries it."""
        same = {"StringEquals": {"aws:ResourceTag/ward:tenant": "${aws:PrincipalTag/ward:tenant}"}}
        return document(allow(["secretsmanager:GetSecretValue", "kms:Decrypt", "sqs:ReceiveMessage", "ssm:StartSession"], "*", same))

    def tenant(self, acc, t):
        key = acc.key(f"{t.name}-data", tags=t.tags)
        for n in range(self.roles + (int(t.name[1:]) <= self.roles_over)):
            self.role(acc, t, n)
        acc.profile(f"{t.name}-app", t.role_arn("app"), t.tags)
        counts = {k: max(1, round(w * self.things_each / 100)) for k, w in WEIGHTS.items()}
        for kind, count in counts.items():
            for n in range(1 if kind == "key" else 0, count):
                getattr(self, "make_" + kind)(acc, t, key, n)

    def role(self, acc, t, n):
        kind = ROLES[n % len(ROLES)]
        name = f"{t.name}-{kind}" + (f"-{n // len(ROLES)}" if n >= len(ROLES) else "")
        n_, a = t.name, t.account
        if kind == "operator" and t.pool is None:
            acc.role(name, trust({"AWS": t.root()}), attached=[self.aws_policy(acc, ADMIN)], tags=t.tags)
        elif kind == "operator":
            acc.role(name, trust({"AWS": t.role_arn("app")}), {"operate": document(
                allow(["ec2:DescribeInstances", "rds:DescribeDBInstances", "cloudwatch:GetMetricData"], "*"),
                allow("rds:CreateDBSnapshot", [f"arn:aws:rds:{HOME}:{a}:db:{n_}-*", f"arn:aws:rds:{HOME}:{a}:snapshot:{n_}-*"]))}, tags=t.tags)
        elif kind == "support":
            acc.role(name, trust({"AWS": t.role_arn("app")}), {"by-tag": self.abac()}, tags=t.tags)
        elif kind in ("app", "worker"):
            service = "ec2" if kind == "app" else "lambda"
            attached = [self.aws_policy(acc, "AmazonSSMManagedInstanceCore")] if kind == "app" else []
            acc.role(name, trust_service(service), {"data": self.data(t)}, attached, tags=t.tags)
        elif kind == "reader":
            acc.role(name, trust({"AWS": [t.role_arn("app"), t.role_arn("worker")]}), {"read": document(
                allow(["s3:GetObject", "s3:ListBucket"], [f"arn:aws:s3:::acme-{n_}-*", f"arn:aws:s3:::acme-{n_}-*/*"]),
                allow("kms:Decrypt", t.key()),
                *([allow("s3:GetObjectTagging", f"arn:aws:s3:::acme-{n_}-*/*")] if self.edit == "role" and t is self.tenants[0] else []))},
                tags=t.tags)
        else:
            acc.role(name, trust_service("ecs-tasks"), {"data": self.data(t)}, tags=t.tags,
                     boundary=acc.policy(f"{n_}-boundary", self.data(t), tags=t.tags) if kind == "batch" else None)

    def make_key(self, acc, t, key, n):
        acc.key(f"{t.name}-{n}", tags=t.tags)

    def make_volume(self, acc, t, key, n):
        acc.volume(f"{t.name}-{n}", key, t.tags)

    def make_snapshot(self, acc, t, key, n):
        acc.snapshot(f"{t.name}-{n}", acc.ident("vol-", "volume", f"{t.name}-0"), key, t.tags)

    def make_log(self, acc, t, key, n):
        acc.log_group(f"/{t.name}/app-{n}", key, t.tags)

    def make_secret(self, acc, t, key, n):
        acc.secret(f"{t.name}/db-{n}", None, key, t.tags)

    def make_instance(self, acc, t, key, n):
        acc.instance(f"{t.name}-{n}", f"arn:aws:iam::{acc.id}:instance-profile/{t.name}-app" if n == 0 else None, t.tags)

    def make_table(self, acc, t, key, n):
        acc.table(f"{t.name}-visits-{n}", None, key, t.tags)

    def make_queue(self, acc, t, key, n):
        acc.queue(f"{t.name}-jobs-{n}", None, key if n % 2 else None, t.tags)

    def make_database(self, acc, t, key, n):
        acc.database(f"{t.name}-db-{n}", key, t.tags)

    def make_database_snapshot(self, acc, t, key, n):
        acc.database_snapshot(f"{t.name}-day-{n}", f"{t.name}-db-0", key, t.tags)

    def make_bucket(self, acc, t, key, n):
        acc.bucket(f"acme-{t.name}-data-{n}", None, key, t.tags)

    def make_function(self, acc, t, key, n):
        policy = None
        if n == 0:
            policy = document(allow("lambda:InvokeFunction", acc.arn("lambda", f"function:{t.name}-fn-0"), {"StringEquals": {
                "AWS:SourceAccount": acc.id}, "ArnLike": {"AWS:SourceArn": f"arn:aws:s3:::acme-{t.name}-data-0"}}, {"Service": "s3.amazonaws.com"}))
        acc.function(f"{t.name}-fn-{n}", t.role_arn("worker"), policy, t.tags)

    # ---- ward.yaml ----

    def yaml(self):
        out = ["version: 1", "company: {name: Acme Health}", f"regions: {{home: {HOME}}}", "accounts:"]
        out += [f'  {n}: {{id: "{i}"}}' for n, i in self.shared.items()]
        out += ["tenants:"]
        for t in self.tenants:
            whose = f'tags: {{"ward:tenant": {t.name}}}' if t.pool is not None else f'accounts: ["{t.account}"]'
            out.append(f"  {t.name}: {{isolation: {'fargate' if t.pool is not None else 'vm'}, {whose}}}")
        pools = sorted({t.account for t in self.tenants if t.pool is not None})
        parts = {"platform": ["management", "log_archive", "audit", "backup"], "build": ["ci"], "pools": [f'"{p}"' for p in pools]}
        out.append("shared:")
        for name, accounts in parts.items():
            if accounts:
                out += [f"  {name}:", "    reason: runs what all tenants need", f"    accounts: [{', '.join(accounts)}]",
                        f'    via: [{{from: {name}, to: "*", reason: operates every tenant}}]']
        out += ["stores:", '  - {arn: "arn:aws:s3:::acme-trail", phi: false, reason: audit logs}',
                '  - {arn: "arn:aws:secretsmanager:*", phi: true}',
                "declared:", "  admin_roles: [OrganizationAccountAccessRole, deploy]"]
        return "\n".join(out) + "\n"
