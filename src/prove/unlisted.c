/*
 * Allows of actions that the catalogue does not know: what they do to data nobody can say.
 *
 * A pattern that matches known actions counts by these alone; what AWS adds to it later is told when the catalogue has
 * it. An Allow counts when it can touch a store, or a store's key, and nothing surely denies the action there: asked of the
 * oracle, by name.
 */
#include "prove/unlisted.h"

#include "prove/unlisted_ask.h"

enum { LOOKS_MAX = 10000000, ASKS_MAX = 100000 };

struct named_list {
    struct unlisted_allow *items;
    uint32_t count;
};

/* A store's own policy that has such an Allow. */
struct own {
    uint32_t row;
    const struct iam_policy_ref *ref;
    const struct named_list *list;
};

struct unlisted {
    struct prover *v;
    struct map by_policy;                /* bytes of a policy's pointer -> struct named_list * */
    uint32_t *first_of, *rows;           /* by account: its stores and their keys */
    uint32_t *open, open_count;          /* those whose policy may let other accounts in */
    struct own *owns;
    uint32_t own_count;
    uint8_t *done;                       /* by owner: a way was found, of the principal at hand */
    struct prove_unlisted_way *ways;
    uint32_t way_count;
    uint64_t looks, asks;
    bool capped;
};

static bool holds_data(const struct prover *v, uint32_t row)
{
    return v->p->owner_of[row] != WORLD_NONE || v->victims_first[row] < v->victims_first[row + 1];
}

static bool is_unlisted(const struct iam_catalogue *c, const struct iam_action *a)
{
    uint32_t from, to;
    if (!a->valid || a->all)
        return false;
    if (a->name.literal)
        return iam_catalogue_action(c, a->service, a->name.text) == UINT32_MAX;
    if (!iam_catalogue_service(c, a->service, &from, &to))
        return true;
    for (uint32_t i = from; i < to; i++)
        if (iam_action_matches(a, c->actions[i].service, c->actions[i].name))
            return false;
    return true;
}

static uint32_t find_allows(struct unlisted *u, const struct iam_policy *p, struct unlisted_allow *out)
{
    const struct iam_catalogue *c = u->v->g->world->catalogue;
    uint32_t count = 0;
    for (uint32_t i = 0; i < p->count; i++) {
        const struct iam_statement *s = &p->statements[i];
        for (uint32_t k = 0; s->allow && !s->not_action && k < s->action_count; k++) {
            if (!is_unlisted(c, &s->actions[k]))
                continue;
            if (out)
                out[count] = unlisted_allow_of(u->v, s, &s->actions[k]);
            count++;
        }
    }
    return count;
}

static const struct named_list *list_of(struct unlisted *u, const struct iam_policy *p)
{
    struct str key = str_make((const char *)&p, sizeof p);
    struct named_list *l = map_get(&u->by_policy, key);
    if (l)
        return l;
    l = arena_new_of(u->v->lasting, struct named_list);
    l->count = find_allows(u, p, NULL);
    if (l->count) {
        l->items = arena_array_of(u->v->lasting, struct unlisted_allow, l->count);
        (void)find_allows(u, p, l->items);
    }
    map_put(&u->by_policy, arena_str(u->v->lasting, key), l);
    return l;
}

/* The row is one whose policy may let in who is not of its account: unread, of the whole, or with an Allow. */
static bool is_open(const struct world_resource *r)
{
    if (!r->policy_read || (r->has_policy && !r->policy.policy) || str_index(r->arn, '*', 0) >= 0)
        return true;
    for (uint32_t i = 0; r->policy.policy && i < r->policy.policy->count; i++)
        if (r->policy.policy->statements[i].allow)
            return true;
    return false;
}

static void add_own(struct unlisted *u, uint32_t row, const struct iam_policy_ref *ref)
{
    const struct named_list *l = ref->policy ? list_of(u, ref->policy) : NULL;
    if (l && l->count)
        u->owns[u->own_count++] = (struct own){row, ref, l};
}

static void index_rows(struct unlisted *u)
{
    const struct prover *v = u->v;
    const struct world *w = v->g->world;
    uint32_t *at = arena_array_of(v->lasting, uint32_t, w->account_count + 2);
    u->first_of = arena_array_of(v->lasting, uint32_t, w->account_count + 2);
    u->rows = arena_array_of(v->lasting, uint32_t, w->resource_count + 1);
    u->open = arena_array_of(v->lasting, uint32_t, w->resource_count + 1);
    u->owns = arena_array_of(v->lasting, struct own, 2 * (size_t)w->resource_count + 1);
    for (uint32_t i = 0; i < w->resource_count; i++)
        if (holds_data(v, i) && w->resources[i].account < w->account_count)
            u->first_of[w->resources[i].account + 1]++;
    for (uint32_t i = 0; i < w->account_count; i++)
        u->first_of[i + 1] += u->first_of[i];
    memcpy(at, u->first_of, (w->account_count + 1) * sizeof *at);
    for (uint32_t i = 0; i < w->resource_count; i++) {
        const struct world_resource *r = &w->resources[i];
        if (!holds_data(v, i))
            continue;
        if (r->account < w->account_count)
            u->rows[at[r->account]++] = i;
        if (is_open(r))
            u->open[u->open_count++] = i;
        add_own(u, i, &r->policy);
        add_own(u, i, &r->second_policy);
    }
}

