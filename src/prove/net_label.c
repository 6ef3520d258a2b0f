/* Whose a thing of the network is. */
#include "prove/net_internal.h"

void net_half_labels(struct arena *a, const struct json *config, struct prove_labels *out)
{
    const struct json *tenants = json_getz(config, "tenants"), *shared = json_getz(config, "shared");
    uint32_t at = 0;
    *out = (struct prove_labels){.tenants = tenants ? tenants->count : 0, .shared = shared ? shared->count : 0};
    out->unassigned = out->tenants + out->shared;
    out->outside = out->unassigned + 1;
    out->count = out->outside + 1;
    out->names = arena_array_of(a, struct str, out->count);
    for json_each(t, tenants)
        out->names[at++] = t->key;
    for json_each(s, shared)
        out->names[at++] = arena_printf(a, "(shared) %.*s", STR_ARG(s->key));
    out->names[out->unassigned] = STR("(unassigned)");
    out->names[out->outside] = STR("(outside)");
}

static uint32_t label_of(const struct prove_labels *l, const struct net_thing *t, const struct map *tenants)
{
    if (t->tenant.ptr) {
        const void *hit = tenants ? map_get(tenants, t->tenant) : NULL;
        if (hit)
            return (uint32_t)((uintptr_t)hit - 1);
        for (uint32_t i = 0; i < l->tenants && !tenants; i++)
            if (str_eq(l->names[i], t->tenant))
                return i;
        return l->unassigned;
    }
    if (t->shared && l->shared)
        return l->tenants;
    return t->kind == THING_EXTERNAL ? l->outside : l->unassigned;
}

uint32_t net_half_label(const struct prove_labels *l, const struct net_thing *t) { return label_of(l, t, NULL); }

static bool lists(const struct json *config, const struct json *list, struct str value, bool accounts)
{
    for json_each(it, list) {
        struct str entry = json_str(it);
        struct str id = accounts ? json_get_str(json_get(json_getz(config, "accounts"), entry), "id") : entry;
        if (value.len && str_glob(id.ptr ? id : entry, value))
            return true;
    }
    return false;
}

/* `why` is what facts/tenant.h wrote of the first entry that takes the thing in: "account 1", "vpc v", "tag k=v", "arn". */
static bool entry_takes(const struct json *config, const struct json *entry, const struct net_thing *t)
{
    struct str value = t->why, kind = str_cut(&value, ' ');
    if (str_eqz(kind, "account"))
        return lists(config, json_getz(entry, "accounts"), value, true);
    if (str_eqz(kind, "vpc"))
        return lists(config, json_getz(entry, "vpcs"), value, false);
    if (str_eqz(kind, "arn"))
        return lists(config, json_getz(entry, "arns"), t->arn, false);
    if (!str_eqz(kind, "tag") || !value.ptr)
        return false;
    struct str key = str_cut(&value, '=');
    struct str want = json_str(json_get(json_getz(entry, "tags"), key));
    return want.ptr && value.ptr && str_glob(want, value);
}

static uint32_t shared_label(const struct halver *v, const struct net_thing *t)
{
    uint32_t at = v->l->tenants;
    for json_each(entry, json_getz(v->config, "shared")) {
        if (at >= v->l->unassigned)
            break;
        if (entry_takes(v->config, entry, t))
            return at;
        at++;
    }
    return v->l->tenants;
}

uint32_t net_label_named(const struct halver *v, struct str name)
{
    const void *hit = name.ptr ? map_get(&v->tenants, name) : NULL;
    if (hit)
        return (uint32_t)((uintptr_t)hit - 1);
    uint32_t at = v->l->tenants;
    for json_each(entry, json_getz(v->config, "shared")) {
        if (at < v->l->unassigned && str_eq(entry->key, name))
            return at;
        at++;
    }
    return NET_NONE;
}

bool net_is_inside(const struct halver *v, uint32_t account)
{
    if (account == NET_NONE)
        return false;
    const struct net_account *a = &v->n->accounts[account];
    const struct tenancy *whose = &v->whose[account];
    return a->collected || a->name.len || whose->tenant.ptr || whose->shared || whose->conflict || v->owns_vpc[account];
}

/* Networks that are not the organization's are outside, AWS itself is nobody, VPCs of it that were not collected are hidden. */
static uint32_t label_of_external(struct halver *v, const struct net_thing *t)
{
    const struct net_external *x = &v->n->externals[t->external];
    if (x->kind == EXTERNAL_AWS)
        return NET_NONE;
    if (x->kind == EXTERNAL_INTERNET)
        return v->l->outside;
    if (x->kind == EXTERNAL_VPC && x->vpc != NET_NONE &&
        (v->n->vpcs[x->vpc].tenant.ptr || net_is_inside(v, v->n->vpcs[x->vpc].account))) {
        v->has_hidden = true;
        return v->hidden;
    }
    return t->tenant.ptr ? label_of(v->l, t, &v->tenants) : v->l->outside;
}

static bool can_receive(const struct net *n, const struct net_thing *t)
{
    NET_EACH(i, t->enis)
        if (n->enis[n->eni_order[i]].receives)
            return true;
    return false;
}

