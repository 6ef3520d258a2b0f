#include "unit/access/load_box.h"

#include "base/embed.h"
#include "config/config.h"

/* The sample organization whole. */
static void the_sample_organization(void **state)
{
    (void)state;
    struct err e = {0};
    struct arena *a = arena_new(0);
    struct config config;
    struct config_text text = {STR("ward.yaml"), embed_get("sample/ward.yaml")};
    expect_ok(config_build(a, &text, 1, NULL, &config, &e), &e);
    struct box b = {0};
    box_open(&b, embed_get("sample/clinic.jsonl.gz"), ".jsonl.gz", config.doc);
    assert_int_equal(b.w->tenant_count, 3);
    const struct world_account *lakeside = &b.w->accounts[world_account_of(b.w, STR("047162753264"))];
    assert_true(lakeside->collected && lakeside->org_read && lakeside->scps_on && !lakeside->rcps_on);
    expect_str(lakeside->org_path, "o-7o74harn2p/r-wi4i/ou-wi4i-a4ptv7nn/");
    assert_int_equal(lakeside->scp_count, 3);
    expect_str(lakeside->scps[0].name, "r-wi4i");
    assert_int_equal(lakeside->scps[0].policies.count, 2);
    assert_non_null(lakeside->scps[2].policies.items[0].policy);
    const struct world_resource *phi = box_thing(&b, "arn:aws:s3:::lakeside-phi");
    expect_str(phi->tenant, "lakeside");
    assert_true(phi->has_policy && phi->policy.policy && phi->encryption == WORLD_ENC_KEY && phi->key != WORLD_NONE);
    expect_str(b.w->resources[phi->key].arn, "arn:aws:kms:us-east-1:047162753264:key/73d77258-d820-45b0-81ca-caa5bfd898c4");
    const struct world_principal *app = box_who(&b, "arn:aws:iam::047162753264:role/lakeside-app");
    assert_int_equal(app->identity.count, 1);
    expect_str(app->identity.items[0].id, "arn:aws:iam::047162753264:role/lakeside-app#phi");
    assert_non_null(app->trust.policy);
    assert_true(box_who(&b, "arn:aws:iam::123456789012:root")->shared);
    expect_str(box_who(&b, "arn:aws:iam::047162753264:root")->tenant, "lakeside");
    assert_true(box_has_gap(&b, "sqs:ListQueues"));
    assert_false(box_has_gap(&b, "organizations:ListPolicies"));
    box_close(&b);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sample_organization),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
