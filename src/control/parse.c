#include "control/control.h"

#include "aws/op.h"
#include "control/citation.h"

static const char *const severity_names[] = {"critical", "high", "medium", "low"};
static const char *const verdict_names[] = {"fail", "unknown", "waived", "pass", "not-applicable"};
static const char *const scope_names[] = {"resource", "region", "account", "organization"};

const char *control_severity_name(enum control_severity s) { return severity_names[s]; }

static bool index_of(struct str name, const char *const *names, int count, int *out)
{
    for (int i = 0; i < count; i++)
        if (str_eqz(name, names[i])) {
            *out = i;
            return true;
        }
    return false;
}

bool control_severity_of(struct str name, enum control_severity *out)
{
    int at;
    if (!index_of(name, severity_names, 4, &at))
        return false;
    *out = (enum control_severity)at;
    return true;
}

const char *control_verdict_name(enum control_verdict v) { return verdict_names[v]; }

bool control_verdict_of(struct str name, enum control_verdict *out)
{
    int at;
    if (!index_of(name, verdict_names, CONTROL_VERDICTS, &at))
        return false;
    *out = (enum control_verdict)at;
    return true;
}

/* Parts at ';' or ',', trimmed, empty ones dropped. Citations hold no comma. */
static struct strings split_list(struct arena *a, struct str text)
{
    struct strings out = {.items = arena_array_of(a, struct str, text.len / 2 + 1)};
    size_t from = 0;
    for (size_t i = 0; i <= text.len; i++) {
        if (i < text.len && text.ptr[i] != ';' && text.ptr[i] != ',')
            continue;
        struct str part = str_trim(str_sub(text, from, i));
        if (part.len)
            out.items[out.count++] = part;
        from = i + 1;
    }
    return out;
}

struct reader {
    struct arena *arena;
    const char *file;
    int line;
    struct control *out;
    struct str seen[16];
    int seen_count;
    bool has_severity, has_scope;
};

static bool bad(struct reader *r, struct err *e, const char *what, struct str value)
{
    return err_set(e, ERR_CONTROL, "%s:%d: %s%.*s", r->file, r->line, what, STR_ARG(value));
}

static bool check_operations(struct reader *r, const struct strings *ops, struct err *e)
{
    for (uint32_t i = 0; i < ops->count; i++)
        if (!aws_op_find(ops->items[i]))
            return bad(r, e, "not an operation that ward knows: ", ops->items[i]);
    return true;
}

static bool check_citations(struct reader *r, const struct strings *list, struct err *e)
{
    for (uint32_t i = 0; i < list->count; i++)
        if (!citation_known(list->items[i]))
            return bad(r, e, "not a citation of 45 CFR 164.308 to .316: ", list->items[i]);
    return list->count > 0 || bad(r, e, "no citation", (struct str){0});
}

static bool take(struct reader *r, struct str key, struct str value, struct err *e)
{
    struct control *c = r->out;
    int at = 0;
    for (int i = 0; i < r->seen_count; i++)
        if (str_eq(r->seen[i], key))
            return bad(r, e, "given twice: ", key);
    if (r->seen_count < 16)
        r->seen[r->seen_count++] = key;
    if (str_eqz(key, "id"))
        c->id = value;
    else if (str_eqz(key, "title"))
        c->title = value;
    else if (str_eqz(key, "type"))
        c->type = value;
    else if (str_eqz(key, "remedy"))
        c->remedy = value;
    else if (str_eqz(key, "needs"))
        c->needs = value;
    else if (str_eqz(key, "severity"))
        return (r->has_severity = control_severity_of(value, &c->severity)) || bad(r, e, "not a severity: ", value);
    else if (str_eqz(key, "scope")) {
        if (!(r->has_scope = index_of(value, scope_names, 4, &at)))
            return bad(r, e, "not a scope: ", value);
        c->scope = (enum control_scope)at;
    } else if (str_eqz(key, "citations"))
        return c->citations = split_list(r->arena, value), check_citations(r, &c->citations, e);
    else if (str_eqz(key, "lists"))
        return c->lists = split_list(r->arena, value), check_operations(r, &c->lists, e);
    else if (str_eqz(key, "reads"))
        return c->reads = split_list(r->arena, value), check_operations(r, &c->reads, e);
    else if (str_eqz(key, "why"))
        return true; /* for who reads the file */
    else
        return bad(r, e, "unknown header: ", key);
    return true;
}

