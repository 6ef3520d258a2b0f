#include "aws/cred.h"

#include "base/instant.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PROCESS_TIMEOUT_MS = 60000 };

static int64_t clock_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* True at the end of the output; false: cap, time or a read error, with err set. */
static bool read_all(int fd, struct buf *b, long timeout_ms, const char *name, struct err *e)
{
    int64_t end = clock_ms() + timeout_ms;
    char chunk[4096];
    for (;;) {
        int64_t left = end - clock_ms();
        if (left <= 0)
            return cred_fail(e, "%s did not end within %ld s", name, timeout_ms / 1000);
        int ready = poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, (int)left);
        ssize_t n = ready > 0 ? read(fd, chunk, sizeof chunk) : 0;
        if (ready > 0 && n == 0)
            return true;
        if (n < 0 && errno != EINTR)
            return cred_fail(e, "the output of %s cannot be read", name);
        if (n > 0)
            buf_add(b, str_make(chunk, (size_t)n));
        if (b->failed)
            return cred_fail(e, "%s wrote more than %d bytes", name, CRED_TEXT_MAX);
    }
}

static bool start(char *const *argv, pid_t *pid, int *out, struct err *e)
{
    int ends[2];
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, usual;
    *out = -1;
    if (pipe2(ends, O_CLOEXEC) != 0)
        return err_set_errno(e, ERR_CREDENTIALS, "cannot start %s", argv[0]);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawnattr_init(&attributes);
    sigemptyset(&none);
    sigfillset(&usual);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &usual);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    int rc = posix_spawnp(pid, argv[0], &actions, &attributes, argv, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    *out = ends[0];
    if (rc == 0)
        return true;
    close(ends[0]);
    errno = rc;
    return err_set_errno(e, ERR_CREDENTIALS, "cannot start %s", argv[0]);
}

/* Its status, once it has ended; it may go on for a while after it has closed its output. */
static bool reap(pid_t pid, int64_t end, const char *name, int *status, struct err *e)
{
    pid_t got;
    while ((got = waitpid(pid, status, WNOHANG)) == 0 && clock_ms() < end)
        nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
    if (got == pid)
        return true;
    kill(pid, SIGKILL);
    while (waitpid(pid, status, 0) < 0 && errno == EINTR)
        continue;
    return cred_fail(e, "%s did not end in time", name);
}

bool cred_run(struct arena *a, char *const *argv, long timeout_ms, struct str *out, struct err *e)
{
    pid_t pid;
    int fd, status = 0;
    struct buf b;
    int64_t end = clock_ms() + timeout_ms;
    if (!start(argv, &pid, &fd, e))
        return false;
    buf_init(&b, CRED_TEXT_MAX);
    bool ok = read_all(fd, &b, timeout_ms, argv[0], e);
    close(fd);
    if (!ok)
        kill(pid, SIGKILL);
    ok = reap(pid, end, argv[0], &status, e) && ok;
    if (ok && WIFSIGNALED(status))
        ok = cred_fail(e, "%s was ended by signal %d", argv[0], WTERMSIG(status));
    else if (ok && WEXITSTATUS(status) != 0)
        ok = cred_fail(e, "%s ended with status %d", argv[0], WEXITSTATUS(status));
    if (ok)
        *out = arena_str(a, buf_str(&b));
    if (b.ptr)
        explicit_bzero(b.ptr, b.size);
    buf_done(&b);
    return ok;
}

enum cred_result cred_process_output(const struct cred *c, struct str text, struct str source, struct aws_credentials *out, struct err *e)
{
    int64_t version = 0;
    struct aws_credentials got = {.source = source};
    struct json *j = json_parse(c->a, text, CRED_TEXT_MAX, e);
    if (j && (!json_get_i64(j, "Version", &version) || version != 1))
        cred_fail(e, "Version is not 1");
    else if (j && cred_json(j, "SessionToken", &got, e))
        return cred_accept(c, &got, out, e);
    err_context(e, "reading what %.*s printed", STR_ARG(source));
    return CRED_FAILED;
}

enum cred_result cred_process(const struct cred *c, struct str profile, struct aws_credentials *out, struct err *e)
{
    struct str command = aws_profile_get(c->o->config, profile, "credential_process"), text;
    if (!command.len)
        return CRED_NONE;
    struct str source = arena_printf(c->a, "credential_process of profile %.*s", STR_ARG(profile));
    char **argv = cred_split(c->a, command);
    if (!argv) {
        err_set(e, ERR_CONFIG, "%.*s cannot be split into words", STR_ARG(source));
        return CRED_FAILED;
    }
    if (!cred_run(c->a, argv, PROCESS_TIMEOUT_MS, &text, e)) {
        err_context(e, "running %.*s", STR_ARG(source));
        return CRED_FAILED;
    }
    return cred_process_output(c, text, source, out, e);
}

enum cred_result cred_cli(const struct cred *c, struct str profile, struct aws_credentials *out, struct err *e)
{
    char name[] = "aws", configure[] = "configure", export[] = "export-credentials", flag[] = "--profile", format[] = "--format", process[] = "process";
    char *argv[] = {name, configure, export, flag, arena_cstr(c->a, profile), format, process, NULL};
    struct str text, source = arena_printf(c->a, "profile %.*s (aws configure export-credentials)", STR_ARG(profile));
    if (!cred_run(c->a, argv, PROCESS_TIMEOUT_MS, &text, e)) {
        err_context(e, "renewing the login session of profile %.*s", STR_ARG(profile));
        err_hint(e, "aws login --profile %.*s", STR_ARG(profile));
        return CRED_FAILED;
    }
    return cred_process_output(c, text, source, out, e);
}
