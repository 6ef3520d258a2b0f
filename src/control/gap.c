#include "control/gap.h"

#include "aws/region.h"

/* Keys of two parts live in one buffer: "account part". */
static struct str pair(struct str a, struct str b, char *buf, size_t size)
{
    if (a.len + b.len + 1 > size)
        return (struct str){0};
    if (a.len)
        memcpy(buf, a.ptr, a.len);
    buf[a.len] = ' ';
    if (b.len)
        memcpy(buf + a.len + 1, b.ptr, b.len);
    return (struct str){buf, a.len + 1 + b.len};
}

enum { PAIR_MAX = 4096 };

static void *pair_get(const struct map *m, struct str a, struct str b)
{
    char buf[PAIR_MAX];
    struct str key = pair(a, b, buf, sizeof buf);
    return key.ptr ? map_get(m, key) : NULL;
}

static void pair_add(struct gaps *g, struct map *m, struct str a, struct str b, void *value)
{
    char buf[PAIR_MAX];
    struct str key = pair(a, b, buf, sizeof buf);
    if (key.ptr && !map_has(m, key))
        map_put(m, arena_str(g->arena, key), value);
}

struct op_calls *gaps_of(const struct gaps *g, struct str op) { return map_get(&g->ops, op); }

static bool is_org(const struct aws_op *op) { return str_eqz(op->service, "organizations"); }

static bool per_parent(const struct aws_op *op)
{
    return (op->kind == AWS_OP_CHILD || op->kind == AWS_OP_DETAIL) && op->follow_count > 0 && op->follow[0].parent.len &&
           op->follow[0].param.name.len;
}

static struct gap *push(struct gaps *g, struct gap **list, uint32_t *count, uint32_t *size)
{
    if (*count == *size) {
        uint32_t more = *size ? *size * 2 : 16;
        struct gap *items = arena_array_of(g->arena, struct gap, more);
        if (*count)
            memcpy(items, *list, *count * sizeof *items);
        *list = items;
        *size = more;
    }
    return &(*list)[(*count)++];
}

static void add_gap(struct gaps *g, struct op_calls *o, struct gap gap)
{
    gap.op = o->op;
    if (o->per_parent && gap.parent.len)
        *push(g, &o->parent_gaps, &o->parent_gap_count, &o->parent_gap_size) = gap;
    else
        *push(g, &o->gaps, &o->gap_count, &o->gap_size) = gap;
}

struct call_row {
    struct str account, region, parent, status, code, message, missing_action;
    int64_t id;
};

static struct str describe(struct gaps *g, const struct aws_op *op, const struct call_row *r)
{
    struct buf b;
    buf_init(&b, 2000);
    buf_addf(&b, "%.*s %.*s", STR_ARG(op->id), STR_ARG(r->status));
    if (r->parent.len)
        buf_addf(&b, " for %.*s", STR_ARG(r->parent));
    if (r->account.len)
        buf_addf(&b, " in %.*s", STR_ARG(r->account));
    if (r->region.len && !op->global)
        buf_addf(&b, " %.*s", STR_ARG(r->region));
    if (r->code.len)
        buf_addf(&b, ": %.*s", STR_ARG(r->code));
    if (r->missing_action.len)
        buf_addf(&b, ", needs %.*s", STR_ARG(r->missing_action));
    b.failed = false;
    struct str out = arena_str(g->arena, buf_str(&b));
    buf_done(&b);
    return out;
}

