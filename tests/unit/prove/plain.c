#include "unit/prove/plain.h"

#include "access/engine.h"
#include "access/graph_internal.h"
#include "facts/tenant.h"

struct plain {
    struct arena *a;
    struct world *w;
    const uint32_t *actions;
    uint32_t count;
    struct access_row **rows;
    uint32_t *row_counts;
    struct action_set *sets;
    struct resource_set *things;
    const struct residue **known; /* principal, question, thing */
};

static bool applies(const struct world *w, uint32_t action, uint32_t row)
{
    uint32_t types[16], n = iam_catalogue_types_of(w->catalogue, w->resources[row].type, types, 16);
    const struct iam_action_info *info = &w->catalogue->actions[action];
    for (uint32_t i = 0; i < info->resource_type_count; i++)
        for (uint32_t k = 0; k < n; k++)
            if (info->resource_types[i] == types[k])
                return true;
    /* sts has a type of its own for the roles of iam. */
    return info->resource_type_count && iam_catalogue_takes(w->catalogue, action, w->resources[row].arn);
}

static const struct residue *ask(const struct plain *p, uint32_t principal, uint32_t action, uint32_t row, struct str arn)
{
    struct arena *scratch = arena_new(0);
    struct iam_request r = {0};
    struct iam_decision d = {0};
    world_ask(p->w, scratch, principal, action, arn, row, NULL, NULL, &r, &d);
    arena_free(scratch);
    return d.condition;
}

/* Of the thing, or of something in it. */
static const struct residue *ask_row_now(const struct plain *p, uint32_t principal, uint32_t action, uint32_t row)
{
    struct str arn = p->w->resources[row].arn, in = arena_printf(p->a, "%.*s/x", STR_ARG(arn));
    const struct residue *out = residue_false;
    if (iam_catalogue_takes(p->w->catalogue, action, arn))
        out = residue_or(p->w->pool, out, ask(p, principal, action, row, arn));
    if (iam_catalogue_takes(p->w->catalogue, action, in))
        out = residue_or(p->w->pool, out, ask(p, principal, action, row, in));
    return out;
}

static uint32_t question(void *self, uint32_t action)
{
    const struct plain *p = self;
    for (uint32_t i = 0; i < p->count; i++)
        if (p->actions[i] == action)
            return i;
    return WORLD_NONE;
}

static const struct residue *ask_row(struct plain *p, uint32_t principal, uint32_t action, uint32_t row)
{
    const struct residue **known = &p->known[((size_t)principal * p->count + question(p, action)) * p->w->resource_count + row];
    if (!*known)
        *known = ask_row_now(p, principal, action, row);
    return *known;
}

static void fill_rows(struct plain *p, uint32_t principal)
{
    uint32_t size = 0, count = 0;
    struct access_row *rows = NULL;
    for (uint32_t i = 0; i < p->count; i++)
        for (uint32_t r = 0; r < p->w->resource_count; r++) {
            const struct residue *g = applies(p->w, p->actions[i], r) ? ask_row(p, principal, p->actions[i], r) : residue_false;
            if (g == residue_false)
                continue;
            if (count == size) {
                uint32_t bigger = size ? size * 2 : 64;
                struct access_row *grown = arena_array_of(p->a, struct access_row, bigger);
                if (count)
                    memcpy(grown, rows, count * sizeof *grown);
                rows = grown;
                size = bigger;
            }
            rows[count++] = (struct access_row){&p->sets[i], &p->things[r], g};
        }
    p->rows[principal] = rows ? rows : arena_array_of(p->a, struct access_row, 1);
    p->row_counts[principal] = count;
}

static const struct access_row *rows_of(void *self, uint32_t principal, uint32_t *count)
{
    struct plain *p = self;
    if (!p->rows[principal])
        fill_rows(p, principal);
    *count = p->row_counts[principal];
    return p->rows[principal];
}

static uint32_t question_action(void *self, uint32_t bit) { return ((struct plain *)self)->actions[bit]; }
static uint32_t question_count(void *self) { return ((struct plain *)self)->count; }

