/* config/check.h: what must hold between values of a configuration that is typed already. Pure. */
#ifndef WARD_CONFIG_CHECK_H
#define WARD_CONFIG_CHECK_H

#include "config/config.h"

/* ERR_CONFIG at the place of the value that is wrong. */
bool config_check(struct arena *a, const struct config *c, struct err *e) WARN_UNUSED;

#endif
