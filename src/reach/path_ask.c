/* Every packet that could have a fate of its own, walked; the best is kept. */
#include "base/bitset.h"
#include "reach/path.h"

enum { PORTS = 65536, SPORTS_MAX = 128, SPORT = 49152, PROTOS = 256 };

struct slot { /* ports lo..hi of a protocol have one fate */
    uint16_t lo, hi;
    int8_t rank;  /* 6: no packet could be sent */
    bool internet;
};
struct column {
    struct slot *slots;
    uint32_t count;
    uint16_t *sports;
    uint32_t sport_count;
};

struct asker {
    const struct net *n;
    struct arena *a, *scratch;
    const struct path_question *q;
    struct path_answer *out;
    struct column *columns[PROTOS];
    uint8_t order[PROTOS];
    uint32_t order_count;
    uint64_t walks;
    int rank;          /* of the best so far; 6: none */
    uint32_t best_hops;
    struct net_flow best;
    struct net_ref best_wanted;
};
enum { RANK_NOTHING = 6, RANK_NONE = 5, RANK_UNKNOWN = 4, RANK_ONE_WAY = 2 };

const char *path_word_name(enum path_word w)
{
    static const char *const names[PATH_WORDS] = {"DIRECT", "INTERNET", "ONE-WAY", "PIVOT", "UNKNOWN", "NONE"};
    return w < PATH_WORDS ? names[w] : "";
}

int path_rank(const struct walk_path *p)
{
    switch (p->verdict) {
    case REACH_DIRECT: return p->internet ? 1 : 0;
    case REACH_ONE_WAY: return p->internet ? RANK_ONE_WAY + 1 : RANK_ONE_WAY;
    case REACH_UNKNOWN: return RANK_UNKNOWN;
    default: return RANK_NONE;
    }
}

static bool ends_at(const struct net *n, const struct walk_path *p, struct net_ref wanted)
{
    if (p->end.kind == NET_THING && wanted.kind == NET_ENI)
        return n->enis[wanted.index].thing == p->end.index;
    return wanted.kind == NET_NOTHING || (p->end.kind == wanted.kind && p->end.index == wanted.index);
}

const struct walk_path *path_best(const struct net *n, const struct walk *w, const struct net_flow *f, struct net_ref wanted, bool *elsewhere)
{
    const struct walk_path *best = NULL, *other = NULL;
    *elsewhere = false;
    for (uint32_t i = 0; i < w->count; i++) {
        const struct walk_path *p = &w->paths[i];
        bool arrived = path_rank(p) < RANK_UNKNOWN;
        /* What goes from the Internet to the Internet has not come in. */
        bool left = p->end.kind == NET_EXTERNAL && p->end.kind == f->from.at.kind && p->end.index == f->from.at.index;
        if (arrived && (left || !ends_at(n, p, wanted)))
            other = other ? other : p;
        else if (!best || path_rank(p) < path_rank(best) || (path_rank(p) == path_rank(best) && path_rank(p) >= RANK_UNKNOWN && p->hop_count > best->hop_count) ||
                 (path_rank(p) == path_rank(best) && wanted.kind == NET_NOTHING && p->relay_count > best->relay_count))
            best = p;
    }
    if (!best && other) {
        *elsewhere = true;
        best = other;
    }
    return best;
}

/* Ports that a reader knows. */
static const uint16_t known_ports[] = {443, 80, 22, 5432, 3306, 1433, 1521, 27017, 6379, 8080, 3389, 53};

static bool is_known(const struct net_flow *f)
{
    for (size_t i = 0; i < sizeof known_ports / sizeof *known_ports; i++)
        if (f->proto == NET_TCP && f->dport == known_ports[i])
            return true;
    return false;
}

