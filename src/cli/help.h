/*
 * cli/help.h: help for people, made from the option table alone.
 *
 * Text is wrapped at `columns`. What a page holds: usage, one line, description, options (the verb's
 * own, then those of every verb), exit status, examples.
 */
#ifndef WARD_CLI_HELP_H
#define WARD_CLI_HELP_H

#include "cli/cli.h"
#include "cli/out.h"

/* `ward help`: the verbs by section. */
void help_overview(struct out *out, int columns, const struct cli_table *t);
/* `ward help VERB`, `ward VERB --help`. */
void help_verb(struct out *out, int columns, const struct cli_table *t, const struct cli_verb *verb);
/* `ward help VERB OPTION`: with its default, and its value now (from the environment). */
void help_option(struct out *out, int columns, const struct cli_verb *verb, const struct cli_option *o,
                 const struct env *env);

/* One entry of the exit status table, as both help and manual pages print it. */
struct exit_status {
    int status;
    const char *meaning;
};
/* Sorted by status; kinds of base/err.h with the same status are joined. The array is ended by
 * meaning NULL. */
const struct exit_status *exit_statuses(struct arena *a);

/* "--region=REGION" or "-q, --quiet". */
void option_synopsis(struct buf *out, const struct cli_option *o);

#endif