struct unlisted *prove_unlisted_new(struct prover *v)
{
    struct unlisted *u = arena_new_of(v->lasting, struct unlisted);
    *u = (struct unlisted){.v = v};
    map_init(&u->by_policy, v->lasting);
    index_rows(u);
    u->done = arena_array_of(v->lasting, uint8_t, v->p->labels.count + 1);
    u->ways = arena_array_of(v->lasting, struct prove_unlisted_way, v->p->labels.count + 1);
    return u;
}

void prove_unlisted_again(struct unlisted *u, struct prover *v)
{
    u->v = v;
    u->looks = u->asks = 0;
    u->capped = false;
}

bool prove_unlisted_capped(const struct unlisted *u) { return u->capped; }

static bool is_foreign(const struct prover *v, const uint64_t *subjects, uint32_t owner)
{
    for (size_t i = 0; i < v->words; i++)
        if (subjects[i] & ~(i == owner / 64 ? (uint64_t)1 << owner % 64 : 0))
            return true;
    return false;
}

/* Owners of the row's data that are not told yet. */
static uint32_t owners_of(const struct unlisted *u, uint32_t row, const uint64_t *subjects, uint32_t *out)
{
    const struct prover *v = u->v;
    uint32_t count = 0, owner = v->p->owner_of[row];
    if (owner != WORLD_NONE && !u->done[owner] && is_foreign(v, subjects, owner))
        out[count++] = owner;
    for (uint32_t k = v->victims_first[row]; k < v->victims_first[row + 1]; k++)
        if (!u->done[v->victims[k]] && is_foreign(v, subjects, v->victims[k]))
            out[count++] = v->victims[k];
    return count;
}

static void look(struct unlisted *u, uint32_t principal, uint32_t row, const uint64_t *subjects, const struct iam_policy_ref *ref,
                 const struct unlisted_allow *allow, bool own)
{
    struct prover *v = u->v;
    const struct world *w = v->g->world;
    if (u->looks++ >= LOOKS_MAX || u->asks >= ASKS_MAX) {
        u->capped = true;
        return;
    }
    if (!unlisted_touches(v, allow, row))
        return;
    uint32_t owners[64], most = v->victims_first[row + 1] - v->victims_first[row] + 1;
    uint32_t *all = most > 64 ? arena_array_of(v->a, uint32_t, most) : owners, count = owners_of(u, row, subjects, all);
    if (!count)
        return;
    const struct residue *guard = unlisted_ask(v, principal, row, allow, &u->asks);
    if (guard == residue_false)
        return;
    struct prove_unlisted *by = arena_new_of(v->lasting, struct prove_unlisted);
    by->action = allow->action->text;
    by->statement = (struct prove_statement){.layer = own ? STR("resource") : STR("identity"), .policy = ref->id, .sid = allow->s->sid,
                                             .of = own ? w->resources[row].arn : (struct str){0}, .index = allow->s->index, .allow = true};
    for (uint32_t i = 0; i < count; i++) {
        if (u->done[all[i]])
            continue;
        u->done[all[i]] = 1;
        u->ways[u->way_count++] = (struct prove_unlisted_way){row, all[i], by, guard};
    }
}

static void look_identity(struct unlisted *u, uint32_t principal, const uint64_t *subjects, const struct iam_policy_ref *ref)
{
    const struct world *w = u->v->g->world;
    uint32_t account = w->principals[principal].account;
    const struct named_list *l = ref->policy ? list_of(u, ref->policy) : NULL;
    for (uint32_t n = 0; l && n < l->count; n++) {
        for (uint32_t i = account < w->account_count ? u->first_of[account] : 0; account < w->account_count && i < u->first_of[account + 1]; i++)
            look(u, principal, u->rows[i], subjects, ref, &l->items[n], false);
        for (uint32_t i = 0; i < u->open_count && !u->capped; i++)
            if (w->resources[u->open[i]].account != account)
                look(u, principal, u->open[i], subjects, ref, &l->items[n], false);
    }
}

/* Whether the principal can be one that the statement speaks of. */
static bool may_be(const struct world *w, const struct iam_statement *s, uint32_t principal)
{
    const struct world_principal *p = &w->principals[principal];
    struct str account = p->account < w->account_count ? w->accounts[p->account].id : (struct str){0};
    for (uint32_t i = 0; i < s->principal_count && !s->not_principal; i++) {
        const struct iam_principal *q = &s->principals[i];
        if (q->kind == IAM_P_EVERYONE || (q->account.ptr && account.ptr && str_eq(q->account, account)) ||
            (q->kind == IAM_P_SERVICE && p->kind == WORLD_SERVICE && str_eq_nocase(q->text, p->arn)))
            return true;
    }
    return s->not_principal;
}

uint32_t prove_unlisted_of(struct unlisted *u, uint32_t principal, const uint64_t *subjects, struct prove_unlisted_way **out)
{
    const struct world *w = u->v->g->world;
    const struct iam_policy_set *set = &w->principals[principal].identity;
    u->way_count = 0;
    for (uint32_t i = 0; i < set->count; i++)
        look_identity(u, principal, subjects, &set->items[i]);
    for (uint32_t i = 0; i < u->own_count; i++)
        for (uint32_t n = 0; n < u->owns[i].list->count; n++)
            if (may_be(w, u->owns[i].list->items[n].s, principal))
                look(u, principal, u->owns[i].row, subjects, u->owns[i].ref, &u->owns[i].list->items[n], true);
    for (uint32_t i = 0; i < u->way_count; i++)
        u->done[u->ways[i].owner] = 0;
    *out = u->ways;
    return u->way_count;
}
