#include "control/judge.h"

#include <stdio.h>

enum { KEYS_JSON_MAX = 1 << 20, EVIDENCE_MAX = 16, ROWS_MAX = 5000000 };

enum column {
    COL_ACCOUNT, COL_REGION, COL_RESOURCE, COL_NAME, COL_SUB, COL_OK, COL_REASON, /* required down to here */
    COL_KEYS, COL_BASIS, COL_SEVERITY, COL_TENANT, COL_COUNT
};
static const char *const column_names[] = {"account", "region", "resource", "name",     "sub",   "ok",
                                           "reason",  "keys",   "basis",    "severity", "tenant"};

struct plan { /* of one control: where its operations stand */
    const struct control *control;
    struct op_calls *ops[CONTROL_OPERATIONS_MAX];
    bool lists[CONTROL_OPERATIONS_MAX];
    uint32_t count;
    bool global_listing, per_parent;
    int columns[COL_COUNT];
};

struct row {
    struct finding f;
    struct str basis;
    struct json *keys;
    bool known, ok;
};

static struct str keep(struct judge *j, struct str s) { return s.ptr ? arena_str(j->arena, s) : STR(""); }

static void add_op(struct judge *j, struct plan *p, struct str id, bool lists)
{
    struct op_calls *o = gaps_of(j->gaps, id);
    if (!o || p->count == CONTROL_OPERATIONS_MAX)
        die("operation %.*s of a control was not loaded", STR_ARG(id));
    p->lists[p->count] = lists;
    p->per_parent = p->per_parent || o->per_parent;
    p->ops[p->count++] = o;
    if (lists && o->op->global)
        p->global_listing = true;
}

static void make_plan(struct judge *j, struct plan *p, const struct control *c)
{
    *p = (struct plan){.control = c};
    for (uint32_t i = 0; i < c->lists.count; i++)
        add_op(j, p, c->lists.items[i], true);
    for (uint32_t i = 0; i < c->reads.count; i++)
        add_op(j, p, c->reads.items[i], false);
}

static bool find_columns(struct plan *p, struct query *q, struct err *e)
{
    for (int i = 0; i < COL_COUNT; i++) {
        p->columns[i] = query_column_index(q, column_names[i]);
        if (i <= COL_REASON && p->columns[i] < 0)
            return err_set(e, ERR_CONTROL, "the query has no column '%s'", column_names[i]);
    }
    return true;
}

static struct str text(const struct plan *p, struct query *q, enum column at)
{
    if (p->columns[at] < 0)
        return (struct str){0};
    return query_str(q, p->columns[at]);
}

/* Keys are looked at for operations that are called for each parent, and for nothing else. */
static struct json *default_keys(struct judge *j, const struct plan *p, const struct row *r)
{
    struct json *keys = json_new(j->scratch, JSON_ARRAY);
    if (!p->per_parent)
        return keys;
    json_add(keys, json_string(j->scratch, r->f.resource));
    json_add(keys, json_string(j->scratch, r->f.name));
    return keys;
}

static struct str tenant_of(struct judge *j, struct str resource)
{
    if (j->tenants)
        return str_of(map_get(j->tenants, resource));
    struct str tenant = {0};
    query_bind_str(j->tenant_query, 1, resource);
    if (query_step(j->tenant_query))
        tenant = keep(j, query_str(j->tenant_query, 0));
    query_reset(j->tenant_query);
    return tenant;
}

