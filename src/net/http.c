#include "net/http.h"

#include "base/buf.h"
#include "base/file.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

enum { HEADER_BLOCK_MAX = 256 * 1024, FETCH_POLL_MS = 200 };

struct transfer {
    struct http *http;
    CURL *easy;
    struct curl_slist *headers;
    struct buf header_block, body;
    char error[CURL_ERROR_SIZE];
    http_done *done;
    void *user;
    struct transfer *prev, *next;
};

struct http {
    struct http_options options;
    char *ca_bundle, *user_agent, *proxy;
    CURLM *multi;
    CURLSH *share;
    struct transfer *first;
    uint32_t in_flight;
};

static const char *const system_bundles[] = {
    "/etc/ssl/certs/ca-certificates.crt", /* Debian, Ubuntu, Alpine */
    "/etc/pki/tls/certs/ca-bundle.crt",   /* Amazon Linux, Fedora, RHEL */
    "/etc/ssl/ca-bundle.pem",             /* SUSE */
    "/etc/ssl/cert.pem",                  /* BSD, macOS */
};

static const char *find_bundle(void)
{
    for (size_t i = 0; i < sizeof system_bundles / sizeof *system_bundles; i++)
        if (file_exists(system_bundles[i]))
            return system_bundles[i];
    return NULL;
}

static char *copy_or_null(const char *s)
{
    char *copy = s ? strdup(s) : NULL;
    if (s && !copy)
        die("out of memory");
    return copy;
}

static void set_defaults(struct http_options *o)
{
    if (!o->max_connections)
        o->max_connections = 256;
    if (!o->connect_timeout_ms)
        o->connect_timeout_ms = 5000;
    if (!o->stall_timeout_s)
        o->stall_timeout_s = 30;
    if (!o->total_timeout_ms)
        o->total_timeout_ms = 90000;
    if (!o->body_max_bytes)
        o->body_max_bytes = (size_t)64 << 20;
}

struct http *http_new(const struct http_options *o, struct err *e)
{
    if (o->ca_bundle && !file_exists(o->ca_bundle)) {
        err_set_errno(e, ERR_CONFIG, "cannot read the CA bundle %s", o->ca_bundle);
        err_hint(e, "AWS_CA_BUNDLE and ca_bundle name a PEM file of trusted certificates");
        return NULL;
    }
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        err_set(e, ERR_NET, "libcurl cannot be initialised");
        return NULL;
    }
    struct http *h = calloc(1, sizeof *h);
    if (!h)
        die("out of memory");
    h->options = *o;
    set_defaults(&h->options);
    h->ca_bundle = copy_or_null(o->ca_bundle ? o->ca_bundle : find_bundle());
    h->user_agent = copy_or_null(o->user_agent ? o->user_agent : "ward/" WARD_VERSION);
    h->proxy = copy_or_null(o->proxy);
    h->multi = curl_multi_init();
    h->share = curl_share_init();
    if (!h->multi || !h->share)
        die("out of memory");
    curl_multi_setopt(h->multi, CURLMOPT_MAXCONNECTS, h->options.max_connections);
    curl_multi_setopt(h->multi, CURLMOPT_MAX_HOST_CONNECTIONS, h->options.max_host_connections);
    /* The multi handle keeps connections, names and the CA store; TLS sessions need a share. */
    curl_share_setopt(h->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
    return h;
}

static void transfer_free(struct transfer *t)
{
    curl_easy_cleanup(t->easy);
    curl_slist_free_all(t->headers);
    buf_done(&t->header_block);
    buf_done(&t->body);
    free(t);
}

static void transfer_unlink(struct transfer *t)
{
    struct http *h = t->http;
    curl_multi_remove_handle(h->multi, t->easy);
    if (t->prev)
        t->prev->next = t->next;
    else
        h->first = t->next;
    if (t->next)
        t->next->prev = t->prev;
    h->in_flight--;
}

void http_abort(struct http *h)
{
    while (h->first) {
        struct transfer *t = h->first;
        transfer_unlink(t);
        transfer_free(t);
    }
}

void http_free(struct http *h)
{
    if (!h)
        return;
    http_abort(h);
    curl_multi_cleanup(h->multi);
    curl_share_cleanup(h->share);
    free(h->ca_bundle);
    free(h->user_agent);
    free(h->proxy);
    free(h);
    curl_global_cleanup();
}

static size_t on_body(char *ptr, size_t size, size_t n, void *user)
{
    struct transfer *t = user;
    buf_add(&t->body, str_make(ptr, size * n));
    return t->body.failed ? 0 : size * n;
}

static size_t on_header(char *ptr, size_t size, size_t n, void *user)
{
    struct transfer *t = user;
    struct str line = str_make(ptr, size * n);
    /* A status line begins a new block: 100 Continue, a proxy's CONNECT answer, then the answer. */
    if (str_starts(line, STR("HTTP/")))
        buf_reset(&t->header_block);
    buf_add(&t->header_block, line);
    return t->header_block.failed ? 0 : line.len;
}

static bool has_control(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] < ' ' || s.ptr[i] == 127)
            return true;
    return false;
}

