/* A document is refused with an error or read; what was read matches without an end, and says the same of equal requests. */
#include "fuzz.h"
#include "iam/match.h"

static const struct residue *statement(struct residue_pool *p, const struct iam_statement *s, bool variables, enum iam_layer layer,
                                       const struct iam_request *r)
{
    const struct residue *session;
    (void)iam_statement_covers_action(s, r->service, r->action);
    (void)iam_statement_covers_principal(p, s, &r->caller, false, NULL, &session);
    const struct residue *a = iam_statement_covers_resource(p, s, variables, layer, r, NULL);
    const struct residue *b = iam_statement_conditions(p, s, variables, &r->context, NULL);
    MUST(a && b && session);
    return residue_and(p, a, b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new(0);
    struct err e = {0};
    struct iam_policy *policy = iam_policy_parse(a, fuzz_str(data, size), &e);
    MUST(policy ? !err_is_set(&e) : err_is_set(&e));
    struct residue_pool *pool = residue_pool_new(a);
    struct str name = STR("bob");
    struct iam_key key = {.name = STR("aws:username"), .state = IAM_KEY_KNOWN, .values = &name, .count = 1};
    struct iam_request r = {.service = STR("s3"), .action = STR("GetObject"), .resource = STR("arn:aws:s3:::bucket/bob/key"),
                            .context = {&key, 1, true}};
    MUST(iam_caller_parse(a, STR("arn:aws:iam::111122223333:role/r"), &r.caller, &e) || !policy);
    for (uint32_t i = 0; policy && i < policy->count && i < 50; i++) {
        const struct iam_statement *s = &policy->statements[i];
        enum iam_layer layer = (enum iam_layer)(i % IAM_LAYER_COUNT);
        MUST(statement(pool, s, policy->variables, layer, &r) == statement(pool, s, policy->variables, layer, &r));
        r.context.open = false; /* all is known: what is left open is a session's name or what AWS does not say */
        (void)statement(pool, s, policy->variables, layer, &r);
        r.context.open = true;
    }
    if (policy) {
        (void)iam_policy_is_public(policy);
    }
    arena_free(a);
    return 0;
}
