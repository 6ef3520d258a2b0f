#include "config/build.h"

#include "base/form.h"
#include "base/nearest.h"

/* The values that the layers have for one key; NULL where a layer has none. */
struct sources {
    const struct yaml *at[CONFIG_LAYERS_MAX];
};

struct builder {
    struct arena *arena;
    const struct config_layer *layers;
    size_t count;
    const struct env *env;
    struct config *out;
    size_t origins_size;
    struct err *e;
};

static void note_origin(struct builder *b, struct str path, enum config_source source, struct str where,
                        const struct yaml *y)
{
    struct config *c = b->out;
    if (c->origin_count == b->origins_size) {
        size_t size = b->origins_size ? b->origins_size * 2 : 256;
        struct config_origin *more = arena_array_of(b->arena, struct config_origin, size);
        if (c->origin_count)
            memcpy(more, c->origins, c->origin_count * sizeof *more);
        c->origins = more;
        b->origins_size = size;
    }
    c->origins[c->origin_count++] = (struct config_origin){
        .path = path, .source = source, .where = where, .line = y ? y->line : 0, .column = y ? y->column : 0};
}

/* "FILE:LINE:COLUMN: " begins each message about a file. */
static bool wrong_at(struct builder *b, size_t layer, int line, int column, struct str message)
{
    return err_set(b->e, ERR_CONFIG, "%.*s:%d:%d: %.*s", STR_ARG(b->layers[layer].name), line, column, STR_ARG(message));
}

static bool wrong(struct builder *b, size_t layer, const struct yaml *y, struct str message)
{
    return wrong_at(b, layer, y->line, y->column, message);
}

static struct str child_path(struct builder *b, struct str path, struct str name)
{
    return path.len ? arena_printf(b->arena, "%.*s.%.*s", STR_ARG(path), STR_ARG(name)) : name;
}

static bool in_choices(struct str choices, struct str value, struct nearest *near)
{
    for (struct str rest = choices; rest.ptr;) {
        struct str choice = str_cut(&rest, '|');
        if (str_eq(choice, value))
            return true;
        nearest_offer(near, choice);
    }
    return false;
}

/* A scalar's text as JSON, or NULL when it is not of the type. */
static struct json *typed(struct builder *b, const struct schema *s, enum config_type type, struct str v, struct nearest *near)
{
    int64_t n;
    bool good = true;
    switch (type) {
    case CONFIG_INT:
        good = str_to_i64(v, &n) && n >= s->min && n <= s->max;
        return good ? json_int(b->arena, n) : NULL;
    case CONFIG_BOOL:
        good = str_eqz(v, "true") || str_eqz(v, "false");
        return good ? json_bool(b->arena, str_eqz(v, "true")) : NULL;
    case CONFIG_CHOICE:
        good = in_choices(s->choices, v, near);
        break;
    case CONFIG_TEXT:
        good = v.len > 0;
        break;
    case CONFIG_NAME:
        good = form_name(v);
        break;
    case CONFIG_DATE:
        good = form_date(v);
        break;
    case CONFIG_ACCOUNT:
        good = form_account(v);
        break;
    case CONFIG_REGION:
        good = form_region(v);
        break;
    case CONFIG_CIDR:
        good = form_cidr(v, NULL, NULL);
        break;
    case CONFIG_EMAIL:
        good = form_email(v);
        break;
    case CONFIG_SHA256:
        good = form_hex(v, SHA256_BYTES * 2);
        break;
    case CONFIG_MAP:
    case CONFIG_NAMES:
    case CONFIG_LIST:
        good = false;
    }
    return good ? json_string(b->arena, v) : NULL;
}

static struct json *build_scalar(struct builder *b, const struct schema *s, enum config_type type, size_t layer,
                                 const struct yaml *y, struct str path)
{
    struct nearest near;
    nearest_init(&near, y->text);
    struct json *j = y->type == YAML_SCALAR ? typed(b, s, type, y->text, &near) : NULL;
    if (j) {
        note_origin(b, path, CONFIG_FROM_FILE, b->layers[layer].name, y);
        return j;
    }
    struct schema one = *s;
    one.type = type;
    struct str want = schema_type_text(b->arena, &one);
    if (y->type != YAML_SCALAR)
        wrong(b, layer, y, arena_printf(b->arena, "%.*s must be %.*s, not a %s", STR_ARG(path), STR_ARG(want),
                                        y->type == YAML_LIST ? "list" : "map"));
    else
        wrong(b, layer, y, arena_printf(b->arena, "%.*s: \"%.*s\" is not %.*s", STR_ARG(path),
                                        STR_ARG(str_sub(y->text, 0, 100)), STR_ARG(want)));
    if (near.best.ptr)
        err_hint(b->e, "did you mean %.*s?", STR_ARG(near.best));
    return NULL;
}

