/* Names of ends: what SRC and DST of a question stand for. */
#include "reach/path.h"

#include <stdio.h>

enum { LISTED_MAX = 8 };

struct finder {
    const struct net *n;
    struct arena *a;
    struct path_ends *out;
    uint32_t room;
    bool from, router;
};

static void add(struct finder *f, struct net_ref at, ip_number ip)
{
    struct path_ends *o = f->out;
    if (o->count == PATH_ENDS_MAX)
        return;
    if (o->count == f->room) {
        uint32_t room = f->room ? 2 * f->room : 16;
        struct path_end *ends = arena_array_of(f->a, struct path_end, room);
        if (o->count)
            memcpy(ends, o->ends, o->count * sizeof *ends);
        o->ends = ends;
        f->room = room;
    }
    o->ends[o->count++] = (struct path_end){.at = at, .ip = ip};
}

/* What is addressed to it: its own addresses, those by which the Internet knows it, and one of each range that may be its. */
static void add_eni(struct finder *f, uint32_t eni)
{
    struct net_ref at = {NET_ENI, eni};
    NET_EACH(i, f->n->enis[eni].addresses) {
        const struct net_address *x = &f->n->addresses[i];
        add(f, at, x->range.lo);
        if (x->range.hi != x->range.lo)
            add(f, at, x->range.hi);
        if (x->public_ip && !f->from)
            add(f, at, x->public_ip);
    }
}

static void add_external(struct finder *f, uint32_t row)
{
    add(f, (struct net_ref){NET_EXTERNAL, row}, 0);
}

static bool takes_part(const struct finder *f, uint32_t eni)
{
    return f->from ? f->n->enis[eni].sources : f->n->enis[eni].receives;
}

static void add_thing(struct finder *f, uint32_t thing)
{
    const struct net_thing *t = &f->n->things[thing];
    uint32_t before = f->out->count;
    if (t->external != NET_NONE && t->external < f->n->externals_count) {
        add_external(f, t->external);
        return;
    }
    NET_EACH(i, t->enis)
        if (takes_part(f, f->n->eni_order[i]))
            add_eni(f, f->n->eni_order[i]);
    /* Asked by name, a thing that does not send of itself is asked about all the same. */
    if (f->out->count == before)
        NET_EACH(i, t->enis)
            add_eni(f, f->n->eni_order[i]);
}

static struct str eni_words(const struct finder *f, uint32_t eni)
{
    const struct net_thing *t = &f->n->things[f->n->enis[eni].thing];
    struct str id = net_id(f->n, (struct net_ref){NET_THING, f->n->enis[eni].thing});
    return t->name.len && !str_eq(t->name, id) ? arena_printf(f->a, "%.*s (%.*s)", STR_ARG(id), STR_ARG(t->name)) : id;
}

/* Interfaces that `is` holds for; how many things they are of is told. */
static void add_where(struct finder *f, bool (*is)(const struct net *n, uint32_t eni, const void *of), const void *of, struct str what)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < f->n->enis_count; i++)
        if (takes_part(f, i) && is(f->n, i, of)) {
            count++;
            add_eni(f, i);
        }
    f->out->words = arena_printf(f->a, "%.*s (%u interface(s))", STR_ARG(what), count);
    if (f->out->count >= PATH_ENDS_MAX)
        f->out->note = STR("it has too many interfaces: not all were asked about");
}

static bool in_vpc(const struct net *n, uint32_t eni, const void *of) { return n->enis[eni].vpc == *(const uint32_t *)of; }
static bool in_subnet(const struct net *n, uint32_t eni, const void *of) { return n->enis[eni].subnet == *(const uint32_t *)of; }
static bool in_account(const struct net *n, uint32_t eni, const void *of) { return n->enis[eni].account == *(const uint32_t *)of; }
static bool of_tenant(const struct net *n, uint32_t eni, const void *of) { return str_eq(n->things[n->enis[eni].thing].tenant, *(const struct str *)of); }
static bool in_group(const struct net *n, uint32_t eni, const void *of)
{
    NET_EACH(i, n->enis[eni].groups)
        if (n->eni_groups[i].group == *(const uint32_t *)of)
            return true;
    return false;
}

static bool is_tenant(const struct net *n, struct str name)
{
    for (uint32_t i = 0; i < n->things_count; i++)
        if (n->things[i].tenant.len && str_eq(n->things[i].tenant, name))
            return true;
    return false;
}

