#include "facts/csv.h"

enum { COLUMNS_MAX = 256 };

struct reader {
    struct arena *arena;
    struct str text;
    size_t at;
    int line;
};

static bool at_end(const struct reader *r) { return r->at >= r->text.len; }

static bool quoted_field(struct reader *r, struct str *out, struct err *e)
{
    struct buf b;
    buf_init(&b, CSV_BYTES_MAX);
    for (r->at++; !at_end(r); r->at++) {
        char c = r->text.ptr[r->at];
        if (c == '"' && r->at + 1 < r->text.len && r->text.ptr[r->at + 1] == '"')
            r->at++;
        else if (c == '"')
            break;
        buf_addc(&b, c);
    }
    bool closed = !at_end(r);
    r->at++;
    *out = arena_str(r->arena, buf_str(&b));
    buf_done(&b);
    return closed || err_set(e, ERR_PARSE, "line %d: a quote is not closed", r->line);
}

static bool field(struct reader *r, struct str *out, struct err *e)
{
    if (!at_end(r) && r->text.ptr[r->at] == '"')
        return quoted_field(r, out, e);
    size_t from = r->at;
    while (!at_end(r) && r->text.ptr[r->at] != ',' && r->text.ptr[r->at] != '\n')
        r->at++;
    size_t to = r->at;
    if (to > from && r->text.ptr[to - 1] == '\r')
        to--;
    *out = str_sub(r->text, from, to);
    return true;
}

/* One line into `out`; the number of fields, or 0 on error. */
static size_t line(struct reader *r, struct str out[COLUMNS_MAX], struct err *e)
{
    size_t n = 0;
    r->line++;
    for (;;) {
        if (n == COLUMNS_MAX) {
            err_set(e, ERR_LIMIT, "line %d: more than %d fields", r->line, COLUMNS_MAX);
            return 0;
        }
        if (!field(r, &out[n++], e))
            return 0;
        if (!at_end(r) && r->text.ptr[r->at] == '\r')
            r->at++;
        if (at_end(r))
            return n;
        char c = r->text.ptr[r->at++];
        if (c == '\n')
            return n;
        if (c != ',') {
            err_set(e, ERR_PARSE, "line %d: text after a closing quote", r->line);
            return 0;
        }
    }
}

struct json *csv_rows(struct arena *a, struct str text, struct err *e)
{
    struct str head[COLUMNS_MAX], row[COLUMNS_MAX];
    if (text.len > CSV_BYTES_MAX) {
        err_set(e, ERR_LIMIT, "more than %d bytes of CSV", CSV_BYTES_MAX);
        return NULL;
    }
    struct reader r = {.arena = a, .text = text};
    struct json *rows = json_new(a, JSON_ARRAY);
    size_t columns = line(&r, head, e);
    if (columns == 0)
        return NULL;
    while (!at_end(&r)) {
        size_t n = line(&r, row, e);
        if (n == 1 && row[0].len == 0)
            continue;
        if (n != columns) {
            err_set(e, ERR_PARSE, "line %d: %zu fields where the header has %zu", r.line, n, columns);
            return NULL;
        }
        struct json *object = json_new(a, JSON_OBJECT);
        for (size_t i = 0; i < n; i++)
            json_set(object, head[i], json_string(a, row[i]));
        json_add(rows, object);
    }
    return rows;
}
