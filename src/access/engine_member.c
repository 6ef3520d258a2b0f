/*
 * ARNs that stand for all that a pattern matches: one for each way in which the patterns of all policies can treat
 * them.
 *
 * Of "bucket/" and all that follows these are: one that is like nothing that any policy names, and one for each pattern
 * of a policy (and each meet of two) inside of it, made the same way: its wildcards become text that nothing else has.
 * What some object of the pattern may be asked is then what one of these may be asked: take any object and the
 * narrowest meet of patterns that it is in; its member matches those patterns and no others, so it has all the Allows
 * and at most the Denies that the object has.
 */
#include "access/engine_internal.h"
#include "access/world_internal.h"

#include "iam/glob.h"
#include "iam/pattern.h"

enum { MEMBERS_MAX = 8192, PAIRS_MAX = 1 << 20 };

/* Patterns of one service and account, by how their last field starts. */
struct group {
    struct str_list patterns; /* in order of their last fields */
    struct map by_prefix;     /* that field before its first wildcard -> struct str_list */
    uint8_t lengths[1024];    /* which lengths those texts have */
};

struct members {
    struct arena *arena;
    struct map seen;      /* patterns of policies, variables put in */
    struct map groups;    /* service and account, "*" where a wildcard stands there -> struct group */
    struct idmap visited; /* policies */
    struct map tuples;    /* names of variables -> their values in all principals */
};

static struct str prefix_of(struct str pattern)
{
    size_t n = 0;
    while (n < pattern.len && pattern.ptr[n] != '*' && pattern.ptr[n] != '?')
        n++;
    return str_sub(pattern, 0, n);
}

static void push(struct arena *a, struct str_list *l, struct str s)
{
    ENGINE_GROW(a, l->items, l->count, l->size);
    l->items[l->count++] = s;
}

/* What comes before the last field is compared without case. */
static void note_text(struct engine *e, struct str text)
{
    char *folded = arena_cstr(e->tiny, text);
    for (size_t i = 0, colons = 0; i < text.len && colons < 5; i++) {
        colons += folded[i] == ':';
        folded[i] = folded[i] >= 'A' && folded[i] <= 'Z' ? (char)(folded[i] + 32) : folded[i];
    }
    text = str_make(folded, text.len);
    if (!map_has(&e->members->seen, text))
        map_put(&e->members->seen, arena_str(e->tables, text), e);
}

/* The pattern with its variables put in as a principal has them; what is not known of it becomes a '*'. */
static void note_for(struct engine *e, struct str text, const struct iam_context *c)
{
    struct iam_expanded x;
    if (iam_expand(text, c, &x) != IAM_EXPANDED_NULL)
        note_text(e, x.pattern.text);
    iam_expanded_done(&x);
}

/* Different values of the variables of a pattern, by principal, found once for each set of names. */
static const struct str_list *contexts_of(struct engine *e, struct str names);

static void note_resource(struct engine *e, const struct iam_resource *r)
{
    if (r->any || !r->valid)
        return;
    if (!r->field[5].variables) {
        note_text(e, r->text);
        return;
    }
    struct iam_variable v;
    struct str names = {0};
    for (size_t at = 0; iam_variable_next(r->text, at, &v); at = v.to)
        if (!v.escape)
            names = arena_printf(e->tiny, "%.*s%.*s\n", STR_ARG(names), STR_ARG(v.name));
    note_for(e, r->text, NULL);
    const struct str_list *contexts = contexts_of(e, names);
    for (uint32_t i = 0; i < contexts->count; i++) {
        const struct iam_context *c = (const void *)contexts->items[i].ptr;
        note_for(e, r->text, c);
    }
}

static const struct str_list *contexts_of(struct engine *e, struct str names)
{
    struct str_list *list = map_get(&e->members->tuples, names);
    if (list)
        return list;
    list = arena_new_of(e->tables, struct str_list);
    struct map seen;
    map_init(&seen, e->tables);
    for (uint32_t p = 0; p < e->w->principal_count; p++) {
        struct iam_request r = {.no_resource_type = true};
        struct arena *a = arena_new(4096);
        world_caller(e->w, a, p, &r.caller);
        world_context(e->w, a, p, WORLD_NONE, NULL, &r);
        struct str values = {0}, rest = names;
        struct iam_context c = {.open = true};
        c.keys = arena_array_of(e->tables, struct iam_key, 8);
        while (rest.len && c.count < 8) {
            struct str name = str_cut(&rest, '\n');
            const struct iam_key *k = iam_context_get(&r.context, name);
            bool known = k && k->state == IAM_KEY_KNOWN && k->count == 1 && !k->list;
            values = arena_printf(a, "%.*s%c%.*s\n", STR_ARG(values), known ? '=' : '?',
                                  STR_ARG(known ? k->values[0] : STR("")));
            if (known) {
                c.keys[c.count] = *k;
                c.keys[c.count].name = arena_str(e->tables, k->name);
                c.keys[c.count].values = arena_new_of(e->tables, struct str);
                c.keys[c.count++].values[0] = arena_str(e->tables, k->values[0]);
            }
        }
        if (!map_has(&seen, values)) {
            map_put(&seen, arena_str(e->tables, values), e);
            struct iam_context *kept = arena_new_of(e->tables, struct iam_context);
            *kept = c;
            push(e->tables, list, str_make((const char *)kept, sizeof *kept));
        }
        arena_free(a);
    }
    map_put(&e->members->tuples, arena_str(e->tables, names), list);
    return list;
}

