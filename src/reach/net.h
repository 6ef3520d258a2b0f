/*
 * reach/net.h: the network of an organization in memory, as AWS would forward packets in it.
 *
 * Place in the flow: facts -> NET -> { walk (one packet, hop by hop), engine (all pairs) } -> { path, prove, map }.
 *
 * Plain arrays, one a kind; an index into an array names a thing, NET_NONE none. Rows are added in any order with
 * net_add_*(); net_index() then sorts the rows of children (rules of a group, routes of a table...) by their owner, in the
 * order in which they were added, and fills the spans and the indexes. Nothing may be added after it but by adding to a
 * copy; single rows may change in place where their owner and addresses stay (see engine.h, reach_changed()).
 *
 * Everything is here once, however many accounts see it (shared subnets, peerings, transit gateways): the loader merges by
 * id. What could not be read is here as such (`..._read` false, `collected` false, PEER_UNKNOWN, TARGET_UNKNOWN) and both
 * engines turn it into REACH_UNKNOWN with a reason, never into "no".
 *
 * Ports: 0..65535. For ICMP and ICMPv6 the "port" of rules, entries and flows is type << 8 | code, so that "any" is
 * 0..65535, one type of any code is t << 8 .. t << 8 | 255. Protocols without ports have 0..65535 in rules and 0 in flows.
 * An interval with lo > hi matches nothing.
 * Protocols: IANA numbers, NET_ANY_PROTOCOL in rules and entries for all. A flow of protocol 0 (HOPOPT, as test cases
 * write "no protocol given") is admitted by rules for all protocols only.
 *
 * Sources of the rules: Amazon VPC User Guide, Amazon EC2 API Reference (2016-11-15), AWS Reachability Analyzer guide
 * (explanation codes); each rule stands where it is applied (walk.c), with its document.
 */
#ifndef WARD_REACH_NET_H
#define WARD_REACH_NET_H

#include "base/map.h"
#include "codec/json.h"
#include "reach/address.h"
#include "store/store.h"

#define NET_NONE UINT32_MAX
enum { NET_ANY_PROTOCOL = -1, NET_ICMP = 1, NET_TCP = 6, NET_UDP = 17, NET_ICMP6 = 58 };

/* What a reference is to: every array of struct net has its kind. */
enum net_kind {
    NET_NOTHING,
    NET_ACCOUNT, NET_VPC, NET_SUBNET, NET_ENI, NET_GROUP, NET_RULE, NET_PREFIX_LIST, NET_ACL, NET_ACL_ENTRY, NET_TABLE, NET_ROUTE,
    NET_IGW, NET_EIGW, NET_NAT, NET_PEERING, NET_TGW, NET_ATTACHMENT, NET_TGW_TABLE, NET_TGW_ROUTE, NET_VGW, NET_EXTERNAL, NET_UPLINK,
    NET_CLIENT_VPN, NET_ENDPOINT, NET_SERVICE, NET_LB, NET_LISTENER, NET_TARGET_GROUP, NET_TARGET, NET_FIREWALL, NET_FIREWALL_RULE,
    NET_ENTRANCE, NET_THING, NET_GAP,
    NET_KINDS
};
struct net_ref {
    enum net_kind kind;
    uint32_t index;
};
const char *net_kind_name(enum net_kind k); /* "security group", "route table"... */

struct net_span { /* rows [first, first + count) of a child's array */
    uint32_t first, count;
};

struct net_account {
    struct str id, name;
    bool collected; /* its own answers are here */
};

/* VPC Block Public Access as it works on a subnet, exclusions applied (VPC User Guide, "Block public access to VPCs and
 * subnets"): off; only NAT and egress-only gateways work, outbound; nothing passes an Internet gateway; not read. */
enum net_bpa { BPA_OFF, BPA_NAT_ONLY, BPA_BLOCKED, BPA_UNREAD };

struct net_vpc {
    struct str id, region, name;
    uint32_t account;     /* owner */
    bool collected;       /* its subnets, tables, interfaces are here; false: known from a peering or attachment only */
    uint32_t main_table;  /* NET_NONE: not read */
    uint32_t igw, eigw, vgw;
    uint32_t igw_table, vgw_table; /* edge associations; NET_NONE: none */
    struct net_span cidrs;
    struct net_span subnets;   /* into net.subnet_order */
    struct str tenant;
};
struct net_cidr { uint32_t vpc; struct ip_range range; };

