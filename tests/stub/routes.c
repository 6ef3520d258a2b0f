/* tests/stub/routes.tsv: which method and path is which operation, and its valid empty answer. */
#include "base/file.h"
#include "stub.h"

bool routes_load(struct arena *a, const char *path, struct routes *r, struct err *e)
{
    struct str text;
    if (!file_read(a, path, 4u << 20, &text, e))
        return false;
    size_t lines = 0;
    for (size_t i = 0; i < text.len; i++)
        lines += text.ptr[i] == '\n';
    r->at = arena_array_of(a, struct route, lines + 1);
    r->count = 0;
    while (text.ptr) {
        struct str line = str_cut(&text, '\n');
        if (!line.len || line.ptr[0] == '#')
            continue;
        struct route *t = &r->at[r->count];
        struct str *columns[] = {&t->signing_name, &t->service, &t->operation, &t->protocol, &t->method, &t->path, &t->skeleton};
        size_t n = 0;
        while (line.ptr && n < 7)
            *columns[n++] = str_cut(&line, '\t');
        if (n != 7)
            return err_set(e, ERR_PARSE, "%s: a row with %zu columns, 7 wanted", path, n);
        r->count++;
    }
    return true;
}
