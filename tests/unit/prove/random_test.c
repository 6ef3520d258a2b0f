/* Small random worlds: the fast proof equals the plain one, cell by cell; and a fact that is taken away makes no cell greener. */
#include "unit/prove/box.h"

#include "access/engine.h"

#include <inttypes.h>
#include <stdio.h>

static uint64_t next(uint64_t *s)
{
    *s ^= *s << 13;
    *s ^= *s >> 7;
    *s ^= *s << 17;
    return *s;
}
static uint32_t below(uint64_t *s, uint32_t n) { return (uint32_t)((next(s) >> 11) % n); }
#define ONE_OF(s, list) (list)[below((s), (uint32_t)(sizeof(list) / sizeof *(list)))]

static const char *const accounts[] = {"111111111111", "222222222222", "333333333333"};
static const char *const names[] = {"r0", "r1", "r2", "r3", "r4", "r5"};

static struct str statement(struct box *b, uint64_t *s, bool resource_side)
{
    static const char *const actions[] = {"\"s3:GetObject\"", "\"s3:*\"", "\"sts:AssumeRole\"", "\"sts:*\"", "\"iam:PassRole\"", "\"lambda:*\"", "\"kms:Decrypt\"", "\"*\"",
        "\"iam:PutRolePolicy\"", "\"iam:TagRole\"", "\"iam:UpdateAssumeRolePolicy\"", "\"s3:DeleteObject\"", "\"kms:*\"", "[\"iam:PassRole\",\"lambda:*\"]", "\"iam:CreateAccessKey\""};
    static const char *const sides[] = {"\"s3:GetObject\"", "\"s3:*\"", "\"s3:DeleteObject\"", "[\"s3:GetObject\",\"s3:PutObject\"]"};
    static const char *const resources[] = {"\"*\"", "\"*\"", "\"arn:aws:s3:::b0/*\"", "\"arn:aws:s3:::b1/*\"", "[\"arn:aws:s3:::b*\",\"arn:aws:s3:::b*/*\"]",
        "\"arn:aws:iam::*:role/r1\"", "\"arn:aws:iam::333333333333:role/*\"", "\"arn:aws:kms:*:*:key/*\"", "\"arn:aws:lambda:*:*:function:*\""};
    static const char *const conditions[] = {"", "", "", "", ",\"Condition\":{\"Bool\":{\"aws:MultiFactorAuthPresent\":\"true\"}}", ",\"Condition\":{\"StringEquals\":{\"aws:SourceVpce\":\"vpce-1\"}}",
        ",\"Condition\":{\"StringEquals\":{\"aws:PrincipalTag/team\":\"x\"}}", ",\"Condition\":{\"StringEquals\":{\"sts:ExternalId\":\"q\"}}",
        ",\"Condition\":{\"BoolIfExists\":{\"aws:MultiFactorAuthPresent\":\"true\"}}"};
    static const char *const principals[] = {"{\"AWS\":\"111111111111\"}", "{\"AWS\":\"222222222222\"}", "{\"AWS\":\"arn:aws:iam::333333333333:role/r1\"}", "\"*\"",
        "{\"AWS\":\"arn:aws:iam::111111111111:role/r0\"}", "{\"AWS\":\"333333333333\"}", "{\"AWS\":\"444444444444\"}"};
    const char *effect = below(s, 6) ? "Allow" : "Deny";
    if (resource_side)
        return arena_printf(b->arena, "{\"Effect\":\"%s\",\"Principal\":%s,\"Action\":%s,\"Resource\":%s%s}", effect, ONE_OF(s, principals), ONE_OF(s, sides),
                            "\"*\"", ONE_OF(s, conditions));
    return arena_printf(b->arena, "{\"Effect\":\"%s\",\"Action\":%s,\"Resource\":%s%s}", effect, ONE_OF(s, actions), ONE_OF(s, resources), ONE_OF(s, conditions));
}

static const char *policy(struct box *b, uint64_t *s, bool resource_side)
{
    struct str out = STR("{\"Version\":\"2012-10-17\",\"Statement\":[");
    uint32_t n = 1 + below(s, 3);
    for (uint32_t i = 0; i < n; i++) {
        struct str st = statement(b, s, resource_side);
        out = arena_printf(b->arena, "%.*s%s%.*s", STR_ARG(out), i ? "," : "", STR_ARG(st));
    }
    return arena_printf(b->arena, "%.*s]}", STR_ARG(out)).ptr;
}

