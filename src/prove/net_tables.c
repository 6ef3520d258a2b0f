#include "prove/net_tables.h"

#include "base/embed.h"
#include "codec/hash.h"

enum { PATH_MAX_BYTES = 600 };

static const char ddl[] =
    "DROP TABLE IF EXISTS reach_claim;"
    "CREATE TABLE reach_claim(subject TEXT, object TEXT, verdict TEXT, word TEXT, pivots INTEGER, reason TEXT, over TEXT, things INTEGER,"
    " stores INTEGER, missing TEXT, missing_action TEXT);"
    "DROP TABLE IF EXISTS reach_label;"
    "CREATE TABLE reach_label(label TEXT, kind TEXT, things INTEGER, stores INTEGER);"
    "DROP TABLE IF EXISTS reach_thing;"
    "CREATE TABLE reach_thing(thing TEXT, arn TEXT, type TEXT, account TEXT, region TEXT, name TEXT, label TEXT, store INTEGER,"
    " public_flag INTEGER, ports TEXT, missing TEXT, missing_action TEXT);"
    "DROP TABLE IF EXISTS reach_internet;"
    "CREATE TABLE reach_internet(thing TEXT, proto INTEGER, lo INTEGER, hi INTEGER, sure INTEGER, word TEXT, path TEXT);";
static const char indexes[] = "CREATE INDEX reach_internet_thing ON reach_internet (thing);";

bool net_tables_named(struct str sql)
{
    static const char *const names[] = {"reach_claim", "reach_label", "reach_thing", "reach_internet"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_contains(sql, str_of(names[i])))
            return true;
    return false;
}

struct net_tabler {
    struct arena *a;
    struct store *s;
    const struct net *n;
    struct net_half *h;
};

static bool put(struct query *q)
{
    bool good = query_run(q);
    query_reset(q);
    return good;
}

static struct str over(const struct net_tabler *t, const struct net_cell *c)
{
    struct buf b;
    buf_init(&b, 1 << 16);
    for (uint32_t i = 0; i + 1 < c->chain_count; i++) {
        buf_addz(&b, i ? " -> " : "");
        buf_add(&b, net_thing_words(t->a, t->n, c->chain[i]));
    }
    struct str out = b.len ? arena_str(t->a, buf_str(&b)) : str_make(NULL, 0);
    buf_done(&b);
    return out;
}

static bool put_claim(struct net_tabler *t, struct query *q, struct str subject, struct str object, const struct net_cell *c, struct str reason)
{
    const struct prove_missing *m = c->gap_count ? &t->h->missing[c->gaps[0]] : NULL;
    query_bind_str(q, 1, subject);
    query_bind_str(q, 2, object);
    query_bind_strz(q, 3, prove_verdict_name(c->verdict));
    query_bind_strz(q, 4, net_word_name(c->word));
    query_bind_int(q, 5, c->pivots);
    query_bind_str(q, 6, reason);
    query_bind_str(q, 7, over(t, c));
    query_bind_int(q, 8, c->things);
    query_bind_int(q, 9, c->stores);
    query_bind_str(q, 10, m ? m->what : str_make(NULL, 0));
    query_bind_str(q, 11, m ? m->action : str_make(NULL, 0));
    return put(q);
}

static bool put_proved(struct net_tabler *t, struct query *q)
{
    const struct prove_labels *l = t->h->labels;
    const struct net_cell none = {.verdict = PROVE_PROVED, .word = NET_WORD_NONE};
    bool good = true, all = l->count <= PROVE_CLAIMS_ALL;
    for (uint32_t x = 0; x < l->count && good; x++) {
        bool any = false;
        for (uint32_t y = 0; y < l->count && good; y++) {
            bool proved = x != y && t->h->is_object[y] && t->h->verdicts[(size_t)x * l->count + y] == PROVE_PROVED;
            any |= proved;
            if (proved && all)
                good = put_claim(t, q, l->names[x], l->names[y], &none, STR("no connection opens"));
        }
        if (any && !all)
            good = put_claim(t, q, l->names[x], STR("*"), &none, STR("every object that has no claim of its own"));
    }
    return good;
}

