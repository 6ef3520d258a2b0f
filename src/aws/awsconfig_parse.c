#include "aws/awsconfig.h"

struct parser {
    struct arena *arena;
    struct aws_config *config;
    enum aws_config_file file;
    struct str rest;
    int line;
    struct aws_section *section;
    struct aws_setting *setting, **tail; /* the one that an indented line goes on with; where the next goes */
    size_t indent;                       /* of the last line that was not such a line */
    int blank, value_lines;              /* blank lines since; lines of its value */
    struct err *e;
};

static bool refuse(struct parser *p, const char *what)
{
    return err_set(p->e, ERR_CONFIG, "%.*s:%d: %s", STR_ARG(p->config->path[p->file]), p->line, what);
}

static struct str lower(struct arena *a, struct str s)
{
    char *copy = arena_cstr(a, s);
    for (size_t i = 0; i < s.len; i++)
        if (copy[i] >= 'A' && copy[i] <= 'Z')
            copy[i] = (char)(copy[i] + 32);
    return str_make(copy, s.len);
}

/* The name after the section's word; shell quotes around it are allowed, several words are not. */
static struct str section_name(struct str rest)
{
    struct str s = str_trim(rest);
    if (s.len >= 2 && (s.ptr[0] == '"' || s.ptr[0] == '\'') && s.ptr[s.len - 1] == s.ptr[0])
        return str_sub(s, 1, s.len - 1);
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] == ' ' || s.ptr[i] == '\t' || s.ptr[i] == '"' || s.ptr[i] == '\'')
            return (struct str){NULL, 0};
    return s;
}

static void classify(struct aws_section *s, struct str title)
{
    static const struct {
        const char *word;
        enum aws_section_kind kind;
    } kinds[] = {{"profile", AWS_SECTION_PROFILE}, {"sso-session", AWS_SECTION_SSO_SESSION}, {"services", AWS_SECTION_SERVICES}};
    s->kind = AWS_SECTION_OTHER;
    s->name = title;
    if (s->file == AWS_FILE_CREDENTIALS || str_eq(title, STR("default"))) {
        s->kind = AWS_SECTION_PROFILE;
        return;
    }
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct str word = str_of(kinds[i].word);
        if (title.len <= word.len || !str_starts(title, word) || (title.ptr[word.len] != ' ' && title.ptr[word.len] != '\t'))
            continue;
        struct str name = section_name(str_sub(title, word.len, title.len));
        if (name.len) {
            s->kind = kinds[i].kind;
            s->name = name;
        }
        return;
    }
}

static bool open_section(struct parser *p, struct str line)
{
    ptrdiff_t end = str_rindex(line, ']');
    if (end <= 1)
        return refuse(p, "a section's name is not closed by ']' or is empty");
    struct str title = str_sub(line, 1, (size_t)end);
    if (str_eq(title, STR("DEFAULT")))
        return refuse(p, "[DEFAULT] in capitals is not a profile; name it [default]");
    struct aws_section *s = arena_new_of(p->arena, struct aws_section);
    s->file = p->file;
    s->line = p->line;
    classify(s, title);
    for (const struct aws_section *o = p->config->first; o; o = o->next)
        if (o->file == s->file && o->kind == s->kind && str_eq(o->name, s->name))
            return refuse(p, "this section was already there");
    if (p->config->last)
        p->config->last->next = s;
    else
        p->config->first = s;
    p->config->last = s;
    p->section = s;
    p->setting = NULL;
    p->tail = &s->settings;
    return true;
}

/* Cuts at the first '=' or ':'. NULL key when there is none. */
static struct aws_setting *split(struct parser *p, struct str line, bool colon_too)
{
    size_t at = 0;
    while (at < line.len && line.ptr[at] != '=' && !(colon_too && line.ptr[at] == ':'))
        at++;
    struct str key = str_trim(str_sub(line, 0, at));
    if (at == line.len || key.len == 0)
        return NULL;
    struct aws_setting *s = arena_new_of(p->arena, struct aws_setting);
    s->key = lower(p->arena, key);
    s->value = str_trim(str_sub(line, at + 1, line.len));
    s->line = p->line;
    return s;
}

static bool add_setting(struct parser *p, struct str line)
{
    if (!p->section)
        return refuse(p, "a setting before the first section");
    struct aws_setting *s = split(p, line, true);
    if (!s)
        return refuse(p, "neither a section nor \"key = value\"");
    for (const struct aws_setting *o = p->section->settings; o; o = o->next)
        if (str_eq(o->key, s->key))
            return refuse(p, "this key was already set in this section");
    *p->tail = s;
    p->tail = &s->next;
    p->setting = s;
    p->value_lines = 1;
    return true;
}

static bool go_on(struct parser *p, struct str line)
{
    struct aws_setting *s = p->setting;
    if (s->value.len == 0) {
        struct aws_setting *n = split(p, line, false), **at = &s->nested;
        if (!n)
            return refuse(p, "an indented line that is not \"key = value\"");
        for (; *at; at = &(*at)->next)
            if (str_eq((*at)->key, n->key))
                return refuse(p, "this key was already set here");
        *at = n;
        return true;
    }
    p->value_lines += p->blank + 1;
    if (p->value_lines > AWS_CONFIG_VALUE_LINES_MAX)
        return refuse(p, "a value of too many lines");
    for (int i = 0; i <= p->blank; i++)
        s->value = arena_printf(p->arena, "%.*s\n%.*s", STR_ARG(s->value), STR_ARG(i == p->blank ? line : STR("")));
    return true;
}

static bool parse_line(struct parser *p, struct str raw)
{
    struct str line = str_trim(raw);
    if (line.len && (line.ptr[0] == '#' || line.ptr[0] == ';'))
        return true;
    if (line.len == 0) {
        p->blank++;
        return true;
    }
    size_t indent = (size_t)(line.ptr - raw.ptr);
    bool more = p->setting && indent > p->indent;
    bool ok = more ? go_on(p, line) : line.ptr[0] == '[' ? open_section(p, line) : add_setting(p, line);
    if (!more)
        p->indent = indent;
    p->blank = 0;
    return ok;
}

bool aws_config_parse(struct arena *a, struct str text, enum aws_config_file file, struct aws_config *c, struct err *e)
{
    struct parser p = {.arena = a, .config = c, .file = file, .rest = text, .e = e};
    if (text.len > AWS_CONFIG_BYTES_MAX)
        return err_set(e, ERR_LIMIT, "%.*s is larger than %d bytes", STR_ARG(c->path[file]), AWS_CONFIG_BYTES_MAX);
    if (str_starts(text, STR("\xEF\xBB\xBF")))
        p.rest = str_sub(text, 3, text.len);
    while (p.rest.ptr) {
        struct str raw = str_cut(&p.rest, '\n');
        if (++p.line > AWS_CONFIG_LINES_MAX)
            return refuse(&p, "too many lines");
        if (memchr(raw.len ? raw.ptr : "", 0, raw.len))
            return refuse(&p, "a NUL byte");
        if (!parse_line(&p, raw))
            return false;
    }
    return true;
}