struct rights plain_rights(struct arena *a, struct world *w, const uint32_t *actions, uint32_t count)
{
    struct plain *p = arena_new_of(a, struct plain);
    *p = (struct plain){.a = a, .w = w, .actions = actions, .count = count};
    p->rows = arena_array_of(a, struct access_row *, w->principal_count + 1);
    p->row_counts = arena_array_of(a, uint32_t, w->principal_count + 1);
    p->known = arena_array_of(a, const struct residue *, (size_t)w->principal_count * count * w->resource_count + 1);
    p->sets = arena_array_of(a, struct action_set, count + 1);
    p->things = arena_array_of(a, struct resource_set, w->resource_count + 1);
    for (uint32_t i = 0; i < count; i++) {
        uint64_t *bits = bits_new(a, count);
        bits_set(bits, i);
        p->sets[i] = (struct action_set){.id = i, .count = 1, .bits = bits};
    }
    for (uint32_t i = 0; i < w->resource_count; i++) {
        uint32_t *item = arena_new_of(a, uint32_t);
        *item = i;
        p->things[i] = (struct resource_set){.id = i, .count = 1, .items = item};
    }
    return (struct rights){p, rows_of, question, question_action, question_count, NULL};
}

/* One walk for one cell, level by level, with nothing shared between cells. */
struct seek {
    struct proof *p;
    struct plain *plain;
    uint32_t subject, object;
    enum graph_level level;
    bool declared;
    bool *seen;
};

static bool via_frees(const struct seek *s, uint32_t shared)
{
    const struct world *w = s->p->world;
    const struct prove_labels *l = &s->p->labels;
    struct str x = s->subject < l->tenants ? w->tenants[s->subject] : s->subject < l->unassigned ? w->shared_names[s->subject - l->tenants] : (struct str){0};
    struct str y = s->object < l->tenants ? w->tenants[s->object] : s->object < l->unassigned ? w->shared_names[s->object - l->tenants] : (struct str){0};
    for (uint32_t i = 0; i < w->via_count && x.ptr && y.ptr; i++) {
        const struct world_via *v = &w->via[i];
        bool from = s->subject == l->tenants + shared || str_eqz(v->from, "*") || str_eq(v->from, x);
        if (str_eq(v->shared, w->shared_names[shared]) && from && (str_eqz(v->to, "*") || str_eq(v->to, y)))
            return true;
    }
    return false;
}

/* The shared thing that a principal, or a form of it, belongs to. */
static bool freed(const struct seek *s, uint32_t node)
{
    const struct graph *g = s->p->graph;
    uint32_t p = g->nodes[node].principal, base = p;
    if (!s->declared)
        return false;
    if (p >= g->first_pseudo) {
        const struct pseudo *form = &g->pseudo[p - g->first_pseudo];
        base = form->base != WORLD_NONE ? form->base : form->kind == PSEUDO_ADMIN ? g->world->accounts[g->world->principals[p].account].root : WORLD_NONE;
    }
    if (base == WORLD_NONE)
        return false;
    uint32_t label = s->p->label_of[base];
    return label != WORLD_NONE && label >= s->p->labels.tenants && label < s->p->labels.unassigned && via_frees(s, label - s->p->labels.tenants);
}

static const struct residue *may(struct seek *s, uint32_t p, const char *name, uint32_t row)
{
    struct str service, action;
    if (row == WORLD_NONE || !iam_action_split(str_of(name), &service, &action))
        return residue_false;
    uint32_t i = iam_catalogue_action(s->p->world->catalogue, service, action);
    return i == WORLD_NONE || question(s->plain, i) == WORLD_NONE ? residue_false : ask_row(s->plain, p, i, row);
}

/* The key of a bucket, for who reads it: the worlds of the test encrypt nothing else. */
static const struct residue *with_key(struct seek *s, uint32_t p, uint32_t row)
{
    struct world *w = s->p->world;
    const struct world_resource *r = &w->resources[row];
    if (r->encryption == WORLD_ENC_NONE || r->encryption == WORLD_ENC_AWS_OWNED)
        return residue_true;
    if (r->encryption == WORLD_ENC_AWS_MANAGED)
        return w->principals[p].account == r->account ? residue_true : residue_false;
    if (r->encryption == WORLD_ENC_UNKNOWN || r->key == WORLD_NONE) {
        struct str what = r->arn;
        struct residue_leaf leaf = {.kind = RESIDUE_UNREAD, .values = &what, .count = 1};
        return residue_leaf(w->pool, &leaf, NULL);
    }
    const struct residue *out = may(s, p, "kms:Decrypt", r->key);
    out = residue_or(w->pool, out, may(s, p, "kms:CreateGrant", r->key));
    out = residue_or(w->pool, out, may(s, p, "kms:PutKeyPolicy", r->key));
    out = residue_or(w->pool, out, may(s, p, "kms:ReEncryptFrom", r->key));
    out = residue_or(w->pool, out, may(s, p, "kms:ReplicateKey", r->key));
    struct str via = arena_printf(s->plain->a, "s3.%.*s.amazonaws.com", STR_ARG(r->region));
    struct iam_key key = {.name = STR("kms:viaservice"), .state = IAM_KEY_KNOWN, .values = &via, .count = 1};
    struct iam_context c = {.keys = &key, .count = 1, .open = true};
    return residue_assume(w->pool, out, &c);
}

