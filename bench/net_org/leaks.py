"""Ways from one tenant to another, and beside each one that looks like it and is closed.

A plant takes the organization and tenants that nothing else was planted in; it gives the cells that it opens, the first of which a
proof must tell. `open_` False makes the near miss."""
from org import Vpc, everything, group_reference, peer, permission

OUTSIDE = "(outside)"


def databases(t):
    """The block that holds both subnets of the databases."""
    return list(t.vpc.cidr.subnets(new_prefix=23))[1]


def joined(x, y, to=None):
    """Peered, with routes to the databases (or `to`) and back; groups still decide."""
    p = peer(x.vpc, y.vpc)
    x.vpc.route("main", str(to or databases(y)), VpcPeeringConnectionId=p)
    y.vpc.route("data", str(x.vpc.cidr), VpcPeeringConnectionId=p)
    return p


def quiet(t):
    """Its hosts open nothing outside their VPC: who comes to them comes no further."""
    t.vpc.groups["app"]["IpPermissionsEgress"] = [everything(str(t.vpc.cidr))]


def peering(o, x, y, open_):
    p = peer(x.vpc, y.vpc)
    if open_:
        x.vpc.route("main", str(databases(y)), VpcPeeringConnectionId=p)
    y.vpc.route("data", str(x.vpc.cidr), VpcPeeringConnectionId=p)
    y.vpc.admit("db", permission("tcp", 5432, 5432, [str(x.vpc.cidr)]))
    return [(x, y)]


def transit_propagation(o, x, y, open_):
    """Both moved to a table that everybody's routes are propagated to; a static blackhole is what keeps such a table tight."""
    g, name = o.gateway(x), f"default-{x.name}"
    g.table(name)
    for t in (x, y):
        g.move(t.vpc, name)
        g.propagate(t.vpc, name)
        if not open_:
            g.static(name, str(t.vpc.cidr))
    y.vpc.admit("app", permission("tcp", 22, 22, ["10.0.0.0/8"]))
    quiet(y)
    return [(x, y)]


def shared_bastion(o, x, y, open_):
    name = f"bastion-{x.name}"
    o.services.group(name, [permission("tcp", 22, 22, [str(x.vpc.cidr)])], [permission("tcp", 22, 22, [str(y.vpc.cidr)])])
    host = o.services.host(name, "one", [name])
    o.declared += [(x.name, "services", 22), ("services", y.name, 22)]
    if open_:
        y.vpc.admit("app", permission("tcp", 22, 22, [host["PrivateIpAddress"] + "/32"]))
    quiet(y)
    return [(x, y)]


def balancer(vpc, subnet, target, port, keeps, listener=443):
    """A network load balancer without groups, and its interface."""
    acc, name = vpc.account, f"{vpc.name}-{subnet}"
    arn = acc.arn("elasticloadbalancing", f"loadbalancer/net/{name}/{vpc.ident('', 'lb')[:16]}")
    group = acc.arn("elasticloadbalancing", f"targetgroup/{name}/{vpc.ident('', 'tg')[:16]}")
    eni = vpc.interface("nlb", subnet, [], kind="network_load_balancer", description=f"ELB net/{name}/{vpc.ident('', 'lb')[:16]}",
                        requester="amazon-elb")
    acc.add("balancer", {"LoadBalancerArn": arn, "LoadBalancerName": name, "Type": "network", "Scheme": "internal", "VpcId": vpc.id,
                         "State": {"Code": "active"}, "IpAddressType": "ipv4", "SecurityGroups": [], "DNSName": f"{name}.elb.amazonaws.com",
                         "AvailabilityZones": [{"ZoneName": vpc.subnets[subnet]["AvailabilityZone"], "SubnetId": vpc.subnets[subnet]["SubnetId"],
                                                "LoadBalancerAddresses": []}]})
    here = arn.replace(":loadbalancer/", ":listener/") + "/0123456789abcdef"
    acc.add("listeners", (arn, [{"ListenerArn": here, "LoadBalancerArn": arn, "Port": listener, "Protocol": "TCP",
                                 "DefaultActions": [{"Type": "forward", "TargetGroupArn": group}]}]))
    acc.add("rules", (here, []))
    acc.add("balancer_attributes", (arn, [{"Key": "load_balancing.cross_zone.enabled", "Value": "true"}]))
    acc.add("target_group", {"TargetGroupArn": group, "TargetGroupName": name, "Protocol": "TCP", "Port": port, "VpcId": vpc.id,
                             "TargetType": "instance", "LoadBalancerArns": [arn], "IpAddressType": "ipv4"})
    acc.add("target_attributes", (group, [{"Key": "preserve_client_ip.enabled", "Value": "true" if keeps else "false"}]))
    acc.add("targets", (group, [{"Target": {"Id": target["Attachment"]["InstanceId"], "Port": port}, "TargetHealth": {"State": "healthy"}}]))
    return arn, eni


