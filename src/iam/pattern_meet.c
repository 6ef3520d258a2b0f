#include "iam/match.h"
#include "iam/pattern.h"

enum { MEET_STEPS_MAX = 20000, MEET_BYTES_MAX = 2048, ARN_FIELDS = 6 };

struct meet {
    struct arena *arena;
    struct str *out;
    uint32_t count, steps;
    bool capped;
    char made[MEET_BYTES_MAX]; /* what the present way through both patterns has written */
};

static void keep(struct meet *m, size_t len)
{
    struct str text = {m->made, len};
    uint32_t kept = 0;
    for (uint32_t i = 0; i < m->count; i++)
        if (iam_glob_covers(m->out[i], text))
            return;
    for (uint32_t i = 0; i < m->count; i++)
        if (!iam_glob_covers(text, m->out[i]))
            m->out[kept++] = m->out[i];
    m->count = kept;
    if (kept == IAM_MEETS_MAX)
        m->capped = true;
    else
        m->out[m->count++] = arena_str(m->arena, text);
}

static struct str tail(struct str s)
{
    return str_sub(s, 1, s.len);
}
static bool runs(struct str s)
{
    return s.len && *s.ptr == '*';
}

/* Every way to read a text by both patterns; where both run on, either may stop first. Depth and steps are capped. */
static void walk(struct meet *m, struct str x, struct str y, size_t len)
{
    if (m->capped || ++m->steps > MEET_STEPS_MAX || len + 1 >= sizeof m->made) {
        m->capped = true;
    } else if (!x.len && !y.len) {
        keep(m, len);
    } else if (runs(x) && runs(y)) {
        if (!len || m->made[len - 1] != '*')
            m->made[len++] = '*';
        walk(m, tail(x), y, len);
        walk(m, x, tail(y), len);
    } else if (runs(x) || runs(y)) {
        struct str star = runs(x) ? x : y, other = runs(x) ? y : x;
        walk(m, tail(star), other, len);
        if (other.len) {
            m->made[len] = *other.ptr;
            walk(m, star, tail(other), len + 1);
        }
    } else if (x.len && y.len && (*x.ptr == *y.ptr || *x.ptr == '?' || *y.ptr == '?')) {
        m->made[len] = *x.ptr == '?' ? *y.ptr : *x.ptr;
        walk(m, tail(x), tail(y), len + 1);
    }
}

uint32_t iam_glob_meets(struct arena *a, struct str x, struct str y, struct str out[IAM_MEETS_MAX], bool *capped)
{
    bool first = iam_glob_covers(y, x);
    if (first || iam_glob_covers(x, y)) {
        out[0] = first ? x : y;
        return 1;
    }
    if (!iam_globs_overlap(x, y))
        return 0;
    struct meet m = {.arena = a, .out = out};
    if (x.len + y.len > MEET_BYTES_MAX)
        m.capped = true;
    walk(&m, x, y, 0);
    *capped |= m.capped;
    return m.count;
}

/* The six fields; those that are not there are "*". */
static void split(struct str arn, struct str field[ARN_FIELDS])
{
    for (int i = 0; i < ARN_FIELDS; i++) {
        ptrdiff_t colon = i < ARN_FIELDS - 1 ? str_index(arn, ':', 0) : -1;
        field[i] = !arn.ptr ? STR("*") : colon < 0 ? arn : str_sub(arn, 0, (size_t)colon);
        arn = colon < 0 ? str_make(NULL, 0) : str_sub(arn, (size_t)colon + 1, arn.len);
    }
}

uint32_t iam_arn_meets(struct arena *a, struct str x, struct str y, struct str out[IAM_MEETS_MAX], bool *capped)
{
    if (str_eqz(x, "*") || str_eqz(y, "*")) {
        out[0] = str_eqz(x, "*") ? y : x;
        return 1;
    }
    struct str in_x[ARN_FIELDS], in_y[ARN_FIELDS], part[IAM_MEETS_MAX], made[IAM_MEETS_MAX] = {STR("")};
    uint32_t count = 1;
    split(x, in_x);
    split(y, in_y);
    for (int i = 0; i < ARN_FIELDS; i++) {
        uint32_t n = iam_glob_meets(a, in_x[i], in_y[i], part, capped), next = 0;
        struct str longer[IAM_MEETS_MAX] = {STR("")};
        for (uint32_t k = 0; k < count; k++)
            for (uint32_t j = 0; j < n; j++)
                if (next == IAM_MEETS_MAX)
                    *capped = true;
                else
                    longer[next++] = arena_printf(a, "%.*s%s%.*s", STR_ARG(made[k]), i ? ":" : "", STR_ARG(part[j]));
        memcpy(made, longer, next * sizeof *made);
        count = next;
    }
    memcpy(out, made, count * sizeof *made);
    return count;
}
