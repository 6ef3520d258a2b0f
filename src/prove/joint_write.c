/* Cells of the joint answer as JSON, and their claims in the store. */
#include "prove/joint.h"

static void write_step(const struct joint *j, const struct joint_hop *h, struct json_out *o)
{
    static const char *const kinds[] = {[JOINT_OPENS] = "opens", [JOINT_RUNS_AS] = "runs-as", [JOINT_IAM] = "iam"};
    jo_object(o);
    jo_kv_strz(o, "kind", kinds[h->kind]);
    jo_kv_str(o, "from", h->from);
    jo_kv_str(o, "to", h->to);
    jo_kv_str(o, "note", h->note);
    jo_key(o, "connection");
    if (h->witness)
        net_write_witness(j->network, h->witness, o);
    else
        jo_null(o);
    jo_key(o, "access");
    if (h->iam)
        prove_write_hop(h->iam, o);
    else
        jo_null(o);
    jo_end_object(o);
}

void joint_write_cell(const struct joint *j, const struct joint_cell *c, struct json_out *o)
{
    const struct str *names = j->iam->labels.names;
    jo_object(o);
    jo_kv_str(o, "subject", names[c->subject]);
    jo_kv_str(o, "object", names[c->object]);
    jo_kv_strz(o, "verdict", prove_verdict_name(c->verdict));
    jo_kv_str(o, "layer", c->layer);
    jo_kv_int(o, "pivots", c->pivots);
    jo_kv_str(o, "reason", c->reason);
    jo_key(o, "hops");
    jo_array(o);
    for (uint32_t i = 0; i < c->hop_count; i++)
        write_step(j, &c->hops[i], o);
    jo_end_array(o);
    jo_key(o, "cuts");
    jo_array(o);
    for (uint32_t i = 0; i < c->cut_count; i++)
        jo_str(o, c->cuts[i]);
    jo_end_array(o);
    jo_key(o, "iam");
    if (c->iam)
        prove_write_cell(j->iam, c->iam, o);
    else
        jo_null(o);
    jo_key(o, "network");
    if (c->network)
        net_write_cell(j->network, c->network, o);
    else
        jo_null(o);
    jo_end_object(o);
}

static bool is_replaced(const struct prove_assumption *own, uint32_t count, struct str text)
{
    for (uint32_t i = 0; i < count; i++)
        if (str_eqz(own[i].kind, "replaced") && str_eq(own[i].text, text))
            return true;
    return false;
}

uint32_t joint_assumptions(const struct joint *j, struct prove_assumption **out)
{
    struct prove_assumption *items[3];
    uint32_t counts[3] = {prove_assumptions(j->arena, &items[0]), net_assumptions(j->network, &items[1]),
                          prove_assumptions_of(j->arena, "data/net/joint.tsv", &items[2])};
    uint32_t kept = 0;
    *out = arena_array_of(j->arena, struct prove_assumption, counts[0] + counts[1] + counts[2] + 2);
    for (int part = 0; part < 3; part++)
        for (uint32_t i = 0; i < counts[part]; i++)
            if (!str_eqz(items[part][i].kind, "replaced") && !(part == 0 && is_replaced(items[2], counts[2], items[part][i].text)))
                (*out)[kept++] = items[part][i];
    if (j->iam->capped)
        (*out)[kept++] = (struct prove_assumption){STR("assumption"), STR("Some condition was too large to be judged to the end and is taken as one that can be met.")};
    return kept;
}

static bool claim_cells(struct prove_claims *c, const struct joint *j)
{
    const struct str *names = j->iam->labels.names;
    struct buf b;
    bool good = true;
    buf_init(&b, (size_t)16 << 20);
    for (uint32_t i = 0; i < j->cell_count && good; i++) {
        const struct joint_cell *cell = &j->cells[i];
        struct json_out o;
        buf_reset(&b);
        jo_init(&o, &b, false);
        joint_write_cell(j, cell, &o);
        bool told = cell->hop_count || cell->iam || cell->network;
        good = prove_claims_add(c, names[cell->subject], names[cell->object], cell->verdict, cell->reason, told ? buf_str(&b) : str_make(NULL, 0));
    }
    buf_done(&b);
    return good;
}

/* Cells past JOINT_CELLS_MAX are there too, without what they rest on. */
static bool claim_rest(struct prove_claims *c, const struct joint *j)
{
    static const enum prove_verdict order[] = {PROVE_VIOLATED, PROVE_UNKNOWN, PROVE_DECLARED};
    const struct prove_labels *l = &j->iam->labels;
    uint64_t at = 0;
    bool good = true;
    for (int o = 0; o < 3 && j->cells_left; o++)
        for (uint32_t x = 0; x < l->count; x++)
            for (uint32_t y = 0; y < l->count && good; y++)
                if (x != y && j->is_object[y] && joint_verdict_of(j, x, y) == order[o] && at++ >= j->cell_count)
                    good = prove_claims_add(c, l->names[x], l->names[y], order[o], STR("one of more cells than are listed"), str_make(NULL, 0));
    return good;
}

bool joint_keep(const struct joint *j, struct store *s, const struct prove_record *r, int64_t *proof, struct err *e)
{
    struct prove_claims c;
    if (!prove_claims_begin(&c, s, r, "both", j->iam->world->from_us, j->iam->world->to_us, e))
        return false;
    *proof = c.proof;
    bool good = claim_cells(&c, j) && claim_rest(&c, j) &&
                prove_claims_proved(&c, &j->iam->labels, j->verdicts, j->is_object,
                                    STR("neither a principal of the subject nor a host of it gets at data or things of the object, nor both together"));
    return prove_claims_end(&c, good, e);
}
