/* A change that is not made yet, row by row, over a run of three answers. */
#include "harness.h"

#include "collect/edit.h"
#include "collect/ingest.h"
#include "store/snapshot.h"

#define ACCOUNT "111122223333"
#define GROUPS  "\"op\":\"ec2:DescribeSecurityGroups\",\"account\":\"" ACCOUNT "\",\"region\":\"us-east-1\""
#define HOSTS   "\"op\":\"ec2:DescribeInstances\",\"account\":\"" ACCOUNT "\",\"region\":\"us-east-1\""
#define POLICY  "\"op\":\"s3:GetBucketPolicy\",\"account\":\"" ACCOUNT "\",\"region\":\"us-east-1\""

struct desk {
    struct arena *a;
    struct store *s;
    int64_t base, run;
};

static void answer(struct desk *d, struct ingest *in, const char *op, const char *params, const char *text,
                   enum call_status status)
{
    struct err e = {0};
    struct json *p = json_parse(d->a, str_of(params), 1000, &e),
                *j = text ? json_parse(d->a, str_of(text), 10000, &e) : NULL;
    struct ingest_call *c = ingest_open(in, aws_op_find(str_of(op)), STR(ACCOUNT), STR("us-east-1"), p, 5, &e);
    struct call_end end = {.status = status, .at_us = 5, .source = STR("import")};
    if (!c || (j && !ingest_page(c, j, &e)) || !ingest_close(c, &end, &e))
        fail_msg("%s", e.message);
}

static void open_desk(struct desk *d)
{
    struct err e = {0};
    *d = (struct desk){.a = arena_new(0), .s = store_open(":memory:", STORE_CREATE, &e)};
    struct ingest_run r = {.kind = "import", .tool_version = "1"};
    struct ingest *in = ingest_begin(d->s, &r, &e);
    assert_non_null(in);
    d->base = ingest_run_id(in);
    answer(d, in, "ec2:DescribeSecurityGroups", "{}",
           "{\"SecurityGroups\":[{\"GroupId\":\"sg-1\",\"GroupName\":\"one\"},{\"GroupId\":\"sg-2\",\"GroupName\":"
           "\"two\"}]}",
           CALL_OK);
    answer(d, in, "ec2:DescribeInstances", "{}",
           "{\"Reservations\":[{\"OwnerId\":\"" ACCOUNT "\",\"Instances\":[{\"InstanceId\":\"i-1\"}]}]}", CALL_OK);
    answer(d, in, "s3:GetBucketPolicy", "{\"Bucket\":\"b1\"}", "{\"Policy\":\"{}\"}", CALL_OK);
    answer(d, in, "s3:GetBucketPolicy", "{\"Bucket\":\"b2\"}", NULL, CALL_ABSENT);
    answer(d, in, "ec2:DescribeVpcs", "{}", NULL, CALL_DENIED);
    assert_true(ingest_finish(in, "complete", 5, 5, &e));
    ingest_free(in);
}

static void close_desk(struct desk *d)
{
    store_close(d->s);
    arena_free(d->a);
}

static bool edit(struct desk *d, const char *lines, struct err *e)
{
    struct edit_options o = {.tool_version = "1", .now_us = 9, .base = d->base};
    return edit_lines(d->s, d->a, str_of(lines), &o, &d->run, e) && store_snapshot(d->s, d->run, e);
}

static void edited(struct desk *d, const char *lines)
{
    struct err e = {0};
    if (!edit(d, lines, &e))
        fail_msg("%s", e.message);
}

static void says(struct desk *d, const char *sql, int64_t wanted)
{
    struct err e = {0};
    int64_t got = -1;
    if (!store_get_int(d->s, sql, &got, &e))
        fail_msg("%s", e.message);
    if (got != wanted)
        fail_msg("%s: %lld, not %lld", sql, (long long)got, (long long)wanted);
}

static void refused(const char *lines, const char *words)
{
    struct desk d;
    struct err e = {0};
    open_desk(&d);
    assert_false(edit(&d, lines, &e));
    if (!str_contains(str_of(e.message), str_of(words)))
        fail_msg("%s", e.message);
    says(&d, "SELECT count(*) FROM run", 1);
    close_desk(&d);
}

static void test_put_adds_and_replaces(void **state)
{
    struct desk d;
    (void)state;
    open_desk(&d);
    edited(&d, "# two rows\n\n{" GROUPS ",\"put\":{\"GroupId\":\"sg-2\",\"GroupName\":\"new\"}}\n{" GROUPS
               ",\"put\":{\"GroupId\":\"sg-3\",\"GroupName\":\"three\"}}\n");
    says(&d, "SELECT count(*) FROM temp.snap_resource WHERE op = 'ec2:DescribeSecurityGroups'", 3);
    says(&d, "SELECT count(*) FROM temp.snap_resource WHERE rid = 'sg-2' AND name = 'new'", 1);
    says(&d, "SELECT count(*) FROM temp.snap_resource WHERE rid = 'sg-3' AND type = 'AWS::EC2::SecurityGroup'", 1);
    says(&d, "SELECT count(*) FROM temp.snap_resource WHERE rid = 'i-1'", 1);
    says(&d, "SELECT count(*) FROM temp.snap_call WHERE op = 'ec2:DescribeSecurityGroups' AND status = 'ok'", 1);
    says(&d, "SELECT count(*) FROM resource WHERE run = 1 AND rid = 'sg-2' AND name = 'two'", 1);
    close_desk(&d);
}