static bool ended_well(const struct aws_regions *regions, const struct aws_op *op, const struct call_row *r)
{
    static const char *const good[] = {"ok", "empty", "absent", "gone"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (str_eqz(r->status, good[i]))
            return true;
    return str_eqz(r->status, "unavailable") && aws_service_presence(regions, op->service, r->region) != AWS_PRESENT;
}

static void take_call(struct gaps *g, struct op_calls *o, const struct aws_regions *regions, const struct call_row *r)
{
    struct arena *a = g->arena;
    struct str account = arena_str(a, r->account), parent = arena_str(a, r->parent);
    if (is_org(o->op) && str_eqz(r->code, "NotManagementAccount"))
        return; /* a member is not asked: its row tells nothing of what the organization answered */
    if (!ended_well(regions, o->op, r)) {
        add_gap(g, o, (struct gap){.account = account, .region = arena_str(a, r->region), .parent = parent,
                                   .why = describe(g, o->op, r), .call = r->id});
        return;
    }
    void *id = (void *)(uintptr_t)r->id;
    o->answered |= str_eqz(r->status, "ok") || str_eqz(r->status, "empty");
    if (!map_has(&o->good_account, account))
        map_put(&o->good_account, account, id);
    pair_add(g, &o->good_place, account, r->region, id);
    if (o->per_parent && parent.len)
        pair_add(g, &o->good_parent, account, parent, id);
}

static bool load_calls(struct gaps *g, struct op_calls *o, struct store *s, const struct aws_regions *regions, struct err *e)
{
    struct query *q = query_new(s, "SELECT account, region, parent, status, code, message, missing_action, id"
                                   " FROM fact_call WHERE op = ?1", e);
    if (!q)
        return false;
    query_bind_str(q, 1, o->op->id);
    while (query_step(q)) {
        struct call_row r = {query_str(q, 0), query_str(q, 1), query_str(q, 2), query_str(q, 3),
                             query_str(q, 4), query_str(q, 5), query_str(q, 6), query_int(q, 7)};
        take_call(g, o, regions, &r);
    }
    return query_done(q);
}

/* In an organization one account answers for all; the members' denials say nothing. An account that is in none
 * ("absent") answers for itself only. */
static void settle_organization(struct gaps *g, struct op_calls *o)
{
    if (o->answered)
        o->gap_count = 0;
    else if (!o->good_account.count && o->gap_count == 0 && o->parent_gap_count == 0 && !o->per_parent) {
        struct call_row r = {.status = STR("was never called")};
        add_gap(g, o, (struct gap){.why = describe(g, o->op, &r)});
    }
}

static void expect(struct gaps *g, struct op_calls *o, struct str account, struct str region)
{
    bool anywhere = o->op->global || !region.len;
    if (anywhere ? map_has(&o->good_account, account) : pair_get(&o->good_place, account, region) != NULL)
        return;
    for (uint32_t i = 0; i < o->gap_count; i++)
        if (str_eq(o->gaps[i].account, account) && (anywhere || str_eq(o->gaps[i].region, region)))
            return;
    struct call_row r = {.account = account, .region = region, .status = STR("was never called")};
    add_gap(g, o, (struct gap){.account = arena_str(g->arena, account), .why = describe(g, o->op, &r),
                               .region = o->op->global ? STR("") : arena_str(g->arena, region)});
}

/* Accounts, each with its wanted regions; an account without any comes once with region NULL. */
static bool expect_everywhere(struct gaps *g, struct op_calls *o, struct store *s, const struct aws_regions *regions,
                              struct err *e)
{
    struct query *q = query_new(s, "SELECT a.account, r.region FROM fact_account a LEFT JOIN fact_region r"
                                   " ON r.account = a.account AND r.wanted AND r.state <> 'disabled'", e);
    if (!q)
        return false;
    while (query_step(q)) {
        struct str account = query_str(q, 0), region = query_str(q, 1);
        if (o->op->global || !region.len || aws_service_presence(regions, o->op->service, region) != AWS_NOT_PRESENT)
            expect(g, o, account, o->op->global ? STR("") : region);
    }
    return query_done(q);
}

/* Every row of the parent's listing has the value that this operation is called for. */
static bool called_for_each_row(const struct aws_op *op, const struct aws_op *parent)
{
    for (uint32_t i = 0; i < op->follow_count; i++) {
        const struct aws_follow *f = &op->follow[i];
        struct str tail = str_sub(f->path, parent->items.len, f->path.len);
        if (f->filter.len || f->source > 0 || str_index(parent->items, '|', 0) >= 0 || !str_ends(parent->items, STR("[]")) ||
            !str_starts(f->path, parent->items) || str_contains(tail, STR("[]")))
            return false;
    }
    return true;
}

static bool expect_by_parent(struct gaps *g, struct op_calls *o, struct store *s, struct err *e)
{
    const struct aws_op *parent = aws_op_find(o->op->follow[0].parent);
    if (!parent || !called_for_each_row(o->op, parent))
        return true;
    struct query *q = query_new(s, "SELECT DISTINCT account, region FROM fact_call WHERE op = ?1 AND rows > 0", e);
    if (!q)
        return false;
    query_bind_str(q, 1, parent->id);
    while (query_step(q)) {
        struct str account = query_str(q, 0), region = query_str(q, 1);
        bool any = parent->global || o->op->global;
        bool made = any ? map_has(&o->good_account, account) : pair_get(&o->good_place, account, region) != NULL;
        for (uint32_t i = 0; !made && i < o->parent_gap_count; i++)
            made = str_eq(o->parent_gaps[i].account, account) && (any || str_eq(o->parent_gaps[i].region, region));
        if (made)
            continue;
        struct call_row r = {.account = account, .region = any ? STR("") : region, .status = STR("was never called")};
        add_gap(g, o, (struct gap){.account = arena_str(g->arena, account), .why = describe(g, o->op, &r),
                                   .region = any ? STR("") : arena_str(g->arena, region)});
    }
    return query_done(q);
}

static void index_gaps(struct gaps *g, struct op_calls *o)
{
    for (uint32_t i = 0; i < o->gap_count; i++) {
        struct gap *gap = &o->gaps[i];
        if (!map_has(&o->by_account, gap->account))
            map_put(&o->by_account, gap->account, gap);
        pair_add(g, &o->by_region, gap->account, gap->region, gap);
    }
    for (uint32_t i = 0; i < o->parent_gap_count; i++)
        pair_add(g, &o->by_parent, o->parent_gaps[i].account, o->parent_gaps[i].parent, &o->parent_gaps[i]);
    g->count += o->gap_count + o->parent_gap_count;
}

static struct op_calls *op_new(struct gaps *g, const struct aws_op *op)
{
    struct op_calls *o = arena_new_of(g->arena, struct op_calls);
    o->op = op;
    o->per_parent = per_parent(op);
    struct map *maps[] = {&o->by_account, &o->by_region, &o->by_parent, &o->good_place, &o->good_account, &o->good_parent};
    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++)
        map_init(maps[i], g->arena);
    return o;
}