def named(vpc, kind):
    """The interface of that name."""
    ident = vpc.ident("eni-", kind)
    return next(e for e in vpc.account.lists["eni"] if e["NetworkInterfaceId"] == ident)


def privatelink(o, x, y, open_):
    arn, eni = balancer(y.vpc, "app-b", named(y.vpc, "app-0"), 8080, False)
    y.vpc.admit("app", permission("tcp", 8080, 8080, [eni["PrivateIpAddress"] + "/32"]))
    service, endpoint = y.vpc.ident("vpce-svc-"), x.vpc.ident("vpce-", y.name)
    name, state = f"com.amazonaws.vpce.us-east-1.{service}", "available" if open_ else "pendingAcceptance"
    y.account.add("service", {"ServiceId": service, "ServiceName": name, "ServiceState": "Available", "ServiceType": [{"ServiceType": "Interface"}],
                              "AcceptanceRequired": not open_, "NetworkLoadBalancerArns": [arn], "AvailabilityZones": ["us-east-1a"], "Tags": []})
    y.account.add("service_permissions", (service, [{"Principal": "*", "PrincipalType": "All", "ServiceId": service,
                                                     "ServicePermissionId": y.vpc.ident("vpce-svc-perm-")}]))
    y.account.add("service_connection", {"ServiceId": service, "VpcEndpointId": endpoint, "VpcEndpointOwner": x.account.id,
                                         "VpcEndpointState": state})
    x.vpc.group("endpoint", [permission("tcp", 443, 443, [str(x.vpc.cidr)])])
    seat = x.vpc.interface("endpoint", "app-b", ["endpoint"], kind="vpc_endpoint", description=f"VPC Endpoint Interface {endpoint}",
                           requester="amazon-aws")
    x.account.add("endpoint", {"VpcEndpointId": endpoint, "VpcEndpointType": "Interface", "VpcId": x.vpc.id, "ServiceName": name, "State": state,
                               "OwnerId": x.account.id, "SubnetIds": [seat["SubnetId"]], "Groups": seat["Groups"], "RouteTableIds": [],
                               "NetworkInterfaceIds": [seat["NetworkInterfaceId"]], "PrivateDnsEnabled": False, "Tags": []})
    quiet(y)
    return [(x, y), ("(outside)", y)]  # whoever has an account may make an endpoint of its own


def prefix_list(o, x, y, open_):
    joined(x, y)
    ident = y.vpc.ident("pl-")
    y.account.add("list", {"PrefixListId": ident, "PrefixListName": f"{y.name}-clients", "OwnerId": y.account.id, "AddressFamily": "IPv4",
                           "State": "modify-complete", "MaxEntries": 10, "Version": 3, "Tags": [],
                           "PrefixListArn": y.account.arn("ec2", f"prefix-list/{ident}")})
    y.account.add("list_entries", (ident, [{"Cidr": str(x.vpc.cidr if open_ else y.vpc.cidr), "Description": "-"}]))
    y.vpc.admit("db", permission("tcp", 5432, 5432, lists=[ident]))
    return [(x, y)]


def open_subnet(y, name):
    """A subnet with a route to the Internet gateway that nobody declared public."""
    y.vpc.table(name)
    y.vpc.route(name, "0.0.0.0/0", GatewayId=y.vpc.ident("igw-"))
    y.vpc.subnet(name, list(y.vpc.cidr.subnets(new_prefix=24))[5], 0, name)


def public_database(o, y, open_):
    """The flag, the route and the address are there both times: the group is what is left."""
    open_subnet(y, "db-open")
    y.vpc.group("db-open", [permission("tcp", 5432, 5432, ["0.0.0.0/0" if open_ else str(y.vpc.cidr)])])
    y.vpc.database("open", ["db-open", "db-b"], ["db-open"], public=True)
    eni = named(y.vpc, "open")
    eni["Association"] = eni["PrivateIpAddresses"][0]["Association"] = {"PublicIp": o.address(), "IpOwnerId": "amazon-rds"}
    return [(OUTSIDE, y), ("*", y)]


