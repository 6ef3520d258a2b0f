/* net/http over a loopback server that misbehaves on request. */
#include "harness.h"
#include "net/http.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { BARRIER = 8 };

struct server {
    int fd, port;
    pthread_t thread;
    pthread_barrier_t barrier;
    _Atomic int connections, requests;
};

struct connection {
    struct server *server;
    int fd;
};

static bool read_head(int fd, char *out, size_t max)
{
    size_t n = 0;
    while (n + 1 < max) {
        ssize_t got = read(fd, out + n, 1);
        if (got <= 0)
            return false;
        out[++n] = 0;
        if (n >= 4 && memcmp(out + n - 4, "\r\n\r\n", 4) == 0)
            return true;
    }
    return false;
}

static void say(int fd, const char *text)
{
    if (send(fd, text, strlen(text), MSG_NOSIGNAL) < 0)
        return;
}

/* What the path asks for; false closes the connection. */
static bool answer(struct server *s, int fd, char *head, int nth)
{
    char out[32768];
    if (strstr(head, " /cut"))
        return say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n0123456789"), false;
    if (strstr(head, " /chunk-cut"))
        return say(fd, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"), false;
    if (strstr(head, " /nothing"))
        return false;
    if (strstr(head, " /slow"))
        return poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, 60000), false; /* until the client goes away */
    if (strstr(head, " /big"))
        return say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\nx"), usleep(100000), false;
    if (strstr(head, " /endless")) {
        memset(out, 'x', sizeof out - 1);
        out[sizeof out - 1] = 0;
        say(fd, "HTTP/1.1 200 OK\r\n\r\n");
        for (int i = 0; i < 64; i++)
            say(fd, out);
        return false;
    }
    if (strstr(head, " /redirect"))
        return say(fd, "HTTP/1.1 301 Moved\r\nLocation: /ok\r\nContent-Length: 0\r\n\r\n"), true;
    if (strstr(head, " /cookie"))
        return say(fd, "HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n"), true;
    if (strstr(head, " /barrier") && nth == 1)
        pthread_barrier_wait(&s->barrier);
    if (strstr(head, " /dies") && nth > 1)
        return false;
    if (strstr(head, " /echo")) {
        char body[64] = "";
        char *length = strcasestr(head, "content-length: ");
        size_t n = length ? (size_t)atoi(length + 16) : 0;
        if (n && read(fd, body, n < sizeof body ? n : sizeof body - 1) < 0)
            return false;
        snprintf(out, sizeof out, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s%s", strlen(head) + strlen(body), head, body);
        return say(fd, out), true;
    }
    return say(fd, "HTTP/1.1 200 OK\r\nX-Amzn-RequestId:  id-1 \r\nContent-Length: 2\r\n\r\nok"), true;
}

static void *serve_connection(void *user)
{
    struct connection *c = user;
    char head[8192];
    int nth = 0;
    while (read_head(c->fd, head, sizeof head)) {
        c->server->requests++;
        if (!answer(c->server, c->fd, head, ++nth))
            break;
    }
    close(c->fd);
    free(c);
    return NULL;
}

static void *serve(void *user)
{
    struct server *s = user;
    for (;;) {
        int fd = accept(s->fd, NULL, NULL);
        if (fd < 0)
            return NULL;
        s->connections++;
        struct connection *c = malloc(sizeof *c);
        *c = (struct connection){s, fd};
        pthread_t t;
        pthread_create(&t, NULL, serve_connection, c);
        pthread_detach(t);
    }
}

static int setup(void **state)
{
    struct server *s = calloc(1, sizeof *s);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    s->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(s->fd, (struct sockaddr *)&at, len) || listen(s->fd, 64) || getsockname(s->fd, (struct sockaddr *)&at, &len))
        return -1;
    s->port = ntohs(at.sin_port);
    pthread_barrier_init(&s->barrier, NULL, BARRIER);
    /* Signals are for the thread that polls. */
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &old);
    pthread_create(&s->thread, NULL, serve, s);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    *state = s;
    return 0;
}

static int teardown(void **state)
{
    struct server *s = *state;
    shutdown(s->fd, SHUT_RDWR);
    close(s->fd);
    pthread_join(s->thread, NULL);
    pthread_barrier_destroy(&s->barrier);
    free(s);
    return 0;
}

static struct http *client(size_t body_max)
{
    struct err e = {0};
    struct http *h = http_new(&(struct http_options){.proxy = "", .body_max_bytes = body_max}, &e);
    expect_ok(h, &e);
    return h;
}

