/* The walker's hops and paths, and what is said of them. */
#include "reach/walk_internal.h"

#include <string.h>

static void put(struct walker *w, const struct packet *p, struct walk_hop h)
{
    if (w->hop_count >= WALK_HOPS_MAX)
        return;
    h.src = p->src;
    h.dst = p->dst;
    h.sport = p->sport;
    h.dport = p->dport;
    w->hops[w->hop_count++] = h;
}

void walk_pass(struct walker *w, const struct packet *p, struct net_ref at, struct net_ref by, struct str note)
{
    put(w, p, (struct walk_hop){.at = at, .by = by, .act = HOP_PASS, .note = note});
}

void walk_doubt(struct walker *w, struct packet *p, struct net_ref at, struct net_ref by, const char *code,
                struct str why)
{
    put(w, p, (struct walk_hop){.at = at, .by = by, .act = HOP_UNKNOWN, .code = code, .note = why});
    if (!p->doubt.ptr)
        p->doubt = why;
}

static struct walk_path *new_path(struct walker *w, const struct packet *p, struct net_ref end)
{
    struct walk *out = w->out;
    if (out->count >= WALK_PATHS_MAX) {
        out->capped = true;
        return NULL;
    }
    if (out->count == w->room) {
        uint32_t room = w->room ? w->room * 4 : 2;
        struct walk_path *paths = arena_array_of(w->a, struct walk_path, room);
        if (out->count)
            memcpy(paths, out->paths, out->count * sizeof *paths);
        out->paths = paths;
        w->room = room;
    }
    struct walk_path *path = &out->paths[out->count++];
    *path = (struct walk_path){.end = end,
                               .to = p->dst,
                               .port = p->dport,
                               .internet = p->internet,
                               .appliance = p->appliance,
                               .relay_count = p->relay_count,
                               .hop_count = w->hop_count};
    memcpy(path->relays, p->relays, sizeof path->relays);
    path->hops = arena_alloc(w->a, (w->hop_count ? w->hop_count : 1) * sizeof *path->hops);
    memcpy(path->hops, w->hops, w->hop_count * sizeof *path->hops);
    return path;
}

/* What a stopped answer tells: the way of the first that was stopped, unless one arrives. */
static void answer_stopped(struct walker *w, const char *code)
{
    struct answer *r = w->answer;
    if (r->found != NO || r->stopped)
        return;
    r->stopped = true;
    r->code = code;
    r->hop_count = w->hop_count;
    memcpy(r->hops, w->hops, w->hop_count * sizeof *r->hops);
}

void walk_stop(struct walker *w, const struct packet *p, struct net_ref at, struct net_ref by, const char *code,
               struct str why)
{
    put(w, p, (struct walk_hop){.at = at, .by = by, .act = HOP_STOP, .code = code, .note = why});
    if (w->answer) {
        answer_stopped(w, code);
        return;
    }
    struct walk_path *path = new_path(w, p, at);
    if (!path)
        return;
    path->verdict = REACH_NONE;
    path->blocked_by = code;
    path->reason = why;
}

static void answer_found(struct walker *w, const struct packet *p)
{
    struct answer *r = w->answer;
    enum tri found = p->doubt.ptr ? MAYBE : YES;
    if (found <= r->found)
        return;
    r->found = found;
    r->hop_count = w->hop_count;
    memcpy(r->hops, w->hops, w->hop_count * sizeof *r->hops);
}

void walk_lost_end(struct walker *w, const struct packet *p, struct net_ref at)
{
    if (w->answer) {
        answer_found(w, p);
        return;
    }
    struct walk_path *path = new_path(w, p, at);
    if (!path)
        return;
    path->verdict = REACH_UNKNOWN;
    path->reason = p->doubt;
}

bool walk_full(struct walker *w, const struct packet *p, struct net_ref at)
{
    if (w->hop_count + 12 <= WALK_HOPS_MAX && !(w->out && w->out->capped))
        return false;
    struct packet lost = *p;
    walk_doubt(w, &lost, at, no_ref(), "NO_PATH", STR("the way is longer than is followed"));
    walk_lost_end(w, &lost, at);
    return true;
}

/* Does the answer arrive at who asked, with the addresses that it expects? */
static bool answers_to(const struct leg *l, const struct packet *p, struct net_ref end)
{
    if (p->dst != l->sent.src || p->src != l->sent.dst)
        return false;
    return end.kind == l->from.kind && end.index == l->from.index;
}

