#include "iam/residue_internal.h"

#include "codec/hash.h"

#include <stdlib.h>

static const struct residue true_node = {.kind = RESIDUE_TRUE}, false_node = {.kind = RESIDUE_FALSE, .id = 1};
const struct residue *const residue_true = &true_node, *const residue_false = &false_node;

enum { MEMO_SIZE = 4096, SLOTS_FIRST = 256 };

struct residue_pool *residue_pool_new(struct arena *a)
{
    struct residue_pool *p = arena_new_of(a, struct residue_pool);
    p->arena = a;
    p->slots_size = SLOTS_FIRST;
    p->slots = arena_array_of(a, struct residue *, p->slots_size);
    p->next_id = 2;
    map_init(&p->keys, a);
    return p;
}

/* Memory until the next call. */
struct arena *residue_scratch(struct residue_pool *p)
{
    if (!p->scratch)
        p->scratch = arena_child(p->arena, 0);
    arena_reset(p->scratch);
    return p->scratch;
}

bool residue_capped(const struct residue_pool *p) { return p->capped; }

struct str residue_lower(struct arena *a, struct str s)
{
    char *to = arena_alloc(a, s.len + 1);
    for (size_t i = 0; i < s.len; i++)
        to[i] = s.ptr[i] >= 'A' && s.ptr[i] <= 'Z' ? (char)(s.ptr[i] | 0x20) : s.ptr[i];
    return str_make(to, s.len);
}

static void grow(struct residue_pool *p)
{
    size_t size = p->slots_size * 2;
    struct residue **slots = arena_array_of(p->arena, struct residue *, size);
    for (size_t i = 0; i < p->slots_size; i++) {
        struct residue *r = p->slots[i];
        if (!r)
            continue;
        size_t at = r->hash & (size - 1);
        while (slots[at])
            at = (at + 1) & (size - 1);
        slots[at] = r;
    }
    p->slots = slots;
    p->slots_size = size;
}

static struct residue *insert(struct residue_pool *p, struct residue r)
{
    if (p->count * 2 >= p->slots_size)
        grow(p);
    struct residue *n = arena_new_of(p->arena, struct residue);
    *n = r;
    n->id = p->next_id++;
    size_t at = n->hash & (p->slots_size - 1);
    while (p->slots[at])
        at = (at + 1) & (p->slots_size - 1);
    p->slots[at] = n;
    p->count++;
    return n;
}

/* Leaves. */

static int order_of(const void *a, const void *b) { return str_cmp(*(const struct str *)a, *(const struct str *)b); }

static uint64_t leaf_hash(const struct leaf_data *d)
{
    const struct residue_leaf *l = &d->leaf;
    uint64_t h = hash64(d->lower, (uint64_t)l->kind << 24 | (uint64_t)l->op << 8 | (uint64_t)l->set << 4 | (l->if_exists ? 1 : 0));
    for (uint32_t i = 0; i < d->sorted_count; i++)
        h = hash64(d->sorted[i], h);
    return h;
}

static bool leaf_same(const struct leaf_data *a, const struct leaf_data *b)
{
    const struct residue_leaf *x = &a->leaf, *y = &b->leaf;
    if (x->kind != y->kind || x->op != y->op || x->set != y->set || x->if_exists != y->if_exists || a->sorted_count != b->sorted_count ||
        !str_eq(a->lower, b->lower))
        return false;
    for (uint32_t i = 0; i < a->sorted_count; i++)
        if (!str_eq(a->sorted[i], b->sorted[i]))
            return false;
    return true;
}

static bool source_same(const struct leaf_source *a, const struct residue_source *b, bool inverted)
{
    return a->inverted == inverted && a->at.index == b->index && a->at.allow == b->allow && str_eq(a->at.policy, b->policy) &&
           str_eq(a->at.level, b->level) && str_eq(str_of(a->at.layer), str_of(b->layer));
}

