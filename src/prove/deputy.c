#include "prove/deputy.h"

#include "prove/key.h"

static const char stranger[] = "000000000000"; /* an account that nobody names */

static struct str field_of(struct str arn, unsigned field)
{
    for (unsigned i = 0; i < field && arn.ptr; i++)
        (void)str_cut(&arn, ':');
    return arn.ptr ? str_cut(&arn, ':') : (struct str){0};
}

/* Whose a thing of this ARN (pattern) can be: an account id, "*" for anybody's, {NULL,0} when it is nobody's that is known. */
static struct str account_of_source(const struct world *w, struct str value)
{
    struct str account = field_of(value, 4), service = field_of(value, 2);
    if (account.len || str_eqz(value, "*"))
        return account.len ? account : STR("*");
    if (str_index(value, '*', 0) < 0 && str_eqz(service, "s3")) {
        uint32_t r = world_resource_of(w, value);
        return r == WORLD_NONE || w->resources[r].account == WORLD_NONE ? STR("*") : w->accounts[w->resources[r].account].id;
    }
    /* "arn:aws:s3:::ours-*": anybody can make a bucket of such a name. */
    return STR("*");
}

static bool is_source_arn(const struct residue_leaf *leaf)
{
    return leaf->kind == RESIDUE_CONDITION && str_eq_nocase(leaf->key, STR("aws:sourcearn"));
}

/* aws:SourceArn of a thing of this account. */
static const struct residue *source_leaf(struct prover *v, const struct residue *r, struct str account)
{
    const struct residue_leaf *leaf = residue_leaf_of(r);
    if (residue_kind_of(r) == RESIDUE_NOT || iam_operator_negated(leaf->op) || leaf->op == IAM_OP_NULL)
        return residue_true;
    for (uint32_t i = 0; i < leaf->count; i++)
        if (str_glob(account_of_source(v->g->world, leaf->values[i]), account))
            return residue_true;
    return residue_false;
}

static const struct residue *sources(struct prover *v, const struct residue *r, struct str account)
{
    const struct residue_leaf *leaf = residue_leaf_of(r);
    enum residue_kind kind = residue_kind_of(r);
    if (leaf)
        return is_source_arn(leaf) ? source_leaf(v, r, account) : r;
    if (kind != RESIDUE_AND && kind != RESIDUE_OR)
        return r;
    const struct residue *out = kind == RESIDUE_AND ? residue_true : residue_false;
    for (uint32_t i = 0; i < residue_child_count(r); i++) {
        const struct residue *part = sources(v, residue_child(r, i), account);
        out = kind == RESIDUE_AND ? residue_and(v->g->world->pool, out, part) : residue_or(v->g->world->pool, out, part);
    }
    return out;
}

/* The guard when the service works for a thing of this account. */
static const struct residue *for_account(struct prover *v, const struct residue *guard, struct str account)
{
    struct world *w = v->g->world;
    uint32_t row = world_account_of(w, account);
    struct str org = row == WORLD_NONE ? str_make(NULL, 0) : w->accounts[row].org_id;
    struct str path = row == WORLD_NONE ? str_make(NULL, 0) : w->accounts[row].org_path;
    enum iam_key_state org_state = org.ptr ? IAM_KEY_KNOWN : IAM_KEY_ABSENT, path_state = path.ptr ? IAM_KEY_KNOWN : IAM_KEY_ABSENT;
    struct iam_key keys[] = {{.name = STR("aws:sourceaccount"), .state = IAM_KEY_KNOWN, .values = &account, .count = 1},
                             {.name = STR("aws:sourceorgid"), .state = org_state, .values = &org, .count = org.ptr ? 1 : 0},
                             {.name = STR("aws:sourceorgpaths"), .state = path_state, .list = true, .values = &path, .count = path.ptr ? 1 : 0}};
    struct iam_context c = {.keys = keys, .count = 3, .open = true};
    return sources(v, residue_assume(w->pool, guard, &c), account);
}

static void mention(struct prover *v, struct prove_deputy *d, const struct residue *guard, struct str account)
{
    uint32_t row = world_account_of(v->g->world, account);
    if (row == WORLD_NONE)
        return;
    enum graph_level l = graph_level_of(v->g, for_account(v, guard, account));
    if (l == LEVEL_NEVER)
        return;
    bits_set(d->subjects, prove_label_of_account(v, row));
    d->level = l < d->level ? l : d->level;
}