static int8_t walk_once(struct asker *k, const struct net_flow *f, struct net_ref wanted, bool *internet)
{
    struct walk w;
    bool elsewhere;
    arena_reset(k->scratch);
    walk_flow(k->n, k->scratch, f, &w);
    k->walks++;
    const struct walk_path *p = path_best(k->n, &w, f, wanted, &elsewhere);
    if (!p)
        return RANK_NONE;
    int rank = elsewhere ? RANK_NONE : path_rank(p);
    if (w.capped && rank > RANK_UNKNOWN)
        rank = RANK_UNKNOWN;
    uint32_t hops = elsewhere ? 0 : p->hop_count;
    *internet = p->internet;
    bool further = hops > k->best_hops || (hops == k->best_hops && is_known(f) && !is_known(&k->best));
    if (rank < k->rank || (rank == k->rank && rank == RANK_NONE && further)) {
        k->rank = rank;
        k->best_hops = hops;
        k->best = *f;
        k->best_wanted = wanted;
    }
    return (int8_t)rank;
}

/* A port out of lo..hi that a reader knows. */
static uint16_t familiar(int proto, const struct slot *s)
{
    if (proto == NET_ICMP || proto == NET_ICMP6)
        return s->lo;
    for (size_t i = 0; i < sizeof known_ports / sizeof *known_ports; i++)
        if (s->lo <= known_ports[i] && known_ports[i] <= s->hi)
            return known_ports[i];
    return s->lo == 0 && s->hi > 0 && proto != 0 ? 1 : s->lo;
}

static void try_slot(struct asker *k, int proto, struct slot *s, const struct path_end *from, const struct path_end *to)
{
    const struct column *c = k->columns[proto];
    struct net_flow f = {.from = {from->at, from->ip}, .to = to->ip, .entrance_plus_one = to->entrance_plus_one, .proto = (int16_t)proto, .dport = familiar(proto, s)};
    bool ports = proto == NET_TCP || proto == NET_UDP;
    for (uint32_t i = 0; i < c->sport_count; i++) {
        bool internet = false;
        if (k->walks >= PATH_WALKS_MAX) {
            k->out->capped = true;
            return;
        }
        f.sport = ports ? c->sports[i] : 0;
        int8_t rank = walk_once(k, &f, to->at, &internet);
        if (rank < s->rank) {
            s->rank = rank;
            s->internet = internet;
        }
        /* Another source port helps only where the answer is stopped, or an entry of a network ACL is unread. */
        if (rank != RANK_ONE_WAY && rank != RANK_ONE_WAY + 1)
            return;
    }
}

/* Network ACLs test the port that answers go to. */
static void source_ports(struct asker *k, int proto, struct column *c)
{
    const struct path_ports *p = &k->q->ports;
    c->sports = arena_array_of(k->a, uint16_t, SPORTS_MAX + 4);
    uint16_t first = p->sport_lo <= SPORT && SPORT <= p->sport_hi ? SPORT : p->sport_lo;
    uint64_t *marks = bits_new(k->a, PORTS);
    c->sports[c->sport_count++] = first;
    if ((proto != NET_TCP && proto != NET_UDP) || p->sport_lo == p->sport_hi)
        return;
    bits_set(marks, p->sport_lo);
    for (uint32_t i = 0; i < k->n->acl_entries_count; i++) {
        const struct net_acl_entry *e = &k->n->acl_entries[i];
        if ((e->proto != proto && e->proto != NET_ANY_PROTOCOL) || e->lo > e->hi)
            continue;
        bits_set(marks, e->lo);
        if (e->hi < UINT16_MAX)
            bits_set(marks, e->hi + 1u);
    }
    for (size_t s = bits_next(marks, PORTS, p->sport_lo); s <= p->sport_hi && s < PORTS; s = bits_next(marks, PORTS, s + 1)) {
        if (c->sport_count > SPORTS_MAX) {
            k->out->capped = true;
            return;
        }
        c->sports[c->sport_count++] = (uint16_t)s;
    }
}