static struct json *build(struct builder *b, const struct schema *s, const struct sources *src, struct str path);

static struct json *build_list(struct builder *b, const struct schema *s, size_t layer, const struct yaml *y, struct str path)
{
    struct json *list = json_new(b->arena, JSON_ARRAY);
    if (y->type != YAML_LIST) {
        wrong(b, layer, y, arena_printf(b->arena, "%.*s must be a list", STR_ARG(path)));
        err_hint(b->e, "write [A, B], or a line \"- A\" for each entry");
        return NULL;
    }
    int at = 0;
    for (const struct yaml *i = y->first; i; i = i->next, at++) {
        struct str item_path = arena_printf(b->arena, "%.*s[%d]", STR_ARG(path), at);
        struct schema item = *s;
        item.type = s->item;
        struct sources src = {{NULL}};
        src.at[layer] = i;
        struct json *j = s->item == CONFIG_MAP ? build(b, &item, &src, item_path)
                                               : build_scalar(b, s, s->item, layer, i, item_path);
        if (!j)
            return NULL;
        json_add(list, j);
    }
    if (!list->count)
        note_origin(b, path, CONFIG_FROM_FILE, b->layers[layer].name, y);
    return list;
}

static bool unknown_key(struct builder *b, const struct schema *s, size_t layer, const struct yaml *y, struct str path)
{
    struct str where = path.len ? path : STR("ward.yaml");
    wrong_at(b, layer, y->key_line, y->key_column,
             arena_printf(b->arena, "unknown key \"%.*s\" in %.*s", STR_ARG(str_sub(y->key, 0, 100)), STR_ARG(where)));
    struct nearest near;
    nearest_init(&near, y->key);
    for (const struct schema *k = s->first; k; k = k->next)
        nearest_offer(&near, k->name);
    if (near.best.ptr)
        err_hint(b->e, "did you mean %.*s?", STR_ARG(near.best));
    else
        err_hint(b->e, "ward.yaml(5) lists the keys");
    return false;
}

/* Every layer's value is a map (or nothing) whose keys the schema knows. */
static bool check_map(struct builder *b, const struct schema *s, struct sources *src, struct str path)
{
    for (size_t l = 0; l < b->count; l++) {
        const struct yaml *y = src->at[l];
        if (yaml_is_nothing(y)) {
            src->at[l] = NULL;
            continue;
        }
        if (y->type != YAML_MAP)
            return wrong(b, l, y, arena_printf(b->arena, "%.*s must be a map (KEY: VALUE)", STR_ARG(path)));
        for (const struct yaml *k = y->first; k; k = k->next) {
            if (!schema_key(s, k->key))
                return unknown_key(b, s, l, k, path);
            if (s->type == CONFIG_NAMES && s->first->type == CONFIG_MAP && !form_name(k->key))
                return wrong_at(b, l, k->key_line, k->key_column,
                                arena_printf(b->arena, "\"%.*s\" is not a name (a-z, 0-9, - and _, at most 63)",
                                             STR_ARG(str_sub(k->key, 0, 100))));
        }
    }
    return true;
}

static struct sources below(const struct builder *b, const struct sources *src, struct str key)
{
    struct sources s = {{NULL}};
    for (size_t l = 0; l < b->count; l++)
        s.at[l] = yaml_get(src->at[l], key);
    return s;
}

static bool is_container(enum config_type t) { return t == CONFIG_MAP || t == CONFIG_NAMES || t == CONFIG_LIST; }

/* A key that is missing, or has nothing behind it, in all layers. */
static bool build_missing(struct builder *b, const struct schema *s, struct str path, struct json **out)
{
    note_origin(b, path, CONFIG_FROM_DEFAULT, (struct str){NULL, 0}, NULL);
    struct nearest near;
    nearest_init(&near, s->fallback);
    if (s->type == CONFIG_LIST) {
        *out = json_new(b->arena, JSON_ARRAY);
        struct json *j = s->fallback.ptr ? typed(b, s, s->item, s->fallback, &near) : NULL;
        if (j)
            json_add(*out, j);
    } else if (s->type == CONFIG_NAMES) {
        *out = json_new(b->arena, JSON_OBJECT);
    } else if (s->fallback.ptr) {
        *out = typed(b, s, s->type, s->fallback, &near);
    } else {
        b->out->origin_count--;
        *out = NULL;
    }
    return true;
}

