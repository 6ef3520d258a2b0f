/* ward-stub: options and start. See stub.h. */
#include "server.h"

#include <getopt.h>
#include <signal.h>
#include <stdlib.h>

static volatile int stop;
static void on_signal(int number)
{
    (void)number;
    stop = 1;
}

static int usage(void)
{
    fputs("usage: ward-stub [--port N] [--routes FILE] [--answers FILE]... [--rules FILE] [--account ID]\n"
          "                 [--latency-ms N] [--forward PORT [--fill]] [--log FILE]\n"
          "Listens on loopback (a free port by default), prints \"port N\" and serves until it is killed.\n"
          "tests/stub/stub.h describes the files.\n", stderr);
    return 2;
}

static bool number_of(const char *text, long most, long *out)
{
    int64_t n;
    if (!str_to_i64(str_of(text), &n) || n < 0 || n > most)
        return false;
    *out = (long)n;
    return true;
}

static bool set_option(struct server *s, int option, const char *value, long *port, struct err *e)
{
    long n;
    switch (option) {
    case 'p':
        return number_of(value, 65535, port);
    case 'r':
        return routes_load(s->arena, value, &s->routes, e);
    case 'a':
        return answers_load(s->answers, value, e);
    case 'f':
        return rules_load(s->rules, value, e);
    case 'i':
        s->accounts = accounts_new(s->arena, value);
        return true;
    case 'l':
        return number_of(value, 600000, &s->latency_ms);
    case 'w':
        if (!number_of(value, 65535, &n))
            return false;
        s->forward_port = (int)n;
        return true;
    case 'e':
        s->fill = true;
        return true;
    case 'o':
        s->log = fopen(value, "a");
        return s->log || err_set_errno(e, ERR_IO, "%s", value);
    default:
        return false;
    }
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"port", 1, NULL, 'p'}, {"routes", 1, NULL, 'r'}, {"answers", 1, NULL, 'a'}, {"rules", 1, NULL, 'f'},
        {"account", 1, NULL, 'i'}, {"latency-ms", 1, NULL, 'l'}, {"forward", 1, NULL, 'w'}, {"fill", 0, NULL, 'e'},
        {"log", 1, NULL, 'o'}, {0},
    };
    struct server s = {.arena = arena_new(0)};
    struct err e = {0};
    long port = 0;
    int option, bound;
    s.accounts = accounts_new(s.arena, "123456789012");
    s.answers = answers_new(s.arena);
    s.rules = rules_new(s.arena);
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (set_option(&s, option, optarg, &port, &e))
            continue;
        if (!err_is_set(&e))
            return usage();
        fprintf(stderr, "ward-stub: %s\n", e.message);
        return 4;
    }
    if (!server_listen(&s, (int)port, &bound, &e)) {
        fprintf(stderr, "ward-stub: %s\n", e.message);
        return 4;
    }
    signal(SIGTERM, on_signal);
    signal(SIGINT, on_signal);
    signal(SIGPIPE, SIG_IGN);
    if (s.log)
        setvbuf(s.log, NULL, _IOLBF, 0);
    printf("port %d\n", bound);
    fflush(stdout);
    server_run(&s, &stop);
    server_close(&s);
    if (s.log)
        fclose(s.log);
    arena_free(s.arena);
    return 0;
}
