/* What the engine says, as tables: who from outside, who becomes administrator, what needs no second factor, plain HTTP. */
#include "../access/load_box.h"

#include "prove/tables.h"

#define POLICY(statements) "{'Version':'2012-10-17','Statement':[" statements "]}"
#define ROLE(name, trust, policies)                                                                                         \
    "{'Path':'/','RoleName':'" name "','RoleId':'AROA" name "','Arn':'arn:aws:iam::" BOX_A ":role/" name "'"                 \
    ",'CreateDate':'2026-01-01T00:00:00+00:00','AssumeRolePolicyDocument':" POLICY(trust) ",'InstanceProfileList':[]"        \
    ",'RolePolicyList':[" policies "],'AttachedManagedPolicies':[]}"
#define USER(name, policies)                                                                                                \
    "{'Path':'/','UserName':'" name "','UserId':'AIDA" name "','Arn':'arn:aws:iam::" BOX_A ":user/" name "'"                 \
    ",'CreateDate':'2026-01-01T00:00:00+00:00','GroupList':[],'UserPolicyList':[" policies "],'AttachedManagedPolicies':[]}"
#define INLINE(name, statements) "{'PolicyName':'" name "','PolicyDocument':" POLICY(statements) "}"
#define FOR_EC2 "{'Effect':'Allow','Principal':{'Service':'ec2.amazonaws.com'},'Action':'sts:AssumeRole'}"
#define FOR_LAMBDA "{'Effect':'Allow','Principal':{'Service':'lambda.amazonaws.com'},'Action':'sts:AssumeRole'}"
#define ALL "{'Effect':'Allow','Action':'*','Resource':'*'}"
#define GUARD                                                                                                               \
    "{'Effect':'Deny','NotAction':['iam:EnableMFADevice','sts:GetSessionToken'],'Resource':'*'"                              \
    ",'Condition':{'BoolIfExists':{'aws:MultiFactorAuthPresent':'false'}}}"
#define OPEN_BUCKET                                                                                                         \
    "{`Version`:`2012-10-17`,`Statement`:["                                                                                  \
    "{`Sid`:`Open`,`Effect`:`Allow`,`Principal`:`*`,`Action`:`s3:GetObject`,`Resource`:`arn:aws:s3:::open/*`},"              \
    "{`Effect`:`Allow`,`Principal`:{`Service`:`logging.s3.amazonaws.com`},`Action`:`s3:PutObject`,`Resource`:`arn:aws:s3:::open/*`}]}"

static const char lines[] =
    "{'run':{'kind':'import','status':'complete','started':'2026-11-01T12:00:00Z','tool':'test'}}\n"
    "{'account':{'account':'" BOX_A "','name':'a','reached':true}}\n"
    "{'region':{'account':'" BOX_A "','region':'us-east-1','state':'enabled','wanted':true}}\n"
    BOX_ABSENT("organizations", "DescribeOrganization", "{}", "AWSOrganizationsNotInUseException")
    BOX_OK("iam", "GetAccountAuthorizationDetails", "{}",
           "{'UserDetailList':[" USER("free", INLINE("all", ALL)) "," USER("bound", INLINE("all", ALL "," GUARD)) "],'GroupDetailList':[]"
           ",'RoleDetailList':[" ROLE("ops", FOR_LAMBDA, INLINE("all", ALL)) ","
           ROLE("maker", FOR_EC2, INLINE("pass", "{'Effect':'Allow','Action':'iam:PassRole','Resource':'*'}") ","
                INLINE("make", "{'Effect':'Allow','Action':['lambda:CreateFunction','lambda:InvokeFunction'],'Resource':'*'}")) ","
           ROLE("narrow", FOR_EC2, INLINE("read", "{'Effect':'Allow','Action':'s3:GetObject','Resource':'arn:aws:s3:::open/*'}"))
           "],'Policies':[]}")
    BOX_OK("s3", "ListBuckets", "{}", "{'Buckets':[{'Name':'open','BucketRegion':'us-east-1'}]}")
    BOX_OK("s3", "GetBucketPolicy", "{'Bucket':'open'}", "{'Policy':'" OPEN_BUCKET "'}")
    BOX_OK("s3", "GetBucketOwnershipControls", "{'Bucket':'open'}",
           "{'OwnershipControls':{'Rules':[{'ObjectOwnership':'BucketOwnerEnforced'}]}}")
    BOX_ABSENT("s3", "GetPublicAccessBlock", "{'Bucket':'open'}", "NoSuchPublicAccessBlockConfiguration")
    BOX_ABSENT("s3control", "GetPublicAccessBlock", "{}", "NoSuchPublicAccessBlockConfiguration");

