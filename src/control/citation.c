#include "control/citation.h"

#include "base/embed.h"
#include "control/waiver.h"

enum { CITATIONS_MAX = 128 };

const char *citation_state_name(enum citation_state s)
{
    static const char *const names[] = {"supported", "contradicted", "insufficient", "document-needed",
                                        "document-attested", "no-resource"};
    return names[s];
}

/* One line of data/cfr.tsv: section, title, kind, evidence, note. False at the end. */
static bool next_line(struct str *rest, struct citation *out)
{
    while (rest->ptr && rest->len) {
        struct str line = str_cut(rest, '\n');
        if (!line.len || line.ptr[0] == '#')
            continue;
        struct citation c = {0};
        c.section = str_cut(&line, '\t');
        c.title = str_cut(&line, '\t');
        c.kind = str_cut(&line, '\t');
        c.by_specifications = str_eqz(str_cut(&line, '\t'), "specifications");
        c.note = line;
        *out = c;
        return true;
    }
    return false;
}

static bool find(struct str section, struct citation *out)
{
    struct str rest = embed_get("data/cfr.tsv");
    while (next_line(&rest, out))
        if (str_eq(out->section, section))
            return true;
    return false;
}

bool citation_known(struct str section)
{
    struct citation c;
    return find(section, &c);
}

bool citation_addressable(struct str section)
{
    struct citation c;
    return find(section, &c) && str_eqz(c.kind, "addressable");
}

struct citation *citations_all(struct arena *a, uint32_t *count)
{
    struct citation *list = arena_array_of(a, struct citation, CITATIONS_MAX);
    struct str rest = embed_get("data/cfr.tsv");
    *count = 0;
    while (*count < CITATIONS_MAX && next_line(&rest, &list[*count]))
        ++*count;
    return list;
}

struct view { /* what the controls say of one citation */
    uint32_t controls, pass, fail, unknown, waived, risk_accepted, applicable;
    struct buf failing, undecided;
};

static bool cites(const struct control *c, struct str section)
{
    for (uint32_t i = 0; i < c->citations.count; i++)
        if (str_eq(c->citations.items[i], section))
            return true;
    return false;
}

static void add_name(struct buf *b, struct str id)
{
    if (b->len < 400)
        buf_addf(b, "%s%.*s", b->len ? ", " : "", STR_ARG(id));
    else if (!str_ends(buf_str(b), STR(" ...")))
        buf_addz(b, " ...");
}

static void look(struct view *v, const struct citation *ct, const struct controls *c, const struct control_tally *t)
{
    for (uint32_t i = 0; i < c->count; i++) {
        if (!cites(&c->items[i], ct->section))
            continue;
        v->controls++;
        v->pass += t[i].counts[CONTROL_PASS] > 0;
        v->applicable += t[i].verdict != CONTROL_NOT_APPLICABLE;
        v->waived += t[i].counts[CONTROL_WAIVED] > 0;
        /* waiving an addressable specification is lawful with an alternative; a required one stays broken */
        bool accepted = t[i].risk_accepted > 0 && !str_eqz(ct->kind, "addressable");
        v->risk_accepted += accepted;
        if (t[i].counts[CONTROL_FAIL] > 0 || accepted) {
            v->fail++;
            add_name(&v->failing, c->items[i].id);
        }
        if (t[i].counts[CONTROL_UNKNOWN] > 0) {
            v->unknown++;
            add_name(&v->undecided, c->items[i].id);
        }
    }
}

/* A dated document that somebody stands for and that is not expired. */
static const struct json *attestation(const struct json *config, struct str section, int64_t as_of_us, bool *expired)
{
    *expired = false;
    for json_each(it, json_getz(config, "attestations")) {
        if (!str_eq(json_get_str(it, "citation"), section) || !json_get_str(it, "document").len ||
            !json_get_str(it, "owner").len)
            continue;
        if (!waiver_expired(json_get_str(it, "expires"), as_of_us))
            return it;
        *expired = true;
    }
    return NULL;
}

static enum citation_state by_document(struct arena *a, const struct citation *ct, const struct json *config,
                                       int64_t as_of_us, struct str *detail)
{
    bool expired;
    const struct json *doc = attestation(config, ct->section, as_of_us, &expired);
    if (doc) {
        *detail = arena_printf(a, "%.*s, attested by %.*s until %.*s; ward has not read it",
                               STR_ARG(json_get_str(doc, "document")), STR_ARG(json_get_str(doc, "owner")),
                               STR_ARG(json_get_str(doc, "expires")));
        return CITATION_DOCUMENT_ATTESTED;
    }
    *detail = arena_printf(a, "%s%s%.*s", expired ? "the attestation has expired" : "a document is needed",
                           ct->note.len ? ". " : "", STR_ARG(ct->note));
    return CITATION_DOCUMENT_NEEDED;
}

