/* The network that a store holds, one JSON line a row, for tests about parsed facts: net-helper DB [--assume-default-nacl]
 *
 * Rules are given with what their peer comes to: ranges, and for a group the addresses of its members. */
#include "config/config.h"
#include "facts/facts.h"
#include "reach/walk.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

struct dump {
    const struct net *n;
    struct arena *a;
    struct buf line;
    struct json_out o;
};

static void begin(struct dump *d, const char *kind)
{
    buf_reset(&d->line);
    jo_init(&d->o, &d->line, false);
    jo_object(&d->o);
    jo_kv_strz(&d->o, "kind", kind);
}

static void end(struct dump *d)
{
    jo_end_object(&d->o);
    puts(buf_cstr(&d->line));
}

static void id(struct dump *d, const char *key, enum net_kind kind, uint32_t row)
{
    jo_kv_str(&d->o, key, row == NET_NONE ? str_make(NULL, 0) : net_id(d->n, (struct net_ref){kind, row}));
}

static void members(struct dump *d, uint32_t group)
{
    jo_key(&d->o, "members");
    jo_array(&d->o);
    NET_EACH(i, d->n->groups[group].members) {
        uint32_t eni = d->n->eni_groups[d->n->member_order[i]].eni;
        NET_EACH(x, d->n->enis[eni].addresses) {
            jo_object(&d->o);
            jo_kv_str(&d->o, "address", ip_range_text(d->a, d->n->addresses[x].range));
            jo_kv_str(&d->o, "interface", d->n->enis[eni].id);
            id(d, "thing", NET_THING, d->n->enis[eni].thing);
            jo_end_object(&d->o);
        }
    }
    jo_end_array(&d->o);
}

static void rules(struct dump *d)
{
    for (uint32_t i = 0; i < d->n->rules_count; i++) {
        const struct net_rule *r = &d->n->rules[i];
        begin(d, "rule");
        jo_kv_str(&d->o, "group", d->n->groups[r->group].id);
        jo_kv_bool(&d->o, "egress", r->egress);
        jo_kv_int(&d->o, "proto", r->proto);
        jo_kv_int(&d->o, "lo", r->lo);
        jo_kv_int(&d->o, "hi", r->hi);
        jo_kv_str(&d->o, "peer", r->peer == PEER_RANGE ? ip_range_text(d->a, r->range) : r->peer_id);
        if (r->peer == PEER_GROUP && r->peer_index != NET_NONE)
            members(d, r->peer_index);
        end(d);
    }
}

static bool has_public_address(const struct net *n, const struct net_eni *x)
{
    NET_EACH(i, x->addresses)
        if (n->addresses[i].public_ip)
            return true;
    return false;
}

static void things(struct dump *d)
{
    for (uint32_t i = 0; i < d->n->things_count; i++) {
        const struct net_thing *t = &d->n->things[i];
        begin(d, "thing");
        jo_kv_str(&d->o, "id", t->id);
        jo_kv_str(&d->o, "name", t->name);
        jo_kv_str(&d->o, "type", t->type);
        jo_key(&d->o, "interfaces");
        jo_array(&d->o);
        NET_EACH(e, t->enis) {
            const struct net_eni *x = &d->n->enis[d->n->eni_order[e]];
            jo_object(&d->o);
            jo_kv_str(&d->o, "id", x->id);
            id(d, "subnet", NET_SUBNET, x->subnet);
            jo_kv_bool(&d->o, "virtual", x->virtual_);
            jo_kv_bool(&d->o, "public", has_public_address(d->n, x));
            jo_key(&d->o, "groups");
            jo_array(&d->o);
            NET_EACH(g, x->groups)
                jo_str(&d->o, d->n->eni_groups[g].id);
            jo_end_array(&d->o);
            jo_end_object(&d->o);
        }
        jo_end_array(&d->o);
        jo_key(&d->o, "ports");
        jo_array(&d->o);
        for (uint32_t p = 0; p < t->port_count; p++)
            jo_int(&d->o, t->ports[p]);
        jo_end_array(&d->o);
        end(d);
    }
}

static const char *attachment_word(enum net_attachment_kind k)
{
    static const char *const words[] = {[ATTACHMENT_VPC] = "vpc", [ATTACHMENT_VPN] = "vpn", [ATTACHMENT_DX] = "direct-connect-gateway",
                                        [ATTACHMENT_PEERING] = "peering", [ATTACHMENT_CONNECT] = "connect", [ATTACHMENT_OTHER] = "other"};
    return words[k];
}

