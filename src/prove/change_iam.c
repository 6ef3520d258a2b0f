/* Why a hop of a chain of IAM is there now and was not, or the other way round: what differs of the principals and
 * things on it. */
#include "prove/change_internal.h"

#include "iam/policy.h"

struct holder { /* whose policy differs */
    const char *kind;
    struct str name;
};

struct compare {
    struct cause_list *l;
    struct proof *with, *without;
    const struct prove_hop *hop;
    bool opened;
};

/* Of one that could not be read nothing is known but that. */
static bool same_policy(const struct iam_policy_ref *a, const struct iam_policy_ref *b)
{
    if (!a->policy || !b->policy)
        return !a->policy && !b->policy;
    return a->policy->hash == b->policy->hash;
}

static const struct iam_policy_ref *ref_named(const struct iam_policy_set *set, struct str id)
{
    for (uint32_t i = 0; i < set->count; i++)
        if (str_eq(set->items[i].id, id))
            return &set->items[i];
    return NULL;
}

static enum change_what seen(const struct compare *c, bool here, bool there)
{
    if (here && there)
        return CHANGE_ALTERED;
    return here == c->opened ? CHANGE_ADDED : CHANGE_REMOVED;
}

static bool is_pseudo(const struct proof *p, uint32_t principal)
{
    return principal >= p->graph->first_pseudo && principal < p->graph->first_pseudo + p->graph->pseudo_count;
}

/* Whether the hop is denied now: each of its actions by itself, for one that is denied breaks it. */
static bool denied(const struct compare *c)
{
    const struct prove_hop *h = c->hop;
    const struct world *w = c->with->world;
    struct arena *scratch = arena_new(0);
    bool no = false;
    for (uint32_t i = 0; i < h->action_count && !no && h->principal != WORLD_NONE; i++) {
        struct str rest = h->actions[i], service = str_cut(&rest, ':');
        uint32_t action = rest.ptr ? iam_catalogue_action(w->catalogue, service, rest) : WORLD_NONE;
        struct iam_request r;
        struct iam_decision d;
        if (action == WORLD_NONE)
            continue;
        world_ask(w, scratch, h->principal, action, h->resources[i], world_resource_of(w, h->resources[i]), NULL, NULL,
                  &r, &d);
        no = d.result == IAM_IMPLICITLY_DENIED || d.result == IAM_EXPLICITLY_DENIED;
    }
    arena_free(scratch);
    return no;
}

static void add(const struct compare *c, enum change_what what, const char *kind, struct str id, struct str text,
                bool tried)
{
    cause_add(c->l, (struct change_cause){.what = what, .kind = kind, .id = id, .text = text, .tried = tried});
}

/* "statement 2 (Sid) of" where the hop rests on one of that policy. */
static struct str statement_words(const struct compare *c, struct str policy)
{
    for (uint32_t i = 0; i < c->hop->statement_count; i++) {
        const struct prove_statement *s = &c->hop->statements[i];
        if (!str_eq(s->policy, policy))
            continue;
        struct str sid = s->sid.len ? arena_printf(c->l->a, " (%.*s)", STR_ARG(s->sid)) : STR("");
        return arena_printf(c->l->a, ", statement %u%.*s", s->index + 1, STR_ARG(sid));
    }
    return STR("");
}

static void policy_change(const struct compare *c, struct holder who, struct iam_policy_ref *here,
                          const struct iam_policy_ref *there)
{
    if (here && there && same_policy(here, there))
        return;
    bool tried = false;
    if (here && here->policy && !denied(c)) {
        struct iam_policy_ref kept = *here;
        static const struct iam_policy empty;
        here->policy = there && there->policy ? there->policy : &empty;
        tried = denied(c);
        *here = kept;
    }
    struct str id = here ? here->id : there->id;
    add(c, seen(c, here != NULL, there != NULL), "policy", who.name,
        arena_printf(c->l->a, "%s %.*s: %.*s%.*s", who.kind, STR_ARG(who.name), STR_ARG(id),
                     STR_ARG(statement_words(c, id))),
        tried);
}

static void set_changes(const struct compare *c, struct holder who, struct iam_policy_set *here,
                        const struct iam_policy_set *there)
{
    struct iam_policy_ref *copy = arena_array_of(c->l->a, struct iam_policy_ref, here->count + 1);
    struct iam_policy_set before = *here;
    if (here->count)
        memcpy(copy, here->items, here->count * sizeof *copy);
    here->items = copy;
    for (uint32_t i = 0; i < here->count; i++)
        policy_change(c, who, &copy[i], ref_named(there, copy[i].id));
    *here = before;
    for (uint32_t i = 0; i < there->count; i++)
        if (!ref_named(&before, there->items[i].id))
            policy_change(c, who, NULL, &there->items[i]);
}

