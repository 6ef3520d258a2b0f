/* What IAM users may do without a second factor. IAM User Guide, "AWS global condition context keys",
 * aws:MultiFactorAuthPresent (read 2026): absent with long-term access keys, false in sessions without MFA. */
#include "access/graph_internal.h"
#include "base/embed.h"
#include "prove/tables_internal.h"

enum { BY_KEY, BY_CONSOLE, CREDENTIALS, ASKED_MAX = 200000 };

struct witness {
    enum graph_level level; /* LEVEL_NEVER: none */
    uint32_t action, resource;
    struct str arn; /* where it is no row */
};

struct second_factor {
    struct tabler *t;
    uint64_t *enrols;   /* by action */
    struct map classes; /* of users with the same policies: text -> struct witness[CREDENTIALS] */
    uint32_t asked;
    struct arena *scratch;
    struct query *q;
};

static bool enrols_fill(struct second_factor *f, struct err *e)
{
    struct str text = embed_get("data/iam/mfa_self.tsv");
    f->enrols = bits_new(f->t->a, f->t->w->catalogue->action_count);
    while (text.len) {
        struct str line = str_cut(&text, '\n'), name = str_cut(&line, '\t'), service, action;
        if (!name.len || name.ptr[0] == '#')
            continue;
        uint32_t index = iam_action_split(name, &service, &action)
                             ? iam_catalogue_action(f->t->w->catalogue, service, action)
                             : UINT32_MAX;
        if (index == UINT32_MAX)
            return err_set(e, ERR_INTERNAL, "data/iam/mfa_self.tsv: there is no action %.*s", STR_ARG(name));
        bits_set(f->enrols, index);
    }
    return true;
}

static enum graph_level without(struct second_factor *f, const struct residue *r, int credential)
{
    struct str no = STR("false");
    struct iam_key keys[] = {{.name = STR("aws:multifactorauthpresent"),
                              .state = credential == BY_KEY ? IAM_KEY_ABSENT : IAM_KEY_KNOWN,
                              .values = &no,
                              .count = credential == BY_KEY ? 0 : 1},
                             {.name = STR("aws:multifactorauthage"), .state = IAM_KEY_ABSENT}};
    struct iam_context c = {.keys = keys, .count = 2, .open = true};
    return graph_level_of(f->t->g, residue_assume(f->t->w->pool, r, &c));
}

/* Conditions on the session or the network are no second factor: what they leave is there without one. */
static bool better(enum graph_level l, const struct witness *w)
{
    return l < w->level;
}

static bool is_done(const struct witness *found)
{
    return found[0].level == LEVEL_CERTAIN && found[1].level == LEVEL_CERTAIN;
}

static void look_rows(struct second_factor *f, uint32_t principal, struct witness *found)
{
    const struct rights *r = f->t->r;
    uint32_t count, questions = r->question_count(r->self);
    const struct access_row *rows = r->rows(r->self, principal, &count);
    for (uint32_t i = 0; i < count && !is_done(found); i++)
        for (int k = 0; k < CREDENTIALS; k++) {
            enum graph_level l = found[k].level == LEVEL_CERTAIN ? LEVEL_NEVER : without(f, rows[i].guard, k);
            l = l == LEVEL_UNKNOWN ? LEVEL_NEVER
                                   : l; /* a thing whose policy was not read would make every user unknown */
            for (size_t b = bits_next(rows[i].actions->bits, questions, 0); b < questions && better(l, &found[k]);
                 b = bits_next(rows[i].actions->bits, questions, b + 1)) {
                uint32_t action = r->question_action(r->self, (uint32_t)b);
                if (!bits_get(f->enrols, action))
                    found[k] = (struct witness){l, action, rows[i].resources->items[0], (struct str){0}};
            }
        }
}

/* A Deny of everything that the statement covers, for whoever has no second factor and whatever else. */
static bool denies(struct second_factor *f, const struct iam_policy *p, const struct iam_statement *s, int credential)
{
    struct str no = STR("false");
    struct iam_key keys[] = {{.name = STR("aws:multifactorauthpresent"),
                              .state = credential == BY_KEY ? IAM_KEY_ABSENT : IAM_KEY_KNOWN,
                              .values = &no,
                              .count = credential == BY_KEY ? 0 : 1}};
    struct iam_context c = {.keys = keys, .count = 1, .open = true};
    struct residue_source source = {.layer = "identity"};
    return !s->allow && !s->not_resource && s->resource_count && s->resources[0].any &&
           iam_statement_conditions(f->t->w->pool, s, p->variables, &c, &source) == residue_true;
}