void residue_add_source(struct residue_pool *p, struct leaf_data *d, const struct residue_source *s, bool inverted)
{
    if (!s)
        return;
    for (uint32_t i = 0; i < d->source_count; i++)
        if (source_same(&d->sources[i], s, inverted))
            return;
    if (d->source_count == RESIDUE_SOURCES_MAX)
        return;
    if ((d->source_count & (d->source_count - 1)) == 0) {
        struct leaf_source *more = arena_array_of(p->arena, struct leaf_source, d->source_count ? d->source_count * 2 : 1);
        if (d->source_count)
            memcpy(more, d->sources, d->source_count * sizeof *more);
        d->sources = more;
    }
    struct residue_source own = *s;
    own.policy = arena_str(p->arena, s->policy);
    own.sid = arena_str(p->arena, s->sid);
    own.level = s->level.ptr ? arena_str(p->arena, s->level) : s->level;
    d->sources[d->source_count++] = (struct leaf_source){own, inverted};
    p->source_version++;
}

/* A probe points into the caller's memory and into `scratch`; what is new is copied. */
static struct leaf_data probe(struct arena *scratch, const struct residue_leaf *leaf)
{
    struct leaf_data d = {.leaf = *leaf};
    bool named = leaf->kind == RESIDUE_CONDITION;
    d.lower = named ? residue_lower(scratch, leaf->key) : leaf->kind == RESIDUE_SESSION_NAME ? STR(RESIDUE_SESSION_KEY) : leaf->key;
    struct str *sorted = arena_array_of(scratch, struct str, leaf->count + 1);
    for (uint32_t i = 0; i < leaf->count; i++)
        sorted[i] = leaf->op == IAM_OP_NULL || leaf->op == IAM_OP_BOOL ? residue_lower(scratch, leaf->values[i]) : leaf->values[i];
    if (leaf->count > 1)
        qsort(sorted, leaf->count, sizeof *sorted, order_of);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < leaf->count; i++)
        if (!kept || !str_eq(sorted[kept - 1], sorted[i]))
            sorted[kept++] = sorted[i];
    d.sorted = sorted;
    d.sorted_count = kept;
    return d;
}

static struct leaf_data *keep(struct residue_pool *p, const struct leaf_data *d)
{
    struct leaf_data *own = arena_new_of(p->arena, struct leaf_data);
    *own = *d;
    own->leaf.key = arena_str(p->arena, d->leaf.key);
    own->lower = arena_str(p->arena, d->lower);
    struct str *values = arena_array_of(p->arena, struct str, d->leaf.count + 1), *sorted = arena_array_of(p->arena, struct str, d->sorted_count + 1);
    for (uint32_t i = 0; i < d->leaf.count; i++)
        values[i] = arena_str(p->arena, d->leaf.values[i]);
    for (uint32_t i = 0; i < d->sorted_count; i++)
        sorted[i] = arena_str(p->arena, d->sorted[i]);
    own->leaf.values = values;
    own->sorted = sorted;
    if (d->leaf.kind == RESIDUE_CONDITION || d->leaf.kind == RESIDUE_SESSION_NAME)
        own->key = residue_key_of(p, own->lower);
    return own;
}

/* A value that is not of the operator's type: a positive operator does without it, a negated one is then never met by a key
 * that is there (iam_compare). What is left of such a leaf is about presence; `l` gets its new values. */
static const struct residue *without_invalid(struct residue_pool *p, struct residue_leaf *l, struct arena *scratch)
{
    struct str *good = arena_array_of(scratch, struct str, l->count + 1);
    uint32_t n = 0;
    for (uint32_t i = 0; i < l->count; i++)
        if (residue_value_valid(l->op, l->values[i]))
            good[n++] = l->values[i];
    if (n && n == l->count)
        return NULL;
    bool negated = residue_op_negated(l->op);
    if ((negated && n == l->count) || (l->set == IAM_SET_ANY_VALUE && l->if_exists))
        return NULL;
    if (!negated && n) {
        l->values = good;
        l->count = n;
        return NULL;
    }
    if (l->set == IAM_SET_ANY_VALUE || (l->set == IAM_SET_NONE && !negated && !l->if_exists))
        return residue_false;
    struct str absent = STR("true");
    return residue_leaf(p, &(struct residue_leaf){.kind = RESIDUE_CONDITION, .op = IAM_OP_NULL, .key = l->key, .values = &absent, .count = 1}, NULL);
}

