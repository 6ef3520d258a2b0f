/* Facts that are not there, and the cells that they bear on. */
#include "prove/internal.h"

struct missing_list {
    struct prover *v;
    uint32_t size;
};

static void add(struct missing_list *l, struct prove_missing m)
{
    struct proof *p = l->v->p;
    if (p->missing_count == l->size) {
        uint32_t size = l->size ? l->size * 2 : 64;
        struct prove_missing *items = arena_array_of(l->v->a, struct prove_missing, size);
        if (p->missing_count)
            memcpy(items, p->missing, p->missing_count * sizeof *items);
        p->missing = items;
        l->size = size;
    }
    p->missing[p->missing_count++] = m;
}

static uint64_t *one(struct prover *v, uint32_t label)
{
    uint64_t *bits = bits_new(v->a, v->p->labels.count);
    bits_set(bits, label);
    return bits;
}

static uint64_t *all_tenants(struct prover *v)
{
    uint64_t *bits = bits_new(v->a, v->p->labels.count);
    bits_set_range(bits, 0, v->p->labels.tenants);
    bits_set(bits, v->p->labels.unassigned);
    return bits;
}

/* Policies of the organization that were not read can only take away, and stand in the world as unread. */
static bool only_takes_away(struct str op)
{
    static const char *const ops[] = {"organizations:ListPolicies", "organizations:DescribePolicy", "organizations:ListPoliciesForTarget",
                                      "organizations:ListTargetsForPolicy"};
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
        if (str_eqz(op, ops[i]))
            return true;
    return false;
}

static bool tags_decide(const struct json *c)
{
    if (!c || (json_path(c, "defaults.tenant_tags") && json_path(c, "defaults.tenant_tags")->count))
        return true;
    for json_each(t, json_getz(c, "tenants"))
        if (json_getz(t, "tags"))
            return true;
    return false;
}

/* One account answers such a call for all: what it leaves out can be anybody's. */
static bool is_of_organization(struct str op)
{
    static const char *const services[] = {"organizations:", "sso-admin:", "identitystore:"};
    for (size_t i = 0; i < sizeof services / sizeof *services; i++)
        if (str_starts(op, str_of(services[i])))
            return true;
    return false;
}

/* Rules of ward.yaml by which a thing in this account can be a tenant's that the account is not. */
bool prove_things_decide(const struct json *config, struct str account)
{
    const struct json *tenants = config ? json_getz(config, "tenants") : NULL;
    if (tags_decide(config))
        return true;
    for json_each(t, tenants) {
        if (json_getz(t, "vpcs") && json_getz(t, "vpcs")->count)
            return true;
        for json_each(pattern, json_getz(t, "arns")) {
            struct str arn = json_str(pattern);
            for (int field = 0; field < 4 && arn.ptr; field++)
                (void)str_cut(&arn, ':');
            struct str owner = arn.ptr ? str_cut(&arn, ':') : (struct str){0};
            if (!owner.len || str_glob(owner, account))
                return true;
        }
    }
    return false;
}

/* Labels of what can be in an account whose things were not all read. */
static uint64_t *can_be_in(struct prover *v, uint32_t account)
{
    uint64_t *bits = bits_new(v->a, v->p->labels.count);
    prove_account_labels(v, account, bits);
    if (prove_label_of_account(v, account) >= v->p->labels.tenants && prove_things_decide(v->g->world->config, v->g->world->accounts[account].id))
        bits_or(bits, all_tenants(v), v->words);
    return bits;
}

static void from_gap(struct missing_list *l, const struct world_gap *gap)
{
    struct prover *v = l->v;
    struct prove_missing m = {.op = gap->op, .why = gap->why, .action = gap->action};
    m.what = arena_printf(v->a, "%.*s%s%.*s%s%.*s", STR_ARG(gap->op), gap->account.ptr ? " in " : "", STR_ARG(gap->account),
                          gap->region.len ? " " : "", STR_ARG(gap->region));
    if (only_takes_away(gap->op))
        return;
    uint32_t account = gap->account.ptr ? world_account_of(v->g->world, gap->account) : WORLD_NONE;
    if (account != WORLD_NONE && v->g->world->accounts[account].suspended)
        return;
    if (account != WORLD_NONE && !is_of_organization(gap->op))
        m.rows = m.columns = can_be_in(v, account);
    add(l, m);
}

static void from_account(struct missing_list *l, uint32_t i)
{
    struct prover *v = l->v;
    const struct world_account *a = &v->g->world->accounts[i];
    if (a->collected || a->suspended || !(a->tenant.ptr || a->org_id.ptr))
        return;
    uint64_t *bits = can_be_in(v, i);
    add(l, (struct prove_missing){.what = arena_printf(v->a, "account %.*s was not collected", STR_ARG(a->id)), .rows = bits, .columns = bits});
}

