/*
 * What makes a new connection: load balancers, endpoint services, entrances.
 * Elastic Load Balancing guides (Network: "Client IP preservation", "Security groups"; Application: "Target groups";
 * Classic), PrivateLink Guide ("Share your services through AWS PrivateLink").
 */
#include "reach/walk_internal.h"

void walk_leg_open(struct walker *w, const struct packet *p, struct net_ref from)
{
    struct leg *l = &w->legs[w->leg_count++];
    *l = (struct leg){.from = from,
                      .from_vpc = p->vpc,
                      .from_subnet = p->subnet,
                      .sent = {p->src, p->dst, p->sport, p->dport},
                      .proto = p->proto,
                      .any_sport = p->any_sport,
                      .border_always = p->border_always,
                      .eigw = NET_NONE};
}

void walk_leg_end(struct walker *w, const struct packet *p, struct net_ref to)
{
    struct leg *l = &w->legs[w->leg_count - 1];
    l->to = to;
    l->arrived = (struct header){p->src, p->dst, p->sport, p->dport};
    l->to_vpc = p->vpc;
    l->to_subnet = to.kind == NET_ENI   ? w->n->enis[to.index].subnet
                   : to.kind == NET_NAT ? w->n->nats[to.index].subnet
                                        : NET_NONE;
}

bool walk_new_leg(struct walker *w, struct packet *p, struct net_ref at, uint32_t thing)
{
    if (w->leg_count >= LEGS_MAX || p->relay_count >= RELAYS_MAX) {
        walk_doubt(w, p, at, no_ref(), "NO_PATH", STR("more gateways and balancers in a row than are followed"));
        walk_lost_end(w, p, at);
        return false;
    }
    if (thing != NET_NONE)
        p->relays[p->relay_count++] = thing;
    w->seen_count = 0;
    p->refs = REFS_KEPT;
    p->came = CAME_HERE;
    p->sender = p->client = p->egress_checked = NET_NONE;
    p->public_ip = 0;
    p->az = str_make(NULL, 0);
    p->from_nat = p->border_always = p->groups_unasked = false;
    /* Reachability Analyzer guide, REMAP_EPHEMERAL_PORT. */
    p->any_sport = true;
    if (p->sport < EPHEMERAL_FIRST)
        p->sport = EPHEMERAL_USUAL;
    return true;
}

/* The interface's own address of this family, the primary first; 0: none. */
static ip_number address_of(const struct net *n, uint32_t eni, bool v4)
{
    ip_number found = 0;
    NET_EACH (i, n->enis[eni].addresses) {
        const struct net_address *a = &n->addresses[i];
        if (ip_is_v4(a->range.lo) == v4 && (!found || a->primary))
            found = a->range.lo;
    }
    return found;
}

static uint32_t row_of(const struct net *n, uint32_t eni, ip_number ip)
{
    NET_EACH (i, n->enis[eni].addresses)
        if (ip_in(n->addresses[i].range, ip))
            return i;
    return NET_NONE;
}

/* A new connection from an interface of the relay, under its own address. */
static void send_as(struct walker *w, struct packet p, uint32_t eni)
{
    const struct net *n = w->n;
    p.src = address_of(n, eni, ip_is_v4(p.dst));
    if (!p.src) {
        walk_stop(w, &p, ref_of(NET_ENI, eni), no_ref(), "NO_POSSIBLE_DESTINATION",
                  STR("it has no address of the target's family"));
        return;
    }
    uint32_t row = row_of(n, eni, p.src);
    p.sender = eni;
    p.sender_vpc = p.vpc = n->enis[eni].vpc;
    p.public_ip = n->addresses[row].public_ip;
    p.subnet = n->enis[eni].subnet;
    walk_leg_open(w, &p, ref_of(NET_ENI, eni));
    walk_send(w, p, eni);
}

/*
 * The client's address is kept: the target's groups see the client's address, and a reference to the balancer's group
 * matches (Network Load Balancers, "Security groups"); targets are in the VPC or in one peered in the Region ("Client
 * IP preservation"). Answers are taken to go back to the balancer whatever the target's route table says
 * (data/net/assumptions.tsv).
 */
