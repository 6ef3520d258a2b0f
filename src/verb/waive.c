#include "base/file.h"
#include "base/form.h"
#include "base/instant.h"
#include "cli/ask.h"
#include "config/waive.h"
#include "store/store.h"
#include "verb/verb.h"

#include <sys/stat.h>
#include <stdlib.h>

struct target {
    struct str id, control, resource, verdict;
    int64_t matches;
    bool addressable;
    struct str section; /* one addressable specification that the control bears on */
};

static bool find(struct ward *w, struct store *s, struct str prefix, struct target *t, struct err *e)
{
    struct query *q = query_new(s,
                                "SELECT f.id, f.control, coalesce(nullif(f.name, ''), f.resource), f.verdict,"
                                " count(*) OVER () FROM finding f"
                                " WHERE f.evaluation = (SELECT max(id) FROM evaluation) AND substr(f.id, 1, length(?1)) = ?1"
                                " LIMIT 1", e);
    if (!q)
        return false;
    query_bind_str(q, 1, prefix);
    if (query_step(q)) {
        t->id = arena_str(w->arena, query_str(q, 0));
        t->control = arena_str(w->arena, query_str(q, 1));
        t->resource = arena_str(w->arena, query_str(q, 2));
        t->verdict = arena_str(w->arena, query_str(q, 3));
        t->matches = query_int(q, 4);
    }
    return query_done(q);
}

/* 45 CFR 164.306(d)(3): an addressable specification that is not implemented wants two texts. */
static bool find_addressable(struct ward *w, struct store *s, struct target *t, struct err *e)
{
    struct query *q = query_new(s,
                                "SELECT r.section FROM control_result c, json_each(c.citations) j, citation_result r"
                                " WHERE c.evaluation = (SELECT max(id) FROM evaluation) AND c.control = ?1"
                                " AND r.evaluation = c.evaluation AND r.section = j.value AND r.kind = 'addressable'"
                                " ORDER BY r.ord LIMIT 1", e);
    if (!q)
        return false;
    query_bind_str(q, 1, t->control);
    if (query_step(q)) {
        t->addressable = true;
        t->section = arena_str(w->arena, query_str(q, 0));
    }
    return query_done(q);
}

static bool check_target(struct str prefix, const struct target *t, struct err *e)
{
    if (!t->id.ptr) {
        err_set(e, ERR_NO_DATA, "the newest evaluation has no finding %.*s", STR_ARG(prefix));
        err_hint(e, "ward audit --offline --all-findings lists them");
        return false;
    }
    if (t->matches > 1) {
        err_set(e, ERR_USAGE, "%lld findings begin with %.*s", (long long)t->matches, STR_ARG(prefix));
        err_hint(e, "give more digits");
        return false;
    }
    if (str_eqz(t->verdict, "fail"))
        return true;
    err_set(e, ERR_USAGE, "finding %.*s is %.*s: only a failure can be waived", STR_ARG(t->id), STR_ARG(t->verdict));
    if (str_eqz(t->verdict, "unknown"))
        err_hint(e, "what could not be read stays unknown; ward explain %.*s tells what is missing", STR_ARG(t->id));
    return false;
}

static bool lookup(struct ward *w, struct target *t, struct err *e)
{
    struct str prefix = cli_arg(w->cli, 0);
    if (prefix.len < 4 || prefix.len > 16 || !form_hex(prefix, prefix.len)) {
        err_set(e, ERR_USAGE, "\"%.*s\" is not the id of a finding", STR_ARG(prefix));
        err_hint(e, "an id has 16 hex digits, of which the first few are enough");
        return false;
    }
    struct store *s = store_open(cli_strz(w->cli, "db"), STORE_READ, e);
    if (!s)
        return false;
    bool ok = find(w, s, prefix, t, e) && check_target(prefix, t, e) && find_addressable(w, s, t, e);
    store_close(s);
    return ok;
}

static const char *check_date(struct str answer)
{
    return form_date(answer) ? NULL : "a date is wanted, YYYY-MM-DD";
}

