/* Proof and claims in the store. */
#include "prove/prove.h"

#include "codec/hash.h"

enum prove_verdict prove_overall(const struct proof *p)
{
    return p->counts[PROVE_VIOLATED]  ? PROVE_VIOLATED
           : p->counts[PROVE_UNKNOWN] ? PROVE_UNKNOWN
                                      : PROVE_PROVED;
}

static void write_strings(struct json_out *o, const char *key, const struct str *items, uint32_t count)
{
    jo_key(o, key);
    jo_array(o);
    for (uint32_t i = 0; i < count; i++)
        jo_str(o, items[i]);
    jo_end_array(o);
}

static void write_statements(struct json_out *o, const struct prove_hop *h)
{
    jo_key(o, "statements");
    jo_array(o);
    for (uint32_t i = 0; i < h->statement_count; i++) {
        jo_object(o);
        jo_kv_str(o, "layer", h->statements[i].layer);
        jo_kv_str(o, "policy", h->statements[i].policy);
        jo_kv_str(o, "of", h->statements[i].of);
        jo_kv_str(o, "sid", h->statements[i].sid.len ? h->statements[i].sid : (struct str){0});
        jo_kv_int(o, "statement", (int64_t)h->statements[i].index + 1);
        jo_end_object(o);
    }
    jo_end_array(o);
}

void prove_write_hop(const struct prove_hop *h, struct json_out *o)
{
    jo_object(o);
    jo_kv_str(o, "from", h->from);
    jo_kv_str(o, "to", h->to);
    jo_kv_str(o, "path", h->path);
    jo_kv_str(o, "how", h->title);
    write_strings(o, "actions", h->actions, h->action_count);
    write_strings(o, "on", h->resources, h->action_count);
    write_statements(o, h);
    jo_key(o, "condition");
    residue_write_json(h->guard, o);
    jo_key(o, "requests");
    jo_array(o);
    for (uint32_t i = 0; i < h->request_count; i++)
        jo_raw(o, h->requests[i]);
    jo_end_array(o);
    jo_end_object(o);
}

void prove_write_cell(const struct proof *p, const struct prove_cell *c, struct json_out *o)
{
    jo_object(o);
    jo_kv_str(o, "subject", p->labels.names[c->subject]);
    jo_kv_str(o, "object", p->labels.names[c->object]);
    jo_kv_strz(o, "verdict", prove_verdict_name(c->verdict));
    jo_kv_strz(o, "level", c->level == LEVEL_NEVER ? "missing" : graph_level_name(c->level));
    jo_kv_str(o, "reason", c->reason);
    jo_key(o, "stores");
    c->reach ? jo_int(o, c->reach->stores) : jo_null(o);
    jo_key(o, "chain");
    jo_array(o);
    for (uint32_t i = 0; i < c->hop_count; i++)
        prove_write_hop(&c->hops[i], o);
    jo_end_array(o);
    jo_key(o, "cuts");
    jo_array(o);
    for (uint32_t i = 0; i < c->cut_count; i++) {
        jo_object(o);
        jo_kv_str(o, "edit", c->cuts[i].edit);
        jo_kv_strz(o, "breaks", c->cuts[i].all ? "all shortest chains" : "this chain");
        jo_end_object(o);
    }
    jo_end_array(o);
    jo_key(o, "missing");
    jo_array(o);
    for (uint32_t i = 0; i < c->gap_count; i++)
        jo_str(o, p->missing[c->gaps[i]].what);
    jo_end_array(o);
    jo_end_object(o);
}

static bool insert_proof(struct store *s, const struct prove_record *r, const char *layer, int64_t from_us, int64_t to_us, int64_t *id, struct err *e)
{
    char hex[SHA256_HEX_MAX] = "";
    struct buf b;
    buf_init(&b, 16 << 20);
    if (r->config)
        json_write_canonical(&b, r->config);
    sha256_hex(buf_str(&b), hex);
    buf_done(&b);
    struct query *q = query_new(s, "INSERT INTO proof(run, at_us, layer, tool_version, config_sha256, from_us, to_us, summary)"
                                   " VALUES (?1, ?2, ?8, ?3, ?4, ?5, ?6, ?7)", e);
    if (!q)
        return false;
    query_bind_int(q, 1, r->run);
    query_bind_int(q, 2, r->at_us);
    query_bind_strz(q, 3, r->tool_version);
    query_bind_strz(q, 4, hex);
    query_bind_int(q, 5, from_us);
    query_bind_int(q, 6, to_us);
    query_bind_str(q, 7, r->summary);
    query_bind_strz(q, 8, layer);
    bool good = query_run(q);
    *id = store_last_id(s);
    return query_done(q) && good;
}

