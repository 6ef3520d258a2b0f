/* Who can: the short way (who cannot be allowed is sorted out first) gives what asking everybody gives; what can: what it
 * says is what the oracle says. On random small organizations. */
#include "access/what.h"
#include "access/who.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { WORLDS = 400, PRINCIPALS = 8, RESOURCES = 4 };

struct random {
    uint64_t state;
};

static uint32_t below(struct random *r, uint32_t n)
{
    r->state = r->state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((r->state >> 33) % n);
}

static const char *pick(struct random *r, const char *const *words, uint32_t n) { return words[below(r, n)]; }
#define PICK(r, ...) pick(r, (const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static struct str statement(struct arena *a, struct random *r, bool of_resource)
{
    const char *condition = PICK(r, "", "", "", ",\"Condition\":{\"StringEquals\":{\"aws:SourceVpce\":\"vpce-1\"}}",
                                 ",\"Condition\":{\"StringLike\":{\"aws:PrincipalArn\":\"*role/r*\"}}",
                                 ",\"Condition\":{\"StringNotEquals\":{\"aws:PrincipalAccount\":\"111111111111\"}}");
    const char *who = !of_resource ? "" : PICK(r, "\"Principal\":\"*\",", "\"Principal\":{\"AWS\":\"111111111111\"},", "",
        "\"Principal\":{\"AWS\":\"arn:aws:iam::222222222222:role/r3\"},", "\"Principal\":{\"Service\":\"lambda.amazonaws.com\"},",
        "\"NotPrincipal\":{\"AWS\":\"arn:aws:iam::111111111111:user/u0\"},", "\"Principal\":{\"AWS\":\"arn:aws:iam::999999999999:root\"},");
    const char *resource = PICK(r, "\"Resource\":\"*\"", "\"Resource\":\"arn:aws:s3:::b*\"", "\"Resource\":\"arn:aws:s3:::b1/x/*\"",
        "\"NotResource\":\"arn:aws:s3:::b0/*\"", "\"Resource\":[\"arn:aws:kms:us-east-1:111111111111:key/k\",\"arn:aws:s3:::b0/*\"]");
    return arena_printf(a, "{\"Effect\":\"%s\",%s\"%s\":\"%s\",%s%s}", PICK(r, "Allow", "Allow", "Allow", "Deny"), who,
                        PICK(r, "Action", "Action", "Action", "NotAction"),
                        PICK(r, "s3:GetObject", "s3:*", "kms:Decrypt", "*", "s3:Get*", "kms:*"), resource, condition);
}

static struct iam_policy_ref policy(struct world *w, struct random *r, bool of_resource)
{
    if (below(r, 12) == 0)
        return (struct iam_policy_ref){.id = STR("lost"), .unread = STR("denied")};
    struct str one = statement(w->arena, r, of_resource), two = statement(w->arena, r, of_resource);
    return world_policy(w, arena_printf(w->arena, "{\"Version\":\"2012-10-17\",\"Statement\":[%.*s,%.*s]}", STR_ARG(one), STR_ARG(two)), STR("p"));
}

static struct iam_policy_set set_of(struct world *w, struct iam_policy_ref ref)
{
    struct iam_policy_ref *item = arena_new_of(w->arena, struct iam_policy_ref);
    *item = ref;
    return (struct iam_policy_set){item, 1};
}

static void add_principals(struct world *w, struct random *r)
{
    w->principals = arena_array_of(w->arena, struct world_principal, PRINCIPALS);
    for (uint32_t i = 0; i < PRINCIPALS; i++) {
        struct world_principal *p = &w->principals[i];
        uint32_t account = i % 2;
        bool user = below(r, 3) == 0;
        struct str name = arena_printf(w->arena, "%c%u", user ? 'u' : 'r', i);
        *p = (struct world_principal){.kind = user ? WORLD_USER : WORLD_ROLE, .account = account, .name = name, .unique_id = STR("X"),
            .tags_read = true, .resource = WORLD_NONE, .arn = arena_printf(w->arena, "arn:aws:iam::%.*s:%s/%.*s",
            STR_ARG(w->accounts[account].id), user ? "user" : "role", STR_ARG(name))};
        p->identity = set_of(w, policy(w, r, false));
        if ((p->has_boundary = below(r, 4) == 0))
            p->boundary = policy(w, r, false);
    }
    w->principal_count = PRINCIPALS;
}