/* Where an address is that of an interface. */
struct place { uint32_t row; bool by_public; };
static uint32_t places_of(const struct net *n, ip_number ip, struct place *out, uint32_t max)
{
    uint32_t count = 0, row;
    for (uint32_t v = 0; v < n->vpcs_count; v++)
        if ((row = net_address_at(n, v, ip)) != NET_NONE && count++ < max)
            out[count - 1] = (struct place){row, false};
    if ((row = net_public_at(n, ip)) != NET_NONE && count++ < max)
        out[count - 1] = (struct place){row, true};
    return count;
}

static struct str list_places(const struct finder *f, const struct place *at, uint32_t count, ip_number ip)
{
    struct buf b;
    buf_init(&b, 4096);
    for (uint32_t i = 0; i < count && i < LISTED_MAX; i++) {
        uint32_t vpc = f->n->enis[f->n->addresses[at[i].row].eni].vpc;
        struct str id = vpc < f->n->vpcs_count ? f->n->vpcs[vpc].id : STR("?"), text = ip_text(f->a, ip);
        buf_addf(&b, "%s%.*s/%.*s", i ? ", " : "", STR_ARG(id), STR_ARG(text));
    }
    if (count > LISTED_MAX)
        buf_addf(&b, " and %u more", count - LISTED_MAX);
    struct str out = arena_str(f->a, buf_str(&b));
    buf_done(&b);
    return out;
}

static bool from_address(struct finder *f, ip_number ip, struct err *e)
{
    struct place at[LISTED_MAX];
    uint32_t count = places_of(f->n, ip, at, LISTED_MAX);
    struct str text = f->out->text;
    if (count > 1) {
        struct str all = list_places(f, at, count, ip);
        err_set(e, ERR_USAGE, "%.*s is an address of %u interfaces", STR_ARG(text), count);
        err_hint(e, "ask for one of %.*s", STR_ARG(all));
        return false;
    }
    if (count) {
        const struct net_address *x = &f->n->addresses[at[0].row];
        add(f, (struct net_ref){NET_ENI, x->eni}, at[0].by_public ? x->range.lo : ip);
        f->out->ref = (struct net_ref){NET_ENI, x->eni};
        struct str who = eni_words(f, x->eni);
        f->out->words = arena_printf(f->a, "%.*s of %.*s", STR_ARG(text), STR_ARG(who));
        return true;
    }
    if (ip_is_internal(ip))
        return err_set(e, ERR_USAGE, "%.*s is the address of no interface in this run", STR_ARG(text));
    add(f, (struct net_ref){NET_EXTERNAL, 0}, ip);
    f->out->ref = (struct net_ref){NET_EXTERNAL, 0};
    f->out->words = arena_printf(f->a, "%.*s on the Internet", STR_ARG(text));
    return true;
}

/* As a destination an address is where the source's routes lead; who else has it is told. */
static bool to_address(struct finder *f, ip_number ip)
{
    struct place at[LISTED_MAX];
    uint32_t count = places_of(f->n, ip, at, LISTED_MAX);
    add(f, (struct net_ref){NET_NOTHING, 0}, ip);
    f->out->words = f->out->text;
    if (count == 1) {
        struct str who = eni_words(f, f->n->addresses[at[0].row].eni);
        f->out->words = arena_printf(f->a, "%.*s (of %.*s)", STR_ARG(f->out->text), STR_ARG(who));
    } else if (count > 1) {
        struct str all = list_places(f, at, count, ip);
        f->out->note = arena_printf(f->a, "%.*s is an address of several interfaces (%.*s): the answer is about the one that the routes of the source lead to",
                                    STR_ARG(f->out->text), STR_ARG(all));
    }
    return true;
}

/* VPC/ADDRESS. */
static bool in_one_vpc(struct finder *f, uint32_t vpc, struct str address, struct err *e)
{
    ip_number ip;
    if (!ip_parse(address, &ip))
        return err_set(e, ERR_USAGE, "'%.*s' is no address", STR_ARG(address));
    uint32_t row = net_address_at(f->n, vpc, ip);
    if (row == NET_NONE)
        return err_set(e, ERR_USAGE, "no interface of %.*s has the address %.*s", STR_ARG(f->n->vpcs[vpc].id), STR_ARG(address));
    uint32_t eni = f->n->addresses[row].eni;
    add(f, (struct net_ref){NET_ENI, eni}, ip);
    f->out->ref = (struct net_ref){NET_ENI, eni};
    struct str who = eni_words(f, eni);
    f->out->words = arena_printf(f->a, "%.*s of %.*s", STR_ARG(f->out->text), STR_ARG(who));
    return true;
}

