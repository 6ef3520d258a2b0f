#include "aws/op_type.h"

enum { TYPE_DEPTH_MAX = 8, PARAMS_MAX = 32 };

struct scan {
    struct arena *arena;
    struct str text;
    size_t at;
    struct err *err;
};

static char peek(const struct scan *s) { return s->at < s->text.len ? s->text.ptr[s->at] : '\0'; }

static bool expect(struct scan *s, char c)
{
    if (peek(s) != c)
        return err_set(s->err, ERR_PARSE, "parameters: '%c' expected at \"%.*s\"", c,
                       STR_ARG(str_sub(s->text, s->at, s->at + 20)));
    s->at++;
    return true;
}

static struct str until(struct scan *s, const char *stops)
{
    size_t from = s->at;
    while (s->at < s->text.len && !strchr(stops, s->text.ptr[s->at]))
        s->at++;
    return str_sub(s->text, from, s->at);
}

static bool read_param(struct scan *s, int depth, struct aws_param *p);

static bool read_members(struct scan *s, int depth, struct aws_type *t)
{
    struct aws_param *members = arena_array_of(s->arena, struct aws_param, PARAMS_MAX);
    t->kind = 'S';
    t->members = members;
    do {
        s->at++;
        if (t->member_count == PARAMS_MAX)
            return err_set(s->err, ERR_LIMIT, "parameters: too many members");
        if (!read_param(s, depth, &members[t->member_count++]))
            return false;
    } while (peek(s) == ',');
    return expect(s, '}');
}

static const struct aws_type *read_type(struct scan *s, int depth)
{
    struct aws_type *t = arena_new_of(s->arena, struct aws_type);
    if (depth > TYPE_DEPTH_MAX) {
        (void)err_set(s->err, ERR_LIMIT, "parameters: nested too deep");
        return NULL;
    }
    char c = peek(s);
    if (c == '{')
        return read_members(s, depth + 1, t) ? t : NULL;
    s->at++;
    if (c == '[') {
        t->kind = 'L';
        t->tag = until(s, "/]");
        return expect(s, '/') && (t->element = read_type(s, depth + 1)) && expect(s, ']') ? t : NULL;
    }
    if (c == '<') {
        t->kind = 'M';
        return (t->element = read_type(s, depth + 1)) && expect(s, '>') ? t : NULL;
    }
    if (!c || !strchr("sifbtx", c)) {
        (void)err_set(s->err, ERR_PARSE, "parameters: no type at \"%.*s\"", STR_ARG(str_sub(s->text, s->at - 1, s->at + 20)));
        return NULL;
    }
    t->kind = c;
    return t;
}

static bool read_location(struct scan *s, struct aws_param *p)
{
    s->at++;
    struct str place = until(s, ":");
    p->location = str_eqz(place, "uri") ? AWS_IN_URI : str_eqz(place, "query") ? AWS_IN_QUERY : AWS_IN_HEADER;
    if (p->location == AWS_IN_HEADER && !str_eqz(place, "header"))
        return err_set(s->err, ERR_PARSE, "parameters: no place \"%.*s\"", STR_ARG(place));
    return true;
}

static bool read_param(struct scan *s, int depth, struct aws_param *p)
{
    p->name = p->wire = until(s, "=@:");
    if (!p->name.len)
        return err_set(s->err, ERR_PARSE, "parameters: a name is missing");
    if (peek(s) == '=') {
        s->at++;
        p->wire = until(s, "@:");
    }
    if (peek(s) == '@' && !read_location(s, p))
        return false;
    return expect(s, ':') && (p->type = read_type(s, depth));
}

bool aws_params_parse(struct arena *a, struct str text, const struct aws_param **out, uint32_t *count, struct err *e)
{
    struct scan s = {.arena = a, .text = text, .err = e};
    struct aws_param *params = arena_array_of(a, struct aws_param, PARAMS_MAX);
    *out = params;
    *count = 0;
    while (s.at < text.len) {
        if (*count && !expect(&s, ' '))
            return false;
        if (*count == PARAMS_MAX)
            return err_set(e, ERR_LIMIT, "parameters: too many");
        if (!read_param(&s, 0, &params[(*count)++]))
            return false;
    }
    return true;
}
