#include "iam/catalogue_internal.h"

#include "base/embed.h"

#include <string.h>

static const char *const touch_names[] = {
#define X(sym, name, meaning) name,
    IAM_TOUCHES(X)
#undef X
};

const char *iam_touch_name(enum iam_touch t) { return t < IAM_TOUCH_COUNT ? touch_names[t] : "?"; }

bool iam_table_line(struct str *rest, struct str *line)
{
    while (rest->len) {
        const char *end = memchr(rest->ptr, '\n', rest->len);
        size_t len = end ? (size_t)(end - rest->ptr) : rest->len;
        *line = str_make(rest->ptr, len);
        *rest = str_sub(*rest, len + 1, rest->len);
        if (len && line->ptr[0] != '#')
            return true;
    }
    return false;
}

static uint32_t lines_in(struct str text)
{
    uint32_t n = 1;
    for (const char *p = text.ptr, *end = text.ptr + text.len; (p = memchr(p, '\n', (size_t)(end - p))) != NULL; p++)
        n++;
    return n;
}

/* A decimal of a table that ward carries: nothing but digits is there. */
static uint32_t number(struct str s)
{
    uint32_t n = 0;
    for (size_t i = 0; i < s.len; i++)
        n = n * 10 + (uint32_t)(s.ptr[i] - '0');
    return n;
}

static const struct iam_service *service_row(const struct iam_catalogue *c, struct str name) { return map_get(&c->services->by_name, name); }

const struct iam_service *iam_service_of(const struct iam_catalogue *c, struct str name)
{
    char lower[64];
    if (name.len > sizeof lower)
        return NULL;
    for (size_t i = 0; i < name.len; i++)
        lower[i] = name.ptr[i] >= 'A' && name.ptr[i] <= 'Z' ? (char)(name.ptr[i] | 0x20) : name.ptr[i];
    return service_row(c, str_make(lower, name.len));
}

static struct iam_service *service_add(struct iam_catalogue *c, struct str name)
{
    struct iam_services *s = c->services;
    struct iam_service *row = map_get(&s->by_name, name);
    if (!row) {
        row = &s->rows[s->count++];
        *row = (struct iam_service){.name = name};
        map_put(&s->by_name, name, row);
    }
    return row;
}

/* Resource types. */

/* "arn:${Partition}:s3:::${Bucket}" with '*' for each variable; counts the other bytes. */
static struct str glob_of(struct arena *a, struct str arn, uint32_t *literals)
{
    char *to = arena_alloc(a, arn.len + 1);
    size_t n = 0;
    for (size_t i = 0; i < arn.len; i++) {
        bool variable = arn.ptr[i] == '$' && i + 1 < arn.len && arn.ptr[i + 1] == '{';
        while (variable && i < arn.len && arn.ptr[i] != '}')
            i++;
        bool star = variable || arn.ptr[i] == '*';
        *literals += !star;
        if (!star)
            to[n++] = arn.ptr[i];
        else if (!n || to[n - 1] != '*')
            to[n++] = '*';
    }
    return str_make(to, n);
}

static struct arn_shape shape_of(struct str glob)
{
    struct arn_shape out = {0};
    for (size_t i = 0; i < glob.len; i++) {
        if (glob.ptr[i] != ':')
            continue;
        out.colons++;
        out.head = str_sub(glob, i + 1, glob.len);
    }
    if (out.colons != 5)
        out.head.len = 0;
    for (size_t i = 0; i < out.head.len; i++)
        if (out.head.ptr[i] == '*')
            out.head.len = i;
    return out;
}

static void group_add(struct arena *a, struct arn_group *g, uint32_t type)
{
    if (g->count == g->size) {
        uint32_t size = g->size ? g->size * 2 : 4, *types = arena_array_of(a, uint32_t, size);
        if (g->count)
            memcpy(types, g->types, g->count * sizeof *types);
        g->types = types;
        g->size = size;
    }
    g->types[g->count++] = type;
}

static void index_arn(struct iam_services *s, struct str glob, uint32_t type)
{
    struct str rest = glob;
    str_cut(&rest, ':');
    str_cut(&rest, ':');
    struct str field = str_cut(&rest, ':');
    if (str_index(field, '*', 0) >= 0) {
        group_add(s->arena, &s->any, type);
        return;
    }
    struct arn_group *g = map_get(&s->by_arn, field);
    if (!g) {
        g = arena_new_of(s->arena, struct arn_group);
        map_put(&s->by_arn, field, g);
    }
    group_add(s->arena, g, type);
}

static void load_resources(struct iam_catalogue *c, struct str text)
{
    struct iam_services *s = c->services;
    struct str line;
    uint32_t size = lines_in(text);
    c->resources = arena_array_of(s->arena, struct iam_resource_info, size);
    s->literals = arena_array_of(s->arena, uint32_t, size);
    s->shapes = arena_array_of(s->arena, struct arn_shape, size);
    struct iam_service *at = NULL;
    while (iam_table_line(&text, &line)) {
        struct iam_resource_info *r = &c->resources[c->resource_count];
        r->service = str_cut(&line, '\t');
        r->name = str_cut(&line, '\t');
        r->arn = str_cut(&line, '\t');
        r->keys = line;
        r->glob = glob_of(s->arena, r->arn, &s->literals[c->resource_count]);
        s->shapes[c->resource_count] = shape_of(r->glob);
        if (!at || !str_eq(at->name, r->service)) {
            at = service_add(c, r->service);
            at->resource_from = c->resource_count;
        }
        at->resource_to = c->resource_count + 1;
        index_arn(s, r->glob, c->resource_count++);
    }
}

