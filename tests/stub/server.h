/* tests/stub/server.h: the connections of ward-stub: one epoll loop, no threads. */
#ifndef WARD_TESTS_STUB_SERVER_H
#define WARD_TESTS_STUB_SERVER_H

#include "stub.h"

#include <stdio.h>

enum conn_state {
    CONN_READING,
    CONN_DELAYED,    /* the answer is ready and waits for due_ms */
    CONN_FORWARDING, /* waits for the server behind */
    CONN_WRITING,
    CONN_SILENT,     /* never answers; the client has to give up */
    CONN_CLOSED,     /* freed after the events at hand, which may still name it */
};

struct conn {
    struct server *server;
    int fd;
    enum conn_state state;
    struct buf in, out;
    size_t sent;
    unsigned served;
    struct request request;
    struct hit hit;
    bool close_after, drip;
    int64_t due_ms;
    struct upstream *upstream;
    struct conn *prev, *next;
};

struct server {
    struct arena *arena;
    int epoll, listener;
    struct conn *first, *closed;
    struct upstream *dropped; /* as closed */
    unsigned count;
    struct routes routes;
    struct accounts *accounts;
    struct answers *answers;
    struct rules *rules;
    long latency_ms;
    int forward_port; /* 0 = none */
    bool fill;        /* replaces HTML of the server behind by the empty answer */
    FILE *log;
    uint64_t requests;
};

int64_t now_ms(void);
bool server_listen(struct server *s, int port, int *bound, struct err *e) WARN_UNUSED;
/* Until *stop is set by a signal. */
void server_run(struct server *s, const volatile int *stop);
void server_close(struct server *s);

/* Makes the answer of a request that was read whole. */
void respond(struct conn *c);
/* Puts head and body into c->out and starts sending it, after the latency. */
void conn_send(struct conn *c, const struct reply *r, bool own);
void conn_start_writing(struct conn *c);
void conn_watch(struct conn *c, unsigned events);
void conn_close(struct conn *c);
void log_request(const struct conn *c, int status, const char *source);

/* ---- forward.c */
/* Sends the request to the server behind; its whole answer becomes c's. */
void forward_start(struct conn *c);
void forward_event(struct upstream *u, unsigned events);
void forward_drop(struct upstream *u);
void forward_free_dropped(struct server *s);


#endif
