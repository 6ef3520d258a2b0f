/* Regions and endpoints: AWS's own and configured ones. Every service in every region is compared with
 * botocore by tests/peer; here are the cases that people meet. */
#include "aws/endpoint.h"
#include "harness.h"

struct pair {
    const char *name, *value;
};

static const char *get(void *user, const char *name)
{
    for (const struct pair *p = user; p && p->name; p++)
        if (strcmp(p->name, name) == 0)
            return p->value;
    return NULL;
}

struct fixture {
    struct arena *a;
    struct env env;
    struct aws_config config;
    const struct aws_endpoints *s;
};

static struct fixture begin(const struct pair *env, const char *config)
{
    struct err e = {0};
    struct fixture *f = NULL;
    struct arena *a = arena_new(0);
    f = arena_new_of(a, struct fixture);
    f->a = a;
    f->env = (struct env){get, (void *)(uintptr_t)env};
    f->config.path[0] = STR("config");
    expect_ok(aws_config_parse(a, str_of(config), AWS_FILE_CONFIG, &f->config, &e), &e);
    f->s = aws_endpoints_new(a, &f->env, &f->config, STR("default"), &e);
    expect_ok(f->s, &e);
    return *f;
}

static const struct aws_op s3 = {
    .service = STR("s3"), .endpoint_prefix = STR("s3"),
    .endpoint_env = STR("AWS_ENDPOINT_URL_S3"), .host_prefix = STR(""),
};
static const struct aws_op iam = {
    .service = STR("iam"), .endpoint_prefix = STR("iam"),
    .endpoint_env = STR("AWS_ENDPOINT_URL_IAM"), .global = true,
    .host_prefix = STR(""),
};
static const struct aws_op s3control = {
    .service = STR("s3control"), .endpoint_prefix = STR("s3-control"),
    .endpoint_env = STR("AWS_ENDPOINT_URL_S3_CONTROL"), .host_prefix = STR("{AccountId}."),
};
static const struct aws_op mwaa = {
    .service = STR("mwaa"), .endpoint_prefix = STR("airflow"),
    .endpoint_env = STR("AWS_ENDPOINT_URL_MWAA"), .host_prefix = STR("api."),
};
static const struct aws_op accelerator = {
    .service = STR("globalaccelerator"), .endpoint_prefix = STR("globalaccelerator"),
    .endpoint_env = STR("AWS_ENDPOINT_URL_GLOBAL_ACCELERATOR"), .global = true,
    .host_prefix = STR(""),
};
static const struct aws_op beanstalk = {
    .service = STR("elasticbeanstalk"), .endpoint_prefix = STR("elasticbeanstalk"),
    .endpoint_env = STR("AWS_ENDPOINT_URL_ELASTIC_BEANSTALK"), .host_prefix = STR(""),
};

static void expect_at(const struct pair *env, const char *config, const struct aws_op *op, const char *region,
                      const char *url, const char *signing_region)
{
    struct fixture f = begin(env, config);
    struct err e = {0};
    struct aws_endpoint at;
    expect_ok(aws_endpoint(f.a, f.s, op, str_of(region), STR("111122223333"), &at, &e), &e);
    struct str got = arena_printf(f.a, "%.*s://%.*s%.*s", STR_ARG(at.scheme), STR_ARG(at.host), STR_ARG(at.base_path));
    expect_str(got, url);
    expect_str(at.signing_region, signing_region);
    arena_free(f.a);
}

#define FLAGS(fips, dual) (const struct pair[]){{"AWS_USE_FIPS_ENDPOINT", fips}, {"AWS_USE_DUALSTACK_ENDPOINT", dual}, {0}}

