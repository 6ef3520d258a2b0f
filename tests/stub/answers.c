/* Canned answers, synthetic lists, empty answers and errors. */
#include "base/file.h"
#include "base/instant.h"
#include "stub.h"

#include <ctype.h>
#include <stdio.h>
#include <time.h>

struct answer {
    struct str service, operation, account, region, when;
    int status;
    const char *type;
    struct str body;
    uint64_t list_count, page_size;         /* 0 = not a list */
    struct str item, more, tail;            /* of a list; body is the head */
    struct answer *next;
};

struct answers {
    struct arena *arena;
    struct answer *first, **end;
};

struct answers *answers_new(struct arena *a)
{
    struct answers *as = arena_new_of(a, struct answers);
    as->arena = a;
    as->end = &as->first;
    return as;
}

static const char *type_of(struct str body)
{
    body = str_trim(body);
    return body.len && body.ptr[0] == '<' ? "text/xml" : "application/x-amz-json-1.1";
}

/* "answer SERVICE OPERATION key=value..." */
static bool parse_first(struct str line, struct answer *an)
{
    str_cut(&line, ' ');
    an->service = line.ptr ? str_cut(&line, ' ') : STR("");
    an->operation = line.ptr ? str_cut(&line, ' ') : STR("");
    an->account = an->region = STR("*");
    while (line.ptr) {
        struct str all = line, value = str_cut(&line, ' ');
        struct str key = str_cut(&value, '=');
        uint64_t count, page;
        struct str parts = value;
        if (str_eqz(key, "account") && value.ptr) {
            an->account = value;
        } else if (str_eqz(key, "region") && value.ptr) {
            an->region = value;
        } else if (str_eqz(key, "when") && value.ptr) {
            an->when = str_sub(all, 5, all.len);
            return true;
        } else if (str_eqz(key, "list") && value.ptr && str_to_u64(str_cut(&parts, '/'), &count) && parts.ptr &&
                   str_to_u64(parts, &page) && page) {
            an->list_count = count;
            an->page_size = page;
        } else {
            return false;
        }
    }
    return an->operation.len > 0;
}

/* Lines up to the one that equals `end`, with their newlines; *rest goes on after it. */
static bool take_until(struct str *rest, const char *end, struct str *out)
{
    const char *from = rest->ptr;
    while (rest->ptr) {
        struct str line = str_cut(rest, '\n');
        if (str_eqz(line, end)) {
            *out = str_make(from, (size_t)(line.ptr - from));
            return true;
        }
    }
    return false;
}

static bool split_list(struct answer *an)
{
    struct str rest = an->body;
    if (!an->page_size)
        return true;
    if (!take_until(&rest, "--item--", &an->body) || !take_until(&rest, "--more--", &an->item) ||
        !take_until(&rest, "--tail--", &an->more))
        return false;
    an->tail = rest.ptr ? rest : STR("");
    return true;
}

static bool parse_block(struct answers *as, struct str first, struct str *text)
{
    struct answer *an = arena_new_of(as->arena, struct answer);
    an->status = 200;
    if (!parse_first(first, an))
        return false;
    while (text->ptr) {
        struct str line = str_cut(text, '\n'), value = line;
        struct str key = str_cut(&value, ' ');
        uint64_t n;
        if (str_eqz(line, "body")) {
            if (!take_until(text, ".", &an->body) || !split_list(an))
                return false;
            if (!an->type)
                an->type = type_of(an->body);
            *as->end = an;
            as->end = &an->next;
            return true;
        }
        if (str_eqz(key, "status") && value.ptr && str_to_u64(value, &n) && n >= 100 && n < 600)
            an->status = (int)n;
        else if (str_eqz(key, "type") && value.ptr)
            an->type = arena_cstr(as->arena, value);
        else
            return false;
    }
    return false;
}

bool answers_load(struct answers *as, const char *path, struct err *e)
{
    struct str text;
    if (!file_read(as->arena, path, 16u << 20, &text, e))
        return false;
    const char *start = text.ptr;
    while (text.ptr) {
        struct str line = str_cut(&text, '\n');
        if (!str_trim(line).len || line.ptr[0] == '#')
            continue;
        if (!str_starts(line, STR("answer ")) || !parse_block(as, line, &text))
            return err_set(e, ERR_PARSE, "%s: not an answer at byte %td: %.*s", path, line.ptr - start, STR_ARG(line));
    }
    return true;
}

static bool fits(const struct answer *an, const struct request *q)
{
    if (!str_glob(an->service, q->service) || !str_glob(an->operation, q->operation) ||
        !str_glob(an->account, str_of(q->account)) || !str_glob(an->region, q->region))
        return false;
    if (!an->when.len || str_contains(q->body, an->when))
        return true;
    char line[2048];
    snprintf(line, sizeof line, "%.*s %.*s", STR_ARG(q->method), STR_ARG(q->target));
    return str_contains(str_of(line), an->when);
}

/* The account of the first ARN in the request, plain or percent-encoded. */
static struct str arn_account(const struct request *q)
{
    struct str body = q->body;
    for (size_t i = 0; i + 12 < body.len; i++) {
        if (!str_starts(str_sub(body, i, body.len), STR("iam%3A%3A")) && !str_starts(str_sub(body, i, body.len), STR("iam::")))
            continue;
        size_t from = i + (body.ptr[i + 3] == '%' ? 9 : 5);
        return str_sub(body, from, from + 12);
    }
    return str_of(q->account);
}

struct item {
    uint64_t number, next;
    bool first;
};

