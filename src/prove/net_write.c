/* Cells of the network half as JSON, and their claims in the store. */
#include "prove/net_internal.h"

static const struct net_eni *eni_of(const struct net *n, struct net_ref at) { return at.kind == NET_ENI ? &n->enis[at.index] : NULL; }

static bool is_address_of(const struct net *n, uint32_t thing, ip_number ip)
{
    NET_EACH(i, n->things[thing].enis)
        NET_EACH(k, n->enis[n->eni_order[i]].addresses)
            if (ip_in(n->addresses[k].range, ip))
                return true;
    return false;
}

static struct str sender(struct arena *a, const struct net_half *h, const struct net_end *from)
{
    struct str id = net_id(h->net, from->at);
    if (from->at.kind != NET_EXTERNAL || h->net->externals[from->at.index].kind != EXTERNAL_INTERNET)
        return id;
    return from->ip ? arena_printf(a, "internet:%.*s", STR_ARG(ip_text(a, from->ip))) : STR("internet");
}

/* An address stands in many VPCs: it is named with the sender's, where it has it. */
static struct str receiver(struct arena *a, const struct net_half *h, const struct reach_witness *w)
{
    const struct net_eni *e = eni_of(h->net, w->flow.from.at);
    struct str text = ip_text(a, w->flow.to);
    if (w->flow.entrance_plus_one)
        return h->net->entrances[w->flow.entrance_plus_one - 1].id;
    if (is_address_of(h->net, w->to_thing, w->flow.to))
        return net_id(h->net, (struct net_ref){NET_THING, w->to_thing});
    if (e && net_address_at(h->net, e->vpc, w->flow.to) != NET_NONE)
        return arena_printf(a, "%.*s/%.*s", STR_ARG(h->net->vpcs[e->vpc].id), STR_ARG(text));
    return text;
}

struct str net_replay(struct arena *a, const struct net_half *h, const struct reach_witness *w)
{
    const struct net_flow *f = &w->flow;
    struct str from = sender(a, h, &f->from), to = receiver(a, h, w);
    struct str proto = f->proto == NET_TCP ? STR("tcp") : f->proto == NET_UDP ? STR("udp") : arena_printf(a, "%d", f->proto);
    if (f->proto == NET_ICMP || f->proto == NET_ICMP6)
        return arena_printf(a, "ward path %.*s %.*s --proto %.*s --dport %u/%u", STR_ARG(from), STR_ARG(to), STR_ARG(proto), (unsigned)f->dport >> 8, f->dport & 255U);
    if (f->proto != NET_TCP && f->proto != NET_UDP)
        return arena_printf(a, "ward path %.*s %.*s --proto %.*s", STR_ARG(from), STR_ARG(to), STR_ARG(proto));
    return arena_printf(a, "ward path %.*s %.*s --proto %.*s --dport %u --sport %u", STR_ARG(from), STR_ARG(to), STR_ARG(proto), f->dport, f->sport);
}

static void write_hops(const struct net_half *h, const char *key, const struct walk_hop *hops, uint32_t count, struct json_out *o)
{
    static const char *const acts[] = {"pass", "stop", "unknown"};
    jo_key(o, key);
    jo_array(o);
    for (uint32_t i = 0; i < count; i++) {
        const struct walk_hop *p = &hops[i];
        jo_object(o);
        jo_kv_str(o, "at", net_id(h->net, p->at));
        jo_kv_strz(o, "kind", net_kind_name(p->at.kind));
        jo_kv_str(o, "by", p->by.kind == NET_NOTHING ? str_make(NULL, 0) : net_id(h->net, p->by));
        jo_kv_strz(o, "act", acts[p->act]);
        jo_kv_str(o, "code", str_of(p->code));
        jo_kv_str(o, "note", p->note);
        jo_kv_str(o, "src", ip_text(h->arena, p->src));
        jo_kv_str(o, "dst", ip_text(h->arena, p->dst));
        jo_kv_int(o, "sport", p->sport);
        jo_kv_int(o, "dport", p->dport);
        jo_end_object(o);
    }
    jo_end_array(o);
}

void net_write_witness(const struct net_half *h, const struct reach_witness *w, struct json_out *o)
{
    jo_object(o);
    jo_kv_str(o, "from", net_thing_words(h->arena, h->net, w->from_thing));
    jo_kv_str(o, "to", net_thing_words(h->arena, h->net, w->to_thing));
    jo_kv_str(o, "sender", sender(h->arena, h, &w->flow.from));
    jo_kv_str(o, "address", ip_text(h->arena, w->flow.to));
    jo_kv_int(o, "proto", w->flow.proto);
    jo_kv_int(o, "sport", w->flow.sport);
    jo_kv_int(o, "dport", w->flow.dport);
    jo_key(o, "ports");
    jo_array(o);
    jo_int(o, w->lo);
    jo_int(o, w->hi);
    jo_end_array(o);
    jo_kv_bool(o, "chosen_source_ports", w->chosen_source_ports);
    jo_kv_strz(o, "verdict", w->path ? reach_verdict_name(w->path->verdict) : "unknown");
    jo_kv_bool(o, "internet", w->path && w->path->internet);
    write_hops(h, "hops", w->path ? w->path->hops : NULL, w->path ? w->path->hop_count : 0, o);
    write_hops(h, "return_hops", w->path ? w->path->return_hops : NULL, w->path ? w->path->return_count : 0, o);
    jo_kv_str(o, "replay", net_replay(h->arena, h, w));
    jo_end_object(o);
}

