/* The walker's entry: who sends, and which way is told first. */
#include "reach/walk_internal.h"

const char *reach_verdict_name(enum reach_verdict v)
{
    static const char *const names[REACH_VERDICTS] = {"none", "unknown", "one-way", "direct"};
    return v < REACH_VERDICTS ? names[v] : "";
}

/* An address of the Internet that is nobody's here, to stand for all of them. */
static ip_number stranger(const struct net *n, bool v4)
{
    ip_number ip;
    if (!v4) {
        ip_parse(STR("2001:db8:ffff:ffff::1"), &ip);
        return ip;
    }
    ip_parse(STR("198.51.100.77"), &ip);
    while (net_public_at(n, ip) != NET_NONE)
        ip++;
    return ip;
}

static ip_number outside_address(const struct net *n, uint32_t external, bool v4)
{
    const struct net_external *x = &n->externals[external];
    NET_EACH (i, x->ranges)
        if (ip_is_v4(n->external_ranges[i].range.lo) == v4)
            return n->external_ranges[i].range.lo;
    if (x->kind == EXTERNAL_INTERNET || x->kind == EXTERNAL_AWS)
        return stranger(n, v4);
    ip_number ip;
    ip_parse(v4 ? STR("192.168.255.254") : STR("fd00:ffff:ffff::1"), &ip);
    return ip;
}

static uint32_t own_row(const struct net *n, uint32_t eni, ip_number ip)
{
    NET_EACH (i, n->enis[eni].addresses)
        if (ip_in(n->addresses[i].range, ip))
            return i;
    return NET_NONE;
}

static ip_number primary(const struct net *n, uint32_t eni, bool v4)
{
    ip_number found = 0;
    NET_EACH (i, n->enis[eni].addresses) {
        const struct net_address *a = &n->addresses[i];
        if (ip_is_v4(a->range.lo) == v4 && (!found || a->primary))
            found = a->range.lo;
    }
    return found;
}

/* Client VPN's authorization rules (Client VPN Administrator Guide, "Authorization rules"). */
static bool may_send_to(struct walker *w, const struct packet *p, uint32_t eni)
{
    const struct net_eni *e = &w->n->enis[eni];
    bool allowed = !e->limits.count;
    NET_EACH (i, e->limits)
        allowed = allowed || ip_in(w->n->eni_limits[i].range, p->dst);
    if (!allowed)
        walk_stop(w, p, ref_of(NET_ENI, eni), no_ref(), "NO_POSSIBLE_DESTINATION",
                  STR("no authorization rule admits the destination"));
    return allowed;
}

static void in_vpc_of_entrance(struct walker *w, struct packet p, uint32_t eni)
{
    ip_number lattice; /* 169.254.171.0/24: VPC Lattice User Guide, "How to connect to VPC Lattice" */
    ip_parse(STR("169.254.171.1"), &lattice);
    p.dst = lattice;
    if (w->n->entrances[w->entrance].from_vpc != p.vpc)
        walk_stop(w, &p, ref_of(NET_ENTRANCE, w->entrance), no_ref(), "DISCONNECTED_VPCS",
                  STR("it is not open to this VPC"));
    else if (pass_groups(w, &p, eni, true))
        walk_entrance(w, p, w->entrance);
}

/* Anti-spoofing: an interface with the source/destination check sends from its own addresses (EC2 User Guide). */
static void from_interface(struct walker *w, struct packet p, uint32_t eni)
{
    const struct net *n = w->n;
    const struct net_eni *e = &n->enis[eni];
    struct net_ref at = ref_of(NET_ENI, eni);
    if (!p.src)
        p.src = primary(n, eni, ip_is_v4(p.dst));
    uint32_t row = own_row(n, eni, p.src);
    p.vpc = e->vpc;
    p.subnet = e->subnet;
    p.sender = eni;
    p.sender_vpc = row == NET_NONE ? NET_NONE : e->vpc;
    p.public_ip = row == NET_NONE ? 0 : n->addresses[row].public_ip;
    walk_leg_open(w, &p, at);
    if (!e->sources) {
        walk_stop(w, &p, at, no_ref(), n->endpoint_of[e->thing] == NET_NONE ? "NO_PATH" : "VPCE_INTRA_VPC_TRAFFIC",
                  STR("nothing that its owner runs sends from it"));
        return;
    }
    if (!p.src || (row == NET_NONE && !e->forwards)) {
        walk_stop(w, &p, at, no_ref(), "ENI_ADDRESS_RESTRICTION", STR("the source is no address of the interface"));
        return;
    }
    bool in_vpc = w->entrance != NET_NONE && n->entrances[w->entrance].from_vpc != NET_NONE;
    if (in_vpc)
        in_vpc_of_entrance(w, p, eni);
    else if (may_send_to(w, &p, eni))
        walk_send(w, p, eni);
}

static void from_external(struct walker *w, struct packet p, uint32_t external)
{
    struct net_ref at = ref_of(NET_EXTERNAL, external);
    if (!p.src)
        p.src = outside_address(w->n, external, ip_is_v4(p.dst));
    walk_leg_open(w, &p, at);
    walk_pass(w, &p, at, no_ref(), walk_text(w, "from ", w->n->externals[external].id, ""));
    if (w->entrance == NET_NONE)
        walk_from_external(w, p, external);
    else if (w->n->entrances[w->entrance].from_external == external)
        walk_entrance(w, p, w->entrance);
    else
        walk_stop(w, &p, ref_of(NET_ENTRANCE, w->entrance), no_ref(), "DISCONNECTED_VPCS",
                  STR("it is not open to this network"));
}