def ipv6(o, y, open_):
    n = y.number % 65536
    vpc = Vpc(y.account, f"{y.name}-six", "192.168.77.0/24", f"2600:1f18:{n:x}:aa00::/56")
    y.vpcs.append(vpc)
    vpc.table("six")
    if open_:
        vpc.route("six", "::/0", GatewayId=vpc.internet())
    else:
        vpc.route("six", "::/0", EgressOnlyInternetGatewayId=vpc.egress_only())
    vpc.subnet("six", "192.168.77.0/26", 0, "six", cidr6=f"2600:1f18:{n:x}:aa01::/64")
    vpc.group("six", [permission("tcp", 22, 22, cidrs6=["::/0"])], [permission("-1", 0, 0, cidrs6=["::/0"])])
    vpc.host("six", "six", ["six"], ip6=f"2600:1f18:{n:x}:aa01::10")
    return [(OUTSIDE, y), ("*", y)]


def hairpin(o, x, y, open_):
    """From the address of one tenant's NAT gateway, over the Internet."""
    nat = named(x.vpc, "nat-public")["Association"]["PublicIp"]
    open_subnet(y, "open")
    y.vpc.group("open", [permission("tcp", 22, 22, [nat + "/32"])], [])
    y.vpc.host("open", "open", ["open"], o.address() if open_ else None)
    return [(x, y)]


def equal_cidrs(o, x, z, y, open_):
    """Two tenants with one CIDR; one of them is peered."""
    pair = []
    for t in (x, z):
        vpc = Vpc(t.account, f"{t.name}-same", "192.168.0.0/24")
        t.vpcs.append(vpc)
        vpc.subnet("same", "192.168.0.0/26")
        vpc.group("same")
        vpc.host("same", "same", ["same"])
        pair.append(vpc)
    if open_:
        p = peer(pair[0], y.vpc)
        pair[0].route("main", str(databases(y)), VpcPeeringConnectionId=p)
        y.vpc.route("data", "192.168.0.0/24", VpcPeeringConnectionId=p)
    y.vpc.admit("db", permission("tcp", 5432, 5432, ["192.168.0.0/24"]))
    return [(x, y)]


def acl_order(o, x, y, open_):
    block = list(y.vpc.cidr.subnets(new_prefix=24))[6]
    joined(x, y, to=block)
    rows = []
    for egress in (False, True):
        rows.append({"Protocol": "6", "PortRange": {"From": 5432, "To": 5432}, "RuleAction": "deny", "RuleNumber": 200 if open_ else 50,
                     "CidrBlock": str(x.vpc.cidr), "Egress": egress})
        rows.append({"Protocol": "-1", "RuleAction": "allow", "RuleNumber": 100, "CidrBlock": "0.0.0.0/0", "Egress": egress})
    acl = y.vpc.add_acl("tight", entries=rows)
    y.vpc.subnet("db-acl", block, 1, "data", acl=acl)
    y.vpc.group("db-acl", [permission("tcp", 5432, 5432, [str(x.vpc.cidr)])], [])
    y.vpc.database("acl", ["db-acl"], ["db-acl"])
    return [(x, y)]


def group_reference_over_peering(o, x, y, open_):
    p = joined(x, y) if open_ else None
    y.vpc.admit("db", permission("tcp", 5432, 5432, groups=[group_reference(x.vpc, "app", p)]))
    return [(x, y)]


def secondary_cidr(o, x, y, open_):
    block = f"100.64.{x.number % 200}.0/26"
    x.vpc.second_cidr(block)
    x.vpc.subnet("second", block, 0)
    x.vpc.host("second", "second", ["app"])
    p = joined(x, y)
    y.vpc.route("data", block, VpcPeeringConnectionId=p)
    y.vpc.admit("db", permission("tcp", 5432, 5432, [block if open_ else "100.127.0.0/26"]))
    return [(x, y)]


def client_address_kept(o, x, y, open_):
    """Only the balancer's subnet is routed (or not even that); the target admits everybody, and sees the client."""
    front = list(y.vpc.cidr.subnets(new_prefix=24))[7]
    y.vpc.subnet("front", front, 0, "data")
    y.vpc.group("behind", [permission("tcp", 8443, 8443, ["0.0.0.0/0"])], [])
    balancer(y.vpc, "front", y.vpc.host("behind", "app-a", ["behind"]), 8443, True)
    joined(x, y, to=front if open_ else None)
    return [(x, y)]


