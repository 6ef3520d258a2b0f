#include "decide_random.h"

#include "iam/match.h"

#include <stdlib.h>

/* Every text of up to five of these characters. */
static const char alphabet[] = "ab/";
enum { TEXT_MAX = 5 };

static bool next_text(char *text)
{
    for (size_t i = 0; i < TEXT_MAX; i++) {
        const char *at = text[i] ? strchr(alphabet, text[i]) : NULL;
        if (!at || at[1]) {
            text[i] = at ? at[1] : alphabet[0];
            return true;
        }
        text[i] = alphabet[0];
    }
    return false;
}
static struct str random_glob(struct arena *a, const char *letters, uint32_t max)
{
    char text[16];
    uint32_t n = random_next(max + 1);
    for (uint32_t i = 0; i < n; i++)
        text[i] = letters[random_next((uint32_t)strlen(letters))];
    return arena_str(a, (struct str){text, n});
}

/* A text matches both patterns exactly when it matches one of their meets. */
static void meets_are_exact(void **state)
{
    (void)state;
    random_state = 7;
    for (int round = 0; round < 3000; round++) {
        struct arena *a = arena_new(0);
        struct str x = random_glob(a, "ab/*?", 5), y = random_glob(a, "ab/**", 5), out[IAM_MEETS_MAX];
        bool capped = false;
        uint32_t n = iam_glob_meets(a, x, y, out, &capped);
        assert_false(capped);
        char text[TEXT_MAX + 1] = "";
        do {
            struct str t = str_of(text);
            bool both = str_glob(x, t) && str_glob(y, t), one = false;
            for (uint32_t i = 0; i < n; i++)
                one |= str_glob(out[i], t);
            if (both != one)
                fail_msg("%.*s and %.*s: '%s' is in %s only", STR_ARG(x), STR_ARG(y), text,
                         both ? "both patterns" : "a meet");
        } while (next_text(text));
        arena_free(a);
    }
}

static void meets_are_bounded(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct str out[IAM_MEETS_MAX];
    bool capped = false;
    (void)iam_glob_meets(a, STR("*a*a*a*a*a*a*a*a*a*a*a*a*"), STR("*b*b*b*b*b*b*b*b*b*b*b*b*"), out, &capped);
    assert_true(capped);
    capped = false;
    assert_int_equal(iam_arn_meets(a, STR("arn:aws:s3:::*/logs/*"), STR("arn:aws:s3:::b/*"), out, &capped), 2);
    assert_int_equal(iam_arn_meets(a, STR("arn:aws:sqs:eu-*"), STR("arn:aws:sqs:*-1:111122223333:q"), out, &capped), 2);
    expect_str(out[0], "arn:aws:sqs:eu-1:111122223333:q");
    expect_str(out[1], "arn:aws:sqs:eu-*-1:111122223333:q");
    assert_int_equal(iam_arn_meets(a, STR("*"), STR("arn:aws:s3:::b"), out, &capped), 1);
    assert_int_equal(iam_arn_meets(a, STR("arn:aws:s3:::b"), STR("arn:aws:sqs:::b"), out, &capped), 0);
    assert_false(capped);
    arena_free(a);
}

#define WHO       "arn:aws:iam::111122223333:user/u"
#define ALLOW(r)  "{'Effect':'Allow','Action':'s3:GetObject','Resource':" r "}"
#define REFUSE(r) "{'Effect':'Deny','Action':'s3:GetObject','Resource':" r "}"

static struct iam_pattern_answer asked(struct fixture *f)
{
    struct iam_pattern_answer out;
    iam_decide_pattern(f->pool, f->arena, NULL, &f->l, &f->r, &out);
    return out;
}
static struct fixture *of(const char *pattern)
{
    return fixture_new(WHO, "s3:GetObject", pattern, "111122223333");
}

static void parts_that_all_policies_allow(void **state)
{
    (void)state;
    struct fixture *f = of("arn:aws:s3:::b/*");
    identity(f, ALLOW("'arn:aws:s3:::b/a*'"));
    boundary(f, ALLOW("'arn:aws:s3:::b/*z'"));
    struct iam_pattern_answer r = asked(f);
    assert_int_equal(r.overall.result, IAM_ALLOWED);
    assert_int_equal(r.count, 1);
    expect_str(r.results[0].pattern, "arn:aws:s3:::b/a*z");
    fixture_free(f);
    f = of("arn:aws:s3:::b/*"); /* two at a time meet, all three do not */
    identity(f, ALLOW("'arn:aws:s3:::b/a*'"));
    boundary(f, ALLOW("['arn:aws:s3:::b/ab*']"));
    scp(f, ALLOW("['arn:aws:s3:::b/ac*']"));
    r = asked(f);
    assert_int_equal(r.overall.result, IAM_IMPLICITLY_DENIED);
    assert_false(r.capped);
    fixture_free(f);
}

static void denies_must_cover(void **state)
{
    (void)state;
    struct fixture *f = of("arn:aws:s3:::b/x*");
    identity(f, ALLOW("'*'") "," REFUSE("'arn:aws:s3:::b/xy*'"));
    assert_int_equal(asked(f).overall.result, IAM_ALLOWED);
    identity(f, REFUSE("'arn:aws:s3:::b/x*'"));
    assert_int_equal(asked(f).overall.result, IAM_EXPLICITLY_DENIED);
    fixture_free(f);
    f = of("arn:aws:s3:::b/x*"); /* all but the shortest */
    identity(f, ALLOW("'*'") "," REFUSE("'arn:aws:s3:::b/x?*'"));
    struct iam_pattern_answer r = asked(f);
    assert_int_equal(r.overall.result, IAM_ALLOWED);
    expect_str(r.results[0].witness, "arn:aws:s3:::b/x");
    fixture_free(f);
    f = of("arn:aws:s3:::b/*"); /* a Deny of all but a part leaves the part */
    identity(f, ALLOW("'*'") ",{'Effect':'Deny','Action':'*','NotResource':'arn:aws:s3:::b/public/*'}");
    r = asked(f);
    assert_int_equal(r.overall.result, IAM_ALLOWED);
    expect_str(r.results[0].pattern, "arn:aws:s3:::b/public/*");
    fixture_free(f);
}

