/*
 * Access control lists, KMS grants, public access blocks, limits.
 *
 * What iam_decide() makes of them is asked of iam_decide() itself, with nothing else in the layers: one question for
 * all targets with the same lists.
 */
#include "access/engine_internal.h"

static const struct residue *alone(struct eval *v, const struct iam_layers *l, const struct target *t)
{
    struct iam_decision d;
    struct iam_request r;
    engine_target_request(v->e, t, &v->c->who, v->question, &r);
    r.context = v->c->context;
    iam_decide(v->s.pool, v->e->tiny, l, &r, NULL, &d);
    arena_reset(v->e->tiny);
    return d.condition;
}

static const struct target *target_at(const struct eval *v, uint32_t local)
{
    return &v->e->targets[v->u->targets[local]];
}

/* Bears on callers from outside of the owner's account only. */
void engine_acls(struct eval *v, struct gset *g)
{
    if (v->same)
        return;
    for (uint32_t i = 0; i < v->u->acl_count; i++) {
        const struct acl_group *group = &v->u->acls[i];
        const uint64_t *bits = engine_bits(v, v->u->acl_items + group->from, group->count);
        if (bits && !bits_any(bits, v->s.words))
            continue;
        /* One of those asked about: the caller's own account's are not. */
        const struct target *t = target_at(v, engine_local(v, bits ? (uint32_t)bits_next(bits, v->s.count, 0) : 0));
        unsigned ignore = v->most ? SIDE_MOST_IGNORE : SIDE_IGNORE;
        struct iam_layers l = {.identity_is_root = true,
                               .acls = t->side.acls,
                               .acl_count = t->side.acl_count,
                               .acl_unread = t->side.acl_unread,
                               .ignore_public_acls = t->side.flags & ignore};
        struct iam_acl open[] = {{IAM_ACL_ALL_USERS, {0}, IAM_ACL_FULL_CONTROL},
                                 {IAM_ACL_ACCOUNT, v->c->who.account, IAM_ACL_FULL_CONTROL}};
        if (v->most && (t->side.flags & SIDE_LOOSE_ACL)) {
            l.acls = open;
            l.acl_count = v->c->who.account.ptr ? 2 : 1;
        }
        const struct residue *f = alone(v, &l, t);
        if (f != residue_false)
            gset_add(&v->s, g, f, bits);
    }
}

static bool in_space(struct eval *v, uint32_t local, const uint64_t **bits)
{
    *bits = engine_bits(v, &local, 1);
    return !*bits || bits_any(*bits, v->s.words);
}

void engine_grants(struct eval *v, struct gset *g)
{
    const uint64_t *bits;
    for (uint32_t i = 0; i < v->granted_count; i++) {
        if (!in_space(v, v->granted[i], &bits))
            continue;
        const struct target *t = target_at(v, v->granted[i]);
        struct iam_layers l = {.grants = t->side.grants, .grant_count = t->side.grant_count};
        const struct residue *f = alone(v, &l, t);
        if (f != residue_false)
            gset_add(&v->s, g, f, bits);
    }
    if (!v->most || !(v->u->flags & SIDE_LOOSE_GRANTS))
        return;
    for (uint32_t k = 0; k < v->s.count; k++) {
        const struct target *t = target_at(v, engine_local(v, k));
        if (!(t->side.flags & SIDE_LOOSE_GRANTS))
            continue;
        struct iam_grant any = {.id = STR("unread"),
                                .grantee = v->c->who.text,
                                .operation_count = 1,
                                .operations = &v->e->w->catalogue->actions[v->e->question[v->question]].name};
        struct iam_layers l = {.grants = &any, .grant_count = 1};
        const struct residue *f = alone(v, &l, t);
        uint64_t *one = bits_new(v->s.arena, v->s.count);
        bits_set(one, k);
        if (f != residue_false)
            gset_add(&v->s, g, f, one);
    }
}

