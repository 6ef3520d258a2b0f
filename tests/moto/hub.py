"""Networks of the five clinics that share an account: make_hub(accounts, made) -> the ids of what it made.

Each clinic has a VPC (app, data and edge subnets) with a host, three have a database. A transit gateway with tables of its own
joins some of them, a bastion in a VPC of tools reaches elm for upkeep. What is planted is marked LEAK, in leaks_network.tsv
what the network half must show; what looks like a leak and is none is marked NEAR.
"""
import json

from seed import Network, make_database, make_parameters, policy, spec, tags

TCP = {"IpProtocol": "tcp"}


def let_in(network, group, port, **source):
    network.ec2.authorize_security_group_ingress(GroupId=network.groups[group], IpPermissions=[
        {**TCP, "FromPort": port, "ToPort": port, **source}])


def ranges(*blocks):
    return {"IpRanges": [{"CidrIp": block} for block in blocks]}


class Hub:
    """The transit gateway, its attachments and tables."""

    def __init__(self, account):
        ec2 = self.ec2 = account.client("ec2")
        self.gateway = ec2.create_transit_gateway(
            Description="hub", Options={"DefaultRouteTableAssociation": "disable", "DefaultRouteTablePropagation": "disable"},
            TagSpecifications=[{"ResourceType": "transit-gateway", "Tags": tags(None, "hub", ward_shared="tools")}])["TransitGateway"]["TransitGatewayId"]
        self.attached, self.tables = {}, {}

    def attach(self, network):
        self.attached[network.tenant] = self.ec2.create_transit_gateway_vpc_attachment(
            TransitGatewayId=self.gateway, VpcId=network.vpc, SubnetIds=[network.subnets["app", 0], network.subnets["app", 1]],
            TagSpecifications=spec("transit-gateway-attachment", network.tenant, network.tenant))[
                "TransitGatewayVpcAttachment"]["TransitGatewayAttachmentId"]

    def table(self, name, *members, routes=()):
        """A table that `members` are looked up in, into which `routes` propagate."""
        made = self.tables[name] = self.ec2.create_transit_gateway_route_table(
            TransitGatewayId=self.gateway, TagSpecifications=spec("transit-gateway-route-table", None, name))[
                "TransitGatewayRouteTable"]["TransitGatewayRouteTableId"]
        for member in members:
            self.ec2.associate_transit_gateway_route_table(TransitGatewayRouteTableId=made, TransitGatewayAttachmentId=self.attached[member])
        for tenant in routes:
            self.ec2.enable_transit_gateway_route_table_propagation(TransitGatewayRouteTableId=made, TransitGatewayAttachmentId=self.attached[tenant])


def route(network, block, *tables, **target):
    for table in tables:
        network.ec2.create_route(RouteTableId=network.tables[table], DestinationCidrBlock=block, **target)


def peer(one, other):
    """A peering, routed from the hosts of `one` to the databases of `other` and back."""
    ec2 = one.ec2
    made = ec2.create_vpc_peering_connection(VpcId=one.vpc, PeerVpcId=other.vpc)["VpcPeeringConnection"]["VpcPeeringConnectionId"]
    ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=made)
    route(one, other.cidr, "inner", VpcPeeringConnectionId=made)
    route(other, one.cidr, "data", VpcPeeringConnectionId=made)
    return made


def profile(account, role, name):
    iam = account.client("iam")
    iam.create_instance_profile(InstanceProfileName=name)
    iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=role)
    return {"Name": name}


def database(network, account, key, **more):
    name = f"{network.tenant}-db"
    make_database(network, name, key, make_parameters(account, f"{network.tenant}-pg16", "1"), **more)
    return name


def service(network, name, instance, acceptance, principals, sources):
    """The provider's side of PrivateLink: a network load balancer before a host, offered to `principals`."""
    elb = network.account.client("elbv2")
    network.group("results", [(443, ranges(*sources))])
    let_in(network, "app", 8443, UserIdGroupPairs=[{"GroupId": network.groups["results"]}])
    balancer = elb.create_load_balancer(Name=name, Type="network", Scheme="internal", SecurityGroups=[network.groups["results"]], Tags=tags(network.tenant),
                                        Subnets=[network.subnets["app", 0], network.subnets["app", 1]])["LoadBalancers"][0]["LoadBalancerArn"]
    target = elb.create_target_group(Name=name, Protocol="TCP", Port=8443, VpcId=network.vpc, TargetType="instance")["TargetGroups"][0]["TargetGroupArn"]
    elb.register_targets(TargetGroupArn=target, Targets=[{"Id": instance}])
    elb.create_listener(LoadBalancerArn=balancer, Protocol="TCP", Port=443, DefaultActions=[{"Type": "forward", "TargetGroupArn": target}])
    made = network.ec2.create_vpc_endpoint_service_configuration(
        AcceptanceRequired=acceptance, NetworkLoadBalancerArns=[balancer],
        TagSpecifications=spec("vpc-endpoint-service", network.tenant, name))["ServiceConfiguration"]
    network.ec2.modify_vpc_endpoint_service_permissions(ServiceId=made["ServiceId"], AddAllowedPrincipals=principals)
    return made


def share(account, bucket, role, endpoint):
    """Adds to the bucket's policy that `role` may read by `endpoint`."""
    s3 = account.client("s3")
    found = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])["Statement"]
    s3.put_bucket_policy(Bucket=bucket, Policy=policy(*found, {
        "Sid": "ByEndpoint", "Effect": "Allow", "Principal": {"AWS": role}, "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*",
        "Condition": {"StringEquals": {"aws:SourceVpce": endpoint}}}))


