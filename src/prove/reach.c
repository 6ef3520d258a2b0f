/* Rights of principals on stores that are not their own. */
#include "prove/deputy.h"
#include "prove/key.h"
#include "prove/unlisted.h"

#include <stdlib.h>

struct owners {
    bool filled;
    uint64_t *bits; /* labels whose data the set holds */
};

struct search {
    struct prover *v;
    struct owners *owners; /* by set id */
    uint32_t owners_size;
    uint32_t node;
    struct principal_rights keys;
    bool keys_read;
    uint32_t *at;   /* by owner: index + 1 into reaches, of the node at hand */
    uint32_t *used; /* owners in `at` */
    uint32_t *last; /* by owner: the resource noted last */
    uint32_t used_count, size;
    const uint64_t *subjects;
    bool explicit_subjects;       /* `subjects` are no node's: of a service that anybody can use */
    enum graph_level least;       /* no surer than this */
    struct unlisted *unlisted;
};

static void append(struct search *s, struct prove_reach r)
{
    struct proof *p = s->v->p;
    if (p->reach_count == s->size) {
        uint32_t size = s->size ? s->size * 2 : 1024;
        struct prove_reach *items = arena_array_of(s->v->a, struct prove_reach, size);
        if (p->reach_count)
            memcpy(items, p->reaches, p->reach_count * sizeof *items);
        p->reaches = items;
        s->size = size;
    }
    p->reaches[p->reach_count++] = r;
}

static void note(struct search *s, struct prove_reach r)
{
    struct proof *p = s->v->p;
    if (r.level == LEVEL_NEVER)
        return;
    if (s->v->keep_network && r.level == LEVEL_NETWORK) {
        r.stores = 1;
        s->v->network_capped |= p->reach_count >= REACHES_MAX;
        if (p->reach_count < REACHES_MAX)
            append(s, r);
        return;
    }
    if (s->at[r.owner]) {
        struct prove_reach *have = &p->reaches[s->at[r.owner] - 1];
        if (r.level < have->level) {
            r.stores = 1;
            *have = r;
        } else if (r.level == have->level) {
            have->touches |= r.touches;
            have->stores += s->last[r.owner] != r.resource;
        }
        s->last[r.owner] = r.resource;
        return;
    }
    r.stores = 1;
    append(s, r);
    s->at[r.owner] = p->reach_count;
    s->last[r.owner] = r.resource;
    s->used[s->used_count++] = r.owner;
}

static void forget(struct search *s)
{
    for (uint32_t i = 0; i < s->used_count; i++)
        s->at[s->used[i]] = 0;
    s->used_count = 0;
    s->keys_read = false;
}

static bool is_tagged_principal(const struct world *w, uint32_t resource)
{
    uint32_t p = w->resources[resource].principal;
    return p != WORLD_NONE && w->principals[p].tenant.ptr && str_starts(w->principals[p].why, STR("tag "));
}

/* The label that a principal has by its tags alone: who writes them moves the border. */
static uint32_t tagged_owner(const struct search *s, uint32_t resource)
{
    const struct world *w = s->v->g->world;
    return is_tagged_principal(w, resource) ? s->v->p->label_of[w->resources[resource].principal] : WORLD_NONE;
}

static const uint64_t *owners_of(struct search *s, const struct resource_set *set)
{
    if (set->id >= s->owners_size) {
        uint32_t size = s->owners_size ? s->owners_size : 1024;
        while (size <= set->id)
            size *= 2;
        struct owners *grown = arena_array_of(s->v->a, struct owners, size);
        if (s->owners_size)
            memcpy(grown, s->owners, s->owners_size * sizeof *grown);
        s->owners = grown;
        s->owners_size = size;
    }
    struct owners *o = &s->owners[set->id];
    if (o->filled)
        return o->bits;
    o->filled = true;
    o->bits = bits_new(s->v->a, s->v->p->labels.count);
    for (uint32_t i = 0; i < set->count && set->items[i] < s->v->g->world->resource_count; i++) {
        uint32_t r = set->items[i], owner = s->v->p->owner_of[r], tagged = tagged_owner(s, r);
        if (owner != WORLD_NONE)
            bits_set(o->bits, owner);
        if (tagged != WORLD_NONE)
            bits_set(o->bits, tagged);
        for (uint32_t k = s->v->victims_first[r]; k < s->v->victims_first[r + 1]; k++)
            bits_set(o->bits, s->v->victims[k]);
    }
    return o->bits;
}

