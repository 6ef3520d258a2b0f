#include "collect/transport_aws.h"

#include "aws/answer.h"
#include "aws/serialize.h"
#include "aws/sigv4.h"
#include "base/instant.h"

#include <stdlib.h>
#include <time.h>

enum { SESSIONS_MAX = 4096 };

struct flight {
    struct flight *next, *prev;
    struct aws *aws;
    const struct aws_op *op;
    bool custom; /* a configured endpoint */
    reply_done *done;
    void *user;
};

struct aws {
    struct transport t;
    const struct aws_credential_options *o;
    struct arena *arena;
    struct sigv4_keys *keys;
    struct aws_provider *sessions[SESSIONS_MAX]; /* 0 = the caller's own */
    uint32_t session_count;
    struct str region, partition;
    struct flight *flights;
    int64_t wall_us, monotonic_us; /* at the start: wall time that a clock change does not move */
    int64_t offset_us;
};

static int64_t read_clock(clockid_t id)
{
    struct timespec ts;
    (void)clock_gettime(id, &ts);
    return (int64_t)ts.tv_sec * US_PER_S + ts.tv_nsec / 1000;
}

static int64_t aws_now(void *impl)
{
    const struct aws *w = impl;
    return w->wall_us + read_clock(CLOCK_MONOTONIC) - w->monotonic_us;
}

static int64_t aws_offset(void *impl)
{
    return ((struct aws *)impl)->offset_us;
}

static void aws_set_clock(void *impl, int64_t server_us)
{
    struct aws *w = impl;
    w->offset_us = server_us - aws_now(w);
}

static int64_t signing_time(struct aws *w)
{
    return aws_now(w) + w->offset_us;
}

static enum reply_class class_of(enum aws_class c)
{
    switch (c) {
    case AWS_OK:
        return REPLY_OK;
    case AWS_ABSENT:
        return REPLY_ABSENT;
    case AWS_GONE:
        return REPLY_GONE;
    case AWS_DENIED:
        return REPLY_DENIED;
    case AWS_THROTTLED:
        return REPLY_THROTTLED;
    case AWS_RETRYABLE:
        return REPLY_RETRYABLE;
    case AWS_EXPIRED:
        return REPLY_EXPIRED;
    case AWS_SKEW:
        return REPLY_SKEW;
    case AWS_UNAVAILABLE:
        return REPLY_UNAVAILABLE;
    case AWS_WRONG_REGION:
        return REPLY_WRONG_REGION;
    case AWS_ERROR:
        break;
    }
    return REPLY_ERROR;
}

static void read_answer(const struct flight *f, const struct http_response *h, struct reply *r)
{
    struct aws_answer answer;
    aws_answer_read(r->arena, f->op, h->status, h->headers, h->body, &answer);
    r->class = class_of(answer.class);
    r->code = answer.code;
    r->message = answer.message;
    r->missing_action = answer.missing_action;
    r->request_id = answer.request_id;
    r->next_token = answer.page_token;
    r->region = answer.region;
    r->json = answer.json;
    r->truncated = answer.truncated;
    r->retry_after_ms = answer.retry_after_ms;
    if (!http_date(http_header(h, "Date"), &r->server_us))
        r->server_us = 0;
}

static void no_answer(const struct http_response *h, struct reply *r)
{
    static const struct {
        enum reply_class class;
        const char *code;
    } of[] = {
        [HTTP_OK] = {REPLY_ERROR, ""},
        [HTTP_DNS] = {REPLY_DNS, "HostNotFound"},
        [HTTP_CONNECT] = {REPLY_RETRYABLE, "ConnectionFailed"},
        [HTTP_TIMEOUT] = {REPLY_RETRYABLE, "Timeout"},
        [HTTP_CUT] = {REPLY_RETRYABLE, "AnswerCut"},
        [HTTP_TOO_LARGE] = {REPLY_ERROR, "AnswerTooLarge"},
        [HTTP_REUSED_DIED] = {REPLY_REUSED_DIED, "ConnectionDied"},
        [HTTP_FAILED] = {REPLY_RETRYABLE, "RequestFailed"},
    };
    r->class = of[h->outcome].class;
    r->code = str_of(of[h->outcome].code);
    r->message = str_of(h->error);
}

