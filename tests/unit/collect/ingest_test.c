#include "harness.h"

#include "collect/ingest.h"
#include "collect/item.h"
#include "collect/split.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define NONE {NULL, 0}

static const struct str reservations[] = {{"Reservations", 12}};
static const struct str gaad_lists[] = {{"UserDetailList", 14}, {"GroupDetailList", 15}, {"RoleDetailList", 14}, {"Policies", 8}};
static const struct str distributions[] = {{"DistributionList.Items", 22}};
static const struct aws_follow bucket_follow[] = {{.param = {.name = {"Bucket", 6}}}};

static const struct aws_op instances = {
    .id = {"ec2:DescribeInstances", 21}, .kind = AWS_OP_RESOURCE, .items = {"Reservations[].Instances[]", 26},
    .lists = reservations, .list_count = 1, .id_field = {"InstanceId", 10}, .tags_field = {"Tags", 4},
    .type = {"AWS::EC2::Instance", 18}, .page_out = {{"NextToken", 9}}, .page_keys = 1,
    .arn_template = {"arn:{partition}:ec2:{region}:{account}:instance/{InstanceId}", 60},
};
static const struct aws_op gaad = {
    .id = {"iam:GetAccountAuthorizationDetails", 34}, .kind = AWS_OP_RESOURCE,
    .items = {"UserDetailList[]|GroupDetailList[]|RoleDetailList[]", 51}, .type = {"U|G|R", 5}, .id_field = {"UserId|GroupId|RoleId", 21},
    .lists = gaad_lists, .list_count = 4, .arn_field = {"Arn", 3}, .page_out = {{"Marker", 6}}, .page_keys = 1, .page_more = {"IsTruncated", 11},
};
static const struct aws_op cloudfront = {
    .id = {"cloudfront:ListDistributions", 28}, .kind = AWS_OP_RESOURCE, .items = {"DistributionList.Items[]", 24},
    .lists = distributions, .list_count = 1, .page_out = {{"DistributionList.NextMarker", 27}}, .page_keys = 1,
    .page_more = {"DistributionList.IsTruncated", 28},
};
static const struct aws_op bucket_policy = {
    .id = {"s3:GetBucketPolicy", 18}, .kind = AWS_OP_DETAIL, .items = {"@", 1}, .follow = bucket_follow, .follow_count = 1,
};
static const struct aws_op get_role = {
    .id = {"iam:GetRole", 11}, .kind = AWS_OP_DETAIL, .items = {"Role", 4}, .arn_field = {"Arn", 3},
};
static const struct aws_op queues = {
    .id = {"sqs:ListQueues", 14}, .kind = AWS_OP_RESOURCE, .items = {"QueueUrls[]", 11},
};
static const struct aws_op deep = {
    .id = {"x:Deep", 6}, .kind = AWS_OP_RESOURCE, .items = {"A[].m.B[].C[]", 13},
};

struct world {
    struct store *store;
    struct ingest *in;
    struct arena *a;
    int64_t calls;
};

static int set_up(void **state)
{
    struct err e = {0};
    struct world *w = calloc(1, sizeof *w);
    w->a = arena_new(0);
    w->store = store_open(":memory:", STORE_CREATE, &e);
    struct ingest_run r = {.kind = "import", .started_us = 1, .tool_version = "test"};
    w->in = w->store ? ingest_begin(w->store, &r, &e) : NULL;
    *state = w;
    return w->in ? 0 : -1;
}

static int tear_down(void **state)
{
    struct world *w = *state;
    ingest_free(w->in);
    store_close(w->store);
    arena_free(w->a);
    free(w);
    return 0;
}

static struct json *parse(struct world *w, const char *text)
{
    struct err e = {0};
    struct json *j = json_parse(w->a, str_of(arena_strdup(w->a, text)), SIZE_MAX, &e);
    if (!j)
        fail_msg("%s: %s", text, e.message);
    return j;
}

static struct ingest_call *open_call(struct world *w, const struct aws_op *op, const char *params)
{
    struct err e = {0};
    struct json *p = params ? parse(w, params) : NULL;
    if (!params) { /* one run has each call once */
        p = json_new(w->a, JSON_OBJECT);
        json_set(p, STR("n"), json_int(w->a, ++w->calls));
    }
    struct ingest_call *c = ingest_open(w->in, op, STR("111122223333"), STR("eu-central-1"), p, 5, &e);
    expect_ok(c, &e);
    return c;
}

