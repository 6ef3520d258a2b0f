#include "aws/shape.h"

#include "base/embed.h"
#include "base/map.h"

#include <pthread.h>

enum { STRUCTS_MAX = 4096, REF_DEPTH_MAX = 8 };

struct aws_shapes {
    struct map outputs; /* id -> struct aws_output */
};

/* One service while its section is read. */
struct section {
    struct arena *arena;
    struct aws_shapes *shapes;
    struct str service;
    bool ec2;
    struct aws_struct **structs; /* by number; made when first spoken of */
    bool *defined;
    struct err *err;
};

static const struct aws_struct *struct_at(struct section *s, struct str number)
{
    uint64_t n = 0;
    if (!s->structs || !str_to_u64(number, &n) || n >= STRUCTS_MAX) {
        (void)err_set(s->err, ERR_PARSE, "bad structure number \"%.*s\"", STR_ARG(number));
        return NULL;
    }
    if (!s->structs[n])
        s->structs[n] = arena_new_of(s->arena, struct aws_struct);
    return s->structs[n];
}

static bool read_ref(struct section *s, struct str text, int depth, struct aws_ref *out);

static const struct aws_ref *read_inner(struct section *s, struct str text, int depth)
{
    struct aws_ref *inner = arena_new_of(s->arena, struct aws_ref);
    if (!read_ref(s, text, depth + 1, inner))
        return NULL;
    if (inner->flat) {
        (void)err_set(s->err, ERR_PARSE, "a flattened list has no parent to stand in");
        return NULL;
    }
    return inner;
}

/* The bracketed text without a leading '*'. */
static struct str unstar(struct str body, struct aws_ref *out)
{
    out->flat = str_starts(body, STR("*"));
    return out->flat ? str_sub(body, 1, body.len) : body;
}

/* The '/' that ends a name: before any bracket. */
static ptrdiff_t name_end(struct str body)
{
    for (size_t i = 0; i < body.len && body.ptr[i] != '[' && body.ptr[i] != '{'; i++)
        if (body.ptr[i] == '/')
            return (ptrdiff_t)i;
    return -1;
}

static bool read_list(struct section *s, struct str body, int depth, struct aws_ref *out)
{
    out->kind = 'L';
    body = unstar(body, out);
    ptrdiff_t slash = name_end(body);
    out->tag = slash >= 0 ? str_sub(body, 0, (size_t)slash) : s->ec2 ? STR("item") : STR("member");
    return (out->element = read_inner(s, slash < 0 ? body : str_sub(body, (size_t)slash + 1, body.len), depth)) != NULL;
}

static bool read_map(struct section *s, struct str body, int depth, struct aws_ref *out)
{
    out->kind = 'M';
    out->key = STR("key");
    out->value = STR("value");
    body = unstar(body, out);
    ptrdiff_t slash = name_end(body);
    if (slash >= 0) {
        out->key = str_sub(body, 0, (size_t)slash);
        body = str_sub(body, (size_t)slash + 1, body.len);
        slash = name_end(body);
        if (slash < 0)
            return err_set(s->err, ERR_PARSE, "a map needs a key and a value");
        out->value = str_sub(body, 0, (size_t)slash);
        body = str_sub(body, (size_t)slash + 1, body.len);
    }
    return (out->element = read_inner(s, body, depth)) != NULL;
}

static bool read_ref(struct section *s, struct str text, int depth, struct aws_ref *out)
{
    if (depth > REF_DEPTH_MAX)
        return err_set(s->err, ERR_LIMIT, "nested too deep");
    if (text.len >= 2 && text.ptr[0] == '[' && text.ptr[text.len - 1] == ']')
        return read_list(s, str_sub(text, 1, text.len - 1), depth, out);
    if (text.len >= 2 && text.ptr[0] == '{' && text.ptr[text.len - 1] == '}')
        return read_map(s, str_sub(text, 1, text.len - 1), depth, out);
    if (text.len == 1 && strchr("sifbtxpj", text.ptr[0])) {
        out->kind = text.ptr[0];
        return true;
    }
    out->kind = 'S';
    return (out->structure = struct_at(s, text)) != NULL;
}

static bool read_member(struct section *s, struct str text, struct aws_member *out)
{
    ptrdiff_t colon = str_index(text, ':', 0);
    struct str names = colon < 0 ? text : str_sub(text, 0, (size_t)colon);
    struct str ref = colon < 0 ? STR("s") : str_sub(text, (size_t)colon + 1, text.len);
    struct str rest = names;
    out->name = str_cut(&rest, '=');
    out->wire = rest.ptr ? rest : out->name;
    if (!out->name.len)
        return err_set(s->err, ERR_PARSE, "a member without a name");
    if (rest.len && rest.ptr[0] == '@')
        out->place = AWS_PLACE_ATTRIBUTE;
    else if (rest.len && rest.ptr[0] == '!')
        out->place = rest.len == 1 ? AWS_PLACE_STATUS : AWS_PLACE_HEADER;
    if (out->place != AWS_PLACE_BODY)
        out->wire = str_sub(rest, 1, rest.len);
    return read_ref(s, ref, 0, &out->ref);
}

