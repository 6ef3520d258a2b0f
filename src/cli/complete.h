/* cli/complete.h: completion scripts of bash, zsh and fish: verbs, options, and the values of choices. */
#ifndef WARD_CLI_COMPLETE_H
#define WARD_CLI_COMPLETE_H

#include "base/buf.h"
#include "cli/cli.h"

void complete_bash(struct buf *b, const struct cli_table *t);
void complete_zsh(struct buf *b, const struct cli_table *t);
void complete_fish(struct buf *b, const struct cli_table *t);

#endif
