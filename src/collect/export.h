/*
 * collect/export.h: the judged snapshot of a run as a bundle (collect/bundle_line.h), which import reads
 * back to the same calls and resources. The same run gives the same bytes.
 */
#ifndef WARD_COLLECT_EXPORT_H
#define WARD_COLLECT_EXPORT_H

#include "store/store.h"

enum bundle_format { BUNDLE_FOLDER, BUNDLE_PACKED };

struct export_summary {
    uint64_t calls, answers;
};

/* Writes the run (completed from its base where it was partial) to `path`, which must not exist or be an
 * empty folder; it appears whole or not at all. Files are made with mode 0600, folders 0700: answers
 * can hold secrets. Answers that come to more than 256 MiB are refused (ERR_LIMIT). */
bool bundle_export(struct store *s, int64_t run, const char *path, enum bundle_format format, struct export_summary *out,
                   struct err *e) WARN_UNUSED;

#endif
