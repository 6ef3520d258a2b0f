#include "iam/decide_internal.h"

/* A policy that denies gives nothing, whatever else it says. */
static void without_denied(struct evaluated *e)
{
    if (e->identity.deny == residue_true)
        e->identity.allow = residue_false;
    if (e->resource.deny == residue_true)
        e->resource.open = e->resource.limited = e->resource.account = residue_false;
    if (e->second.deny == residue_true)
        e->second.open = e->second.limited = e->second.account = residue_false;
}

/* Whether the request would be granted with this ceiling lifted and is not with it. */
static bool ceiling_blocks(struct decide *d, const struct evaluated *open, const struct effect *real,
                           struct effect *slot, struct evaluated *scratch)
{
    if (real->deny == residue_true)
        return true;
    *scratch = *open;
    *slot = *real;
    return decide_grant_test(d, scratch) == residue_false;
}

/* What stopped a grant that would have sufficed: identity and resource policies count by what they give with their
 * own denies in force; ceilings and the organization are then asked one by one. */
unsigned decide_blocked_by(struct decide *d, const struct evaluated *e)
{
    struct evaluated open = *e, scratch;
    without_denied(&open);
    open.boundary = open.session = open.endpoint = (struct effect){residue_true, residue_false};
    if (decide_grant_test(d, &open) == residue_false)
        return 0;
    unsigned bits = 0;
    if (e->scp.allow == residue_false || e->scp.deny == residue_true)
        bits |= 1u << IAM_LAYER_SCP;
    if (e->rcp_deny == residue_true)
        bits |= 1u << IAM_LAYER_RCP;
    if (e->bpa_deny == residue_true)
        bits |= 1u << IAM_LAYER_S3_BPA;
    if (e->identity.deny == residue_true)
        bits |= 1u << IAM_LAYER_IDENTITY;
    if (e->resource.deny == residue_true || e->second.deny == residue_true)
        bits |= 1u << IAM_LAYER_RESOURCE;
    if (d->layers->has_boundary && ceiling_blocks(d, &open, &e->boundary, &scratch.boundary, &scratch))
        bits |= 1u << IAM_LAYER_BOUNDARY;
    if (d->layers->has_session && ceiling_blocks(d, &open, &e->session, &scratch.session, &scratch))
        bits |= 1u << IAM_LAYER_SESSION;
    if (d->layers->has_endpoint && ceiling_blocks(d, &open, &e->endpoint, &scratch.endpoint, &scratch))
        bits |= 1u << IAM_LAYER_ENDPOINT;
    return bits;
}
