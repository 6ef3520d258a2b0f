#include "cli/value.h"

#include "base/instant.h"
#include "base/nearest.h"
#include "codec/utf8.h"

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_lower(char c) { return c >= 'a' && c <= 'z'; }

static bool is_account(struct str v)
{
    if (v.len != 12)
        return false;
    for (size_t i = 0; i < v.len; i++)
        if (!is_digit(v.ptr[i]))
            return false;
    return true;
}

/* The form only ("us-gov-west-1"); whether the region exists is for the region table to say. */
static bool is_region(struct str v)
{
    int dashes = 0;
    for (size_t i = 0; i < v.len; i++) {
        if (!is_lower(v.ptr[i]) && !is_digit(v.ptr[i]) && v.ptr[i] != '-')
            return false;
        dashes += v.ptr[i] == '-';
    }
    return v.len >= 9 && v.len <= 25 && dashes >= 2 && is_lower(v.ptr[0]) && is_digit(v.ptr[v.len - 1]);
}

static bool is_date(struct str v)
{
    int64_t us;
    return v.len == 10 && instant_parse(v, &us);
}

static bool is_time(struct str v)
{
    int64_t us;
    return instant_parse(v, &us);
}

static bool is_url(struct str v)
{
    size_t at = str_starts(v, STR("https://")) ? 8 : str_starts(v, STR("http://")) ? 7 : 0;
    struct str rest = str_sub(v, at, v.len);
    if (!at || !rest.len || rest.ptr[0] == '/')
        return false;
    for (size_t i = 0; i < rest.len; i++)
        if ((unsigned char)rest.ptr[i] <= ' ' || rest.ptr[i] == 0x7f)
            return false;
    struct str host = str_cut(&rest, '/');
    return str_index(host, '@', 0) < 0;
}

static bool wrong(const struct cli_option *o, struct str v, const char *from, const char *want, struct err *e)
{
    err_set(e, ERR_USAGE, "%s: \"%.*s\" is not %s", from, STR_ARG(v), want);
    err_hint(e, "ward help VERB %.*s describes the option", STR_ARG(o->name));
    return false;
}

static bool check_int(const struct cli_option *o, struct str v, const char *from, struct err *e)
{
    int64_t n;
    if (!str_to_i64(v, &n))
        return wrong(o, v, from, "a whole number", e);
    if (n >= o->min && n <= o->max)
        return true;
    err_set(e, ERR_USAGE, "%s: %.*s is out of range", from, STR_ARG(v));
    if (o->max == INT64_MAX)
        err_hint(e, "it must be at least %lld", (long long)o->min);
    else
        err_hint(e, "it must be %lld to %lld", (long long)o->min, (long long)o->max);
    return false;
}

static bool check_choice(const struct cli_option *o, struct str v, const char *from, struct err *e)
{
    struct nearest near;
    nearest_init(&near, v);
    for (struct str rest = o->choices; rest.ptr;) {
        struct str choice = str_cut(&rest, '|');
        if (str_eq(choice, v))
            return true;
        nearest_offer(&near, choice);
    }
    err_set(e, ERR_USAGE, "%s: \"%.*s\" is not one of %.*s", from, STR_ARG(v), STR_ARG(o->choices));
    if (near.best.ptr)
        err_hint(e, "did you mean %.*s?", STR_ARG(near.best));
    return false;
}

bool value_check(const struct cli_option *o, struct str v, const char *from, struct err *e)
{
    if (!v.len)
        return err_set(e, ERR_USAGE, "%s: the value is empty", from);
    if (o->type != OPTION_PATH && !utf8_valid(v))
        return err_set(e, ERR_USAGE, "%s: the value is not UTF-8", from);
    switch (o->type) {
    case OPTION_INT:
        return check_int(o, v, from, e);
    case OPTION_CHOICE:
        return check_choice(o, v, from, e);
    case OPTION_ACCOUNT:
        return is_account(v) || wrong(o, v, from, "an account id of 12 digits", e);
    case OPTION_REGION:
        return is_region(v) || wrong(o, v, from, "the name of a region", e);
    case OPTION_DATE:
        return is_date(v) || wrong(o, v, from, "a date (YYYY-MM-DD)", e);
    case OPTION_TIME:
        return is_time(v) || wrong(o, v, from, "a date or a time (2026-01-31 or 2026-01-31T12:00:00Z)", e);
    case OPTION_URL: /* not echoed: it may hold a password */
        return is_url(v) || err_set(e, ERR_USAGE, "%s: not an http or https URL without user name", from);
    case OPTION_TEXT:
    case OPTION_PATH:
    case OPTION_FLAG:
    case OPTION_SECRET:
        break;
    }
    return true;
}

bool value_flag(struct str v, bool *on)
{
    static const char *const yes[] = {"1", "true", "yes", "on"}, *const no[] = {"0", "false", "no", "off"};
    for (size_t i = 0; i < 4; i++) {
        if (str_eqz(v, yes[i]) || str_eqz(v, no[i])) {
            *on = str_eqz(v, yes[i]);
            return true;
        }
    }
    return false;
}