/* From the option, else from the terminal, else an error that names the option. */
static bool field(struct ward *w, const char *option, const char *question, struct str *out, struct err *e)
{
    *out = cli_str(w->cli, option);
    if (out->ptr)
        return true;
    bool date = strcmp(option, "expires") == 0;
    if (ask_possible())
        return ask(w->arena, stdin, question, (struct str){NULL, 0}, date ? check_date : NULL, out, e);
    err_set(e, ERR_USAGE, "a waiver needs --%s", option);
    err_hint(e, "%s", question);
    return false;
}

static bool gather(struct ward *w, const struct target *t, struct waiver *v, struct err *e)
{
    *v = (struct waiver){.finding = t->id,
                         .not_reasonable = cli_str(w->cli, "not-reasonable"),
                         .alternative = cli_str(w->cli, "alternative"),
                         .comment = arena_printf(w->arena, "%.*s, %.*s", STR_ARG(t->control), STR_ARG(t->resource))};
    if (!field(w, "owner", "who answers for the exception", &v->owner, e) ||
        !field(w, "reason", "why the finding is acceptable", &v->reason, e) ||
        !field(w, "expires", "last day of the exception (YYYY-MM-DD)", &v->expires, e))
        return false;
    int64_t day = 0;
    if (!instant_parse(v->expires, &day) || day + US_PER_DAY <= w->now_us)
        return err_set(e, ERR_USAGE, "option --expires: %.*s has passed", STR_ARG(v->expires));
    if (!t->addressable)
        return true;
    const char *why = arena_printf(w->arena, "why %.*s, an addressable specification, is not reasonable and appropriate here",
                                   STR_ARG(t->section)).ptr;
    return field(w, "not-reasonable", why, &v->not_reasonable, e) &&
           field(w, "alternative", "the equivalent measure in its place", &v->alternative, e);
}

/* Two waivers for one finding: an expired one may be renewed. */
static bool check_new(struct ward *w, const struct config *c, const struct waiver *v, struct err *e)
{
    for json_each(old, json_getz(c->doc, "waivers")) {
        int64_t day = 0;
        struct str expires = json_get_str(old, "expires");
        if (!str_eq(json_get_str(old, "finding"), v->finding) || !instant_parse(expires, &day) || day + US_PER_DAY <= w->now_us)
            continue;
        err_set(e, ERR_USAGE, "finding %.*s is waived until %.*s", STR_ARG(v->finding), STR_ARG(expires));
        err_hint(e, "change the entry in %.*s", STR_ARG(c->file));
        return false;
    }
    return true;
}

/* The file itself where the path is a link to it, so that the link stays. */
static const char *real_path(struct arena *a, const char *path)
{
    char *real = realpath(path, NULL);
    const char *out = arena_strdup(a, real ? real : path);
    free(real);
    return out;
}

static bool add(struct ward *w, const char *path, const struct waiver *v, struct err *e)
{
    struct str text, changed;
    struct stat st;
    path = real_path(w->arena, path);
    if (stat(path, &st) != 0)
        return err_set_errno(e, ERR_IO, "cannot read %s", path);
    return file_read(w->arena, path, CONFIG_MAX_BYTES, &text, e) &&
           waiver_add(w->arena, str_of(path), text, v, &changed, e) && file_replace(path, changed, st.st_mode & 07777, e);
}

int verb_waive(struct ward *w, struct err *e)
{
    struct target t = {0};
    struct waiver v;
    struct config *c = ward_config(w, e);
    if (!c)
        return EXIT_GOOD;
    if (!c->file.ptr) {
        err_set(e, ERR_CONFIG, "there is no ward.yaml to record the exception in");
        err_hint(e, "ward init writes one");
        return EXIT_GOOD;
    }
    const char *path = arena_cstr(w->arena, c->file);
    if (!lookup(w, &t, e) || !gather(w, &t, &v, e) || !check_new(w, c, &v, e) || !add(w, path, &v, e))
        return EXIT_GOOD;
    struct buf b;
    buf_init(&b, 65536);
    buf_addf(&b, "waived %.*s until %.*s: ", STR_ARG(v.finding), STR_ARG(v.expires));
    paint(&b, false, PAINT_PLAIN, v.comment);
    out_f(w->out, "%s\n", buf_cstr(&b));
    buf_done(&b);
    term_say(&w->term, "ward audit --offline judges the newest run with it");
    return EXIT_GOOD;
}