static bool fill_claims(struct net_tabler *t, struct err *e)
{
    struct query *q = query_new(t->s, "INSERT INTO reach_claim VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11)", e);
    bool good = q != NULL;
    for (uint32_t i = 0; i < t->h->cell_count && good; i++) {
        const struct net_cell *c = &t->h->cells[i];
        good = put_claim(t, q, t->h->labels->names[c->subject], t->h->labels->names[c->object], c, c->reason);
    }
    if (good && t->h->cells_left) {
        struct net_cell rest = {.verdict = t->h->counts[PROVE_VIOLATED] > NET_CELLS_MAX ? PROVE_VIOLATED : PROVE_UNKNOWN, .word = NET_WORD_UNKNOWN};
        good = put_claim(t, q, STR("*"), STR("*"), &rest, arena_printf(t->a, "%llu more cells are not proved", (unsigned long long)t->h->cells_left));
    }
    good = good && put_proved(t, q);
    return query_done(q) && good;
}

static bool is_object(const struct net_tabler *t, uint32_t thing)
{
    if (t->h->label_of[thing] >= t->h->labels->outside)
        return false;
    NET_EACH(i, t->n->things[thing].enis)
        if (t->n->enis[t->n->eni_order[i]].receives)
            return true;
    return false;
}

static bool fill_labels(struct net_tabler *t, struct err *e)
{
    const struct prove_labels *l = t->h->labels;
    uint32_t *things = arena_array_of(t->a, uint32_t, l->count + 1), *stores = arena_array_of(t->a, uint32_t, l->count + 1);
    for (uint32_t i = 0; i < t->n->things_count; i++)
        if (is_object(t, i)) {
            things[t->h->label_of[i]]++;
            stores[t->h->label_of[i]] += t->n->things[i].kind == THING_STORE;
        }
    struct query *q = query_new(t->s, "INSERT INTO reach_label VALUES (?1, ?2, ?3, ?4)", e);
    bool good = q != NULL;
    for (uint32_t i = 0; i < l->count && good; i++) {
        query_bind_str(q, 1, l->names[i]);
        query_bind_strz(q, 2, i < l->tenants ? "tenant" : i < l->unassigned ? "shared" : i == l->unassigned ? "unassigned" : "outside");
        query_bind_int(q, 3, things[i]);
        query_bind_int(q, 4, stores[i]);
        good = put(q);
    }
    return query_done(q) && good;
}

static struct str thing_key(const struct net_thing *t) { return t->arn.len ? t->arn : t->id.len ? t->id : t->name; }

/* The first missing fact that bears on who can reach things of the label from outside. */
static const struct prove_missing *missing_of(const struct net_half *h, uint32_t label)
{
    for (uint32_t i = 0; i < h->missing_count; i++) {
        const struct prove_missing *m = &h->missing[i];
        if ((!m->rows && !m->columns) || (m->rows && bits_get(m->rows, h->labels->outside)) || (m->columns && bits_get(m->columns, label)))
            return m;
    }
    return NULL;
}

static struct str ports_text(struct net_tabler *t, const struct net_thing *p)
{
    struct str out = {0};
    for (uint32_t i = 0; i < p->port_count; i++)
        out = arena_printf(t->a, "%.*s%s%u", STR_ARG(out), i ? "," : "", p->ports[i]);
    return out;
}

