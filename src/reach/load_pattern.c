/* data/net/interfaces.tsv: whose an interface is by its type, requester and description. */
#include "reach/load_thing.h"

#include "base/embed.h"

enum { PATTERNS_MAX = 200 };

static unsigned does_of(struct str text)
{
    static const struct { const char *name; unsigned bit; } words[] = {
        {"sources", DOES_SOURCE}, {"receives", DOES_RECEIVE}, {"skips-groups", DOES_SKIP_GROUPS}, {"runs-code", DOES_RUN_CODE},
    };
    unsigned bits = 0;
    while (text.ptr) {
        struct str word = str_cut(&text, ' ');
        for (size_t i = 0; i < sizeof words / sizeof *words; i++)
            if (str_eqz(word, words[i].name))
                bits |= words[i].bit;
    }
    return bits;
}

static struct owner_pattern pattern_of(struct str line)
{
    struct owner_pattern p = {.types = str_cut(&line, '\t')};
    p.requester = str_cut(&line, '\t');
    struct str description = str_cut(&line, '\t');
    p.thing = str_cut(&line, '\t');
    p.does = does_of(line);
    p.before = description;
    for (size_t i = 0; i + 1 < description.len; i++)
        if (description.ptr[i] == '{' && description.ptr[i + 1] == '}') {
            p.names = true;
            p.before = str_sub(description, 0, i);
            p.after = str_sub(description, i + 2, description.len);
            break;
        }
    return p;
}

bool owner_patterns_load(struct arena *a, struct owner_patterns *out, struct err *e)
{
    struct str text = embed_get("data/net/interfaces.tsv");
    *out = (struct owner_patterns){.items = arena_array_of(a, struct owner_pattern, PATTERNS_MAX)};
    while (text.ptr && text.len) {
        struct str line = str_cut(&text, '\n');
        if (!line.len || line.ptr[0] == '#' || str_starts(line, STR("type\t")))
            continue;
        if (out->count == PATTERNS_MAX)
            return err_set(e, ERR_INTERNAL, "data/net/interfaces.tsv has more than %d rows", PATTERNS_MAX);
        out->items[out->count] = pattern_of(line);
        if (!out->items[out->count++].thing.len)
            return err_set(e, ERR_INTERNAL, "data/net/interfaces.tsv: %.*s", STR_ARG(line));
    }
    return out->count > 0 || err_set(e, ERR_INTERNAL, "data/net/interfaces.tsv is empty");
}

static bool has_type(struct str types, struct str type)
{
    while (types.ptr) {
        struct str one = str_cut(&types, '|');
        if (str_eqz(one, "*") || str_eq(one, type))
            return true;
    }
    return false;
}

/* The id is the shortest text after which the rest matches. */
static bool take_id(const struct owner_pattern *p, struct str description, struct str *id)
{
    if (!str_starts(description, p->before))
        return false;
    struct str rest = str_sub(description, p->before.len, description.len);
    if (!p->after.len) {
        *id = rest;
        return rest.len > 0;
    }
    for (size_t i = 1; i <= rest.len; i++)
        if (str_glob(p->after, str_sub(rest, i, rest.len))) {
            *id = str_sub(rest, 0, i);
            return true;
        }
    return false;
}

const struct owner_pattern *owner_pattern_of(const struct owner_patterns *p, struct str type, struct str requester, struct str description,
                                             struct str *id)
{
    for (uint32_t i = 0; i < p->count; i++) {
        const struct owner_pattern *at = &p->items[i];
        *id = str_make(NULL, 0);
        if (has_type(at->types, type) && str_glob(at->requester, requester) &&
            (at->names ? take_id(at, description, id) : str_glob(at->before, description)))
            return at;
    }
    return NULL;
}
