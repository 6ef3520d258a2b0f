#include "decide_fixture.h"

#define HOME         "111122223333"
#define AWAY         "444455556666"
#define USER         "arn:aws:iam::" HOME ":user/ann"
#define ROLE         "arn:aws:iam::" HOME ":role/reader"
#define SESSION      "arn:aws:sts::" HOME ":assumed-role/reader/monday"
#define OBJECT       "arn:aws:s3:::scans/2026/a.dcm"
#define KEY_ARN      "arn:aws:kms:eu-west-1:" HOME ":key/1234"
#define ALL          "{'Effect':'Allow','Action':'*','Resource':'*'}"
#define EC2          "{'Effect':'Allow','Action':'ec2:*','Resource':'*'}"
#define DENY         "{'Effect':'Deny','Action':'*','Resource':'*'}"
#define TO(who)      "{'Effect':'Allow','Action':'*','Resource':'*','Principal':" who "}"
#define TO_AWS(arn)  TO("{'AWS':'" arn "'}")
#define DENY_ALL_WHO "{'Effect':'Deny','Action':'*','Resource':'*','Principal':'*'}"
#define BIT(l)       (1u << IAM_LAYER_##l)

static struct fixture *get(const char *who, const char *owner)
{
    return fixture_new(who, "s3:GetObject", OBJECT, owner);
}

static void one_account(void **state)
{
    (void)state;
    struct fixture *f = get(USER, HOME);
    expect(f, IAM_IMPLICITLY_DENIED);
    f = get(USER, HOME);
    identity(f, ALL);
    expect(f, IAM_ALLOWED);
    f = get(USER, HOME);
    identity(f, ALL "," DENY);
    expect_blocked(f, IAM_EXPLICITLY_DENIED, 0);
    f = get(USER, HOME); /* either side is enough */
    resource(f, TO_AWS(USER));
    expect(f, IAM_ALLOWED);
    f = get(USER, HOME); /* the account's root only passes it on */
    resource(f, TO_AWS("arn:aws:iam::" HOME ":root"));
    expect(f, IAM_IMPLICITLY_DENIED);
}

static void boundaries_and_sessions(void **state)
{
    (void)state;
    struct fixture *f = get(USER, HOME);
    identity(f, ALL);
    boundary(f, EC2);
    expect_blocked(f, IAM_IMPLICITLY_DENIED, BIT(BOUNDARY));
    f = get(USER, HOME); /* a grant to the user is not limited */
    boundary(f, EC2);
    resource(f, TO_AWS(USER));
    expect(f, IAM_ALLOWED);
    f = get(USER, HOME);
    boundary(f, DENY);
    resource(f, TO_AWS(USER));
    expect_blocked(f, IAM_EXPLICITLY_DENIED, BIT(BOUNDARY));
    f = get(ROLE, HOME); /* one to the role is */
    boundary(f, EC2);
    resource(f, TO_AWS(ROLE));
    expect_blocked(f, IAM_IMPLICITLY_DENIED, BIT(BOUNDARY));
    f = get(SESSION, HOME);
    session(f, EC2);
    resource(f, TO_AWS(ROLE));
    expect_blocked(f, IAM_IMPLICITLY_DENIED, BIT(SESSION));
    f = get(SESSION, HOME); /* one to the session is not */
    session(f, EC2);
    boundary(f, EC2);
    resource(f, TO_AWS(SESSION));
    expect(f, IAM_ALLOWED);
    f = get(SESSION, HOME);
    boundary(f, EC2);
    resource(f, TO("'*'"));
    expect(f, IAM_ALLOWED);
    f = get("arn:aws:sts::" HOME ":federated-user/ann", HOME); /* its session policy is not given */
    identity(f, ALL);
    assert_int_equal(decided(f), IAM_UNKNOWN);
    session(f, EC2);
    assert_int_equal(decided(f), IAM_IMPLICITLY_DENIED);
    resource(f, TO_AWS("arn:aws:sts::" HOME ":federated-user/ann"));
    expect(f, IAM_ALLOWED);
    f = get("arn:aws:sts::" HOME ":federated-user/ann", HOME); /* a grant to the user is limited by it */
    session(f, EC2);
    resource(f, TO_AWS(USER));
    expect(f, IAM_IMPLICITLY_DENIED);
    f = get(SESSION, HOME); /* both ceilings at once */
    identity(f, ALL);
    boundary(f, EC2);
    session(f, EC2);
    expect_blocked(f, IAM_IMPLICITLY_DENIED, BIT(BOUNDARY) | BIT(SESSION));
}

