#include "report/path.h"

#include "cli/term.h"
#include "codec/text.h"

enum { TERMS_SHOWN = 12 };

static enum paint paint_for(enum path_word w)
{
    static const enum paint paints[PATH_WORDS] = {[PATH_DIRECT] = PAINT_HIGH, [PATH_INTERNET] = PAINT_HIGH, [PATH_ONE_WAY] = PAINT_HIGH,
                                                  [PATH_PIVOT] = PAINT_HIGH, [PATH_UNKNOWN] = PAINT_UNKNOWN, [PATH_NONE] = PAINT_HEAD};
    return paints[w];
}

static const char *thing_word(enum net_thing_kind k)
{
    static const char *const words[] = {[THING_HOST] = "host", [THING_TASK] = "task", [THING_FUNCTION] = "function", [THING_STORE] = "store",
        [THING_BALANCER] = "balancer", [THING_NAT] = "NAT gateway", [THING_ENDPOINT] = "endpoint", [THING_EXTERNAL] = "network",
        [THING_GATEWAY] = "gateway", [THING_OTHER] = "interface"};
    return words[k];
}

static struct str with_name(struct arena *a, const char *kind, struct str id, struct str name)
{
    bool named = name.len && !str_eq(name, id);
    return arena_printf(a, "%s %.*s%s%.*s%s", kind, STR_ARG(id), named ? " (" : "", STR_ARG(named ? name : STR("")), named ? ")" : "");
}

struct str path_ref_text(const struct net *n, struct arena *a, struct net_ref r)
{
    struct str id = net_id(n, r);
    switch (r.kind) {
    case NET_NOTHING: return STR("");
    case NET_THING: return with_name(a, thing_word(n->things[r.index].kind), id, n->things[r.index].name);
    case NET_ENI: {
        const struct net_thing *t = &n->things[n->enis[r.index].thing];
        struct str of = net_id(n, (struct net_ref){NET_THING, n->enis[r.index].thing});
        if (str_eq(of, id) || str_eq(t->id, id))
            return with_name(a, "interface", id, t->name);
        return arena_printf(a, "%.*s of %.*s", STR_ARG(id), STR_ARG(with_name(a, thing_word(t->kind), t->id.len ? t->id : of, t->name)));
    }
    case NET_VPC: return with_name(a, "VPC", id, n->vpcs[r.index].name);
    case NET_SUBNET: return with_name(a, "subnet", id, n->subnets[r.index].name);
    case NET_GROUP: return with_name(a, "security group", id, n->groups[r.index].name);
    case NET_ROUTE: return arena_printf(a, "route table %.*s", STR_ARG(n->tables[n->routes[r.index].table].id));
    case NET_TGW_ROUTE: return arena_printf(a, "transit gateway route table %.*s", STR_ARG(n->tgw_tables[n->tgw_routes[r.index].table].id));
    case NET_ACL_ENTRY:
        return arena_printf(a, "network ACL %.*s entry %u", STR_ARG(n->acls[n->acl_entries[r.index].acl].id), n->acl_entries[r.index].number);
    case NET_RULE:
        if (id.len)
            return arena_printf(a, "%.*s of %.*s", STR_ARG(id), STR_ARG(n->groups[n->rules[r.index].group].id));
        return arena_printf(a, "a rule of %.*s", STR_ARG(n->groups[n->rules[r.index].group].id));
    case NET_EXTERNAL: return r.index == 0 ? STR("the Internet") : with_name(a, "network", id, n->externals[r.index].name);
    default: return with_name(a, net_kind_name(r.kind), id, STR(""));
    }
}

static struct str socket_text(struct arena *a, ip_number ip, uint16_t port, bool ports)
{
    struct str text = ip_text(a, ip);
    if (!ports)
        return text;
    return ip_is_v4(ip) ? arena_printf(a, "%.*s:%u", STR_ARG(text), port) : arena_printf(a, "[%.*s]:%u", STR_ARG(text), port);
}

/* What a note about it names it by. */
static struct str filter_id(const struct net *n, struct net_ref r)
{
    switch (r.kind) {
    case NET_RULE: return n->rules[r.index].id.len ? n->rules[r.index].id : n->groups[n->rules[r.index].group].id;
    case NET_ACL_ENTRY: return n->acls[n->acl_entries[r.index].acl].id;
    case NET_ROUTE: return n->routes[r.index].target_id;
    default: return net_id(n, r);
    }
}

