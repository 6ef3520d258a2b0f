#include "collect/import_iam_collect.h"

#define REGION STR("us-east-1")

struct org {
    struct conversion *c;
    struct str folder, id, management;
    const struct json *meta, *ous, *accounts; /* {ID: {parent|ou, scps, rcps}} */
    struct map units, members;                /* by what is above: struct ids */
};

/* Nodes of the tree in their order, so that nothing is looked for twice. */
struct ids {
    const struct json **nodes;
    uint32_t count, size;
};

static void index_add(const struct org *o, struct map *m, struct str key, const struct json *node)
{
    struct arena *a = o->c->im->arena;
    struct ids *ids = map_get(m, key);
    if (!ids) {
        ids = arena_new_of(a, struct ids);
        map_put(m, key, ids);
    }
    if (ids->count == ids->size) {
        ids->size = ids->size ? ids->size * 2 : 4;
        const struct json **more = arena_array_of(a, const struct json *, ids->size);
        if (ids->count)
            memcpy(more, ids->nodes, ids->count * sizeof *more);
        ids->nodes = more;
    }
    ids->nodes[ids->count++] = node;
}

static void index_tree(struct org *o)
{
    map_init(&o->units, o->c->im->arena);
    map_init(&o->members, o->c->im->arena);
    for json_each (u, o->ous)
        if (json_get_str(u, "parent").ptr)
            index_add(o, &o->units, json_get_str(u, "parent"), u);
    for json_each (a, o->accounts)
        if (json_get_str(a, "ou").ptr)
            index_add(o, &o->members, json_get_str(a, "ou"), a);
}

static struct str ou_arn(const struct org *o, struct str id)
{
    const struct json *m = layout_get(&o->c->files, arena_printf(o->c->im->item, "%.*s/ous/%.*s", STR_ARG(o->folder), STR_ARG(id)), "metadata.json");
    struct str arn = json_get_str(m, "arn");
    return arn.ptr ? arn : arena_printf(o->c->im->item, "arn:aws:organizations::%.*s:%s/%.*s/%.*s", STR_ARG(o->management),
                                        str_starts(id, STR("r-")) ? "root" : "ou", STR_ARG(o->id), STR_ARG(id));
}

static struct json *unit(const struct org *o, struct str id)
{
    struct json *one = made_one(o->c, "Id", id);
    const struct json *m = layout_get(&o->c->files, arena_printf(o->c->im->item, "%.*s/ous/%.*s", STR_ARG(o->folder), STR_ARG(id)), "metadata.json");
    made_set(o->c, one, "Arn", ou_arn(o, id));
    made_set(o->c, one, "Name", json_get_str(m, "name"));
    return one;
}

static struct json *account(const struct org *o, struct str id)
{
    struct json *one = made_one(o->c, "Id", id);
    const struct json *m = layout_get(&o->c->files, arena_printf(o->c->im->item, "accounts/%.*s", STR_ARG(id)), "metadata.json");
    struct str name = json_get_str(m, "name");
    made_set(o->c, one, "Arn", arena_printf(o->c->im->item, "arn:aws:organizations::%.*s:account/%.*s/%.*s", STR_ARG(o->management),
                                            STR_ARG(o->id), STR_ARG(id)));
    made_set(o->c, one, "Name", name.ptr ? name : json_get_str(m, "accountName"));
    return one;
}

static bool say(const struct org *o, const char *op, struct json *params, const char *member, struct json *value, struct err *e)
{
    struct json *answer = made_object(o->c);
    made_put(answer, member, value);
    bool ok = conversion_call(o->c, op, o->management, REGION, params, answer, NULL, o->folder, e);
    arena_reset(o->c->im->item);
    return ok;
}

/* The organization tells each of its accounts the same. */
static bool describe(const struct org *o, struct err *e)
{
    bool ok = true;
    for (const struct json *a = o->accounts ? o->accounts->first : NULL; ok && a; a = a->next) {
        struct str folder = arena_printf(o->c->im->item, "accounts/%.*s/", STR_ARG(a->key));
        if (!str_eq(a->key, o->management) && !layout_has_below(&o->c->files, folder))
            continue;
        struct json *answer = made_object(o->c), *one = made_one(o->c, "Id", o->id);
        made_set(o->c, one, "Arn", json_get_str(o->meta, "arn"));
        made_set(o->c, one, "MasterAccountId", o->management);
        made_set(o->c, one, "MasterAccountArn", json_get_str(o->meta, "rootAccountArn"));
        made_put(answer, "Organization", one);
        ok = conversion_call(o->c, "organizations:DescribeOrganization", a->key, REGION, NULL, answer, NULL, o->folder, e);
        arena_reset(o->c->im->item);
    }
    return ok;
}