static void two_accounts(void **state)
{
    (void)state;
    struct fixture *f = get(USER, AWAY);
    identity(f, ALL);
    expect(f, IAM_IMPLICITLY_DENIED);
    f = get(USER, AWAY);
    resource(f, TO_AWS(USER));
    expect(f, IAM_IMPLICITLY_DENIED);
    f = get(USER, AWAY);
    identity(f, ALL);
    resource(f, TO_AWS("arn:aws:iam::" HOME ":root"));
    expect(f, IAM_ALLOWED);
    f = get(USER, AWAY); /* "*" does not replace the caller's own side */
    resource(f, TO("'*'"));
    expect(f, IAM_IMPLICITLY_DENIED);
    f = get(SESSION, AWAY);
    identity(f, ALL);
    session(f, EC2);
    resource(f, TO_AWS(SESSION));
    expect_blocked(f, IAM_IMPLICITLY_DENIED, BIT(SESSION));
    f = get("arn:aws:iam::" HOME ":root", AWAY); /* root needs no policy of its own account */
    f->l.identity_is_root = true;
    resource(f, TO_AWS("arn:aws:iam::" HOME ":root"));
    expect(f, IAM_ALLOWED);
}

static void organization(void **state)
{
    (void)state;
    struct fixture *f = get(USER, HOME);
    identity(f, ALL);
    scp(f, ALL);
    scp(f, EC2);
    expect_blocked(f, IAM_IMPLICITLY_DENIED, BIT(SCP));
    f = get("s3.amazonaws.com", HOME); /* services have no SCPs */
    scp(f, EC2);
    resource(f, TO("{'Service':'s3.amazonaws.com'}"));
    expect(f, IAM_ALLOWED);
    f = get("anonymous", HOME); /* RCPs bear on everyone */
    rcp(f, DENY_ALL_WHO);
    resource(f, TO("'*'"));
    expect_blocked(f, IAM_EXPLICITLY_DENIED, BIT(RCP));
    f = get(USER, HOME);
    f->r.caller.service_linked = true;
    identity(f, ALL);
    scp(f, DENY);
    rcp(f, DENY_ALL_WHO);
    expect(f, IAM_ALLOWED);
    f = fixture_new(USER, "kms:RetireGrant", KEY_ARN, HOME);
    rcp(f, DENY_ALL_WHO);
    resource(f, TO_AWS(USER));
    expect(f, IAM_ALLOWED);
    f = get(USER, HOME);
    identity(f, ALL);
    endpoint(f, "{'Effect':'Allow','Action':'*','Resource':'arn:aws:s3:::other/*','Principal':'*'}");
    expect_blocked(f, IAM_IMPLICITLY_DENIED, BIT(ENDPOINT));
    f = get(USER, HOME); /* the endpoint's Principal counts, and its account stands for its principals */
    identity(f, ALL);
    endpoint(f, TO_AWS("arn:aws:iam::" HOME ":root"));
    expect(f, IAM_ALLOWED);
    f = get(USER, HOME);
    identity(f, ALL);
    endpoint(f, TO_AWS("arn:aws:iam::" AWAY ":root"));
    expect(f, IAM_IMPLICITLY_DENIED);
}

static void keys_must_trust(void **state)
{
    (void)state;
    const char *who = ROLE;
    struct fixture *f = fixture_new(who, "kms:Decrypt", KEY_ARN, NULL);
    identity(f, ALL);
    expect(f, IAM_IMPLICITLY_DENIED);
    f = fixture_new(who, "kms:Decrypt", KEY_ARN, NULL);
    identity(f, ALL);
    resource(f, TO_AWS("arn:aws:iam::" HOME ":root"));
    expect(f, IAM_ALLOWED);
    f = fixture_new(who, "kms:Decrypt", KEY_ARN, NULL);
    resource(f, TO_AWS(ROLE));
    expect(f, IAM_ALLOWED);
    f = fixture_new(USER, "kms:CreateAlias", "arn:aws:kms:eu-west-1:" HOME ":alias/x", NULL); /* aliases are ordinary */
    identity(f, ALL);
    expect(f, IAM_ALLOWED);
}

