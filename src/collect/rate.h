/*
 * collect/rate.h: how fast ward may ask: token buckets filled from data/aws/rates.tsv, slowed down
 * when AWS throttles and given their rate back slowly. Pure: the time is a parameter.
 */
#ifndef WARD_COLLECT_RATE_H
#define WARD_COLLECT_RATE_H

#include "aws/op.h"
#include "base/arena.h"
#include "base/err.h"

struct rate_rule {
    struct str service, operation; /* "*" = any */
    double rate, burst;            /* requests a second; requests */
    uint32_t in_flight;            /* 0 = no limit of its own */
    uint32_t index;
};

struct rate_table {
    struct rate_rule *rules;
    uint32_t count;
};

/* ERR_PARSE with the line when the text is no such table, or has no row for "*" and "*". */
bool rate_table_read(struct arena *a, struct str text, struct rate_table *out, struct err *e) WARN_UNUSED;
/* The most exact rule; never NULL for a table that was read. */
const struct rate_rule *rate_rule_for(const struct rate_table *t, const struct aws_op *op);

struct rate_bucket {
    double rate, burst, full_rate; /* rate <= full_rate; 0 = unlimited */
    double tokens;
    int64_t at_us;                 /* when tokens was right */
    int64_t blocked_until_us;      /* after a throttle */
    int64_t slowed_us;             /* last time the rate was cut */
};

void rate_init(struct rate_bucket *b, double rate, double burst, int64_t now_us);
/* 0 and a token is taken, or microseconds until one will be there. */
int64_t rate_take(struct rate_bucket *b, int64_t now_us);
/* The same without taking. */
int64_t rate_wait(struct rate_bucket *b, int64_t now_us);
/* AWS throttled: the rate falls to 0.7 of itself (once in a second, never below 0.5/s), nothing
 * starts for `delay_us`. A bucket without limit gets none, it only waits. */
void rate_throttled(struct rate_bucket *b, int64_t now_us, int64_t delay_us);

#endif
