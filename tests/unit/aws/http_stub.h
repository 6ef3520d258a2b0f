/* tests/unit/aws/http_stub.h: an HTTP server on loopback whose answers a test gives; it keeps what it was asked. */
#ifndef WARD_TESTS_HTTP_STUB_H
#define WARD_TESTS_HTTP_STUB_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct stub;
/* `request` is the whole text, head and body; the answer is written into `out` ("STATUS BODY"). */
typedef void stub_answer(struct stub *s, const char *request, char *out, size_t size);

struct stub {
    int fd, port;
    pthread_t thread;
    stub_answer *answer;
    int requests;
    char last[32768], all[65536];
};

static size_t stub_read(int fd, char *in, size_t size)
{
    size_t n = 0;
    while (n + 1 < size) {
        ssize_t got = read(fd, in + n, size - n - 1);
        if (got <= 0)
            break;
        n += (size_t)got;
        in[n] = 0;
        char *end = strstr(in, "\r\n\r\n"), *length = strcasestr(in, "content-length:");
        if (end && (size_t)(in + n - end) >= 4 + (length && length < end ? (size_t)atol(length + 15) : 0))
            break;
    }
    return n;
}

static void *stub_serve(void *user)
{
    struct stub *s = user;
    static char answer[32768], reply[33000];
    for (;;) {
        int fd = accept(s->fd, NULL, NULL);
        if (fd < 0)
            return NULL;
        s->last[0] = 0;
        if (stub_read(fd, s->last, sizeof s->last)) {
            s->requests++;
            size_t used = strlen(s->all);
            snprintf(s->all + used, sizeof s->all - used, "%s", s->last);
            answer[0] = 0;
            s->answer(s, s->last, answer, sizeof answer);
            char *body = strchr(answer, ' ');
            snprintf(reply, sizeof reply, "HTTP/1.1 %.3s X\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n%s", answer, strlen(body + 1), body + 1);
            if (send(fd, reply, strlen(reply), MSG_NOSIGNAL) < 0)
                perror("stub");
        }
        close(fd);
    }
}

static void stub_start(struct stub *s, stub_answer *answer)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    memset(s, 0, sizeof *s);
    s->answer = answer;
    s->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(s->fd, (struct sockaddr *)&at, len) || listen(s->fd, 64) || getsockname(s->fd, (struct sockaddr *)&at, &len))
        abort();
    s->port = ntohs(at.sin_port);
    pthread_create(&s->thread, NULL, stub_serve, s);
}

static void stub_stop(struct stub *s)
{
    shutdown(s->fd, SHUT_RDWR);
    close(s->fd);
    pthread_join(s->thread, NULL);
}

#endif
