/* Conditions on the way that a call takes, one way after the other (IAM User Guide, "AWS global condition context keys",
 * "Properties of the network", read 2026): through a VPC endpoint the request has aws:SourceVpce, aws:SourceVpc (of the
 * endpoint) and aws:VpcSourceIp, and no aws:SourceIp; over the Internet it has aws:SourceIp alone. */
#include "prove/joint_ways.h"

#include "access/ask.h"
#include "access/graph_internal.h"

enum { KEYS_MAX = 16, KNOWN_MAX = 256, VALUES_MAX = 1024, SOURCES_MAX = 1024 };

struct way_answer {
    enum joint_open open;
    struct joint_way way;
};

struct asking {
    struct joiner *k;
    uint32_t label;
    const struct joint_ask *q;
    struct arena *a;
    struct iam_key keys[KEYS_MAX]; /* of the way that is tried */
    uint32_t key_count;
    bool asks_ip, asks_vpc_ip, asks_instance;
    struct ip_range *ranges; /* that aws:SourceIp is compared with */
    uint32_t range_count;
    bool ranges_capped;
    struct way_answer best;
};

void joint_ways_begin(struct joiner *k)
{
    const struct net *n = k->net->net;
    struct joint_ways *w = k->ways = arena_new_of(k->a, struct joint_ways);
    struct map rows;
    map_init(&rows, k->a);
    for (uint32_t i = 0; i < k->w->endpoint_count; i++)
        map_add(&rows, k->w->endpoints[i].id, &k->w->endpoints[i]);
    w->world_endpoint = arena_array_of(k->a, uint32_t, (n ? n->endpoints_count : 0) + 1);
    for (uint32_t i = 0; n && i < n->endpoints_count; i++) {
        const struct world_endpoint *row = map_get(&rows, n->endpoints[i].id);
        w->world_endpoint[i] = row ? (uint32_t)(row - k->w->endpoints) : WORLD_NONE;
    }
    joint_ways_again(k);
}

void joint_ways_again(struct joiner *k)
{
    struct joint_ways *w = k->ways;
    if (w->arena)
        arena_reset(w->arena);
    else
        w->arena = arena_child(k->a, 0);
    map_init(&w->answers, w->arena);
    w->places = arena_array_of(w->arena, struct joint_place, k->n + 1);
}

static void note_range(struct asking *s, struct str value)
{
    struct ip_range r;
    if (s->range_count == VALUES_MAX || !ip_range_parse(value, &r))
        s->ranges_capped = true;
    else
        s->ranges[s->range_count++] = r;
}

/* Which keys of the way the guard asks for. */
static void look(struct asking *s, const struct residue *r)
{
    const struct residue_leaf *l = residue_leaf_of(r);
    for (uint32_t i = 0; !l && i < residue_child_count(r); i++)
        look(s, residue_child(r, i));
    if (!l || l->kind == RESIDUE_UNREAD || l->kind == RESIDUE_SESSION_NAME)
        return;
    if (str_eq_nocase(l->key, STR("aws:sourceip"))) {
        s->asks_ip = true;
        for (uint32_t i = 0; i < l->count && l->op != IAM_OP_NULL; i++)
            note_range(s, l->values[i]);
    }
    s->asks_vpc_ip |= str_eq_nocase(l->key, STR("aws:vpcsourceip"));
    s->asks_instance |= str_eq_nocase(l->key, STR("aws:ec2instancesourcevpc")) || str_eq_nocase(l->key, STR("aws:ec2instancesourceprivateipv4"));
}

/* A key of the way: with a value, without one ({NULL,0}: absent). */
static void put(struct asking *s, const char *name, struct str value, bool list)
{
    struct iam_key *key = &s->keys[s->key_count++];
    *key = (struct iam_key){.name = str_of(name), .state = value.ptr ? IAM_KEY_KNOWN : IAM_KEY_ABSENT, .list = list};
    if (value.ptr) {
        key->values = arena_new_of(s->a, struct str);
        key->values[0] = value;
        key->count = 1;
    }
}

