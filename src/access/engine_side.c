/* What the resource's side says of a target. */
#include "access/engine_internal.h"
#include "access/world_internal.h"

uint64_t engine_account_key(struct str account)
{
    return engine_hash(1, account, false);
}
uint64_t engine_name_key(struct str account, struct str name)
{
    return engine_hash(engine_hash(2, account, false), name, true);
}
uint64_t engine_text_key(struct str text)
{
    return engine_hash(3, text, true);
}

static struct str last_segment(struct str path)
{
    return str_sub(path, (size_t)(str_rindex(path, '/') + 1), path.len);
}

bool engine_principal_key(const struct iam_principal *p, uint64_t *key)
{
    switch (p->kind) {
    case IAM_P_EVERYONE:
    case IAM_P_CANONICAL:
        return false;
    case IAM_P_ACCOUNT:
        *key = engine_account_key(p->account);
        return true;
    case IAM_P_USER:
    case IAM_P_ROLE:
    case IAM_P_SESSION:
    case IAM_P_FEDERATED_USER:
        *key = engine_name_key(p->account, last_segment(p->name));
        return true;
    case IAM_P_SERVICE:
    case IAM_P_FEDERATED:
    case IAM_P_GONE:
    case IAM_P_INVALID:
        break;
    }
    *key = engine_text_key(p->text);
    return true;
}

bool engine_grantee_key(struct engine *e, struct str grantee, uint64_t *key)
{
    struct iam_principal p = iam_principal_compile(e->tiny, STR("AWS"), grantee);
    if (p.kind == IAM_P_INVALID || p.kind == IAM_P_GONE) {
        *key = engine_text_key(grantee); /* a service */
        return true;
    }
    return p.kind != IAM_P_EVERYONE && engine_principal_key(&p, key);
}

/* The statements of a policy on the resource that cover the target, and those where that depends on the caller. */
static uint32_t add_policy(struct engine *e, const struct target *t, const struct iam_policy_set *set, struct str arn,
                           uint32_t *out)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < set->count; i++) {
        const struct iam_policy_ref *ref = &set->items[i];
        if (!ref->policy) {
            uint32_t at = engine_unread_stmts(e, ref, IAM_LAYER_RESOURCE);
            out[n++] = at;
            out[n++] = at + 1;
            continue;
        }
        for (uint32_t k = 0; k < ref->policy->count; k++) {
            const struct iam_statement *s = &ref->policy->statements[k];
            uint32_t at = engine_content_stmt(e, ref, s, IAM_LAYER_RESOURCE);
            struct iam_caller nobody = {.kind = IAM_CALLER_ANONYMOUS};
            struct iam_request r;
            engine_target_request(e, t, &nobody, e->sorts[t->sort].sample, &r);
            r.resource = arn;
            struct residue_source source = engine_source(&e->stmts[at]);
            if (e->stmts[at].varies || iam_statement_covers_resource(e->w->pool, s, ref->policy->variables,
                                                                     IAM_LAYER_RESOURCE, &r, &source) != residue_false)
                out[n++] = at;
        }
    }
    return n;
}

static uint32_t most(const struct iam_policy_set *set)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < set->count; i++)
        n += set->items[i].policy ? set->items[i].policy->count : 2;
    return n;
}

static uint32_t rcp_chain(struct engine *e, const struct iam_layers *l)
{
    struct str key = {0};
    uint32_t n = 0;
    for (uint32_t i = 0; i < l->rcp_count; i++)
        for (uint32_t k = 0; k < l->rcps[i].policies.count; k++) {
            struct stmts run = engine_policy_stmts(e, &l->rcps[i].policies.items[k], IAM_LAYER_RCP);
            key = arena_printf(e->tiny, "%.*s %u", STR_ARG(key), run.from);
            n += run.count;
        }
    if (!n)
        return WORLD_NONE;
    uintptr_t known = (uintptr_t)map_get(&e->rcp_index, key);
    if (known)
        return (uint32_t)known - 1;
    struct chain c = {arena_array_of(e->tables, uint32_t, n), 0};
    for (uint32_t i = 0; i < l->rcp_count; i++)
        for (uint32_t k = 0; k < l->rcps[i].policies.count; k++) {
            struct stmts run = engine_policy_stmts(e, &l->rcps[i].policies.items[k], IAM_LAYER_RCP);
            for (uint32_t s = run.from; s < run.from + run.count; s++)
                if (!e->stmts[s].allow) /* RCPFullAWSAccess is implied: only denies matter */
                    c.stmts[c.count++] = s;
        }
    ENGINE_GROW(e->tables, e->rcps, e->rcp_count, e->rcp_size);
    e->rcps[e->rcp_count] = c;
    map_put(&e->rcp_index, arena_str(e->tables, key),
            (void *)(uintptr_t)(e->rcp_count + 1)); /* NOLINT(performance-no-int-to-ptr) */
    return e->rcp_count++;
}

static bool any_public(struct engine *e, const struct iam_policy_set *set)
{
    static char yes, no;
    bool found = false;
    for (uint32_t i = 0; i < set->count && !found; i++) {
        const struct iam_policy *p = set->items[i].policy;
        if (!p)
            continue;
        const char *known = idmap_get(&e->public, (uint64_t)(uintptr_t)p);
        if (!known)
            idmap_put(&e->public, (uint64_t)(uintptr_t)p, (iam_policy_is_public(p) ? &yes : &no));
        found = idmap_get(&e->public, (uint64_t)(uintptr_t)p) == &yes;
    }
    return found;
}

