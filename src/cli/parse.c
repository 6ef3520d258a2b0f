#include "cli/cli.h"

#include "base/instant.h"
#include "base/nearest.h"
#include "cli/value.h"

enum { LIST_MAX = 10000 };

enum origin { FROM_NOWHERE, FROM_DEFAULT, FROM_ENVIRONMENT, FROM_OPTION };

struct value {
    enum origin origin;
    bool on;            /* a flag */
    struct str *items;  /* the others; one unless the option is repeatable */
    size_t count, size;
};

struct cli {
    struct arena *arena;
    const struct cli_table *table;
    const struct cli_verb *verb;
    struct value *values; /* by index of table->options */
    struct str *arguments;
    size_t argument_count;
    bool help;
};

/* The words still to be read. */
struct words {
    const char *const *next;
    int left;
};

static struct value *value_of(struct cli *c, const struct cli_option *o) { return &c->values[o - c->table->options]; }

static void value_push(struct cli *c, struct value *v, struct str item)
{
    if (v->count == v->size) {
        size_t size = v->size ? v->size * 2 : 4;
        struct str *items = arena_array_of(c->arena, struct str, size);
        if (v->count)
            memcpy(items, v->items, v->count * sizeof *items);
        v->items = items;
        v->size = size;
    }
    v->items[v->count++] = item;
}

/* Takes one text as the option's value, or as several where the option is repeatable. */
static bool take_text(struct cli *c, const struct cli_option *o, struct str text, enum origin origin,
                      const char *from, struct err *e)
{
    struct value *v = value_of(c, o);
    v->origin = origin;
    if (!o->many) {
        value_push(c, v, text);
        return value_check(o, text, from, e);
    }
    for (struct str rest = text; rest.ptr;) {
        struct str item = str_trim(str_cut(&rest, ','));
        if (v->count >= LIST_MAX)
            return err_set(e, ERR_LIMIT, "%s: more than %d values", from, LIST_MAX);
        if (!value_check(o, item, from, e))
            return false;
        value_push(c, v, item);
    }
    return true;
}

static const char *from_option(struct cli *c, const struct cli_option *o)
{
    return arena_printf(c->arena, "option --%.*s", STR_ARG(o->name)).ptr;
}

static bool refuse_secret(const struct cli_option *o, struct err *e)
{
    err_set(e, ERR_USAGE, "option --%.*s is refused: every user of the machine can read a command line", STR_ARG(o->name));
    struct str advice = o->help;
    if (str_starts(advice, STR("refused: ")))
        advice = str_sub(advice, 9, advice.len);
    err_hint(e, "%.*s", STR_ARG(advice));
    return false;
}

/* Sets `o` from the command line. `attached` is what stood after '=', or {NULL,0}. */
static bool take_option(struct cli *c, const struct cli_option *o, struct str attached, struct words *w, struct err *e)
{
    struct value *v = value_of(c, o);
    if (o->type == OPTION_SECRET)
        return refuse_secret(o, e);
    if (v->origin == FROM_OPTION && !o->many)
        return err_set(e, ERR_USAGE, "option --%.*s is given twice", STR_ARG(o->name));
    if (o->type == OPTION_FLAG) {
        if (attached.ptr)
            return err_set(e, ERR_USAGE, "option --%.*s takes no value", STR_ARG(o->name));
        v->origin = FROM_OPTION;
        v->on = true;
        c->help |= str_eqz(o->name, "help");
        return true;
    }
    if (!attached.ptr) {
        if (!w->left || (w->next[0][0] == '-' && w->next[0][1])) {
            err_set(e, ERR_USAGE, "option --%.*s needs a value", STR_ARG(o->name));
            err_hint(e, "--%.*s %.*s; a value that begins with a dash is given as --%.*s=VALUE", STR_ARG(o->name),
                     STR_ARG(o->argument), STR_ARG(o->name));
            return false;
        }
        attached = str_of(w->next[0]);
        w->next++;
        w->left--;
    }
    return take_text(c, o, attached, FROM_OPTION, from_option(c, o), e);
}

