#include "harness.h"

#include "iam/glob.h"
#include "iam/match.h"

static bool glob(const char *pattern, const char *text, bool fold)
{
    struct iam_glob g = iam_glob_compile(str_of(pattern), false);
    return iam_glob_matches(&g, str_of(text), fold);
}

static void globs(void **state)
{
    (void)state;
    assert_true(glob("", "", false));
    assert_false(glob("", "a", false));
    assert_true(glob("*", "", false));
    assert_true(glob("abc", "abc", false));
    assert_false(glob("abc", "abcd", false));
    assert_false(glob("abc", "ABC", false));
    assert_true(glob("aBc", "AbC", true));
    assert_true(glob("ab*", "ab", false));
    assert_true(glob("a*c*e", "abcde", false));
    assert_true(glob("a?c", "abc", false));
    assert_false(glob("a?c", "ac", false));
    assert_true(glob("*aab", "aaaab", false));
    assert_true(glob("**", "x", false));
    assert_false(glob("a*b", "ab ", false));
    assert_true(glob("x${a}", "x${a}", false)); /* no variables in an old policy */
}

/* All patterns of up to 4 of {a, b, *, ?} against all texts of up to 4 of {a, b}: the words of language theory hold. */
static size_t spell(unsigned n, const char *letters, size_t count, char out[5])
{
    size_t len = 0;
    while (n && len < 4) {
        out[len++] = letters[(n - 1) % count];
        n = (unsigned)((n - 1) / count);
    }
    return len;
}

static void overlap_and_covering_agree_with_enumeration(void **state)
{
    (void)state;
    enum { PATTERNS = 85, TEXTS = 31 };
    for (unsigned i = 0; i < PATTERNS; i++) {
        for (unsigned j = 0; j < PATTERNS; j++) {
            char x[5], y[5], t[5];
            struct str p = str_make(x, spell(i, "ab*?", 4, x)), q = str_make(y, spell(j, "ab*?", 4, y));
            bool common = false, all = true;
            for (unsigned k = 0; k < TEXTS * 4; k++) {
                struct str text = str_make(t, spell(k, "abz", 3, t));
                bool in_p = iam_pattern_matches((struct iam_pattern){p, NULL}, text, false, NULL);
                bool in_q = iam_pattern_matches((struct iam_pattern){q, NULL}, text, false, NULL);
                assert_true(in_p == str_glob(p, text));
                common = common || (in_p && in_q);
                all = all && (!in_q || in_p);
            }
            if (common && !iam_globs_overlap(p, q)) {
                fail_msg("%.*s and %.*s overlap", STR_ARG(p), STR_ARG(q));
            }
            if (iam_glob_covers(p, q) && !all) {
                fail_msg("%.*s does not cover %.*s", STR_ARG(p), STR_ARG(q));
            }
            assert_true(iam_globs_overlap(p, q) == iam_globs_overlap(q, p));
        }
    }
    assert_false(iam_globs_overlap(STR("a*b"), STR("a*c")));
    assert_true(iam_globs_overlap(STR("a*b*"), STR("*c")));
    assert_true(iam_glob_covers(STR("a*"), STR("ab*c*")));
    assert_false(iam_glob_covers(STR("a*c"), STR("a*")));
}

static bool acts(const char *pattern, const char *service, const char *name)
{
    struct arena *a = arena_new(0);
    struct iam_action x = iam_action_compile(a, str_of(pattern));
    bool hit = iam_action_matches(&x, str_of(service), str_of(name));
    arena_free(a);
    return hit;
}

static void actions(void **state)
{
    (void)state;
    assert_true(acts("*", "kms", "Decrypt"));
    assert_true(acts("*:*", "kms", "Decrypt"));
    assert_true(acts("KMS:decr*", "kms", "Decrypt"));
    assert_true(acts("kms:De?rypt", "kms", "Decrypt"));
    assert_false(acts("k*:Decrypt", "kms", "Decrypt"));
    assert_false(acts("kms", "kms", "Decrypt"));
    assert_false(acts("kms: Decrypt", "kms", "Decrypt"));
    assert_false(acts(":Decrypt", "kms", "Decrypt"));
}