/* Whether somebody else than the owner is among the subjects. */
static bool is_foreign(const struct search *s, uint32_t owner)
{
    size_t words = s->v->words, w = owner / 64;
    uint64_t own = (uint64_t)1 << (owner % 64);
    for (size_t i = 0; i < words; i++)
        if (s->subjects[i] & (i == w ? ~own : ~(uint64_t)0))
            return true;
    return false;
}

static bool any_foreign(const struct search *s, const uint64_t *owners)
{
    uint32_t n = s->v->p->labels.count;
    for (size_t o = bits_next(owners, n, 0); o < n; o = bits_next(owners, n, o + 1))
        if (is_foreign(s, (uint32_t)o))
            return true;
    return false;
}

/* The first action of the row that is of this class, and what all of them do. */
static uint32_t pick(const struct search *s, const struct access_row *row, int class_at, unsigned want, uint8_t *touches)
{
    uint32_t count = s->v->r->question_count(s->v->r->self), first = WORLD_NONE;
    *touches = 0;
    for (size_t w = 0; w < bits_words(count); w++)
        for (uint64_t word = row->actions->bits[w] & s->v->class_bits[class_at][w]; word; word &= word - 1) {
            uint32_t bit = (uint32_t)(w * 64) + (uint32_t)__builtin_ctzll(word);
            if (want && !(s->v->touches_of[bit] & want))
                continue;
            *touches |= s->v->touches_of[bit];
            first = first == WORLD_NONE ? bit : first;
        }
    return first == WORLD_NONE ? WORLD_NONE : s->v->r->question_action(s->v->r->self, first);
}

/* The action of the row that tells best what is done, among those of the classes. */
struct picked {
    uint32_t read, copy, open, key, tag; /* catalogue indexes */
    uint8_t read_touches, copy_touches, open_touches, key_touches, tag_touches;
};

static void pick_all(const struct search *s, const struct access_row *row, struct picked *p)
{
    p->read = pick(s, row, 0, 1u << IAM_TOUCH_READ, &p->read_touches);
    p->copy = pick(s, row, 0, 1u << IAM_TOUCH_COPY, &p->copy_touches);
    p->open = pick(s, row, 1, 0, &p->open_touches);
    p->key = pick(s, row, 2, 0, &p->key_touches);
    p->tag = pick(s, row, 3, 0, &p->tag_touches);
}

static const struct residue *decrypt_of(struct search *s, uint32_t resource)
{
    if (!s->keys_read) {
        rights_collect(s->v->g, s->v->r, s->v->class_bits[4], s->v->g->nodes[s->node].principal, &s->keys);
        s->keys_read = true;
    }
    return prove_decrypt(s->v, &s->keys, resource);
}

static void note_right(struct search *s, uint32_t resource, uint32_t owner, uint32_t action, uint8_t touches, const struct residue *guard,
                       const struct residue *decrypt)
{
    const struct residue *both = decrypt ? residue_and(s->v->g->world->pool, guard, decrypt) : guard;
    both = graph_guard(s->v->g, s->node, both);
    enum graph_level level = graph_level_of(s->v->g, both);
    note(s, (struct prove_reach){.node = s->node, .resource = resource, .owner = owner, .action = action, .share = WORLD_NONE,
            .touches = touches, .level = level < s->least ? s->least : level, .guard = both, .decrypt = decrypt,
            .subjects = s->explicit_subjects ? s->subjects : NULL});
}

static void look_gated(struct search *s, uint32_t resource, uint32_t owner, uint32_t action, uint8_t touches, unsigned touch,
                       const struct residue *guard)
{
    const struct world *w = s->v->g->world;
    const struct world_resource *r = &w->resources[prove_data_row(w, resource)];
    if (action == WORLD_NONE)
        return;
    const struct residue *decrypt = prove_key_gates(r, touch) ? decrypt_of(s, resource) : NULL;
    if (decrypt != residue_false)
        note_right(s, resource, owner, action, touches, guard, decrypt);
}