static void grants(void **state)
{
    (void)state;
    const struct str operations[] = {STR("Decrypt"), STR("DescribeKey")}, keys[] = {STR("tenant")},
                     values[] = {STR("seven")};
    struct iam_grant g = {.id = STR("g"), .grantee = STR(ROLE), .operations = operations, .operation_count = 2};
    struct fixture *f = fixture_new(SESSION, "kms:Decrypt", KEY_ARN, NULL);
    f->l.grants = &g;
    f->l.grant_count = 1;
    assert_int_equal(decided(f), IAM_ALLOWED); /* a role's grant serves its sessions, no policy needed */
    f->r.action = STR("Encrypt");
    assert_int_equal(decided(f), IAM_IMPLICITLY_DENIED);
    f->r.action = STR("Decrypt");
    g.context_keys = keys;
    g.context_values = values;
    g.context_count = 1;
    assert_int_equal(decided(f), IAM_IMPLICITLY_DENIED); /* no encryption context in the request */
    key(f, "kms:encryptioncontext:tenant", "seven");
    key(f, "kms:encryptioncontextkeys", "tenant");
    f->keys[1].list = true;
    assert_int_equal(decided(f), IAM_ALLOWED);
    struct str two[] = {STR("tenant"), STR("more")};
    f->keys[1].values = two;
    f->keys[1].count = 2;
    assert_int_equal(decided(f), IAM_IMPLICITLY_DENIED); /* Equals: nothing more may be in it */
    g.context_subset = true;
    assert_int_equal(decided(f), IAM_ALLOWED);
    f->keys[0].values[0] = STR("eight");
    assert_int_equal(decided(f), IAM_IMPLICITLY_DENIED);
    f->r.action = STR("DescribeKey"); /* takes no encryption context */
    assert_int_equal(decided(f), IAM_ALLOWED);
    resource(f, DENY_ALL_WHO);
    expect(f, IAM_EXPLICITLY_DENIED);
}

static void trust_policies(void **state)
{
    (void)state;
    const char *target = "arn:aws:iam::" HOME ":role/admin";
    struct fixture *f = fixture_new(USER, "sts:AssumeRole", target, NULL);
    identity(f, ALL);
    expect(f, IAM_IMPLICITLY_DENIED);
    f = fixture_new(USER, "sts:AssumeRole", target, NULL);
    resource(f, "{'Effect':'Allow','Action':'sts:AssumeRole','Principal':{'AWS':'" USER "'}}");
    expect(f, IAM_ALLOWED);
    f = fixture_new(USER, "sts:AssumeRole", target, NULL);
    resource(f, "{'Effect':'Allow','Action':'sts:AssumeRole','Principal':{'AWS':'" HOME "'}}");
    expect(f, IAM_IMPLICITLY_DENIED);
    f = fixture_new("arn:aws:iam::" HOME ":role/admin", "sts:AssumeRole", target, NULL); /* not itself unless named */
    identity(f, ALL);
    expect(f, IAM_IMPLICITLY_DENIED);
    f = fixture_new(USER, "iam:GetRole", target, NULL); /* reading a role is not assuming it */
    resource(f, "{'Effect':'Allow','Action':'*','Principal':'*'}");
    expect(f, IAM_IMPLICITLY_DENIED);
    f = fixture_new("lambda.amazonaws.com", "sts:AssumeRole", target, NULL);
    resource(f, "{'Effect':'Allow','Action':'sts:AssumeRole','Principal':{'Service':'lambda.amazonaws.com'}}");
    expect(f, IAM_ALLOWED);
    f = fixture_new(SESSION, "sts:GetCallerIdentity", "*", NULL);
    identity(f, DENY);
    expect(f, IAM_ALLOWED);
    f = fixture_new(USER, "sts:GetSessionToken", "*", NULL);
    assert_int_equal(decided(f), IAM_ALLOWED);
    identity(f, DENY);
    expect(f, IAM_EXPLICITLY_DENIED);
    f = fixture_new(USER, "sts:AssumeRoot", "arn:aws:iam::" AWAY ":root", NULL); /* whether it is on is not known */
    identity(f, ALL);
    expect(f, IAM_UNKNOWN);
}

