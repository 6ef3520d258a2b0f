"""One account of the made-up organization as a place: its VPCs and what stands in them, in the shapes of the AWS CLI."""
import hashlib
import ipaddress

HOME = "us-east-1"
DATE = "2026-03-01T08:00:00+00:00"
ZONES = [("us-east-1a", "use1-az1"), ("us-east-1b", "use1-az2")]


def digest(*parts):
    return hashlib.sha256("/".join(map(str, parts)).encode()).hexdigest()


def permission(proto, lo, hi, cidrs=(), groups=(), cidrs6=(), lists=()):
    """An entry of IpPermissions; `groups`: (id, owner, peering or None)."""
    p = {"IpProtocol": proto, "IpRanges": [{"CidrIp": c} for c in cidrs], "Ipv6Ranges": [{"CidrIpv6": c} for c in cidrs6],
         "PrefixListIds": [{"PrefixListId": x} for x in lists], "UserIdGroupPairs": []}
    if proto != "-1":
        p["FromPort"], p["ToPort"] = lo, hi
    for ident, owner, peering in groups:
        pair = {"GroupId": ident, "UserId": owner}
        if peering:
            pair.update({"VpcPeeringConnectionId": peering, "PeeringStatus": "active"})
        p["UserIdGroupPairs"].append(pair)
    return p


def everything(cidr="0.0.0.0/0"):
    return permission("-1", 0, 0, [cidr])


class Account:
    """The id, and the lists of what is there by name."""

    def __init__(self, ident, name):
        self.id, self.name, self.lists, self.vpcs = ident, name, {}, []

    def add(self, kind, item):
        self.lists.setdefault(kind, []).append(item)
        return item

    def ident(self, prefix, *parts):
        return prefix + digest(self.id, prefix, *parts)[:17]

    def arn(self, service, rest):
        return f"arn:aws:{service}:{HOME}:{self.id}:{rest}"


