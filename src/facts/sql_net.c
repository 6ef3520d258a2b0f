#include "facts/cidr.h"
#include "facts/functions.h"
#include "facts/port.h"

enum { CIDRS_MAX = 100000, CIDR_JSON_MAX = 4 << 20 };

/* Reads a JSON array of CIDRs, or one CIDR as text, merged. `*bad` counts entries that are none. */
static struct cidr *read_set(struct arena *a, struct str text, size_t *count, size_t *bad)
{
    *count = *bad = 0;
    struct cidr one;
    struct cidr *set = NULL;
    if (cidr_parse(text, &one)) {
        set = arena_new_of(a, struct cidr);
        *set = one;
        *count = 1;
        return set;
    }
    struct json *list = json_parse(a, text, CIDR_JSON_MAX, NULL);
    if (!list || list->type != JSON_ARRAY || list->count > CIDRS_MAX) {
        *bad = 1;
        return NULL;
    }
    set = arena_array_of(a, struct cidr, list->count + 1);
    for json_each(it, list)
        if (cidr_parse(json_str(it), &set[*count]))
            ++*count;
        else
            ++*bad;
    *count = cidr_union(set, *count);
    return set;
}

static struct arena *scratch(struct sql_call *c)
{
    struct fact_context *ctx = sql_user(c);
    arena_reset(ctx->scratch);
    return ctx->scratch;
}

static void fn_contains(struct sql_call *c)
{
    struct cidr outer, inner;
    if (sql_any_null(c, 2))
        return;
    bool good = cidr_parse(sql_arg_str(c, 0), &outer) && cidr_parse(sql_arg_str(c, 1), &inner);
    sql_return_tristate(c, good ? cidr_contains(outer, inner) : -1);
}

static void fn_overlaps(struct sql_call *c)
{
    struct cidr a, b;
    if (sql_any_null(c, 2))
        return;
    bool good = cidr_parse(sql_arg_str(c, 0), &a) && cidr_parse(sql_arg_str(c, 1), &b);
    sql_return_tristate(c, good ? cidr_overlaps(a, b) : -1);
}

static void fn_within(struct sql_call *c)
{
    struct cidr one;
    size_t count, bad;
    if (sql_any_null(c, 2))
        return;
    struct cidr *set = read_set(scratch(c), sql_arg_str(c, 1), &count, &bad);
    if (!cidr_parse(sql_arg_str(c, 0), &one))
        sql_return_null(c);
    else if (cidr_within(one, set, count))
        sql_return_int(c, 1);
    else
        sql_return_tristate(c, bad ? -1 : 0);
}

static void fn_log2(struct sql_call *c)
{
    size_t count, bad;
    if (sql_any_null(c, 1))
        return;
    struct cidr *set = read_set(scratch(c), sql_arg_str(c, 0), &count, &bad);
    if (bad)
        sql_return_null(c);
    else
        sql_return_int(c, cidr_public_log2(set, count));
}

static void fn_world(struct sql_call *c)
{
    struct fact_context *ctx = sql_user(c);
    size_t count, bad;
    int64_t limit = 0;
    if (sql_any_null(c, 1))
        return;
    struct cidr *set = read_set(scratch(c), sql_arg_str(c, 0), &count, &bad);
    if (threshold_of(ctx->config, STR("world_open_log2"), &limit) && cidr_public_log2(set, count) >= limit)
        sql_return_int(c, 1);
    else
        sql_return_tristate(c, bad ? -1 : 0);
}

static void fn_public(struct sql_call *c)
{
    struct cidr one;
    if (sql_any_null(c, 1))
        return;
    bool good = cidr_parse(sql_arg_str(c, 0), &one);
    sql_return_tristate(c, good ? cidr_public_log2(&one, 1) >= 0 : -1);
}

static int covers(struct sql_call *c, int64_t port)
{
    bool range = !sql_arg_is_null(c, 1) && !sql_arg_is_null(c, 2);
    return port_covers(sql_arg_str(c, 0), range, sql_arg_int(c, 1), sql_arg_int(c, 2), sql_arg_str(c, 3), port);
}

static void fn_port_covers(struct sql_call *c)
{
    if (sql_arg_is_null(c, 0) || sql_arg_is_null(c, 3) || sql_arg_is_null(c, 4))
        sql_return_null(c);
    else
        sql_return_tristate(c, covers(c, sql_arg_int(c, 4)));
}

static void fn_ports_hit(struct sql_call *c)
{
    struct json *ports = json_parse(scratch(c), sql_arg_str(c, 4), CIDR_JSON_MAX, NULL);
    if (sql_arg_is_null(c, 0) || sql_arg_is_null(c, 3) || !ports || ports->type != JSON_ARRAY) {
        sql_return_null(c);
        return;
    }
    struct buf b;
    buf_init(&b, FUNCTION_RESULT_MAX);
    buf_addc(&b, '[');
    for json_each(it, ports) {
        int64_t port;
        int hit = it->type == JSON_NUMBER && str_to_i64(it->text, &port) ? covers(c, port) : -1;
        if (hit < 0) {
            buf_done(&b);
            sql_return_null(c);
            return;
        }
        if (hit)
            buf_addf(&b, "%s%.*s", b.len > 1 ? "," : "", STR_ARG(it->text));
    }
    buf_addc(&b, ']');
    sql_return_buf(c, &b);
}

bool functions_net(struct store *s, struct fact_context *ctx, struct err *e)
{
    static const struct sql_entry list[] = {
        {"cidr_contains", 2, fn_contains}, {"cidr_overlaps", 2, fn_overlaps}, {"cidr_within", 2, fn_within},
        {"cidr_log2", 1, fn_log2},         {"cidr_world", 1, fn_world},       {"cidr_public", 1, fn_public},
        {"port_covers", 5, fn_port_covers}, {"ports_hit", 5, fn_ports_hit},
    };
    return functions_add(s, ctx, list, sizeof list / sizeof *list, e);
}
