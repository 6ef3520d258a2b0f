#include "collect/rate.h"

#include "base/instant.h"

#include <stdlib.h>

static bool number(struct str s, double *out)
{
    char text[32], *end;
    if (s.len == 0 || s.len >= sizeof(text))
        return false;
    memcpy(text, s.ptr, s.len);
    text[s.len] = 0;
    *out = strtod(text, &end);
    return *end == 0 && *out >= 0 && *out < 1e9;
}

static bool read_rule(struct str line, struct rate_rule *r)
{
    struct str field[6] = {{NULL, 0}}, rest = line;
    uint32_t n = 0;
    while (rest.ptr && n < 6)
        field[n++] = str_cut(&rest, '\t');
    uint64_t in_flight;
    if (n != 6 || rest.ptr || field[0].len == 0 || field[1].len == 0 || !number(field[2], &r->rate) ||
        !number(field[3], &r->burst) || !str_to_u64(field[4], &in_flight) || in_flight > 10000)
        return false;
    r->service = field[0];
    r->operation = field[1];
    r->in_flight = (uint32_t)in_flight;
    return r->burst >= 1 && r->rate > 0;
}

bool rate_table_read(struct arena *a, struct str text, struct rate_table *out, struct err *e)
{
    uint32_t lines = 1, at = 0;
    bool has_default = false;
    for (size_t i = 0; i < text.len; i++)
        lines += text.ptr[i] == '\n';
    *out = (struct rate_table){arena_array_of(a, struct rate_rule, lines), 0};
    struct str rest = text;
    while (rest.ptr) {
        struct str line = str_cut(&rest, '\n');
        at++;
        if (line.len == 0 || line.ptr[0] == '#')
            continue;
        struct rate_rule *r = &out->rules[out->count];
        r->index = out->count++;
        if (!read_rule(line, r))
            return err_set(e, ERR_PARSE, "rates.tsv line %u is not service, operation, rate, burst, in flight, basis", at);
        has_default = has_default || (str_eqz(r->service, "*") && str_eqz(r->operation, "*"));
    }
    return has_default || err_set(e, ERR_PARSE, "rates.tsv has no row for every service");
}

const struct rate_rule *rate_rule_for(const struct rate_table *t, const struct aws_op *op)
{
    const struct rate_rule *best = NULL;
    int best_score = -1;
    for (uint32_t i = 0; i < t->count; i++) {
        const struct rate_rule *r = &t->rules[i];
        bool any_service = str_eqz(r->service, "*"), any_op = str_eqz(r->operation, "*");
        if ((!any_service && !str_eq(r->service, op->service)) || (!any_op && !str_eq(r->operation, op->operation)))
            continue;
        int score = (any_service ? 0 : 1) + (any_op ? 0 : 2);
        if (score > best_score) {
            best = r;
            best_score = score;
        }
    }
    return best;
}

void rate_init(struct rate_bucket *b, double rate, double burst, int64_t now_us)
{
    *b = (struct rate_bucket){.rate = rate, .burst = burst, .full_rate = rate, .tokens = burst, .at_us = now_us};
}

static bool unlimited(const struct rate_bucket *b)
{
    return b->full_rate <= 0;
}

/* A slowed bucket gets a twentieth of its full rate back each second without a throttle. */
static void refill(struct rate_bucket *b, int64_t now_us)
{
    double seconds = now_us > b->at_us ? (double)(now_us - b->at_us) / (double)US_PER_S : 0;
    b->at_us = now_us;
    if (unlimited(b))
        return;
    b->tokens += seconds * b->rate;
    if (b->tokens > b->burst)
        b->tokens = b->burst;
    if (b->rate < b->full_rate) {
        b->rate += seconds * b->full_rate / 20;
        if (b->rate > b->full_rate)
            b->rate = b->full_rate;
    }
}

int64_t rate_wait(struct rate_bucket *b, int64_t now_us)
{
    if (now_us < b->blocked_until_us)
        return b->blocked_until_us - now_us;
    refill(b, now_us);
    if (unlimited(b) || b->tokens >= 1)
        return 0;
    int64_t wait = (int64_t)((1 - b->tokens) / b->rate * (double)US_PER_S) + 1;
    return wait;
}

int64_t rate_take(struct rate_bucket *b, int64_t now_us)
{
    int64_t wait = rate_wait(b, now_us);
    if (wait == 0 && !unlimited(b))
        b->tokens -= 1;
    return wait;
}

void rate_throttled(struct rate_bucket *b, int64_t now_us, int64_t delay_us)
{
    refill(b, now_us);
    if (b->blocked_until_us < now_us + delay_us)
        b->blocked_until_us = now_us + delay_us;
    if (unlimited(b) || (b->slowed_us && now_us - b->slowed_us < US_PER_S))
        return;
    b->slowed_us = now_us;
    b->rate = b->rate * 0.7 > 0.5 ? b->rate * 0.7 : 0.5;
    b->tokens = 0;
}
