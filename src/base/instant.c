#include "base/instant.h"

#include <stdio.h>

/* Howard Hinnant's days_from_civil and its inverse: exact over the proleptic Gregorian calendar. */
int64_t instant_days(int year, int month, int day)
{
    int64_t y = year - (month <= 2);
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t yoe = y - era * 400;
    int64_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + doe - 719468;
}

struct civil {
    int year, month, day, hour, minute, second, micro;
};

static struct civil civil_of(int64_t us)
{
    int64_t s = us / US_PER_S, micro = us % US_PER_S;
    if (micro < 0) {
        micro += US_PER_S;
        s--;
    }
    int64_t days = s / 86400, rest = s % 86400;
    if (rest < 0) {
        rest += 86400;
        days--;
    }
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    int day = (int)(doy - (153 * mp + 2) / 5 + 1);
    int month = (int)(mp < 10 ? mp + 3 : mp - 9);
    int year = (int)(yoe + era * 400 + (month <= 2));
    return (struct civil){year, month, day, (int)(rest / 3600), (int)(rest / 60 % 60), (int)(rest % 60), (int)micro};
}

/* `n` digits at s[at]; -1 when they are not digits. */
static int digits(struct str s, size_t at, int n)
{
    int v = 0;
    if (at + (size_t)n > s.len)
        return -1;
    for (int i = 0; i < n; i++) {
        char c = s.ptr[at + (size_t)i];
        if (c < '0' || c > '9')
            return -1;
        v = v * 10 + (c - '0');
    }
    return v;
}

static int month_days(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

/* The zone at s[at..]: minutes east of UTC. False when it is not a zone. */
static bool parse_zone(struct str s, size_t at, int *minutes)
{
    *minutes = 0;
    if (at == s.len)
        return true;
    if ((s.ptr[at] == 'Z' || s.ptr[at] == 'z') && at + 1 == s.len)
        return true;
    if (s.ptr[at] != '+' && s.ptr[at] != '-')
        return false;
    int h = digits(s, at + 1, 2), m;
    size_t next = at + 3;
    if (next < s.len && s.ptr[next] == ':')
        next++;
    m = digits(s, next, 2);
    if (h < 0 || m < 0 || h > 23 || m > 59 || next + 2 != s.len)
        return false;
    *minutes = (s.ptr[at] == '-' ? -1 : 1) * (h * 60 + m);
    return true;
}

bool instant_parse(struct str s, int64_t *us)
{
    int year = digits(s, 0, 4), month = digits(s, 5, 2), day = digits(s, 8, 2);
    if (year < 0 || month < 1 || month > 12 || day < 1 || s.ptr[4] != '-' || s.ptr[7] != '-')
        return false;
    if (day > month_days(year, month))
        return false;
    int64_t base = instant_days(year, month, day) * US_PER_DAY;
    if (s.len == 10) {
        *us = base;
        return true;
    }
    if (s.ptr[10] != 'T' && s.ptr[10] != 't' && s.ptr[10] != ' ')
        return false;
    int h = digits(s, 11, 2), m = digits(s, 14, 2), sec = digits(s, 17, 2);
    if (h < 0 || m < 0 || sec < 0 || h > 23 || m > 59 || sec > 60 || s.ptr[13] != ':' || s.ptr[16] != ':')
        return false;
    size_t at = 19;
    int64_t micro = 0;
    if (at < s.len && s.ptr[at] == '.') {
        int64_t unit = 100000;
        size_t first = ++at;
        while (at < s.len && s.ptr[at] >= '0' && s.ptr[at] <= '9') {
            micro += (s.ptr[at++] - '0') * unit;
            unit /= 10;
        }
        if (at == first)
            return false;
    }
    int zone;
    if (!parse_zone(s, at, &zone))
        return false;
    int64_t utc = base + ((int64_t)h * 3600 + m * 60 + sec - (int64_t)zone * 60) * US_PER_S + micro;
    /* A zone or a leap second may carry it out of the years that can be written again. */
    if (utc < instant_days(0, 1, 1) * US_PER_DAY || utc >= instant_days(10000, 1, 1) * US_PER_DAY)
        return false;
    *us = utc;
    return true;
}

char *instant_cli(int64_t us, char out[INSTANT_TEXT_MAX])
{
    struct civil c = civil_of(us);
    int n = snprintf(out, INSTANT_TEXT_MAX, "%04d-%02d-%02dT%02d:%02d:%02d", c.year, c.month, c.day, c.hour,
                     c.minute, c.second);
    if (c.micro)
        n += snprintf(out + n, INSTANT_TEXT_MAX - (size_t)n, ".%06d", c.micro);
    snprintf(out + n, INSTANT_TEXT_MAX - (size_t)n, "+00:00");
    return out;
}

char *instant_z(int64_t us, char out[INSTANT_TEXT_MAX])
{
    struct civil c = civil_of(us);
    snprintf(out, INSTANT_TEXT_MAX, "%04d-%02d-%02dT%02d:%02d:%02dZ", c.year, c.month, c.day, c.hour, c.minute,
             c.second);
    return out;
}

char *instant_basic(int64_t us, char out[INSTANT_TEXT_MAX])
{
    struct civil c = civil_of(us);
    snprintf(out, INSTANT_TEXT_MAX, "%04d%02d%02dT%02d%02d%02dZ", c.year, c.month, c.day, c.hour, c.minute,
             c.second);
    return out;
}