static struct http_response get(struct http *h, struct arena *a, const struct server *s, const char *path)
{
    struct err e = {0};
    struct http_response r = {0};
    struct http_request q = {.method = STR("GET"), .url = arena_printf(a, "http://127.0.0.1:%d%s", s->port, path),
                             .total_timeout_ms = 60000};
    expect_ok(http_fetch(h, a, &q, &r, &e), &e);
    return r;
}

static void keeps_connections_alive(void **state)
{
    struct server *s = *state;
    struct arena *a = arena_new(0);
    struct http *h = client(0);
    for (int i = 0; i < 5; i++) {
        struct http_response r = get(h, a, s, "/ok");
        assert_int_equal(r.outcome, HTTP_OK);
        assert_int_equal(r.status, 200);
        expect_str(r.body, "ok");
        expect_str(http_header(&r, "x-amzn-requestid"), "id-1");
    }
    assert_int_equal(s->connections, 1);
    assert_int_equal(s->requests, 5);
    http_free(h);
    arena_free(a);
}

static void classifies_outcomes(void **state)
{
    struct server *s = *state;
    struct arena *a = arena_new(0);
    struct http *h = client(100000);
    static const struct { const char *path; enum http_outcome want; } rows[] = {
        {"/cut", HTTP_CUT}, {"/chunk-cut", HTTP_CUT}, {"/nothing", HTTP_FAILED},
        {"/big", HTTP_TOO_LARGE}, {"/endless", HTTP_TOO_LARGE}, {"/ok", HTTP_OK},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct http_response r = get(h, a, s, rows[i].path);
        if (r.outcome != rows[i].want)
            fail_msg("%s: outcome %d, want %d (%s)", rows[i].path, r.outcome, rows[i].want, r.error);
        assert_int_equal(r.error[0] != 0, r.outcome != HTTP_OK);
    }
    http_free(h);
    arena_free(a);
}

static void times_out(void **state)
{
    struct server *s = *state;
    struct arena *a = arena_new(0);
    struct http *h = client(0);
    struct err e = {0};
    struct http_response r;
    struct http_request q = {.method = STR("GET"), .url = arena_printf(a, "http://127.0.0.1:%d/slow", s->port), .total_timeout_ms = 100};
    expect_ok(http_fetch(h, a, &q, &r, &e), &e);
    assert_int_equal(r.outcome, HTTP_TIMEOUT);
    http_free(h);
    arena_free(a);
}

static void refused_and_unresolved(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct http *h = client(0);
    struct err e = {0};
    struct http_response r;
    struct http_request q = {.method = STR("GET"), .url = STR("http://127.0.0.1:1/"), .total_timeout_ms = 60000};
    expect_ok(http_fetch(h, a, &q, &r, &e), &e);
    assert_int_equal(r.outcome, HTTP_CONNECT);
    q.url = STR("http://no-such-host.invalid/");
    expect_ok(http_fetch(h, a, &q, &r, &e), &e);
    assert_int_equal(r.outcome, HTTP_DNS);
    http_free(h);
    h = http_new(&(struct http_options){.proxy = "http://no-such-proxy.invalid:3128"}, &e);
    q.url = STR("http://127.0.0.1:1/");
    expect_ok(http_fetch(h, a, &q, &r, &e), &e);
    assert_int_equal(r.outcome, HTTP_CONNECT); /* never DNS: that would say the service is not there */
    http_free(h);
    arena_free(a);
}

static void sends_a_dead_reused_connection_again(void **state)
{
    struct server *s = *state;
    struct arena *a = arena_new(0);
    struct http *h = client(0);
    assert_int_equal(get(h, a, s, "/ok").outcome, HTTP_OK);
    struct http_response r = get(h, a, s, "/dies");
    assert_int_equal(r.outcome, HTTP_OK); /* libcurl sent it once more on a new connection */
    assert_int_equal(s->connections, 2);
    http_free(h);
    arena_free(a);
}

static void count_done(void *user, const struct http_response *r)
{
    assert_int_equal(r->outcome, HTTP_OK);
    ++*(int *)user;
}

static void reports_a_reused_connection_that_died(void **state)
{
    struct server *s = *state;
    struct arena *a = arena_new(0);
    struct http *h = client(0);
    struct err e = {0};
    int done = 0;
    struct http_request q = {.method = STR("GET"), .url = arena_printf(a, "http://127.0.0.1:%d/barrier", s->port)};
    for (int i = 0; i < BARRIER; i++)
        expect_ok(http_start(h, &q, count_done, &done, &e), &e);
    while (done < BARRIER)
        http_poll(h, 100);
    /* All kept connections die at their second request, more of them than libcurl tries. */
    struct http_response r = get(h, a, s, "/dies");
    assert_int_equal(r.outcome, HTTP_REUSED_DIED);
    http_free(h);
    arena_free(a);
}

