"""The made-up organization: hub and spokes over transit gateways, shared services, tenants with a VPC each in several accounts."""
import ipaddress
import random

from place import DATE, HOME, Account, Vpc, digest, everything, permission

ORG, ROOT = "o-acmehealth", "r-acme"
HUB, SPOKES = ipaddress.ip_network("10.0.0.0/8"), 21
TENANT_RANGE = "10.0.0.0/8"


class Tenant:
    def __init__(self, number, account):
        self.name, self.number, self.account, self.vpcs = f"t{number:04d}", number, account, []
        self.vpc = None

    def __repr__(self):
        return self.name


class Gateway:
    """A transit gateway with its tables. Spokes see the shared services; those see all spokes."""

    def __init__(self, account, number):
        self.account, self.number = account, number
        self.id = account.ident("tgw-", number)
        self.tables, self.attachments = {}, {}
        account.add("tgw", {"TransitGatewayId": self.id, "TransitGatewayArn": account.arn("ec2", f"transit-gateway/{self.id}"), "OwnerId": account.id,
                            "State": "available", "CreationTime": DATE, "Options": {
                                "AmazonSideAsn": 64512, "AutoAcceptSharedAttachments": "enable", "DefaultRouteTableAssociation": "disable",
                                "DefaultRouteTablePropagation": "disable", "VpnEcmpSupport": "enable", "DnsSupport": "enable",
                                "SecurityGroupReferencingSupport": "disable", "MulticastSupport": "disable"}, "Tags": []})

    def table(self, name):
        ident = self.account.ident("tgw-rtb-", self.number, name)
        self.account.add("tgw_table", {"TransitGatewayRouteTableId": ident, "TransitGatewayId": self.id, "State": "available",
                                       "DefaultAssociationRouteTable": False, "DefaultPropagationRouteTable": False, "CreationTime": DATE, "Tags": []})
        self.tables[name] = t = {"id": ident, "associations": [], "propagations": [], "routes": []}
        for kind, member in (("table_associations", "associations"), ("table_propagations", "propagations"), ("table_routes", "routes")):
            self.account.add(kind, (ident, t[member]))
        self.account.add("table_lists", (ident, []))

    def attach(self, vpc, subnets, table):
        ident = self.account.ident("tgw-attach-", self.number, vpc.id)
        where = {"TransitGatewayAttachmentId": ident, "ResourceId": vpc.id, "ResourceType": "vpc"}
        shown = {"TransitGatewayAttachmentId": ident, "TransitGatewayId": self.id, "TransitGatewayOwnerId": self.account.id,
                 "ResourceOwnerId": vpc.account.id, "ResourceType": "vpc", "ResourceId": vpc.id, "State": "available",
                 "Association": {"TransitGatewayRouteTableId": self.tables[table]["id"], "State": "associated"}, "CreationTime": DATE, "Tags": []}
        detail = {"TransitGatewayAttachmentId": ident, "TransitGatewayId": self.id, "VpcId": vpc.id, "VpcOwnerId": vpc.account.id, "State": "available",
                  "SubnetIds": [vpc.subnets[s]["SubnetId"] for s in subnets], "CreationTime": DATE, "Tags": [],
                  "Options": {"DnsSupport": "enable", "SecurityGroupReferencingSupport": "disable", "Ipv6Support": "disable",
                              "ApplianceModeSupport": "disable"}}
        for acc in {self.account.id: self.account, vpc.account.id: vpc.account}.values():
            acc.add("attachment", shown if acc is self.account else {k: v for k, v in shown.items() if k != "Association"})
            acc.add("vpc_attachment", detail)
        self.tables[table]["associations"].append({**where, "State": "associated"})
        self.attachments[vpc.id] = where
        return ident

    def move(self, vpc, table):
        """To another table."""
        where = self.attachments[vpc.id]
        for t in self.tables.values():
            t["associations"][:] = [a for a in t["associations"] if a["ResourceId"] != vpc.id]
        self.tables[table]["associations"].append({**where, "State": "associated"})
        for shown in self.account.lists["attachment"]:
            if shown["TransitGatewayAttachmentId"] == where["TransitGatewayAttachmentId"]:
                shown["Association"]["TransitGatewayRouteTableId"] = self.tables[table]["id"]

    def propagate(self, vpc, table):
        where = self.attachments[vpc.id]
        self.tables[table]["propagations"].append({**where, "State": "enabled"})
        for c in vpc.item["CidrBlockAssociationSet"]:
            self.tables[table]["routes"].append({"DestinationCidrBlock": c["CidrBlock"], "TransitGatewayAttachments": [where], "Type": "propagated",
                                                 "State": "active"})

    def static(self, table, cidr, vpc=None):
        route = {"DestinationCidrBlock": cidr, "Type": "static", "State": "active" if vpc else "blackhole"}
        if vpc:
            route["TransitGatewayAttachments"] = [self.attachments[vpc.id]]
        self.tables[table]["routes"].append(route)


