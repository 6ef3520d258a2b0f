/* config/build.h: YAML trees and variables typed by the schema into one JSON document with origins.
 * Pure. The cross-checks between values come after, in check.h. */
#ifndef WARD_CONFIG_BUILD_H
#define WARD_CONFIG_BUILD_H

#include "codec/yaml.h"
#include "config/config.h"
#include "config/schema.h"

enum { CONFIG_LAYERS_MAX = 2 };

/* A file's tree. */
struct config_layer {
    struct str name;
    const struct yaml *root;
};

bool config_type_layers(struct arena *a, const struct schema *root, const struct config_layer *layers, size_t count,
                        const struct env *env, struct config *out, struct err *e) WARN_UNUSED;

#endif
