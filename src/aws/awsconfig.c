#include "aws/awsconfig.h"

#include "base/file.h"

bool aws_env_true(const struct env *env, const char *name)
{
    return str_eq_nocase(env_get(env, name), STR("true"));
}

struct str aws_config_home(struct arena *a, const struct env *env, struct str path)
{
    struct str home = env_get(env, "HOME");
    if (!str_starts(path, STR("~/")) || !home.ptr)
        return path;
    return arena_printf(a, "%.*s%.*s", STR_ARG(home), STR_ARG(str_sub(path, 1, path.len)));
}

struct str aws_config_profile(const struct env *env, const char *profile)
{
    if (profile)
        return str_of(profile);
    struct str p = env_get(env, "AWS_PROFILE");
    if (!p.ptr)
        p = env_get(env, "AWS_DEFAULT_PROFILE");
    return p.ptr ? p : STR("default");
}

bool aws_config_load(struct arena *a, const struct env *env, struct aws_config *out, struct err *e)
{
    static const struct {
        const char *variable, *usual;
    } files[AWS_FILES] = {{"AWS_CONFIG_FILE", "~/.aws/config"}, {"AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"}};
    *out = (struct aws_config){0};
    for (int i = 0; i < AWS_FILES; i++) {
        struct str named = env_get(env, files[i].variable), text;
        out->path[i] = aws_config_home(a, env, named.ptr ? named : str_of(files[i].usual));
        const char *path = arena_cstr(a, out->path[i]);
        if (!file_exists(path))
            continue;
        if (!file_read(a, path, AWS_CONFIG_BYTES_MAX, &text, e) ||
            !aws_config_parse(a, text, (enum aws_config_file)i, out, e)) {
            err_context(e, "reading the AWS settings");
            return false;
        }
    }
    return true;
}

static const struct aws_setting *find(const struct aws_setting *first, struct str key)
{
    for (const struct aws_setting *s = first; s; s = s->next)
        if (str_eq_nocase(s->key, key))
            return s;
    return NULL;
}

/* In both files; the credentials file comes last and wins. */
static const struct aws_setting *lookup(const struct aws_config *c, enum aws_section_kind kind, struct str name, const char *key)
{
    const struct aws_setting *found = NULL;
    for (int file = 0; file < AWS_FILES; file++)
        for (const struct aws_section *s = c->first; s; s = s->next)
            if ((int)s->file == file && s->kind == kind && str_eq(s->name, name)) {
                const struct aws_setting *here = find(s->settings, str_of(key));
                found = here ? here : found;
            }
    return found;
}

bool aws_config_has(const struct aws_config *c, enum aws_section_kind kind, struct str name)
{
    for (const struct aws_section *s = c->first; s; s = s->next)
        if (s->kind == kind && str_eq(s->name, name))
            return true;
    return false;
}

struct str aws_config_get(const struct aws_config *c, enum aws_section_kind kind, struct str name, const char *key)
{
    const struct aws_setting *s = lookup(c, kind, name, key);
    return s && s->value.len ? s->value : (struct str){NULL, 0};
}

struct str aws_config_get_in(const struct aws_config *c, enum aws_config_file file, struct str profile, const char *key)
{
    for (const struct aws_section *s = c->first; s; s = s->next)
        if (s->file == file && s->kind == AWS_SECTION_PROFILE && str_eq(s->name, profile)) {
            const struct aws_setting *found = find(s->settings, str_of(key));
            if (found && found->value.len)
                return found->value;
        }
    return (struct str){NULL, 0};
}

struct str aws_profile_get(const struct aws_config *c, struct str profile, const char *key)
{
    return aws_config_get(c, AWS_SECTION_PROFILE, profile, key);
}

struct str aws_config_nested(const struct aws_config *c, enum aws_section_kind kind, struct str name, const char *key,
                             const char *nested)
{
    const struct aws_setting *s = lookup(c, kind, name, key);
    const struct aws_setting *n = s ? find(s->nested, str_of(nested)) : NULL;
    return n && n->value.len ? n->value : (struct str){NULL, 0};
}