static const char *trust(struct box *b, uint64_t *s)
{
    static const char *const principals[] = {"{\"AWS\":\"111111111111\"}", "{\"AWS\":\"333333333333\"}", "{\"AWS\":\"222222222222\"}", "{\"AWS\":\"arn:aws:iam::111111111111:role/r0\"}",
        "{\"AWS\":\"arn:aws:iam::333333333333:role/r1\"}", "{\"Service\":\"lambda.amazonaws.com\"}", "{\"Service\":\"ec2.amazonaws.com\"}", "{\"AWS\":\"arn:aws:iam::222222222222:role/r2\"}", "\"*\""};
    static const char *const conditions[] = {"", "", "", ",\"Condition\":{\"Bool\":{\"aws:MultiFactorAuthPresent\":\"true\"}}", ",\"Condition\":{\"StringEquals\":{\"sts:ExternalId\":\"q\"}}"};
    static const char *const actions[] = {"\"sts:AssumeRole\"", "\"sts:AssumeRole\"", "[\"sts:AssumeRole\",\"sts:TagSession\"]"};
    const char *who = ONE_OF(s, principals);
    return arena_printf(b->arena, "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":%s,\"Action\":%s%s}]}", who, ONE_OF(s, actions), ONE_OF(s, conditions)).ptr;
}

static const char *key_policy(struct box *b, uint64_t *s)
{
    return arena_printf(b->arena, "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"%s\"},\"Action\":\"%s\",\"Resource\":\"*\"}]}",
                        accounts[below(s, 3)], below(s, 2) ? "kms:*" : "kms:Decrypt").ptr;
}

static void add_principals(struct box *b, uint64_t *s)
{
    uint32_t n = 2 + below(s, 4);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t account = below(s, 3);
        static const char *const pool[] = {NULL, "a", "b"};
        const char *tenant = account == 0 ? "a" : account == 1 ? "b" : ONE_OF(s, pool);
        uint32_t p = box_principal(b, below(s, 4) ? WORLD_ROLE : WORLD_USER, account, names[i], tenant, policy(b, s, false), trust(b, s));
        struct world_principal *row = &b->w->principals[p];
        if (account == 2 && tenant)
            row->why = STR("tag ward:tenant");
        if (account == 2 && !tenant && below(s, 2)) {
            row->shared = true;
            row->why = STR("account 333333333333");
        }
        if (below(s, 4) == 0) {
            row->has_boundary = true;
            row->boundary = world_policy(b->w, str_of(policy(b, s, false)), STR("boundary"));
        }
    }
}

static void add_stores(struct box *b, uint64_t *s)
{
    static const enum world_encryption kinds[] = {WORLD_ENC_AWS_OWNED, WORLD_ENC_NONE, WORLD_ENC_AWS_MANAGED, WORLD_ENC_KEY, WORLD_ENC_KEY, WORLD_ENC_UNKNOWN};
    static const char *const buckets[] = {"b0", "b1", "b2"};
    for (uint32_t i = 0; i < 3; i++) {
        static const char *const pool[] = {NULL, "a", "b"};
        const char *tenant = i == 0 ? "a" : i == 1 ? "b" : ONE_OF(s, pool);
        struct world_resource *r = box_bucket(b, i, buckets[i], tenant, below(s, 2) ? policy(b, s, true) : NULL);
        r->encryption = ONE_OF(s, kinds);
        if (r->encryption != WORLD_ENC_KEY)
            continue;
        uint32_t owner = below(s, 3);
        struct str arn = arena_printf(b->arena, "arn:aws:kms:us-east-1:%s:key/k%u", accounts[owner], i);
        r->key_arn = arn;
        if (below(s, 6)) {
            struct world_resource *k = &b->w->resources[box_resource(b, owner, "AWS::KMS::Key", arn, NULL)];
            k->has_policy = true;
            k->policy = world_policy(b->w, str_of(key_policy(b, s)), STR("KeyPolicy"));
        }
    }
    if (below(s, 2)) {
        uint32_t account = below(s, 3);
        struct world_resource *f = &b->w->resources[box_resource(b, account, "AWS::Lambda::Function",
            arena_printf(b->arena, "arn:aws:lambda:us-east-1:%s:function:f", accounts[account]), NULL)];
        f->role_arn = arena_printf(b->arena, "arn:aws:iam::%s:role/%s", accounts[account], ONE_OF(s, names));
    }
}

