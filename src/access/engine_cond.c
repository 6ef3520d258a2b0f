/* What is known of a caller, and what the conditions of statements say of it. */
#include "access/engine_internal.h"

static void add_stmts(struct engine *e, const struct iam_policy_set *set, enum iam_layer layer, struct chain *out)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < set->count; i++)
        n += engine_policy_stmts(e, &set->items[i], layer).count;
    out->stmts = arena_array_of(e->scratch, uint32_t, n + 1);
    out->count = 0;
    for (uint32_t i = 0; i < set->count; i++) {
        struct stmts run = engine_policy_stmts(e, &set->items[i], layer);
        for (uint32_t k = 0; k < run.count; k++)
            out->stmts[out->count++] = run.from + k;
    }
}

static bool has_identity(const struct iam_caller *c)
{
    return c->kind != IAM_CALLER_SERVICE && c->kind != IAM_CALLER_ANONYMOUS && c->kind != IAM_CALLER_WEB;
}

static void keys_of(struct caller *c)
{
    if (c->has_identity) {
        c->account_key = engine_account_key(c->who.account);
        c->name_key = engine_name_key(c->who.account, c->who.name);
    } else
        c->name_key = engine_text_key(c->who.text);
}

/* Questions that its own side may allow: all that any Allow speaks of. */
static void wanted_of(struct engine *e, struct caller *c)
{
    c->wanted = bits_new(e->scratch, e->question_count);
    if (c->is_root)
        bits_set_range(c->wanted, 0, e->question_count);
    for (uint32_t i = 0; i < c->identity.count; i++)
        if (e->stmts[c->identity.stmts[i]].allow)
            bits_or(c->wanted, e->stmts[c->identity.stmts[i]].questions, e->words);
    for (uint32_t q = 0; c->has_identity && q < e->question_count; q++) /* those that need no permission */
        if (!e->w->catalogue->actions[e->question[q]].resource_type_count &&
            str_eqz(e->w->catalogue->actions[e->question[q]].service, "sts"))
            bits_set(c->wanted, q);
}

void engine_caller(struct engine *e, uint32_t principal, struct caller *c)
{
    struct iam_request r = {
        .service = STR("sts"), .action = STR("GetCallerIdentity"), .resource = STR("*"), .no_resource_type = true};
    struct iam_layers l;
    *c = (struct caller){.principal = principal};
    world_caller(e->w, e->scratch, principal, &r.caller);
    c->who = r.caller;
    r.resource_account = r.caller.account;
    world_context(e->w, e->scratch, principal, WORLD_NONE, NULL, &r);
    c->context = r.context;
    world_layers(e->w, e->scratch, principal, WORLD_NONE, WORLD_NONE, &r, &l);
    c->has_identity = has_identity(&c->who);
    c->is_root = l.identity_is_root || c->who.kind == IAM_CALLER_ROOT;
    c->account = c->who.account.ptr ? world_account_of(e->w, c->who.account) : WORLD_NONE;
    c->has_boundary = l.has_boundary;
    if (c->has_identity) {
        add_stmts(e, &l.identity, IAM_LAYER_IDENTITY, &c->identity);
        if (l.has_boundary)
            add_stmts(e, &l.boundary, IAM_LAYER_BOUNDARY, &c->boundary);
        c->scp_count = c->who.service_linked ? 0 : l.scp_count;
        c->scps = arena_array_of(e->scratch, struct chain, c->scp_count + 1);
        for (uint32_t i = 0; i < c->scp_count; i++)
            add_stmts(e, &l.scps[i].policies, IAM_LAYER_SCP, &c->scps[i]);
    }
    keys_of(c);
    wanted_of(e, c);
    idmap_init(&c->conditions, e->scratch);
}

static const struct residue *evaluate(struct engine *e, const struct iam_context *context, const struct stmt *m)
{
    struct residue_source source = engine_source(m);
    return iam_statement_conditions(e->w->pool, m->s, m->ref.policy->variables, context, &source);
}

static const struct residue *unread(struct engine *e, const struct stmt *m)
{
    struct residue_source source = engine_source(m);
    return iam_unread_leaf(e->w->pool, &m->ref, m->allow, &source);
}

/* Of a statement whose conditions do not read keys of the target. */
const struct residue *engine_condition(struct engine *e, struct caller *c, uint32_t stmt)
{
    const struct stmt *m = &e->stmts[stmt];
    if (m->s && !m->conditions)
        return residue_true;
    const struct residue *f = idmap_get(&c->conditions, stmt);
    if (!f) {
        f = m->s ? evaluate(e, &c->context, m) : unread(e, m);
        idmap_put(&c->conditions, stmt, f);
    }
    return f;
}

