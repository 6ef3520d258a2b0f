#include "access/fixture.h"
#include "access/fixture_internal.h"
#include "access/world_internal.h"

#include <stdlib.h>

/* The element `at` of a path; {NULL,0} when it has fewer. */
struct str fixture_part(struct str path, unsigned at)
{
    struct str rest = path, part = {0};
    for (unsigned i = 0; i <= at; i++) {
        if (!rest.ptr)
            return (struct str){0};
        part = str_cut(&rest, '/');
    }
    return part;
}

const struct json *fixture_file(const struct fixture *f, struct str folder, const char *name)
{
    struct arena *scratch = arena_new(512);
    const struct json *j = map_get(&f->files, arena_printf(scratch, "%.*s/%s", STR_ARG(folder), name));
    arena_free(scratch);
    return j;
}

struct iam_policy_ref fixture_policy(struct fixture *f, const struct json *doc, struct str id)
{
    struct buf text;
    if (!doc)
        return (struct iam_policy_ref){.id = id, .unread = STR("there is no document")};
    buf_init(&text, IAM_POLICY_BYTES_MAX + 1);
    json_write(&text, doc);
    struct iam_policy_ref ref = text.failed ? (struct iam_policy_ref){.id = id, .unread = STR("the policy is larger than 1 MiB")}
                                            : world_policy(f->w, buf_str(&text), id);
    buf_done(&text);
    return ref;
}

uint32_t fixture_account(struct fixture *f, struct str id)
{
    uint32_t row = world_account_of(f->w, id);
    if (row != WORLD_NONE || f->w->account_count == f->account_size)
        return row;
    row = f->w->account_count++;
    f->w->accounts[row] = (struct world_account){.id = id, .root = WORLD_NONE, .org_read = true, .s3_bpa_read = true};
    map_put(&f->w->account_index, id, (void *)(uintptr_t)(row + 1)); /* NOLINT(performance-no-int-to-ptr) */
    return row;
}

static bool ends(struct str path, const char *tail) { return str_ends(path, str_of(tail)); }

/* The folder that "…/metadata.json" lies in. */
static struct str folder_of(struct str path)
{
    ptrdiff_t slash = str_rindex(path, '/');
    return slash < 0 ? STR("") : str_sub(path, 0, (size_t)slash);
}

static bool is_managed_policy(struct str path)
{
    return str_eqz(fixture_part(path, 2), "iam") &&
           (str_eqz(fixture_part(path, 3), "policy") || (str_eqz(fixture_part(path, 3), "aws") && str_eqz(fixture_part(path, 4), "policy")));
}

/* Documents of managed policies by ARN, and the rooms that the rows need. */
static bool survey(struct fixture *f, const struct json *files, struct err *e)
{
    uint32_t things = 0;
    for json_each(j, files) {
        if (!j->key.len || !fixture_part(j->key, 1).len)
            return err_set(e, ERR_PARSE, "\"%.*s\" is not a path of an iam-collect folder", STR_ARG(j->key));
        map_put(&f->files, j->key, j);
        if (str_starts(j->key, STR("accounts/")))
            things++;
    }
    f->account_size = files->count * 64 + 64;
    f->w->accounts = arena_array_of(f->w->arena, struct world_account, f->account_size);
    f->w->principals = arena_array_of(f->w->arena, struct world_principal, things + 1);
    f->w->resources = arena_array_of(f->w->arena, struct world_resource, things + 1);
    f->w->endpoints = arena_array_of(f->w->arena, struct world_endpoint, things + 1);
    for json_each(j, files) {
        struct str arn = json_get_str(j, "arn");
        if (!str_starts(j->key, STR("accounts/")) || !ends(j->key, "/metadata.json") || !is_managed_policy(j->key) || !arn.ptr)
            continue;
        const struct json *doc = fixture_file(f, folder_of(j->key), "current-policy.json");
        if (doc)
            map_add(&f->managed, arn, fixture_policy_new(f, doc, arn));
    }
    return true;
}

struct iam_policy_ref *fixture_policy_new(struct fixture *f, const struct json *doc, struct str id)
{
    struct iam_policy_ref *ref = arena_new_of(f->w->arena, struct iam_policy_ref);
    *ref = fixture_policy(f, doc, id);
    return ref;
}

static int by_arn(const void *x, const void *y)
{
    return str_cmp(((const struct world_resource *)x)->arn, ((const struct world_resource *)y)->arn);
}

bool world_fixture(struct world *w, const struct json *files, struct err *e)
{
    struct fixture f = {.w = w};
    if (!files || files->type != JSON_OBJECT)
        return err_set(e, ERR_PARSE, "the organization is not one JSON object {path: JSON}");
    map_init(&f.files, w->arena);
    map_init(&f.managed, w->arena);
    if (!survey(&f, files, e))
        return false;
    for json_each(j, files) {
        struct str top = fixture_part(j->key, 0), account = fixture_part(j->key, 1);
        if (!str_eqz(top, "accounts"))
            continue;
        uint32_t row = fixture_account(&f, account);
        if (row == WORLD_NONE)
            return err_set(e, ERR_LIMIT, "the organization has too many accounts");
        w->accounts[row].collected = true;
        if (ends(j->key, "/metadata.json") && fixture_part(j->key, 3).ptr && !is_managed_policy(j->key))
            fixture_thing(&f, j, folder_of(j->key), row);
    }
    if (!fixture_organizations(&f, files, e))
        return false;
    if (w->resource_count)
        qsort(w->resources, w->resource_count, sizeof *w->resources, by_arn);
    world_index(w);
    return true;
}
