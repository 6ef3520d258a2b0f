/* tests/unit/collect/fake.h: a scripted transport with a clock of its own: no socket, no waiting. */
#ifndef WARD_TESTS_COLLECT_FAKE_H
#define WARD_TESTS_COLLECT_FAKE_H

#include "collect/collect.h"
#include "collect/ingest.h"
#include "harness.h"

#include <stdlib.h>

enum { FAKE_LOG_MAX = 4096, FAKE_RULES_MAX = 64, FAKE_PENDING_MAX = 1024 };

/* The first rule that matches and has times left answers; none = "{}". */
struct fake_rule {
    const char *op;       /* glob */
    const char *params;   /* text in the parameters; NULL = any */
    const char *token;    /* page asked for; NULL = any */
    const char *account;  /* NULL = any */
    const char *region;   /* NULL = any */
    int times;            /* 0 = always */
    enum reply_class class;
    const char *code, *message, *json, *next, *hint_region;
    int64_t retry_after_ms, server_us;
    int used;
};

struct fake_pending {
    struct send q;
    reply_done *done;
    void *user;
    int64_t due_us;
};

struct fake {
    struct transport t;
    int64_t clock_us, latency_us, offset_us;
    struct fake_rule rules[FAKE_RULES_MAX];
    int rule_count;
    struct fake_pending pending[FAKE_PENDING_MAX];
    int pending_count, pending_peak;
    char *log[FAKE_LOG_MAX]; /* "ACCOUNT REGION OP PARAMS TOKEN" of everything sent */
    int log_count;
    uint32_t sessions;
    int refreshes, refresh_fails, assume_fails_from;
    char last_policy[8192], last_role[256];
    const char *absent_service, *absent_region; /* presence NO */
    volatile sig_atomic_t stop;
    int stop_after; /* raise stop when that many were sent; 0 = never */
    int stop_level;
    /* For big fan-outs: makes the answer instead of the rules. */
    bool (*make)(struct fake *f, struct arena *a, const struct send *q, struct reply *r);
    uint64_t sent;
};

static int64_t fake_now(void *impl)
{
    return ((struct fake *)impl)->clock_us;
}

static int64_t fake_offset(void *impl)
{
    return ((struct fake *)impl)->offset_us;
}

static void fake_note(struct fake *f, const struct send *q)
{
    f->sent++;
    if (f->log_count == FAKE_LOG_MAX)
        return;
    struct buf b;
    buf_init(&b, 1 << 20);
    buf_addf(&b, "%.*s %.*s %.*s ", STR_ARG(q->account), STR_ARG(q->region), STR_ARG(q->op->id));
    if (q->params)
        json_write_canonical(&b, q->params);
    else
        buf_addz(&b, "{}");
    buf_addf(&b, " %.*s", STR_ARG(q->page_token));
    f->log[f->log_count++] = strdup(buf_cstr(&b));
    buf_done(&b);
}

static bool fake_start(void *impl, const struct send *q, reply_done *done, void *user, struct err *e)
{
    struct fake *f = impl;
    if (f->pending_count == FAKE_PENDING_MAX)
        return err_set(e, ERR_INTERNAL, "too many requests");
    fake_note(f, q);
    f->pending[f->pending_count++] = (struct fake_pending){*q, done, user, f->clock_us + f->latency_us};
    if (f->pending_count > f->pending_peak)
        f->pending_peak = f->pending_count;
    if (f->stop_after && f->sent >= (uint64_t)f->stop_after)
        f->stop = f->stop_level ? f->stop_level : 1;
    return true;
}

static bool fake_matches(const struct fake_rule *r, const struct send *q, const char *params)
{
    return (r->times == 0 || r->used < r->times) && str_glob(str_of(r->op), q->op->id) &&
           (!r->params || strstr(params, r->params)) && (!r->token || str_eqz(q->page_token, r->token)) &&
           (!r->account || str_eqz(q->account, r->account)) && (!r->region || str_eqz(q->region, r->region));
}

static void fake_answer(struct fake *f, struct arena *a, const struct send *q, struct reply *r)
{
    struct buf b;
    struct err e = {0};
    const char *json = "{}";
    *r = (struct reply){.class = REPLY_OK, .http = 200, .source = STR("stub"), .arena = a, .request_id = STR("req-1")};
    if (f->make && f->make(f, a, q, r))
        return;
    buf_init(&b, 1 << 20);
    buf_addz(&b, "");
    if (q->params)
        json_write_canonical(&b, q->params);
    for (int i = 0; i < f->rule_count; i++) {
        struct fake_rule *rule = &f->rules[i];
        if (!fake_matches(rule, q, buf_cstr(&b)))
            continue;
        rule->used++;
        r->class = rule->class;
        r->code = str_of(rule->code ? rule->code : "");
        r->message = str_of(rule->message ? rule->message : "");
        r->next_token = str_of(rule->next ? rule->next : "");
        r->region = str_of(rule->hint_region ? rule->hint_region : "");
        r->retry_after_ms = rule->retry_after_ms;
        r->server_us = rule->server_us;
        json = rule->json ? rule->json : "{}";
        break;
    }
    buf_done(&b);
    if (r->class != REPLY_OK)
        r->http = 400;
    else if (!(r->json = json_parse(a, str_of(json), 1 << 20, &e)))
        fail_msg("bad JSON in a rule: %s", json);
}

