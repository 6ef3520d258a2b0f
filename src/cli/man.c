#include "cli/help.h"
#include "cli/mdoc.h"

#include <stdio.h>

static void put_usage(struct buf *b, const struct cli_verb *verb)
{
    buf_addf(b, ".Nm ward %.*s\n", STR_ARG(verb->name));
    for (struct str rest = verb->arguments; rest.ptr;) {
        struct str word = str_cut(&rest, ' ');
        bool optional = str_starts(word, STR("["));
        if (optional)
            word.len = (size_t)str_index(word, ']', 0);
        if (word.len)
            buf_addf(b, "%s Ar %.*s\n", optional ? ".Op" : ".", STR_ARG(str_sub(word, optional, word.len)));
    }
    buf_addz(b, ".Op Ar OPTIONS\n");
}

static void put_option(struct buf *b, const struct cli_option *o)
{
    buf_addz(b, ".It ");
    if (o->letter)
        buf_addf(b, "Fl %c , ", o->letter);
    buf_addf(b, "Fl \\-%.*s", STR_ARG(o->name));
    if (o->argument.len)
        buf_addf(b, " Ns = Ns Ar %.*s", STR_ARG(o->argument));
    buf_addc(b, '\n');
    struct buf text;
    buf_init(&text, 65536);
    buf_add(&text, o->help);
    buf_addc(&text, '.');
    if (o->type == OPTION_CHOICE) {
        buf_addz(&text, " One of ");
        for (struct str rest = o->choices; rest.ptr;) {
            struct str choice = str_cut(&rest, '|');
            buf_addf(&text, "%.*s%s", STR_ARG(choice), rest.ptr ? ", " : ".");
        }
    }
    if (o->many)
        buf_addz(&text, " May be repeated.");
    if (o->fallback.len)
        buf_addf(&text, " Default: %.*s.", STR_ARG(o->fallback));
    if (o->environment.len)
        buf_addf(&text, " Environment: %.*s.", STR_ARG(o->environment));
    if (text.len && text.ptr[0] >= 'a' && text.ptr[0] <= 'z')
        text.ptr[0] = (char)(text.ptr[0] - 'a' + 'A');
    mdoc_text(b, buf_str(&text));
    buf_done(&text);
}

static void put_options(struct buf *b, const struct cli_table *t, const struct cli_verb *verb, bool common)
{
    mdoc_list(b, "Ds");
    for (size_t i = 0; i < t->option_count; i++) {
        const struct cli_option *o = &t->options[i];
        if (o->type != OPTION_SECRET && str_eqz(o->verbs, "*") == common && cli_option_applies(o, verb))
            put_option(b, o);
    }
    mdoc_list_end(b);
}

static bool has_options(const struct cli_table *t, const struct cli_verb *verb)
{
    for (size_t i = 0; i < t->option_count; i++)
        if (!str_eqz(t->options[i].verbs, "*") && cli_option_applies(&t->options[i], verb))
            return true;
    return false;
}

static void put_paragraphs(struct buf *b, const struct cli_table *t, struct str verb)
{
    bool first = true;
    for (size_t i = 0; i < t->line_count; i++) {
        if (!str_eqz(t->lines[i].kind, "text") || !str_eq(t->lines[i].verb, verb))
            continue;
        if (!first)
            buf_addz(b, ".Pp\n");
        first = false;
        mdoc_text(b, t->lines[i].text);
    }
}

static void put_examples(struct buf *b, const struct cli_table *t, struct str verb)
{
    bool any = false;
    for (size_t i = 0; i < t->line_count; i++) {
        const struct cli_line *l = &t->lines[i];
        if (!str_eqz(l->kind, "example") || !str_eq(l->verb, verb))
            continue;
        if (!any)
            mdoc_section(b, "EXAMPLES");
        else
            buf_addz(b, ".Pp\n");
        any = true;
        mdoc_text(b, l->more);
        buf_addz(b, ".Pp\n.Dl ");
        mdoc_argument(b, l->text);
        buf_addc(b, '\n');
    }
}

static void put_see_also(struct buf *b, const struct cli_table *t, const struct cli_verb *self)
{
    mdoc_section(b, "SEE ALSO");
    struct str names[64];
    size_t n = 0;
    for (size_t i = 0; i < t->verb_count && n < 64; i++)
        if (&t->verbs[i] != self && (!self || str_eq(t->verbs[i].section, self->section)))
            names[n++] = t->verbs[i].name;
    for (size_t i = 1; i < n; i++) /* mandoc wants them sorted */
        for (size_t j = i; j && str_cmp(names[j - 1], names[j]) > 0; j--) {
            struct str swap = names[j];
            names[j] = names[j - 1];
            names[j - 1] = swap;
        }
    if (self)
        buf_addz(b, ".Xr ward 1 ,\n");
    for (size_t i = 0; i < n; i++)
        buf_addf(b, ".Xr ward-%.*s 1 ,\n", STR_ARG(names[i]));
    buf_addz(b, ".Xr ward.yaml 5\n");
}