static void look_resource(struct search *s, const struct picked *p, uint32_t resource, const struct residue *guard)
{
    struct prover *v = s->v;
    uint32_t owner = v->p->owner_of[resource];
    if (owner != WORLD_NONE && is_foreign(s, owner)) {
        look_gated(s, resource, owner, p->read, p->read_touches, 1u << IAM_TOUCH_READ, guard);
        look_gated(s, resource, owner, p->copy, p->copy_touches, 1u << IAM_TOUCH_COPY, guard);
        if (p->open != WORLD_NONE)
            note_right(s, resource, owner, p->open, p->open_touches, guard, NULL);
    }
    for (uint32_t k = v->victims_first[resource]; p->key != WORLD_NONE && k < v->victims_first[resource + 1]; k++)
        if (is_foreign(s, v->victims[k]))
            note_right(s, resource, v->victims[k], p->key, p->key_touches, guard, NULL);
    uint32_t tagged = p->tag == WORLD_NONE ? WORLD_NONE : tagged_owner(s, resource);
    if (tagged != WORLD_NONE && is_foreign(s, tagged))
        note_right(s, resource, tagged, p->tag, p->tag_touches, guard, NULL);
}

static void look_row(struct search *s, const struct access_row *row)
{
    struct picked p;
    if (!any_foreign(s, owners_of(s, row->resources)))
        return;
    pick_all(s, row, &p);
    if (p.read == WORLD_NONE && p.copy == WORLD_NONE && p.open == WORLD_NONE && p.key == WORLD_NONE && p.tag == WORLD_NONE)
        return;
    /* An action without a resource is on none of the rows: WORLD_NONE, at the end. */
    for (uint32_t k = 0; k < row->resources->count && row->resources->items[k] < s->v->g->world->resource_count; k++)
        look_resource(s, &p, row->resources->items[k], row->guard);
}

/* A service acts for whose things its conditions let in: nobody's account in particular, where they name none. */
static void look_service(struct search *s, const struct access_row *row)
{
    const struct prove_deputy *d = prove_deputy_of(s->v, row->guard);
    if (d->level == LEVEL_NEVER)
        return;
    s->subjects = d->subjects;
    s->least = d->level;
    s->explicit_subjects = true;
    look_row(s, row);
    s->explicit_subjects = false;
    s->least = LEVEL_CERTAIN;
    forget(s);
}

/* What an action does that the catalogue does not know. */
static void look_unlisted(struct search *s, uint32_t principal, bool service)
{
    struct prover *v = s->v;
    struct prove_unlisted_way *ways;
    uint32_t count = prove_unlisted_of(s->unlisted, principal, service ? v->everyone : s->subjects, &ways);
    for (uint32_t i = 0; i < count; i++) {
        const struct prove_deputy *d = service ? prove_deputy_of(v, ways[i].guard) : NULL;
        const struct residue *guard = graph_guard(v->g, s->node, ways[i].guard);
        enum graph_level level = graph_level_of(v->g, guard);
        if (level == LEVEL_NEVER || (d && d->level == LEVEL_NEVER))
            continue;
        note(s, (struct prove_reach){.node = s->node, .resource = ways[i].resource, .owner = ways[i].owner, .action = WORLD_NONE,
                .share = WORLD_NONE, .level = LEVEL_UNKNOWN, .guard = guard, .unlisted = ways[i].by, .subjects = d ? d->subjects : NULL});
    }
    if (service)
        forget(s);
}

/* Where neither the rows nor who can be it are others than before. */
static bool look_before(struct search *s, uint32_t node)
{
    const struct prover *v = s->v, *b = v->before;
    if (!b || b->unlisted_capped || bits_get(v->changed, v->g->nodes[node].principal) ||
        memcmp(&v->flows[LEVEL_UNKNOWN].bits[node * v->words], &b->flows[LEVEL_UNKNOWN].bits[node * v->words], v->words * sizeof(uint64_t)) != 0)
        return false;
    for (uint32_t i = b->first_reach[node]; i < b->first_reach[node + 1]; i++)
        append(s, b->p->reaches[i]);
    return true;
}

