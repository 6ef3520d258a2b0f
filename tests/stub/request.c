/* Taking a request apart, and knowing which AWS call it is. */
#include "stub.h"

#include <ctype.h>

bool request_split(struct str head, struct request *q)
{
    *q = (struct request){0};
    ptrdiff_t line_end = str_index(head, '\r', 0);
    struct str line = line_end < 0 ? head : str_sub(head, 0, (size_t)line_end);
    q->headers = line_end < 0 ? STR("") : str_sub(head, (size_t)line_end + 2, head.len);
    q->method = str_cut(&line, ' ');
    if (!line.ptr)
        return false;
    q->target = str_cut(&line, ' ');
    if (!line.ptr || !str_starts(line, STR("HTTP/1.")))
        return false;
    struct str rest = q->target;
    q->path = str_cut(&rest, '?');
    q->query = rest.ptr ? rest : STR("");
    return q->method.len && q->path.len;
}

struct str request_header(const struct request *q, const char *name)
{
    struct str rest = q->headers;
    while (rest.ptr) {
        struct str line = str_cut(&rest, '\n'), value = line;
        struct str key = str_cut(&value, ':');
        if (value.ptr && str_eq_nocase(key, str_of(name)))
            return str_trim(value);
    }
    return STR("");
}

bool request_body_size(const struct request *q, size_t *size)
{
    struct str text = request_header(q, "content-length");
    uint64_t n = 0;
    if (text.len && (!str_to_u64(text, &n) || n > BODY_MAX))
        return false;
    *size = (size_t)n;
    return true;
}

/* KEY of "AWS4-HMAC-SHA256 Credential=KEY/DATE/REGION/SERVICE/aws4_request, ..." and its scope. */
static void read_authorization(struct request *q)
{
    struct str auth = request_header(q, "authorization");
    struct str mark = STR("Credential=");
    for (size_t i = 0; i + mark.len < auth.len; i++) {
        if (!str_starts(str_sub(auth, i, auth.len), mark))
            continue;
        struct str scope = str_sub(auth, i + mark.len, auth.len);
        scope = str_cut(&scope, ',');
        q->key = str_cut(&scope, '/');
        str_cut(&scope, '/');
        q->region = scope.ptr ? str_cut(&scope, '/') : STR("");
        q->service = scope.ptr ? str_cut(&scope, '/') : STR("");
        q->is_signed = true;
        return;
    }
}

/* The value of NAME in "a=b&NAME=value"; values of interest here need no decoding. */
static struct str form_value(struct str form, const char *name)
{
    while (form.ptr && form.len) {
        struct str value = str_cut(&form, '&');
        struct str key = str_cut(&value, '=');
        if (value.ptr && str_eqz(key, name))
            return value;
    }
    return STR("");
}

/* Whether the wire path fits "/a/{B}/c{D+}"; a {B} takes what has no slash. */
static bool path_fits(struct str pattern, struct str path)
{
    size_t i = 0, k = 0;
    while (i < pattern.len) {
        if (pattern.ptr[i] != '{') {
            if (k >= path.len || path.ptr[k] != pattern.ptr[i])
                return false;
            i++;
            k++;
            continue;
        }
        ptrdiff_t end = str_index(pattern, '}', i);
        if (end < 0)
            return false;
        bool greedy = pattern.ptr[end - 1] == '+';
        size_t first = k;
        while (k < path.len && (greedy || path.ptr[k] != '/'))
            k++;
        if (k == first)
            return false;
        i = (size_t)end + 1;
    }
    return k == path.len;
}

/* Every "name" or "name=value" of the template's query is in the request's. */
static bool query_fits(struct str wanted, struct str query)
{
    while (wanted.ptr && wanted.len) {
        struct str want = str_cut(&wanted, '&');
        struct str want_key = str_cut(&want, '='), rest = query;
        bool found = false;
        while (rest.ptr && rest.len && !found) {
            struct str value = str_cut(&rest, '&');
            struct str key = str_cut(&value, '=');
            found = str_eq(key, want_key) && (!want.len || str_eq(value, want));
        }
        if (!found)
            return false;
    }
    return true;
}