struct fixture {
    struct arena *a;
    struct residue_pool *pool;
    struct iam_context context;
};

static struct fixture setup(void)
{
    struct fixture f = {.a = arena_new(0)};
    f.pool = residue_pool_new(f.a);
    return f;
}

static const struct residue *covers(struct fixture *f, const char *pattern, bool not, bool allow, enum iam_layer layer, const char *arn)
{
    struct iam_resource r = iam_resource_compile(f->a, str_of(pattern), true);
    struct iam_statement s = {.allow = allow, .not_resource = not, .has_resource = true, .resources = &r, .resource_count = 1};
    struct iam_request q = {.resource = str_of(arn), .context = f->context};
    return iam_statement_covers_resource(f->pool, &s, true, layer, &q, NULL);
}

#define QUEUE "arn:aws:sqs:eu-west-1:111122223333:jobs"

static void resources_by_field(void **state)
{
    (void)state;
    struct fixture f = setup();
    assert_ptr_equal(covers(&f, "arn:aws:sqs:EU-*:111122223333:jobs", false, true, IAM_LAYER_IDENTITY, QUEUE), residue_true);
    assert_ptr_equal(covers(&f, "arn:aws:sqs:*:jobs", false, true, IAM_LAYER_IDENTITY, QUEUE), residue_false);
    assert_ptr_equal(covers(&f, "arn:aws:sqs:eu-west-1:111122223333:Jobs", false, true, IAM_LAYER_IDENTITY, QUEUE), residue_false);
    assert_ptr_equal(covers(&f, "jobs", false, true, IAM_LAYER_IDENTITY, QUEUE), residue_false);
    assert_ptr_equal(covers(&f, "*", false, true, IAM_LAYER_RCP, QUEUE), residue_true);
    assert_ptr_equal(covers(&f, "arn:aws:s3:::b/a:*", false, true, IAM_LAYER_IDENTITY, "arn:aws:s3:::b/a:c:d"), residue_true);
    /* The resource type takes no wildcard; a bucket is a name. */
    const struct residue *odd =
        covers(&f, "arn:aws:rds:*:*:*:prod", false, true, IAM_LAYER_IDENTITY, "arn:aws:rds:eu-west-1:111122223333:db:prod");
    assert_int_equal(residue_leaf_of(odd)->kind, RESIDUE_UNREAD);
    assert_ptr_equal(covers(&f, "arn:aws:s3:::*/x", false, true, IAM_LAYER_IDENTITY, "arn:aws:s3:::b/x"), residue_true);
    assert_ptr_equal(covers(&f, "arn:aws:logs:*:*:*:*", false, true, IAM_LAYER_IDENTITY,
                            "arn:aws:logs:eu-west-1:111122223333:log-group:g:log-stream:s"),
                     residue_true);
    arena_free(f.a);
}

static void short_arns_by_layer(void **state)
{
    (void)state;
    struct fixture f = setup();
    const char *bare = "arn:aws:sqs:eu-west-1", *star = "arn:aws:sqs:eu-west-1:*";
    assert_ptr_equal(covers(&f, bare, false, true, IAM_LAYER_BOUNDARY, QUEUE), residue_true);
    assert_ptr_equal(covers(&f, bare, false, true, IAM_LAYER_RESOURCE, QUEUE), residue_false);
    assert_ptr_equal(covers(&f, star, false, true, IAM_LAYER_RESOURCE, QUEUE), residue_true);
    assert_ptr_equal(covers(&f, bare, false, false, IAM_LAYER_SCP, QUEUE), residue_false);
    assert_ptr_equal(covers(&f, star, false, false, IAM_LAYER_SCP, QUEUE), residue_true);
    assert_ptr_equal(covers(&f, star, false, false, IAM_LAYER_RCP, QUEUE), residue_false);
    /* What means nothing excludes nothing, and is not turned into a match either. */
    assert_ptr_equal(covers(&f, "arn:aws:sqs:us-east-1", true, false, IAM_LAYER_IDENTITY, QUEUE), residue_false);
    assert_ptr_equal(covers(&f, "arn:aws:sqs:us-east-1", true, false, IAM_LAYER_RESOURCE, QUEUE), residue_true);
    arena_free(f.a);
}