/* Why there is no such option here: mistyped, or another verb's. */
static bool unknown_option(struct cli *c, struct str name, struct err *e)
{
    const struct cli_table *t = c->table;
    struct str verb = c->verb ? c->verb->name : STR("ward");
    err_set(e, ERR_USAGE, "unknown option --%.*s of %.*s", STR_ARG(name), STR_ARG(verb));
    struct nearest near;
    nearest_init(&near, name);
    for (size_t i = 0; i < t->option_count; i++) {
        const struct cli_option *o = &t->options[i];
        if (o->type == OPTION_SECRET)
            continue;
        if (str_eq(o->name, name) && !c->verb)
            err_hint(e, "options of a verb stand after it: ward VERB --%.*s", STR_ARG(name));
        else if (str_eq(o->name, name))
            err_hint(e, "it is an option of: %.*s", STR_ARG(o->verbs));
        if (cli_option_applies(o, c->verb))
            nearest_offer(&near, o->name);
    }
    if (near.best.ptr)
        err_hint(e, "did you mean --%.*s?", STR_ARG(near.best));
    if (c->verb)
        err_hint(e, "ward %.*s --help lists the options", STR_ARG(verb));
    else
        err_hint(e, "ward help lists the verbs");
    return false;
}

static bool take_long(struct cli *c, struct str word, struct words *w, struct err *e)
{
    struct str rest = str_sub(word, 2, word.len), name = str_cut(&rest, '=');
    const struct cli_option *o = cli_find_option(c->table, c->verb, name);
    return o ? take_option(c, o, rest, w, e) : unknown_option(c, name, e);
}

static const struct cli_option *find_letter(const struct cli *c, char letter)
{
    for (size_t i = 0; i < c->table->option_count; i++)
        if (c->table->options[i].letter == letter && cli_option_applies(&c->table->options[i], c->verb))
            return &c->table->options[i];
    return NULL;
}

/* "-q", "-qv", "-o json", "-ojson". */
static bool take_short(struct cli *c, struct str word, struct words *w, struct err *e)
{
    for (size_t i = 1; i < word.len; i++) {
        const struct cli_option *o = find_letter(c, word.ptr[i]);
        if (!o) {
            struct str verb = c->verb ? c->verb->name : STR("ward");
            err_set(e, ERR_USAGE, "unknown option -%c of %.*s", word.ptr[i], STR_ARG(verb));
            err_hint(e, "ward help%s%.*s lists the options", c->verb ? " " : "", STR_ARG(c->verb ? verb : STR("")));
            return false;
        }
        bool last = o->type != OPTION_FLAG;
        struct str attached = last && i + 1 < word.len ? str_sub(word, i + 1, word.len) : (struct str){NULL, 0};
        if (!take_option(c, o, attached, w, e))
            return false;
        if (last)
            break;
    }
    return true;
}

static bool take_verb(struct cli *c, struct str word, struct err *e)
{
    c->verb = cli_find_verb(c->table, word);
    if (c->verb)
        return true;
    err_set(e, ERR_USAGE, "unknown verb \"%.*s\"", STR_ARG(word));
    struct nearest near;
    nearest_init(&near, word);
    for (size_t i = 0; i < c->table->verb_count; i++)
        nearest_offer(&near, c->table->verbs[i].name);
    if (near.best.ptr)
        err_hint(e, "did you mean %.*s?", STR_ARG(near.best));
    else
        err_hint(e, "ward help lists the verbs");
    return false;
}

static bool read_words(struct cli *c, struct words *w, struct err *e)
{
    bool only_arguments = false;
    while (w->left) {
        struct str word = str_of(*w->next++);
        w->left--;
        bool dash = !only_arguments && word.len > 1 && word.ptr[0] == '-', ok = true;
        if (dash && str_eqz(word, "--"))
            only_arguments = true;
        else if (dash && !c->verb && str_eqz(word, "--version"))
            c->verb = cli_find_verb(c->table, STR("version"));
        else if (dash && word.ptr[1] == '-')
            ok = take_long(c, word, w, e);
        else if (dash)
            ok = take_short(c, word, w, e);
        else if (!c->verb)
            ok = take_verb(c, word, e);
        else
            c->arguments[c->argument_count++] = word;
        if (!ok)
            return false;
    }
    return true;
}

static bool fill_from_environment(struct cli *c, const struct cli_option *o, struct str text, struct err *e)
{
    const char *from = arena_printf(c->arena, "environment variable %.*s", STR_ARG(o->environment)).ptr;
    struct value *v = value_of(c, o);
    if (o->type != OPTION_FLAG)
        return take_text(c, o, text, FROM_ENVIRONMENT, from, e);
    v->origin = FROM_ENVIRONMENT;
    return value_flag(text, &v->on) || err_set(e, ERR_USAGE, "%s: \"%.*s\" is not 1 or 0", from, STR_ARG(text));
}