def client_vpn(o, x, y, open_):
    joined(x, y)
    block = list(x.vpc.cidr.subnets(new_prefix=24))[5]
    x.vpc.subnet("vpn", block, 0)
    x.vpc.group("vpn")
    ident = x.vpc.ident("cvpn-endpoint-")
    x.account.add("client_vpn", {"ClientVpnEndpointId": ident, "Status": {"Code": "available"}, "VpcId": x.vpc.id, "ClientCidrBlock": "172.20.0.0/22",
                                 "SecurityGroupIds": [x.vpc.groups["vpn"]["GroupId"]], "SplitTunnel": True, "Tags": []})
    subnet = x.vpc.subnets["vpn"]["SubnetId"]
    x.account.add("client_networks", (ident, [{"AssociationId": x.vpc.ident("cvpn-assoc-"), "VpcId": x.vpc.id, "TargetNetworkId": subnet,
                                               "ClientVpnEndpointId": ident, "Status": {"Code": "associated"},
                                               "SecurityGroups": [x.vpc.groups["vpn"]["GroupId"]]}]))
    to = "0.0.0.0/0" if open_ else str(x.vpc.cidr)
    x.account.add("client_rules", (ident, [{"ClientVpnEndpointId": ident, "DestinationCidr": to, "AccessAll": True, "Status": {"Code": "active"}}]))
    x.account.add("client_routes", (ident, [{"ClientVpnEndpointId": ident, "DestinationCidr": to, "TargetSubnet": subnet, "Type": "Nat",
                                             "Status": {"Code": "active"}}]))
    y.vpc.admit("db", permission("tcp", 5432, 5432, [str(block)]))
    return [(x, y)]


def direct_connect(o, x, y, open_):
    """One Direct Connect gateway for two tenants: the other side reaches both. Whether it joins them is not AWS's to tell."""
    ident = o.network.ident("", "dxgw", x.name)[:36]
    o.network.add("dxgw", {"directConnectGatewayId": ident, "directConnectGatewayName": f"dx-{x.name}", "amazonSideAsn": 64512,
                           "ownerAccount": o.network.id, "directConnectGatewayState": "available"})
    associations = []
    for t in (x, y):
        # A web front that admits everybody admits what comes over Direct Connect, whose addresses nobody knows.
        t.vpc.groups["edge"]["IpPermissions"].pop(0)
        vgw = t.vpc.ident("vgw-")
        t.account.add("vgw", {"VpnGatewayId": vgw, "State": "available", "Type": "ipsec.1", "Tags": [],
                              "VpcAttachments": [{"State": "attached", "VpcId": t.vpc.id}]})
        t.vpc.route("main", "172.16.0.0/16", GatewayId=vgw)
        associations.append({"directConnectGatewayId": ident, "associationId": t.vpc.ident("", "dx")[:36], "associationState": "associated",
                             "associatedGateway": {"id": vgw, "type": "virtualPrivateGateway", "ownerAccount": t.account.id, "region": "us-east-1"},
                             "allowedPrefixesToDirectConnectGateway": [{"cidr": str(t.vpc.cidr)}], "virtualGatewayId": vgw})
    o.network.add("dx_associations", (ident, associations))
    o.network.add("dx_attachments", (ident, []))
    if open_:
        y.vpc.admit("app", permission("tcp", 22, 22, ["172.16.0.0/16"]))
    quiet(y)
    return [(OUTSIDE, y), (x, y)]


KINDS = {  # name: plant, tenants it takes
    "peering": (peering, 2), "transit-propagation": (transit_propagation, 2), "shared-bastion": (shared_bastion, 2),
    "privatelink": (privatelink, 2), "prefix-list": (prefix_list, 2), "public-database": (public_database, 1), "ipv6": (ipv6, 1),
    "hairpin": (hairpin, 2), "equal-cidrs": (equal_cidrs, 3), "acl-order": (acl_order, 2), "group-reference": (group_reference_over_peering, 2),
    "secondary-cidr": (secondary_cidr, 2), "client-address": (client_address_kept, 2), "client-vpn": (client_vpn, 2),
    "direct-connect": (direct_connect, 2),
}


def plant(o, each, kinds=None, open_=True, free=None):
    """`each` of every kind; tenants are taken from `free`. The planted, with the first cell that must be told."""
    done = []
    for name, (make, count) in KINDS.items():
        for _ in range(each if kinds is None or name in kinds else 0):
            if len(free) < count:
                raise SystemExit("too few tenants for so many leaks")
            # One gateway's: only there can a table join them.
            first = free.pop(0)
            rest = [t for t in free if o.gateway(t) is o.gateway(first)][:count - 1]
            if len(rest) < count - 1:
                rest = free[:count - 1]
            for t in rest:
                free.remove(t)
            cells = [tuple(c if isinstance(c, str) else c.name for c in cell) for cell in make(o, first, *rest, open_)]
            done.append({"kind": name, "from": cells[0][0], "to": cells[0][1], "cells": cells})
    return done


__all__ = ["KINDS", "everything", "plant"]
