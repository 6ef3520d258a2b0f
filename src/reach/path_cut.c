/* What closes a path: each thing that let it through is taken away alone, and the packet walked again. */
#include "reach/path.h"

enum { CUTS_MAX = 12 };

struct undo { union { struct { uint16_t lo, hi; } ports; struct ip_range range; bool flag; } was; };

static const struct ip_range nothing = {1, 0};

static bool take_away(struct net *n, struct net_ref r, struct undo *u)
{
    switch (r.kind) {
    case NET_RULE:
        u->was.ports.lo = n->rules[r.index].lo;
        u->was.ports.hi = n->rules[r.index].hi;
        n->rules[r.index].lo = 1;
        n->rules[r.index].hi = 0;
        return true;
    case NET_ACL_ENTRY:
        u->was.range = n->acl_entries[r.index].range;
        n->acl_entries[r.index].range = nothing;
        return true;
    case NET_ROUTE:
        u->was.range = n->routes[r.index].range;
        n->routes[r.index].range = nothing;
        return true;
    case NET_TGW_ROUTE:
        u->was.range = n->tgw_routes[r.index].range;
        n->tgw_routes[r.index].range = nothing;
        return true;
    case NET_PEERING:
        u->was.flag = n->peerings[r.index].active;
        n->peerings[r.index].active = false;
        return true;
    case NET_ATTACHMENT:
        u->was.flag = n->attachments[r.index].available;
        n->attachments[r.index].available = false;
        return true;
    case NET_ENDPOINT:
        u->was.flag = n->endpoints[r.index].available;
        n->endpoints[r.index].available = false;
        return true;
    default: return false;
    }
}

static void put_back(struct net *n, struct net_ref r, const struct undo *u)
{
    switch (r.kind) {
    case NET_RULE:
        n->rules[r.index].lo = u->was.ports.lo;
        n->rules[r.index].hi = u->was.ports.hi;
        break;
    case NET_ACL_ENTRY: n->acl_entries[r.index].range = u->was.range; break;
    case NET_ROUTE: n->routes[r.index].range = u->was.range; break;
    case NET_TGW_ROUTE: n->tgw_routes[r.index].range = u->was.range; break;
    case NET_PEERING: n->peerings[r.index].active = u->was.flag; break;
    case NET_ATTACHMENT: n->attachments[r.index].available = u->was.flag; break;
    case NET_ENDPOINT: n->endpoints[r.index].available = u->was.flag; break;
    default: break;
    }
}

static struct str range_of(const struct net *n, struct arena *a, const struct net_route *r)
{
    return r->list != NET_NONE && n->prefix_lists[r->list].id.len ? n->prefix_lists[r->list].id : ip_range_text(a, r->range);
}

static struct str edit_text(const struct net *n, struct arena *a, struct net_ref r)
{
    switch (r.kind) {
    case NET_RULE: {
        const struct net_rule *x = &n->rules[r.index];
        struct str group = n->groups[x->group].id, way = x->egress ? STR("outbound") : STR("inbound");
        struct str what = path_proto_name(a, x->proto), ports = path_port_text(a, x->proto, x->lo, x->hi);
        bool all = x->lo == 0 && x->hi == UINT16_MAX;
        struct str peer = x->peer == PEER_RANGE ? ip_range_text(a, x->range) : x->peer_id;
        return arena_printf(a, "revoke %s%.*s%.*s rule %.*s%s%.*s %s %.*s of %.*s", x->id.len ? "" : "the ", STR_ARG(x->id.len ? STR("") : way),
                            STR_ARG(x->id), STR_ARG(what), all ? "" : " ", STR_ARG(all ? STR("") : ports), x->egress ? "to" : "from",
                            STR_ARG(peer), STR_ARG(group));
    }
    case NET_ACL_ENTRY: {
        const struct net_acl_entry *x = &n->acl_entries[r.index];
        return arena_printf(a, "delete %s entry %u of %.*s", x->egress ? "outbound" : "inbound", x->number, STR_ARG(n->acls[x->acl].id));
    }
    case NET_ROUTE: {
        const struct net_route *x = &n->routes[r.index];
        struct str range = range_of(n, a, x);
        return arena_printf(a, "delete the route %.*s -> %.*s of %.*s", STR_ARG(range), STR_ARG(x->target_id), STR_ARG(n->tables[x->table].id));
    }
    case NET_TGW_ROUTE: {
        const struct net_tgw_route *x = &n->tgw_routes[r.index];
        struct str range = ip_range_text(a, x->range);
        return arena_printf(a, "%s %.*s of %.*s", x->propagated ? "end the propagation of" : "delete the route", STR_ARG(range),
                            STR_ARG(n->tgw_tables[x->table].id));
    }
    default: {
        struct str id = net_id(n, r);
        return arena_printf(a, "delete %s %.*s", net_kind_name(r.kind), STR_ARG(id));
    }
    }
}

static bool is_listed(const struct path_answer *x, struct net_ref r)
{
    for (uint32_t i = 0; i < x->cut_count; i++)
        if (x->cuts[i].ref.kind == r.kind && x->cuts[i].ref.index == r.index)
            return true;
    return false;
}

/* The local route cannot be deleted (VPC User Guide, "Route tables"). */
static bool can_be_deleted(const struct net *n, struct net_ref r)
{
    return r.kind != NET_ROUTE || n->routes[r.index].kind != TARGET_LOCAL;
}

static void try_cut(struct net *n, struct arena *a, struct arena *scratch, struct path_answer *x, struct net_ref r)
{
    struct undo u;
    struct walk w;
    bool elsewhere;
    if (x->cut_count == CUTS_MAX || is_listed(x, r) || !can_be_deleted(n, r))
        return;
    struct str edit = edit_text(n, a, r);
    if (!take_away(n, r, &u))
        return;
    arena_reset(scratch);
    walk_flow(n, scratch, &x->flow, &w);
    const struct walk_path *p = path_best(n, &w, &x->flow, x->wanted, &elsewhere);
    if (!w.capped && (!p || elsewhere || p->verdict == REACH_NONE))
        x->cuts[x->cut_count++] = (struct path_cut){r, edit};
    put_back(n, r, &u);
}

void path_find_cuts(struct net *n, struct arena *a, struct path_answer *x)
{
    struct arena *scratch = arena_new(1 << 16);
    x->cuts = arena_array_of(a, struct path_cut, CUTS_MAX);
    for (uint32_t i = 0; i < x->path->hop_count; i++)
        switch (x->path->hops[i].by.kind) {
        case NET_RULE:
        case NET_ACL_ENTRY:
        case NET_ROUTE:
        case NET_TGW_ROUTE:
        case NET_PEERING:
        case NET_ATTACHMENT:
        case NET_ENDPOINT: try_cut(n, a, scratch, x, x->path->hops[i].by); break;
        default: break;
        }
    arena_free(scratch);
}