struct denials { /* statements of one principal's policies that deny(), by credential */
    const struct iam_statement **items[CREDENTIALS];
    uint32_t count[CREDENTIALS], size;
};

static void denials_fill(struct second_factor *f, const struct iam_policy_set *set, struct denials *d)
{
    for (uint32_t i = 0; i < set->count; i++)
        d->size += set->items[i].policy ? set->items[i].policy->count : 0;
    for (int k = 0; k < CREDENTIALS; k++) {
        d->items[k] = arena_array_of(f->t->a, const struct iam_statement *, d->size + 1);
        for (uint32_t i = 0; i < set->count; i++)
            for (uint32_t n = 0; set->items[i].policy && n < set->items[i].policy->count; n++)
                if (denies(f, set->items[i].policy, &set->items[i].policy->statements[n], k))
                    d->items[k][d->count[k]++] = &set->items[i].policy->statements[n];
    }
}

static bool is_denied(const struct denials *d, int credential, const struct iam_action_info *a)
{
    for (uint32_t i = 0; i < d->count[credential]; i++)
        if (iam_statement_covers_action(d->items[credential][i], a->service, a->name))
            return true;
    return false;
}

/* What the user's own side says: its policies, boundary and SCPs. Whether the thing's own policy would agree is not
 * asked. */
static const struct residue *own_side(struct second_factor *f, uint32_t principal, uint32_t action, struct str arn)
{
    const struct world *w = f->t->w;
    struct iam_request r = {0};
    struct iam_layers l = {0};
    struct iam_decision d = {0};
    arena_reset(f->scratch);
    world_caller(w, f->scratch, principal, &r.caller);
    r.resource_account = r.caller.account;
    world_request(w, action, arn, WORLD_NONE, &r);
    world_context(w, f->scratch, principal, WORLD_NONE, NULL, &r);
    world_layers(w, f->scratch, principal, WORLD_NONE, WORLD_NONE, &r, &l);
    l.has_resource = l.has_second_resource = false;
    l.rcp_count = l.grant_count = l.acl_count = 0;
    l.acl_unread = (struct str){0};
    iam_decide(w->pool, f->scratch, &l, &r, NULL, &d);
    return d.condition;
}

struct question {
    uint32_t principal, action;
    bool open[CREDENTIALS]; /* not denied outright */
    struct witness *found;
};

static void ask(struct second_factor *f, const struct question *q, struct str arn)
{
    bool asked = f->asked++ < ASKED_MAX;
    const struct residue *r = asked ? own_side(f, q->principal, q->action, arn) : residue_true;
    for (int k = 0; k < CREDENTIALS; k++) {
        enum graph_level l = !q->open[k] ? LEVEL_NEVER : asked ? without(f, r, k) : LEVEL_UNKNOWN;
        if (better(l, &q->found[k]))
            q->found[k] = (struct witness){l, q->action, WORLD_NONE, arena_str(f->t->a, arn)};
    }
}

/* Each thing that an Allow names is asked about. */
static void ask_statement(struct second_factor *f, const struct question *q, const struct iam_statement *s)
{
    const struct iam_catalogue *c = f->t->w->catalogue;
    if (s->not_resource || !c->actions[q->action].resource_type_count)
        ask(f, q, STR("*"));
    for (uint32_t i = 0;
         i < s->resource_count && c->actions[q->action].resource_type_count && !s->not_resource && !is_done(q->found);
         i++) {
        struct str arn = s->resources[i].any ? STR("*") : iam_glob_member(f->t->a, s->resources[i].text, "new");
        if (s->resources[i].any || iam_catalogue_takes(c, q->action, arn))
            ask(f, q, arn);
    }
}

static void ask_policies(struct second_factor *f, const struct question *q)
{
    const struct iam_action_info *a = &f->t->w->catalogue->actions[q->action];
    const struct iam_policy_set *set = &f->t->w->principals[q->principal].identity;
    for (uint32_t i = 0; i < set->count && !is_done(q->found); i++) {
        const struct iam_policy *p = set->items[i].policy;
        if (!p)
            ask(f, q, STR("*"));
        for (uint32_t k = 0; p && k < p->count && !is_done(q->found); k++)
            if (p->statements[k].allow && iam_statement_covers_action(&p->statements[k], a->service, a->name))
                ask_statement(f, q, &p->statements[k]);
    }
}