struct net_subnet {
    struct str id, name, az; /* az: the zone's id (use1-az1), not its name */
    uint32_t vpc, account;
    uint32_t table;       /* the one in effect, explicit or the VPC's main one; NET_NONE: not read */
    uint32_t acl;         /* NET_NONE: not read */
    enum net_bpa bpa;
    bool declared_public; /* ward.yaml's declared.public_subnets */
    struct net_span cidrs;
};
struct net_subnet_cidr { uint32_t subnet; struct ip_range range; };

struct net_eni {
    struct str id, type;  /* type: AWS's InterfaceType, or "" */
    uint32_t vpc, subnet, account; /* account: owner of the interface (a participant's, in a shared subnet) */
    uint32_t thing;       /* never NET_NONE after net_index(): who is attributed to none gets a thing of its own */
    bool sources;         /* something of its owner's can send from it; false: NAT, transit gateway, database, endpoint */
    bool receives;        /* something can be listening on it; false: Lambda, NAT, transit gateway */
    bool skips_groups;    /* no security groups apply: NAT, transit gateway, GWLB endpoint, load balancer made without */
    bool groups_read;     /* false: which groups it has is not known */
    bool forwards;        /* SourceDestCheck is off: an appliance */
    bool deny_igw;        /* DenyAllIgwTraffic */
    bool virtual_;        /* not there now, but may be: a database's after a failover, a client VPN's */
    bool assumed_state;   /* its host is stopped: reachable when started */
    struct net_span groups, addresses;
    struct net_span limits; /* destinations that it may send to (client VPN's authorization rules); none: all */
};
struct net_eni_group { uint32_t eni, group; struct str id; }; /* group NET_NONE: not collected */
/* An address of an interface, or a range any one address of which may be its: delegated prefixes; the whole subnet for
 * what is `virtual_`. */
struct net_address {
    uint32_t eni;
    struct ip_range range;
    ip_number public_ip;  /* 0: none. Only for single addresses. IPv6 addresses are their own public address */
    bool primary;
};
struct net_eni_limit { uint32_t eni; struct ip_range range; struct str by; };

struct net_group {
    struct str id, name, region;
    uint32_t vpc, account;
    bool ingress_read, egress_read; /* false: its rules are not known */
    struct net_span ingress, egress; /* into rules */
    struct net_span members;         /* into eni_groups by group: see net.member_order */
    struct net_span vpcs;            /* VPCs it is associated with beside its own */
};
struct net_group_vpc { uint32_t group, vpc; };
enum net_peer { PEER_RANGE, PEER_GROUP, PEER_LIST, PEER_UNKNOWN };
struct net_rule {
    uint32_t group;
    bool egress;
    int16_t proto;
    uint16_t lo, hi;
    enum net_peer peer;
    struct ip_range range;
    uint32_t peer_index;  /* group or prefix list */
    struct str peer_id;   /* as the answer has it */
    struct str id;        /* sgr-..., or {NULL,0} */
};

struct net_prefix_list {
    struct str id, name, owner; /* owner: account, or "AWS" */
    bool read;
    bool everybody;       /* AWS's list of addresses behind which any customer may stand (cloudfront.origin-facing) */
    struct net_span entries;
};
struct net_prefix_entry { uint32_t list; struct ip_range range; };

struct net_acl {
    struct str id;
    uint32_t vpc;
    bool is_default, assumed; /* assumed: none was read, and the user said to assume AWS's default */
    struct net_span ingress, egress; /* in ascending order of number */
};
struct net_acl_entry {
    uint32_t acl;
    bool egress, allow;
    uint32_t number;
    int16_t proto;
    uint16_t lo, hi;      /* destination port */
    struct ip_range range;
};

struct net_table {
    struct str id;
    uint32_t vpc;
    struct net_span routes;
};
enum net_target_kind {
    TARGET_LOCAL, TARGET_IGW, TARGET_EIGW, TARGET_NAT, TARGET_PEERING, TARGET_TGW, TARGET_VGW, TARGET_ENI,
    TARGET_ENDPOINT,      /* gateway endpoint, Gateway Load Balancer endpoint (of a firewall too) */
    TARGET_UNKNOWN,       /* local gateway, carrier gateway, Cloud WAN, ODB network, and whatever AWS adds */
};
struct net_route {
    uint32_t table;
    struct ip_range range;
    uint32_t list;        /* the prefix list that this is an entry of, or NET_NONE */
    enum net_target_kind kind;
    uint32_t target;      /* index of the kind's array; NET_NONE: not collected */
    struct str target_id;
    bool blackhole, propagated;
    bool list_unread;     /* stands for a prefix list whose entries were not read: any destination may match */
    uint8_t rank;         /* among propagated routes of one prefix the smaller wins: Direct Connect, static VPN, BGP VPN */
};

