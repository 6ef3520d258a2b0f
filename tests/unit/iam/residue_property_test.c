/* Random small formulas over a small world of keys and values against all of its contexts, leaf by leaf by the rules for
 * statements (iam_condition_holds): negation, simplifying, assuming, judging and witnesses must agree with that. */
#include "residue_test.h"

#include "iam/match.h"

#include <stdlib.h>

enum { KEYS = 6, CHOICES_MAX = 8, FORMULAS = 3000 };

struct choice {
    const char *values[2];
    uint32_t count; /* 0: absent */
};

static const struct world_key {
    const char *name;
    bool list;
    struct choice choices[CHOICES_MAX];
    uint32_t count;
    const char *policy[8]; /* values that conditions on it use */
    enum iam_operator ops[8];
} keys[KEYS] = {
    {"t:text", false, {{{0}, 0}, {{"a"}, 1}, {{"ab"}, 1}, {{"B"}, 1}, {{"abc"}, 1}}, 5, {"a", "ab", "a*", "*b", "b", "?", "*", "z*"},
     {IAM_OP_STRING_EQUALS, IAM_OP_STRING_LIKE, IAM_OP_STRING_NOT_EQUALS, IAM_OP_STRING_NOT_LIKE, IAM_OP_STRING_EQUALS_IGNORE_CASE,
      IAM_OP_STRING_NOT_EQUALS_IGNORE_CASE, IAM_OP_NULL, IAM_OP_STRING_LIKE}},
    {"t:number", false, {{{0}, 0}, {{"1"}, 1}, {{"2"}, 1}, {{"2.5"}, 1}, {{"-3"}, 1}}, 5, {"1", "2", "3", "-3", "2.5", "nan", "0", "2"},
     {IAM_OP_NUMERIC_EQUALS, IAM_OP_NUMERIC_NOT_EQUALS, IAM_OP_NUMERIC_LESS_THAN, IAM_OP_NUMERIC_LESS_THAN_EQUALS, IAM_OP_NUMERIC_GREATER_THAN,
      IAM_OP_NUMERIC_GREATER_THAN_EQUALS, IAM_OP_NULL, IAM_OP_NUMERIC_LESS_THAN}},
    {"t:bool", false, {{{0}, 0}, {{"true"}, 1}, {{"false"}, 1}}, 3, {"true", "false", "True", "FALSE", "true", "maybe", "true", "false"},
     {IAM_OP_BOOL, IAM_OP_BOOL, IAM_OP_NULL, IAM_OP_BOOL, IAM_OP_BOOL, IAM_OP_BOOL, IAM_OP_BOOL, IAM_OP_NULL}},
    {"t:address", false, {{{0}, 0}, {{"10.0.0.1"}, 1}, {{"10.1.0.1"}, 1}, {{"2001:db8::5"}, 1}, {{"192.0.2.9"}, 1}}, 5,
     {"10.0.0.0/8", "10.0.0.0/16", "10.0.0.1", "2001:db8::/32", "0.0.0.0/0", "::/0", "10.0.0.0/99", "192.0.2.8/31"},
     {IAM_OP_IP_ADDRESS, IAM_OP_NOT_IP_ADDRESS, IAM_OP_IP_ADDRESS, IAM_OP_NOT_IP_ADDRESS, IAM_OP_NULL, IAM_OP_IP_ADDRESS, IAM_OP_IP_ADDRESS,
      IAM_OP_NOT_IP_ADDRESS}},
    {"t:list", true, {{{0}, 0}, {{"a"}, 1}, {{"ab"}, 1}, {{"c"}, 1}, {{"a", "c"}, 2}, {{"ab", "c"}, 2}, {{"a", "ab"}, 2}}, 7,
     {"a", "ab", "a*", "c", "*", "b", "?", "z"},
     {IAM_OP_STRING_EQUALS, IAM_OP_STRING_LIKE, IAM_OP_STRING_NOT_EQUALS, IAM_OP_STRING_NOT_LIKE, IAM_OP_NULL, IAM_OP_STRING_EQUALS,
      IAM_OP_STRING_NOT_LIKE, IAM_OP_BINARY_EQUALS}},
    {"t:arn", false, {{{0}, 0}, {{"arn:aws:iam::1:role/x"}, 1}, {{"arn:aws:iam::2:role/x"}, 1}, {{"arn:aws:iam::2:user/y"}, 1}}, 4,
     {"arn:aws:iam::*:role/x", "arn:aws:iam::2:*", "arn:aws:iam::1:role/x", "arn:aws:*", "arn:*:*:*:*:*", "arn:aws:iam::*:user/?", "arn:aws:s3:*:*:*", "short"},
     {IAM_OP_ARN_LIKE, IAM_OP_ARN_NOT_LIKE, IAM_OP_ARN_EQUALS, IAM_OP_ARN_NOT_EQUALS, IAM_OP_NULL, IAM_OP_ARN_LIKE, IAM_OP_STRING_LIKE,
      IAM_OP_STRING_EQUALS}},
};

static uint64_t seed = 88172645463325252u;

