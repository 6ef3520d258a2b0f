#include "collect/split.h"

static bool parse_path(struct split_path *p, struct str text)
{
    struct str rest = text;
    while (rest.ptr) {
        struct str name = str_cut(&rest, '.');
        bool list = str_ends(name, STR("[]"));
        if (list)
            name = str_sub(name, 0, name.len - 2);
        if (p->count == SPLIT_DEPTH_MAX || !name.len)
            return false;
        p->steps[p->count++] = (struct split_step){name, list};
    }
    return p->count > 0;
}

/* The names up to the first list are the same: both begin with the same list. */
static bool same_first_list(const struct split_path *a, const struct split_path *b)
{
    for (uint32_t i = 0; i < a->count && i < b->count; i++) {
        if (!str_eq(a->steps[i].name, b->steps[i].name))
            return false;
        if (a->steps[i].list || b->steps[i].list)
            return true;
    }
    return false;
}

static void add(struct split *s, struct split_path p)
{
    for (uint32_t i = 0; i < s->count; i++)
        if (same_first_list(&s->paths[i], &p))
            return;
    s->paths[s->count++] = p;
}

void split_init(struct split *s, struct arena *a, const struct aws_op *op)
{
    uint32_t most = op->list_count + 1;
    for (size_t i = 0; i < op->items.len; i++)
        most += op->items.ptr[i] == '|';
    *s = (struct split){.paths = arena_array_of(a, struct split_path, most)};
    s->whole = !op->items.len || str_eqz(op->items, "@");
    struct str rest = s->whole ? (struct str){NULL, 0} : op->items;
    for (uint32_t item = 0; rest.ptr; item++) {
        struct split_path p = {.item = item};
        if (parse_path(&p, str_cut(&rest, '|')))
            add(s, p);
    }
    for (uint32_t i = 0; i < op->list_count && !s->whole; i++) {
        struct split_path p = {.extra = true};
        if (parse_path(&p, op->lists[i])) {
            p.steps[p.count - 1].list = true;
            add(s, p);
        }
    }
}

struct cutter {
    struct split *split;
    struct split_path *path;
    struct buf *pos;
    split_take *take;
    void *user;
};

static bool take(struct cutter *c, enum split_part kind, const struct json *part)
{
    return c->take(c->user, c->path->extra ? SPLIT_REST : kind, c->path->item, part, buf_str(c->pos));
}

static bool cut(struct cutter *c, struct json *at, uint32_t step);

static bool cut_list(struct cutter *c, struct json *element, uint32_t step, int64_t from)
{
    size_t base = c->pos->len;
    bool is_item = step + 1 == c->path->count;
    for (int64_t i = from; element; i++) {
        struct json *next = element->next;
        element->next = NULL;
        c->pos->len = base;
        buf_addf(c->pos, "/%lld", (long long)i);
        if (is_item ? !take(c, SPLIT_ITEM, element) : !cut(c, element, step + 1))
            return false;
        element = next;
    }
    return true;
}

/* From `at` over plain members to the next list, or to the end of the path. */
static struct json *descend(const struct split_path *p, struct json *at, uint32_t *step)
{
    for (;; ++*step) {
        at = json_get(at, p->steps[*step].name);
        if (!at || p->steps[*step].list || *step + 1 == p->count)
            return at;
    }
}

static bool cut_found(struct cutter *c, const struct json *found, uint32_t step, bool first)
{
    struct split_path *p = c->path;
    bool list = p->steps[step].list;
    int64_t from = first ? p->next : 0;
    if (first)
        p->next += list ? found->count : 1;
    if (list)
        return cut_list(c, found->first, step, from);
    if (first && from) {
        c->split->repeated = true;
        return true;
    }
    return take(c, SPLIT_ITEM, found);
}

/* With what `at` holds taken out, what is left of an outer element is complete and goes out before it. */
static bool cut(struct cutter *c, struct json *at, uint32_t step)
{
    size_t base = c->pos->len;
    uint32_t end = step;
    struct json *node = descend(c->path, at, &end);
    bool list = c->path->steps[end].list;
    if (node && (list ? node->type != JSON_ARRAY : node->type == JSON_NULL))
        node = NULL;
    struct json found = {0};
    if (node) {
        found = *node;
        found.next = NULL;
        *node = (struct json){.type = list ? JSON_ARRAY : JSON_NULL, .key = node->key, .next = node->next};
    }
    if (step > 0 && !take(c, SPLIT_REST, at))
        return false;
    if (!node)
        return true;
    for (uint32_t k = step; k <= end; k++) {
        if (c->pos->len)
            buf_addc(c->pos, '/');
        buf_add(c->pos, c->path->steps[k].name);
    }
    bool ok = cut_found(c, &found, end, step == 0);
    c->pos->len = base;
    return ok;
}

bool split_page(struct split *s, struct json *answer, struct buf *pos, split_take *taker, void *user)
{
    buf_reset(pos);
    if (s->whole)
        return taker(user, SPLIT_ITEM, 0, answer, STR(""));
    for (uint32_t i = 0; i < s->count; i++) {
        struct cutter c = {s, &s->paths[i], pos, taker, user};
        if (!cut(&c, answer, 0))
            return false;
    }
    return true;
}

bool split_passes(const struct split *s, const struct str *above, uint32_t depth, struct str name)
{
    for (uint32_t i = 0; i < s->count; i++) {
        const struct split_path *p = &s->paths[i];
        bool same = depth < p->count && str_eq(p->steps[depth].name, name);
        for (uint32_t k = 0; same && k < depth; k++)
            same = !p->steps[k].list && str_eq(p->steps[k].name, above[k]);
        if (same)
            return true;
    }
    return false;
}
