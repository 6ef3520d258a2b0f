#include "aws/request.h"

#include "base/err.h"

void aws_header_add(struct aws_request *r, struct str name, struct str value)
{
    if (r->header_count == AWS_HEADER_MAX)
        die("a request has more than %d headers", AWS_HEADER_MAX);
    r->headers[r->header_count++] = (struct aws_header){name, value};
}

void aws_header_drop(struct aws_request *r, struct str name)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < r->header_count; i++)
        if (!str_eq_nocase(r->headers[i].name, name))
            r->headers[kept++] = r->headers[i];
    r->header_count = kept;
}

struct str aws_request_url(struct arena *a, const struct aws_request *r)
{
    return arena_printf(a, "%.*s://%.*s%.*s%s%.*s", STR_ARG(r->scheme), STR_ARG(r->host), STR_ARG(r->path),
                        r->query.len ? "?" : "", STR_ARG(r->query));
}

const struct str *aws_request_lines(struct arena *a, const struct aws_request *r)
{
    struct str *lines = arena_array_of(a, struct str, r->header_count + 1);
    for (uint32_t i = 0; i < r->header_count; i++) {
        const struct aws_header *h = &r->headers[i];
        lines[i] = h->value.len ? arena_printf(a, "%.*s: %.*s", STR_ARG(h->name), STR_ARG(h->value))
                                : arena_printf(a, "%.*s;", STR_ARG(h->name));
    }
    return lines;
}
