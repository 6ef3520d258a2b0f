#include "reach/net_load_internal.h"

#include <stdio.h>

enum { JSON_COLUMN_MAX = 1 << 20 };

struct str net_text(struct net_loader *l, struct query *q, int at)
{
    struct str text = query_str(q, at);
    return text.ptr ? arena_str(l->a, text) : text;
}

struct str net_share_text(struct net_loader *l, struct str text)
{
    if (!text.ptr)
        return text;
    const struct str *known = map_get(&l->strings, text);
    if (known)
        return *known;
    struct str *kept = arena_new_of(l->a, struct str);
    *kept = arena_str(l->a, text);
    map_put(&l->strings, *kept, kept);
    return *kept;
}

struct str net_shared(struct net_loader *l, struct query *q, int at)
{
    return net_share_text(l, query_str(q, at));
}

static bool is_last(const struct net_last *last, struct str id)
{
    return id.len && id.len == last->len && memcmp(last->id, id.ptr, id.len) == 0;
}

static void keep_last(struct net_last *last, struct str id)
{
    last->len = id.len <= sizeof last->id ? id.len : 0;
    memcpy(last->id, id.ptr, last->len);
}

uint32_t net_row(struct net_loader *l, enum net_kind kind, struct str id)
{
    struct net_last *last = &l->last[kind];
    if (is_last(last, id))
        return last->row;
    const void *value = id.len ? map_get(&l->rows[kind], id) : NULL;
    if (!value)
        return NET_NONE;
    keep_last(last, id);
    return last->row = (uint32_t)((uintptr_t)value - 1);
}

bool net_note(struct net_loader *l, enum net_kind kind, struct str id, uint32_t row)
{
    return id.len && map_add(&l->rows[kind], id, (void *)(uintptr_t)(row + 1)); /* looked up only */
}

uint32_t net_account_row(struct net_loader *l, struct str id)
{
    uint32_t row = net_row(l, NET_ACCOUNT, id);
    if (row != NET_NONE || !id.len)
        return row;
    struct net_account *a = net_add_account(l->n);
    a->id = net_share_text(l, id);
    net_note(l, NET_ACCOUNT, a->id, l->n->accounts_count - 1);
    return l->n->accounts_count - 1;
}

uint32_t net_vpc_row(struct net_loader *l, struct str id)
{
    uint32_t row = net_row(l, NET_VPC, id);
    if (row != NET_NONE || !id.len)
        return row;
    struct net_vpc *v = net_add_vpc(l->n);
    v->id = net_share_text(l, id);
    net_note(l, NET_VPC, v->id, l->n->vpcs_count - 1);
    return l->n->vpcs_count - 1;
}

bool net_from(struct net_loader *l, struct str id, struct str account)
{
    struct net_last *last = &l->last[NET_KINDS];
    if (is_last(last, id))
        return str_eq(*last->source, account);
    const struct str *source = map_get(&l->sources, id);
    if (source) {
        keep_last(last, id);
        last->source = source;
        return str_eq(*source, account);
    }
    struct str *kept = arena_new_of(l->scratch, struct str);
    *kept = net_share_text(l, account);
    map_put(&l->sources, net_share_text(l, id), kept);
    return true;
}

bool net_answered(const struct net_loader *l, const char *op, struct str account, struct str region)
{
    char key[256];
    int n = snprintf(key, sizeof key, "%s %.*s %.*s", op, STR_ARG(account), STR_ARG(region));
    return n > 0 && (size_t)n < sizeof key && map_has(&l->answered, str_make(key, (size_t)n));
}

static void take_answer(struct net_loader *l, struct query *q)
{
    struct str op = query_str(q, 0), account = query_str(q, 1), region = query_str(q, 2);
    map_add(&l->answered, arena_printf(l->scratch, "%.*s %.*s %.*s", STR_ARG(op), STR_ARG(account), STR_ARG(region)),
            l);
    map_add(&l->answered, arena_printf(l->scratch, "%.*s %.*s ", STR_ARG(op), STR_ARG(account)), l);
}

bool net_told_all(const struct net_loader *l, const char *op, uint32_t vpc)
{
    const struct net_vpc *v = &l->n->vpcs[vpc];
    if (v->account == NET_NONE)
        return false;
    char key[256];
    struct str owner = l->n->accounts[v->account].id;
    int n = snprintf(key, sizeof key, "not all %s %.*s %.*s", op, STR_ARG(owner), STR_ARG(v->region));
    /* What belongs to a subnet is shared with it: of an owner who was not asked, its participants tell it. */
    return n > 0 && (size_t)n < sizeof key && !map_has(&l->answered, str_make(key, (size_t)n)) &&
           (!l->n->accounts[v->account].collected || net_answered(l, op, owner, v->region));
}

void net_unreadable(struct net_loader *l, const char *op, struct str account, struct str id, const char *what)
{
    struct str key = arena_printf(l->scratch, "%s of %.*s", what, STR_ARG(id));
    if (map_has(&l->sources, key))
        return;
    net_from(l, key, str_make(NULL, 0));
    struct net_gap *g = net_add_gap(l->n);
    g->account = net_share_text(l, account);
    g->op = g->action = str_of(op);
    g->parent = arena_str(l->a, id);
    g->why = arena_printf(l->a, "%s of %.*s cannot be read", what, STR_ARG(id));
}