static void add_value(struct buf *out, struct str name, const struct request *q, const struct item *it)
{
    char text[INSTANT_TEXT_MAX];
    int64_t now = (int64_t)time(NULL) * US_PER_S;
    if (str_eqz(name, "ACCOUNT"))
        buf_addz(out, q->account);
    else if (str_eqz(name, "REGION"))
        buf_add(out, q->region);
    else if (str_eqz(name, "ARN_ACCOUNT"))
        buf_add(out, arn_account(q));
    else if (str_eqz(name, "NOW"))
        buf_addz(out, instant_z(now, text));
    else if (str_eqz(name, "LATER"))
        buf_addz(out, instant_z(now + 3600 * US_PER_S, text));
    else if (it && str_eqz(name, "N"))
        buf_addf(out, "%llu", (unsigned long long)it->number);
    else if (it && str_eqz(name, "X"))
        buf_addf(out, "%017llx", (unsigned long long)it->number);
    else if (it && str_eqz(name, "NEXT"))
        buf_addf(out, PAGE_TOKEN "%llu", (unsigned long long)it->next);
    else if (it && str_eqz(name, "SEP"))
        buf_addz(out, it->first ? "" : ",");
    else
        buf_addf(out, "@%.*s@", STR_ARG(name));
}

/* The template with its @NAME@s replaced. */
static void fill(struct buf *out, struct str body, const struct request *q, const struct item *it)
{
    while (body.len) {
        ptrdiff_t at = str_index(body, '@', 0);
        if (at < 0)
            break;
        buf_add(out, str_sub(body, 0, (size_t)at));
        size_t end = (size_t)at + 1;
        while (end < body.len && (isupper((unsigned char)body.ptr[end]) || body.ptr[end] == '_'))
            end++;
        if (end == (size_t)at + 1 || end >= body.len || body.ptr[end] != '@') {
            buf_addc(out, '@');
            body = str_sub(body, (size_t)at + 1, body.len);
            continue;
        }
        add_value(out, str_sub(body, (size_t)at + 1, end), q, it);
        body = str_sub(body, end + 1, body.len);
    }
    buf_add(out, body);
}

static void fill_list(struct buf *out, const struct answer *an, const struct request *q, bool repeat)
{
    uint64_t from = q->paged ? q->page_from : 0, to = from + an->page_size;
    to = to < an->list_count ? to : an->list_count;
    struct item it = {.next = repeat && q->paged ? from : to};
    fill(out, an->body, q, &it);
    for (it.number = from; it.number < to; it.number++) {
        it.first = it.number == from;
        fill(out, an->item, q, &it);
    }
    fill(out, to < an->list_count ? an->more : an->tail, q, &it);
}

bool answers_find(const struct answers *as, const struct request *q, bool repeat, struct reply *out)
{
    const struct answer *an = as->first;
    while (an && !fits(an, q))
        an = an->next;
    if (!an)
        return false;
    out->status = an->status;
    out->type = an->type;
    out->header[0] = 0;
    if (an->page_size)
        fill_list(&out->body, an, q, repeat);
    else
        fill(&out->body, an->body, q, NULL);
    return true;
}

void answer_empty(const struct request *q, struct reply *out)
{
    int len = (int)q->operation.len;
    const char *op = q->operation.ptr;
    out->status = 200;
    out->header[0] = 0;
    out->type = q->wire == WIRE_JSON ? "application/x-amz-json-1.1" : q->wire == WIRE_REST_JSON ? "application/json" : "text/xml";
    if (q->route && q->route->skeleton.len) {
        buf_add(&out->body, q->route->skeleton);
        return;
    }
    switch (q->wire) {
    case WIRE_JSON:
    case WIRE_REST_JSON:
        buf_addz(&out->body, "{}");
        break;
    case WIRE_QUERY:
        buf_addf(&out->body, "<%.*sResponse><%.*sResult/><ResponseMetadata><RequestId>ward-stub</RequestId></ResponseMetadata></%.*sResponse>",
                 len, op, len, op, len, op);
        break;
    case WIRE_EC2:
        buf_addf(&out->body, "<%.*sResponse><requestId>ward-stub</requestId></%.*sResponse>", len, op, len, op);
        break;
    case WIRE_REST_XML:
        buf_addz(&out->body, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Result/>");
        break;
    }
}

void answer_error(const struct request *q, int status, const char *code, const char *message, struct reply *out)
{
    bool json = q->wire == WIRE_JSON || q->wire == WIRE_REST_JSON;
    out->status = status;
    out->header[0] = 0;
    out->type = json ? "application/x-amz-json-1.1" : "text/xml";
    switch (q->wire) {
    case WIRE_JSON:
        buf_addf(&out->body, "{\"__type\":\"com.amazonaws.stub#%s\",\"message\":\"%s\"}", code, message);
        break;
    case WIRE_REST_JSON:
        snprintf(out->header, sizeof out->header, "x-amzn-ErrorType: %s\r\n", code);
        buf_addf(&out->body, "{\"message\":\"%s\",\"code\":\"%s\"}", message, code);
        break;
    case WIRE_QUERY:
        buf_addf(&out->body, "<ErrorResponse><Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error>"
                             "<RequestId>ward-stub</RequestId></ErrorResponse>", code, message);
        break;
    case WIRE_EC2:
        buf_addf(&out->body, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Errors><Error><Code>%s</Code><Message>%s</Message>"
                             "</Error></Errors><RequestID>ward-stub</RequestID></Response>", code, message);
        break;
    case WIRE_REST_XML:
        /* S3's form has no wrapper; route53 and cloudfront have the query protocol's. */
        if (str_starts(q->service, STR("s3")))
            buf_addf(&out->body, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>%s</Code><Message>%s</Message>"
                                 "<RequestId>ward-stub</RequestId></Error>", code, message);
        else
            buf_addf(&out->body, "<ErrorResponse><Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error>"
                                 "<RequestId>ward-stub</RequestId></ErrorResponse>", code, message);
        break;
    }
}