static bool same_json(const struct json *a, const struct json *b)
{
    return (!a && !b) || (a && b && json_equal(a, b));
}

static void levels_changes(const struct compare *c, const char *kind, const struct iam_level *here, uint32_t count,
                           const struct iam_level *there, uint32_t other_count)
{
    for (uint32_t i = 0; i < count || i < other_count; i++) {
        static const struct iam_policy_set none;
        struct iam_policy_set set = i < count ? here[i].policies : none; /* a copy: these are not taken back */
        struct holder who = {kind, i < count ? here[i].name : there[i].name};
        for (uint32_t k = 0; k < set.count; k++) {
            struct iam_policy_ref ref = set.items[k];
            const struct iam_policy_ref *other = i < other_count ? ref_named(&there[i].policies, ref.id) : NULL;
            if (!other || !same_policy(&ref, other))
                add(c, seen(c, true, other != NULL), kind, who.name,
                    arena_printf(c->l->a, "%.*s on %.*s", STR_ARG(ref.id), STR_ARG(who.name)), false);
        }
        for (uint32_t k = 0; i < other_count && k < there[i].policies.count; k++)
            if (!ref_named(&set, there[i].policies.items[k].id))
                add(c, seen(c, false, true), kind, who.name,
                    arena_printf(c->l->a, "%.*s on %.*s", STR_ARG(there[i].policies.items[k].id), STR_ARG(who.name)),
                    false);
    }
}

static void account_changes(const struct compare *c, uint32_t account)
{
    const struct world *w = c->with->world, *o = c->without->world;
    if (account >= w->account_count)
        return;
    const struct world_account *here = &w->accounts[account];
    uint32_t k = world_account_of(o, here->id);
    if (k == WORLD_NONE)
        return;
    levels_changes(c, "service control policy", here->scps, here->scp_count, o->accounts[k].scps,
                   o->accounts[k].scp_count);
    levels_changes(c, "resource control policy", here->rcps, here->rcp_count, o->accounts[k].rcps,
                   o->accounts[k].rcp_count);
}

static void owner_change(const struct compare *c, struct str arn, struct str here, struct str there)
{
    if (str_eq(here, there))
        return;
    struct str now = c->opened ? here : there, then = c->opened ? there : here;
    cause_add(c->l, (struct change_cause){
                        .what = CHANGE_ALTERED,
                        .kind = "owner",
                        .id = arn,
                        .text = arena_printf(c->l->a, "%.*s is of %.*s", STR_ARG(arn),
                                             STR_ARG(now.len ? now : STR("nobody"))),
                        .before = arena_printf(c->l->a, "of %.*s", STR_ARG(then.len ? then : STR("nobody")))});
}

static void principal_changes(const struct compare *c, uint32_t row)
{
    struct world *w = c->with->world;
    const struct world *o = c->without->world;
    if (row == WORLD_NONE || row >= w->principal_count || is_pseudo(c->with, row))
        return;
    struct world_principal *p = &w->principals[row];
    uint32_t k = world_principal_of(o, p->arn);
    struct str arn = p->arn;
    if (k == WORLD_NONE || is_pseudo(c->without, k)) {
        if (p->kind == WORLD_USER || p->kind == WORLD_ROLE)
            add(c, seen(c, true, false), p->kind == WORLD_USER ? "user" : "role", arn, arn, false);
        return;
    }
    const struct world_principal *q = &o->principals[k];
    set_changes(c, (struct holder){"policy of", arn}, &p->identity, &q->identity);
    if (p->has_boundary || q->has_boundary)
        policy_change(c, (struct holder){"boundary of", arn}, p->has_boundary ? &p->boundary : NULL,
                      q->has_boundary ? &q->boundary : NULL);
    if (p->trust.id.len && q->trust.id.len)
        policy_change(c, (struct holder){"trust policy of", arn}, &p->trust, &q->trust);
    if (p->tags_read && q->tags_read && !same_json(p->tags, q->tags))
        add(c, CHANGE_ALTERED, "tags", arn, arena_printf(c->l->a, "tags of %.*s", STR_ARG(arn)), false);
    owner_change(c, arn, p->tenant, q->tenant);
    account_changes(c, p->account);
}

