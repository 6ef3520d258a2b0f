#include "collect/extract.h"

/* Columns first, then filters, then the region: everything that is read from the answer. */
enum { WALK_MAX = PLAN_COLUMNS_MAX + PLAN_FILTERS_MAX + 1 };

struct walk {
    const struct plan_feed *feed;
    struct str region;            /* of the parent's call */
    uint32_t count;
    struct str values[WALK_MAX];
    extract_each *each;
    void *user;
};

static struct str none(void)
{
    return (struct str){NULL, 0};
}

static struct str scalar_text(const struct json *j)
{
    switch (j ? j->type : JSON_NULL) {
    case JSON_STRING:
        return j->text.ptr ? j->text : STR("");
    case JSON_NUMBER:
        return j->text;
    case JSON_TRUE:
        return STR("true");
    case JSON_FALSE:
        return STR("false");
    default:
        return none();
    }
}

/* Bytes of `path` up to and with its first "[]" or "~"; 0 when it has none. */
static size_t list_prefix(struct str path)
{
    for (size_t i = 0; i < path.len; i++) {
        if (path.ptr[i] == '~')
            return i + 1;
        if (path.ptr[i] == '[' && i + 1 < path.len && path.ptr[i + 1] == ']')
            return i + 2;
    }
    return 0;
}

/* Follows plain members; "@" and "" are `j` itself. */
static const struct json *member(const struct json *j, struct str path)
{
    struct str rest = path;
    while (rest.ptr && rest.len > 0) {
        struct str name = str_cut(&rest, '.');
        if (!str_eqz(name, "@") && name.len > 0)
            j = json_get(j, name);
    }
    return j;
}

static bool passes(const struct walk *w)
{
    for (uint32_t i = 0; i < w->feed->filter_count; i++) {
        const struct plan_filter *f = &w->feed->filters[i];
        struct str got = w->values[w->feed->column_count + i];
        struct str want = str_eqz(f->value, "@region") ? w->region : f->value;
        bool equal = want.len == 0 ? !got.ptr : got.ptr && str_eq(got, want);
        if (equal == f->negated)
            return false;
    }
    return true;
}

/* One row for every combination of literals. "A@us-east-1" is for that region alone. */
static void emit(const struct walk *w, struct extract_row *row, uint32_t at)
{
    if (at == w->feed->column_count) {
        w->each(w->user, row);
        return;
    }
    const struct column *c = &w->feed->columns[at];
    row->values[at] = w->values[at];
    if (c->kind != COLUMN_LITERAL) {
        if (c->kind == COLUMN_OWN || row->values[at].ptr)
            emit(w, row, at + 1);
        return;
    }
    struct str rest = c->path.len > 0 ? c->path : STR("");
    while (rest.ptr) {
        struct str value = str_cut(&rest, '/');
        ptrdiff_t region = str_index(value, '@', 0);
        if (region >= 0 && !str_eq(str_sub(value, (size_t)region + 1, value.len), w->region))
            continue;
        if (region >= 0)
            value = str_sub(value, 0, (size_t)region);
        row->values[at] = value.len > 0 ? value : none();
        emit(w, row, at + 1);
    }
}

static void found(const struct walk *w)
{
    struct extract_row row = {.region = w->values[w->count - 1]};
    if (passes(w))
        emit(w, &row, 0);
}

static void walk(struct walk *w, const struct json *j, const struct str *paths);

static void walk_item(struct walk *w, const struct json *item, const struct str *left, struct str prefix)
{
    struct str below[WALK_MAX];
    for (uint32_t i = 0; i < w->count; i++) {
        below[i] = left[i];
        if (left[i].ptr && str_starts(left[i], prefix)) {
            struct str tail = str_sub(left[i], prefix.len, left[i].len);
            below[i] = str_starts(tail, STR(".")) ? str_sub(tail, 1, tail.len) : str_make(tail.ptr, tail.len);
        }
    }
    walk(w, item, below);
}

/* `paths` are what is left of each value's path below `j` (ptr NULL = already taken). Values that go
 * through the same list are taken from the same element; a second list makes combinations. */
static void walk(struct walk *w, const struct json *j, const struct str *paths)
{
    struct str left[WALK_MAX] = {{NULL, 0}}, prefix = none();
    for (uint32_t i = 0; i < w->count; i++) {
        left[i] = paths[i];
        size_t n = paths[i].ptr ? list_prefix(paths[i]) : 0;
        if (n > 0 && !prefix.ptr)
            prefix = str_sub(paths[i], 0, n);
        if (n > 0 || !paths[i].ptr)
            continue;
        w->values[i] = scalar_text(member(j, paths[i]));
        left[i] = none();
    }
    if (!prefix.ptr) {
        found(w);
        return;
    }
    bool keys = str_ends(prefix, STR("~"));
    const struct json *list = member(j, str_sub(prefix, 0, prefix.len - (keys ? 1 : 2)));
    if (list && list->type != (keys ? JSON_OBJECT : JSON_ARRAY))
        return;
    for json_each (item, list) {
        struct json key = {.type = JSON_STRING, .text = item->key};
        walk_item(w, keys ? &key : item, left, prefix);
    }
}

static void prepare(struct walk *w, struct str *path, uint32_t at, const struct column *c, const struct json *own)
{
    *path = c->kind == COLUMN_ROW ? c->path : none();
    w->values[at] = c->kind == COLUMN_OWN ? scalar_text(json_get(own, c->path)) : none();
}

void extract_rows(const struct plan_feed *feed, const struct json *answer, const struct json *own,
                  struct str region, extract_each *each, void *user)
{
    struct walk w = {.feed = feed, .region = region, .each = each, .user = user};
    struct str paths[WALK_MAX];
    for (uint32_t i = 0; i < feed->column_count; i++)
        prepare(&w, &paths[i], i, &feed->columns[i], own);
    for (uint32_t i = 0; i < feed->filter_count; i++)
        prepare(&w, &paths[feed->column_count + i], feed->column_count + i, &feed->filters[i].column, own);
    w.count = feed->column_count + feed->filter_count + 1;
    w.values[w.count - 1] = none();
    paths[w.count - 1] = feed->region_path.len > 0 ? feed->region_path : none();
    walk(&w, answer, paths);
}
