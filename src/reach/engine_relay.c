/* Balancers, endpoint services, entrances: what makes a new connection (walk_relay.c has the documents). */
#include "reach/engine_sym.h"

bool sym_new_leg(struct sym *s, struct packet *p, uint32_t thing)
{
    if (s->leg_count >= LEGS_MAX || p->relay_count >= RELAYS_MAX) {
        sym_doubt(p);
        sym_lost_end(s, p);
        return false;
    }
    if (thing != NET_NONE)
        p->relays[p->relay_count++] = thing;
    s->seen_count = 0;
    p->refs = REFS_KEPT;
    p->came = CAME_HERE;
    p->sender = p->client_eni = p->egress_checked = NET_NONE;
    p->public_ip = 0;
    p->az = str_make(NULL, 0);
    p->from_nat = p->border_always = p->groups_unasked = false;
    p->any_sport = true;
    return true;
}

static ip_number address_of(const struct net *n, uint32_t eni, bool v4)
{
    ip_number found = 0;
    NET_EACH(i, n->enis[eni].addresses) {
        const struct net_address *a = &n->addresses[i];
        if (ip_is_v4(a->range.lo) == v4 && (!found || a->primary))
            found = a->range.lo;
    }
    return found;
}

static void send_as(struct sym *s, struct packet p, uint32_t eni)
{
    const struct net *n = s->n;
    p.src = address_of(n, eni, ip_is_v4(p.dst));
    if (!p.src)
        return;
    NET_EACH(i, n->enis[eni].addresses)
        if (ip_in(n->addresses[i].range, p.src)) {
            p.public_ip = n->addresses[i].public_ip;
            break;
        }
    p.sender = eni;
    p.sender_vpc = p.vpc = n->enis[eni].vpc;
    p.subnet = n->enis[eni].subnet;
    sym_leg_open(s, &p, ref_of(NET_ENI, eni));
    sym_send(s, p, eni);
}

static void send_kept(struct sym *s, struct packet p, uint32_t eni, uint32_t client, uint32_t vpc)
{
    const struct net *n = s->n;
    uint32_t here = n->enis[eni].vpc;
    p.sender = eni;
    p.client_eni = client;
    p.sender_vpc = p.vpc = here;
    p.any_sport = false;
    p.subnet = n->enis[eni].subnet;
    if (vpc != here && !sym_peered_in_region(s->r, here, vpc))
        return;
    sym_leg_open(s, &p, ref_of(NET_ENI, eni));
    s->legs[s->leg_count - 1].kept = true;
    if (!sym_groups(s, &p, eni, true))
        return;
    if (!sym_subnet_holds(n, p.subnet, p.dst) && p.subnet != NET_NONE && !sym_acl(s, &p, p.subnet, true))
        return;
    p.vpc = vpc;
    p.came = vpc == here ? CAME_HERE : CAME_PEERING;
    sym_local(s, p);
}

struct to { ip_number ip; uint32_t vpc; uint16_t port; };

static void relay_slot(struct sym *s, struct packet r, uint32_t eni, uint32_t client, struct to to, bool keep)
{
    if (keep)
        send_kept(s, r, eni, client, to.vpc);
    else
        send_as(s, r, eni);
}

/* Services [lo, hi] of the packet as a packet of its own. */
static bool part_of(struct sym *s, struct packet *p, uint32_t lo, uint32_t hi)
{
    struct services part = services_one(s->a, lo, hi);
    bool mapped = p->mapped;
    p->mapped = false;
    struct tri client = p->client;
    if (!sym_keep(s, p, (struct tri){part, part}))
        return false;
    if (mapped)
        p->client = p->now.sure.count ? client : tri_doubt(client);
    p->mapped = mapped;
    return true;
}