struct net_igw { struct str id; uint32_t vpc, account; };
struct net_eigw { struct str id; uint32_t vpc; };
struct net_nat {
    struct str id;
    uint32_t vpc, subnet; /* subnet NET_NONE: regional */
    uint32_t thing;
    bool is_public, available;
    struct net_span addresses;
};
struct net_nat_address { uint32_t nat, eni; ip_number private_ip, public_ip; };

struct net_peering {
    struct str id;
    uint32_t requester, accepter; /* VPCs */
    bool active, same_region;
};

struct net_tgw {
    struct str id, region;
    uint32_t account;
    bool group_references; /* SecurityGroupReferencingSupport */
    bool references_unread; /* whether it is on is not known */
    bool collected;        /* its attachments and tables were read from its owner */
};
enum net_attachment_kind { ATTACHMENT_VPC, ATTACHMENT_VPN, ATTACHMENT_DX, ATTACHMENT_PEERING, ATTACHMENT_CONNECT, ATTACHMENT_OTHER };
struct net_attachment {
    struct str id;
    uint32_t tgw;
    enum net_attachment_kind kind;
    uint32_t target;      /* VPC; external (VPN, DX, CONNECT, OTHER); the peer's attachment (PEERING; NET_NONE: not collected) */
    bool available, ipv6, appliance_mode, group_references;
    bool table_read;      /* whether it is associated with a table is known */
    uint32_t table;       /* tgw table that its packets are looked up in; NET_NONE: none, they are dropped */
    struct net_span subnets; /* of a VPC's; none: not all were read, any zone may be served */
};
struct net_attachment_subnet { uint32_t attachment, subnet; };
struct net_tgw_table {
    struct str id;
    uint32_t tgw;
    bool read;            /* all its routes are here */
    struct net_span routes;
};
struct net_tgw_route {
    uint32_t table;
    struct ip_range range;
    uint32_t attachment;  /* NET_NONE and not blackhole: not known which */
    bool blackhole, propagated;
    uint8_t rank;         /* static < VPC < DX < Connect < VPN < peering */
};

struct net_vgw { struct str id; uint32_t vpc, account; };
/* What is not a VPC of the organization: sends and receives without any filter that we know. */
enum net_external_kind { EXTERNAL_INTERNET, EXTERNAL_VPN, EXTERNAL_DX, EXTERNAL_VPC, EXTERNAL_AWS, EXTERNAL_OTHER };
struct net_external {
    enum net_external_kind kind;
    struct str id, name;
    uint32_t vpc;         /* EXTERNAL_VPC: the VPC that was not collected */
    uint32_t thing;
    bool all_ranges;      /* its addresses are not known: it may have any */
    struct net_span ranges;
};
struct net_external_range { uint32_t external; struct ip_range range; };
/* Where an external joins: at a virtual private gateway or at a transit gateway's attachment. */
struct net_uplink {
    uint32_t external, vgw, attachment;
    bool filtered;        /* Direct Connect: only `allowed` destinations are announced to the other side */
    struct net_span allowed;
};
struct net_uplink_range { uint32_t uplink; struct ip_range range; };

enum net_endpoint_kind { ENDPOINT_GATEWAY, ENDPOINT_INTERFACE, ENDPOINT_GWLB, ENDPOINT_RESOURCE, ENDPOINT_SERVICE_NETWORK };
struct net_endpoint {
    struct str id, service_name;
    enum net_endpoint_kind kind;
    uint32_t vpc, account;
    uint32_t service;     /* of PrivateLink, or NET_NONE: AWS's own, or a provider that was not collected */
    uint32_t firewall;    /* of Network Firewall, or NET_NONE */
    uint32_t list;        /* gateway: the prefix list of the service */
    uint32_t thing;       /* whose interfaces are its; the gateway's NET_NONE */
    bool aws;             /* com.amazonaws...: AWS's own service */
    bool available;
};
struct net_service { /* provider side of PrivateLink */
    struct str id, name;
    uint32_t account;
    bool balancers_read;
    bool open_to_all;     /* "*" may connect, and nobody has to accept */
    struct net_span balancers;
};
struct net_service_balancer { uint32_t service, lb; };

