/* ward doctor: the collection of an audit in one region, into a store that is thrown away, and what it
 * met: who, clock, regions, accounts, and each action that is missing. */
#include "base/instant.h"
#include "codec/json.h"
#include "codec/text.h"
#include "verb/judge.h"
#include "verb/live.h"

#include <inttypes.h>
#include <stdio.h>

enum { CLOCK_SKEW_MAX_S = 240 }; /* AWS refuses signatures that are 5 minutes off */

enum check_result { CHECK_GOOD, CHECK_POOR, CHECK_BAD }; /* bad: no audit; poor: parts of it will be unknown */

struct check {
    const char *name;
    enum check_result result;
    struct str says, hint;
};

enum { CHECKS_MAX = 512 };

struct checkup {
    struct ward *w;
    struct check items[CHECKS_MAX];
    size_t count;
};

static void add(struct checkup *c, const char *name, enum check_result result, struct str says, struct str hint)
{
    if (c->count < CHECKS_MAX) {
        struct check *k = &c->items[c->count++];
        k->name = name;
        k->result = result;
        k->says = says;
        k->hint = hint;
    }
}

static struct str said(struct ward *w, const struct err *e) { return arena_str(w->arena, str_of(e->message)); }
static struct str hinted(struct ward *w, const struct err *e) { return arena_str(w->arena, str_of(e->hint)); }

/* Seconds that this machine is ahead of AWS, from the Date header of an unsigned request to STS, where it is told. */
static bool clock_ahead(struct ward *w, struct live *l, bool *told, int64_t *ahead_s, struct err *e)
{
    static const struct aws_service sts = {.name = {"sts", 3}, .prefix = {"sts", 3}, .env = {"AWS_ENDPOINT_URL_STS", 20}};
    struct aws_endpoint at;
    if (!aws_endpoint_of(w->arena, l->endpoints, &sts, l->region, STR(""), &at, e))
        return false;
    struct http_response r;
    struct http_request q = {.method = STR("GET"),
                             .url = arena_printf(w->arena, "%.*s://%.*s%.*s/", STR_ARG(at.scheme), STR_ARG(at.host), STR_ARG(at.base_path))};
    if (!http_fetch(l->http, w->arena, &q, &r, e))
        return false;
    if (r.outcome != HTTP_OK)
        return err_set(e, ERR_NET, "%.*s does not answer: %s", STR_ARG(at.host), r.error);
    int64_t server_us = 0;
    *told = http_date(http_header(&r, "date"), &server_us);
    *ahead_s = (w->now_us - server_us) / US_PER_S;
    return true;
}

static void check_network(struct checkup *c, struct live *l)
{
    struct err e = {0};
    int64_t ahead = 0;
    bool told = false;
    if (!clock_ahead(c->w, l, &told, &ahead, &e)) {
        add(c, "network", CHECK_BAD, said(c->w, &e), STR("check the endpoint, the proxy (HTTPS_PROXY) and the CA bundle (AWS_CA_BUNDLE)"));
        return;
    }
    bool off = ahead > CLOCK_SKEW_MAX_S || ahead < -CLOCK_SKEW_MAX_S;
    add(c, "network", CHECK_GOOD, STR("AWS's endpoint answers"), STR(""));
    if (!told) {
        add(c, "clock", CHECK_POOR, STR("the endpoint does not tell the time"), STR("AWS refuses signatures that are 5 minutes off"));
        return;
    }
    add(c, "clock", off ? CHECK_POOR : CHECK_GOOD,
        arena_printf(c->w->arena, "this machine is %" PRId64 " s %s AWS", ahead < 0 ? -ahead : ahead, ahead < 0 ? "behind" : "ahead of"),
        off ? STR("set the clock: AWS refuses signatures that are 5 minutes off") : STR(""));
}

typedef void row_fn(struct checkup *c, struct query *q);