void man_verb(struct buf *b, const struct cli_table *t, const struct cli_verb *verb)
{
    char name[80], title[80];
    snprintf(name, sizeof name, "ward-%.*s", STR_ARG(verb->name));
    snprintf(title, sizeof title, "%s", name);
    for (char *c = title; *c; c++)
        if (*c >= 'a' && *c <= 'z')
            *c = (char)(*c - 'a' + 'A');
    mdoc_begin(b, t, title, "1", name, verb->help);
    mdoc_section(b, "SYNOPSIS");
    put_usage(b, verb);
    mdoc_section(b, "DESCRIPTION");
    put_paragraphs(b, t, verb->name);
    buf_addz(b, ".Pp\n");
    if (has_options(t, verb)) {
        mdoc_text(b, STR("The options are as follows; those of every verb are in"));
        buf_addz(b, ".Xr ward 1 .\n");
        put_options(b, t, verb, false);
    } else {
        mdoc_text(b, STR("The options are those of every verb, see"));
        buf_addz(b, ".Xr ward 1 .\n");
    }
    mdoc_exit_status(b);
    put_examples(b, t, verb->name);
    put_see_also(b, t, verb);
}

static void put_environment(struct buf *b)
{
    static const struct {
        const char *name, *text;
    } variables[] = {
        {"WARD_*", "Values for options, as named with each option, and for keys of ward.yaml: "
                   "WARD_THRESHOLDS_KEY_AGE_DAYS sets thresholds.key_age_days."},
        {"AWS_PROFILE, AWS_REGION, AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE, AWS_ENDPOINT_URL, AWS_CA_BUNDLE",
         "As with the AWS command line interface, like the other variables of its credential chain."},
        {"NO_COLOR", "No colours, unless the option or WARD_COLOR asks for them."},
        {"CLICOLOR_FORCE", "Colours even when the output is no terminal."},
        {"XDG_CONFIG_HOME", "Where ward/ward.yaml of the user is. Without it ~/.config."},
    };
    mdoc_section(b, "ENVIRONMENT");
    mdoc_list(b, "Ds");
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
        buf_addz(b, ".It");
        for (struct str rest = str_of(variables[i].name); rest.ptr;) {
            struct str name = str_trim(str_cut(&rest, ','));
            buf_addf(b, " Ev %.*s%s", STR_ARG(name), rest.ptr ? " ," : "\n");
        }
        mdoc_text(b, str_of(variables[i].text));
    }
    mdoc_list_end(b);
}

static void put_files(struct buf *b)
{
    mdoc_section(b, "FILES");
    mdoc_list(b, "Ds");
    mdoc_item(b, "Pa", STR("ward.db"));
    mdoc_text(b, STR("The store: one SQLite file, mode 0600, with what was read and what was found."));
    mdoc_item(b, "Pa", STR("ward.yaml"));
    mdoc_text(b, STR("The configuration. The file of the current folder is read before that of the user."));
    mdoc_list_end(b);
}

void man_ward(struct buf *b, const struct cli_table *t)
{
    mdoc_begin(b, t, "WARD", "1", "ward", STR("HIPAA audit of an AWS organization"));
    mdoc_section(b, "SYNOPSIS");
    buf_addz(b, ".Nm\n.Ar VERB\n.Op Ar ARGUMENTS\n.Op Ar OPTIONS\n");
    mdoc_section(b, "DESCRIPTION");
    put_paragraphs(b, t, STR("*"));
    buf_addz(b, ".Pp\nThe verbs are as follows:\n");
    mdoc_list(b, "Ds");
    for (size_t i = 0; i < t->verb_count; i++) {
        buf_addf(b, ".It Cm %.*s\n", STR_ARG(t->verbs[i].name));
        mdoc_text(b, t->verbs[i].help);
    }
    mdoc_list_end(b);
    buf_addz(b, ".Pp\nOptions of every verb:\n");
    put_options(b, t, NULL, true);
    put_environment(b);
    put_files(b);
    mdoc_exit_status(b);
    put_see_also(b, t, NULL);
    mdoc_section(b, "STANDARDS");
    mdoc_text(b, STR("45 CFR Part 164, Subpart C, Security Standards for the Protection of Electronic Protected Health "
                     "Information."));
}
