/* The data that is not there, as src/control/gap.h rules it for controls: calls that did not end well, and calls that
 * were never made. One row stands for all of one operation, account, region and kind of failure. */
#include "reach/net_load_internal.h"

#include "aws/op.h"
#include "aws/region.h"

struct gapper {
    struct net_loader *l;
    const struct aws_regions *regions;
    struct map reads; /* operations that the network rests on */
};

static void add(struct gapper *g, struct net_gap gap)
{
    *net_add_gap(g->l->n) = gap;
}

static struct str bad_why(struct gapper *g, struct query *q, struct str op, struct str account, struct str region)
{
    struct str status = query_str(q, 3), code = query_str(q, 4), parent = query_str(q, 6), of = str_make(NULL, 0);
    int64_t calls = query_int(q, 7);
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
        struct str op = net_shared(g->l, q, 0), account = net_shared(g->l, q, 1), region = net_shared(g->l, q, 2);
        const struct aws_op *known = map_get(&g->reads, op);
        if (!known || (str_eqz(query_str(q, 3), "unavailable") &&
                       aws_service_presence(g->regions, known->service, region) != AWS_PRESENT))
            continue;
        add(g, (struct net_gap){.account = account,
                                .region = region,
                                .op = op,
                                .why = bad_why(g, q, op, account, region),
                                .parent = query_int(q, 7) == 1 && query_str(q, 6).len ? net_text(g->l, q, 6)
                                                                                      : str_make(NULL, 0),
                                .action = net_shared(g->l, q, 5)});
    }
    return query_done(q);
}

static void never(struct gapper *g, const struct aws_op *op, struct str account, struct str region)
{
    add(g, (struct net_gap){.account = account,
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
        struct str account = net_shared(g->l, q, 0), region = net_shared(g->l, q, 1);
        if (op->global || !region.len || aws_service_presence(g->regions, op->service, region) != AWS_NOT_PRESENT)
            never(g, op, account, region);
    }
    return query_done(q);
}

/* An operation that nobody ever called is one gap, not one an account and region. */
static bool never_made(struct gapper *g, const struct str *reads, uint32_t count, struct err *e)
{
    for (uint32_t i = 0; i < count; i++) {
        const struct aws_op *op = map_get(&g->reads, reads[i]);
        struct query *q = query_new(g->l->s, "SELECT 1 FROM fact_call WHERE op = ?1 LIMIT 1", e);
        if (!q)
            return false;
        query_bind_str(q, 1, op->id);
        bool called = query_step(q);
        if (!query_done(q))
            return false;
        if (!called && !is_per_parent(op))
            never(g, op, str_make(NULL, 0), str_make(NULL, 0));
        else if (!missing(g, op, e))
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

static void take_unlisted(struct net_loader *l, struct query *q)
{
    struct net_gap *g = net_add_gap(l->n);
    g->account = net_shared(l, q, 0);
    g->op = net_shared(l, q, 2);
    g->action = g->op;
    g->why = arena_printf(l->a, "%.*s were not listed", STR_ARG(query_str(q, 1)));
}

/* An account that the organization has and the run did not reach, or that only its shares tell of: what it owns is seen
 * in part. */
static void owners(struct net_loader *l)
{
    for (uint32_t i = 0; i < l->n->vpcs_count; i++) {
        const struct net_vpc *v = &l->n->vpcs[i];
        if (!v->collected || v->account == NET_NONE ||
            net_answered(l, "ec2:DescribeVpcs", l->n->accounts[v->account].id, v->region))
            continue;
        struct net_gap *g = net_add_gap(l->n);
        g->account = l->n->accounts[v->account].id;
        g->region = v->region;
        g->op = STR("ec2:DescribeSubnets");
        g->parent = v->id;
        g->why = arena_printf(
            l->a, "%.*s is shared by account %.*s, whose own answers are not here: only its shared subnets are known",
            STR_ARG(v->id), STR_ARG(g->account));
    }
}

bool net_load_gaps(struct net_loader *l, struct err *e)
{
    struct gapper g = {.l = l, .regions = aws_regions_load(l->scratch)};
    struct str *reads;
    uint32_t count = net_reads(l->scratch, &reads);
    map_init(&g.reads, l->scratch);
    for (uint32_t i = 0; i < count; i++) {
        const struct aws_op *op = aws_op_find(reads[i]);
        if (!op)
            return err_set(e, ERR_INTERNAL, "data/net/reads.tsv: there is no operation %.*s", STR_ARG(reads[i]));
        map_put(&g.reads, op->id, (void *)(uintptr_t)op); /* looked up only */
    }
    owners(l);
    return bad_calls(&g, e) && never_made(&g, reads, count, e) && net_each(l, unlisted_sql, take_unlisted, e);
}
