#include "control/citation.h"
#include "control/gap.h"
#include "control/judge.h"
#include "control/waiver.h"

#include "codec/hash.h"
#include "facts/facts.h"

struct work {
    struct arena *arena;
    struct store *store;
    const struct control_request *request;
    const struct controls *controls;
    struct control_tally *tallies;
    struct control_summary *sum;
    struct query *insert; /* of a finding */
    struct map tenants;
    bool tenants_loaded;
    /* of the control whose turn it is */
    const struct control *control;
    struct control_tally *tally;
    struct arena *finding_arena;
    struct control_summary before;
    struct err *err; /* the caller's */
};

/* More things than this are looked up one by one instead of being held in memory. */
enum { TENANTS_MAX = 250000 };

/* Tenants are few and their things are many: each name is kept once. */
static bool load_tenants(struct work *w, struct err *e)
{
    struct map names;
    map_init(&names, w->arena);
    map_init(&w->tenants, w->arena);
    int64_t count = 0;
    if (!store_get_int(w->store, "SELECT count(*) FROM fact_thing WHERE tenant IS NOT NULL", &count, e))
        return false;
    w->tenants_loaded = count <= TENANTS_MAX;
    if (!w->tenants_loaded)
        return true;
    struct query *q = query_new(w->store, "SELECT arn, id, tenant FROM fact_thing WHERE tenant IS NOT NULL", e);
    if (!q)
        return false;
    while (query_step(q)) {
        struct str key = query_is_null(q, 0) ? query_str(q, 1) : query_str(q, 0), tenant = query_str(q, 2);
        char *name = map_get(&names, tenant);
        if (!name) {
            name = arena_cstr(w->arena, tenant);
            map_put(&names, str_of(name), name);
        }
        if (key.len && !map_has(&w->tenants, key))
            map_put(&w->tenants, arena_str(w->arena, key), name);
    }
    return query_done(q);
}

static void tally(struct work *w, const struct findings *f)
{
    struct control_tally *t = w->tally;
    for (uint32_t i = 0; i < f->count; i++) {
        enum control_verdict v = f->items[i].verdict;
        t->counts[v]++;
        w->sum->findings[v]++;
        if (v == CONTROL_FAIL)
            w->sum->fails[f->items[i].severity]++;
        if (verdict_worse(v, t->verdict))
            t->verdict = v;
    }
}

static bool write_finding(struct work *w, struct str control, const struct finding *f)
{
    struct query *q = w->insert;
    const struct str texts[] = {str_of(f->id), control, f->account, f->region, f->type, f->resource, f->name, f->sub,
                                f->tenant, str_of(control_verdict_name(f->verdict)), str_of(control_severity_name(f->severity)),
                                f->reason, f->evidence, f->waiver};
    query_bind_int(q, 1, w->sum->evaluation);
    for (int i = 0; i < (int)(sizeof texts / sizeof *texts); i++)
        query_bind_lasting(q, i + 2, texts[i]);
    return query_run(q);
}

static void finished(const struct work *w, enum control_phase done)
{
    if (w->request->on_phase)
        w->request->on_phase(w->request->user, done);
}

static bool take_findings(void *user, struct findings *list)
{
    struct work *w = user;
    waivers_apply(w->finding_arena, w->request->config, w->control, w->request->as_of_us, list, w->tally, w->sum);
    tally(w, list);
    finished(w, CONTROL_JUDGED);
    bool good = true;
    for (uint32_t i = 0; good && i < list->count; i++)
        good = write_finding(w, w->control->id, &list->items[i]);
    findings_hand_over(list);
    arena_reset(w->finding_arena);
    finished(w, CONTROL_WRITTEN);
    return good;
}

static bool take_back_findings(void *user, struct findings *list)
{
    struct work *w = user;
    bool written = list->handed_over > 0, good = true;
    findings_clear(list);
    *w->tally = (struct control_tally){.verdict = CONTROL_NOT_APPLICABLE};
    *w->sum = w->before;
    if (!written)
        return true;
    struct query *q = query_new(w->store, "DELETE FROM finding WHERE evaluation = ?1 AND control = ?2", w->err);
    if (!q)
        return false;
    query_bind_int(q, 1, w->sum->evaluation);
    query_bind_str(q, 2, w->control->id);
    good = query_run(q);
    return query_done(q) && good;
}

static bool judge_one(struct work *w, struct judge *j, struct findings *list, uint32_t at)
{
    w->control = &w->controls->items[at];
    w->tally = &w->tallies[at];
    w->tally->verdict = CONTROL_NOT_APPLICABLE;
    w->before = *w->sum;
    struct str why;
    findings_clear(list);
    if (!judge_control(j, w->control, list, &why))
        return false;
    if (why.ptr) {
        w->tally->reason = arena_str(w->arena, why);
        w->sum->errors.items[w->sum->errors.count++] = w->tally->reason;
    }
    if (!take_findings(w, list))
        return false;
    w->sum->controls[w->tally->verdict]++;
    return true;
}