static void resource_patterns(void **state)
{
    (void)state;
    struct fixture f = setup();
    const char *some = "arn:aws:s3:::b/logs/*", *asked = "arn:aws:s3:::b/*";
    assert_ptr_equal(covers(&f, some, false, true, IAM_LAYER_IDENTITY, asked), residue_true);   /* any of it */
    assert_ptr_equal(covers(&f, some, false, false, IAM_LAYER_IDENTITY, asked), residue_false); /* not all of it */
    assert_ptr_equal(covers(&f, some, true, true, IAM_LAYER_IDENTITY, asked), residue_true);
    assert_ptr_equal(covers(&f, some, true, false, IAM_LAYER_IDENTITY, asked), residue_false);
    struct iam_resource r = iam_resource_compile(f.a, STR("arn:*"), true);
    struct iam_statement s = {.allow = true, .has_resource = true, .resources = &r, .resource_count = 1};
    struct iam_request q = {.resource = STR("*"), .no_resource_type = true};
    assert_ptr_equal(iam_statement_covers_resource(f.pool, &s, true, IAM_LAYER_IDENTITY, &q, NULL), residue_false);
    s.not_resource = true;
    assert_ptr_equal(iam_statement_covers_resource(f.pool, &s, true, IAM_LAYER_IDENTITY, &q, NULL), residue_true);
    s.has_resource = false;
    assert_ptr_equal(iam_statement_covers_resource(f.pool, &s, true, IAM_LAYER_IDENTITY, &q, NULL), residue_true);
    arena_free(f.a);
}

static void variables_in_resources(void **state)
{
    (void)state;
    struct fixture f = setup();
    struct str star = STR("*"), list[] = {STR("a"), STR("b")};
    struct iam_key keys[] = {
        {.name = STR("aws:username"), .state = IAM_KEY_KNOWN, .values = &star, .count = 1},
        {.name = STR("aws:calledvia"), .state = IAM_KEY_KNOWN, .values = list, .count = 2, .list = true},
        {.name = STR("aws:principaltag/t"), .state = IAM_KEY_OPEN},
    };
    f.context = (struct iam_context){keys, 3, false};
    enum iam_layer l = IAM_LAYER_IDENTITY;
    assert_ptr_equal(covers(&f, "arn:aws:s3:::b/${aws:UserName}/x", false, true, l, "arn:aws:s3:::b/*/x"), residue_true);
    assert_ptr_equal(covers(&f, "arn:aws:s3:::b/${aws:username}", false, true, l, "arn:aws:s3:::b/any"), residue_false);
    assert_ptr_equal(covers(&f, "arn:aws:s3:::b/${*}${?}${$}", false, true, l, "arn:aws:s3:::b/*?$"), residue_true);
    assert_ptr_equal(covers(&f, "arn:aws:s3:::b/${aws:CalledVia}", false, true, l, "arn:aws:s3:::b/a"), residue_false);
    assert_ptr_equal(covers(&f, "arn:aws:s3:::b/${aws:userid, 'none'}", false, true, l, "arn:aws:s3:::b/none"), residue_true);
    const struct residue *r = covers(&f, "arn:aws:s3:::b/${aws:userid}", true, true, l, "arn:aws:s3:::b/none");
    assert_int_equal(residue_leaf_of(r)->kind, RESIDUE_UNREAD);
    r = covers(&f, "arn:aws:s3:::b/${aws:PrincipalTag/t}/*", false, true, l, "arn:aws:s3:::b/7/x");
    assert_int_equal(residue_kind_of(r), RESIDUE_LEAF);
    assert_int_equal(residue_leaf_of(r)->kind, RESIDUE_CONDITION); /* one variable: its value can be read off */
    expect_str(residue_leaf_of(r)->values[0], "7");
    r = covers(&f, "arn:aws:s3:::b/p-${aws:PrincipalTag/t}", false, true, l, "arn:aws:s3:::b/p-7");
    assert_int_equal(residue_leaf_of(r)->kind, RESIDUE_CONDITION);
    expect_str(residue_leaf_of(r)->key, "aws:PrincipalTag/t");
    expect_str(residue_leaf_of(r)->values[0], "7");
    assert_ptr_equal(covers(&f, "arn:aws:s3:::b/p-${aws:PrincipalTag/t}", false, true, l, "arn:aws:s3:::b/q-7"), residue_false);
    arena_free(f.a);
}

