/* A graph that is kept while single policies change: what then stays as it was. */
#include "access/graph_internal.h"
#include "access/world_internal.h"

/* Not a hash that anybody could aim at: the values are pointers and short texts of one world. */
static uint64_t mix(uint64_t h, uint64_t v)
{
    h = (h ^ v) * 0x9E3779B97F4A7C15u;
    return h ^ h >> 31;
}

static uint64_t mix_text(uint64_t h, struct str s)
{
    h = mix(h, s.len + (s.ptr ? 1 : 0));
    for (size_t i = 0; i < s.len; i++)
        h = mix(h, (unsigned char)s.ptr[i]);
    return h;
}

/* All of a principal that others' edges, the pseudo principals and the labels of a proof rest on: not its inline policies. */
static uint64_t face_of(const struct world_principal *p)
{
    uint64_t h = mix(graph_powers(p), (uint64_t)p->kind << 32 | p->account);
    h = mix(h, (uint64_t)p->has_boundary << 4 | (uint64_t)p->service_linked << 3 | (uint64_t)p->shared << 2 | (uint64_t)p->conflict << 1 | p->tags_read);
    h = mix(h, (uintptr_t)p->trust.policy);
    h = mix(h, (uintptr_t)p->tags);
    h = mix(h, p->resource);
    h = mix_text(mix_text(mix_text(mix_text(h, p->trust.unread), p->tenant), p->boundary.id), p->arn);
    h = mix(h, (uintptr_t)p->boundary.policy);
    for (uint32_t i = 0; i < p->identity.count; i++)
        if (str_index(p->identity.items[i].id, '#', 0) < 0)
            h = mix_text(h, p->identity.items[i].id);
    return h;
}

void graph_watch(struct graph *g)
{
    const struct world *w = g->world;
    struct graph_memo *m = g->memo;
    if (!m->faces)
        m->faces = arena_array_of(g->arena, uint64_t, g->first_pseudo + 1);
    for (uint32_t i = 0; i < g->first_pseudo; i++)
        m->faces[i] = face_of(&w->principals[i]);
    m->policies = w->policies.count;
    m->tag_keys = w->tag_key_count;
    m->reads_tags = graph_reads_tags(w, 0);
}

bool graph_still_fits(const struct graph *g)
{
    const struct graph_memo *m = g->memo;
    const struct world *w = g->world;
    return m->faces && m->tag_keys == w->tag_key_count && (m->reads_tags || !graph_reads_tags(w, m->policies)) &&
           !graph_names_roles(w, m->policies);
}

uint32_t graph_forms(struct graph *g, uint32_t principal, uint32_t *out)
{
    struct world *w = g->world;
    uint32_t n = 0, tagged = principal < g->first_pseudo ? g->any_tag_of[principal] : WORLD_NONE;
    if (principal >= g->first_pseudo || !graph_still_fits(g) || g->memo->faces[principal] != face_of(&w->principals[principal]))
        return 0;
    out[n++] = principal;
    /* What a boundary leaves of every policy does not rest on those that there are. */
    if (tagged != WORLD_NONE) {
        w->principals[tagged].identity = w->principals[principal].identity;
        out[n++] = tagged;
    }
    return n;
}

void graph_withdraw(struct graph *g)
{
    g->world->principal_count = g->first_pseudo;
    world_index_principals(g->world);
}
