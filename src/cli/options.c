#include "cli/cli.h"

enum { COLUMNS_MAX = 10 };

static struct str cell(struct str s) { return str_eqz(s, "-") ? (struct str){NULL, 0} : s; }

/* Splits one line at its tabs; returns the number of columns, or -1 when there are too many. */
static int columns(struct str line, struct str out[COLUMNS_MAX])
{
    int n = 0;
    for (struct str rest = line; rest.ptr;) {
        if (n == COLUMNS_MAX)
            return -1;
        out[n++] = str_cut(&rest, '\t');
    }
    return n;
}

static bool read_type(struct str text, struct cli_option *o)
{
    static const struct {
        const char *name;
        enum option_type type;
    } names[] = {
        {"flag", OPTION_FLAG}, {"text", OPTION_TEXT}, {"path", OPTION_PATH},       {"url", OPTION_URL},
        {"time", OPTION_TIME}, {"date", OPTION_DATE}, {"account", OPTION_ACCOUNT}, {"region", OPTION_REGION},
        {"int", OPTION_INT},   {"choice", OPTION_CHOICE}, {"secret", OPTION_SECRET},
    };
    struct str rest = text, name = str_cut(&rest, ':');
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!str_eqz(name, names[i].name))
            continue;
        o->type = names[i].type;
        if (o->type == OPTION_CHOICE)
            o->choices = rest;
        if (o->type != OPTION_INT)
            return o->type != OPTION_CHOICE || rest.len;
        struct str low = str_cut(&rest, ':');
        return low.ptr && rest.ptr && str_to_i64(low, &o->min) && str_to_i64(rest, &o->max);
    }
    return false;
}

static bool add_option(struct cli_table *t, const struct str *c, int n)
{
    if (n != 10)
        return false;
    struct cli_option *o = &t->options[t->option_count++];
    struct str letter = cell(c[3]);
    *o = (struct cli_option){
        .verbs = c[1], .name = c[2], .letter = letter.len == 1 ? letter.ptr[0] : 0, .argument = cell(c[4]),
        .fallback = cell(c[6]), .environment = cell(c[7]), .many = str_eqz(c[8], "1"), .help = c[9],
    };
    return letter.len <= 1 && read_type(c[5], o);
}

static bool add_verb(struct cli_table *t, const struct str *c, int n)
{
    if (n != 5)
        return false;
    struct cli_verb *v = &t->verbs[t->verb_count++];
    *v = (struct cli_verb){.name = c[1], .section = c[2], .arguments = cell(c[3]), .help = c[4]};
    for (struct str rest = v->arguments; rest.ptr;) {
        struct str word = str_cut(&rest, ' ');
        v->max_arguments++;
        v->min_arguments += !str_starts(word, STR("["));
    }
    return true;
}

static bool add_row(struct cli_table *t, const struct str *c, int n)
{
    if (str_eqz(c[0], "verb"))
        return add_verb(t, c, n);
    if (str_eqz(c[0], "option"))
        return add_option(t, c, n);
    bool example = str_eqz(c[0], "example");
    if (!example && !str_eqz(c[0], "text") && !str_eqz(c[0], "date"))
        return false;
    if (n != (example ? 4 : 3))
        return false;
    t->lines[t->line_count++] = (struct cli_line){.kind = c[0], .verb = c[1], .text = c[2],
                                                  .more = example ? c[3] : (struct str){NULL, 0}};
    return true;
}

struct cli_table *cli_table_read(struct arena *a, struct str tsv, struct err *e)
{
    size_t rows = 1;
    for (size_t i = 0; i < tsv.len; i++)
        rows += tsv.ptr[i] == '\n';
    struct cli_table *t = arena_new_of(a, struct cli_table);
    t->verbs = arena_array_of(a, struct cli_verb, rows);
    t->options = arena_array_of(a, struct cli_option, rows);
    t->lines = arena_array_of(a, struct cli_line, rows);
    int line_number = 0;
    for (struct str rest = tsv; rest.ptr;) {
        struct str line = str_cut(&rest, '\n'), c[COLUMNS_MAX];
        line_number++;
        if (!line.len || line.ptr[0] == '#')
            continue;
        int n = columns(line, c);
        if (n < 2 || !add_row(t, c, n)) {
            err_set(e, ERR_INTERNAL, "data/options.tsv: line %d is not understood", line_number);
            return NULL;
        }
    }
    return t;
}

const struct cli_verb *cli_find_verb(const struct cli_table *t, struct str name)
{
    for (size_t i = 0; i < t->verb_count; i++)
        if (str_eq(t->verbs[i].name, name))
            return &t->verbs[i];
    return NULL;
}

bool cli_option_applies(const struct cli_option *o, const struct cli_verb *verb)
{
    if (str_eqz(o->verbs, "*"))
        return true;
    for (struct str rest = o->verbs; verb && rest.ptr;)
        if (str_eq(str_cut(&rest, ','), verb->name))
            return true;
    return false;
}

const struct cli_option *cli_find_option(const struct cli_table *t, const struct cli_verb *verb, struct str name)
{
    for (size_t i = 0; i < t->option_count; i++)
        if (str_eq(t->options[i].name, name) && cli_option_applies(&t->options[i], verb))
            return &t->options[i];
    return NULL;
}
