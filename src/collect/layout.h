/*
 * collect/layout.h: a folder of JSON files, or one JSON document {relative path: JSON}, as a map from paths to trees.
 *
 * The form in which iam-collect keeps what it read. Symbolic links are not followed; depth, files and bytes are capped.
 */
#ifndef WARD_COLLECT_LAYOUT_H
#define WARD_COLLECT_LAYOUT_H

#include "base/map.h"
#include "codec/json.h"

enum { LAYOUT_DEPTH_MAX = 16, LAYOUT_FILES_MAX = 2000000, LAYOUT_FILE_MAX_BYTES = 64 << 20 };
#define LAYOUT_TOTAL_MAX_BYTES (UINT64_C(2) << 30)

struct layout_file {
    struct str path;
    struct json *json;
    bool used;
};

struct layout {
    struct arena *arena;
    struct layout_file *files; /* by path */
    size_t count, size;
    struct map by_path;
    uint64_t bytes;
    int64_t newest_us;         /* time of the newest file */
    void (*on_skip)(void *who, struct str path, const char *why);
    void *who;
};

/* Reads `path`. ERR_PARSE, ERR_IO or ERR_LIMIT; a file that is no JSON is an error. */
bool layout_read(struct layout *l, struct arena *a, const char *path, struct err *e) WARN_UNUSED;
/* "FOLDER/NAME", marked as used; NULL when it is not there. */
const struct json *layout_get(struct layout *l, struct str folder, const char *name);
/* Files whose path begins with `prefix`: [*from, *to). */
void layout_below(const struct layout *l, struct str prefix, size_t *from, size_t *to);
bool layout_has_below(const struct layout *l, struct str prefix);
/* Part `at` of a path; {NULL,0} when there are fewer. */
struct str layout_part(struct str path, uint32_t at);

#endif