static uint32_t random_below(uint32_t n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 33) % n;
}

static const struct residue *random_leaf(struct residue_pool *p)
{
    const struct world_key *k = &keys[random_below(KEYS)];
    enum iam_operator op = k->ops[random_below(8)];
    struct str values[3];
    uint32_t n = 1 + random_below(3);
    for (uint32_t i = 0; i < n; i++)
        values[i] = op == IAM_OP_NULL ? (random_below(2) ? STR("true") : STR("false")) : str_of(k->policy[random_below(8)]);
    struct residue_leaf l = {.kind = RESIDUE_CONDITION, .op = op, .key = str_of(k->name), .values = values, .count = op == IAM_OP_NULL ? 1 : n};
    l.set = op == IAM_OP_NULL ? IAM_SET_NONE : k->list || random_below(4) == 0 ? (random_below(2) ? IAM_SET_ANY_VALUE : IAM_SET_ALL_VALUES) : IAM_SET_NONE;
    l.if_exists = random_below(3) == 0 && op != IAM_OP_NULL && l.set != IAM_SET_ANY_VALUE;
    return residue_leaf(p, &l, NULL);
}

static const struct residue *random_formula(struct residue_pool *p, uint32_t depth)
{
    uint32_t what = depth ? random_below(7) : 0;
    if (what == 0)
        return random_leaf(p);
    if (what == 1)
        return residue_not(p, random_formula(p, depth - 1));
    const struct residue *a = random_formula(p, depth - 1), *b = random_formula(p, depth - 1);
    return what < 5 ? residue_and(p, a, b) : residue_or(p, a, b);
}

/* The condition of a leaf; leaves live as long as `a`. */
static struct iam_condition *compiled(struct arena *a, const struct residue_leaf *l)
{
    static struct {
        const struct residue_leaf *leaf;
        struct iam_condition *condition;
    } memo[1024];
    static const struct arena *of;
    if (of != a || !l)
        memset(memo, 0, sizeof memo);
    of = a;
    if (!l)
        return NULL;
    size_t at = ((uintptr_t)l >> 4) % 1024;
    if (memo[at].leaf == l && memo[at].condition)
        return memo[at].condition;
    char op[64];
    snprintf(op, sizeof op, "%s%s%s", l->set == IAM_SET_ANY_VALUE ? "ForAnyValue:" : l->set == IAM_SET_ALL_VALUES ? "ForAllValues:" : "",
             iam_operator_name(l->op), l->if_exists ? "IfExists" : "");
    memo[at].leaf = l;
    memo[at].condition = arena_new_of(a, struct iam_condition);
    assert_true(iam_condition_compile(a, str_of(op), l->key, l->values, l->count, true, memo[at].condition));
    return memo[at].condition;
}

/* By the rules for statements. */
static bool holds(struct residue_pool *p, struct arena *a, const struct residue *r, const struct iam_context *c)
{
    enum residue_kind kind = residue_kind_of(r);
    if (kind == RESIDUE_TRUE || kind == RESIDUE_FALSE)
        return kind == RESIDUE_TRUE;
    if (kind == RESIDUE_AND || kind == RESIDUE_OR) {
        for (uint32_t i = 0; i < residue_child_count(r); i++)
            if (holds(p, a, residue_child(r, i), c) != (kind == RESIDUE_AND))
                return kind == RESIDUE_OR;
        return kind == RESIDUE_AND;
    }
    const struct residue_leaf *l = residue_leaf_of(r);
    const struct residue *got = iam_condition_holds(p, compiled(a, l), true, c, NULL);
    assert_true(got == residue_true || got == residue_false);
    return (got == residue_true) != (kind == RESIDUE_NOT);
}

static struct iam_key key_of(uint32_t k, const struct choice *c)
{
    static struct str slots[KEYS * CHOICES_MAX][2];
    struct str *values = slots[k * CHOICES_MAX + (uint32_t)(c - keys[k].choices)];
    for (uint32_t i = 0; i < c->count; i++)
        values[i] = str_of(c->values[i]);
    return (struct iam_key){.name = str_of(keys[k].name), .state = c->count ? IAM_KEY_KNOWN : IAM_KEY_ABSENT, .list = keys[k].list,
                            .values = values, .count = c->count};
}

static void fill(struct iam_context *c, const uint32_t at[KEYS])
{
    for (uint32_t k = 0; k < KEYS; k++)
        c->keys[k] = key_of(k, &keys[k].choices[at[k]]);
    c->count = KEYS;
}

static bool next(uint32_t at[KEYS], const bool used[KEYS])
{
    for (uint32_t k = 0; k < KEYS; k++) {
        if (!used[k])
            continue;
        if (++at[k] < keys[k].count)
            return true;
        at[k] = 0;
    }
    return false;
}

static void mark_used(const struct residue *r, bool used[KEYS])
{
    if (residue_leaf_of(r))
        for (uint32_t k = 0; k < KEYS; k++)
            used[k] |= str_eqz(residue_leaf_of(r)->key, keys[k].name);
    for (uint32_t i = 0; i < residue_child_count(r) && residue_kind_of(r) != RESIDUE_NOT; i++)
        mark_used(residue_child(r, i), used);
}