static enum iam_principal_match names(struct fixture *f, const char *type, const char *entry, const char *caller,
                                      const struct residue **session)
{
    struct iam_caller c;
    struct err e = {0};
    expect_ok(iam_caller_parse(f->a, str_of(caller), &c, &e), &e);
    struct iam_principal p = iam_principal_compile(f->a, str_of(type), str_of(entry));
    return iam_principal_matches(f->pool, &p, &c, NULL, session);
}

#define ACCOUNT "111122223333"

static void principals(void **state)
{
    (void)state;
    struct fixture f = setup();
    const struct residue *s;
    static const struct {
        const char *type, *entry, *caller;
        enum iam_principal_match want;
    } rows[] = {
        {"AWS", "*", "anonymous", IAM_MATCH},
        {"AWS", ACCOUNT, "arn:aws:iam::" ACCOUNT ":role/r", IAM_ACCOUNT_MATCH},
        {"AWS", ACCOUNT, "arn:aws:iam::" ACCOUNT ":root", IAM_MATCH},
        {"AWS", ACCOUNT, "ec2.amazonaws.com", IAM_NO_MATCH},
        {"AWS", "arn:aws-cn:iam::" ACCOUNT ":root", "arn:aws:iam::" ACCOUNT ":user/u", IAM_NO_MATCH},
        {"AWS", "arn:aws:iam::" ACCOUNT ":role/p/R", "arn:aws:sts::" ACCOUNT ":assumed-role/r/s", IAM_ROLE_OF_SESSION_MATCH},
        {"AWS", "arn:aws:iam::" ACCOUNT ":role/p/r", "arn:aws:iam::" ACCOUNT ":role/q/r", IAM_NO_MATCH},
        {"AWS", "arn:aws:sts::" ACCOUNT ":federated-user/u", "arn:aws:sts::" ACCOUNT ":federated-user/u", IAM_MATCH},
        {"AWS", "arn:aws:sts::" ACCOUNT ":assumed-role/r/S", "arn:aws:sts::" ACCOUNT ":assumed-role/r/s", IAM_NO_MATCH},
        {"Service", "sns.amazonaws.com", "sns.amazonaws.com", IAM_MATCH},
        {"Service", "sns.amazonaws.com", "sqs.amazonaws.com", IAM_NO_MATCH},
        {"Federated", "accounts.google.com", "accounts.google.com", IAM_MATCH},
        {"AWS", "arn:aws:iam::" ACCOUNT ":role/*", "arn:aws:iam::" ACCOUNT ":role/r", IAM_NO_MATCH},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        enum iam_principal_match m = names(&f, rows[i].type, rows[i].entry, rows[i].caller, &s);
        if (m != rows[i].want || s != residue_true) {
            fail_msg("%s against %s: %d", rows[i].entry, rows[i].caller, m);
        }
    }
    assert_int_equal(names(&f, "AWS", "arn:aws:iam::" ACCOUNT ":user/u", "arn:aws:sts::" ACCOUNT ":federated-user/v", &s), IAM_USER_OF_SESSION_MATCH);
    assert_int_equal(residue_leaf_of(s)->kind, RESIDUE_UNREAD);
    assert_int_equal(names(&f, "AWS", "arn:aws:sts::" ACCOUNT ":assumed-role/r/s", "arn:aws:iam::" ACCOUNT ":role/r", &s), IAM_MATCH);
    assert_int_equal(residue_leaf_of(s)->kind, RESIDUE_SESSION_NAME);
    assert_int_equal(names(&f, "CanonicalUser", "79a5", "arn:aws:iam::" ACCOUNT ":role/r", &s), IAM_ACCOUNT_MATCH);
    assert_int_equal(residue_leaf_of(s)->kind, RESIDUE_UNREAD);
    arena_free(f.a);
}

