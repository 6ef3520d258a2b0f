#include "access/world.h"
#include "access/world_internal.h"

static struct str lower(struct arena *a, struct str s)
{
    char *text = arena_cstr(a, s);
    for (size_t i = 0; i < s.len; i++)
        text[i] = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] + 32) : text[i];
    return str_make(text, s.len);
}

/* A key of a policy, if it asks for a tag of the principal or of the resource. Tag keys in conditions compare without
 * case: IAM User Guide, "AWS global condition context keys", aws:ResourceTag (read 2026). */
static void note_key(struct world *w, struct str name)
{
    ptrdiff_t slash = str_index(name, '/', 0), colon = str_index(name, ':', 0);
    if (slash < 0 || colon < 0 || colon > slash)
        return;
    struct str kind = str_sub(name, (size_t)colon + 1, (size_t)slash);
    bool principal = str_eq_nocase(kind, STR("principaltag"));
    if (!principal && !str_eq_nocase(kind, STR("resourcetag")) && !str_eq_nocase(kind, STR("buckettag")))
        return;
    struct str key = lower(w->arena, name);
    if (!map_add(&w->tag_key_index, key, w))
        return;
    if (w->tag_key_count == w->tag_key_size) {
        uint32_t size = w->tag_key_size ? w->tag_key_size * 2 : 16;
        struct world_tag_key *grown = arena_array_of(w->arena, struct world_tag_key, size);
        if (w->tag_key_count)
            memcpy(grown, w->tag_keys, w->tag_key_count * sizeof *grown);
        w->tag_keys = grown;
        w->tag_key_size = size;
    }
    w->tag_keys[w->tag_key_count++] = (struct world_tag_key){.key = key, .service = str_sub(key, 0, (size_t)colon),
        .tag = str_sub(key, (size_t)slash + 1, key.len), .of_principal = principal};
}

/* The keys of "${key}" and "${key, 'default'}". */
static void note_variables(struct world *w, const struct iam_glob *g)
{
    size_t at = 0;
    while (g->variables) {
        ptrdiff_t open = str_index(g->text, '$', at);
        if (open < 0)
            return;
        at = (size_t)open + 1;
        if (at >= g->text.len || g->text.ptr[at] != '{')
            continue;
        ptrdiff_t close = str_index(g->text, '}', at);
        if (close < 0)
            return;
        struct str key = str_sub(g->text, at + 1, (size_t)close);
        note_key(w, str_trim(str_cut(&key, ',')));
    }
}

void world_note_tags(struct world *w, const struct iam_policy *p)
{
    for (uint32_t i = 0; i < p->count; i++) {
        const struct iam_statement *s = &p->statements[i];
        for (uint32_t j = 0; j < s->resource_count; j++)
            for (unsigned f = 0; f < 6; f++)
                note_variables(w, &s->resources[j].field[f]);
        for (uint32_t j = 0; j < s->condition_count; j++) {
            note_key(w, s->conditions[j].key);
            for (uint32_t v = 0; v < s->conditions[j].count; v++)
                note_variables(w, &s->conditions[j].values[v]);
        }
    }
}