/* At a router: whoever sends it is not asked. */
static void from_router(struct walker *w, struct packet p, struct net_ref at)
{
    const struct net *n = w->n;
    p.subnet = at.kind == NET_SUBNET ? at.index : NET_NONE;
    p.vpc = p.sender_vpc = at.kind == NET_SUBNET ? n->subnets[at.index].vpc : at.index;
    if (!p.src && at.kind == NET_SUBNET && n->subnets[at.index].cidrs.count)
        p.src = n->subnet_cidrs[n->subnets[at.index].cidrs.first].range.lo + 9;
    uint32_t row = p.src ? net_address_at(n, p.vpc, p.src) : NET_NONE;
    if (row != NET_NONE) {
        p.sender = n->addresses[row].eni;
        p.public_ip = n->addresses[row].public_ip;
    } else if (!net_vpc_holds(n, p.vpc, p.src)) {
        p.sender_vpc = NET_NONE;
    }
    walk_leg_open(w, &p, at);
    if (at.kind == NET_SUBNET)
        walk_leave(w, p, at.index);
    else
        walk_local(w, p);
}

static bool starts(struct walker *w, const struct net_flow *f)
{
    /* cppcheck-suppress ctuuninitvar ; walk_flow() has set it: the rest of the walker is too large to clear each time */
    const struct net *n = w->n;
    struct packet p = {.src = f->from.ip,
                       .dst = f->to,
                       .sport = f->sport,
                       .dport = f->dport,
                       .proto = f->proto,
                       .sender = NET_NONE,
                       .client = NET_NONE,
                       .egress_checked = NET_NONE,
                       .sender_vpc = NET_NONE,
                       .vpc = NET_NONE,
                       .subnet = NET_NONE};
    uint32_t i = f->from.at.index;
    w->entrance = f->entrance_plus_one ? f->entrance_plus_one - 1 : NET_NONE;
    if (w->entrance != NET_NONE && w->entrance >= n->entrances_count)
        return false;
    if (w->entrance != NET_NONE && !p.dst)
        p.dst = stranger(n, true);
    switch (f->from.at.kind) {
    case NET_ENI:
        if (i < n->enis_count && n->enis[i].vpc != NET_NONE)
            return from_interface(w, p, i), true;
        return false;
    case NET_EXTERNAL:
        if (i < n->externals_count)
            return from_external(w, p, i), true;
        return false;
    case NET_SUBNET:
        if (i < n->subnets_count && n->subnets[i].vpc != NET_NONE)
            return from_router(w, p, f->from.at), true;
        return false;
    case NET_VPC:
        if (i < n->vpcs_count)
            return from_router(w, p, f->from.at), true;
        return false;
    default:
        return false;
    }
}

/* The best first; those of a kind stay in the order in which they were found. */
static void best_first(struct walk *out)
{
    for (uint32_t i = 1; i < out->count; i++) {
        struct walk_path p = out->paths[i];
        uint32_t k = i;
        for (; k > 0 && out->paths[k - 1].verdict < p.verdict; k--)
            out->paths[k] = out->paths[k - 1];
        out->paths[k] = p;
    }
}

void walk_flow(const struct net *n, struct arena *a, const struct net_flow *f, struct walk *out)
{
    *out = (struct walk){.paths = NULL};
    struct walker w;
    w.n = n;
    w.a = a;
    w.out = out;
    w.room = w.hop_count = w.leg_count = w.seen_count = 0;
    w.answer = NULL;
    if (!starts(&w, f)) {
        struct packet p = {.src = f->from.ip, .dst = f->to, .proto = f->proto, .sport = f->sport, .dport = f->dport};
        walk_stop(&w, &p, f->from.at, no_ref(), "NO_SOURCE_OR_DESTINATION", STR("there is nothing to send it"));
    }
    best_first(out);
}

/* A packet that got out of sight may have gone to any network outside that has its destination. */
static bool may_end(const struct net *n, const struct walk_path *p, struct net_ref end)
{
    if (end.kind != NET_EXTERNAL || p->verdict != REACH_UNKNOWN || p->end.kind == NET_ENI ||
        p->end.kind == NET_EXTERNAL)
        return false;
    const struct net_external *x = &n->externals[end.index];
    if (x->kind == EXTERNAL_INTERNET)
        return !ip_is_internal(p->to);
    bool holds = x->all_ranges;
    NET_EACH (i, x->ranges)
        holds = holds || ip_in(n->external_ranges[i].range, p->to);
    return holds;
}

const struct walk_path *walk_to(const struct net *n, const struct walk *w, struct net_ref end)
{
    for (uint32_t i = 0; i < w->count; i++) {
        const struct walk_path *p = &w->paths[i];
        bool is = p->end.kind == end.kind && p->end.index == end.index;
        if (end.kind == NET_THING && p->end.kind == NET_ENI)
            is = n->enis[p->end.index].thing == end.index;
        else if (end.kind == NET_THING && p->end.kind == NET_EXTERNAL)
            is = n->externals[p->end.index].thing == end.index;
        if (is || may_end(n, p, end))
            return p;
    }
    return NULL;
}
