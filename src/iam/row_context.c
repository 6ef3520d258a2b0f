#include "iam/row_internal.h"

enum { ROW_KEYS_MAX = 2000, ROW_VALUES_MAX = 1000, ROW_CONSTRAINTS_MAX = 200 };

struct constraint {
    struct str glob; /* lower case */
    bool presence, value;
};
struct reader {
    struct arena *arena;
    const struct iam_catalogue *catalogue;
    struct constraint *constraints;
    uint32_t constraint_count;
    struct iam_context *out;
    uint32_t size;
    bool capped;
};

static struct str lower(struct arena *a, struct str s)
{
    char *to = arena_cstr(a, s);
    for (size_t i = 0; i < s.len; i++)
        if (to[i] >= 'A' && to[i] <= 'Z')
            to[i] = (char)(to[i] | 0x20);
    return str_make(to, s.len);
}

/* "/aws:ResourceTag\/.*" + "/" as a glob, which finds the text anywhere unless anchored. Only what a glob can say. */
static bool glob_of_regex(struct arena *a, struct str regex, struct str *out)
{
    struct buf b;
    buf_init(&b, 4096);
    bool anchored = regex.len && *regex.ptr == '^', fits = true, open_end = true;
    if (!anchored)
        buf_addc(&b, '*');
    for (size_t i = anchored ? 1 : 0; i < regex.len && fits; i++) {
        char c = regex.ptr[i], next = i + 1 < regex.len ? regex.ptr[i + 1] : 0;
        if (c == '$' && !next) {
            open_end = false;
        } else if (c == '\\' && next && !(next >= '0' && next <= '9') &&
                   !((next | 0x20) >= 'a' && (next | 0x20) <= 'z')) {
            buf_addc(&b, next);
            i++;
        } else if (c == '.') {
            buf_addc(&b, next == '*' ? '*' : '?');
            i += next == '*';
        } else {
            fits = !strchr("\\[](){}*+?|^$", c) && next != '*' && next != '+' && next != '?' && next != '{';
            buf_addc(&b, c);
        }
    }
    if (open_end)
        buf_addc(&b, '*');
    *out = lower(a, buf_str(&b));
    fits = fits && !b.failed;
    buf_done(&b);
    return fits;
}

static bool read_constraints(struct reader *rd, const struct json *list, struct err *e)
{
    if (!list)
        return true;
    if (list->type != JSON_ARRAY || list->count > ROW_CONSTRAINTS_MAX)
        return err_set(e, ERR_PARSE, "discoveryConstraints is not a list of at most %d", ROW_CONSTRAINTS_MAX);
    rd->constraints = arena_array_of(rd->arena, struct constraint, list->count);
    for
        json_each (j, list) {
            struct constraint *k = &rd->constraints[rd->constraint_count++];
            struct str name = json_get_str(j, "keyName");
            bool regex = name.len > 2 && name.ptr[0] == '/' && name.ptr[name.len - 1] == '/';
            k->presence = json_is_true(json_getz(j, "presenceIsKnown"));
            k->value = json_is_true(json_getz(j, "valueIsKnown"));
            k->glob = lower(rd->arena, name);
            if (!name.len)
                return err_set(e, ERR_PARSE, "a discovery constraint has no keyName");
            if (regex && !glob_of_regex(rd->arena, str_sub(name, 1, name.len - 1), &k->glob))
                return err_set(e, ERR_PARSE, "the regular expression %.*s has more than text, '.' and '.*'",
                               STR_ARG(name));
        }
    return true;
}

static const struct constraint *constraint_on(const struct reader *rd, struct str name)
{
    for (uint32_t i = 0; i < rd->constraint_count; i++)
        if (str_glob(rd->constraints[i].glob, name))
            return &rd->constraints[i];
    return NULL;
}

static struct iam_key *add_key(struct reader *rd, struct str name, enum iam_key_state state)
{
    struct iam_context *c = rd->out;
    if (c->count == ROW_KEYS_MAX) {
        rd->capped = true;
        return NULL;
    }
    if (c->count == rd->size) {
        rd->size = rd->size ? rd->size * 2 : 16;
        struct iam_key *keys = arena_array_of(rd->arena, struct iam_key, rd->size);
        if (c->count)
            memcpy(keys, c->keys, c->count * sizeof *keys);
        c->keys = keys;
    }
    struct iam_key *k = &c->keys[c->count++];
    *k = (struct iam_key){.name = name, .state = state};
    k->list = rd->catalogue && iam_catalogue_key_is_list(rd->catalogue, name);
    return k;
}

static bool text_of(const struct json *v, struct str *out)
{
    *out = v->type == JSON_TRUE ? STR("true") : v->type == JSON_FALSE ? STR("false") : v->text;
    return v->type == JSON_STRING || v->type == JSON_NUMBER || v->type == JSON_TRUE || v->type == JSON_FALSE;
}

