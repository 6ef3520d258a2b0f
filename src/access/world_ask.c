#include "access/world.h"
#include "access/world_internal.h"

void world_caller(const struct world *w, struct arena *a, uint32_t principal, struct iam_caller *out)
{
    const struct world_principal *p = &w->principals[principal];
    struct err e = {0};
    if (!iam_caller_parse(a, p->arn, out, &e))
        *out = (struct iam_caller){.kind = IAM_CALLER_WEB, .text = p->arn};
    if (p->kind == WORLD_FEDERATED)
        out->kind = IAM_CALLER_WEB;
    out->service_linked |= p->service_linked;
}

void world_request(const struct world *w, uint32_t action, struct str resource_arn, uint32_t resource, struct iam_request *r)
{
    if (action != WORLD_NONE) {
        const struct iam_action_info *info = &w->catalogue->actions[action];
        r->service = info->service;
        r->action = info->name;
        r->no_resource_type = info->resource_type_count == 0;
    }
    r->resource = r->no_resource_type ? STR("*") : resource_arn;
    if (r->no_resource_type)
        r->resource_account = r->caller.account;
    else if (resource != WORLD_NONE && w->resources[resource].account < w->account_count)
        r->resource_account = w->accounts[w->resources[resource].account].id;
    else if (!r->resource_account.ptr && arn_field(resource_arn, 4).len)
        r->resource_account = arn_field(resource_arn, 4);
}

struct loose {
    struct iam_layers layers;
    const struct residue *unread; /* what the layers hang on */
};

static void hangs_on(const struct world *w, struct arena *a, struct loose *l, const char *what, struct str arn)
{
    struct str *text = arena_new_of(a, struct str);
    *text = arena_printf(a, "%s of %.*s", what, STR_ARG(arn));
    struct residue_leaf leaf = {.kind = RESIDUE_UNREAD, .values = text, .count = 1};
    l->unread = residue_or(w->pool, l->unread, residue_leaf(w->pool, &leaf, NULL));
}

/* The layers as they would be if all that was not read allowed. */
static void loosen(const struct world *w, struct arena *a, const struct world_resource *res, const struct iam_request *r,
                   struct loose *l)
{
    if (str_eq_nocase(r->service, STR("kms")) && str_eqz(res->type, "AWS::KMS::Key") && !res->grants_read) {
        struct str *operation = arena_new_of(a, struct str);
        struct iam_grant *grant = arena_new_of(a, struct iam_grant);
        *operation = r->action;
        *grant = (struct iam_grant){.id = STR("unread"), .grantee = r->caller.text, .operations = operation, .operation_count = 1};
        l->layers.grants = grant;
        l->layers.grant_count = 1;
        hangs_on(w, a, l, "the grants", res->arn);
    }
    if (!str_eq_nocase(r->service, STR("s3")))
        return;
    if (!res->acl_read && !res->acl_disabled) {
        struct iam_acl *acls = arena_array_of(a, struct iam_acl, 2);
        acls[0] = (struct iam_acl){.grantee = IAM_ACL_ALL_USERS, .permission = IAM_ACL_FULL_CONTROL};
        acls[1] = (struct iam_acl){.grantee = IAM_ACL_ACCOUNT, .account = r->caller.account, .permission = IAM_ACL_FULL_CONTROL};
        l->layers.acls = acls;
        l->layers.acl_count = r->caller.account.ptr ? 2 : 1;
        hangs_on(w, a, l, "the access control list", res->arn);
    }
    const struct world_account *owner = res->account < w->account_count ? &w->accounts[res->account] : NULL;
    if (res->bpa_read && owner && owner->s3_bpa_read)
        return;
    l->layers.ignore_public_acls = res->ignore_public_acls || (owner && owner->s3_ignore_public_acls);
    l->layers.restrict_public_buckets = res->restrict_public_buckets || (owner && owner->s3_restrict_public_buckets);
    if (!l->layers.ignore_public_acls || !l->layers.restrict_public_buckets)
        hangs_on(w, a, l, "the public access block", res->arn);
}

static enum iam_result result_of(const struct world *w, const struct residue *f, enum iam_result denied)
{
    switch (residue_judge(w->pool, f)) {
    case RESIDUE_NEVER: return denied;
    case RESIDUE_ALWAYS: return IAM_ALLOWED;
    case RESIDUE_SOME: return IAM_ALLOWED_IF;
    case RESIDUE_CANNOT_TELL: return IAM_UNKNOWN;
    }
    return IAM_UNKNOWN;
}

void world_decide(const struct world *w, struct arena *a, uint32_t resource, const struct iam_layers *layers,
                  const struct iam_request *r, struct iam_trace *trace, struct iam_decision *out)
{
    iam_decide(w->pool, a, layers, r, trace, out);
    const struct world_resource *res = world_carrier(w, resource);
    if (!res || out->result == IAM_ALLOWED || r->no_resource_type)
        return;
    struct loose l = {.layers = *layers, .unread = residue_false};
    loosen(w, a, res, r, &l);
    if (l.unread == residue_false)
        return;
    struct iam_decision most;
    iam_decide(w->pool, a, &l.layers, r, NULL, &most);
    if (most.condition == out->condition) /* it changes nothing */
        return;
    const struct residue *f = residue_or(w->pool, out->condition, residue_and(w->pool, most.condition, l.unread));
    if (f == out->condition)
        return;
    out->result = result_of(w, f, out->result);
    out->condition = f;
}

void world_ask(const struct world *w, struct arena *a, uint32_t principal, uint32_t action, struct str resource_arn, uint32_t resource,
               const struct iam_context *given, struct iam_trace *trace, struct iam_request *r, struct iam_decision *out)
{
    struct iam_layers layers;
    *r = (struct iam_request){0};
    world_caller(w, a, principal, &r->caller);
    world_request(w, action, resource_arn, resource, r);
    world_context(w, a, principal, resource, given, r);
    world_layers(w, a, principal, resource, WORLD_NONE, r, &layers);
    world_decide(w, a, resource, &layers, r, trace, out);
}