static bool read_row(struct judge *j, const struct plan *p, struct query *q, struct row *r, struct err *e)
{
    const struct control *c = p->control;
    *r = (struct row){.f = {.account = keep(j, text(p, q, COL_ACCOUNT)),
                            .region = keep(j, text(p, q, COL_REGION)),
                            .resource = keep(j, text(p, q, COL_RESOURCE)),
                            .sub = keep(j, text(p, q, COL_SUB)),
                            .reason = keep(j, text(p, q, COL_REASON)),
                            .type = c->scope == SCOPE_RESOURCE ? c->type : (struct str){0},
                            .severity = c->severity}};
    struct str name = text(p, q, COL_NAME);
    if (name.ptr)
        r->f.name = keep(j, name);
    r->known = !query_is_null(q, p->columns[COL_OK]);
    r->ok = r->known && query_int(q, p->columns[COL_OK]) != 0;
    r->basis = text(p, q, COL_BASIS);
    struct str severity = text(p, q, COL_SEVERITY), keys = text(p, q, COL_KEYS), tenant = text(p, q, COL_TENANT);
    if (severity.ptr && !control_severity_of(severity, &r->f.severity))
        return err_set(e, ERR_CONTROL, "not a severity: %.*s", STR_ARG(severity));
    r->keys = keys.ptr ? json_parse(j->scratch, arena_str(j->scratch, keys), KEYS_JSON_MAX, e) : default_keys(j, p, r);
    if (!r->keys || r->keys->type != JSON_ARRAY)
        return err_set(e, ERR_CONTROL, "column 'keys' is no JSON array");
    if (tenant.ptr)
        r->f.tenant = keep(j, tenant);
    else
        r->f.tenant = tenant_of(j, r->f.resource);
    return true;
}

/* Rule 3, second half: how far a row's verdict reaches for whole operations. */
static enum gap_reach reach_of(const struct plan *p, const struct row *r)
{
    if (p->control->scope == SCOPE_ORGANIZATION)
        return GAP_ANYWHERE;
    /* what a bucket or a role lacks may be in any region: nothing is absent until all were read */
    bool anywhere = p->control->scope == SCOPE_ACCOUNT || (p->global_listing && str_eqz(r->basis, "absence"));
    return anywhere ? GAP_IN_ACCOUNT : GAP_IN_REGION;
}

static const struct gap *parent_gap(const struct plan *p, const struct row *r)
{
    for (uint32_t i = 0; i < p->count; i++)
        if (p->ops[i]->per_parent && p->ops[i]->parent_gap_count)
            for json_each(key, r->keys) {
                const struct gap *gap = gap_for_parent(p->ops[i], r->f.account, json_str(key));
                if (gap)
                    return gap;
            }
    return NULL;
}

/* A parent's gap somewhere in the account: what is absent may be there. */
static const struct gap *any_parent_gap(const struct plan *p, const struct row *r, enum gap_reach reach)
{
    for (uint32_t i = 0; i < p->count; i++)
        for (uint32_t k = 0; k < p->ops[i]->parent_gap_count; k++) {
            const struct gap *gap = &p->ops[i]->parent_gaps[k];
            bool account = reach == GAP_ANYWHERE || str_eq(gap->account, r->f.account);
            bool region = reach != GAP_IN_REGION || p->ops[i]->op->global || str_eq(gap->region, r->f.region);
            if (account && region)
                return gap;
        }
    return NULL;
}

static const struct gap *whole_gap(const struct plan *p, const struct row *r, enum gap_reach reach, bool lists_too)
{
    for (uint32_t i = 0; i < p->count; i++) {
        if (p->lists[i] && !lists_too)
            continue;
        const struct gap *gap = gap_at(p->ops[i], r->f.account, r->f.region, reach);
        if (gap)
            return gap;
    }
    return NULL;
}

/* The gap that makes the row unknown, or that explains why it is; NULL when there is none. */
static const struct gap *find_gap(const struct plan *p, const struct row *r)
{
    bool absence = str_eqz(r->basis, "absence"), witness = str_eqz(r->basis, "witness");
    enum gap_reach reach = reach_of(p, r);
    bool lists_too = p->control->scope != SCOPE_RESOURCE || absence || !r->known;
    const struct gap *gap = parent_gap(p, r);
    if (!gap && !witness)
        gap = whole_gap(p, r, reach, lists_too);
    if (!gap && absence)
        gap = any_parent_gap(p, r, reach);
    return gap;
}

static void decide(struct judge *j, const struct plan *p, struct row *r)
{
    bool stands = r->known && !r->ok && !str_eqz(r->basis, "absence");
    const struct gap *gap = stands ? NULL : find_gap(p, r);
    r->f.verdict = !r->known || gap ? CONTROL_UNKNOWN : r->ok ? CONTROL_PASS : CONTROL_FAIL;
    if (gap && !r->known && r->f.reason.len)
        r->f.reason = arena_printf(j->arena, "%.*s (%.*s)", STR_ARG(r->f.reason), STR_ARG(gap->why));
    else if (gap)
        r->f.reason = gap->why;
    else if (!r->f.reason.len)
        r->f.reason = r->known ? STR("no reason given") : STR("a fact that the answer needs was not read");
}