static const char insert_sql[] =
    "INSERT INTO finding(evaluation, id, control, account, region, type, resource, name, sub, tenant, verdict, severity,"
    " reason, evidence, waiver) VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15)";
static const char tenant_sql[] =
    "SELECT tenant FROM fact_thing WHERE tenant IS NOT NULL AND arn = ?1 UNION ALL"
    " SELECT tenant FROM fact_thing WHERE tenant IS NOT NULL AND arn IS NULL AND id = ?1 LIMIT 1";

/* A part of one control's findings is in memory at a time. */
static bool judge_all(struct work *w, const struct gaps *gaps, struct err *e)
{
    w->err = e;
    w->finding_arena = arena_child(w->arena, 1 << 20);
    struct judge j = {.arena = w->finding_arena, .scratch = arena_child(w->arena, 0), .store = w->store, .gaps = gaps,
                      .tenants = w->tenants_loaded ? &w->tenants : NULL, .batch = JUDGE_BATCH,
                      .hand_over = take_findings, .take_back = take_back_findings, .user = w};
    struct findings list = {0};
    w->sum->errors.items = arena_array_of(w->arena, struct str, w->controls->count + 1);
    w->insert = query_new(w->store, insert_sql, e);
    j.tenant_query = w->insert ? query_new(w->store, tenant_sql, e) : NULL;
    bool good = j.tenant_query != NULL;
    for (uint32_t i = 0; good && i < w->controls->count; i++)
        good = judge_one(w, &j, &list, i);
    findings_free(&list);
    good = query_done(j.tenant_query) && good;
    return query_done(w->insert) && good;
}

static bool write_evaluation(struct work *w, struct err *e)
{
    char hex[SHA256_HEX_MAX] = "";
    struct buf b;
    buf_init(&b, 16 << 20);
    if (w->request->config)
        json_write_canonical(&b, w->request->config);
    sha256_hex(buf_str(&b), hex);
    buf_done(&b);
    struct query *q = query_new(w->store, "INSERT INTO evaluation(run, at_us, as_of_us, tool_version, config_sha256,"
                                          " controls_sha256) VALUES (?1, ?2, ?3, ?4, ?5, ?6)", e);
    if (!q)
        return false;
    query_bind_int(q, 1, w->request->run);
    query_bind_int(q, 2, w->request->at_us);
    query_bind_int(q, 3, w->request->as_of_us);
    query_bind_strz(q, 4, w->request->tool_version ? w->request->tool_version : "");
    query_bind_strz(q, 5, hex);
    query_bind_strz(q, 6, w->controls->sha256);
    bool good = query_run(q);
    w->sum->evaluation = store_last_id(w->store);
    return query_done(q) && good;
}

static struct str citations_json(struct arena *a, const struct control *c)
{
    struct buf b;
    struct json_out o;
    buf_init(&b, 1 << 20);
    jo_init(&o, &b, false);
    jo_array(&o);
    for (uint32_t i = 0; i < c->citations.count; i++)
        jo_str(&o, c->citations.items[i]);
    jo_end_array(&o);
    struct str out = arena_str(a, buf_str(&b));
    buf_done(&b);
    return out;
}

static bool write_result(struct work *w, struct query *q, uint32_t at)
{
    const struct control *c = &w->controls->items[at];
    const struct control_tally *t = &w->tallies[at];
    static const enum control_verdict counted[] = {CONTROL_PASS, CONTROL_FAIL, CONTROL_UNKNOWN, CONTROL_WAIVED};
    query_bind_int(q, 1, w->sum->evaluation);
    query_bind_str(q, 2, c->id);
    query_bind_str(q, 3, c->title);
    query_bind_strz(q, 4, control_severity_name(c->severity));
    query_bind_str(q, 5, citations_json(w->arena, c));
    query_bind_strz(q, 6, control_verdict_name(t->verdict));
    for (int i = 0; i < 4; i++)
        query_bind_int(q, 7 + i, t->counts[counted[i]]);
    query_bind_str(q, 11, c->remedy);
    query_bind_str(q, 12, t->reason);
    return query_run(q);
}

static bool write_results(struct work *w, struct err *e)
{
    struct query *q = query_new(w->store, "INSERT INTO control_result VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12)", e);
    bool good = q != NULL;
    for (uint32_t i = 0; good && i < w->controls->count; i++)
        good = write_result(w, q, i);
    return query_done(q) && good;
}

