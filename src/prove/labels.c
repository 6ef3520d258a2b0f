/* Whose a principal or a store is. */
#include "prove/internal.h"

#include "facts/tenant.h"

const char *prove_verdict_name(enum prove_verdict v)
{
    static const char *const names[] = {"proved", "violated", "unknown", "declared"};
    return names[v];
}

static void names_fill(struct prover *v)
{
    struct prove_labels *l = &v->p->labels;
    const struct world *w = v->g->world;
    l->tenants = w->tenant_count;
    l->shared = w->shared_count;
    l->unassigned = l->tenants + l->shared;
    l->outside = l->unassigned + 1;
    l->count = l->outside + 1;
    l->names = arena_array_of(v->a, struct str, l->count);
    for (uint32_t i = 0; i < w->tenant_count; i++)
        l->names[i] = w->tenants[i];
    for (uint32_t i = 0; i < w->shared_count; i++)
        l->names[l->tenants + i] = arena_printf(v->a, "(shared) %.*s", STR_ARG(w->shared_names[i]));
    l->names[l->unassigned] = STR("(unassigned)");
    l->names[l->outside] = STR("(outside)");
}

/* Which entry of `shared` names the thing: the same rules as everywhere, one entry at a time. */
static uint32_t shared_label(struct prover *v, uint32_t account, struct str arn, const struct json *tags)
{
    const struct world *w = v->g->world;
    const struct prove_labels *l = &v->p->labels;
    if (l->shared <= 1 || !w->config)
        return l->shared ? l->tenants : l->unassigned;
    for (uint32_t i = 0; i < l->shared; i++) {
        struct arena *scratch = arena_new(0);
        struct json *one = json_new(scratch, JSON_OBJECT), *shared = json_new(scratch, JSON_OBJECT);
        struct json *accounts = json_get(w->config, STR("accounts")), *rule = json_get(json_getz(w->config, "shared"), w->shared_names[i]);
        if (accounts) {
            struct json *copy = arena_new_of(scratch, struct json);
            *copy = *accounts;
            json_set(one, STR("accounts"), copy);
        }
        if (rule) {
            struct json *copy = arena_new_of(scratch, struct json);
            *copy = *rule;
            json_set(shared, w->shared_names[i], copy);
        }
        json_set(one, STR("shared"), shared);
        struct thing t = {.account = account == WORLD_NONE ? STR("") : w->accounts[account].id, .arn = arn, .tags = tags};
        bool hit = tenant_of(scratch, one, &t).shared;
        arena_free(scratch);
        if (hit)
            return l->tenants + i;
    }
    return l->tenants;
}

static uint32_t label_named(const struct map *tenants, struct str name, uint32_t otherwise)
{
    const void *hit = name.ptr ? map_get(tenants, name) : NULL;
    return hit ? (uint32_t)((uintptr_t)hit - 1) : otherwise;
}

uint32_t prove_label_of_account(struct prover *v, uint32_t account)
{
    const struct world *w = v->g->world;
    const struct prove_labels *l = &v->p->labels;
    if (account == WORLD_NONE)
        return l->outside;
    const struct world_account *a = &w->accounts[account];
    if (a->root != WORLD_NONE)
        return v->p->label_of[a->root];
    for (uint32_t i = 0; i < w->tenant_count && a->tenant.ptr; i++)
        if (str_eq(w->tenants[i], a->tenant))
            return i;
    if (!a->collected && !a->org_id.ptr)
        return l->outside;
    return l->unassigned;
}

static uint32_t label_of_principal(struct prover *v, const struct map *tenants, const struct world_principal *p)
{
    const struct prove_labels *l = &v->p->labels;
    const struct world *w = v->g->world;
    if (p->kind == WORLD_SERVICE || p->kind == WORLD_FEDERATED || p->kind == WORLD_ANONYMOUS || p->service_linked)
        return WORLD_NONE;
    if (p->shared)
        return shared_label(v, p->account, p->arn, p->tags);
    if (p->tenant.ptr)
        return label_named(tenants, p->tenant, l->unassigned);
    if (p->kind != WORLD_OUTSIDE)
        return l->unassigned;
    if (p->account == WORLD_NONE)
        return l->outside;
    const struct world_account *a = &w->accounts[p->account];
    if (a->tenant.ptr)
        return label_named(tenants, a->tenant, l->unassigned);
    return a->org_id.ptr || a->collected ? l->unassigned : l->outside;
}