static void limits(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(USER, "iam:DeletePolicy", "arn:aws:iam::aws:policy/ReadOnlyAccess", NULL);
    identity(f, ALL);
    expect(f, IAM_IMPLICITLY_DENIED);
    f = fixture_new(USER, "iam:GetPolicy", "arn:aws:iam::aws:policy/ReadOnlyAccess", NULL);
    identity(f, ALL);
    expect(f, IAM_ALLOWED);
    f = fixture_new(USER, "iam:PutRolePolicy", "arn:aws:iam::" HOME ":role/aws-reserved/sso.amazonaws.com/x", NULL);
    identity(f, ALL);
    expect(f, IAM_IMPLICITLY_DENIED);
    f = fixture_new(USER, "iam:PutRolePolicy", "arn:aws:iam::" HOME ":role/aws-service-role/x.amazonaws.com/y", NULL);
    identity(f, ALL);
    expect(f, IAM_IMPLICITLY_DENIED);
    f = fixture_new(USER, "kms:DeleteAlias", "arn:aws:kms:eu-west-1:" HOME ":alias/aws/s3", NULL);
    identity(f, ALL "," DENY);
    expect(f, IAM_EXPLICITLY_DENIED);
}

static void buckets(void **state)
{
    (void)state;
    struct fixture *f = get("anonymous", HOME);
    resource(f, TO("'*'"));
    assert_int_equal(decided(f), IAM_ALLOWED);
    f->l.restrict_public_buckets = true;
    expect_blocked(f, IAM_EXPLICITLY_DENIED, BIT(S3_BPA));
    f = get(USER, HOME); /* the owner's own people are served */
    f->l.restrict_public_buckets = true;
    resource(f, TO("'*'"));
    expect(f, IAM_ALLOWED);
    f = get(USER, AWAY); /* a named outsider under a public policy is not */
    f->l.restrict_public_buckets = true;
    identity(f, ALL);
    resource(f, TO_AWS(USER) "," TO("'*'"));
    expect(f, IAM_EXPLICITLY_DENIED);
    f = get(USER, AWAY); /* under one that is not public it is */
    f->l.restrict_public_buckets = true;
    identity(f, ALL);
    resource(f, TO_AWS(USER));
    expect(f, IAM_ALLOWED);
    f = get(USER, HOME); /* access point and bucket: both */
    resource(f, TO_AWS(USER));
    second(f, TO_AWS("arn:aws:iam::" HOME ":user/other"));
    assert_int_equal(decided(f), IAM_IMPLICITLY_DENIED);
    second(f, TO_AWS(USER));
    expect(f, IAM_ALLOWED);
}

static void bucket_acls(void **state)
{
    (void)state;
    struct iam_acl everyone = {.grantee = IAM_ACL_ALL_USERS, .permission = IAM_ACL_READ};
    struct fixture *f = fixture_new("anonymous", "s3:ListBucket", "arn:aws:s3:::scans", HOME);
    f->l.acls = &everyone;
    f->l.acl_count = 1;
    assert_int_equal(decided(f), IAM_ALLOWED);
    f->r.action = STR("PutObject");
    assert_int_equal(decided(f), IAM_IMPLICITLY_DENIED);
    f->r.action = STR("ListBucket");
    f->l.ignore_public_acls = true;
    expect(f, IAM_IMPLICITLY_DENIED);
    struct iam_acl account = {.grantee = IAM_ACL_ACCOUNT, .account = STR(HOME), .permission = IAM_ACL_FULL_CONTROL};
    f = fixture_new(USER, "s3:ListBucket", "arn:aws:s3:::scans", AWAY);
    f->l.acls = &account;
    f->l.acl_count = 1;
    f->l.ignore_public_acls = true;
    assert_int_equal(decided(f), IAM_IMPLICITLY_DENIED); /* the account must pass it on */
    identity(f, ALL);
    expect(f, IAM_ALLOWED);
    f = get(USER, AWAY);
    f->l.acl_unread = STR("not collected");
    assert_int_equal(decided(f), IAM_IMPLICITLY_DENIED);
    identity(f, ALL);
    expect(f, IAM_UNKNOWN);
}