static bool put_thing(struct net_tabler *t, struct query *q, uint32_t row)
{
    const struct net_thing *p = &t->n->things[row];
    const struct prove_missing *m = missing_of(t->h, t->h->label_of[row]);
    query_bind_str(q, 1, thing_key(p));
    query_bind_str(q, 2, p->arn);
    query_bind_str(q, 3, p->type);
    query_bind_str(q, 4, p->account == NET_NONE ? str_make(NULL, 0) : t->n->accounts[p->account].id);
    query_bind_str(q, 5, p->vpc == NET_NONE ? str_make(NULL, 0) : t->n->vpcs[p->vpc].region);
    query_bind_str(q, 6, p->name);
    query_bind_str(q, 7, t->h->labels->names[t->h->label_of[row]]);
    query_bind_int(q, 8, p->kind == THING_STORE);
    query_bind_int(q, 9, p->public_flag);
    query_bind_str(q, 10, ports_text(t, p));
    query_bind_str(q, 11, m ? m->what : str_make(NULL, 0));
    query_bind_str(q, 12, m ? m->action : str_make(NULL, 0));
    return put(q);
}

static bool fill_things(struct net_tabler *t, struct err *e)
{
    struct query *q = query_new(t->s, "INSERT INTO reach_thing VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12)", e);
    bool good = q != NULL;
    for (uint32_t i = 0; i < t->n->things_count && good; i++)
        if (is_object(t, i))
            good = put_thing(t, q, i);
    return query_done(q) && good;
}

/* Gateways, groups and rules that let the packet through, in a line. */
static struct str path_text(struct net_tabler *t, uint32_t thing)
{
    static const enum reach_how hows[] = {HOW_DIRECT_INTERNET, HOW_DECLARED, HOW_ONE_WAY_INTERNET, HOW_UNKNOWN_INTERNET, HOW_DIRECT, HOW_ONE_WAY,
                                          HOW_UNKNOWN};
    struct reach_witness w = {0};
    struct err e = {0};
    bool found = false;
    for (size_t i = 0; i < sizeof hows / sizeof *hows && !found && !err_is_set(&e); i++)
        found = reach_witness_of(t->h->reach, t->a, t->n->externals[0].thing, thing, hows[i], &w, &e);
    if (!found || !w.path)
        return str_make(NULL, 0);
    struct buf b;
    struct str last = {0};
    buf_init(&b, PATH_MAX_BYTES);
    for (uint32_t i = 0; i < w.path->hop_count; i++) {
        struct str id = net_id(t->n, w.path->hops[i].by.kind == NET_NOTHING ? w.path->hops[i].at : w.path->hops[i].by);
        if (!id.len || str_eq(id, last) || b.len + id.len + 4 > PATH_MAX_BYTES)
            continue;
        buf_addz(&b, b.len ? " > " : "");
        buf_add(&b, id);
        last = id;
    }
    struct str out = arena_str(t->a, buf_str(&b));
    buf_done(&b);
    return out;
}

static bool answers(const struct net_thing *p, const struct reach_term *term)
{
    if (p->kind != THING_STORE || !p->port_count)
        return true;
    for (uint32_t i = 0; i < p->port_count; i++)
        if ((term->proto == NET_TCP || term->proto == NET_ANY_PROTOCOL) && term->lo <= p->ports[i] && p->ports[i] <= term->hi)
            return true;
    return false;
}

static bool put_terms(struct net_tabler *t, struct query *q, uint32_t thing)
{
    struct reach_term *terms;
    struct net_end from = {{NET_EXTERNAL, 0}, 0};
    uint32_t count = reach_terms(t->h->reach, t->a, from, (struct net_ref){NET_THING, thing}, &terms);
    struct str path = {0};
    bool good = true;
    for (uint32_t i = 0; i < count && good; i++) {
        const struct reach_term *m = &terms[i];
        if (m->verdict == REACH_NONE || !answers(&t->n->things[thing], m))
            continue;
        if (!path.ptr)
            path = path_text(t, thing);
        query_bind_str(q, 1, thing_key(&t->n->things[thing]));
        query_bind_int(q, 2, m->proto);
        query_bind_int(q, 3, m->lo);
        query_bind_int(q, 4, m->hi);
        m->verdict == REACH_UNKNOWN ? query_bind_null(q, 5) : query_bind_int(q, 5, 1);
        query_bind_strz(q, 6, m->verdict == REACH_DIRECT ? "DIRECT" : m->verdict == REACH_ONE_WAY ? "ONE-WAY" : "UNKNOWN");
        query_bind_str(q, 7, path);
        good = put(q);
    }
    return good;
}

