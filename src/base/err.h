/*
 * base/err.h: how a function tells that it failed.
 *
 * A function that can fail returns bool, a pointer or an enum, carries WARN_UNUSED, and takes a
 * `struct err *` as its last parameter. The return value is the outcome; the err tells the story.
 * The first error wins: setting an err that is already set does nothing, so a caller may go on
 * cleaning up. Out of memory is not an error here: allocation aborts the process.
 *
 * What it is not: a log. Nothing is printed; src/cli/ prints an err as
 *   ward: error: MESSAGE
 *   while: CONTEXT        (innermost first)
 *   hint: HINT
 */
#ifndef WARD_BASE_ERR_H
#define WARD_BASE_ERR_H

#include <stdarg.h>
#include <stdbool.h>

#define WARN_UNUSED __attribute__((warn_unused_result))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))

/* The exit status is the contract of design section 2: 2 usage or configuration, 4 could not run. */
#define ERR_KINDS(X)                                                                               \
    X(ERR_NONE, "none", 0, "no error")                                                             \
    X(ERR_USAGE, "usage", 2, "the command line is wrong")                                          \
    X(ERR_CONFIG, "config", 2, "ward.yaml or another configuration file is wrong")                 \
    X(ERR_PARSE, "parse", 4, "an input is not in the format it should be in")                      \
    X(ERR_LIMIT, "limit", 4, "an input is larger than the cap that protects ward")                 \
    X(ERR_IO, "io", 4, "a file could not be read or written")                                      \
    X(ERR_STORE, "store", 4, "the store (ward.db) could not be used")                              \
    X(ERR_NET, "net", 4, "an endpoint could not be reached")                                       \
    X(ERR_CREDENTIALS, "credentials", 4, "no usable AWS credentials")                              \
    X(ERR_AWS, "aws", 4, "AWS answered with an error")                                             \
    X(ERR_NO_DATA, "no-data", 4, "there is nothing to answer from yet")                            \
    X(ERR_CONTROL, "control", 2, "a control file is wrong")                                        \
    X(ERR_INTERRUPTED, "interrupted", 130, "stopped by a signal; what was read is kept")           \
    X(ERR_INTERNAL, "internal", 4, "a defect in ward")

enum err_kind {
#define X(sym, name, status, meaning) sym,
    ERR_KINDS(X)
#undef X
};

enum { ERR_MESSAGE_MAX = 1024, ERR_HINT_MAX = 512, ERR_CONTEXT_MAX = 6, ERR_CONTEXT_LEN = 256 };

struct err {
    enum err_kind kind;
    char message[ERR_MESSAGE_MAX]; /* lower case, no full stop */
    char hint[ERR_HINT_MAX];       /* what to do about it; empty when there is no advice */
    int context_count;
    char context[ERR_CONTEXT_MAX][ERR_CONTEXT_LEN]; /* "while" lines, innermost first */
};

/* Sets kind and message unless `e` is already set. Returns false, so that `return err_set(...)`
 * reads well in a bool function. `e` may be NULL (the caller only wants the outcome). */
bool err_set(struct err *e, enum err_kind kind, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* The same with errno's text appended: "MESSAGE: No such file or directory". */
bool err_set_errno(struct err *e, enum err_kind kind, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* Adds the hint line; the first hint wins. */
void err_hint(struct err *e, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Adds a "while" line; beyond ERR_CONTEXT_MAX they are dropped. */
void err_context(struct err *e, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Clears an err for reuse. */
void err_clear(struct err *e);
static inline bool err_is_set(const struct err *e) { return e && e->kind != ERR_NONE; }
/* Exit status, short name and one-line meaning of a kind. */
int err_exit_status(enum err_kind kind);
const char *err_kind_name(enum err_kind kind);
const char *err_kind_meaning(enum err_kind kind);

/* A broken invariant: prints to stderr and aborts. */
_Noreturn void die(const char *fmt, ...) PRINTF_LIKE(1, 2);

#endif