static void send_kept(struct walker *w, struct packet p, uint32_t eni, uint32_t client, uint32_t vpc)
{
    const struct net *n = w->n;
    uint32_t here = n->enis[eni].vpc;
    struct net_ref at = ref_of(NET_ENI, eni);
    p.sender = eni;
    p.client = client;
    p.sender_vpc = p.vpc = here;
    p.any_sport = false;
    p.subnet = n->enis[eni].subnet;
    if (vpc != here && !vpcs_peered(n, here, vpc, true)) {
        walk_stop(w, &p, at, no_ref(), "ELBV2_SOURCE_ADDRESS_PRESERVATION",
                  STR("with the client's address kept, only targets of this VPC and of peered ones"));
        return;
    }
    walk_leg_open(w, &p, at);
    w->legs[w->leg_count - 1].kept = true;
    if (!pass_groups(w, &p, eni, true))
        return;
    if (!subnet_holds(n, p.subnet, p.dst) && p.subnet != NET_NONE && !pass_acl(w, &p, p.subnet, true))
        return;
    p.vpc = vpc;
    p.came = vpc == here ? CAME_HERE : CAME_PEERING;
    walk_local(w, p);
}

/* The client whose group memberships a balancer that keeps its address hands on. */
static uint32_t client_of(const struct packet *p)
{
    return p->refs == REFS_KEPT ? p->sender : NET_NONE;
}

struct to { /* where a balancer or entrance sends */
    ip_number ip;
    uint32_t vpc;
    uint16_t port;
};

/* `p` has arrived at `eni`, an interface of `thing`. */
static void relay_to(struct walker *w, const struct packet *p, uint32_t eni, uint32_t thing, struct to to, int keeps,
                     bool border_always)
{
    bool same_family = ip_is_v4(to.ip) == ip_is_v4(p->src);
    struct packet q = *p;
    if (keeps < 0)
        walk_doubt(w, &q, ref_of(NET_ENI, eni), no_ref(), "MISSING_TARGET_GROUP_ATTRIBUTES",
                   STR("whether the client's address is kept was not read"));
    for (int keep = 0; keep < 2; keep++) {
        if ((keeps == 1 && same_family ? keep == 0 : keep == 1) && (keeps >= 0 || !same_family))
            continue;
        struct mark m = walk_mark(w);
        struct packet r = q;
        uint32_t client = client_of(p);
        if (walk_new_leg(w, &r, ref_of(NET_ENI, eni), thing)) {
            r.dst = to.ip;
            r.dport = to.port ? to.port : p->dport;
            r.border_always = border_always;
            if (keep) {
                r.sport = p->sport;
                send_kept(w, r, eni, client, to.vpc);
            } else {
                send_as(w, r, eni);
            }
        }
        walk_reset(w, &m);
    }
}

/* A balancer's interface that a packet stands at. "The source IP of the AWS PrivateLink traffic is always the private
 * IP address of the Network Load Balancer" (Network Load Balancers, "Client IP preservation"). */
struct stand {
    uint32_t eni, lb;
    bool privatelink;
};

