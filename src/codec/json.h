/*
 * codec/json.h: JSON (RFC 8259, IETF, December 2017) as a tree in an arena, and a writer.
 *
 * Strict on purpose: no comments, no trailing commas, no NaN, valid UTF-8 only, no lone surrogate,
 * a duplicate key is an error (two readers that differ on which one wins are a hole). Numbers keep
 * their text, so 64-bit ids and decimals pass through unchanged. Order of members is kept.
 */
#ifndef WARD_CODEC_JSON_H
#define WARD_CODEC_JSON_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

enum json_type { JSON_NULL, JSON_FALSE, JSON_TRUE, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json {
    enum json_type type;
    uint32_t count;            /* children of an array or object */
    struct str key;            /* its name when the parent is an object */
    struct str text;           /* JSON_STRING: decoded; JSON_NUMBER: as written */
    struct json *first, *last; /* children in order */
    struct json *next;         /* next sibling */
};

enum { JSON_DEPTH_MAX = 128 };

/* Reads one document that fills `text` (white space around it allowed). NULL on error: ERR_PARSE
 * with "line L column C", or ERR_LIMIT when text is longer than max_bytes or too deep. Strings
 * without escapes point into `text`, which must live as long as the tree. */
struct json *json_parse(struct arena *a, struct str text, size_t max_bytes, struct err *e) WARN_UNUSED;

/* Building. The new node is returned; add puts `child` at the end of `parent`. */
struct json *json_new(struct arena *a, enum json_type type);
struct json *json_string(struct arena *a, struct str s);  /* not copied */
struct json *json_int(struct arena *a, int64_t v);
struct json *json_bool(struct arena *a, bool v);
void json_add(struct json *array, struct json *child);
void json_set(struct json *object, struct str key, struct json *child); /* appended, not replaced; key not copied */

/* Reading. All accept NULL and a wrong type and then say "not there". */
struct json *json_get(const struct json *object, struct str key); /* member or NULL */
#define json_getz(o, name) json_get((o), str_of(name))
struct str json_str(const struct json *j);           /* string's text; {NULL, 0} for any other type */
struct str json_get_str(const struct json *object, const char *key);
bool json_get_i64(const struct json *object, const char *key, int64_t *out);
bool json_is_true(const struct json *j);
/* Follows "a.b.c" through objects; NULL when a step is missing. */
struct json *json_path(const struct json *j, const char *path);
#define json_each(it, parent) (struct json *it = (parent) ? (parent)->first : NULL; it; it = it->next)

/* Same value: object members compared without regard to order, numbers by text. */
bool json_equal(const struct json *a, const struct json *b);
/* Compact text, members in order. */
void json_write(struct buf *out, const struct json *j);
/* The same with members sorted by key at every level: one value, one text. */
void json_write_canonical(struct buf *out, const struct json *j);
/* A JSON string literal with its quotes; escapes what RFC 8259 section 7 demands, and replaces
 * bytes that are not UTF-8 by U+FFFD so that the output is always valid. */
void json_write_string(struct buf *out, struct str s);

/* Streaming writer: commas and indentation are its business. Sticky through the buf. */
struct json_out {
    struct buf *out;
    bool pretty; /* two spaces a level, as the AWS CLI is read by people */
    int depth;
    bool first, after_key;
};
void jo_init(struct json_out *o, struct buf *out, bool pretty);
void jo_object(struct json_out *o);
void jo_array(struct json_out *o);
void jo_end_object(struct json_out *o);
void jo_end_array(struct json_out *o);
void jo_key(struct json_out *o, const char *key);
void jo_key_str(struct json_out *o, struct str key);
void jo_str(struct json_out *o, struct str s); /* null when s.ptr is NULL */
void jo_strz(struct json_out *o, const char *s);
void jo_int(struct json_out *o, int64_t v);
void jo_bool(struct json_out *o, bool v);
void jo_null(struct json_out *o);
void jo_raw(struct json_out *o, struct str json); /* JSON text as it is */
void jo_value(struct json_out *o, const struct json *j);
/* key and value in one */
void jo_kv_str(struct json_out *o, const char *key, struct str s);
void jo_kv_strz(struct json_out *o, const char *key, const char *s);
void jo_kv_int(struct json_out *o, const char *key, int64_t v);
void jo_kv_bool(struct json_out *o, const char *key, bool v);

#endif