static void computed(void **state)
{
    (void)state;
    expect_at(NULL, "", &s3, "eu-west-1", "https://s3.eu-west-1.amazonaws.com", "eu-west-1");
    expect_at(NULL, "", &s3, "cn-north-1", "https://s3.cn-north-1.amazonaws.com.cn", "cn-north-1");
    expect_at(FLAGS("false", "true"), "", &s3, "eu-west-1", "https://s3.dualstack.eu-west-1.amazonaws.com", "eu-west-1");
    expect_at(FLAGS("TRUE", "false"), "", &s3, "us-east-2", "https://s3-fips.us-east-2.amazonaws.com", "us-east-2");
    expect_at(NULL, "", &iam, "eu-west-1", "https://iam.amazonaws.com", "us-east-1");
    expect_at(NULL, "", &iam, "us-gov-east-1", "https://iam.us-gov.amazonaws.com", "us-gov-west-1");
    expect_at(NULL, "", &s3control, "us-west-2", "https://111122223333.s3-control.us-west-2.amazonaws.com", "us-west-2");
    expect_at(NULL, "", &mwaa, "us-west-2", "https://api.airflow.us-west-2.amazonaws.com", "us-west-2");
    /* a region that the table does not know yet */
    expect_at(NULL, "", &beanstalk, "eu-north-9", "https://elasticbeanstalk.eu-north-9.amazonaws.com", "eu-north-9");
    expect_at(NULL, "", &beanstalk, "us-gov-north-1", "https://elasticbeanstalk.us-gov-north-1.amazonaws.com", "us-gov-north-1");
}

static void homes_of_global_services(void **state)
{
    (void)state;
    expect_at(NULL, "", &iam, "", "https://iam.amazonaws.com", "us-east-1");
    expect_at(NULL, "", &accelerator, "global", "https://globalaccelerator.us-west-2.amazonaws.com", "us-west-2");
    expect_at(NULL, "", &accelerator, "aws-global", "https://globalaccelerator.us-west-2.amazonaws.com", "us-west-2");
    expect_at(NULL, "[default]\nregion = us-gov-east-1\n", &iam, "", "https://iam.us-gov.amazonaws.com", "us-gov-west-1");
    expect_at((const struct pair[]){{"AWS_REGION", "cn-northwest-1"}, {0}}, "[default]\nregion = us-gov-east-1\n", &iam, "",
              "https://iam.cn-north-1.amazonaws.com.cn", "cn-north-1");
}