/* Actions. */

struct sets {
    struct str *keys;
    const uint16_t **types;
    uint16_t *type_counts;
    uint32_t key_count, set_count;
};

static uint32_t resource_in(const struct iam_catalogue *c, const struct iam_service *s, struct str name)
{
    for (uint32_t i = s->resource_from; i < s->resource_to; i++)
        if (str_eq(c->resources[i].name, name))
            return i;
    return UINT32_MAX;
}

static void add_type_set(struct iam_catalogue *c, const struct iam_service *s, struct sets *sets, struct str names)
{
    uint16_t list[512] = {0}, n = 0;
    while (names.ptr && n < sizeof list / sizeof *list) {
        uint32_t at = resource_in(c, s, str_cut(&names, ','));
        if (at < UINT16_MAX)
            list[n++] = (uint16_t)at;
    }
    uint16_t *own = arena_array_of(c->services->arena, uint16_t, n + 1u);
    memcpy(own, list, n * sizeof *own);
    sets->set_count++;
    sets->types[sets->set_count] = own;
    sets->type_counts[sets->set_count] = n;
}

static enum iam_level_of_access level_of(struct str letter)
{
    switch (letter.len ? letter.ptr[0] : 0) {
    case 'L': return IAM_LIST;
    case 'R': return IAM_READ;
    case 'P': return IAM_PERMISSIONS;
    case 'T': return IAM_TAGGING;
    default: return IAM_WRITE;
    }
}

static void add_action(struct iam_catalogue *c, const struct iam_service *s, const struct sets *sets, struct str line)
{
    struct iam_action_info *a = &c->actions[c->action_count++];
    a->service = s->name;
    a->name = str_cut(&line, '\t');
    a->level = level_of(str_cut(&line, '\t'));
    uint32_t types = number(str_cut(&line, '\t')), keys = number(line);
    if (types && types <= sets->set_count) {
        a->resource_types = sets->types[types];
        a->resource_type_count = sets->type_counts[types];
    }
    if (keys && keys <= sets->key_count)
        a->keys = sets->keys[keys];
}

static void load_actions(struct iam_catalogue *c, struct str text)
{
    struct arena *a = c->services->arena;
    uint32_t size = lines_in(text);
    c->actions = arena_array_of(a, struct iam_action_info, size);
    enum { SETS_MAX = 4096 };
    struct sets sets = {.keys = arena_array_of(a, struct str, SETS_MAX), .types = arena_array_of(a, const uint16_t *, SETS_MAX),
                        .type_counts = arena_array_of(a, uint16_t, SETS_MAX)};
    struct iam_service *at = NULL;
    struct str line;
    while (iam_table_line(&text, &line)) {
        struct str rest = str_sub(line, 1, line.len);
        if (line.ptr[0] == '@') {
            at = service_add(c, rest);
            at->action_from = at->action_to = c->action_count;
            sets.key_count = sets.set_count = 0;
        } else if (line.ptr[0] == '=' && sets.key_count + 1 < SETS_MAX) {
            sets.keys[++sets.key_count] = rest;
        } else if (line.ptr[0] == '+' && at && sets.set_count + 1 < SETS_MAX) {
            add_type_set(c, at, &sets, rest);
        } else if (at) {
            add_action(c, at, &sets, line);
            at->action_to = c->action_count;
        }
    }
}

/* Keys and services. */

static void load_keys(struct iam_services *s, struct str text)
{
    struct str line;
    s->templates = arena_array_of(s->arena, struct key_template, lines_in(text));
    while (iam_table_line(&text, &line)) {
        struct str type = line, name = str_cut(&type, '\t');
        ptrdiff_t open = str_index(name, '$', 0), close = str_index(name, '}', 0);
        if (open < 0 || close < 0) {
            struct str *own = arena_new_of(s->arena, struct str);
            *own = type;
            map_put(&s->keys, name, own);
        } else {
            s->templates[s->template_count++] = (struct key_template){str_sub(name, 0, (size_t)open), str_sub(name, (size_t)close + 1, name.len), type};
        }
    }
}

static struct str table(const char *name, struct err *e)
{
    struct str text = embed_get(name);
    if (!text.ptr)
        err_set(e, ERR_INTERNAL, "the table %s is not in this program", name);
    return text;
}

const struct iam_catalogue *iam_catalogue_load(struct arena *a, struct err *e)
{
    struct str actions = table("data/iam/actions.tsv", e), resources = table("data/iam/resources.tsv", e), keys = table("data/iam/keys.tsv", e),
               rcp = table("data/iam/rcp_services.tsv", e), line;
    if (!actions.ptr || !resources.ptr || !keys.ptr || !rcp.ptr)
        return NULL;
    struct iam_catalogue *c = arena_new_of(a, struct iam_catalogue);
    struct iam_services *s = c->services = arena_new_of(a, struct iam_services);
    s->arena = a;
    enum { SERVICES_MAX = 4096 };
    s->rows = arena_array_of(a, struct iam_service, SERVICES_MAX);
    map_init(&s->by_name, a);
    map_init(&s->by_arn, a);
    map_init(&s->keys, a);
    map_init(&s->rcp, a);
    map_init(&s->cfn, a);
    load_resources(c, resources);
    load_actions(c, actions);
    load_keys(s, keys);
    while (iam_table_line(&rcp, &line))
        map_put(&s->rcp, line, s);
    return iam_catalogue_judge(c, e) && iam_catalogue_cfn(c, e) ? c : NULL;
}