class Vpc:
    """Subnets, tables, groups, interfaces. `seen`: accounts that see it beside the owner (none)."""

    def __init__(self, account, name, cidr, cidr6=None):
        self.account, self.name, self.cidr, self.cidr6 = account, name, ipaddress.ip_network(cidr), cidr6
        self.id = account.ident("vpc-", name)
        self.subnets, self.tables, self.groups, self.next = {}, {}, {}, {}
        self.item = account.add("vpc", {
            "VpcId": self.id, "OwnerId": account.id, "CidrBlock": cidr, "IsDefault": False, "State": "available", "InstanceTenancy": "default",
            "CidrBlockAssociationSet": [{"AssociationId": self.ident("vpc-cidr-assoc-", cidr), "CidrBlock": cidr,
                                         "CidrBlockState": {"State": "associated"}}],
            "Tags": [{"Key": "Name", "Value": name}]})
        if cidr6:
            self.item["Ipv6CidrBlockAssociationSet"] = [{"AssociationId": self.ident("vpc-cidr-assoc-", cidr6), "Ipv6CidrBlock": cidr6,
                                                         "Ipv6CidrBlockState": {"State": "associated"}}]
        self.acl = self.add_acl("default", True)
        self.table("main", main=True)
        account.vpcs.append(self)

    def ident(self, prefix, *parts):
        return self.account.ident(prefix, self.name, *parts)

    def second_cidr(self, cidr):
        self.item["CidrBlockAssociationSet"].append({"AssociationId": self.ident("vpc-cidr-assoc-", cidr), "CidrBlock": cidr,
                                                     "CidrBlockState": {"State": "associated"}})
        for t in self.tables.values():
            t["Routes"].append({"DestinationCidrBlock": cidr, "GatewayId": "local", "Origin": "CreateRouteTable", "State": "active"})

    # ---- tables and ACLs ----

    def table(self, name, main=False):
        ident = self.ident("rtb-", name)
        routes = [{"DestinationCidrBlock": a["CidrBlock"], "GatewayId": "local", "Origin": "CreateRouteTable", "State": "active"}
                  for a in self.item["CidrBlockAssociationSet"]]
        if self.cidr6:
            routes.append({"DestinationIpv6CidrBlock": self.cidr6, "GatewayId": "local", "Origin": "CreateRouteTable", "State": "active"})
        t = self.account.add("table", {"RouteTableId": ident, "VpcId": self.id, "OwnerId": self.account.id, "Routes": routes, "Associations": [],
                                       "PropagatingVgws": [], "Tags": []})
        if main:
            t["Associations"].append({"Main": True, "RouteTableAssociationId": self.ident("rtbassoc-", name), "RouteTableId": ident,
                                      "AssociationState": {"State": "associated"}})
        self.tables[name] = t
        return t

    def route(self, table, to, **target):
        """target: GatewayId=..., TransitGatewayId=..."""
        key = "DestinationPrefixListId" if to.startswith("pl-") else "DestinationIpv6CidrBlock" if ":" in to else "DestinationCidrBlock"
        self.tables[table]["Routes"].append({key: to, **target, "Origin": "CreateRoute", "State": "active"})

    def add_acl(self, name, default=False, entries=None):
        entry = {"Protocol": "-1", "RuleAction": "allow", "RuleNumber": 100, "CidrBlock": "0.0.0.0/0"}
        last = {"Protocol": "-1", "RuleAction": "deny", "RuleNumber": 32767, "CidrBlock": "0.0.0.0/0"}
        rows = entries or [{**entry, "Egress": e} for e in (True, False)]
        if self.cidr6 and not entries:
            rows += [{"Protocol": "-1", "RuleAction": "allow", "RuleNumber": 101, "Ipv6CidrBlock": "::/0", "Egress": e} for e in (True, False)]
        return self.account.add("acl", {"NetworkAclId": self.ident("acl-", name), "VpcId": self.id, "OwnerId": self.account.id, "IsDefault": default,
                                        "Associations": [], "Entries": rows + [{**last, "Egress": e} for e in (True, False)], "Tags": []})

    # ---- subnets ----

    def subnet(self, name, cidr, zone=0, table=None, acl=None, cidr6=None):
        ident = self.ident("subnet-", name)
        s = self.account.add("subnet", {
            "SubnetId": ident, "SubnetArn": self.account.arn("ec2", f"subnet/{ident}"), "VpcId": self.id, "OwnerId": self.account.id,
            "CidrBlock": str(cidr), "AvailabilityZone": ZONES[zone][0], "AvailabilityZoneId": ZONES[zone][1], "State": "available",
            "MapPublicIpOnLaunch": False, "AssignIpv6AddressOnCreation": False, "Tags": [{"Key": "Name", "Value": f"{self.name}-{name}"}]})
        if cidr6:
            s["Ipv6CidrBlockAssociationSet"] = [{"AssociationId": self.ident("subnet-cidr-assoc-", name), "Ipv6CidrBlock": cidr6,
                                                 "Ipv6CidrBlockState": {"State": "associated"}}]
        if table:
            self.tables[table]["Associations"].append({
                "Main": False, "RouteTableAssociationId": self.ident("rtbassoc-", "subnet", name), "RouteTableId": self.tables[table]["RouteTableId"],
                "SubnetId": ident, "AssociationState": {"State": "associated"}})
        (acl or self.acl)["Associations"].append({"NetworkAclAssociationId": self.ident("aclassoc-", name),
                                                  "NetworkAclId": (acl or self.acl)["NetworkAclId"], "SubnetId": ident})
        self.subnets[name] = s
        self.next[name] = 10
        return s

    def address(self, subnet):
        n = self.next[subnet]
        self.next[subnet] += 1
        return str(ipaddress.ip_network(self.subnets[subnet]["CidrBlock"])[n])

    # ---- groups ----

    def group(self, name, ingress=(), egress=None):
        ident = self.ident("sg-", name)
        g = self.account.add("group", {
            "GroupId": ident, "GroupName": f"{self.name}-{name}", "Description": name, "VpcId": self.id, "OwnerId": self.account.id,
            "SecurityGroupArn": self.account.arn("ec2", f"security-group/{ident}"), "IpPermissions": list(ingress),
            "IpPermissionsEgress": [everything()] if egress is None else list(egress), "Tags": []})
        self.groups[name] = g
        return g

    def admit(self, group, *permissions):
        self.groups[group]["IpPermissions"] += permissions

    def own(self, group):
        return (self.groups[group]["GroupId"], self.account.id, None)

    # ---- interfaces ----

    def interface(self, name, subnet, groups, public=None, ip6=None, kind="interface", description="", requester=None, attachment=None):
        s, ip = self.subnets[subnet], self.address(subnet)
        ident = self.ident("eni-", name)
        private = {"Primary": True, "PrivateIpAddress": ip}
        if public:
            private["Association"] = {"PublicIp": public, "IpOwnerId": self.account.id, "AllocationId": self.ident("eipalloc-", name)}
            self.account.add("address", {"PublicIp": public, "AllocationId": self.ident("eipalloc-", name), "Domain": "vpc",
                                         "NetworkInterfaceId": ident, "PrivateIpAddress": ip, "NetworkInterfaceOwnerId": self.account.id})
        item = {"NetworkInterfaceId": ident, "VpcId": self.id, "SubnetId": s["SubnetId"], "AvailabilityZone": s["AvailabilityZone"],
                "OwnerId": self.account.id, "PrivateIpAddress": ip, "PrivateIpAddresses": [private], "Description": description,
                "Ipv6Addresses": [{"Ipv6Address": ip6, "IsPrimaryIpv6": False}] if ip6 else [],
                "Groups": [{"GroupId": self.groups[g]["GroupId"], "GroupName": self.groups[g]["GroupName"]} for g in groups],
                "InterfaceType": kind, "SourceDestCheck": True, "Status": "in-use", "RequesterManaged": bool(requester), "TagSet": []}
        if public:
            item["Association"] = private["Association"]
        if requester:
            item["RequesterId"] = requester
        item["Attachment"] = {"AttachmentId": self.ident("eni-attach-", name), "Status": "attached", "DeviceIndex": 0,
                              "DeleteOnTermination": True, **(attachment or {"InstanceOwnerId": requester or self.account.id})}
        return self.account.add("eni", item)

    def host(self, name, subnet, groups, public=None, ip6=None):
        ident = self.ident("i-", name)
        eni = self.interface(name, subnet, groups, public, ip6, attachment={"InstanceId": ident, "InstanceOwnerId": self.account.id})
        self.account.add("instance", {
            "InstanceId": ident, "ImageId": "ami-0123456789abcdef0", "InstanceType": "t3.small", "LaunchTime": DATE,
            "State": {"Code": 16, "Name": "running"}, "VpcId": self.id, "SubnetId": eni["SubnetId"], "PrivateIpAddress": eni["PrivateIpAddress"],
            "MetadataOptions": {"HttpTokens": "required", "HttpEndpoint": "enabled"}, "SourceDestCheck": True,
            "NetworkInterfaces": [{"NetworkInterfaceId": eni["NetworkInterfaceId"], "VpcId": self.id, "SubnetId": eni["SubnetId"]}],
            "SecurityGroups": eni["Groups"], "Tags": [{"Key": "Name", "Value": f"{self.name}-{name}"}]})
        return eni

    def database(self, name, subnets, groups, public=False, port=5432):
        arn = self.account.arn("rds", f"db:{self.name}-{name}")
        group = {"DBSubnetGroupName": f"{self.name}-{name}", "DBSubnetGroupDescription": "-", "VpcId": self.id, "SubnetGroupStatus": "Complete",
                 "DBSubnetGroupArn": self.account.arn("rds", f"subgrp:{self.name}-{name}"),
                 "Subnets": [{"SubnetIdentifier": self.subnets[s]["SubnetId"], "SubnetStatus": "Active",
                              "SubnetAvailabilityZone": {"Name": self.subnets[s]["AvailabilityZone"]}} for s in subnets]}
        self.account.add("database_subnets", group)
        self.account.add("database", {
            "DBInstanceIdentifier": f"{self.name}-{name}", "DBInstanceArn": arn, "Engine": "postgres", "EngineVersion": "16.4",
            "DBInstanceStatus": "available", "MasterUsername": "master", "StorageEncrypted": True, "KmsKeyId": "alias/aws/rds",
            "PubliclyAccessible": public, "MultiAZ": True, "IAMDatabaseAuthenticationEnabled": False, "BackupRetentionPeriod": 35,
            "DbiResourceId": "db-" + digest(arn)[:26].upper(), "TagList": [], "DBSubnetGroup": group,
            "Endpoint": {"Address": f"{self.name}-{name}.{HOME}.rds.amazonaws.com", "Port": port},
            "VpcSecurityGroups": [{"VpcSecurityGroupId": self.groups[g]["GroupId"], "Status": "active"} for g in groups]})
        self.interface(name, subnets[0], groups, description="RDSNetworkInterface", requester="amazon-rds",
                       attachment={"InstanceOwnerId": "amazon-rds"})
        return arn

    # ---- gateways ----

    def internet(self):
        ident = self.ident("igw-")
        self.account.add("igw", {"InternetGatewayId": ident, "OwnerId": self.account.id, "Attachments": [{"State": "available", "VpcId": self.id}],
                                 "Tags": []})
        return ident

    def egress_only(self):
        ident = self.ident("eigw-")
        self.account.add("eigw", {"EgressOnlyInternetGatewayId": ident, "Attachments": [{"State": "attached", "VpcId": self.id}], "Tags": []})
        return ident

    def nat(self, subnet, public):
        ident = self.ident("nat-", subnet)
        eni = self.interface("nat-" + subnet, subnet, [], public, kind="nat_gateway", description=f"Interface for NAT Gateway {ident}",
                             requester="amazon-aws")
        eni["SourceDestCheck"] = False
        self.account.add("nat", {"NatGatewayId": ident, "VpcId": self.id, "SubnetId": eni["SubnetId"], "ConnectivityType": "public",
                                 "State": "available", "CreateTime": DATE, "Tags": [], "NatGatewayAddresses": [{
                                     "NetworkInterfaceId": eni["NetworkInterfaceId"], "PrivateIp": eni["PrivateIpAddress"], "PublicIp": public,
                                     "AllocationId": self.ident("eipalloc-", "nat-" + subnet), "IsPrimary": True, "Status": "succeeded"}]})
        return ident
