"""What is planted: ways from one tenant to another's data, and things that look like them and are none.

Each function adds to the organization by hooks and returns what it planted. `x` is the tenant that comes in, `y`
the one whose data it reaches. `cells` are all [from, to] that the leak opens ("*": whoever); `through` are principals that every
chain of it passes; `resource` is null where it ends at any store of y.
"""
from account import OPEN, allow, deny, document, trust, trust_service
from bundle import HOME, digest
from org import ORG

LEAKS, NEAR = {}, {}


def planted(table, source, target):
    def add(function):
        table[function.__name__.removeprefix("near_")] = (function, source, target)
        return function
    return add


def leak(source, target="target"):
    return planted(LEAKS, source, target)


def near(source, target="target"):
    return planted(NEAR, source, target)


def entry(x, y, resource, principals, cells=None, through=()):
    return {"from": x.name if x else "(outside)", "to": y.name, "resource": resource, "principals": principals,
            "cells": cells or [[x.name, y.name]], "through": list(through)}


def aws(arn):
    return {"AWS": arn}


def objects(name):
    return f"arn:aws:s3:::{name}/*"


def reader(name):
    """May read one bucket."""
    return {"read": document(allow(["s3:GetObject", "s3:ListBucket"], [f"arn:aws:s3:::{name}", objects(name)]))}


def admin_of(x):
    return x.role_arn("operator")


# ---- buckets ----

@leak("own")
def bucket_policy(o, n, x, y):
    name = f"acme-{y.name}-exchange-{n}"
    o.at(y.account, lambda acc: acc.bucket(name, [allow(["s3:GetObject", "s3:ListBucket"], [f"arn:aws:s3:::{name}", objects(name)], None, aws(x.root()))]))
    return entry(x, y, f"arn:aws:s3:::{name}", [admin_of(x)])


@near("own", "strict")
def near_bucket_policy(o, n, x, y):
    """A policy of the organization on the resources of y's unit denies it."""
    return bucket_policy(o, f"rcp-{n}", x, y)


@leak("own")
def forallvalues_absent(o, n, x, y):
    name = f"acme-{y.name}-clinic-{n}"
    only = {"ForAllValues:StringEquals": {"aws:PrincipalTag/clinic": [y.name]}}
    o.at(y.account, lambda acc: acc.bucket(name, [allow("s3:GetObject", objects(name), only, aws(x.root()))]))
    return entry(x, y, f"arn:aws:s3:::{name}", [admin_of(x)])


@near("own")
def near_forallvalues_absent(o, n, x, y):
    """The key must be there, and nobody of x may set tags."""
    name = f"acme-{y.name}-tagged-{n}"
    only = {"ForAllValues:StringEquals": {"aws:PrincipalTag/clinic": [y.name]}, "Null": {"aws:PrincipalTag/clinic": "false"}}
    o.at(y.account, lambda acc: acc.bucket(name, [allow("s3:GetObject", objects(name), only, aws(x.root()))]))
    return entry(x, y, f"arn:aws:s3:::{name}", [admin_of(x)])


@leak("own", "wild")
def not_principal(o, n, x, y):
    name = f"acme-{y.name}-partners-{n}"
    rest = {"NotPrincipal": aws([y.root(), y.role_arn("app")])}
    o.at(y.account, lambda acc: acc.bucket(name, [allow("s3:GetObject", objects(name), **rest)], block=OPEN))
    return entry(x, y, f"arn:aws:s3:::{name}", [admin_of(x)], [["*", y.name]])


@near("own")
def near_not_principal(o, n, x, y):
    """Everybody is allowed, and everybody but y denied."""
    name = f"{y.name}-inbox-{n}"

    def hook(acc):
        arn = acc.arn("sqs", name)
        acc.queue(name, document(
            allow(["sqs:SendMessage", "sqs:ReceiveMessage"], arn, None, "*"),
            deny("sqs:*", arn, NotPrincipal=aws([y.root(), y.role_arn("app"), y.role_arn("operator")]))), None, y.tags)
    o.at(y.account, hook)
    return entry(x, y, f"arn:aws:sqs:{HOME}:{y.account}:{name}", [admin_of(x)])