static void add_resources(struct world *w, struct random *r)
{
    static const char *const arns[RESOURCES] = {"arn:aws:kms:us-east-1:111111111111:key/k", "arn:aws:s3:::b0", "arn:aws:s3:::b1", "arn:aws:s3:::b2"};
    w->resources = arena_array_of(w->arena, struct world_resource, RESOURCES);
    for (uint32_t i = 0; i < RESOURCES; i++) {
        struct world_resource *x = &w->resources[i];
        *x = (struct world_resource){.arn = str_of(arns[i]), .type = i ? STR("AWS::S3::Bucket") : STR("AWS::KMS::Key"), .account = i % 2 && i,
            .tags_read = true, .policy_read = below(r, 8) != 0, .key = WORLD_NONE, .grants_read = below(r, 4) != 0, .acl_read = true,
            .acl_disabled = below(r, 3) != 0, .bpa_read = below(r, 6) != 0, .restrict_public_buckets = below(r, 3) == 0, .shares_read = true,
            .principal = WORLD_NONE, .role = WORLD_NONE, .source = WORLD_NONE};
        if ((x->has_policy = x->policy_read && below(r, 4) != 0))
            x->policy = policy(w, r, true);
    }
    static const struct str decrypt = {"Decrypt", 7};
    struct iam_grant *grant = arena_new_of(w->arena, struct iam_grant);
    *grant = (struct iam_grant){.id = STR("g"), .grantee = w->principals[below(r, PRINCIPALS)].arn, .operations = &decrypt, .operation_count = 1};
    w->resources[0].grants = grant;
    w->resources[0].grant_count = below(r, 2);
    w->resource_count = RESOURCES;
}

static struct world *random_organization(struct arena *a, const struct iam_catalogue *c, uint64_t seed)
{
    struct random r = {seed * 7919 + 1};
    struct world *w = world_new(a, c);
    static const char *const ids[] = {"111111111111", "222222222222"};
    w->accounts = arena_array_of(a, struct world_account, 2);
    for (uint32_t i = 0; i < 2; i++) {
        w->accounts[i] = (struct world_account){.id = str_of(ids[i]), .org_id = STR("o-1"), .org_path = STR("o-1/r-1/"),
            .org_read = below(&r, 10) != 0, .collected = true, .s3_bpa_read = true, .scps_on = below(&r, 2) == 0};
        struct iam_level *level = arena_new_of(a, struct iam_level);
        *level = (struct iam_level){STR("root"), set_of(w, policy(w, &r, false))};
        w->accounts[i].scps = level;
        w->accounts[i].scp_count = 1;
    }
    w->account_count = 2;
    add_principals(w, &r);
    add_resources(w, &r);
    world_index(w);
    return w;
}

static const struct who_row *row_of(const struct who_answer *x, struct str principal)
{
    for (uint32_t i = 0; i < x->count; i++)
        if (str_eq(x->rows[i].principal, principal))
            return &x->rows[i];
    return NULL;
}

/* Everybody is asked by hand, and the answers are those of the short way. */
static void compare(const struct world *w, struct arena *a, uint64_t seed, struct str service, struct str name, const char *arn)
{
    struct access_question q;
    struct who_answer short_way;
    struct who_options options = {.everybody = true, .denied_too = true};
    uint32_t action = iam_catalogue_action(w->catalogue, service, name);
    access_question_init(&q);
    q.resource = str_of(arn);
    q.row = world_resource_of(w, q.resource);
    access_who(w, a, &q, &action, 1, &options, &short_way);
    q.action = action;
    q.service = service;
    q.name = name;
    for (uint32_t i = 0; i < w->principal_count; i++) {
        struct access_answer x;
        struct iam_pattern_answer parts;
        q.principal = i;
        world_caller(w, a, i, &q.caller);
        if (str_index(q.resource, '*', 0) >= 0)
            access_answer_pattern(w, a, &q, &x, &parts);
        else
            access_answer(w, a, &q, 0, &x);
        bool listed = x.decision.result == IAM_ALLOWED || x.decision.result == IAM_ALLOWED_IF || x.decision.result == IAM_UNKNOWN;
        const struct who_row *row = row_of(&short_way, w->principals[i].arn);
        if (listed != (row != NULL) || (row && (row->decision.result != x.decision.result || row->decision.condition != x.decision.condition))) {
            print_error("seed %llu: %.*s on %s by %.*s: asked %s, listed %s\n", (unsigned long long)seed, STR_ARG(name), arn,
                        STR_ARG(w->principals[i].arn), iam_result_name(x.decision.result), row ? iam_result_name(row->decision.result) : "not");
            fail();
        }
    }
}