static bool roots(const struct org *o, struct err *e)
{
    struct json *list = made_list(o->c), *types = made_list(o->c);
    for json_each (f, json_getz(o->meta, "features")) {
        if (!json_is_true(f))
            continue;
        struct json *type = made_one(o->c, "Type", f->key);
        made_set(o->c, type, "Status", STR("ENABLED"));
        json_add(types, type);
    }
    for json_each (u, o->ous) {
        if (!str_starts(u->key, STR("r-")))
            continue;
        struct json *root = unit(o, u->key);
        made_put(root, "PolicyTypes", made_copy(o->c, types));
        json_add(list, root);
    }
    return say(o, "organizations:ListRoots", NULL, "Roots", list, e);
}

/* What hangs below one root or unit. */
static bool below(const struct org *o, struct str id, struct err *e)
{
    struct json *units = made_list(o->c);
    const struct ids *ids = map_get(&o->units, id);
    for (uint32_t i = 0; ids && i < ids->count; i++)
        json_add(units, unit(o, ids->nodes[i]->key));
    if (!say(o, "organizations:ListOrganizationalUnitsForParent", made_one(o->c, "ParentId", id), "OrganizationalUnits", units, e))
        return false;
    const struct json *tags = layout_get(&o->c->files, arena_printf(o->c->im->item, "%.*s/ous/%.*s", STR_ARG(o->folder), STR_ARG(id)), "tags.json");
    if (tags && !say(o, "organizations:ListTagsForResource", made_one(o->c, "ResourceId", id), "Tags", made_tags(o->c, tags, "Key", "Value"), e))
        return false;
    struct json *accounts = made_list(o->c);
    ids = map_get(&o->members, id);
    for (uint32_t i = 0; ids && i < ids->count; i++)
        json_add(accounts, account(o, ids->nodes[i]->key));
    return say(o, "organizations:ListAccountsForParent", made_one(o->c, "ParentId", id), "Accounts", accounts, e);
}

static bool tree(const struct org *o, struct err *e)
{
    struct json *all = made_list(o->c);
    for json_each (a, o->accounts)
        json_add(all, account(o, a->key));
    bool ok = say(o, "organizations:ListAccounts", NULL, "Accounts", all, e);
    for (const struct json *u = o->ous ? o->ous->first : NULL; ok && u; u = u->next)
        ok = below(o, u->key, e);
    return ok;
}

static struct str policy_id(struct str arn)
{
    ptrdiff_t slash = str_rindex(arn, '/');
    return str_sub(arn, (size_t)(slash + 1), arn.len);
}

/* By the ARN of a policy of this type: what it is attached to. */
static void index_targets(const struct org *o, struct map *m, const struct json *nodes, const char *member)
{
    for json_each (n, nodes)
        for json_each (p, json_getz(n, member))
            if (json_str(p).ptr)
                index_add(o, m, json_str(p), n);
}

static struct json *targets_of(const struct org *o, const struct map *m, struct str arn)
{
    struct json *list = made_list(o->c);
    const struct ids *ids = map_get(m, arn);
    for (uint32_t i = 0; ids && i < ids->count; i++) {
        struct str id = ids->nodes[i]->key;
        struct json *t = made_one(o->c, "TargetId", id);
        bool root = str_starts(id, STR("r-")), ou = str_starts(id, STR("ou-"));
        made_set(o->c, t, "Type", root ? STR("ROOT") : ou ? STR("ORGANIZATIONAL_UNIT") : STR("ACCOUNT"));
        json_add(list, t);
    }
    return list;
}

static struct json *summary(const struct org *o, const struct json *m, struct str id, const char *type)
{
    struct json *one = made_one(o->c, "Id", id);
    made_set(o->c, one, "Arn", json_get_str(m, "arn"));
    made_set(o->c, one, "Name", json_get_str(m, "name"));
    made_set(o->c, one, "Description", json_get_str(m, "description"));
    made_set(o->c, one, "Type", str_of(type));
    made_put(one, "AwsManaged", made_copy(o->c, json_getz(m, "awsManaged")));
    return one;
}