static bool is_new(struct section *s, const struct aws_member *members, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (str_eq(members[i].name, members[count].name))
            return err_set(s->err, ERR_PARSE, "member %.*s is there twice", STR_ARG(members[i].name));
    return true;
}

static bool read_struct(struct section *s, struct str line)
{
    struct str rest = line;
    const struct aws_struct *found = struct_at(s, str_cut(&rest, ' '));
    if (!found)
        return false;
    uint64_t number = 0;
    struct str again = line;
    (void)str_to_u64(str_cut(&again, ' '), &number);
    if (s->defined[number])
        return err_set(s->err, ERR_PARSE, "structure %u is there twice", (unsigned)number);
    s->defined[number] = true;
    struct aws_struct *out = s->structs[number];
    if (str_eqz(rest, "*")) {
        out->document = true;
        return true;
    }
    uint32_t count = rest.len ? 1 : 0;
    for (size_t i = 0; i < rest.len; i++)
        count += rest.ptr[i] == ' ';
    struct aws_member *members = arena_array_of(s->arena, struct aws_member, count ? count : 1);
    out->members = members;
    for (; rest.len; out->count++)
        if (!read_member(s, str_cut(&rest, ' '), &members[out->count]) || !is_new(s, members, out->count))
            return false;
    return true;
}

static bool read_output(struct section *s, struct str line)
{
    struct aws_output *out = arena_new_of(s->arena, struct aws_output);
    struct str rest = str_sub(line, 1, line.len);
    struct str name = str_cut(&rest, ' ');
    struct str root = rest.ptr ? str_cut(&rest, ' ') : STR("");
    if (!name.len || !s->service.len)
        return err_set(s->err, ERR_PARSE, "an operation without name or service");
    out->id = arena_printf(s->arena, "%.*s:%.*s", STR_ARG(s->service), STR_ARG(name));
    if (!str_eqz(root, "-") && !(out->root = struct_at(s, root)))
        return false;
    if (rest.ptr) {
        struct str how = str_cut(&rest, ':');
        out->raw = str_eqz(how, "raw");
        if (!rest.len || (!out->raw && !str_eqz(how, "payload") && !str_eqz(how, "in")))
            return err_set(s->err, ERR_PARSE, "bad operation \"%.*s\"", STR_ARG(line));
        *(str_eqz(how, "in") ? &out->wrapper : &out->payload) = rest;
    }
    if (!map_add(&s->shapes->outputs, out->id, out))
        return err_set(s->err, ERR_PARSE, "operation %.*s is there twice", STR_ARG(out->id));
    return true;
}

static bool end_section(struct section *s)
{
    for (uint32_t i = 0; s->structs && i < STRUCTS_MAX; i++)
        if (s->structs[i] && !s->defined[i])
            return err_set(s->err, ERR_PARSE, "%.*s: structure %u is nowhere", STR_ARG(s->service), i);
    return true;
}

static bool read_line(struct section *s, struct str line)
{
    if (line.ptr[0] == '#' && line.len > 1 && line.ptr[1] == ' ')
        return true;
    if (line.ptr[0] == '@')
        return read_output(s, line);
    if (line.ptr[0] != '#')
        return read_struct(s, line);
    if (!end_section(s))
        return false;
    struct str rest = str_sub(line, 1, line.len);
    s->service = str_cut(&rest, ' ');
    s->ec2 = str_eqz(rest, "ec2");
    if (!s->structs) {
        s->structs = arena_array_of(s->arena, struct aws_struct *, STRUCTS_MAX);
        s->defined = arena_array_of(s->arena, bool, STRUCTS_MAX);
    }
    memset(s->structs, 0, STRUCTS_MAX * sizeof(s->structs[0]));
    memset(s->defined, 0, STRUCTS_MAX * sizeof(s->defined[0]));
    return true;
}

const struct aws_shapes *aws_shapes_parse(struct arena *a, struct str text, struct err *e)
{
    struct section s = {.arena = a, .shapes = arena_new_of(a, struct aws_shapes), .err = e};
    uint32_t number = 0;
    map_init(&s.shapes->outputs, a);
    while (text.ptr) {
        struct str line = str_cut(&text, '\n');
        number++;
        if (line.len && !read_line(&s, line)) {
            err_context(e, "reading line %u of the shapes", number);
            return NULL;
        }
    }
    return end_section(&s) ? s.shapes : NULL;
}

const struct aws_output *aws_shapes_find(const struct aws_shapes *s, struct str id)
{
    return map_get(&s->outputs, id);
}

static const struct aws_shapes *embedded;
static struct arena *embedded_arena; /* lives until the process ends, as the table of operations does */
static pthread_once_t embedded_once = PTHREAD_ONCE_INIT;

static void embedded_load(void)
{
    struct err e = {0};
    embedded_arena = arena_new(1 << 20);
    embedded = aws_shapes_parse(embedded_arena, embed_get("data/aws/shapes.txt"), &e);
    if (!embedded)
        die("data/aws/shapes.txt: %s", e.message);
}

const struct aws_output *aws_output_of(const struct aws_op *op)
{
    (void)pthread_once(&embedded_once, embedded_load);
    const struct aws_output *out = aws_shapes_find(embedded, op->id);
    if (!out)
        die("data/aws/shapes.txt has no %.*s", STR_ARG(op->id));
    return out;
}