static void hop_text(const struct net *n, struct arena *a, const struct walk_hop *h, int number, int indent, bool colour, struct buf *out)
{
    static const enum paint paints[] = {[HOP_PASS] = PAINT_PLAIN, [HOP_STOP] = PAINT_FAIL, [HOP_UNKNOWN] = PAINT_UNKNOWN};
    buf_addf(out, "%*s%2d ", indent, "", number);
    paint(out, colour, paints[h->act], path_ref_text(n, a, h->at));
    struct str by = path_ref_text(n, a, h->by);
    struct str by_id = filter_id(n, h->by);
    bool told = h->by.kind == NET_NOTHING || (h->by.kind == h->at.kind && h->by.index == h->at.index) ||
                (by_id.len && (str_contains(h->note, by_id) || str_contains(path_ref_text(n, a, h->at), by_id)));
    if (!told) {
        buf_addz(out, h->act == HOP_STOP ? ", stopped by " : ", ");
        text_safe(out, by);
    }
    if (h->note.len) {
        buf_addz(out, ": ");
        text_safe(out, h->note);
    }
    if (h->code)
        buf_addf(out, " [%s]", h->code);
    buf_addc(out, '\n');
}

static void packet_text(struct arena *a, const struct walk_hop *h, bool ports, int indent, struct buf *out)
{
    struct str src = socket_text(a, h->src, h->sport, ports), dst = socket_text(a, h->dst, h->dport, ports);
    buf_addf(out, "%*s   %.*s -> %.*s\n", indent, "", STR_ARG(src), STR_ARG(dst));
}

static bool same_packet(const struct walk_hop *x, const struct walk_hop *y)
{
    return x->src == y->src && x->dst == y->dst && x->sport == y->sport && x->dport == y->dport;
}

void path_hops_text(const struct net *n, struct arena *a, const struct walk_path *p, bool back, int indent, bool colour, struct buf *out)
{
    const struct walk_hop *hops = back ? p->return_hops : p->hops;
    uint32_t count = back ? p->return_count : p->hop_count;
    for (uint32_t i = 0; i < count; i++) {
        hop_text(n, a, &hops[i], (int)i + 1, indent, colour, out);
        if (i == 0 || !same_packet(&hops[i], &hops[i - 1]))
            packet_text(a, &hops[i], hops[i].sport || hops[i].dport, indent, out);
    }
}

static void flow_text(const struct path_report *r, struct buf *out)
{
    const struct net_flow *f = &r->answer->flow;
    bool ports = f->proto == NET_TCP || f->proto == NET_UDP;
    bool icmp = f->proto == NET_ICMP || f->proto == NET_ICMP6;
    ip_number src = f->from.ip ? f->from.ip : r->answer->path && r->answer->path->hop_count ? r->answer->path->hops[0].src : 0;
    struct str proto = path_proto_name(r->a, f->proto), from = socket_text(r->a, src, f->sport, ports), to = socket_text(r->a, f->to, f->dport, ports);
    buf_addf(out, "  %.*s %.*s -> %.*s", STR_ARG(proto), STR_ARG(from), STR_ARG(to));
    if (icmp) {
        struct str type = path_port_text(r->a, f->proto, f->dport, f->dport);
        buf_addf(out, " %.*s", STR_ARG(type));
    }
    buf_addc(out, '\n');
}

static const char *term_word(const struct path_term *t)
{
    switch (t->verdict) {
    case REACH_DIRECT: return t->internet ? "open over the Internet" : "open";
    case REACH_ONE_WAY: return "one way: arrives, and its answer does not return";
    default: return "not known";
    }
}

static void terms_text(const struct path_report *r, bool colour, struct buf *out)
{
    const struct path_answer *x = r->answer;
    if (!x->terms)
        return;
    buf_addc(out, '\n');
    paint(out, colour, PAINT_HEAD, STR("Ports"));
    buf_addz(out, x->term_count ? "\n" : "\n  none opens\n");
    for (uint32_t i = 0; i < x->term_count && i < TERMS_SHOWN; i++) {
        const struct path_term *t = &x->terms[i];
        struct str proto = path_proto_name(r->a, t->proto), ports = path_port_text(r->a, t->proto, t->lo, t->hi);
        bool all = t->lo == 0 && (t->hi == UINT16_MAX || (t->proto != NET_TCP && t->proto != NET_UDP && t->hi == 0));
        buf_addf(out, "  %.*s%s%.*s: %s\n", STR_ARG(proto), all ? "" : " ", STR_ARG(all ? STR("") : ports), term_word(t));
    }
    if (x->term_count > TERMS_SHOWN)
        buf_addf(out, "  and %u more: --output json\n", x->term_count - TERMS_SHOWN);
    if (x->capped)
        buf_addz(out, "  not all packets were tried: what is not listed is not known\n");
}

static void remarks_text(const struct path_report *r, struct buf *out)
{
    const struct path_answer *x = r->answer;
    const struct walk_path *p = x->path;
    if (r->q->from->note.len)
        buf_addf(out, "  note: %.*s\n", STR_ARG(r->q->from->note));
    if (r->q->to->note.len)
        buf_addf(out, "  note: %.*s\n", STR_ARG(r->q->to->note));
    if (p && p->appliance)
        buf_addz(out, "  note: an interface that forwards stands in the way; what it filters is not known, it is taken to let all through\n");
    if (p && p->return_unknown)
        buf_addz(out, "  note: the way of the answer is not known\n");
    if (p && x->word != PATH_NONE && p->internet && x->word != PATH_INTERNET)
        buf_addz(out, "  note: it passes the Internet\n");
}

