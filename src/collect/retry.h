/*
 * collect/retry.h: whether and when to send a call again. Pure.
 *
 * Errors that may pass: 4 attempts in all, full-jitter back-off rand(0,1) x min(2^i x 0.5 s, 20 s).
 * Throttles do not count as attempts: up to 10 of them within 120 s, rand(0,1) x min(2^i, 20 s) and
 * at least 50 ms; a server's retry-after is honoured up to 30 s. A kept connection that died before
 * the first byte is sent again at once, at most 5 times in a row. Everything else is final.
 */
#ifndef WARD_COLLECT_RETRY_H
#define WARD_COLLECT_RETRY_H

#include "collect/transport.h"

enum {
    RETRY_ATTEMPTS_MAX = 4,
    RETRY_THROTTLES_MAX = 10,
    RETRY_THROTTLE_BUDGET_S = 120,
    RETRY_REUSED_MAX = 5,
    RETRY_AFTER_MAX_MS = 30000,
};

struct retry {
    int errors, throttles, reused;
    int64_t throttled_since_us;
};

enum retry_verdict { RETRY_FINAL, RETRY_NOW, RETRY_LATER, RETRY_EXHAUSTED };

/* `random` is uniform in 32 bits. *delay_us is set for RETRY_LATER. RETRY_EXHAUSTED = it could be
 * tried again, and was often enough. */
enum retry_verdict retry_next(struct retry *r, enum reply_class class, int64_t retry_after_ms, int64_t now_us,
                              uint32_t random, int64_t *delay_us);

#endif
