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
    struct net_options o;
    struct map strings;         /* texts that many rows share, each once */
    struct map rows[NET_KINDS]; /* id or ARN -> row + 1, by kind */
    struct net_last {           /* what was looked up last: the parts of a thing come together */
        char id[64];
        size_t len;
        uint32_t row;
        const struct str *source;
    } last[NET_KINDS + 1];        /* by kind; of the sources */
    struct map sources;           /* id -> account (struct str *) whose answer is taken for it */
    struct map bpa;               /* see net_load_filters.c */
    struct net_span *entry_spans; /* entries of prefix lists by list, into entry_order */
    uint32_t *entry_order;
    struct net_span *cidr_spans;     /* CIDR blocks by VPC, into cidr_order */
    uint32_t *cidr_order, cidr_vpcs; /* VPCs that were there when they were ordered */
    struct map tgw_seen;             /* routes of transit gateways that are there */
    struct map clients;              /* Client VPN endpoints: see net_load_client.c */
    bool *acl_broken;                /* by network ACL of the first `acls_told`: an entry cannot be read */
    uint32_t acls_told;
    struct unseen *unseen;           /* see net_load_unseen.c */
    struct map answered;             /* "OP ACCOUNT REGION" of calls that answered */
};

/* A column as text of the net's; {NULL,0} for NULL. net_shared() keeps one copy of equal texts. */
struct str net_text(struct net_loader *l, struct query *q, int at);
struct str net_shared(struct net_loader *l, struct query *q, int at);
struct str net_share_text(struct net_loader *l, struct str text);
/* The row of the kind's array that was noted under this id, or NET_NONE. */
uint32_t net_row(struct net_loader *l, enum net_kind kind, struct str id);
/* Notes a row under its id (which lives as long as the net); false when the id has one: the first stays. */
bool net_note(struct net_loader *l, enum net_kind kind, struct str id, uint32_t row);
/* The account's row; one is made (`collected` false) when it has none. NET_NONE of {NULL,0}. */
uint32_t net_account_row(struct net_loader *l, struct str id);
/* The VPC's row; one that was not collected is made when there is none. NET_NONE of {NULL,0}. */
uint32_t net_vpc_row(struct net_loader *l, struct str id);
/* Of the accounts that see a thing one answer is taken: the first that asks for it, so that its parts are not there
 * twice. */
bool net_from(struct net_loader *l, struct str id, struct str account);
/* Whether the operation answered in this account and region (of Direct Connect: any region); region {NULL,0}: in any.
 */
bool net_answered(const struct net_loader *l, const char *op, struct str account, struct str region);
/* An item of an answer that cannot be read: what its account has is not known. */
void net_unreadable(struct net_loader *l, const char *op, struct str account, struct str id, const char *what);
/* Whether all was told that the operation lists of the VPC: its owner answered, and no call of it did not. */
bool net_told_all(const struct net_loader *l, const char *op, uint32_t vpc);
int16_t net_protocol(struct str text); /* "-1", "tcp", "6"...; what is neither is NET_ANY_PROTOCOL */
/* Type and code of ICMP as ports (see net.h); -1: any; a type of -1 with a code matches nothing. */
void net_icmp(int64_t type, int64_t code, uint16_t *lo, uint16_t *hi);
const struct json *net_json(struct net_loader *l, struct query *q, int at); /* NULL: NULL, or no JSON */

/* A query without parameters whose rows `row` takes. */
typedef void net_row_fn(struct net_loader *l, struct query *q);
bool net_each(struct net_loader *l, const char *sql, net_row_fn *row, struct err *e) WARN_UNUSED;

/* In this order. */
bool net_load_base(struct net_loader *l, struct err *e) WARN_UNUSED; /* accounts, VPCs, subnets, groups, lists */
bool load_things(struct net_loader *l, struct err *e) WARN_UNUSED;   /* hosts, stores, balancers...: net.things */
bool net_load_enis(struct net_loader *l, struct err *e) WARN_UNUSED; /* interfaces, their addresses and groups */
bool load_eni_things(struct net_loader *l,
                     struct err *e) WARN_UNUSED; /* whose they are, what they can; the virtual ones */
bool net_load_gateways(struct net_loader *l, struct err *e) WARN_UNUSED; /* IGW, NAT, peerings, VGW, VPN */
bool net_load_transit(struct net_loader *l, struct err *e) WARN_UNUSED;  /* transit gateways, Direct Connect */
bool net_load_direct_connect(struct net_loader *l,
                             struct err *e) WARN_UNUSED;                /* its gateways: before the attachments */
bool net_load_uplinks(struct net_loader *l, struct err *e) WARN_UNUSED; /* where they join: after the attachments */
bool net_load_tgw_routes(struct net_loader *l, struct err *e) WARN_UNUSED;
bool net_load_client_vpn(struct net_loader *l, struct err *e) WARN_UNUSED;
bool net_load_endpoints(struct net_loader *l, struct err *e) WARN_UNUSED; /* endpoints and endpoint services */
bool load_balancers(struct net_loader *l, struct err *e) WARN_UNUSED;
bool net_load_services(struct net_loader *l, struct err *e) WARN_UNUSED; /* the balancers behind endpoint services */
bool load_firewalls(struct net_loader *l, struct err *e) WARN_UNUSED;    /* and net_endpoint.firewall */
bool load_entrances(struct net_loader *l, struct err *e) WARN_UNUSED;
bool net_load_filters(struct net_loader *l, struct err *e) WARN_UNUSED; /* ACLs */
bool net_load_routes(struct net_loader *l, struct err *e) WARN_UNUSED;  /* route tables: their targets are all there */
bool net_load_config(struct net_loader *l, struct err *e) WARN_UNUSED;  /* ward.yaml: via, peering */
bool net_load_gaps(struct net_loader *l, struct err *e) WARN_UNUSED;
bool net_load_unseen(struct net_loader *l, struct err *e) WARN_UNUSED; /* after net_load_gaps() */

#endif
