#include "config/schema.h"

#include "base/buf.h"

static const struct {
    const char *name;
    enum config_type type;
    const char *text;
} types[] = {
    {"map", CONFIG_MAP, "a map"},
    {"names", CONFIG_NAMES, "a map"},
    {"list", CONFIG_LIST, "a list"},
    {"text", CONFIG_TEXT, "text"},
    {"name", CONFIG_NAME, "a name (a-z, 0-9, - and _, at most 63)"},
    {"int", CONFIG_INT, "a whole number"},
    {"bool", CONFIG_BOOL, "true or false"},
    {"date", CONFIG_DATE, "a date (YYYY-MM-DD)"},
    {"account", CONFIG_ACCOUNT, "an account id of 12 digits"},
    {"region", CONFIG_REGION, "the name of a region"},
    {"cidr", CONFIG_CIDR, "a network (192.0.2.0/24)"},
    {"email", CONFIG_EMAIL, "an address for mail"},
    {"sha256", CONFIG_SHA256, "a SHA-256 of 64 hex digits in lower case"},
    {"choice", CONFIG_CHOICE, "one of"},
};

/* "int:1:90", "list:choice:a|b"; an item's type is read into `item`. */
static bool read_type(struct str text, struct schema *s, bool as_item)
{
    struct str rest = text, name = str_cut(&rest, ':');
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (!str_eqz(name, types[i].name))
            continue;
        *(as_item ? &s->item : &s->type) = types[i].type;
        if (types[i].type == CONFIG_LIST)
            return !as_item && rest.ptr && read_type(rest, s, true);
        if (types[i].type == CONFIG_CHOICE)
            s->choices = rest;
        if (types[i].type != CONFIG_INT)
            return (types[i].type == CONFIG_CHOICE) == (rest.ptr != NULL);
        struct str low = str_cut(&rest, ':');
        return low.ptr && rest.ptr && str_to_i64(low, &s->min) && str_to_i64(rest, &s->max);
    }
    return false;
}

static struct str without_brackets(struct str part)
{
    return str_ends(part, STR("[]")) ? str_sub(part, 0, part.len - 2) : part;
}

static struct schema *child_named(const struct schema *parent, struct str name)
{
    for (struct schema *s = parent->first; s; s = s->next)
        if (str_eq(s->name, name))
            return s;
    return NULL;
}

/* Hangs `s` into the tree; what is above it must be there. */
static bool place(struct schema *root, struct schema *s)
{
    struct schema *parent = root;
    for (struct str rest = s->path; rest.ptr;) {
        struct str part = str_cut(&rest, '.');
        if (!rest.ptr) {
            s->name = part;
            break;
        }
        parent = child_named(parent, without_brackets(part));
        if (!parent || (parent->type == CONFIG_LIST) != str_ends(part, STR("[]")))
            return false;
    }
    if (child_named(parent, s->name))
        return false;
    s->parent = parent;
    if (parent->last)
        parent->last->next = s;
    else
        parent->first = s;
    parent->last = s;
    return true;
}

static bool read_row(struct arena *a, struct schema *root, struct str line)
{
    struct str c[5];
    size_t n = 0;
    for (struct str rest = line; rest.ptr && n < 5;)
        c[n++] = str_cut(&rest, '\t');
    if (n != 5 || !c[4].len)
        return false;
    struct schema *s = arena_new_of(a, struct schema);
    s->path = c[0];
    s->required = str_eqz(c[2], "1");
    if (!str_eqz(c[3], "-"))
        s->fallback = c[3];
    s->help = c[4];
    return read_type(c[1], s, false) && place(root, s);
}

struct schema *schema_read(struct arena *a, struct str tsv, struct err *e)
{
    struct schema *root = arena_new_of(a, struct schema);
    int number = 0;
    for (struct str rest = tsv; rest.ptr;) {
        struct str line = str_cut(&rest, '\n');
        number++;
        if (line.len && line.ptr[0] != '#' && !read_row(a, root, line)) {
            err_set(e, ERR_INTERNAL, "data/config.tsv: line %d is not understood", number);
            return NULL;
        }
    }
    return root;
}

const struct schema *schema_key(const struct schema *map, struct str name)
{
    return map->type == CONFIG_NAMES ? map->first : child_named(map, name);
}

struct str schema_type_text(struct arena *a, const struct schema *s)
{
    enum config_type type = s->type == CONFIG_LIST ? s->item : s->type;
    const char *many = s->type == CONFIG_LIST ? "a list, each entry " : "";
    if (type == CONFIG_CHOICE)
        return arena_printf(a, "%sone of %.*s", many, STR_ARG(s->choices));
    if (type == CONFIG_INT && s->min == s->max)
        return arena_printf(a, "%s%lld", many, (long long)s->min);
    if (type == CONFIG_INT)
        return arena_printf(a, "%sa whole number from %lld to %lld", many, (long long)s->min, (long long)s->max);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (types[i].type == type)
            return arena_printf(a, "%s%s", many, types[i].text);
    return STR("");
}

struct str schema_variable(struct arena *a, const struct schema *s)
{
    if (s->type == CONFIG_MAP || s->type == CONFIG_NAMES || s->type == CONFIG_LIST || str_eqz(s->path, "version"))
        return (struct str){NULL, 0};
    for (const struct schema *p = s->parent; p; p = p->parent)
        if (p->type != CONFIG_MAP)
            return (struct str){NULL, 0};
    struct buf b;
    buf_init(&b, 4096);
    buf_addz(&b, "WARD_");
    for (size_t i = 0; i < s->path.len; i++) {
        char c = s->path.ptr[i];
        buf_addc(&b, c == '.' ? '_' : c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c);
    }
    struct str name = arena_str(a, buf_str(&b));
    buf_done(&b);
    return name;
}