static bool each_row(struct checkup *c, struct store *s, const char *sql, row_fn *row, struct err *e)
{
    struct query *q = query_new(s, sql, e);
    if (!q)
        return false;
    while (query_step(q))
        row(c, q);
    return query_done(q);
}

static struct str text(struct checkup *c, struct query *q, int at) { return arena_str(c->w->arena, query_str(q, at)); }

static void account_row(struct checkup *c, struct query *q)
{
    bool reached = query_int(q, 2) != 0;
    add(c, "account", reached ? CHECK_GOOD : CHECK_POOR,
        arena_printf(c->w->arena, "%.*s %.*s%s%.*s", STR_ARG(query_str(q, 0)), STR_ARG(query_str(q, 1)), reached ? "" : ": ",
                     STR_ARG(reached ? STR("") : query_str(q, 3))),
        reached ? STR("") : STR("give the account the role (--role-name), or leave it out with --account"));
}

static void region_row(struct checkup *c, struct query *q)
{
    add(c, "regions", CHECK_GOOD, arena_printf(c->w->arena, "%.*s: %" PRId64 " enabled, an audit reads them all", STR_ARG(query_str(q, 0)), query_int(q, 1)), STR(""));
}

static void gap_row(struct checkup *c, struct query *q)
{
    struct str action = text(c, q, 3);
    add(c, "call", CHECK_POOR,
        arena_printf(c->w->arena, "%.*s %.*s in %.*s: %.*s", STR_ARG(query_str(q, 0)), STR_ARG(query_str(q, 1)), STR_ARG(query_str(q, 2)), STR_ARG(query_str(q, 4))),
        action.len ? arena_printf(c->w->arena, "grant %.*s (`ward policy` prints all that is needed)", STR_ARG(action)) : STR(""));
}

static void total_row(struct checkup *c, struct query *q)
{
    add(c, "calls", CHECK_GOOD, arena_printf(c->w->arena, "%" PRId64 " of %" PRId64 " calls answered in one region; an audit makes about that many in each",
                                             query_int(q, 1), query_int(q, 0)), STR(""));
}

static bool check_answers(struct checkup *c, struct store *s, struct err *e)
{
    return each_row(c, s, "SELECT account, coalesce(name, ''), reached, coalesce(reason, '') FROM run_account ORDER BY account", account_row, e) &&
           each_row(c, s, "SELECT account, count(*) FROM run_region WHERE state = 'enabled' GROUP BY account ORDER BY account", region_row, e) &&
           each_row(c, s, "SELECT count(*), total(status IN ('ok', 'empty', 'absent', 'gone', 'unavailable')) FROM call", total_row, e) &&
           each_row(c, s,
                    "SELECT op, status, account, coalesce(missing_action, ''), coalesce(code, '') || ' ' || max(coalesce(message, '')) FROM call"
                    " WHERE status IN ('denied', 'throttled', 'error', 'truncated', 'skipped', 'running') "
                    " AND account NOT IN (SELECT account FROM run_account WHERE reached = 0)"
                    " GROUP BY op, status, account, missing_action ORDER BY account, op", gap_row, e);
}

/* False when a signal ended it. */
static bool check_collection(struct checkup *c, struct live *l, const struct controls *controls, const struct config *config)
{
    struct ward *w = c->w;
    struct err e = {0};
    struct collect_summary sum = {0};
    struct str home = json_str(json_path(config->doc, "regions.home"));
    struct str region = home.len ? home : l->region;
    const struct str *chosen;
    bool given = cli_list(w->cli, "region", &chosen) > 0;
    struct store *s = store_open(":memory:", STORE_WRITE | STORE_CREATE, &e);
    bool ok = s && live_collect(w, l, s, controls, &region, given ? 0 : 1, &sum, &e);
    bool stopped = sum.stopped || e.kind == ERR_INTERRUPTED;
    if (ok && !stopped) {
        add(c, "credentials", CHECK_GOOD, arena_str(w->arena, str_of(sum.caller_arn)), STR(""));
        ok = check_answers(c, s, &e);
    }
    if (!ok)
        add(c, e.kind == ERR_CREDENTIALS ? "credentials" : "collection", CHECK_BAD, said(w, &e), hinted(w, &e));
    store_close(s);
    return !stopped;
}