static void make(struct box *b, uint64_t seed)
{
    uint64_t s = seed * 0x9E3779B97F4A7C15u + 1;
    for (int i = 0; i < 8; i++)
        (void)next(&s);
    box_init(b, catalogue);
    box_account(b, accounts[0], "a");
    box_account(b, accounts[1], "b");
    box_account(b, accounts[2], NULL);
    box_tenant(b, "a");
    box_tenant(b, "b");
    b->w->shared_names[b->w->shared_count++] = STR("ops");
    add_principals(b, &s);
    add_stores(b, &s);
    static const char *const who[] = {"a", "b", "*", "ops"};
    for (uint32_t n = below(&s, 3); n > 0; n--) {
        const char *from = ONE_OF(&s, who);
        b->w->via[b->w->via_count++] = (struct world_via){.shared = STR("ops"), .from = str_of(from), .to = str_of(ONE_OF(&s, who))};
    }
}

static uint32_t rounds(uint32_t otherwise)
{
    const char *n = getenv("WARD_PROVE_ROUNDS");
    return n ? (uint32_t)strtoul(n, NULL, 10) : otherwise;
}

static void fast_equals_plain(void **state)
{
    uint32_t levels[LEVEL_COUNT + 1] = {0}, verdicts[PROVE_VERDICTS] = {0};
    (void)state;
    for (uint64_t seed = 1; seed <= rounds(60); seed++) {
        struct box b;
        make(&b, seed);
        box_prove_with(&b, true);
        uint32_t n = b.p->labels.count;
        for (uint32_t x = 0; x < n; x++)
            for (uint32_t y = 0; y < n; y++) {
                if (x == y || !b.p->is_object[y])
                    continue;
                enum graph_level fast = (enum graph_level)b.p->levels[x * n + y], plain = plain_level(b.p, &b.r, x, y, true);
                levels[fast]++;
                verdicts[prove_verdict_of(b.p, x, y)]++;
                if (fast != plain)
                    fail_msg("seed %" PRIu64 ": %.*s -> %.*s: fast %s, plain %s", seed, STR_ARG(b.p->labels.names[x]), STR_ARG(b.p->labels.names[y]),
                             graph_level_name(fast), graph_level_name(plain));
            }
        for (uint32_t i = 0; i < b.p->cell_count; i++) {
            const struct prove_cell *c = &b.p->cells[i];
            if (c->level != LEVEL_NEVER && !c->hop_count)
                fail_msg("seed %" PRIu64 ": no chain for %.*s -> %.*s", seed, STR_ARG(b.p->labels.names[c->subject]), STR_ARG(b.p->labels.names[c->object]));
        }
        box_done(&b);
    }
    print_message("cells by level: %u certain, %u conditional, %u network, %u unknown, %u none; %u declared\n", levels[0], levels[1], levels[2], levels[3],
                  levels[4], verdicts[PROVE_DECLARED]);
    assert_true(levels[0] && levels[1] && levels[2] && levels[3] && levels[4]);
}

/* The class engine gives the same matrix as rights that are asked one by one. */
static void engine_gives_the_same_matrix(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= rounds(60); seed++) {
        struct box b, c;
        struct err e = {0};
        uint32_t *actions;
        make(&b, seed);
        make(&c, seed);
        box_prove_with(&b, true);
        qsort(c.w->resources, c.w->resource_count, sizeof *c.w->resources, box_by_arn);
        world_index(c.w);
        c.g = graph_prepare(c.w, &e);
        assert_non_null(c.g);
        uint32_t count = prove_questions(c.g, c.arena, &actions);
        count = box_few(c.w, actions, count);
        struct engine *engine = engine_new(c.w, actions, count);
        engine_run(engine);
        c.r = rights_of_engine(engine);
        graph_build(c.g, &c.r);
        c.p = prove(c.arena, c.g, &c.r);
        uint32_t n = b.p->labels.count;
        assert_int_equal(c.p->labels.count, n);
        for (uint32_t x = 0; x < n; x++)
            for (uint32_t y = 0; y < n; y++)
                if (b.p->levels[x * n + y] != c.p->levels[x * n + y] || prove_verdict_of(b.p, x, y) != prove_verdict_of(c.p, x, y))
                    fail_msg("seed %" PRIu64 ": %.*s -> %.*s: one by one %s, engine %s", seed, STR_ARG(b.p->labels.names[x]), STR_ARG(b.p->labels.names[y]),
                             graph_level_name((enum graph_level)b.p->levels[x * n + y]), graph_level_name((enum graph_level)c.p->levels[x * n + y]));
        engine_free(engine);
        box_done(&b);
        box_done(&c);
    }
}

