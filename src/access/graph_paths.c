#include "access/graph_internal.h"

#include "base/embed.h"

struct word {
    const char *text;
    int value;
};
static const struct word subjects[] = {{"role", ON_ROLE}, {"user", ON_USER}, {"thing", ON_THING}, {"source", ON_SOURCE}, {"self", ON_SELF},
                                  {"policy", ON_POLICY}, {"group", ON_GROUP}, {"new", ON_NEW}, {"any", ON_ANY}, {NULL, 0}};
static const struct word gives[] = {{"target", GIVES_TARGET}, {"thing-role", GIVES_THING_ROLE}, {"target-admin", GIVES_TARGET_ADMIN},
                                    {"self-admin", GIVES_SELF_ADMIN}, {"organization", GIVES_ORGANIZATION}, {"tags", GIVES_TAGS},
                                    {"thing", GIVES_THING}, {"new-admin", GIVES_NEW_ADMIN}, {"unbounded", GIVES_UNBOUNDED}, {NULL, 0}};
static const struct word levels[] = {{"-", LEVEL_CERTAIN}, {"network", LEVEL_NETWORK}, {"unknown", LEVEL_UNKNOWN}, {NULL, 0}};

static bool word_of(const struct word *words, struct str text, int *out)
{
    for (; words->text; words++)
        if (str_eqz(text, words->text)) {
            *out = words->value;
            return true;
        }
    return false;
}

static bool need_read(const struct iam_catalogue *c, struct str text, struct path_need *out)
{
    struct str action = str_cut(&text, '@'), on = text.ptr ? str_cut(&text, ':') : (struct str){0}, service, name;
    int word = 0;
    if (!word_of(subjects, on, &word) || !iam_action_split(action, &service, &name))
        return false;
    *out = (struct path_need){.action = action, .on = (enum path_on)word, .type = text.ptr ? text : STR(""),
                              .index = iam_catalogue_action(c, service, name)};
    return true;
}

static bool path_read(const struct iam_catalogue *c, struct str line, struct privilege_path *out)
{
    struct str what = (str_cut(&line, '\t')), word = str_cut(&line, '\t');
    int give = 0, level = 0;
    *out = (struct privilege_path){.id = what, .services = str_cut(&line, '\t')};
    struct str needs = str_cut(&line, '\t');
    struct str lv = str_cut(&line, '\t');
    out->title = str_cut(&line, '\t');
    out->source = line;
    if (!out->source.ptr || !word_of(gives, word, &give) || !word_of(levels, lv, &level))
        return false;
    out->gives = (enum path_gives)give;
    out->level = (enum graph_level)level;
    if (str_eqz(out->services, "-"))
        out->services = (struct str){0};
    while (needs.ptr) {
        struct str need = str_cut(&needs, ' ');
        if (out->need_count == PATH_NEEDS_MAX || !need_read(c, need, &out->needs[out->need_count++]))
            return false;
    }
    return out->need_count > 0;
}

const struct privilege_path *graph_paths(struct arena *a, const struct iam_catalogue *c, struct str tsv, uint32_t *count, struct err *e)
{
    uint32_t lines = 0, line_no = 0;
    for (size_t i = 0; i < tsv.len; i++)
        lines += tsv.ptr[i] == '\n';
    struct privilege_path *paths = arena_array_of(a, struct privilege_path, lines + 1);
    *count = 0;
    while (tsv.ptr) {
        struct str line = str_cut(&tsv, '\n');
        line_no++;
        if (!line.len || line.ptr[0] == '#')
            continue;
        if (!path_read(c, line, &paths[(*count)++])) {
            err_set(e, ERR_INTERNAL, "data/iam/paths.tsv, line %u is not understood", line_no);
            return NULL;
        }
    }
    return paths;
}

/* Evaluated by edges: actions on rows. Those on what has no row are asked one by one. */
static bool is_question(const struct path_need *n)
{
    return n->index != WORLD_NONE && (n->on == ON_ROLE || n->on == ON_USER || n->on == ON_THING || n->on == ON_SOURCE || n->on == ON_SELF);
}

uint32_t graph_questions(const struct graph *g, uint32_t *out, uint32_t max)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < g->path_count; i++)
        for (uint32_t k = 0; k < g->paths[i].need_count; k++) {
            const struct path_need *n = &g->paths[i].needs[k];
            bool seen = !is_question(n);
            for (uint32_t j = 0; j < count && !seen; j++)
                seen = out[j] == n->index;
            if (!seen && count < max)
                out[count++] = n->index;
        }
    return count;
}

struct str graph_path_id(const struct graph *g, uint32_t path)
{
    return path < g->path_count   ? g->paths[path].id
           : path == PATH_PERSON  ? STR("person")
           : path == PATH_TOKEN   ? STR("token")
           : path == PATH_GUEST   ? STR("guest")
                                  : STR("everybody");
}

struct str graph_path_title(const struct graph *g, uint32_t path)
{
    return path < g->path_count   ? g->paths[path].title
           : path == PATH_PERSON  ? STR("is given to the same person or group of Identity Center")
           : path == PATH_TOKEN   ? STR("is taken with the same token of an identity provider")
           : path == PATH_GUEST   ? STR("is given to guests of an identity pool")
                                  : STR("is open to everybody");
}
