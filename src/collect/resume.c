/* Going on with an interrupted run: what ended well and is young enough stays, the rest is made again. */
#include "collect/sched.h"

#include "base/instant.h"
#include "codec/hash.h"

#include <stdlib.h>

enum { RESUME_AGE_S = 3600, RESUME_SLOTS_FIRST = 1024, SCOPE_MAX_BYTES = 4 << 20 };

/* Ends that are facts: there is nothing to be gained from asking again. */
#define GOOD_ENDS "('ok', 'empty', 'absent', 'gone', 'unavailable')"

/* The writer's lock is ours: a run that is still marked as running was left by a ward that was killed. */
static bool newest(struct sched *s, int64_t *run, struct str *scope)
{
    *run = 0;
    struct query *q = query_new(s->store,
                                "SELECT id, scope FROM run WHERE kind = 'collect' AND status IN ('interrupted', 'running')"
                                " ORDER BY id DESC LIMIT 1", s->err);
    if (!q)
        return false;
    if (query_step(q)) {
        *run = query_int(q, 0);
        *scope = arena_str(s->arena, query_str(q, 1));
    }
    return query_done(q);
}

static bool contains(const struct json *list, struct str name)
{
    for json_each (item, list)
        if (str_eq(json_str(item), name))
            return true;
    return false;
}

/* What was asked for then, unless it is asked for again: then it must be the same. */
static bool same_names(struct sched *s, int64_t run, const char *what, const struct json *then, const struct str **names,
                       uint32_t *count)
{
    if (*count == 0) {
        struct str *all = arena_array_of(s->arena, struct str, (then ? then->count : 0) + 1);
        for json_each (item, then)
            all[(*count)++] = json_str(item);
        *names = all;
        return true;
    }
    bool same = then && then->count == *count;
    for (uint32_t i = 0; i < *count && same; i++)
        same = contains(then, (*names)[i]);
    if (!same) {
        err_set(s->err, ERR_USAGE, "the interrupted run %lld was asked for other %s", (long long)run, what);
        err_hint(s->err, "leave the option out to go on with that run, or start a new one");
    }
    return same;
}

bool resume_scope(struct sched *s, struct collect_options *o)
{
    struct str text = {NULL, 0};
    if (!newest(s, &s->resumed_run, &text))
        return false;
    if (s->resumed_run == 0) {
        err_set(s->err, ERR_NO_DATA, "there is no interrupted run to go on with");
        err_hint(s->err, "start a new one without --resume");
        return false;
    }
    const struct json *scope = json_parse(s->arena, text, SCOPE_MAX_BYTES, s->err), *org = json_getz(scope, "org");
    if (!scope)
        return false;
    bool then = org && org->type == JSON_TRUE;
    if (o->org && !then) {
        err_set(s->err, ERR_USAGE, "the interrupted run %lld was not asked for the organization", (long long)s->resumed_run);
        err_hint(s->err, "leave the option out to go on with that run, or start a new one");
        return false;
    }
    o->org = then;
    return same_names(s, s->resumed_run, "regions", json_getz(scope, "regions"), &o->regions, &o->region_count) &&
           same_names(s, s->resumed_run, "accounts", json_getz(scope, "accounts"), &o->accounts, &o->account_count);
}

static uint64_t key_hash(struct str op, struct str account, struct str region, struct str params)
{
    const struct str part[] = {op, account, region, params};
    uint64_t hash = 0;
    for (int i = 0; i < 4; i++)
        hash = hash64(part[i], hash + 1);
    return hash ? hash : 1;
}

static void put(struct sched *s, uint64_t key, int64_t call)
{
    uint64_t i = key & (s->resumed_size - 1);
    while (s->resumed_keys[i])
        i = (i + 1) & (s->resumed_size - 1);
    s->resumed_keys[i] = key;
    s->resumed_calls[i] = call;
    s->resumed_count++;
}

