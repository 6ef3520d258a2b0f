/* base/file.h: whole files in and out. Reads are capped; writes go to a temporary file that is synced
 * and renamed, so a full disk or a kill leaves the old file as it was. */
#ifndef WARD_BASE_FILE_H
#define WARD_BASE_FILE_H

#include "base/arena.h"
#include "base/err.h"

/* The whole file (or stdin for "-"), NUL after the last byte. ERR_IO, or ERR_LIMIT over max_bytes. */
bool file_read(struct arena *a, const char *path, size_t max_bytes, struct str *out, struct err *e) WARN_UNUSED;
/* Replaces `path` with `data`, mode `mode` (e.g. 0600). */
bool file_replace(const char *path, struct str data, unsigned mode, struct err *e) WARN_UNUSED;
/* Makes `path` with `data`; ERR_IO when there is something of that name already. */
bool file_create(const char *path, struct str data, unsigned mode, struct err *e) WARN_UNUSED;
/* mkdir -p; each new folder gets `mode`. */
bool file_mkdirs(const char *path, unsigned mode, struct err *e) WARN_UNUSED;
bool file_exists(const char *path);

#endif
