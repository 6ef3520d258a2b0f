#include "base/instant.h"
#include "collect/bundle_path.h"
#include "collect/import_internal.h"
#include "collect/item.h"
#include "collect/split.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- reading below the root ---- */

/* One name at a time, links refused at each: nothing outside the folder can be reached. */
static int open_below(int root, struct str path)
{
    int at = dup(root);
    struct str rest = path;
    while (at >= 0 && rest.ptr) {
        char name[NAME_MAX + 1];
        struct str part = str_cut(&rest, '/');
        if (part.len > NAME_MAX) {
            close(at);
            errno = ENAMETOOLONG;
            return -1;
        }
        memcpy(name, part.ptr, part.len);
        name[part.len] = 0;
        int next = openat(at, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | (rest.ptr ? O_DIRECTORY : 0));
        int saved = errno;
        close(at);
        errno = saved;
        at = next;
    }
    return at;
}

static bool read_all(int fd, struct buf *b)
{
    char chunk[65536];
    ssize_t n;
    while ((n = read(fd, chunk, sizeof chunk)) != 0) {
        if (n < 0 && errno != EINTR)
            return false;
        if (n > 0)
            buf_add(b, str_make(chunk, (size_t)n));
        if (b->failed)
            break;
    }
    return true;
}

bool import_read(struct importer *im, struct str path, struct str *text, int64_t *mtime_us, struct err *e)
{
    struct stat st;
    int fd = open_below(im->root, path);
    if (fd < 0) {
        if (errno == ELOOP)
            return err_set(e, ERR_IO, "is a symbolic link, which is not followed");
        return err_set(e, errno == ENOENT ? ERR_NO_DATA : ERR_IO, "its file %.*s cannot be opened: %s", STR_ARG(path), strerror(errno));
    }
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        close(fd);
        return err_set(e, ERR_IO, "is not a regular file");
    }
    struct buf b;
    buf_init(&b, BUNDLE_ANSWER_MAX_BYTES);
    bool ok = read_all(fd, &b);
    if (!ok)
        err_set_errno(e, ERR_IO, "cannot be read");
    else if (b.failed)
        ok = err_set(e, ERR_LIMIT, "is larger than the cap of %d MiB", BUNDLE_ANSWER_MAX_BYTES >> 20);
    close(fd);
    if (ok)
        *text = arena_str(im->item, buf_str(&b));
    buf_done(&b);
    *mtime_us = (int64_t)st.st_mtim.tv_sec * US_PER_S + st.st_mtim.tv_nsec / 1000;
    if (ok && *mtime_us > im->newest_file_us)
        im->newest_file_us = *mtime_us;
    return ok;
}

/* ---- what a file without a line means ---- */

/* A global service's answers belong to its home region, whatever folder they were saved in. */
static struct str home_of(const struct aws_op *op, struct str region)
{
    if (op->global && op->home_region.len && str_eqz(item_partition(region), "aws"))
        return op->home_region;
    return region;
}

/* A token left in the answer: there was more, and nobody fetched it. */
static bool has_more(const struct aws_op *op, const struct json *answer)
{
    if (op->page_more.len && !json_is_true(item_member(answer, op->page_more)))
        return false;
    for (uint32_t i = 0; i < op->page_keys; i++) {
        const struct json *token = item_member(answer, op->page_out[i]);
        if (token && ((token->type == JSON_STRING && token->text.len) || token->type == JSON_OBJECT))
            return true;
    }
    return false;
}

static bool record(struct importer *im, struct found_call *f, struct err *e)
{
    if (f->answer)
        import_spelling(im->item, f->op, f->answer);
    if (f->answer && has_more(f->op, f->answer)) {
        f->end.status = CALL_TRUNCATED;
        f->end.code = STR("MorePages");
        f->end.message = STR("the saved answer ends with a token for more");
    }
    return import_record(im, f, e);
}

/* The only parameter that the operation takes from its parent, or NULL. */
static const struct aws_param *parent_param(const struct aws_op *op)
{
    const struct aws_param *found = NULL;
    for (uint32_t i = 0; i < op->follow_count; i++) {
        if (op->follow[i].source || !op->follow[i].param.name.len)
            continue;
        if (found)
            return NULL;
        found = &op->follow[i].param;
    }
    return found;
}

