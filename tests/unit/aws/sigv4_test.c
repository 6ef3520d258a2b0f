/* The official SigV4 vectors (tests/vectors/sigv4), every stage of each, and S3's own rules. */
#include "aws/sigv4.h"
#include "base/file.h"
#include "base/instant.h"
#include "codec/json.h"
#include "harness.h"

#include <dirent.h>

#define VECTORS WARD_SOURCE_ROOT "/tests/vectors/sigv4/v4"

struct vector {
    struct aws_request request;
    struct aws_credentials credentials;
    struct str region, service;
    int64_t now_us, expires_s;
    struct sigv4_options options;
    bool sign_body;
};

static struct str text(struct arena *a, const char *name, const char *file)
{
    struct err e = {0};
    struct str s = {0};
    expect_ok(file_read(a, arena_cstr(a, arena_printf(a, VECTORS "/%s/%s", name, file)), 1 << 20, &s, &e), &e);
    return s;
}

/* A request as the vectors write it; a line that begins with a space goes on with the header before. */
static void read_request(struct arena *a, struct str t, struct aws_request *r)
{
    struct str rest = t, line = str_cut(&rest, '\n');
    r->method = str_cut(&line, ' ');
    struct str target = str_sub(line, 0, (size_t)str_rindex(line, ' '));
    r->path = str_cut(&target, '?');
    r->query = target;
    while (rest.ptr) {
        line = str_cut(&rest, '\n');
        if (line.len == 0)
            break;
        struct aws_header *last = r->header_count ? &r->headers[r->header_count - 1] : NULL;
        if (line.ptr[0] == ' ') {
            last->value = arena_printf(a, "%.*s\n%.*s", STR_ARG(last->value), STR_ARG(line));
            continue;
        }
        struct str name = str_cut(&line, ':');
        if (str_eq_nocase(name, STR("host")))
            r->host = line;
        else
            aws_header_add(r, name, line);
    }
    r->body = rest.ptr ? rest : STR("");
    r->scheme = STR("https");
}

static struct vector load(struct arena *a, const char *name)
{
    struct err e = {0};
    struct vector v = {0};
    struct json *c = json_parse(a, text(a, name, "context.json"), 1 << 20, &e), *k = json_getz(c, "credentials");
    expect_ok(c, &e);
    read_request(a, text(a, name, "request.txt"), &v.request);
    v.credentials.access_key_id = json_get_str(k, "access_key_id");
    v.credentials.secret_access_key = json_get_str(k, "secret_access_key");
    v.credentials.session_token = json_get_str(k, "token");
    v.region = json_get_str(c, "region");
    v.service = json_get_str(c, "service");
    assert_true(instant_parse(json_get_str(c, "timestamp"), &v.now_us));
    assert_true(json_get_i64(c, "expiration_in_seconds", &v.expires_s));
    v.sign_body = json_is_true(json_getz(c, "sign_body"));
    v.options = sigv4_options_for(v.service);
    v.options.raw_path = !json_is_true(json_getz(c, "normalize"));
    v.options.unsigned_token = json_is_true(json_getz(c, "omit_session_token"));
    return v;
}

static void expect_file(struct arena *a, struct str got, const char *name, const char *file)
{
    struct str want = text(a, name, file);
    if (!str_eq(got, want))
        fail_msg("%s/%s\ngot:\n%.*s\nwant:\n%.*s", name, file, STR_ARG(got), STR_ARG(want));
}

/* Every header of the vector's signed request is sent with that value, and no other. */
static void expect_headers(struct arena *a, const struct aws_request *r, const char *name)
{
    struct aws_request want = {0};
    read_request(a, text(a, name, "header-signed-request.txt"), &want);
    assert_int_equal(r->header_count, want.header_count);
    for (uint32_t i = 0; i < want.header_count; i++) {
        bool found = false;
        for (uint32_t k = 0; k < r->header_count; k++)
            found |= str_eq_nocase(r->headers[k].name, want.headers[i].name) && str_eq(r->headers[k].value, want.headers[i].value);
        if (!found)
            fail_msg("%s: header %.*s is not sent as wanted", name, STR_ARG(want.headers[i].name));
    }
}

static void check_headers(struct arena *a, const char *name, struct sigv4_keys *keys)
{
    struct vector v = load(a, name);
    struct sigv4_stages s;
    v.options.content_sha256 = v.sign_body;
    v.options.stages = &s;
    v.options.keys = keys;
    for (int twice = 0; twice < 2; twice++) { /* signing again replaces the first signature */
        sigv4_sign(a, &v.request, &v.credentials, v.region, v.service, v.now_us, &v.options);
        expect_file(a, s.canonical_request, name, "header-canonical-request.txt");
        expect_file(a, s.string_to_sign, name, "header-string-to-sign.txt");
        expect_file(a, s.signature, name, "header-signature.txt");
        expect_headers(a, &v.request, name);
    }
}

static void check_query(struct arena *a, const char *name)
{
    struct vector v = load(a, name);
    struct sigv4_stages s;
    v.options.presign_s = (uint32_t)v.expires_s;
    v.options.stages = &s;
    sigv4_sign(a, &v.request, &v.credentials, v.region, v.service, v.now_us, &v.options);
    expect_file(a, s.canonical_request, name, "query-canonical-request.txt");
    expect_file(a, s.string_to_sign, name, "query-string-to-sign.txt");
    expect_file(a, s.signature, name, "query-signature.txt");
    struct aws_request want = {0};
    read_request(a, text(a, name, "query-signed-request.txt"), &want);
    expect_str(sigv4_canonical_query(a, v.request.query), arena_cstr(a, sigv4_canonical_query(a, want.query)));
}