/* Counting sort, stores before the rest. */
static void objects_fill(struct halver *v)
{
    const struct net *n = v->n;
    v->objects = arena_array_of(v->a, uint32_t, n->things_count + 1);
    v->first_object = arena_array_of(v->a, uint32_t, v->l->count + 2);
    bool *is = arena_array_of(v->a, bool, n->things_count + 1);
    for (uint32_t i = 0; i < n->things_count; i++) {
        is[i] = v->h->label_of[i] < v->l->outside && can_receive(n, &n->things[i]);
        if (is[i])
            v->first_object[v->h->label_of[i] + 1]++;
        v->h->store_count += is[i] && n->things[i].kind == THING_STORE;
    }
    for (uint32_t y = 0; y < v->l->count; y++)
        v->first_object[y + 1] += v->first_object[y];
    uint32_t *next = arena_array_of(v->a, uint32_t, v->l->count + 1);
    memcpy(next, v->first_object, v->l->count * sizeof *next);
    for (int stores = 1; stores >= 0; stores--)
        for (uint32_t i = 0; i < n->things_count; i++)
            if (is[i] && (n->things[i].kind == THING_STORE) == stores)
                v->objects[next[v->h->label_of[i]]++] = i;
    for (uint32_t y = 0; y < v->l->outside; y++)
        v->h->is_object[y] = y < v->l->tenants || v->first_object[y + 1] > v->first_object[y];
}

static void all_tenants(const struct halver *v, uint64_t *bits)
{
    bits_set_range(bits, 0, v->l->tenants);
    bits_set(bits, v->l->unassigned);
}

static void accounts_fill(struct halver *v)
{
    const struct net *n = v->n;
    struct tenant_index *ix = v->config ? tenant_index_new(v->a, v->config) : NULL;
    v->whose = arena_array_of(v->a, struct tenancy, n->accounts_count + 1);
    v->owns_vpc = arena_array_of(v->a, bool, n->accounts_count + 1);
    for (uint32_t i = 0; i < n->vpcs_count; i++)
        if (n->vpcs[i].collected && n->vpcs[i].account != NET_NONE)
            v->owns_vpc[n->vpcs[i].account] = true;
    v->found_in = arena_array_of(v->a, uint64_t, (size_t)(n->accounts_count + 1) * v->words);
    for (uint32_t i = 0; i < n->accounts_count && ix; i++)
        v->whose[i] = tenant_by_index(v->a, ix, &(struct thing){.account = n->accounts[i].id});
}

static void found_fill(struct halver *v)
{
    const struct net *n = v->n;
    for (uint32_t i = 0; i < n->things_count; i++)
        if (n->things[i].account != NET_NONE && v->h->label_of[i] < v->l->count)
            bits_set(&v->found_in[n->things[i].account * v->words], v->h->label_of[i]);
    for (uint32_t i = 0; i < n->vpcs_count; i++) {
        uint32_t own = net_label_named(v, n->vpcs[i].tenant);
        if (own != NET_NONE && n->vpcs[i].account != NET_NONE)
            bits_set(&v->found_in[n->vpcs[i].account * v->words], own);
    }
}

void net_labels_fill(struct halver *v)
{
    const struct net *n = v->n;
    map_init(&v->tenants, v->a);
    for (uint32_t i = 0; i < v->l->tenants; i++)
        map_add(&v->tenants, v->l->names[i], (void *)(uintptr_t)(i + 1)); /* NOLINT(performance-no-int-to-ptr) */
    v->hidden = v->l->count;
    v->words = bits_words((size_t)v->l->count + 1);
    v->h->label_of = arena_array_of(v->a, uint32_t, n->things_count + 1);
    v->h->is_object = arena_array_of(v->a, bool, v->l->count + 1);
    accounts_fill(v);
    for (uint32_t i = 0; i < n->things_count; i++) {
        const struct net_thing *t = &n->things[i];
        v->h->label_of[i] = t->external != NET_NONE ? label_of_external(v, t)
                            : t->shared && v->l->shared > 1 && !t->tenant.ptr ? shared_label(v, t)
                                                                              : label_of(v->l, t, &v->tenants);
    }
    found_fill(v);
    objects_fill(v);
}

uint64_t *net_account_labels(struct halver *v, uint32_t account)
{
    const struct tenancy *whose = &v->whose[account];
    uint64_t *bits = bits_new(v->a, (size_t)v->l->count + 1);
    uint32_t own = whose->tenant.ptr ? net_label_named(v, whose->tenant) : NET_NONE;
    bits_or(bits, &v->found_in[account * v->words], v->words);
    if (own != NET_NONE) {
        bits_set(bits, own);
        return bits;
    }
    struct net_thing t = {.shared = whose->shared, .why = whose->why};
    bits_set(bits, whose->shared && v->l->shared ? shared_label(v, &t) : v->l->unassigned);
    if (prove_things_decide(v->config, v->n->accounts[account].id))
        all_tenants(v, bits);
    return bits;
}
