#include "access/load_internal.h"

#include "access/reads.h"
#include "aws/op.h"
#include "aws/region.h"

/* The data that is not there, as src/control/gap.h rules it for controls: calls that did not end well, and calls that
 * were never made. One row stands for all of one operation, account, region and kind of failure. */
struct gapper {
    struct loader *l;
    const struct aws_regions *regions;
    struct map reads;    /* operations that access rests on */
    struct map answered; /* operations of the organization that one account answered */
    uint32_t size;
};

static void add(struct gapper *g, struct world_gap gap)
{
    struct world *w = g->l->w;
    LOAD_GROW(g->l, w->gaps, w->gap_count, g->size);
    w->gaps[w->gap_count++] = gap;
}

static bool is_org(struct str op)
{
    return str_starts(op, STR("organizations:"));
}

/* One account answers for all: members are denied these by design (IAM Identity Center User Guide, "Organization and
 * account instances", read 2026: only an organization's instance grants access to accounts). */
static bool is_answered_once(struct str op)
{
    return is_org(op) || str_starts(op, STR("sso-admin:")) || str_starts(op, STR("identitystore:"));
}

static bool find_answered(struct gapper *g, struct err *e)
{
    struct query *q = query_new(g->l->s,
                                "SELECT DISTINCT op FROM fact_call WHERE status IN ('ok', 'empty', 'absent')"
                                " AND (op GLOB 'organizations:*' OR op GLOB 'sso-admin:*' OR op GLOB 'identitystore:*')",
                                e);
    if (!q)
        return false;
    while (query_step(q))
        map_put(&g->answered, load_shared(g->l, q, 0), g);
    return query_done(q);
}

static struct str bad_why(struct gapper *g, struct query *q, struct str op, struct str account, struct str region)
{
    struct str status = query_str(q, 3), code = query_str(q, 4), parent = query_str(q, 6);
    int64_t calls = query_int(q, 7);
    struct str of = (struct str){0};
    if (calls > 1)
        of = arena_printf(g->l->scratch, " for %lld things", (long long)calls);
    else if (parent.len)
        of = arena_printf(g->l->scratch, " for %.*s", STR_ARG(parent));
    return arena_printf(g->l->a, "%.*s %.*s%.*s in %.*s %.*s%s%.*s", STR_ARG(op), STR_ARG(status), STR_ARG(of),
                        STR_ARG(account), STR_ARG(region), code.len ? ": " : "", STR_ARG(code));
}

static bool bad_calls(struct gapper *g, struct err *e)
{
    struct query *q =
        query_new(g->l->s,
                  "SELECT op, account, region, status, code, missing_action, min(parent), count(*) FROM fact_call"
                  " WHERE status NOT IN ('ok', 'empty', 'absent', 'gone') GROUP BY op, account, region, status, code, "
                  "missing_action",
                  e);
    if (!q)
        return false;
    while (query_step(q)) {
        struct str op = load_shared(g->l, q, 0), account = load_shared(g->l, q, 1), region = load_shared(g->l, q, 2);
        const struct aws_op *known = map_get(&g->reads, op);
        if (!known || (is_answered_once(op) && map_has(&g->answered, op)) ||
            (is_org(op) && str_eqz(query_str(q, 4), "NotManagementAccount")))
            continue;
        if (str_eqz(query_str(q, 3), "unavailable") &&
            aws_service_presence(g->regions, known->service, region) != AWS_PRESENT)
            continue;
        add(g, (struct world_gap){.account = account,
                                  .region = region,
                                  .op = op,
                                  .why = bad_why(g, q, op, account, region),
                                  .action = load_shared(g->l, q, 5)});
    }
    return query_done(q);
}

static void never(struct gapper *g, const struct aws_op *op, struct str account, struct str region)
{
    add(g, (struct world_gap){.account = account,
                              .region = region,
                              .op = op->id,
                              .action = op->action,
                              .why = arena_printf(g->l->a, "%.*s was never called%s%.*s%s%.*s", STR_ARG(op->id),
                                                  account.len ? " in " : "", STR_ARG(account), region.len ? " " : "",
                                                  STR_ARG(region))});
}

static bool is_per_parent(const struct aws_op *op)
{
    return (op->kind == AWS_OP_CHILD || op->kind == AWS_OP_DETAIL) && op->follow_count && op->follow[0].parent.len &&
           op->follow[0].param.name.len;
}

/* Where the operation was to be called and has no row: everywhere, or wherever the parent's listing had rows. Of a
 * parent whose rows are filtered it cannot be told. */
static const char everywhere_sql[] =
    "SELECT a.account, CASE WHEN ?2 THEN '' ELSE r.region END FROM fact_account a LEFT JOIN fact_region r"
    " ON NOT ?2 AND r.account = a.account AND r.wanted AND r.state <> 'disabled' WHERE NOT EXISTS"
    " (SELECT 1 FROM fact_call c WHERE c.op = ?1 AND c.account = a.account AND (?2 OR r.region IS NULL OR c.region = "
    "r.region))";
static const char by_parent_sql[] =
    "SELECT DISTINCT p.account, CASE WHEN ?2 THEN '' ELSE p.region END FROM fact_call p WHERE p.op = ?3 AND p.rows > 0 "
    "AND NOT EXISTS"
    " (SELECT 1 FROM fact_call c WHERE c.op = ?1 AND c.account = p.account AND (?2 OR c.region = p.region))";