/* Ports of a column are the marks of its protocol within what was asked. */
static void make_column(struct asker *k, int proto, const uint64_t *marks, uint16_t lo, uint16_t hi)
{
    struct column *c = arena_new_of(k->a, struct column);
    uint64_t *all = bits_new(k->a, PORTS);
    const struct path_ports *p = &k->q->ports;
    if (marks)
        memcpy(all, marks, bits_words(PORTS) * sizeof *all);
    bits_set(all, lo);
    if (p->but && p->hole < UINT16_MAX) {
        bits_set(all, p->hole);
        bits_set(all, p->hole + 1u);
    }
    c->slots = arena_array_of(k->a, struct slot, bits_count(all, bits_words(PORTS)) + 1);
    for (size_t at = bits_next(all, PORTS, lo); at <= hi && at < PORTS; at = bits_next(all, PORTS, at + 1)) {
        size_t next = bits_next(all, PORTS, at + 1);
        if (p->but && at == p->hole && (proto == NET_TCP || proto == NET_UDP))
            continue;
        c->slots[c->count++] = (struct slot){.lo = (uint16_t)at, .hi = (uint16_t)(next - 1 < hi ? next - 1 : hi), .rank = RANK_NOTHING};
    }
    source_ports(k, proto, c);
    k->columns[proto] = c;
    k->order[k->order_count++] = (uint8_t)proto;
}

/* A data store answers on its ports only. */
static bool make_store_columns(struct asker *k, const struct path_marks *m)
{
    struct net_ref r = k->q->to->ref;
    const struct net_thing *t = r.kind == NET_THING ? &k->n->things[r.index] : NULL;
    if (!t || !t->port_count || !k->q->ports.any_port || k->q->ports.but || (k->q->ports.proto != NET_ANY_PROTOCOL && k->q->ports.proto != NET_TCP))
        return false;
    make_column(k, NET_TCP, m->port[NET_TCP], 0, UINT16_MAX);
    struct column *c = k->columns[NET_TCP];
    c->slots = arena_array_of(k->a, struct slot, t->port_count);
    c->count = 0;
    for (uint32_t i = 0; i < t->port_count; i++)
        c->slots[c->count++] = (struct slot){.lo = t->ports[i], .hi = t->ports[i], .rank = RANK_NOTHING};
    return true;
}

static void make_columns(struct asker *k)
{
    static const int first[] = {NET_TCP, NET_UDP, NET_ICMP, NET_ICMP6};
    const struct path_ports *p = &k->q->ports;
    struct path_marks m;
    path_mark_ports(k->n, k->a, &m);
    if (make_store_columns(k, &m))
        return;
    if (p->proto != NET_ANY_PROTOCOL) {
        make_column(k, p->proto, m.port[p->proto], p->lo, p->hi);
        return;
    }
    /* A port says TCP or UDP: other protocols have none. */
    for (size_t i = 0; i < (p->any_port ? 4u : 2u); i++)
        make_column(k, first[i], m.port[first[i]], p->lo, p->hi);
    for (int proto = 0; proto < PROTOS && p->any_port; proto++)
        if (m.port[proto] && !k->columns[proto] && proto)
            make_column(k, proto, NULL, 0, 0);
    if (p->any_port)
        make_column(k, 0, NULL, 0, 0);
}

static bool fits(int proto, ip_number to)
{
    if (!to)
        return true; /* an entrance's addresses are not known */
    return proto == NET_ICMP ? ip_is_v4(to) : proto == NET_ICMP6 ? !ip_is_v4(to) : true;
}

static void ask_pair(struct asker *k, const struct path_end *from, const struct path_end *to)
{
    if (from->ip && !to->entrance_plus_one && ip_is_v4(from->ip) != ip_is_v4(to->ip))
        return;
    if (from->at.kind == to->at.kind && from->at.index == to->at.index && from->at.kind == NET_ENI)
        return; /* to itself */
    for (uint32_t i = 0; i < k->order_count; i++) {
        int proto = k->order[i];
        struct column *c = k->columns[proto];
        if (!fits(proto, to->ip) && k->q->ports.proto == NET_ANY_PROTOCOL)
            continue;
        for (uint32_t s = 0; s < c->count && !k->out->capped; s++)
            if (c->slots[s].rank > 0)
                try_slot(k, proto, &c->slots[s], from, to);
    }
}