/* What listed the accounts or regions, the best of its calls first; op NULL = it was never called. */
static const char unlisted_sql[] =
    "WITH wanted(account, ops, what, run) AS ("
    "  SELECT '', '[\"organizations:ListAccounts\"]', 'the accounts of the organization', id FROM run WHERE id = ?1 AND scope ->> '$.org'"
    "  UNION ALL SELECT a.account, '[\"account:ListRegions\",\"ec2:DescribeRegions\"]', 'the regions of ' || a.account, r.id"
    "  FROM run r, fact_account a WHERE r.id = ?1 AND json_array_length(r.scope, '$.regions') = 0 AND a.reached"
    ") SELECT w.account, w.what, c.op, c.account, c.status, c.code, c.id, min(c.status NOT IN ('ok', 'empty', 'absent'))"
    " FROM wanted w LEFT JOIN fact_call c ON c.op IN (SELECT value FROM json_each(w.ops))"
    " AND (w.account = '' AND c.code IS NOT 'NotManagementAccount' OR c.account = w.account) GROUP BY w.account";

static bool find_unlisted(struct gaps *g, struct store *s, int64_t run, struct err *e)
{
    struct query *q = query_new(s, unlisted_sql, e);
    if (!q)
        return false;
    query_bind_int(q, 1, run);
    while (query_step(q)) {
        if (!query_is_null(q, 7) && query_int(q, 7) == 0)
            continue;
        struct gap gap = {.account = arena_str(g->arena, query_str(q, 0)), .call = query_int(q, 6)};
        struct str op = query_str(q, 2), status = query_str(q, 4), code = query_str(q, 5);
        gap.op = aws_op_find(op.len ? op : gap.account.len ? STR("account:ListRegions") : STR("organizations:ListAccounts"));
        gap.why = arena_printf(g->arena, "%.*s were not listed: %.*s %.*s%s%.*s", STR_ARG(query_str(q, 1)), STR_ARG(gap.op->id),
                               STR_ARG(op.len ? status : STR("was never called")), code.len ? ": " : "", STR_ARG(code));
        *push(g, &g->unlisted, &g->unlisted_count, &g->unlisted_size) = gap;
    }
    g->count += g->unlisted_count;
    return query_done(q);
}