/* A list in which every element carries the parent's parameter beside the call's own answer, under no
 * name that the answer itself has. */
static const struct json *group_of(struct arena *a, const struct aws_op *op, const struct aws_param *param, const struct json *answer)
{
    const struct json *list = answer;
    if (answer->type == JSON_OBJECT && answer->count == 1) {
        struct split s;
        split_init(&s, a, op);
        list = answer->first;
        if (split_passes(&s, NULL, 0, list->key))
            return NULL;
        for (uint32_t i = 0; i < op->list_count; i++)
            if (str_eq(op->lists[i], list->key))
                return NULL;
    }
    if (list->type != JSON_ARRAY)
        return NULL;
    for json_each (element, list)
        if (!json_get_str(element, arena_cstr(a, param->name)).ptr)
            return NULL;
    return list;
}

static struct json *take_member(struct json *object, struct str key)
{
    struct json **link = &object->first, *found = NULL;
    object->last = NULL;
    while (*link) {
        if (str_eq((*link)->key, key)) {
            found = *link;
            *link = found->next;
            found->next = NULL;
            object->count--;
            continue;
        }
        object->last = *link;
        link = &(*link)->next;
    }
    return found;
}

static bool record_group(struct importer *im, const struct found_call *f, const struct aws_param *param, const struct json *list,
                         struct err *e)
{
    struct str name = param->name;
    bool as_list = param->type && param->type->kind == 'L';
    struct json *next;
    if (!list->count)
        import_note(im, f->place, "holds no answers: its parents are none", false);
    for (struct json *element = list->first; element; element = next) {
        next = element->next;
        element->next = NULL;
        struct found_call one = *f;
        struct json *params = json_new(im->item, JSON_OBJECT), *value = take_member(element, name);
        if (as_list) {
            struct json *values = json_new(im->item, JSON_ARRAY);
            json_add(values, value);
            value = values;
        }
        json_set(params, name, value);
        one.params = params;
        one.answer = element;
        if (!record(im, &one, e))
            return false;
    }
    return true;
}

static bool take_file(struct importer *im, const struct aws_op *op, struct str account, struct str region, const struct json *params,
                      struct str path, struct err *e)
{
    struct err local = {0};
    struct str text;
    struct found_call f = {.op = op, .account = account, .region = home_of(op, region), .params = params, .place = path};
    f.end = (struct call_end){.status = CALL_OK, .source = STR("import")};
    if (import_read(im, path, &text, &f.end.at_us, &local))
        f.answer = import_parse(im, text, &local);
    if (!f.answer) {
        f.end.status = CALL_ERROR;
        f.end.code = STR("BadAnswer");
        f.end.message = str_of(local.message);
        im->summary->broken++;
        import_note(im, path, local.message, false);
        return import_record(im, &f, e);
    }
    const struct aws_param *param = params ? NULL : parent_param(op);
    const struct json *group = param ? group_of(im->item, op, param, f.answer) : NULL;
    return group ? record_group(im, &f, param, group, e) : record(im, &f, e);
}

/* ---- the tree ---- */

struct walk {
    struct importer *im;
    struct str path;                     /* below the root */
    struct str names[FOLDER_DEPTH_MAX];  /* its parts */
    uint32_t depth;
};