/* What is known of some keys, and whether a full choice agrees with it. */
struct partial {
    enum iam_key_state state[KEYS];
    uint32_t at[KEYS];
};

static void random_partial(struct partial *q, struct iam_context *c)
{
    c->open = true;
    c->count = KEYS;
    for (uint32_t k = 0; k < KEYS; k++) {
        q->at[k] = random_below(keys[k].count);
        const struct choice *choice = &keys[k].choices[q->at[k]];
        static const enum iam_key_state states[] = {IAM_KEY_KNOWN, IAM_KEY_SOME, IAM_KEY_MAYBE, IAM_KEY_OPEN};
        q->state[k] = choice->count ? states[random_below(4)] : random_below(2) ? IAM_KEY_ABSENT : IAM_KEY_OPEN;
        c->keys[k] = key_of(k, choice);
        c->keys[k].state = q->state[k];
    }
}

static bool agrees(const struct partial *q, const uint32_t at[KEYS])
{
    for (uint32_t k = 0; k < KEYS; k++) {
        bool there = keys[k].choices[at[k]].count > 0;
        if ((q->state[k] == IAM_KEY_KNOWN && at[k] != q->at[k]) || (q->state[k] == IAM_KEY_SOME && !there) ||
            (q->state[k] == IAM_KEY_MAYBE && there && at[k] != q->at[k]) || (q->state[k] == IAM_KEY_ABSENT && there))
            return false;
    }
    return true;
}

struct tally {
    uint32_t never, always, some, met, witnessed;
};

static void check(struct residue_pool *p, struct arena *a, const struct residue *r, struct tally *tally)
{
    struct iam_key storage[KEYS], partial_storage[KEYS];
    struct iam_context c = {.keys = storage}, partial = {.keys = partial_storage}, witness;
    struct partial q;
    bool used[KEYS] = {false}, any = false, all = true;
    uint32_t at[KEYS] = {0};
    mark_used(r, used);
    random_partial(&q, &partial);
    const struct residue *not = residue_not(p, r), *simple = residue_simplify(p, r), *assumed = residue_assume(p, r, &partial);
    enum residue_verdict v = residue_judge(p, r);
    for (uint32_t k = 0; k < KEYS; k++)
        at[k] = used[k] ? 0 : q.at[k];
    do {
        fill(&c, at);
        bool yes = holds(p, a, r, &c);
        any |= yes;
        all &= yes;
        if (holds(p, a, not, &c) == yes || holds(p, a, simple, &c) != yes || (agrees(&q, at) && holds(p, a, assumed, &c) != yes)) {
            fprintf(stderr, "formula %s\nnot %s\nsimple %s\nassumed %s\n", json_of(a, r), json_of(a, not), json_of(a, simple), json_of(a, assumed));
            for (uint32_t k = 0; k < KEYS; k++)
                fprintf(stderr, "%s=%s,%s (partial %u)\n", keys[k].name, keys[k].choices[at[k]].values[0], keys[k].choices[at[k]].values[1], q.state[k]);
            fail();
        }
    } while (next(at, used));
    bool witnessed = residue_witness(p, a, r, &witness);
    if ((v == RESIDUE_NEVER && any) || (v == RESIDUE_ALWAYS && !all) || (any && !witnessed) || (v == RESIDUE_NEVER && witnessed) ||
        (witnessed && !holds(p, a, r, &witness))) {
        fprintf(stderr, "formula %s: verdict %u, met %d, always %d, witness %d\n", json_of(a, r), v, any, all, witnessed);
        for (uint32_t i = 0; witnessed && i < witness.count; i++)
            fprintf(stderr, "%.*s=%.*s\n", STR_ARG(witness.keys[i].name), STR_ARG(witness.keys[i].values[0]));
        fail();
    }
    tally->never += v == RESIDUE_NEVER;
    tally->always += v == RESIDUE_ALWAYS;
    tally->some += v == RESIDUE_SOME;
    tally->met += any;
    tally->witnessed += witnessed;
}

static void agreement(void **state)
{
    (void)state;
    struct tally tally = {0};
    for (int round = 0; round < FORMULAS / 100; round++) {
        struct arena *a = arena_new(0);
        struct residue_pool *p = residue_pool_new(a);
        compiled(a, NULL);
        for (int i = 0; i < 100; i++)
            check(p, a, random_formula(p, 1 + random_below(4)), &tally);
        assert_false(residue_capped(p));
        arena_free(a);
    }
    printf("residue: %u never, %u always, %u some; %u met here, %u with a witness\n", tally.never, tally.always, tally.some, tally.met, tally.witnessed);
    /* The verdicts are not only sound: nothing that can be met was left without a witness, and the rest is told apart. */
    assert_int_equal(tally.never + tally.always + tally.some, FORMULAS);
    assert_int_equal(tally.witnessed, FORMULAS - tally.never);
    assert_true(tally.never > FORMULAS / 20 && tally.always > FORMULAS / 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(agreement)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
