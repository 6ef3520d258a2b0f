/*
 * net/http.h: HTTP over one libcurl multi handle: keep-alive, bounded, single-threaded.
 *
 * What it is not: no AWS knowledge, no retries (aws/ and collect/ decide those), no cookies, no
 * redirects (an AWS answer that redirects is an answer).
 * CA handling: CURLOPT_CAPATH is NULL and CURLOPT_CAINFO is one bundle, so that libcurl's CA cache
 * works; Debian's default CAPATH switches it off and costs 19 ms of CPU a connection (measured).
 */
#ifndef WARD_NET_HTTP_H
#define WARD_NET_HTTP_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#include <signal.h>

struct http;

struct http_options {
    const char *ca_bundle;     /* NULL = the system's bundle file */
    const char *user_agent;    /* must not contain "region/": moto would route by it */
    long max_connections;      /* kept alive, all hosts; 0 = 256 */
    long max_host_connections; /* 0 = no limit of its own */
    long connect_timeout_ms;   /* 0 = 5000 */
    long stall_timeout_s;      /* less than 1 byte a second for that long ends it; 0 = 30 */
    long total_timeout_ms;     /* 0 = 90000 */
    size_t body_max_bytes;     /* 0 = 64 MiB; a larger body is an error, never cut */
    const char *proxy;         /* NULL = HTTPS_PROXY / NO_PROXY of the environment, "" = none */
    const volatile sig_atomic_t *stop; /* NULL, or: when it is not 0, http_fetch gives up */
};

struct http_request {
    struct str method, url;
    const struct str *headers; /* "Name: value"; an entry "Name;" sends it empty */
    uint32_t header_count;
    struct str body;
    long total_timeout_ms;     /* 0 = the options' */
    bool no_proxy;             /* link-local endpoints */
};

enum http_outcome {
    HTTP_OK,          /* an HTTP answer of any status, body whole */
    HTTP_DNS,         /* the endpoint's name does not resolve, or the resolver failed (libcurl does not tell) */
    HTTP_CONNECT,     /* refused, unreachable, TLS failed */
    HTTP_TIMEOUT,
    HTTP_CUT,         /* ended before the length it announced */
    HTTP_TOO_LARGE,
    HTTP_REUSED_DIED, /* a kept-alive connection died before the first byte: safe to send a read again;
                       * libcurl has by then tried up to five others by itself */
    HTTP_FAILED,      /* anything else; `error` tells */
};

struct http_response {
    enum http_outcome outcome;
    char error[256];          /* libcurl's text when outcome is not HTTP_OK */
    long status;              /* HTTP status */
    struct str headers;       /* raw header block of the last answer, CRLF lines */
    struct str body;
    bool untrusted;           /* outcome is HTTP_CONNECT because the certificate was not accepted */
    int64_t total_us, appconnect_us; /* durations */
};

/* Value of a header, first occurrence, trimmed; {NULL,0} when absent. Names compare without case. */
struct str http_header(const struct http_response *r, const char *name);
/* "Tue, 24 Nov 2026 07:41:28 GMT" (RFC 9110, June 2022, section 5.6.7, the preferred form only) in
 * microseconds. False when it is something else. */
bool http_date(struct str s, int64_t *us);

struct http *http_new(const struct http_options *o, struct err *e) WARN_UNUSED;
void http_free(struct http *h);

/* Called once for each request; the response is valid during the call only. */
typedef void http_done(void *user, const struct http_response *r);
/* Starts a request; everything in it is copied. `done` runs from http_poll and may start requests,
 * fetch and abort. Returns false (ERR_NET) only for a request that cannot be made at all (bad URL,
 * control characters). Time spent waiting for a connection of a full host counts as total time. */
bool http_start(struct http *h, const struct http_request *q, http_done *done, void *user, struct err *e) WARN_UNUSED;
/* Requests started and not done. */
uint32_t http_in_flight(const struct http *h);
/* Waits at most timeout_ms for progress and runs the callbacks that are due; returns early when a
 * signal arrives. */
void http_poll(struct http *h, int timeout_ms);
/* Drops everything in flight; no callback runs for it. */
void http_abort(struct http *h);
/* One request from start to end; other requests of `h` go on meanwhile. The response lives in `a`.
 * ERR_NET as http_start, or ERR_INTERRUPTED by the options' `stop`. */
bool http_fetch(struct http *h, struct arena *a, const struct http_request *q, struct http_response *r, struct err *e) WARN_UNUSED;

#endif