static bool fill_rest(struct cli *c, const struct env *env, struct err *e)
{
    for (size_t i = 0; i < c->table->option_count; i++) {
        const struct cli_option *o = &c->table->options[i];
        struct value *v = &c->values[i];
        if (v->origin != FROM_NOWHERE || !cli_option_applies(o, c->verb))
            continue;
        struct str text = {NULL, 0};
        if (o->environment.ptr)
            text = env_get(env, arena_cstr(c->arena, o->environment));
        if (text.ptr && !fill_from_environment(c, o, text, e))
            return false;
        if (!text.ptr && o->fallback.ptr && !take_text(c, o, o->fallback, FROM_DEFAULT, "data/options.tsv", e))
            return false;
    }
    return true;
}

static bool check_arguments(struct cli *c, struct err *e)
{
    const struct cli_verb *v = c->verb;
    int n = (int)c->argument_count;
    if (n >= v->min_arguments && n <= v->max_arguments)
        return true;
    if (n < v->min_arguments)
        err_set(e, ERR_USAGE, "%.*s needs %.*s", STR_ARG(v->name), STR_ARG(v->arguments));
    else
        err_set(e, ERR_USAGE, "unexpected argument \"%.*s\"", STR_ARG(c->arguments[v->max_arguments]));
    err_hint(e, "usage: ward %.*s%s%.*s [OPTIONS]", STR_ARG(v->name), v->arguments.len ? " " : "", STR_ARG(v->arguments));
    return false;
}

struct cli *cli_parse(struct arena *a, const struct cli_table *t, int argc, const char *const *argv,
                      const struct env *env, struct err *e)
{
    struct cli *c = arena_new_of(a, struct cli);
    c->arena = a;
    c->table = t;
    c->values = arena_array_of(a, struct value, t->option_count);
    c->arguments = arena_array_of(a, struct str, argc > 0 ? (size_t)argc : 1);
    struct words w = {.next = argv + (argc > 0), .left = argc > 0 ? argc - 1 : 0};
    if (!read_words(c, &w, e))
        return NULL;
    if (!c->verb)
        c->verb = cli_find_verb(t, STR("help"));
    if (!c->verb)
        die("data/options.tsv lacks the verb help");
    if (c->help)
        return c;
    return check_arguments(c, e) && fill_rest(c, env, e) ? c : NULL;
}

const struct cli_verb *cli_verb(const struct cli *c) { return c->verb; }
const struct cli_table *cli_table(const struct cli *c) { return c->table; }
bool cli_help_wanted(const struct cli *c) { return c->help; }
size_t cli_arg_count(const struct cli *c) { return c->argument_count; }

struct str cli_arg(const struct cli *c, size_t at)
{
    return at < c->argument_count ? c->arguments[at] : (struct str){NULL, 0};
}

static const struct value *known(const struct cli *c, const char *name, const struct cli_option **option)
{
    const struct cli_option *o = cli_find_option(c->table, c->verb, str_of(name));
    if (!o)
        die("verb %.*s has no option --%s", STR_ARG(c->verb->name), name);
    if (option)
        *option = o;
    return &c->values[o - c->table->options];
}

struct str cli_str(const struct cli *c, const char *name)
{
    const struct value *v = known(c, name, NULL);
    return v->count ? v->items[0] : (struct str){NULL, 0};
}

const char *cli_strz(const struct cli *c, const char *name)
{
    struct str s = cli_str(c, name);
    return s.ptr ? arena_cstr(c->arena, s) : NULL;
}

bool cli_flag(const struct cli *c, const char *name) { return known(c, name, NULL)->on; }

int64_t cli_int(const struct cli *c, const char *name, int64_t otherwise)
{
    int64_t n;
    return str_to_i64(cli_str(c, name), &n) ? n : otherwise;
}

bool cli_time_us(const struct cli *c, const char *name, int64_t *us)
{
    struct str s = cli_str(c, name);
    return s.ptr && instant_parse(s, us);
}

size_t cli_list(const struct cli *c, const char *name, const struct str **values)
{
    const struct value *v = known(c, name, NULL);
    *values = v->count ? v->items : NULL;
    return v->count;
}

bool cli_has(const struct cli *c, const char *name) { return cli_find_option(c->table, c->verb, str_of(name)); }

bool cli_given(const struct cli *c, const char *name) { return known(c, name, NULL)->origin > FROM_DEFAULT; }

const char *cli_origin(const struct cli *c, const char *name)
{
    const struct cli_option *o;
    switch (known(c, name, &o)->origin) {
    case FROM_OPTION:
        return arena_printf(c->arena, "option --%.*s", STR_ARG(o->name)).ptr;
    case FROM_ENVIRONMENT:
        return arena_printf(c->arena, "environment %.*s", STR_ARG(o->environment)).ptr;
    case FROM_DEFAULT:
        return "default";
    case FROM_NOWHERE:
        break;
    }
    return "not set";
}
