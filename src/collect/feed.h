/*
 * collect/feed.h: rows waiting for their follow-up calls, packed.
 *
 * One copy of each row is kept however many operations are made for it: every consumer has a
 * cursor of its own, and a block is freed when all have passed it. 1,000,000 ids of 40 bytes take
 * about 60 MB until they are consumed. A row that was there before is not added again.
 */
#ifndef WARD_COLLECT_FEED_H
#define WARD_COLLECT_FEED_H

#include "base/str.h"

#include <stdint.h>

struct feed_block;

struct feed_cursor {
    struct feed_block *block;
    uint32_t offset;
    uint64_t taken; /* rows */
};

struct feed {
    struct feed_block *last;
    uint32_t columns;
    uint64_t rows;            /* ever added */
    uint64_t *seen;           /* 64-bit hashes, open addressing, 0 = free */
    uint64_t seen_count, seen_size;
    size_t block_bytes;       /* of the next block */
    struct feed_cursor *cursors;
    uint32_t cursor_count;
    uint32_t open_parents;    /* calls that may still add rows */
    void *user;
};

struct feed *feed_new(uint32_t columns, uint32_t consumers);
void feed_free(struct feed *f);
/* False when an equal row was added before. The values are copied; ptr NULL stays NULL. */
bool feed_add(struct feed *f, const struct str *values);
/* Rows that a consumer has not taken yet. */
uint64_t feed_left(const struct feed *f, uint32_t consumer);
/* The next row without taking it; values point into the feed until it is taken. False = none. */
bool feed_peek(const struct feed *f, uint32_t consumer, struct str *values);
/* Goes past the row that feed_peek shows; its values are then gone. */
void feed_take(struct feed *f, uint32_t consumer);
/* How many rows (at most `max`) from the cursor on agree in all columns but `except`. `*ended` is
 * set when a row that differs follows them. */
uint32_t feed_run(const struct feed *f, uint32_t consumer, uint32_t except, uint32_t max, bool *ended);

#endif
