#include "collect/feed.h"

#include "codec/hash.h"
#include "base/err.h"

#include <stdlib.h>

/* A row is, for each column, its length and its bytes; ABSENT is the length of a column left out. A row
 * without columns is one byte, so that it takes room. */
#define ABSENT UINT32_MAX

enum { FEED_BLOCK_FIRST = 256, FEED_BLOCK_MAX = 64 * 1024, FEED_SEEN_FIRST = 64, FEED_COLUMNS_MAX = 8 };

struct feed_block {
    struct feed_block *next;
    uint32_t refs; /* cursors in it or before it */
    uint32_t used, size;
    char data[];
};

static void *must(void *p)
{
    if (!p)
        die("out of memory");
    return p;
}

static struct feed_block *block_new(struct feed *f, size_t need)
{
    size_t size = f->block_bytes > need ? f->block_bytes : need;
    struct feed_block *b = must(malloc(sizeof(*b) + size));
    *b = (struct feed_block){.refs = f->cursor_count, .size = (uint32_t)size};
    if (f->block_bytes < FEED_BLOCK_MAX)
        f->block_bytes *= 2;
    return b;
}

struct feed *feed_new(uint32_t columns, uint32_t consumers)
{
    if (columns > FEED_COLUMNS_MAX)
        die("a feed of %u columns", columns);
    struct feed *f = must(calloc(1, sizeof(*f)));
    f->columns = columns;
    f->cursor_count = consumers;
    f->cursors = must(calloc(consumers + 1, sizeof(f->cursors[0])));
    f->block_bytes = FEED_BLOCK_FIRST;
    f->seen_size = FEED_SEEN_FIRST;
    f->seen = must(calloc(f->seen_size, sizeof(f->seen[0])));
    f->last = block_new(f, 0);
    for (uint32_t i = 0; i < consumers; i++)
        f->cursors[i].block = f->last;
    return f;
}

/* Cursors hold references on their block and all later ones: what a cursor leaves behind and no
 * other is in or before goes. */
static void cursor_next(struct feed_cursor *c)
{
    struct feed_block *b = c->block;
    c->block = b->next;
    c->offset = 0;
    if (--b->refs == 0)
        free(b);
}

void feed_free(struct feed *f)
{
    if (!f)
        return;
    for (uint32_t i = 0; i < f->cursor_count; i++)
        while (f->cursors[i].block)
            cursor_next(&f->cursors[i]);
    if (f->cursor_count == 0)
        free(f->last);
    free(f->cursors);
    free(f->seen);
    free(f);
}

static bool seen_put(uint64_t *seen, uint64_t size, uint64_t hash)
{
    for (uint64_t i = hash & (size - 1);; i = (i + 1) & (size - 1)) {
        if (seen[i] == hash)
            return false;
        if (seen[i] == 0) {
            seen[i] = hash;
            return true;
        }
    }
}

static bool seen_add(struct feed *f, uint64_t hash)
{
    if (f->seen_count * 4 >= f->seen_size * 3) {
        uint64_t size = f->seen_size * 2;
        uint64_t *grown = must(calloc(size, sizeof(grown[0])));
        for (uint64_t i = 0; i < f->seen_size; i++)
            if (f->seen[i])
                (void)seen_put(grown, size, f->seen[i]);
        free(f->seen);
        f->seen = grown;
        f->seen_size = size;
    }
    if (!seen_put(f->seen, f->seen_size, hash ? hash : 1))
        return false;
    f->seen_count++;
    return true;
}

bool feed_add(struct feed *f, const struct str *values)
{
    size_t need = f->columns == 0 ? 1 : 0;
    for (uint32_t i = 0; i < f->columns; i++)
        need += sizeof(uint32_t) + values[i].len;
    if (f->last->size - f->last->used < need) {
        struct feed_block *b = block_new(f, need);
        f->last->next = b;
        /* A cursor that had read all of the last block stays in it until it takes again. */
        f->last = b;
    }
    char *at = f->last->data + f->last->used;
    char *start = at;
    *at = 0;
    for (uint32_t i = 0; i < f->columns; i++) {
        uint32_t len = (uint32_t)values[i].len, mark = values[i].ptr ? len : ABSENT;
        memcpy(at, &mark, sizeof(mark));
        if (len > 0)
            memcpy(at + sizeof(mark), values[i].ptr, len);
        at += sizeof(mark) + len;
    }
    if (!seen_add(f, hash64(str_make(start, need), 0)))
        return false; /* `used` was not moved: the copy is overwritten by the next row */
    f->last->used += (uint32_t)need;
    f->rows++;
    return true;
}

uint64_t feed_left(const struct feed *f, uint32_t consumer)
{
    return f->rows - f->cursors[consumer].taken;
}

/* Reads the row at (block, offset), moving over the block's end. False at the end of the feed. */
static bool read_row(const struct feed *f, struct feed_block **block, uint32_t *offset, struct str *values)
{
    while (*block && *offset == (*block)->used) {
        *block = (*block)->next;
        *offset = 0;
    }
    if (!*block)
        return false;
    for (uint32_t i = 0; i < f->columns; i++) {
        uint32_t len;
        memcpy(&len, (*block)->data + *offset, sizeof(len));
        *offset += (uint32_t)sizeof(len);
        values[i] = len == ABSENT ? (struct str){NULL, 0} : str_make((*block)->data + *offset, len);
        *offset += len == ABSENT ? 0 : len;
    }
    *offset += f->columns == 0;
    return true;
}

bool feed_peek(const struct feed *f, uint32_t consumer, struct str *values)
{
    struct feed_block *block = f->cursors[consumer].block;
    uint32_t offset = f->cursors[consumer].offset;
    return read_row(f, &block, &offset, values);
}

void feed_take(struct feed *f, uint32_t consumer)
{
    struct feed_cursor *c = &f->cursors[consumer];
    while (c->block->next && c->offset == c->block->used)
        cursor_next(c);
    struct str values[FEED_COLUMNS_MAX];
    struct feed_block *block = c->block;
    uint32_t offset = c->offset;
    if (!read_row(f, &block, &offset, values))
        die("a row was taken from an empty feed");
    c->offset = offset;
    c->taken++;
    while (c->block->next && c->offset == c->block->used)
        cursor_next(c);
}

uint32_t feed_run(const struct feed *f, uint32_t consumer, uint32_t except, uint32_t max, bool *ended)
{
    struct str first[FEED_COLUMNS_MAX], row[FEED_COLUMNS_MAX];
    struct feed_block *block = f->cursors[consumer].block;
    uint32_t offset = f->cursors[consumer].offset, count = 0;
    *ended = false;
    while (count < max && read_row(f, &block, &offset, row)) {
        if (count == 0)
            memcpy(first, row, sizeof(first));
        for (uint32_t i = 0; i < f->columns; i++)
            if (i != except && !str_eq(first[i], row[i])) {
                *ended = true;
                return count;
            }
        count++;
    }
    return count;
}