/* What world_decide() adds where grants, ACLs or public access blocks were not read. */
static unsigned loose_flags(struct engine *e, const struct target *t, const struct world_resource *res)
{
    const struct world *w = e->w;
    struct str service = e->sorts[t->sort].service;
    if (str_eqz(service, "kms"))
        return str_eqz(res->type, "AWS::KMS::Key") && !res->grants_read ? SIDE_LOOSE_GRANTS : 0;
    if (!str_eqz(service, "s3"))
        return 0;
    unsigned flags = !res->acl_read && !res->acl_disabled ? SIDE_LOOSE_ACL : 0;
    const struct world_account *owner = res->account < w->account_count ? &w->accounts[res->account] : NULL;
    if (res->bpa_read && owner && owner->s3_bpa_read)
        return flags;
    bool ignore = res->ignore_public_acls || (owner && owner->s3_ignore_public_acls);
    bool restricts = res->restrict_public_buckets || (owner && owner->s3_restrict_public_buckets);
    return flags | (ignore ? SIDE_MOST_IGNORE : 0) | (restricts ? SIDE_MOST_RESTRICT : 0) |
           (ignore && restricts ? 0 : SIDE_LOOSE_BPA);
}

static bool may_be_limited(struct str arn)
{
    struct str rest = arn_field(arn, 5);
    return str_starts(rest, STR("role/aws-")) || str_starts(rest, STR("policy/")) ||
           str_starts(rest, STR("alias/aws/"));
}

static uint32_t acl_class(struct engine *e, const struct side *s)
{
    if (!s->acl_count && !s->acl_unread.ptr && !(s->flags & SIDE_LOOSE_ACL))
        return WORLD_NONE;
    struct str key = arena_printf(e->tiny, "%u %.*s", s->flags & (SIDE_LOOSE_ACL | SIDE_IGNORE | SIDE_MOST_IGNORE),
                                  STR_ARG(s->acl_unread));
    for (uint32_t i = 0; i < s->acl_count; i++)
        key = arena_printf(e->tiny, "%.*s\n%d %d %.*s", STR_ARG(key), (int)s->acls[i].grantee,
                           (int)s->acls[i].permission, STR_ARG(s->acls[i].account));
    uintptr_t known = (uintptr_t)map_get(&e->acl_index, key);
    if (known)
        return (uint32_t)known - 1;
    map_put(&e->acl_index, arena_str(e->tables, key),
            (void *)(uintptr_t)(e->acl_classes + 1)); /* NOLINT(performance-no-int-to-ptr) */
    return e->acl_classes++;
}

void engine_side(struct engine *e, struct target *t)
{
    struct iam_caller nobody = {.kind = IAM_CALLER_ANONYMOUS};
    struct iam_request r;
    struct iam_layers l;
    struct side *s = &t->side;
    s->rcp = s->acl_class = WORLD_NONE;
    if (t->row == WORLD_NONE &&
        t->account != WORLD_NONE) /* the RCPs of the caller's account, for services that have them */
        nobody.account = e->w->accounts[t->account].id;
    engine_target_request(e, t, &nobody, e->sorts[t->sort].sample, &r);
    if (t->row == WORLD_NONE) {
        r.service = STR("s3");
        r.action = STR("ListAllMyBuckets");
    }
    world_layers(e->w, e->tiny, WORLD_NONE, t->row, WORLD_NONE, &r, &l);
    s->rcp = rcp_chain(e, &l);
    if (t->row == WORLD_NONE)
        return;
    struct str second_arn = l.second_arn.ptr ? arena_str(e->tables, l.second_arn) : t->arn;
    uint32_t room = most(&l.resource) + most(&l.second_resource);
    s->stmts = room ? arena_array_of(e->tables, uint32_t, room) : NULL;
    if (l.has_resource)
        s->first_count = add_policy(e, t, &l.resource, t->arn, s->stmts);
    if (l.has_second_resource)
        s->second_count = add_policy(e, t, &l.second_resource, second_arn, s->stmts + s->first_count);
    const struct world_resource *res = world_carrier(e->w, t->row);
    s->flags = loose_flags(e, t, res) | (l.has_second_resource ? SIDE_SECOND : 0) |
               (l.ignore_public_acls ? SIDE_IGNORE : 0) | (l.restrict_public_buckets ? SIDE_RESTRICT : 0) |
               (may_be_limited(t->arn) ? SIDE_LIMIT : 0);
    if ((l.has_resource && any_public(e, &l.resource)) || (l.has_second_resource && any_public(e, &l.second_resource)))
        s->flags |= SIDE_PUBLIC;
    if (!(s->flags & SIDE_LOOSE_BPA) && str_eqz(e->sorts[t->sort].service, "s3"))
        s->flags |=
            (l.ignore_public_acls ? SIDE_MOST_IGNORE : 0) | (l.restrict_public_buckets ? SIDE_MOST_RESTRICT : 0);
    s->second_arn = second_arn;
    s->acl_unread = l.acl_unread;
    s->acls = l.acls;
    s->acl_count = l.acl_count;
    s->grants = l.grants;
    s->grant_count = l.grant_count;
    s->carrier = res->arn;
    s->acl_class = acl_class(e, s);
}
