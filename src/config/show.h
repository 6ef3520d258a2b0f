/* config/show.h: the configuration in force as YAML that loads again, if wanted with the origin of each
 * value in a comment, and as JSON. Pure. */
#ifndef WARD_CONFIG_SHOW_H
#define WARD_CONFIG_SHOW_H

#include "base/buf.h"
#include "config/config.h"

void config_write_yaml(struct buf *out, struct arena *a, const struct config *c, bool origins);
/* {"schema":"ward.config/1","sha256":...,"file":...,"config":{...},"origins":{...}} */
void config_write_json(struct buf *out, struct arena *a, const struct config *c, bool origins);

#endif
