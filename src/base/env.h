/* base/env.h: the process environment as a parameter, so that all but src/main.c can be tested and
 * replayed without one. Not a copy: values are valid as long as the environment is. */
#ifndef WARD_BASE_ENV_H
#define WARD_BASE_ENV_H

#include "base/str.h"

struct env {
    const char *(*get)(void *user, const char *name); /* NULL when unset */
    void *user;
};

/* The value, or {NULL,0} when it is unset or empty. `env` may be NULL: nothing is set. */
static inline struct str env_get(const struct env *env, const char *name)
{
    const char *value = env && env->get ? env->get(env->user, name) : NULL;
    return value && *value ? str_of(value) : (struct str){NULL, 0};
}

#endif
