#include "access/world.h"
#include "access/world_internal.h"

#include <strings.h>

static struct iam_policy_set one(struct arena *a, struct iam_policy_ref ref)
{
    struct iam_policy_ref *item = arena_new_of(a, struct iam_policy_ref);
    *item = ref;
    return (struct iam_policy_set){item, 1};
}

static struct iam_policy_set unread(struct arena *a, const char *what, struct str whose)
{
    return one(a, (struct iam_policy_ref){.id = arena_printf(a, "%s %.*s", what, STR_ARG(whose))});
}

static const struct world_account *account_at(const struct world *w, uint32_t row)
{
    return row < w->account_count ? &w->accounts[row] : NULL;
}

/* One of ours by what the organization says, whether or not its answers are here. */
static bool of_the_organization(const struct world_account *account)
{
    return account && (account->collected || account->org_id.ptr);
}

static void identity_layers(const struct world *w, struct arena *a, const struct world_principal *p, const struct iam_caller *c,
                            struct iam_layers *out)
{
    if (p && (p->kind == WORLD_USER || p->kind == WORLD_ROLE)) {
        out->identity = p->identity;
        if ((out->has_boundary = p->has_boundary))
            out->boundary = one(a, p->boundary);
        return;
    }
    out->identity_is_root = c->kind == IAM_CALLER_ROOT;
    if (!c->account.ptr || c->kind == IAM_CALLER_WEB || out->identity_is_root)
        return;
    if (of_the_organization(account_at(w, world_account_of(w, c->account))))
        out->identity = unread(a, "the policies of", c->text);
    else
        out->identity_is_root = true;
}

static const struct iam_level *unread_level(struct arena *a, const char *what, struct str account)
{
    struct iam_level *level = arena_new_of(a, struct iam_level);
    level->name = account;
    level->policies = unread(a, what, account);
    return level;
}

/* AWS Organizations User Guide, "Service control policies (SCPs)" (read 2026): users, roles and root users of member
 * accounts; not the management account, not service-linked roles. */
static void scp_levels(const struct world *w, struct arena *a, const struct iam_caller *c, struct iam_layers *out)
{
    const struct world_account *account = c->account.ptr ? account_at(w, world_account_of(w, c->account)) : NULL;
    if (!of_the_organization(account) || c->service_linked || c->kind == IAM_CALLER_WEB)
        return;
    if (!account->org_read || (account->scps_on && !account->is_management && !account->scp_count)) {
        out->scps = unread_level(a, "the service control policies over", account->id);
        out->scp_count = 1;
    } else if (account->scps_on && !account->is_management) {
        out->scps = account->scps;
        out->scp_count = account->scp_count;
    }
}

/* AWS Organizations User Guide, "Resource control policies (RCPs)" (read 2026), with its exceptions. An action without a
 * resource is held to the RCPs of the caller's account. */
static void rcp_levels(const struct world *w, struct arena *a, const struct world_resource *res, const struct iam_request *r,
                       struct iam_layers *out)
{
    struct str id = r->no_resource_type ? r->caller.account : r->resource_account;
    const struct world_account *account = id.ptr ? account_at(w, world_account_of(w, id)) : NULL;
    bool aws_key = res && str_eqz(res->type, "AWS::KMS::Key") && res->encryption == WORLD_ENC_AWS_MANAGED;
    if (!of_the_organization(account) || r->caller.service_linked || aws_key ||
        (str_eq_nocase(r->service, STR("kms")) && str_eq_nocase(r->action, STR("RetireGrant"))) ||
        !iam_catalogue_rcp_service(w->catalogue, r->service))
        return;
    if (!account->org_read) {
        out->rcps = unread_level(a, "the resource control policies over", account->id);
        out->rcp_count = 1;
    } else if (account->rcps_on && !account->is_management) {
        out->rcps = account->rcps;
        out->rcp_count = account->rcp_count;
    }
}

/* Services whose things can carry a policy of their own: IAM User Guide, "AWS services that work with IAM", column
 * "Resource-based policies" (read 2026), less those where only RAM writes them. */
static const char policy_services[] =
    " acm-pca aoss apigateway backup cloudtrail codeartifact codebuild dynamodb ecr ecr-public elasticfilesystem es events "
    "execute-api glacier glue iot kafka kinesis kms lambda lex logs mediastore network-firewall redshift redshift-serverless "
    "s3 s3-object-lambda s3-outposts s3express s3tables schemas secretsmanager serverlessrepo ses signer sns sqs ssm "
    "ssm-contacts ssm-incidents sts vpc-lattice xray ";

/* Those of them whose things ward does not collect: what policy such a thing has nobody knows. */
static const char uncollected_services[] =
    " acm-pca cloudtrail codeartifact ecr-public iot lex mediastore network-firewall redshift s3-object-lambda s3-outposts "
    "s3express schemas serverlessrepo ses signer ssm-contacts ssm-incidents vpc-lattice xray ";

static bool in_words(const char *words, struct str word)
{
    for (const char *p = words; (p = strstr(p, " ")) != NULL; p++)
        if (word.len && strncasecmp(p + 1, word.ptr, word.len) == 0 && p[1 + word.len] == ' ')
            return true;
    return false;
}

/* Whether the policy of a thing bears on this action at all: sts: only on a role's trust; iam: on nothing; the
 * policy of an API on calling it, not on managing it (API Gateway Developer Guide, read 2026). */