/* Accounts that the guard names, each for itself. */
static void mentions(struct prover *v, struct prove_deputy *d, const struct residue *guard, const struct residue *r)
{
    const struct residue_leaf *leaf = residue_leaf_of(r);
    for (uint32_t i = 0; leaf && leaf->kind == RESIDUE_CONDITION && i < leaf->count; i++) {
        if (is_source_arn(leaf))
            mention(v, d, guard, account_of_source(v->g->world, leaf->values[i]));
        else if (str_eq_nocase(leaf->key, STR("aws:sourceaccount")))
            mention(v, d, guard, leaf->values[i]);
    }
    for (uint32_t i = 0; !leaf && i < residue_child_count(r); i++)
        mentions(v, d, guard, residue_child(r, i));
}

const struct prove_deputy *prove_deputy_of(struct prover *v, const struct residue *guard)
{
    struct str key = str_make((const char *)&guard, sizeof guard);
    struct prove_deputy *d = map_get(&v->deputies, key);
    if (d)
        return d;
    d = arena_new_of(v->lasting, struct prove_deputy);
    d->subjects = bits_new(v->lasting, v->p->labels.count);
    d->guard = guard;
    d->level = graph_level_of(v->g, for_account(v, guard, str_of(stranger)));
    if (d->level != LEVEL_NEVER)
        bits_or(d->subjects, v->everyone, v->words);
    else
        mentions(v, d, guard, guard);
    map_put(&v->deputies, arena_str(v->lasting, key), d);
    return d;
}

static void share_key(struct prover *v, struct principal_rights *scratch, uint32_t resource, uint32_t account, struct prove_deputy *d)
{
    const struct world_resource *r = &v->g->world->resources[resource];
    uint32_t who = account < v->g->world->account_count ? v->g->admin_of[account] : WORLD_NONE;
    /* What a share gives is a copy: of a cluster too, which another account clones with its key only (Aurora User Guide,
     * "Cross-account cloning with AWS RAM and Amazon Aurora", read 2026). */
    if (!prove_key_gates(r, 1u << IAM_TOUCH_COPY))
        return;
    if (who == WORLD_NONE)
        who = account == WORLD_NONE ? WORLD_NONE : v->g->world->accounts[account].root;
    if (r->encryption == WORLD_ENC_AWS_MANAGED) {
        d->level = LEVEL_NEVER; /* its key serves one account only */
        return;
    }
    /* An account of which no policy speaks: what a policy gives to everybody, it has. */
    for (uint32_t i = v->g->first_pseudo; i < v->g->world->principal_count && who == WORLD_NONE; i++)
        if (v->g->pseudo[i - v->g->first_pseudo].kind == PSEUDO_ANYBODY && v->g->world->principals[i].kind == WORLD_ROLE)
            who = i;
    rights_collect(v->g, v->r, v->class_bits[4], who, scratch);
    d->guard = prove_decrypt(v, scratch, resource);
    d->level = graph_level_of(v->g, d->guard);
}

struct prove_deputy prove_share_of(struct prover *v, struct principal_rights *scratch, uint32_t resource, const struct world_share *share)
{
    const struct world *w = v->g->world;
    struct prove_deputy d = {.level = LEVEL_CERTAIN, .guard = residue_true, .subjects = bits_new(v->a, v->p->labels.count)};
    struct str who = share->account;
    if (str_eqz(who, "all") || str_eqz(who, "*")) {
        bits_or(d.subjects, v->everyone, v->words);
        return d;
    }
    if (str_contains(who, STR(":organizations:"))) {
        bits_or(d.subjects, v->everyone, v->words);
        bits_clear(d.subjects, v->p->labels.outside);
        return d;
    }
    uint32_t principal = world_principal_of(w, who), account = WORLD_NONE;
    account = world_account_of(w, str_starts(who, STR("arn:")) ? field_of(who, 4) : who);
    if (principal != WORLD_NONE && str_starts(who, STR("arn:")) && v->p->label_of[principal] != WORLD_NONE)
        bits_set(d.subjects, v->p->label_of[principal]);
    else if (account == w->resources[resource].account)
        d.level = LEVEL_NEVER;
    else
        bits_set(d.subjects, prove_label_of_account(v, account));
    if (d.level != LEVEL_NEVER)
        share_key(v, scratch, resource, account, &d);
    return d;
}