static const struct residue *assume(struct asking *s, const struct residue *guard)
{
    struct iam_context c = {.keys = s->keys, .count = s->key_count, .open = true};
    return residue_assume(s->k->w->pool, guard, &c);
}

static enum joint_open judge(struct asking *s, const struct residue *guard)
{
    enum graph_level l = graph_level_of(s->k->g, guard);
    return l <= LEVEL_CONDITIONAL ? OPEN_YES : l == LEVEL_NEVER ? OPEN_NO : OPEN_MAYBE;
}

static bool found(struct asking *s, enum joint_open open, uint32_t endpoint, uint32_t thing, struct str note)
{
    if (open > s->best.open)
        s->best = (struct way_answer){open, {endpoint, thing, arena_str(s->k->a, note)}};
    return s->best.open == OPEN_YES;
}

static bool is_wide(struct ip_range r)
{
    /* As AWS judges whether a policy is public: wider than /8 of IPv4, /32 of IPv6 (Amazon S3 User Guide, "Blocking public
     * access", "The meaning of public", read 2026): anybody can have an address there. */
    return ip_range_width(r) >= (ip_is_v4(r.lo) ? ((ip_number)1 << 24) - 1 : ((ip_number)1 << 96) - 1);
}

/* From `ip` on, the next public address that is in no narrow range of the guard: one that anybody may have. */
static bool next_anybodys(const struct asking *s, ip_number *ip)
{
    uint32_t count;
    const struct ip_range *internet = ip_internet(&count);
    for (uint32_t tries = 0; tries <= s->range_count + count; tries++) {
        bool moved = false, in = false;
        for (uint32_t i = 0; i < count && !in; i++)
            if (ip_in(internet[i], *ip))
                in = true;
            else if (internet[i].lo > *ip) {
                *ip = internet[i].lo;
                in = true;
            }
        for (uint32_t i = 0; i < s->range_count && in; i++)
            if (!is_wide(s->ranges[i]) && ip_in(s->ranges[i], *ip)) {
                *ip = s->ranges[i].hi + 1;
                moved = true;
            }
        if (!in || !moved)
            return in;
    }
    return false;
}

static bool try_address(struct asking *s, const struct residue *guard, ip_number ip, bool sure, uint32_t thing)
{
    struct str text = ip_text(s->a, ip);
    uint32_t keep = s->key_count;
    put(s, "aws:sourceip", text, false);
    enum joint_open open = judge(s, assume(s, guard));
    s->key_count = keep;
    return found(s, open == OPEN_YES && !sure ? OPEN_MAYBE : open, NET_NONE, thing, arena_printf(s->a, "from %.*s", STR_ARG(text)));
}

static bool try_anybody(struct asking *s, const struct residue *guard)
{
    ip_number ip = ip_all_v4().lo;
    if (next_anybodys(s, &ip) && try_address(s, guard, ip, true, NET_NONE))
        return true;
    ip = ip_all_v6().lo;
    if (next_anybodys(s, &ip) && try_address(s, guard, ip, true, NET_NONE))
        return true;
    for (uint32_t i = 0; i < s->range_count; i++) {
        ip_number lo = s->ranges[i].lo, after = s->ranges[i].hi + 1;
        if (next_anybodys(s, &lo) && try_address(s, guard, lo, true, NET_NONE))
            return true;
        if (next_anybodys(s, &after) && try_address(s, guard, after, true, NET_NONE))
            return true;
    }
    return false;
}

static bool is_named(const struct asking *s, ip_number ip)
{
    for (uint32_t i = 0; i < s->range_count; i++)
        if (ip_in(s->ranges[i], ip))
            return true;
    return false;
}