static void note_policy(struct engine *e, const struct iam_policy_ref *ref)
{
    if (!ref->policy || idmap_get(&e->members->visited, (uint64_t)(uintptr_t)ref->policy))
        return;
    idmap_put(&e->members->visited, (uint64_t)(uintptr_t)ref->policy, e);
    for (uint32_t i = 0; i < ref->policy->count; i++)
        for (uint32_t k = 0; k < ref->policy->statements[i].resource_count; k++)
            note_resource(e, &ref->policy->statements[i].resources[k]);
}

static void note_set(struct engine *e, const struct iam_policy_set *set)
{
    for (uint32_t i = 0; i < set->count; i++)
        note_policy(e, &set->items[i]);
}

static void note_levels(struct engine *e, const struct iam_level *levels, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        note_set(e, &levels[i].policies);
}

static int by_part(const void *a, const void *b)
{
    const struct str *x = a, *y = b;
    int order = str_cmp(arn_field(*x, 5), arn_field(*y, 5));
    return order ? order : str_cmp(*x, *y);
}

static struct str literal_or_star(struct str field)
{
    return field.ptr && prefix_of(field).len == field.len ? field : STR("*");
}

/* NULL when there is none, unless `make`. */
static struct group *group_of(struct engine *e, struct str service, struct str account, bool make)
{
    struct str key = arena_printf(e->tiny, "%.*s:%.*s", STR_ARG(service), STR_ARG(account));
    struct group *g = map_get(&e->members->groups, key);
    if (!g && make) {
        g = arena_new_of(e->tables, struct group);
        map_init(&g->by_prefix, e->tables);
        map_put(&e->members->groups, arena_str(e->tables, key), g);
    }
    return g;
}

static struct group *add_to_group(struct engine *e, struct str p)
{
    struct str part = arn_field(p, 5), prefix = prefix_of(part);
    bool whole = part.ptr != NULL; /* else a short ARN: it may be of any account */
    struct group *g =
        group_of(e, literal_or_star(arn_field(p, 2)), whole ? literal_or_star(arn_field(p, 4)) : STR("*"), true);
    push(e->tables, &g->patterns, p);
    if (prefix.len >= sizeof g->lengths)
        prefix = str_sub(prefix, 0, sizeof g->lengths - 1);
    struct str_list *list = map_get(&g->by_prefix, prefix);
    if (!list) {
        list = arena_new_of(e->tables, struct str_list);
        map_put(&g->by_prefix, prefix, list);
    }
    push(e->tables, list, p);
    g->lengths[prefix.len] = 1;
    return g;
}

static void sort_group(struct group *g)
{
    qsort(g->patterns.items, g->patterns.count, sizeof *g->patterns.items, by_part);
}

