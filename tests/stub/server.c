/* The epoll loop and the life of a connection. */
#include "server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS_MAX = 256, READ_SIZE = 64 * 1024, DRIP_BYTES = 20, DRIP_MS = 50 };

/* The low bit of an event's pointer tells an upstream from a connection; 0 is the listener. */
#define UPSTREAM_BIT ((uintptr_t)1)

int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

bool server_listen(struct server *s, int port, int *bound, struct err *e)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    int one = 1;
    s->epoll = epoll_create1(EPOLL_CLOEXEC);
    s->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    setsockopt(s->listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(s->listener, (struct sockaddr *)&at, len) != 0 || listen(s->listener, 1024) != 0 ||
        getsockname(s->listener, (struct sockaddr *)&at, &len) != 0)
        return err_set_errno(e, ERR_NET, "cannot listen on port %d", port);
    struct epoll_event ev = {.events = EPOLLIN, .data.u64 = 0};
    if (epoll_ctl(s->epoll, EPOLL_CTL_ADD, s->listener, &ev) != 0)
        return err_set_errno(e, ERR_NET, "epoll");
    *bound = ntohs(at.sin_port);
    return true;
}

static void accept_all(struct server *s)
{
    int fd, one = 1;
    while ((fd = accept4(s->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        struct conn *c = calloc(1, sizeof *c);
        if (!c)
            die("out of memory");
        c->server = s;
        c->fd = fd;
        buf_init(&c->in, HEAD_MAX + BODY_MAX);
        buf_init(&c->out, ANSWER_MAX);
        c->next = s->first;
        if (c->next)
            c->next->prev = c;
        s->first = c;
        s->count++;
        struct epoll_event ev = {.events = EPOLLIN, .data.ptr = c};
        if (epoll_ctl(s->epoll, EPOLL_CTL_ADD, fd, &ev) != 0)
            conn_close(c);
    }
}

void conn_watch(struct conn *c, unsigned events)
{
    struct epoll_event ev = {.events = events, .data.ptr = c};
    epoll_ctl(c->server->epoll, EPOLL_CTL_MOD, c->fd, &ev);
}

void conn_close(struct conn *c)
{
    struct server *s = c->server;
    if (c->upstream)
        forward_drop(c->upstream);
    if (c->prev)
        c->prev->next = c->next;
    else
        s->first = c->next;
    if (c->next)
        c->next->prev = c->prev;
    s->count--;
    close(c->fd);
    c->state = CONN_CLOSED;
    c->next = s->closed;
    s->closed = c;
}

static void free_closed(struct server *s)
{
    while (s->closed) {
        struct conn *c = s->closed;
        s->closed = c->next;
        buf_done(&c->in);
        buf_done(&c->out);
        free(c);
    }
    forward_free_dropped(s);
}

/* Where the body starts, or 0. */
static size_t head_end(struct str in)
{
    for (size_t i = 0; i + 3 < in.len; i++)
        if (memcmp(in.ptr + i, "\r\n\r\n", 4) == 0)
            return i + 4;
    return 0;
}

/* Answers the request at the start of c->in if it is there whole. */
static void take_request(struct conn *c)
{
    struct str in = buf_str(&c->in);
    size_t start = head_end(in), size;
    if (!start) {
        if (in.len >= HEAD_MAX)
            conn_close(c);
        return;
    }
    if (!request_split(str_sub(in, 0, start - 2), &c->request) || !request_body_size(&c->request, &size)) {
        conn_close(c);
        return;
    }
    if (in.len < start + size) {
        if (in.len == start && str_eq_nocase(request_header(&c->request, "expect"), STR("100-continue")))
            (void)!write(c->fd, "HTTP/1.1 100 Continue\r\n\r\n", 25);
        return;
    }
    c->request.body = str_sub(in, start, start + size);
    conn_watch(c, 0);
    respond(c);
}

static void read_more(struct conn *c)
{
    char block[READ_SIZE];
    for (;;) {
        ssize_t n = read(c->fd, block, sizeof block);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            break;
        if (n <= 0) {
            conn_close(c);
            return;
        }
        buf_add(&c->in, str_make(block, (size_t)n));
        if (c->in.failed) {
            conn_close(c);
            return;
        }
    }
    take_request(c);
}

/* The answer went out: forget the request, keep what came after it. */
static void finish(struct conn *c)
{
    struct server *s = c->server;
    size_t used = (size_t)(c->request.body.ptr - c->in.ptr) + c->request.body.len;
    if (c->close_after) {
        conn_close(c);
        return;
    }
    memmove(c->in.ptr, c->in.ptr + used, c->in.len - used);
    c->in.len -= used;
    buf_reset(&c->out);
    c->sent = 0;
    c->served++;
    c->state = CONN_READING;
    c->drip = false;
    c->hit = (struct hit){0};
    s->requests++;
    conn_watch(c, EPOLLIN);
    if (c->in.len)
        take_request(c);
}

static void write_more(struct conn *c)
{
    while (c->sent < c->out.len) {
        size_t left = c->out.len - c->sent;
        ssize_t n = send(c->fd, c->out.ptr + c->sent, c->drip && left > DRIP_BYTES ? DRIP_BYTES : left, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN) {
            conn_watch(c, EPOLLOUT);
            return;
        }
        if (n <= 0) {
            conn_close(c);
            return;
        }
        c->sent += (size_t)n;
        if (c->drip && c->sent < c->out.len) {
            c->state = CONN_DELAYED;
            c->due_ms = now_ms() + DRIP_MS;
            conn_watch(c, 0);
            return;
        }
    }
    finish(c);
}

void conn_start_writing(struct conn *c)
{
    c->state = CONN_WRITING;
    write_more(c);
}

static void conn_event(struct conn *c, unsigned events)
{
    if (c->state == CONN_CLOSED)
        return;
    if (c->state == CONN_READING && events & (EPOLLIN | EPOLLHUP | EPOLLERR))
        read_more(c);
    else if (events & (EPOLLHUP | EPOLLERR))
        conn_close(c);
    else if (c->state == CONN_WRITING && events & EPOLLOUT)
        write_more(c);
}

/* Starts the answers that are due; returns the milliseconds to the next, or -1. */
static int run_due(struct server *s)
{
    int64_t now = now_ms(), next = -1;
    struct conn *after;
    for (struct conn *c = s->first; c; c = after) {
        after = c->next;
        if (c->state != CONN_DELAYED)
            continue;
        if (c->due_ms <= now)
            conn_start_writing(c);
        else if (next < 0 || c->due_ms < next)
            next = c->due_ms;
    }
    return next < 0 ? -1 : (int)(next - now);
}

void server_run(struct server *s, const volatile int *stop)
{
    struct epoll_event events[EVENTS_MAX];
    while (!*stop) {
        int wait_ms = run_due(s);
        /* A drip that began inside run_due is not in its answer. */
        int n = epoll_wait(s->epoll, events, EVENTS_MAX, wait_ms < 0 || wait_ms > DRIP_MS ? DRIP_MS : wait_ms);
        for (int i = 0; i < n; i++) {
            uintptr_t p = (uintptr_t)events[i].data.ptr;
            if (!p)
                accept_all(s);
            else if (p & UPSTREAM_BIT)
                forward_event((struct upstream *)(p & ~UPSTREAM_BIT), events[i].events);
            else
                conn_event(events[i].data.ptr, events[i].events);
        }
        free_closed(s);
    }
}

void server_close(struct server *s)
{
    while (s->first)
        conn_close(s->first);
    free_closed(s);
    close(s->listener);
    close(s->epoll);
}