static void write_thing(const struct net_half *h, const char *key, uint32_t thing, struct json_out *o)
{
    jo_kv_str(o, key, thing == NET_NONE ? str_make(NULL, 0) : net_thing_words(h->arena, h->net, thing));
}

void net_write_cell(const struct net_half *h, const struct net_cell *c, struct json_out *o)
{
    jo_object(o);
    jo_kv_str(o, "subject", h->labels->names[c->subject]);
    jo_kv_str(o, "object", h->labels->names[c->object]);
    jo_kv_strz(o, "verdict", prove_verdict_name(c->verdict));
    jo_kv_strz(o, "word", net_word_name(c->word));
    jo_kv_int(o, "pivots", c->pivots);
    jo_kv_str(o, "reason", c->reason);
    jo_kv_int(o, "things", c->things);
    jo_kv_int(o, "stores", c->stores);
    write_thing(h, "from", c->from_thing, o);
    write_thing(h, "to", c->to_thing, o);
    jo_key(o, "over");
    jo_array(o);
    for (uint32_t i = 0; i + 1 < c->chain_count; i++)
        jo_str(o, net_thing_words(h->arena, h->net, c->chain[i]));
    jo_end_array(o);
    jo_key(o, "connections");
    jo_array(o);
    for (uint32_t i = 0; i < c->witness_count; i++)
        net_write_witness(h, &c->witnesses[i], o);
    jo_end_array(o);
    jo_key(o, "cuts");
    jo_array(o);
    for (uint32_t i = 0; i < c->cut_count; i++)
        jo_str(o, c->cuts[i]);
    jo_end_array(o);
    jo_key(o, "missing");
    jo_array(o);
    for (uint32_t i = 0; i < c->gap_count; i++)
        jo_str(o, h->missing[c->gaps[i]].what);
    jo_end_array(o);
    jo_end_object(o);
}

uint32_t net_assumptions(const struct net_half *h, struct prove_assumption **out)
{
    struct prove_assumption *fixed;
    uint32_t count = prove_assumptions_of(h->arena, "data/net/assumptions.tsv", &fixed);
    *out = arena_array_of(h->arena, struct prove_assumption, count + h->net->assumption_count + 1);
    memcpy(*out, fixed, count * sizeof *fixed);
    for (uint32_t i = 0; i < h->net->assumption_count; i++)
        (*out)[count++] = (struct prove_assumption){STR("assumption"), h->net->assumptions[i]};
    return count;
}

static bool claim_cells(struct prove_claims *c, const struct net_half *h)
{
    struct buf b;
    bool good = true;
    buf_init(&b, (size_t)16 << 20);
    for (uint32_t i = 0; i < h->cell_count && good; i++) {
        const struct net_cell *cell = &h->cells[i];
        struct json_out o;
        buf_reset(&b);
        jo_init(&o, &b, false);
        net_write_cell(h, cell, &o);
        good = prove_claims_add(c, h->labels->names[cell->subject], h->labels->names[cell->object], cell->verdict, cell->reason,
                                (cell->witness_count || cell->gap_count || cell->chain_count) && !b.failed ? buf_str(&b) : str_make(NULL, 0));
    }
    buf_done(&b);
    return good;
}

/* Where there are more cells than are listed, a row says so, for each kind: the violated ones are listed first. */
static bool claim_rest(struct prove_claims *c, const struct net_half *h)
{
    if (!h->cells_left)
        return true;
    enum prove_verdict v = h->counts[PROVE_VIOLATED] > NET_CELLS_MAX ? PROVE_VIOLATED : PROVE_UNKNOWN;
    struct str why = arena_printf(h->arena, "%llu more cells that are not proved have no claim of their own", (unsigned long long)h->cells_left);
    return prove_claims_add(c, STR("*"), STR("*"), v, why, str_make(NULL, 0));
}

bool net_half_keep(const struct net_half *h, struct store *s, const struct prove_record *r, int64_t *proof, struct err *e)
{
    struct prove_claims c;
    if (!prove_claims_begin(&c, s, r, "network", h->net->from_us, h->net->to_us, e))
        return false;
    *proof = c.proof;
    struct str why = STR("no connection from the subject to a thing of the object opens");
    bool good = claim_cells(&c, h) && claim_rest(&c, h) && (h->cells_left || prove_claims_proved(&c, h->labels, h->verdicts, h->is_object, why));
    return prove_claims_end(&c, good, e);
}