static void transit(struct dump *d)
{
    for (uint32_t i = 0; i < d->n->tgw_routes_count; i++) {
        const struct net_tgw_route *r = &d->n->tgw_routes[i];
        begin(d, "tgw-route");
        id(d, "table", NET_TGW_TABLE, r->table);
        jo_kv_str(&d->o, "range", ip_range_text(d->a, r->range));
        id(d, "attachment", NET_ATTACHMENT, r->attachment);
        jo_kv_strz(&d->o, "via", r->attachment == NET_NONE ? "" : attachment_word(d->n->attachments[r->attachment].kind));
        jo_kv_int(&d->o, "rank", r->rank);
        jo_kv_bool(&d->o, "blackhole", r->blackhole);
        jo_kv_bool(&d->o, "propagated", r->propagated);
        end(d);
    }
    for (uint32_t i = 0; i < d->n->attachments_count; i++) {
        const struct net_attachment *x = &d->n->attachments[i];
        begin(d, "attachment");
        jo_kv_str(&d->o, "id", x->id);
        id(d, "tgw", NET_TGW, x->tgw);
        jo_kv_strz(&d->o, "type", attachment_word(x->kind));
        enum net_kind target = x->kind == ATTACHMENT_VPC ? NET_VPC : x->kind == ATTACHMENT_PEERING ? NET_ATTACHMENT : NET_EXTERNAL;
        id(d, "target", target, x->target);
        id(d, "table", NET_TGW_TABLE, x->table);
        end(d);
    }
}

static void uplinks(struct dump *d)
{
    for (uint32_t i = 0; i < d->n->uplinks_count; i++) {
        const struct net_uplink *u = &d->n->uplinks[i];
        begin(d, "uplink");
        id(d, "external", NET_EXTERNAL, u->external);
        id(d, "vgw", NET_VGW, u->vgw);
        id(d, "attachment", NET_ATTACHMENT, u->attachment);
        id(d, "tgw", NET_TGW, u->attachment == NET_NONE ? NET_NONE : d->n->attachments[u->attachment].tgw);
        jo_kv_bool(&d->o, "filtered", u->filtered);
        jo_key(&d->o, "allowed");
        jo_array(&d->o);
        NET_EACH(r, u->allowed)
            jo_str(&d->o, ip_range_text(d->a, d->n->uplink_ranges[r].range));
        jo_end_array(&d->o);
        end(d);
    }
}

static void places(struct dump *d)
{
    for (uint32_t i = 0; i < d->n->vpcs_count; i++) {
        begin(d, "vpc");
        jo_kv_str(&d->o, "id", d->n->vpcs[i].id);
        jo_kv_str(&d->o, "region", d->n->vpcs[i].region);
        jo_kv_bool(&d->o, "collected", d->n->vpcs[i].collected);
        end(d);
    }
    for (uint32_t i = 0; i < d->n->subnets_count; i++) {
        begin(d, "subnet");
        jo_kv_str(&d->o, "id", d->n->subnets[i].id);
        id(d, "vpc", NET_VPC, d->n->subnets[i].vpc);
        end(d);
    }
    for (uint32_t i = 0; i < d->n->lbs_count; i++) {
        begin(d, "balancer");
        jo_kv_str(&d->o, "id", d->n->lbs[i].arn);
        jo_kv_bool(&d->o, "classic", d->n->lbs[i].kind == LB_CLASSIC);
        jo_kv_bool(&d->o, "internet", d->n->lbs[i].internet_facing);
        end(d);
    }
    for (uint32_t i = 0; i < d->n->endpoints_count; i++) {
        begin(d, "endpoint");
        jo_kv_str(&d->o, "id", d->n->endpoints[i].id);
        jo_kv_str(&d->o, "service", d->n->endpoints[i].service_name);
        end(d);
    }
}

static bool load(struct arena *a, const char *path, bool assume, struct net **out, struct err *e)
{
    struct config config;
    struct net_options o = {.assume_default_nacl = assume};
    struct store *s = store_open(path, STORE_WRITE, e);
    int64_t run = 0;
    config_defaults(a, &config);
    *out = net_new(a);
    bool good = s && store_get_int(s, "SELECT max(id) FROM run", &run, e) && facts_build(a, s, run, config.doc, 0, e) &&
                net_load(*out, s, config.doc, &o, e);
    store_close(s);
    return good;
}

int main(int argc, char **argv)
{
    struct err e = {0};
    struct arena *a = arena_new(1 << 20);
    struct dump d = {.a = a};
    struct net *n;
    if (argc < 2 || !load(a, argv[1], argc > 2, &n, &e)) {
        fprintf(stderr, "%s\n", argc < 2 ? "net-helper DB [--assume-default-nacl]" : e.message);
        arena_free(a);
        return EXIT_FAILURE;
    }
    d.n = n;
    buf_init(&d.line, 64 << 20);
    rules(&d);
    things(&d);
    transit(&d);
    uplinks(&d);
    places(&d);
    buf_done(&d.line);
    arena_free(a);
    return EXIT_SUCCESS;
}
