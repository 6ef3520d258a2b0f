/* tests/harness.h: cmocka and the few assertions that ward's own types need. */
#ifndef WARD_TESTS_HARNESS_H
#define WARD_TESTS_HARNESS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#include <stdio.h>

/* The slice equals the C string. */
#define expect_str(s, want)                                                                        \
    do {                                                                                           \
        struct str got_ = (s);                                                                     \
        if (!str_eqz(got_, (want)))                                                                \
            fail_msg("got \"%.*s\", want \"%s\"", STR_ARG(got_), (want));                          \
    } while (0)

/* The call succeeded; prints the error when it did not. */
#define expect_ok(outcome, e)                                                                      \
    do {                                                                                           \
        if (!(outcome))                                                                            \
            fail_msg("failed: %s", (e)->message);                                                  \
    } while (0)

/* An error of that kind whose message contains `part`. */
#define expect_err(e, want_kind, part)                                                             \
    do {                                                                                           \
        if ((e)->kind != (want_kind))                                                              \
            fail_msg("error kind %s, want %s: %s", err_kind_name((e)->kind), err_kind_name(want_kind), (e)->message); \
        if (!str_contains(str_of((e)->message), str_of(part)))                                     \
            fail_msg("message \"%s\" lacks \"%s\"", (e)->message, (part));                         \
    } while (0)

/* Top of the source tree, and of the shared reference folder (which may be absent). */
#ifndef WARD_SOURCE_ROOT
#define WARD_SOURCE_ROOT "."
#endif

#endif