void residue_settle(struct residue_pool *p) { p->settled = true; }
bool residue_settled(const struct residue_pool *p) { return p->settled; }

const struct residue *residue_leaf(struct residue_pool *p, const struct residue_leaf *leaf, const struct residue_source *source)
{
    if (leaf->kind == RESIDUE_CONDITION && leaf->op == IAM_OP_UNKNOWN)
        return residue_false;
    if (leaf->kind == RESIDUE_UNREAD && p->settled)
        return leaf->reading ? residue_true : residue_false;
    struct residue_leaf l = *leaf;
    struct arena *scratch = residue_scratch(p);
    const struct residue *plain = l.kind == RESIDUE_PATTERN ? residue_from_pattern(p, &l, source) : NULL;
    if (plain)
        return plain;
    const struct residue *less = l.kind == RESIDUE_CONDITION && l.op != IAM_OP_NULL ? without_invalid(p, &l, scratch) : NULL;
    if (less) {
        if (less->data)
            residue_add_source(p, less->data, source, false);
        return less;
    }
    if (l.kind != RESIDUE_CONDITION)
        l.op = IAM_OP_STRING_LIKE;
    if (l.kind != RESIDUE_CONDITION || l.op == IAM_OP_NULL) {
        l.set = IAM_SET_NONE;
        l.if_exists = false;
    }
    struct leaf_data d = probe(scratch, &l);
    uint64_t hash = leaf_hash(&d);
    struct residue *found = NULL;
    for (size_t at = hash & (p->slots_size - 1); p->slots[at] && !found; at = (at + 1) & (p->slots_size - 1))
        if (p->slots[at]->hash == hash && p->slots[at]->kind == RESIDUE_LEAF && leaf_same(p->slots[at]->data, &d))
            found = p->slots[at];
    if (!found)
        found = insert(p, (struct residue){.kind = RESIDUE_LEAF, .hash = hash, .data = keep(p, &d)});
    residue_add_source(p, found->data, source, false);
    return found;
}

/* AND, OR and NOT. */

static uint64_t node_hash(enum residue_kind kind, const struct residue *const *children, uint32_t count)
{
    uint64_t h = (uint64_t)kind * 0x9E3779B97F4A7C15u;
    for (uint32_t i = 0; i < count; i++)
        h = (h ^ children[i]->id) * 0xBF58476D1CE4E5B9u ^ h >> 29;
    return h ^ h >> 32;
}

static const struct residue *node(struct residue_pool *p, enum residue_kind kind, const struct residue *const *children, uint32_t count)
{
    uint64_t hash = node_hash(kind, children, count);
    for (size_t at = hash & (p->slots_size - 1); p->slots[at]; at = (at + 1) & (p->slots_size - 1)) {
        const struct residue *r = p->slots[at];
        if (r->hash == hash && r->kind == kind && r->count == count && memcmp(r->children, children, count * sizeof *children) == 0)
            return r;
    }
    const struct residue **own = arena_array_of(p->arena, const struct residue *, count);
    memcpy(own, children, count * sizeof *children);
    return insert(p, (struct residue){.kind = kind, .hash = hash, .children = own, .count = count,
                                      .data = kind == RESIDUE_NOT ? children[0]->data : NULL});
}

