/*
 * Network ACLs and firewalls.
 * VPC User Guide, "Control subnet traffic with network access control lists": entries in ascending order, the first
 * that matches decides, what none matches is denied; stateless; asked where a packet crosses the subnet's border.
 * Network Firewall Developer Guide, "Rule groups": five-tuple rules in the order of evaluation that the loader gives
 * them.
 */
#include "reach/walk_internal.h"

static enum tri ask_acl(const struct net *n, const struct packet *p, uint32_t subnet, bool egress, struct net_ref *by)
{
    uint32_t acl = n->subnets[subnet].acl;
    *by = no_ref();
    if (acl == NET_NONE)
        return MAYBE;
    ip_number peer = egress ? p->dst : p->src;
    NET_EACH (i, egress ? n->acls[acl].egress : n->acls[acl].ingress) {
        const struct net_acl_entry *e = &n->acl_entries[i];
        if ((e->proto == NET_ANY_PROTOCOL || e->proto == p->proto) && e->lo <= p->dport && p->dport <= e->hi &&
            ip_in(e->range, peer)) {
            *by = ref_of(NET_ACL_ENTRY, i);
            return e->allow ? YES : NO;
        }
    }
    return NO;
}

/* Where the other side's source port is free, which ports pass on the way back is looked for (walk_answer.c). */
static void remember(struct answer *r, uint32_t acl)
{
    for (uint32_t i = 0; i < r->acl_count; i++)
        if (r->acls[i] == acl)
            return;
    if (acl != NET_NONE && r->acl_count < sizeof r->acls / sizeof *r->acls)
        r->acls[r->acl_count++] = acl;
}

enum tri walk_acl(struct walker *w, const struct packet *p, uint32_t subnet, bool egress, struct net_ref *by)
{
    if (w->answer)
        remember(w->answer, w->n->subnets[subnet].acl);
    return ask_acl(w->n, p, subnet, egress, by);
}

bool pass_acl(struct walker *w, struct packet *p, uint32_t subnet, bool egress)
{
    struct net_ref by, at = ref_of(NET_SUBNET, subnet);
    enum tri t = walk_acl(w, p, subnet, egress, &by);
    struct str id = w->n->subnets[subnet].id;
    if (t == MAYBE) {
        walk_doubt(w, p, at, by, "UNKNOWN_RESOURCE", walk_text(w, "the network ACL of ", id, " was not read"));
        return true;
    }
    struct str note = by.kind == NET_NOTHING ? walk_text(w, "no rule of the network ACL of ", id, " matches")
                                             : note_entry(w, by.index);
    if (t == YES) {
        walk_pass(w, p, at, by, note);
        return true;
    }
    walk_stop(w, p, at, by, "SUBNET_ACL_RESTRICTION", note);
    return false;
}

enum sides { OUT_OF_IT, IN_PART, IN_IT };

/* A source port that the sender picks from 1024-65535 is all of them at once. */
static enum sides sport_in(const struct packet *p, uint16_t lo, uint16_t hi)
{
    if (!p->any_sport)
        return lo <= p->sport && p->sport <= hi ? IN_IT : OUT_OF_IT;
    if (lo <= EPHEMERAL_FIRST && hi == 65535)
        return IN_IT;
    return hi < EPHEMERAL_FIRST || lo > hi ? OUT_OF_IT : IN_PART;
}

static enum sides rule_matches(const struct net_firewall_rule *r, const struct packet *p)
{
    if (r->proto != NET_ANY_PROTOCOL && r->proto != p->proto)
        return OUT_OF_IT;
    enum sides found = OUT_OF_IT;
    if (ip_in(r->from, p->src) && ip_in(r->to, p->dst) && r->dport_lo <= p->dport && p->dport <= r->dport_hi)
        found = sport_in(p, r->sport_lo, r->sport_hi);
    if (found != IN_IT && r->both_ways && ip_in(r->to, p->src) && ip_in(r->from, p->dst) && r->sport_lo <= p->dport &&
        p->dport <= r->sport_hi) {
        enum sides back = sport_in(p, r->dport_lo, r->dport_hi);
        found = back > found ? back : found;
    }
    return found;
}

static enum tri tri_of(enum net_act act)
{
    return act == ACT_PASS ? YES : act == ACT_DROP ? NO : MAYBE;
}

enum tri walk_firewall_rules(const struct walker *w, const struct packet *p, uint32_t firewall, struct net_ref *by)
{
    const struct net_firewall *f = &w->n->firewalls[firewall];
    *by = no_ref();
    if (!f->read)
        return MAYBE;
    bool partly = false;
    NET_EACH (i, f->rules) {
        enum sides s = rule_matches(&w->n->firewall_rules[i], p);
        if (s == OUT_OF_IT)
            continue;
        if (!partly)
            *by = ref_of(NET_FIREWALL_RULE, i);
        if (s == IN_IT && !partly)
            return tri_of(w->n->firewall_rules[i].act);
        if (s == IN_IT)
            return MAYBE;
        partly = true;
    }
    return partly ? MAYBE : tri_of(f->otherwise);
}

static bool has_seen(const struct leg *l, uint32_t firewall)
{
    for (uint32_t i = 0; i < l->firewall_count; i++)
        if (l->firewalls[i] == firewall)
            return true;
    return false;
}

bool pass_firewall(struct walker *w, struct packet *p, uint32_t firewall)
{
    struct net_ref by = no_ref(), at = ref_of(NET_FIREWALL, firewall);
    struct str name = w->n->firewalls[firewall].name;
    if (w->answer) {
        if (has_seen(w->answer->leg, firewall))
            walk_pass(w, p, at, by, STR("an answer to what it has let through"));
        else
            walk_doubt(w, p, at, by, NULL,
                       walk_text(w, "the firewall ", name, " has not seen the packet that this answers"));
        return true;
    }
    enum tri t = walk_firewall_rules(w, p, firewall, &by);
    struct str rule =
        by.kind == NET_NOTHING ? STR("no rule matches, the default decides") : w->n->firewall_rules[by.index].name;
    if (t == NO) {
        walk_stop(w, p, at, by, "FIREWALL_RULES_RESTRICTION", rule);
        return false;
    }
    if (t == YES)
        walk_pass(w, p, at, by, rule);
    else
        walk_doubt(w, p, at, by, "FIREWALL_UNSUPPORTED_RULE_OPTIONS",
                   walk_text(w, "what the firewall ", name, " does with it was not evaluated"));
    struct leg *l = &w->legs[w->leg_count - 1];
    if (l->firewall_count < sizeof l->firewalls / sizeof *l->firewalls)
        l->firewalls[l->firewall_count++] = firewall;
    return true;
}