static void close_call(struct ingest_call *c, enum call_status status)
{
    struct err e = {0};
    struct call_end end = {.status = status, .http = 200, .at_us = 7, .source = STR("stub"), .attempts = 1};
    expect_ok(ingest_close(c, &end, &e), &e);
}

static int64_t number(struct world *w, const char *sql)
{
    struct err e = {0};
    int64_t v = -1;
    expect_ok(store_get_int(w->store, sql, &v, &e), &e);
    return v;
}

static struct str text_of(struct world *w, const char *sql)
{
    struct err e = {0};
    struct query *q = query_new(w->store, sql, &e);
    expect_ok(q, &e);
    struct str s = NONE;
    if (query_step(q) && !query_is_null(q, 0))
        s = arena_str(w->a, query_str(q, 0));
    expect_ok(query_done(q), &e);
    return s;
}

static struct str written(struct world *w, const struct json *j)
{
    struct buf b;
    buf_init(&b, SIZE_MAX / 2);
    json_write(&b, j);
    struct str s = arena_str(w->a, buf_str(&b));
    buf_done(&b);
    return s;
}

/* One page in; the answer that comes out has the same bytes. */
static void expect_same(struct world *w, const struct aws_op *op, const char *text)
{
    struct err e = {0};
    struct ingest_call *c = open_call(w, op, NULL);
    expect_ok(ingest_page(c, parse(w, text), &e), &e);
    close_call(c, CALL_OK);
    struct json *back = ingest_answer(w->store, w->a, number(w, "SELECT max(id) FROM call"), &e);
    expect_ok(back, &e);
    expect_str(written(w, back), arena_cstr(w->a, written(w, parse(w, text))));
}

static void test_columns(void **state)
{
    struct world *w = *state;
    struct err e = {0};
    struct ingest_call *c = open_call(w, &instances, "{}");
    expect_ok(ingest_page(c, parse(w, "{\"Reservations\":[{\"OwnerId\":\"1\",\"Instances\":[{\"InstanceId\":\"i-1\",\"Tags\":"
                                      "[{\"Key\":\"Name\",\"Value\":\"web\"},{\"Key\":\"x\",\"Value\":\"\"},{\"Key\":\"x\",\"Value\":\"2\"}]},"
                                      "{\"InstanceId\":\"i-2\"}]},{\"Instances\":[{\"InstanceId\":\"i-3\"}]}],\"NextToken\":\"t\"}"), &e), &e);
    expect_ok(ingest_page(c, parse(w, "{\"Reservations\":[{\"Instances\":[{\"InstanceId\":\"i-4\"}]}]}"), &e), &e);
    close_call(c, CALL_OK);
    expect_str(text_of(w, "SELECT group_concat(pos, ' ') FROM (SELECT pos FROM resource ORDER BY id)"),
               "Reservations/0/Instances/0 Reservations/0/Instances/1 Reservations/1/Instances/0 Reservations/2/Instances/0");
    expect_str(text_of(w, "SELECT kind||' '||type||' '||rid||' '||arn||' '||name||' '||tags||' '||data FROM resource"),
               "resource AWS::EC2::Instance i-1 arn:aws:ec2:eu-central-1:111122223333:instance/i-1 web {\"Name\":\"web\",\"x\":\"\"} "
               "{\"InstanceId\":\"i-1\",\"Tags\":[{\"Key\":\"Name\",\"Value\":\"web\"},{\"Key\":\"x\",\"Value\":\"\"},{\"Key\":\"x\",\"Value\":\"2\"}]}");
    assert_int_equal(number(w, "SELECT count(*) FROM resource WHERE tags IS NULL AND name IS NULL"), 3);
    expect_str(text_of(w, "SELECT status||' '||pages||' '||rows||' '||params||parent||' '||envelope FROM call"),
               "ok 2 4 {} {\"Reservations\":[]}");
    assert_int_equal(number(w, "SELECT count(*) FROM call_part"), 3);
}