static void the_short_way_forgets_nobody(void **state)
{
    const struct iam_catalogue *c = *state;
    for (uint64_t seed = 0; seed < WORLDS; seed++) {
        struct arena *a = arena_new(0);
        const struct world *w = random_organization(a, c, seed);
        compare(w, a, seed, STR("kms"), STR("Decrypt"), "arn:aws:kms:us-east-1:111111111111:key/k");
        compare(w, a, seed, STR("s3"), STR("GetObject"), "arn:aws:s3:::b0/x/1");
        compare(w, a, seed, STR("s3"), STR("GetObject"), "arn:aws:s3:::b1/x/1");
        compare(w, a, seed, STR("s3"), STR("GetObject"), "arn:aws:s3:::b2/x/*");
        compare(w, a, seed, STR("s3"), STR("ListBucket"), "arn:aws:s3:::b2");
        compare(w, a, seed, STR("s3"), STR("ListAllMyBuckets"), "*");
        arena_free(a);
    }
}

static bool says(const struct what_answer *x, uint32_t action, struct str arn, bool allow)
{
    for (uint32_t i = 0; i < x->count; i++) {
        const struct what_statement *s = &x->statements[i];
        if (s->allow != allow || !bits_get(s->actions, action))
            continue;
        bool match = false;
        for (uint32_t j = 0; j < s->resource_count; j++)
            match = match || str_glob(s->resources[j], arn);
        if (match != s->not_resource && (allow || !s->condition_count))
            return true;
    }
    return false;
}

/* Nothing that the oracle allows in the account is left out; the document may say more only where it says so. */
static void the_document_leaves_nothing_out(void **state)
{
    const struct iam_catalogue *c = *state;
    static const struct {
        const char *service, *name, *arn;
    } asked[] = {{"s3", "GetObject", "arn:aws:s3:::b0/x/1"}, {"s3", "GetObject", "arn:aws:s3:::b1/x/1"}, {"s3", "ListBucket", "arn:aws:s3:::b2"},
                 {"kms", "Decrypt", "arn:aws:kms:us-east-1:111111111111:key/k"}};
    for (uint64_t seed = 0; seed < WORLDS; seed++) {
        struct arena *a = arena_new(0);
        const struct world *w = random_organization(a, c, seed);
        for (uint32_t p = 0; p < PRINCIPALS; p++) {
            struct access_question q;
            struct what_answer document;
            access_question_init(&q);
            q.principal = p;
            world_caller(w, a, p, &q.caller);
            access_what(w, a, &q, &document);
            for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
                struct iam_request r;
                struct iam_decision d;
                struct str arn = str_of(asked[i].arn);
                uint32_t action = iam_catalogue_action(c, str_of(asked[i].service), str_of(asked[i].name)), row = world_resource_of(w, arn);
                world_ask(w, a, p, action, arn, row, NULL, NULL, &r, &d);
                if (d.result != IAM_ALLOWED || w->resources[row].account != w->principals[p].account)
                    continue;
                if (!says(&document, action, arn, true) || says(&document, action, arn, false)) {
                    print_error("seed %llu: %.*s may %s on %s, and the document does not say so\n", (unsigned long long)seed,
                                STR_ARG(w->principals[p].arn), asked[i].name, asked[i].arn);
                    fail();
                }
            }
        }
        arena_free(a);
    }
}

static void actions_by_pattern(void **state)
{
    const struct iam_catalogue *c = *state;
    struct arena *a = arena_new(0);
    struct world *w = world_new(a, c);
    struct err e = {0};
    uint32_t count = 0;
    assert_non_null(access_actions(w, a, STR("s3:GetObject, s3:getobject"), STR("arn:aws:s3:::b/x"), &count, &e));
    assert_int_equal(count, 1);
    uint32_t *found = access_actions(w, a, STR("s3:Get*"), STR("arn:aws:s3:::b/x"), &count, &e);
    assert_non_null(found);
    for (uint32_t i = 0; i < count; i++)
        assert_false(str_eqz(c->actions[found[i]].name, "GetBucketPolicy")); /* not of an object */
    assert_true(count > 5);
    assert_null(access_actions(w, a, STR("s3:Frob*"), STR("arn:aws:s3:::b/x"), &count, &e));
    assert_int_equal(e.kind, ERR_USAGE);
    arena_free(a);
}

static struct arena *lasting;

static int load(void **state)
{
    struct err e = {0};
    lasting = arena_new(0);
    *state = (void *)(uintptr_t)iam_catalogue_load(lasting, &e); /* NOLINT(performance-no-int-to-ptr) */
    return *state ? 0 : -1;
}

static int unload(void **state)
{
    (void)state;
    arena_free(lasting);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_short_way_forgets_nobody), cmocka_unit_test(the_document_leaves_nothing_out),
                                       cmocka_unit_test(actions_by_pattern)};
    return cmocka_run_group_tests(tests, load, unload);
}