static void unread_policies(void **state)
{
    (void)state;
    struct fixture *f = get(USER, HOME);
    identity(f, NULL);
    expect(f, IAM_UNKNOWN);
    f = get(USER, HOME); /* it may deny */
    identity(f, ALL);
    resource(f, NULL);
    expect(f, IAM_UNKNOWN);
    f = get(USER, HOME); /* a sure deny needs no more */
    identity(f, DENY);
    resource(f, NULL);
    expect(f, IAM_EXPLICITLY_DENIED);
    f = get(USER, AWAY); /* the caller's side gives nothing whatever the other says */
    resource(f, NULL);
    expect(f, IAM_IMPLICITLY_DENIED);
    f = get(USER, HOME);
    identity(f, ALL);
    scp(f, NULL);
    expect(f, IAM_UNKNOWN);
    f = get(USER, HOME);
    identity(f, ALL);
    rcp(f, NULL);
    expect(f, IAM_UNKNOWN);
}

static void conditions_left(void **state)
{
    (void)state;
    struct fixture *f = get(USER, HOME);
    identity(f,
             "{'Effect':'Allow','Action':'*','Resource':'*','Condition':{'StringEquals':{'aws:SourceVpce':'vpce-a'}}}");
    key(f, "aws:sourcevpce", NULL);
    assert_int_equal(decided(f), IAM_ALLOWED_IF);
    rcp(f, "{'Effect':'Deny','Action':'*','Resource':'*','Principal':'*','Condition':{'StringNotEquals':{'aws:"
           "SourceVpce':'vpce-b'}}}");
    expect(f, IAM_EXPLICITLY_DENIED); /* the two contradict each other */
    f = get(ROLE, HOME);
    resource(f, TO_AWS(SESSION));
    expect(f, IAM_ALLOWED_IF); /* the session's name */
    f = get(USER, HOME);
    identity(f, ALL);
    boundary(f, ALL);
    resource(f, "{'Effect':'Deny','Action':'*','Resource':'*','NotPrincipal':{'AWS':['" USER "','arn:aws:iam::" HOME
                ":root']}}");
    expect(f, IAM_EXPLICITLY_DENIED); /* NotPrincipal with Deny hits whoever has a boundary */
}

static void traces(void **state)
{
    (void)state;
    struct fixture *f = get(USER, HOME);
    struct iam_trace t = {0};
    identity(f,
             "{'Effect':'Allow','Action':'ec2:*','Resource':'*'},{'Effect':'Allow','Action':'s3:*','Resource':'arn:aws:"
             "s3:::other/*'},"
             "{'Sid':'Yes','Effect':'Allow','Action':'s3:*','Resource':'*'},"
             "{'Effect':'Deny','Action':'s3:*','Resource':'arn:aws:s3:::${aws:PrincipalTag/x}/*'},"
             "{'Effect':'Deny','Action':'s3:*','Resource':'*','Condition':{'Bool':{'aws:SecureTransport':'false'}}}");
    resource(f, TO_AWS(ROLE));
    key(f, "aws:securetransport", "true");
    iam_decide(f->pool, f->arena, &f->l, &f->r, &t, &f->d);
    assert_int_equal(f->d.result, IAM_ALLOWED);
    assert_int_equal(t.count, 6);
    assert_int_equal(t.rows[0].how, IAM_T_NOT_ACTION);
    assert_int_equal(t.rows[1].how, IAM_T_NOT_RESOURCE);
    assert_int_equal(t.rows[2].how, IAM_T_MATCH);
    assert_true(str_eqz(t.rows[2].sid, "Yes"));
    assert_int_equal(t.rows[3].how, IAM_T_NOT_RESOURCE);
    assert_true(t.rows[3].note.len > 0);
    assert_int_equal(t.rows[4].how, IAM_T_NOT_CONDITION);
    assert_int_equal(t.rows[5].how, IAM_T_NOT_PRINCIPAL);
    assert_int_equal(t.rows[5].layer, IAM_LAYER_RESOURCE);
    fixture_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_account),     cmocka_unit_test(boundaries_and_sessions),
        cmocka_unit_test(two_accounts),    cmocka_unit_test(organization),
        cmocka_unit_test(keys_must_trust), cmocka_unit_test(grants),
        cmocka_unit_test(trust_policies),  cmocka_unit_test(limits),
        cmocka_unit_test(buckets),         cmocka_unit_test(bucket_acls),
        cmocka_unit_test(unread_policies), cmocka_unit_test(conditions_left),
        cmocka_unit_test(traces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
