/* Parts of the all-pairs engine; see engine.h. */
#ifndef WARD_REACH_ENGINE_INTERNAL_H
#define WARD_REACH_ENGINE_INTERNAL_H

#include "reach/engine.h"
#include "reach/services.h"

/* Services: four protocols with 65,536 ports each, then one number for each other protocol that a rule names, last one for
 * all that none names. */
enum { SLOT_TCP, SLOT_UDP, SLOT_ICMP, SLOT_ICMP6, SLOTS_WITH_PORTS, PORTLESS_FIRST = SLOTS_WITH_PORTS << 16 };

/* A table as disjoint intervals: from lo[i] up to lo[i + 1] the row pick[i] decides (NET_NONE: none does). */
struct flat {
    const ip_number *lo;
    const uint32_t *pick;
    uint32_t count;
    const uint32_t *unread; /* rows of routes whose destinations were not read */
    uint32_t unread_count;
};

/* One address of one interface, as a source or a destination. */
struct point {
    uint32_t eni, address; /* rows; address NET_NONE: of an external */
    ip_number ip, public_ip;
    uint32_t cls;
};

/* Points that no test tells apart. */
struct cls {
    uint32_t first, count; /* into reach.class_points */
    uint32_t eni;          /* of one of them: the others have the same subnet, groups, flags */
    ip_number ip, public_ip;
    uint32_t label;        /* of all their things */
};

struct run;
struct reach {
    const struct net *n;
    struct arena *arena;    /* what is compiled */
    struct arena *scratch;  /* of one evaluation */
    struct arena *asking;   /* of reach_ask() */
    struct arena *answers;  /* of the last reach_run() */
    struct run *run;
    uint8_t slot_of[256];   /* of protocols with ports; else SLOTS_WITH_PORTS */
    uint32_t service_of[256]; /* of protocols without */
    int16_t *portless;      /* protocol of PORTLESS_FIRST + i; the last is one that no rule names */
    uint32_t portless_count;
    struct services all;

    ip_number *cuts;        /* all addresses at which some test may change its mind, sorted */
    uint32_t cut_count;
    struct flat *tables, *tgw_tables;
    uint32_t *tgw_twin;     /* by TGW route: the next that is as good, or NET_NONE */
    uint8_t *acl_open;      /* by ACL: bit 0 lets all in, bit 1 lets all out */
    struct net_span *attachments_of; /* by VPC, into attachment_order */
    uint32_t *attachment_order;
    struct net_span *peerings_of; /* by VPC, into peering_order */
    uint32_t *peering_order;
    uint32_t *v6_cidrs, v6_count; /* rows of cidrs */
    struct net_span *entrances_of_vpc, *uplinks_of_vgw, *uplinks_of_external;
    uint32_t *entrance_order, *uplink_vgw_order, *uplink_external_order;
    struct net_span *entrances_of_endpoint;
    uint32_t *entrance_endpoint_order;
    struct ip_range *own_public; /* IPv4 addresses of the Internet that somebody has as private ones */
    uint32_t own_public_count;
    uint32_t *external_of_vpc;
    uint32_t *lb_of_thing, *endpoint_of_thing;

    uint8_t *special;       /* by interface: something names it by itself */
    struct net_span *eni_points; /* by interface, into points */
    struct point *points;
    uint32_t point_count;
    struct cls *classes;
    uint32_t class_count;
    uint32_t *class_points;
};

/* engine_compile.c */
void engine_compile(struct reach *r);
uint32_t engine_service(const struct reach *r, int16_t proto, uint16_t port);
/* Services of a rule for `proto`, lo..hi. */
struct services_span engine_services(const struct reach *r, int16_t proto, uint16_t lo, uint16_t hi);
void engine_recompile(struct reach *r);
/* One row anew, after a change. */
void engine_table(struct reach *r, uint32_t table);
void engine_tgw_table(struct reach *r, uint32_t table);
void engine_acl(struct reach *r, uint32_t acl);
/* Addresses of one atom pass the same tests of ranges. */
uint32_t engine_atom(const struct reach *r, ip_number ip);
uint32_t flat_at(const struct flat *f, ip_number ip);

/* engine_points.c */
void engine_points(struct reach *r);
/* Classes for these labels of things (NULL: none). In `a`. */
void engine_classes(struct reach *r, struct arena *a, const uint32_t *label_of);
uint32_t engine_class_at(const struct reach *r, uint32_t eni, ip_number ip);

#endif
