/* Where AWS does not say, or nobody read, nothing is denied for sure. */
#include "decide_fixture.h"

#define HOME "111122223333"
#define USER "arn:aws:iam::" HOME ":user/ann"
#define ROLE "arn:aws:iam::" HOME ":role/reader"
#define FED  "arn:aws:sts::" HOME ":federated-user/ann"
#define OBJECT "arn:aws:s3:::scans/2026/a.dcm"
#define ITEMS "arn:aws:dynamodb:eu-west-1:" HOME ":table/items"

static enum iam_result ask(const char *who, const char *action, const char *arn, const char *statements, const char *own)
{
    struct fixture *f = fixture_new(who, action, arn, HOME);
    f->r.context.open = true;
    if (statements)
        identity(f, statements);
    if (own)
        resource(f, own);
    enum iam_result r = decided(f);
    fixture_free(f);
    return r;
}

static void wildcards_in_the_resource_type(void **state)
{
    (void)state;
    const char *odd = "{'Effect':'Allow','Action':'*','Resource':'arn:aws:dynamodb:*:*:tab*/items'}";
    assert_int_equal(ask(USER, "dynamodb:GetItem", ITEMS, odd, NULL), IAM_UNKNOWN);
    assert_int_equal(ask(USER, "dynamodb:GetItem", ITEMS "2", odd, NULL), IAM_IMPLICITLY_DENIED);
    const char *denied = "{'Effect':'Allow','Action':'*','Resource':'*'},"
                         "{'Effect':'Deny','Action':'*','Resource':'arn:aws:dynamodb:*:*:*/items'}";
    assert_int_equal(ask(USER, "dynamodb:GetItem", ITEMS, denied, NULL), IAM_UNKNOWN);
    const char *but = "{'Effect':'Allow','Action':'*','NotResource':'arn:aws:dynamodb:*:*:*/items'}";
    assert_int_equal(ask(USER, "dynamodb:GetItem", ITEMS, but, NULL), IAM_UNKNOWN);
}

static void not_resource_with_a_variable_without_value(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(USER, "s3:GetObject", OBJECT, HOME);
    identity(f, "{'Effect':'Allow','Action':'s3:*','NotResource':'arn:aws:s3:::${aws:PrincipalTag/bucket}/*'}");
    assert_int_equal(decided(f), IAM_UNKNOWN);
    fixture_free(f);
    f = fixture_new(USER, "s3:GetObject", OBJECT, HOME);
    identity(f, "{'Effect':'Allow','Action':'s3:*','Resource':'arn:aws:s3:::${aws:PrincipalTag/bucket}/*'}");
    assert_int_equal(decided(f), IAM_IMPLICITLY_DENIED);
    fixture_free(f);
}

static void not_principal_with_allow(void **state)
{
    (void)state;
#define ALLOW_BUT(arn) "{'Effect':'Allow','Action':'s3:*','Resource':'*','NotPrincipal':{'AWS':'" arn "'}}"
    assert_int_equal(ask(USER, "s3:GetObject", OBJECT, NULL, ALLOW_BUT(USER)), IAM_IMPLICITLY_DENIED);
    assert_int_equal(ask(USER, "s3:GetObject", OBJECT, NULL, ALLOW_BUT(ROLE)), IAM_ALLOWED);
    assert_int_equal(ask(ROLE, "s3:GetObject", OBJECT, NULL, ALLOW_BUT(ROLE)), IAM_UNKNOWN);
    assert_int_equal(ask(USER, "s3:GetObject", OBJECT, NULL, ALLOW_BUT(HOME)), IAM_UNKNOWN);
}

/* STS API Reference, GetFederationToken: the name of the session is of the caller's choice, not the user's. */
static void federated_users(void **state)
{
    (void)state;
    static const char *const others[] = {FED, "arn:aws:sts::" HOME ":federated-user/bob"};
    for (size_t i = 0; i < 2; i++) {
        struct fixture *f = fixture_new(others[i], "s3:GetObject", OBJECT, HOME);
        session(f, "{'Effect':'Allow','Action':'*','Resource':'*'}");
        resource(f, "{'Effect':'Allow','Action':'*','Resource':'*','Principal':{'AWS':'" USER "'}}");
        assert_int_equal(decided(f), IAM_UNKNOWN);
        identity(f, "{'Effect':'Allow','Action':'*','Resource':'*'}");
        resource(f, "{'Effect':'Deny','Action':'*','Resource':'*','Principal':{'AWS':'" USER "'}}");
        assert_int_equal(decided(f), IAM_UNKNOWN);
        fixture_free(f);
    }
}

/* A Deny that does not hold of a value says less than that the opposite operator does. */
static void what_a_deny_leaves(void **state)
{
    (void)state;
#define IF(effect, condition) "{'Effect':'" effect "','Action':'*','Resource':'*','Condition':{" condition "}}"
    assert_int_equal(ask(USER, "s3:GetObject", OBJECT,
                         IF("Allow", "'ForAnyValue:StringEquals':{'aws:CalledVia':'athena.amazonaws.com'}") ","
                         IF("Deny", "'StringNotEquals':{'aws:CalledVia':'glue.amazonaws.com'}"), NULL), IAM_ALLOWED_IF);
    assert_int_equal(ask(USER, "s3:GetObject", OBJECT,
                         IF("Allow", "'ForAnyValue:StringEquals':{'aws:PrincipalOrgID':'o-1'}") ","
                         IF("Deny", "'StringNotEquals':{'aws:PrincipalOrgID':'o-2'}"), NULL), IAM_EXPLICITLY_DENIED);
    assert_int_equal(ask(USER, "s3:GetObject", OBJECT,
                         IF("Allow", "'Null':{'aws:PrincipalTag/level':'false'}") ","
                         IF("Deny", "'NumericLessThan':{'aws:PrincipalTag/level':'5'}") ","
                         IF("Deny", "'NumericGreaterThanEquals':{'aws:PrincipalTag/level':'5'}"), NULL), IAM_ALLOWED_IF);
    assert_int_equal(ask(USER, "s3:GetObject", OBJECT,
                         IF("Allow", "'Null':{'s3:max-keys':'false'}") ","
                         IF("Deny", "'NumericLessThan':{'s3:max-keys':'5'}") ","
                         IF("Deny", "'NumericGreaterThanEquals':{'s3:max-keys':'5'}"), NULL), IAM_EXPLICITLY_DENIED);
    assert_int_equal(ask(USER, "s3:GetObject", OBJECT,
                         IF("Allow", "'StringEquals':{'aws:PrincipalTag/from':'home'}") ","
                         IF("Deny", "'ArnLike':{'aws:PrincipalTag/from':'arn:aws:iam::*:role/*'}"), NULL), IAM_ALLOWED_IF);
}

/* Names of actions compare without case in an ACL's table too. */
static void acl_actions(void **state)
{
    (void)state;
    static const struct iam_acl all = {.grantee = IAM_ACL_ALL_USERS, .permission = IAM_ACL_READ};
    struct fixture *f = fixture_new("anonymous", "s3:listbucket", "arn:aws:s3:::scans", HOME);
    f->l.acls = &all;
    f->l.acl_count = 1;
    assert_int_equal(decided(f), IAM_ALLOWED);
    fixture_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wildcards_in_the_resource_type), cmocka_unit_test(not_resource_with_a_variable_without_value),
        cmocka_unit_test(not_principal_with_allow),       cmocka_unit_test(federated_users),
        cmocka_unit_test(what_a_deny_leaves),             cmocka_unit_test(acl_actions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
