/* The server behind: one connection a request, its answer read to the end. */
#include "server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

struct upstream {
    struct conn *conn;
    int fd;
    struct buf out, in;
    size_t sent;
    struct upstream *next; /* among the dropped */
};

static void watch(struct upstream *u, int how, unsigned events)
{
    struct epoll_event ev = {.events = events, .data.u64 = (uint64_t)((uintptr_t)u | 1)};
    epoll_ctl(u->conn->server->epoll, how, u->fd, &ev);
}

void forward_drop(struct upstream *u)
{
    struct server *s = u->conn->server;
    u->conn->upstream = NULL;
    u->conn = NULL;
    close(u->fd);
    u->next = s->dropped;
    s->dropped = u;
}

void forward_free_dropped(struct server *s)
{
    while (s->dropped) {
        struct upstream *u = s->dropped;
        s->dropped = u->next;
        buf_done(&u->out);
        buf_done(&u->in);
        free(u);
    }
}

static void give_up(struct conn *c, const char *why)
{
    struct reply r = {.status = 502, .type = "text/plain"};
    if (c->upstream)
        forward_drop(c->upstream);
    buf_init(&r.body, 256);
    buf_addf(&r.body, "ward-stub: the server behind: %s\n", why);
    conn_send(c, &r, true);
    buf_done(&r.body);
}

/* Headers that belong to one connection are not passed on. */
static bool is_hop_header(struct str line)
{
    struct str rest = line;
    struct str name = str_cut(&rest, ':');
    return str_eq_nocase(name, STR("connection")) || str_eq_nocase(name, STR("expect")) ||
           str_eq_nocase(name, STR("keep-alive")) || str_eq_nocase(name, STR("content-length")) ||
           str_eq_nocase(name, STR("transfer-encoding"));
}

static void copy_headers(struct buf *out, struct str headers)
{
    while (headers.ptr && headers.len) {
        struct str line = str_cut(&headers, '\n');
        if (str_trim(line).len && !is_hop_header(line)) {
            buf_add(out, str_trim(line));
            buf_addz(out, "\r\n");
        }
    }
}

void forward_start(struct conn *c)
{
    const struct request *q = &c->request;
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)c->server->forward_port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct upstream *u = calloc(1, sizeof *u);
    if (!u)
        die("out of memory");
    c->state = CONN_FORWARDING;
    c->upstream = u;
    u->conn = c;
    buf_init(&u->out, HEAD_MAX + BODY_MAX + 1024);
    buf_init(&u->in, ANSWER_MAX);
    buf_addf(&u->out, "%.*s %.*s HTTP/1.1\r\n", STR_ARG(q->method), STR_ARG(q->target));
    copy_headers(&u->out, q->headers);
    buf_addf(&u->out, "Content-Length: %zu\r\nConnection: close\r\n\r\n", q->body.len);
    buf_add(&u->out, q->body);
    u->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (u->fd < 0 || (connect(u->fd, (struct sockaddr *)&to, sizeof to) != 0 && errno != EINPROGRESS)) {
        give_up(c, "no connection");
        return;
    }
    watch(u, EPOLL_CTL_ADD, EPOLLOUT);
}

/* "1a\r\n...": the chunks joined. False when malformed. */
static bool unchunk(struct str in, struct buf *out)
{
    for (;;) {
        ptrdiff_t end = str_index(in, '\n', 0);
        if (end < 0)
            return false;
        char *stop;
        unsigned long size = strtoul(in.ptr, &stop, 16);
        in = str_sub(in, (size_t)end + 1, in.len);
        if (size == 0)
            return true;
        if (size > in.len || in.len - size < 2)
            return false;
        buf_add(out, str_sub(in, 0, size));
        in = str_sub(in, size + 2, in.len);
    }
}

static size_t body_start(struct str in)
{
    for (size_t i = 0; i + 3 < in.len; i++)
        if (memcmp(in.ptr + i, "\r\n\r\n", 4) == 0)
            return i + 4;
    return 0;
}

/* Sends the answer on as it is, but for the headers that speak of the connection. */
static void pass_on(struct conn *c, struct str head, int status, struct str body)
{
    struct str line = str_cut(&head, '\n');
    buf_add(&c->out, str_trim(line));
    buf_addz(&c->out, "\r\n");
    copy_headers(&c->out, head);
    buf_addf(&c->out, "Content-Length: %zu\r\n\r\n", body.len);
    if (!str_eqz(c->request.method, "HEAD"))
        buf_add(&c->out, c->hit.fault == FAULT_CUT ? str_sub(body, 0, body.len / 2) : body);
    c->close_after = c->close_after || c->hit.fault == FAULT_CLOSE || c->hit.fault == FAULT_CUT;
    c->drip = c->hit.fault == FAULT_DRIP;
    log_request(c, status, "behind");
    long wait_ms = c->hit.fault == FAULT_LATENCY ? c->hit.number : c->server->latency_ms;
    if (wait_ms > 0) {
        c->state = CONN_DELAYED;
        c->due_ms = now_ms() + wait_ms;
    } else {
        conn_start_writing(c);
    }
}

static void answered(struct conn *c, const struct buf *answer)
{
    struct str in = buf_str(answer);
    size_t start = body_start(in);
    uint64_t status;
    if (!start || in.len < 12 || !str_to_u64(str_sub(in, 9, 12), &status)) {
        give_up(c, "no HTTP answer");
        return;
    }
    struct str head = str_sub(in, 0, start - 2), body = str_sub(in, start, in.len);
    struct request as_request = {.headers = head};
    struct buf whole;
    buf_init(&whole, ANSWER_MAX);
    if (str_eq_nocase(request_header(&as_request, "transfer-encoding"), STR("chunked")) && unchunk(body, &whole))
        body = buf_str(&whole);
    if (str_eqz(c->request.operation, "AssumeRole"))
        accounts_learn(c->server->accounts, body);
    bool html = str_starts(request_header(&as_request, "content-type"), STR("text/html"));
    if (c->server->fill && html && status >= 400 && c->request.route) {
        struct reply r = {0};
        buf_init(&r.body, ANSWER_MAX);
        answer_empty(&c->request, &r);
        conn_send(c, &r, true);
        buf_done(&r.body);
    } else {
        pass_on(c, head, (int)status, body);
    }
    buf_done(&whole);
}

void forward_event(struct upstream *u, unsigned events)
{
    char block[64 * 1024];
    ssize_t n;
    if (!u->conn)
        return;
    if (events & EPOLLOUT && u->sent < u->out.len) {
        n = send(u->fd, u->out.ptr + u->sent, u->out.len - u->sent, MSG_NOSIGNAL);
        if (n < 0 && errno != EAGAIN && errno != EINTR) {
            give_up(u->conn, "it refused the request");
            return;
        }
        u->sent += n > 0 ? (size_t)n : 0;
        if (u->sent == u->out.len)
            watch(u, EPOLL_CTL_MOD, EPOLLIN);
        return;
    }
    while ((n = read(u->fd, block, sizeof block)) > 0)
        buf_add(&u->in, str_make(block, (size_t)n));
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    /* The answer's bytes live in u->in, which stays until the events at hand are done. */
    struct conn *c = u->conn;
    forward_drop(u);
    answered(c, &u->in);
}
