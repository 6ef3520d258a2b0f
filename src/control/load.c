#include "control/control.h"

#include "base/embed.h"
#include "base/file.h"
#include "codec/hash.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

static int by_id(const void *a, const void *b)
{
    return str_cmp(((const struct control *)a)->id, ((const struct control *)b)->id);
}

static int by_text(const void *a, const void *b) { return str_cmp(*(const struct str *)a, *(const struct str *)b); }

const struct control *controls_find(const struct controls *c, struct str id)
{
    for (uint32_t i = 0; i < c->count; i++)
        if (str_eq(c->items[i].id, id))
            return &c->items[i];
    return NULL;
}

static struct control *slot(struct controls *c, struct err *e)
{
    if (c->count == CONTROLS_MAX) {
        err_set(e, ERR_CONTROL, "more than %d controls", CONTROLS_MAX);
        return NULL;
    }
    return &c->items[c->count];
}

static void add_text(struct buf *all, const char *name, struct str text)
{
    buf_addf(all, "%s %zu\n", name, text.len);
    buf_add(all, text);
}

static bool load_embedded(struct arena *a, struct controls *c, struct buf *all, struct err *e)
{
    for (size_t i = 0; i < embedded_count; i++) {
        const struct embedded *f = &embedded_files[i];
        if (strncmp(f->name, "controls/", 9) != 0)
            continue;
        struct str text = {(const char *)f->data, f->size};
        struct control *to = slot(c, e);
        if (!to || !control_parse(a, f->name, text, to, e))
            return false;
        add_text(all, f->name, text);
        c->count++;
    }
    return true;
}

/* What is left of a file that is no control: its name as id, so that it shows as unknown. */
static void mark_broken(struct arena *a, struct control *c, const char *path, const struct err *why)
{
    struct str name = str_of(arena_strdup(a, path));
    name = str_sub(name, (size_t)(str_rindex(name, '/') + 1), name.len - 4);
    *c = (struct control){.id = name,
                          .title = name,
                          .severity = CONTROL_HIGH,
                          .scope = SCOPE_ORGANIZATION,
                          .remedy = STR("repair the control file"),
                          .file = str_of(arena_strdup(a, path)),
                          .broken = str_of(arena_strdup(a, why->message))};
}

static bool load_file(struct arena *a, struct controls *c, const char *path, struct buf *all, struct err *e)
{
    struct str text;
    struct err why = {0};
    struct control *to = slot(c, e);
    if (!to || !file_read(a, path, CONTROL_BYTES_MAX, &text, e))
        return false;
    if (!control_parse(a, path, text, to, &why))
        mark_broken(a, to, path, &why);
    if (controls_find(c, to->id))
        return err_set(e, ERR_CONTROL, "%s: there is already a control named %.*s", path, STR_ARG(to->id));
    to->user = true;
    add_text(all, path, text);
    c->count++;
    return true;
}

static int sql_files(const struct dirent *d) { return d->d_name[0] != '.' && str_ends(str_of(d->d_name), STR(".sql")); }

static bool load_folder(struct arena *a, struct controls *c, const char *dir, struct buf *all, struct err *e)
{
    struct dirent **names;
    int n = scandir(dir, &names, sql_files, alphasort);
    if (n < 0)
        return err_set_errno(e, ERR_CONTROL, "cannot read the controls in %s", dir);
    bool good = true;
    for (int i = 0; i < n; i++) {
        struct str path = arena_printf(a, "%s/%s", dir, names[i]->d_name);
        good = good && load_file(a, c, path.ptr, all, e);
        free(names[i]);
    }
    free(names);
    return good;
}

bool controls_load(struct arena *a, const char *dir, struct controls *out, struct err *e)
{
    *out = (struct controls){.items = arena_array_of(a, struct control, CONTROLS_MAX)};
    struct buf all;
    buf_init(&all, (size_t)CONTROL_BYTES_MAX * 64);
    bool good = load_embedded(a, out, &all, e) && (!dir || load_folder(a, out, dir, &all, e));
    if (good && all.failed)
        good = err_set(e, ERR_CONTROL, "the controls are longer than %zu bytes together", all.max_bytes);
    sha256_hex(buf_str(&all), out->sha256);
    buf_done(&all);
    qsort(out->items, out->count, sizeof *out->items, by_id);
    return good;
}

struct strings control_operations(struct arena *a, const struct controls *c)
{
    size_t total = 0;
    for (uint32_t i = 0; i < c->count; i++)
        total += c->items[i].lists.count + c->items[i].reads.count;
    struct strings out = {.items = arena_array_of(a, struct str, total + 1)};
    for (uint32_t i = 0; i < c->count; i++) {
        for (uint32_t k = 0; k < c->items[i].lists.count; k++)
            out.items[out.count++] = c->items[i].lists.items[k];
        for (uint32_t k = 0; k < c->items[i].reads.count; k++)
            out.items[out.count++] = c->items[i].reads.items[k];
    }
    qsort(out.items, out.count, sizeof *out.items, by_text);
    uint32_t n = 0;
    for (uint32_t i = 0; i < out.count; i++)
        if (n == 0 || !str_eq(out.items[n - 1], out.items[i]))
            out.items[n++] = out.items[i];
    out.count = n;
    return out;
}
