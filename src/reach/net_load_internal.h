/* reach/net_load_internal.h: what the files of net_load() share. The SQL of facts/ does the work on JSON; here columns
 * become rows of the net. A thing of the network stands in the facts once for every account that sees it: the loader
 * keeps one row an id. */
#ifndef WARD_REACH_NET_LOAD_INTERNAL_H
#define WARD_REACH_NET_LOAD_INTERNAL_H

#include "reach/net.h"

struct net_loader {
    struct net *n;
    struct store *s;
    struct arena *a;       /* the net's */
    struct arena *scratch; /* until net_load() returns */
    const struct json *config;
    const struct net_options *o;
    struct map strings;    /* texts that many rows share, each once */
    struct map rows[NET_KINDS]; /* id or ARN -> row + 1, by kind */
};

/* A column as text of the net's; {NULL,0} for NULL. net_shared() keeps one copy of equal texts. */
struct str net_text(struct net_loader *l, struct query *q, int at);
struct str net_shared(struct net_loader *l, struct query *q, int at);
struct str net_share_text(struct net_loader *l, struct str text);
/* The row of the kind's array that was noted under this id, or NET_NONE. */
uint32_t net_row(const struct net_loader *l, enum net_kind kind, struct str id);
/* Notes a row under its id (which lives as long as the net); false when the id has one: the first stays. */
bool net_note(struct net_loader *l, enum net_kind kind, struct str id, uint32_t row);
/* The account's row; one is made (`collected` false) when it has none. NET_NONE of {NULL,0}. */
uint32_t net_account_row(struct net_loader *l, struct str id);
/* The VPC's row; one that was not collected is made when there is none. NET_NONE of {NULL,0}. */
uint32_t net_vpc_row(struct net_loader *l, struct str id);
/* An interval of ports as rules and flows have it, from columns of fact_sg_rule and fact_nacl_entry (see net.h). */
int16_t net_protocol(struct str text); /* "-1", "tcp", "6"...; what is neither is NET_ANY_PROTOCOL */

/* A query without parameters whose rows `row` takes. */
typedef void net_row_fn(struct net_loader *l, struct query *q);
bool net_each(struct net_loader *l, const char *sql, net_row_fn *row, struct err *e) WARN_UNUSED;

/* In this order. */
bool net_load_base(struct net_loader *l, struct err *e) WARN_UNUSED;     /* accounts, VPCs, subnets, groups, lists */
bool load_things(struct net_loader *l, struct err *e) WARN_UNUSED;       /* hosts, stores, balancers...: net.things */
bool net_load_enis(struct net_loader *l, struct err *e) WARN_UNUSED;     /* interfaces, their addresses and groups */
bool load_eni_things(struct net_loader *l, struct err *e) WARN_UNUSED;   /* whose they are, what they can; the virtual ones */
bool net_load_gateways(struct net_loader *l, struct err *e) WARN_UNUSED; /* IGW, NAT, peerings, VGW, VPN */
bool net_load_transit(struct net_loader *l, struct err *e) WARN_UNUSED;  /* transit gateways, Direct Connect */
bool net_load_endpoints(struct net_loader *l, struct err *e) WARN_UNUSED; /* endpoints and endpoint services */
bool load_balancers(struct net_loader *l, struct err *e) WARN_UNUSED;
bool net_load_services(struct net_loader *l, struct err *e) WARN_UNUSED; /* the balancers behind endpoint services */
bool load_firewalls(struct net_loader *l, struct err *e) WARN_UNUSED;    /* and net_endpoint.firewall */
bool load_entrances(struct net_loader *l, struct err *e) WARN_UNUSED;
bool net_load_filters(struct net_loader *l, struct err *e) WARN_UNUSED;  /* ACLs */
bool net_load_routes(struct net_loader *l, struct err *e) WARN_UNUSED;   /* route tables: their targets are all there */
bool net_load_config(struct net_loader *l, struct err *e) WARN_UNUSED;   /* ward.yaml: via, peering */
bool net_load_gaps(struct net_loader *l, struct err *e) WARN_UNUSED;

#endif