/* A copy belongs to whom it was copied from. */
static uint32_t origin(const struct world *w, uint32_t resource)
{
    uint32_t at = resource;
    for (int hops = 0; hops < 16; hops++) {
        uint32_t next = w->resources[at].source;
        if (next == WORLD_NONE || next == at || !(w->resources[next].tenant.ptr || w->resources[next].source != WORLD_NONE))
            break;
        at = next;
    }
    return w->resources[at].tenant.ptr ? at : resource;
}

uint32_t prove_data_row(const struct world *w, uint32_t resource)
{
    const struct world_resource *r = &w->resources[resource];
    return r->source != WORLD_NONE && str_eqz(r->type, "AWS::S3::AccessPoint") ? r->source : resource;
}

static void stores_fill(struct prover *v, const struct map *tenants)
{
    const struct world *w = v->g->world;
    const struct prove_labels *l = &v->p->labels;
    v->p->owner_of = arena_array_of(v->a, uint32_t, w->resource_count + 1);
    v->p->object_stores = arena_array_of(v->a, uint32_t, l->count);
    for (uint32_t i = 0; i < w->resource_count; i++) {
        v->p->owner_of[i] = WORLD_NONE;
        if (!w->resources[i].phi && !(prove_data_row(w, i) != i && w->resources[prove_data_row(w, i)].phi))
            continue;
        const struct world_resource *r = &w->resources[i], *from = &w->resources[origin(w, i)];
        uint32_t owner = from->tenant.ptr ? label_named(tenants, from->tenant, l->unassigned)
                         : r->shared      ? shared_label(v, r->account, r->arn, r->tags)
                                          : l->unassigned;
        v->p->owner_of[i] = owner;
        v->p->object_stores[owner]++;
        v->p->store_count++;
    }
}

/* Labels that an entry of `via` can free, by the node that stands for them. */
static void blocks_fill(struct prover *v)
{
    const struct world *w = v->g->world;
    const struct prove_labels *l = &v->p->labels;
    v->block_label = arena_array_of(v->a, uint32_t, v->g->node_count + 1);
    for (uint32_t n = 0; n < v->g->node_count; n++) {
        uint32_t p = v->g->nodes[n].principal, label = v->p->label_of[p];
        if (p >= v->g->first_pseudo) {
            const struct pseudo *form = &v->g->pseudo[p - v->g->first_pseudo];
            label = form->base != WORLD_NONE            ? v->p->label_of[form->base]
                    : form->kind == PSEUDO_ADMIN ? prove_label_of_account(v, w->principals[p].account)
                                                 : WORLD_NONE;
        }
        v->block_label[n] = label != WORLD_NONE && label >= l->tenants && label < l->unassigned ? label : WORLD_NONE;
    }
}

void prove_labels_fill(struct prover *v)
{
    const struct world *w = v->g->world;
    struct map tenants;
    map_init(&tenants, v->a);
    names_fill(v);
    for (uint32_t i = 0; i < w->tenant_count; i++)
        map_add(&tenants, w->tenants[i], (void *)(uintptr_t)(i + 1)); /* NOLINT(performance-no-int-to-ptr) */
    v->words = bits_words(v->p->labels.count);
    v->everyone = bits_new(v->a, v->p->labels.count);
    bits_set_range(v->everyone, 0, v->p->labels.count);
    v->p->label_of = arena_array_of(v->a, uint32_t, w->principal_count + 1);
    for (uint32_t i = 0; i < w->principal_count; i++) {
        v->p->label_of[i] = i < v->g->first_pseudo ? label_of_principal(v, &tenants, &w->principals[i]) : WORLD_NONE;
        v->p->principal_count += v->p->label_of[i] != WORLD_NONE;
    }
    stores_fill(v, &tenants);
    blocks_fill(v);
}

void prove_account_labels(struct prover *v, uint32_t account, uint64_t *out)
{
    const struct world *w = v->g->world;
    const struct prove_labels *l = &v->p->labels;
    uint32_t own = prove_label_of_account(v, account);
    bits_set(out, own);
    if (own < l->tenants)
        return;
    for (uint32_t i = 0; i < v->g->first_pseudo; i++)
        if (w->principals[i].account == account && v->p->label_of[i] != WORLD_NONE)
            bits_set(out, v->p->label_of[i]);
    for (uint32_t i = 0; i < w->resource_count; i++)
        if (w->resources[i].account == account && v->p->owner_of[i] != WORLD_NONE)
            bits_set(out, v->p->owner_of[i]);
}