static void test_tag_shapes(void **state)
{
    struct world *w = *state;
    static const char *const shapes[] = {
        "{\"T\":[{\"Key\":\"Name\",\"Value\":\"n\"}]}", "{\"T\":[{\"key\":\"Name\",\"value\":\"n\"}]}",
        "{\"T\":[{\"TagKey\":\"Name\",\"TagValue\":\"n\"}]}", "{\"T\":{\"Name\":\"n\"}}",
    };
    struct item_spec op = {.tags_field = STR("T")};
    struct item_place at = {STR("1"), STR("us-east-1"), NULL};
    struct item_columns out;
    for (size_t i = 0; i < 4; i++) {
        item_columns(w->a, &op, &at, parse(w, shapes[i]), &out);
        expect_str(out.tags, "{\"Name\":\"n\"}");
        expect_str(out.name, "n");
    }
    item_columns(w->a, &op, &at, parse(w, "{\"T\":[]}"), &out);
    expect_str(out.tags, "{}");
    item_columns(w->a, &op, &at, parse(w, "{\"T\":\"odd\"}"), &out);
    assert_null(out.tags.ptr);
}

static void test_arns(void **state)
{
    struct world *w = *state;
    struct item_place at = {STR("1"), STR("us-gov-west-1"), parse(w, "{\"Bucket\":\"b\"}")};
    struct item_columns out;
    struct item_spec op = {.arn_template = STR("arn:{partition}:s3:::{^Bucket}/{a.b}")};
    item_columns(w->a, &op, &at, parse(w, "{\"a\":{\"b\":7}}"), &out);
    expect_str(out.arn, "arn:aws-us-gov:s3:::b/7");
    item_columns(w->a, &op, &at, parse(w, "{\"a\":{}}"), &out);
    assert_null(out.arn.ptr);
    op.arn_template = STR("x:{account}:{region}:{@basename}:{@}");
    item_columns(w->a, &op, &at, parse(w, "\"https://q/1/name\""), &out);
    expect_str(out.arn, "x:1:us-gov-west-1:name:https://q/1/name");
    item_columns(w->a, &op, &at, parse(w, "{}"), &out);
    assert_null(out.arn.ptr);
    expect_str(item_partition(STR("cn-north-1")), "aws-cn");
    expect_str(item_partition(STR("us-isob-east-1")), "aws-iso-b");
    expect_str(item_partition(STR("us-east-1")), "aws");
}

static void test_details_and_parents(void **state)
{
    struct world *w = *state;
    struct err e = {0};
    struct ingest_call *c = open_call(w, &bucket_policy, "{\"Extra\":[1,\"x\"],\"Bucket\":\"b\"}");
    expect_ok(ingest_page(c, parse(w, "{\"Policy\":\"{}\"}"), &e), &e);
    close_call(c, CALL_OK);
    expect_str(text_of(w, "SELECT kind||' ['||pos||'] '||parent||' '||data FROM resource"), "detail [] b|1|x {\"Policy\":\"{}\"}");
    expect_str(text_of(w, "SELECT params||' '||parent||' '||status FROM call"), "{\"Bucket\":\"b\",\"Extra\":[1,\"x\"]} b|1|x ok");
    c = open_call(w, &bucket_policy, "{\"Bucket\":\"none\"}");
    expect_ok(ingest_page(c, parse(w, "{}"), &e), &e);
    close_call(c, CALL_OK);
    expect_str(text_of(w, "SELECT status FROM call WHERE parent = 'none'"), "empty");
    c = open_call(w, &bucket_policy, "{\"Bucket\":\"denied\"}");
    close_call(c, CALL_DENIED);
    int64_t id = number(w, "SELECT id FROM call WHERE parent = 'denied' AND envelope IS NULL");
    assert_null(ingest_answer(w->store, w->a, id, &e));
    assert_false(err_is_set(&e));
    assert_null(ingest_answer(w->store, w->a, 99, &e));
    expect_err(&e, ERR_NO_DATA, "no call 99");
}