static void test_remove(void **state)
{
    struct desk d;
    (void)state;
    open_desk(&d);
    edited(&d, "{" GROUPS ",\"remove\":\"sg-2\"}\n{" GROUPS ",\"remove\":\"one\"}\n{" HOSTS
               ",\"remove\":\"i-1\"}\n{" POLICY ",\"remove\":\"b1\"}\n");
    says(&d, "SELECT count(*) FROM temp.snap_resource", 0);
    says(&d, "SELECT count(*) FROM temp.snap_call WHERE op = 'ec2:DescribeSecurityGroups' AND status = 'empty'", 1);
    says(&d, "SELECT count(*) FROM temp.snap_call WHERE op = 's3:GetBucketPolicy' AND status = 'absent'", 2);
    close_desk(&d);
}

static void test_lists_in_lists_and_parents(void **state)
{
    struct desk d;
    (void)state;
    open_desk(&d);
    edited(&d, "{" HOSTS ",\"put\":{\"InstanceId\":\"i-2\"}}\n{" POLICY
               ",\"parent\":\"b2\",\"put\":{\"Policy\":\"{}\"}}\n{" POLICY
               ",\"params\":{\"Bucket\":\"b3\"},\"put\":{\"Policy\":\"{}\"}}\n");
    says(&d, "SELECT count(*) FROM temp.snap_resource WHERE op = 'ec2:DescribeInstances' AND rid IN ('i-1', 'i-2')", 2);
    says(&d, "SELECT count(*) FROM temp.snap_resource WHERE op = 's3:GetBucketPolicy' AND parent IN ('b1', 'b2', 'b3')",
         3);
    says(&d, "SELECT count(*) FROM temp.snap_call WHERE op = 's3:GetBucketPolicy' AND status = 'ok'", 3);
    close_desk(&d);
}

/* Later lines see what earlier ones did. */
static void test_in_order(void **state)
{
    struct desk d;
    (void)state;
    open_desk(&d);
    edited(&d, "{" GROUPS ",\"put\":{\"GroupId\":\"sg-3\"}}\n{" GROUPS ",\"remove\":\"sg-3\"}\n");
    says(&d, "SELECT count(*) FROM temp.snap_resource WHERE op = 'ec2:DescribeSecurityGroups'", 2);
    close_desk(&d);
}

static void test_refused(void **state)
{
    (void)state;
    refused("{" GROUPS ",\"put\":{\"GroupId\":\"sg-3\"}}\n{" GROUPS ",\"remove\":\"sg-9\"}\n",
            "line 2: there is no sg-9");
    refused("{" POLICY ",\"remove\":\"b2\"}", "line 1: there is none to remove of b2");
    refused("{" POLICY ",\"put\":{\"Policy\":\"{}\"}}", "line 1: \"parent\" is missing");
    refused("{" POLICY ",\"parent\":\"b1\",\"put\":[]}", "line 1: \"put\" is no object");
    refused("{" GROUPS ",\"put\":{\"GroupName\":\"x\"}}", "line 1: \"put\" has no id");
    refused("{\"op\":\"ec2:DescribeVpcs\",\"account\":\"" ACCOUNT
            "\",\"region\":\"us-east-1\",\"put\":{\"VpcId\":\"vpc-1\"}}",
            "line 1: nothing can be put where the others were not read");
    refused("{\"op\":\"ec2:DescribeVpcs\",\"account\":\"" ACCOUNT "\",\"region\":\"us-east-1\",\"remove\":\"\"}",
            "line 1: \"remove\" is no id");
    refused("", "no row");
    refused("# nothing\n", "no row");
    refused("nonsense", "line 1:");
}

/* A run over a folder that told of one bucket: the others are as they were. */
static void test_complete(void **state)
{
    struct desk d;
    struct err e = {0};
    (void)state;
    open_desk(&d);
    struct ingest_run r = {.kind = "import", .tool_version = "1", .base = d.base};
    struct ingest *in = ingest_begin(d.s, &r, &e);
    d.run = ingest_run_id(in);
    answer(&d, in, "s3:GetBucketPolicy", "{\"Bucket\":\"b2\"}", "{\"Policy\":\"{\\\"Version\\\":\\\"2012-10-17\\\"}\"}",
           CALL_OK);
    answer(&d, in, "ec2:DescribeSecurityGroups", "{}", "{\"SecurityGroups\":[]}", CALL_OK);
    assert_true(ingest_finish(in, "complete", 9, 9, &e));
    ingest_free(in);
    if (!edit_complete(d.s, d.run, d.base, &e) || !store_snapshot(d.s, d.run, &e))
        fail_msg("%s", e.message);
    says(&d, "SELECT count(*) FROM temp.snap_resource WHERE op = 's3:GetBucketPolicy' AND parent IN ('b1', 'b2')", 2);
    says(&d, "SELECT count(*) FROM temp.snap_call WHERE op = 's3:GetBucketPolicy'", 2);
    says(&d, "SELECT count(*) FROM temp.snap_resource WHERE op = 'ec2:DescribeSecurityGroups'", 0);
    says(&d, "SELECT count(*) FROM temp.snap_resource WHERE rid = 'i-1'", 1);
    close_desk(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_put_adds_and_replaces),
        cmocka_unit_test(test_remove),
        cmocka_unit_test(test_lists_in_lists_and_parents),
        cmocka_unit_test(test_in_order),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_complete),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
