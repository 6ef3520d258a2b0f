#include "facts/schedule.h"

#include "base/instant.h"

enum { MINUTES_A_DAY = 1440, FIRST_YEAR = 2024, YEARS = 9 };

static const char *const month_names[] = {"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                          "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
static const char *const day_names[] = {"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"};

struct field {
    int lo, hi;
    const char *const *names;
};
static const struct field fields[] = {
    {0, 59, NULL}, {0, 23, NULL}, {1, 31, NULL}, {1, 12, month_names}, {1, 7, day_names}};

static bool parse_value(const struct field *f, struct str s, int *out)
{
    for (int i = 0; f->names && i <= f->hi - f->lo; i++)
        if (str_eq_nocase(s, str_of(f->names[i]))) {
            *out = f->lo + i;
            return true;
        }
    int64_t v;
    if (s.len == 0 || s.len > 2 || !str_to_i64(s, &v) || v < f->lo || v > f->hi)
        return false;
    *out = (int)v;
    return true;
}

/* A, A-B, *, each with /STEP; A/STEP runs to the end of the field. */
static bool parse_part(const struct field *f, struct str part, uint64_t *bits)
{
    struct str rest = part, range = str_cut(&rest, '/');
    int from = f->lo, to = f->hi, step = 1;
    int64_t v;
    if (rest.ptr) {
        if (!str_to_i64(rest, &v) || v < 1 || v > f->hi)
            return false;
        step = (int)v;
    }
    if (!str_eqz(range, "*")) {
        struct str hi = range, lo = str_cut(&hi, '-');
        if (!parse_value(f, lo, &from) || (hi.ptr && !parse_value(f, hi, &to)))
            return false;
        if (!hi.ptr && !rest.ptr)
            to = from;
    }
    if (from > to)
        return false;
    for (int i = from; i <= to; i += step)
        *bits |= UINT64_C(1) << i;
    return true;
}

static bool parse_dow_special(struct str part, struct cron *c)
{
    int day;
    ptrdiff_t hash = str_index(part, '#', 0);
    if (hash >= 0) {
        struct str nth = str_sub(part, (size_t)hash + 1, part.len);
        if (nth.len != 1 || nth.ptr[0] < '1' || nth.ptr[0] > '5' ||
            !parse_value(&fields[4], str_sub(part, 0, (size_t)hash), &day))
            return false;
        c->dow_nth[day] = nth.ptr[0] - '0';
    } else {
        if (part.len < 2 || !parse_value(&fields[4], str_sub(part, 0, part.len - 1), &day))
            return false;
        c->dow_nth[day] = -1;
    }
    c->has_nth = true;
    return true;
}

static bool parse_field(int at, struct str text, struct cron *c)
{
    uint64_t *sets[] = {&c->minute, &c->hour, &c->dom, &c->month, &c->dow};
    bool any = str_eqz(text, "*") || str_eqz(text, "?");
    if (at == 2)
        c->dom_any = any;
    if (at == 4)
        c->dow_any = any;
    if (str_eqz(text, "?"))
        return at == 2 || at == 4;
    struct str rest = text;
    while (rest.ptr) {
        struct str part = str_cut(&rest, ',');
        bool special = at == 4 && (str_index(part, '#', 0) >= 0 || (part.len > 1 && str_ends(part, STR("L"))));
        if (at == 2 && str_eqz(part, "L"))
            c->dom_last = true;
        else if (special ? !parse_dow_special(part, c) : !parse_part(&fields[at], part, sets[at]))
            return false;
    }
    return true;
}

static bool inside(struct str expr, struct str name, struct str *out)
{
    expr = str_trim(expr);
    if (!str_starts(expr, name) || !str_ends(expr, STR(")")))
        return false;
    *out = str_trim(str_sub(expr, name.len, expr.len - 1));
    return true;
}

bool schedule_parse_cron(struct str expr, struct cron *c)
{
    *c = (struct cron){0};
    struct str rest;
    if (!inside(expr, STR("cron("), &rest))
        return false;
    int at = 0;
    while (rest.ptr) {
        struct str text = str_cut(&rest, ' ');
        if (text.len == 0)
            continue;
        if (at == 5 ? !str_eqz(text, "*") : at > 5 || !parse_field(at, text, c))
            return false;
        at++;
    }
    return at == 6;
}

static int days_in_month(int year, int month)
{
    return (int)(instant_days(month == 12 ? year + 1 : year, month == 12 ? 1 : month + 1, 1) -
                 instant_days(year, month, 1));
}

static bool dow_matches(const struct cron *c, int64_t days, int day, int last)
{
    int dow = (int)((days + 4) % 7) + 1; /* 1970-01-01 was a Thursday, 5 */
    int nth = c->dow_nth[dow];
    return (c->dow >> dow & 1) || (nth > 0 && (day - 1) / 7 + 1 == nth) || (nth < 0 && day + 7 > last);
}

bool schedule_day_matches(const struct cron *c, int year, int month, int day)
{
    if (!(c->month >> month & 1))
        return false;
    int last = days_in_month(year, month);
    bool dom = c->dom_any || (c->dom >> day & 1) || (c->dom_last && day == last);
    bool dow = c->dow_any || dow_matches(c, instant_days(year, month, day), day, last);
    return dom && dow;
}

/* First and last minute of a matching day, and the longest gap inside it. */
static bool day_shape(const struct cron *c, int *first, int *last, int *gap)
{
    int previous = -1;
    *gap = 0;
    for (int m = 0; m < MINUTES_A_DAY; m++) {
        if (!(c->hour >> m / 60 & 1) || !(c->minute >> m % 60 & 1))
            continue;
        if (previous < 0)
            *first = m;
        else if (m - previous > *gap)
            *gap = m - previous;
        previous = m;
    }
    *last = previous;
    return previous >= 0;
}

static bool cron_gap(const struct cron *c, int64_t *minutes)
{
    int first = 0, last = 0, gap = 0;
    if (!day_shape(c, &first, &last, &gap))
        return false;
    int64_t longest = gap, previous = -1, seen = 0;
    for (int year = FIRST_YEAR; year < FIRST_YEAR + YEARS; year++)
        for (int month = 1; month <= 12; month++)
            for (int day = 1; day <= days_in_month(year, month); day++) {
                if (!schedule_day_matches(c, year, month, day))
                    continue;
                int64_t now = instant_days(year, month, day);
                int64_t between = (now - previous) * MINUTES_A_DAY - last + first;
                if (seen++ && between > longest)
                    longest = between;
                previous = now;
            }
    *minutes = longest;
    return seen > 1;
}

static bool rate_gap(struct str text, int64_t *minutes)
{
    static const struct {
        const char *unit;
        int64_t minutes;
    } units[] = {{"minute", 1}, {"minutes", 1}, {"hour", 60}, {"hours", 60}, {"day", 1440}, {"days", 1440}};
    struct str unit = text, count = str_cut(&unit, ' ');
    uint64_t n;
    if (!unit.ptr || !str_to_u64(count, &n) || n == 0 || n > 100000)
        return false;
    unit = str_trim(unit);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (str_eqz(unit, units[i].unit)) {
            *minutes = (int64_t)n * units[i].minutes;
            return true;
        }
    return false;
}

bool schedule_longest_gap_minutes(struct str expr, int64_t *minutes)
{
    struct str text;
    if (inside(expr, STR("rate("), &text))
        return rate_gap(text, minutes);
    struct cron c;
    return schedule_parse_cron(expr, &c) && cron_gap(&c, minutes);
}