static bool same_shares(const struct world_resource *r, const struct world_resource *q)
{
    bool same = r->share_count == q->share_count;
    for (uint32_t i = 0; same && i < r->share_count; i++)
        same = str_eq(r->shares[i].account, q->shares[i].account) && str_eq(r->shares[i].how, q->shares[i].how);
    return same;
}

static void share_changes(const struct compare *c, const struct world_resource *r, const struct world_resource *q)
{
    for (int side = 0; side < 2 && !same_shares(r, q); side++) {
        const struct world_resource *x = side ? q : r, *y = side ? r : q;
        for (uint32_t i = 0; i < x->share_count; i++) {
            bool found = false;
            for (uint32_t k = 0; k < y->share_count; k++)
                found |=
                    str_eq(x->shares[i].account, y->shares[k].account) && str_eq(x->shares[i].how, y->shares[k].how);
            if (!found)
                add(c, seen(c, !side, side), "share", r->arn,
                    arena_printf(c->l->a, "%.*s to %.*s (%.*s)", STR_ARG(r->arn), STR_ARG(x->shares[i].account),
                                 STR_ARG(x->shares[i].how)),
                    false);
        }
    }
}

static void settings_changes(const struct compare *c, const struct world_resource *r, const struct world_resource *q)
{
    struct arena *a = c->l->a;
    if (r->ignore_public_acls != q->ignore_public_acls || r->restrict_public_buckets != q->restrict_public_buckets)
        add(c, CHANGE_ALTERED, "block public access", r->arn,
            arena_printf(a, "block public access of %.*s", STR_ARG(r->arn)), false);
    if (r->acl_count != q->acl_count || r->acl_disabled != q->acl_disabled)
        add(c, CHANGE_ALTERED, "access control list", r->arn,
            arena_printf(a, "access control list of %.*s", STR_ARG(r->arn)), false);
    if (r->grant_count != q->grant_count)
        add(c, CHANGE_ALTERED, "grants", r->arn,
            arena_printf(a, "grants of %.*s: %u, before %u", STR_ARG(r->arn),
                         c->opened ? r->grant_count : q->grant_count, c->opened ? q->grant_count : r->grant_count),
            false);
    if (r->encryption != q->encryption || !str_eq(r->key_arn, q->key_arn))
        add(c, CHANGE_ALTERED, "encryption", r->arn, arena_printf(a, "encryption of %.*s", STR_ARG(r->arn)), false);
    if (!str_eq(r->role_arn, q->role_arn))
        add(c, CHANGE_ALTERED, "role", r->arn,
            arena_printf(a, "%.*s runs as %.*s", STR_ARG(r->arn), STR_ARG(c->opened ? r->role_arn : q->role_arn)),
            false);
    if (r->tags_read && q->tags_read && !same_json(r->tags, q->tags))
        add(c, CHANGE_ALTERED, "tags", r->arn, arena_printf(a, "tags of %.*s", STR_ARG(r->arn)), false);
}

static void resource_changes(const struct compare *c, uint32_t row)
{
    struct world *w = c->with->world;
    const struct world *o = c->without->world;
    if (row == WORLD_NONE || row >= w->resource_count)
        return;
    struct world_resource *r = &w->resources[row];
    uint32_t k = world_resource_of(o, r->arn);
    if (k == WORLD_NONE) {
        add(c, seen(c, true, false), "resource", r->arn, r->arn, false);
        return;
    }
    const struct world_resource *q = &o->resources[k];
    struct holder who = {"policy of", r->arn};
    if (r->has_policy || q->has_policy)
        policy_change(c, who, r->has_policy ? &r->policy : NULL, q->has_policy ? &q->policy : NULL);
    if (r->second_policy.id.len || q->second_policy.id.len)
        policy_change(c, who, r->second_policy.id.len ? &r->second_policy : NULL,
                      q->second_policy.id.len ? &q->second_policy : NULL);
    share_changes(c, r, q);
    settings_changes(c, r, q);
    owner_change(c, r->arn, r->tenant, q->tenant);
    account_changes(c, r->account);
    if (r->key != WORLD_NONE && r->key != row)
        resource_changes(c, r->key);
}

void change_iam_causes(struct cause_list *l, struct proof *with, struct proof *without, const struct prove_hop *h,
                       bool opened)
{
    struct compare c = {.l = l, .with = with, .without = without, .hop = h, .opened = opened};
    principal_changes(&c, h->principal);
    principal_changes(&c, h->to_principal);
    resource_changes(&c, h->resource);
}