static bool is_key(struct str key)
{
    for (size_t i = 0; i < key.len; i++)
        if (key.ptr[i] < 'a' || key.ptr[i] > 'z')
            return false;
    return key.len > 0;
}

/* "-- key: value", and "--   more" that goes on with it. Leaves `rest` at the SQL. */
static bool read_header(struct reader *r, struct str *rest, struct err *e)
{
    struct str key = {0}, value = {0};
    int key_line = 0;
    while (rest->ptr && str_starts(*rest, STR("--"))) {
        struct str line = str_cut(rest, '\n');
        line = str_sub(line, 2, line.len);
        r->line++;
        if (key.ptr && str_starts(line, STR("   "))) {
            struct str more = str_trim(line);
            value = arena_printf(r->arena, "%.*s %.*s", STR_ARG(value), STR_ARG(more));
            continue;
        }
        struct str after = line, name = str_trim(str_cut(&after, ':'));
        if (!after.ptr || !is_key(name))
            return bad(r, e, "header lines are '-- key: value': ", str_trim(line));
        int here = r->line;
        r->line = key_line;
        if (key.ptr && !take(r, key, value, e))
            return false;
        r->line = key_line = here;
        key = name;
        value = str_trim(after);
    }
    return !key.ptr || take(r, key, value, e);
}

static bool check_complete(struct reader *r, struct err *e)
{
    struct control *c = r->out;
    r->line = 1;
    const char *missing = !c->id.len            ? "id"
                          : !c->title.len       ? "title"
                          : !r->has_severity    ? "severity"
                          : !c->citations.count ? "citations"
                          : !r->has_scope       ? "scope"
                          : !c->remedy.len      ? "remedy"
                                                : NULL;
    if (missing)
        return bad(r, e, "header lacks ", str_of(missing));
    if (c->needs.len && c->sql.len)
        return bad(r, e, "a control that needs another verb has no SQL", (struct str){0});
    if (!c->needs.len && !c->sql.len)
        return bad(r, e, "no SQL below the header", (struct str){0});
    if (!c->needs.len && !c->lists.count && !c->reads.count)
        return bad(r, e, "header lacks lists and reads: what it reads must be known", (struct str){0});
    if (c->lists.count + c->reads.count > CONTROL_OPERATIONS_MAX)
        return bad(r, e, "more operations than a control may read", (struct str){0});
    struct str name = str_of(r->file);
    name = str_sub(name, (size_t)(str_rindex(name, '/') + 1), name.len);
    if (!str_eq(str_sub(name, 0, name.len - 4), c->id))
        return bad(r, e, "the file must be named after the id: ", c->id);
    return true;
}

bool control_parse(struct arena *a, const char *file, struct str text, struct control *out, struct err *e)
{
    *out = (struct control){.file = str_of(arena_strdup(a, file))};
    struct reader r = {.arena = a, .file = file, .out = out};
    if (text.len > CONTROL_BYTES_MAX)
        return err_set(e, ERR_CONTROL, "%s: longer than %d bytes", file, CONTROL_BYTES_MAX);
    if (!str_ends(str_of(file), STR(".sql")))
        return err_set(e, ERR_CONTROL, "%s: a control file ends in .sql", file);
    struct str rest = arena_str(a, text);
    if (!read_header(&r, &rest, e))
        return false;
    struct str sql = rest.ptr ? str_trim(rest) : (struct str){0};
    out->sql = sql.len ? arena_str(a, sql) : (struct str){0};
    return check_complete(&r, e);
}
