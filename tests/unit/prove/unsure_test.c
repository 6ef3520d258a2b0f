/* What ward cannot tell is unknown with its reason: parts of a store past counting, actions that the catalogue lacks. */
#include "unit/prove/box.h"

static struct arena *lasting;
static const struct iam_catalogue *catalogue;

static int setup(void **state)
{
    struct err e = {0};
    (void)state;
    lasting = arena_new(0);
    catalogue = iam_catalogue_load(lasting, &e);
    return catalogue ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(lasting);
    return 0;
}

static const char a1[] = "111111111111", a2[] = "222222222222";

static void two(struct box *b)
{
    box_init(b, catalogue);
    box_account(b, a1, "acme");
    box_account(b, a2, "beta");
    box_tenant(b, "acme");
    box_tenant(b, "beta");
    box_bucket(b, 0, "acme-data", "acme", NULL);
    box_bucket(b, 1, "beta-data", "beta", NULL);
    box_principal(b, WORLD_ROLE, 1, "own", "beta", ALLOW("\"s3:*\"", "\"*\""), NULL);
}

/* An app whose policy names parts of a store in more ways than are told apart. */
static enum prove_verdict with_parts(int parts, struct str *reason)
{
    struct box b;
    struct buf doc;
    two(&b);
    buf_init(&doc, 1 << 20);
    buf_addz(&doc, "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"s3:GetObject\",\"Resource\":[\"arn:aws:s3:::acme-data/*\"");
    for (int i = 0; i < parts; i++)
        buf_addf(&doc, ",\"arn:aws:s3:::beta-data/*%ca%cb%c*\",\"arn:aws:s3:::beta-data/%c*x*y*z*%c\"", 'A' + i, 'B' + i, 'c' + i, 'A' + i, 'C' + i);
    buf_addz(&doc, "]}]}");
    box_principal(&b, WORLD_ROLE, 0, "many", "acme", arena_cstr(b.arena, buf_str(&doc)), NULL);
    buf_done(&doc);
    box_prove_by_engine(&b);
    enum prove_verdict out = box_verdict(&b, "acme", "beta");
    assert_int_equal(box_verdict(&b, "beta", "acme"), PROVE_PROVED);
    const struct prove_cell *c = box_cell(&b, "acme", "beta");
    *reason = c ? arena_str(lasting, c->reason) : (struct str){0};
    box_engine_done(&b);
    box_done(&b);
    return out;
}

static void parts_that_are_not_told_apart_are_not_proved(void **state)
{
    struct str reason;
    (void)state;
    assert_int_equal(with_parts(0, &reason), PROVE_PROVED);
    assert_int_equal(with_parts(4, &reason), PROVE_UNKNOWN);
    assert_true(str_contains(reason, STR("beta-data")));
    assert_true(str_contains(reason, STR("a denial there is not sure")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_that_are_not_told_apart_are_not_proved),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