static bool check_request(const struct http_request *q, struct err *e)
{
    bool web = str_starts(q->url, STR("https://")) || str_starts(q->url, STR("http://"));
    if (!web || has_control(q->url) || str_index(q->url, ' ', 0) >= 0)
        return err_set(e, ERR_NET, "not a web address: %.200s", q->url.len ? q->url.ptr : "");
    if (!q->method.len || has_control(q->method) || str_index(q->method, ' ', 0) >= 0)
        return err_set(e, ERR_NET, "not an HTTP method: %.*s", STR_ARG(str_sub(q->method, 0, 40)));
    for (uint32_t i = 0; i < q->header_count; i++)
        if (has_control(q->headers[i]))
            return err_set(e, ERR_NET, "a header of the request has a control character in it");
    return true;
}

static void add_header(struct transfer *t, struct str line)
{
    char *z = strndup(line.ptr, line.len);
    struct curl_slist *grown = z ? curl_slist_append(t->headers, z) : NULL;
    if (!grown)
        die("out of memory");
    t->headers = grown;
    free(z);
}

static bool names_header(struct str line, struct str name)
{
    return line.len > name.len && str_eq_nocase(str_sub(line, 0, name.len), name) &&
           (line.ptr[name.len] == ':' || line.ptr[name.len] == ';');
}

static void set_headers(struct transfer *t, const struct http_request *q)
{
    bool typed = false;
    for (uint32_t i = 0; i < q->header_count; i++) {
        add_header(t, q->headers[i]);
        typed |= names_header(q->headers[i], STR("content-type"));
    }
    /* libcurl would make up a form's content type, and wait a second for "100 Continue". */
    if (!typed)
        add_header(t, STR("Content-Type:"));
    add_header(t, STR("Expect:"));
    curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->headers);
}

static void set_method(CURL *c, const struct http_request *q)
{
    bool get = str_eq(q->method, STR("GET")), head = str_eq(q->method, STR("HEAD"));
    if (head)
        curl_easy_setopt(c, CURLOPT_NOBODY, 1L);
    else if (q->body.len || !get)
        curl_easy_setopt(c, CURLOPT_POST, 1L);
    if (!head && (q->body.len || !get)) {
        curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)q->body.len);
        curl_easy_setopt(c, CURLOPT_COPYPOSTFIELDS, q->body.len ? q->body.ptr : "");
    }
    char method[32];
    snprintf(method, sizeof method, "%.*s", STR_ARG(q->method));
    curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, method);
}

static void set_trust(const struct http *h, CURL *c)
{
    if (!h->ca_bundle)
        return;
    curl_easy_setopt(c, CURLOPT_CAINFO, h->ca_bundle);
    curl_easy_setopt(c, CURLOPT_CAPATH, NULL);
    curl_easy_setopt(c, CURLOPT_PROXY_CAINFO, h->ca_bundle);
    curl_easy_setopt(c, CURLOPT_PROXY_CAPATH, NULL);
}

static void set_options(struct transfer *t, const struct http_request *q)
{
    const struct http *h = t->http;
    CURL *c = t->easy;
    curl_easy_setopt(c, CURLOPT_PRIVATE, t);
    curl_easy_setopt(c, CURLOPT_ERRORBUFFER, t->error);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, t);
    curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(c, CURLOPT_HEADERDATA, t);
    curl_easy_setopt(c, CURLOPT_SHARE, h->share);
    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
    /* What was signed is what is sent: no dot segments removed. */
    curl_easy_setopt(c, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(c, CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(c, CURLOPT_USERAGENT, h->user_agent);
    curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, h->options.connect_timeout_ms);
    curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, h->options.stall_timeout_s);
    curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, q->total_timeout_ms ? q->total_timeout_ms : h->options.total_timeout_ms);
    curl_easy_setopt(c, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)h->options.body_max_bytes);
    curl_easy_setopt(c, CURLOPT_DNS_CACHE_TIMEOUT, 300L);
    curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(c, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    set_trust(h, c);
    if (q->no_proxy)
        curl_easy_setopt(c, CURLOPT_PROXY, "");
    else if (h->proxy)
        curl_easy_setopt(c, CURLOPT_PROXY, h->proxy);
}

static bool set_url(CURL *c, struct str url, struct err *e)
{
    CURLU *parsed = curl_url();
    char *z = strndup(url.ptr, url.len);
    if (!parsed || !z)
        die("out of memory");
    CURLUcode rc = curl_url_set(parsed, CURLUPART_URL, z, CURLU_PATH_AS_IS);
    if (rc == CURLUE_OK)
        curl_easy_setopt(c, CURLOPT_URL, z);
    else
        err_set(e, ERR_NET, "not a web address: %.200s (%s)", z, curl_url_strerror(rc));
    free(z);
    curl_url_cleanup(parsed);
    return rc == CURLUE_OK;
}