static void not_principals(void **state)
{
    (void)state;
    struct fixture f = setup();
    struct err e = {0};
    struct iam_policy *p = iam_policy_parse(
        f.a, STR("{\"Statement\":[{\"Effect\":\"Deny\",\"NotPrincipal\":{\"AWS\":[\"arn:aws:iam::111122223333:role/r\",\"111122223333\"]},"
                 "\"Action\":\"*\",\"Resource\":\"*\"}]}"), &e);
    expect_ok(p, &e);
    struct iam_caller named, other, stranger;
    expect_ok(iam_caller_parse(f.a, STR("arn:aws:sts::111122223333:assumed-role/r/s"), &named, &e), &e);
    expect_ok(iam_caller_parse(f.a, STR("arn:aws:iam::111122223333:role/q"), &other, &e), &e);
    expect_ok(iam_caller_parse(f.a, STR("arn:aws:iam::999988887777:role/q"), &stranger, &e), &e);
    const struct residue *s;
    assert_int_equal(iam_statement_covers_principal(f.pool, p->statements, &named, false, NULL, &s), IAM_NO_MATCH);
    assert_int_equal(iam_statement_covers_principal(f.pool, p->statements, &named, true, NULL, &s), IAM_MATCH);
    assert_int_equal(iam_statement_covers_principal(f.pool, p->statements, &stranger, false, NULL, &s), IAM_MATCH);
    assert_ptr_equal(s, residue_true);
    assert_int_equal(iam_statement_covers_principal(f.pool, p->statements, &other, false, NULL, &s), IAM_MATCH);
    assert_int_equal(residue_leaf_of(s)->kind, RESIDUE_UNREAD); /* whether it is denied AWS does not say */
    arena_free(f.a);
}

static bool is_public(const char *principal, const char *condition)
{
    struct arena *a = arena_new(0);
    struct err e = {0};
    struct str text = arena_printf(a, "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",%s,\"Action\":\"s3:*\","
                                      "\"Resource\":\"*\",\"Condition\":{%s}}]}", principal, condition);
    struct iam_policy *p = iam_policy_parse(a, text, &e);
    expect_ok(p, &e);
    bool answer = iam_policy_is_public(p);
    arena_free(a);
    return answer;
}

