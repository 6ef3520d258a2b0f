/*
 * access/reads.h: the operations that access rests on: data/iam/reads.tsv.
 *
 * Place in the flow: verbs collect them and print their permissions; load_gap.c tells which did not answer.
 */
#ifndef WARD_ACCESS_READS_H
#define WARD_ACCESS_READS_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct access_reads {
    struct str *items; /* "s3:GetBucketPolicy" */
    uint32_t count;
};

/* The embedded table; items live as long as the program. ERR_INTERNAL when it is malformed. */
bool access_reads_load(struct arena *a, struct access_reads *out, struct err *e) WARN_UNUSED;

#endif