static bool one_policy(const struct org *o, const struct map *attached, const struct json *m, struct str folder, const char *type, struct err *e)
{
    struct str arn = json_get_str(m, "arn"), id = policy_id(arn);
    const struct json *doc = layout_get(&o->c->files, folder, "policy.json");
    if (!say(o, "organizations:ListTargetsForPolicy", made_one(o->c, "PolicyId", id), "Targets", targets_of(o, attached, arn), e))
        return false;
    if (!doc)
        return true; /* not read: unknown */
    struct json *policy = made_object(o->c);
    made_put(policy, "PolicySummary", summary(o, m, id, type));
    made_put(policy, "Content", made_text(o->c, doc));
    return say(o, "organizations:DescribePolicy", made_one(o->c, "PolicyId", id), "Policy", policy, e);
}

/* scps or rcps. The folder is there when the type is enabled. */
static bool policies(const struct org *o, const char *member, const char *type, struct err *e)
{
    struct str prefix = arena_printf(o->c->im->arena, "%.*s/%s/", STR_ARG(o->folder), member);
    size_t from, to;
    layout_below(&o->c->files, prefix, &from, &to);
    if (from == to)
        return true;
    struct json *list = made_list(o->c);
    for (size_t i = from; i < to; i++) {
        struct str path = o->c->files.files[i].path;
        const struct json *m = o->c->files.files[i].json;
        if (!str_ends(path, STR("/metadata.json")))
            continue;
        o->c->files.files[i].used = true;
        if (!json_get_str(m, "arn").ptr)
            return err_set(e, ERR_PARSE, "%.*s has no arn", STR_ARG(path));
        json_add(list, summary(o, m, policy_id(json_get_str(m, "arn")), type));
    }
    if (!say(o, "organizations:ListPolicies", made_one(o->c, "Filter", str_of(type)), "Policies", list, e))
        return false;
    struct map attached;
    map_init(&attached, o->c->im->arena);
    index_targets(o, &attached, o->ous, member);
    index_targets(o, &attached, o->accounts, member);
    for (size_t i = from; i < to; i++) {
        struct str path = o->c->files.files[i].path;
        if (str_ends(path, STR("/metadata.json")) &&
            !one_policy(o, &attached, o->c->files.files[i].json, str_sub(path, 0, path.len - STR("/metadata.json").len), type, e))
            return false;
    }
    return true;
}

static bool one_organization(struct org *o, struct err *e)
{
    struct layout *l = &o->c->files;
    o->meta = layout_get(l, o->folder, "metadata.json");
    o->ous = layout_get(l, o->folder, "ous.json");
    o->accounts = layout_get(l, o->folder, "accounts.json");
    (void)layout_get(l, o->folder, "structure.json"); /* says the same as ous.json and accounts.json */
    o->id = json_get_str(o->meta, "id");
    o->management = json_get_str(o->meta, "rootAccountId");
    if (!o->id.ptr || !o->management.ptr)
        return err_set(e, ERR_PARSE, "%.*s/metadata.json has no id and rootAccountId", STR_ARG(o->folder));
    if (!o->ous || !o->accounts) {
        import_note(o->c->im, o->folder, "has no ous.json or no accounts.json: the tree of the organization is not known", false);
        return describe(o, e);
    }
    index_tree(o);
    return describe(o, e) && roots(o, e) && tree(o, e) && policies(o, "scps", "SERVICE_CONTROL_POLICY", e) &&
           policies(o, "rcps", "RESOURCE_CONTROL_POLICY", e);
}

bool import_organizations(struct conversion *c, struct err *e)
{
    size_t from, to;
    struct str last = {NULL, 0};
    uint32_t count = 0;
    layout_below(&c->files, STR("organizations/"), &from, &to);
    for (size_t i = from; i < to; i++) {
        struct str id = layout_part(c->files.files[i].path, 1);
        if (str_eq(id, last))
            continue;
        last = id;
        struct org o = {.c = c, .folder = arena_printf(c->im->arena, "organizations/%.*s", STR_ARG(id))};
        if (++count == 2)
            import_note(c->im, o.folder, "is a second organization; ward judges one: policies of the same id in both are not told apart", false);
        if (!one_organization(&o, e))
            return false;
    }
    return true;
}