static void flight_end(struct flight *f)
{
    if (f->prev)
        f->prev->next = f->next;
    else
        f->aws->flights = f->next;
    if (f->next)
        f->next->prev = f->prev;
    free(f);
}

static void landed(void *user, const struct http_response *h)
{
    struct flight *f = user;
    struct arena *a = arena_new(0);
    struct reply r = {.arena = a, .http = (int)h->status, .source = f->custom ? STR("endpoint") : STR("aws")};
    if (h->outcome == HTTP_OK) {
        read_answer(f, h, &r);
        if (http_header(h, "x-ward-stub").ptr)
            r.source = STR("stub");
    } else {
        no_answer(h, &r);
    }
    reply_done *done = f->done;
    void *to = f->user;
    flight_end(f);
    done(to, &r);
    arena_free(a);
}

static bool build(struct aws *w, struct arena *a, const struct send *q, struct aws_request *r, bool *custom, struct err *e)
{
    struct aws_endpoint at;
    int64_t now_us = aws_now(w);
    const struct aws_credentials *c = aws_provider_get(w->sessions[q->session], now_us, e);
    if (!c || !aws_serialize(a, q->op, q->params, q->account, q->page_token, r, e) ||
        !aws_endpoint(a, w->o->endpoints, q->op, q->region, q->account, &at, e))
        return false;
    bool s3 = str_eqz(q->op->service, "s3");
    aws_endpoint_apply(a, &at, s3 ? json_get_str(q->params, "Bucket") : STR(""), r);
    struct sigv4_options options = sigv4_options_for(q->op->signing_name);
    options.keys = w->keys;
    sigv4_sign(a, r, c, at.signing_region, q->op->signing_name, signing_time(w), &options);
    *custom = at.custom;
    return true;
}

static bool send_it(struct aws *w, struct arena *a, const struct aws_request *r, struct flight *f, struct err *e)
{
    struct str headers[AWS_HEADER_MAX];
    for (uint32_t i = 0; i < r->header_count; i++)
        headers[i] = r->headers[i].value.len > 0
                         ? arena_printf(a, "%.*s: %.*s", STR_ARG(r->headers[i].name), STR_ARG(r->headers[i].value))
                         : arena_printf(a, "%.*s;", STR_ARG(r->headers[i].name));
    struct str parts[] = {r->scheme, STR("://"), r->host, r->path, r->query.len > 0 ? STR("?") : STR(""), r->query};
    struct http_request q = {
        .method = r->method,
        .url = arena_concat(a, parts, 6),
        .headers = headers,
        .header_count = r->header_count,
        .body = r->body,
    };
    return http_start(w->o->http, &q, landed, f, e);
}

static bool aws_start(void *impl, const struct send *q, reply_done *done, void *user, struct err *e)
{
    struct aws *w = impl;
    struct arena *a = arena_new(0);
    struct aws_request r = {0};
    bool custom = false;
    struct flight *f = calloc(1, sizeof(*f));
    if (!f)
        die("out of memory");
    bool ok = build(w, a, q, &r, &custom, e);
    *f = (struct flight){.next = w->flights, .aws = w, .op = q->op, .custom = custom, .done = done, .user = user};
    if (w->flights)
        w->flights->prev = f;
    w->flights = f;
    ok = ok && send_it(w, a, &r, f, e);
    if (!ok)
        flight_end(f);
    arena_free(a);
    return ok;
}

static void aws_poll(void *impl, int timeout_ms)
{
    http_poll(((struct aws *)impl)->o->http, timeout_ms);
}

static void aws_abort(void *impl)
{
    struct aws *w = impl;
    http_abort(w->o->http);
    while (w->flights)
        flight_end(w->flights);
}

