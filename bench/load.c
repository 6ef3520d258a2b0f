/*
 * bench/load.c: how many requests a second a server on loopback answers.
 *   load PORT CONNECTIONS SECONDS [SERVICE TARGET]
 * Keeps CONNECTIONS busy with one request each, from one thread, over keep-alive; prints requests a second and
 * the 50th and 99th percentile of the time to a whole answer.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 1024, SAMPLES_MAX = 1 << 20, ANSWER_MAX = 1 << 20 };

struct client {
    int fd;
    size_t have;
    double began;
    char answer[ANSWER_MAX];
};

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static _Noreturn void give_up(const char *what)
{
    perror(what);
    exit(1);
}

static void ask(struct client *c, const char *request)
{
    c->have = 0;
    c->began = now_s();
    if (send(c->fd, request, strlen(request), MSG_NOSIGNAL) < 0)
        give_up("send");
}

/* 1 when the answer is whole. */
static int take(struct client *c)
{
    ssize_t n = recv(c->fd, c->answer + c->have, ANSWER_MAX - 1 - c->have, MSG_DONTWAIT);
    if (n < 0 && errno == EAGAIN)
        return 0;
    if (n <= 0)
        give_up("recv");
    c->have += (size_t)n;
    c->answer[c->have] = 0;
    const char *body = strstr(c->answer, "\r\n\r\n"), *length = strcasestr(c->answer, "content-length:");
    return body && length && c->have >= (size_t)(body + 4 - c->answer) + strtoul(length + 15, NULL, 10);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

int main(int argc, char **argv)
{
    if (argc != 4 && argc != 6) {
        fputs("usage: load PORT CONNECTIONS SECONDS [SERVICE TARGET]\n", stderr);
        return 2;
    }
    long port = strtol(argv[1], NULL, 10), count = strtol(argv[2], NULL, 10);
    double seconds = strtod(argv[3], NULL);
    if (count < 1 || count > CONNECTIONS_MAX)
        return 2;
    char request[1024];
    snprintf(request, sizeof request,
             "POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: %s\r\nAuthorization: AWS4-HMAC-SHA256 Credential="
             "AKIA111111111111WARD/20260102/us-east-1/%s/aws4_request, SignedHeaders=host, Signature=0\r\n"
             "Content-Type: application/x-amz-json-1.1\r\nContent-Length: 2\r\n\r\n{}",
             argc == 6 ? argv[5] : "TrentService.ListKeys", argc == 6 ? argv[4] : "kms");
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int epoll = epoll_create1(0), one = 1;
    struct client *clients = calloc((size_t)count, sizeof *clients);
    double *samples = calloc(SAMPLES_MAX, sizeof *samples);
    size_t done = 0;
    if (!clients || !samples)
        give_up("memory");
    for (long i = 0; i < count; i++) {
        struct epoll_event ev = {.events = EPOLLIN, .data.ptr = &clients[i]};
        clients[i].fd = socket(AF_INET, SOCK_STREAM, 0);
        setsockopt(clients[i].fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        if (connect(clients[i].fd, (struct sockaddr *)&to, sizeof to) || epoll_ctl(epoll, EPOLL_CTL_ADD, clients[i].fd, &ev))
            give_up("connect");
        ask(&clients[i], request);
    }
    double start = now_s();
    while (now_s() - start < seconds) {
        struct epoll_event events[256];
        int n = epoll_wait(epoll, events, 256, 100);
        for (int i = 0; i < n; i++) {
            struct client *c = events[i].data.ptr;
            if (!take(c))
                continue;
            if (done < SAMPLES_MAX)
                samples[done] = now_s() - c->began;
            done++;
            ask(c, request);
        }
    }
    double wall = now_s() - start;
    size_t kept = done < SAMPLES_MAX ? done : SAMPLES_MAX;
    if (!kept) {
        fputs("no answer\n", stderr);
        return 1;
    }
    qsort(samples, kept, sizeof *samples, by_value);
    printf("%ld connections: %.0f requests/s, p50 %.2f ms, p99 %.2f ms\n", count, (double)done / wall,
           samples[kept / 2] * 1e3, samples[kept * 99 / 100] * 1e3);
    return 0;
}
