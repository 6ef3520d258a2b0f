/* ward: reads the command line by data/options.tsv, runs one verb, and ends with its exit status. */
#include "base/embed.h"
#include "cli/error.h"
#include "cli/help.h"
#include "verb/verb.h"

#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static const char *from_process(void *user, const char *name)
{
    (void)user;
    return getenv(name);
}

static int64_t now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int run_verb(struct ward *w, struct err *e)
{
    const struct cli_verb *verb = cli_verb(w->cli);
    if (cli_help_wanted(w->cli)) {
        help_verb(w->out, w->term.columns, cli_table(w->cli), verb);
        return EXIT_GOOD;
    }
    verb_function *function = verb_find(verb->name);
    if (function)
        return function(w, e);
    err_set(e, ERR_INTERNAL, "the verb %.*s is not part of this build", STR_ARG(verb->name));
    return EXIT_GOOD;
}

static int run(struct arena *a, struct out *out, int argc, const char *const *argv)
{
    struct err e = {0};
    struct env env = {.get = from_process};
    struct ward w = {.arena = a, .env = &env, .out = out, .now_us = now_us()};
    struct term_facts facts;
    term_facts_of_process(&facts);
    term_init(&w.term, &facts, NULL, &env);

    int status = EXIT_GOOD;
    struct cli_table *table = cli_table_read(a, embed_get("data/options.tsv"), &e);
    w.cli = table ? cli_parse(a, table, argc, argv, &env, &e) : NULL;
    if (w.cli) {
        term_init(&w.term, &facts, w.cli, &env);
        status = run_verb(&w, &e);
    }
    struct err late = {0};
    if (!out_flush(out, err_is_set(&e) ? &late : &e) && err_is_set(&late))
        error_print(w.term.err_colour, &late);
    if (err_is_set(&e)) {
        error_print(w.term.err_colour, &e);
        status = err_exit_status(e.kind);
    }
    return status;
}

/* With 0, 1 or 2 closed, the next file opened would get the number: the store could become stdout. */
static void open_standard_streams(void)
{
    int fd;
    do
        fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd > STDERR_FILENO)
        close(fd);
}

int main(int argc, char **argv)
{
    open_standard_streams();
    signal(SIGPIPE, SIG_IGN);
    setlocale(LC_CTYPE, "C.UTF-8"); /* wcwidth() */
    struct arena *a = arena_new(0);
    struct out out;
    out_init(&out, STDOUT_FILENO);
    int status = run(a, &out, argc, (const char *const *)argv);
    out_done(&out);
    arena_free(a);
    return status;
}