static void test_several_kinds_and_single_things(void **state)
{
    struct world *w = *state;
    struct err e = {0};
    struct ingest_call *c = open_call(w, &gaad, NULL);
    expect_ok(ingest_page(c, parse(w, "{\"UserDetailList\":[{\"UserId\":\"u\"}],\"RoleDetailList\":[{\"RoleId\":\"r\",\"UserId\":\"no\"}],"
                                      "\"Policies\":[{\"Arn\":\"p\"}]}"), &e), &e);
    close_call(c, CALL_OK);
    expect_str(text_of(w, "SELECT group_concat(type||rid) FROM resource"), "Uu,Rr");
    expect_str(text_of(w, "SELECT pos FROM call_part"), "Policies/0");
    c = open_call(w, &get_role, "{\"RoleName\":\"x\"}");
    expect_ok(ingest_page(c, parse(w, "{\"Role\":{\"Arn\":\"arn:x\"}}"), &e), &e);
    expect_ok(ingest_page(c, parse(w, "{\"Role\":{\"Arn\":\"arn:y\"}}"), &e), &e);
    close_call(c, CALL_OK);
    expect_str(text_of(w, "SELECT kind||pos||arn||data FROM resource WHERE parent = 'x'"), "detailRolearn:x{\"Arn\":\"arn:x\"}");
    expect_str(text_of(w, "SELECT status||code FROM call WHERE parent = 'x'"), "truncatedAnswerCutShort");
}

static void test_empty_and_strings(void **state)
{
    struct world *w = *state;
    struct err e = {0};
    struct ingest_call *c = open_call(w, &queues, "{}");
    expect_ok(ingest_page(c, parse(w, "{\"QueueUrls\":[]}"), &e), &e);
    close_call(c, CALL_OK);
    expect_str(text_of(w, "SELECT status FROM call"), "empty");
    c = open_call(w, &queues, NULL);
    expect_ok(ingest_page(c, parse(w, "{\"QueueUrls\":[\"https://q/1\",\"arn:aws:x\"]}"), &e), &e);
    close_call(c, CALL_OK);
    expect_str(text_of(w, "SELECT group_concat(rid||coalesce(arn, '-')) FROM resource"), "https://q/1-,arn:aws:xarn:aws:x");
}

static void test_odd_answers_come_back(void **state)
{
    struct world *w = *state;
    static const char *const odd[] = {
        "{}", "{\"Reservations\":null,\"a\":1}", "{\"Reservations\":[null,1,{\"Instances\":{}},{\"Instances\":[null,[],\"x\"],\"z\":1}],\"q\":[]}",
        "{\"Reservations\":{\"Instances\":[1]}}", "{\"a\":[1],\"Reservations\":[{\"Groups\":[],\"Instances\":[],\"OwnerId\":\"1\"}],\"b\":1.50}",
    };
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
        expect_same(w, &instances, odd[i]);
    expect_same(w, &deep, "{\"x\":0,\"A\":[{\"m\":{\"B\":[{\"C\":[1,2],\"c\":1},{\"C\":[]},{\"D\":1},null],\"k\":true}},{\"m\":null},{\"m\":{\"B\":[{\"C\":[3]}]}}]}");
    expect_same(w, &cloudfront, "{\"DistributionList\":{\"Marker\":\"\",\"Items\":[{\"Id\":\"a\"}],\"IsTruncated\":false,\"Quantity\":1}}");
    expect_same(w, &gaad, "{\"UserDetailList\":[{\"Arn\":\"u\"}],\"Policies\":[{\"Arn\":\"p\"}],\"IsTruncated\":false,\"RoleDetailList\":[]}");
    expect_same(w, &get_role, "{\"a\":1,\"Role\":{\"Arn\":\"x\"},\"b\":2}");
    expect_same(w, &get_role, "{\"Role\":null}");
    expect_same(w, &get_role, "{\"Role\":\"text\"}");
    expect_same(w, &bucket_policy, "{\"a\":[1,2,3]}");
    expect_same(w, &bucket_policy, "[1,2]");
}

static void test_answer_that_is_no_object(void **state)
{
    struct world *w = *state;
    struct err e = {0};
    struct ingest_call *c = open_call(w, &instances, "{}");
    assert_false(ingest_page(c, parse(w, "[1]"), &e));
    expect_err(&e, ERR_PARSE, "not a JSON object");
    close_call(c, CALL_ERROR);
    close_call(open_call(w, &instances, NULL), CALL_OK); /* the writer goes on */
    expect_str(text_of(w, "SELECT group_concat(status) FROM call"), "error,empty");
}

