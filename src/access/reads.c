#include "access/reads.h"

#include "base/embed.h"

enum { READS_MAX = 1000 };

bool access_reads_load(struct arena *a, struct access_reads *out, struct err *e)
{
    struct str text = embed_get("data/iam/reads.tsv");
    *out = (struct access_reads){.items = arena_array_of(a, struct str, READS_MAX)};
    while (text.ptr && text.len) {
        struct str line = str_cut(&text, '\n');
        struct str op = str_cut(&line, '\t');
        if (!op.len || op.ptr[0] == '#' || str_eqz(op, "op"))
            continue;
        if (out->count == READS_MAX || !line.len)
            return err_set(e, ERR_INTERNAL, "data/iam/reads.tsv: %.*s", STR_ARG(op));
        out->items[out->count++] = op;
    }
    return out->count > 0 || err_set(e, ERR_INTERNAL, "data/iam/reads.tsv is empty");
}
