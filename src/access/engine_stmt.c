/* Statements, compiled for many questions and many targets. */
#include "access/engine_internal.h"

#include "base/buf.h"
#include "iam/glob.h"

void idmap_init(struct idmap *m, struct arena *a)
{
    *m = (struct idmap){.arena = a};
}

static uint64_t mix(uint64_t x)
{
    x ^= x >> 31;
    x *= 0x9e3779b97f4a7c15u;
    return x ^ x >> 29;
}

static uint32_t slot_of(const struct idmap *m, uint64_t key)
{
    uint32_t at = (uint32_t)mix(key) & (m->size - 1);
    while (m->values[at] && m->keys[at] != key)
        at = (at + 1) & (m->size - 1);
    return at;
}

void *idmap_get(const struct idmap *m, uint64_t key)
{
    return m->size ? (void *)m->values[slot_of(m, key)] : NULL; /* NOLINT(performance-no-int-to-ptr) */
}

static void idmap_grow(struct idmap *m)
{
    struct idmap old = *m;
    m->size = old.size ? old.size * 2 : 16;
    m->keys = arena_array_of(m->arena, uint64_t, m->size);
    m->values = arena_array_of(m->arena, uintptr_t, m->size);
    for (uint32_t i = 0; i < old.size; i++)
        if (old.values[i]) {
            uint32_t at = slot_of(m, old.keys[i]);
            m->keys[at] = old.keys[i];
            m->values[at] = old.values[i];
        }
}

void idmap_put(struct idmap *m, uint64_t key, const void *value)
{
    if (m->count * 3 >= m->size * 2)
        idmap_grow(m);
    uint32_t at = slot_of(m, key);
    m->count += !m->values[at];
    m->keys[at] = key;
    m->values[at] = (uintptr_t)value;
}

/* FNV-1a, 64 bits: good enough for keys that the exact functions then check. */
uint64_t engine_hash(uint64_t seed, struct str s, bool fold)
{
    uint64_t h = seed ^ 0xcbf29ce484222325u;
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        h = (h ^ (fold && c >= 'A' && c <= 'Z' ? c + 32u : c)) * 0x100000001b3u;
    }
    return h;
}

/* Which keys world_context() takes from the resource. */
bool engine_target_key(const struct engine *e, struct str key)
{
    static const char *const fixed[] = {
        "aws:resourceaccount", "s3:resourceaccount",    "aws:resourceorgid",         "aws:resourceorgpaths",
        "aws:requestedregion", "s3:dataaccesspointarn", "s3:dataaccesspointaccount", "s3:accesspointnetworkorigin"};
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        if (str_eq_nocase(key, str_of(fixed[i])))
            return true;
    for (uint32_t i = 0; i < e->w->tag_key_count; i++)
        if (!e->w->tag_keys[i].of_principal && str_eq_nocase(key, e->w->tag_keys[i].key))
            return true;
    return false;
}

struct key_list {
    struct engine *e;
    struct str keys[64];
    uint32_t count;
    bool overflow;
};

static void note_key(struct key_list *l, struct str key)
{
    if (!engine_target_key(l->e, key))
        return;
    for (uint32_t i = 0; i < l->count; i++)
        if (str_eq_nocase(l->keys[i], key))
            return;
    if (l->count < 64)
        l->keys[l->count++] = key;
    else
        l->overflow = true;
}

static void note_variables(struct key_list *l, const struct iam_glob *g)
{
    struct iam_variable v;
    for (size_t at = 0; g->variables && iam_variable_next(g->text, at, &v); at = v.to)
        if (!v.escape)
            note_key(l, v.name);
}

