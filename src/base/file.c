#include "base/file.h"

#include "base/buf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

bool file_read(struct arena *a, const char *path, size_t max_bytes, struct str *out, struct err *e)
{
    bool is_stdin = strcmp(path, "-") == 0;
    int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_set_errno(e, ERR_IO, "cannot open %s", path);
    struct buf b;
    buf_init(&b, max_bytes);
    char chunk[65536];
    ssize_t n;
    while ((n = read(fd, chunk, sizeof chunk)) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            err_set_errno(e, ERR_IO, "cannot read %s", path);
            break;
        }
        buf_add(&b, str_make(chunk, (size_t)n));
        if (b.failed) {
            err_set(e, ERR_LIMIT, "%s is larger than the cap of %zu bytes", path, max_bytes);
            n = -1;
            break;
        }
    }
    if (!is_stdin)
        close(fd);
    if (n == 0)
        *out = arena_str(a, buf_str(&b));
    buf_done(&b);
    return n == 0;
}

static bool write_all(int fd, struct str data)
{
    while (data.len) {
        ssize_t n = write(fd, data.ptr, data.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        data = str_sub(data, (size_t)n, data.len);
    }
    return true;
}

bool file_replace(const char *path, struct str data, unsigned mode, struct err *e)
{
    struct arena *a = arena_new(4096);
    char *temporary = arena_cstr(a, arena_printf(a, "%s.%ld.tmp", path, (long)getpid()));
    int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, (mode_t)mode);
    bool ok = fd >= 0 && write_all(fd, data) && fsync(fd) == 0;
    if (!ok)
        err_set_errno(e, ERR_IO, "cannot write %s", path);
    if (fd >= 0 && close(fd) != 0 && ok)
        ok = err_set_errno(e, ERR_IO, "cannot write %s", path);
    if (ok && rename(temporary, path) != 0)
        ok = err_set_errno(e, ERR_IO, "cannot replace %s", path);
    if (!ok && fd >= 0)
        unlink(temporary);
    arena_free(a);
    return ok;
}

bool file_create(const char *path, struct str data, unsigned mode, struct err *e)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, (mode_t)mode);
    if (fd < 0)
        return err_set_errno(e, ERR_IO, "cannot create %s", path);
    bool ok = write_all(fd, data) && fsync(fd) == 0;
    if (!ok)
        err_set_errno(e, ERR_IO, "cannot write %s", path);
    if (close(fd) != 0 && ok)
        ok = err_set_errno(e, ERR_IO, "cannot write %s", path);
    if (!ok)
        unlink(path);
    return ok;
}

bool file_mkdirs(const char *path, unsigned mode, struct err *e)
{
    struct arena *a = arena_new(4096);
    char *p = arena_strdup(a, path);
    bool ok = true;
    for (char *at = p + 1; ok; at++) {
        if (*at && *at != '/')
            continue;
        char saved = *at;
        *at = 0;
        if (mkdir(p, (mode_t)mode) != 0 && errno != EEXIST)
            ok = err_set_errno(e, ERR_IO, "cannot make folder %s", p);
        *at = saved;
        if (!saved)
            break;
    }
    arena_free(a);
    return ok;
}

bool file_exists(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0;
}