/* Addresses that no caller over the Internet has: private ones, and those of things that are known and not the subject's. */
static uint32_t nobodys(struct asking *s, struct str *out)
{
    static const char *const internal[] = {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "fc00::/7", "fe80::/10"};
    const struct net *n = s->k->net->net;
    uint32_t count = 0;
    for (size_t i = 0; i < sizeof internal / sizeof *internal; i++)
        out[count++] = str_of(internal[i]);
    for (uint32_t i = 0; n && i < n->public_count && count < KNOWN_MAX; i++) {
        ip_number ip = n->addresses[n->public_order[i]].public_ip;
        if (is_named(s, ip))
            out[count++] = ip_text(s->a, ip);
    }
    for (uint32_t i = 0; n && i < n->nat_addresses_count && count < KNOWN_MAX; i++)
        if (n->nat_addresses[i].public_ip && is_named(s, n->nat_addresses[i].public_ip))
            out[count++] = ip_text(s->a, n->nat_addresses[i].public_ip);
    return count;
}

/* An address that the guard names and of which nobody knows who sits there. */
static void try_named(struct asking *s, const struct residue *guard, bool own_known)
{
    struct residue_pool *pool = s->k->w->pool;
    const struct residue *open = assume(s, guard);
    if (own_known) {
        struct str known[KNOWN_MAX];
        struct residue_leaf leaf = {.kind = RESIDUE_CONDITION, .op = IAM_OP_NOT_IP_ADDRESS, .key = STR("aws:SourceIp"), .values = known};
        leaf.count = nobodys(s, known);
        open = residue_and(pool, open, residue_leaf(pool, &leaf, NULL));
    }
    if (graph_level_of(s->k->g, open) != LEVEL_NEVER)
        (void)found(s, OPEN_MAYBE, NET_NONE, NET_NONE, STR("from an address that the policy names; who sits there is not known"));
}

