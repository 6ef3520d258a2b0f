/* reach/load_firewall.h: rules of AWS Network Firewall as lists of 5-tuples (load_firewall.c: policies; load_firewall_rule.c: rule
 * groups). What is more than a 5-tuple (Suricata text, domain lists, flags, keywords) is a rule that says ACT_UNKNOWN. */
#ifndef WARD_REACH_LOAD_FIREWALL_H
#define WARD_REACH_LOAD_FIREWALL_H

#include "reach/net_load_internal.h"

enum { FIREWALL_RULES_MAX = 20000, FIREWALL_SIDE_MAX = 512 }; /* of one firewall, of one end of a rule; beyond is unknown */

struct fw_rule {
    struct net_firewall_rule r;
    bool forward; /* stateless: the packet goes on to the stateful engine, and no other stateless rule is tried */
};
struct fw_rules {
    struct fw_rule *items;
    uint32_t count, room;
    bool full;
};
struct fw_side { /* one end of a rule */
    struct ip_range ranges[FIREWALL_SIDE_MAX];
    struct { uint16_t lo, hi; } ports[FIREWALL_SIDE_MAX];
    uint32_t range_count, port_count;
    bool unknown; /* it has more than can be told */
};
struct fw_source {
    struct net_loader *l;
    struct str group;             /* the rule group's name, for people */
    const struct json *variables; /* the group's RuleVariables: IPSets, PortSets */
    const struct json *over;      /* the policy's variables, by name: they go first */
    const struct ip_range *home;  /* $HOME_NET where no variable says otherwise: the VPC's blocks */
    uint32_t home_count;
    struct fw_side *from, *to;    /* room to work in */
};

void fw_add(struct net_loader *l, struct fw_rules *list, struct net_firewall_rule r, bool forward);
/* One that matches all, both ways. */
struct net_firewall_rule fw_rule_of_all(struct str name, enum net_act act);
/* A group's rules in their order. `drop_to_alert`: the policy takes its drops back. */
void fw_stateful(const struct fw_source *s, const struct json *group, bool drop_to_alert, struct fw_rules *out);
/* In order of priority. */
void fw_stateless(const struct fw_source *s, const struct json *group, struct fw_rules *out);

#endif
