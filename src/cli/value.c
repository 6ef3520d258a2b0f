#include "cli/value.h"

#include "base/form.h"
#include "base/nearest.h"
#include "codec/utf8.h"

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
        return form_account(v) || wrong(o, v, from, "an account id of 12 digits", e);
    case OPTION_REGION:
        return form_region(v) || wrong(o, v, from, "the name of a region", e);
    case OPTION_DATE:
        return form_date(v) || wrong(o, v, from, "a date (YYYY-MM-DD)", e);
    case OPTION_TIME:
        return form_time(v) || wrong(o, v, from, "a date or a time (2026-01-31 or 2026-01-31T12:00:00Z)", e);
    case OPTION_URL: /* not echoed: it may hold a password */
        return form_url(v) || err_set(e, ERR_USAGE, "%s: not an http or https URL without user name", from);
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