/* An external end stands for its addresses. */
static uint32_t samples(struct asker *k, const struct path_ends *ends, const struct path_end *end, struct path_end **out)
{
    ip_number *ips;
    if (end->ip || end->entrance_plus_one || end->at.kind != NET_EXTERNAL) {
        *out = arena_new_of(k->a, struct path_end);
        **out = *end;
        return 1;
    }
    uint32_t count = end->at.index == 0 ? path_sample_internet(k->n, k->a, ends->within, PATH_SAMPLES_MAX, &ips, &k->out->capped)
                                        : path_sample_external(k->n, k->a, end->at.index, PATH_SAMPLES_MAX, &ips, &k->out->capped);
    *out = arena_array_of(k->a, struct path_end, count + 1);
    for (uint32_t i = 0; i < count; i++)
        (*out)[i] = (struct path_end){.at = end->at, .ip = ips[i]};
    return count;
}

static uint32_t all_samples(struct asker *k, const struct path_ends *ends, struct path_end **out)
{
    uint32_t count = 0, room = 64;
    struct path_end *all = arena_array_of(k->a, struct path_end, room), *some;
    for (uint32_t i = 0; i < ends->count; i++) {
        uint32_t more = samples(k, ends, &ends->ends[i], &some);
        if (count + more > room) {
            while (count + more > room)
                room *= 2;
            struct path_end *grown = arena_array_of(k->a, struct path_end, room);
            memcpy(grown, all, count * sizeof *all);
            all = grown;
        }
        memcpy(all + count, some, more * sizeof *all);
        count += more;
    }
    *out = all;
    return count;
}

static enum reach_verdict verdict_of(int rank)
{
    return rank < RANK_ONE_WAY ? REACH_DIRECT : rank < RANK_UNKNOWN ? REACH_ONE_WAY : rank == RANK_UNKNOWN ? REACH_UNKNOWN : REACH_NONE;
}

static bool same_fate(const struct slot *x, const struct slot *y)
{
    return verdict_of(x->rank) == verdict_of(y->rank) && x->internet == y->internet;
}

/* All slots of all protocols that packets could be sent of have one fate. */
static const struct slot *one_fate(const struct asker *k)
{
    const struct slot *first = NULL;
    if (k->q->ports.proto != NET_ANY_PROTOCOL || !k->q->ports.any_port || k->q->ports.but || !k->columns[0])
        return NULL;
    for (uint32_t i = 0; i < k->order_count; i++)
        for (uint32_t s = 0; s < k->columns[k->order[i]]->count; s++) {
            const struct slot *x = &k->columns[k->order[i]]->slots[s];
            if (x->rank == RANK_NOTHING)
                continue;
            if (first && !same_fate(first, x))
                return NULL;
            first = first ? first : x;
        }
    return first && first->rank < RANK_NONE ? first : NULL;
}

static void add_term(struct path_answer *out, int proto, const struct slot *s)
{
    struct path_term *last = out->term_count ? &out->terms[out->term_count - 1] : NULL;
    if (last && last->proto == proto && last->verdict == verdict_of(s->rank) && last->internet == s->internet && last->hi + 1 == s->lo)
        last->hi = s->hi;
    else if (out->term_count < PATH_TERMS_MAX)
        out->terms[out->term_count++] = (struct path_term){(int16_t)proto, s->lo, s->hi, verdict_of(s->rank), s->internet};
    else
        out->capped = true;
}

static void make_terms(struct asker *k)
{
    struct path_answer *out = k->out;
    const struct slot *one = one_fate(k);
    out->terms = arena_array_of(k->a, struct path_term, PATH_TERMS_MAX);
    if (one) {
        struct slot all = *one;
        all.lo = 0;
        all.hi = UINT16_MAX;
        add_term(out, NET_ANY_PROTOCOL, &all);
        return;
    }
    for (uint32_t i = 0; i < k->order_count; i++) {
        const struct column *c = k->columns[k->order[i]];
        for (uint32_t s = 0; s < c->count; s++)
            if (c->slots[s].rank < RANK_NONE)
                add_term(out, k->order[i], &c->slots[s]);
    }
}

