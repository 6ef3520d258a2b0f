#include "cli/help.h"

#include "base/nearest.h"
#include "verb/verb.h"

/* The option by its name, with or without dashes. */
static const struct cli_option *option_named(const struct cli_table *t, const struct cli_verb *verb, struct str name,
                                             struct err *e)
{
    while (name.len && name.ptr[0] == '-')
        name = str_sub(name, 1, name.len);
    const struct cli_option *o = cli_find_option(t, verb, name);
    if (o)
        return o;
    err_set(e, ERR_USAGE, "%.*s has no option --%.*s", STR_ARG(verb->name), STR_ARG(name));
    struct nearest near;
    nearest_init(&near, name);
    for (size_t i = 0; i < t->option_count; i++)
        if (t->options[i].type != OPTION_SECRET && cli_option_applies(&t->options[i], verb))
            nearest_offer(&near, t->options[i].name);
    if (near.best.ptr)
        err_hint(e, "did you mean --%.*s?", STR_ARG(near.best));
    return NULL;
}

static const struct cli_verb *verb_named(const struct cli_table *t, struct str name, struct err *e)
{
    const struct cli_verb *v = cli_find_verb(t, name);
    if (v)
        return v;
    err_set(e, ERR_USAGE, "unknown verb \"%.*s\"", STR_ARG(name));
    struct nearest near;
    nearest_init(&near, name);
    for (size_t i = 0; i < t->verb_count; i++)
        nearest_offer(&near, t->verbs[i].name);
    if (near.best.ptr)
        err_hint(e, "did you mean %.*s?", STR_ARG(near.best));
    return NULL;
}

int verb_help(struct ward *w, struct err *e)
{
    const struct cli_table *t = cli_table(w->cli);
    if (!cli_arg_count(w->cli)) {
        help_overview(w->out, w->term.columns, t);
        return EXIT_GOOD;
    }
    const struct cli_verb *verb = verb_named(t, cli_arg(w->cli, 0), e);
    if (!verb)
        return EXIT_GOOD;
    if (cli_arg_count(w->cli) == 1) {
        help_verb(w->out, w->term.columns, t, verb);
        return EXIT_GOOD;
    }
    const struct cli_option *o = option_named(t, verb, cli_arg(w->cli, 1), e);
    if (o)
        help_option(w->out, w->term.columns, verb, o, w->env);
    return EXIT_GOOD;
}
