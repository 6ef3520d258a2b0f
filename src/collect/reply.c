/* What an answer means for its call: rows and the next page, another try, or the end. */
#include "collect/sched.h"

#include "codec/hash.h"
#include "collect/redact.h"

#include <stdlib.h>

enum { SESSION_FRESH_US = 30000000 };

static int64_t now(const struct sched *s)
{
    return s->t->now_us(s->t->impl);
}

static void end_with(struct unit *u, enum call_status status, const struct reply *r)
{
    unit_end(u, status, r->http, r->code, r->message, r->missing_action, r->request_id, r->source);
}

/* Rows that were read stay, and the call says that they are not all. */
static void end_failed(struct unit *u, enum call_status status, const struct reply *r)
{
    end_with(u, u->pages > 0 ? CALL_TRUNCATED : status, r);
}

static void wait_us(struct unit *u, int64_t delay_us)
{
    struct sched *s = u->s;
    u->due_us = now(s) + delay_us;
    if (s->waiting_count == s->waiting_size) {
        s->waiting_size = s->waiting_size ? s->waiting_size * 2 : 64;
        s->waiting = realloc(s->waiting, s->waiting_size * sizeof(s->waiting[0]));
        if (!s->waiting)
            die("out of memory");
    }
    if (s->waiting_count == 0 || u->due_us < s->waiting_first_us)
        s->waiting_first_us = u->due_us;
    s->waiting[s->waiting_count++] = u;
}

static void again(struct unit *u)
{
    queue_push_unit(u->s, u->queue, u);
}

/* A token that was used before would go round for ever. */
static bool token_is_new(struct unit *u, struct str token)
{
    uint64_t hash = hash64(token, 0);
    for (uint32_t i = 0; i < u->token_count; i++)
        if (u->tokens[i] == hash)
            return false;
    if (u->token_count == u->token_size) {
        u->token_size = u->token_size ? u->token_size * 2 : 8;
        u->tokens = realloc(u->tokens, u->token_size * sizeof(u->tokens[0]));
        if (!u->tokens)
            die("out of memory");
    }
    u->tokens[u->token_count++] = hash;
    return true;
}

static bool is_busy(const struct unit *u, const struct json *answer)
{
    if (!u->op->poll_path)
        return false;
    struct str state = json_str(json_path(answer, u->op->poll_path));
    for (int i = 0; i < 2; i++)
        if (u->op->poll_busy[i] && str_eqz(state, u->op->poll_busy[i]))
            return true;
    return false;
}

enum stored { STORED, NOT_AN_ANSWER, STORE_FAILED };

static enum stored store_page(struct unit *u, struct json *answer)
{
    struct sched *s = u->s;
    struct err e = {0};
    if (!u->call)
        u->call = ingest_open(s->ingest, u->op->op, u->account->id, s->region_names[u->region], u->params,
                              unit_at_us(u), &e);
    if (u->call && ingest_page(u->call, answer, &e))
        return STORED;
    if (e.kind == ERR_PARSE)
        return NOT_AN_ANSWER;
    *s->err = e;
    sched_broken(s);
    return STORE_FAILED;
}

static void on_answer(struct unit *u, struct reply *r)
{
    struct sched *s = u->s;
    if (is_busy(u, r->json)) {
        if (++u->polls > SCHED_POLLS_MAX)
            unit_end_code(u, CALL_ERROR, "JobNotFinished", "the job was still running when ward stopped asking");
        else
            wait_us(u, SCHED_POLL_US);
        return;
    }
    account_answer(u, r->json);
    unit_feed(u, r->json);
    redact_answer(r->arena, u->op->op, str_make((const char *)s->hmac_key, sizeof(s->hmac_key)), r->json);
    if (!s->broken && store_page(u, r->json) == NOT_AN_ANSWER) {
        r->code = STR("UnexpectedAnswer");
        r->message = STR("the answer does not have the shape that the operation's answers have");
        end_failed(u, CALL_ERROR, r);
        return;
    }
    u->pages++;
    u->retry = (struct retry){0};
    if (r->next_token.len == 0) {
        if (r->truncated)
            r->code = STR("MoreWithoutToken");
        end_with(u, r->truncated ? CALL_TRUNCATED : CALL_OK, r);
        return;
    }
    if (u->pages >= SCHED_PAGES_MAX || !token_is_new(u, r->next_token)) {
        r->code = u->pages >= SCHED_PAGES_MAX ? STR("TooManyPages") : STR("RepeatedToken");
        r->message = STR("the pages of the answer do not end");
        end_with(u, CALL_TRUNCATED, r);
        return;
    }
    u->token = arena_str(u->arena, r->next_token);
    again(u);
}

static void on_denied(struct unit *u, const struct reply *r)
{
    struct account_region *region = &u->account->regions[u->region];
    struct str service = u->op->op->service;
    bool scp = str_contains(r->message, STR("explicit deny in a service control policy"));
    bool known = false;
    for (uint32_t i = 0; i < region->scp_count; i++)
        known = known || str_eq(region->scp[i], service);
    if (scp && !known && !u->op->op->global && region->scp_count < SCHED_SCP_SERVICES)
        region->scp[region->scp_count++] = service;
    end_failed(u, CALL_DENIED, r);
}