@leak("own", "wild")
def confused_deputy(o, n, x, y):
    name = f"acme-{y.name}-web-{n}"
    o.at(y.account, lambda acc: acc.bucket(name, [allow("s3:GetObject", objects(name), None, {"Service": "cloudfront.amazonaws.com"})]))
    return entry(None, y, f"arn:aws:s3:::{name}", ["cloudfront.amazonaws.com"], [["*", y.name]])


@near("own")
def near_confused_deputy(o, n, x, y):
    """Only for distributions of y's own account."""
    name = f"acme-{y.name}-site-{n}"
    mine = {"StringEquals": {"AWS:SourceAccount": y.account}, "ArnLike": {"AWS:SourceArn": f"arn:aws:cloudfront::{y.account}:distribution/*"}}
    o.at(y.account, lambda acc: acc.bucket(name, [allow("s3:GetObject", objects(name), mine, {"Service": "cloudfront.amazonaws.com"})]))
    return entry(x, y, f"arn:aws:s3:::{name}", ["cloudfront.amazonaws.com"])


@leak("own", "wild")
def public_acl(o, n, x, y):
    name = f"acme-{y.name}-forms-{n}"
    group = [{"Grantee": {"Type": "Group", "URI": "http://acs.amazonaws.com/groups/global/AllUsers"}, "Permission": "READ"}]
    o.at(y.account, lambda acc: acc.bucket(name, None, acl=group, ownership="ObjectWriter", block=OPEN))
    return entry(None, y, f"arn:aws:s3:::{name}", ["anonymous"], [["*", y.name]])


@near("own")
def near_public_acl(o, n, x, y):
    """The same grant where access control lists are off."""
    name = f"acme-{y.name}-old-{n}"
    group = [{"Grantee": {"Type": "Group", "URI": "http://acs.amazonaws.com/groups/global/AllUsers"}, "Permission": "READ"}]
    o.at(y.account, lambda acc: acc.bucket(name, None, acl=group, block=OPEN))
    return entry(None, y, f"arn:aws:s3:::{name}", ["anonymous"], [["(outside)", y.name]])


def with_access_point(o, n, x, y, delegated, who=None):
    name, point = f"acme-{y.name}-lake-{n}", f"{y.name}-point-{n}"
    bucket = [allow("s3:GetObject", objects(name), {"StringEquals": {"s3:DataAccessPointAccount": y.account}}, aws("*"))] if delegated else None

    def hook(acc):
        acc.bucket(name, bucket)
        acc.access_point(point, name, document(allow("s3:GetObject", acc.arn("s3", f"accesspoint/{point}/object/*"), None, aws(who or x.root()))))
    o.at(y.account, hook)
    return entry(x, y, f"arn:aws:s3:{HOME}:{y.account}:accesspoint/{point}", [admin_of(x)])


@leak("own")
def access_point(o, n, x, y):
    return with_access_point(o, n, x, y, True)


@near("own")
def near_access_point(o, n, x, y):
    """The bucket leaves nothing to its access points; or it does, and the access point is y's own."""
    if n % 2:
        return with_access_point(o, f"team-{n}", x, y, True, y.role_arn("reader"))
    return with_access_point(o, f"own-{n}", x, y, False)


# ---- trust ----

def open_role(o, n, y, trusted, name="open"):
    bucket = f"acme-{y.name}-{name}-{n}"

    def hook(acc):
        acc.bucket(bucket)
        acc.role(f"{y.name}-{name}-{n}", trusted, reader(bucket))
    o.at(y.account, hook)
    return f"arn:aws:s3:::{bucket}", y.role_arn(f"{name}-{n}")


@leak("own", "wild")
def wildcard_trust(o, n, x, y):
    resource, role = open_role(o, n, y, trust(aws("*")))
    return entry(x, y, resource, [admin_of(x), role], [["*", y.name]], [role])


@leak("own", "wild")
def wildcard_trust_condition(o, n, x, y):
    condition = {"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/*"}} if n % 2 else {"StringEquals": {"sts:ExternalId": "acme"}}
    resource, role = open_role(o, n, y, trust(aws("*"), condition), "vague")
    return entry(x, y, resource, [admin_of(x), role], [["*", y.name]], [role])


