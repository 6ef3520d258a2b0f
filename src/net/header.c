#include "net/http.h"

#include "base/instant.h"

struct str http_header(const struct http_response *r, const char *name)
{
    struct str rest = r->headers, want = str_of(name);
    str_cut(&rest, '\n');
    while (rest.ptr) {
        struct str line = str_cut(&rest, '\n');
        ptrdiff_t colon = str_index(line, ':', 0);
        if (colon > 0 && str_eq_nocase(str_sub(line, 0, (size_t)colon), want))
            return str_trim(str_sub(line, (size_t)colon + 1, line.len));
    }
    return (struct str){NULL, 0};
}

static bool number(struct str s, size_t at, size_t digits, uint64_t most, int64_t *out)
{
    uint64_t v;
    if (!str_to_u64(str_sub(s, at, at + digits), &v) || v > most)
        return false;
    *out = (int64_t)v;
    return true;
}

bool http_date(struct str s, int64_t *us)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    int64_t day, year, hour, minute, second;
    if (s.len != 29 || !str_eqz(str_sub(s, 25, 29), " GMT") || !number(s, 5, 2, 31, &day) || !number(s, 12, 4, 9999, &year) ||
        !number(s, 17, 2, 23, &hour) || !number(s, 20, 2, 59, &minute) || !number(s, 23, 2, 60, &second))
        return false;
    for (int m = 0; m < 12; m++)
        if (memcmp(months + (size_t)m * 3, s.ptr + 8, 3) == 0) {
            *us = (instant_days((int)year, m + 1, (int)day) * 86400 + hour * 3600 + minute * 60 + second) * US_PER_S;
            return true;
        }
    return false;
}