/* To port `to.port`: all that was asked for, of each protocol, becomes one service. 0: the port stays. */
static void relay_leg(struct sym *s, struct packet r, uint32_t eni, uint32_t client, struct to to, bool keep)
{
    if (!to.port) {
        relay_slot(s, r, eni, client, to, keep);
        return;
    }
    for (uint32_t slot = 0; slot < SLOTS_WITH_PORTS; slot++) {
        struct packet q = r;
        if (!part_of(s, &q, slot << 16, (slot << 16) + 65535))
            continue;
        struct services one = services_one(s->a, (slot << 16) + to.port, (slot << 16) + to.port);
        q.now = (struct tri){q.now.sure.count ? one : (struct services){NULL, 0}, one};
        if (!q.now.sure.count)
            q.client = tri_doubt(q.client);
        q.mapped = true;
        struct sym_mark m = sym_marked(s);
        relay_slot(s, q, eni, client, to, keep);
        sym_reset(s, &m);
    }
    if (part_of(s, &r, PORTLESS_FIRST, s->r->all.at[0].hi))
        relay_slot(s, r, eni, client, to, keep);
}

static void relay_to(struct sym *s, const struct packet *p, uint32_t eni, uint32_t thing, struct to to, int keeps, bool border_always)
{
    bool same_family = ip_is_v4(to.ip) == ip_is_v4(p->src);
    struct packet q = *p;
    if (keeps < 0)
        sym_doubt(&q);
    uint32_t client = p->refs == REFS_KEPT ? p->sender : NET_NONE;
    for (int keep = 0; keep < 2; keep++) {
        if ((keeps == 1 && same_family ? keep == 0 : keep == 1) && (keeps >= 0 || !same_family))
            continue;
        struct sym_mark m = sym_marked(s);
        struct packet r = q;
        if (sym_new_leg(s, &r, thing)) {
            r.dst = to.ip;
            r.border_always = border_always;
            relay_leg(s, r, eni, client, to, keep);
        }
        sym_reset(s, &m);
    }
}

/* PrivateLink never keeps the client's address. */
static void to_target(struct sym *s, const struct packet *p, uint32_t eni, uint32_t lb, bool privatelink, const struct net_target *t)
{
    const struct net *n = s->n;
    const struct net_target_group *g = &n->target_groups[t->group];
    const struct net_lb *b = &n->lbs[lb];
    int keeps = b->kind == LB_NETWORK && !privatelink ? g->keeps_client_ip : 0;
    if (t->lb != NET_NONE) {
        uint32_t thing = n->lbs[t->lb].thing;
        if (thing != NET_NONE)
            NET_EACH(k, n->things[thing].enis) {
                uint32_t other = n->eni_order[k];
                struct to to = {address_of(n, other, true), n->enis[other].vpc, t->port};
                if (to.ip)
                    relay_to(s, p, eni, b->thing, to, keeps, false);
            }
        return;
    }
    struct to to = {t->ip, g->vpc, t->port};
    if (t->eni != NET_NONE) {
        to.vpc = n->enis[t->eni].vpc;
        if (!to.ip)
            to.ip = address_of(n, t->eni, true);
        if (!to.ip)
            to.ip = address_of(n, t->eni, false);
    } else if (to.vpc == NET_NONE) {
        to.vpc = b->vpc;
    }
    if (to.ip)
        relay_to(s, p, eni, b->thing, to, keeps, b->kind == LB_CLASSIC);
}

static void balancer(struct sym *s, const struct packet *p, uint32_t eni, uint32_t lb, bool privatelink)
{
    const struct net *n = s->n;
    const struct net_lb *b = &n->lbs[lb];
    struct services taken = {NULL, 0};
    NET_EACH(i, b->listeners) {
        struct services_span span = engine_services(s->r, n->listeners[i].proto, n->listeners[i].lo, n->listeners[i].hi);
        taken = services_join(s->a, taken, services_one(s->a, span.lo, span.hi));
    }
    struct packet q = *p;
    if (!sym_keep(s, &q, (struct tri){taken, b->listeners_read ? taken : s->r->all}))
        return;
    struct sym_mark m = sym_marked(s);
    sym_arrived(s, &q, ref_of(NET_ENI, eni));
    sym_reset(s, &m);
    sym_leg_end(s, p, ref_of(NET_ENI, eni));
    NET_EACH(i, b->listeners) {
        struct services_span span = engine_services(s->r, n->listeners[i].proto, n->listeners[i].lo, n->listeners[i].hi);
        struct services one = services_one(s->a, span.lo, span.hi);
        struct packet r = *p;
        if (!sym_keep(s, &r, (struct tri){one, one}))
            continue;
        NET_EACH(k, n->listeners[i].targets) {
            struct net_span targets = n->target_groups[n->listener_groups[k].group].targets;
            NET_EACH(t, targets) {
                struct sym_mark here = sym_marked(s);
                to_target(s, &r, eni, lb, privatelink, &n->targets[t]);
                sym_reset(s, &here);
            }
        }
    }
}

