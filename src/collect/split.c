#include "collect/split.h"

static bool parse_path(struct split_path *p, struct str text, bool last_is_list)
{
    struct str rest = text;
    while (rest.ptr) {
        struct str name = str_cut(&rest, '.');
        bool list = str_ends(name, STR("[]"));
        if (list)
            name = str_sub(name, 0, name.len - 2);
        if (p->count == SPLIT_DEPTH_MAX || !name.len)
            return false;
        p->steps[p->count++] = (struct split_step){name, list || (last_is_list && !rest.ptr)};
    }
    return p->count && p->steps[p->count - 1].list;
}

/* The names up to the first list are the same: both begin with the same list. */
static bool same_first_list(const struct split_path *a, const struct split_path *b)
{
    for (uint32_t i = 0; i < a->count && i < b->count; i++) {
        if (!str_eq(a->steps[i].name, b->steps[i].name) || a->steps[i].list != b->steps[i].list)
            return false;
        if (a->steps[i].list)
            return true;
    }
    return false;
}

static void add(struct split *s, struct str text, bool last_is_list)
{
    struct split_path p = {0};
    if (!parse_path(&p, text, last_is_list))
        return;
    for (uint32_t i = 0; i < s->count; i++)
        if (same_first_list(&s->paths[i], &p))
            return;
    s->paths[s->count++] = p;
}

void split_init(struct split *s, struct arena *a, const struct aws_op *op)
{
    *s = (struct split){.paths = arena_array_of(a, struct split_path, op->list_count + 1)};
    if (op->items.len && !str_eqz(op->items, "@"))
        add(s, op->items, false);
    for (uint32_t i = 0; i < op->list_count; i++)
        add(s, op->lists[i], true);
    s->whole = s->count == 0;
}

struct cutter {
    struct split_path *path;
    struct buf *pos;
    split_take *take;
    void *user;
};

static bool cut(struct cutter *c, struct json *at, uint32_t step);

static bool cut_list(struct cutter *c, struct json *list, uint32_t step, int64_t from)
{
    size_t base = c->pos->len;
    bool is_item = step + 1 == c->path->count;
    struct json *element = list->first;
    list->first = list->last = NULL;
    list->count = 0;
    for (int64_t i = from; element; i++) {
        struct json *next = element->next;
        element->next = NULL;
        c->pos->len = base;
        buf_addf(c->pos, "/%lld", (long long)i);
        if (is_item ? !c->take(c->user, SPLIT_ITEM, element, buf_str(c->pos)) : !cut(c, element, step + 1))
            return false;
        element = next;
    }
    c->pos->len = base;
    return true;
}

/* Down to the next list below `at`; with it emptied, what is left of an outer element is complete
 * and goes out before its items. */
static bool cut(struct cutter *c, struct json *at, uint32_t step)
{
    size_t base = c->pos->len;
    struct str outer = buf_str(c->pos);
    struct json *list = at;
    uint32_t i = step;
    for (; list && i < c->path->count; i++) {
        list = json_get(list, c->path->steps[i].name);
        if (c->path->steps[i].list)
            break;
    }
    if (list && list->type != JSON_ARRAY)
        list = NULL;
    struct json held = list ? *list : (struct json){0};
    if (step > 0) {
        if (list) {
            list->first = list->last = NULL;
            list->count = 0;
        }
        if (!c->take(c->user, SPLIT_REST, at, outer))
            return false;
    }
    if (!list)
        return true;
    for (uint32_t k = step; k <= i; k++) {
        if (c->pos->len)
            buf_addc(c->pos, '/');
        buf_add(c->pos, c->path->steps[k].name);
    }
    struct json items = {.type = JSON_ARRAY, .count = held.count, .first = held.first, .last = held.last};
    int64_t from = step ? 0 : c->path->next;
    bool ok = cut_list(c, &items, i, from);
    if (!step) {
        c->path->next += held.count;
        list->first = list->last = NULL;
        list->count = 0;
    }
    c->pos->len = base;
    return ok;
}

bool split_page(struct split *s, struct json *answer, struct buf *pos, split_take *take, void *user)
{
    buf_reset(pos);
    if (s->whole)
        return take(user, SPLIT_ITEM, answer, STR(""));
    for (uint32_t i = 0; i < s->count; i++) {
        struct cutter c = {&s->paths[i], pos, take, user};
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