static bool read_values(struct reader *rd, const struct json *v, struct iam_key *k, struct err *e)
{
    uint32_t count = v->type == JSON_ARRAY ? v->count : 1;
    if (count > ROW_VALUES_MAX)
        return err_set(e, ERR_LIMIT, "context key %.*s has more than %d values", STR_ARG(v->key), ROW_VALUES_MAX);
    k->values = arena_array_of(rd->arena, struct str, count);
    for (const struct json *it = v->type == JSON_ARRAY ? v->first : v; it; it = v->type == JSON_ARRAY ? it->next : NULL)
        if (!text_of(it, &k->values[k->count++]))
            return err_set(e, ERR_PARSE, "context key %.*s has a value that is no text", STR_ARG(v->key));
    k->list = k->list || v->type == JSON_ARRAY;
    return true;
}

/* What Discovery leaves of a key that the row gives. */
static enum iam_key_state discovered(const struct constraint *k)
{
    if (!k || (!k->presence && !k->value))
        return IAM_KEY_SAMPLE;
    return k->presence ? (k->value ? IAM_KEY_KNOWN : IAM_KEY_SOME) : IAM_KEY_MAYBE;
}

static bool read_given(struct reader *rd, const struct json *context, bool discovery, struct err *e)
{
    for
        json_each (v, context) {
            struct str name = lower(rd->arena, v->key);
            enum iam_key_state state = discovery ? discovered(constraint_on(rd, name)) : IAM_KEY_KNOWN;
            struct iam_key *k = iam_context_get(rd->out, name) ? NULL : add_key(rd, name, state);
            if (!k)
                return err_set(e, ERR_PARSE, "context key %.*s stands twice, or there are too many", STR_ARG(v->key));
            if (!read_values(rd, v, k, e))
                return false;
            if (state == IAM_KEY_SOME)
                k->count = 0;
        }
    return true;
}

/* A key that is not given and whose presence is known is absent. */
static void note_absent(struct reader *rd, struct str name)
{
    name = lower(rd->arena, str_trim(name));
    const struct constraint *k = constraint_on(rd, name);
    if (k && k->presence && !iam_context_get(rd->out, name))
        add_key(rd, name, IAM_KEY_ABSENT);
}

static void keys_of_text(struct reader *rd, struct str text)
{
    for (ptrdiff_t at = str_index(text, '$', 0); at >= 0; at = str_index(text, '$', (size_t)at + 1)) {
        ptrdiff_t end = str_index(text, '}', (size_t)at);
        if (end < 0 || (size_t)at + 1 >= text.len || text.ptr[at + 1] != '{')
            continue;
        struct str inside = str_sub(text, (size_t)at + 2, (size_t)end);
        note_absent(rd, str_cut(&inside, ','));
    }
}

static void keys_of_set(struct reader *rd, const struct iam_policy_set *set)
{
    for (uint32_t i = 0; i < set->count; i++)
        for (uint32_t s = 0; s < set->items[i].policy->count; s++) {
            const struct iam_statement *st = &set->items[i].policy->statements[s];
            for (uint32_t k = 0; k < st->resource_count; k++)
                keys_of_text(rd, st->resources[k].text);
            for (uint32_t k = 0; k < st->condition_count; k++) {
                note_absent(rd, st->conditions[k].key_lower);
                for (uint32_t v = 0; v < st->conditions[k].count; v++)
                    keys_of_text(rd, st->conditions[k].values[v].text);
            }
        }
}

static void keys_of_layers(struct reader *rd, const struct iam_layers *l)
{
    const struct iam_policy_set *sets[] = {&l->identity, &l->boundary, &l->session, &l->resource, &l->endpoint};
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
        keys_of_set(rd, sets[i]);
    for (uint32_t i = 0; i < l->scp_count; i++)
        keys_of_set(rd, &l->scps[i].policies);
    for (uint32_t i = 0; i < l->rcp_count; i++)
        keys_of_set(rd, &l->rcps[i].policies);
}

bool row_context_read(struct arena *a, const struct iam_catalogue *c, const struct json *row, struct row_question *q,
                      struct err *e)
{
    const struct json *context = json_path(row, "request.context");
    struct reader rd = {.arena = a, .catalogue = c, .out = &q->r.context};
    if (context && context->type != JSON_OBJECT)
        return err_set(e, ERR_PARSE, "the request's context is not an object");
    if (q->discovery && !read_constraints(&rd, json_getz(row, "discoveryConstraints"), e))
        return false;
    if (!read_given(&rd, context, q->discovery, e))
        return false;
    rd.out->open = q->discovery;
    if (q->discovery)
        keys_of_layers(&rd, &q->layers);
    return !rd.capped || err_set(e, ERR_LIMIT, "more than %d context keys", ROW_KEYS_MAX);
}
