/*
 * aws/request.h: one HTTP request to AWS, before and after signing.
 * Filled by aws/serialize.c, completed by aws/endpoint.c (host), signed by aws/sigv4.c, sent by net/http.c.
 */
#ifndef WARD_AWS_REQUEST_H
#define WARD_AWS_REQUEST_H

#include "base/arena.h"
#include "base/str.h"

enum { AWS_HEADER_MAX = 24 };

struct aws_header {
    struct str name, value;
};

struct aws_request {
    struct str method;  /* "GET" */
    struct str scheme;  /* "https" */
    struct str host;    /* with port when it is not the scheme's own: what is signed is what is sent */
    struct str path;    /* as sent: percent-encoded once, starts with '/' */
    struct str query;   /* as sent, without '?'; "" = none */
    struct str body;
    struct aws_header headers[AWS_HEADER_MAX];
    uint32_t header_count;
};

/* Adds a header (slices not copied); dies past AWS_HEADER_MAX, which no caller's input can reach. */
void aws_header_add(struct aws_request *r, struct str name, struct str value);
/* Removes every header of that name. */
void aws_header_drop(struct aws_request *r, struct str name);
/* "https://host/path?query". */
struct str aws_request_url(struct arena *a, const struct aws_request *r);
/* The headers as net/http.h takes them, header_count lines. */
const struct str *aws_request_lines(struct arena *a, const struct aws_request *r);

#endif
