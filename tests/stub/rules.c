/* Fault rules: which request fails how. */
#include "base/file.h"
#include "stub.h"

#include <limits.h>
#include <stdio.h>

struct rule {
    struct str service, operation, account, region;
    unsigned long from, to, seen;
    struct hit hit;
    struct rule *next;
};

struct rules {
    struct arena *arena;
    struct rule *first, **end;
};

static const char *const names[] = {
    [FAULT_NONE] = "-", [FAULT_DENIED] = "denied", [FAULT_SCP] = "scp-denied", [FAULT_THROTTLED] = "throttled",
    [FAULT_500] = "error500", [FAULT_EXPIRED] = "expired", [FAULT_CODE] = "error", [FAULT_TIMEOUT] = "timeout",
    [FAULT_CUT] = "cut", [FAULT_HTML] = "html", [FAULT_OK_ERROR] = "ok-with-error", [FAULT_PAGE2] = "page2",
    [FAULT_REPEAT] = "repeat", [FAULT_CLOSE] = "close", [FAULT_DIE] = "die", [FAULT_DRIP] = "drip",
    [FAULT_LATENCY] = "latency",
};

const char *fault_name(enum fault f) { return names[f]; }

struct rules *rules_new(struct arena *a)
{
    struct rules *r = arena_new_of(a, struct rules);
    r->arena = a;
    r->end = &r->first;
    return r;
}

static struct str word(struct str *rest)
{
    *rest = str_trim(*rest);
    struct str w = str_cut(rest, ' ');
    if (!rest->ptr)
        *rest = STR("");
    return w;
}

static bool parse_calls(struct str s, struct rule *r)
{
    uint64_t from = 1, to = UINT32_MAX;
    if (!str_eqz(s, "*")) {
        struct str last = s;
        struct str first = str_cut(&last, '-');
        if (!str_to_u64(first, &from) || (last.ptr && last.len && !str_to_u64(last, &to)))
            return false;
        if (!last.ptr)
            to = from;
    }
    r->from = from;
    r->to = to;
    return from >= 1 && from <= to;
}

static bool parse_fault(struct arena *a, struct str s, struct hit *h)
{
    struct str value = s;
    struct str name = str_cut(&value, '=');
    for (size_t i = 1; i < sizeof names / sizeof *names; i++)
        if (str_eqz(name, names[i]))
            h->fault = (enum fault)i;
    bool with_value = h->fault == FAULT_CODE || h->fault == FAULT_LATENCY;
    if (h->fault == FAULT_NONE || with_value != (value.ptr != NULL))
        return false;
    if (!with_value)
        return true;
    uint64_t n;
    if (!str_to_u64(str_cut(&value, ':'), &n) || n > INT_MAX || (h->fault == FAULT_CODE) != (value.ptr != NULL))
        return false;
    h->number = (long)n;
    h->code = value.ptr ? arena_cstr(a, value) : NULL;
    return true;
}

bool rules_load(struct rules *rs, const char *path, struct err *e)
{
    struct str text;
    int number = 0;
    if (!file_read(rs->arena, path, 1u << 20, &text, e))
        return false;
    while (text.ptr) {
        struct str line = str_trim(str_cut(&text, '\n'));
        number++;
        if (!line.len || line.ptr[0] == '#')
            continue;
        struct rule *r = arena_new_of(rs->arena, struct rule);
        r->service = word(&line);
        r->operation = word(&line);
        r->account = word(&line);
        r->region = word(&line);
        if (!parse_calls(word(&line), r) || !parse_fault(rs->arena, word(&line), &r->hit) || str_trim(line).len)
            return err_set(e, ERR_PARSE, "%s:%d: not a rule", path, number);
        *rs->end = r;
        rs->end = &r->next;
    }
    return true;
}

struct hit rules_hit(struct rules *rs, const struct request *q)
{
    struct hit hit = {0};
    for (struct rule *r = rs->first; r; r = r->next) {
        if (!str_glob(r->service, q->service) || !str_glob(r->operation, q->operation) ||
            !str_glob(r->account, str_of(q->account)) || !str_glob(r->region, q->region))
            continue;
        r->seen++;
        bool due = r->seen >= r->from && r->seen <= r->to && (r->hit.fault != FAULT_PAGE2 || q->paged);
        if (due && hit.fault == FAULT_NONE)
            hit = r->hit;
    }
    return hit;
}

struct code_of {
    int status;
    const char *code;
};

/* Code and status by protocol: json, query, ec2, rest-json, rest-xml. */
static const struct code_of denied[] = {{400, "AccessDeniedException"}, {403, "AccessDenied"}, {403, "UnauthorizedOperation"},
                                        {403, "AccessDeniedException"}, {403, "AccessDenied"}};
static const struct code_of throttled[] = {{400, "ThrottlingException"}, {400, "Throttling"}, {503, "RequestLimitExceeded"},
                                           {429, "TooManyRequestsException"}, {503, "SlowDown"}};
static const struct code_of failed[] = {{500, "InternalServerError"}, {500, "InternalFailure"}, {500, "InternalError"},
                                        {500, "InternalServerException"}, {500, "InternalError"}};
static const struct code_of expired[] = {{400, "ExpiredTokenException"}, {403, "ExpiredToken"}, {400, "RequestExpired"},
                                         {403, "ExpiredTokenException"}, {400, "ExpiredToken"}};

static void reply_of(const struct request *q, const struct code_of table[], const char *message, struct reply *out)
{
    answer_error(q, table[q->wire].status, table[q->wire].code, message, out);
}

static void reply_denied(const struct request *q, bool scp, struct reply *out)
{
    char message[512];
    snprintf(message, sizeof message, "User: arn:aws:sts::%s:assumed-role/ward-audit/ward is not authorized to perform: %.*s:%.*s %s",
             q->account, STR_ARG(q->service), STR_ARG(q->operation),
             scp ? "with an explicit deny in a service control policy"
                 : "because no identity-based policy allows the action");
    reply_of(q, denied, message, out);
}

void rules_reply(const struct hit *h, const struct request *q, struct reply *out)
{
    switch (h->fault) {
    case FAULT_DENIED:
    case FAULT_SCP:
        reply_denied(q, h->fault == FAULT_SCP, out);
        break;
    case FAULT_THROTTLED:
        reply_of(q, throttled, "Rate exceeded", out);
        break;
    case FAULT_EXPIRED:
        reply_of(q, expired, "The security token included in the request is expired", out);
        break;
    case FAULT_CODE:
        answer_error(q, (int)h->number, h->code, "an error that the test asked for", out);
        break;
    case FAULT_OK_ERROR:
        reply_of(q, failed, "We encountered an internal error. Please try again.", out);
        out->status = 200;
        break;
    case FAULT_HTML:
        *out = (struct reply){.status = 200, .type = "text/html", .body = out->body};
        buf_addz(&out->body, "<!doctype html>\n<html lang=en><title>Sign in</title><h1>Welcome to this network</h1></html>\n");
        break;
    default:
        reply_of(q, failed, "An internal error occurred", out);
        break;
    }
}