static void section(const struct path_report *r, bool back, bool colour, struct buf *out)
{
    buf_addc(out, '\n');
    paint(out, colour, PAINT_HEAD, back ? STR("Back") : STR("There"));
    buf_addc(out, '\n');
    path_hops_text(r->n, r->a, r->answer->path, back, 2, colour, out);
}

static void cuts_text(const struct path_report *r, bool colour, struct buf *out)
{
    const struct path_answer *x = r->answer;
    if (!x->cut_count)
        return;
    buf_addc(out, '\n');
    paint(out, colour, PAINT_HEAD, STR("Any one of these closes it"));
    buf_addc(out, '\n');
    for (uint32_t i = 0; i < x->cut_count; i++) {
        buf_addz(out, "  ");
        text_safe(out, x->cuts[i].edit);
        buf_addc(out, '\n');
    }
}

/* The hosts between, each way as a question that can be asked. */
static void pivot_text(const struct path_report *r, bool colour, struct buf *out)
{
    const struct path_answer *x = r->answer;
    struct str from = r->q->from->text;
    if (!x->pivot_count)
        return;
    buf_addc(out, '\n');
    paint(out, colour, PAINT_HEAD, STR("Over hosts that run code"));
    buf_addc(out, '\n');
    for (uint32_t i = 0; i < x->pivot_count; i++) {
        struct net_ref at = {NET_THING, x->pivot[i]};
        struct str id = net_id(r->n, at);
        buf_addf(out, "  %u ", i + 1);
        text_safe(out, path_ref_text(r->n, r->a, at));
        buf_addz(out, ": ward path ");
        text_safe(out, from);
        buf_addc(out, ' ');
        text_safe(out, id);
        buf_addc(out, '\n');
        from = id;
    }
}

static uint32_t vpc_at(const struct net *n, struct net_ref r)
{
    switch (r.kind) {
    case NET_VPC: return r.index;
    case NET_ENI: return n->enis[r.index].vpc;
    case NET_SUBNET: return n->subnets[r.index].vpc;
    case NET_TABLE: return n->tables[r.index].vpc;
    default: return NET_NONE;
    }
}

/* It names a VPC or an account, and the path passes none such; what names neither is about all. */
static bool is_of_another(const struct path_report *r, struct str line)
{
    const struct net *n = r->n;
    const struct walk_path *p = r->answer->path;
    bool named = str_contains(line, STR("vpc-")) || str_contains(line, STR("Block Public Access of"));
    for (uint32_t i = 0; named && p && i < p->hop_count; i++) {
        uint32_t vpc = vpc_at(n, p->hops[i].at), account = vpc == NET_NONE ? NET_NONE : n->vpcs[vpc].account;
        if (vpc != NET_NONE && (str_contains(line, n->vpcs[vpc].id) || (account != NET_NONE && str_contains(line, n->accounts[account].id))))
            return false;
    }
    return named && p;
}

static void assumptions_text(const struct path_report *r, struct buf *out)
{
    bool any = false;
    for (uint32_t i = 0; i < r->n->assumption_count; i++) {
        if (is_of_another(r, r->n->assumptions[i]))
            continue;
        buf_addz(out, any ? "  " : "\nAssumed\n  ");
        text_safe(out, r->n->assumptions[i]);
        buf_addc(out, '\n');
        any = true;
    }
}

void path_report_text(const struct path_report *r, bool colour, struct buf *out)
{
    const struct path_answer *x = r->answer;
    paint(out, colour, paint_for(x->word), str_of(path_word_name(x->word)));
    if (x->word == PATH_PIVOT)
        buf_addf(out, "(%u)", x->pivot_count - 1);
    if (x->path && x->path->blocked_by && (x->word == PATH_NONE || x->word == PATH_ONE_WAY))
        buf_addf(out, " (%s)", x->path->blocked_by);
    buf_addz(out, "  ");
    text_safe(out, r->q->from->words);
    buf_addz(out, " -> ");
    text_safe(out, r->q->to->words);
    buf_addc(out, '\n');
    if (x->path)
        flow_text(r, out);
    if (x->reason.len && x->word != PATH_DIRECT) {
        buf_addz(out, "  ");
        text_safe(out, x->reason);
        buf_addc(out, '\n');
    }
    remarks_text(r, out);
    if (x->path) {
        section(r, false, colour, out);
        if (x->path->return_count)
            section(r, true, colour, out);
    }
    terms_text(r, colour, out);
    if (x->opens.len) {
        buf_addz(out, "\nThe first that would have to be there for it to open: ");
        text_safe(out, x->opens);
        buf_addc(out, '\n');
    }
    cuts_text(r, colour, out);
    pivot_text(r, colour, out);
    assumptions_text(r, out);
}
