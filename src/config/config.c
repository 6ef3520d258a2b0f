#include "config/config.h"

#include "base/embed.h"
#include "base/file.h"
#include "config/build.h"
#include "config/check.h"

static void digest(struct config *c)
{
    struct buf b;
    buf_init(&b, (size_t)CONFIG_MAX_BYTES * 8);
    json_write_canonical(&b, c->doc);
    sha256_hex(buf_str(&b), c->sha256);
    buf_done(&b);
}

static bool parse_layer(struct arena *a, const struct config_text *text, struct config_layer *layer, struct err *e)
{
    struct err inner = {0};
    layer->name = text->name;
    layer->root = yaml_parse(a, text->text, CONFIG_MAX_BYTES, &inner);
    if (layer->root)
        return true;
    return err_set(e, ERR_CONFIG, "%.*s: %s", STR_ARG(text->name), inner.message);
}

bool config_build(struct arena *a, const struct config_text *texts, size_t count, const struct env *env,
                  struct config *out, struct err *e)
{
    *out = (struct config){0};
    const struct schema *schema = schema_read(a, embed_get("data/config.tsv"), e);
    struct config_layer layers[CONFIG_LAYERS_MAX];
    if (!schema)
        return false;
    if (count > CONFIG_LAYERS_MAX)
        die("more than %d configuration files", CONFIG_LAYERS_MAX);
    for (size_t i = 0; i < count; i++)
        if (!parse_layer(a, &texts[i], &layers[i], e))
            return false;
    if (!config_type_layers(a, schema, layers, count, env, out, e) || !config_check(a, out, e))
        return false;
    if (count)
        out->file = texts[0].name;
    digest(out);
    return true;
}

void config_defaults(struct arena *a, struct config *out)
{
    struct err e = {0};
    if (!config_build(a, NULL, 0, NULL, out, &e))
        die("%s", e.message);
}

static bool add_file(struct arena *a, const char *path, struct config_text *texts, size_t *count, struct err *e)
{
    struct str text;
    if (!file_read(a, path, CONFIG_MAX_BYTES, &text, e))
        return false;
    texts[(*count)++] = (struct config_text){arena_str(a, str_of(path)), text};
    return true;
}

static const char *user_file(struct arena *a, const struct env *env)
{
    struct str base = env_get(env, "XDG_CONFIG_HOME"), home = env_get(env, "HOME");
    if (base.ptr && base.ptr[0] == '/') /* XDG Base Directory Specification 0.8: a relative path is to be ignored */
        return arena_printf(a, "%.*s/ward/ward.yaml", STR_ARG(base)).ptr;
    return home.ptr ? arena_printf(a, "%.*s/.config/ward/ward.yaml", STR_ARG(home)).ptr : NULL;
}

bool config_load(struct arena *a, const char *path, const struct env *env, struct config *out, struct err *e)
{
    struct config_text texts[CONFIG_LAYERS_MAX];
    size_t count = 0;
    const char *user = user_file(a, env);
    if (path && !add_file(a, path, texts, &count, e))
        return false;
    if (!path && file_exists("ward.yaml") && !add_file(a, "ward.yaml", texts, &count, e))
        return false;
    if (!path && user && file_exists(user) && !add_file(a, user, texts, &count, e))
        return false;
    return config_build(a, texts, count, env, out, e);
}

const struct config_origin *config_origin_of(const struct config *c, struct str path)
{
    for (size_t i = 0; i < c->origin_count; i++)
        if (str_eq(c->origins[i].path, path))
            return &c->origins[i];
    return NULL;
}

struct str config_origin_text(struct arena *a, const struct config_origin *o)
{
    switch (o->source) {
    case CONFIG_FROM_FILE:
        return arena_printf(a, "%.*s:%d:%d", STR_ARG(o->where), o->line, o->column);
    case CONFIG_FROM_VARIABLE:
        return o->where;
    case CONFIG_FROM_DEFAULT:
        break;
    }
    return STR("default");
}