static bool level_holds(struct seek *s, uint32_t node, const struct residue *guard)
{
    return graph_level_of(s->p->graph, graph_guard(s->p->graph, node, guard)) <= s->level;
}

static bool is_key_of_object(const struct seek *s, uint32_t key)
{
    const struct world *w = s->p->world;
    for (uint32_t i = 0; i < w->resource_count; i++)
        if (s->p->owner_of[i] == s->object && w->resources[i].key == key && w->resources[i].encryption == WORLD_ENC_KEY)
            return true;
    return false;
}

static bool gets_at(struct seek *s, uint32_t node, uint32_t row)
{
    struct world *w = s->p->world;
    uint32_t p = s->p->graph->nodes[node].principal;
    const unsigned gated = 1u << IAM_TOUCH_READ | 1u << IAM_TOUCH_COPY, open = 1u << IAM_TOUCH_WRITE | 1u << IAM_TOUCH_DELETE | 1u << IAM_TOUCH_SHARE | 1u << IAM_TOUCH_BORDER;
    bool store = s->p->owner_of[row] == s->object, key = is_key_of_object(s, row);
    uint32_t tagged = w->resources[row].principal;
    bool moves = tagged != WORLD_NONE && str_starts(w->principals[tagged].why, STR("tag ")) && s->p->label_of[tagged] == s->object;
    for (uint32_t i = 0; i < s->plain->count && (store || key || moves); i++) {
        const struct iam_action_info *info = &w->catalogue->actions[s->plain->actions[i]];
        bool kms = str_eqz(info->service, "kms");
        bool tags = str_eqz(info->service, "iam") && (str_eqz(info->name, "TagRole") || str_eqz(info->name, "TagUser"));
        if (!applies(w, s->plain->actions[i], row))
            continue;
        const struct residue *g = ask_row(s->plain, p, s->plain->actions[i], row);
        if (g == residue_false)
            continue;
        if (store && !kms && info->touches & open && level_holds(s, node, g))
            return true;
        if (store && !kms && info->touches & gated && level_holds(s, node, residue_and(w->pool, g, with_key(s, p, row))))
            return true;
        if (key && kms && (str_eqz(info->name, "PutKeyPolicy") || info->touches & 1u << IAM_TOUCH_DELETE) && level_holds(s, node, g))
            return true;
        if (moves && tags && level_holds(s, node, g))
            return true;
    }
    return false;
}

static bool walk(struct seek *s, uint32_t node)
{
    const struct graph *g = s->p->graph;
    if (s->seen[node] || freed(s, node))
        return false;
    s->seen[node] = true;
    for (uint32_t r = 0; r < s->p->world->resource_count; r++)
        if (gets_at(s, node, r))
            return true;
    for (uint32_t i = 0; i < g->edge_count; i++)
        if (g->edges[i].from == node && g->edges[i].level <= s->level && walk(s, g->edges[i].to))
            return true;
    return false;
}

enum graph_level plain_level(struct proof *p, struct rights *r, uint32_t subject, uint32_t object, bool declared)
{
    struct arena *scratch = arena_new(0);
    struct seek s = {.p = p, .plain = r->self, .subject = subject, .object = object, .declared = declared};
    const struct graph *g = p->graph;
    for (s.level = LEVEL_CERTAIN; s.level < LEVEL_NEVER; s.level++) {
        bool hit = false;
        s.seen = arena_array_of(scratch, bool, g->node_count + 1);
        for (uint32_t n = 0; n < g->world->principal_count && !hit; n++) {
            bool anybody = n == g->anonymous || (n >= g->first_pseudo && g->pseudo[n - g->first_pseudo].kind == PSEUDO_ANYBODY);
            if (anybody || p->label_of[n] == subject)
                hit = walk(&s, n);
        }
        if (hit)
            break;
    }
    arena_free(scratch);
    return s.level;
}