static bool internet(struct finder *f, struct str range, struct err *e)
{
    struct path_ends *o = f->out;
    ip_number ip;
    o->internet = true;
    o->ref = (struct net_ref){NET_EXTERNAL, 0};
    o->words = STR("the Internet");
    if (range.len && !str_eqz(range, "all")) {
        if (!ip_range_parse(range, &o->within))
            return err_set(e, ERR_USAGE, "'%.*s' is no address and no CIDR block", STR_ARG(range));
        o->words = arena_printf(f->a, "%.*s on the Internet", STR_ARG(range));
    }
    if (o->within.lo == o->within.hi && !ip_range_is_empty(o->within)) {
        ip = o->within.lo;
        if (ip_is_internal(ip))
            return err_set(e, ERR_USAGE, "%.*s is no address on the Internet", STR_ARG(range));
        add(f, (struct net_ref){NET_EXTERNAL, 0}, ip);
    } else
        add_external(f, 0);
    return true;
}

static bool is_on_premises(enum net_external_kind k)
{
    return k == EXTERNAL_VPN || k == EXTERNAL_DX || k == EXTERNAL_OTHER;
}

static bool on_premises(struct finder *f, struct err *e)
{
    for (uint32_t i = 0; i < f->n->externals_count; i++)
        if (is_on_premises(f->n->externals[i].kind))
            add_external(f, i);
    f->out->words = arena_printf(f->a, "networks outside AWS (%u)", f->out->count);
    return f->out->count || err_set(e, ERR_USAGE, "no network outside AWS is joined to this one");
}

/* Behind gateway endpoints (by the prefixes of their services), at interface endpoints, and by public addresses. */
static bool aws_services(struct finder *f, struct err *e)
{
    const struct net *n = f->n;
    for (uint32_t i = 0; i < n->externals_count; i++)
        if (n->externals[i].kind == EXTERNAL_AWS)
            add_external(f, i);
    for (uint32_t i = 0; i < n->endpoints_count && !f->from; i++) {
        const struct net_endpoint *x = &n->endpoints[i];
        if (x->kind == ENDPOINT_GATEWAY && x->list != NET_NONE && n->prefix_lists[x->list].entries.count)
            add(f, (struct net_ref){NET_ENDPOINT, i}, n->prefix_entries[n->prefix_lists[x->list].entries.first].range.lo);
        else if (x->aws && x->thing != NET_NONE)
            add_thing(f, x->thing);
    }
    f->out->words = STR("services of AWS");
    return f->out->count || err_set(e, ERR_USAGE, f->from ? "no service of AWS opens connections in this model" : "there is no endpoint of a service of AWS");
}

/* A packet of the first address that AWS does not keep for itself (VPC User Guide, "Subnet sizing"). */
static void add_router(struct finder *f, struct net_ref r)
{
    if (r.kind == NET_VPC) {
        NET_EACH(i, f->n->vpcs[r.index].cidrs)
            add(f, r, f->n->cidrs[i].range.lo + 4);
    } else {
        NET_EACH(i, f->n->subnets[r.index].cidrs)
            add(f, r, f->n->subnet_cidrs[i].range.lo + 4);
    }
    if (!f->out->count)
        add(f, r, 0);
}

static bool by_ref(struct finder *f, struct net_ref r, struct err *e)
{
    const struct net *n = f->n;
    struct path_ends *o = f->out;
    struct str id = net_id(n, r), what = arena_printf(f->a, "%s %.*s", net_kind_name(r.kind), STR_ARG(id));
    uint32_t thing = NET_NONE;
    o->ref = r;
    o->words = what;
    switch (r.kind) {
    case NET_ENI: add_eni(f, r.index); break;
    case NET_THING: thing = r.index; break;
    case NET_EXTERNAL: add_external(f, r.index); break;
    case NET_LB: thing = n->lbs[r.index].thing; break;
    case NET_NAT: thing = n->nats[r.index].thing; break;
    case NET_ENDPOINT: thing = n->endpoints[r.index].thing; break;
    case NET_GROUP: add_where(f, in_group, &r.index, what); break;
    case NET_ACCOUNT: add_where(f, in_account, &r.index, what); break;
    case NET_SUBNET:
    case NET_VPC:
        if (f->router)
            add_router(f, r);
        else
            add_where(f, r.kind == NET_VPC ? in_vpc : in_subnet, &r.index, what);
        break;
    default: return err_set(e, ERR_USAGE, "%.*s is a %s: no connection begins or ends there", STR_ARG(id), net_kind_name(r.kind));
    }
    if (thing != NET_NONE) {
        const struct net_thing *t = &n->things[thing];
        add_thing(f, thing);
        o->ref = (struct net_ref){NET_THING, thing};
        o->words = t->name.len && !str_eq(t->name, id) ? arena_printf(f->a, "%.*s (%.*s)", STR_ARG(id), STR_ARG(t->name)) : id;
    }
    return true;
}

