#include "base/err.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    int exit_status;
    const char *meaning;
} kinds[] = {
#define X(sym, name, status, meaning) {name, status, meaning},
    ERR_KINDS(X)
#undef X
};

bool err_set(struct err *e, enum err_kind kind, const char *fmt, ...)
{
    if (!e || e->kind != ERR_NONE)
        return false;
    e->kind = kind;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(e->message, sizeof e->message, fmt, ap);
    va_end(ap);
    return false;
}

bool err_set_errno(struct err *e, enum err_kind kind, const char *fmt, ...)
{
    int saved = errno;
    if (!e || e->kind != ERR_NONE)
        return false;
    e->kind = kind;
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(e->message, sizeof e->message, fmt, ap);
    va_end(ap);
    size_t used = n < 0 ? 0 : (size_t)n;
    if (used < sizeof e->message)
        snprintf(e->message + used, sizeof e->message - used, ": %s", strerror(saved));
    return false;
}

void err_hint(struct err *e, const char *fmt, ...)
{
    if (!e || e->hint[0])
        return;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(e->hint, sizeof e->hint, fmt, ap);
    va_end(ap);
}

void err_context(struct err *e, const char *fmt, ...)
{
    if (!e || e->context_count >= ERR_CONTEXT_MAX)
        return;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(e->context[e->context_count++], ERR_CONTEXT_LEN, fmt, ap);
    va_end(ap);
}

void err_clear(struct err *e)
{
    if (e)
        *e = (struct err){0};
}

int err_exit_status(enum err_kind kind) { return kinds[kind].exit_status; }
const char *err_kind_name(enum err_kind kind) { return kinds[kind].name; }
const char *err_kind_meaning(enum err_kind kind) { return kinds[kind].meaning; }

_Noreturn void die(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fputs("ward: internal error: ", stderr);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
    va_end(ap);
    abort();
}
