/*
 * config/waive.h: one entry added to `waivers:` of a ward.yaml as text. Every other byte stays as it
 * was: comments, order, quotes. Pure: text in, text out.
 */
#ifndef WARD_CONFIG_WAIVE_H
#define WARD_CONFIG_WAIVE_H

#include "base/arena.h"
#include "base/err.h"

struct waiver {
    struct str finding, owner, reason, expires;
    struct str not_reasonable, alternative; /* {NULL,0} = left out */
    struct str comment;                     /* what the finding is, for people; may be untrusted */
};

/* `name` is the file's for messages. The result was read back: it loads, has the entry, and says in
 * all else what the text said before. ERR_CONFIG when the text does not load, or is written so that
 * nothing can be added (one map in braces). */
bool waiver_add(struct arena *a, struct str name, struct str text, const struct waiver *w, struct str *out, struct err *e) WARN_UNUSED;

#endif