static bool bears(const struct iam_request *r)
{
    struct str owner = arn_field(r->resource, 2);
    if (str_eq_nocase(r->service, STR("sts")))
        return str_eqz(owner, "iam");
    if (str_eq_nocase(r->service, STR("apigateway")) || r->no_resource_type)
        return false;
    /* Data of a cluster and calls of a service of VPC Lattice are actions of a service of another name. */
    bool other = (str_eq_nocase(r->service, STR("kafka-cluster")) && str_eqz(owner, "kafka")) ||
                 (str_eq_nocase(r->service, STR("vpc-lattice-svcs")) && str_eqz(owner, "vpc-lattice"));
    return (str_eq_nocase(r->service, owner) || other) && in_words(policy_services, owner);
}

/* A part of a store that is a row of its own is ruled by the policy of the whole. */
const struct world_resource *world_carrier(const struct world *w, uint32_t resource)
{
    const struct world_resource *res = resource < w->resource_count ? &w->resources[resource] : NULL;
    if (!res || res->has_policy || !str_starts(res->arn, STR("arn:")) || !str_eqz(arn_field(res->arn, 2), "s3"))
        return res;
    struct str rest = arn_field(res->arn, 5);
    ptrdiff_t slash = str_index(rest, '/', 0);
    if (slash < 0 || str_starts(rest, STR("accesspoint/")))
        return res;
    uint32_t bucket = world_resource_of(w, str_make(res->arn.ptr, (size_t)(rest.ptr + slash - res->arn.ptr)));
    return bucket == WORLD_NONE ? res : &w->resources[bucket];
}

/* A call of the service did not end well there: the thing may be one that it would have told of. */
static bool listing_failed(const struct world *w, const struct world_account *owner, const struct iam_request *r)
{
    struct str service = arn_field(r->resource, 2), region = arn_field(r->resource, 3);
    for (uint32_t i = 0; i < w->gap_count; i++) {
        struct str action = w->gaps[i].action;
        bool there = str_eq(w->gaps[i].account, owner->id) && (!region.len || !w->gaps[i].region.len || str_eq(w->gaps[i].region, region));
        if (there && str_eq_nocase(str_cut(&action, ':'), service))
            return true;
    }
    return false;
}

static void unknown_resource(const struct world *w, struct arena *a, const struct iam_request *r, struct iam_layers *out)
{
    const struct world_account *owner = account_at(w, r->resource_account.ptr ? world_account_of(w, r->resource_account) : WORLD_NONE);
    if (owner && owner->collected && !in_words(uncollected_services, arn_field(r->resource, 2)) && !listing_failed(w, owner, r))
        return;
    out->has_resource = true;
    out->resource = unread(a, "the policy of", r->resource);
}

static void resource_layers(const struct world *w, struct arena *a, const struct world_resource *res, const struct iam_request *r,
                            struct iam_layers *out)
{
    if (!bears(r))
        return;
    if (!res) {
        unknown_resource(w, a, r, out);
        return;
    }
    if (str_eq_nocase(r->service, STR("sts"))) {
        if (res->principal < w->principal_count && w->principals[res->principal].kind == WORLD_ROLE) {
            out->has_resource = true;
            out->resource = one(a, w->principals[res->principal].trust);
        }
        return;
    }
    if ((out->has_resource = res->has_policy || !res->policy_read))
        out->resource = res->has_policy ? one(a, res->policy) : res->unread_group.ptr ? unread(a, "the policies of", res->unread_group)
                                                              : unread(a, "the policy of", res->arn);
    if ((out->has_second_resource = res->second_policy.id.ptr != NULL))
        out->second_resource = one(a, res->second_policy);
    out->grants = res->grants;
    out->grant_count = res->grant_count;
}

/* Amazon S3 User Guide, "Configuring IAM policies for using access points" (read 2026): the bucket's policy sees the
 * bucket's ARN, the access point's its own. An access point's row has the bucket as its source. */
static void access_point_layers(const struct world *w, struct arena *a, const struct world_resource *res, const struct iam_request *r,
                                struct iam_layers *out)
{
    struct str rest = arn_field(r->resource, 5);
    if (res->source >= w->resource_count || !str_starts(rest, STR("accesspoint/")))
        return;
    const char *object = memmem(rest.ptr, rest.len, "/object/", 8);
    struct str key = object ? str_sub(rest, (size_t)(object - rest.ptr) + 7, rest.len) : STR("");
    out->second_arn = arena_printf(a, "%.*s%.*s", STR_ARG(w->resources[res->source].arn), STR_ARG(key));
}

static void s3_layers(const struct world *w, const struct world_resource *res, struct iam_layers *out)
{
    const struct world_account *owner = account_at(w, res->account);
    if (!res->acl_disabled) {
        out->acls = res->acls;
        out->acl_count = res->acl_count;
        out->acl_unread = STR("the access control lists of single objects are not collected");
    }
    bool all_read = res->bpa_read && owner && owner->s3_bpa_read;
    out->ignore_public_acls = res->ignore_public_acls || (owner && owner->s3_ignore_public_acls) || !all_read;
    out->restrict_public_buckets = res->restrict_public_buckets || (owner && owner->s3_restrict_public_buckets) || !all_read;
}

void world_layers(const struct world *w, struct arena *a, uint32_t principal, uint32_t resource, uint32_t endpoint,
                  const struct iam_request *r, struct iam_layers *out)
{
    *out = (struct iam_layers){0};
    const struct world_principal *p = principal < w->principal_count ? &w->principals[principal] : NULL;
    const struct world_resource *res = world_carrier(w, resource);
    identity_layers(w, a, p, &r->caller, out);
    scp_levels(w, a, &r->caller, out);
    rcp_levels(w, a, res, r, out);
    resource_layers(w, a, res, r, out);
    if (res && str_eq_nocase(r->service, STR("s3")) && bears(r)) {
        s3_layers(w, res, out);
        access_point_layers(w, a, res, r, out);
    }
    if (endpoint < w->endpoint_count) {
        out->has_endpoint = true;
        out->endpoint = one(a, w->endpoints[endpoint].policy);
    }
}