enum net_lb_kind { LB_NETWORK, LB_APPLICATION, LB_CLASSIC, LB_GATEWAY };
struct net_lb {
    struct str arn;
    enum net_lb_kind kind;
    uint32_t vpc, thing;
    bool internet_facing, listeners_read;
    int8_t privatelink_groups; /* its groups apply to PrivateLink traffic: 1, 0; -1 not read */
    struct net_span listeners;
};
struct net_listener {
    uint32_t lb;
    struct str arn;
    int16_t proto;
    uint16_t lo, hi;
    bool read;            /* its rules were read */
    struct net_span targets; /* listener_groups */
};
struct net_listener_group { uint32_t listener, group; bool by_rule; }; /* group: target group; by_rule: a rule on L7 decides */
struct net_target_group {
    struct str arn;
    uint32_t vpc;
    int16_t proto;
    int8_t keeps_client_ip; /* 1, 0; -1 not read */
    bool read;            /* its targets were read */
    struct net_span targets;
};
struct net_target {
    uint32_t group;
    uint32_t eni;         /* NET_NONE: `ip` in the group's VPC or beyond, or `lb` */
    uint32_t lb;          /* an ALB behind an NLB */
    ip_number ip;         /* 0: the interface's primary address */
    uint16_t port;        /* 0: the port of the listener */
};

enum net_act { ACT_DROP, ACT_PASS, ACT_UNKNOWN };
struct net_firewall {
    struct str arn, name;
    bool read;
    enum net_act otherwise; /* for what no rule matches */
    struct net_span rules;  /* in the order in which they are tried */
};
struct net_firewall_rule {
    uint32_t firewall;
    struct str name;
    int16_t proto;
    struct ip_range from, to;
    uint16_t sport_lo, sport_hi, dport_lo, dport_hi;
    bool both_ways;       /* stateful rule with direction any */
    enum net_act act;
};

/* A way in that needs no route: what arrives at `from` comes out at `to`. */
enum net_entrance_kind {
    ENTRANCE_ACCELERATOR, ENTRANCE_CLOUDFRONT, ENTRANCE_API_GATEWAY, ENTRANCE_VERIFIED_ACCESS, ENTRANCE_INSTANCE_CONNECT,
    ENTRANCE_RESOURCE_CONFIGURATION, /* Lattice: from a VPC (through its service network) or an endpoint */
    ENTRANCE_LATTICE_SERVICE, ENTRANCE_FUNCTION_URL, ENTRANCE_OTHER
};
struct net_entrance {
    enum net_entrance_kind kind;
    struct str id, label;  /* label: "an authorization policy decides" and the like, {NULL,0}: none */
    uint32_t from_external, from_vpc, from_endpoint; /* one of them; the others NET_NONE */
    struct net_span groups; /* that the caller's VPC association has; none: no check */
    int16_t proto;
    uint16_t lo, hi;       /* on which it takes connections */
    uint32_t to_thing;     /* a load balancer, host, database; NET_NONE: `to_ip` in `to_vpc`, or not known */
    uint32_t to_vpc;
    ip_number to_ip;
    uint16_t to_port;      /* 0: the same */
    uint32_t via_thing;    /* whose interfaces the connection comes from at the target (their groups and addresses count);
                              NET_NONE: the target's groups are not known to be asked */
    bool keeps_client_ip;  /* the target's groups see the client */
    bool gated;            /* IAM or another sign-in stands before it */
    bool sure;             /* false: whether it opens is not known */
    uint32_t service;      /* of PrivateLink, opened by endpoints that are not here: it leads to this one's balancers */
};
struct net_entrance_group { uint32_t entrance, group; };

enum net_thing_kind {
    THING_HOST, THING_TASK, THING_FUNCTION, THING_STORE, THING_BALANCER, THING_NAT, THING_ENDPOINT, THING_EXTERNAL, THING_GATEWAY, THING_OTHER
};
struct net_thing {
    struct str arn, id, type, name; /* type: CloudFormation's */
    enum net_thing_kind kind;
    uint32_t account, vpc;
    struct str tenant, why; /* {NULL,0}: nobody's */
    bool shared, conflict;
    bool phi;             /* data of a tenant is in it */
    bool runs_code;       /* somebody who opened a connection to it may come to run code in it: a hop of a pivot */
    bool stopped;
    struct str role_arn;  /* what its code runs as */
    uint16_t ports[8];    /* on which a store answers; port_count 0: any */
    uint32_t port_count;
    bool public_flag;     /* PubliclyAccessible */
    uint32_t of;          /* the thing that it is part of (an instance of its cluster), or NET_NONE */
    struct net_span enis; /* into net.eni_order */
    uint32_t external;    /* its external, or NET_NONE */
};

