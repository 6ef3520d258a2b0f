/*
 * collect/import.h: saved answers into the store, through the same door as live ones.
 *
 * Takes a bundle folder, a folder of dumps made by hand, or a packed bundle (.jsonl, .jsonl.gz); the
 * layout is in collect/bundle_line.h. Beyond it, a file of several answers is taken apart where it is a
 * list, or an object with one list, of {PARENT'S PARAMETER: VALUE, ...the call's own answer}.
 * What is not there was not collected. Nothing outside the folder is read: symbolic links are not
 * followed.
 *
 * Bad input: a file that cannot be used becomes a call with status "error" and a note, an unknown
 * operation a note; a line of calls.jsonl that cannot be read is fatal, and then the store is as before.
 */
#ifndef WARD_COLLECT_IMPORT_H
#define WARD_COLLECT_IMPORT_H

#include "store/store.h"

enum { BUNDLE_NOTES_MAX = 1000 };

enum import_format {
    IMPORT_BUNDLE,         /* as above */
    IMPORT_IAM_COLLECT, /* the layout of cloud-copilot's iam-collect: a folder, or one JSON object {path: JSON} */
    IMPORT_GAAD,        /* the output of `aws iam get-account-authorization-details` */
};

struct bundle_options {
    const char *tool_version;
    enum import_format format;
    int64_t now_us;   /* when the import is made */
    int64_t clock_us; /* the time the run is judged at; 0 = the bundle's own (run line, else the newest
                         call's time, else the newest file's) */
    int64_t base;     /* run that completes this one, or 0 */
    bool assume_default_nacl; /* kept with the run: see reach/net.h, net_options */
};

struct bundle_note {
    struct str place;   /* file, or "calls.jsonl line 3" */
    struct str message; /* what was wrong and what became of it */
};

struct bundle_summary {
    int64_t run, clock_us;
    uint64_t calls;    /* recorded, failed ones too */
    uint64_t answers;  /* of them with an answer */
    uint64_t broken;   /* answers that could not be used: recorded as calls with status error */
    uint64_t skipped;  /* files and lines that became no call */
    struct bundle_note *notes;
    uint32_t note_count;
    uint64_t notes_dropped; /* beyond BUNDLE_NOTES_MAX */
};

/* Imports `path` as a new run (kind "import", status "complete"). `out` lives in `a`. */
bool bundle_import(struct store *s, const char *path, const struct bundle_options *o, struct arena *a, struct bundle_summary *out,
                   struct err *e) WARN_UNUSED;

#endif