static void official_vectors(void **state)
{
    (void)state;
    DIR *d = opendir(VECTORS);
    assert_non_null(d);
    struct sigv4_keys *keys = sigv4_keys_new();
    int n = 0;
    for (struct dirent *f; (f = readdir(d));) {
        if (f->d_name[0] == '.')
            continue;
        struct arena *a = arena_new(0);
        check_headers(a, f->d_name, NULL);
        check_headers(a, f->d_name, keys);
        check_query(a, f->d_name);
        arena_free(a);
        n++;
    }
    closedir(d);
    sigv4_keys_free(keys);
    assert_int_equal(n, 38);
}

/* Values of botocore 1.44.5 (S3SigV4Auth and SigV4Auth) for the same requests at the same time. */
static void paths_with_escapes(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct str arn = STR("/v2/functions/arn%3Aaws%3Alambda/a//b/../c");
    expect_str(sigv4_canonical_path(a, arn, false, false), "/v2/functions/arn%253Aaws%253Alambda/a/c");
    expect_str(sigv4_canonical_path(a, arn, true, true), "/v2/functions/arn%3Aaws%3Alambda/a//b/../c");
    expect_str(sigv4_canonical_path(a, STR(""), false, false), "/");
    expect_str(sigv4_canonical_path(a, STR("/a/.."), false, false), "/");
    expect_str(sigv4_canonical_path(a, STR("/../../a"), false, false), "/a");
    arena_free(a);
}

static void queries(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    expect_str(sigv4_canonical_query(a, STR("policyStatus")), "policyStatus=");
    expect_str(sigv4_canonical_query(a, STR("b=2&a=1&&a=0&a-b=3")), "a=0&a=1&a-b=3&b=2");
    expect_str(sigv4_canonical_query(a, STR("t=a+b%2bc%20d/e=f")), "t=a%2Bb%2Bc%20d%2Fe%3Df");
    expect_str(sigv4_canonical_query(a, STR("t=100%")), "t=100%25");
    expect_str(sigv4_canonical_query(a, STR("")), "");
    arena_free(a);
}

static void s3_sends_the_body_hash(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct aws_credentials c = {.access_key_id = STR("AKIDEXAMPLE"), .secret_access_key = STR("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
                                .session_token = STR("token/+=")};
    struct aws_request r = {.method = STR("GET"), .scheme = STR("https"), .host = STR("s3.us-west-2.amazonaws.com"),
                            .path = STR("/my.bucket//a%20b"), .query = STR("policyStatus&max-keys=2&a=b%2Fc"), .body = STR("")};
    aws_header_add(&r, STR("User-Agent"), STR("ward"));
    struct sigv4_stages s;
    struct sigv4_options o = sigv4_options_for(STR("s3"));
    o.stages = &s;
    sigv4_sign(a, &r, &c, STR("us-west-2"), STR("s3"), INT64_C(1440938160) * US_PER_S, &o);
    expect_str(s.signed_headers, "host;x-amz-content-sha256;x-amz-date;x-amz-security-token");
    expect_str(s.canonical_request,
               "GET\n/my.bucket//a%20b\na=b%2Fc&max-keys=2&policyStatus=\nhost:s3.us-west-2.amazonaws.com\n"
               "x-amz-content-sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
               "x-amz-date:20150830T123600Z\nx-amz-security-token:token/+=\n\n"
               "host;x-amz-content-sha256;x-amz-date;x-amz-security-token\n"
               "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    expect_str(s.signature, "e26d4684c90f20c1a96a369ccb5aed2a53aaa5037632a0dbfc6c2b203f264bf0");
    arena_free(a);
}

static void a_wrong_secret_never_meets_a_cached_key(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct sigv4_keys *keys = sigv4_keys_new();
    struct str signatures[3];
    const char *secrets[] = {"one", "two", "one"};
    for (int i = 0; i < 3; i++) {
        struct aws_credentials c = {.access_key_id = STR("AKID"), .secret_access_key = str_of(secrets[i])};
        struct aws_request r = {.method = STR("GET"), .host = STR("h"), .path = STR("/")};
        struct sigv4_stages s;
        sigv4_sign(a, &r, &c, STR("us-east-1"), STR("ec2"), 0, &(struct sigv4_options){.keys = keys, .stages = &s});
        signatures[i] = s.signature;
    }
    assert_false(str_eq(signatures[0], signatures[1]));
    assert_true(str_eq(signatures[0], signatures[2]));
    sigv4_keys_free(keys);
    arena_free(a);
}

static void credentials_own_their_bytes(void **state)
{
    (void)state;
    char secret[] = "secret";
    struct aws_credentials c, from = {.access_key_id = STR("id"), .secret_access_key = str_of(secret), .expires_us = 7};
    aws_credentials_copy(&c, &from);
    memset(secret, 'x', sizeof secret - 1);
    expect_str(c.secret_access_key, "secret");
    expect_str(c.session_token, "");
    assert_int_equal(c.expires_us, 7);
    aws_credentials_done(&c);
    assert_null(c.secret_access_key.ptr);
    aws_credentials_done(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(official_vectors), cmocka_unit_test(paths_with_escapes), cmocka_unit_test(queries),
        cmocka_unit_test(s3_sends_the_body_hash), cmocka_unit_test(a_wrong_secret_never_meets_a_cached_key),
        cmocka_unit_test(credentials_own_their_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