/* A call that did not answer. What it bears on: account NULL: all; region NULL: all regions; `parent`: one thing. */
struct net_gap { struct str account, region, op, parent, why, action; };

struct net_via { struct str shared, from, to, reason; const struct json *ports; };
struct net_declared { struct str from, to, reason; const struct json *ports; }; /* ward.yaml's peering */

#define NET_LIST(type, name) type *name; uint32_t name##_count, name##_room
struct net {
    struct arena *arena;
    NET_LIST(struct net_account, accounts);
    NET_LIST(struct net_vpc, vpcs);
    NET_LIST(struct net_cidr, cidrs);
    NET_LIST(struct net_subnet, subnets);
    NET_LIST(struct net_subnet_cidr, subnet_cidrs);
    NET_LIST(struct net_eni, enis);
    NET_LIST(struct net_eni_group, eni_groups);
    NET_LIST(struct net_address, addresses);
    NET_LIST(struct net_eni_limit, eni_limits);
    NET_LIST(struct net_group, groups);
    NET_LIST(struct net_group_vpc, group_vpcs);
    NET_LIST(struct net_rule, rules);
    NET_LIST(struct net_prefix_list, prefix_lists);
    NET_LIST(struct net_prefix_entry, prefix_entries);
    NET_LIST(struct net_acl, acls);
    NET_LIST(struct net_acl_entry, acl_entries);
    NET_LIST(struct net_table, tables);
    NET_LIST(struct net_route, routes);
    NET_LIST(struct net_igw, igws);
    NET_LIST(struct net_eigw, eigws);
    NET_LIST(struct net_nat, nats);
    NET_LIST(struct net_nat_address, nat_addresses);
    NET_LIST(struct net_peering, peerings);
    NET_LIST(struct net_tgw, tgws);
    NET_LIST(struct net_attachment, attachments);
    NET_LIST(struct net_attachment_subnet, attachment_subnets);
    NET_LIST(struct net_tgw_table, tgw_tables);
    NET_LIST(struct net_tgw_route, tgw_routes);
    NET_LIST(struct net_vgw, vgws);
    NET_LIST(struct net_external, externals); /* row 0 is the Internet */
    NET_LIST(struct net_external_range, external_ranges);
    NET_LIST(struct net_uplink, uplinks);
    NET_LIST(struct net_uplink_range, uplink_ranges);
    NET_LIST(struct net_endpoint, endpoints);
    NET_LIST(struct net_service, services);
    NET_LIST(struct net_service_balancer, service_balancers);
    NET_LIST(struct net_lb, lbs);
    NET_LIST(struct net_listener, listeners);
    NET_LIST(struct net_listener_group, listener_groups);
    NET_LIST(struct net_target_group, target_groups);
    NET_LIST(struct net_target, targets);
    NET_LIST(struct net_firewall, firewalls);
    NET_LIST(struct net_firewall_rule, firewall_rules);
    NET_LIST(struct net_entrance, entrances);
    NET_LIST(struct net_entrance_group, entrance_groups);
    NET_LIST(struct net_thing, things);
    NET_LIST(struct net_gap, gaps);
    NET_LIST(struct net_via, via);
    NET_LIST(struct net_declared, declared);
    struct str *assumptions; /* of the loading: "no network ACL was read for VPC x: AWS's default was assumed" */
    uint32_t assumption_count, assumption_room;
    int64_t from_us, to_us;  /* the window in which the answers were taken */

    /* made by net_index() */
    uint32_t *member_order;  /* eni_groups rows by group */
    uint32_t *eni_order;     /* enis by thing */
    uint32_t *subnet_order;  /* subnets by VPC */
    uint32_t *attachment_order;       /* VPC attachments by VPC */
    struct net_span *vpc_attachments; /* by VPC, into attachment_order */
    uint32_t *lb_of, *endpoint_of;    /* by thing: its row, or NET_NONE */
    uint32_t *address_order; /* addresses by (VPC, first address) */
    struct net_span *vpc_addresses; /* by VPC, into address_order */
    uint32_t *public_order;  /* addresses with a public IPv4 address, by it */
    uint32_t public_count;
    struct map index;        /* id or ARN -> struct net_ref * */
};