static void configured(void **state)
{
    (void)state;
    const char *config = "[default]\nservices = local\nendpoint_url = http://profile:4\n"
                         "[services local]\ns3 =\n  endpoint_url = http://section:3/\nelastic_beanstalk =\n  endpoint_url = https://eb:443/gate/way/\n";
    const struct pair both[] = {{"AWS_ENDPOINT_URL", "http://all:2"}, {"AWS_ENDPOINT_URL_S3", "http://s3only:1"}, {0}};
    expect_at(both, config, &s3, "eu-west-1", "http://s3only:1", "eu-west-1");
    expect_at(both, config, &iam, "eu-west-1", "http://all:2", "us-east-1");
    expect_at(NULL, config, &s3, "eu-west-1", "http://section:3", "eu-west-1");
    expect_at(NULL, config, &beanstalk, "eu-west-1", "https://eb/gate/way", "eu-west-1");
    expect_at(NULL, config, &iam, "eu-west-1", "http://profile:4", "us-east-1");
    expect_at(NULL, config, &mwaa, "eu-west-1", "http://profile:4", "eu-west-1"); /* no host prefix */
    expect_at((const struct pair[]){{"AWS_ENDPOINT_URL", "http://all:2"}, {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"}, {0}}, config, &s3,
              "eu-west-1", "https://s3.eu-west-1.amazonaws.com", "eu-west-1");
    expect_at((const struct pair[]){{"AWS_ENDPOINT_URL", "http://[::1]:5000"}, {0}}, "", &s3control, "eu-west-1", "http://[::1]:5000", "eu-west-1");
}

static void expect_refused(const struct pair *env, const struct aws_op *op, const char *region, const char *account, const char *message)
{
    struct fixture f = begin(env, "");
    struct err e = {0};
    struct aws_endpoint at;
    assert_false(aws_endpoint(f.a, f.s, op, str_of(region), str_of(account), &at, &e));
    expect_err(&e, ERR_CONFIG, message);
    arena_free(f.a);
}

#define URL(u) (const struct pair[]){{"AWS_ENDPOINT_URL", u}, {0}}

static void refused(void **state)
{
    (void)state;
    expect_refused(NULL, &s3, "nowhere", "1", "no such region: nowhere");
    expect_refused(NULL, &s3, "us-east-1.evil.example/", "1", "no such region");
    expect_refused(NULL, &s3, "us-East-1", "1", "no such region");
    expect_refused(FLAGS("true", "false"), &s3, "cn-north-1", "1", "AWS has no FIPS endpoint for s3 in cn-north-1");
    expect_refused(NULL, &s3control, "us-east-1", "", "needs an account");
    expect_refused(URL("ftp://x"), &s3, "us-east-1", "1", "AWS_ENDPOINT_URL is not a web address");
    expect_refused(URL("http://"), &s3, "us-east-1", "1", "not a web address");
    expect_refused(URL("http://user:pw@host"), &s3, "us-east-1", "1", "not a web address");
    expect_refused(URL("http://host/a?b"), &s3, "us-east-1", "1", "not a web address");
    struct arena *a = arena_new(0);
    struct err e = {0};
    struct env env = {get, (void *)(uintptr_t)FLAGS("yes", "false")};
    struct aws_config config = {0};
    assert_null(aws_endpoints_new(a, &env, &config, STR("default"), &e));
    expect_err(&e, ERR_CONFIG, "AWS_USE_FIPS_ENDPOINT is neither true nor false: yes");
    arena_free(a);
}

static void expect_applied(struct aws_endpoint at, const char *bucket, const char *path, const char *host, const char *want)
{
    struct arena *a = arena_new(0);
    struct aws_request r = {.path = str_of(path)};
    aws_endpoint_apply(a, &at, str_of(bucket), &r);
    expect_str(r.host, host);
    expect_str(r.path, want);
    arena_free(a);
}

static void buckets(void **state)
{
    (void)state;
    struct aws_endpoint own = {.scheme = STR("https"), .host = STR("s3.r"), .base_path = STR("")};
    struct aws_endpoint custom = {.scheme = STR("http"), .host = STR("moto"), .base_path = STR("/x"), .custom = true};
    expect_applied(own, "my-bucket", "/my-bucket", "my-bucket.s3.r", "/");
    expect_applied(own, "my-bucket", "/my-bucket/a/b", "my-bucket.s3.r", "/a/b");
    expect_applied(own, "my.bucket", "/my.bucket/a", "s3.r", "/my.bucket/a");
    expect_applied(own, "My-bucket", "/My-bucket", "s3.r", "/My-bucket");
    expect_applied(own, "abc", "/abcdef", "s3.r", "/abcdef");
    expect_applied(own, "", "/", "s3.r", "/");
    expect_applied(custom, "my-bucket", "/my-bucket", "moto", "/x/my-bucket");
}

static void presence(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    const struct aws_regions *r = aws_regions_load(a);
    assert_int_equal(aws_service_presence(r, STR("ec2"), STR("us-east-1")), AWS_PRESENT);
    assert_int_equal(aws_service_presence(r, STR("healthlake"), STR("eu-north-1")), AWS_NOT_PRESENT);
    assert_int_equal(aws_service_presence(r, STR("iam"), STR("eu-west-1")), AWS_PRESENT);
    assert_int_equal(aws_service_presence(r, STR("ec2"), STR("eu-north-9")), AWS_PRESENCE_UNKNOWN);
    assert_int_equal(aws_service_presence(r, STR("docdb-elastic"), STR("us-east-1")), AWS_PRESENCE_UNKNOWN);
    assert_int_equal(aws_service_presence(r, STR("no-such"), STR("us-east-1")), AWS_PRESENCE_UNKNOWN);
    struct aws_region at;
    assert_true(aws_region_find(r, STR("us-east-1"), &at));
    expect_str(at.title, "US East (N. Virginia)");
    assert_true(aws_region_find(r, STR("cn-south-1"), &at));
    expect_str(at.partition, "aws-cn");
    assert_false(aws_region_find(r, STR("mars-north-1"), &at));
    assert_false(aws_region_find(r, STR(""), &at));
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(computed), cmocka_unit_test(homes_of_global_services), cmocka_unit_test(configured),
        cmocka_unit_test(refused), cmocka_unit_test(buckets), cmocka_unit_test(presence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
