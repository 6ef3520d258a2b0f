#include "access/world.h"
#include "access/world_internal.h"

#include "codec/hash.h"


struct world *world_new(struct arena *a, const struct iam_catalogue *c)
{
    struct world *w = arena_new_of(a, struct world);
    w->arena = a;
    w->catalogue = c;
    w->pool = residue_pool_new(a);
    w->partition = STR("aws");
    map_init(&w->policies, a);
    map_init(&w->tag_key_index, a);
    map_init(&w->account_index, a);
    map_init(&w->principal_index, a);
    map_init(&w->resource_index, a);
    return w;
}

/* A broken document is interned too: parsed once, unread for everybody who has it. */
struct iam_policy_ref world_policy(struct world *w, struct str doc, struct str id)
{
    char hex[SHA256_HEX_MAX];
    struct str key = str_of(sha256_hex(doc, hex));
    struct iam_policy_ref *known = map_get(&w->policies, key);
    if (!known) {
        struct err e = {0};
        known = arena_new_of(w->arena, struct iam_policy_ref);
        known->policy = iam_policy_parse(w->arena, doc, &e);
        if (!known->policy)
            known->unread = arena_printf(w->arena, "the policy document is broken: %s", e.message);
        else
            world_note_tags(w, known->policy);
        map_put(&w->policies, arena_str(w->arena, key), known);
    }
    return (struct iam_policy_ref){.policy = known->policy, .id = id, .unread = known->unread};
}

static void *row_value(uint32_t row) { return (void *)(uintptr_t)(row + 1); } /* NOLINT(performance-no-int-to-ptr) */

/* Where a session's ARN finds its role: it has neither the path nor, for sure, the case of the name. */
struct str world_role_key(struct arena *a, struct str account, struct str name)
{
    struct str key = arena_printf(a, "role %.*s/%.*s", STR_ARG(account), STR_ARG(name));
    char *text = arena_cstr(a, key);
    for (char *p = text; *p; p++)
        *p = *p >= 'A' && *p <= 'Z' ? (char)(*p + 32) : *p;
    return str_make(text, key.len);
}

void world_index_principals(struct world *w)
{
    map_init(&w->principal_index, w->arena);
    for (uint32_t i = 0; i < w->principal_count; i++) {
        struct world_principal *p = &w->principals[i];
        map_add(&w->principal_index, p->arn, row_value(i));
        if (p->kind == WORLD_ROLE && p->account < w->account_count)
            map_add(&w->principal_index, world_role_key(w->arena, w->accounts[p->account].id, p->name), row_value(i));
    }
}

/* Every collected account has a root user, whether or not an answer speaks of it. */
static void find_roots(struct world *w)
{
    uint32_t missing = 0;
    for (uint32_t i = 0; i < w->account_count; i++) {
        struct world_account *a = &w->accounts[i];
        struct str arn = arena_printf(w->arena, "arn:%.*s:iam::%.*s:root", STR_ARG(w->partition), STR_ARG(a->id));
        a->root = world_principal_of(w, arn);
        missing += a->root == WORLD_NONE && a->collected;
    }
    if (!missing)
        return;
    struct world_principal *grown = arena_array_of(w->arena, struct world_principal, w->principal_count + missing);
    if (w->principal_count)
        memcpy(grown, w->principals, w->principal_count * sizeof *grown);
    w->principals = grown;
    for (uint32_t i = 0; i < w->account_count; i++) {
        struct world_account *a = &w->accounts[i];
        if (a->root != WORLD_NONE || !a->collected)
            continue;
        struct str arn = arena_printf(w->arena, "arn:%.*s:iam::%.*s:root", STR_ARG(w->partition), STR_ARG(a->id));
        a->root = w->principal_count++;
        grown[a->root] = (struct world_principal){.kind = WORLD_ROOT, .arn = arn, .account = i, .name = STR("root"),
            .unique_id = a->id, .tags_read = true, .resource = WORLD_NONE, .tenant = a->tenant,
            .why = a->tenant.ptr ? STR("the account is the tenant's") : (struct str){0}};
        map_add(&w->principal_index, arn, row_value(a->root));
    }
}

static void link_resources(struct world *w)
{
    for (uint32_t i = 0; i < w->resource_count; i++) {
        struct world_resource *r = &w->resources[i];
        if (r->encryption == WORLD_ENC_KEY && r->key_arn.ptr) {
            uint32_t key = world_resource_of(w, r->key_arn);
            /* An alias is a row of its own and leads to its key. */
            if (key != WORLD_NONE && str_eqz(w->resources[key].type, "AWS::KMS::Alias"))
                key = w->resources[key].key_arn.ptr ? world_resource_of(w, w->resources[key].key_arn) : w->resources[key].key;
            r->key = key;
        }
        if (r->role_arn.ptr)
            r->role = world_principal_of(w, r->role_arn);
    }
}

static void index_resources(struct world *w)
{
    map_init(&w->resource_index, w->arena);
    for (uint32_t i = 0; i < w->resource_count; i++)
        map_add(&w->resource_index, w->resources[i].arn, row_value(i));
    for (uint32_t i = 0; i < w->principal_count; i++)
        w->principals[i].resource = WORLD_NONE;
    for (uint32_t i = 0; i < w->resource_count; i++) {
        struct world_resource *r = &w->resources[i];
        uint32_t p = world_principal_of(w, r->arn);
        bool same = p != WORLD_NONE && str_eq(w->principals[p].arn, r->arn);
        r->principal = same ? p : WORLD_NONE;
        if (same)
            w->principals[p].resource = i;
    }
}

void world_index(struct world *w)
{
    map_init(&w->account_index, w->arena);
    for (uint32_t i = 0; i < w->account_count; i++)
        map_add(&w->account_index, w->accounts[i].id, row_value(i));
    world_index_principals(w);
    find_roots(w);
    index_resources(w);
    link_resources(w);
}
