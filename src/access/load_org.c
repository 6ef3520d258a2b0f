#include "access/load_internal.h"

/* Policies by where they are attached: "TYPE NODE" -> struct iam_policy_set, made once a node. */
struct control {
    struct loader *l;
    const char *type, *word;
    bool enabled, known; /* `known`: whether it is enabled, and which there are */
    struct map nodes;
};

static struct str text_of(struct loader *l, const char *a, struct str b)
{
    return arena_printf(l->a, "%s %.*s", a, STR_ARG(b));
}

static struct iam_policy_ref unread_ref(struct str id, struct str why)
{
    return (struct iam_policy_ref){.id = id, .unread = why};
}

static struct iam_policy_set *set_at(struct control *c, struct str node)
{
    struct iam_policy_set *set = map_get(&c->nodes, node);
    if (!set) {
        set = arena_new_of(c->l->a, struct iam_policy_set);
        map_put(&c->nodes, arena_str(c->l->scratch, node), set);
    }
    return set;
}

static void add_ref(struct loader *l, struct iam_policy_set *set, struct iam_policy_ref ref)
{
    struct iam_policy_ref *items = arena_array_of(l->a, struct iam_policy_ref, set->count + 1);
    if (set->count)
        memcpy(items, set->items, set->count * sizeof *items);
    items[set->count] = ref;
    set->items = items;
    set->count++;
}

/* The text of each policy is parsed once however many nodes it is attached to. */
static bool load_attached(struct control *c, struct err *e)
{
    struct loader *l = c->l;
    struct map parsed;
    map_init(&parsed, l->scratch);
    struct query *q =
        query_new(l->s,
                  "SELECT c.node, c.id, p.content FROM fact_access_control c JOIN fact_org_policy p ON p.id = c.id"
                  " WHERE c.type = ?1 ORDER BY c.node, c.id",
                  e);
    if (!q)
        return false;
    query_bind_strz(q, 1, c->type);
    while (query_step(q)) {
        struct str id = load_shared(l, q, 1), doc = query_str(q, 2);
        struct iam_policy_ref *ref = map_get(&parsed, id);
        if (!ref) {
            ref = arena_new_of(l->scratch, struct iam_policy_ref);
            *ref = doc.ptr ? world_policy(l->w, arena_str(l->a, doc), id)
                           : unread_ref(id, text_of(l, "organizations:DescribePolicy was not read for", id));
            map_put(&parsed, id, ref);
        }
        struct str node = query_str(q, 0);
        add_ref(l, set_at(c, node),
                str_eqz(node, "*") ? unread_ref(id, text_of(l, "nobody read what it is attached to: the policy", id))
                                   : *ref);
    }
    return query_done(q);
}

static bool load_control(struct control *c, struct err *e)
{
    map_init(&c->nodes, c->l->scratch);
    struct query *q =
        query_new(c->l->s, "SELECT enabled, coalesce(listed, 0) FROM fact_access_type WHERE type = ?1", e);
    if (!q)
        return false;
    query_bind_strz(q, 1, c->type);
    if (query_step(q)) {
        bool off = !query_is_null(q, 0) && query_int(q, 0) == 0;
        c->enabled = !off;
        c->known = off || (!query_is_null(q, 0) && query_int(q, 1));
    }
    return query_done(q) && (!c->enabled || load_attached(c, e));
}

static struct iam_level unread_level(struct loader *l, struct str name, struct str why)
{
    struct iam_level level = {.name = name};
    add_ref(l, &level.policies, unread_ref(STR("organization"), why));
    return level;
}

/* Root first. AWS Organizations User Guide, "SCP evaluation" (read 2026): an SCP is attached to every root, unit and
 * account at all times, so a level without one was not read; RCPFullAWSAccess is there always. */