static bool is_open(const struct net_tabler *t, uint32_t thing)
{
    for (int how = 0; how < HOW_COUNT; how++) {
        const uint64_t *bits = reach_labels(t->h->reach, thing, (enum reach_how)how);
        if (bits && bits_get(bits, t->h->labels->outside))
            return true;
    }
    return false;
}

static bool fill_internet(struct net_tabler *t, struct err *e)
{
    struct query *q = query_new(t->s, "INSERT INTO reach_internet VALUES (?1,?2,?3,?4,?5,?6,?7)", e);
    bool good = q != NULL;
    for (uint32_t i = 0; i < t->n->things_count && good && t->n->externals_count; i++)
        if (is_object(t, i) && is_open(t, i))
            good = put_terms(t, q, i);
    return query_done(q) && good;
}

/* The facts' key, ward's version, its tables of the network. */
static bool make_key(struct store *s, const char *version, char out[SHA256_HEX_MAX], bool *same, struct err *e)
{
    struct query *q = query_new(s, "SELECT key, value FROM store_meta WHERE key IN ('facts', 'reach') ORDER BY key DESC", e);
    struct buf b;
    char kept[SHA256_HEX_MAX] = "";
    if (!q)
        return false;
    buf_init(&b, (size_t)64 << 20);
    buf_addf(&b, "%s\n%s\n", version, ddl);
    while (query_step(q)) {
        struct str value = query_str(q, 1);
        if (str_eqz(query_str(q, 0), "facts"))
            buf_add(&b, value);
        else if (value.len < sizeof kept)
            memcpy(kept, value.ptr, value.len);
    }
    for (size_t i = 0; i < embedded_count; i++)
        if (strncmp(embedded_files[i].name, "data/net/", 9) == 0)
            buf_add(&b, (struct str){(const char *)embedded_files[i].data, embedded_files[i].size});
    sha256_hex(buf_str(&b), out);
    buf_done(&b);
    *same = strcmp(kept, out) == 0;
    return query_done(q);
}

static bool remember(struct store *s, const char *key, struct err *e)
{
    struct query *q = query_new(s, "INSERT OR REPLACE INTO store_meta(key, value) VALUES ('reach', ?1)", e);
    if (!q)
        return false;
    query_bind_strz(q, 1, key);
    bool ran = query_run(q);
    return query_done(q) && ran;
}

static bool write_tables(struct net_tabler *t, const char *key, struct err *e)
{
    if (!store_begin(t->s, e))
        return false;
    bool good = store_exec(t->s, ddl, e) && fill_claims(t, e) && fill_labels(t, e) && fill_things(t, e) && fill_internet(t, e) &&
                store_exec(t->s, indexes, e) && remember(t->s, key, e);
    if (good)
        return store_commit(t->s, e);
    store_rollback(t->s);
    return false;
}

static bool make(struct net_tabler *t, const struct json *config, const char *key, struct err *e)
{
    struct net *n = net_new(t->a);
    struct net_options o = {.assume_default_nacl = false};
    struct prove_labels *labels = arena_new_of(t->a, struct prove_labels);
    if (!net_load(n, t->s, config, &o, e))
        return false;
    net_half_labels(t->a, config, labels);
    t->n = n;
    t->h = net_half_prove(t->a, n, labels, config, e);
    bool good = t->h && write_tables(t, key, e);
    net_half_free(t->h);
    return good;
}

bool net_tables_make(struct store *s, const struct json *config, const char *version, struct err *e)
{
    char key[SHA256_HEX_MAX];
    bool same = false;
    if (!make_key(s, version, key, &same, e))
        return false;
    if (same)
        return true;
    struct net_tabler t = {.a = arena_new(1 << 20), .s = s};
    bool good = make(&t, config ? config : json_new(t.a, JSON_OBJECT), key, e);
    arena_free(t.a);
    if (!good)
        err_context(e, "working out who can open a connection to what");
    return good;
}
