#include "verb/path.h"

#include "collect/lines.h"
#include "report/path.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { ROW_BYTES_MAX = 1 << 20, ANSWER_BYTES_MAX = 16 << 20, EXIT_BROKEN_ROW = 2 };
static const uint64_t batch_bytes_max = UINT64_C(64) << 30;

struct batch {
    struct arena *row; /* forgotten after each */
    struct verb_net *v;
    struct buf line;
    bool broken;
};

/* A member that may be a number or a text. */
static struct str text_of(const struct json *row, const char *key)
{
    const struct json *j = json_getz(row, key);
    return j && j->type == JSON_NUMBER ? j->text : json_str(j);
}

static bool ask(struct batch *b, const struct json *row, struct json_out *o, struct err *e)
{
    struct path_ends from, to;
    struct path_question q = {&from, &to, {0}};
    struct path_answer x;
    struct str src = json_get_str(row, "src"), dst = json_get_str(row, "dst"), src_ip = json_get_str(row, "src_ip");
    ip_number ip = 0;
    if (!src.len || !dst.len)
        return err_set(e, ERR_PARSE, "the row has no %s", src.len ? "dst" : "src");
    if (src_ip.len && !ip_parse(src_ip, &ip))
        return err_set(e, ERR_PARSE, "src_ip '%.*s' is no address", STR_ARG(src_ip));
    if (!path_ports_parse(text_of(row, "proto"), text_of(row, "dport"), text_of(row, "sport"), &q.ports, e) ||
        !path_find(b->v->net, b->row, src, true, true, &from, e) || !path_find(b->v->net, b->row, dst, false, true, &to, e))
        return false;
    if (ip)
        (void)path_narrow(b->v->net, &from, ip);
    path_ask(b->v->net, b->row, &q, false, &x);
    struct path_report r = {.n = b->v->net, .a = b->row, .q = &q, .answer = &x, .run = b->v->run};
    path_answer_json(&r, o);
    return true;
}

/* A row that is broken gives a line too, and the next one is read. */
static void answer_line(struct batch *b, struct str text, uint64_t number)
{
    struct err e = {0};
    struct json_out o;
    struct json *row = json_parse(b->row, text, ROW_BYTES_MAX, &e);
    struct str id = text_of(row, "id");
    if (!id.ptr)
        id = arena_printf(b->row, "line %llu", (unsigned long long)number);
    jo_init(&o, &b->line, false);
    jo_object(&o);
    jo_kv_str(&o, "id", id);
    bool done = row && (row->type == JSON_OBJECT || err_set(&e, ERR_PARSE, "the row is not an object")) && ask(b, row, &o, &e);
    if (done && b->line.failed)
        done = err_set(&e, ERR_LIMIT, "the answer is larger than %d bytes", ANSWER_BYTES_MAX);
    if (!done) {
        b->broken = true;
        buf_reset(&b->line);
        jo_init(&o, &b->line, false);
        jo_object(&o);
        jo_kv_str(&o, "id", id);
        jo_kv_strz(&o, "error", e.message);
    }
    jo_end_object(&o);
}

int path_batch(struct ward *w, struct verb_net *v, const char *file, struct err *e)
{
    int fd = strcmp(file, "-") == 0 ? dup(STDIN_FILENO) : open(file, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        err_set_errno(e, ERR_IO, "cannot read %s", file);
        return EXIT_GOOD;
    }
    struct lines *lines = lines_open(fd, file, ROW_BYTES_MAX, batch_bytes_max, e);
    struct batch b = {.row = arena_child(w->arena, 0), .v = v};
    struct str text;
    buf_init(&b.line, ANSWER_BYTES_MAX);
    while (lines && lines_next(lines, &text, e)) {
        if (!str_trim(text).len)
            continue;
        buf_reset(&b.line);
        answer_line(&b, text, lines_number(lines));
        out_str(w->out, buf_str(&b.line));
        out_z(w->out, "\n");
        arena_reset(b.row);
    }
    lines_close(lines);
    buf_done(&b.line);
    return b.broken ? EXIT_BROKEN_ROW : EXIT_GOOD;
}