@near("own")
def near_wildcard_trust(o, n, x, y):
    """Everybody of y's own account only."""
    resource, role = open_role(o, n, y, trust(aws("*"), {"StringEquals": {"aws:PrincipalOrgID": ORG, "aws:PrincipalAccount": y.account}}), "ours")
    return entry(x, y, resource, [admin_of(x), role])


@near("own")
def near_wildcard_trust_condition(o, n, x, y):
    """Roles of y's account only, told by their ARN."""
    resource, role = open_role(o, n, y, trust(aws("*"), {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{y.account}:role/*"}}), "local")
    return entry(x, y, resource, [admin_of(x), role])


@leak("own")
def root_delegation(o, n, x, y):
    if n % 2:
        name = f"acme-{y.name}-results-{n}"

        def hook(acc):
            key = acc.key(f"{y.name}-results-{n}", [allow(["kms:Decrypt", "kms:DescribeKey"], "*", None, aws(x.root()))])
            acc.bucket(name, [allow("s3:GetObject", objects(name), None, aws(x.root()))], key)
        o.at(y.account, hook)
        return entry(x, y, f"arn:aws:s3:::{name}", [admin_of(x)])
    broker = f"{x.name}-broker-{y.name}-{n}"
    o.at(x.account, lambda acc: acc.role(broker, trust_service("lambda"), {"any": document(allow("sts:AssumeRole", "*"))}))
    resource, role = open_role(o, n, y, trust(aws(x.root())), "vendor")
    return entry(x, y, resource, [f"arn:aws:iam::{x.account}:role/{broker}", role], None, [role])


@near("strict", "strict")
def near_root_delegation(o, n, x, y):
    """x's unit may assume nothing outside of its account."""
    resource, role = open_role(o, n, y, trust(aws(x.root())), "locked")
    return entry(x, y, resource, [admin_of(x), role])


def chain(o, n, x, y, broken):
    name = "broken" if broken else "hop"
    start = f"{x.name}-{name}-{y.name}-{n}"
    ci = [f"arn:aws:iam::{o.ci}:role/{name}{h}-{x.name}-{y.name}-{n}" for h in (1, 2)]
    third = y.role_arn(f"{name}-{n}")
    resource, last = open_role(o, n, y, trust(aws(third)), name + "-end")

    def go(to, refuse=None):
        return {"go": document(allow("sts:AssumeRole", to), *([deny("sts:AssumeRole", refuse)] if refuse else ()))}
    o.at(x.account, lambda acc: acc.role(start, trust_service("lambda"), go(ci[0])))
    # The first hop trusts one role of x; its administrator could be that role, so that the deny stands later on.
    o.at(o.ci, lambda acc: (acc.role(ci[0].rsplit("/", 1)[1], trust(aws(f"arn:aws:iam::{x.account}:role/{start}")), go(ci[1])),
                            acc.role(ci[1].rsplit("/", 1)[1], trust(aws(ci[0])), go(third, third if broken else None))))
    o.at(y.account, lambda acc: acc.role(third.rsplit("/", 1)[1], trust(aws(ci[1])), go(last)))
    return entry(x, y, resource, [f"arn:aws:iam::{x.account}:role/{start}", *ci, third, last], None, [*ci, third, last])


@leak("own")
def chain_of_four(o, n, x, y):
    return chain(o, n, x, y, False)


@near("own")
def near_chain_of_four(o, n, x, y):
    """The second hop is denied the third."""
    return chain(o, n, x, y, True)


@near("own")
def near_boundary(o, n, x, y):
    """The role that y trusts has a boundary without sts:AssumeRole, which nobody may take off."""
    name = f"{x.name}-bound-{y.name}-{n}"

    def hook(acc):
        boundary = acc.policy(f"{x.name}-only-metrics", document(allow("cloudwatch:*", "*")))
        acc.role(name, trust_service("lambda"), {"any": document(allow("sts:AssumeRole", "*"))}, boundary=boundary)
    o.at(x.account, hook)
    resource, role = open_role(o, n, y, trust(aws(f"arn:aws:iam::{x.account}:role/{name}")), "bounded")
    return entry(x, y, resource, [f"arn:aws:iam::{x.account}:role/{name}", role])


# ---- sharing ----

@leak("own")
def snapshot_shared(o, n, x, y):
    name = f"{y.name}-handover-{n}"
    if n % 2 == 0:
        o.at(y.account, lambda acc: acc.snapshot(name, acc.ident("vol-", "volume", f"{y.name}-0"), None, None, [x.account]))
        return entry(x, y, f"arn:aws:ec2:{HOME}::snapshot/snap-{digest(y.account, 'snapshot', name)[:17]}", [admin_of(x)])

    def hook(acc):
        key = acc.key(name, [allow(["kms:Decrypt", "kms:CreateGrant", "kms:DescribeKey"], "*", None, aws(x.root()))])
        acc.database_snapshot(name, f"{y.name}-db-0", key, None, [x.account])
    o.at(y.account, hook)
    return entry(x, y, f"arn:aws:rds:{HOME}:{y.account}:snapshot:{name}", [admin_of(x)])


@near("own")
def near_snapshot_shared(o, n, x, y):
    """Shared, but encrypted with a key that is not."""
    name = f"{y.name}-closed-{n}"

    def hook(acc):
        key = acc.key(name)
        acc.snapshot(name, acc.ident("vol-", "volume", f"{y.name}-0"), key, None, [x.account])
    o.at(y.account, hook)
    return entry(x, y, f"arn:aws:ec2:{HOME}::snapshot/snap-{digest(y.account, 'snapshot', name)[:17]}", [admin_of(x)])


@leak("own")
def ram_share(o, n, x, y):
    name = f"{y.name}-shared-{n}"
    o.at(y.account, lambda acc: acc.share(name, [acc.cluster(name)], [x.account]))
    return entry(x, y, f"arn:aws:rds:{HOME}:{y.account}:cluster:{name}", [admin_of(x)])


@near("own")
def near_ram_share(o, n, x, y):
    """Shared, but encrypted with a key that is not."""
    name = f"{y.name}-sealed-{n}"
    o.at(y.account, lambda acc: acc.share(name, [acc.cluster(name, acc.key(name))], [x.account]))
    return entry(x, y, f"arn:aws:rds:{HOME}:{y.account}:cluster:{name}", [admin_of(x)])


def with_grant(o, n, x, y, grant):
    role, name = f"{x.name}-etl-{y.name}-{n}", f"acme-{y.name}-feed-{n}"
    arn = f"arn:aws:iam::{x.account}:role/{role}"
    o.at(x.account, lambda acc: acc.role(role, trust_service("glue"), {"feed": document(
        allow("s3:GetObject", objects(name)), allow("kms:Decrypt", "*"))}))

    def hook(acc):
        key = acc.key(name, grants=[{"GranteePrincipal": arn, "Name": "feed", "Operations": ["Decrypt", "DescribeKey"]}] if grant else [])
        acc.bucket(name, [allow("s3:GetObject", objects(name), None, aws(arn))], key)
    o.at(y.account, hook)
    return entry(x, y, f"arn:aws:s3:::{name}", [arn])


@leak("own")
def kms_grant(o, n, x, y):
    return with_grant(o, n, x, y, True)


@near("own")
def near_kms_grant(o, n, x, y):
    """The object may be fetched, but not decrypted."""
    return with_grant(o, f"no-{n}", x, y, False)


@leak("own")
def queue_policy(o, n, x, y):
    name = f"{y.name}-orders-{n}"
    o.at(y.account, lambda acc: acc.queue(name, document(allow(
        ["sqs:ReceiveMessage", "sqs:DeleteMessage"], acc.arn("sqs", name), None, aws(x.root())))))
    return entry(x, y, f"arn:aws:sqs:{HOME}:{y.account}:{name}", [admin_of(x)])


@near("own")
def near_queue_policy(o, n, x, y):
    """Everybody of y's own account only."""
    name = f"{y.name}-internal-{n}"
    o.at(y.account, lambda acc: acc.queue(name, document(allow(
        "sqs:*", acc.arn("sqs", name), {"StringEquals": {"aws:PrincipalAccount": y.account}}, "*"))))
    return entry(x, y, f"arn:aws:sqs:{HOME}:{y.account}:{name}", [admin_of(x)])


def secret_arn(y, name):
    return f"arn:aws:secretsmanager:{HOME}:{y.account}:secret:{name}-{digest(y.account, name)[:6]}"


@leak("own")
def secret_policy(o, n, x, y):
    name = f"{y.name}/partner-{n}"

    def hook(acc):
        key = acc.key(f"{y.name}-partner-{n}", [allow("kms:Decrypt", "*", None, aws(x.root()))])
        acc.secret(name, document(allow("secretsmanager:GetSecretValue", "*", None, aws(x.root()))), key)
    o.at(y.account, hook)
    return entry(x, y, secret_arn(y, name), [admin_of(x)])


@near("own")
def near_secret_policy(o, n, x, y):
    """Encrypted with AWS's own key of the account, which no other account can use."""
    name = f"{y.name}/kept-{n}"
    o.at(y.account, lambda acc: acc.secret(name, document(allow("secretsmanager:GetSecretValue", "*", None, aws(x.root())))))
    return entry(x, y, secret_arn(y, name), [admin_of(x)])


@leak("own")
def table_policy(o, n, x, y):
    name = f"{y.name}-exchange-{n}"
    o.at(y.account, lambda acc: acc.table(name, document(allow(["dynamodb:GetItem", "dynamodb:Query"], acc.arn("dynamodb", f"table/{name}"),
                                                               None, aws(x.root())))))
    return entry(x, y, f"arn:aws:dynamodb:{HOME}:{y.account}:table/{name}", [admin_of(x)])


@near("own", "strict")
def near_table_policy(o, n, x, y):
    """A policy of the organization on the resources of y's unit denies it."""
    return table_policy(o, f"rcp-{n}", x, y)


@leak("own")
def ecr_push(o, n, x, y):
    return image(o, n, x, y, ["ecr:BatchCheckLayerAvailability", "ecr:InitiateLayerUpload", "ecr:UploadLayerPart", "ecr:CompleteLayerUpload",
                              "ecr:PutImage"])


@near("own")
def near_ecr_push(o, n, x, y):
    """x may only pull."""
    return image(o, f"pull-{n}", x, y, ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"])


def image(o, n, x, y, actions):
    repository, task = f"{y.name}-app-{n}", f"{y.name}-task-{n}"
    bucket = f"acme-{y.name}-task-{n}"
    pull = allow(["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], None, None, aws(y.root()))
    o.at(o.ci, lambda acc: acc.repository(repository, document(pull, allow(actions, None, None, aws(x.root())))))

    def hook(acc):
        acc.bucket(bucket)
        role = acc.role(task, trust_service("ecs-tasks"), reader(bucket))
        acc.service(task, role, f"{o.ci}.dkr.ecr.{HOME}.amazonaws.com/{repository}:latest")
    o.at(y.account, hook)
    return entry(x, y, f"arn:aws:s3:::{bucket}", [admin_of(x), y.role_arn(f"task-{n}")], None, [y.role_arn(f"task-{n}")])


# ---- pools: x and y in one account ----

def pool_role(o, x, name, doc, **more):
    o.at(x.account, lambda acc: acc.role(name, trust_service("lambda"), {"own": doc}, tags=x.tags, **more))
    return f"arn:aws:iam::{x.account}:role/{name}"


def everyone_in(o, x):
    return [[x.name, t.name] for t in o.tenants if t.account == x.account and t is not x]


@leak("pool")
def tag_based(o, n, x, y):
    helper = f"ward-helper-{x.name}-{n}"
    arn = f"arn:aws:iam::{x.account}:role/{helper}"
    queue = f"{y.name}-triage-{n}"
    queue_arn = f"arn:aws:sqs:{HOME}:{y.account}:{queue}"
    o.at(y.account, lambda acc: acc.queue(queue, None, None, y.tags))
    if n % 2:  # it changes the thing's tag
        may, cells = allow("sqs:TagQueue", queue_arn), None
    else:      # it changes its own
        may, cells = allow("iam:TagRole", arn), everyone_in(o, x)
    same = {"StringEquals": {"aws:ResourceTag/ward:tenant": "${aws:PrincipalTag/ward:tenant}"}}
    pool_role(o, x, helper, document(allow("sqs:ReceiveMessage", "*", same), may))
    return entry(x, y, queue_arn if n % 2 else None, [arn], cells)


@near("pool")
def near_tag_based(o, n, x, y):
    """A policy of the organization denies it the tag."""
    name = f"{x.name}-tagger-{n}"
    arn = f"arn:aws:iam::{x.account}:role/{name}"
    doc = o.abac()
    doc["Statement"].append(allow(["iam:TagRole", "secretsmanager:TagResource", "sqs:TagQueue"], "*"))
    pool_role(o, x, name, doc)
    return entry(x, y, f"arn:aws:sqs:{HOME}:{y.account}:{y.name}-jobs-0", [arn])


def make_function(o, n, x, y, condition, name):
    a = x.account
    arn = pool_role(o, x, f"{x.name}-{name}-{y.name}-{n}", document(
        allow("iam:PassRole", y.role_arn("worker"), condition),
        allow(["lambda:CreateFunction", "lambda:InvokeFunction"], f"arn:aws:lambda:{HOME}:{a}:function:{x.name}-*")))
    return entry(x, y, None, [arn, y.role_arn("worker")], None, [y.role_arn("worker")])


@leak("pool")
def pass_role_lambda(o, n, x, y):
    return make_function(o, n, x, y, None, "dev")


@near("pool")
def near_pass_role_lambda(o, n, x, y):
    """The role may be passed to instances only, and none can be started."""
    return make_function(o, n, x, y, {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}, "machines")


def change_function(o, n, x, y, condition, name):
    a = x.account
    arn = pool_role(o, x, f"{x.name}-{name}-{y.name}-{n}", document(
        allow("lambda:UpdateFunctionCode", f"arn:aws:lambda:{HOME}:{a}:function:{y.name}-*", condition)))
    return entry(x, y, None, [arn, y.role_arn("worker")], None, [y.role_arn("worker")])


@leak("pool")
def function_code(o, n, x, y):
    return change_function(o, n, x, y, None, "release")


@near("pool")
def near_function_code(o, n, x, y):
    """Functions of its own tag only."""
    return change_function(o, n, x, y, {"StringEquals": {"aws:ResourceTag/ward:tenant": "${aws:PrincipalTag/ward:tenant}"}}, "tagged")


def self_version(o, n, x, y, name, boundary):
    full = f"{x.name}-{name}-{n}"
    policy = f"arn:aws:iam::{x.account}:policy/{full}"

    def hook(acc):
        limit = acc.policy(f"{x.name}-boundary", o.data(x), tags=x.tags) if boundary else None
        acc.policy(full, document(allow(["iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion"], policy)), tags=x.tags)
        acc.role(full, trust_service("lambda"), None, [policy], limit, x.tags)
    o.at(x.account, hook)
    return f"arn:aws:iam::{x.account}:role/{full}"


@leak("pool")
def policy_version(o, n, x, y):
    arn = self_version(o, n, x, y, "self", False)
    return entry(x, y, None, [arn], everyone_in(o, x))


@near("pool")
def near_policy_version(o, n, x, y):
    """Its boundary holds whatever the policy says."""
    return entry(x, y, f"arn:aws:s3:::acme-{y.name}-data-0", [self_version(o, n, x, y, "fixed", True)])


# ---- where they go ----

def pairs(o, source, target):
    """Every (x, y) for a kind, shuffled."""
    own = [t for t in o.tenants if t.pool is None]
    if source == "pool":
        pooled = [t for t in o.tenants if t.pool is not None]
        found = [(x, y) for x in pooled if x.part == "source" for y in pooled if y.part == "target" and y.account == x.account]
    else:
        part = "source" if source == "own" else source
        found = [(x, y) for x in own if x.part == part for y in own if y.part == target and y is not x]
    o.random.shuffle(found)
    return found


def plant(o, table, count, kinds=None):
    """`count` of each kind, each in another cell as far as there are any."""
    out, used = [], set()
    for kind, (function, source, target) in table.items():
        if kinds and kind not in kinds:
            continue
        free = pairs(o, source, target)
        if not free:
            continue
        free.sort(key=lambda p: (p[0].name, p[1].name) in used)
        for n in range(count):
            x, y = free[n % len(free)]
            used.add((x.name, y.name))
            out.append({"kind": kind, **function(o, n, x, y)})
    return out
