/* Whose each interface is. First what an answer says outright (fact_net_thing_eni), then what the interface's type, requester
 * and description tell, then the one store that has the same subnet and groups. What is left is a thing of its own: it
 * may send and receive. */
#include "reach/load_thing.h"

struct owners {
    struct net_loader *l;
    struct owner_patterns patterns;
    struct map by_key;    /* "TYPE ACCOUNT REGION KEY" and "TYPE KEY" -> row + 1 */
    struct map by_place;  /* "SERVICE SUBNET GROUPS" -> row + 1; UINT32_MAX: more than one has them */
    unsigned *does;       /* by interface: 0 = its thing's kind decides */
    bool *decided;
};

static uint32_t found(const struct map *m, struct str key)
{
    const void *value = map_get(m, key);
    uintptr_t row = (uintptr_t)value;
    return value && row != UINT32_MAX ? (uint32_t)(row - 1) : NET_NONE;
}

/* "AWS::RDS" of "AWS::RDS::DBInstance". */
static struct str service_of(struct str type)
{
    ptrdiff_t at = str_rindex(type, ':');
    return at > 1 ? str_sub(type, 0, (size_t)at - 1) : type;
}

static struct str whole_key(struct arena *a, struct str type, struct str account, struct str region, struct str key)
{
    return arena_printf(a, "%.*s %.*s %.*s %.*s", STR_ARG(type), STR_ARG(account), STR_ARG(region), STR_ARG(key));
}

static struct str short_key(struct arena *a, struct str type, struct str key)
{
    return arena_printf(a, "%.*s %.*s", STR_ARG(type), STR_ARG(key));
}

static bool read_keys(struct owners *o, struct err *e)
{
    struct net_loader *l = o->l;
    struct query *q = query_new(l->s, "SELECT arn, type, account, region, key FROM fact_net_thing WHERE key IS NOT NULL ORDER BY arn", e);
    if (!q)
        return false;
    while (query_step(q)) {
        void *row = (void *)(uintptr_t)(net_row(l, NET_THING, query_str(q, 0)) + 1); /* looked up only */
        struct str type = query_str(q, 1), key = query_str(q, 4);
        if (str_eqz(type, "AWS::Elasticsearch::Domain"))
            type = STR("AWS::OpenSearchService::Domain");
        map_add(&o->by_key, whole_key(l->scratch, type, query_str(q, 2), query_str(q, 3), key), row);
        map_add(&o->by_key, short_key(l->scratch, type, key), row);
    }
    return query_done(q);
}

static bool read_places(struct owners *o, struct err *e)
{
    struct net_loader *l = o->l;
    struct query *q = query_new(l->s,
                                "WITH grouped AS MATERIALIZED (SELECT arn, group_concat(sg, ',') AS groups FROM fact_net_place_group GROUP BY arn)"
                                " SELECT p.arn, t.type, p.subnet, g.groups FROM fact_net_place p JOIN fact_net_thing t ON t.arn = p.arn"
                                " JOIN grouped g ON g.arn = p.arn WHERE t.virtual IS NOT NULL ORDER BY p.arn, p.subnet",
                                e);
    if (!q)
        return false;
    while (query_step(q)) {
        uint32_t row = net_row(l, NET_THING, query_str(q, 0));
        struct str service = service_of(query_str(q, 1)), subnet = query_str(q, 2), groups = query_str(q, 3);
        if (str_eqz(service, "AWS::Elasticsearch"))
            service = STR("AWS::OpenSearchService");
        struct str key = arena_printf(l->scratch, "%.*s %.*s %.*s", STR_ARG(service), STR_ARG(subnet), STR_ARG(groups));
        if (!map_add(&o->by_place, key, (void *)(uintptr_t)(row + 1)))      /* looked up only */
            map_put(&o->by_place, key, (void *)(uintptr_t)UINT32_MAX);
    }
    return query_done(q);
}

static void named_row(struct net_loader *l, struct query *q)
{
    uint32_t eni = net_row(l, NET_ENI, query_str(q, 0)), thing = net_row(l, NET_THING, query_str(q, 1));
    if (eni != NET_NONE && thing != NET_NONE)
        l->n->enis[eni].thing = thing;
}

enum { COL_ENI, COL_ACCOUNT, COL_REGION, COL_SUBNET, COL_TYPE, COL_REQUESTER, COL_DESCRIPTION, COL_ATTACHED, COL_FORWARDS, COL_HOSTED, COL_GROUPS, COL_TENANT,
       COL_WHY, COL_SHARED, COL_CONFLICT };

static uint32_t by_pattern(struct owners *o, struct query *q, const struct owner_pattern *p, struct str id)
{
    struct arena *a = o->l->scratch;
    if (str_eqz(p->thing, "-"))
        return NET_NONE;
    if (str_ends(p->thing, STR("::*"))) {
        struct str service = str_sub(p->thing, 0, p->thing.len - 3), subnet = query_str(q, COL_SUBNET), groups = query_str(q, COL_GROUPS);
        return found(&o->by_place, arena_printf(a, "%.*s %.*s %.*s", STR_ARG(service), STR_ARG(subnet), STR_ARG(groups)));
    }
    if (str_starts(query_str(q, COL_DESCRIPTION), STR("ELB ")))
        id = str_sub(query_str(q, COL_DESCRIPTION), 4, SIZE_MAX); /* the kind of balancer is part of its key */
    uint32_t row = found(&o->by_key, whole_key(a, p->thing, query_str(q, COL_ACCOUNT), query_str(q, COL_REGION), id));
    return row != NET_NONE ? row : found(&o->by_key, short_key(a, p->thing, id));
}

