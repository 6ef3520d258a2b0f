#include "cli/help.h"

#include "codec/text.h"

#include <stdio.h>

enum { NAME_INDENT = 2, HELP_INDENT = 14, OPTION_INDENT = 28, TEXT_COLUMNS_MAX = 100 };

static size_t text_columns(int columns) { return columns > TEXT_COLUMNS_MAX ? TEXT_COLUMNS_MAX : (size_t)columns - 1; }

static void head(struct buf *b, const char *title) { buf_addf(b, "\n%s:\n", title); }

/* NAME padded to `indent`, then the text wrapped there; on the next line when NAME is too long. */
static void entry(struct buf *b, struct str name, struct str text, size_t indent, int columns)
{
    buf_addf(b, "%*s", NAME_INDENT, "");
    buf_add(b, name);
    size_t at = NAME_INDENT + text_width(name);
    if (at + 2 > indent) {
        buf_addc(b, '\n');
        at = 0;
    }
    buf_addf(b, "%*s", (int)(indent - at), "");
    text_wrap(b, text, indent, indent, text_columns(columns));
    buf_addc(b, '\n');
}

void option_synopsis(struct buf *out, const struct cli_option *o)
{
    if (o->letter)
        buf_addf(out, "-%c, ", o->letter);
    buf_addf(out, "--%.*s", STR_ARG(o->name));
    if (o->argument.len)
        buf_addf(out, "=%.*s", STR_ARG(o->argument));
}

/* The one line, with what the types add to it. */
static void option_text(struct buf *b, const struct cli_option *o)
{
    buf_add(b, o->help);
    if (o->type == OPTION_CHOICE)
        buf_addf(b, " (%.*s)", STR_ARG(o->choices));
    if (o->many)
        buf_addz(b, "; may be repeated");
    if (o->fallback.len)
        buf_addf(b, " [%.*s]", STR_ARG(o->fallback));
}

static void option_entry(struct buf *b, const struct cli_option *o, int columns)
{
    struct buf name, text;
    buf_init(&name, 4096);
    buf_init(&text, 65536);
    option_synopsis(&name, o);
    option_text(&text, o);
    entry(b, buf_str(&name), buf_str(&text), OPTION_INDENT, columns);
    buf_done(&name);
    buf_done(&text);
}

static void option_list(struct buf *b, const struct cli_table *t, const struct cli_verb *verb, bool common, int columns)
{
    bool any = false;
    for (size_t i = 0; i < t->option_count; i++) {
        const struct cli_option *o = &t->options[i];
        if (o->type == OPTION_SECRET || str_eqz(o->verbs, "*") != common || !cli_option_applies(o, verb))
            continue;
        if (!any)
            head(b, common ? "Options of every verb" : "Options");
        any = true;
        option_entry(b, o, columns);
    }
}

static void paragraphs(struct buf *b, const struct cli_table *t, struct str verb, int columns)
{
    for (size_t i = 0; i < t->line_count; i++) {
        if (!str_eqz(t->lines[i].kind, "text") || !str_eq(t->lines[i].verb, verb))
            continue;
        buf_addc(b, '\n');
        text_wrap(b, t->lines[i].text, 0, 0, text_columns(columns));
        buf_addc(b, '\n');
    }
}

static void examples(struct buf *b, const struct cli_table *t, struct str verb, int columns)
{
    bool any = false;
    for (size_t i = 0; i < t->line_count; i++) {
        if (!str_eqz(t->lines[i].kind, "example") || !str_eq(t->lines[i].verb, verb))
            continue;
        if (!any)
            head(b, "Examples");
        any = true;
        buf_addf(b, "  %.*s\n      ", STR_ARG(t->lines[i].text));
        text_wrap(b, t->lines[i].more, 6, 6, text_columns(columns));
        buf_addc(b, '\n');
    }
}

static void statuses(struct buf *b, int columns)
{
    head(b, "Exit status");
    struct arena *a = arena_new(4096);
    for (const struct exit_status *s = exit_statuses(a); s->meaning; s++) {
        char number[16];
        snprintf(number, sizeof number, "%d", s->status);
        entry(b, str_of(number), str_of(s->meaning), 8, columns);
    }
    arena_free(a);
}

static void usage(struct buf *b, const struct cli_verb *verb)
{
    buf_addf(b, "usage: ward %.*s%s%.*s [OPTIONS]\n", STR_ARG(verb->name), verb->arguments.len ? " " : "",
             STR_ARG(verb->arguments));
}

void help_overview(struct out *out, int columns, const struct cli_table *t)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    buf_addz(&b, "usage: ward VERB [ARGUMENTS] [OPTIONS]\n");
    paragraphs(&b, t, STR("*"), columns);
    struct str section = {NULL, 0};
    for (size_t i = 0; i < t->verb_count; i++) {
        const struct cli_verb *v = &t->verbs[i];
        if (!section.ptr || !str_eq(section, v->section))
            buf_addf(&b, "\n%.*s:\n", STR_ARG(v->section));
        section = v->section;
        entry(&b, v->name, v->help, HELP_INDENT, columns);
    }
    option_list(&b, t, NULL, true, columns);
    statuses(&b, columns);
    buf_addz(&b, "\nward help VERB describes a verb, ward help VERB OPTION an option.\n");
    out_str(out, buf_str(&b));
    buf_done(&b);
}

void help_verb(struct out *out, int columns, const struct cli_table *t, const struct cli_verb *verb)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    usage(&b, verb);
    buf_addf(&b, "\n%.*s: %.*s\n", STR_ARG(verb->name), STR_ARG(verb->help));
    paragraphs(&b, t, verb->name, columns);
    option_list(&b, t, verb, false, columns);
    option_list(&b, t, verb, true, columns);
    statuses(&b, columns);
    examples(&b, t, verb->name, columns);
    out_str(out, buf_str(&b));
    buf_done(&b);
}

static void fact(struct buf *b, const char *name, struct str value)
{
    if (value.len)
        entry(b, str_of(name), value, 18, 100);
}

void help_option(struct out *out, int columns, const struct cli_verb *verb, const struct cli_option *o,
                 const struct env *env)
{
    struct buf b;
    buf_init(&b, 65536);
    buf_addf(&b, "ward %.*s ", STR_ARG(verb->name));
    option_synopsis(&b, o);
    buf_addz(&b, "\n\n");
    text_wrap(&b, o->help, 0, 0, text_columns(columns));
    buf_addz(&b, "\n\n");
    fact(&b, "values", str_eqz(o->argument, "") ? (struct str){NULL, 0} : o->choices.len ? o->choices : o->argument);
    fact(&b, "repeatable", o->many ? STR("yes, or joined by commas") : (struct str){NULL, 0});
    fact(&b, "default", o->type == OPTION_FLAG ? STR("off") : o->fallback.len ? o->fallback : STR("none"));
    if (o->environment.len) {
        char name[64];
        snprintf(name, sizeof name, "%.*s", STR_ARG(o->environment));
        struct str now = env_get(env, name);
        fact(&b, "environment", o->environment);
        fact(&b, "there now", now.ptr ? now : STR("not set"));
    }
    out_str(out, buf_str(&b));
    buf_done(&b);
}