/* The last one to its place among the others. */
static void insert_last(struct group *g)
{
    struct str *items = g->patterns.items, last = items[g->patterns.count - 1];
    uint32_t lo = 0, hi = g->patterns.count - 1;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (by_part(&items[mid], &last) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    memmove(items + lo + 1, items + lo, (g->patterns.count - 1 - lo) * sizeof *items);
    items[lo] = last;
}

static void sort_patterns(struct engine *e)
{
    struct members *m = e->members;
    for (size_t i = 0; i < m->seen.count; i++)
        add_to_group(e, m->seen.entries[i].key);
    for (size_t i = 0; i < m->groups.count; i++)
        sort_group(m->groups.entries[i].value);
}

void engine_note_patterns(struct engine *e)
{
    const struct world *w = e->w;
    struct members *m = e->members = arena_new_of(e->tables, struct members);
    map_init(&m->seen, e->tables);
    map_init(&m->groups, e->tables);
    map_init(&m->tuples, e->tables);
    idmap_init(&m->visited, e->tables);
    for (uint32_t i = 0; i < w->principal_count; i++) {
        note_set(e, &w->principals[i].identity);
        note_policy(e, &w->principals[i].boundary);
    }
    for (uint32_t i = 0; i < w->resource_count; i++) {
        note_policy(e, &w->resources[i].policy);
        note_policy(e, &w->resources[i].second_policy);
    }
    for (uint32_t i = 0; i < w->account_count; i++) {
        note_levels(e, w->accounts[i].scps, w->accounts[i].scp_count);
        note_levels(e, w->accounts[i].rcps, w->accounts[i].rcp_count);
    }
    sort_patterns(e);
    arena_reset(e->tiny);
}

/* Patterns inside of one, each with the policies' patterns that all it matches lies in. */
struct inside {
    struct str *items;
    uint64_t **sources;
    uint32_t count, size, sources_size;
    size_t words;   /* of a set of sources */
    struct map at;  /* pattern -> index + 1 */
};

static uint32_t inside_add(struct arena *a, struct inside *l, struct str pattern)
{
    uintptr_t known = (uintptr_t)map_get(&l->at, pattern);
    if (known)
        return (uint32_t)known - 1;
    ENGINE_GROW(a, l->items, l->count, l->size);
    ENGINE_GROW(a, l->sources, l->count, l->sources_size);
    l->items[l->count] = pattern;
    l->sources[l->count++] = arena_array_of(a, uint64_t, l->words);
    map_put(&l->at, pattern, (void *)(uintptr_t)l->count); /* NOLINT(performance-no-int-to-ptr) */
    return l->count - 1;
}

/* The pattern itself where it lies inside, else what both match. */
static uint32_t meets_of(struct engine *e, struct arena *a, struct str inside, struct str pattern, struct str *meets)
{
    bool capped = false;
    meets[0] = pattern;
    uint32_t n = iam_glob_covers(inside, pattern) ? 1 : iam_arn_meets(a, inside, pattern, meets, &capped);
    e->capped = e->capped || capped;
    return n;
}

static bool tail_only(struct str p)
{
    return prefix_of(p).len + 1 >= p.len;
}

static bool is_subset(const uint64_t *x, const uint64_t *y, size_t words)
{
    for (size_t i = 0; i < words; i++)
        if (x[i] & ~y[i])
            return false;
    return true;
}

static bool meet_pair(struct engine *e, struct arena *a, struct inside *l, uint32_t i, uint32_t k)
{
    struct str x = l->items[i], y = l->items[k], meets[IAM_MEETS_MAX];
    bool grew = false;
    if (iam_glob_covers(x, y))
        return bits_or(l->sources[k], l->sources[i], l->words);
    uint32_t n = meets_of(e, a, y, x, meets);
    for (uint32_t m = 0; m < n; m++) {
        uint32_t at = inside_add(a, l, meets[m]);
        grew |= bits_or(l->sources[at], l->sources[i], l->words);
        grew |= bits_or(l->sources[at], l->sources[k], l->words);
    }
    return grew;
}

/* Two patterns of which neither lies in the other can have members in common that have both their Allows: unless all that
 * one speaks of the other speaks of too, as with the ways in which one policy's pattern can lie in ours. An object is in
 * some pattern for each source that it matches; of those that it is in, one with most sources then has them all. */
static void close_over_meets(struct engine *e, struct arena *a, struct inside *l)
{
    uint32_t pairs = 0;
    bool grew = true;
    while (grew && l->count < MEMBERS_MAX && pairs < PAIRS_MAX) {
        grew = false;
        for (uint32_t i = 0; i < l->count && l->count < MEMBERS_MAX; i++)
            for (uint32_t k = 0; k < i && l->count < MEMBERS_MAX && pairs < PAIRS_MAX; k++) {
                if (is_subset(l->sources[i], l->sources[k], l->words) || is_subset(l->sources[k], l->sources[i], l->words) ||
                    (tail_only(l->items[i]) && tail_only(l->items[k])))
                    continue;
                pairs++;
                if (iam_globs_overlap(l->items[i], l->items[k]))
                    grew |= meet_pair(e, a, l, i, k);
            }
    }
    e->capped = e->capped || l->count >= MEMBERS_MAX || pairs >= PAIRS_MAX;
}

const struct str engine_odd = {"~~~~~~~~~~~~~~~~~~~~~~~~", 24};

static struct str member_of(struct engine *e, struct arena *a, struct str pattern)
{
    struct str out = {0};
    for (size_t from = 0, i = 0; i <= pattern.len; i++) {
        if (i < pattern.len && pattern.ptr[i] != '*' && pattern.ptr[i] != '?')
            continue;
        out = arena_printf(e->tiny, "%.*s%.*s%.*s", STR_ARG(out), STR_ARG(str_sub(pattern, from, i)),
                           i == pattern.len        ? 0
                           : pattern.ptr[i] == '*' ? (int)engine_odd.len
                                                   : 1,
                           engine_odd.ptr);
        from = i + 1;
    }
    return arena_str(a, out);
}

struct search {
    struct engine *e;
    struct arena *a;
    struct str pattern, part; /* and the last field before its first wildcard */
    struct str_list sources;
    struct map seen;
};

static void consider(struct search *s, struct str other)
{
    if (iam_globs_overlap(s->pattern, other) && !iam_glob_covers(other, s->pattern) && map_add(&s->seen, other, s->e))
        push(s->a, &s->sources, other);
}

/* What the policies' patterns have in common with ours. */
static void fill_inside(struct search *s, struct inside *l)
{
    struct str meets[IAM_MEETS_MAX];
    *l = (struct inside){.words = bits_words(s->sources.count)};
    map_init(&l->at, s->a);
    for (uint32_t i = 0; i < s->sources.count; i++) {
        uint32_t n = meets_of(s->e, s->a, s->pattern, s->sources.items[i], meets);
        for (uint32_t m = 0; m < n; m++) {
            uint32_t at = inside_add(s->a, l, meets[m]);
            bits_set(l->sources[at], i);
        }
    }
    close_over_meets(s->e, s->a, l);
}

/* The patterns of a group that start as ours does, or that end their text before ours. */
static void search_group(struct search *s, struct str service, struct str account)
{
    const struct group *g = group_of(s->e, service, account, false);
    if (!g)
        return;
    uint32_t lo = 0, hi = g->patterns.count;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (str_cmp(arn_field(g->patterns.items[mid], 5), s->part) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    for (; lo < g->patterns.count && str_starts(arn_field(g->patterns.items[lo], 5), s->part); lo++)
        consider(s, g->patterns.items[lo]);
    for (size_t n = 0; n < s->part.len && n < sizeof g->lengths; n++) {
        const struct str_list *list = g->lengths[n] ? map_get(&g->by_prefix, str_sub(s->part, 0, n)) : NULL;
        for (uint32_t i = 0; list && i < list->count; i++)
            consider(s, list->items[i]);
    }
}

static void search_all(struct search *s)
{
    for (size_t i = 0; i < s->e->members->seen.count; i++)
        consider(s, s->e->members->seen.entries[i].key);
}

void engine_members(struct engine *e, struct arena *a, uint32_t row, struct str pattern, struct str_list *out)
{
    bool before = e->capped;
    e->capped = false;
    struct search s = {.e = e, .a = e->scratch, .pattern = pattern, .part = prefix_of(arn_field(pattern, 5))};
    struct str service = arn_field(pattern, 2), account = arn_field(pattern, 4);
    map_init(&s.seen, s.a);
    if (prefix_of(service).len < service.len || prefix_of(account).len < account.len)
        search_all(&s);
    else {
        search_group(&s, service, account);
        search_group(&s, service, STR("*"));
        search_group(&s, STR("*"), account);
        search_group(&s, STR("*"), STR("*"));
    }
    struct inside inside;
    fill_inside(&s, &inside);
    struct map texts;
    map_init(&texts, s.a);
    push(a, out, member_of(e, a, pattern));
    map_add(&texts, out->items[0], e);
    for (uint32_t i = 0; i < inside.count; i++) {
        struct str member = member_of(e, a, inside.items[i]);
        if (map_add(&texts, member, e))
            push(a, out, member);
    }
    if (e->capped)
        bits_set(e->capped_rows, row);
    e->capped |= before;
    arena_reset(e->scratch);
    arena_reset(e->tiny);
}

uint32_t engine_pattern_count(const struct engine *e)
{
    return (uint32_t)e->members->seen.count;
}
struct str engine_pattern(const struct engine *e, uint32_t at)
{
    return e->members->seen.entries[at].key;
}

/* Its policies and its tags may have changed: what only they tell apart is noted. */
void engine_note_principal(struct engine *e, uint32_t principal)
{
    const struct world_principal *p = &e->w->principals[principal];
    uint32_t before = engine_pattern_count(e);
    struct iam_request r = {.no_resource_type = true};
    world_caller(e->w, e->scratch, principal, &r.caller);
    world_context(e->w, e->scratch, principal, WORLD_NONE, NULL, &r);
    note_set(e, &p->identity);
    note_policy(e, &p->boundary);
    for (uint32_t i = 0; i <= p->identity.count; i++) {
        const struct iam_policy *policy = i < p->identity.count ? p->identity.items[i].policy : p->boundary.policy;
        for (uint32_t s = 0; policy && s < policy->count; s++)
            for (uint32_t k = 0; k < policy->statements[s].resource_count; k++)
                if (policy->statements[s].resources[k].field[5].variables)
                    note_for(e, policy->statements[s].resources[k].text, &r.context);
    }
    for (uint32_t i = before; i < engine_pattern_count(e); i++)
        insert_last(add_to_group(e, engine_pattern(e, i)));
    arena_reset(e->scratch);
    arena_reset(e->tiny);
}
