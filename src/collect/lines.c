#include "collect/lines.h"

#include "base/buf.h"

#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

enum { READ_BYTES = 256 * 1024 };

struct lines {
    gzFile gz;
    const char *name;
    struct buf held; /* from `at` on not handed out yet */
    size_t at, searched;
    uint64_t number, total, total_max;
    size_t line_max;
    bool at_end;
};

struct lines *lines_open(int fd, const char *name, size_t line_max_bytes, uint64_t total_max_bytes, struct err *e)
{
    gzFile gz = gzdopen(fd, "rb");
    if (!gz) {
        close(fd);
        err_set(e, ERR_IO, "cannot read %s", name);
        return NULL;
    }
    gzbuffer(gz, READ_BYTES);
    struct lines *l = calloc(1, sizeof *l);
    if (!l)
        die("out of memory");
    *l = (struct lines){.gz = gz, .name = name, .line_max = line_max_bytes, .total_max = total_max_bytes};
    buf_init(&l->held, line_max_bytes + READ_BYTES + 1);
    return l;
}

static bool too_long(const struct lines *l, struct err *e)
{
    return err_set(e, ERR_LIMIT, "%s line %llu is longer than the cap of %zu bytes", l->name, (unsigned long long)l->number + 1, l->line_max);
}

static bool fill(struct lines *l, struct err *e)
{
    if (l->at) {
        memmove(l->held.ptr, l->held.ptr + l->at, l->held.len - l->at);
        l->held.len -= l->at;
        l->searched -= l->at;
        l->at = 0;
    }
    if (l->held.len > l->line_max)
        return too_long(l, e);
    char chunk[READ_BYTES];
    int n = gzread(l->gz, chunk, sizeof chunk);
    int code = Z_OK;
    const char *why = n <= 0 ? gzerror(l->gz, &code) : "";
    if (n < 0 || (n == 0 && code != Z_OK && code != Z_STREAM_END)) {
        if (code == Z_ERRNO)
            return err_set_errno(e, ERR_IO, "cannot read %s", l->name);
        return err_set(e, ERR_PARSE, "%s is damaged gzip: %s", l->name, code == Z_BUF_ERROR ? "it ends early" : why);
    }
    l->at_end = n == 0;
    l->total += (uint64_t)n;
    if (l->total > l->total_max)
        return err_set(e, ERR_LIMIT, "%s holds more than the cap of %llu bytes", l->name, (unsigned long long)l->total_max);
    buf_add(&l->held, str_make(chunk, (size_t)n));
    return true;
}

static bool hand_out(struct lines *l, size_t end, struct str *line, struct err *e)
{
    *line = str_make(l->held.ptr + l->at, end - l->at);
    l->at = end < l->held.len ? end + 1 : end;
    l->searched = l->at;
    if (line->len > l->line_max)
        return too_long(l, e);
    if (line->len && line->ptr[line->len - 1] == '\r')
        line->len--;
    l->number++;
    return true;
}

bool lines_next(struct lines *l, struct str *line, struct err *e)
{
    for (;;) {
        size_t have = l->held.len - l->searched;
        const char *nl = have ? memchr(l->held.ptr + l->searched, '\n', have) : NULL;
        if (nl)
            return hand_out(l, (size_t)(nl - l->held.ptr), line, e);
        l->searched = l->held.len;
        if (l->at_end)
            return l->at < l->held.len && hand_out(l, l->held.len, line, e);
        if (!fill(l, e))
            return false;
    }
}

uint64_t lines_number(const struct lines *l) { return l->number; }

void lines_close(struct lines *l)
{
    if (!l)
        return;
    gzclose(l->gz);
    buf_done(&l->held);
    free(l);
}
