#include "access/what_internal.h"
#include "access/world_internal.h"

#include <stdlib.h>

enum { RESOURCES_MAX = 4096 };

void what_add(struct what *c, struct what_list *l, const struct what_statement *s)
{
    if (l->count == l->size) {
        uint32_t size = l->size ? l->size * 2 : 16;
        struct what_statement *grown = arena_array_of(c->a, struct what_statement, size);
        if (l->count)
            memcpy(grown, l->items, l->count * sizeof *grown);
        l->items = grown;
        l->size = size;
    }
    l->items[l->count++] = *s;
}

void what_unread(struct what *c, const struct iam_policy_ref *ref)
{
    struct what_answer *out = c->out;
    struct str text = ref->unread.ptr ? arena_printf(c->a, "%.*s (%.*s)", STR_ARG(ref->id), STR_ARG(ref->unread)) : ref->id;
    for (uint32_t i = 0; i < out->unread_count; i++)
        if (str_eq(out->unread[i], text))
            return;
    if (out->unread_count == out->unread_size) {
        uint32_t size = out->unread_size ? out->unread_size * 2 : 8;
        struct str *grown = arena_array_of(c->a, struct str, size);
        if (out->unread_count)
            memcpy(grown, out->unread, out->unread_count * sizeof *grown);
        out->unread = grown;
        out->unread_size = size;
    }
    out->unread[out->unread_count++] = text;
}

bool what_is_any(const struct what_statement *s)
{
    return !s->not_resource && s->resource_count == 1 && str_eqz(s->resources[0], "*");
}

static int by_text(const void *x, const void *y) { return str_cmp(*(const struct str *)x, *(const struct str *)y); }

static void set_range(const struct what *c, const struct iam_action *action, uint64_t *bits)
{
    uint32_t from = 0, to = 0;
    if (!action->valid)
        return;
    if (action->all) {
        from = 0;
        to = c->w->catalogue->action_count;
    } else if (!iam_catalogue_service(c->w->catalogue, action->service, &from, &to))
        return;
    for (uint32_t i = from; i < to; i++)
        if (iam_action_matches(action, c->w->catalogue->actions[i].service, c->w->catalogue->actions[i].name))
            bits_set(bits, i);
}

static uint64_t *actions_of(const struct what *c, const struct iam_statement *s)
{
    uint64_t *bits = bits_new(c->a, c->w->catalogue->action_count);
    for (uint32_t i = 0; i < s->action_count; i++)
        set_range(c, &s->actions[i], bits);
    if (s->not_action) {
        uint64_t *all = bits_new(c->a, c->w->catalogue->action_count);
        bits_set_range(all, 0, c->w->catalogue->action_count);
        bits_and_not(all, bits, c->words);
        return all;
    }
    return bits;
}

bool what_of(struct what *c, const struct iam_policy *p, const struct iam_statement *s, struct what_statement *out)
{
    if (iam_statement_conditions(c->w->pool, s, p->variables, &c->probe.request.context, NULL) == residue_false)
        return false;
    *out = (struct what_statement){.allow = s->allow, .not_resource = s->not_resource, .actions = actions_of(c, s)};
    if (!bits_any(out->actions, c->words))
        return false;
    uint32_t count = s->has_resource ? s->resource_count : 1;
    out->resources = arena_array_of(c->a, struct str, count + 1);
    for (uint32_t i = 0; s->has_resource && i < s->resource_count; i++)
        if (s->resources[i].valid)
            out->resources[out->resource_count++] = s->resources[i].any ? STR("*") : s->resources[i].text;
    if (!s->has_resource)
        out->resources[out->resource_count++] = STR("*");
    if (out->resource_count)
        qsort(out->resources, out->resource_count, sizeof *out->resources, by_text);
    const struct iam_condition **conditions = arena_array_of(c->a, const struct iam_condition *, s->condition_count + 1);
    for (uint32_t i = 0; i < s->condition_count; i++)
        conditions[i] = &s->conditions[i];
    out->conditions = conditions;
    out->condition_count = s->condition_count;
    return out->resource_count > 0 || out->not_resource;
}