bool gaps_load(struct gaps *g, struct arena *a, struct store *s, int64_t run, struct strings ops, struct err *e)
{
    *g = (struct gaps){.arena = a};
    if (!find_unlisted(g, s, run, e))
        return false;
    map_init(&g->ops, a);
    const struct aws_regions *regions = aws_regions_load(a);
    for (uint32_t i = 0; i < ops.count; i++) {
        const struct aws_op *op = aws_op_find(ops.items[i]);
        if (!op)
            return err_set(e, ERR_INTERNAL, "no operation %.*s", STR_ARG(ops.items[i]));
        struct op_calls *o = op_new(g, op);
        if (!load_calls(g, o, s, regions, e))
            return false;
        if (is_org(op))
            settle_organization(g, o);
        else if (!(o->per_parent ? expect_by_parent(g, o, s, e) : expect_everywhere(g, o, s, regions, e)))
            return false;
        index_gaps(g, o);
        map_put(&g->ops, op->id, o);
    }
    return true;
}

const struct gap *gap_at(const struct op_calls *o, struct str account, struct str region, enum gap_reach reach)
{
    if (o->gap_count == 0)
        return NULL;
    if (reach == GAP_ANYWHERE)
        return &o->gaps[0];
    const struct gap *found = map_get(&o->by_account, STR(""));
    if (found)
        return found;
    if (reach == GAP_IN_ACCOUNT || o->op->global || !region.len)
        return map_get(&o->by_account, account);
    found = pair_get(&o->by_region, account, region);
    return found ? found : pair_get(&o->by_region, account, STR(""));
}

const struct gap *gap_for_parent(const struct op_calls *o, struct str account, struct str parent)
{
    return o->parent_gap_count ? pair_get(&o->by_parent, account, parent) : NULL;
}

int64_t call_at(const struct op_calls *o, struct str account, struct str region)
{
    void *id = o->op->global || !region.len ? NULL : pair_get(&o->good_place, account, region);
    return (int64_t)(uintptr_t)(id ? id : map_get(&o->good_account, account));
}

int64_t call_for_parent(const struct op_calls *o, struct str account, struct str parent)
{
    return (int64_t)(uintptr_t)pair_get(&o->good_parent, account, parent);
}

static bool publish(struct query *q, const struct gap *list, uint32_t count)
{
    bool good = true;
    for (uint32_t i = 0; good && i < count; i++) {
        query_bind_str(q, 1, list[i].op->id);
        query_bind_str(q, 2, list[i].account.ptr ? list[i].account : STR(""));
        query_bind_str(q, 3, list[i].region.ptr ? list[i].region : STR(""));
        query_bind_str(q, 4, list[i].parent.ptr ? list[i].parent : STR(""));
        query_bind_str(q, 5, list[i].why);
        query_bind_int(q, 6, list[i].call);
        good = query_run(q);
    }
    return good;
}

bool gaps_publish(const struct gaps *g, struct store *s, struct err *e)
{
    if (!store_exec(s, "DROP TABLE IF EXISTS temp.gap; CREATE TEMP TABLE gap(op TEXT, account TEXT, region TEXT,"
                       " parent TEXT, why TEXT, call INTEGER)", e))
        return false;
    struct query *q = query_new(s, "INSERT INTO temp.gap VALUES (?1, ?2, ?3, ?4, ?5, ?6)", e);
    bool good = q != NULL;
    for (size_t i = 0; good && i < g->ops.count; i++) {
        const struct op_calls *o = g->ops.entries[i].value;
        good = publish(q, o->gaps, o->gap_count) && publish(q, o->parent_gaps, o->parent_gap_count);
    }
    return query_done(q) && good;
}