struct net *net_new(struct arena *a);
/* A zeroed row whose references are NET_NONE; valid until the next one of its kind. Strings are the caller's, and must
 * live as long as the net. */
#define NET_ADD(type, name) struct type *net_add_##name(struct net *n)
NET_ADD(net_account, account);
NET_ADD(net_vpc, vpc);
NET_ADD(net_cidr, cidr);
NET_ADD(net_subnet, subnet);
NET_ADD(net_subnet_cidr, subnet_cidr);
NET_ADD(net_eni, eni);
NET_ADD(net_eni_group, eni_group);
NET_ADD(net_address, address);
NET_ADD(net_eni_limit, eni_limit);
NET_ADD(net_group, group);
NET_ADD(net_group_vpc, group_vpc);
NET_ADD(net_rule, rule);
NET_ADD(net_prefix_list, prefix_list);
NET_ADD(net_prefix_entry, prefix_entry);
NET_ADD(net_acl, acl);
NET_ADD(net_acl_entry, acl_entry);
NET_ADD(net_table, table);
NET_ADD(net_route, route);
NET_ADD(net_igw, igw);
NET_ADD(net_eigw, eigw);
NET_ADD(net_nat, nat);
NET_ADD(net_nat_address, nat_address);
NET_ADD(net_peering, peering);
NET_ADD(net_tgw, tgw);
NET_ADD(net_attachment, attachment);
NET_ADD(net_attachment_subnet, attachment_subnet);
NET_ADD(net_tgw_table, tgw_table);
NET_ADD(net_tgw_route, tgw_route);
NET_ADD(net_vgw, vgw);
NET_ADD(net_external, external);
NET_ADD(net_external_range, external_range);
NET_ADD(net_uplink, uplink);
NET_ADD(net_uplink_range, uplink_range);
NET_ADD(net_endpoint, endpoint);
NET_ADD(net_service, service);
NET_ADD(net_service_balancer, service_balancer);
NET_ADD(net_lb, lb);
NET_ADD(net_listener, listener);
NET_ADD(net_listener_group, listener_group);
NET_ADD(net_target_group, target_group);
NET_ADD(net_target, target);
NET_ADD(net_firewall, firewall);
NET_ADD(net_firewall_rule, firewall_rule);
NET_ADD(net_entrance, entrance);
NET_ADD(net_entrance_group, entrance_group);
NET_ADD(net_thing, thing);
NET_ADD(net_gap, gap);
NET_ADD(net_via, via);
NET_ADD(net_declared, declare);
void net_assume(struct net *n, struct str line);

/* Sorts, spans, indexes; gives every interface and external a thing; a VPC that was not collected gets an external. */
void net_index(struct net *n);
/* From the facts of the run that facts_build() has just brought up to date in `s`. Calls net_index(). ERR_STORE, ERR_LIMIT. */
struct net_options {
    bool assume_default_nacl;
    /* Where nobody asked for Block Public Access at all (an import of answers from before November 2024, when it did not exist):
     * off, and printed. For questions, where more reach is the careful answer; a proof leaves it unknown. */
    bool assume_bpa_never_asked;
};
bool net_load(struct net *n, struct store *s, const struct json *config, const struct net_options *o, struct err *e) WARN_UNUSED;

/* By id, ARN, or (things) name; NET_NOTHING when there is none. */
struct net_ref net_find(const struct net *n, struct str id);
/* Id or ARN as people know it; account and region of what has one (else {NULL,0}). */
struct str net_id(const struct net *n, struct net_ref r);
/* The row of an interface's address in a VPC that holds `ip`, or NET_NONE; single addresses before ranges. */
uint32_t net_address_at(const struct net *n, uint32_t vpc, ip_number ip);
/* The subnet of the VPC that holds `ip`, or NET_NONE. */
uint32_t net_subnet_at(const struct net *n, uint32_t vpc, ip_number ip);
/* The address row with this public IPv4 address, or NET_NONE. */
uint32_t net_public_at(const struct net *n, ip_number ip);
bool net_vpc_holds(const struct net *n, uint32_t vpc, ip_number ip);
/* Operations that the network half rests on: data/net/reads.tsv. `out` in `a`. */
uint32_t net_reads(struct arena *a, struct str **out);

/* For a span's rows: NET_EACH(i, net->groups[g].ingress) { struct net_rule *r = &net->rules[i]; } */
#define NET_EACH(i, span) for (uint32_t i = (span).first; i < (span).first + (span).count; i++)

#endif