/* A thing of its own: the tenant is the interface's. */
static uint32_t own_thing(struct owners *o, struct query *q, uint32_t eni, unsigned does)
{
    struct net *n = o->l->n;
    struct net_thing *t = net_add_thing(n);
    t->id = n->enis[eni].id;
    t->type = STR("AWS::EC2::NetworkInterface");
    t->name = net_text(o->l, q, COL_DESCRIPTION);
    t->kind = does & DOES_RUN_CODE ? THING_HOST : THING_OTHER;
    t->account = n->enis[eni].account;
    t->vpc = n->enis[eni].vpc;
    t->tenant = net_shared(o->l, q, COL_TENANT);
    t->why = net_shared(o->l, q, COL_WHY);
    t->shared = query_int(q, COL_SHARED);
    t->conflict = query_int(q, COL_CONFLICT);
    t->runs_code = does & DOES_RUN_CODE;
    return n->things_count - 1;
}

/* Of an interface that is attached to an instance the description is its owner's to choose: no pattern is asked. */
static const struct owner_pattern *pattern_for(const struct owners *o, struct query *q, struct str *id)
{
    struct str requester = query_str(q, COL_REQUESTER), description = query_str(q, COL_DESCRIPTION);
    *id = str_make(NULL, 0);
    if (query_int(q, COL_HOSTED))
        return NULL;
    return owner_pattern_of(&o->patterns, query_str(q, COL_TYPE), requester.ptr ? requester : STR(""), description.ptr ? description : STR(""), id);
}

/* What an interface does that no answer and no pattern explains: it may do all, and what is attached as ordinary ones are may run code. */
static unsigned unexplained(struct query *q)
{
    return DOES_SOURCE | DOES_RECEIVE | (str_eqz(query_str(q, COL_TYPE), "interface") || query_int(q, COL_HOSTED) ? DOES_RUN_CODE : 0);
}

static void owner_row(struct owners *o, struct query *q)
{
    struct net *n = o->l->n;
    struct str id;
    uint32_t eni = net_row(o->l, NET_ENI, query_str(q, COL_ENI));
    if (eni == NET_NONE)
        return;
    const struct owner_pattern *p = pattern_for(o, q, &id);
    if (n->enis[eni].thing == NET_NONE && p)
        n->enis[eni].thing = by_pattern(o, q, p, id);
    bool attached = query_int(q, COL_ATTACHED);
    n->enis[eni].forwards = query_int(q, COL_FORWARDS) && !p;
    if (n->enis[eni].thing != NET_NONE && n->things[n->enis[eni].thing].kind != THING_OTHER && attached) {
        o->does[eni] = p ? p->does & DOES_SKIP_GROUPS : 0;
        return;
    }
    o->does[eni] = !attached ? 0 : p ? p->does : unexplained(q);
    o->decided[eni] = true;
    if (n->enis[eni].thing == NET_NONE)
        n->enis[eni].thing = own_thing(o, q, eni, o->does[eni]);
}

static bool read_owners(struct owners *o, struct err *e)
{
    struct query *q = query_new(o->l->s,
                                "SELECT eni, account, region, subnet, type, requester, description, attached, forwards, hosted, groups, tenant, why, shared,"
                                " conflict FROM fact_net_eni_owner ORDER BY eni",
                                e);
    if (!q)
        return false;
    while (query_step(q))
        owner_row(o, q);
    return query_done(q);
}

static unsigned does_by_kind(const struct net_thing *t)
{
    switch (t->kind) {
    case THING_FUNCTION: return DOES_SOURCE;
    case THING_STORE:
    case THING_BALANCER:
    case THING_ENDPOINT: return DOES_RECEIVE;
    case THING_NAT: return DOES_SKIP_GROUPS;
    case THING_GATEWAY: return str_eqz(t->type, "AWS::EKS::Cluster") ? DOES_SOURCE | DOES_RECEIVE : 0; /* the others send for an entrance only */
    default: return DOES_SOURCE | DOES_RECEIVE;
    }
}

static void apply(const struct owners *o)
{
    struct net *n = o->l->n;
    for (uint32_t i = 0; i < n->enis_count; i++) {
        struct net_eni *eni = &n->enis[i];
        const struct net_thing *t = eni->thing != NET_NONE ? &n->things[eni->thing] : NULL;
        unsigned does = o->does[i];
        if (eni->virtual_)
            continue; /* who made it said what it does */
        if (!o->decided[i])
            does |= t ? does_by_kind(t) : DOES_SOURCE | DOES_RECEIVE;
        eni->sources = does & DOES_SOURCE;
        eni->receives = does & DOES_RECEIVE;
        eni->skips_groups = does & DOES_SKIP_GROUPS;
        eni->assumed_state = t && t->stopped;
    }
}

bool load_owners(struct net_loader *l, struct err *e)
{
    struct owners o = {.l = l,
                       .does = arena_array_of(l->scratch, unsigned, l->n->enis_count + 1),
                       .decided = arena_array_of(l->scratch, bool, l->n->enis_count + 1)};
    map_init(&o.by_key, l->scratch);
    map_init(&o.by_place, l->scratch);
    if (!owner_patterns_load(l->scratch, &o.patterns, e) || !read_keys(&o, e) || !read_places(&o, e) ||
        !net_each(l, "SELECT eni, arn FROM fact_net_thing_eni ORDER BY eni", named_row, e) || !read_owners(&o, e))
        return false;
    apply(&o);
    return true;
}