static bool has(const struct residue *const *list, uint32_t count, const struct residue *r)
{
    uint32_t lo = 0, hi = count;
    while (lo < hi) {
        uint32_t mid = (lo + hi) / 2;
        if (list[mid]->id < r->id)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < count && list[lo] == r;
}

/* Merges the children of both, each list in order of id, without repetition. */
static uint32_t merge(enum residue_kind kind, const struct residue *a, const struct residue *b, const struct residue **out)
{
    bool flat = (a->kind == kind ? a->count : 1) + (b->kind == kind ? b->count : 1) <= RESIDUE_FLAT_MAX;
    const struct residue *const *x = flat && a->kind == kind ? a->children : &a, *const *y = flat && b->kind == kind ? b->children : &b;
    uint32_t nx = flat && a->kind == kind ? a->count : 1, ny = flat && b->kind == kind ? b->count : 1, n = 0;
    for (uint32_t i = 0, j = 0; i < nx || j < ny;) {
        if (j == ny || (i < nx && x[i]->id < y[j]->id))
            out[n++] = x[i++];
        else if (i == nx || y[j]->id < x[i]->id)
            out[n++] = y[j++];
        else {
            out[n++] = x[i++];
            j++;
        }
    }
    return n;
}

/* (a and x) where a is (x or y): a; the like with and, or exchanged. Looks one level down only. */
static bool absorbed(enum residue_kind kind, const struct residue *child, const struct residue *const *list, uint32_t count)
{
    if (child->kind != (kind == RESIDUE_AND ? RESIDUE_OR : RESIDUE_AND))
        return false;
    for (uint32_t i = 0; i < child->count; i++)
        if (has(list, count, child->children[i]))
            return true;
    return false;
}

static const struct residue *build(struct residue_pool *p, enum residue_kind kind, const struct residue *a, const struct residue *b)
{
    const struct residue *list[RESIDUE_FLAT_MAX + 2], *kept[RESIDUE_FLAT_MAX + 2];
    uint32_t n = merge(kind, a, b, list), m = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (list[i]->negation && has(list, n, list[i]->negation))
            return kind == RESIDUE_AND ? residue_false : residue_true;
        if (!absorbed(kind, list[i], list, n))
            kept[m++] = list[i];
    }
    return m == 1 ? kept[0] : node(p, kind, kept, m);
}

static const struct residue *combine(struct residue_pool *p, enum residue_kind kind, const struct residue *a, const struct residue *b)
{
    const struct residue *neutral = kind == RESIDUE_AND ? residue_true : residue_false;
    const struct residue *ruling = kind == RESIDUE_AND ? residue_false : residue_true;
    if (a == ruling || b == ruling)
        return ruling;
    if (a == neutral || a == b)
        return b;
    if (b == neutral)
        return a;
    struct pair_memo **memo = &p->memo[kind == RESIDUE_OR];
    if (!*memo)
        *memo = arena_array_of(p->arena, struct pair_memo, MEMO_SIZE);
    struct pair_memo *m = &(*memo)[(a->id * 0x9E3779B1u ^ b->id * 0x85EBCA6Bu) >> 7 & (MEMO_SIZE - 1)];
    if (m->a != a || m->b != b)
        *m = (struct pair_memo){a, b, build(p, kind, a, b)};
    return m->result;
}

const struct residue *residue_and(struct residue_pool *p, const struct residue *a, const struct residue *b)
{
    return combine(p, RESIDUE_AND, a, b);
}

const struct residue *residue_or(struct residue_pool *p, const struct residue *a, const struct residue *b)
{
    return combine(p, RESIDUE_OR, a, b);
}

const struct residue *residue_not_leaf(struct residue_pool *p, const struct residue *leaf)
{
    return leaf->kind == RESIDUE_NOT ? leaf->children[0] : node(p, RESIDUE_NOT, &leaf, 1);
}

/* What a formula is made of. */

enum residue_kind residue_kind_of(const struct residue *r) { return r->kind; }
const struct residue_leaf *residue_leaf_of(const struct residue *r) { return r->data ? &r->data->leaf : NULL; }
uint32_t residue_child_count(const struct residue *r) { return r->count; }
const struct residue *residue_child(const struct residue *r, uint32_t at) { return at < r->count ? r->children[at] : NULL; }

void residue_link(struct residue_pool *p, struct str key, struct str value, struct str key2, struct str value2)
{
    key = residue_lower(p->arena, key);
    key2 = residue_lower(p->arena, key2);
    struct residue_links *l = p->links;
    while (l && !(str_eq(l->key, key) && str_eq(l->key2, key2)))
        l = l->next;
    if (!l) {
        l = arena_new_of(p->arena, struct residue_links);
        *l = (struct residue_links){.key = key, .key2 = key2, .next = p->links};
        map_init(&l->values, p->arena);
        p->links = l;
    }
    struct str *to = arena_new_of(p->arena, struct str);
    *to = arena_str(p->arena, value2);
    map_put(&l->values, arena_str(p->arena, value), to);
    p->link_count++;
}
