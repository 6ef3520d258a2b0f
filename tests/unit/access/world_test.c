/* The organization in memory: who and what is found by which name, which layers bear, what is known of a request. */
#include "access/ask.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { MEMBER, MANAGEMENT, OTHER };
enum { ANONYMOUS = 3, PARTNER = 4 };

static const char allow_all[] = "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}]}";

struct room {
    struct arena *a;
    struct world *w;
    struct world_account accounts[3];
    struct world_principal principals[6];
    struct world_resource resources[8];
    struct world_endpoint endpoints[1];
    struct iam_policy_ref refs[2];
    struct iam_level level;
};

static struct world_principal role(struct room *r, const char *arn, uint32_t account, const char *trust)
{
    ptrdiff_t slash = str_rindex(str_of(arn), '/');
    struct world_principal p = {.kind = WORLD_ROLE, .arn = str_of(arn), .account = account, .name = str_of(arn + slash + 1),
                                .unique_id = STR("AROAEXAMPLE"), .tags_read = true, .resource = WORLD_NONE};
    p.trust = world_policy(r->w, str_of(trust), STR("trust"));
    return p;
}

static struct world_resource thing(const char *arn, const char *type, uint32_t account)
{
    return (struct world_resource){.arn = str_of(arn), .type = str_of(type), .account = account, .tags_read = true, .policy_read = true,
        .key = WORLD_NONE, .grants_read = true, .acl_read = true, .acl_disabled = true, .bpa_read = true, .shares_read = true,
        .principal = WORLD_NONE, .role = WORLD_NONE, .source = WORLD_NONE};
}

#define TRUST(who) "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"sts:AssumeRole\",\"Principal\":" who "}]}"

static int setup(void **state)
{
    struct arena *a = arena_new(0);
    struct room *r = arena_new_of(a, struct room);
    struct err e = {0};
    const struct iam_catalogue *c = iam_catalogue_load(a, &e);
    assert_non_null(c);
    *r = (struct room){.a = a, .w = world_new(a, c)};
    struct world *w = r->w;
    r->refs[0] = world_policy(w, str_of(allow_all), STR("arn:aws:iam::aws:policy/AdministratorAccess"));
    r->level = (struct iam_level){STR("root"), {&r->refs[0], 1}};
    r->accounts[MEMBER] = (struct world_account){.id = STR("111111111111"), .org_id = STR("o-1"), .org_path = STR("o-1/r-1/"),
        .org_read = true, .scps_on = true, .rcps_on = true, .scps = &r->level, .scp_count = 1, .rcps = &r->level, .rcp_count = 1,
        .collected = true, .s3_bpa_read = true};
    r->accounts[MANAGEMENT] = r->accounts[MEMBER];
    r->accounts[MANAGEMENT].id = STR("222222222222");
    r->accounts[MANAGEMENT].is_management = true;
    r->accounts[OTHER] = (struct world_account){.id = STR("999999999999"), .org_read = true};
    w->accounts = r->accounts;
    w->account_count = 3;
    r->principals[0] = role(r, "arn:aws:iam::111111111111:role/team/App", MEMBER, TRUST("{\"AWS\":\"222222222222\"}"));
    r->principals[0].identity = (struct iam_policy_set){&r->refs[0], 1};
    r->principals[1] = role(r, "arn:aws:iam::222222222222:role/Ops", MANAGEMENT, TRUST("{\"Service\":\"lambda.amazonaws.com\"}"));
    r->principals[1].identity = (struct iam_policy_set){&r->refs[0], 1};
    r->principals[2] = role(r, "arn:aws:iam::111111111111:role/aws-service-role/x/AWSServiceRoleForX", MEMBER, TRUST("\"*\""));
    r->principals[2].service_linked = true;
    r->principals[ANONYMOUS] = (struct world_principal){.kind = WORLD_ANONYMOUS, .arn = STR("anonymous"), .account = WORLD_NONE};
    r->principals[PARTNER] = (struct world_principal){.kind = WORLD_OUTSIDE, .arn = STR("arn:aws:iam::999999999999:role/Partner"),
                                                      .account = OTHER};
    w->principals = r->principals;
    w->principal_count = 5;
    const char *arns[][2] = {{"arn:aws:s3:::records", "AWS::S3::Bucket"}, {"arn:aws:dynamodb:us-east-1:111111111111:table/t", "AWS::DynamoDB::Table"},
                             {"arn:aws:lambda:us-east-1:111111111111:function:f", "AWS::Lambda::Function"},
                             {"arn:aws:logs:us-east-1:111111111111:log-group:g:*", "AWS::Logs::LogGroup"},
                             {"arn:aws:kms:us-east-1:111111111111:key/k", "AWS::KMS::Key"},
                             {"arn:aws:iam::111111111111:role/team/App", "AWS::IAM::Role"},
                             {"arn:aws:s3:::records/tenant-a/*", "AWS::S3::Bucket"}};
    for (uint32_t i = 0; i < 7; i++)
        r->resources[i] = thing(arns[i][0], arns[i][1], MEMBER);
    w->resources = r->resources;
    w->resource_count = 7;
    world_index(w);
    *state = r;
    return 0;
}