static void take_refusal(struct net_loader *l, struct query *q)
{
    struct str op = query_str(q, 0), account = query_str(q, 1), region = query_str(q, 2);
    map_add(&l->answered,
            arena_printf(l->scratch, "not all %.*s %.*s %.*s", STR_ARG(op), STR_ARG(account), STR_ARG(region)), l);
}

void net_icmp(int64_t type, int64_t code, uint16_t *lo, uint16_t *hi)
{
    *lo = 1; /* nothing */
    *hi = 0;
    if (type < 0 && code < 0) {
        *lo = 0;
        *hi = UINT16_MAX;
    } else if (type >= 0 && type <= 255 && code <= 255) {
        *lo = (uint16_t)(type << 8 | (code < 0 ? 0 : code));
        *hi = (uint16_t)(type << 8 | (code < 0 ? 255 : code));
    }
}

const struct json *net_json(struct net_loader *l, struct query *q, int at)
{
    struct str text = query_str(q, at);
    struct err ignored = {0};
    return text.ptr ? json_parse(l->scratch, arena_str(l->scratch, text), JSON_COLUMN_MAX, &ignored) : NULL;
}

int16_t net_protocol(struct str text)
{
    static const struct {
        const char *name;
        int16_t number;
    } names[] = {
        {"tcp", NET_TCP}, {"udp", NET_UDP}, {"icmp", NET_ICMP}, {"icmpv6", NET_ICMP6}, {"all", NET_ANY_PROTOCOL},
    };
    int64_t number;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_eq_nocase(text, str_of(names[i].name)))
            return names[i].number;
    return str_to_i64(text, &number) && number >= 0 && number <= 255 ? (int16_t)number : NET_ANY_PROTOCOL;
}

bool net_each(struct net_loader *l, const char *sql, net_row_fn *row, struct err *e)
{
    struct query *q = query_new(l->s, sql, e);
    if (!q)
        return false;
    while (query_step(q))
        row(l, q);
    return query_done(q);
}

static void take_window(struct net_loader *l, struct query *q)
{
    l->n->from_us = query_int(q, 0);
    l->n->to_us = query_int(q, 1);
}

/* `ward import --assume-default-nacl` is kept with the run that is judged. */
static void take_option(struct net_loader *l, struct query *q)
{
    l->o.assume_default_nacl = l->o.assume_default_nacl || query_int(q, 0);
}

static void take_asked(struct net_loader *l, struct query *q)
{
    (void)q;
    l->o.assume_bpa_never_asked = false;
}

static const char option_sql[] = "SELECT coalesce(scope ->> '$.assume_default_nacl', 0) FROM run WHERE id ="
                                 " (SELECT max(c.run) FROM main.call c WHERE c.id IN (SELECT max(id) FROM snap_call))";

static bool load_all(struct net_loader *l, struct err *e)
{
    typedef bool part(struct net_loader * l, struct err * e);
    static part *const parts[] = {
        net_load_base,    load_things,        net_load_enis,   load_eni_things,   net_load_gateways,
        net_load_transit, net_load_endpoints, load_balancers,  net_load_services, load_firewalls,
        load_entrances,   net_load_filters,   net_load_routes, net_load_config,   net_load_gaps,
        net_load_unseen,
    };
    if (!net_each(l, option_sql, take_option, e) ||
        !net_each(l, "SELECT 1 FROM fact_call WHERE op = 'ec2:DescribeVpcBlockPublicAccessOptions' LIMIT 1", take_asked, e) ||
        !net_each(l,
                  "SELECT DISTINCT op, account, region FROM fact_call WHERE status IN ('ok', 'empty', 'absent')"
                  " AND op GLOB '[ed][ci][2r]*'",
                  take_answer, e) ||
        !net_each(l,
                  "SELECT DISTINCT op, account, region FROM fact_call WHERE status NOT IN ('ok', 'empty', 'absent', 'gone')"
                  " AND op GLOB 'ec2:*'",
                  take_refusal, e) ||
        !net_each(l, "SELECT min(at_us), max(at_us) FROM snap_call WHERE at_us > 0", take_window, e))
        return false;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (!parts[i](l, e))
            return false;
    net_index(l->n);
    return true;
}

bool net_load(struct net *n, struct store *s, const struct json *config, const struct net_options *o, struct err *e)
{
    struct net_loader l = {.n = n, .s = s, .a = n->arena, .scratch = arena_new(1 << 20), .config = config};
    if (o)
        l.o = *o;
    map_init(&l.strings, l.scratch);
    map_init(&l.sources, l.scratch);
    map_init(&l.answered, l.scratch);
    for (int k = 0; k < NET_KINDS; k++)
        map_init(&l.rows[k], l.scratch);
    bool good = load_all(&l, e);
    arena_free(l.scratch);
    return good;
}