bool prove_claims_begin(struct prove_claims *c, struct store *s, const struct prove_record *r, const char *layer, int64_t from_us, int64_t to_us,
                        struct err *e)
{
    *c = (struct prove_claims){.store = s, .layer = layer};
    if (!store_begin(s, e))
        return false;
    if (!insert_proof(s, r, layer, from_us, to_us, &c->proof, e)) {
        store_rollback(s);
        return false;
    }
    c->q = query_new(s, "INSERT INTO claim(proof, subject, object, layer, verdict, reason, witness) VALUES (?1, ?2, ?3, ?7, ?4, ?5, ?6)", e);
    return true;
}

bool prove_claims_add(struct prove_claims *c, struct str subject, struct str object, enum prove_verdict v, struct str reason, struct str witness)
{
    if (!c->q)
        return false;
    query_bind_int(c->q, 1, c->proof);
    query_bind_str(c->q, 2, subject);
    query_bind_str(c->q, 3, object);
    query_bind_strz(c->q, 4, prove_verdict_name(v));
    query_bind_str(c->q, 5, reason.ptr ? reason : STR(""));
    query_bind_str(c->q, 6, witness);
    query_bind_strz(c->q, 7, c->layer);
    bool good = query_run(c->q);
    query_reset(c->q);
    return good;
}

bool prove_claims_proved(struct prove_claims *c, const struct prove_labels *l, const uint8_t *verdicts, const bool *is_object, struct str why)
{
    bool good = true, all = l->count <= PROVE_CLAIMS_ALL;
    struct str none = {0};
    for (uint32_t x = 0; x < l->count && good; x++) {
        if (!all)
            good = prove_claims_add(c, l->names[x], STR("*"), PROVE_PROVED, STR("every object that has no claim of its own"), none);
        for (uint32_t y = 0; y < l->count && good && all; y++)
            if (x != y && is_object[y] && verdicts[(size_t)x * l->count + y] == PROVE_PROVED)
                good = prove_claims_add(c, l->names[x], l->names[y], PROVE_PROVED, why, none);
    }
    return good;
}

bool prove_claims_end(struct prove_claims *c, bool good, struct err *e)
{
    good = query_done(c->q) && good && store_commit(c->store, e);
    if (!good)
        store_rollback(c->store);
    return good;
}

static bool claim_cells(struct prove_claims *c, const struct proof *p)
{
    struct buf b;
    bool good = true;
    buf_init(&b, (size_t)16 << 20);
    for (uint32_t i = 0; i < p->cell_count && good; i++) {
        const struct prove_cell *cell = &p->cells[i];
        struct json_out o;
        buf_reset(&b);
        jo_init(&o, &b, false);
        prove_write_cell(p, cell, &o);
        good = prove_claims_add(c, p->labels.names[cell->subject], p->labels.names[cell->object], cell->verdict, cell->reason,
                                cell->hop_count || cell->gap_count ? buf_str(&b) : (struct str){0});
    }
    buf_done(&b);
    return good;
}

bool prove_keep(const struct proof *p, struct store *s, const struct prove_record *r, int64_t *proof, struct err *e)
{
    struct prove_claims c;
    if (!prove_claims_begin(&c, s, r, "iam", p->world->from_us, p->world->to_us, e))
        return false;
    *proof = c.proof;
    bool good = claim_cells(&c, p) && prove_claims_proved(&c, &p->labels, p->verdicts, p->is_object, STR("no principal of the subject reaches data of the object"));
    return prove_claims_end(&c, good, e);
}

bool prove_new_violations(struct store *s, int64_t proof, uint64_t *count, struct err *e)
{
    struct query *q = query_new(s, "SELECT count(*) FROM claim c WHERE c.proof = ?1 AND c.verdict = 'violated' AND NOT EXISTS (SELECT 1 FROM claim b"
                                   " WHERE b.proof = (SELECT max(id) FROM proof WHERE id < ?1 AND layer = c.layer) AND b.subject = c.subject"
                                   " AND b.object = c.object AND b.layer = c.layer AND b.verdict = 'violated')", e);
    if (!q)
        return false;
    query_bind_int(q, 1, proof);
    *count = query_step(q) ? (uint64_t)query_int(q, 0) : 0;
    return query_done(q);
}