static void test_same_call_twice(void **state)
{
    struct world *w = *state;
    struct err e = {0};
    close_call(open_call(w, &queues, "{\"a\":1,\"b\":2}"), CALL_OK);
    assert_null(ingest_open(w->in, &queues, STR("111122223333"), STR("eu-central-1"), parse(w, "{\"b\":2,\"a\":1}"), 5, &e));
    expect_err(&e, ERR_PARSE, "made twice");
    close_call(open_call(w, &queues, NULL), CALL_OK);
}

static void test_interleaved_calls(void **state)
{
    struct world *w = *state;
    struct err e = {0};
    struct ingest_call *a = open_call(w, &queues, "{\"n\":\"a\"}"), *b = open_call(w, &queues, "{\"n\":\"b\"}");
    for (int i = 0; i < 3; i++) {
        expect_ok(ingest_page(a, parse(w, "{\"QueueUrls\":[\"a\"]}"), &e), &e);
        expect_ok(ingest_page(b, parse(w, "{\"QueueUrls\":[\"b\",\"b\"]}"), &e), &e);
    }
    close_call(a, CALL_OK);
    close_call(b, CALL_TRUNCATED);
    assert_int_equal(number(w, "SELECT count(*) FROM resource r JOIN call c ON c.id = r.call WHERE r.parent = r.rid AND c.parent = r.rid"), 9);
    expect_str(text_of(w, "SELECT group_concat(status||rows) FROM call"), "ok3,truncated6");
}

static void test_resume(void **state)
{
    struct world *w = *state;
    struct err e = {0};
    struct ingest_call *c = open_call(w, &queues, "{\"n\":1}");
    expect_ok(ingest_page(c, parse(w, "{\"QueueUrls\":[\"kept\"]}"), &e), &e);
    close_call(c, CALL_OK);
    c = open_call(w, &instances, "{\"n\":2}");
    expect_ok(ingest_page(c, parse(w, "{\"Reservations\":[{\"Instances\":[1]}]}"), &e), &e);
    expect_ok(ingest_finish(w->in, "interrupted", 9, 9, &e), &e);
    int64_t run = ingest_run_id(w->in);
    ingest_free(w->in);
    w->in = ingest_resume(w->store, run, &e);
    expect_ok(w->in, &e);
    expect_str(text_of(w, "SELECT group_concat(rid) FROM resource"), "kept");
    assert_int_equal(number(w, "SELECT count(*) FROM call"), 1);
    assert_int_equal(number(w, "SELECT count(*) FROM call_part"), 0);
    expect_str(text_of(w, "SELECT status FROM run"), "running");
    expect_ok(ingest_account(w->in, STR("1"), STR("n"), (struct str)NONE, true, (struct str)NONE, &e), &e);
    expect_ok(ingest_region(w->in, STR("1"), STR("r"), "enabled", true, (struct str)NONE, &e), &e);
    expect_ok(ingest_caller(w->in, STR("arn:me"), &e), &e);
    expect_ok(ingest_finish(w->in, "complete", 10, 11, &e), &e);
    expect_str(text_of(w, "SELECT status||clock_us||caller_arn||(SELECT reached FROM run_account)||(SELECT state FROM run_region) FROM run"),
               "complete11arn:me1enabled");
    assert_null(ingest_resume(w->store, run, &e));
    expect_err(&e, ERR_NO_DATA, "complete");
    err_clear(&e);
    assert_null(ingest_resume(w->store, 77, &e));
    expect_err(&e, ERR_NO_DATA, "no run 77");
}

/* ---- property: random answers over random pages ---- */

static struct json *random_json(struct arena *a, int depth)
{
    static const char *const words[] = {"", "a", "Reservations", "\xc3\xa9\n\"", "0", "x/y"};
    int kind = rand() % (depth > 2 ? 5 : 7);
    struct json *j = json_new(a, (enum json_type)kind);
    if (j->type == JSON_NUMBER)
        j->text = arena_printf(a, "%d.%02d", rand() % 100, rand() % 100);
    if (j->type == JSON_STRING)
        j->text = str_of(words[rand() % 6]);
    for (int i = rand() % 4; i > 0 && kind >= JSON_ARRAY; i--) {
        if (j->type == JSON_ARRAY)
            json_add(j, random_json(a, depth + 1));
        else
            json_set(j, arena_printf(a, "k%d", i), random_json(a, depth + 1));
    }
    return j;
}