static bool missing(struct gapper *g, const struct aws_op *op, struct err *e)
{
    bool per_parent = is_per_parent(op);
    const struct aws_op *parent = per_parent ? aws_op_find(op->follow[0].parent) : NULL;
    if (per_parent && (!parent || op->follow[0].filter.len))
        return true;
    struct query *q = query_new(g->l->s, per_parent ? by_parent_sql : everywhere_sql, e);
    if (!q)
        return false;
    query_bind_str(q, 1, op->id);
    query_bind_int(q, 2, op->global || (parent && parent->global));
    if (per_parent)
        query_bind_str(q, 3, parent->id);
    while (query_step(q)) {
        struct str account = load_shared(g->l, q, 0), region = load_shared(g->l, q, 1);
        if (op->global || !region.len || aws_service_presence(g->regions, op->service, region) != AWS_NOT_PRESENT)
            never(g, op, account, region);
    }
    return query_done(q);
}

/* An operation that nobody ever called is one gap, not one an account and region. */
static bool never_made(struct gapper *g, struct access_reads *reads, struct err *e)
{
    for (uint32_t i = 0; i < reads->count; i++) {
        const struct aws_op *op = map_get(&g->reads, reads->items[i]);
        struct query *q = query_new(g->l->s, "SELECT 1 FROM fact_call WHERE op = ?1 LIMIT 1", e);
        if (!q)
            return false;
        query_bind_str(q, 1, op->id);
        bool called = query_step(q);
        if (!query_done(q))
            return false;
        if (!called && !is_per_parent(op))
            never(g, op, (struct str){0}, (struct str){0});
        else if (!is_org(op->id) && !missing(g, op, e))
            return false;
    }
    return true;
}

/* Accounts of the organization, or regions of an account, that nobody listed: there may be anything in them. */
static const char unlisted_sql[] =
    "WITH this AS (SELECT scope FROM run WHERE id = (SELECT max(c.run) FROM main.call c WHERE c.id IN (SELECT max(id) "
    "FROM snap_call))),"
    " wanted(account, ops, what) AS ("
    "  SELECT NULL, '[\"organizations:ListAccounts\"]', 'the accounts of the organization' FROM this WHERE scope ->> "
    "'$.org'"
    "  UNION ALL SELECT a.account, '[\"account:ListRegions\",\"ec2:DescribeRegions\"]', 'the regions of ' || a.account"
    "  FROM this, fact_account a WHERE coalesce(json_array_length(scope, '$.regions'), 0) = 0 AND a.reached"
    ") SELECT w.account, w.what, w.ops ->> '$[0]' FROM wanted w WHERE NOT EXISTS (SELECT 1 FROM fact_call c"
    " WHERE c.op IN (SELECT value FROM json_each(w.ops)) AND c.status IN ('ok', 'empty', 'absent') AND (w.account IS "
    "NULL OR c.account = w.account))";

static bool unlisted(struct gapper *g, struct err *e)
{
    struct query *q = query_new(g->l->s, unlisted_sql, e);
    if (!q)
        return false;
    while (query_step(q))
        add(g, (struct world_gap){.account = load_shared(g->l, q, 0),
                                  .op = load_shared(g->l, q, 2),
                                  .action = load_shared(g->l, q, 2),
                                  .why = arena_printf(g->l->a, "%.*s were not listed", STR_ARG(query_str(q, 1)))});
    return query_done(q);
}

/* Stores without an ARN have no row: nothing is asked about them. A global table's replicas are tables. */
static bool nameless(struct gapper *g, struct err *e)
{
    struct query *q = query_new(g->l->s,
                                "SELECT account, region, type, count(*) FROM fact_thing WHERE phi AND coalesce(arn, '') NOT LIKE 'arn:%'"
                                " AND type <> 'AWS::DynamoDB::GlobalTable' GROUP BY account, region, type",
                                e);
    if (!q)
        return false;
    while (query_step(q)) {
        struct str what = arena_printf(g->l->a, "%lld %.*s without an ARN", (long long)query_int(q, 3), STR_ARG(query_str(q, 2)));
        add(g, (struct world_gap){.account = load_shared(g->l, q, 0), .region = load_shared(g->l, q, 1), .op = what, .why = what});
    }
    return query_done(q);
}

bool load_gaps(struct loader *l, struct err *e)
{
    struct gapper g = {.l = l, .regions = aws_regions_load(l->scratch)};
    struct access_reads reads;
    map_init(&g.reads, l->scratch);
    map_init(&g.answered, l->scratch);
    if (!access_reads_load(l->scratch, &reads, e))
        return false;
    for (uint32_t i = 0; i < reads.count; i++) {
        const struct aws_op *op = aws_op_find(reads.items[i]);
        if (!op)
            return err_set(e, ERR_INTERNAL, "data/iam/reads.tsv: there is no operation %.*s", STR_ARG(reads.items[i]));
        map_put(&g.reads, op->id, (void *)(uintptr_t)op); /* looked up only */
    }
    return find_answered(&g, e) && bad_calls(&g, e) && never_made(&g, &reads, e) && unlisted(&g, e) && nameless(&g, e);
}