void walk_arrived(struct walker *w, const struct packet *p, struct net_ref end)
{
    if (w->answer) {
        if (answers_to(w->answer->leg, p, end))
            answer_found(w, p);
        else
            walk_stop(w, p, end, no_ref(), "NO_POSSIBLE_DESTINATION",
                      STR("the answer goes elsewhere, or with other addresses"));
        return;
    }
    struct leg *last = &w->legs[w->leg_count - 1], before = *last;
    walk_leg_end(w, p, end);
    struct walk_path *path = new_path(w, p, end);
    if (path) {
        enum tri back = walk_answers(w, path);
        path->return_unknown = back == MAYBE;
        path->verdict = p->doubt.ptr ? REACH_UNKNOWN : back == YES ? REACH_DIRECT : REACH_ONE_WAY;
        path->reason = p->doubt;
    }
    *last = before;
}

struct str walk_text(const struct walker *w, const char *before, struct str id, const char *after)
{
    struct str first = str_of(before), last = str_of(after);
    size_t len = first.len + id.len + last.len;
    char *at = arena_alloc(w->a, len + 1);
    memcpy(at, first.ptr, first.len);
    if (id.len)
        memcpy(at + first.len, id.ptr, id.len);
    memcpy(at + first.len + id.len, last.ptr, last.len);
    return str_make(at, len);
}

static struct str ports(struct arena *a, int16_t proto, uint16_t lo, uint16_t hi)
{
    if (proto == NET_ANY_PROTOCOL)
        return STR("all");
    const char *name = proto == NET_TCP     ? "tcp"
                       : proto == NET_UDP   ? "udp"
                       : proto == NET_ICMP  ? "icmp"
                       : proto == NET_ICMP6 ? "icmpv6"
                                            : NULL;
    if (!name)
        return arena_printf(a, "protocol %d", proto);
    if (lo == 0 && hi == 65535)
        return str_of(name);
    if (proto == NET_TCP || proto == NET_UDP)
        return lo == hi ? arena_printf(a, "%s %u", name, lo) : arena_printf(a, "%s %u-%u", name, lo, hi);
    return hi - lo == 255 ? arena_printf(a, "%s type %d", name, lo >> 8)
                          : arena_printf(a, "%s type %d code %d", name, lo >> 8, lo & 255);
}

struct str note_rule(const struct walker *w, uint32_t rule)
{
    const struct net_rule *r = &w->n->rules[rule];
    const struct net_group *g = &w->n->groups[r->group];
    struct str peer = r->peer == PEER_RANGE ? ip_range_text(w->a, r->range) : r->peer_id;
    if (!peer.len && r->peer == PEER_GROUP && r->peer_index != NET_NONE)
        peer = w->n->groups[r->peer_index].id;
    return arena_printf(w->a, "%.*s%s%.*s: %.*s %s %.*s", STR_ARG(g->id), r->id.len ? " " : "", STR_ARG(r->id),
                        STR_ARG(ports(w->a, r->proto, r->lo, r->hi)), r->egress ? "to" : "from", STR_ARG(peer));
}

struct str note_entry(const struct walker *w, uint32_t entry)
{
    const struct net_acl_entry *e = &w->n->acl_entries[entry];
    return arena_printf(w->a, "%.*s %s rule %u: %s %.*s %s %.*s", STR_ARG(w->n->acls[e->acl].id),
                        e->egress ? "outbound" : "inbound", e->number, e->allow ? "allow" : "deny",
                        STR_ARG(ports(w->a, e->proto, e->lo, e->hi)), e->egress ? "to" : "from",
                        STR_ARG(ip_range_text(w->a, e->range)));
}

struct str note_route(const struct walker *w, uint32_t route)
{
    const struct net_route *r = &w->n->routes[route];
    struct str list = r->list == NET_NONE ? str_make(NULL, 0) : w->n->prefix_lists[r->list].id;
    struct str range = r->list_unread ? str_make(NULL, 0) : ip_range_text(w->a, r->range);
    return arena_printf(w->a, "%.*s%s%.*s -> %.*s", STR_ARG(range), list.len && range.len ? " of " : "", STR_ARG(list),
                        STR_ARG(r->kind == TARGET_LOCAL && !r->target_id.len ? STR("local") : r->target_id));
}

struct str note_tgw_route(const struct walker *w, uint32_t route)
{
    const struct net_tgw_route *r = &w->n->tgw_routes[route];
    struct str to = r->blackhole                ? STR("blackhole")
                    : r->attachment == NET_NONE ? STR("not known")
                                                : w->n->attachments[r->attachment].id;
    return arena_printf(w->a, "%.*s -> %.*s (%s)", STR_ARG(ip_range_text(w->a, r->range)), STR_ARG(to),
                        r->propagated ? "propagated" : "static");
}