bool what_meet(struct what *c, const struct what_statement *x, const struct what_statement *y, struct what_statement *out)
{
    if (what_is_any(y))
        return true;
    if (what_is_any(x)) {
        out->resources = y->resources;
        out->resource_count = y->resource_count;
        out->not_resource = y->not_resource;
        return true;
    }
    if (x->not_resource || y->not_resource) {
        c->out->wider = true;
        return true;
    }
    struct str *all = arena_array_of(c->a, struct str, RESOURCES_MAX);
    uint32_t count = 0;
    for (uint32_t i = 0; i < x->resource_count; i++)
        for (uint32_t j = 0; j < y->resource_count; j++) {
            struct str meets[IAM_MEETS_MAX];
            bool capped = false;
            uint32_t n = iam_arn_meets(c->a, x->resources[i], y->resources[j], meets, &capped);
            if (capped || count + n > RESOURCES_MAX) {
                c->out->wider = true;
                return true;
            }
            for (uint32_t k = 0; k < n; k++)
                all[count++] = meets[k];
        }
    if (count)
        qsort(all, count, sizeof *all, by_text);
    out->resource_count = 0;
    out->resources = all;
    for (uint32_t i = 0; i < count; i++)
        if (!i || !str_eq(all[i], all[i - 1]))
            all[out->resource_count++] = all[i];
    return out->resource_count > 0;
}

static bool same_entry(const struct iam_condition *x, const struct iam_condition *y)
{
    return str_eq_nocase(x->op_text, y->op_text) && str_eq(x->key_lower, y->key_lower);
}

static void join_conditions(struct what *c, const struct what_statement *x, const struct what_statement *y, struct what_statement *out)
{
    if (!y->condition_count)
        return;
    const struct iam_condition **all = arena_array_of(c->a, const struct iam_condition *, x->condition_count + y->condition_count);
    uint32_t count = x->condition_count;
    if (count)
        memcpy(all, x->conditions, count * sizeof(void *));
    for (uint32_t i = 0; i < y->condition_count; i++) {
        uint32_t j = 0;
        while (j < count && !same_entry(all[j], y->conditions[i]))
            j++;
        if (j == count)
            all[count++] = y->conditions[i];
        else if (all[j] != y->conditions[i])
            c->out->wider = true; /* one block has an operator and key only once */
    }
    out->conditions = all;
    out->condition_count = count;
}

static bool covers(const struct what *c, const struct what_statement *ceiling, const struct what_statement *s)
{
    if (!what_is_any(ceiling) || ceiling->condition_count)
        return false;
    for (size_t i = 0; i < c->words; i++)
        if (s->actions[i] & ~ceiling->actions[i])
            return false;
    return true;
}

static void under(struct what *c, const struct what_statement *s, const struct what_list *ceilings, struct what_list *out)
{
    for (uint32_t i = 0; i < ceilings->count; i++)
        if (covers(c, &ceilings->items[i], s)) {
            what_add(c, out, s);
            return;
        }
    for (uint32_t i = 0; i < ceilings->count; i++) {
        const struct what_statement *ceiling = &ceilings->items[i];
        struct what_statement part = *s;
        part.actions = bits_new(c->a, c->w->catalogue->action_count);
        memcpy(part.actions, s->actions, c->words * sizeof *part.actions);
        bits_and(part.actions, ceiling->actions, c->words);
        if (!bits_any(part.actions, c->words) || !what_meet(c, s, ceiling, &part))
            continue;
        join_conditions(c, s, ceiling, &part);
        what_add(c, out, &part);
    }
}

struct what_list what_ceiling(struct what *c, const struct what_list *l, const struct iam_policy_set *set)
{
    struct what_list ceilings = {0}, out = {0};
    for (uint32_t i = 0; i < set->count; i++) {
        const struct iam_policy *p = set->items[i].policy;
        if (!p) {
            what_unread(c, &set->items[i]);
            return *l;
        }
        for (uint32_t j = 0; j < p->count; j++) {
            struct what_statement s;
            if (p->statements[j].allow && what_of(c, p, &p->statements[j], &s))
                what_add(c, &ceilings, &s);
        }
    }
    for (uint32_t i = 0; i < l->count; i++)
        under(c, &l->items[i], &ceilings, &out);
    return out;
}