static void add_random_members(struct arena *a, struct json *o, const char *prefix)
{
    for (int i = rand() % 3; i > 0; i--)
        json_set(o, arena_printf(a, "%s%d", prefix, i), random_json(a, 1));
}

static struct json *random_element(struct arena *a, const struct aws_op *op, const char *name)
{
    if (op != &instances || strcmp(name, "Reservations") != 0 || rand() % 8 == 0)
        return random_json(a, 0);
    struct json *o = json_new(a, JSON_OBJECT), *list = json_new(a, JSON_ARRAY);
    add_random_members(a, o, "before");
    json_set(o, STR("Instances"), list);
    for (int i = rand() % 4; i > 0; i--)
        json_add(list, random_json(a, 0));
    add_random_members(a, o, "after");
    return o;
}

/* The pages of one answer, and beside them what the CLI would print for all. */
static void random_answer(struct world *w, const struct aws_op *op, const char *const *names, int count)
{
    struct err e = {0};
    struct json *want = json_new(w->a, JSON_OBJECT), *lists[4];
    bool nested = op == &cloudfront;
    struct json *holder = nested ? json_new(w->a, JSON_OBJECT) : want;
    add_random_members(w->a, want, "top");
    if (nested)
        json_set(want, STR("DistributionList"), holder);
    for (int i = 0; i < count; i++) {
        lists[i] = json_new(w->a, JSON_ARRAY);
        json_set(holder, str_of(names[i]), lists[i]);
    }
    struct str outer_first = written(w, want);
    struct ingest_call *c = open_call(w, op, NULL);
    int pages = 1 + rand() % 4;
    for (int p = 0; p < pages; p++) {
        struct json *page = parse(w, arena_cstr(w->a, outer_first));
        struct json *at = nested ? json_getz(page, "DistributionList") : page;
        for (int i = 0; i < count; i++)
            for (int k = rand() % 5; k > 0; k--) {
                struct str text = written(w, random_element(w->a, op, names[i]));
                json_add(json_getz(at, names[i]), parse(w, arena_cstr(w->a, text)));
                json_add(lists[i], parse(w, arena_cstr(w->a, text)));
            }
        if (p + 1 < pages)
            json_set(at, nested ? STR("NextMarker") : str_eqz(op->page_out[0], "Marker") ? STR("Marker") : STR("NextToken"), json_string(w->a, STR("t")));
        expect_ok(ingest_page(c, page, &e), &e);
    }
    close_call(c, CALL_OK);
    struct json *back = ingest_answer(w->store, w->a, number(w, "SELECT max(id) FROM call"), &e);
    expect_ok(back, &e);
    expect_str(written(w, back), arena_cstr(w->a, written(w, want)));
}

static void test_random_answers_come_back(void **state)
{
    struct world *w = *state;
    static const char *const one[] = {"Reservations"}, *const four[] = {"UserDetailList", "GroupDetailList", "RoleDetailList", "Policies"},
                      *const items[] = {"Items"};
    srand(7);
    for (int i = 0; i < 300; i++) {
        random_answer(w, &instances, one, 1);
        random_answer(w, &gaad, four, 4);
        random_answer(w, &cloudfront, items, 1);
    }
}

/* ---- size and speed ---- */

static long peak_kib(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return u.ru_maxrss;
}

