#include "verb/verb.h"

/* The names of functions have '_' where a verb has '-'. */
static bool is_named(struct str verb, const char *function)
{
    if (verb.len != strlen(function))
        return false;
    for (size_t i = 0; i < verb.len; i++)
        if (verb.ptr[i] != (function[i] == '_' ? '-' : function[i]))
            return false;
    return true;
}

verb_function *verb_find(struct str name)
{
    static const struct {
        const char *name;
        verb_function *function;
    } verbs[] = {
#define X(name) {#name, verb_##name},
        WARD_VERBS(X)
#undef X
    };
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (is_named(name, verbs[i].name))
            return verbs[i].function;
    return NULL;
}

struct config *ward_config(struct ward *w, struct err *e)
{
    struct config *c = arena_new_of(w->arena, struct config);
    return config_load(w->arena, cli_strz(w->cli, "config"), w->env, c, e) ? c : NULL;
}