static int by_text(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static uint32_t keyset_of(struct engine *e, const struct iam_statement *s)
{
    struct key_list l = {.e = e};
    for (uint32_t i = 0; i < s->condition_count; i++) {
        note_key(&l, s->conditions[i].key_lower);
        for (uint32_t v = 0; v < s->conditions[i].count; v++)
            note_variables(&l, &s->conditions[i].values[v]);
    }
    if (l.overflow) /* more keys than one list holds: all that there are */
        for (uint32_t i = l.count = 0; i < e->w->tag_key_count && l.count < 64; i++)
            note_key(&l, e->w->tag_keys[i].key);
    if (!l.count)
        return WORLD_NONE;
    qsort(l.keys, l.count, sizeof *l.keys, by_text);
    struct str text = {0};
    for (uint32_t i = 0; i < l.count; i++)
        text = arena_printf(e->tiny, "%.*s %.*s", STR_ARG(text), STR_ARG(l.keys[i]));
    uintptr_t known = (uintptr_t)map_get(&e->keysets, text);
    if (known)
        return (uint32_t)known - 1;
    static const struct keyset none;
    struct keyset *grown = arena_array_of(e->arena, struct keyset, e->keyset_count + 1);
    if (e->keyset_count)
        memcpy(grown, e->keyset, e->keyset_count * sizeof *grown);
    e->keyset = grown;
    grown[e->keyset_count] = none;
    grown[e->keyset_count].keys = arena_array_of(e->arena, struct str, l.count);
    grown[e->keyset_count].count = l.count;
    for (uint32_t i = 0; i < l.count; i++)
        grown[e->keyset_count].keys[i] = arena_str(e->arena, l.keys[i]);
    map_put(&e->keysets, arena_str(e->arena, text),
            (void *)(uintptr_t)(e->keyset_count + 1)); /* NOLINT(performance-no-int-to-ptr) */
    return e->keyset_count++;
}

/* Most documents share their lists of actions, so each list is matched with all questions once. */
static const uint64_t *questions_of(struct engine *e, const struct iam_statement *s)
{
    struct buf text;
    buf_init(&text, IAM_POLICY_BYTES_MAX * 2);
    buf_addz(&text, s->not_action ? "-" : "+");
    for (uint32_t i = 0; i < s->action_count; i++) {
        buf_addc(&text, '\n');
        buf_add(&text, s->actions[i].text);
    }
    struct str key = buf_str(&text);
    uint64_t *bits = map_get(&e->action_lists, key);
    if (!bits) {
        bits = bits_new(e->arena, e->question_count);
        for (uint32_t q = 0; q < e->question_count; q++) {
            const struct iam_action_info *info = &e->w->catalogue->actions[e->question[q]];
            if (iam_statement_covers_action(s, info->service, info->name))
                bits_set(bits, q);
        }
        map_put(&e->action_lists, arena_str(e->arena, key), bits);
    }
    buf_done(&text);
    return bits;
}

static bool reads_target(const struct engine *e, const struct iam_glob *g)
{
    struct iam_variable v;
    for (size_t at = 0; g->variables && iam_variable_next(g->text, at, &v); at = v.to)
        if (!v.escape && engine_target_key(e, v.name))
            return true;
    return false;
}

static uint32_t add_stmt(struct engine *e, const struct iam_policy_ref *ref, const struct iam_statement *s,
                         enum iam_layer layer, bool allow)
{
    ENGINE_GROW(e->arena, e->stmts, e->stmt_count, e->stmt_size);
    struct stmt *m = &e->stmts[e->stmt_count];
    *m = (struct stmt){.s = s, .ref = *ref, .layer = layer, .allow = allow, .keyset = WORLD_NONE};
    if (!s) {
        uint64_t *all = bits_new(e->arena, e->question_count);
        bits_set_range(all, 0, e->question_count);
        m->questions = all;
        m->whole = true;
        return e->stmt_count++;
    }
    m->questions = questions_of(e, s);
    m->conditions = s->condition_count > 0;
    m->keyset = keyset_of(e, s);
    m->whole = !s->has_resource;
    for (uint32_t i = 0; i < s->resource_count; i++) {
        m->whole = m->whole || (s->resources[i].any && !s->not_resource);
        m->varies = m->varies || s->resources[i].field[5].variables || s->resources[i].odd_type;
        m->varies_there = m->varies_there || reads_target(e, &s->resources[i].field[5]);
    }
    m->varies = m->varies && !m->whole;
    return e->stmt_count++;
}

/* What a policy that could not be read may say: two stmts, an Allow and a Deny. */
uint32_t engine_unread_stmts(struct engine *e, const struct iam_policy_ref *ref, enum iam_layer layer)
{
    struct str key = arena_printf(e->tiny, "unread %d %.*s\n%.*s", (int)layer, STR_ARG(ref->id), STR_ARG(ref->unread));
    uintptr_t known = (uintptr_t)map_get(&e->content_stmts, key);
    if (known)
        return (uint32_t)known - 1;
    struct iam_policy_ref copy = {NULL, arena_str(e->arena, ref->id),
                                  ref->unread.ptr ? arena_str(e->arena, ref->unread) : ref->unread};
    uint32_t at = add_stmt(e, &copy, NULL, layer, true);
    add_stmt(e, &copy, NULL, layer, false);
    map_put(&e->content_stmts, arena_str(e->arena, key),
            (void *)(uintptr_t)(at + 1)); /* NOLINT(performance-no-int-to-ptr) */
    return at;
}

struct stmts engine_policy_stmts(struct engine *e, const struct iam_policy_ref *ref, enum iam_layer layer)
{
    if (!ref->policy)
        return (struct stmts){engine_unread_stmts(e, ref, layer), 2};
    uint64_t key = (uint64_t)(uintptr_t)ref->policy * IAM_LAYER_COUNT + (uint64_t)layer;
    const struct stmts *known = idmap_get(&e->policy_stmts, key);
    if (known)
        return *known;
    struct stmts *all = arena_new_of(e->arena, struct stmts);
    *all = (struct stmts){e->stmt_count, ref->policy->count};
    for (uint32_t i = 0; i < ref->policy->count; i++)
        add_stmt(e, ref, &ref->policy->statements[i], layer, ref->policy->statements[i].allow);
    idmap_put(&e->policy_stmts, key, all);
    return *all;
}

static void put_text(struct buf *b, struct str s)
{
    buf_add(b, s);
    buf_addc(b, '\0');
}

/* Everything of a statement but its resources, which are settled for the target already. */
static void content_of(const struct iam_statement *s, const struct iam_policy *policy, enum iam_layer layer,
                       struct buf *b)
{
    const char flags[] = {(char)('a' + (int)layer),
                          s->allow ? '+' : '-',
                          s->not_action ? 'n' : 'y',
                          s->not_principal ? 'n' : 'y',
                          s->has_principal ? 'p' : 'q',
                          policy->variables ? 'v' : 'w',
                          '\0'};
    buf_addz(b, flags);
    for (uint32_t i = 0; i < s->action_count; i++)
        put_text(b, s->actions[i].text);
    buf_addz(b, "\n");
    for (uint32_t i = 0; i < s->principal_count; i++) {
        put_text(b, s->principals[i].type);
        put_text(b, s->principals[i].text);
    }
    buf_addz(b, "\n");
    for (uint32_t i = 0; i < s->condition_count; i++) {
        put_text(b, s->conditions[i].op_text);
        put_text(b, s->conditions[i].key_lower);
        for (uint32_t v = 0; v < s->conditions[i].count; v++)
            put_text(b, s->conditions[i].values[v].text);
        buf_addz(b, "\n");
    }
}

uint32_t engine_content_stmt(struct engine *e, const struct iam_policy_ref *ref, const struct iam_statement *s,
                             enum iam_layer layer)
{
    uint64_t pointer = (uint64_t)(uintptr_t)s * IAM_LAYER_COUNT + (uint64_t)layer;
    uintptr_t known = (uintptr_t)idmap_get(&e->policy_stmts, pointer);
    if (known)
        return (uint32_t)known - 1;
    uint32_t at;
    bool varies = false;
    for (uint32_t i = 0; i < s->resource_count; i++)
        varies = varies || s->resources[i].field[5].variables || s->resources[i].odd_type;
    if (varies)
        at = add_stmt(e, ref, s, layer, s->allow);
    else {
        struct buf b;
        buf_init(&b, IAM_POLICY_BYTES_MAX * 4);
        content_of(s, ref->policy, layer, &b);
        struct str key = buf_str(&b);
        uintptr_t same = (uintptr_t)map_get(&e->content_stmts, key);
        at = same ? (uint32_t)same - 1 : add_stmt(e, ref, s, layer, s->allow);
        if (!same)
            map_put(&e->content_stmts, arena_str(e->arena, key),
                    (void *)(uintptr_t)(at + 1)); /* NOLINT(performance-no-int-to-ptr) */
        buf_done(&b);
    }
    idmap_put(&e->policy_stmts, pointer, (void *)(uintptr_t)(at + 1)); /* NOLINT(performance-no-int-to-ptr) */
    return at;
}
