/* cli/value.h: what a value of the command line, of the environment or of a default may look like.
 * Used by the parser alone; the table's types are in cli/cli.h. */
#ifndef WARD_CLI_VALUE_H
#define WARD_CLI_VALUE_H

#include "cli/cli.h"

/* Checks one value by the option's type. ERR_USAGE; `from` names where it stood. */
bool value_check(const struct cli_option *o, struct str v, const char *from, struct err *e) WARN_UNUSED;
/* A flag in the environment: 1, true, yes, on or 0, false, no, off. */
bool value_flag(struct str v, bool *on);

#endif
