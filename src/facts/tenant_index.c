#include "facts/tenant.h"

#include "base/map.h"

#include <stdlib.h>

/* Which tenants' rules may take a thing in: a superset, from which tenant_among() decides. */
struct hits {
    uint32_t *items, count, size;
};

struct tenant_index {
    struct arena *arena;
    const struct json *config;
    const struct json **rules; /* by number */
    uint32_t count;
    struct map accounts, vpcs, tags, arns, prefixes; /* text -> struct hits; tags: "KEY=VALUE"; prefixes: of patterns */
    struct hits always;                              /* rules with a pattern that begins with a wildcard */
    uint32_t *lengths, length_count;                 /* of the prefixes, each once */
    uint32_t *seen, round;                           /* rule -> the last thing that it was a candidate for */
};

static void push(struct arena *a, struct hits *h, uint32_t rule)
{
    if (h->count && h->items[h->count - 1] == rule)
        return;
    if (h->count == h->size) {
        uint32_t size = h->size ? h->size * 2 : 2, *items = arena_array_of(a, uint32_t, size);
        if (h->count)
            memcpy(items, h->items, h->count * sizeof *items);
        h->items = items;
        h->size = size;
    }
    h->items[h->count++] = rule;
}

static void put(struct tenant_index *ix, struct map *m, struct str key, uint32_t rule)
{
    struct hits *h = map_get(m, key);
    if (!h) {
        h = arena_new_of(ix->arena, struct hits);
        map_put(m, key, h);
    }
    push(ix->arena, h, rule);
}

static size_t literal_length(struct str pattern)
{
    size_t n = 0;
    while (n < pattern.len && pattern.ptr[n] != '*' && pattern.ptr[n] != '?')
        n++;
    return n;
}

static void put_list(struct tenant_index *ix, struct map *m, const struct json *list, uint32_t rule)
{
    for
        json_each (it, list) {
            struct str text = json_str(it);
            if (m == &ix->accounts) {
                struct str id = json_get_str(json_get(json_getz(ix->config, "accounts"), text), "id");
                text = id.ptr ? id : text;
            }
            size_t literal = literal_length(text);
            if (literal == text.len)
                put(ix, m, text, rule);
            else if (m == &ix->arns && literal)
                put(ix, &ix->prefixes, str_sub(text, 0, literal), rule);
            else
                push(ix->arena, &ix->always, rule);
        }
}

/* One tag that must hold is enough to find the rule by. */
static void put_tags(struct tenant_index *ix, const struct json *want, uint32_t rule)
{
    for
        json_each (it, want) {
            struct str key = it->key, value = json_str(it);
            if (want->type == JSON_ARRAY)
                key = str_cut(&value, '=');
            if (value.ptr && literal_length(value) == value.len) {
                put(ix, &ix->tags, arena_printf(ix->arena, "%.*s=%.*s", STR_ARG(key), STR_ARG(value)), rule);
                if (want->type != JSON_ARRAY)
                    return;
            } else if (want->type == JSON_ARRAY) {
                push(ix->arena, &ix->always, rule);
            }
        }
    if (want && want->count && want->type != JSON_ARRAY)
        push(ix->arena, &ix->always, rule);
}

static void put_lengths(struct tenant_index *ix)
{
    ix->lengths = arena_array_of(ix->arena, uint32_t, ix->prefixes.count + 1);
    for (size_t i = 0; i < ix->prefixes.count; i++) {
        uint32_t length = (uint32_t)ix->prefixes.entries[i].key.len, at = 0;
        while (at < ix->length_count && ix->lengths[at] != length)
            at++;
        if (at == ix->length_count)
            ix->lengths[ix->length_count++] = length;
    }
}

struct tenant_index *tenant_index_new(struct arena *a, const struct json *config)
{
    struct tenant_index *ix = arena_new_of(a, struct tenant_index);
    const struct json *tenants = json_getz(config, "tenants"), *keys = json_path(config, "defaults.tenant_tags");
    *ix = (struct tenant_index){.arena = a, .config = config};
    struct map *maps[] = {&ix->accounts, &ix->vpcs, &ix->tags, &ix->arns, &ix->prefixes};
    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++)
        map_init(maps[i], a);
    ix->rules = arena_array_of(a, const struct json *, tenants ? tenants->count + 1 : 1);
    ix->seen = arena_array_of(a, uint32_t, tenants ? tenants->count + 1 : 1);
    for
        json_each (rule, tenants) {
            uint32_t n = ix->count++;
            ix->rules[n] = rule;
            put_list(ix, &ix->accounts, json_getz(rule, "accounts"), n);
            put_list(ix, &ix->vpcs, json_getz(rule, "vpcs"), n);
            put_list(ix, &ix->arns, json_getz(rule, "arns"), n);
            put_tags(ix, json_getz(rule, "tags"), n);
        for
            json_each (key, keys)
                put(ix, &ix->tags, arena_printf(a, "%.*s=%.*s", STR_ARG(json_str(key)), STR_ARG(rule->key)), n);
        }
    put_lengths(ix);
    return ix;
}

struct candidates {
    const struct tenant_index *ix;
    struct arena *a;
    struct hits found;
};

static void take(struct candidates *c, const struct hits *h)
{
    for (uint32_t i = 0; h && i < h->count; i++) {
        if (c->ix->seen[h->items[i]] == c->ix->round)
            continue;
        c->ix->seen[h->items[i]] = c->ix->round;
        push(c->a, &c->found, h->items[i]);
    }
}

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void take_tags(struct candidates *c, const struct json *tags)
{
    for
        json_each (tag, tags)
            take(c, map_get(&c->ix->tags, arena_printf(c->a, "%.*s=%.*s", STR_ARG(tag->key), STR_ARG(json_str(tag)))));
}

struct tenancy tenant_by_index(struct arena *a, const struct tenant_index *ix, const struct thing *t)
{
    struct candidates c = {.ix = ix, .a = a};
    ((struct tenant_index *)(uintptr_t)ix)->round++; /* a mark of this call, no change of what it says */
    take(&c, &ix->always);
    take(&c, t->account.len ? map_get(&ix->accounts, t->account) : NULL);
    take(&c, t->vpc.len ? map_get(&ix->vpcs, t->vpc) : NULL);
    take(&c, t->arn.len ? map_get(&ix->arns, t->arn) : NULL);
    for (uint32_t i = 0; i < ix->length_count && t->arn.len; i++)
        if (ix->lengths[i] <= t->arn.len)
            take(&c, map_get(&ix->prefixes, str_sub(t->arn, 0, ix->lengths[i])));
    take_tags(&c, t->tags);
    if (c.found.count > 1)
        qsort(c.found.items, c.found.count, sizeof *c.found.items, by_number);
    const struct json **rules = arena_array_of(a, const struct json *, c.found.count + 1);
    for (uint32_t i = 0; i < c.found.count; i++)
        rules[i] = ix->rules[c.found.items[i]];
    return tenant_among(a, ix->config, rules, c.found.count, t);
}