static bool is_shared_by_attribute(struct str type)
{
    static const char *const types[] = {"AWS::EC2::Snapshot", "AWS::EC2::Image", "AWS::RDS::DBSnapshot", "AWS::RDS::DBClusterSnapshot"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (str_eqz(type, types[i]))
            return true;
    return false;
}

/* The tenants that the rules of ward.yaml name together ("conflict: a by account 1...; b by tag ..."). */
uint64_t *prove_in_conflict(struct arena *a, const struct prove_labels *l, struct str why)
{
    uint64_t *bits = bits_new(a, (size_t)l->count + 1);
    for (uint32_t t = 0; t < l->tenants; t++) {
        struct str by = arena_printf(a, "%.*s by ", STR_ARG(l->names[t]));
        if (str_contains(why, by))
            bits_set(bits, t);
    }
    if (bits_any(bits, bits_words(l->count)))
        return bits;
    bits_set_range(bits, 0, l->tenants);
    bits_set(bits, l->unassigned);
    return bits;
}

static void from_store(struct missing_list *l, uint32_t i, bool by_tags)
{
    struct prover *v = l->v;
    const struct world_resource *r = &v->g->world->resources[i];
    uint32_t owner = v->p->owner_of[i];
    /* Who can destroy the key destroys the data. */
    /* Its snapshots are what is encrypted; its bucket. */
    bool image = str_eqz(r->type, "AWS::EC2::Image") || prove_data_row(v->g->world, i) != i;
    if ((r->encryption == WORLD_ENC_UNKNOWN && !image) || (r->encryption == WORLD_ENC_KEY && r->key == WORLD_NONE && !image))
        add(l, (struct prove_missing){.what = arena_printf(v->a, "%s of %.*s was not read", r->key_arn.ptr ? "the key" : "the encryption", STR_ARG(r->arn)),
               .columns = one(v, owner)});
    if (!r->shares_read && is_shared_by_attribute(r->type))
        add(l, (struct prove_missing){.what = arena_printf(v->a, "with whom %.*s is shared was not read", STR_ARG(r->arn)), .columns = one(v, owner)});
    if (r->conflict)
        add(l, (struct prove_missing){.what = arena_printf(v->a, "whose %.*s is: %.*s", STR_ARG(r->arn), STR_ARG(r->why)), .columns = prove_in_conflict(v->a, &v->p->labels, r->why)});
    if (!r->tags_read && owner == v->p->labels.unassigned && by_tags)
        add(l, (struct prove_missing){.what = arena_printf(v->a, "the tags of %.*s, which tell whose it is, were not read", STR_ARG(r->arn)),
               .columns = all_tenants(v)});
}

/* What else takes its code from this row: whoever writes it may be whom that runs as. */
static bool feeds_others(const struct world *w, uint32_t row)
{
    for (uint32_t i = 0; i < w->made_count; i++)
        if (w->made[i].source == row)
            return true;
    return false;
}

/* A way to the row may be one that nobody saw: to its data, and where it is no store, to whatever lies behind it. */
static void from_capped(struct missing_list *l, uint32_t i)
{
    struct prover *v = l->v;
    const struct world *w = v->g->world;
    uint32_t owner = v->p->owner_of[prove_data_row(w, i)];
    bool ends = owner != WORLD_NONE && w->resources[i].role == WORLD_NONE && !w->resources[i].role_arn.len && !feeds_others(w, i);
    add(l, (struct prove_missing){.what = arena_printf(v->a, "policies tell more parts of %.*s apart than ward does: a denial there is not sure",
                                                       STR_ARG(w->resources[i].arn)),
                                  .columns = ends ? one(v, owner) : NULL});
}

/* A principal whose own policies were not read is in the rights; one that nobody can place is a matter of rows. */
static void from_principal(struct missing_list *l, uint32_t i, bool by_tags)
{
    struct prover *v = l->v;
    const struct world_principal *p = &v->g->world->principals[i];
    if (p->conflict)
        add(l, (struct prove_missing){.what = arena_printf(v->a, "whose %.*s is: %.*s", STR_ARG(p->arn), STR_ARG(p->why)), .rows = prove_in_conflict(v->a, &v->p->labels, p->why)});
    if ((p->kind == WORLD_USER || p->kind == WORLD_ROLE) && !p->service_linked && !p->tags_read && by_tags &&
        v->p->label_of[i] == v->p->labels.unassigned)
        add(l, (struct prove_missing){.what = arena_printf(v->a, "the tags of %.*s, which tell whose it is, were not read", STR_ARG(p->arn)),
               .rows = all_tenants(v)});
}

/* A tenant of which nothing was found: that nobody reaches it says nothing. */
static void from_tenants(struct missing_list *l)
{
    struct prover *v = l->v;
    uint64_t *seen = bits_new(v->a, v->p->labels.count);
    for (uint32_t i = 0; i < v->g->first_pseudo; i++)
        if (v->p->label_of[i] != WORLD_NONE)
            bits_set(seen, v->p->label_of[i]);
    for (uint32_t t = 0; t < v->p->labels.tenants; t++)
        if (!bits_get(seen, t) && !v->p->object_stores[t]) {
            uint64_t *bits = one(v, t);
            add(l, (struct prove_missing){.what = arena_printf(v->a, "nothing was found that is tenant %.*s's", STR_ARG(v->p->labels.names[t])),
                   .rows = bits, .columns = bits});
        }
}

void prove_find_missing(struct prover *v)
{
    struct missing_list l = {.v = v};
    const struct world *w = v->g->world;
    bool by_tags = tags_decide(w->config);
    for (uint32_t i = 0; i < w->gap_count; i++)
        from_gap(&l, &w->gaps[i]);
    for (uint32_t i = 0; i < w->account_count; i++)
        from_account(&l, i);
    for (uint32_t i = 0; i < w->resource_count; i++)
        if (v->p->owner_of[i] != WORLD_NONE)
            from_store(&l, i, by_tags);
    for (uint32_t i = 0; v->r->capped && i < w->resource_count; i++)
        if (v->r->capped(v->r->self, i))
            from_capped(&l, i);
    for (uint32_t i = 0; i < v->g->first_pseudo; i++)
        from_principal(&l, i, by_tags);
    from_tenants(&l);
    if (v->unlisted_capped)
        add(&l, (struct prove_missing){.what = STR("policies allow more actions that ward's catalogue (" IAM_CATALOGUE_OF ") does not know than are looked at")});
}