static void fake_poll(void *impl, int timeout_ms)
{
    struct fake *f = impl;
    int64_t until = f->clock_us + (int64_t)timeout_ms * 1000;
    for (int i = 0; i < f->pending_count; i++)
        if (f->pending[i].due_us < until)
            until = f->pending[i].due_us;
    if (until > f->clock_us)
        f->clock_us = until;
    struct arena *a = arena_new(0);
    for (int i = 0; i < f->pending_count;) {
        if (f->pending[i].due_us > f->clock_us) {
            i++;
            continue;
        }
        struct fake_pending p = f->pending[i];
        memmove(&f->pending[i], &f->pending[i + 1], (size_t)(f->pending_count - i - 1) * sizeof(p));
        f->pending_count--;
        struct reply r;
        fake_answer(f, a, &p.q, &r);
        p.done(p.user, &r);
        arena_reset(a);
    }
    arena_free(a);
}

static void fake_abort(void *impl)
{
    ((struct fake *)impl)->pending_count = 0;
}

static bool fake_identity(void *impl, struct arena *a, struct identity *out, struct err *e)
{
    (void)impl;
    (void)a;
    (void)e;
    *out = (struct identity){STR("111111111111"), STR("arn:aws:iam::111111111111:user/auditor"), STR("aws")};
    return true;
}

static bool fake_assume(void *impl, const struct assume *q, uint32_t *session, struct err *e)
{
    struct fake *f = impl;
    (void)snprintf(f->last_policy, sizeof(f->last_policy), "%.*s", STR_ARG(q->policy));
    (void)snprintf(f->last_role, sizeof(f->last_role), "%.*s", STR_ARG(q->role_arn));
    if (f->assume_fails_from && (int)f->sessions + 1 >= f->assume_fails_from)
        return err_set(e, ERR_AWS, "not authorized to perform sts:AssumeRole");
    *session = ++f->sessions;
    return true;
}

static bool fake_refresh(void *impl, uint32_t session, struct err *e)
{
    struct fake *f = impl;
    (void)session;
    f->refreshes++;
    return f->refreshes > f->refresh_fails || err_set(e, ERR_CREDENTIALS, "cannot be refreshed");
}

static void fake_set_clock(void *impl, int64_t server_us)
{
    struct fake *f = impl;
    f->offset_us = server_us - f->clock_us;
}

static enum presence fake_presence(void *impl, const struct aws_op *op, struct str region)
{
    const struct fake *f = impl;
    if (f->absent_service && str_eqz(op->service, f->absent_service) && str_eqz(region, f->absent_region))
        return PRESENCE_NO;
    return str_eqz(op->service, "neptune-graph") ? PRESENCE_UNKNOWN : PRESENCE_YES;
}

static struct str fake_home(void *impl, const struct aws_op *op)
{
    (void)impl;
    return op->home_region.len > 0 ? op->home_region : STR("us-east-1");
}

static struct str fake_region_at(void *impl, uint32_t i)
{
    static const char *const names[] = {"us-east-1", "eu-west-1", "eu-central-1", "ap-east-1"};
    (void)impl;
    return i < 4 ? str_of(names[i]) : (struct str){NULL, 0};
}

static void fake_init(struct fake *f)
{
    memset(f, 0, sizeof(*f));
    f->t = (struct transport){f, fake_now, fake_offset, fake_start, fake_poll, fake_abort, fake_identity, fake_assume,
                              fake_refresh, fake_set_clock, fake_presence, fake_home, fake_region_at};
    f->clock_us = INT64_C(1800000000000000);
    f->latency_us = 100000;
}

static void fake_done(struct fake *f)
{
    for (int i = 0; i < f->log_count; i++)
        free(f->log[i]);
    f->log_count = 0;
}

static void fake_rule(struct fake *f, struct fake_rule r)
{
    assert_true(f->rule_count < FAKE_RULES_MAX);
    f->rules[f->rule_count++] = r;
}

/* How many requests contain the text. */
static int fake_count(const struct fake *f, const char *text)
{
    int n = 0;
    for (int i = 0; i < f->log_count; i++)
        n += strstr(f->log[i], text) != NULL;
    return n;
}

/* Place of the first request that contains the text, or -1. */
static int fake_first(const struct fake *f, const char *text)
{
    for (int i = 0; i < f->log_count; i++)
        if (strstr(f->log[i], text))
            return i;
    return -1;
}

#endif