/* Of one whose conditions do: for the target and all that share the values of those keys. */
const struct residue *engine_condition_at(struct engine *e, struct caller *c, const struct universe *u, uint32_t stmt,
                                          const struct part_class *class, uint32_t question)
{
    uint64_t key = ((uint64_t)stmt + 1) << 32 | class->sign;
    const struct residue *f = idmap_get(&c->conditions, key);
    if (f)
        return f;
    const struct target *t = &e->targets[u->targets[class->sample]];
    struct iam_request r;
    engine_target_request(e, t, &c->who, question, &r);
    world_context(e->w, e->tiny, c->principal, t->row, NULL, &r);
    f = evaluate(e, &r.context, &e->stmts[stmt]);
    arena_reset(e->tiny);
    idmap_put(&c->conditions, key, f);
    return f;
}

static struct str sign_key(struct engine *e, struct str text, const struct iam_key *k)
{
    text = arena_printf(e->tiny, "%.*s\n%d", STR_ARG(text), k ? (int)k->state : -1);
    for (uint32_t i = 0; k && i < k->count; i++)
        text = arena_printf(e->tiny, "%.*s %zu:%.*s", STR_ARG(text), k->values[i].len, STR_ARG(k->values[i]));
    return text;
}

struct signed_at {
    uint64_t sign;
    uint32_t local;
};

static int by_sign(const void *a, const void *b)
{
    const struct signed_at *x = a, *y = b;
    if (x->sign != y->sign)
        return x->sign < y->sign ? -1 : 1;
    return x->local < y->local ? -1 : x->local > y->local;
}

static struct iam_request target_keys(struct engine *e, const struct target *t, uint32_t question)
{
    struct iam_caller nobody = {.kind = IAM_CALLER_ANONYMOUS};
    struct iam_request r;
    engine_target_request(e, t, &nobody, question, &r);
    world_context(e->w, e->tiny, WORLD_NONE, t->row, NULL, &r);
    return r;
}

static void class_value(struct engine *e, struct universe *u, const struct keyset *set, uint32_t question,
                        struct part_class *c)
{
    if (set->count != 1)
        return;
    struct iam_request r = target_keys(e, &e->targets[u->targets[c->sample]], question);
    const struct iam_key *k = iam_context_get(&r.context, set->keys[0]);
    c->single = k && k->state == IAM_KEY_KNOWN && k->count == 1 && !k->list;
    if (c->single)
        c->value = arena_str(u->arena, k->values[0]);
}

static uint64_t sign_of(struct engine *e, struct str text)
{
    uintptr_t known = (uintptr_t)map_get(&e->signs, text);
    if (known)
        return known;
    known = (uintptr_t)e->signs.count + 1;
    map_put(&e->signs, arena_str(e->arena, text), (void *)known); /* NOLINT(performance-no-int-to-ptr) */
    return known;
}

static struct partition *make_partition(struct engine *e, struct universe *u, uint32_t keyset, uint32_t question)
{
    const struct keyset *set = &e->keyset[keyset];
    struct signed_at *at = arena_array_of(u->arena, struct signed_at, u->count);
    for (uint32_t i = 0; i < u->count; i++) {
        struct iam_request r = target_keys(e, &e->targets[u->targets[i]], question);
        struct str text = arena_printf(e->tiny, "%u", keyset);
        for (uint32_t k = 0; k < set->count; k++)
            text = sign_key(e, text, iam_context_get(&r.context, set->keys[k]));
        at[i] = (struct signed_at){sign_of(e, text), i};
        arena_reset(e->tiny);
    }
    qsort(at, u->count, sizeof *at, by_sign);
    struct partition *p = arena_new_of(u->arena, struct partition);
    uint32_t *items = arena_array_of(u->arena, uint32_t, u->count), n = 0;
    for (uint32_t i = 0; i < u->count; i++) {
        items[i] = at[i].local;
        n += !i || at[i].sign != at[i - 1].sign;
    }
    p->classes = arena_array_of(u->arena, struct part_class, n);
    map_init(&p->by_value, u->arena);
    for (uint32_t i = 0; i < u->count; i++) {
        if (!i || at[i].sign != at[i - 1].sign)
            p->classes[p->count++] = (struct part_class){.sign = at[i].sign, .sample = at[i].local, .items = items + i};
        p->classes[p->count - 1].count++;
    }
    for (uint32_t i = 0; i < p->count; i++) {
        class_value(e, u, set, question, &p->classes[i]);
        if (p->classes[i].single)
            map_put(&p->by_value, p->classes[i].value,
                    (void *)(uintptr_t)(i + 1)); /* NOLINT(performance-no-int-to-ptr) */
        arena_reset(e->tiny);
    }
    return p;
}

const struct partition *engine_partition(struct engine *e, struct universe *u, uint32_t keyset, uint32_t question)
{
    uint64_t key = (uint64_t)1 << 63 | (uint64_t)keyset << 32 | e->trait[question];
    struct partition *p = idmap_get(&u->memo, key);
    if (!p) {
        p = make_partition(e, u, keyset, question);
        idmap_put(&u->memo, key, p);
    }
    return p;
}
