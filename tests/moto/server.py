#!/usr/bin/env python3
"""moto's server, closer to AWS and the same in every run: tests/moto/server.py [--clock TIME] -p PORT

GetAccountAuthorizationDetails lists of AWS's own policies only those in use, as AWS does (joshlarsen/aws-recon#21);
moto lists all 1,500 in every account. Ids that moto does not draw from its own seed are counted. With --clock every clock that moto reads stands still at TIME, but for that of
STS, whose credentials must not have run out.
"""
import datetime
import ipaddress
import itertools
import random
import sys
import time
import uuid

real = datetime.datetime


class AnyDatetime(type(real)):
    """What is a datetime to others stays one."""

    def __instancecheck__(cls, thing):
        return isinstance(thing, real)

    def __subclasscheck__(cls, other):
        return issubclass(other, real)


def stop_clock(when):
    class Stopped(real, metaclass=AnyDatetime):
        """datetime.datetime whose now is always `when`."""

        @classmethod
        def now(cls, tz=None):
            return cls.fromtimestamp(when.timestamp(), tz)

        @classmethod
        def utcnow(cls):
            return cls.now(datetime.timezone.utc).replace(tzinfo=None)

        @classmethod
        def today(cls):
            return cls.now()

    datetime.datetime = Stopped
    time.time = when.timestamp
    import moto.sts.models  # pylint: disable=import-outside-toplevel
    moto.sts.models.utcnow = lambda: real.now(datetime.timezone.utc).replace(tzinfo=None)


def fix_ids():
    drawn = random.Random(164312)
    uuid.uuid4 = lambda: uuid.UUID(int=drawn.getrandbits(128), version=4)
    import moto.elbv2.models  # pylint: disable=import-outside-toplevel
    rules = itertools.count(0x5eed000000000001)
    # The id of a rule is where it lies in memory: id(self).
    moto.elbv2.models.id = lambda _: f"{next(rules):016x}"


def list_policies_in_use():
    from moto.iam.models import IAMBackend  # pylint: disable=import-outside-toplevel
    whole = IAMBackend.get_account_authorization_details

    def in_use(self, policy_filter):
        found = whole(self, policy_filter)
        found["managed_policies"] = [p for p in found["managed_policies"] if p.attachment_count or p not in self.aws_managed_policies]
        return found
    IAMBackend.get_account_authorization_details = in_use


def place_interfaces():
    """Interfaces that moto makes for NAT gateways and endpoints: an address of their subnet, the endpoint's groups, and what AWS calls them."""
    from moto.ec2.models import EC2Backend  # pylint: disable=import-outside-toplevel
    make, make_nat, make_endpoint = EC2Backend.create_network_interface, EC2Backend.create_nat_gateway, EC2Backend.create_vpc_endpoint

    def interface(self, subnet, private_ip_address, *args, **more):
        within = self.get_subnet(subnet) if isinstance(subnet, str) else subnet
        if isinstance(private_ip_address, str) and private_ip_address and \
                ipaddress.ip_address(private_ip_address) not in ipaddress.ip_network(within.cidr_block):
            private_ip_address = None
        return make(self, within, private_ip_address, *args, **more)

    def nat(self, *args, **more):
        made = make_nat(self, *args, **more)
        made._eni.status = "in-use"
        made._eni.description, made._eni.interface_type = f"Interface for NAT Gateway {made.id}", "nat_gateway"
        made.private_ip = made._eni.private_ip_address
        for address in made.address_set:
            address["privateIp"] = made.private_ip
        return made

    def endpoint(self, *args, **more):
        made = make_endpoint(self, *args, **more)
        for eni in map(self.get_network_interface, made.network_interface_ids):
            eni.status = "in-use"
            eni.description, eni.interface_type = f"VPC Endpoint Interface {made.id}", "vpc_endpoint"
            eni._group_set = [self.get_security_group_from_id(group) for group in made.security_group_ids]
        return made
    EC2Backend.create_network_interface, EC2Backend.create_nat_gateway, EC2Backend.create_vpc_endpoint = interface, nat, endpoint


def route_transit_gateways():
    """An attachment is looked up in one table, the one it was associated with; propagation makes routes; a search may be limited."""
    from moto.ec2.models import EC2Backend  # pylint: disable=import-outside-toplevel
    add, join, spread, search = (
        EC2Backend.create_transit_gateway_route, EC2Backend.associate_transit_gateway_route_table, EC2Backend.enable_transit_gateway_route_table_propagation,
        EC2Backend.search_transit_gateway_routes)

    def associate(self, transit_gateway_attachment_id, transit_gateway_route_table_id):
        for table in self.transit_gateways_route_tables.values():
            table.route_table_associations.pop(transit_gateway_attachment_id, None)
        attachment = self.transit_gateway_attachments[transit_gateway_attachment_id]
        attachment.transit_gateway_route_table = self.transit_gateways_route_tables[transit_gateway_route_table_id]
        return join(self, transit_gateway_attachment_id, transit_gateway_route_table_id)

    def route(self, *args, **more):
        made = add(self, *args, **more)
        if isinstance(made.get("transitGatewayAttachments"), dict):
            made["transitGatewayAttachments"] = [made["transitGatewayAttachments"]]
        return made

    def propagate(self, transit_gateway_attachment_id, transit_gateway_route_table_id):
        made = spread(self, transit_gateway_attachment_id, transit_gateway_route_table_id)
        attachment = self.transit_gateway_attachments[transit_gateway_attachment_id]
        self.create_transit_gateway_route(transit_gateway_route_table_id, self.get_vpc(attachment.resource_id).cidr_block,
                                          transit_gateway_attachment_id)["type"] = "propagated"
        return made

    def whole(self, transit_gateway_route_table_id, filters, max_results=None):
        del max_results
        return search(self, transit_gateway_route_table_id, filters)
    EC2Backend.associate_transit_gateway_route_table, EC2Backend.enable_transit_gateway_route_table_propagation = associate, propagate
    EC2Backend.create_transit_gateway_route, EC2Backend.search_transit_gateway_routes = route, whole


def draw_public_addresses():
    """Elastic addresses are of 203.0.113.0/24 (RFC 5737); moto draws them from 127.0.0.0/8, which no route leads to."""
    import moto.ec2.models.elastic_ip_addresses  # pylint: disable=import-outside-toplevel
    drawn = itertools.count(10)
    moto.ec2.models.elastic_ip_addresses.random_ip = lambda: f"203.0.113.{next(drawn)}"


def name_network_balancers():
    """The ARN of a network load balancer says so; moto calls every one an application's."""
    from moto.elbv2 import models  # pylint: disable=import-outside-toplevel
    make, name_it = models.ELBv2Backend.create_load_balancer, models.make_arn_for_load_balancer

    def create(self, *args, **more):
        kind = "net" if "network" in (*args, *more.values()) else "app"
        models.make_arn_for_load_balancer = lambda **given: name_it(**given).replace(":loadbalancer/app/", f":loadbalancer/{kind}/")
        return make(self, *args, **more)
    models.ELBv2Backend.create_load_balancer = create


def main():
    if sys.argv[1:2] == ["--clock"]:
        stop_clock(real.fromisoformat(sys.argv[2].replace("Z", "+00:00")))
        del sys.argv[1:3]
    fix_ids()
    list_policies_in_use()
    place_interfaces()
    route_transit_gateways()
    name_network_balancers()
    draw_public_addresses()
    from moto.server import main as serve  # pylint: disable=import-outside-toplevel
    serve(sys.argv[1:])


if __name__ == "__main__":
    main()
