#include "collect/layout.h"

#include "base/instant.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static bool add(struct layout *l, struct str path, struct json *json, struct err *e)
{
    if (l->count == LAYOUT_FILES_MAX)
        return err_set(e, ERR_LIMIT, "more than %d files", LAYOUT_FILES_MAX);
    if (l->count == l->size) {
        size_t size = l->size ? l->size * 2 : 256;
        struct layout_file *more = arena_array_of(l->arena, struct layout_file, size);
        if (l->count)
            memcpy(more, l->files, l->count * sizeof *more);
        l->files = more;
        l->size = size;
    }
    l->files[l->count++] = (struct layout_file){.path = path, .json = json};
    return true;
}

static bool read_text(struct layout *l, int fd, struct str path, struct str *text, struct err *e)
{
    char chunk[65536];
    struct buf b;
    buf_init(&b, LAYOUT_FILE_MAX_BYTES * (l->count ? 1 : 4));
    ssize_t n = 1;
    while (n != 0 && !b.failed) {
        n = read(fd, chunk, sizeof chunk);
        if (n > 0)
            buf_add(&b, str_make(chunk, (size_t)n));
        else if (n < 0 && errno != EINTR)
            break;
    }
    bool ok = n == 0 && !b.failed;
    if (!ok && b.failed)
        err_set(e, ERR_LIMIT, "%.*s is larger than the cap", STR_ARG(path));
    else if (!ok)
        err_set_errno(e, ERR_IO, "cannot read %.*s", STR_ARG(path));
    l->bytes += b.len;
    if (ok && l->bytes > LAYOUT_TOTAL_MAX_BYTES)
        ok = err_set(e, ERR_LIMIT, "the files are larger than the cap together");
    *text = ok ? arena_str(l->arena, buf_str(&b)) : STR("");
    buf_done(&b);
    return ok;
}

static struct json *parse(struct layout *l, int fd, struct str path, struct err *e)
{
    struct str text;
    struct stat st;
    if (fstat(fd, &st) == 0) {
        int64_t us = (int64_t)st.st_mtim.tv_sec * US_PER_S + st.st_mtim.tv_nsec / 1000;
        l->newest_us = us > l->newest_us ? us : l->newest_us;
    }
    if (!read_text(l, fd, path, &text, e))
        return NULL;
    struct json *j = json_parse(l->arena, text, (size_t)LAYOUT_FILE_MAX_BYTES * 4, e);
    if (!j)
        err_context(e, "reading %.*s", STR_ARG(path));
    return j;
}

static void skip(struct layout *l, struct str path, const char *why)
{
    if (l->on_skip)
        l->on_skip(l->who, path, why);
}

static bool walk(struct layout *l, int folder, struct str path, int depth, struct err *e);

static bool enter(struct layout *l, int folder, struct str path, const char *name, int depth, struct err *e)
{
    struct str below = path.len ? arena_printf(l->arena, "%.*s/%s", STR_ARG(path), name) : arena_str(l->arena, str_of(name));
    int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0 || (!S_ISDIR(st.st_mode) && !S_ISREG(st.st_mode))) {
        skip(l, below, fd < 0 && errno == ELOOP ? "is a symbolic link, which is not followed" : "cannot be opened; left out");
        if (fd >= 0)
            close(fd);
        return true;
    }
    if (S_ISDIR(st.st_mode))
        return walk(l, fd, below, depth + 1, e);
    bool ok = true;
    if (str_ends(below, STR(".json"))) {
        struct json *j = parse(l, fd, below, e);
        ok = j && add(l, below, j, e);
    } else {
        skip(l, below, "is no JSON file; left out");
    }
    close(fd);
    return ok;
}

/* Takes `folder`. */
static bool walk(struct layout *l, int folder, struct str path, int depth, struct err *e)
{
    DIR *d = depth > LAYOUT_DEPTH_MAX ? NULL : fdopendir(folder);
    if (!d) {
        close(folder);
        return err_set(e, ERR_LIMIT, "%.*s cannot be listed, or lies too deep", STR_ARG(path));
    }
    bool ok = true;
    for (struct dirent *entry; ok && (entry = readdir(d));)
        ok = entry->d_name[0] == '.' || enter(l, dirfd(d), path, entry->d_name, depth, e);
    closedir(d);
    return ok;
}

static bool path_is_plain(struct str path)
{
    struct str rest = path;
    while (rest.ptr) {
        struct str part = str_cut(&rest, '/');
        if (part.len == 0 || str_eqz(part, ".") || str_eqz(part, ".."))
            return false;
    }
    return path.len > 0 && path.len < 4096;
}

static bool from_document(struct layout *l, int fd, const char *path, struct err *e)
{
    struct json *doc = parse(l, fd, str_of(path), e);
    if (!doc)
        return false;
    if (doc->type != JSON_OBJECT)
        return err_set(e, ERR_PARSE, "%s is not one JSON object {path: JSON}", path);
    for (struct json *j = doc->first; j; j = j->next) {
        if (!path_is_plain(j->key))
            return err_set(e, ERR_PARSE, "%s has a member that is no relative path", path);
        if (!add(l, j->key, j, e))
            return false;
    }
    return true;
}

static int by_path(const void *a, const void *b)
{
    return str_cmp(((const struct layout_file *)a)->path, ((const struct layout_file *)b)->path);
}

bool layout_read(struct layout *l, struct arena *a, const char *path, struct err *e)
{
    l->arena = a;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0) {
        err_set_errno(e, ERR_IO, "cannot open %s", path);
        if (fd >= 0)
            close(fd);
        return false;
    }
    bool ok;
    if (S_ISDIR(st.st_mode)) {
        ok = walk(l, fd, STR(""), 0, e);
    } else {
        ok = S_ISREG(st.st_mode) ? from_document(l, fd, path, e) : err_set(e, ERR_IO, "%s is neither a folder nor a file", path);
        close(fd);
    }
    if (!ok)
        return false;
    if (l->count)
        qsort(l->files, l->count, sizeof *l->files, by_path);
    map_init(&l->by_path, a);
    for (size_t i = 0; i < l->count; i++)
        map_put(&l->by_path, l->files[i].path, &l->files[i]);
    return true;
}

const struct json *layout_get(struct layout *l, struct str folder, const char *name)
{
    char path[4200];
    struct str last = str_of(name);
    if (folder.len + last.len + 1 >= sizeof path)
        return NULL;
    memcpy(path, folder.ptr, folder.len);
    path[folder.len] = '/';
    memcpy(path + folder.len + 1, last.ptr, last.len); /* NOLINT(bugprone-not-null-terminated-result): a slice */
    struct layout_file *f = map_get(&l->by_path, str_make(path, folder.len + 1 + last.len));
    if (!f)
        return NULL;
    f->used = true;
    return f->json;
}

void layout_below(const struct layout *l, struct str prefix, size_t *from, size_t *to)
{
    size_t lo = 0, hi = l->count;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (str_cmp(l->files[mid].path, prefix) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    *from = lo;
    while (lo < l->count && str_starts(l->files[lo].path, prefix))
        lo++;
    *to = lo;
}

bool layout_has_below(const struct layout *l, struct str prefix)
{
    size_t from, to;
    layout_below(l, prefix, &from, &to);
    return from < to;
}

struct str layout_part(struct str path, uint32_t at)
{
    struct str rest = path, part = {NULL, 0};
    for (uint32_t i = 0; i <= at; i++) {
        if (!rest.ptr)
            return (struct str){NULL, 0};
        part = str_cut(&rest, '/');
    }
    return part;
}