const struct residue *engine_root_task(struct eval *v)
{
    struct iam_layers l = {.identity_is_root = true};
    const struct iam_action_info *info = &v->e->w->catalogue->actions[v->e->question[v->question]];
    if (v->same || !v->c->has_identity || !str_eqz(info->service, "sts") ||
        !str_eq_nocase(info->name, STR("AssumeRoot")))
        return residue_false;
    return alone(v, &l, target_at(v, engine_local(v, 0)));
}

/* RestrictPublicBuckets, as decide_s3.c has it: under a public policy only the owner's account and services are served.
 */
void engine_block_public(struct eval *v, struct gset *g)
{
    unsigned restricts = v->most ? SIDE_MOST_RESTRICT : SIDE_RESTRICT;
    if (v->same || v->c->who.kind == IAM_CALLER_SERVICE || !(v->u->flags & SIDE_PUBLIC) || !(v->u->flags & restricts))
        return;
    uint64_t *out = bits_new(v->s.arena, v->s.count);
    for (uint32_t k = 0; k < v->s.count; k++) {
        unsigned flags = target_at(v, engine_local(v, k))->side.flags;
        if ((flags & SIDE_PUBLIC) && (flags & restricts))
            bits_set(out, k);
    }
    if (bits_any(out, v->s.words))
        gset_sub(&v->s, g, residue_true, out);
}

void engine_limits(struct eval *v, struct gset *g)
{
    if (!(v->u->flags & SIDE_LIMIT))
        return;
    uint64_t *out = bits_new(v->s.arena, v->s.count);
    for (uint32_t k = 0; k < v->s.count; k++) {
        const struct target *t = target_at(v, engine_local(v, k));
        struct iam_request r;
        engine_target_request(v->e, t, &v->c->who, v->question, &r);
        if ((t->side.flags & SIDE_LIMIT) && !iam_within_limits(&r))
            bits_set(out, k);
    }
    if (bits_any(out, v->s.words))
        gset_sub(&v->s, g, residue_true, out);
}

/* The same leaves as world_decide() makes. */
const struct residue *engine_hangs_on(struct eval *v, uint32_t thing)
{
    static const struct {
        unsigned flag;
        const char *what;
    } unread[] = {{SIDE_LOOSE_GRANTS, "the grants"},
                  {SIDE_LOOSE_ACL, "the access control list"},
                  {SIDE_LOOSE_BPA, "the public access block"}};
    const struct side *s = &target_at(v, engine_local(v, thing))->side;
    const struct residue *f = residue_false;
    for (size_t i = 0; i < sizeof unread / sizeof *unread; i++) {
        if (!(s->flags & unread[i].flag))
            continue;
        struct str text = arena_printf(v->s.arena, "%s of %.*s", unread[i].what, STR_ARG(s->carrier));
        struct residue_leaf leaf = {.kind = RESIDUE_UNREAD, .values = &text, .count = 1};
        f = residue_or(v->s.pool, f, residue_leaf(v->s.pool, &leaf, NULL));
    }
    return f;
}

/* Which permissions of an access control list give the action: one bit each. */
uint32_t engine_acl_trait(const struct engine *e, uint32_t question)
{
    const struct iam_action_info *info = &e->w->catalogue->actions[e->question[question]];
    if (!str_eqz(info->service, "s3"))
        return 0;
    uint32_t bits = 0;
    struct iam_request r = {.caller = {.kind = IAM_CALLER_ANONYMOUS},
                            .service = info->service,
                            .action = info->name,
                            .resource = STR("arn:aws:s3:::b/k"),
                            .resource_account = STR("000000000000")};
    for (uint32_t i = 0; i <= IAM_ACL_FULL_CONTROL + 1; i++) {
        struct iam_acl acl = {IAM_ACL_ALL_USERS, {0}, (enum iam_acl_permission)i};
        struct iam_layers l = {.acls = &acl, .acl_count = 1};
        struct iam_decision d;
        if (i > IAM_ACL_FULL_CONTROL)
            l = (struct iam_layers){.acl_unread = STR("not read")};
        iam_decide(e->w->pool, e->tiny, &l, &r, NULL, &d);
        bits |= d.condition == residue_false ? 0 : (uint32_t)1 << i;
    }
    return bits;
}