static struct str without_slash(struct str path)
{
    return path.len > 1 && path.ptr[path.len - 1] == '/' ? str_sub(path, 0, path.len - 1) : path;
}

/* The route with the longest template that fits, so that "/x/{Id}?acl" wins over "/x/{Id}". */
static const struct route *find_rest(const struct request *q, const struct routes *r)
{
    const struct route *best = NULL;
    for (size_t i = 0; i < r->count; i++) {
        const struct route *t = &r->at[i];
        if (!str_eq(t->method, q->method) || !str_eq(t->signing_name, q->service))
            continue;
        struct str rest = t->path;
        struct str path = str_cut(&rest, '?');
        if (!path_fits(without_slash(path), without_slash(q->path)) || !query_fits(rest, q->query))
            continue;
        if (!best || t->path.len > best->path.len)
            best = t;
    }
    return best;
}

/* elb and elbv2 share a signing name and most operation names; the version tells. */
static bool version_fits(const struct route *t, const struct request *q)
{
    if (!str_eqz(t->signing_name, "elasticloadbalancing"))
        return true;
    return str_eqz(t->service, "elbv2") == str_eqz(form_value(q->body, "Version"), "2015-12-01");
}

static const struct route *find_named(const struct request *q, const struct routes *r)
{
    for (size_t i = 0; i < r->count; i++)
        if (str_eq(r->at[i].operation, q->operation) && str_eq(r->at[i].signing_name, q->service) && version_fits(&r->at[i], q))
            return &r->at[i];
    return NULL;
}

static void find_operation(struct request *q, const struct routes *r)
{
    struct str target = request_header(q, "x-amz-target");
    struct str action = form_value(q->body, "Action");
    if (!action.len)
        action = form_value(q->query, "Action");
    if (target.len) {
        ptrdiff_t dot = str_rindex(target, '.');
        q->operation = str_sub(target, dot < 0 ? 0 : (size_t)dot + 1, target.len);
        q->wire = WIRE_JSON;
        q->route = find_named(q, r);
    } else if (action.len) {
        q->operation = action;
        q->wire = str_eqz(q->service, "ec2") ? WIRE_EC2 : WIRE_QUERY;
        q->route = find_named(q, r);
        if (!q->is_signed && str_starts(action, STR("AssumeRoleWith")))
            q->service = STR("sts");
    } else {
        q->route = find_rest(q, r);
        q->operation = q->route ? q->route->operation : q->path;
        bool xml = q->route ? str_eqz(q->route->protocol, "rest-xml")
                            : str_eqz(q->service, "s3") || str_eqz(q->service, "route53") || str_eqz(q->service, "cloudfront");
        q->wire = xml ? WIRE_REST_XML : WIRE_REST_JSON;
    }
    if (q->route)
        q->service = q->route->service;
}

static void find_page(struct request *q)
{
    struct str places[] = {q->query, q->body};
    struct str mark = STR(PAGE_TOKEN);
    for (size_t p = 0; p < 2; p++)
        for (size_t i = 0; i + mark.len < places[p].len; i++) {
            if (!str_starts(str_sub(places[p], i, places[p].len), mark))
                continue;
            size_t from = i + mark.len, to = from;
            while (to < places[p].len && isdigit((unsigned char)places[p].ptr[to]))
                to++;
            q->paged = str_to_u64(str_sub(places[p], from, to), &q->page_from);
            return;
        }
}

void request_identify(struct request *q, const struct routes *r, const struct accounts *ac)
{
    q->agent = request_header(q, "user-agent");
    read_authorization(q);
    find_operation(q, r);
    accounts_of(ac, q, q->account);
    find_page(q);
}
