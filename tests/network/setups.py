"""Small organizations of clinics, written by hand: networks and access rights together.

    setups.py SETUP DIR      writes DIR/bundle.jsonl.gz and DIR/ward.yaml

A setup is a function that gets an empty Org and adds to it; SETUPS tells which cells of the joint proof may be other than proved
or declared, and why.
"""
import importlib.util
import ipaddress
import json
import os
import sys

BENCH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "bench")
sys.path[:0] = [os.path.join(BENCH, "net_org"), os.path.join(BENCH, "iam_org")]


def load(folder, name):
    spec = importlib.util.spec_from_file_location(f"{folder}_{name}", os.path.join(BENCH, folder, name + ".py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


from account import Account as Rights, allow, deny, document, trust, trust_service  # noqa: E402
from bundle import HOME, Bundle  # noqa: E402
from org import ORG, ROOT, Gateway  # noqa: E402
from place import Account as Place, Vpc, digest, permission  # noqa: E402

net_answers, iam_answers = load("net_org", "answers"), load("iam_org", "answers")
OUTSIDE, PUBLIC = "(outside)", "0.0.0.0/0"


class Both(Bundle):
    """Both halves' writers end an account with rest(): here the caller does."""

    def rest(self, account, is_management):
        pass

    def end(self, account, is_management):
        Bundle.rest(self, account, is_management)


class Account:
    """`net`: what stands there; `iam`: who may do what."""

    def __init__(self, ident, name):
        self.id, self.name, self.net, self.iam = ident, name, Place(ident, name), Rights(ident, name)

    def write(self, b, is_management):
        net_answers.write(b, self.net, is_management)
        for part in ("iam", "kms", "s3", "queues_and_secrets", "functions", "containers", "shares", "settings"):
            getattr(iam_answers, part)(b, self.iam)
        b.end(self.id, is_management)

    def host_role(self, name, **inline):
        """A role for instances, with its profile."""
        arn = self.iam.role(name, trust_service("ec2"), inline)
        return self.iam.profile(name, arn), arn

    def run_as(self, eni, profile):
        """The instance of the interface gets the profile."""
        ident = eni["Attachment"]["InstanceId"]
        item = next(i for i in self.net.lists["instance"] if i["InstanceId"] == ident)
        item["IamInstanceProfile"] = {"Arn": profile, "Id": self.iam.unique("AIPA", profile.rsplit("/", 1)[1])}
        return ident

    def endpoint(self, vpc, service, kind, subnets=(), groups=(), tables=(), policy=None):
        ident = vpc.ident("vpce-", service)
        seats = [vpc.interface(f"{service}-{s}", s, groups, kind="vpc_endpoint", description=f"VPC Endpoint Interface {ident}", requester="amazon-aws")
                 for s in subnets]
        full = document({"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"})
        self.net.add("endpoint", {
            "VpcEndpointId": ident, "VpcEndpointType": kind, "VpcId": vpc.id, "ServiceName": f"com.amazonaws.{HOME}.{service}", "State": "available",
            "OwnerId": self.id, "SubnetIds": [s["SubnetId"] for s in seats], "Groups": seats[0]["Groups"] if seats else [],
            "RouteTableIds": [vpc.tables[t]["RouteTableId"] for t in tables], "NetworkInterfaceIds": [s["NetworkInterfaceId"] for s in seats],
            "PrivateDnsEnabled": bool(seats), "PolicyDocument": json.dumps(policy or full), "Tags": []})
        for t in tables:
            vpc.tables[t]["Routes"].append({"DestinationPrefixListId": S3_LIST, "GatewayId": ident, "Origin": "CreateRoute", "State": "active"})
        return ident


S3_LIST = "pl-63a5400a"


def s3_list(acc):
    """AWS's own list of the addresses of S3, as every account sees it."""
    if any(x["PrefixListId"] == S3_LIST for x in acc.net.lists.get("list", ())):
        return
    acc.net.add("list", {"PrefixListId": S3_LIST, "PrefixListName": f"com.amazonaws.{HOME}.s3", "OwnerId": "AWS", "AddressFamily": "IPv4",
                         "PrefixListArn": f"arn:aws:ec2:{HOME}:aws:prefix-list/{S3_LIST}", "State": "create-complete", "Tags": []})
    acc.net.add("list_entries", (S3_LIST, [{"Cidr": "52.216.0.0/15", "Description": ""}, {"Cidr": "3.5.0.0/19", "Description": ""}]))


def alb(vpc, name, subnets, groups, target, port, addresses):
    """An application load balancer that faces the Internet, in front of one instance."""
    acc, key = vpc.account, digest(vpc.id, name)[:16]
    arn = acc.arn("elasticloadbalancing", f"loadbalancer/app/{name}/{key}")
    group = acc.arn("elasticloadbalancing", f"targetgroup/{name}/{key}")
    for n, s in enumerate(subnets):
        vpc.interface(f"alb-{name}-{s}", s, groups, addresses[n], kind="interface", description=f"ELB app/{name}/{key}", requester="amazon-elb",
                      attachment={"InstanceOwnerId": "amazon-elb"})
    acc.add("balancer", {
        "LoadBalancerArn": arn, "LoadBalancerName": name, "Type": "application", "Scheme": "internet-facing", "VpcId": vpc.id,
        "State": {"Code": "active"}, "IpAddressType": "ipv4", "SecurityGroups": [vpc.groups[g]["GroupId"] for g in groups],
        "DNSName": f"{name}.elb.amazonaws.com",
        "AvailabilityZones": [{"ZoneName": vpc.subnets[s]["AvailabilityZone"], "SubnetId": vpc.subnets[s]["SubnetId"], "LoadBalancerAddresses": []}
                              for s in subnets]})
    here = arn.replace(":loadbalancer/", ":listener/") + "/0123456789abcdef"
    acc.add("listeners", (arn, [{"ListenerArn": here, "LoadBalancerArn": arn, "Port": 443, "Protocol": "HTTPS",
                                 "DefaultActions": [{"Type": "forward", "TargetGroupArn": group}]}]))
    acc.add("rules", (here, []))
    acc.add("balancer_attributes", (arn, [{"Key": "load_balancing.cross_zone.enabled", "Value": "true"}]))
    acc.add("target_group", {"TargetGroupArn": group, "TargetGroupName": name, "Protocol": "HTTPS", "Port": port, "VpcId": vpc.id,
                             "TargetType": "instance", "LoadBalancerArns": [arn], "IpAddressType": "ipv4"})
    acc.add("target_attributes", (group, []))
    acc.add("targets", (group, [{"Target": {"Id": target["Attachment"]["InstanceId"], "Port": port}, "TargetHealth": {"State": "healthy"}}]))
    return arn


class Tenant:
    """A name, the account that it lies in, its VPC."""

    def __init__(self, name, account, number, pooled):
        self.name, self.account, self.number, self.pooled = name, account, number, pooled
        self.vpc = self.bucket = self.role = self.key = None

    def place(self, cidr=None):
        v = self.vpc = Vpc(self.account.net, self.name, cidr or f"10.{self.number}.0.0/16")
        blocks = list(v.cidr.subnets(new_prefix=24))
        for name in ("public", "data"):
            v.table(name)
        for n, (name, table) in enumerate((("app", None), ("app-b", None), ("data", "data"), ("data-b", "data"), ("public", "public"),
                                           ("public-b", "public"))):
            v.subnet(name, blocks[n], n % 2, table)
        v.group("alb", [permission("tcp", 443, 443, [PUBLIC])], [])
        v.group("app", [])
        v.group("db", [], [])
        v.groups["alb"]["IpPermissionsEgress"] = [permission("tcp", 8443, 8443, groups=[v.own("app")])]
        v.admit("app", permission("tcp", 8443, 8443, groups=[v.own("alb")]))
        v.admit("db", permission("tcp", 5432, 5432, groups=[v.own("app")]))
        v.database("db", ["data", "data-b"], ["db"])
        self.web = v.host("web", "app", ["app"])
        return self

    def store(self, *policy):
        """A bucket with its own key; the web host's role reads it."""
        iam, name = self.account.iam, f"acme-{self.name}-records"
        tags = {"tenant": self.name} if self.pooled else None
        self.key = iam.key(name, tags=tags)
        self.bucket = iam.bucket(name, list(policy), self.key, tags)
        profile, self.role = self.account.host_role(
            f"{self.name}-web", data=document(allow(["s3:GetObject", "s3:PutObject"], self.bucket + "/*"), allow(["kms:Decrypt", "kms:GenerateDataKey"], self.key)))
        self.account.run_as(self.web, profile)
        if self.pooled:
            item = next(r for r in iam.things["role"] if r["Arn"] == self.role)
            item["Tags"] = [{"Key": "tenant", "Value": self.name}]
        return self

    def nat(self, address):
        igw = self.vpc.internet()
        self.vpc.route("public", PUBLIC, GatewayId=igw)
        self.vpc.route("main", PUBLIC, NatGatewayId=self.vpc.nat("public", address))
        return self


class Org:
    """The accounts management and shared, tenants a and b with an account each (pooled: one for both)."""

    def __init__(self, pooled=False):
        self.management, self.shared = Account("100000000001", "management"), Account("100000000002", "shared")
        self.accounts = [self.management, self.shared]
        self.tenants, self.yaml_of_shared, self.public_subnets, self.more_shared, self.public = [], [], [], [], 0
        pool = Account("200000000009", "pool") if pooled else None
        for n, name in enumerate(("clinic-a", "clinic-b")):
            acc = pool or Account(f"20000000000{n}", name)
            if acc not in self.accounts:
                self.accounts.append(acc)
                if pooled:
                    self.more_shared.append('  pool: {reason: both tenants lie in it, accounts: [pool], '
                                            'via: [{from: pool, to: "*", reason: who is root there is root of both}]}')
            self.tenants.append(Tenant(name, acc, n + 1, pooled))
        self.a, self.b = self.tenants

    def address(self):
        self.public += 1
        return str(ipaddress.ip_address("44.0.0.0") + self.public)

    def via(self, who, to, *ports):
        self.yaml_of_shared.append(f'{{from: "{who}", to: "{to}", {"ports: [" + ", ".join(map(str, ports)) + "], " if ports else ""}reason: by design}}')

    def front(self, t):
        """A public balancer in front of the web host, in subnets that ward.yaml lets be public."""
        alb(t.vpc, t.name, ["public", "public-b"], ["alb"], t.web, 8443, [self.address(), self.address()])
        self.public_subnets += [t.vpc.subnets[s]["SubnetId"] for s in ("public", "public-b")]

    def hub(self, services=True):
        """Tenants see shared services, never each other."""
        g = self.gateway = Gateway(self.shared.net, 0)
        for name in ("spokes", "shared"):
            g.table(name)
        v = self.services = Vpc(self.shared.net, "services", "10.200.0.0/16")
        v.subnet("one", "10.200.1.0/24")
        v.group("directory", [permission("tcp", 636, 636, [str(t.vpc.cidr) for t in self.tenants])], [])
        self.directory = v.host("directory", "one", ["directory"])
        g.attach(v, ["one"], "shared")
        g.propagate(v, "spokes")
        for t in self.tenants:
            g.attach(t.vpc, ["app", "app-b"], "spokes")
            g.propagate(t.vpc, "shared")
            t.vpc.route("main", "10.200.0.0/16", TransitGatewayId=g.id)
            v.route("main", str(t.vpc.cidr), TransitGatewayId=g.id)
        if services:
            self.via("*", "services", 636)

    def write(self, out):
        os.makedirs(out, exist_ok=True)
        b = Both(out, True)
        b.run(f"arn:aws:sts::{self.management.id}:assumed-role/ward-audit/ward", "setups")
        me, arn = self.management.id, f"arn:aws:organizations::{self.management.id}"
        shown = [{"Id": x.id, "Arn": f"{arn}:account/{ORG}/{x.id}", "Name": x.name, "Email": f"aws+{x.name}@acme.example", "Status": "ACTIVE",
                  "State": "ACTIVE", "JoinedMethod": "CREATED"} for x in self.accounts]
        for x in self.accounts:
            b.account(x.id, x.name)
            if x is self.management:
                b.call(me, "organizations:DescribeOrganization", {"Organization": {
                    "Id": ORG, "Arn": f"{arn}:organization/{ORG}", "FeatureSet": "ALL", "MasterAccountId": me,
                    "MasterAccountArn": f"{arn}:account/{ORG}/{me}", "AvailablePolicyTypes": []}})
                b.call(me, "organizations:ListAccounts", {"Accounts": shown}, None, len(shown))
                b.call(me, "organizations:ListRoots", {"Roots": [{"Id": ROOT, "Arn": f"{arn}:root/{ORG}/{ROOT}", "Name": "Root", "PolicyTypes": []}]})
                b.call(me, "organizations:ListOrganizationalUnitsForParent", {"OrganizationalUnits": []}, {"ParentId": ROOT}, 0)
                b.call(me, "organizations:ListAccountsForParent", {"Accounts": shown}, {"ParentId": ROOT}, len(shown))
            x.write(b, x is self.management)
        b.close()
        with open(os.path.join(out, "ward.yaml"), "w", encoding="utf-8") as f:
            f.write(self.yaml())

    def yaml(self):
        out = ["version: 1", "company: {name: Acme Health}", f"regions: {{home: {HOME}}}", "accounts:"]
        out += [f'  {x.name}: {{id: "{x.id}"}}' for x in self.accounts]
        out.append("tenants:")
        for t in self.tenants:
            owns = f"vpcs: [{t.vpc.id}], tags: {{tenant: {t.name}}}" if t.pooled and t.vpc else f"accounts: [{t.account.name}]"
            out.append(f"  {t.name}: {{isolation: vm, {owns}}}")
        out += ["shared:", "  services: {reason: what all need, accounts: [management, shared" + "]"
                + (", via: [" + ", ".join(self.yaml_of_shared) + "]" if self.yaml_of_shared else "") + "}", *self.more_shared]
        if self.public_subnets:
            out += ["declared:", "  public_subnets:", *(f"    - {s}" for s in self.public_subnets)]
        return "\n".join(out) + "\n"


def both(o, *policy):
    for t in o.tenants:
        t.place().store(*policy)
    return o


# ---- good ones ----

def hub(o):
    both(o).hub()


def hub_and_fronts(o):
    both(o)
    for t in o.tenants:
        t.nat(o.address())
        o.front(t)
    o.hub()


def fronts_that_reach_services(o):
    """The usual one: a public balancer, hosts that ask shared services, and a log bucket of the shared account that all write to."""
    hub_and_fronts(o)
    logs = o.shared.iam.bucket("acme-logs", [allow("s3:PutObject", "arn:aws:s3:::acme-logs/*", None, {"AWS": [t.role for t in o.tenants]})])
    for t in o.tenants:
        item = next(r for r in t.account.iam.things["role"] if r["Arn"] == t.role)
        item["RolePolicyList"].append({"PolicyName": "logs", "PolicyDocument": document(allow("s3:PutObject", logs + "/*"))})


def session_manager(o):
    """No way in but Session Manager, by endpoints; the operators of a tenant may start sessions on its hosts alone."""
    both(o)
    for t in o.tenants:
        t.vpc.group("endpoints", [permission("tcp", 443, 443, [str(t.vpc.cidr)])], [])
        for service in ("ssm", "ssmmessages", "ec2messages"):
            t.account.endpoint(t.vpc, service, "Interface", ["app"], ["endpoints"])
        ident = t.web["Attachment"]["InstanceId"]
        t.account.iam.role(f"{t.name}-operators", trust({"AWS": f"arn:aws:iam::{t.account.id}:root"}), {
            "sessions": document(allow("ssm:StartSession", [f"arn:aws:ec2:{HOME}:{t.account.id}:instance/{ident}",
                                                            f"arn:aws:ssm:{HOME}::document/AWS-StartInteractiveCommand"]))},
                           tags={"tenant": t.name} if t.pooled else None)
        if t.pooled:
            t.account.iam.things["role"][-1]["Tags"] = [{"Key": "tenant", "Value": t.name}]


def endpoint_policies(o):
    """Buckets that may be read through the tenant's own endpoint alone."""
    for t in o.tenants:
        t.place()
        s3_list(t.account)
        own = t.account.endpoint(t.vpc, "s3", "Gateway", tables=["main"], policy=document({
            "Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": [f"arn:aws:s3:::acme-{t.name}-records", f"arn:aws:s3:::acme-{t.name}-records/*"]}))
        name = f"arn:aws:s3:::acme-{t.name}-records"
        t.store(deny("s3:*", [name, name + "/*"], {"StringNotEquals": {"aws:SourceVpce": own}}, "*"))


def nat_each(o):
    both(o)
    for t in o.tenants:
        t.nat(o.address())


def bucket_by_endpoint(o):
    """b's bucket lets everybody of the organization in who comes through b's own endpoint: nobody but b gets there."""
    o.a.place().store()
    s3_list(o.b.account)
    o.b.place()
    own = o.b.account.endpoint(o.b.vpc, "s3", "Gateway", tables=["main"])
    name = f"arn:aws:s3:::acme-{o.b.name}-records"
    o.b.store(allow("s3:GetObject", name + "/*", {"StringEquals": {"aws:SourceVpce": own}}, "*"))


# ---- bad ones: cells that must be violated ----

def source_vpc_of_shared(o):
    """b's bucket trusts the shared VPC's endpoint, to which a gets over the gateway."""
    both(o)
    o.hub()
    v = o.services
    v.group("endpoint", [permission("tcp", 443, 443, ["10.0.0.0/8"])], [])
    own = o.shared.endpoint(v, "s3", "Interface", ["one"], ["endpoint"])
    item = next(x for x in o.b.account.iam.things["bucket"])
    item["policy"].append(allow("s3:GetObject", o.b.bucket + "/*", {"StringEquals": {"aws:SourceVpce": own}}, "*"))
    item["block"] = dict.fromkeys(item["block"], False)
    o.b.account.iam.public_blocked = dict.fromkeys(o.b.account.iam.public_blocked, False)
    key = next(k for k in o.b.account.iam.things["key"])
    key["policy"]["Statement"].append(allow("kms:Decrypt", "*", {"StringEquals": {"kms:ViaService": f"s3.{HOME}.amazonaws.com"}}, {"AWS": "*"}))


def bastion_role(o):
    """A bastion that both may enter has a role that reads b's bucket."""
    both(o)
    o.hub()
    v = o.services
    v.group("bastion", [permission("tcp", 22, 22, [str(o.a.vpc.cidr)])], [])
    host = v.host("bastion", "one", ["bastion"])
    profile, role = o.shared.host_role("bastion", data=document(allow("s3:GetObject", o.b.bucket + "/*"), allow("kms:Decrypt", o.b.key)))
    o.shared.run_as(host, profile)
    item = next(x for x in o.b.account.iam.things["bucket"])
    item["policy"].append(allow("s3:GetObject", o.b.bucket + "/*", None, {"AWS": role}))
    next(k for k in o.b.account.iam.things["key"])["policy"]["Statement"].append(allow("kms:Decrypt", "*", None, {"AWS": role}))
    o.via(o.a.name, "services", 22)


def front_with_role_of_other(o):
    """a's own public web host, declared: its role reads b's bucket. That a can is a's leak; that everybody can open the web page is not."""
    hub_and_fronts(o)
    item = next(x for x in o.b.account.iam.things["bucket"])
    item["policy"].append(allow("s3:GetObject", o.b.bucket + "/*", None, {"AWS": o.a.role}))
    next(k for k in o.b.account.iam.things["key"])["policy"]["Statement"].append(allow("kms:Decrypt", "*", None, {"AWS": o.a.role}))
    role = next(r for r in o.a.account.iam.things["role"] if r["Arn"] == o.a.role)
    role["RolePolicyList"].append({"PolicyName": "b", "PolicyDocument": document(allow("s3:GetObject", o.b.bucket + "/*"), allow("kms:Decrypt", o.b.key))})


def sessions_on_shared(o):
    """a may start sessions on a host of the shared VPC that stands beside b's database: over the gateway, and b admits it."""
    both(o)
    o.hub()
    v = o.services
    v.group("tools", [])
    host = v.host("tools", "one", ["tools"])
    o.b.vpc.admit("db", permission("tcp", 5432, 5432, ["10.200.0.0/16"]))
    o.b.vpc.tables["data"]["Routes"].append({"DestinationCidrBlock": "10.200.0.0/16", "TransitGatewayId": o.gateway.id, "Origin": "CreateRoute",
                                             "State": "active"})
    o.via("services", o.b.name, 5432)
    ident = host["Attachment"]["InstanceId"]
    helper = o.shared.iam.role("helper", trust({"AWS": o.a.role}), {"s": document(allow("ssm:StartSession", "*"))})
    role = next(r for r in o.a.account.iam.things["role"] if r["Arn"] == o.a.role)
    role["RolePolicyList"].append({"PolicyName": "h", "PolicyDocument": document(allow("sts:AssumeRole", helper))})
    return ident


def second_way(o):
    """a may start sessions on two hosts: one in the shared VPC, whose way to b is declared, and one of another shared account, whose way to b
    is not."""
    sessions_on_shared(o)
    o.via(o.a.name, o.b.name)
    lab = Account("100000000003", "lab")
    o.accounts.append(lab)
    v = Vpc(lab.net, "lab", "10.201.0.0/16")
    v.subnet("one", "10.201.1.0/24")
    v.group("lab", [])
    v.host("lab", "one", ["lab"])
    o.gateway.attach(v, ["one"], "shared")
    o.gateway.propagate(v, "spokes")
    v.route("main", str(o.b.vpc.cidr), TransitGatewayId=o.gateway.id)
    o.b.vpc.admit("db", permission("tcp", 5432, 5432, ["10.201.0.0/16"]))
    o.b.vpc.tables["data"]["Routes"].append({"DestinationCidrBlock": "10.201.0.0/16", "TransitGatewayId": o.gateway.id, "Origin": "CreateRoute",
                                             "State": "active"})
    helper = lab.iam.role("helper", trust({"AWS": o.a.role}), {"s": document(allow("ssm:StartSession", "*"))})
    role = next(r for r in o.a.account.iam.things["role"] if r["Arn"] == o.a.role)
    role["RolePolicyList"].append({"PolicyName": "h2", "PolicyDocument": document(allow("sts:AssumeRole", helper))})
    o.more_shared.append("  lab: {reason: a laboratory, accounts: [lab]}")


def front_not_declared(o):
    """Nobody declared the fronts: who gets to one goes on from there."""
    fronts_that_reach_services(o)
    o.public_subnets = []


def front_beside_open_host(o):
    """A declared front, and behind another subnet a host that anybody may sign in to."""
    fronts_that_reach_services(o)
    v = o.a.vpc
    v.table("open")
    v.route("open", PUBLIC, GatewayId=v.ident("igw-"))
    v.route("open", "10.200.0.0/16", TransitGatewayId=o.gateway.id)
    v.subnet("open", "10.1.77.0/24", 0, "open")
    v.group("open", [permission("tcp", 22, 22, [PUBLIC])])
    v.host("open", "open", ["open"], o.address())


A, B = "clinic-a", "clinic-b"
SERVICES = "(shared) services"
SETUPS = {  # name: (make, pooled, cells that must be violated)
    "hub": (hub, False, ()), "hub-pooled": (hub, True, ()), "fronts": (hub_and_fronts, False, ()), "fronts-pooled": (hub_and_fronts, True, ()),
    "fronts-services": (fronts_that_reach_services, False, ()), "sessions": (session_manager, False, ()),
    "sessions-pooled": (session_manager, True, ()), "endpoint-policies": (endpoint_policies, False, ()), "nat": (nat_each, False, ()),
    "bucket-by-endpoint": (bucket_by_endpoint, False, ()),
    "shared-endpoint": (source_vpc_of_shared, False, ((A, B),)), "bastion-role": (bastion_role, False, ((A, B),)),
    "front-role": (front_with_role_of_other, False, ((A, B),)), "sessions-shared": (sessions_on_shared, False, ((A, B),)),
    "front-not-declared": (front_not_declared, False, ((OUTSIDE, SERVICES), (OUTSIDE, A), (A, B))),
    "front-beside-open-host": (front_beside_open_host, False, ((OUTSIDE, SERVICES), (OUTSIDE, A))),
    "second-way": (second_way, False, ((A, B),)),
}


def make(name, out):
    function, pooled, _ = SETUPS[name]
    o = Org(pooled)
    function(o)
    o.write(out)


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in SETUPS:
        sys.exit(__doc__ + "\nsetups: " + ", ".join(SETUPS))
    make(sys.argv[1], sys.argv[2])