static void to_balancer_target(struct walker *w, const struct packet *p, struct stand at, const struct net_target *t)
{
    const struct net *n = w->n;
    const struct net_target_group *g = &n->target_groups[t->group];
    const struct net_lb *b = &n->lbs[at.lb];
    /* Only network load balancers can keep it. */
    int keeps = b->kind == LB_NETWORK && !at.privatelink ? g->keeps_client_ip : 0;
    if (t->lb != NET_NONE) {
        uint32_t thing = n->lbs[t->lb].thing;
        if (thing != NET_NONE)
            NET_EACH (k, n->things[thing].enis) {
                uint32_t other = n->eni_order[k];
                struct to to = {address_of(n, other, true), n->enis[other].vpc, t->port};
                if (to.ip)
                    relay_to(w, p, at.eni, b->thing, to, keeps, false);
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
        relay_to(w, p, at.eni, b->thing, to, keeps, b->kind == LB_CLASSIC);
}

static void to_target_group(struct walker *w, struct packet p, struct stand from, const struct net_listener_group *lg)
{
    const struct net *n = w->n;
    const struct net_target_group *g = &n->target_groups[lg->group];
    struct net_ref at = ref_of(NET_TARGET_GROUP, lg->group);
    struct mark m = walk_mark(w);
    walk_pass(w, &p, at, ref_of(NET_LISTENER, lg->listener),
              lg->by_rule ? STR("a target group of a listener rule (L7)") : STR("a target group of the listener"));
    if (!g->read) {
        struct packet q = p;
        walk_doubt(w, &q, at, no_ref(), "UNKNOWN_RESOURCE", STR("the targets were not all read"));
        walk_lost_end(w, &q, at);
    } else if (!g->targets.count) {
        walk_stop(w, &p, at, no_ref(), "ELBV2_LISTENER_HAS_NO_TG", STR("the target group has no targets"));
    }
    walk_reset(w, &m);
    walk_pass(w, &p, at, ref_of(NET_LISTENER, lg->listener),
              lg->by_rule ? STR("a target group of a listener rule (L7)") : STR("a target group of the listener"));
    NET_EACH (i, g->targets)
        to_balancer_target(w, &p, from, &n->targets[i]);
    walk_reset(w, &m);
}

static bool listens(const struct net_listener *l, const struct packet *p)
{
    return (l->proto == NET_ANY_PROTOCOL || l->proto == p->proto) && l->lo <= p->dport && p->dport <= l->hi;
}

/* `p` stands at an interface of the balancer, its groups passed. */
static void balancer(struct walker *w, const struct packet *p, uint32_t eni, uint32_t lb, bool privatelink)
{
    const struct net *n = w->n;
    const struct net_lb *b = &n->lbs[lb];
    struct net_ref at = ref_of(NET_ENI, eni), by = ref_of(NET_LB, lb);
    bool any = false;
    NET_EACH (i, b->listeners)
        any = any || listens(&n->listeners[i], p);
    struct packet q = *p;
    if (!b->listeners_read)
        walk_doubt(w, &q, at, by, "UNKNOWN_RESOURCE", STR("the listeners were not all read"));
    else if (!any) {
        walk_stop(w, &q, at, by, b->kind == LB_CLASSIC ? "ELB_LISTENERS_MISMATCH" : "ELBV2_LISTENERS_MISMATCH",
                  STR("no listener takes it"));
        return;
    }
    struct mark m = walk_mark(w);
    if (any)
        q.doubt = p->doubt;
    walk_arrived(w, &q, at);
    walk_reset(w, &m);
    walk_leg_end(w, p, at);
    NET_EACH (i, b->listeners) {
        if (!listens(&n->listeners[i], p))
            continue;
        struct mark here = walk_mark(w);
        if (!n->listeners[i].read) {
            struct packet r = *p;
            walk_doubt(w, &r, ref_of(NET_LISTENER, i), no_ref(), "UNKNOWN_RESOURCE",
                       STR("the rules of the listener were not read"));
            walk_lost_end(w, &r, ref_of(NET_LISTENER, i));
            walk_reset(w, &here);
        }
        NET_EACH (k, n->listeners[i].targets)
            to_target_group(w, *p, (struct stand){eni, lb, privatelink}, &n->listener_groups[k]);
    }
}

/* Into the provider's balancer without any network between. Where its inbound rules are on for PrivateLink traffic,
 * "the source of the traffic is the private IP address of the client, not the endpoint interface" (Network Load
 * Balancers, "Security groups"). */
static void into_provider(struct walker *w, const struct packet *p, struct net_ref endpoint, uint32_t lb, uint32_t eni)
{
    const struct net *n = w->n;
    struct packet q = *p;
    struct net_ref at = ref_of(NET_ENI, eni);
    bool known = endpoint.kind == NET_ENI; /* who the client is, whose address the groups may be asked for */
    if (!walk_new_leg(w, &q, endpoint, known ? n->enis[endpoint.index].thing : NET_NONE))
        return;
    q.dst = address_of(n, eni, ip_is_v4(p->dst));
    if (!q.dst)
        return;
    q.refs = REFS_LOST;
    q.vpc = n->enis[eni].vpc;
    q.subnet = n->enis[eni].subnet;
    walk_leg_open(w, &q, ref_of(NET_NOTHING, NET_NONE));
    if (n->lbs[lb].privatelink_groups != 0 && !n->enis[eni].skips_groups) {
        struct net_ref by;
        const char *code;
        enum tri t = walk_groups(w, &q, eni, false, NET_NONE, &by, &code);
        t = known ? t : MAYBE;
        if (t == NO && n->lbs[lb].privatelink_groups == 1) {
            walk_stop(w, &q, at, by, code, STR("no inbound rule of the balancer's security groups admits it"));
            return;
        }
        if (t != YES)
            walk_doubt(w, &q, at, by, code, STR("whether the balancer's security groups admit it is not known"));
    }
    walk_pass(w, &q, at, ref_of(NET_LB, lb), STR("at the balancer of the endpoint service"));
    balancer(w, &q, eni, lb, true);
}

static void endpoint_service(struct walker *w, const struct packet *p, struct net_ref endpoint, uint32_t service)
{
    const struct net *n = w->n;
    const struct net_service *s = &n->services[service];
    struct net_ref at = ref_of(NET_SERVICE, service);
    struct mark m = walk_mark(w);
    if (!s->balancers_read) {
        struct packet q = *p;
        walk_doubt(w, &q, at, no_ref(), "UNKNOWN_RESOURCE", STR("the balancers of the endpoint service were not read"));
        walk_lost_end(w, &q, at);
        walk_reset(w, &m);
    }
    NET_EACH (i, s->balancers) {
        uint32_t lb = n->service_balancers[i].lb, thing = lb == NET_NONE ? NET_NONE : n->lbs[lb].thing;
        if (thing == NET_NONE)
            continue;
        NET_EACH (k, n->things[thing].enis) {
            into_provider(w, p, endpoint, lb, n->eni_order[k]);
            walk_reset(w, &m);
        }
    }
}

bool walk_relay(struct walker *w, const struct packet *p, uint32_t eni)
{
    const struct net *n = w->n;
    uint32_t thing = n->enis[eni].thing, lb = n->lb_of[thing], endpoint = n->endpoint_of[thing];
    if (w->answer)
        return false;
    if (lb != NET_NONE && n->lbs[lb].kind != LB_GATEWAY) {
        balancer(w, p, eni, lb, false);
        return true;
    }
    if (endpoint == NET_NONE)
        return false;
    const struct net_endpoint *d = &n->endpoints[endpoint];
    if (!d->available) {
        walk_stop(w, p, ref_of(NET_ENDPOINT, endpoint), no_ref(), "BAD_STATE", STR("the endpoint is not available"));
        return true;
    }
    struct mark m = walk_mark(w);
    walk_arrived(w, p, ref_of(NET_ENI, eni));
    walk_reset(w, &m);
    walk_leg_end(w, p, ref_of(NET_ENI, eni));
    if (d->service != NET_NONE)
        endpoint_service(w, p, ref_of(NET_ENI, eni), d->service);
    for (uint32_t i = 0; i < n->entrances_count; i++)
        if (n->entrances[i].from_endpoint == endpoint) {
            struct mark k = walk_mark(w);
            walk_entrance(w, *p, i);
            walk_reset(w, &k);
        }
    return true;
}

/* What the entrance itself asks: protocol and port, the groups of the caller's association. */
static bool enters(struct walker *w, struct packet *p, uint32_t entrance)
{
    const struct net *n = w->n;
    const struct net_entrance *t = &n->entrances[entrance];
    struct net_ref at = ref_of(NET_ENTRANCE, entrance);
    if ((t->proto != NET_ANY_PROTOCOL && t->proto != p->proto) || p->dport < t->lo || p->dport > t->hi) {
        walk_stop(w, p, at, no_ref(), "ELBV2_LISTENERS_MISMATCH", STR("it takes no connections on this port"));
        return false;
    }
    enum tri admitted = t->groups.count ? NO : YES;
    NET_EACH (i, t->groups) {
        uint32_t g = n->entrance_groups[i].group, rule;
        if (g == NET_NONE || !n->groups[g].ingress_read)
            admitted = tri_or(admitted, MAYBE);
        else if (walk_group_admits(n, g, false, p->proto, p->dport, p->src, &rule))
            admitted = YES;
    }
    if (admitted == NO) {
        walk_stop(w, p, at, no_ref(), "ENI_SG_RULES_MISMATCH",
                  STR("no inbound rule of the association's security groups admits it"));
        return false;
    }
    if (admitted == MAYBE || !t->sure)
        walk_doubt(w, p, at, no_ref(), "UNKNOWN_RESOURCE", walk_text(w, "whether ", t->id, " opens is not known"));
    else if (t->gated)
        walk_doubt(w, p, at, no_ref(), NULL,
                   walk_text(w, "a sign-in stands before it: ", t->label.len ? t->label : t->id, ""));
    else
        walk_pass(w, p, at, no_ref(), t->label.len ? t->label : t->id);
    p->internet = p->internet || t->from_external == 0;
    return true;
}

/* Straight to the target, of whose groups it is not known that they are asked. */
static void enter_unseen(struct walker *w, struct packet p, const struct net_entrance *t, struct to to)
{
    struct net_ref at = ref_of(NET_VPC, to.vpc);
    if (!walk_new_leg(w, &p, at, NET_NONE))
        return;
    p.dst = to.ip;
    p.dport = to.port;
    p.vpc = to.vpc;
    p.subnet = net_subnet_at(w->n, to.vpc, to.ip);
    p.groups_unasked = true;
    walk_leg_open(w, &p, ref_of(NET_NOTHING, NET_NONE));
    walk_doubt(w, &p, at, no_ref(), "UNKNOWN_RESOURCE",
               walk_text(w, "whether the security groups behind ", t->id, " are asked is not known"));
    walk_local(w, p);
}

static void enter_to(struct walker *w, const struct packet *p, const struct net_entrance *t, struct to to)
{
    const struct net *n = w->n;
    if (t->via_thing == NET_NONE || !n->things[t->via_thing].enis.count) {
        struct mark m = walk_mark(w);
        enter_unseen(w, *p, t, to);
        walk_reset(w, &m);
        return;
    }
    NET_EACH (k, n->things[t->via_thing].enis)
        relay_to(w, p, n->eni_order[k], t->via_thing, to, t->keeps_client_ip, false);
}

static uint32_t enter_interfaces(struct walker *w, const struct packet *p, const struct net_entrance *t, uint32_t thing)
{
    const struct net *n = w->n;
    uint32_t found = 0;
    NET_EACH (k, n->things[thing].enis) {
        uint32_t eni = n->eni_order[k];
        struct to to = {address_of(n, eni, true), n->enis[eni].vpc, t->to_port ? t->to_port : p->dport};
        if (!to.ip)
            to.ip = address_of(n, eni, false);
        if (!to.ip || !n->enis[eni].receives)
            continue;
        found++;
        enter_to(w, p, t, to);
    }
    return found;
}

void walk_entrance(struct walker *w, struct packet p, uint32_t entrance)
{
    const struct net *n = w->n;
    const struct net_entrance *t = &n->entrances[entrance];
    struct net_ref at = ref_of(NET_ENTRANCE, entrance);
    if (walk_full(w, &p, at) || !enters(w, &p, entrance))
        return;
    /* Who came over the Internet gets the answer over the Internet. */
    bool over_internet = t->from_external != NET_NONE && w->legs[w->leg_count - 1].from.kind != NET_EXTERNAL;
    walk_leg_end(w, &p, over_internet ? ref_of(NET_EXTERNAL, t->from_external) : at);
    if (t->service != NET_NONE) {
        endpoint_service(w, &p, at, t->service);
        return;
    }
    if (t->to_thing != NET_NONE) {
        uint32_t found = enter_interfaces(w, &p, t, t->to_thing);
        for (uint32_t i = 0; i < n->things_count && !found; i++)
            if (n->things[i].of == t->to_thing)
                found = enter_interfaces(w, &p, t, i);
        if (!found)
            walk_arrived(w, &p, ref_of(NET_THING, t->to_thing));
        return;
    }
    if (t->to_ip && t->to_vpc != NET_NONE) {
        enter_to(w, &p, t, (struct to){t->to_ip, t->to_vpc, t->to_port ? t->to_port : p.dport});
        return;
    }
    walk_doubt(w, &p, at, no_ref(), "UNKNOWN_DESTINATION", STR("what stands behind it is not known"));
    walk_lost_end(w, &p, at);
}
