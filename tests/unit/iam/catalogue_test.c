/* The catalogue: loading, looking up, and that every action on data is judged. */
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include "base/embed.h"
#include "iam/catalogue.h"

#include <stdio.h>
#include <strings.h>
#include <time.h>

static struct arena *arena;
static const struct iam_catalogue *c;

static int setup(void **state)
{
    (void)state;
    struct err e = {0};
    arena = arena_new(0);
    c = iam_catalogue_load(arena, &e);
    if (!c)
        fprintf(stderr, "%s\n", e.message);
    return c ? 0 : 1;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static const struct iam_action_info *action(const char *service, const char *name)
{
    uint32_t at = iam_catalogue_action(c, str_of(service), str_of(name));
    assert_true(at < c->action_count);
    return &c->actions[at];
}

static const char *type_of(const char *arn)
{
    uint32_t at = iam_catalogue_resource_of(c, str_of(arn));
    if (at == UINT32_MAX)
        return "";
    return arena_printf(arena, "%.*s:%.*s", STR_ARG(c->resources[at].service), STR_ARG(c->resources[at].name)).ptr;
}

static int nocase_order(struct str a, struct str b)
{
    char x[256], y[256];
    snprintf(x, sizeof x, "%.*s", STR_ARG(a));
    snprintf(y, sizeof y, "%.*s", STR_ARG(b));
    return strcasecmp(x, y);
}

static void counts_and_order(void **state)
{
    (void)state;
    assert_true(c->action_count > 21000 && c->resource_count > 2200);
    for (uint32_t i = 1; i < c->action_count; i++) {
        const struct iam_action_info *a = &c->actions[i - 1], *b = &c->actions[i];
        int services = str_cmp(a->service, b->service);
        assert_true(services < 0 || (services == 0 && nocase_order(a->name, b->name) < 0));
    }
    for (uint32_t i = 0; i < c->action_count; i++) {
        const struct iam_action_info *a = &c->actions[i];
        assert_int_equal(iam_catalogue_action(c, a->service, a->name), i);
        for (uint16_t j = 0; j < a->resource_type_count; j++)
            assert_true(str_eq(c->resources[a->resource_types[j]].service, a->service));
    }
}

static void actions(void **state)
{
    (void)state;
    const struct iam_action_info *a = action("S3", "getobject");
    assert_true(str_eqz(a->name, "GetObject") && a->level == IAM_READ);
    assert_int_equal(a->resource_type_count, 2);
    assert_true(str_contains(a->keys, STR("s3:existingobjecttag/${key}")));
    assert_int_equal(action("s3", "PutBucketPolicy")->level, IAM_PERMISSIONS);
    assert_int_equal(action("iam", "TagRole")->level, IAM_TAGGING);
    assert_int_equal(action("s3", "ListAllMyBuckets")->resource_type_count, 0);
    assert_int_equal(iam_catalogue_action(c, STR("s3"), STR("GetObjec")), UINT32_MAX);
    assert_int_equal(iam_catalogue_action(c, STR("s4"), STR("GetObject")), UINT32_MAX);
    uint32_t from, to;
    assert_true(iam_catalogue_service(c, STR("sqs"), &from, &to));
    assert_true(to - from > 10 && str_eqz(c->actions[from].service, "sqs") && str_eqz(c->actions[to - 1].service, "sqs"));
    assert_false(iam_catalogue_service(c, STR("nope"), &from, &to));
}

static void types_of_arns(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"arn:aws:s3:::bucket", "s3:bucket"},
        {"arn:aws:s3:::bucket/key/x", "s3:object"},
        {"arn:aws-us-gov:s3:::bucket/*", "s3:object"},
        {"arn:aws:s3:eu-west-1:111122223333:accesspoint/ap", "s3:accesspoint"},
        {"arn:aws:s3:eu-west-1:111122223333:accesspoint/ap/object/k", "s3:accesspointobject"},
        {"arn:aws:dynamodb:eu-west-1:111122223333:table/t", "dynamodb:table"},
        {"arn:aws:dynamodb:eu-west-1:111122223333:table/t/index/i", "dynamodb:index"},
        {"arn:aws:iam::111122223333:role/a/b", "iam:role"},
        {"arn:aws:kms:eu-west-1:111122223333:key/k", "kms:key"},
        {"arn:aws:kms:eu-west-1:111122223333:alias/k", "kms:alias"},
        {"arn:aws:ec2:eu-west-1::snapshot/snap-1", "ec2:snapshot"},
        {"arn:aws:ec2:eu-west-1:111122223333:snapshot/snap-1", "ec2:snapshot"},
        {"arn:aws:ec2:eu-west-1:111122223333:volume/vol-1", "ec2:volume"},
        {"arn:aws:logs:eu-west-1:111122223333:log-group:/a/b", "logs:log-group"},
        {"arn:aws:logs:eu-west-1:111122223333:log-group:/a/b:log-stream:s", "logs:log-stream"},
        {"arn:aws:rds:eu-west-1:111122223333:db:d", "rds:db"},
        {"arn:aws:rds:eu-west-1:111122223333:cluster-snapshot:d", "rds:cluster-snapshot"},
        {"arn:aws:lambda:eu-west-1:111122223333:function:f", "lambda:function"},
        {"arn:aws:sqs:eu-west-1:111122223333:q", "sqs:queue"},
        {"arn:aws:secretsmanager:eu-west-1:111122223333:secret:a/b-AbCdEf", "secretsmanager:Secret"},
        {"bucket", ""},
        {"arn:aws:nothing:::x", ""},
        {"*", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(type_of(rows[i][0]), rows[i][1]);
    assert_true(iam_catalogue_takes(c, iam_catalogue_action(c, STR("s3"), STR("GetObject")), STR("arn:aws:s3:::b/k")));
    assert_false(iam_catalogue_takes(c, iam_catalogue_action(c, STR("s3"), STR("GetObject")), STR("arn:aws:s3:::b")));
    assert_false(iam_catalogue_takes(c, iam_catalogue_action(c, STR("s3"), STR("ListBucket")), STR("arn:aws:s3:::b/k")));
    assert_true(iam_catalogue_takes(c, iam_catalogue_action(c, STR("s3"), STR("ListAllMyBuckets")), STR("*")));
    assert_false(iam_catalogue_takes(c, iam_catalogue_action(c, STR("s3"), STR("ListAllMyBuckets")), STR("arn:aws:s3:::b")));
    assert_true(iam_catalogue_takes(c, iam_catalogue_action(c, STR("lambda"), STR("InvokeFunction")),
                                    STR("arn:aws:lambda:eu-west-1:111122223333:function:f:live")));
}

static void keys(void **state)
{
    (void)state;
    assert_true(iam_catalogue_key_is_list(c, STR("aws:tagkeys")));
    assert_true(iam_catalogue_key_is_list(c, STR("aws:PrincipalOrgPaths")));
    assert_false(iam_catalogue_key_is_list(c, STR("aws:principalorgid")));
    assert_false(iam_catalogue_key_is_list(c, STR("made:up")));
    assert_true(str_eqz(iam_catalogue_key_type(c, STR("aws:sourceip")), "IPAddress"));
    assert_true(str_eqz(iam_catalogue_key_type(c, STR("aws:principaltag/team")), "String"));
    assert_true(str_eqz(iam_catalogue_key_type(c, STR("kms:encryptioncontext:aws:s3:arn")), "String"));
    assert_null(iam_catalogue_key_type(c, STR("made:up")).ptr);
    assert_true(iam_catalogue_rcp_service(c, STR("s3")) && iam_catalogue_rcp_service(c, STR("KMS")));
    assert_false(iam_catalogue_rcp_service(c, STR("ec2")));
}

static void cloudformation(void **state)
{
    (void)state;
    uint32_t types[16];
    uint32_t n = iam_catalogue_types_of(c, STR("AWS::S3::Bucket"), types, 16);
    assert_int_equal(n, 2);
    assert_true(str_eqz(c->resources[types[0]].name, "bucket") && str_eqz(c->resources[types[1]].name, "object"));
    assert_true(str_eqz(iam_catalogue_cfn_of(c, types[1]), "AWS::S3::Bucket"));
    assert_int_equal(iam_catalogue_types_of(c, STR("AWS::S3::Bucket"), types, 1), 2);
    assert_int_equal(iam_catalogue_types_of(c, STR("AWS::No::Such"), types, 16), 0);
    assert_null(iam_catalogue_cfn_of(c, UINT32_MAX).ptr);
}

static bool touches_data(const struct iam_action_info *a)
{
    for (uint16_t i = 0; i < a->resource_type_count; i++)
        if (c->resources[a->resource_types[i]].data)
            return true;
    return false;
}

/* An action on a type that holds data is in data_actions.tsv, with what it touches or why it touches nothing; so is every
 * type of a service that has such types. What a new catalogue brings is named here until somebody has judged it. */
static void every_data_action_is_judged(void **state)
{
    (void)state;
    uint32_t missing = 0, judged = 0, touching = 0;
    for (uint32_t i = 0; i < c->action_count; i++) {
        const struct iam_action_info *a = &c->actions[i];
        if (!touches_data(a))
            continue;
        judged += a->why.ptr != NULL;
        touching += a->touches != 0;
        if (!a->why.ptr && ++missing)
            fprintf(stderr, "not judged: %.*s:%.*s\n", STR_ARG(a->service), STR_ARG(a->name));
    }
    for (uint32_t i = 0; i < c->resource_count; i++) {
        const struct iam_resource_info *r = &c->resources[i];
        bool service = false;
        for (uint32_t j = 0; !r->why.ptr && j < c->resource_count; j++)
            service |= c->resources[j].data && str_eq(c->resources[j].service, r->service);
        if (service && ++missing)
            fprintf(stderr, "type not judged: %.*s:%.*s\n", STR_ARG(r->service), STR_ARG(r->name));
    }
    printf("catalogue: %u actions on data judged, %u of them touch it\n", judged, touching);
    assert_int_equal(missing, 0);
    assert_true(judged > 1500 && touching > 800);
}

/* Every name in data_actions.tsv is that of some action which it bears on: a row for nothing is a slip of the pen. */
static void every_row_fits(void **state)
{
    (void)state;
    struct str text = embed_get("data/iam/data_actions.tsv");
    uint32_t idle = 0, from, to;
    while (text.ptr) {
        struct str line = str_cut(&text, '\n'), rest = line, service = str_cut(&rest, '\t'), what = str_cut(&rest, '\t');
        if (!line.len || line.ptr[0] == '#')
            continue;
        assert_true(iam_catalogue_service(c, service, &from, &to));
        while (what.ptr) {
            struct str glob = str_cut(&what, ',');
            bool fits = str_starts(glob, STR("type:"));
            for (uint32_t i = from; i < to && !fits; i++)
                fits = str_glob(glob, c->actions[i].name) && (touches_data(&c->actions[i]) || !c->actions[i].resource_type_count);
            if (!fits && ++idle)
                fprintf(stderr, "fits nothing: %.*s %.*s\n", STR_ARG(service), STR_ARG(glob));
        }
    }
    assert_int_equal(idle, 0);
}

static void what_is_touched(void **state)
{
    (void)state;
    static const struct {
        const char *service, *name;
        unsigned touches;
    } rows[] = {
        {"s3", "GetObject", 1u << IAM_TOUCH_READ},
        {"s3", "PutBucketPolicy", 1u << IAM_TOUCH_SHARE},
        {"s3", "PutBucketTagging", 1u << IAM_TOUCH_BORDER},
        {"s3", "GetBucketPolicy", 0},
        {"s3", "ListAllMyBuckets", 0},
        {"kms", "Decrypt", 1u << IAM_TOUCH_DECRYPT},
        {"kms", "CreateGrant", 1u << IAM_TOUCH_SHARE},
        {"ec2", "ModifySnapshotAttribute", 1u << IAM_TOUCH_SHARE},
        {"ec2", "CreateSnapshot", 1u << IAM_TOUCH_COPY},
        {"ec2", "CreateVpc", 0},
        {"rds", "CopyDBSnapshot", 1u << IAM_TOUCH_COPY},
        {"rds", "DescribeDBInstances", 0},
        {"dynamodb", "DeleteTable", 1u << IAM_TOUCH_DELETE},
        {"secretsmanager", "GetSecretValue", 1u << IAM_TOUCH_READ},
        {"secretsmanager", "BatchGetSecretValue", 1u << IAM_TOUCH_READ},
        {"rds-db", "connect", 1u << IAM_TOUCH_READ | 1u << IAM_TOUCH_WRITE | 1u << IAM_TOUCH_DELETE},
        {"iam", "CreateUser", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(action(rows[i].service, rows[i].name)->touches, rows[i].touches);
}

static void fast(void **state)
{
    (void)state;
    struct timespec from, to;
    double best = 1e9;
    for (int i = 0; i < 5; i++) {
        struct err e = {0};
        struct arena *a = arena_new(1u << 20);
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
        assert_non_null(iam_catalogue_load(a, &e));
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
        double ms = (double)(to.tv_sec - from.tv_sec) * 1e3 + (double)(to.tv_nsec - from.tv_nsec) / 1e6;
        best = ms < best ? ms : best;
        if (!i)
            printf("catalogue: %zu KiB of memory\n", arena_held_bytes(a) / 1024);
        arena_free(a);
    }
    printf("catalogue: loaded in %.2f ms\n", best);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_and_order), cmocka_unit_test(actions), cmocka_unit_test(types_of_arns), cmocka_unit_test(keys),
        cmocka_unit_test(cloudformation), cmocka_unit_test(every_data_action_is_judged), cmocka_unit_test(every_row_fits),
        cmocka_unit_test(what_is_touched), cmocka_unit_test(fast),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