static void add_id(int64_t *ids, uint32_t *count, int64_t id)
{
    if (id == 0 || *count == EVIDENCE_MAX)
        return;
    for (uint32_t i = 0; i < *count; i++)
        if (ids[i] == id)
            return;
    ids[(*count)++] = id;
}

static struct str evidence_text(struct judge *j, const int64_t *ids, uint32_t count)
{
    char out[EVIDENCE_MAX * 21 + 3];
    size_t n = 0;
    out[n++] = '[';
    for (uint32_t i = 0; i < count; i++)
        n += (size_t)snprintf(out + n, sizeof out - n, "%s%lld", i ? "," : "", (long long)ids[i]);
    out[n++] = ']';
    return arena_str(j->arena, str_make(out, n));
}

static void collect_evidence(struct judge *j, const struct plan *p, struct row *r)
{
    int64_t ids[EVIDENCE_MAX];
    uint32_t count = 0;
    const struct gap *gap = r->f.verdict == CONTROL_UNKNOWN ? find_gap(p, r) : NULL;
    if (gap)
        add_id(ids, &count, gap->call);
    for (uint32_t i = 0; i < p->count; i++) {
        if (!p->ops[i]->per_parent) {
            add_id(ids, &count, call_at(p->ops[i], r->f.account, r->f.region));
            continue;
        }
        for json_each(key, r->keys)
            add_id(ids, &count, call_for_parent(p->ops[i], r->f.account, json_str(key)));
    }
    r->f.evidence = evidence_text(j, ids, count);
}

/* Rule 2: where the subjects could not be listed there may be subjects. */
static void add_listing_gaps(struct judge *j, const struct plan *p, struct findings *out)
{
    for (uint32_t i = 0; i < p->count; i++) {
        if (!p->lists[i] || p->control->scope != SCOPE_RESOURCE)
            continue;
        const struct op_calls *o = p->ops[i];
        for (uint32_t k = 0; k < o->gap_count + o->parent_gap_count; k++) {
            const struct gap *gap = k < o->gap_count ? &o->gaps[k] : &o->parent_gaps[k - o->gap_count];
            struct str sub = gap->parent.len ? arena_printf(j->arena, "%.*s %.*s", STR_ARG(o->op->id), STR_ARG(gap->parent))
                                             : o->op->id;
            struct finding f = {.account = gap->account.ptr ? gap->account : STR(""),
                                .region = gap->region.ptr ? gap->region : STR(""),
                                .resource = gap->account.len ? gap->account : STR("organization"),
                                .sub = sub, .reason = gap->why, .verdict = CONTROL_UNKNOWN,
                                .severity = p->control->severity,
                                .evidence = gap->call ? arena_printf(j->arena, "[%lld]", (long long)gap->call) : STR("[]")};
            findings_add(j->arena, out, p->control->id, f);
        }
    }
}

/* Rule 6: accounts and regions that were not listed may hold subjects of the control too. */
static void add_unlisted(struct judge *j, const struct plan *p, struct findings *out)
{
    bool regional = false;
    for (uint32_t i = 0; i < p->count; i++)
        regional = regional || !p->ops[i]->op->global;
    for (uint32_t i = 0; i < j->gaps->unlisted_count && p->control->scope != SCOPE_ORGANIZATION; i++) {
        const struct gap *gap = &j->gaps->unlisted[i];
        if (gap->account.len && !regional)
            continue;
        struct finding f = {.account = gap->account, .region = STR(""),
                            .resource = gap->account.len ? gap->account : STR("organization"), .sub = gap->op->id, .reason = gap->why,
                            .verdict = CONTROL_UNKNOWN, .severity = p->control->severity,
                            .evidence = gap->call ? arena_printf(j->arena, "[%lld]", (long long)gap->call) : STR("[]")};
        findings_add(j->arena, out, p->control->id, f);
    }
}