static enum citation_state by_controls(struct arena *a, struct view *v, struct str *detail)
{
    if (v->fail) {
        *detail = arena_printf(a, "%u of %u controls contradict it: %s%s", v->fail, v->controls, buf_cstr(&v->failing),
                               v->risk_accepted ? " (risk accepted by waiver, not met by it)" : "");
        return CITATION_CONTRADICTED;
    }
    if (v->unknown) {
        *detail = arena_printf(a, "%u of %u controls could not be decided: %s", v->unknown, v->controls,
                               buf_cstr(&v->undecided));
        return CITATION_INSUFFICIENT;
    }
    if (!v->applicable) {
        *detail = arena_printf(a, "%u controls, and no resource in scope of any", v->controls);
        return CITATION_NO_RESOURCE;
    }
    *detail = arena_printf(a, "%u of %u controls with resources in scope support it%s", v->applicable, v->controls,
                           v->waived ? ", some by an alternative measure (164.306(d)(3))" : "");
    return CITATION_SUPPORTED;
}

/* The worst of the specifications below: "164.308(a)(1)(i)" has "164.308(a)(1)(ii)(A)" and so on. */
static enum citation_state by_specifications(struct arena *a, const struct citation *list, const enum citation_state *states,
                                             uint32_t count, uint32_t at, struct str *detail)
{
    static const int rank[] = {[CITATION_SUPPORTED] = 1,         [CITATION_CONTRADICTED] = 5, [CITATION_INSUFFICIENT] = 4,
                               [CITATION_DOCUMENT_NEEDED] = 3, [CITATION_DOCUMENT_ATTESTED] = 2, [CITATION_NO_RESOURCE] = 0};
    struct str section = list[at].section;
    struct str stem = str_sub(section, 0, (size_t)str_rindex(section, '('));
    enum citation_state worst = CITATION_NO_RESOURCE;
    for (uint32_t i = 0; i < count; i++)
        if (i != at && str_starts(list[i].section, stem) && rank[states[i]] > rank[worst])
            worst = states[i];
    *detail = arena_printf(a, "through its specifications %.*s(ii)(A) and on", STR_ARG(stem));
    return worst;
}

static bool write_one(struct query *q, int64_t evaluation, uint32_t ord, const struct citation *ct, enum citation_state state,
                      struct str detail)
{
    query_bind_int(q, 1, evaluation);
    query_bind_str(q, 2, ct->section);
    query_bind_int(q, 3, ord);
    query_bind_str(q, 4, ct->title);
    query_bind_str(q, 5, ct->kind);
    query_bind_strz(q, 6, citation_state_name(state));
    query_bind_str(q, 7, detail);
    return query_run(q);
}

static void view_one(struct arena *a, const struct citation *ct, const struct controls *c, const struct control_tally *t,
                     const struct json *config, int64_t as_of_us, enum citation_state *state, struct str *detail)
{
    struct view v = {0};
    buf_init(&v.failing, 1024);
    buf_init(&v.undecided, 1024);
    look(&v, ct, c, t);
    *state = v.controls ? by_controls(a, &v, detail) : by_document(a, ct, config, as_of_us, detail);
    buf_done(&v.failing);
    buf_done(&v.undecided);
}

bool citations_write(struct arena *a, struct store *s, int64_t evaluation, const struct controls *c,
                     const struct control_tally *tallies, const struct json *config, int64_t as_of_us,
                     struct control_summary *sum, struct err *e)
{
    uint32_t count;
    struct citation *list = citations_all(a, &count);
    enum citation_state states[CITATIONS_MAX];
    struct str details[CITATIONS_MAX];
    for (uint32_t i = 0; i < count; i++)
        view_one(a, &list[i], c, tallies, config, as_of_us, &states[i], &details[i]);
    for (uint32_t i = 0; i < count; i++)
        if (list[i].by_specifications)
            states[i] = by_specifications(a, list, states, count, i, &details[i]);
    struct query *q = query_new(s, "INSERT INTO citation_result VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)", e);
    bool good = q != NULL;
    for (uint32_t i = 0; good && i < count; i++) {
        sum->citations[states[i]]++;
        good = write_one(q, evaluation, i + 1, &list[i], states[i], details[i]);
    }
    return query_done(q) && good;
}