static void into_provider(struct sym *s, const struct packet *p, uint32_t endpoint_eni, uint32_t lb, uint32_t eni)
{
    const struct net *n = s->n;
    struct packet q = *p;
    bool known = endpoint_eni != NET_NONE;
    if (!sym_new_leg(s, &q, known ? n->enis[endpoint_eni].thing : NET_NONE))
        return;
    q.dst = address_of(n, eni, ip_is_v4(p->dst));
    if (!q.dst)
        return;
    q.refs = REFS_LOST;
    q.vpc = n->enis[eni].vpc;
    q.subnet = n->enis[eni].subnet;
    sym_leg_open(s, &q, no_ref());
    int8_t groups = n->lbs[lb].privatelink_groups;
    if (groups != 0 && !n->enis[eni].skips_groups) {
        struct tri t = filter_groups(s, &q, eni, false, NET_NONE);
        if (!known)
            t = (struct tri){{NULL, 0}, s->r->all};
        if (groups < 0)
            t.may = s->r->all;
        if (!sym_keep(s, &q, t))
            return;
    }
    balancer(s, &q, eni, lb, true);
}

static void endpoint_service(struct sym *s, const struct packet *p, uint32_t eni, uint32_t service)
{
    const struct net *n = s->n;
    struct sym_mark m = sym_marked(s);
    NET_EACH(i, n->services[service].balancers) {
        uint32_t lb = n->service_balancers[i].lb, thing = lb == NET_NONE ? NET_NONE : n->lbs[lb].thing;
        if (thing == NET_NONE)
            continue;
        NET_EACH(k, n->things[thing].enis) {
            into_provider(s, p, eni, lb, n->eni_order[k]);
            sym_reset(s, &m);
        }
    }
}

bool sym_relay(struct sym *s, const struct packet *p, uint32_t eni)
{
    const struct net *n = s->n;
    uint32_t thing = n->enis[eni].thing, lb = s->r->lb_of_thing[thing], endpoint = s->r->endpoint_of_thing[thing];
    if (s->answer)
        return false;
    if (lb != NET_NONE && n->lbs[lb].kind != LB_GATEWAY) {
        balancer(s, p, eni, lb, false);
        return true;
    }
    if (endpoint == NET_NONE)
        return false;
    const struct net_endpoint *d = &n->endpoints[endpoint];
    if (!d->available)
        return true;
    struct sym_mark m = sym_marked(s);
    sym_arrived(s, p, ref_of(NET_ENI, eni));
    sym_reset(s, &m);
    sym_leg_end(s, p, ref_of(NET_ENI, eni));
    if (d->service != NET_NONE)
        endpoint_service(s, p, eni, d->service);
    NET_EACH(k, s->r->entrances_of_endpoint[endpoint]) {
        struct sym_mark here = sym_marked(s);
        sym_entrance(s, *p, s->r->entrance_endpoint_order[k]);
        sym_reset(s, &here);
    }
    return true;
}

/* ---- entrances ---- */

static bool enters(struct sym *s, struct packet *p, uint32_t entrance)
{
    const struct net *n = s->n;
    const struct net_entrance *t = &n->entrances[entrance];
    struct services_span span = engine_services(s->r, t->proto, t->lo, t->hi);
    struct services takes = services_one(s->a, span.lo, span.hi);
    if (!sym_keep(s, p, (struct tri){takes, takes}))
        return false;
    struct tri admitted = {{NULL, 0}, {NULL, 0}};
    NET_EACH(i, t->groups) {
        uint32_t g = n->entrance_groups[i].group;
        if (g == NET_NONE || !n->groups[g].ingress_read)
            admitted.may = s->r->all;
        else
            admitted = tri_join(s->a, admitted, filter_group_admits(s, g, p->src));
    }
    if (t->groups.count && !sym_keep(s, p, admitted))
        return false;
    if (!t->sure || t->gated)
        sym_doubt(p);
    p->internet = p->internet || t->from_external == 0;
    return true;
}