static void variables_are_looked_up(void **state)
{
    (void)state;
    struct fixture *f = of("arn:aws:s3:::b/*");
    identity(f, ALLOW("'arn:aws:s3:::b/${aws:PrincipalTag/t}/*'"));
    assert_int_equal(asked(f).overall.result, IAM_IMPLICITLY_DENIED);
    key(f, "aws:principaltag/t", "seven");
    struct iam_pattern_answer r = asked(f);
    assert_int_equal(r.overall.result, IAM_ALLOWED);
    expect_str(r.results[0].pattern, "arn:aws:s3:::b/seven/*");
    f->keys[0].values[0] = STR("*"); /* a value is no pattern */
    r = asked(f);
    assert_int_equal(r.overall.result, IAM_ALLOWED);
    assert_true(str_starts(r.results[0].witness, STR("arn:aws:s3:::b/*/~")));
    f->r.resource = STR("arn:aws:s3:::b/seven/*");
    assert_int_equal(asked(f).overall.result, IAM_IMPLICITLY_DENIED);
    f->keys[0].state = IAM_KEY_OPEN;
    assert_int_equal(asked(f).overall.result, IAM_ALLOWED_IF);
    fixture_free(f);
    f = of("arn:aws:s3:::b/*");
    identity(f, ALLOW("'arn:aws:s3:::b/${aws:PrincipalTag/t, \\'none\\'}/*'"));
    fixture_free(f);
}

/* Work is counted, not timed: what is too much is told as unknown. */
static void hostile_policies_are_bounded(void **state)
{
    (void)state;
    struct fixture *f = of("arn:aws:s3:::*");
    struct buf b;
    buf_init(&b, 1 << 20);
    for (int i = 0; i < 3000; i++)
        buf_addf(&b, "%s{'Effect':'%s','Action':'s3:GetObject','Resource':'arn:aws:s3:::*a*b*%d*a*b*'}", i ? "," : "",
                 i % 2 ? "Deny" : "Allow", i / 2);
    identity(f, buf_cstr(&b));
    buf_done(&b);
    struct iam_pattern_answer r = asked(f);
    assert_true(r.capped);
    assert_int_equal(r.overall.result, IAM_UNKNOWN);
    assert_true(arena_held_bytes(f->arena) < (size_t)512 << 20);
    fixture_free(f);
}

/* What iam_decide() allows of any member, the pattern's answer must allow; and its witnesses are allowed members. */
static void nothing_is_missed(void **state)
{
    (void)state;
    static const char *const resources[] = {"arn:aws:s3:::b/*",    "arn:aws:s3:::b/a*", "arn:aws:s3:::b/*b",
                                            "arn:aws:s3:::b/a?b*", "arn:aws:s3:::b/ab", "arn:aws:s3:::*/a",
                                            "arn:aws:s3:::b/*a*",  "arn:aws:s3:::b/?",  "*"};
    const char *rounds = getenv("WARD_RANDOM_ROUNDS");
    uint32_t count = rounds ? (uint32_t)strtoul(rounds, NULL, 10) : 1500, hits = 0;
    for (uint32_t n = 0; n < count; n++) {
        random_state = 0x9E3779B97F4A7C15u * (n + 1) | 1;
        struct random_question q;
        random_question_make(&q);
        for (int l = 0; l < RANDOM_LAYERS; l++)
            for (int i = 0; i < q.layers[l].count; i++) {
                struct random_statement *s = &q.layers[l].statements[i];
                s->resources[0] = RANDOM_OF(resources);
                s->resources[1] = RANDOM_OF(resources);
                s->condition = NULL;
            }
        q.action = "s3:GetObject";
        do
            q.resource = RANDOM_OF(resources);
        while (strchr(q.resource, '?')); /* which is itself in what is asked for */
        struct fixture *f = random_write(&q, RANDOM_PLAIN);
        struct str pattern = f->r.resource;
        struct iam_pattern_answer r = asked(f);
        char text[TEXT_MAX + 1] = "a";
        bool any = false;
        for (int i = 0; i < 60; i++, (void)next_text(text)) {
            f->r.resource = arena_printf(f->arena, "arn:aws:s3:::b/%s", text);
            if (!str_glob(pattern, f->r.resource) || decided(f) != IAM_ALLOWED)
                continue;
            any = true;
            if (r.overall.result != IAM_ALLOWED)
                fail_msg("round %u: %.*s is allowed, %.*s is %s", n, STR_ARG(f->r.resource), STR_ARG(pattern),
                         iam_result_name(r.overall.result));
        }
        hits += any;
        for (uint32_t i = 0; i < r.count; i++) {
            f->r.resource = r.results[i].witness;
            assert_int_equal(decided(f), r.results[i].decision.result);
            assert_true(str_glob(pattern, r.results[i].witness));
        }
        fixture_free(f);
    }
    assert_true(hits > count / 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(meets_are_exact),
        cmocka_unit_test(meets_are_bounded),
        cmocka_unit_test(parts_that_all_policies_allow),
        cmocka_unit_test(denies_must_cover),
        cmocka_unit_test(variables_are_looked_up),
        cmocka_unit_test(nothing_is_missed),
        cmocka_unit_test(hostile_policies_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
