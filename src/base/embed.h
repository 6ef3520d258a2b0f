/* base/embed.h: files of the tree (tables, controls, schema, templates) carried in the binary.
 * The list is in the top meson.build; tools/embed.py writes the C. */
#ifndef WARD_BASE_EMBED_H
#define WARD_BASE_EMBED_H

#include "base/str.h"

struct embedded {
    const char *name; /* path in the tree: "controls/s3-tls-only.sql" */
    const unsigned char *data;
    size_t size;
};

extern const struct embedded embedded_files[];
extern const size_t embedded_count;

/* Content, or {NULL,0}. */
struct str embed_get(const char *name);

#endif