/* Things may share a name; an id is one's alone. */
static bool is_shared_name(struct finder *f, struct str text, struct err *e)
{
    struct str found[LISTED_MAX];
    uint32_t count = 0;
    for (uint32_t i = 0; i < f->n->things_count; i++)
        if (str_eq(f->n->things[i].name, text) && count++ < LISTED_MAX)
            found[count - 1] = net_id(f->n, (struct net_ref){NET_THING, i});
    if (count < 2)
        return false;
    err_set(e, ERR_USAGE, "%u things are named '%.*s'", count, STR_ARG(text));
    struct buf b;
    buf_init(&b, 4096);
    for (uint32_t i = 0; i < count && i < LISTED_MAX; i++)
        buf_addf(&b, "%s%.*s", i ? ", " : "", STR_ARG(found[i]));
    err_hint(e, "ask for one of %s", buf_cstr(&b));
    buf_done(&b);
    return true;
}

static bool by_name(struct finder *f, struct str text, struct err *e)
{
    ip_number ip;
    if (ip_parse(text, &ip))
        return f->from ? from_address(f, ip, e) : to_address(f, ip);
    struct net_ref r = net_find(f->n, text);
    bool by_id = r.kind != NET_NOTHING && (str_eq(net_id(f->n, r), text) || (r.kind == NET_THING && str_eq(f->n->things[r.index].id, text)));
    if (by_id && r.kind != NET_THING)
        return by_ref(f, r, e);
    if (is_tenant(f->n, text)) {
        add_where(f, of_tenant, &text, arena_printf(f->a, "tenant %.*s", STR_ARG(text)));
        return true;
    }
    if (!by_id && is_shared_name(f, text, e))
        return false;
    if (r.kind != NET_NOTHING)
        return by_ref(f, r, e);
    err_set(e, ERR_USAGE, "there is no '%.*s' in the network of this run", STR_ARG(text));
    err_hint(e, "an id, an ARN, a name, a tenant, an address, VPC/ADDRESS, internet, internet:CIDR, onprem or aws-services");
    return false;
}

bool path_find(const struct net *n, struct arena *a, struct str text, bool from, bool router, struct path_ends *out, struct err *e)
{
    struct finder f = {n, a, out, 0, from, router};
    *out = (struct path_ends){.text = text, .within = {1, 0}};
    if (str_eqz(text, "internet"))
        return internet(&f, STR(""), e);
    if (str_starts(text, STR("internet:")))
        return internet(&f, str_sub(text, 9, text.len), e);
    if (str_eqz(text, "onprem"))
        return on_premises(&f, e);
    if (str_eqz(text, "aws-services"))
        return aws_services(&f, e);
    ptrdiff_t slash = str_index(text, '/', 0);
    struct net_ref vpc = slash > 0 ? net_find(n, str_sub(text, 0, (size_t)slash)) : (struct net_ref){NET_NOTHING, 0};
    if (vpc.kind == NET_VPC)
        return in_one_vpc(&f, vpc.index, str_sub(text, (size_t)slash + 1, text.len), e);
    return by_name(&f, text, e);
}

static bool may_have(const struct net *n, struct net_ref at, ip_number ip)
{
    if (at.kind != NET_ENI)
        return true; /* a network outside, or whoever stands at a router */
    NET_EACH(i, n->enis[at.index].addresses)
        if (ip_in(n->addresses[i].range, ip))
            return true;
    return false;
}

bool path_narrow(const struct net *n, struct path_ends *from, ip_number ip)
{
    uint32_t kept = 0;
    bool any = false;
    for (uint32_t i = 0; i < from->count; i++)
        any |= may_have(n, from->ends[i].at, ip);
    for (uint32_t i = 0; i < from->count; i++) {
        struct net_ref at = from->ends[i].at;
        bool again = kept && from->ends[kept - 1].at.kind == at.kind && from->ends[kept - 1].at.index == at.index;
        if (!again && (!any || may_have(n, at, ip)))
            from->ends[kept++] = (struct path_end){.at = at, .ip = ip};
    }
    from->count = kept;
    return any;
}