static uint32_t thing_at(const struct net *n, struct net_ref r)
{
    return r.kind == NET_ENI ? n->enis[r.index].thing : r.kind == NET_EXTERNAL ? n->externals[r.index].thing : NET_NONE;
}

static enum path_word word_of(const struct asker *k, const struct walk_path *p)
{
    bool asked = k->q->from->internet || k->q->to->internet || (p && p->end.kind == NET_EXTERNAL && p->end.index == 0) ||
                 (k->best.from.at.kind == NET_EXTERNAL && k->best.from.at.index == 0);
    switch (verdict_of(k->rank)) {
    case REACH_DIRECT: return k->rank == 1 && !asked ? PATH_INTERNET : PATH_DIRECT;
    case REACH_ONE_WAY: return PATH_ONE_WAY;
    case REACH_UNKNOWN: return PATH_UNKNOWN;
    default: return k->out->capped ? PATH_UNKNOWN : PATH_NONE;
    }
}

static struct str elsewhere_words(struct asker *k, const struct walk_path *p)
{
    struct str to = ip_text(k->a, k->best.to), id = net_id(k->n, p->end);
    if (p->end.kind == NET_EXTERNAL && p->end.index == 0 && k->best.from.at.kind == NET_EXTERNAL)
        return arena_printf(k->a, "%.*s is an address of nothing in this run: the packet stays on the Internet", STR_ARG(to));
    return arena_printf(k->a, "the packet is delivered elsewhere: to %.*s", STR_ARG(id));
}

static void conclude(struct asker *k)
{
    struct path_answer *out = k->out;
    bool elsewhere = false;
    if (k->rank < RANK_NOTHING) {
        struct walk *w = arena_new_of(k->a, struct walk);
        walk_flow(k->n, k->a, &k->best, w);
        out->flow = k->best;
        out->wanted = k->best_wanted;
        out->path = path_best(k->n, w, &k->best, k->best_wanted, &elsewhere);
        out->from_thing = thing_at(k->n, k->best.from.at);
        out->to_thing = thing_at(k->n, out->wanted.kind != NET_NOTHING || !out->path ? out->wanted : out->path->end);
    }
    out->word = word_of(k, out->path);
    if (k->rank == RANK_NOTHING)
        out->reason = !k->q->from->count || !k->q->to->count
                          ? arena_printf(k->a, "%.*s has no interface in the network of this run", STR_ARG((k->q->from->count ? k->q->to : k->q->from)->words))
                          : STR("there is no packet to send: the two have no address family in common");
    else if (out->word == PATH_UNKNOWN && k->rank > RANK_UNKNOWN)
        out->reason = STR("there are too many different packets: not all were tried, and none of those that were arrives");
    else if (elsewhere)
        out->reason = elsewhere_words(k, out->path);
    else if (out->path)
        out->reason = out->path->reason;
    if (!elsewhere)
        out->opens = path_opens(k->n, k->a, out);
}

void path_ask(struct net *n, struct arena *a, const struct path_question *q, bool cuts, struct path_answer *out)
{
    struct asker k = {.n = n, .a = a, .scratch = arena_new(1 << 16), .q = q, .out = out, .rank = RANK_NOTHING};
    struct path_end *from, *to;
    struct path_ends all_to = *q->to;
    *out = (struct path_answer){.from_thing = NET_NONE, .to_thing = NET_NONE};
    make_columns(&k);
    path_add_doors(n, a, &all_to);
    uint32_t from_count = all_samples(&k, q->from, &from), to_count = all_samples(&k, &all_to, &to);
    for (uint32_t f = 0; f < from_count; f++)
        for (uint32_t t = 0; t < to_count; t++)
            ask_pair(&k, &from[f], &to[t]);
    bool single = q->ports.proto != NET_ANY_PROTOCOL && q->ports.lo == q->ports.hi;
    if (!single)
        make_terms(&k);
    conclude(&k);
    arena_free(k.scratch);
    if (cuts && out->word < PATH_PIVOT)
        path_find_cuts(n, a, out);
}