static void no_endpoint(struct asking *s)
{
    static const char *const keys[] = {"aws:sourcevpce", "s3:sourcevpce", "aws:sourcevpc", "aws:sourcevpcarn", "aws:vpceaccount", "aws:vpceorgid", "aws:vpceorgpaths", "aws:vpcsourceip"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        put(s, keys[i], str_make(NULL, 0), false);
}

/* Credentials work wherever they are taken. */
static bool try_internet(struct asking *s, const struct residue *guard)
{
    uint32_t keep = s->key_count;
    no_endpoint(s);
    const struct residue *left = assume(s, guard);
    bool done = false;
    if (!s->asks_ip || graph_level_of(s->k->g, left) != LEVEL_NETWORK)
        done = found(s, judge(s, left), NET_NONE, NET_NONE, STR("over the Internet"));
    else if (!(done = try_anybody(s, left))) {
        const struct joint_place *p = joint_addresses_of(s->k, s->label);
        for (uint32_t i = 0; i < p->address_count && !done; i++)
            done = try_address(s, left, p->addresses[i].ip, p->addresses[i].sure, p->addresses[i].thing);
        if (!done)
            try_named(s, left, !p->addresses_capped && !s->ranges_capped && s->k->net->net);
    }
    s->key_count = keep;
    return done;
}

/* Services whose endpoints have the name that their actions have. */
static bool is_plain(struct str service)
{
    static const char *const names[] = {"s3", "dynamodb", "kms", "secretsmanager", "sqs", "sns", "sts", "lambda", "ssm", "rds", "ec2", "logs", "kinesis"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_eqz(service, names[i]))
            return true;
    return false;
}

static enum joint_open serves(const struct net_endpoint *e, struct str service)
{
    struct str rest = e->service_name;
    if (!service.len)
        return OPEN_MAYBE;
    for (int i = 0; i < 3 && rest.ptr; i++) /* com.amazonaws.REGION. */
        (void)str_cut(&rest, '.');
    bool own = rest.ptr && str_starts(rest, service) && (rest.len == service.len || rest.ptr[service.len] == '.' || rest.ptr[service.len] == '-');
    return own ? OPEN_YES : is_plain(service) ? OPEN_NO : OPEN_MAYBE;
}

static bool is_full(const struct iam_policy *p)
{
    for (uint32_t i = 0; p && i < p->count; i++)
        if (!p->statements[i].allow)
            return false;
    return graph_allows_all(p);
}

/* The decision with the endpoint's policy among the layers. */
static enum joint_open by_policy(struct asking *s, uint32_t endpoint)
{
    const struct joint_ask *q = s->q;
    const struct world *w = s->k->w;
    uint32_t row = s->k->ways->world_endpoint[endpoint];
    if (row == WORLD_NONE || !w->endpoints[row].policy.policy)
        return OPEN_MAYBE;
    if (is_full(w->endpoints[row].policy.policy))
        return OPEN_YES;
    if (q->action == WORLD_NONE || q->resource == WORLD_NONE)
        return OPEN_MAYBE;
    enum joint_open best = OPEN_NO;
    for (int inside = 0; inside < 2; inside++) {
        struct str arn = w->resources[q->resource].arn;
        struct access_question ask;
        struct access_answer answer;
        struct iam_pattern_answer parts = {0};
        access_question_init(&ask);
        ask.principal = q->principal;
        ask.action = q->action;
        ask.service = w->catalogue->actions[q->action].service;
        ask.name = w->catalogue->actions[q->action].name;
        ask.resource = inside ? arena_printf(s->a, "%.*s/*", STR_ARG(arn)) : arn;
        ask.row = q->resource;
        ask.endpoint = row;
        ask.given = (struct iam_context){.keys = s->keys, .count = s->key_count, .open = true};
        if (!iam_catalogue_takes(w->catalogue, q->action, ask.resource))
            continue;
        world_caller(w, s->a, q->principal, &ask.caller);
        access_answer_pattern(w, s->a, &ask, &answer, &parts);
        enum joint_open one = parts.capped ? OPEN_MAYBE : judge(s, assume(s, parts.overall.condition));
        best = one > best ? one : best;
    }
    return best;
}

static void endpoint_keys(struct asking *s, const struct net_endpoint *e)
{
    const struct net *n = s->k->net->net;
    const struct net_vpc *v = e->vpc == NET_NONE ? NULL : &n->vpcs[e->vpc];
    struct str account = e->account == NET_NONE ? str_make(NULL, 0) : n->accounts[e->account].id;
    uint32_t row = account.len ? world_account_of(s->k->w, account) : WORLD_NONE;
    put(s, "aws:sourcevpce", e->id, false);
    put(s, "s3:sourcevpce", e->id, false);
    put(s, "aws:sourceip", str_make(NULL, 0), false);
    if (v)
        put(s, "aws:sourcevpc", v->id, false);
    if (v && v->account != NET_NONE)
        put(s, "aws:sourcevpcarn", arena_printf(s->a, "arn:%.*s:ec2:%.*s:%.*s:vpc/%.*s", STR_ARG(s->k->w->partition), STR_ARG(v->region),
                                                STR_ARG(n->accounts[v->account].id), STR_ARG(v->id)), false);
    if (account.len)
        put(s, "aws:vpceaccount", account, false);
    if (row != WORLD_NONE && s->k->w->accounts[row].org_read) {
        put(s, "aws:vpceorgid", s->k->w->accounts[row].org_id, false);
        put(s, "aws:vpceorgpaths", s->k->w->accounts[row].org_path, true);
    }
}

/* aws:VpcSourceIp: an address of a thing of the subject. */
static enum joint_open from_own(struct asking *s, const struct residue *guard, uint32_t *thing)
{
    const struct net *n = s->k->net->net;
    const struct joint_place *p = joint_things_of(s->k, s->label);
    enum joint_open best = judge(s, guard) == OPEN_NO ? OPEN_NO : OPEN_MAYBE;
    uint32_t tries = 0;
    for (uint32_t i = 0; i < p->thing_count && best == OPEN_MAYBE; i++)
        NET_EACH(o, n->things[p->things[i]].enis)
            NET_EACH(at, n->enis[n->eni_order[o]].addresses) {
                uint32_t keep = s->key_count;
                if (tries++ >= SOURCES_MAX || best == OPEN_YES)
                    break;
                put(s, "aws:vpcsourceip", ip_text(s->a, n->addresses[at].range.lo), false);
                enum joint_open one = judge(s, assume(s, guard));
                s->key_count = keep;
                if (one == OPEN_YES && joint_is_sure(s->k, s->label, p->things[i])) {
                    best = OPEN_YES;
                    *thing = p->things[i];
                }
            }
    return best;
}

static bool try_gate(struct asking *s, const struct residue *guard, const struct joint_gate *gate)
{
    const struct net *n = s->k->net->net;
    const struct net_endpoint *e = &n->endpoints[gate->endpoint];
    uint32_t keep = s->key_count, thing = gate->thing;
    enum joint_open open = serves(e, s->q->service);
    endpoint_keys(s, e);
    const struct residue *left = open == OPEN_NO ? residue_false : assume(s, guard);
    enum joint_open met = s->asks_vpc_ip ? from_own(s, left, &thing) : judge(s, left);
    open = met < open ? met : open;
    if (open != OPEN_NO) {
        enum joint_open by = by_policy(s, gate->endpoint);
        open = by < open ? by : open;
    }
    if (open == OPEN_YES && !gate->sure)
        open = OPEN_MAYBE;
    s->key_count = keep;
    struct str vpc = e->vpc == NET_NONE ? STR("a VPC") : n->vpcs[e->vpc].id;
    return found(s, open, gate->endpoint, thing, arena_printf(s->a, "through %.*s of %.*s", STR_ARG(e->id), STR_ARG(vpc)));
}

/* All endpoints of the account are known; NET_NONE: of every account. */
static bool endpoints_read(const struct joiner *k, uint32_t account)
{
    const struct net *n = k->net->net;
    for (uint32_t i = 0; n && i < n->gaps_count; i++)
        if (str_contains(n->gaps[i].op, STR("DescribeVpcEndpoints")) &&
            (account == NET_NONE || !n->gaps[i].account.ptr || str_eq(n->gaps[i].account, n->accounts[account].id)))
            return false;
    for (uint32_t i = 0; n && i < n->accounts_count && account == NET_NONE; i++)
        if (!n->accounts[i].collected)
            return false;
    return n && (account == NET_NONE || n->accounts[account].collected);
}

/* What this value can stand for has been tried: an endpoint that is there, a VPC or an account whose endpoints were all read. */
static bool was_tried(const struct joiner *k, struct str key, struct str value)
{
    const struct net *n = k->net->net;
    struct net_ref at = n ? net_find(n, value) : (struct net_ref){NET_NOTHING, NET_NONE};
    if (str_eq_nocase(key, STR("aws:vpceorgid")))
        return endpoints_read(k, NET_NONE);
    if (at.kind == NET_ENDPOINT)
        return true;
    if (at.kind == NET_VPC)
        return n->vpcs[at.index].collected && n->vpcs[at.index].account != NET_NONE && endpoints_read(k, n->vpcs[at.index].account);
    return at.kind == NET_ACCOUNT && endpoints_read(k, at.index);
}

static const struct residue *without_tried(struct asking *s, const struct residue *r, const struct residue *out)
{
    static const char *const keys[] = {"aws:sourcevpce", "s3:sourcevpce", "aws:sourcevpc", "aws:vpceaccount", "aws:vpceorgid"};
    const struct residue_leaf *l = residue_leaf_of(r);
    for (uint32_t i = 0; !l && i < residue_child_count(r); i++)
        out = without_tried(s, residue_child(r, i), out);
    for (size_t n = 0; l && l->kind == RESIDUE_CONDITION && n < sizeof keys / sizeof *keys; n++)
        for (uint32_t i = 0; str_eq_nocase(l->key, str_of(keys[n])) && i < l->count; i++) {
            struct residue_leaf leaf = {.kind = RESIDUE_CONDITION, .op = IAM_OP_STRING_NOT_EQUALS, .key = l->key, .values = &l->values[i], .count = 1};
            if (was_tried(s->k, l->key, l->values[i]))
                out = residue_and(s->k->w->pool, out, residue_leaf(s->k->w->pool, &leaf, NULL));
        }
    return out;
}

/* An endpoint that was not read, or is not there yet. */
static void try_unread(struct asking *s, const struct residue *guard)
{
    uint32_t keep = s->key_count;
    put(s, "aws:sourceip", str_make(NULL, 0), false);
    s->keys[s->key_count++] = (struct iam_key){.name = STR("aws:sourcevpce"), .state = IAM_KEY_SOME};
    const struct residue *left = assume(s, without_tried(s, guard, guard));
    if (graph_level_of(s->k->g, left) != LEVEL_NEVER)
        (void)found(s, OPEN_MAYBE, NET_NONE, NET_NONE, STR("through an endpoint that was not read"));
    s->key_count = keep;
}

static bool try_ways(struct asking *s, const struct residue *guard)
{
    if (try_internet(s, guard))
        return true;
    const struct joint_place *p = joint_gates_of(s->k, s->label);
    for (uint32_t i = 0; i < p->gate_count; i++)
        if (try_gate(s, guard, &p->gates[i]))
            return true;
    if (s->best.open == OPEN_NO)
        try_unread(s, guard);
    return false;
}

/* Keys that a host's credentials carry wherever they are used: of one that runs as the principal. */
static void try_instances(struct asking *s)
{
    const struct net *n = s->k->net->net;
    struct str arn = s->k->w->principals[s->q->principal].arn;
    put(s, "aws:ec2instancesourcevpc", str_make(NULL, 0), false);
    put(s, "aws:ec2instancesourceprivateipv4", str_make(NULL, 0), false);
    bool done = try_ways(s, s->q->guard);
    for (uint32_t t = 0; n && t < n->things_count && !done; t++) {
        const struct net_thing *thing = &n->things[t];
        if (thing->kind != THING_HOST || !str_eq(thing->role_arn, arn) || thing->vpc == NET_NONE || !thing->enis.count)
            continue;
        const struct net_eni *eni = &n->enis[n->eni_order[thing->enis.first]];
        s->key_count = 0;
        put(s, "aws:ec2instancesourcevpc", n->vpcs[thing->vpc].id, false);
        if (eni->addresses.count)
            put(s, "aws:ec2instancesourceprivateipv4", ip_text(s->a, n->addresses[eni->addresses.first].range.lo), false);
        done = try_ways(s, s->q->guard);
    }
}

static struct way_answer *ask(struct joiner *k, uint32_t label, const struct joint_ask *q)
{
    struct asking s = {.k = k, .label = label, .q = q, .a = arena_new(0)};
    struct way_answer *out = arena_new_of(k->ways->arena, struct way_answer);
    s.ranges = arena_array_of(s.a, struct ip_range, VALUES_MAX);
    look(&s, q->guard);
    if (s.asks_instance)
        try_instances(&s);
    else
        (void)try_ways(&s, q->guard);
    *out = s.best;
    arena_free(s.a);
    return out;
}

struct way_key {
    const struct residue *guard;
    uint32_t label, principal, action, resource;
};

enum joint_open joint_open(struct joiner *k, uint32_t label, const struct joint_ask *q, struct joint_way *way)
{
    struct way_key key = {q->guard, label, q->principal, q->action, q->resource};
    struct str bytes = str_make((const char *)&key, sizeof key);
    const struct way_answer *known = map_get(&k->ways->answers, bytes);
    if (!known) {
        struct way_answer *made = ask(k, label, q);
        map_put(&k->ways->answers, arena_str(k->ways->arena, bytes), made);
        known = made;
    }
    if (way)
        *way = known->way;
    return known->open;
}