static void public_policies(void **state)
{
    (void)state;
    const char *all = "\"Principal\":{\"AWS\":[\"111122223333\",\"*\"]}";
    assert_true(is_public(all, ""));
    assert_true(is_public("\"NotPrincipal\":{\"AWS\":\"111122223333\"}", ""));
    assert_false(is_public("\"Principal\":{\"AWS\":\"111122223333\"}", ""));
    assert_false(is_public(all, "\"StringEquals\":{\"aws:SourceVpce\":[\"vpce-1\",\"vpce-2\"]}"));
    assert_true(is_public(all, "\"StringLike\":{\"aws:SourceVpce\":[\"vpce-1\",\"vpce-*\"]}"));
    assert_true(is_public(all, "\"StringEqualsIfExists\":{\"aws:SourceVpce\":\"vpce-1\"}"));
    assert_true(is_public(all, "\"StringNotEquals\":{\"aws:SourceVpce\":\"vpce-1\"}"));
    assert_true(is_public(all, "\"ForAllValues:StringEquals\":{\"aws:PrincipalOrgPaths\":\"o-1/r-1/\"}"));
    assert_false(is_public(all, "\"ForAnyValue:StringLike\":{\"aws:PrincipalOrgPaths\":\"o-1/*\"}"));
    assert_false(is_public(all, "\"IpAddress\":{\"aws:SourceIp\":[\"10.0.0.0/8\",\"2001:db8::/32\"]}"));
    assert_true(is_public(all, "\"IpAddress\":{\"aws:SourceIp\":[\"10.0.0.0/8\",\"2001::/31\"]}"));
    assert_false(is_public(all, "\"ArnLike\":{\"aws:PrincipalArn\":\"arn:aws:iam::111122223333:role/*\"}"));
    assert_true(is_public(all, "\"ArnLike\":{\"aws:SourceArn\":\"arn:aws:s3:::b*\"}"));
    assert_true(is_public(all, "\"StringEquals\":{\"aws:PrincipalAccount\":\"${aws:ResourceAccount}\"}"));
}

static void callers(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct err e = {0};
    struct iam_caller c;
    expect_ok(iam_caller_parse(a, STR("arn:aws:iam::" ACCOUNT ":role/aws-service-role/x.amazonaws.com/R"), &c, &e), &e);
    assert_true(c.kind == IAM_CALLER_ROLE && c.service_linked);
    expect_str(c.name, "R");
    expect_ok(iam_caller_parse(a, STR(ACCOUNT), &c, &e), &e);
    assert_int_equal(c.kind, IAM_CALLER_ROOT);
    expect_str(c.text, "arn:aws:iam::" ACCOUNT ":root");
    expect_ok(iam_caller_parse(a, STR("arn:aws:sts::" ACCOUNT ":assumed-role/r/s@x"), &c, &e), &e);
    expect_str(c.session, "s@x");
    expect_ok(iam_caller_parse(a, STR("cognito-identity.amazonaws.com"), &c, &e), &e);
    assert_int_equal(c.kind, IAM_CALLER_WEB);
    static const char *const wrong[] = {"", "x", "arn:aws:iam::" ACCOUNT ":group/g", "arn:aws:iam::" ACCOUNT ":role/", "arn:aws:s3:::b",
                                        "arn:aws:iam::" ACCOUNT ":role/*", "arn:aws:sts::" ACCOUNT ":assumed-role/r", "arn:"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        err_clear(&e);
        assert_false(iam_caller_parse(a, str_of(wrong[i]), &c, &e));
        assert_int_equal(e.kind, ERR_USAGE);
    }
    assert_int_equal(iam_key_class_of(STR("aws:SourceIp")), IAM_KEY_NETWORK);
    assert_int_equal(iam_key_class_of(STR("aws:RequestTag/x")), IAM_KEY_CALLER);
    assert_int_equal(iam_key_class_of(STR("aws:PrincipalTag/x")), IAM_KEY_FIXED);
    assert_int_equal(iam_key_class_of(STR("ec2:ResourceTag/x")), IAM_KEY_FIXED);
    assert_int_equal(iam_key_class_of(STR("token.actions.githubusercontent.com:sub")), IAM_KEY_SESSION);
    assert_int_equal(iam_key_class_of(STR("s3:prefix")), IAM_KEY_CALLER);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(globs),             cmocka_unit_test(overlap_and_covering_agree_with_enumeration),
        cmocka_unit_test(actions),           cmocka_unit_test(resources_by_field),
        cmocka_unit_test(short_arns_by_layer), cmocka_unit_test(resource_patterns),
        cmocka_unit_test(variables_in_resources), cmocka_unit_test(principals),
        cmocka_unit_test(not_principals),    cmocka_unit_test(public_policies),
        cmocka_unit_test(callers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