static bool forget(struct sched *s, int64_t run, int64_t oldest_us, struct err *e)
{
    static const char *const sql[] = {
        "DELETE FROM resource WHERE call IN (SELECT id FROM call WHERE run = :run AND (status NOT IN " GOOD_ENDS " OR at_us < :oldest))",
        "DELETE FROM call_part WHERE call IN (SELECT id FROM call WHERE run = :run AND (status NOT IN " GOOD_ENDS " OR at_us < :oldest))",
        "DELETE FROM call WHERE run = :run AND (status NOT IN " GOOD_ENDS " OR at_us < :oldest)",
    };
    for (size_t i = 0; i < sizeof(sql) / sizeof(sql[0]); i++) {
        struct query *q = query_new(s->store, sql[i], e);
        if (!q)
            return false;
        query_bind_named_int(q, ":run", run);
        query_bind_named_int(q, ":oldest", oldest_us);
        bool ran = query_run(q);
        if (!query_done(q) || !ran)
            return false;
    }
    return true;
}

static bool load(struct sched *s, int64_t run, struct err *e)
{
    struct query *q = query_new(s->store, "SELECT count(*) FROM call WHERE run = ?1", e);
    if (!q)
        return false;
    query_bind_int(q, 1, run);
    uint64_t rows = query_step(q) ? (uint64_t)query_int(q, 0) : 0;
    if (!query_done(q))
        return false;
    s->resumed_size = RESUME_SLOTS_FIRST;
    while (s->resumed_size < rows * 2)
        s->resumed_size *= 2;
    s->resumed_keys = calloc(s->resumed_size, sizeof(s->resumed_keys[0]));
    s->resumed_calls = calloc(s->resumed_size, sizeof(s->resumed_calls[0]));
    if (!s->resumed_keys || !s->resumed_calls)
        die("out of memory");
    q = query_new(s->store, "SELECT id, op, account, region, params FROM call WHERE run = ?1", e);
    if (!q)
        return false;
    query_bind_int(q, 1, run);
    while (query_step(q))
        put(s, key_hash(query_str(q, 1), query_str(q, 2), query_str(q, 3), query_str(q, 4)), query_int(q, 0));
    return query_done(q);
}

bool resume_load(struct sched *s, int64_t run, struct err *e)
{
    int64_t age_s = s->o->resume_max_age_s > 0 ? s->o->resume_max_age_s : RESUME_AGE_S;
    int64_t oldest_us = s->started_us + s->t->offset_us(s->t->impl) - age_s * US_PER_S;
    if (!store_begin(s->store, e))
        return false;
    if (!forget(s, run, oldest_us, e)) {
        store_rollback(s->store);
        return false;
    }
    return store_commit(s->store, e) && load(s, run, e);
}

/* A hash alone would let two calls be taken for one: the row itself decides. */
static bool is_call(const struct sched *s, int64_t call, const struct aws_op *op, struct str account, struct str region,
                    struct str params)
{
    struct err e = {0};
    struct query *q = query_new(s->store, "SELECT op, account, region, params FROM call WHERE id = ?1", &e);
    if (!q)
        return false;
    query_bind_int(q, 1, call);
    bool same = query_step(q) && str_eq(query_str(q, 0), op->id) && str_eq(query_str(q, 1), account) &&
                str_eq(query_str(q, 2), region) && str_eq(query_str(q, 3), params);
    return query_done(q) && same;
}

int64_t resume_find(const struct sched *s, const struct aws_op *op, struct str account, struct str region, struct str params)
{
    uint64_t key = key_hash(op->id, account, region, params);
    for (uint64_t i = key & (s->resumed_size - 1); s->resumed_keys[i]; i = (i + 1) & (s->resumed_size - 1))
        if (s->resumed_keys[i] == key && is_call(s, s->resumed_calls[i], op, account, region, params))
            return s->resumed_calls[i];
    return 0;
}

void resume_free(struct sched *s)
{
    free(s->resumed_keys);
    free(s->resumed_calls);
}