/* Facts that may be missing. Returns false where there is nothing of the kind. */
static bool lose(struct box *b, uint64_t *s)
{
    struct world *w = b->w;
    struct world_resource *r = &w->resources[below(s, w->resource_count)];
    struct world_principal *p = &w->principals[below(s, w->principal_count)];
    static const char why[] = "access denied";
    uint32_t kind = below(s, 7);
    if (getenv("WARD_PROVE_TELL"))
        print_message("loses %u of %.*s / %.*s\n", kind, STR_ARG(r->arn), STR_ARG(p->arn));
    switch (kind) {
    case 0:
        r->policy_read = false;
        r->has_policy = false;
        r->policy = (struct iam_policy_ref){0};
        return true;
    case 1:
        r->acl_read = r->acl_disabled = false;
        return true;
    case 2:
        r->bpa_read = false;
        return true;
    case 3:
        r->grants_read = false;
        return true;
    case 4:
        if (p->kind != WORLD_ROLE)
            return false;
        p->trust = (struct iam_policy_ref){.id = p->trust.id, .unread = str_of(why)};
        return true;
    case 5: {
        struct iam_policy_ref *ref = arena_new_of(b->arena, struct iam_policy_ref);
        *ref = (struct iam_policy_ref){.id = p->identity.count ? p->identity.items[0].id : p->arn, .unread = str_of(why)};
        p->identity = (struct iam_policy_set){ref, 1};
        return true;
    }
    default:
        r->encryption = WORLD_ENC_UNKNOWN;
        r->key = WORLD_NONE;
        r->key_arn = (struct str){0};
        return true;
    }
}

/* A fact that was not read may turn a violation into an unknown; never anything into proved. */
static void a_lost_fact_makes_nothing_greener(void **state)
{
    uint32_t changed = 0;
    (void)state;
    for (uint64_t seed = 1; seed <= rounds(60); seed++) {
        struct box whole, less;
        uint64_t s = seed * 77 + 5;
        make(&whole, seed);
        make(&less, seed);
        for (int i = 0; i < 4; i++)
            (void)next(&s);
        bool lost = lose(&less, &s);
        box_prove_with(&whole, true);
        box_prove_with(&less, true);
        for (uint32_t x = 0; lost && x < whole.p->labels.count; x++)
            for (uint32_t y = 0; y < whole.p->labels.count; y++) {
                enum prove_verdict before = prove_verdict_of(whole.p, x, y), after = prove_verdict_of(less.p, x, y);
                changed += before != after;
                if (after == PROVE_PROVED && before != PROVE_PROVED)
                    fail_msg("seed %" PRIu64 ": %.*s -> %.*s is proved since a fact is missing (was %s)", seed, STR_ARG(whole.p->labels.names[x]),
                             STR_ARG(whole.p->labels.names[y]), prove_verdict_name(before));
            }
        box_done(&whole);
        box_done(&less);
    }
    print_message("%u cells changed\n", changed);
    assert_true(changed > 0);
}

enum { CHANGES = 4 };
struct change {
    uint32_t principal;
    const char *policy;
};

static void apply(struct box *b, const struct change *c)
{
    struct world_principal *p = &b->w->principals[c->principal];
    p->identity = box_set(b, c->policy, arena_printf(b->arena, "%.*s#inline", STR_ARG(p->arn)));
}

static void fresh(struct box *b, uint64_t seed, const struct change *changes, uint32_t count)
{
    make(b, seed);
    for (uint32_t i = 0; i < count; i++)
        apply(b, &changes[i]);
    qsort(b->w->resources, b->w->resource_count, sizeof *b->w->resources, box_by_arn);
    world_index(b->w);
}

static void same_matrix(uint64_t seed, uint32_t change, const struct proof *kept, const struct proof *anew)
{
    uint32_t n = anew->labels.count;
    assert_int_equal(kept->labels.count, n);
    assert_int_equal(kept->cell_count, anew->cell_count);
    for (uint32_t x = 0; x < n; x++)
        for (uint32_t y = 0; y < n; y++)
            if (kept->levels[x * n + y] != anew->levels[x * n + y] || prove_verdict_of(kept, x, y) != prove_verdict_of(anew, x, y))
                fail_msg("seed %" PRIu64 ", change %u: %.*s -> %.*s: kept %s, anew %s", seed, change, STR_ARG(anew->labels.names[x]), STR_ARG(anew->labels.names[y]),
                         graph_level_name((enum graph_level)kept->levels[x * n + y]), graph_level_name((enum graph_level)anew->levels[x * n + y]));
    for (uint32_t i = 0; i < anew->cell_count; i++) {
        const struct prove_cell *c = &kept->cells[i], *d = &anew->cells[i];
        if (c->hop_count != d->hop_count || c->cut_count != d->cut_count || !c->reason.len)
            fail_msg("seed %" PRIu64 ", change %u: cell %u is told in %u hops and %u cuts, anew in %u and %u", seed, change, i, c->hop_count, c->cut_count,
                     d->hop_count, d->cut_count);
    }
}

