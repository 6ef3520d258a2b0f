/*
 * What one block of questions may do to the targets of a universe: the rules of iam/decide*.c, with sets of targets in
 * place of one. Each step is named after its counterpart there.
 */
#include "access/engine_internal.h"

static void add_allows(struct eval *v, const struct chain *c, struct gset *g)
{
    for (uint32_t i = 0; i < c->count && !gset_full(&v->s, g); i++)
        if (v->e->stmts[c->stmts[i]].allow)
            engine_apply(v, g, false, c->stmts[i], NULL, residue_true);
}

static void sub_denies(struct eval *v, const struct chain *c, struct gset *g)
{
    for (uint32_t i = 0; i < c->count; i++)
        if (!v->e->stmts[c->stmts[i]].allow)
            engine_apply(v, g, true, c->stmts[i], NULL, residue_true);
}

struct trusts {
    struct gset open, limited, account;
};

static struct iam_request sample_request(const struct eval *v)
{
    struct iam_request r;
    engine_target_request(v->e, &v->e->targets[v->u->targets[engine_local(v, 0)]], &v->c->who, v->question, &r);
    return r;
}

static void trusts_of(struct eval *v, enum use_role role, struct trusts *t)
{
    *t = (struct trusts){0};
    for (uint32_t i = 0; i < v->rel_count; i++) {
        struct rel *rel = &v->rels[i];
        if (rel->use->role != role || !v->e->stmts[rel->use->stmt].allow)
            continue;
        engine_apply(v, &t->open, false, rel->use->stmt, rel->use, rel->open);
        engine_apply(v, &t->limited, false, rel->use->stmt, rel->use, rel->limited);
        engine_apply(v, &t->account, false, rel->use->stmt, rel->use, rel->account);
    }
}

static void ceiling(struct eval *v, struct gset *g)
{
    if (v->c->has_boundary && v->c->has_identity)
        add_allows(v, &v->c->boundary, g);
    else
        gset_add(&v->s, g, residue_true, NULL);
}

static bool is_sts(const struct eval *v, const char *name)
{
    const struct iam_action_info *info = &v->e->w->catalogue->actions[v->e->question[v->question]];
    return str_eqz(info->service, "sts") && str_eq_nocase(info->name, str_of(name));
}

static void identity(struct eval *v, struct gset *g)
{
    bool free = v->c->is_root || (v->c->who.kind == IAM_CALLER_USER && is_sts(v, "GetSessionToken"));
    if (free)
        gset_add(&v->s, g, residue_true, NULL);
    else
        add_allows(v, &v->c->identity, g);
}

/* decide.c, one_policy(). */
static void one_policy(struct eval *v, enum use_role role, bool counts, bool must_trust, const struct gset *side,
                       const struct gset *ceilings, const struct gset *acl, struct gset *out)
{
    struct trusts t = {0};
    if (counts)
        trusts_of(v, role, &t);
    *out = (struct gset){0};
    gset_or(&v->s, out, &t.open);
    if (!v->c->has_identity) {
        gset_or(&v->s, out, &t.limited);
        gset_or(&v->s, out, acl);
        return;
    }
    if (!v->same) {
        gset_or(&v->s, out, &t.limited);
        gset_or(&v->s, out, &t.account);
        gset_or(&v->s, out, acl);
        gset_and(&v->s, out, side);
        return;
    }
    gset_and(&v->s, &t.limited, ceilings);
    gset_or(&v->s, out, &t.limited);
    if (!must_trust) {
        gset_or(&v->s, out, side);
        return;
    }
    gset_and(&v->s, &t.account, side);
    gset_or(&v->s, out, &t.account);
}

/* Where there is a second policy, both must allow. */
static void both_policies(struct eval *v, struct gset *first, const struct gset *second)
{
    struct gset needed = {0};
    uint64_t *with = bits_new(v->s.arena, v->s.count), *without = bits_new(v->s.arena, v->s.count);
    for (uint32_t k = 0; k < v->s.count; k++)
        bits_set(v->e->targets[v->u->targets[engine_local(v, k)]].side.flags & SIDE_SECOND ? with : without, k);
    gset_copy(&v->s, &needed, second);
    gset_keep(&v->s, &needed, residue_true, with);
    if (bits_any(without, v->s.words))
        gset_add(&v->s, &needed, residue_true, without);
    gset_and(&v->s, first, &needed);
}

