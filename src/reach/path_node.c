/* A path as the ids that it passes. */
#include "reach/path.h"

struct nodes {
    const struct net *n;
    struct str *ids;
    uint32_t count;
    uint32_t vpc; /* in which the packet is; NET_NONE: at a gateway */
};

static struct str gateway_id(const struct net *n, struct net_ref r)
{
    uint32_t tgw = r.kind == NET_ATTACHMENT ? n->attachments[r.index].tgw : r.kind == NET_TGW_TABLE ? n->tgw_tables[r.index].tgw : NET_NONE;
    switch (r.kind) {
    case NET_ATTACHMENT:
    case NET_TGW_TABLE: return tgw != NET_NONE ? n->tgws[tgw].id : str_make(NULL, 0);
    case NET_GROUP:
    case NET_ACL:
    case NET_LISTENER:
    case NET_UPLINK:
    case NET_TARGET_GROUP: return str_make(NULL, 0);
    default: return net_id(n, r);
    }
}

static struct str thing_id(const struct net *n, uint32_t eni)
{
    const struct net_thing *t = &n->things[n->enis[eni].thing];
    return t->id.len ? t->id : net_id(n, (struct net_ref){NET_THING, n->enis[eni].thing});
}

static void add(struct nodes *s, struct str id)
{
    if (id.len && (!s->count || !str_eq(s->ids[s->count - 1], id)))
        s->ids[s->count++] = id;
}

/* Into a VPC: after a gateway it is a node of its own. */
static void enter(struct nodes *s, uint32_t vpc)
{
    if (vpc != NET_NONE && s->vpc != vpc && s->count)
        add(s, s->n->vpcs[vpc].id);
    s->vpc = vpc;
}

static bool is_transit(const struct walk_hop *h)
{
    return h->at.kind == NET_ATTACHMENT || h->at.kind == NET_TGW || h->at.kind == NET_TGW_TABLE;
}

/* The subnet in which a transit gateway's attachment has its interface is no stop of its own. */
static bool is_of_attachment(const struct walk_hop *hops, uint32_t i, uint32_t count)
{
    bool before = i + 1 < count && is_transit(&hops[i + 1]) && i > 0 && hops[i - 1].at.kind == NET_TABLE;
    bool after = i > 0 && is_transit(&hops[i - 1]) && i + 1 < count && hops[i + 1].at.kind == NET_TABLE;
    return before || after;
}

static void add_hop(struct nodes *s, const struct walk_hop *hops, uint32_t i, uint32_t count)
{
    const struct net *n = s->n;
    struct net_ref r = hops[i].at;
    switch (r.kind) {
    case NET_TABLE:
        if (hops[i].act == HOP_STOP)
            break; /* the lookup is made in the subnet */
        enter(s, n->tables[r.index].vpc);
        if (s->vpc != NET_NONE)
            add(s, n->vpcs[s->vpc].id);
        break;
    case NET_SUBNET:
        if (is_of_attachment(hops, i, count))
            break;
        enter(s, n->subnets[r.index].vpc);
        add(s, n->subnets[r.index].id);
        break;
    case NET_ENI:
        if (s->count && s->vpc == NET_NONE && n->enis[r.index].vpc != NET_NONE) {
            enter(s, n->enis[r.index].vpc);
            if (n->enis[r.index].subnet != NET_NONE)
                add(s, n->subnets[n->enis[r.index].subnet].id);
        }
        s->vpc = n->enis[r.index].vpc;
        add(s, thing_id(n, r.index));
        break;
    case NET_VPC:
        enter(s, r.index);
        add(s, n->vpcs[r.index].id);
        break;
    default: {
        struct str id = gateway_id(n, r);
        if (id.len)
            s->vpc = NET_NONE;
        add(s, id);
    }
    }
}

uint32_t path_nodes(const struct net *n, struct arena *a, const struct net_flow *f, const struct walk_path *p, bool back, struct str **out)
{
    const struct walk_hop *hops = back ? p->return_hops : p->hops;
    uint32_t count = back ? p->return_count : p->hop_count;
    struct nodes s = {.n = n, .ids = arena_array_of(a, struct str, 3 * (size_t)count + 3), .vpc = NET_NONE};
    if (!back && f->from.at.kind == NET_VPC) {
        s.vpc = f->from.at.index;
        add(&s, n->vpcs[s.vpc].id);
    }
    for (uint32_t i = 0; i < count; i++)
        add_hop(&s, hops, i, count);
    *out = s.ids;
    return s.count;
}
