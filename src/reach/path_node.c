/* A path as the ids that it passes. */
#include "reach/path.h"

static struct str node_at(const struct net *n, struct net_ref r)
{
    switch (r.kind) {
    case NET_ENI: {
        const struct net_thing *t = &n->things[n->enis[r.index].thing];
        return t->id.len ? t->id : net_id(n, (struct net_ref){NET_THING, n->enis[r.index].thing});
    }
    case NET_TABLE: return n->tables[r.index].vpc != NET_NONE ? n->vpcs[n->tables[r.index].vpc].id : str_make(NULL, 0);
    case NET_ATTACHMENT: return n->attachments[r.index].tgw != NET_NONE ? n->tgws[n->attachments[r.index].tgw].id : str_make(NULL, 0);
    case NET_TGW_TABLE: return n->tgw_tables[r.index].tgw != NET_NONE ? n->tgws[n->tgw_tables[r.index].tgw].id : str_make(NULL, 0);
    case NET_GROUP:
    case NET_ACL:
    case NET_LISTENER:
    case NET_TARGET_GROUP: return str_make(NULL, 0);
    default: return net_id(n, r);
    }
}

uint32_t path_nodes(const struct net *n, struct arena *a, const struct walk_path *p, bool back, struct str **out)
{
    const struct walk_hop *hops = back ? p->return_hops : p->hops;
    uint32_t count = back ? p->return_count : p->hop_count, kept = 0;
    struct str *nodes = arena_array_of(a, struct str, count + 2);
    for (uint32_t i = 0; i < count; i++) {
        struct str id = node_at(n, hops[i].at);
        if (id.len && (!kept || !str_eq(nodes[kept - 1], id)))
            nodes[kept++] = id;
    }
    *out = nodes;
    return kept;
}
