/* What looks like a secret, and that none stays in an answer. */
#include "harness.h"

#include "collect/plan.h"
#include "collect/redact.h"
#include "collect/secret.h"

static void test_values(void **state)
{
    (void)state;
    static const char *const yes[] = {"AKIAIOSFODNN7EXAMPLE", "-----BEGIN RSA PRIVATE KEY-----\nMII", "postgres://app:s3cret@db/app",
                                      "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "ghp_0123456789abcdef0123456789abcdef0123"};
    static const char *const no[] = {"", "production", "arn:aws:secretsmanager:us-east-1:1:secret:Db-a1B2c3D4e5F6g7H8", "https://db.example.com/app",
                                     "{{resolve:secretsmanager:Db:SecretString}}", "us-east-1", "/var/lib/app"};
    for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
        if (!secret_value(str_of(yes[i])))
            fail_msg("not seen: %s", yes[i]);
    for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
        if (secret_value(str_of(no[i])))
            fail_msg("seen: %s", no[i]);
    assert_true(secret_pair(STR("DB_PASSWORD"), STR("hunter2")));
    assert_false(secret_pair(STR("DB_PASSWORD"), STR("arn:aws:ssm:us-east-1:1:parameter/db")));
    assert_false(secret_pair(STR("DB_PASSWORD"), STR("****")));
    assert_false(secret_pair(STR("STAGE"), STR("production")));
    assert_true(secret_text(STR("#!/bin/sh\nexport API_TOKEN=\"abc123abc\"\n")));
    assert_false(secret_text(STR("#!/bin/sh\nyum install -y httpd\n")));
}

static void redacts(const char *op, const char *json, const char *gone, const char *kept)
{
    struct err e = {0};
    struct arena *a = arena_new(0);
    struct aws_op row = {.id = str_of(op)};
    struct json *j = json_parse(a, str_of(json), 1 << 16, &e);
    struct buf b;
    expect_ok(j != NULL, &e);
    redact_answer(a, &row, STR("key"), j);
    buf_init(&b, 1 << 16);
    json_write(&b, j);
    if (gone && strstr(buf_cstr(&b), gone))
        fail_msg("%s kept %s: %s", op, gone, buf_cstr(&b));
    if (!strstr(buf_cstr(&b), kept))
        fail_msg("%s lacks %s: %s", op, kept, buf_cstr(&b));
    buf_done(&b);
    arena_free(a);
}

static void test_answers(void **state)
{
    (void)state;
    redacts("lambda:ListFunctions", "{\"Functions\":[{\"Environment\":{\"Variables\":{\"STAGE\":\"prod-clear\"}}}]}", "prod-clear", "\"ward:secret\":false");
    redacts("ecs:DescribeTaskDefinition", "{\"taskDefinition\":{\"containerDefinitions\":[{\"environment\":[{\"name\":\"API_KEY\",\"value\":\"abcdef1\"}]}]}}", "abcdef1", "\"ward:secret\":true");
    redacts("ec2:DescribeInstanceAttribute", "{\"UserData\":{\"Value\":\"ZXhwb3J0IERCX1BBU1NXT1JEPWh1bnRlcjI=\"}}", "ZXhwb3J0", "\"ward:secret\":true");
    redacts("ec2:DescribeVpnConnections", "{\"VpnConnections\":[{\"CustomerGatewayConfiguration\":\"<psk>x1</psk>\"}]}", "psk", "ward:hmac");
    redacts("cloudformation:DescribeStacks", "{\"Stacks\":[{\"Parameters\":[{\"ParameterKey\":\"DbPassword\",\"ParameterValue\":\"hunter22\"}]}]}", "hunter22", "ward:hmac");
    redacts("cloudformation:DescribeStacks", "{\"Stacks\":[{\"Parameters\":[{\"ParameterKey\":\"Size\",\"ParameterValue\":\"m5.large\"}]}]}", NULL, "m5.large");
    redacts("any:Thing", "{\"A\":{\"MasterUserPassword\":\"zzz\"}}", "zzz", "ward:hmac");
    redacts("iam:ListAccessKeys", "{\"AccessKeyMetadata\":[{\"AccessKeyId\":\"AKIAIOSFODNN7EXAMPLE\"}]}", NULL, "AKIAIOSFODNN7EXAMPLE");
}

static void test_only_reads_are_sent(void **state)
{
    (void)state;
    uint32_t count;
    const struct aws_op *ops = aws_ops(&count);
    static const char *const bad[] = {"s3:GetObject", "secretsmanager:GetSecretValue", "ssm:GetParameters", "kms:Decrypt", "ec2:RunInstances",
                                      "lambda:GetFunction", "dynamodb:BatchGetItem", "logs:GetLogEvents", "iam:DeleteUser"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct aws_op op = {.id = str_of(bad[i]), .operation = str_of(strchr(bad[i], ':') + 1)};
        if (plan_may_send(&op, true))
            fail_msg("would send %s", bad[i]);
    }
    for (uint32_t i = 0; i < count; i++)
        if (!plan_may_send(&ops[i], true) && !ops[i].manual && !str_eqz(ops[i].id, "resource-explorer-2:Search"))
            fail_msg("the table has %.*s, which is never sent", STR_ARG(ops[i].id));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_only_reads_are_sent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
