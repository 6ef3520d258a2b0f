/* A request and the policies that bear on it, written in few words. */
#ifndef WARD_TEST_DECIDE_FIXTURE_H
#define WARD_TEST_DECIDE_FIXTURE_H

#include "harness.h"
#include "iam/decide.h"
#include "iam/pattern.h"

enum { FIXTURE_SET_MAX = 8 };

struct fixture {
    struct arena *arena;
    struct residue_pool *pool;
    struct iam_layers l;
    struct iam_request r;
    struct iam_level scps[FIXTURE_SET_MAX], rcps[FIXTURE_SET_MAX];
    struct iam_key keys[16];
    struct iam_decision d;
};

static inline struct fixture *fixture_new(const char *who, const char *action, const char *resource, const char *owner)
{
    struct arena *a = arena_new(0);
    struct fixture *f = arena_new_of(a, struct fixture);
    struct err e = {0};
    f->arena = a;
    f->pool = residue_pool_new(a);
    if (!iam_caller_parse(a, str_of(who), &f->r.caller, &e) ||
        !iam_action_split(str_of(action), &f->r.service, &f->r.action))
        die("%s: %s", who, e.message);
    f->r.resource = str_of(resource);
    f->r.resource_account = owner ? str_of(owner) : (struct str){0};
    f->r.context.keys = f->keys;
    return f;
}
static inline void fixture_free(struct fixture *f)
{
    arena_free(f->arena);
}

/* `statements` is what stands between the brackets of Statement, with ' for ". NULL: a policy that could not be read.
 */
static inline struct iam_policy_ref fixture_policy(struct fixture *f, const char *statements)
{
    struct iam_policy_ref ref = {.id = STR("p")};
    if (!statements) {
        ref.unread = STR("AccessDenied");
        return ref;
    }
    struct str doc = arena_printf(f->arena, "{'Version':'2012-10-17','Statement':[%s]}", statements);
    char *text = arena_cstr(f->arena, doc);
    for (char *c = text; *c; c++)
        if (*c == '\'')
            *c = '"';
    struct err e = {0};
    ref.policy = iam_policy_parse(f->arena, str_of(text), &e);
    if (!ref.policy)
        die("%s: %s", text, e.message);
    return ref;
}
static inline void fixture_add(struct fixture *f, struct iam_policy_set *set, const char *statements)
{
    struct iam_policy_ref *refs = arena_array_of(f->arena, struct iam_policy_ref, set->count + 1);
    if (set->count)
        memcpy(refs, set->items, set->count * sizeof *refs);
    refs[set->count] = fixture_policy(f, statements);
    *set = (struct iam_policy_set){refs, set->count + 1};
}
static inline void identity(struct fixture *f, const char *s)
{
    fixture_add(f, &f->l.identity, s);
}
static inline void boundary(struct fixture *f, const char *s)
{
    f->l.has_boundary = true;
    fixture_add(f, &f->l.boundary, s);
}
static inline void session(struct fixture *f, const char *s)
{
    f->l.has_session = true;
    fixture_add(f, &f->l.session, s);
}
static inline void resource(struct fixture *f, const char *s)
{
    f->l.has_resource = true;
    fixture_add(f, &f->l.resource, s);
}
static inline void second(struct fixture *f, const char *s)
{
    f->l.has_second_resource = true;
    fixture_add(f, &f->l.second_resource, s);
}
static inline void endpoint(struct fixture *f, const char *s)
{
    f->l.has_endpoint = true;
    fixture_add(f, &f->l.endpoint, s);
}
static inline void scp(struct fixture *f, const char *s)
{
    fixture_add(f, &f->scps[f->l.scp_count++].policies, s);
    f->l.scps = f->scps;
}
static inline void rcp(struct fixture *f, const char *s)
{
    fixture_add(f, &f->rcps[f->l.rcp_count++].policies, s);
    f->l.rcps = f->rcps;
}
static inline void key(struct fixture *f, const char *name, const char *value)
{
    struct iam_key *k = &f->keys[f->r.context.count++];
    *k = (struct iam_key){.name = str_of(name), .state = value ? IAM_KEY_KNOWN : IAM_KEY_OPEN};
    k->values = arena_new_of(f->arena, struct str);
    k->count = value ? 1 : 0;
    if (value)
        k->values[0] = str_of(value);
}
static inline enum iam_result decided(struct fixture *f)
{
    iam_decide(f->pool, f->arena, &f->l, &f->r, NULL, &f->d);
    return f->d.result;
}
/* Decides, compares and frees. */
static inline void expect(struct fixture *f, enum iam_result want)
{
    assert_string_equal(iam_result_name(decided(f)), iam_result_name(want));
    fixture_free(f);
}
static inline void expect_blocked(struct fixture *f, enum iam_result want, unsigned bits)
{
    assert_string_equal(iam_result_name(decided(f)), iam_result_name(want));
    assert_int_equal(f->d.blocked_by, bits);
    fixture_free(f);
}

#endif