static struct iam_level *levels_of(struct control *c, const struct str *nodes, uint32_t count, uint32_t *out)
{
    struct loader *l = c->l;
    struct iam_level *levels = arena_array_of(l->a, struct iam_level, count + 1);
    uint32_t n = 0;
    bool to_the_root = count && str_starts(nodes[count - 1], STR("r-"));
    const struct iam_policy_set *stray = map_get(&c->nodes, STR("*"));
    if (!c->known)
        levels[n++] =
            unread_level(l, STR("organization"),
                         text_of(l, "the organization was not asked, or did not tell, of its", str_of(c->word)));
    else if (!to_the_root)
        levels[n++] = unread_level(l, STR("organization"),
                                   text_of(l, "what is above it in the organization was not read:", count ? nodes[0] : STR("the account")));
    else if (stray)
        levels[n++] = (struct iam_level){.name = STR("organization"), .policies = *stray};
    for (uint32_t i = count; c->known && i-- > 0;) {
        const struct iam_policy_set *set = map_get(&c->nodes, nodes[i]);
        if (set)
            levels[n++] = (struct iam_level){.name = nodes[i], .policies = *set};
        else if (strcmp(c->type, "SERVICE_CONTROL_POLICY") == 0)
            levels[n++] = unread_level(l, nodes[i], text_of(l, "no SCP was read for", nodes[i]));
    }
    *out = n;
    return levels;
}

enum { CHAIN_MAX = 16 };

static void set_levels(struct control *scp, struct control *rcp, struct world_account *account, const struct str *nodes,
                       uint32_t count)
{
    account->scps_on = scp->enabled;
    account->rcps_on = rcp->enabled;
    if (scp->enabled && !account->is_management)
        account->scps = levels_of(scp, nodes, count, &account->scp_count);
    if (rcp->enabled && !account->is_management)
        account->rcps = levels_of(rcp, nodes, count, &account->rcp_count);
}

static bool load_chains(struct loader *l, struct control *scp, struct control *rcp, struct err *e)
{
    struct query *q = query_new(l->s, "SELECT node FROM fact_access_chain WHERE account = ?1 ORDER BY depth", e);
    if (!q)
        return false;
    bool good = true;
    for (uint32_t i = 0; good && i < l->w->account_count; i++) {
        struct world_account *account = &l->w->accounts[i];
        struct str nodes[CHAIN_MAX];
        uint32_t count = 0;
        if (!account->org_id.ptr)
            continue;
        query_reset(q);
        query_bind_str(q, 1, account->id);
        while (count < CHAIN_MAX && query_step(q))
            nodes[count++] = load_shared(l, q, 0);
        set_levels(scp, rcp, account, nodes, count);
    }
    return query_done(q) && good;
}

static void account_row(struct loader *l, struct query *q, struct world_account *a)
{
    a->id = load_shared(l, q, 0);
    a->name = load_text(l, q, 1);
    a->collected = query_int(q, 2);
    a->org_id = load_shared(l, q, 3);
    a->org_read = query_int(q, 4);
    a->is_management = query_int(q, 5);
    a->org_path = load_text(l, q, 6);
    a->tenant = load_shared(l, q, 7);
    a->s3_bpa_read = query_int(q, 8);
    a->s3_ignore_public_acls = query_int(q, 9);
    a->s3_restrict_public_buckets = query_int(q, 10);
    a->suspended = query_int(q, 11);
    a->root = WORLD_NONE;
}

bool load_organization(struct loader *l, struct err *e)
{
    struct world *w = l->w;
    uint32_t count = 0;
    if (!load_count(l, "SELECT count(*) FROM fact_access_account", &count, e))
        return false;
    w->accounts = arena_array_of(l->a, struct world_account, count + 1);
    struct query *q =
        query_new(l->s,
                  "SELECT account, name, collected, org_id, org_read, management, org_path, tenant,"
                  " coalesce(block_read, 0), coalesce(ignore_public_acls, 0), coalesce(restrict_public_buckets, 0),"
                  " EXISTS (SELECT 1 FROM fact_org_account o WHERE o.account = fact_access_account.account"
                  "  AND o.status IN ('SUSPENDED', 'CLOSED'))"
                  " FROM fact_access_account ORDER BY account",
                  e);
    if (!q)
        return false;
    while (w->account_count < count && query_step(q)) {
        struct world_account *a = &w->accounts[w->account_count++];
        account_row(l, q, a);
        map_add(&l->accounts, a->id, (void *)(uintptr_t)w->account_count); /* NOLINT(performance-no-int-to-ptr) */
    }
    struct control scp = {.l = l, .type = "SERVICE_CONTROL_POLICY", .word = "SCPs"},
                   rcp = {.l = l, .type = "RESOURCE_CONTROL_POLICY", .word = "RCPs"};
    return query_done(q) && load_control(&scp, e) && load_control(&rcp, e) && load_chains(l, &scp, &rcp, e);
}
