/*
 * cli/cli.h: the option table (data/options.tsv) and the command line read by it.
 *
 * Place in the flow: main.c loads the table, parses argv, and hands both to a verb. Help, manual
 * pages and completions (cli/help.h) come from the same table, so they cannot disagree with the
 * parser.
 *
 * What it is not: no verb knows another's options; there is no abbreviation of option names, and
 * no secret is ever taken from the command line (it would stand in the process list).
 */
#ifndef WARD_CLI_CLI_H
#define WARD_CLI_CLI_H

#include "base/arena.h"
#include "base/env.h"
#include "base/err.h"
#include "base/str.h"

enum option_type {
    OPTION_FLAG,
    OPTION_TEXT,
    OPTION_PATH,
    OPTION_URL,     /* http or https, no user name or password in it */
    OPTION_TIME,    /* RFC 3339 or a date */
    OPTION_DATE,    /* YYYY-MM-DD */
    OPTION_ACCOUNT, /* 12 digits */
    OPTION_REGION,
    OPTION_INT,
    OPTION_CHOICE,
    OPTION_SECRET,  /* known in order to be refused */
};

struct cli_option {
    struct str verbs;       /* "*" or a comma-separated list */
    struct str name;        /* long name without dashes */
    char letter;            /* short name, 0 = none */
    struct str argument;    /* name of its value in help; empty for a flag */
    enum option_type type;
    int64_t min, max;       /* OPTION_INT */
    struct str choices;     /* OPTION_CHOICE: "a|b" */
    struct str fallback;    /* default; {NULL,0} = none */
    struct str environment; /* variable name; {NULL,0} = none */
    bool many;
    struct str help;
};

struct cli_verb {
    struct str name, section, arguments, help;
    int min_arguments, max_arguments;
};

/* A line of prose (text, example, date) that belongs to a verb. */
struct cli_line {
    struct str kind, verb, text, more;
};

struct cli_table {
    struct cli_verb *verbs;
    struct cli_option *options;
    struct cli_line *lines;
    size_t verb_count, option_count, line_count;
};

/* Reads the table. ERR_INTERNAL with the line number when a row is not understood. */
struct cli_table *cli_table_read(struct arena *a, struct str tsv, struct err *e) WARN_UNUSED;
const struct cli_verb *cli_find_verb(const struct cli_table *t, struct str name);
/* The option as that verb has it (verb NULL: those of every verb only). */
const struct cli_option *cli_find_option(const struct cli_table *t, const struct cli_verb *verb, struct str name);
bool cli_option_applies(const struct cli_option *o, const struct cli_verb *verb);

struct cli;

/*
 * Reads argv[1..]. The first word that is no option is the verb. `ward`, `ward --help` and `ward
 * help` are the verb help; `ward --version` is version. Values not given come from the environment,
 * then from the table's default; all are checked by their type. ERR_USAGE with a hint otherwise.
 */
struct cli *cli_parse(struct arena *a, const struct cli_table *t, int argc, const char *const *argv,
                      const struct env *env, struct err *e) WARN_UNUSED;

const struct cli_verb *cli_verb(const struct cli *c);
const struct cli_table *cli_table(const struct cli *c);
/* True when --help stood on the command line: nothing else was checked. */
bool cli_help_wanted(const struct cli *c);

/* Values by long name. A name that the table lacks for this verb is a defect: die(). */
struct str cli_str(const struct cli *c, const char *name);          /* {NULL,0} = not set, no default */
const char *cli_strz(const struct cli *c, const char *name);        /* NUL-terminated; NULL = not set */
bool cli_flag(const struct cli *c, const char *name);
int64_t cli_int(const struct cli *c, const char *name, int64_t otherwise);
/* OPTION_TIME and OPTION_DATE in microseconds; false and *us unchanged when not set. */
bool cli_time_us(const struct cli *c, const char *name, int64_t *us);
/* Values of a repeatable option in order; *values is NULL when there is none. */
size_t cli_list(const struct cli *c, const char *name, const struct str **values);
/* Whether the verb has the option at all, and whether it was given (command line or environment). */
bool cli_has(const struct cli *c, const char *name);
bool cli_given(const struct cli *c, const char *name);
/* "option --db", "environment WARD_DB" or "default". */
const char *cli_origin(const struct cli *c, const char *name);

/* Arguments after the verb. */
size_t cli_arg_count(const struct cli *c);
struct str cli_arg(const struct cli *c, size_t at); /* {NULL,0} beyond the last */

#endif