static int teardown(void **state)
{
    arena_free(((struct room *)*state)->a);
    return 0;
}

static void names_find_their_rows(void **state)
{
    const struct world *w = ((struct room *)*state)->w;
    assert_int_equal(world_principal_of(w, STR("arn:aws:iam::111111111111:role/team/App")), 0);
    /* A session's ARN has no path, and the case of the name is the caller's. */
    assert_int_equal(world_principal_of(w, STR("arn:aws:sts::111111111111:assumed-role/app/alice")), 0);
    assert_int_equal(world_principal_of(w, STR("arn:aws:sts::222222222222:assumed-role/App/alice")), WORLD_NONE);
    assert_int_equal(world_principal_of(w, STR("arn:aws:iam::111111111111:role/App")), WORLD_NONE);
    uint32_t root = world_principal_of(w, STR("111111111111"));
    assert_true(root != WORLD_NONE && w->principals[root].kind == WORLD_ROOT);
    assert_int_equal(world_principal_of(w, STR("999999999999")), WORLD_NONE); /* not collected: no root is made up */
    assert_int_equal(world_account_of(w, STR("222222222222")), MANAGEMENT);
    assert_int_equal(w->principals[0].resource, 5);
    assert_int_equal(w->resources[5].principal, 0);
}

static void parts_lie_in_their_things(void **state)
{
    const struct world *w = ((struct room *)*state)->w;
    static const struct {
        const char *arn;
        uint32_t row;
    } cases[] = {
        {"arn:aws:s3:::records", 0}, {"arn:aws:s3:::records/a/b", 0}, {"arn:aws:s3:::records2/a", WORLD_NONE},
        {"arn:aws:s3:::records/tenant-a/*", 6},
        {"arn:aws:dynamodb:us-east-1:111111111111:table/t/index/i", 1},
        {"arn:aws:dynamodb:us-east-1:111111111111:table/tt", WORLD_NONE},
        {"arn:aws:lambda:us-east-1:111111111111:function:f:live", 2},
        {"arn:aws:logs:us-east-1:111111111111:log-group:g:log-stream:s", 3},
        {"arn:aws:logs:us-east-1:111111111111:log-group:g", 3},
        {"arn:aws:kms:us-east-1:111111111111:key/k", 4}, {"arn:", WORLD_NONE}, {"", WORLD_NONE}, {"*", WORLD_NONE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(world_resource_of(w, str_of(cases[i].arn)), cases[i].row);
}

static void a_policy_is_parsed_once(void **state)
{
    struct world *w = ((struct room *)*state)->w;
    struct iam_policy_ref one = world_policy(w, str_of(allow_all), STR("a")), two = world_policy(w, str_of(allow_all), STR("b"));
    assert_non_null(one.policy);
    assert_ptr_equal(one.policy, two.policy);
    assert_true(str_eqz(two.id, "b"));
    struct iam_policy_ref broken = world_policy(w, STR("{\"Statement\":"), STR("c"));
    assert_null(broken.policy);
    assert_true(broken.unread.len > 0);
    assert_true(str_eq(world_policy(w, STR("{\"Statement\":"), STR("d")).unread, broken.unread));
}

static struct iam_layers layers_of(struct room *r, uint32_t principal, const char *action, const char *arn)
{
    struct iam_request q = {0};
    struct iam_layers l;
    uint32_t resource = world_resource_of(r->w, str_of(arn));
    assert_true(iam_action_split(str_of(action), &q.service, &q.action));
    world_caller(r->w, r->a, principal, &q.caller);
    world_request(r->w, iam_catalogue_action(r->w->catalogue, q.service, q.action), str_of(arn), resource, &q);
    world_layers(r->w, r->a, principal, resource, WORLD_NONE, &q, &l);
    return l;
}

static void organization_policies_spare_whom_aws_spares(void **state)
{
    struct room *r = *state;
    assert_int_equal(layers_of(r, 0, "s3:GetObject", "arn:aws:s3:::records/a").scp_count, 1);
    assert_int_equal(layers_of(r, 1, "s3:GetObject", "arn:aws:s3:::records/a").scp_count, 0); /* management account */
    assert_int_equal(layers_of(r, 2, "s3:GetObject", "arn:aws:s3:::records/a").scp_count, 0); /* service-linked role */
    assert_int_equal(layers_of(r, 2, "s3:GetObject", "arn:aws:s3:::records/a").rcp_count, 0);
    assert_int_equal(layers_of(r, 1, "s3:GetObject", "arn:aws:s3:::records/a").rcp_count, 1); /* the owner's, not the caller's */
    assert_int_equal(layers_of(r, 0, "ec2:StartInstances", "arn:aws:ec2:us-east-1:111111111111:instance/i").rcp_count, 0);
    assert_int_equal(layers_of(r, 0, "kms:RetireGrant", "arn:aws:kms:us-east-1:111111111111:key/k").rcp_count, 0);
    r->accounts[MEMBER].org_read = false;
    struct iam_layers l = layers_of(r, 0, "s3:GetObject", "arn:aws:s3:::records/a");
    assert_int_equal(l.scp_count, 1);
    assert_null(l.scps[0].policies.items[0].policy);
    r->accounts[MEMBER].org_read = true;
    r->accounts[MEMBER].scps_on = r->accounts[MEMBER].rcps_on = false;
    l = layers_of(r, 0, "s3:GetObject", "arn:aws:s3:::records/a");
    assert_int_equal(l.scp_count + l.rcp_count, 0);
}

static void the_policy_of_a_thing_bears_on_its_own_actions(void **state)
{
    struct room *r = *state;
    r->resources[0].has_policy = true;
    r->resources[0].policy = world_policy(r->w, str_of(allow_all), STR("bucket"));
    assert_true(layers_of(r, 0, "s3:GetObject", "arn:aws:s3:::records/a").has_resource);
    assert_true(layers_of(r, 0, "s3:GetObject", "arn:aws:s3:::records/tenant-a/*").has_resource); /* the part has the bucket's */
    assert_false(layers_of(r, 0, "s3:ListAllMyBuckets", "*").has_resource);
    assert_true(layers_of(r, 1, "sts:AssumeRole", "arn:aws:iam::111111111111:role/team/App").has_resource);
    assert_false(layers_of(r, 1, "iam:DeleteRole", "arn:aws:iam::111111111111:role/team/App").has_resource);
    assert_false(layers_of(r, 0, "dynamodb:GetItem", "arn:aws:dynamodb:us-east-1:111111111111:table/t").has_resource);
    r->resources[1].policy_read = false;
    struct iam_layers l = layers_of(r, 0, "dynamodb:GetItem", "arn:aws:dynamodb:us-east-1:111111111111:table/t");
    assert_true(l.has_resource && !l.resource.items[0].policy);
    l = layers_of(r, 0, "sqs:SendMessage", "arn:aws:sqs:us-east-1:999999999999:q"); /* nobody looked there */
    assert_true(l.has_resource && !l.resource.items[0].policy);
    assert_false(layers_of(r, 0, "sqs:SendMessage", "arn:aws:sqs:us-east-1:111111111111:q").has_resource);
}

static bool policy_is_unread(struct room *r, const char *action, const char *arn)
{
    struct iam_layers l = layers_of(r, 0, action, arn);
    return l.has_resource && !l.resource.items[0].policy;
}

static void a_thing_that_nobody_lists_may_have_a_policy(void **state)
{
    struct room *r = *state;
    const char *queue = "arn:aws:sqs:us-east-1:111111111111:q";
    assert_true(policy_is_unread(r, "codeartifact:ReadFromRepository", "arn:aws:codeartifact:us-east-1:111111111111:repository/d/r"));
    assert_true(policy_is_unread(r, "vpc-lattice-svcs:Invoke", "arn:aws:vpc-lattice:us-east-1:111111111111:service/svc-1/x"));
    assert_false(policy_is_unread(r, "sqs:SendMessage", queue));
    struct world_gap gap = {.account = STR("111111111111"), .region = STR("eu-west-1"), .op = STR("sqs:ListQueues"), .action = STR("sqs:ListQueues")};
    r->w->gaps = &gap;
    r->w->gap_count = 1;
    assert_false(policy_is_unread(r, "sqs:SendMessage", queue)); /* elsewhere */
    gap.region = STR("us-east-1");
    assert_true(policy_is_unread(r, "sqs:SendMessage", queue));
    r->w->gap_count = 0;
    r->resources[1] = thing("arn:aws:kafka:us-east-1:111111111111:cluster/c/u-1", "AWS::MSK::Cluster", MEMBER);
    r->resources[1].policy_read = false;
    r->w->resource_count = 2;
    world_index(r->w);
    assert_true(policy_is_unread(r, "kafka-cluster:ReadData", "arn:aws:kafka:us-east-1:111111111111:topic/c/u-1/t"));
    assert_int_equal(world_resource_of(r->w, STR("arn:aws:kafka:us-east-1:111111111111:topic/c/u-1/t")), 1);
}

static const struct iam_key *key_of(struct room *r, uint32_t principal, const char *action, const char *arn, const char *key)
{
    static struct iam_request q;
    q = (struct iam_request){0};
    uint32_t resource = world_resource_of(r->w, str_of(arn));
    assert_true(iam_action_split(str_of(action), &q.service, &q.action));
    world_caller(r->w, r->a, principal, &q.caller);
    world_request(r->w, iam_catalogue_action(r->w->catalogue, q.service, q.action), str_of(arn), resource, &q);
    world_context(r->w, r->a, principal, resource, NULL, &q);
    return iam_context_get(&q.context, str_of(key));
}

static void is_known(struct room *r, uint32_t principal, const char *action, const char *arn, const char *key, const char *value)
{
    const struct iam_key *k = key_of(r, principal, action, arn, key);
    assert_non_null(k);
    assert_int_equal(k->state, IAM_KEY_KNOWN);
    assert_int_equal(k->values[0].len, strlen(value));
    assert_memory_equal(k->values[0].ptr, value, strlen(value));
}

static enum iam_key_state state_of(struct room *r, uint32_t principal, const char *action, const char *arn, const char *key)
{
    const struct iam_key *k = key_of(r, principal, action, arn, key);
    return k ? k->state : IAM_KEY_OPEN;
}

static void the_context_has_what_is_known(void **state)
{
    struct room *r = *state;
    const char *object = "arn:aws:s3:::records/a";
    is_known(r, 0, "s3:GetObject", object, "aws:PrincipalArn", "arn:aws:iam::111111111111:role/team/App");
    is_known(r, 0, "s3:GetObject", object, "aws:PrincipalOrgID", "o-1");
    is_known(r, 0, "s3:GetObject", object, "aws:ResourceAccount", "111111111111");
    is_known(r, 0, "sqs:SendMessage", "arn:aws:sqs:eu-west-1:111111111111:q", "aws:RequestedRegion", "eu-west-1");
    assert_int_equal(state_of(r, 0, "s3:GetObject", object, "aws:SourceArn"), IAM_KEY_ABSENT);
    assert_int_equal(state_of(r, 0, "s3:GetObject", object, "aws:username"), IAM_KEY_ABSENT);
    assert_int_equal(state_of(r, 0, "s3:GetObject", object, "aws:SourceIp"), IAM_KEY_OPEN);
    assert_int_equal(state_of(r, 0, "s3:GetObject", object, "aws:userid"), IAM_KEY_SOME); /* the session's name is not known */
    assert_int_equal(state_of(r, 0, "s3:GetObject", object, "s3:DataAccessPointAccount"), IAM_KEY_ABSENT);
    const char *point = "arn:aws:s3:us-east-1:111111111111:accesspoint/lake/object/a";
    is_known(r, 0, "s3:GetObject", point, "s3:DataAccessPointAccount", "111111111111");
    is_known(r, 0, "s3:GetObject", point, "s3:DataAccessPointArn", "arn:aws:s3:us-east-1:111111111111:accesspoint/lake");
    r->accounts[MEMBER].org_id = r->accounts[MEMBER].org_path = (struct str){0};
    assert_int_equal(state_of(r, 0, "s3:GetObject", object, "aws:PrincipalOrgID"), IAM_KEY_ABSENT);
    r->accounts[MEMBER].org_read = false;
    assert_int_equal(state_of(r, 0, "s3:GetObject", object, "aws:PrincipalOrgID"), IAM_KEY_OPEN);
}

static void tags_count_where_aws_looks_at_them(void **state)
{
    struct room *r = *state;
    struct err e = {0};
    struct json *tags = json_parse(r->a, STR("{\"Tenant\":\"a\"}"), 100, &e);
    (void)world_policy(r->w, STR("{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":"
                                 "\"arn:aws:s3:::x/${aws:PrincipalTag/tenant, 'none'}/*\",\"Condition\":{\"StringEquals\":"
                                 "{\"aws:ResourceTag/Tenant\":\"a\",\"aws:PrincipalTag/Team\":\"b\"}}}]}"), STR("abac"));
    assert_int_equal(r->w->tag_key_count, 3);
    r->w->principals[0].tags = tags;
    r->resources[0].tags = r->resources[1].tags = tags;
    const char *table = "arn:aws:dynamodb:us-east-1:111111111111:table/t";
    is_known(r, 0, "dynamodb:GetItem", table, "aws:PrincipalTag/tenant", "a"); /* tag keys compare without case */
    is_known(r, 0, "dynamodb:GetItem", table, "aws:ResourceTag/tenant", "a");
    assert_int_equal(state_of(r, 0, "dynamodb:GetItem", table, "aws:PrincipalTag/team"), IAM_KEY_ABSENT);
    assert_int_equal(state_of(r, 0, "s3:GetObject", "arn:aws:s3:::records/a", "aws:ResourceTag/tenant"), IAM_KEY_ABSENT);
    r->resources[0].abac = true;
    is_known(r, 0, "s3:GetObject", "arn:aws:s3:::records/a", "aws:ResourceTag/tenant", "a");
    r->resources[0].abac = false;
    r->resources[0].abac_unread = true; /* there with this value, or not there */
    assert_int_equal(state_of(r, 0, "s3:GetObject", "arn:aws:s3:::records/a", "aws:ResourceTag/tenant"), IAM_KEY_MAYBE);
    r->resources[0].tags = NULL;
    assert_int_equal(state_of(r, 0, "s3:GetObject", "arn:aws:s3:::records/a", "aws:ResourceTag/tenant"), IAM_KEY_ABSENT);
    r->resources[0].tags_read = false;
    assert_int_equal(state_of(r, 0, "s3:GetObject", "arn:aws:s3:::records/a", "aws:ResourceTag/tenant"), IAM_KEY_OPEN);
    r->resources[1].tags = json_parse(r->a, STR("{\"Tenant\":\"a\",\"tenant\":\"b\"}"), 100, &e);
    assert_int_equal(state_of(r, 0, "dynamodb:GetItem", table, "aws:ResourceTag/tenant"), IAM_KEY_SOME); /* one of the two */
    r->resources[1].tags = NULL;
    r->resources[1].tags_read = false;
    assert_int_equal(state_of(r, 0, "dynamodb:GetItem", table, "aws:ResourceTag/tenant"), IAM_KEY_OPEN);
}

static enum iam_result ask(struct room *r, uint32_t principal, const char *action, const char *arn)
{
    struct iam_request q;
    struct iam_decision d;
    struct str service, name;
    assert_true(iam_action_split(str_of(action), &service, &name));
    world_ask(r->w, r->a, principal, iam_catalogue_action(r->w->catalogue, service, name), str_of(arn),
              world_resource_of(r->w, str_of(arn)), NULL, NULL, &q, &d);
    return d.result;
}

static void what_was_not_read_is_unknown_and_nothing_else(void **state)
{
    struct room *r = *state;
    const char *object = "arn:aws:s3:::records/a", *key = "arn:aws:kms:us-east-1:111111111111:key/k";
    assert_int_equal(ask(r, 0, "s3:GetObject", object), IAM_ALLOWED);
    r->w->principals[0].identity = (struct iam_policy_set){0};
    assert_int_equal(ask(r, 0, "s3:GetObject", object), IAM_IMPLICITLY_DENIED);
    r->resources[0].policy_read = false;
    assert_int_equal(ask(r, 0, "s3:GetObject", object), IAM_UNKNOWN);
    r->resources[0].policy_read = true;
    r->resources[0].acl_disabled = false; /* then an object's own ACL may allow, and those are not collected */
    assert_int_equal(ask(r, 1, "s3:GetObject", object), IAM_UNKNOWN);
    r->resources[0].acl_disabled = true;
    assert_int_equal(ask(r, 1, "s3:GetObject", object), IAM_IMPLICITLY_DENIED);
    r->resources[4].has_policy = true;
    r->resources[4].policy = world_policy(r->w, STR(TRUST("{\"AWS\":\"999999999999\"}")), STR("key"));
    assert_int_equal(ask(r, 0, "kms:Decrypt", key), IAM_IMPLICITLY_DENIED);
    r->resources[4].grants_read = false;
    assert_int_equal(ask(r, 0, "kms:Decrypt", key), IAM_UNKNOWN);
}

static void the_block_on_public_access_that_was_not_read(void **state)
{
    struct room *r = *state;
    const char *object = "arn:aws:s3:::records/a";
    r->resources[0].has_policy = true;
    r->resources[0].policy = world_policy(r->w, STR("{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\","
                                                    "\"Action\":\"s3:GetObject\",\"Resource\":\"*\"}]}"), STR("bucket"));
    assert_int_equal(ask(r, ANONYMOUS, "s3:GetObject", object), IAM_ALLOWED);
    r->resources[0].bpa_read = false;
    assert_int_equal(ask(r, ANONYMOUS, "s3:GetObject", object), IAM_UNKNOWN);
    r->accounts[MEMBER].s3_restrict_public_buckets = true; /* the account's is enough */
    assert_int_equal(ask(r, ANONYMOUS, "s3:GetObject", object), IAM_EXPLICITLY_DENIED);
}

static void outside_is_taken_to_allow_and_inside_is_unread(void **state)
{
    struct room *r = *state;
    r->resources[0].has_policy = true;
    r->resources[0].policy = world_policy(r->w, STR("{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":"
        "{\"AWS\":\"arn:aws:iam::999999999999:role/Partner\"},\"Action\":\"s3:GetObject\",\"Resource\":\"*\"}]}"), STR("bucket"));
    assert_int_equal(ask(r, PARTNER, "s3:GetObject", "arn:aws:s3:::records/a"), IAM_ALLOWED);
    r->accounts[OTHER].org_id = STR("o-1"); /* ours, and not collected */
    assert_int_equal(ask(r, PARTNER, "s3:GetObject", "arn:aws:s3:::records/a"), IAM_UNKNOWN);
}

static void short_names_and_their_errors(void **state)
{
    struct room *r = *state;
    struct access_question q;
    struct err e = {0};
    access_question_init(&q);
    assert_true(access_principal(r->w, r->a, STR("App"), &q, &e));
    assert_int_equal(q.principal, 0);
    assert_true(access_principal(r->w, r->a, STR("222222222222/Ops"), &q, &e));
    assert_int_equal(q.principal, 1);
    assert_true(access_principal(r->w, r->a, STR("arn:aws:iam::999999999999:role/x"), &q, &e)); /* outside: may be */
    assert_int_equal(q.principal, WORLD_NONE);
    assert_false(access_principal(r->w, r->a, STR("Opsy"), &q, &e));
    assert_non_null(strstr(e.hint, "Ops"));
    err_clear(&e);
    assert_false(access_principal(r->w, r->a, STR("arn:aws:iam::111111111111:role/Nobody"), &q, &e));
    err_clear(&e);
    assert_false(access_action(r->w, r->a, STR("s3:GetObjet"), &q, &e));
    assert_non_null(strstr(e.hint, "GetObject"));
    err_clear(&e);
    assert_true(access_action(r->w, r->a, STR("S3:getobject"), &q, &e));
    assert_true(access_resource(r->w, r->a, STR("s3://records/a"), &q, &e));
    assert_true(str_eqz(q.resource, "arn:aws:s3:::records/a"));
    assert_int_equal(q.row, 0);
    assert_false(access_resource(r->w, r->a, STR("arn:aws:sqs:us-east-1:111111111111:q"), &q, &e));
    err_clear(&e);
    assert_true(access_action(r->w, r->a, STR("dynamodb:GetItem"), &q, &e));
    assert_true(access_resource(r->w, r->a, STR("t"), &q, &e));
    assert_int_equal(q.row, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
        T(names_find_their_rows), T(parts_lie_in_their_things), T(a_policy_is_parsed_once),
        T(organization_policies_spare_whom_aws_spares), T(the_policy_of_a_thing_bears_on_its_own_actions),
        T(the_context_has_what_is_known), T(tags_count_where_aws_looks_at_them), T(what_was_not_read_is_unknown_and_nothing_else),
        T(the_block_on_public_access_that_was_not_read), T(outside_is_taken_to_allow_and_inside_is_unread),
        T(short_names_and_their_errors), T(a_thing_that_nobody_lists_may_have_a_policy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
