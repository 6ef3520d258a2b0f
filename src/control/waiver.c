#include "control/waiver.h"

#include "base/instant.h"
#include "control/citation.h"

enum { STRAYS_MAX = 100 };

bool waiver_expired(struct str date, int64_t as_of_us)
{
    int64_t us;
    if (!instant_parse(date, &us))
        return true;
    return as_of_us >= (date.len == 10 ? us + US_PER_DAY : us);
}

static bool touches_addressable(const struct control *c)
{
    for (uint32_t i = 0; i < c->citations.count; i++)
        if (citation_addressable(c->citations.items[i]))
            return true;
    return false;
}

static bool touches_required(const struct control *c)
{
    for (uint32_t i = 0; i < c->citations.count; i++)
        if (!citation_addressable(c->citations.items[i]))
            return true;
    return false;
}

static bool matches(const struct json *w, const struct control *c, const struct finding *f)
{
    struct str id = json_get_str(w, "finding");
    if (id.ptr)
        return str_eqz(id, f->id);
    struct str resource = json_get_str(w, "resource");
    return str_eq(json_get_str(w, "control"), c->id) && resource.ptr && str_glob(resource, f->resource);
}

/* What the waiver lacks, or NULL. */
static const char *missing(const struct json *w, bool addressable)
{
    static const char *const fields[] = {"owner", "reason", "expires", "not_reasonable", "alternative"};
    for (int i = 0; i < (addressable ? 5 : 3); i++)
        if (!json_get_str(w, fields[i]).len)
            return fields[i];
    return NULL;
}

static struct str record(struct arena *a, const struct json *w, const char *state, const char *kind, const char *lacks)
{
    struct buf b;
    struct json_out o;
    buf_init(&b, 1 << 20);
    jo_init(&o, &b, false);
    jo_object(&o);
    jo_kv_strz(&o, "state", state);
    jo_kv_strz(&o, "kind", kind);
    if (lacks)
        jo_kv_strz(&o, "missing", lacks);
    for json_each(it, w) {
        jo_key_str(&o, it->key);
        jo_value(&o, it);
    }
    jo_end_object(&o);
    struct str out = arena_str(a, buf_str(&b));
    buf_done(&b);
    return out;
}

static void apply(struct arena *a, const struct json *w, const struct control *c, int64_t as_of_us, struct finding *f,
                  struct control_tally *tally, struct control_summary *sum)
{
    bool addressable = touches_addressable(c);
    const char *lacks = missing(w, addressable), *kind = addressable ? "alternative-measure" : "risk-accepted";
    bool expired = !lacks && waiver_expired(json_get_str(w, "expires"), as_of_us);
    sum->refused_waivers += lacks != NULL;
    sum->expired_waivers += expired;
    f->waiver = record(a, w, lacks ? "incomplete" : expired ? "expired" : "applied", kind, lacks);
    if (lacks || expired)
        return;
    f->verdict = CONTROL_WAIVED;
    tally->risk_accepted += touches_required(c);
}

void waivers_apply(struct arena *a, const struct json *config, const struct control *c, int64_t as_of_us,
                   struct findings *list, struct control_tally *tally, struct control_summary *sum)
{
    const struct json *waivers = json_getz(config, "waivers");
    for (uint32_t i = 0; waivers && waivers->count && i < list->count; i++) {
        struct finding *f = &list->items[i];
        if (f->verdict != CONTROL_FAIL)
            continue;
        for json_each(w, waivers)
            if (f->verdict == CONTROL_FAIL && matches(w, c, f))
                apply(a, w, c, as_of_us, f, tally, sum);
    }
}

bool control_stray_waivers(struct arena *a, struct store *s, int64_t evaluation, struct strings *out, struct err *e)
{
    *out = (struct strings){.items = arena_array_of(a, struct str, STRAYS_MAX)};
    struct query *q = query_new(s,
                                "SELECT DISTINCT w.value ->> '$.finding' FROM config, json_each(config.doc, '$.waivers') w"
                                " WHERE w.value ->> '$.finding' NOT IN (SELECT id FROM finding WHERE evaluation = ?1)"
                                " ORDER BY 1", e);
    if (!q)
        return false;
    query_bind_int(q, 1, evaluation);
    while (out->count < STRAYS_MAX && query_step(q))
        out->items[out->count++] = arena_str(a, query_str(q, 0));
    return query_done(q);
}
