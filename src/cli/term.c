#include "cli/term.h"

#include "codec/text.h"

#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { COLUMNS_DEFAULT = 80, COLUMNS_MIN = 40, COLUMNS_MAX = 400 };

void term_facts_of_process(struct term_facts *f)
{
    *f = (struct term_facts){.out_tty = isatty(STDOUT_FILENO), .err_tty = isatty(STDERR_FILENO)};
    struct winsize size;
    if (ioctl(f->out_tty ? STDOUT_FILENO : STDERR_FILENO, TIOCGWINSZ, &size) == 0)
        f->columns = size.ws_col;
}

static bool colour_of(bool tty, struct str when, const struct env *env)
{
    if (str_eqz(when, "always") || str_eqz(when, "never"))
        return str_eqz(when, "always");
    if (env_get(env, "NO_COLOR").ptr)
        return false;
    struct str force = env_get(env, "CLICOLOR_FORCE");
    if (force.ptr && !str_eqz(force, "0"))
        return true;
    return tty && !str_eqz(env_get(env, "TERM"), "dumb");
}

void term_init(struct term *t, const struct term_facts *f, const struct cli *c, const struct env *env)
{
    struct str when = c ? cli_str(c, "color") : env_get(env, "WARD_COLOR");
    *t = (struct term){
        .out_tty = f->out_tty, .err_tty = f->err_tty,
        .out_colour = colour_of(f->out_tty, when, env), .err_colour = colour_of(f->err_tty, when, env),
        .columns = f->columns ? f->columns : COLUMNS_DEFAULT,
        .quiet = c && cli_flag(c, "quiet"), .verbose = c && cli_flag(c, "verbose"),
    };
    if (t->columns < COLUMNS_MIN)
        t->columns = COLUMNS_MIN;
    if (t->columns > COLUMNS_MAX)
        t->columns = COLUMNS_MAX;
}

static void say(const char *fmt, va_list ap) PRINTF_LIKE(1, 0);
static void say(const char *fmt, va_list ap)
{
    fputs("ward: ", stderr);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
}

void term_say(const struct term *t, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    if (!t->quiet)
        say(fmt, ap);
    va_end(ap);
}

void term_detail(const struct term *t, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    if (t->verbose && !t->quiet)
        say(fmt, ap);
    va_end(ap);
}

static const struct {
    const char *name, *begin;
} paints[] = {
    [PAINT_PLAIN] = {"", ""},
    [PAINT_HEAD] = {"", "\033[1m"},
    [PAINT_DIM] = {"", "\033[2m"},
    [PAINT_PASS] = {"pass", "\033[32m"},
    [PAINT_FAIL] = {"fail", "\033[1;31m"},
    [PAINT_UNKNOWN] = {"unknown", "\033[1;33m"},
    [PAINT_NOT_APPLICABLE] = {"not-applicable", "\033[2m"},
    [PAINT_WAIVED] = {"waived", "\033[36m"},
    [PAINT_CRITICAL] = {"critical", "\033[1;31m"},
    [PAINT_HIGH] = {"high", "\033[31m"},
    [PAINT_MEDIUM] = {"medium", "\033[33m"},
    [PAINT_LOW] = {"low", ""},
};

enum paint paint_of(struct str name)
{
    for (size_t i = PAINT_PASS; i < sizeof paints / sizeof *paints; i++)
        if (str_eqz(name, paints[i].name))
            return (enum paint)i;
    return PAINT_PLAIN;
}

const char *paint_begin(bool colour, enum paint p) { return colour ? paints[p].begin : ""; }
const char *paint_end(bool colour) { return colour ? "\033[0m" : ""; }

void paint(struct buf *out, bool colour, enum paint p, struct str text)
{
    bool painted = colour && paints[p].begin[0];
    if (painted)
        buf_addz(out, paints[p].begin);
    text_safe(out, text);
    if (painted)
        buf_addz(out, "\033[0m");
}
