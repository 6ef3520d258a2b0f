/* data/iam/data_actions.tsv and types.tsv: which actions touch data, and which of AWS's types a thing is. */
#include "iam/catalogue_internal.h"

#include "base/embed.h"

enum { RULES_MAX = 1024 };

/* A row is: SERVICE, a list of "type:NAME" or of globs of action names, levels ("LRWPT", "*": any), what it touches ("-": nothing), why. */
struct rule {
    struct str glob, levels, why;
    uint8_t touches;
};

static bool touches_of(struct str list, uint8_t *out)
{
    *out = 0;
    if (str_eqz(list, "-"))
        return true;
    while (list.ptr) {
        struct str word = str_cut(&list, ',');
        unsigned t = 0;
        while (t < IAM_TOUCH_COUNT && !str_eqz(word, iam_touch_name((enum iam_touch)t)))
            t++;
        if (t == IAM_TOUCH_COUNT)
            return false;
        *out |= (uint8_t)(1u << t);
    }
    return true;
}

static bool data_action(const struct iam_catalogue *c, const struct iam_action_info *a)
{
    for (uint16_t i = 0; i < a->resource_type_count; i++)
        if (c->resources[a->resource_types[i]].data)
            return true;
    return false;
}

/* Rules of a service in order, the first that fits decides. One for every name ("*") speaks of actions on data-bearing types
 * only; an action without a resource is judged where a row names it. */
static void apply(const struct iam_catalogue *c, const struct iam_service *s, const struct rule *rules, uint32_t count)
{
    static const char letters[] = "LRWPT";
    for (uint32_t i = s->action_from; i < s->action_to; i++) {
        struct iam_action_info *a = &c->actions[i];
        bool data = data_action(c, a);
        for (uint32_t j = 0; (data || !a->resource_type_count) && j < count; j++) {
            const struct rule *r = &rules[j];
            bool level = r->levels.ptr[0] == '*' || str_index(r->levels, letters[a->level], 0) >= 0;
            bool first = r->glob.ptr[0] == '*' || r->glob.ptr[0] == a->name.ptr[0];
            if (!level || !first || !str_glob(r->glob, a->name) || (!data && str_eqz(r->glob, "*")))
                continue;
            a->touches = r->touches;
            a->why = r->why;
            break;
        }
    }
}

static bool bad(struct err *e, const char *file, struct str line)
{
    return err_set(e, ERR_INTERNAL, "data/iam/%s: cannot use %.*s", file, STR_ARG(line));
}

static bool judge_type(struct iam_catalogue *c, const struct iam_service *s, struct str name, const struct rule *row, bool data)
{
    bool any = false;
    for (uint32_t i = s->resource_from; i < s->resource_to; i++) {
        struct iam_resource_info *r = &c->resources[i];
        bool fits = str_glob(name, r->name);
        any |= fits;
        if (!fits || r->why.ptr)
            continue;
        r->data = data;
        r->why = row->why;
    }
    return any;
}

/* One row: its types are judged at once, its names of actions become rules. */
static bool add_row(struct iam_catalogue *c, const struct iam_service *s, struct rule row, struct str what, struct str touches, struct rule *rules,
                    uint32_t *count)
{
    bool data = str_eqz(touches, "data");
    if (!data && !touches_of(touches, &row.touches))
        return false;
    while (what.ptr) {
        row.glob = str_cut(&what, ',');
        bool type = str_starts(row.glob, STR("type:"));
        if (type ? !judge_type(c, s, str_sub(row.glob, 5, row.glob.len), &row, data) : data || !row.glob.len || *count == RULES_MAX)
            return false;
        if (!type)
            rules[(*count)++] = row;
    }
    return true;
}

bool iam_catalogue_judge(struct iam_catalogue *c, struct err *e)
{
    struct str text = embed_get("data/iam/data_actions.tsv"), line;
    struct rule *rules = arena_array_of(c->services->arena, struct rule, RULES_MAX);
    uint32_t count = 0;
    const struct iam_service *at = NULL;
    while (iam_table_line(&text, &line)) {
        struct str rest = line, service = str_cut(&rest, '\t'), what = str_cut(&rest, '\t'), levels = str_cut(&rest, '\t'),
                   touches = str_cut(&rest, '\t'), why = rest;
        if (!at || !str_eq(at->name, service)) {
            if (at)
                apply(c, at, rules, count);
            count = 0;
            at = iam_service_of(c, service);
        }
        if (!at || !levels.len || !why.len || !add_row(c, at, (struct rule){.levels = levels, .why = why}, what, touches, rules, &count))
            return bad(e, "data_actions.tsv", line);
    }
    if (at)
        apply(c, at, rules, count);
    return true;
}

bool iam_catalogue_cfn(struct iam_catalogue *c, struct err *e)
{
    struct iam_services *s = c->services;
    struct str text = embed_get("data/iam/types.tsv"), line;
    s->cfn_of = arena_array_of(s->arena, struct str, c->resource_count + 1);
    while (iam_table_line(&text, &line)) {
        struct str rest = line, type = str_cut(&rest, '\t');
        struct arn_group *g = arena_new_of(s->arena, struct arn_group);
        g->types = arena_array_of(s->arena, uint32_t, 16);
        while (rest.ptr) {
            struct str name = str_cut(&rest, ','), service = str_cut(&name, ':');
            uint32_t at = name.ptr ? iam_catalogue_resource(c, service, name) : UINT32_MAX;
            if (at == UINT32_MAX || g->count == 16)
                return bad(e, "types.tsv", line);
            g->types[g->count++] = at;
            if (!s->cfn_of[at].ptr)
                s->cfn_of[at] = type;
        }
        map_put(&s->cfn, type, g);
    }
    return true;
}

uint32_t iam_catalogue_types_of(const struct iam_catalogue *c, struct str cfn_type, uint32_t *out, uint32_t max)
{
    const struct arn_group *g = map_get(&c->services->cfn, cfn_type);
    for (uint32_t i = 0; g && i < g->count && i < max; i++)
        out[i] = g->types[i];
    return g ? g->count : 0;
}

struct str iam_catalogue_cfn_of(const struct iam_catalogue *c, uint32_t resource_type)
{
    return resource_type < c->resource_count ? c->services->cfn_of[resource_type] : (struct str){0};
}
