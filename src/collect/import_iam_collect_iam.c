#include "collect/import_iam_collect.h"

/* "arn:aws:iam::aws:policy/job-function/Billing": what follows the last '/'. */
static struct str last_part(struct str arn)
{
    ptrdiff_t slash = str_rindex(arn, '/');
    return str_sub(arn, (size_t)(slash + 1), arn.len);
}

static struct json *attached(struct conversion *c, struct str folder)
{
    struct json *list = made_list(c);
    for json_each (p, layout_get(&c->files, folder, "managed-policies.json")) {
        struct str arn = p->type == JSON_OBJECT ? json_get_str(p, "PolicyArn") : json_str(p);
        struct json *one = made_object(c);
        made_set(c, one, "PolicyName", last_part(arn));
        made_set(c, one, "PolicyArn", arn);
        json_add(list, one);
    }
    return list;
}

static struct json *inlined(struct conversion *c, struct str folder)
{
    struct json *list = made_list(c);
    for json_each (p, layout_get(&c->files, folder, "inline-policies.json")) {
        struct json *one = made_object(c);
        bool named = json_getz(p, "PolicyDocument") != NULL;
        made_set(c, one, "PolicyName", named ? json_get_str(p, "PolicyName") : p->key);
        made_put(one, "PolicyDocument", made_copy(c, named ? json_getz(p, "PolicyDocument") : p));
        json_add(list, one);
    }
    return list;
}

static struct json *groups_of(struct conversion *c, struct str folder)
{
    struct json *list = made_list(c);
    for json_each (g, layout_get(&c->files, folder, "groups.json")) {
        struct str name = g->type == JSON_OBJECT ? json_get_str(g, "GroupName") : json_str(g);
        json_add(list, json_string(c->im->item, last_part(name)));
    }
    return list;
}

static void put_boundary(struct conversion *c, struct json *one, const struct json *m, struct str folder)
{
    struct str arn = json_get_str(m, "permissionBoundary");
    const struct json *file = layout_get(&c->files, folder, "permissions-boundary.json");
    if (!arn.ptr)
        arn = json_get_str(m, "permissionsBoundary");
    if (!arn.ptr && file)
        arn = file->type == JSON_STRING ? file->text : json_get_str(file, "PermissionsBoundaryArn");
    if (!arn.ptr)
        return;
    struct json *boundary = made_object(c);
    made_set(c, boundary, "PermissionsBoundaryType", STR("Policy"));
    made_set(c, boundary, "PermissionsBoundaryArn", arn);
    made_put(one, "PermissionsBoundary", boundary);
}

/* `what`: "User", "Group", "Role". */
static struct json *principal(struct conversion *c, const struct json *m, struct str folder, const char *what)
{
    struct json *one = made_object(c);
    struct str path = json_get_str(m, "path");
    made_set(c, one, "Path", path.ptr ? path : STR("/"));
    made_set(c, one, arena_cstr(c->im->item, arena_printf(c->im->item, "%sName", what)), json_get_str(m, "name"));
    made_set(c, one, arena_cstr(c->im->item, arena_printf(c->im->item, "%sId", what)), json_get_str(m, "id"));
    made_set(c, one, "Arn", json_get_str(m, "arn"));
    made_set(c, one, "CreateDate", json_get_str(m, "created"));
    made_put(one, arena_cstr(c->im->item, arena_printf(c->im->item, "%sPolicyList", what)), inlined(c, folder));
    made_put(one, "AttachedManagedPolicies", attached(c, folder));
    if (strcmp(what, "Group") == 0)
        return one;
    put_boundary(c, one, m, folder);
    made_put(one, "Tags", made_tags(c, layout_get(&c->files, folder, "tags.json"), "Key", "Value"));
    if (strcmp(what, "User") == 0)
        made_put(one, "GroupList", groups_of(c, folder));
    else
        made_put(one, "AssumeRolePolicyDocument", made_copy(c, layout_get(&c->files, folder, "trust-policy.json")));
    return one;
}

static struct json *managed(struct conversion *c, const struct json *m, struct str folder)
{
    static const char *const names[][2] = {{"PolicyName", "name"}, {"PolicyId", "id"}, {"Arn", "arn"}, {"Path", "path"},
                                           {"DefaultVersionId", "defaultVersionId"}, {"IsAttachable", "isAttachable"},
                                           {"PermissionsBoundaryUsageCount", "permissionsBoundaryUsageCount"},
                                           {"CreateDate", "createDate"}, {"UpdateDate", "updateDate"}};
    struct json *one = made_object(c), *versions = made_list(c);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        made_put(one, names[i][0], made_copy(c, json_getz(m, names[i][1])));
    const struct json *doc = layout_get(&c->files, folder, "current-policy.json");
    if (doc) {
        struct json *version = made_object(c);
        struct str id = json_get_str(m, "defaultVersionId");
        made_put(version, "Document", made_copy(c, doc));
        made_set(c, version, "VersionId", id);
        made_put(version, "IsDefaultVersion", json_bool(c->im->item, true));
        json_add(versions, version);
    }
    made_put(one, "PolicyVersionList", versions);
    return one;
}

/* Below accounts/ID/iam/: role/NAME, user/NAME, group/NAME, policy/NAME and aws/policy/NAME, in whatever depth. */
static bool sort_in(struct conversion *c, const struct layout_file *f, struct json *const lists[4], struct err *e)
{
    static const struct {
        const char *folder, *what;
        int list;
    } kinds[] = {{"user", "User", 0}, {"group", "Group", 1}, {"role", "Role", 2}, {"policy", NULL, 3}};
    struct str kind = layout_part(f->path, 3);
    kind = str_eqz(kind, "aws") ? layout_part(f->path, 4) : kind;
    struct str folder = str_sub(f->path, 0, f->path.len - STR("/metadata.json").len);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (!str_eqz(kind, kinds[i].folder))
            continue;
        const struct json *m = layout_get(&c->files, folder, "metadata.json");
        if (!json_get_str(m, "arn").ptr || !json_get_str(m, "name").ptr)
            return err_set(e, ERR_PARSE, "%.*s has no arn and name", STR_ARG(f->path));
        json_add(lists[kinds[i].list], kinds[i].what ? principal(c, m, folder, kinds[i].what) : managed(c, m, folder));
    }
    return true;
}

bool import_principals(struct conversion *c, struct err *e)
{
    static const char *const names[] = {"UserDetailList", "GroupDetailList", "RoleDetailList", "Policies"};
    struct str prefix = arena_printf(c->im->arena, "%.*s/iam/", STR_ARG(c->folder));
    size_t from, to;
    layout_below(&c->files, prefix, &from, &to);
    if (from == to)
        return true;
    arena_reset(c->im->item);
    struct json *answer = made_object(c), *lists[4];
    for (int i = 0; i < 4; i++) {
        lists[i] = made_list(c);
        made_put(answer, names[i], lists[i]);
    }
    for (size_t i = from; i < to; i++)
        if (str_ends(c->files.files[i].path, STR("/metadata.json")) && !sort_in(c, &c->files.files[i], lists, e))
            return false;
    return conversion_call(c, "iam:GetAccountAuthorizationDetails", c->account, STR("us-east-1"), NULL, answer, NULL, prefix, e);
}