static bool build_variable(struct builder *b, const struct schema *s, struct str path, struct json **out)
{
    struct str name = b->env ? schema_variable(b->arena, s) : (struct str){NULL, 0};
    struct str value = name.ptr ? env_get(b->env, name.ptr) : (struct str){NULL, 0};
    *out = NULL;
    if (!value.ptr)
        return true;
    struct nearest near;
    nearest_init(&near, value);
    *out = typed(b, s, s->type, value, &near);
    if (!*out)
        return err_set(b->e, ERR_CONFIG, "environment variable %.*s: \"%.*s\" is not %.*s", STR_ARG(name), STR_ARG(value),
                       STR_ARG(schema_type_text(b->arena, s)));
    note_origin(b, path, CONFIG_FROM_VARIABLE, name, NULL);
    return true;
}

/* Value of one key, or *out NULL when it has none. */
static bool build_key(struct builder *b, const struct schema *s, const struct sources *src, struct str path, struct json **out)
{
    if (!build_variable(b, s, path, out))
        return false;
    if (*out)
        return true;
    bool any = s->type == CONFIG_MAP;
    for (size_t l = 0; l < b->count; l++)
        any |= !yaml_is_nothing(src->at[l]);
    if (!any)
        return build_missing(b, s, path, out);
    *out = build(b, s, src, path);
    return *out != NULL;
}

/* Message for a required key that is missing: at the map that lacks it. */
static bool missing_key(struct builder *b, const struct schema *key, const struct sources *src, struct str path)
{
    for (size_t l = 0; l < b->count; l++)
        if (src->at[l])
            return wrong(b, l, src->at[l], arena_printf(b->arena, "%.*s lacks %.*s (%.*s)", STR_ARG(path.len ? path : STR("ward.yaml")),
                                                        STR_ARG(key->name), STR_ARG(key->help)));
    return true;
}

static struct json *build_map(struct builder *b, const struct schema *s, struct sources *src, struct str path)
{
    struct json *map = json_new(b->arena, JSON_OBJECT);
    for (const struct schema *k = s->first; k; k = k->next) {
        struct sources at = below(b, src, k->name);
        struct json *j;
        bool given = false;
        for (size_t l = 0; l < b->count; l++)
            given |= !yaml_is_nothing(at.at[l]);
        if (k->required && !given && !missing_key(b, k, src, path))
            return NULL;
        if (!build_key(b, k, &at, child_path(b, path, k->name), &j))
            return NULL;
        if (j)
            json_set(map, k->name, j);
    }
    return map;
}

static struct json *build_names(struct builder *b, const struct schema *s, struct sources *src, struct str path)
{
    struct json *map = json_new(b->arena, JSON_OBJECT);
    for (size_t l = 0; l < b->count; l++) {
        for (const struct yaml *k = src->at[l] ? src->at[l]->first : NULL; k; k = k->next) {
            if (l && yaml_get(src->at[0], k->key))
                continue;
            struct sources at = {{NULL}};
            at.at[l] = k;
            for (size_t later = l + 1; later < b->count; later++)
                at.at[later] = yaml_get(src->at[later], k->key);
            if (!is_container(s->first->type) && yaml_is_nothing(k)) {
                wrong(b, l, k, arena_printf(b->arena, "%.*s has no value", STR_ARG(k->key)));
                return NULL;
            }
            struct json *j = build(b, s->first, &at, child_path(b, path, k->key));
            if (!j)
                return NULL;
            json_set(map, k->key, j);
        }
    }
    if (!map->count)
        note_origin(b, path, CONFIG_FROM_DEFAULT, (struct str){NULL, 0}, NULL);
    return map;
}

static struct json *build(struct builder *b, const struct schema *s, const struct sources *given, struct str path)
{
    struct sources src = *given;
    if (s->type == CONFIG_MAP || s->type == CONFIG_NAMES) {
        if (!check_map(b, s, &src, path))
            return NULL;
        return s->type == CONFIG_MAP ? build_map(b, s, &src, path) : build_names(b, s, &src, path);
    }
    for (size_t l = 0; l < b->count; l++) {
        if (yaml_is_nothing(src.at[l]))
            continue;
        return s->type == CONFIG_LIST ? build_list(b, s, l, src.at[l], path)
                                      : build_scalar(b, s, s->type, l, src.at[l], path);
    }
    return NULL;
}

bool config_type_layers(struct arena *a, const struct schema *root, const struct config_layer *layers, size_t count,
                        const struct env *env, struct config *out, struct err *e)
{
    struct builder b = {.arena = a, .layers = layers, .count = count, .env = env, .out = out, .e = e};
    struct sources src = {{NULL}};
    for (size_t l = 0; l < count && l < CONFIG_LAYERS_MAX; l++)
        src.at[l] = layers[l].root;
    out->doc = build(&b, root, &src, STR(""));
    return out->doc != NULL;
}
