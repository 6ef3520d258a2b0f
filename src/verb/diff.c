#include "codec/csv.h"
#include "report/diff.h"
#include "verb/verb.h"

static const size_t diff_max_bytes = (size_t)512 << 20;

/* A run by its number, or "last" and "previous" for the two newest that were judged. */
static bool run_of(struct store *s, struct str name, int64_t *run, struct err *e)
{
    bool last = str_eqz(name, "last"), previous = str_eqz(name, "previous");
    if (!last && !previous) {
        if (str_to_i64(name, run) && *run > 0)
            return true;
        err_set(e, ERR_USAGE, "\"%.*s\" is no run", STR_ARG(name));
        err_hint(e, "a run is its number, or `last`, or `previous`");
        return false;
    }
    *run = 0;
    const char *sql = last ? "SELECT DISTINCT run FROM evaluation ORDER BY run DESC LIMIT 1"
                           : "SELECT DISTINCT run FROM evaluation ORDER BY run DESC LIMIT 1 OFFSET 1";
    if (!store_get_int(s, sql, run, e))
        return false;
    return *run || err_set(e, ERR_NO_DATA, "the store has no %s run that was judged", last ? "" : "earlier");
}

static void diff_csv(const struct diff *d, struct buf *out)
{
    static const char *const titles[] = {"change", "id", "control", "severity", "account", "region",
                                         "resource", "name", "sub", "before", "after", "reason"};
    struct csv c;
    csv_init(&c, out);
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
        csv_strz(&c, titles[i]);
    csv_end_row(&c);
    for (size_t i = 0; i < d->finding_count; i++) {
        const struct diff_finding *f = &d->findings[i];
        const struct str cells[] = {
            str_of(diff_kind_name(f->kind)), f->id, f->control, f->severity, f->account, f->region, f->resource,
            f->name, f->sub, f->before, f->after, f->reason};
        for (size_t k = 0; k < sizeof cells / sizeof *cells; k++)
            csv_str(&c, cells[k]);
        csv_end_row(&c);
    }
}

int verb_diff(struct ward *w, struct err *e)
{
    struct store *s = store_open(cli_strz(w->cli, "db"), STORE_READ, e);
    if (!s)
        return EXIT_GOOD;
    int status = EXIT_GOOD;
    int64_t before, after;
    struct diff d;
    struct buf text;
    buf_init(&text, diff_max_bytes);
    if (run_of(s, cli_arg(w->cli, 0), &before, e) && run_of(s, cli_arg(w->cli, 1), &after, e) &&
        diff_load(s, w->arena, before, after, &d, e)) {
        struct str form = cli_str(w->cli, "output");
        if (str_eqz(form, "json"))
            diff_json(&d, &text);
        else if (str_eqz(form, "csv"))
            diff_csv(&d, &text);
        else
            diff_text(&d, w->term.out_colour, cli_flag(w->cli, "all-findings"), &text);
        if (text.failed)
            err_set(e, ERR_LIMIT, "the difference is larger than 512 MiB");
        out_str(w->out, buf_str(&text));
        status = d.counts[DIFF_NEW_FAIL] ? EXIT_VIOLATION : d.counts[DIFF_NEW_UNKNOWN] ? EXIT_INCOMPLETE : EXIT_GOOD;
    }
    buf_done(&text);
    store_close(s);
    return status;
}