static int64_t number(struct box *b, const char *sql)
{
    struct err e = {0};
    int64_t out = -1;
    expect_ok(store_get_int(b->s, sql, &out, &e), &e);
    return out;
}

static void make(struct box *b, const char *version)
{
    struct err e = {0};
    expect_ok(prove_tables_make(b->s, NULL, version, &e), &e);
}

static void outsiders(void **state)
{
    struct box b;
    (void)state;
    box_load(&b, lines, NULL);
    make(&b, "1");
    assert_int_equal(number(&b, "SELECT sure FROM access_outside WHERE who = 'anonymous' AND touch = 'read' AND store = 'arn:aws:s3:::open'"
                                " AND statement = 'statement 1 (Open) of its own policy' AND action = 's3:GetObject'"), 1);
    assert_int_equal(number(&b, "SELECT count(*) FROM access_outside WHERE who IN ('anonymous', 'any-account') AND touch = 'write'"), 0);
    assert_int_equal(number(&b, "SELECT sure FROM access_outside WHERE who = 'service' AND touch = 'write'"), 1);
    assert_int_equal(number(&b, "SELECT sure FROM access_plain_http WHERE resource = 'arn:aws:s3:::open'"), 1);
    box_close(&b);
}

static void administrators(void **state)
{
    struct box b;
    (void)state;
    box_load(&b, lines, NULL);
    make(&b, "1");
    assert_int_equal(number(&b, "SELECT sure FROM access_admin WHERE principal GLOB '*:role/ops'"), 1);
    assert_int_equal(number(&b, "SELECT sure FROM access_admin WHERE principal GLOB '*:role/maker' AND first = 'lambda-001'"
                                " AND first_to GLOB '*:role/ops'"), 1);
    assert_int_equal(number(&b, "SELECT sure FROM access_admin WHERE principal GLOB '*:role/narrow' AND path IS NULL"), 0);
    box_close(&b);
}

static void second_factor(void **state)
{
    struct box b;
    (void)state;
    box_load(&b, lines, NULL);
    make(&b, "1");
    assert_int_equal(number(&b, "SELECT count(*) FROM access_without_mfa WHERE principal GLOB '*/free' AND sure = 1"), 2);
    assert_int_equal(number(&b, "SELECT count(*) FROM access_without_mfa WHERE principal GLOB '*/bound' AND sure = 0"), 2);
    box_close(&b);
}

/* Made again when ward's version or the facts are others, else kept. */
static void kept_with_the_facts(void **state)
{
    struct box b;
    struct err e = {0};
    (void)state;
    box_load(&b, lines, NULL);
    make(&b, "1");
    expect_ok(store_exec(b.s, "DELETE FROM access_admin", &e), &e);
    make(&b, "1");
    assert_int_equal(number(&b, "SELECT count(*) FROM access_admin"), 0);
    make(&b, "2");
    assert_int_equal(number(&b, "SELECT count(*) FROM access_admin"), 5);
    expect_ok(store_exec(b.s, "DELETE FROM access_admin; UPDATE store_meta SET value = 'x' WHERE key = 'facts'", &e), &e);
    make(&b, "2");
    assert_int_equal(number(&b, "SELECT count(*) FROM access_admin"), 5);
    box_close(&b);
}

static void named_by_controls(void **state)
{
    (void)state;
    assert_true(prove_tables_named(STR("SELECT 1 FROM access_claim")));
    assert_false(prove_tables_named(STR("SELECT 1 FROM fact_access_principal")));
    assert_false(prove_tables_named((struct str){0}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(outsiders), cmocka_unit_test(administrators), cmocka_unit_test(second_factor),
                                       cmocka_unit_test(kept_with_the_facts), cmocka_unit_test(named_by_controls)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
