#include "iam/decide_internal.h"

static bool covers_operation(const struct iam_grant *g, struct str action)
{
    for (uint32_t i = 0; i < g->operation_count; i++)
        if (str_eq_nocase(g->operations[i], action))
            return true;
    return false;
}

/* KMS Developer Guide, "Grants in AWS KMS": the grantee is one principal; a role's grant serves its sessions. Not
 * said there, and taken as the wider reading: the account's root stands for all of the account. */
static const struct residue *is_grantee(struct decide *d, const struct iam_grant *g,
                                        const struct residue_source *source)
{
    const struct iam_caller *c = &d->r->caller;
    if (c->kind == IAM_CALLER_SERVICE)
        return str_eq(g->grantee, c->text) ? residue_true : residue_false;
    struct iam_principal p = iam_principal_compile(d->arena, STR("AWS"), g->grantee);
    if (p.kind == IAM_P_EVERYONE)
        return residue_false;
    const struct residue *session = residue_true;
    enum iam_principal_match m = iam_principal_matches(d->pool, &p, c, source, &session);
    return m == IAM_NO_MATCH ? residue_false : session;
}

static const struct residue *holds(struct decide *d, const char *op, struct str key, const struct str *values,
                                   uint32_t count, const struct residue_source *source)
{
    struct iam_condition k;
    if (!iam_condition_compile(d->arena, str_of(op), key, values, count, false, &k))
        return residue_false;
    return iam_condition_holds(d->pool, &k, false, &d->r->context, source);
}

/* KMS API Reference, GrantConstraints (read 2026): the constraint is on operations that take an encryption context;
 * DescribeKey and RetireGrant are not bound by it, and CreateGrant binds what it makes. */
static const struct residue *constraint(struct decide *d, const struct iam_grant *g,
                                        const struct residue_source *source)
{
    static const char *const free_of_it[] = {"DescribeKey", "RetireGrant", "CreateGrant"};
    for (size_t i = 0; i < sizeof free_of_it / sizeof *free_of_it; i++)
        if (str_eq_nocase(d->r->action, str_of(free_of_it[i])))
            return residue_true;
    const struct residue *f = residue_true;
    for (uint32_t i = 0; i < g->context_count && f != residue_false; i++) {
        struct str key = arena_printf(d->arena, "kms:EncryptionContext:%.*s", STR_ARG(g->context_keys[i]));
        f = residue_and(d->pool, f, holds(d, "StringEquals", key, &g->context_values[i], 1, source));
    }
    if (g->context_count && !g->context_subset)
        f = residue_and(d->pool, f,
                        holds(d, "ForAllValues:StringEquals", STR("kms:EncryptionContextKeys"), g->context_keys,
                              g->context_count, source));
    return f;
}

/* KMS Developer Guide, "Grants in AWS KMS" (read 2026): a grant allows and never denies; it is considered along with
 * key policy and IAM policies and needs neither. "Allowing users in other accounts to use a KMS key", step 2: there they
 * need IAM policies "or use grants". */
const struct residue *decide_grants(struct decide *d)
{
    const struct residue *any = residue_false;
    if (!str_eqz(d->r->service, "kms"))
        return any;
    for (uint32_t i = 0; i < d->layers->grant_count && any != residue_true; i++) {
        const struct iam_grant *g = &d->layers->grants[i];
        if (!covers_operation(g, d->r->action))
            continue;
        struct residue_source source = decide_source(IAM_LAYER_GRANT, g->id, (struct str){0}, true);
        const struct residue *f = is_grantee(d, g, &source);
        if (f == residue_false)
            continue;
        f = residue_and(d->pool, f, constraint(d, g, &source));
        decide_note_grant(d, g, f);
        any = residue_or(d->pool, any, f);
    }
    return any;
}