/* A proof that is kept while policies change says what one says that is made anew. */
static void a_kept_proof_equals_a_new_one(void **state)
{
    uint32_t kept = 0;
    (void)state;
    for (uint64_t seed = 1; seed <= rounds(60) / 4; seed++) {
        struct box b, c;
        struct err e = {0};
        struct change changes[CHANGES];
        struct prove_session old, new;
        uint64_t s = seed * 131 + 7;
        fresh(&b, seed, NULL, 0);
        uint32_t principals = b.w->principal_count;
        assert_true(prove_session_open(&old, b.w, &e));
        for (uint32_t i = 0; i < CHANGES; i++) {
            do
                changes[i].principal = below(&s, principals);
            while (b.w->principals[changes[i].principal].kind != WORLD_ROLE && b.w->principals[changes[i].principal].kind != WORLD_USER);
            changes[i].policy = policy(&b, &s, false);
            uint32_t anew = old.anew;
            apply(&b, &changes[i]);
            assert_true(prove_session_principal(&old, changes[i].principal, &e));
            kept += old.anew == anew;
            fresh(&c, seed, changes, i + 1);
            assert_true(prove_session_open(&new, c.w, &e));
            same_matrix(seed, i, old.proof, new.proof);
            prove_session_close(&new);
            box_done(&c);
        }
        assert_true(prove_session_organization(&old, &e));
        prove_session_close(&old);
        box_done(&b);
    }
    print_message("%u changes were made without making all anew\n", kept);
    assert_true(kept > 0);
}

static void rename_tenant(struct str *name)
{
    if (str_eqz(*name, "a"))
        *name = STR("zeta");
    else if (str_eqz(*name, "b"))
        *name = STR("alpha");
}

/* Names and the order of tenants mean nothing. */
static void renaming_tenants_commutes(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= rounds(60) / 2; seed++) {
        struct box b, c;
        make(&b, seed);
        make(&c, seed);
        for (uint32_t i = 0; i < c.w->account_count; i++)
            rename_tenant(&c.w->accounts[i].tenant);
        for (uint32_t i = 0; i < c.w->principal_count; i++)
            rename_tenant(&c.w->principals[i].tenant);
        for (uint32_t i = 0; i < c.w->resource_count; i++)
            rename_tenant(&c.w->resources[i].tenant);
        for (uint32_t i = 0; i < c.w->via_count; i++) {
            rename_tenant(&c.w->via[i].from);
            rename_tenant(&c.w->via[i].to);
        }
        c.w->tenants[0] = STR("alpha");
        c.w->tenants[1] = STR("zeta");
        box_prove_with(&b, true);
        box_prove_with(&c, true);
        assert_int_equal(b.p->labels.count, c.p->labels.count);
        for (uint32_t x = 0; x < b.p->labels.count; x++)
            for (uint32_t y = 0; y < b.p->labels.count; y++) {
                struct str from = b.p->labels.names[x], to = b.p->labels.names[y];
                rename_tenant(&from);
                rename_tenant(&to);
                uint32_t u = box_label(&c, arena_cstr(c.arena, from)), v = box_label(&c, arena_cstr(c.arena, to));
                if (prove_verdict_of(b.p, x, y) != prove_verdict_of(c.p, u, v))
                    fail_msg("seed %" PRIu64 ": %.*s -> %.*s is another verdict under other names", seed, STR_ARG(from), STR_ARG(to));
            }
        box_done(&b);
        box_done(&c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fast_equals_plain),
        cmocka_unit_test(engine_gives_the_same_matrix),
        cmocka_unit_test(a_lost_fact_makes_nothing_greener),
        cmocka_unit_test(a_kept_proof_equals_a_new_one),
        cmocka_unit_test(renaming_tenants_commutes),
    };
    return cmocka_run_group_tests(tests, box_setup, box_teardown);
}
