/* What the tests of residue share. */
#ifndef WARD_TEST_RESIDUE_H
#define WARD_TEST_RESIDUE_H

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include "iam/residue.h"

#include <stdio.h>

static inline const struct residue *cond_set(struct residue_pool *p, enum iam_set set, enum iam_operator op, bool if_exists, const char *key,
                                             const char *v1, const char *v2)
{
    struct str values[] = {str_of(v1), str_of(v2)};
    struct residue_leaf l = {.kind = RESIDUE_CONDITION, .op = op, .set = set, .if_exists = if_exists, .key = str_of(key), .values = values,
                             .count = v2 ? 2 : v1 ? 1 : 0};
    return residue_leaf(p, &l, NULL);
}

static inline const struct residue *cond(struct residue_pool *p, enum iam_operator op, const char *key, const char *v1)
{
    return cond_set(p, IAM_SET_NONE, op, false, key, v1, NULL);
}

static inline const char *json_of(struct arena *a, const struct residue *r)
{
    struct buf b;
    struct json_out o;
    buf_init(&b, 1u << 20);
    jo_init(&o, &b, false);
    residue_write_json(r, &o);
    const char *text = arena_cstr(a, buf_str(&b));
    buf_done(&b);
    return text;
}

static inline const char *words_of(struct arena *a, const struct residue *r)
{
    struct buf b;
    buf_init(&b, 1u << 20);
    residue_write_words(r, &b);
    const char *text = arena_cstr(a, buf_str(&b));
    buf_done(&b);
    return text;
}

#endif