struct chain {
    struct http *h;
    struct http_request q;
    int left, bodies;
};

static void start_next(void *user, const struct http_response *r)
{
    struct chain *c = user;
    struct err e = {0};
    expect_str(r->body, "ok");
    c->bodies++;
    if (--c->left)
        expect_ok(http_start(c->h, &c->q, start_next, c, &e), &e);
}

static void callbacks_start_requests(void **state)
{
    struct server *s = *state;
    struct arena *a = arena_new(0);
    struct err e = {0};
    struct chain c = {.h = client(0), .left = 20};
    c.q = (struct http_request){.method = STR("GET"), .url = arena_printf(a, "http://127.0.0.1:%d/ok", s->port)};
    expect_ok(http_start(c.h, &c.q, start_next, &c, &e), &e);
    while (http_in_flight(c.h))
        http_poll(c.h, 1000);
    assert_int_equal(c.bodies, 20);
    http_free(c.h);
    arena_free(a);
}

static void never_called(void *user, const struct http_response *r)
{
    (void)user;
    fail_msg("a dropped request called back: %s", r->error);
}

static void abort_drops_all(void **state)
{
    struct server *s = *state;
    struct arena *a = arena_new(0);
    struct http *h = client(0);
    struct err e = {0};
    struct http_request q = {.method = STR("GET"), .url = arena_printf(a, "http://127.0.0.1:%d/slow", s->port)};
    for (int i = 0; i < 3; i++)
        expect_ok(http_start(h, &q, never_called, NULL, &e), &e);
    http_poll(h, 10);
    assert_int_equal(http_in_flight(h), 3);
    http_abort(h);
    assert_int_equal(http_in_flight(h), 0);
    http_poll(h, 0);
    http_free(h);
    arena_free(a);
}

static void on_alarm(int sig) { (void)sig; }

static void a_signal_ends_the_wait(void **state)
{
    struct server *s = *state;
    struct arena *a = arena_new(0);
    struct http *h = client(0);
    struct err e = {0};
    struct http_request q = {.method = STR("GET"), .url = arena_printf(a, "http://127.0.0.1:%d/slow", s->port)};
    expect_ok(http_start(h, &q, never_called, NULL, &e), &e);
    for (int i = 0; i < 5; i++)
        http_poll(h, 20);
    struct sigaction act = {.sa_handler = on_alarm};
    sigaction(SIGALRM, &act, NULL);
    /* Again and again: one signal alone could come before the wait begins. */
    struct itimerval in = {.it_value.tv_usec = 50000, .it_interval.tv_usec = 50000}, off = {0};
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    setitimer(ITIMER_REAL, &in, NULL);
    http_poll(h, 40000);
    clock_gettime(CLOCK_MONOTONIC, &to);
    setitimer(ITIMER_REAL, &off, NULL);
    assert_true(to.tv_sec - from.tv_sec < 30);
    http_free(h);
    arena_free(a);
}

static void sends_exactly_what_it_is_given(void **state)
{
    struct server *s = *state;
    struct arena *a = arena_new(0);
    struct http *h = client(0);
    struct err e = {0};
    struct http_response r;
    struct str headers[] = {STR("X-Amz-Date: 20260102T030405Z"), STR("X-Empty;"), STR("Content-Type: application/x-amz-json-1.1")};
    struct http_request q = {.method = STR("POST"), .url = arena_printf(a, "http://127.0.0.1:%d/echo/a/../b%%3Ac/?acl", s->port),
                             .headers = headers, .header_count = 3, .body = STR("{\"a\":1}")};
    expect_ok(http_fetch(h, a, &q, &r, &e), &e);
    assert_true(str_starts(r.body, STR("POST /echo/a/../b%3Ac/?acl HTTP/1.1\r\n")));
    assert_true(str_contains(r.body, STR("\r\nX-Amz-Date: 20260102T030405Z\r\n")));
    assert_true(str_contains(r.body, STR("\r\nX-Empty:\r\n")));
    assert_true(str_contains(r.body, STR("application/x-amz-json-1.1")));
    assert_false(str_contains(r.body, STR("Expect")));
    assert_true(str_ends(r.body, STR("{\"a\":1}")));
    q = (struct http_request){.method = STR("PUT"), .url = q.url};
    expect_ok(http_fetch(h, a, &q, &r, &e), &e);
    assert_true(str_starts(r.body, STR("PUT /echo")));
    assert_true(str_contains(r.body, STR("Content-Length: 0\r\n")));
    assert_false(str_contains(r.body, STR("urlencoded")));
    http_free(h);
    arena_free(a);
}