static void look_node(struct search *s, uint32_t node)
{
    struct prover *v = s->v;
    uint32_t principal = v->g->nodes[node].principal, count;
    bool service = v->g->world->principals[principal].kind == WORLD_SERVICE;
    s->node = node;
    s->subjects = &v->flows[LEVEL_UNKNOWN].bits[node * v->words];
    if (!service && (!bits_any(s->subjects, v->words) || look_before(s, node)))
        return;
    const struct access_row *rows = v->r->rows(v->r->self, principal, &count);
    for (uint32_t i = 0; i < count; i++)
        if (service)
            look_service(s, &rows[i]);
        else
            look_row(s, &rows[i]);
    look_unlisted(s, principal, service);
    forget(s);
}

static uint32_t key_of(const struct prover *v, uint32_t store)
{
    const struct world_resource *r = &v->g->world->resources[store];
    return v->p->owner_of[store] != WORLD_NONE && r->encryption == WORLD_ENC_KEY ? r->key : WORLD_NONE;
}

struct victim {
    uint32_t key, owner;
};

static int by_key(const void *a, const void *b)
{
    const struct victim *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return (x->owner > y->owner) - (x->owner < y->owner);
}

/* Labels whose stores a key encrypts: whoever destroys it destroys them. */
void prove_find_victims(struct prover *v)
{
    const struct world *w = v->g->world;
    uint32_t count = 0, kept = 0, *first = arena_array_of(v->a, uint32_t, w->resource_count + 2);
    struct victim *all = arena_array_of(v->a, struct victim, w->resource_count + 1);
    for (uint32_t i = 0; i < w->resource_count; i++)
        if (key_of(v, i) != WORLD_NONE)
            all[count++] = (struct victim){key_of(v, i), v->p->owner_of[i]};
    if (count)
        qsort(all, count, sizeof *all, by_key);
    v->victims = arena_array_of(v->a, uint32_t, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        if (i && by_key(&all[i], &all[i - 1]) == 0)
            continue;
        v->p->key_count += !i || all[i].key != all[i - 1].key;
        first[all[i].key + 1]++;
        v->victims[kept++] = all[i].owner;
    }
    for (uint32_t i = 0; i < w->resource_count; i++)
        first[i + 1] += first[i];
    v->victims_first = first;
}

/* A thing that is shared by an attribute: with accounts, or with everybody. */
static void look_shares(struct search *s, uint32_t resource)
{
    struct prover *v = s->v;
    const struct world_resource *r = &v->g->world->resources[resource];
    uint32_t owner = v->p->owner_of[resource];
    for (uint32_t i = 0; i < r->share_count && owner != WORLD_NONE; i++) {
        struct prove_deputy d = prove_share_of(v, &s->keys, resource, &r->shares[i]);
        s->subjects = d.subjects;
        s->keys_read = false;
        if (d.level == LEVEL_NEVER || !is_foreign(s, owner))
            continue;
        note(s, (struct prove_reach){.node = WORLD_NONE, .resource = resource, .owner = owner, .action = WORLD_NONE, .share = i,
                .touches = 1u << IAM_TOUCH_READ | 1u << IAM_TOUCH_COPY, .level = d.level, .guard = d.guard, .subjects = d.subjects});
        forget(s);
    }
}

void prove_reaches(struct prover *v)
{
    struct search s = {.v = v};
    if (v->unlisted)
        prove_unlisted_again(v->unlisted, v);
    else
        v->unlisted = prove_unlisted_new(v);
    s.unlisted = v->unlisted;
    s.at = arena_array_of(v->a, uint32_t, v->p->labels.count + 1);
    s.used = arena_array_of(v->a, uint32_t, v->p->labels.count + 1);
    s.last = arena_array_of(v->a, uint32_t, v->p->labels.count + 1);
    for (uint32_t n = 0; n < v->g->node_count; n++)
        look_node(&s, n);
    for (uint32_t i = 0; i < v->g->world->resource_count; i++)
        look_shares(&s, i);
    v->unlisted_capped = prove_unlisted_capped(s.unlisted);
}