bool http_start(struct http *h, const struct http_request *q, http_done *done, void *user, struct err *e)
{
    if (!check_request(q, e))
        return false;
    struct transfer *t = calloc(1, sizeof *t);
    if (!t || !(t->easy = curl_easy_init()))
        die("out of memory");
    t->http = h;
    t->done = done;
    t->user = user;
    buf_init(&t->header_block, HEADER_BLOCK_MAX);
    buf_init(&t->body, h->options.body_max_bytes);
    if (!set_url(t->easy, q->url, e)) {
        transfer_free(t);
        return false;
    }
    set_options(t, q);
    set_method(t->easy, q);
    set_headers(t, q);
    t->next = h->first;
    if (h->first)
        h->first->prev = t;
    h->first = t;
    h->in_flight++;
    if (curl_multi_add_handle(h->multi, t->easy) != CURLM_OK)
        die("libcurl refuses a transfer");
    return true;
}

uint32_t http_in_flight(const struct http *h) { return h->in_flight; }

static enum http_outcome lost_connection(const struct transfer *t)
{
    long fresh = 0;
    curl_easy_getinfo(t->easy, CURLINFO_NUM_CONNECTS, &fresh);
    if (t->header_block.len)
        return HTTP_CUT;
    return fresh ? HTTP_FAILED : HTTP_REUSED_DIED;
}

static enum http_outcome classify(const struct transfer *t, CURLcode rc)
{
    switch (rc) {
    case CURLE_OK:
        return HTTP_OK;
    case CURLE_COULDNT_RESOLVE_HOST:
        return HTTP_DNS;
    /* A proxy that does not resolve says nothing about the endpoint's name. */
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_PROXY:
        return HTTP_CONNECT;
    case CURLE_OPERATION_TIMEDOUT:
        return HTTP_TIMEOUT;
    case CURLE_PARTIAL_FILE:
        return HTTP_CUT;
    case CURLE_FILESIZE_EXCEEDED:
        return HTTP_TOO_LARGE;
    case CURLE_WRITE_ERROR:
        return t->body.failed || t->header_block.failed ? HTTP_TOO_LARGE : HTTP_FAILED;
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
        return lost_connection(t);
    default:
        return HTTP_FAILED;
    }
}

static void finish(struct transfer *t, CURLcode rc)
{
    curl_off_t total = 0, appconnect = 0;
    struct http_response r = {.outcome = classify(t, rc), .untrusted = rc == CURLE_PEER_FAILED_VERIFICATION};
    curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &r.status);
    curl_easy_getinfo(t->easy, CURLINFO_TOTAL_TIME_T, &total);
    curl_easy_getinfo(t->easy, CURLINFO_APPCONNECT_TIME_T, &appconnect);
    r.total_us = total;
    r.appconnect_us = appconnect;
    if (r.outcome == HTTP_TOO_LARGE)
        snprintf(r.error, sizeof r.error, "the answer is larger than the cap of %zu bytes",
                 t->header_block.failed ? t->header_block.max_bytes : t->body.max_bytes);
    else if (r.outcome != HTTP_OK)
        snprintf(r.error, sizeof r.error, "%s", t->error[0] ? t->error : curl_easy_strerror(rc));
    r.headers = buf_str(&t->header_block);
    r.body = buf_str(&t->body);
    t->done(t->user, &r);
    transfer_free(t);
}

static bool drain(struct http *h)
{
    bool any = false;
    int left;
    CURLMsg *m;
    while ((m = curl_multi_info_read(h->multi, &left))) {
        if (m->msg != CURLMSG_DONE)
            continue;
        char *owner = NULL;
        CURLcode rc = m->data.result;
        curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &owner);
        struct transfer *t = (struct transfer *)(void *)owner;
        transfer_unlink(t);
        finish(t, rc);
        any = true;
    }
    return any;
}

static bool step(struct http *h)
{
    int running;
    if (curl_multi_perform(h->multi, &running) != CURLM_OK)
        die("libcurl's multi handle is broken");
    return drain(h);
}

void http_poll(struct http *h, int timeout_ms)
{
    if (step(h))
        return;
    /* Returns on EINTR (libcurl maps it to "nothing ready"). */
    if (curl_multi_poll(h->multi, NULL, 0, timeout_ms, NULL) == CURLM_OK)
        step(h);
}

struct fetch {
    struct arena *arena;
    struct http_response *out;
    bool done;
};

static void fetched(void *user, const struct http_response *r)
{
    struct fetch *f = user;
    *f->out = *r;
    f->out->headers = arena_str(f->arena, r->headers);
    f->out->body = arena_str(f->arena, r->body);
    f->done = true;
}

bool http_fetch(struct http *h, struct arena *a, const struct http_request *q, struct http_response *r, struct err *e)
{
    struct fetch f = {.arena = a, .out = r};
    if (!http_start(h, q, fetched, &f, e))
        return false;
    struct transfer *ours = h->first;
    while (!f.done) {
        if (h->options.stop && *h->options.stop) {
            transfer_unlink(ours);
            transfer_free(ours);
            return err_set(e, ERR_INTERRUPTED, "stopped by a signal");
        }
        http_poll(h, FETCH_POLL_MS);
    }
    return true;
}