static void write_counts(struct json_out *o, const char *key, const uint64_t *counts, uint32_t n, const char *(*name)(int))
{
    jo_key(o, key);
    jo_object(o);
    for (uint32_t i = 0; i < n; i++)
        jo_kv_int(o, name((int)i), (int64_t)counts[i]);
    jo_end_object(o);
}

static const char *name_of_verdict(int v) { return control_verdict_name((enum control_verdict)v); }
static const char *name_of_severity(int v) { return control_severity_name((enum control_severity)v); }
static const char *name_of_citation(int v) { return citation_state_name((enum citation_state)v); }

/* Per type: things, those of no tenant that are not declared shared, and those that can hold PHI. Left out are the names of
 * keys and what AWS makes in every region of every account. */
static bool write_inventory(struct work *w, struct json_out *o, struct err *e)
{
    struct query *q = query_new(w->store, "SELECT type, count(*), total(tenant IS NULL AND shared IS NOT 1), total(phi = 1)"
                                          " FROM fact_thing WHERE type NOT IN ('AWS::KMS::Alias', 'AWS::SSO::Instance')"
                                          " AND NOT (type = 'AWS::Events::EventBus' AND name IS 'default')"
                                          " GROUP BY type ORDER BY type", e);
    if (!q)
        return false;
    int64_t sums[3] = {0};
    jo_key(o, "inventory");
    jo_array(o);
    while (query_step(q)) {
        static const char *const keys[] = {"count", "unassigned", "phi"};
        jo_object(o);
        jo_kv_str(o, "type", query_str(q, 0));
        for (int i = 0; i < 3; i++) {
            jo_kv_int(o, keys[i], query_int(q, i + 1));
            sums[i] += query_int(q, i + 1);
        }
        jo_end_object(o);
    }
    jo_end_array(o);
    jo_kv_int(o, "resources", sums[0]);
    jo_kv_int(o, "unassigned", sums[1]);
    jo_kv_int(o, "phi_stores", sums[2]);
    return query_done(q);
}

static bool write_summary(struct work *w, struct err *e)
{
    const struct control_summary *sum = w->sum;
    struct buf b;
    struct json_out o;
    buf_init(&b, 1 << 20);
    jo_init(&o, &b, false);
    jo_object(&o);
    write_counts(&o, "findings", sum->findings, 5, name_of_verdict);
    write_counts(&o, "controls", sum->controls, 5, name_of_verdict);
    write_counts(&o, "fails", sum->fails, 4, name_of_severity);
    write_counts(&o, "citations", sum->citations, 6, name_of_citation);
    jo_kv_int(&o, "gaps", (int64_t)sum->gaps);
    jo_kv_int(&o, "expired_waivers", (int64_t)sum->expired_waivers);
    jo_kv_int(&o, "refused_waivers", (int64_t)sum->refused_waivers);
    jo_kv_str(&o, "company", json_str(json_path(w->request->config, "company.name")));
    bool counted = write_inventory(w, &o, e);
    jo_end_object(&o);
    struct query *q = query_new(w->store, "UPDATE evaluation SET summary = ?1 WHERE id = ?2", e);
    bool good = q != NULL && counted;
    if (good) {
        query_bind_str(q, 1, buf_str(&b));
        query_bind_int(q, 2, sum->evaluation);
        good = query_run(q);
    }
    buf_done(&b);
    return query_done(q) && good;
}

static bool write_all(struct work *w, const struct gaps *gaps, struct err *e)
{
    return write_evaluation(w, e) && judge_all(w, gaps, e) && write_results(w, e) &&
           citations_write(w->arena, w->store, w->sum->evaluation, w->controls, w->tallies, w->request->config,
                           w->request->as_of_us, w->sum, e) &&
           write_summary(w, e);
}

bool control_evaluate(struct arena *a, struct store *s, const struct control_request *r, const struct controls *c,
                      struct control_summary *out, struct err *e)
{
    *out = (struct control_summary){0};
    struct work w = {.arena = a, .store = s, .request = r, .controls = c, .sum = out,
                     .tallies = arena_array_of(a, struct control_tally, c->count + 1)};
    struct gaps gaps;
    if (!facts_build(a, s, r->run, r->config, r->as_of_us, e) || (r->derive && !r->derive(r->user, a, s, e)))
        return false;
    finished(&w, CONTROL_FACTS_BUILT);
    if (!load_tenants(&w, e) || !gaps_load(&gaps, a, s, r->run, control_operations(a, c), e) || !gaps_publish(&gaps, s, e))
        return false;
    out->gaps = gaps.count;
    if (!store_begin(s, e))
        return false;
    if (!write_all(&w, &gaps, e)) {
        store_rollback(s);
        return false;
    }
    bool written = store_commit(s, e);
    finished(&w, CONTROL_WRITTEN);
    return written;
}