static int print_json(struct checkup *c, int status)
{
    struct buf out;
    struct json_out o;
    static const char *const results[] = {"good", "poor", "bad"};
    buf_init(&out, 4 << 20);
    jo_init(&o, &out, true);
    jo_object(&o);
    jo_kv_strz(&o, "schema", "ward.doctor/1");
    jo_kv_int(&o, "status", status);
    jo_key(&o, "checks");
    jo_array(&o);
    for (size_t i = 0; i < c->count; i++) {
        jo_object(&o);
        jo_kv_strz(&o, "check", c->items[i].name);
        jo_kv_strz(&o, "result", results[c->items[i].result]);
        jo_kv_str(&o, "says", c->items[i].says);
        jo_kv_str(&o, "hint", c->items[i].hint);
        jo_end_object(&o);
    }
    jo_end_array(&o);
    jo_end_object(&o);
    buf_addc(&out, '\n');
    out_str(c->w->out, buf_str(&out));
    buf_done(&out);
    return status;
}

static int print_text(struct checkup *c, int status)
{
    static const char *const marks[] = {"ok", "poor", "bad"};
    static const enum paint paints[] = {PAINT_PASS, PAINT_UNKNOWN, PAINT_FAIL};
    static const char *const ends[] = {"An audit can run.\n", "", "", "An audit can run; what is marked poor would be unknown in it.\n", "An audit cannot run.\n"};
    struct buf out;
    buf_init(&out, 4 << 20);
    for (size_t i = 0; i < c->count; i++) {
        const struct check *k = &c->items[i];
        char mark[8];
        snprintf(mark, sizeof mark, "%-5s", marks[k->result]);
        paint(&out, c->w->term.out_colour, paints[k->result], str_of(mark));
        buf_addf(&out, "%-12s ", k->name);
        text_safe(&out, k->says);
        buf_addc(&out, '\n');
        if (k->hint.len) {
            buf_addz(&out, "                  ");
            text_safe(&out, k->hint);
            buf_addc(&out, '\n');
        }
    }
    out_str(c->w->out, buf_str(&out));
    out_z(c->w->out, ends[status]);
    buf_done(&out);
    return status;
}

int verb_doctor(struct ward *w, struct err *e)
{
    struct controls controls;
    struct live l = {0};
    struct err problem = {0};
    struct checkup *c = arena_new_of(w->arena, struct checkup);
    c->w = w;
    const struct config *config = ward_config(w, e);
    if (!config || !judge_controls(w, &controls, e))
        return EXIT_GOOD;
    add(c, "configuration", CHECK_GOOD, config->file.ptr ? config->file : STR("no ward.yaml: defaults (`ward init` writes one)"), STR(""));
    if (live_open(w, &l, &problem)) {
        check_network(c, &l);
        if (!check_collection(c, &l, &controls, config))
            err_set(e, ERR_INTERRUPTED, "stopped by a signal");
    } else {
        add(c, "settings", CHECK_BAD, said(w, &problem), hinted(w, &problem));
    }
    live_close(&l);
    if (err_is_set(e))
        return EXIT_GOOD;
    int status = EXIT_GOOD;
    for (size_t i = 0; i < c->count; i++) {
        int here = c->items[i].result == CHECK_BAD ? err_exit_status(ERR_CREDENTIALS) : c->items[i].result == CHECK_POOR ? EXIT_INCOMPLETE : EXIT_GOOD;
        status = here > status ? here : status;
    }
    return str_eqz(cli_str(w->cli, "output"), "json") ? print_json(c, status) : print_text(c, status);
}