class Org:
    """mode 'hub': spokes see shared services only. mode 'flat': one gateway, one table, everything propagated, broad rules."""

    def __init__(self, tenants, accounts, gateways, hosts, rules, seed, mode):
        self.random, self.mode, self.hosts, self.rules = random.Random(seed), mode, hosts, rules
        self.management, self.network, self.shared = (Account(f"{n:012d}", name) for n, name in (
            (100000000001, "management"), (100000000002, "network"), (100000000003, "shared-services")))
        self.members = [Account(f"{200000000000 + n}", f"workload-{n}") for n in range(accounts)]
        self.gateways = [Gateway(self.network, n) for n in range(1 if mode == "flat" else gateways)]
        self.public, self.public_subnets, self.stores = 0, [], []
        self.spokes = HUB.subnets(new_prefix=SPOKES)
        for g in self.gateways:
            for name in ("spokes", "shared"):
                g.table(name)
        self.services = self.service_vpc()
        self.tenants = [Tenant(n, self.members[n * accounts // tenants]) for n in range(tenants)]
        self.declared = []  # shared.services.via beside the first
        for t in self.tenants:
            self.spoke(t)
        self.answers_of_services()

    def accounts(self):
        return [self.management, self.network, self.shared, *self.members]

    def address(self):
        """A public one."""
        self.public += 1
        return str(ipaddress.ip_address("44.0.0.0") + self.public)

    # ---- shared services: everybody may ask the directory; it opens nothing by itself ----

    def service_vpc(self):
        vpc = Vpc(self.shared, "services", str(next(self.spokes)))
        halves = list(vpc.cidr.subnets(new_prefix=24))
        vpc.table("services")
        for n, name in enumerate(("one", "two")):
            vpc.subnet(name, halves[n], n, "services")
        vpc.group("directory", [permission("tcp", 636, 636, [TENANT_RANGE])], [])
        for n in range(2):
            vpc.host(f"directory-{n}", ("one", "two")[n], ["directory"])
        for g in self.gateways:
            g.attach(vpc, ["one", "two"], "shared")
            g.propagate(vpc, "spokes")
        return vpc

    def answers_of_services(self):
        """Routes back to the tenants, by the gateway that has them."""
        for g in self.gateways:
            mine = [t.vpc.cidr for t in self.tenants if self.gateway(t) is g]
            if mine:
                for block in ipaddress.summarize_address_range(min(mine)[0], max(mine)[-1]):
                    self.services.route("services", str(block), TransitGatewayId=g.id)

    # ---- tenants ----

    def gateway(self, t):
        return self.gateways[t.number * len(self.gateways) // len(self.tenants)] if self.mode == "hub" else self.gateways[0]

    def spoke(self, t):
        vpc = t.vpc = Vpc(t.account, t.name, str(next(self.spokes)))
        t.vpcs.append(vpc)
        subnets = list(vpc.cidr.subnets(new_prefix=24))
        g = self.gateway(t)
        vpc.table("public")
        vpc.table("data")
        for n, (name, table) in enumerate((("app-a", "main"), ("app-b", "main"), ("db-a", "data"), ("db-b", "data"), ("public", "public"))):
            vpc.subnet(name, subnets[n], n % 2, None if table == "main" else table)
        vpc.route("main", TENANT_RANGE, TransitGatewayId=g.id)
        igw = vpc.internet()
        vpc.route("public", "0.0.0.0/0", GatewayId=igw)
        vpc.route("main", "0.0.0.0/0", NatGatewayId=vpc.nat("public", self.address()))
        self.groups(t, vpc)
        for n in range(self.hosts):
            vpc.host(f"app-{n}", "app-a" if n % 2 == 0 else "app-b", ["app"])
        vpc.host("edge", "public", ["edge"], self.address())
        self.stores.append(vpc.database("db", ["db-a", "db-b"], ["db"]))
        self.public_subnets.append(vpc.subnets["public"]["SubnetId"])
        g.attach(vpc, ["app-a", "app-b"], "spokes")
        g.propagate(vpc, "shared")
        if self.mode == "flat":
            g.propagate(vpc, "spokes")

    def groups(self, t, vpc):
        """Four groups; with `rules` more of what no other tenant's packet matches."""
        own = str(vpc.cidr)
        vpc.group("app")
        vpc.group("edge", [permission("tcp", 443, 443, ["0.0.0.0/0"])], [])
        vpc.group("db", [], [])
        vpc.group("spare", [permission("tcp", 22, 22, [own])])
        vpc.admit("app", permission("tcp", 8080, 8080, groups=[vpc.own("edge")]), permission("-1", 0, 0, groups=[vpc.own("app")]))
        vpc.admit("db", permission("tcp", 5432, 5432, groups=[vpc.own("app")]))
        if self.mode == "flat":
            vpc.admit("app", permission("tcp", 9100, 9100, [TENANT_RANGE]))
        blocks = list(vpc.cidr.subnets(new_prefix=28))
        for name, group in list(vpc.groups.items()):
            for n in range(self.rules - len(group["IpPermissions"])):
                block = blocks[(n * 7 + len(name)) % len(blocks)]
                vpc.admit(name, permission("tcp", 9000 + 10 * n, 9000 + 10 * n, [str(block)]))

    # ---- output ----

    def write_organization(self, b):
        me, arn = self.management.id, f"arn:aws:organizations::{self.management.id}"
        b.call(me, "organizations:DescribeOrganization", {"Organization": {
            "Id": ORG, "Arn": f"{arn}:organization/{ORG}", "FeatureSet": "ALL", "MasterAccountId": me,
            "MasterAccountArn": f"{arn}:account/{ORG}/{me}", "AvailablePolicyTypes": []}})
        shown = [{"Id": a.id, "Arn": f"{arn}:account/{ORG}/{a.id}", "Name": a.name, "Email": f"aws+{a.name}@acme.example", "Status": "ACTIVE",
                  "State": "ACTIVE", "JoinedMethod": "CREATED"} for a in self.accounts()]
        b.call(me, "organizations:ListAccounts", {"Accounts": shown}, None, len(shown))
        b.call(me, "organizations:ListRoots", {"Roots": [{"Id": ROOT, "Arn": f"{arn}:root/{ORG}/{ROOT}", "Name": "Root", "PolicyTypes": []}]})
        b.call(me, "organizations:ListOrganizationalUnitsForParent", {"OrganizationalUnits": []}, {"ParentId": ROOT}, 0)
        b.call(me, "organizations:ListAccountsForParent", {"Accounts": shown}, {"ParentId": ROOT}, len(shown))

    def yaml(self):
        out = ["version: 1", "company: {name: Acme Health}", f"regions: {{home: {HOME}}}", "accounts:"]
        out += [f'  {a.name}: {{id: "{a.id}"}}' for a in (self.management, self.network, self.shared)]
        out += ["tenants:"] + [f"  {t.name}: {{isolation: vm, vpcs: [{', '.join(v.id for v in t.vpcs)}]}}" for t in self.tenants]
        out += ["shared:", "  services:", "    reason: what all tenants need", "    accounts: [management, network, shared-services]",
                '    via: [{from: "*", to: services, ports: [636], reason: everybody asks the directory}'
                + "".join(f", {{from: {f}, to: {t}, ports: [{p}], reason: planted}}" for f, t, p in self.declared) + "]"]
        out += ["declared:", "  public_subnets:", *(f"    - {s}" for s in self.public_subnets)]
        return "\n".join(out) + "\n"


def group_reference(vpc, group, peering=None):
    return (vpc.groups[group]["GroupId"], vpc.account.id, peering)


def peer(one, two, status="active"):
    """A peering connection; no routes."""
    ident = one.account.ident("pcx-", one.id, two.id)
    sides = {}
    for key, v in (("RequesterVpcInfo", one), ("AccepterVpcInfo", two)):
        blocks = [c["CidrBlock"] for c in v.item["CidrBlockAssociationSet"]]
        sides[key] = {"VpcId": v.id, "OwnerId": v.account.id, "Region": HOME, "CidrBlock": blocks[0],
                      "CidrBlockSet": [{"CidrBlock": c} for c in blocks],
                      "PeeringOptions": {"AllowDnsResolutionFromRemoteVpc": False}}
    item = {"VpcPeeringConnectionId": ident, "Status": {"Code": status, "Message": status}, "Tags": [], **sides}
    for acc in {one.account.id: one.account, two.account.id: two.account}.values():
        acc.add("peering", item)
    return ident


__all__ = ["HOME", "Org", "Vpc", "digest", "everything", "group_reference", "peer", "permission"]
