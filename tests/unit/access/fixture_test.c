/* Organizations of batch rows: what is not of the layout is refused or counts as unread, and never ends the program. */
#include "access/fixture.h"
#include "access/row_org.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct arena *a;

static bool load(struct world *w, const char *text)
{
    struct err e = {0};
    struct json *files = json_parse(a, str_of(text), 1 << 20, &e);
    assert_non_null(files);
    bool ok = world_fixture(w, files, &e);
    assert_true(ok == !err_is_set(&e));
    return ok;
}

static struct world *empty(void)
{
    struct err e = {0};
    const struct iam_catalogue *c = iam_catalogue_load(a, &e);
    assert_non_null(c);
    return world_new(a, c);
}

static const char crooked[] =
    "{\"accounts/1/iam/user/y/metadata.json\":{\"arn\":\"arn:aws:iam::1:user/y\",\"permissionBoundary\":\"z\"},"
    "\"accounts/1/iam/user/y/inline-policies.json\":{\"a\":[1,2]},\"accounts/1/iam/user/y/managed-policies.json\":[1,null,\"x\"],"
    "\"accounts/1/iam/role/x/metadata.json\":{\"arn\":\"nonsense\"},\"accounts/1/iam/role/z/metadata.json\":{\"arn\":\"\"},"
    "\"accounts/1/s3/b/metadata.json\":7,\"accounts/1/s3/c/metadata.json\":{\"arn\":\"arn:aws:s3:::c\"},\"accounts/1/s3/c/policy.json\":7,"
    "\"accounts/1/ec2/r/vpc-endpoint/v/metadata.json\":{\"arn\":\"arn\"},"
    "\"organizations/o/metadata.json\":{\"features\":{\"SERVICE_CONTROL_POLICY\":true}},"
    "\"organizations/o/accounts.json\":{\"1\":{\"ou\":\"a\",\"scps\":[1,\"p\"]}},"
    "\"organizations/o/ous.json\":{\"a\":{\"parent\":\"b\"},\"b\":{\"parent\":\"a\"}}}";

static void what_is_not_of_the_layout(void **state)
{
    (void)state;
    assert_false(load(empty(), "[]"));
    assert_false(load(empty(), "{\"accounts\":{}}"));
    assert_false(load(empty(), "{\"accounts//iam/user/y/metadata.json\":{}}"));
    assert_true(load(empty(), "{}"));
}

static void broken_parts_are_unread(void **state)
{
    (void)state;
    struct world *w = empty();
    assert_true(load(w, crooked));
    uint32_t user = world_principal_of(w, STR("arn:aws:iam::1:user/y")), bucket = world_resource_of(w, STR("arn:aws:s3:::c"));
    assert_true(user != WORLD_NONE && bucket != WORLD_NONE);
    assert_true(w->principals[user].identity.count > 0);
    for (uint32_t i = 0; i < w->principals[user].identity.count; i++)
        assert_null(w->principals[user].identity.items[i].policy);
    assert_true(w->principals[user].has_boundary && !w->principals[user].boundary.policy);
    assert_true(w->resources[bucket].has_policy && !w->resources[bucket].policy.policy);
    assert_true(w->accounts[0].scp_count > 1); /* the circle of OUs ends */
}

static struct str answer(struct world *w, const char *row, bool *ok)
{
    struct err e = {0};
    struct buf text;
    struct json_out o;
    buf_init(&text, 1 << 20);
    jo_init(&o, &text, false);
    jo_object(&o);
    *ok = access_row_org(w, a, json_parse(a, str_of(row), 1 << 20, &e), &o, &e);
    jo_end_object(&o);
    struct str s = arena_str(a, buf_str(&text));
    buf_done(&text);
    return s;
}

static void rows_of_a_broken_organization(void **state)
{
    (void)state;
    struct world *w = empty();
    bool ok;
    assert_true(load(w, crooked));
    struct str s = answer(w, "{\"kind\":\"can-i\",\"request\":{\"principal\":\"arn:aws:iam::1:user/y\",\"action\":\"s3:GetObject\","
                             "\"resourceArn\":\"arn:aws:s3:::c/x\"}}", &ok);
    assert_true(ok && str_contains(s, STR("\"result\":\"Unknown\"")));
    answer(w, "{\"kind\":\"can-i\"}", &ok);
    assert_false(ok);
    answer(w, "{\"kind\":\"can-i\",\"request\":{\"principal\":\"nobody\",\"action\":\"\",\"resourceArn\":7}}", &ok);
    assert_false(ok);
    answer(w, "{\"kind\":\"what-can\",\"request\":{\"principal\":\"y\",\"customContextKeys\":{\"a\":3}}}", &ok);
    assert_false(ok);
    answer(w, "{\"kind\":\"who-can\",\"request\":{\"resource\":\"arn:aws:s3:::c/*\",\"actions\":[\"s3:Frob\"]}}", &ok);
    assert_false(ok);
    answer(w, "{\"kind\":\"who-can\",\"request\":{\"resource\":\"arn\",\"actions\":[\"s3:*\",7]}}", &ok);
    answer(w, "{\"kind\":\"who-can\",\"request\":{}}", &ok);
    answer(w, "{\"kind\":\"what-can\",\"request\":{\"principal\":\"arn:aws:iam::1:user/y\",\"sessionPolicy\":{\"Statement\":3}}}", &ok);
    assert_false(ok);
}

static int setup(void **state)
{
    (void)state;
    a = arena_new(0);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(a);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(what_is_not_of_the_layout, setup, teardown),
                                       cmocka_unit_test_setup_teardown(broken_parts_are_unread, setup, teardown),
                                       cmocka_unit_test_setup_teardown(rows_of_a_broken_organization, setup, teardown)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