/* WARD_TEST_ITEMS=1000000 measures; the default is for every day. */
static void test_many_items_do_not_grow_memory(void **state)
{
    struct world *w = *state;
    struct err e = {0};
    const char *asked = getenv("WARD_TEST_ITEMS");
    int items = asked ? atoi(asked) : 20000, per_page = 1000;
    char path[64];
    snprintf(path, sizeof path, "/tmp/ward-many-%ld.db", (long)getpid());
    struct store *s = store_open(path, STORE_CREATE, &e);
    expect_ok(s, &e);
    struct ingest_run r = {.kind = "collect", .tool_version = "test"};
    struct ingest *in = ingest_begin(s, &r, &e);
    expect_ok(in, &e);
    struct ingest_call *c = ingest_open(in, &instances, STR("1"), STR("us-east-1"), NULL, 1, &e);
    expect_ok(c, &e);
    struct buf text;
    buf_init(&text, 64 << 20);
    struct arena *page = arena_new(0);
    long before = 0;
    int64_t spent = 0;
    for (int done = 0; done < items; done += per_page) {
        arena_reset(page);
        buf_reset(&text);
        buf_addz(&text, "{\"Reservations\":[");
        for (int i = 0; i < per_page; i++)
            buf_addf(&text, "%s{\"OwnerId\":\"111122223333\",\"Instances\":[{\"InstanceId\":\"i-%010d\",\"ImageId\":\"ami-0123456789abcdef0\","
                            "\"State\":{\"Code\":16,\"Name\":\"running\"},\"SubnetId\":\"subnet-1\",\"VpcId\":\"vpc-1\",\"Tags\":"
                            "[{\"Key\":\"Name\",\"Value\":\"web\"},{\"Key\":\"tenant\",\"Value\":\"acme\"}]}]}", i ? "," : "", done + i);
        buf_addz(&text, "]}");
        struct json *j = json_parse(page, buf_str(&text), SIZE_MAX, &e);
        struct timespec t0, t1;
        clock_gettime(CLOCK_MONOTONIC, &t0);
        expect_ok(ingest_page(c, j, &e), &e);
        clock_gettime(CLOCK_MONOTONIC, &t1);
        spent += (t1.tv_sec - t0.tv_sec) * 1000000 + (t1.tv_nsec - t0.tv_nsec) / 1000;
        if (done == items / 4)
            before = peak_kib();
    }
    struct call_end end = {.status = CALL_OK, .source = STR("stub")};
    expect_ok(ingest_close(c, &end, &e), &e);
    expect_ok(ingest_finish(in, "complete", 1, 1, &e), &e);
    long grown = peak_kib() - before;
    print_message("%d items, %.0f items/s, grown by %ld KiB\n", items, items * 1e6 / (double)(spent + 1), grown);
#ifndef __SANITIZE_ADDRESS__
    assert_true(grown < 64 * 1024); /* the page cache of SQLite is 32 MiB */
#endif
    int64_t n = 0;
    expect_ok(store_get_int(s, "SELECT count(*) FROM resource", &n, &e), &e);
    assert_int_equal(n, items);
    ingest_free(in);
    store_close(s);
    buf_done(&text);
    arena_free(page);
    unlink(path);
    (void)w;
}

/* A disk that fills up: the error comes back from every later call, what was committed is there. */
static void test_full_store(void **state)
{
    struct world *w = *state;
    struct err e = {0};
    expect_ok(store_exec(w->store, "PRAGMA max_page_count = 200", &e), &e);
    struct buf big;
    buf_init(&big, 1 << 20);
    buf_addz(&big, "{\"QueueUrls\":[\"");
    for (int i = 0; i < 1000; i++)
        buf_addz(&big, "0123456789");
    buf_addz(&big, "\"]}");
    struct ingest_call *c = open_call(w, &queues, "{}");
    bool ok = true;
    for (int i = 0; ok && i < 2000; i++)
        ok = ingest_page(c, parse(w, buf_cstr(&big)), &e);
    assert_false(ok);
    expect_err(&e, ERR_STORE, "disk is full");
    struct err again = {0};
    struct call_end end = {.status = CALL_OK, .source = STR("stub")};
    assert_false(ingest_close(c, &end, &again));
    expect_err(&again, ERR_STORE, "disk is full");
    err_clear(&again);
    assert_null(ingest_open(w->in, &queues, STR("1"), STR("r"), NULL, 1, &again));
    expect_err(&again, ERR_STORE, "disk is full");
    err_clear(&again);
    expect_ok(ingest_finish(w->in, "failed", 9, 9, &again), &again);
    expect_str(text_of(w, "SELECT status FROM run"), "failed");
    buf_done(&big);
}

#define with_store(t) cmocka_unit_test_setup_teardown(t, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_store(test_columns), with_store(test_tag_shapes), with_store(test_arns), with_store(test_details_and_parents),
        with_store(test_several_kinds_and_single_things), with_store(test_empty_and_strings), with_store(test_odd_answers_come_back), with_store(test_answer_that_is_no_object),
        with_store(test_same_call_twice), with_store(test_interleaved_calls), with_store(test_resume),
        with_store(test_random_answers_come_back), with_store(test_many_items_do_not_grow_memory), with_store(test_full_store),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