def make_hub(accounts, keys):
    account = accounts["clinics"]
    ec2 = account.client("ec2")
    birch, cedar, dunes, elm, fern = (Network(account, name, index) for index, name in enumerate(("birch", "cedar", "dunes", "elm", "fern"), 4))
    tools = Network(account, "tools", 9, own={"ward:shared": "tools"})
    hosts = {n.tenant: n.instance(f"{n.tenant}-app-1", keys[n.tenant], profile=profile(account, *role) if role else None)
             for n, role in ((birch, ("birch-host", "birch-host")), (cedar, None), (dunes, None), (elm, ("elm-host", "elm-host")), (fern, ("fern-migration", "fern-migration")))}
    tools.group("bastion", [(22, ranges(dunes.cidr, cedar.cidr))])
    hosts["tools"] = tools.instance("bastion", keys["birch"], group="bastion")

    # LEAK birch -> elm: a peering left over from a migration. NEAR: elm - dunes is peered and routed too, and no group lets anybody in.
    peer(birch, elm)
    peer(elm, dunes)
    # Declared: ward.yaml has the peering of birch with dunes, for PostgreSQL.
    peer(birch, dunes)
    database(elm, account, keys["elm"], PubliclyAccessible=True)  # NEAR: called public, but no subnet of its group has a way to the Internet
    let_in(elm, "db", 5432, **ranges(birch.cidr))

    hub = Hub(account)
    for network in (cedar, dunes, elm, fern, tools):
        hub.attach(network)
        route(network, "10.64.0.0/16", "inner", "data", TransitGatewayId=hub.gateway)
    # LEAK cedar -> fern: fern's routes are in the table of cedar and dunes, and fern trusts all of 10.0.0.0/8.
    # NEAR: fern -> cedar is routed, and no group of cedar lets it in.
    hub.table("clinics", "cedar", routes=("fern", "dunes", "tools"))
    hub.table("fern", "fern", routes=("cedar",))
    let_in(fern, "app", 8443, **ranges("10.0.0.0/8"))
    # LEAK cedar -> dunes: dunes' database lets a prefix list in that holds cedar's network. NEAR: fern is in no entry of it.
    hub.table("dunes", "dunes", routes=("cedar", "tools"))
    listed = ec2.create_managed_prefix_list(PrefixListName="partners", MaxEntries=4, AddressFamily="IPv4",
                                            Entries=[{"Cidr": cedar.cidr, "Description": "merger"}, {"Cidr": "192.0.2.0/24", "Description": "laboratory"}],
                                            TagSpecifications=spec("prefix-list", "dunes", "partners"))["PrefixList"]["PrefixListId"]
    database(dunes, account, keys["dunes"])
    let_in(dunes, "db", 5432, **ranges(birch.cidr))
    let_in(dunes, "db", 5432, PrefixListIds=[{"PrefixListId": listed}])
    # LEAK dunes -> elm: over the bastion, which dunes may open SSH to and which reaches elm. NEAR: cedar may too, and a `via` declares it.
    hub.table("tools", "tools", routes=("elm", "dunes", "cedar"))
    hub.table("elm", "elm", routes=("tools",))
    let_in(elm, "app", 22, **ranges(tools.cidr))

    # LEAK birch -> fern: fern offers its application to every account, and birch has an endpoint for it.
    # NEAR: elm's service is offered to its own account and accepts nobody by itself.
    offered = service(fern, "fern-results", hosts["fern"], False, ["*"], [birch.cidr])
    service(elm, "elm-results", hosts["elm"], True, [f"arn:aws:iam::{account.id}:root"], [elm.cidr])
    birch.group("partner", [(443, ranges(birch.cidr))])
    link = ec2.create_vpc_endpoint(VpcId=birch.vpc, ServiceName=offered["ServiceName"], VpcEndpointType="Interface", SubnetIds=[birch.subnets["app", 0]],
                                   SecurityGroupIds=[birch.groups["partner"]], TagSpecifications=spec("vpc-endpoint", "birch", "fern-results"))["VpcEndpoint"]

    # LEAK the Internet -> birch, and by it everybody with a way out: birch's database is public, in subnets with a way to the Internet.
    route(birch, "0.0.0.0/0", "data", GatewayId=birch.gateway)
    birch.group("legacy", [(5432, ranges("0.0.0.0/0"))], egress=False)
    database(birch, account, keys["birch"], PubliclyAccessible=True, VpcSecurityGroupIds=[birch.groups["legacy"]])
    # LEAK cedar -> birch: the hairpin; cedar goes out by NAT and comes back in.
    address = ec2.allocate_address(Domain="vpc", TagSpecifications=spec("elastic-ip", "cedar", "cedar-nat"))["AllocationId"]
    nat = ec2.create_nat_gateway(SubnetId=cedar.subnets["edge", 0], AllocationId=address, TagSpecifications=spec("natgateway", "cedar", "cedar"))["NatGateway"]["NatGatewayId"]
    route(cedar, "0.0.0.0/0", "inner", NatGatewayId=nat)

    # LEAK birch -> dunes: dunes' bucket lets birch's hosts in that come by birch's own endpoint.
    # NEAR: cedar's names elm's hosts, by cedar's endpoint, which they are not behind.
    share(account, "dunes-phi", f"arn:aws:iam::{account.id}:role/birch-host", birch.s3)
    share(account, "cedar-phi", f"arn:aws:iam::{account.id}:role/elm-host", cedar.s3)
    return {"service": offered["ServiceId"]} | {"host." + tenant: host for tenant, host in hosts.items()} | {"link": link["VpcEndpointId"]}
