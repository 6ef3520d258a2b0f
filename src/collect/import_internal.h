/* collect/import_internal.h: shared by import.c (runs, lines, calls) and import_folder.c (files). */
#ifndef WARD_COLLECT_IMPORT_INTERNAL_H
#define WARD_COLLECT_IMPORT_INTERNAL_H

#include "base/map.h"
#include "collect/bundle_line.h"
#include "collect/import.h"

enum { FOLDER_DEPTH_MAX = 12, FOLDER_NAMES_MAX = 1000000 };
#define BUNDLE_TOTAL_MAX_BYTES (UINT64_C(64) << 30)

struct importer {
    struct store *store;
    struct ingest *in;
    const struct bundle_options *options;
    const char *path;
    int root;            /* folder, or -1 for a packed bundle */
    struct arena *arena; /* the import's */
    struct arena *item;  /* one file or line */
    struct arena *out;   /* the caller's: notes */
    struct bundle_summary *summary;
    struct map used;     /* paths that calls.jsonl names */
    struct map accounts, regions; /* "ACCOUNT", "ACCOUNT/REGION" that a line declared */
    struct map seen_accounts, seen_regions;
    bool has_clock;      /* from the run line */
    int64_t clock_us, newest_call_us, newest_file_us;
};

/* Everything that one call is recorded from. */
struct found_call {
    const struct aws_op *op;
    struct str account, region;
    const struct json *params;
    struct call_end end;
    struct json *answer; /* NULL = none */
    struct str place;
};

/* Begins the run; no line described it. */
bool import_begin(struct importer *im, struct err *e) WARN_UNUSED;
/* The formats beside the bundle: im->path is read and a run begun. */
bool import_iam_collect(struct importer *im, struct err *e) WARN_UNUSED;
bool import_gaad(struct importer *im, struct str text, int64_t mtime_us, struct err *e) WARN_UNUSED;
/* False only for what ends the import. */
bool import_record(struct importer *im, const struct found_call *f, struct err *e) WARN_UNUSED;
/* A note on `place`; `skipped` counts it as such. */
void import_note(struct importer *im, struct str place, const char *message, bool skipped);
/* All files below the root that no line has named. */
bool import_walk(struct importer *im, struct err *e) WARN_UNUSED;
/* One file of an answer by its path below the root: its text and time. False with ERR_IO, ERR_LIMIT, or
 * ERR_NO_DATA when it is not there. */
bool import_read(struct importer *im, struct str path, struct str *text, int64_t *mtime_us, struct err *e) WARN_UNUSED;
/* Member names as AWS spells them, where the answer begins them all with the other kind of letter. */
void import_spelling(struct arena *a, const struct aws_op *op, struct json *answer);
/* An answer's text: empty means {} (the AWS CLI prints nothing for it). */
struct json *import_parse(struct importer *im, struct str text, struct err *e) WARN_UNUSED;

#endif
