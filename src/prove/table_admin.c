/* Users and roles that come to be administrator of an account. */
#include "access/graph_internal.h"
#include "prove/tables_internal.h"

enum { HOPS_TOLD_MAX = 6 };

struct climb {
    struct tabler *t;
    uint32_t *first_in, *in; /* by node: edges that lead to it */
    uint32_t *next;          /* by node: edge + 1 of the shortest way up, of the surest level */
    uint8_t *level;          /* by node */
    uint32_t *queue;
    uint32_t decrypt; /* question, or WORLD_NONE */
    uint32_t *keys;   /* by account: customer keys */
};

static void index_edges(struct climb *c)
{
    const struct graph *g = c->t->g;
    c->first_in = arena_array_of(c->t->a, uint32_t, g->node_count + 3);
    c->in = arena_array_of(c->t->a, uint32_t, g->edge_count + 1);
    for (uint32_t i = 0; i < g->edge_count; i++)
        c->first_in[g->edges[i].to + 2]++;
    for (uint32_t n = 2; n < g->node_count + 2; n++)
        c->first_in[n] += c->first_in[n - 1];
    for (uint32_t i = 0; i < g->edge_count; i++)
        c->in[c->first_in[g->edges[i].to + 1]++] = i;
}

/* All that reach an administrator by edges that are at least this sure. */
static void walk(struct climb *c, enum graph_level level)
{
    const struct graph *g = c->t->g;
    uint32_t count = 0;
    for (uint32_t n = 0; n < g->node_count; n++) {
        uint32_t p = g->nodes[n].principal;
        if (p >= g->first_pseudo && g->pseudo[p - g->first_pseudo].kind == PSEUDO_ADMIN)
            c->level[n] = LEVEL_CERTAIN;
        if (c->level[n] != LEVEL_NEVER)
            c->queue[count++] = n;
    }
    for (uint32_t at = 0; at < count; at++)
        for (uint32_t i = c->first_in[c->queue[at]]; i < c->first_in[c->queue[at] + 1]; i++) {
            const struct graph_edge *e = &g->edges[c->in[i]];
            if (e->level > level || c->level[e->from] != LEVEL_NEVER)
                continue;
            c->level[e->from] = (uint8_t)level;
            c->next[e->from] = c->in[i] + 1;
            c->queue[count++] = e->from;
        }
}

static struct str path_words(struct climb *c, uint32_t node)
{
    const struct graph *g = c->t->g;
    struct buf b;
    buf_init(&b, 1 << 16);
    for (uint32_t hops = 0; c->next[node] && hops < HOPS_TOLD_MAX; hops++) {
        const struct graph_edge *e = &g->edges[c->next[node] - 1];
        uint32_t to = g->nodes[e->to].principal;
        struct str title = graph_path_title(g, e->path);
        buf_addf(&b, "%s%.*s", hops ? ", then " : "", STR_ARG(title));
        buf_addf(&b, " (%.*s)", STR_ARG(graph_path_id(g, e->path)));
        buf_addf(&b, " -> %.*s", STR_ARG(graph_principal_name(g, c->t->a, to)));
        node = e->to;
    }
    struct str out = arena_str(c->t->a, buf_str(&b));
    buf_done(&b);
    return out;
}

/* Customer keys of its account with which it may decrypt, whatever the circumstances. */
static uint32_t decrypts(struct climb *c, uint32_t principal)
{
    const struct rights *r = c->t->r;
    uint32_t count, most = 0;
    const struct access_row *rows = c->decrypt == WORLD_NONE ? NULL : r->rows(r->self, principal, &count);
    for (uint32_t i = 0; rows && i < count; i++) {
        uint32_t n = 0;
        if (!bits_get(rows[i].actions->bits, c->decrypt) || graph_level_of(c->t->g, rows[i].guard) != LEVEL_CERTAIN)
            continue;
        for (uint32_t k = 0; k < rows[i].resources->count; k++) {
            const struct world_resource *key = &c->t->w->resources[rows[i].resources->items[k]];
            n += key->account == c->t->w->principals[principal].account && key->encryption == WORLD_ENC_KEY &&
                 str_eqz(key->type, "AWS::KMS::Key");
        }
        most = n > most ? n : most;
    }
    return most;
}

static void count_keys(struct climb *c)
{
    const struct world *w = c->t->w;
    c->keys = arena_array_of(c->t->a, uint32_t, w->account_count + 1);
    for (uint32_t i = 0; i < w->resource_count; i++)
        if (w->resources[i].account != WORLD_NONE && w->resources[i].encryption == WORLD_ENC_KEY &&
            str_eqz(w->resources[i].type, "AWS::KMS::Key"))
            c->keys[w->resources[i].account]++;
}

static bool write_principal(struct climb *c, struct query *q, uint32_t p)
{
    const struct world_principal *row = &c->t->w->principals[p];
    query_bind_str(q, 1, row->arn);
    query_bind_str(q, 2, c->t->w->accounts[row->account].id);
    query_bind_strz(q, 3, row->kind == WORLD_USER ? "user" : "role");
    table_bind_level(q, 4, 5, (enum graph_level)c->level[p]);
    const struct graph_edge *e = c->next[p] ? &c->t->g->edges[c->next[p] - 1] : NULL;
    query_bind_str(q, 6, e ? graph_path_id(c->t->g, e->path) : (struct str){0});
    query_bind_str(q, 7, e ? c->t->w->principals[c->t->g->nodes[e->to].principal].arn : (struct str){0});
    query_bind_str(q, 8, e ? path_words(c, p) : (struct str){0});
    query_bind_int(q, 9, decrypts(c, p));
    query_bind_int(q, 10, c->keys[row->account]);
    bool good = query_run(q);
    query_reset(q);
    return good;
}

static void find_decrypt(struct climb *c)
{
    const struct rights *r = c->t->r;
    c->decrypt = WORLD_NONE;
    for (uint32_t bit = 0; bit < r->question_count(r->self); bit++) {
        const struct iam_action_info *a = &c->t->w->catalogue->actions[r->question_action(r->self, bit)];
        if (str_eqz(a->service, "kms") && str_eqz(a->name, "Decrypt"))
            c->decrypt = bit;
    }
}

bool table_admin(struct tabler *t, struct err *e)
{
    struct graph *g = t->g;
    struct climb c = {.t = t,
                      .next = arena_array_of(t->a, uint32_t, g->node_count + 1),
                      .level = arena_array_of(t->a, uint8_t, g->node_count + 1),
                      .queue = arena_array_of(t->a, uint32_t, g->node_count + 1)};
    memset(c.level, LEVEL_NEVER, g->node_count);
    index_edges(&c);
    for (int l = 0; l < LEVEL_COUNT; l++)
        walk(&c, (enum graph_level)l);
    find_decrypt(&c);
    count_keys(&c);
    struct query *q = query_new(t->s, "INSERT OR IGNORE INTO access_admin VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10)", e);
    bool good = q != NULL;
    for (uint32_t i = 0; i < g->first_pseudo && good; i++) {
        const struct world_principal *p = &t->w->principals[i];
        if ((p->kind == WORLD_USER || p->kind == WORLD_ROLE) && !p->service_linked && p->account != WORLD_NONE)
            good = write_principal(&c, q, i);
    }
    return query_done(q) && good;
}
