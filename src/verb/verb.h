/*
 * verb/verb.h: what a verb gets, and the list of verbs.
 *
 * A verb is one file, src/verb/NAME.c, with one function `verb_NAME`, a row here, and rows in
 * data/options.tsv. It alone wires several stages together. It returns the exit status; when it
 * fills `e`, main prints the err and the status is the err's.
 */
#ifndef WARD_VERB_VERB_H
#define WARD_VERB_VERB_H

#include "base/arena.h"
#include "base/env.h"
#include "base/err.h"
#include "cli/cli.h"
#include "cli/out.h"
#include "cli/term.h"
#include "config/config.h"

/* Exit statuses beside those of base/err.h (design section 2). */
enum {
    EXIT_GOOD = 0,
    EXIT_VIOLATION = 1,
    EXIT_INCOMPLETE = 3, /* nothing violated, but something could not be read or decided */
};

struct ward {
    struct arena *arena; /* of the run */
    const struct cli *cli;
    const struct env *env;
    struct out *out; /* standard output; main flushes it at the end */
    struct term term;
    int64_t now_us; /* when the process began */
};

typedef int verb_function(struct ward *w, struct err *e);

/* Sorted as in data/options.tsv. */
#define WARD_VERBS(X)                                                                              \
    X(doctor)                                                                                      \
    X(policy)                                                                                      \
    X(audit)                                                                                       \
    X(import)                                                                                      \
    X(export)                                                                                      \
    X(explain)                                                                                     \
    X(diff)                                                                                        \
    X(can)                                                                                         \
    X(who_can)                                                                                     \
    X(what_can)                                                                                    \
    X(path)                                                                                        \
    X(prove)                                                                                       \
    X(map)                                                                                         \
    X(init)                                                                                        \
    X(waive)                                                                                       \
    X(config)                                                                                      \
    X(version)                                                                                     \
    X(help)

#define X(name) verb_function verb_##name;
WARD_VERBS(X)
#undef X

/* The function, or NULL when the verb has none. */
verb_function *verb_find(struct str name);

/* The configuration in force, --config and the environment taken into account (config/config.h).
 * NULL on error. */
struct config *ward_config(struct ward *w, struct err *e) WARN_UNUSED;

#endif