/* Between two rows the findings at hand go out of the sandbox, which lets nothing be written. */
static bool hand_over(struct judge *j, struct findings *out)
{
    store_sandbox_end(j->store);
    bool good = j->hand_over(j->user, out);
    store_sandbox(j->store, CONTROL_LIMIT_MS);
    return good;
}

enum ran { RAN, RAN_LATE, RAN_NOT, RAN_STORE_FAILED };

static enum ran run_rows(struct judge *j, struct plan *p, struct findings *out, struct err *e)
{
    struct query *q = query_new(j->store, p->control->sql.ptr, e);
    if (!q)
        return RAN_NOT;
    bool good = find_columns(p, q, e), handed = true;
    while (good && handed && !out->late && query_step(q)) {
        struct row r;
        arena_reset(j->scratch);
        good = findings_total(out) < ROWS_MAX || err_set(e, ERR_CONTROL, "more than %d rows", ROWS_MAX);
        good = good && read_row(j, p, q, &r, e);
        if (!good)
            break;
        decide(j, p, &r);
        collect_evidence(j, p, &r);
        findings_add(j->scratch, out, p->control->id, r.f);
        if (out->count >= j->batch)
            handed = hand_over(j, out);
    }
    good = query_done(q) && good;
    return !handed ? RAN_STORE_FAILED : out->late ? RAN_LATE : good ? RAN : RAN_NOT;
}

static enum ran run_sandboxed(struct judge *j, struct plan *p, struct findings *out, struct err *e)
{
    store_sandbox(j->store, CONTROL_LIMIT_MS);
    enum ran ran = run_rows(j, p, out, e);
    store_sandbox_end(j->store);
    if (ran == RAN) {
        add_listing_gaps(j, p, out);
        add_unlisted(j, p, out);
    }
    return ran == RAN && out->late ? RAN_LATE : ran;
}

/* A subject that comes twice, far apart, is met again: then all findings stay at hand until the end. */
static enum ran run_control(struct judge *j, struct plan *p, struct findings *out, struct err *e)
{
    enum ran ran = run_sandboxed(j, p, out, e);
    if (ran != RAN_LATE)
        return ran;
    if (!j->take_back(j->user, out))
        return RAN_STORE_FAILED;
    uint32_t batch = j->batch;
    j->batch = JUDGE_WHOLE;
    ran = run_sandboxed(j, p, out, e);
    j->batch = batch;
    return ran;
}

static void add_whole(struct judge *j, const struct control *c, struct findings *out, struct str reason)
{
    struct finding f = {.account = STR(""), .region = STR(""), .resource = STR("organization"), .sub = STR(""),
                        .reason = reason, .verdict = CONTROL_UNKNOWN, .severity = c->severity, .evidence = STR("[]")};
    findings_add(j->arena, out, c->id, f);
}

static void add_whole_gap(struct judge *j, const struct plan *p, struct findings *out)
{
    const struct control *c = p->control;
    for (uint32_t i = 0; findings_total(out) == 0 && i < p->count; i++)
        if (p->ops[i]->gap_count && (p->lists[i] || c->scope != SCOPE_RESOURCE))
            add_whole(j, c, out, p->ops[i]->gaps[0].why);
}

bool judge_control(struct judge *j, const struct control *c, struct findings *out, struct str *why)
{
    struct plan p;
    struct err e = {0};
    *why = (struct str){0};
    if (c->needs.len) {
        add_whole(j, c, out, arena_printf(j->arena, "not built yet: needs %.*s", STR_ARG(c->needs)));
        return true;
    }
    enum ran ran = RAN_NOT;
    if (!c->broken.ptr) {
        make_plan(j, &p, c);
        ran = run_control(j, &p, out, &e);
    }
    if (ran == RAN_STORE_FAILED)
        return false;
    if (ran == RAN) {
        add_whole_gap(j, &p, out); /* rule 5: no row is an answer only without a gap */
        return true;
    }
    /* part of the rows would look like all of them */
    if (!j->take_back(j->user, out))
        return false;
    *why = c->broken.ptr ? c->broken : arena_printf(j->arena, "%.*s: %s", STR_ARG(c->file), e.message);
    add_whole(j, c, out, arena_printf(j->arena, "the control did not run: %.*s", STR_ARG(*why)));
    return true;
}