static void enter_unseen(struct sym *s, struct packet p, struct to to)
{
    if (!sym_new_leg(s, &p, NET_NONE))
        return;
    p.dst = to.ip;
    p.vpc = to.vpc;
    p.subnet = net_subnet_at(s->n, to.vpc, to.ip);
    p.groups_unasked = true;
    sym_leg_open(s, &p, no_ref());
    sym_doubt(&p);
    sym_local(s, p);
}

/* As relay_leg() does, towards a target of which no relay is known. */
static void enter_unseen_at(struct sym *s, const struct packet *p, struct to to)
{
    if (!to.port) {
        enter_unseen(s, *p, to);
        return;
    }
    for (uint32_t slot = 0; slot < SLOTS_WITH_PORTS; slot++) {
        struct packet q = *p;
        if (!part_of(s, &q, slot << 16, (slot << 16) + 65535))
            continue;
        struct services one = services_one(s->a, (slot << 16) + to.port, (slot << 16) + to.port);
        q.now = tri_doubt((struct tri){one, one});
        q.client = tri_doubt(q.client);
        q.mapped = true;
        struct sym_mark m = sym_marked(s);
        enter_unseen(s, q, to);
        sym_reset(s, &m);
    }
    struct packet q = *p;
    if (part_of(s, &q, PORTLESS_FIRST, s->r->all.at[0].hi))
        enter_unseen(s, q, to);
}

static void enter_to(struct sym *s, const struct packet *p, const struct net_entrance *t, struct to to)
{
    const struct net *n = s->n;
    if (t->via_thing == NET_NONE || !n->things[t->via_thing].enis.count) {
        struct sym_mark m = sym_marked(s);
        enter_unseen_at(s, p, to);
        sym_reset(s, &m);
        return;
    }
    NET_EACH(k, n->things[t->via_thing].enis)
        relay_to(s, p, n->eni_order[k], t->via_thing, to, t->keeps_client_ip, false);
}

static uint32_t enter_interfaces(struct sym *s, const struct packet *p, const struct net_entrance *t, uint32_t thing)
{
    const struct net *n = s->n;
    uint32_t found = 0;
    NET_EACH(k, n->things[thing].enis) {
        uint32_t eni = n->eni_order[k];
        struct to to = {address_of(n, eni, true), n->enis[eni].vpc, t->to_port};
        if (!to.ip)
            to.ip = address_of(n, eni, false);
        if (!to.ip || !n->enis[eni].receives)
            continue;
        found++;
        enter_to(s, p, t, to);
    }
    return found;
}

void sym_entrance(struct sym *s, struct packet p, uint32_t entrance)
{
    const struct net *n = s->n;
    const struct net_entrance *t = &n->entrances[entrance];
    if (sym_full(s, &p) || !enters(s, &p, entrance))
        return;
    sym_leg_end(s, &p, ref_of(NET_ENTRANCE, entrance));
    if (t->service != NET_NONE) {
        endpoint_service(s, &p, NET_NONE, t->service);
        return;
    }
    if (t->to_thing != NET_NONE) {
        uint32_t found = enter_interfaces(s, &p, t, t->to_thing);
        for (uint32_t i = 0; i < n->things_count && !found; i++)
            if (n->things[i].of == t->to_thing)
                found = enter_interfaces(s, &p, t, i);
        if (!found)
            sym_arrived(s, &p, ref_of(NET_THING, t->to_thing));
        return;
    }
    if (t->to_ip && t->to_vpc != NET_NONE) {
        enter_to(s, &p, t, (struct to){t->to_ip, t->to_vpc, t->to_port});
        return;
    }
    sym_doubt(&p);
    sym_lost_end(s, &p);
}