static void no_redirects_no_cookies(void **state)
{
    struct server *s = *state;
    struct arena *a = arena_new(0);
    struct http *h = client(0);
    assert_int_equal(get(h, a, s, "/redirect").status, 301);
    get(h, a, s, "/cookie");
    assert_false(str_contains(get(h, a, s, "/echo").body, STR("Cookie")));
    http_free(h);
    arena_free(a);
}

static void proxy_of_the_environment(void **state)
{
    struct server *s = *state;
    struct arena *a = arena_new(0);
    struct err e = {0};
    struct http_response r;
    /* libcurl reads http_proxy in lower case only; https follows the same path in both cases. */
    setenv("http_proxy", "http://127.0.0.1:1", 1);
    struct http *h = http_new(&(struct http_options){0}, &e);
    struct http_request q = {.method = STR("GET"), .url = arena_printf(a, "http://127.0.0.1:%d/ok", s->port)};
    expect_ok(http_fetch(h, a, &q, &r, &e), &e);
    assert_int_equal(r.outcome, HTTP_CONNECT);
    q.no_proxy = true;
    expect_ok(http_fetch(h, a, &q, &r, &e), &e);
    assert_int_equal(r.outcome, HTTP_OK);
    q.no_proxy = false;
    setenv("NO_PROXY", "127.0.0.1", 1);
    expect_ok(http_fetch(h, a, &q, &r, &e), &e);
    assert_int_equal(r.outcome, HTTP_OK);
    unsetenv("NO_PROXY");
    unsetenv("http_proxy");
    http_free(h);
    arena_free(a);
}

static void refuses_bad_requests(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct http *h = client(0);
    struct str split = STR("X-A: b\r\nX-C: d");
    const struct http_request bad[] = {
        {.method = STR("GET"), .url = STR("file:///etc/passwd")},
        {.method = STR("GET"), .url = STR("http://")},
        {.method = STR("GET"), .url = STR("http://h/a b")},
        {.method = STR("GET"), .url = STR("http://h/\r\nX: y")},
        {.method = STR("G T"), .url = STR("http://h/")},
        {.method = STR("GET"), .url = STR("http://h:99999/")},
        {.method = STR("GET"), .url = STR("http://h/"), .headers = &split, .header_count = 1},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct err e = {0};
        assert_false(http_start(h, &bad[i], never_called, NULL, &e));
        assert_int_equal(e.kind, ERR_NET);
        assert_int_equal(http_in_flight(h), 0);
    }
    struct err e = {0};
    assert_null(http_new(&(struct http_options){.ca_bundle = "/nonexistent/ca.pem"}, &e));
    expect_err(&e, ERR_CONFIG, "CA bundle");
    http_free(h);
    arena_free(a);
}

static void finds_headers(void **state)
{
    (void)state;
    struct http_response r = {.headers = STR("HTTP/1.1 200 OK\r\nA: 1\r\nX-Long:\t two words \r\na: 2\r\nEmpty:\r\nno colon\r\n\r\n")};
    expect_str(http_header(&r, "a"), "1");
    expect_str(http_header(&r, "x-LONG"), "two words");
    expect_str(http_header(&r, "empty"), "");
    assert_non_null(http_header(&r, "empty").ptr);
    assert_null(http_header(&r, "x-lon").ptr);
    assert_null(http_header(&r, "HTTP/1.1 200 OK").ptr);
    r.headers = (struct str){NULL, 0};
    assert_null(http_header(&r, "a").ptr);
}

#define t(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

static void test_date(void **state)
{
    (void)state;
    int64_t us;
    assert_true(http_date(STR("Tue, 24 Nov 2026 07:41:28 GMT"), &us));
    assert_true(us == INT64_C(1795506088000000));
    assert_false(http_date(STR("Tue, 24 Nov 2026 07:41:28 UTC"), &us));
    assert_false(http_date(STR("Tue, 24 Xyz 2026 07:41:28 GMT"), &us));
    assert_false(http_date(STR("Tue, 24 Nov 2026 27:41:28 GMT"), &us));
    assert_false(http_date(STR(""), &us));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        t(keeps_connections_alive), t(classifies_outcomes), t(times_out), t(refused_and_unresolved),
        t(sends_a_dead_reused_connection_again), t(reports_a_reused_connection_that_died),
        t(callbacks_start_requests), t(abort_drops_all), t(a_signal_ends_the_wait),
        t(sends_exactly_what_it_is_given), t(no_redirects_no_cookies), t(proxy_of_the_environment),
        cmocka_unit_test(test_date),
        cmocka_unit_test(refuses_bad_requests), cmocka_unit_test(finds_headers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