/* Every action of AWS that the user's own policies allow: on what they name. */
static void look_actions(struct second_factor *f, uint32_t principal, struct witness *found)
{
    const struct world *w = f->t->w;
    struct denials d = {0};
    denials_fill(f, &w->principals[principal].identity, &d);
    for (uint32_t i = 0; i < w->catalogue->action_count && !is_done(found); i++) {
        const struct iam_action_info *a = &w->catalogue->actions[i];
        struct question q = {principal, i, {!is_denied(&d, BY_KEY, a), !is_denied(&d, BY_CONSOLE, a)}, found};
        if (!bits_get(f->enrols, i) && (q.open[0] || q.open[1]))
            ask_policies(f, &q);
    }
}

/* Users of one account with the same policies and boundary differ in their names only. */
static struct str class_of(struct second_factor *f, const struct world_principal *p)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    buf_addf(&b, "%u %p", p->account, p->has_boundary ? (const void *)p->boundary.policy : NULL);
    for (uint32_t i = 0; i < p->identity.count; i++)
        buf_addf(&b, " %p", (const void *)p->identity.items[i].policy);
    struct str out = arena_str(f->t->a, buf_str(&b));
    buf_done(&b);
    return out;
}

static bool write_user(struct second_factor *f, uint32_t principal, int credential, const struct witness *found)
{
    const struct world_principal *p = &f->t->w->principals[principal];
    struct told told = {0};
    enum graph_level l = found->level == LEVEL_UNKNOWN || found->level == LEVEL_NEVER ? found->level : LEVEL_CERTAIN;
    if (l != LEVEL_NEVER)
        told = table_tell(f->t, principal, found->action, found->resource, found->arn);
    query_bind_str(f->q, 1, p->arn);
    query_bind_str(f->q, 2, f->t->w->accounts[p->account].id);
    query_bind_strz(f->q, 3, credential == BY_KEY ? "key" : "console");
    table_bind_level(f->q, 4, 5, l);
    query_bind_strz(f->q, 5, graph_level_name(found->level));
    query_bind_str(f->q, 6, told.action);
    query_bind_str(f->q, 7,
                   found->level == LEVEL_NEVER     ? str_make(NULL, 0)
                   : found->resource != WORLD_NONE ? f->t->w->resources[found->resource].arn
                                                   : found->arn);
    query_bind_str(f->q, 8, told.statement);
    bool good = query_run(f->q);
    query_reset(f->q);
    return good;
}

static const struct witness *of_class(struct second_factor *f, uint32_t principal)
{
    struct str class = class_of(f, &f->t->w->principals[principal]);
    struct witness *found = map_get(&f->classes, class);
    if (found)
        return found;
    found = arena_array_of(f->t->a, struct witness, CREDENTIALS);
    for (int k = 0; k < CREDENTIALS; k++)
        found[k] = (struct witness){.level = LEVEL_NEVER, .resource = WORLD_NONE};
    look_actions(f, principal, found);
    map_put(&f->classes, class, found);
    return found;
}

/* What it may do to things that are there, policies that name it included; then all that its own policies say. */
static bool look_user(struct second_factor *f, uint32_t principal)
{
    struct witness found[CREDENTIALS] = {{.level = LEVEL_NEVER, .resource = WORLD_NONE},
                                         {.level = LEVEL_NEVER, .resource = WORLD_NONE}};
    look_rows(f, principal, found);
    const struct witness *own = is_done(found) ? found : of_class(f, principal);
    bool good = true;
    for (int k = 0; k < CREDENTIALS && good; k++)
        good = write_user(f, principal, k, better(own[k].level, &found[k]) ? &own[k] : &found[k]);
    return good;
}

bool table_without_mfa(struct tabler *t, struct err *e)
{
    struct second_factor f = {.t = t, .scratch = arena_child(t->a, 0)};
    map_init(&f.classes, t->a);
    if (!enrols_fill(&f, e))
        return false;
    f.q = query_new(t->s, "INSERT OR IGNORE INTO access_without_mfa VALUES (?1,?2,?3,?4,?5,?6,?7,?8)", e);
    bool good = f.q != NULL;
    for (uint32_t i = 0; i < t->g->first_pseudo && good; i++)
        if (t->w->principals[i].kind == WORLD_USER && t->w->principals[i].account != WORLD_NONE)
            good = look_user(&f, i);
    return query_done(f.q) && good;
}
