#include "base/instant.h"
#include "codec/hash.h"
#include "codec/utf8.h"
#include "facts/csv.h"
#include "facts/functions.h"
#include "facts/schedule.h"

static void fn_now(struct sql_call *c)
{
    struct fact_context *ctx = sql_user(c);
    if (ctx->building)
        sql_return_error(c, "facts may not depend on the clock");
    else
        sql_return_int(c, ctx->now_us);
}

static void fn_instant(struct sql_call *c)
{
    int64_t us;
    if (!sql_arg_is_null(c, 0) && instant_parse(sql_arg_str(c, 0), &us))
        sql_return_int(c, us);
    else
        sql_return_null(c);
}

static void fn_days_since(struct sql_call *c)
{
    struct fact_context *ctx = sql_user(c);
    int64_t us;
    if (ctx->building) {
        sql_return_error(c, "facts may not depend on the clock");
        return;
    }
    if (sql_arg_is_null(c, 0) || !instant_parse(sql_arg_str(c, 0), &us)) {
        sql_return_null(c);
        return;
    }
    int64_t gone = ctx->now_us - us;
    sql_return_int(c, gone / US_PER_DAY - (gone % US_PER_DAY < 0));
}

static void fn_arn_part(struct sql_call *c)
{
    static const char *const names[] = {"arn", "partition", "service", "region", "account"};
    struct str rest = sql_arg_str(c, 0), want = sql_arg_str(c, 1);
    if (sql_any_null(c, 2))
        return;
    for (int i = 0; i < 5 && rest.ptr; i++) {
        struct str part = str_cut(&rest, ':');
        if (i == 0 && !str_eqz(part, "arn"))
            break;
        if (i > 0 && str_eqz(want, names[i]) && rest.ptr) {
            sql_return_str(c, part);
            return;
        }
        if (i == 4 && rest.ptr && str_eqz(want, "resource")) {
            sql_return_str(c, rest);
            return;
        }
    }
    sql_return_null(c);
}

static void fn_glob(struct sql_call *c)
{
    if (!sql_any_null(c, 2))
        sql_return_int(c, str_glob(sql_arg_str(c, 0), sql_arg_str(c, 1)));
}

static void fn_schedule(struct sql_call *c)
{
    int64_t minutes;
    if (!sql_arg_is_null(c, 0) && schedule_longest_gap_minutes(sql_arg_str(c, 0), &minutes))
        sql_return_int(c, (minutes + 59) / 60);
    else
        sql_return_null(c);
}

static void fn_csv(struct sql_call *c)
{
    struct fact_context *ctx = sql_user(c);
    arena_reset(ctx->scratch);
    struct json *rows = sql_arg_is_null(c, 0) ? NULL : csv_rows(ctx->scratch, sql_arg_str(c, 0), NULL);
    if (!rows) {
        sql_return_null(c);
        return;
    }
    struct buf b;
    buf_init(&b, CSV_BYTES_MAX);
    json_write(&b, rows);
    sql_return_buf(c, &b);
}

static void fn_base64(struct sql_call *c)
{
    struct fact_context *ctx = sql_user(c);
    struct str out;
    arena_reset(ctx->scratch);
    if (!sql_arg_is_null(c, 0) && base64_decode(ctx->scratch, sql_arg_str(c, 0), &out) && utf8_valid(out))
        sql_return_str(c, out);
    else
        sql_return_null(c);
}

bool functions_text(struct store *s, struct fact_context *ctx, struct err *e)
{
    static const struct sql_entry list[] = {
        {"now_us", 0, fn_now},         {"instant_us", 1, fn_instant},      {"days_since", 1, fn_days_since},
        {"arn_part", 2, fn_arn_part},  {"glob_match", 2, fn_glob},         {"schedule_hours", 1, fn_schedule},
        {"csv_rows", 1, fn_csv},       {"base64_text", 1, fn_base64},
    };
    return functions_add(s, ctx, list, sizeof list / sizeof *list, e);
}