static bool caller_may_ask(const struct eval *v)
{
    return v->c->who.kind != IAM_CALLER_WEB || is_sts(v, "AssumeRoleWithSAML") ||
           is_sts(v, "AssumeRoleWithWebIdentity");
}

/* decide.c, decide_grant_test(). */
static void grant_test(struct eval *v, const struct iam_request *r, bool counts, struct gset *out)
{
    struct gset side = {0}, ceilings = {0}, acl = {0}, second = {0};
    *out = (struct gset){0};
    if (!caller_may_ask(v))
        return;
    if (v->c->has_identity || v->c->is_root) {
        identity(v, &side);
        ceiling(v, &ceilings);
        gset_and(&v->s, &side, &ceilings);
    }
    engine_acls(v, &acl);
    bool must_trust = iam_resource_must_trust(r);
    one_policy(v, USE_FIRST, counts, must_trust, &side, &ceilings, &acl, out);
    if ((v->u->flags & SIDE_SECOND) && !gset_empty(&v->s, out)) {
        one_policy(v, USE_SECOND, counts, must_trust, &side, &ceilings, &acl, &second);
        both_policies(v, out, &second);
    }
    engine_grants(v, out);
    const struct residue *root = engine_root_task(v);
    if (root != residue_false) {
        gset_keep(&v->s, &side, root, NULL);
        gset_or(&v->s, out, &side);
    }
    engine_limits(v, out);
}

static bool rcps_bear(const struct eval *v)
{
    const struct iam_action_info *info = &v->e->w->catalogue->actions[v->e->question[v->question]];
    if (v->c->who.service_linked || (str_eqz(info->service, "kms") && str_eq_nocase(info->name, STR("RetireGrant"))))
        return false;
    return v->u->sort != v->e->none_sort || iam_catalogue_rcp_service(v->e->w->catalogue, info->service);
}

/* decide.c, all_denies(). */
static void denies(struct eval *v, bool counts, struct gset *g)
{
    if (v->c->has_identity)
        sub_denies(v, &v->c->identity, g);
    if (v->c->has_identity && v->c->has_boundary)
        sub_denies(v, &v->c->boundary, g);
    for (uint32_t i = 0; i < v->c->scp_count; i++)
        sub_denies(v, &v->c->scps[i], g);
    bool rcps = rcps_bear(v);
    for (uint32_t i = 0; i < v->rel_count; i++) {
        struct rel *rel = &v->rels[i];
        if (!v->e->stmts[rel->use->stmt].allow && (rel->use->role == USE_RCP ? rcps : counts))
            engine_apply(v, g, true, rel->use->stmt, rel->use, rel->any);
    }
    engine_block_public(v, g);
}

static void once(struct eval *v, struct gset *out)
{
    struct iam_request r = sample_request(v);
    bool counts = iam_resource_policy_counts(&r);
    grant_test(v, &r, counts, out);
    for (uint32_t i = 0; i < v->c->scp_count && !gset_empty(&v->s, out); i++) {
        struct gset allowed = {0};
        add_allows(v, &v->c->scps[i], &allowed);
        if (gset_empty(&v->s, &allowed))
            *out = allowed;
        else
            gset_and(&v->s, out, &allowed);
    }
    if (!gset_empty(&v->s, out))
        denies(v, counts, out);
}

/* world_ask.c, world_decide(): with what was not read taken to allow, each target hangs on its own leaf. */
static void add_loose(struct eval *v, struct gset *out)
{
    struct gset most = {0};
    v->most = true;
    once(v, &most);
    v->most = false;
    for (uint32_t k = 0; k < v->s.count && !gset_empty(&v->s, &most); k++) {
        if (!(v->e->targets[v->u->targets[engine_local(v, k)]].side.flags & SIDE_LOOSE) ||
            gset_at(out, k) == residue_true)
            continue;
        const struct residue *f = residue_and(v->s.pool, gset_at(&most, k), engine_hangs_on(v, k));
        uint64_t *one = bits_new(v->s.arena, v->s.count);
        bits_set(one, k);
        if (f != residue_false)
            gset_add(&v->s, out, f, one);
    }
}

void engine_eval(struct eval *v, struct gset *out)
{
    *out = (struct gset){0};
    if (v->u->sort == v->e->none_sort && v->c->has_identity && is_sts(v, "GetCallerIdentity")) {
        gset_add(&v->s, out, residue_true, NULL);
        return;
    }
    once(v, out);
    if ((v->u->flags & SIDE_LOOSE_GRANTS) || ((v->u->flags & SIDE_LOOSE) && !v->same))
        add_loose(v, out);
}
