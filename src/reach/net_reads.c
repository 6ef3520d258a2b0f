#include "reach/net.h"

#include "base/embed.h"

uint32_t net_reads(struct arena *a, struct str **out)
{
    struct str text = embed_get("data/net/reads.tsv");
    uint32_t count = 0, lines = 1;
    for (size_t i = 0; i < text.len; i++)
        lines += text.ptr[i] == '\n';
    *out = arena_array_of(a, struct str, lines);
    while (text.ptr && text.len) {
        struct str line = str_cut(&text, '\n'), op = str_cut(&line, '\t');
        if (op.len && op.ptr[0] != '#' && !str_eqz(op, "op"))
            (*out)[count++] = op;
    }
    return count;
}
