/* config/man.h: ward.yaml.5, from data/config.tsv. */
#ifndef WARD_CONFIG_MAN_H
#define WARD_CONFIG_MAN_H

#include "cli/mdoc.h"
#include "config/schema.h"

void man_config(struct buf *b, const struct cli_table *t, const struct schema *root);

#endif
