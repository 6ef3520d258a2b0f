/* Going on with an interrupted run: what ended well and is young enough stays, the rest is made again. */
#include "collect/sched.h"

#include "base/instant.h"
#include "codec/hash.h"

#include <stdlib.h>

enum { RESUME_AGE_S = 3600, RESUME_SLOTS_FIRST = 1024, RESUME_KEY_MAX_BYTES = 1 << 21 };

/* Ends that are facts: there is nothing to be gained from asking again. */
#define GOOD_ENDS "('ok', 'empty', 'absent', 'gone', 'unavailable')"

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