static bool aws_who(void *impl, struct arena *a, struct identity *out, struct err *e)
{
    struct aws *w = impl;
    struct aws_identity id;
    const struct aws_credentials *c = aws_provider_get(w->sessions[0], aws_now(w), e);
    if (!c || !aws_caller_identity(a, w->o, c, signing_time(w), &id, e))
        return false;
    struct str rest = id.arn;
    (void)str_cut(&rest, ':');
    *out = (struct identity){.account = id.account, .arn = id.arn};
    if (rest.ptr)
        out->partition = str_cut(&rest, ':');
    w->partition = arena_str(w->arena, out->partition);
    return true;
}

static bool aws_assume(void *impl, const struct assume *q, uint32_t *session, struct err *e)
{
    struct aws *w = impl;
    struct aws_role role = {
        .arn = q->role_arn,
        .session_name = q->session_name,
        .external_id = q->external_id,
        .policy = q->policy,
        .policy_arn = q->policy_arn,
        .region = w->region,
    };
    if (w->session_count == SESSIONS_MAX)
        return err_set(e, ERR_LIMIT, "more than %d accounts in one run", (int)SESSIONS_MAX);
    struct aws_provider *p = aws_provider_role_new(w->sessions[0], &role);
    if (!aws_provider_get(p, aws_now(w), e)) {
        aws_provider_free(p);
        return false;
    }
    *session = w->session_count;
    w->sessions[w->session_count++] = p;
    return true;
}

static bool aws_refresh(void *impl, uint32_t session, struct err *e)
{
    struct aws *w = impl;
    aws_provider_expire(w->sessions[session]);
    return aws_provider_get(w->sessions[session], aws_now(w), e) != NULL;
}

static enum presence aws_presence_of(void *impl, const struct aws_op *op, struct str region)
{
    const struct aws *w = impl;
    switch (aws_service_presence(aws_endpoints_regions(w->o->endpoints), op->service, region)) {
    case AWS_PRESENT:
        return PRESENCE_YES;
    case AWS_NOT_PRESENT:
        return PRESENCE_NO;
    default:
        return PRESENCE_UNKNOWN;
    }
}

/* The table's home regions are those of the partition "aws". */
static struct str aws_home(void *impl, const struct aws_op *op)
{
    const struct aws *w = impl;
    bool commercial = w->partition.len == 0 || str_eqz(w->partition, "aws");
    if (commercial && op->home_region.len > 0)
        return op->home_region;
    uint32_t count;
    const struct aws_region *all = aws_regions_all(aws_endpoints_regions(w->o->endpoints), &count);
    for (uint32_t i = 0; i < count; i++)
        if (str_eq(all[i].partition, commercial ? STR("aws") : w->partition))
            return all[i].global_region;
    return w->region;
}

static struct str aws_region_at(void *impl, uint32_t at)
{
    const struct aws *w = impl;
    uint32_t count;
    const struct aws_region *all = aws_regions_all(aws_endpoints_regions(w->o->endpoints), &count);
    for (uint32_t i = 0; i < count; i++)
        if (str_eq(all[i].partition, w->partition) && at-- == 0)
            return all[i].name;
    return (struct str){NULL, 0};
}

struct transport *transport_aws_new(const struct aws_credential_options *o, struct str region)
{
    struct aws *w = calloc(1, sizeof(*w));
    if (!w)
        die("out of memory");
    w->o = o;
    w->arena = arena_new(0);
    w->keys = sigv4_keys_new();
    w->region = arena_str(w->arena, region.len > 0 ? region : STR("us-east-1"));
    w->sessions[w->session_count++] = aws_provider_new(o);
    w->wall_us = read_clock(CLOCK_REALTIME);
    w->monotonic_us = read_clock(CLOCK_MONOTONIC);
    w->t = (struct transport){w, aws_now, aws_offset, aws_start, aws_poll, aws_abort, aws_who, aws_assume,
                              aws_refresh, aws_set_clock, aws_presence_of, aws_home, aws_region_at};
    return &w->t;
}

void transport_aws_free(struct transport *t)
{
    if (!t)
        return;
    struct aws *w = t->impl;
    aws_abort(w);
    while (w->session_count > 0)
        aws_provider_free(w->sessions[--w->session_count]);
    sigv4_keys_free(w->keys);
    arena_free(w->arena);
    free(w);
}
