#include "access/fixture_internal.h"

enum { DEPTH_MAX = 16 }; /* OUs nest five deep: AWS Organizations User Guide, "Quotas" (read 2026) */

struct org {
    struct fixture *f;
    struct str id;      /* "o-x" */
    const struct json *ous, *metadata;
};

static struct str lower(struct arena *a, struct str s)
{
    char *text = arena_cstr(a, s);
    for (size_t i = 0; i < s.len; i++)
        text[i] = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] + 32) : text[i];
    return str_make(text, s.len);
}

static struct iam_policy_ref control_policy(const struct org *o, const char *kind, struct str arn)
{
    struct arena *a = o->f->w->arena;
    ptrdiff_t slash = str_rindex(arn, '/');
    struct str id = lower(a, slash < 0 ? arn : str_sub(arn, (size_t)slash + 1, arn.len));
    const struct json *doc = fixture_file(o->f, arena_printf(a, "organizations/%.*s/%s/%.*s", STR_ARG(o->id), kind, STR_ARG(id)),
                                          "policy.json");
    if (doc)
        return fixture_policy(o->f, doc, arn);
    return (struct iam_policy_ref){.id = arn, .unread = STR("the document of the policy is not there")};
}

static struct iam_level level(const struct org *o, const char *kind, struct str name, const struct json *where)
{
    const struct json *list = json_getz(where, kind);
    struct iam_policy_ref *items = arena_array_of(o->f->w->arena, struct iam_policy_ref, list ? list->count + 1 : 1);
    uint32_t count = 0;
    if (!list)
        items[count++] = (struct iam_policy_ref){.id = name, .unread = STR("its policies are not listed")};
    for json_each(arn, list)
        items[count++] = control_policy(o, kind, json_str(arn));
    return (struct iam_level){.name = name, .policies = {items, count}};
}

static void account_levels(const struct org *o, struct world_account *account, const struct json *entry)
{
    struct arena *a = o->f->w->arena;
    struct str chain[DEPTH_MAX], at = json_get_str(entry, "ou");
    uint32_t depth = 0;
    while (at.ptr && depth < DEPTH_MAX) {
        chain[depth++] = at;
        at = json_get_str(json_get(o->ous, at), "parent");
    }
    struct iam_level *scps = arena_array_of(a, struct iam_level, depth + 1), *rcps = arena_array_of(a, struct iam_level, depth + 1);
    account->org_path = arena_printf(a, "%.*s/", STR_ARG(o->id));
    for (uint32_t i = 0; i < depth; i++) {
        struct str ou = chain[depth - 1 - i];
        scps[i] = level(o, "scps", ou, json_get(o->ous, ou));
        rcps[i] = level(o, "rcps", ou, json_get(o->ous, ou));
        account->org_path = arena_printf(a, "%.*s%.*s/", STR_ARG(account->org_path), STR_ARG(ou));
    }
    scps[depth] = level(o, "scps", account->id, entry);
    rcps[depth] = level(o, "rcps", account->id, entry);
    account->scps = scps;
    account->rcps = rcps;
    account->scp_count = account->rcp_count = depth + 1;
}

static bool organization(struct fixture *f, struct str id, const struct json *accounts, struct err *e)
{
    struct str folder = arena_printf(f->w->arena, "organizations/%.*s", STR_ARG(id));
    struct org o = {.f = f, .id = id, .ous = fixture_file(f, folder, "ous.json"), .metadata = fixture_file(f, folder, "metadata.json")};
    const struct json *features = json_getz(o.metadata, "features");
    for json_each(entry, accounts) {
        uint32_t row = fixture_account(f, entry->key);
        if (row == WORLD_NONE)
            return err_set(e, ERR_LIMIT, "the organization has too many accounts");
        struct world_account *account = &f->w->accounts[row];
        account->org_id = id;
        account->is_management = str_eq(json_get_str(o.metadata, "rootAccountId"), account->id);
        account->scps_on = json_is_true(json_getz(features, "SERVICE_CONTROL_POLICY"));
        account->rcps_on = json_is_true(json_getz(features, "RESOURCE_CONTROL_POLICY"));
        account_levels(&o, account, entry);
    }
    return true;
}

bool fixture_organizations(struct fixture *f, const struct json *files, struct err *e)
{
    for json_each(j, files) {
        struct str id = fixture_part(j->key, 1), name = fixture_part(j->key, 2);
        if (str_eqz(fixture_part(j->key, 0), "organizations") && str_eqz(name, "accounts.json") && !fixture_part(j->key, 3).ptr &&
            !organization(f, id, j, e))
            return false;
    }
    return true;
}
