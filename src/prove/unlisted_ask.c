#include "prove/unlisted_ask.h"

#include "iam/pattern.h"

enum { MEMBERS_MAX = 24, FORMS = 3, KINDS_MAX = 64 };

static const char odd[] = "~~~~~~~~~~~~~~~~~~~~~~~~"; /* text that no policy has */

static struct str arn_part(struct str arn, unsigned field)
{
    for (unsigned i = 0; i < field && arn.ptr; i++)
        (void)str_cut(&arn, ':');
    return arn.ptr ? str_cut(&arn, ':') : (struct str){0};
}

static bool is_wild(struct str s) { return str_index(s, '*', 0) >= 0 || str_index(s, '?', 0) >= 0; }

static void add_kinds(const struct iam_catalogue *c, struct unlisted_allow *out)
{
    for (uint32_t i = 0; i < c->resource_count && out->kind_count < KINDS_MAX; i++) {
        struct str kind = arn_part(c->resources[i].glob, 2);
        bool seen = !str_eq_nocase(c->resources[i].service, out->action->service);
        for (uint32_t k = 0; k < out->kind_count && !seen; k++)
            seen = str_eq(out->kinds[k], kind);
        if (!seen)
            out->kinds[out->kind_count++] = kind;
    }
}

struct unlisted_allow unlisted_allow_of(struct prover *v, const struct iam_statement *s, const struct iam_action *action)
{
    uint32_t from, to;
    const struct iam_catalogue *c = v->g->world->catalogue;
    struct unlisted_allow out = {.s = s, .action = action, .known_service = iam_catalogue_service(c, action->service, &from, &to)};
    out.kinds = arena_array_of(v->lasting, struct str, KINDS_MAX);
    if (out.known_service)
        add_kinds(c, &out);
    return out;
}

/* Where the policy names no kind of thing, an action is on things of its own service. */
static bool is_its_kind(const struct unlisted_allow *allow, struct str arn)
{
    struct str kind = arn_part(arn, 2);
    for (uint32_t i = 0; i < allow->kind_count; i++)
        if (str_glob(allow->kinds[i], kind))
            return true;
    return !allow->known_service || allow->kind_count == KINDS_MAX || str_eq(kind, allow->action->service);
}

/* As a plain pattern: variables stand for anything; what comes before the last field is compared without case. */
static struct str plain(struct arena *a, const struct iam_resource *r)
{
    struct str t = r->text;
    char *to = arena_alloc(a, t.len + 1);
    size_t n = 0;
    unsigned colons = 0;
    if (r->any)
        return STR("*");
    for (size_t i = 0; i < t.len; i++) {
        bool variable = r->field[5].variables && t.ptr[i] == '$' && i + 1 < t.len && t.ptr[i + 1] == '{';
        while (variable && i < t.len && t.ptr[i] != '}')
            i++;
        char c = variable ? '*' : t.ptr[i];
        colons += c == ':';
        to[n++] = colons < 5 && c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
    }
    return str_make(to, n);
}

/* The row, and what lies in it. */
static void forms_of(struct arena *a, struct str arn, struct str out[FORMS])
{
    out[0] = arn;
    out[1] = arena_printf(a, "%.*s/*", STR_ARG(arn));
    out[2] = arena_printf(a, "%.*s:*", STR_ARG(arn));
}

static bool matches(const struct unlisted_allow *allow, struct str pattern, struct str arn, const struct str forms[FORMS])
{
    if (str_eqz(pattern, "*") || is_wild(arn_part(pattern, 2)))
        if (!is_its_kind(allow, arn))
            return false;
    for (int f = 0; f < FORMS; f++)
        if (iam_globs_overlap(pattern, forms[f]))
            return true;
    return false;
}

static bool excludes(struct arena *a, const struct iam_statement *s, const struct str forms[FORMS])
{
    for (uint32_t i = 0; i < s->resource_count; i++) {
        if (s->resources[i].field[5].variables || !s->resources[i].valid)
            continue;
        struct str pattern = plain(a, &s->resources[i]);
        if (iam_glob_covers(pattern, forms[0]) && iam_glob_covers(pattern, forms[1]) && iam_glob_covers(pattern, forms[2]))
            return true;
    }
    return false;
}

bool unlisted_touches(struct prover *v, const struct unlisted_allow *allow, uint32_t row)
{
    struct str arn = v->g->world->resources[row].arn, forms[FORMS];
    const struct iam_statement *s = allow->s;
    bool hit = false;
    struct arena *a = arena_new(4096);
    forms_of(a, arn, forms);
    if (s->not_resource)
        hit = is_its_kind(allow, arn) && !excludes(a, s, forms);
    else if (!s->has_resource)
        hit = true;
    for (uint32_t i = 0; i < s->resource_count && !s->not_resource && !hit; i++)
        hit = s->resources[i].valid && matches(allow, plain(a, &s->resources[i]), arn, forms);
    arena_free(a);
    return hit;
}

/* Patterns that policies tell apart within one. */
struct members {
    struct arena *a;
    struct str items[MEMBERS_MAX];
    uint32_t count;
    bool arns, capped;
};

static void member_add(struct members *m, struct str s)
{
    for (uint32_t i = 0; i < m->count; i++)
        if (str_eq(m->items[i], s))
            return;
    if (m->count == MEMBERS_MAX)
        m->capped = true;
    else
        m->items[m->count++] = s;
}