/* The main loop fetches new credentials once; what they were too late for waits with its account. */
static void on_expired(struct unit *u, const struct reply *r)
{
    struct account *a = u->account;
    struct sched *s = u->s;
    if (u->generation < a->generation) {
        again(u);
        return;
    }
    bool fresh = a->refreshed_us && now(s) - a->refreshed_us < SESSION_FRESH_US;
    if (++u->refreshes > 1 || fresh) {
        a->dead = "ExpiredCredentials";
        queue_wake_list(s, &a->parked);
        end_failed(u, CALL_SKIPPED, r);
        return;
    }
    a->expired = true;
    again(u);
}

static void on_wrong_region(struct unit *u, struct reply *r)
{
    struct sched *s = u->s;
    struct str bucket = json_get_str(u->params, "Bucket");
    if (u->moved || r->region.len == 0 || bucket.len == 0) {
        end_failed(u, CALL_ERROR, r);
        return;
    }
    u->moved = true;
    struct account *a = u->account;
    struct str *region = arena_new_of(a->arena, struct str);
    *region = arena_str(a->arena, r->region);
    map_put(&a->bucket_region, arena_str(a->arena, bucket), region);
    u->region = sched_region(s, *region);
    u->queue = queue_for(a, u->op, u->region);
    again(u);
}

static void on_dns(struct unit *u, struct reply *r)
{
    struct sched *s = u->s;
    enum presence there = u->op->op->global ? PRESENCE_YES
                                            : s->t->presence(s->t->impl, u->op->op, s->region_names[u->region]);
    if (r->code.len == 0)
        r->code = STR("HostNotFound");
    /* Names resolve here, and the table does not know the service: it is not in this region. */
    if (there == PRESENCE_UNKNOWN && s->resolved)
        end_failed(u, CALL_UNAVAILABLE, r);
    else
        end_failed(u, CALL_ERROR, r);
}

static bool try_again(struct unit *u, const struct reply *r, enum reply_class class)
{
    struct sched *s = u->s;
    int64_t delay_us = 0;
    enum retry_verdict v = retry_next(&u->retry, class, r->retry_after_ms, now(s), sched_random(s), &delay_us);
    if (s->o->retry_budget_s > 0)
        delay_us = delay_us * s->o->retry_budget_s / RETRY_THROTTLE_BUDGET_S;
    if (class == REPLY_THROTTLED) {
        s->p.throttled++;
        s->sum->throttles++;
        rate_throttled(&u->queue->bucket->rate, now(s), v == RETRY_LATER ? delay_us : 0);
    }
    if (v == RETRY_NOW)
        again(u);
    else if (v == RETRY_LATER && !s->draining)
        wait_us(u, delay_us);
    return v == RETRY_NOW || (v == RETRY_LATER && !s->draining);
}

static void on_skew(struct unit *u, const struct reply *r)
{
    struct sched *s = u->s;
    /* EC2 calls both a late request and a session that has run out RequestExpired. */
    if ((u->skewed || r->server_us == 0) && str_eqz(r->code, "RequestExpired")) {
        on_expired(u, r);
        return;
    }
    if (u->skewed || r->server_us == 0) {
        end_failed(u, CALL_ERROR, r);
        return;
    }
    u->skewed = true;
    s->t->set_clock(s->t->impl, r->server_us);
    again(u);
}

static void not_answered(struct unit *u, struct reply *r)
{
    switch (r->class) {
    case REPLY_DENIED:
        on_denied(u, r);
        return;
    case REPLY_EXPIRED:
        on_expired(u, r);
        return;
    case REPLY_SKEW:
        on_skew(u, r);
        return;
    case REPLY_WRONG_REGION:
        on_wrong_region(u, r);
        return;
    case REPLY_ABSENT:
        end_failed(u, CALL_ABSENT, r);
        return;
    case REPLY_GONE:
        end_failed(u, u->op->has_parent ? CALL_GONE : CALL_ERROR, r);
        return;
    case REPLY_UNAVAILABLE:
        end_failed(u, CALL_UNAVAILABLE, r);
        return;
    case REPLY_THROTTLED:
        if (!try_again(u, r, r->class))
            end_failed(u, CALL_THROTTLED, r);
        return;
    case REPLY_DNS:
        if (!try_again(u, r, r->class))
            on_dns(u, r);
        return;
    case REPLY_RETRYABLE:
    case REPLY_REUSED_DIED:
        if (!try_again(u, r, r->class))
            end_failed(u, CALL_ERROR, r);
        return;
    default:
        end_failed(u, CALL_ERROR, r);
    }
}

static void release(struct unit *u)
{
    struct sched *s = u->s;
    struct bucket *b = u->queue->bucket;
    u->in_flight = false;
    b->in_flight--;
    b->host->in_flight--;
    s->in_flight--;
    queue_wake_list(s, &b->host->parked);
}

void unit_reply(void *user, struct reply *r)
{
    struct unit *u = user;
    struct sched *s = u->s;
    int64_t took_ms = (now(s) - u->sent_us) / 1000;
    release(u);
    u->ms += took_ms > 0 ? took_ms : 0;
    s->stats[u->region].calls++;
    s->stats[u->region].ms += took_ms > 0 ? took_ms : 0;
    if (r->class != REPLY_REUSED_DIED)
        u->attempts++;
    if (r->class != REPLY_DNS && r->class != REPLY_RETRYABLE)
        s->resolved = true;
    if (r->class == REPLY_OK && r->json)
        on_answer(u, r);
    else if (r->class == REPLY_OK) {
        r->code = STR("NoAnswer");
        end_failed(u, CALL_ERROR, r);
    } else
        not_answered(u, r);
    if (!s->filling)
        sched_fill(s);
}
