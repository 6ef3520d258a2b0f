#include "report/path.h"

static struct str ref_id(const struct net *n, struct arena *a, struct net_ref r)
{
    struct str id = net_id(n, r);
    switch (r.kind) {
    case NET_ROUTE: return arena_printf(a, "%.*s", STR_ARG(n->tables[n->routes[r.index].table].id));
    case NET_TGW_ROUTE: return n->tgw_tables[n->tgw_routes[r.index].table].id;
    case NET_ACL_ENTRY:
        return arena_printf(a, "%.*s/%s/%u", STR_ARG(n->acls[n->acl_entries[r.index].acl].id), n->acl_entries[r.index].egress ? "egress" : "ingress",
                            n->acl_entries[r.index].number);
    case NET_RULE: return id.len ? id : n->groups[n->rules[r.index].group].id;
    default: return id;
    }
}

static void address(struct json_out *o, struct arena *a, const char *key, ip_number ip)
{
    if (ip)
        jo_kv_str(o, key, ip_text(a, ip));
    else {
        jo_key(o, key);
        jo_null(o);
    }
}

void path_hops_json(const struct net *n, struct arena *a, const struct walk_path *p, bool back, struct json_out *o)
{
    static const char *const acts[] = {[HOP_PASS] = "pass", [HOP_STOP] = "stop", [HOP_UNKNOWN] = "unknown"};
    const struct walk_hop *hops = back ? p->return_hops : p->hops;
    uint32_t count = back ? p->return_count : p->hop_count;
    jo_array(o);
    for (uint32_t i = 0; i < count; i++) {
        const struct walk_hop *h = &hops[i];
        jo_object(o);
        jo_kv_str(o, "at", ref_id(n, a, h->at));
        jo_kv_strz(o, "kind", net_kind_name(h->at.kind));
        jo_key(o, "by");
        if (h->by.kind == NET_NOTHING)
            jo_null(o);
        else {
            jo_object(o);
            jo_kv_strz(o, "kind", net_kind_name(h->by.kind));
            jo_kv_str(o, "id", ref_id(n, a, h->by));
            jo_end_object(o);
        }
        jo_kv_strz(o, "act", acts[h->act]);
        jo_kv_str(o, "code", str_of(h->code));
        jo_kv_str(o, "note", h->note);
        address(o, a, "src", h->src);
        address(o, a, "dst", h->dst);
        jo_kv_int(o, "sport", h->sport);
        jo_kv_int(o, "dport", h->dport);
        jo_end_object(o);
    }
    jo_end_array(o);
}

static void write_terms(const struct path_report *r, struct json_out *o)
{
    const struct path_answer *x = r->answer;
    jo_key(o, "terms");
    if (!x->terms) {
        jo_null(o);
        return;
    }
    jo_array(o);
    for (uint32_t i = 0; i < x->term_count; i++) {
        const struct path_term *t = &x->terms[i];
        jo_object(o);
        jo_kv_str(o, "proto", t->proto == NET_ANY_PROTOCOL ? STR("-1") : t->proto == 0 ? STR("0") : path_proto_name(r->a, t->proto));
        if (t->proto != NET_ANY_PROTOCOL && t->proto != 0) {
            jo_kv_int(o, "from", t->lo);
            jo_kv_int(o, "to", t->hi);
        }
        jo_kv_strz(o, "verdict", reach_verdict_name(t->verdict));
        jo_kv_bool(o, "internet", t->internet);
        jo_end_object(o);
    }
    jo_end_array(o);
}

static void write_flow(const struct path_report *r, struct json_out *o)
{
    const struct path_answer *x = r->answer;
    jo_key(o, "flow");
    if (!x->path) {
        jo_null(o);
        return;
    }
    const struct net_flow *f = &x->flow;
    jo_object(o);
    jo_kv_str(o, "proto", arena_printf(r->a, "%d", f->proto));
    address(o, r->a, "src", f->from.ip ? f->from.ip : x->path->hop_count ? x->path->hops[0].src : 0);
    jo_kv_int(o, "sport", f->sport);
    address(o, r->a, "dst", f->to);
    jo_kv_int(o, "dport", f->dport);
    jo_end_object(o);
}

static void write_nodes(const struct path_report *r, const char *key, bool back, struct json_out *o)
{
    struct str *nodes;
    uint32_t count = r->answer->path ? path_nodes(r->n, r->a, &r->answer->flow, r->answer->path, back, &nodes) : 0;
    jo_key(o, key);
    jo_array(o);
    for (uint32_t i = 0; i < count; i++)
        jo_str(o, nodes[i]);
    jo_end_array(o);
}

