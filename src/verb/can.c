#include "access/fixture.h"
#include "access/row_org.h"
#include "base/file.h"
#include "collect/lines.h"
#include "iam/row.h"
#include "iam/row_element.h"
#include "verb/can.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { ROW_BYTES_MAX = 8 << 20, ANSWER_BYTES_MAX = 64 << 20, EXIT_BROKEN_ROW = 2 };
static const uint64_t batch_bytes_max = UINT64_C(64) << 30;

struct batch {
    struct arena *row; /* forgotten after each */
    const struct iam_catalogue *catalogue;
    struct world *world; /* of --org-fixture; or NULL */
    struct buf line;
    bool broken;
};

typedef bool row_function(struct arena *a, const struct iam_catalogue *c, const struct json *row, struct json_out *o, struct err *e);

static row_function *function_of(struct str kind)
{
    static const struct {
        const char *kind;
        row_function *function;
    } kinds[] = {
        {"authorize", iam_row_authorize}, {"pattern", iam_row_pattern},    {"condition", iam_row_element},
        {"operator", iam_row_element},    {"resource", iam_row_element},   {"principal", iam_row_element},
        {"action", iam_row_element},      {"overlap", iam_row_element},    {"bpa", iam_row_element},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (str_eqz(kind, kinds[i].kind))
            return kinds[i].function;
    return NULL;
}

static bool answer_row(struct batch *b, const struct json *row, struct json_out *o, struct err *e)
{
    struct str kind = json_get_str(row, "kind");
    if (access_is_org_row(row))
        return b->world ? access_row_org(b->world, b->row, row, o, e)
                        : err_set(e, ERR_USAGE, "a row of kind %.*s needs --org-fixture", STR_ARG(kind));
    row_function *function = function_of(kind);
    if (!function)
        return err_set(e, ERR_PARSE, kind.ptr ? "there is no kind '%.*s'" : "the row has no kind%.*s", STR_ARG(kind));
    return function(b->row, b->catalogue, row, o, e);
}

/* A row that is broken gives a line too, and the next one is read. */
static void answer_line(struct batch *b, struct str text, uint64_t number)
{
    struct err e = {0};
    struct json_out o;
    struct json *row = json_parse(b->row, text, ROW_BYTES_MAX, &e);
    struct str id = json_get_str(row, "id");
    if (!id.ptr)
        id = arena_printf(b->row, "line %llu", (unsigned long long)number);
    jo_init(&o, &b->line, false);
    jo_object(&o);
    jo_kv_str(&o, "id", id);
    bool done = row && (row->type == JSON_OBJECT || err_set(&e, ERR_PARSE, "the row is not an object")) && answer_row(b, row, &o, &e);
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

static bool run_lines(struct ward *w, struct batch *b, struct lines *lines, struct err *e)
{
    struct str text;
    while (lines_next(lines, &text, e)) {
        if (!str_trim(text).len)
            continue;
        buf_reset(&b->line);
        answer_line(b, text, lines_number(lines));
        out_str(w->out, buf_str(&b->line));
        out_z(w->out, "\n");
        arena_reset(b->row);
    }
    return !err_is_set(e);
}

/* The organization that rows of the kinds can-i, who-can and what-can ask about. */
static bool load_fixture(struct ward *w, struct batch *b, struct err *e)
{
    const char *path = cli_strz(w->cli, "org-fixture");
    struct str text;
    if (!path)
        return true;
    if (!file_read(w->arena, path, FIXTURE_BYTES_MAX, &text, e))
        return false;
    const struct json *files = json_parse(w->arena, text, FIXTURE_BYTES_MAX, e);
    b->world = world_new(w->arena, b->catalogue);
    if (files && world_fixture(b->world, files, e))
        return true;
    err_context(e, "reading the organization in %s", path);
    return false;
}

static int run_batch(struct ward *w, const char *path, struct err *e)
{
    int fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        err_set_errno(e, ERR_IO, "cannot read %s", path);
        return EXIT_GOOD;
    }
    struct lines *lines = lines_open(fd, path, ROW_BYTES_MAX, batch_bytes_max, e);
    struct batch b = {.row = arena_child(w->arena, 0), .catalogue = lines ? iam_catalogue_load(w->arena, e) : NULL};
    buf_init(&b.line, ANSWER_BYTES_MAX);
    if (b.catalogue && load_fixture(w, &b, e))
        (void)run_lines(w, &b, lines, e);
    lines_close(lines);
    buf_done(&b.line);
    return b.broken ? EXIT_BROKEN_ROW : EXIT_GOOD;
}

int verb_can(struct ward *w, struct err *e)
{
    const char *batch = cli_strz(w->cli, "batch");
    if (batch && cli_arg_count(w->cli))
        err_set(e, ERR_USAGE, "--batch takes no arguments: its rows are the questions");
    else if (batch)
        return run_batch(w, batch, e);
    else if (cli_arg_count(w->cli) >= 2)
        return can_question(w, e);
    else {
        err_set(e, ERR_USAGE, "ward can needs a principal, an action and a resource, or --batch FILE");
        err_hint(e, "for instance ward can role-name s3:GetObject arn:aws:s3:::bucket/key");
    }
    return EXIT_GOOD;
}
