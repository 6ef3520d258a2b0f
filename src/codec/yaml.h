/*
 * codec/yaml.h: the strict part of YAML that ward.yaml is written in, as a tree in an arena.
 *
 * Read with libyaml 0.2.5 (YAML 1.1) through its event API. Refused, each with line and column:
 * anchors, aliases, tags, merge keys (<<), directives, a second document, duplicate keys, keys that
 * are no scalars, text that is not UTF-8, and what passes the caps. A scalar is text: `no`, `1e3` and
 * `08:00` mean what the schema of the reader says, not what YAML 1.1 guesses.
 *
 * What it is not: a writer of trees. `ward waive` adds text at the offsets that are kept here.
 */
#ifndef WARD_CODEC_YAML_H
#define WARD_CODEC_YAML_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

enum yaml_type { YAML_SCALAR, YAML_LIST, YAML_MAP };

enum { YAML_DEPTH_MAX = 32, YAML_NODES_MAX = 500000 };

struct yaml {
    enum yaml_type type;
    bool quoted; /* a scalar in quotes or a block scalar: '' is empty text, not "nothing" */
    bool flow;   /* a list or map written with brackets or braces */
    int line, column; /* of the value, from 1; columns count characters */
    size_t begin, end; /* byte offsets of the value in the text; a block ends where the next thing begins */
    uint32_t count;
    struct str key; /* its name when the parent is a map */
    int key_line, key_column;
    struct str text; /* YAML_SCALAR */
    struct yaml *first, *last, *next;
};

/* Reads one document. An empty text, or comments alone, is a map without members. NULL on error:
 * ERR_PARSE "line L column C: ...", ERR_LIMIT over max_bytes. Nothing points into `text`. */
struct yaml *yaml_parse(struct arena *a, struct str text, size_t max_bytes, struct err *e) WARN_UNUSED;

/* Member of a map, or NULL (also for NULL and other types). */
struct yaml *yaml_get(const struct yaml *map, struct str key);
/* `key:` with nothing behind it. */
bool yaml_is_nothing(const struct yaml *y);

/* Appends the text so that yaml_parse reads it back as the same scalar: plain where that is safe, else
 * in double quotes. Bytes that are not UTF-8 become U+FFFD. */
void yaml_write_scalar(struct buf *out, struct str s);

#endif