static void write_hops(const struct path_report *r, const char *key, bool back, struct json_out *o)
{
    jo_key(o, key);
    if (r->answer->path)
        path_hops_json(r->n, r->a, r->answer->path, back, o);
    else {
        jo_array(o);
        jo_end_array(o);
    }
}

static void write_notes(const struct path_report *r, struct json_out *o)
{
    jo_key(o, "notes");
    jo_array(o);
    if (r->q->from->note.len)
        jo_str(o, r->q->from->note);
    if (r->q->to->note.len)
        jo_str(o, r->q->to->note);
    if (r->answer->path && r->answer->path->appliance)
        jo_strz(o, "an interface that forwards stands in the way: what it filters is not known");
    if (r->answer->path && r->answer->path->return_unknown)
        jo_strz(o, "the way of the answer is not known");
    jo_end_array(o);
}

static void write_cuts(const struct path_report *r, struct json_out *o)
{
    jo_key(o, "cuts");
    jo_array(o);
    for (uint32_t i = 0; i < r->answer->cut_count; i++)
        jo_str(o, r->answer->cuts[i].edit);
    jo_end_array(o);
}

void path_answer_json(const struct path_report *r, struct json_out *o)
{
    const struct path_answer *x = r->answer;
    bool stopped = x->word == PATH_NONE || x->word == PATH_ONE_WAY || x->word == PATH_PIVOT;
    jo_kv_strz(o, "verdict", path_word_name(x->word));
    jo_key(o, "reach");
    if (x->word == PATH_UNKNOWN)
        jo_null(o);
    else
        jo_bool(o, x->word != PATH_NONE && x->word != PATH_PIVOT);
    jo_kv_str(o, "blocked_by", str_of(stopped && x->path ? x->path->blocked_by : NULL));
    jo_kv_str(o, "reason", x->reason);
    write_notes(r, o);
    write_flow(r, o);
    write_terms(r, o);
    write_nodes(r, "path", false, o);
    write_nodes(r, "return_path", true, o);
    write_hops(r, "hops", false, o);
    write_hops(r, "return_hops", true, o);
}

static void write_pivot(const struct path_report *r, struct json_out *o)
{
    jo_key(o, "pivot");
    jo_array(o);
    for (uint32_t i = 0; i < r->answer->pivot_count; i++)
        jo_str(o, net_id(r->n, (struct net_ref){NET_THING, r->answer->pivot[i]}));
    jo_end_array(o);
}

static void write_question(const struct path_report *r, struct json_out *o)
{
    jo_key(o, "question");
    jo_object(o);
    jo_kv_str(o, "src", r->q->from->text);
    jo_kv_str(o, "dst", r->q->to->text);
    const struct path_ports *p = &r->q->ports;
    jo_kv_str(o, "proto", path_proto_name(r->a, p->proto));
    jo_kv_str(o, "dport", p->any_port ? str_make(NULL, 0) : path_port_text(r->a, p->proto, p->lo, p->hi));
    jo_kv_str(o, "sport", p->any_sport ? str_make(NULL, 0) : path_port_text(r->a, NET_TCP, p->sport_lo, p->sport_hi));
    jo_end_object(o);
}

static void write_assumptions(const struct path_report *r, struct json_out *o)
{
    jo_key(o, "assumptions");
    jo_array(o);
    for (uint32_t i = 0; i < r->n->assumption_count; i++)
        jo_str(o, r->n->assumptions[i]);
    for (uint32_t i = 0; i < r->assumption_count; i++)
        jo_str(o, r->assumptions[i]);
    jo_end_array(o);
}

void path_report_json(const struct path_report *r, struct buf *out)
{
    struct json_out o;
    jo_init(&o, out, true);
    jo_object(&o);
    jo_kv_strz(&o, "schema", "ward.path/1");
    jo_kv_int(&o, "run", r->run);
    write_question(r, &o);
    path_answer_json(r, &o);
    jo_kv_str(&o, "opens", r->answer->opens);
    write_cuts(r, &o);
    write_pivot(r, &o);
    jo_kv_bool(&o, "capped", r->answer->capped);
    write_assumptions(r, &o);
    jo_end_object(&o);
    buf_addc(out, '\n');
}
