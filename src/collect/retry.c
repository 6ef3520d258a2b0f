#include "collect/retry.h"

#include "base/instant.h"

enum { BACKOFF_CAP_MS = 20000, THROTTLE_MIN_MS = 50 };

static int64_t jitter_us(int64_t base_ms, int step, uint32_t random)
{
    int64_t cap_ms = base_ms;
    for (int i = 0; i < step && cap_ms < BACKOFF_CAP_MS; i++)
        cap_ms *= 2;
    if (cap_ms > BACKOFF_CAP_MS)
        cap_ms = BACKOFF_CAP_MS;
    return (int64_t)((double)cap_ms * 1000.0 * ((double)random / 4294967296.0));
}

static int64_t at_least(int64_t us, int64_t retry_after_ms)
{
    int64_t told_ms = retry_after_ms < RETRY_AFTER_MAX_MS ? retry_after_ms : RETRY_AFTER_MAX_MS;
    return us > told_ms * 1000 ? us : told_ms * 1000;
}

enum retry_verdict retry_next(struct retry *r, enum reply_class class, int64_t retry_after_ms, int64_t now_us,
                              uint32_t random, int64_t *delay_us)
{
    switch (class) {
    case REPLY_REUSED_DIED:
        if (++r->reused <= RETRY_REUSED_MAX)
            return RETRY_NOW;
        class = REPLY_RETRYABLE;
        break;
    case REPLY_THROTTLED:
        r->reused = 0;
        if (r->throttles == 0)
            r->throttled_since_us = now_us;
        if (++r->throttles > RETRY_THROTTLES_MAX ||
            now_us - r->throttled_since_us > RETRY_THROTTLE_BUDGET_S * US_PER_S)
            return RETRY_EXHAUSTED;
        *delay_us = at_least(jitter_us(1000, r->throttles - 1, random), retry_after_ms);
        if (*delay_us < THROTTLE_MIN_MS * 1000)
            *delay_us = THROTTLE_MIN_MS * 1000;
        return RETRY_LATER;
    default:
        r->reused = 0;
        break;
    }
    if (class != REPLY_RETRYABLE && class != REPLY_DNS)
        return RETRY_FINAL;
    if (++r->errors >= RETRY_ATTEMPTS_MAX)
        return RETRY_EXHAUSTED;
    *delay_us = at_least(jitter_us(500, r->errors - 1, random), retry_after_ms);
    return RETRY_LATER;
}
