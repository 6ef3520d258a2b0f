#include "cli/help.h"

#include "base/embed.h"
#include "base/nearest.h"
#include "cli/complete.h"
#include "config/man.h"
#include "verb/verb.h"

enum { PAGE_MAX_BYTES = 1 << 20 };

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

/* `page` is ward, ward-VERB or ward.yaml. */
static bool manual(struct ward *w, const struct cli_table *t, struct str page, struct buf *b, struct err *e)
{
    if (str_eqz(page, "ward")) {
        man_ward(b, t);
        return true;
    }
    if (str_eqz(page, "ward.yaml")) {
        const struct schema *root = schema_read(w->arena, embed_get("data/config.tsv"), e);
        if (root)
            man_config(b, t, root);
        return root != NULL;
    }
    const struct cli_verb *verb = str_starts(page, STR("ward-")) ? cli_find_verb(t, str_sub(page, 5, page.len)) : NULL;
    if (!verb) {
        err_set(e, ERR_USAGE, "there is no manual page \"%.*s\"", STR_ARG(page));
        err_hint(e, "the pages are ward, ward-VERB for each verb, and ward.yaml");
        return false;
    }
    man_verb(b, t, verb);
    return true;
}

static void completion(const struct cli_table *t, struct str shell, struct buf *b)
{
    if (str_eqz(shell, "bash"))
        complete_bash(b, t);
    else if (str_eqz(shell, "zsh"))
        complete_zsh(b, t);
    else
        complete_fish(b, t);
}

/* What `ninja install` puts into the system. */
static void generated(struct ward *w, const struct cli_table *t, struct err *e)
{
    struct buf b;
    buf_init(&b, PAGE_MAX_BYTES);
    bool ok = true;
    if (cli_given(w->cli, "man"))
        ok = manual(w, t, cli_str(w->cli, "man"), &b, e);
    else
        completion(t, cli_str(w->cli, "completion"), &b);
    if (ok)
        out_str(w->out, buf_str(&b));
    buf_done(&b);
}

int verb_help(struct ward *w, struct err *e)
{
    const struct cli_table *t = cli_table(w->cli);
    if (cli_given(w->cli, "man") || cli_given(w->cli, "completion")) {
        generated(w, t, e);
        return EXIT_GOOD;
    }
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