static int by_name(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* The names in a folder, sorted, so that the same folder always gives the same run. */
static bool list_folder(struct arena *a, int fd, struct str **out, size_t *count, struct err *e)
{
    DIR *d = fdopendir(fd);
    if (!d) {
        close(fd);
        return err_set_errno(e, ERR_IO, "cannot read a folder");
    }
    size_t n = 0, size = 64;
    struct str *names = arena_array_of(a, struct str, size);
    for (struct dirent *entry; n < FOLDER_NAMES_MAX && (entry = readdir(d));) {
        if (entry->d_name[0] == '.')
            continue;
        if (n == size) {
            struct str *more = arena_array_of(a, struct str, size * 2);
            memcpy(more, names, n * sizeof *names);
            names = more;
            size *= 2;
        }
        names[n++] = arena_str(a, str_of(entry->d_name));
    }
    closedir(d);
    qsort(names, n, sizeof *names, by_name);
    *out = names;
    *count = n;
    return n < FOLDER_NAMES_MAX || err_set(e, ERR_LIMIT, "a folder holds more than %d files", FOLDER_NAMES_MAX);
}

static struct str without_json(struct str name)
{
    return str_ends(name, STR(".json")) ? str_sub(name, 0, name.len - 5) : name;
}

/* names: ACCOUNT, REGION, SERVICE-OPERATION[, VALUE...] */
static bool take_entry(const struct walk *w, struct err *e)
{
    struct importer *im = w->im;
    if (map_has(&im->used, w->path) || str_eqz(w->path, "calls.jsonl"))
        return true;
    if (w->depth < 3) {
        import_note(im, w->path, "is not at ACCOUNT/REGION/SERVICE-OPERATION.json; left out", true);
        return true;
    }
    bool plain = w->depth == 3;
    const struct aws_op *op = aws_op_by_cli(plain ? without_json(w->names[2]) : w->names[2]);
    if (!op) {
        import_note(im, w->path, "ward does not know this operation; left out", true);
        return true;
    }
    struct err local = {0};
    struct json *params = NULL;
    if (!plain) {
        struct str values[FOLDER_DEPTH_MAX];
        uint32_t count = w->depth - 3;
        memcpy(values, w->names + 3, count * sizeof *values);
        values[count - 1] = without_json(values[count - 1]);
        params = bundle_params(im->item, op, values, count, &local);
        if (!params) {
            import_note(im, w->path, local.message, true);
            return true;
        }
    }
    return take_file(im, op, w->names[0], w->names[1], params, w->path, e);
}

static bool walk(struct walk *w, int folder, struct err *e);

static bool enter(struct walk *w, int folder, struct str name, struct err *e)
{
    struct importer *im = w->im;
    struct walk below = *w;
    below.path = w->depth ? arena_printf(im->arena, "%.*s/%.*s", STR_ARG(w->path), STR_ARG(name)) : name;
    struct stat st;
    char cname[NAME_MAX + 1];
    snprintf(cname, sizeof cname, "%.*s", STR_ARG(name));
    if (w->depth == FOLDER_DEPTH_MAX || fstatat(folder, cname, &st, AT_SYMLINK_NOFOLLOW) != 0) {
        import_note(im, below.path, "cannot be looked at; left out", true);
        return true;
    }
    if (S_ISLNK(st.st_mode) || (!S_ISDIR(st.st_mode) && !S_ISREG(st.st_mode))) {
        import_note(im, below.path, S_ISLNK(st.st_mode) ? "is a symbolic link, which is not followed" : "is no regular file; left out", true);
        return true;
    }
    below.names[below.depth++] = name;
    arena_reset(im->item);
    if (!S_ISDIR(st.st_mode))
        return take_entry(&below, e);
    if (below.depth <= 2 && !bundle_name_ok(name)) {
        import_note(im, below.path, below.depth == 1 ? "is no account's folder; left out" : "is no region's folder; left out", true);
        return true;
    }
    int fd = openat(folder, cname, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_DIRECTORY);
    if (fd < 0) {
        import_note(im, below.path, "cannot be opened; left out", true);
        return true;
    }
    return walk(&below, fd, e);
}

static bool walk(struct walk *w, int folder, struct err *e)
{
    struct str *names = NULL;
    size_t count = 0;
    int listing = dup(folder);
    bool ok = list_folder(w->im->arena, listing, &names, &count, e);
    for (size_t i = 0; ok && i < count; i++)
        ok = enter(w, folder, names[i], e);
    close(folder);
    return ok;
}

bool import_walk(struct importer *im, struct err *e)
{
    struct walk w = {.im = im};
    int root = dup(im->root);
    if (root < 0)
        return err_set_errno(e, ERR_IO, "cannot read %s", im->path);
    return walk(&w, root, e);
}
