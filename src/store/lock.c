#include "store/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HOLDER_MAX = 320, LOCK_TRIES = 100 };

static void read_holder(int fd, char *pid, char *host)
{
    char text[HOLDER_MAX];
    ssize_t n = pread(fd, text, sizeof text - 1, 0);
    text[n > 0 ? n : 0] = 0;
    pid[0] = host[0] = 0;
    if (sscanf(text, "%20[0-9] %255[^ \n]", pid, host) != 2)
        pid[0] = host[0] = 0;
}

static bool refuse(const struct store_lock *l, const char *shown, const char *pid, const char *host, bool elsewhere, struct err *e)
{
    err_set(e, ERR_STORE, "%s is being written by another ward (process %s on host %s)", shown, pid[0] ? pid : "unknown",
            host[0] ? host : "unknown");
    if (elsewhere)
        err_hint(e, "if that ward no longer runs, remove %s", l->path);
    else
        err_hint(e, "wait until it ends; reading is possible meanwhile");
    return false;
}

/* The file may have been removed by its holder between our open and our lock: then the lock we
 * hold is on a file that nobody else will find, and we try again. */
static bool is_current(int fd, const char *path)
{
    struct stat ours, there;
    return fstat(fd, &ours) == 0 && stat(path, &there) == 0 && ours.st_ino == there.st_ino && ours.st_dev == there.st_dev;
}

static bool write_holder(struct store_lock *l, const char *host, struct err *e)
{
    char text[HOLDER_MAX];
    int n = snprintf(text, sizeof text, "%ld %s\n", (long)getpid(), host);
    if (ftruncate(l->fd, 0) == 0 && pwrite(l->fd, text, (size_t)n, 0) == n)
        return true;
    err_set_errno(e, ERR_STORE, "cannot write the lock file %s", l->path);
    store_lock_drop(l);
    return false;
}

/* flock(2) ends with its process, so a lock file whose lock is free and that names this host is
 * left over from a dead process. One that names another host may live where flock does not reach. */
bool store_lock_take(struct store_lock *l, struct arena *a, const char *real_path, const char *shown, struct err *e)
{
    char us[256] = "", pid[24], host[256];
    if (gethostname(us, sizeof us - 1) != 0 || !us[0])
        snprintf(us, sizeof us, "localhost");
    l->path = arena_cstr(a, arena_printf(a, "%s.lock", real_path));
    for (int i = 0; i < LOCK_TRIES; i++) {
        int fd = open(l->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0)
            return err_set_errno(e, ERR_STORE, "cannot open the lock file %s", l->path);
        read_holder(fd, pid, host);
        if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
            bool held = errno == EWOULDBLOCK;
            if (!held)
                err_set_errno(e, ERR_STORE, "cannot lock %s", l->path);
            close(fd);
            return held ? refuse(l, shown, pid, host, false, e) : false;
        }
        if (!is_current(fd, l->path)) {
            close(fd);
            continue;
        }
        read_holder(fd, pid, host);
        if (host[0] && strcmp(host, us) != 0) {
            close(fd);
            return refuse(l, shown, pid, host, true, e);
        }
        l->fd = fd;
        return write_holder(l, us, e);
    }
    return err_set(e, ERR_STORE, "cannot lock %s: it keeps changing", l->path);
}

void store_lock_drop(struct store_lock *l)
{
    if (l->fd < 0)
        return;
    unlink(l->path);
    close(l->fd);
    l->fd = -1;
}