static void meet(struct members *m, struct str x, struct str y)
{
    struct str out[IAM_MEETS_MAX];
    uint32_t n = m->arns ? iam_arn_meets(m->a, x, y, out, &m->capped) : iam_glob_meets(m->a, x, y, out, &m->capped);
    for (uint32_t i = 0; i < n; i++)
        member_add(m, out[i]);
}

static void meet_all(struct members *m, struct str pattern)
{
    for (uint32_t i = 0, n = m->count; i < n; i++)
        meet(m, m->items[i], pattern);
}

static struct str lower(struct arena *a, struct str s)
{
    char *to = arena_alloc(a, s.len + 1);
    for (size_t i = 0; i < s.len; i++)
        to[i] = s.ptr[i] >= 'A' && s.ptr[i] <= 'Z' ? (char)(s.ptr[i] + 32) : s.ptr[i];
    return str_make(to, s.len);
}

static void tell_apart(struct members *names, struct members *arns, struct str service, const struct iam_policy_set *set)
{
    for (uint32_t i = 0; i < set->count; i++) {
        const struct iam_policy *p = set->items[i].policy;
        for (uint32_t k = 0; p && k < p->count; k++) {
            const struct iam_statement *s = &p->statements[k];
            for (uint32_t n = 0; n < s->action_count; n++)
                if (s->actions[n].valid && !s->actions[n].all && str_eq(s->actions[n].service, service))
                    meet_all(names, lower(names->a, s->actions[n].name.text));
            for (uint32_t n = 0; n < s->resource_count; n++) {
                uint32_t before = arns->count;
                if (s->resources[n].valid && !s->resources[n].any)
                    meet_all(arns, plain(arns->a, &s->resources[n]));
                arns->capped |= s->resources[n].field[5].variables && arns->count > before;
            }
        }
    }
}

static void tell_levels(struct members *names, struct members *arns, struct str service, const struct iam_level *levels, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        tell_apart(names, arns, service, &levels[i].policies);
}

static struct str filled(struct arena *a, struct str pattern)
{
    struct buf b;
    buf_init(&b, 1 << 16);
    for (size_t i = 0; i < pattern.len; i++)
        if (pattern.ptr[i] == '*')
            buf_addz(&b, odd);
        else
            buf_addc(&b, pattern.ptr[i] == '?' ? '~' : pattern.ptr[i]);
    struct str out = arena_str(a, buf_str(&b));
    buf_done(&b);
    return out;
}

struct asked {
    struct prover *v;
    struct arena *a;
    uint32_t principal, row;
    const struct unlisted_allow *allow;
};

static void request_of(const struct asked *q, struct str name, struct str arn, struct iam_request *r, struct iam_layers *layers)
{
    const struct world *w = q->v->g->world;
    *r = (struct iam_request){0};
    world_caller(w, q->a, q->principal, &r->caller);
    r->service = q->allow->action->service;
    r->action = filled(q->a, name);
    world_request(w, WORLD_NONE, filled(q->a, arn), q->row, r);
    world_context(w, q->a, q->principal, q->row, NULL, r);
    world_layers(w, q->a, q->principal, q->row, WORLD_NONE, r, layers);
}

/* Which members the Allow has on the row. */
static void members_of(const struct asked *q, struct members *names, struct members *arns)
{
    const struct iam_statement *s = q->allow->s;
    struct str forms[FORMS];
    struct iam_request r;
    struct iam_layers l;
    forms_of(q->a, q->v->g->world->resources[q->row].arn, forms);
    member_add(names, lower(q->a, q->allow->action->name.text));
    for (int f = 0; f < FORMS; f++) {
        if (s->not_resource || !s->has_resource)
            member_add(arns, forms[f]);
        for (uint32_t i = 0; i < s->resource_count && !s->not_resource; i++)
            if (s->resources[i].valid)
                meet(arns, plain(q->a, &s->resources[i]), forms[f]);
    }
    request_of(q, names->items[0], forms[0], &r, &l);
    const struct iam_policy_set *sets[] = {&l.identity, &l.boundary, &l.resource, &l.second_resource};
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
        tell_apart(names, arns, r.service, sets[i]);
    tell_levels(names, arns, r.service, l.scps, l.scp_count);
    tell_levels(names, arns, r.service, l.rcps, l.rcp_count);
}

static const struct residue *not_known(struct prover *v, const struct unlisted_allow *allow)
{
    struct str what = arena_printf(v->a, "what %.*s does", STR_ARG(allow->action->text));
    struct residue_leaf leaf = {.kind = RESIDUE_UNREAD, .values = &what, .count = 1};
    struct residue_source source = {.layer = "identity", .policy = what, .allow = true};
    return residue_leaf(v->g->world->pool, &leaf, &source);
}

const struct residue *unlisted_ask(struct prover *v, uint32_t principal, uint32_t row, const struct unlisted_allow *allow, uint64_t *asks)
{
    struct arena *a = arena_new(0);
    struct asked q = {v, a, principal, row, allow};
    struct members names = {.a = a}, arns = {.a = a, .arns = true};
    members_of(&q, &names, &arns);
    const struct residue *out = names.capped || arns.capped ? residue_true : residue_false;
    for (uint32_t i = 0; i < names.count && out == residue_false; i++)
        for (uint32_t k = 0; k < arns.count && out == residue_false; k++) {
            struct iam_request r;
            struct iam_layers l;
            struct iam_decision d = {0};
            ++*asks;
            request_of(&q, names.items[i], arns.items[k], &r, &l);
            world_decide(v->g->world, a, row, &l, &r, NULL, &d);
            out = d.condition;
        }
    arena_free(a);
    return out == residue_false ? out : residue_and(v->g->world->pool, out, not_known(v, allow));
}
