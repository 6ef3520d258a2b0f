#include "access/world.h"
#include "access/world_internal.h"

static uint32_t row_of(const struct map *m, struct str key)
{
    const void *value = key.len ? map_get(m, key) : NULL;
    return value ? (uint32_t)((uintptr_t)value - 1) : WORLD_NONE;
}

struct str arn_field(struct str arn, unsigned field)
{
    size_t at = 0;
    for (unsigned i = 0; i < field; i++) {
        ptrdiff_t colon = str_index(arn, ':', at);
        if (colon < 0)
            return (struct str){0};
        at = (size_t)colon + 1;
    }
    ptrdiff_t end = field == 5 ? -1 : str_index(arn, ':', at);
    return str_sub(arn, at, end < 0 ? arn.len : (size_t)end);
}

uint32_t world_account_of(const struct world *w, struct str id) { return row_of(&w->account_index, id); }

static bool is_account_id(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] < '0' || s.ptr[i] > '9')
            return false;
    return s.len == 12;
}

/* IAM User Guide, "IAM identifiers" (read 2026): a session's ARN has the role's name without its path. */
static uint32_t role_of_session(const struct world *w, struct str arn)
{
    struct str rest = arn_field(arn, 5);
    if (!str_eqz(arn_field(arn, 2), "sts") || !str_starts(rest, STR("assumed-role/")))
        return WORLD_NONE;
    rest = str_sub(rest, sizeof "assumed-role/" - 1, rest.len);
    struct str name = str_cut(&rest, '/');
    struct arena *scratch = arena_new(256);
    uint32_t row = row_of(&w->principal_index, world_role_key(scratch, arn_field(arn, 4), name));
    arena_free(scratch);
    return row;
}

uint32_t world_principal_of(const struct world *w, struct str arn)
{
    uint32_t row = row_of(&w->principal_index, arn);
    if (row != WORLD_NONE)
        return row;
    if (is_account_id(arn)) {
        uint32_t account = world_account_of(w, arn);
        return account == WORLD_NONE ? WORLD_NONE : w->accounts[account].root;
    }
    return str_starts(arn, STR("arn:")) ? role_of_session(w, arn) : WORLD_NONE;
}

/* "a/b/c" up to its `parts`-th `sep`; the whole when there are fewer. */
static struct str head(struct str s, char sep, unsigned parts)
{
    size_t at = 0;
    for (unsigned i = 0; i < parts; i++) {
        ptrdiff_t next = str_index(s, sep, at);
        if (next < 0)
            return s;
        at = (size_t)next + 1;
    }
    return str_sub(s, 0, at - 1);
}

/* What the things of a service are parts of: up to which separator of the ARN's last field the parent's name goes. */
struct part_rule {
    const char *service, *prefix;
    char sep;
    unsigned parts;
};
static const struct part_rule part_rules[] = {
    {"s3", "accesspoint/", '/', 2},
    {"s3", "", '/', 1},
    {"s3express", "bucket/", '/', 2},
    {"lambda", "function:", ':', 2},
    {"dynamodb", "table/", '/', 2},
    {"kinesis", "stream/", '/', 2},
    {"es", "domain/", '/', 2},
    {"sns", "", ':', 1},
    {"logs", "log-group:", ':', 2},
    {"s3tables", "bucket/", '/', 2},
    {"ecr", "repository/", ':', 1},
    {"elasticfilesystem", "file-system/", '/', 2},
};

static uint32_t parent_of(const struct world *w, struct str arn)
{
    struct str service = arn_field(arn, 2), rest = arn_field(arn, 5);
    for (size_t i = 0; i < sizeof part_rules / sizeof *part_rules; i++) {
        const struct part_rule *r = &part_rules[i];
        if (!str_eqz(service, r->service) || !str_starts(rest, str_of(r->prefix)))
            continue;
        struct str parent = head(rest, r->sep, r->parts);
        return parent.len == rest.len ? WORLD_NONE : row_of(&w->resource_index, str_make(arn.ptr, (size_t)(parent.ptr + parent.len - arn.ptr)));
    }
    return WORLD_NONE;
}

/* What lies in another ARN altogether. */
static uint32_t elsewhere(const struct world *w, struct str arn)
{
    struct arena *scratch = arena_new(256);
    struct str service = arn_field(arn, 2), p = arn_field(arn, 1), region = arn_field(arn, 3), rest = arn_field(arn, 5);
    struct str want = {0};
    if (str_eqz(service, "execute-api"))
        want = arena_printf(scratch, "arn:%.*s:apigateway:%.*s::/restapis/%.*s", STR_ARG(p), STR_ARG(region), STR_ARG(head(rest, '/', 1)));
    else if (str_eqz(service, "logs") && str_starts(rest, STR("log-group:")) && !str_ends(rest, STR(":*")))
        want = arena_printf(scratch, "arn:%.*s:logs:%.*s:%.*s:%.*s:*", STR_ARG(p), STR_ARG(region), STR_ARG(arn_field(arn, 4)),
                            STR_ARG(head(rest, ':', 2)));
    else if (str_eqz(service, "kafka") && (str_starts(rest, STR("topic/")) || str_starts(rest, STR("group/")) ||
                                           str_starts(rest, STR("transactional-id/"))))
        want = arena_printf(scratch, "arn:%.*s:kafka:%.*s:%.*s:cluster/%.*s", STR_ARG(p), STR_ARG(region), STR_ARG(arn_field(arn, 4)),
                            STR_ARG(head(str_sub(rest, (size_t)str_index(rest, '/', 0) + 1, rest.len), '/', 2)));
    else if (str_eqz(service, "glue"))
        want = arena_printf(scratch, "arn:%.*s:glue:%.*s:%.*s:catalog", STR_ARG(p), STR_ARG(region), STR_ARG(arn_field(arn, 4)));
    uint32_t row = row_of(&w->resource_index, want);
    arena_free(scratch);
    return row;
}

uint32_t world_resource_of(const struct world *w, struct str arn)
{
    uint32_t row = row_of(&w->resource_index, arn);
    if (row == WORLD_NONE && str_starts(arn, STR("arn:")))
        row = parent_of(w, arn);
    return row == WORLD_NONE && str_starts(arn, STR("arn:")) ? elsewhere(w, arn) : row;
}
