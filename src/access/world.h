/*
 * access/world.h: an organization in memory, as far as access is concerned.
 *
 * Place in the flow: facts -> WORLD -> { ask (one question), engine (all at once), graph } -> prove.
 * A world is built from the judged facts (world_load), or by hand (tests). It is plain arrays and indexes; policies are
 * interned by content, so that a policy attached to a thousand roles is parsed once. Everything that could not be
 * read is there as such: a policy_ref without a policy, a `gap`, a flag `..._read` that is false.
 */
#ifndef WARD_ACCESS_WORLD_H
#define WARD_ACCESS_WORLD_H

#include "base/map.h"
#include "codec/json.h"
#include "iam/catalogue.h"
#include "iam/decide.h"
#include "store/store.h"

#define WORLD_NONE UINT32_MAX

struct world_account {
    struct str id, name;
    struct str org_id, org_path;      /* "o-x/r-y/ou-z/"; {NULL,0}: none or not read */
    struct str foreign_org;           /* of one that stands for somebody else's organization: its id */
    bool org_read;                    /* whether it is in an organization is known */
    bool is_management;
    bool scps_on, rcps_on;            /* policy types enabled in the organization */
    const struct iam_level *scps;     /* root first */
    uint32_t scp_count;
    const struct iam_level *rcps;
    uint32_t rcp_count;
    bool suspended;                   /* closed or suspended: nobody acts in it, AWS serves nothing of it */
    bool collected;                   /* its own answers are here; else only what others say of it */
    bool s3_ignore_public_acls, s3_restrict_public_buckets, s3_bpa_read; /* account level */
    uint32_t root;                    /* principal index of its root user */
    struct str tenant;                /* by account rule; {NULL,0}: none */
};

enum world_principal_kind {
    WORLD_USER, WORLD_ROLE, WORLD_ROOT,
    WORLD_SERVICE,   /* named by some policy */
    WORLD_FEDERATED, /* SAML or OIDC provider, named by a trust policy */
    WORLD_OUTSIDE,   /* an account or principal outside of what was collected, named by some policy */
    WORLD_ANONYMOUS,
};

struct world_principal {
    enum world_principal_kind kind;
    struct str arn;                  /* service name for services; "anonymous" */
    uint32_t account;                /* WORLD_NONE for services, anonymous */
    struct str name, path, unique_id;
    struct str created;
    const struct json *tags;         /* object of strings; NULL = none */
    bool tags_read;
    struct iam_policy_set identity;  /* attached, inline, groups' */
    struct iam_policy_ref boundary;  /* id {NULL,0}: none */
    bool has_boundary;
    struct iam_policy_ref trust;     /* of a role */
    uint32_t resource;               /* its row in resources[] (roles and users are resources too), or WORLD_NONE */
    bool service_linked, sso;        /* path /aws-service-role/, /aws-reserved/sso.amazonaws.com/ */
    struct str tenant, why;          /* whose; {NULL,0}: nobody's */
    bool shared, conflict;
};

enum world_encryption { WORLD_ENC_UNKNOWN, WORLD_ENC_NONE, WORLD_ENC_AWS_OWNED, WORLD_ENC_AWS_MANAGED, WORLD_ENC_KEY };

struct world_share {
    struct str account;  /* 12 digits, or "all", or a principal / organization ARN (RAM) */
    struct str how;      /* "createVolumePermission", "launchPermission", "restore", "ram", "datashare", ... */
};

struct world_resource {
    struct str arn, type;        /* CloudFormation type name */
    struct str name, region;
    uint32_t account;            /* owner */
    const struct json *tags;
    bool tags_read;
    bool abac;                   /* its tags count in conditions (S3: bucket ABAC is enabled) */
    bool abac_unread;            /* S3: whether they do is not known */
    bool has_policy;             /* a resource policy is there */
    bool policy_read;            /* whether there is one is known */
    struct str unread_group;     /* names the unread policies of all things of its type in its account, where none was read */
    struct iam_policy_ref policy;
    struct iam_policy_ref second_policy; /* id {NULL,0}: none */
    enum world_encryption encryption;
    /* Of a KMS key itself: whose it is, WORLD_ENC_AWS_MANAGED or WORLD_ENC_KEY without key_arn. */
    uint32_t key;                /* resource index of its KMS key; WORLD_NONE when not known or none */
    struct str key_arn;          /* as the answer names it, when `key` is WORLD_NONE and encryption is WORLD_ENC_KEY */
    const struct iam_grant *grants; /* of a KMS key */
    uint32_t grant_count;
    bool grants_read;
    const struct iam_acl *acls;
    uint32_t acl_count;
    bool acl_read, acl_disabled; /* S3 */
    bool ignore_public_acls, restrict_public_buckets, bpa_read; /* bucket or access point level */
    const struct world_share *shares;
    uint32_t share_count;
    bool shares_read;
    uint32_t principal;          /* of a role or user: its row in principals[]; else WORLD_NONE */
    uint32_t role;               /* principal index of the role that this thing runs as (function, instance, task...) */
    struct str role_arn;         /* the same as text, also where the role was not collected */
    uint32_t source;             /* resource index of what it was made from (snapshot -> volume), of an access point its bucket; or WORLD_NONE */
    struct str tenant, why;
    bool shared, conflict, phi;
};

/* A VPC endpoint: its policy bears on requests through it. */
struct world_endpoint {
    struct str id, vpc, service, region;
    uint32_t account;
    struct iam_policy_ref policy;
};

/* Identity Center: who (user or group, by id and name) gets which role in which account. */
struct world_assignment {
    struct str principal_type, principal_id, principal_name, permission_set, permission_set_arn;
    uint32_t account;
    uint32_t role; /* principal index of AWSReservedSSO_..., or WORLD_NONE */
};

/* Delegated administrators and service access of the organization. */
struct world_delegate {
    uint32_t account;
    struct str service;
};

/* What a thing runs beside what it was made from: an image, a script. */
struct world_made {
    uint32_t thing, source; /* resource rows */
};

struct world_gap {
    struct str account, region, op, why, action; /* account {NULL,0}: the organization */
};

/* A tag that some policy asks for: "aws:principaltag/team", "aws:resourcetag/tenant", "s3:buckettag/x". */
struct world_tag_key {
    struct str key, service, tag; /* lower case; "aws", "s3"...; what follows the slash */
    bool of_principal;
};

struct world_via {
    struct str shared, from, to, reason; /* "*" allowed */
};

struct world {
    struct arena *arena;
    struct residue_pool *pool;
    const struct iam_catalogue *catalogue;
    struct str partition;
    struct world_account *accounts;
    uint32_t account_count;
    struct world_principal *principals;
    uint32_t principal_count;
    struct world_resource *resources; /* sorted by ARN */
    uint32_t resource_count;
    struct world_endpoint *endpoints;
    uint32_t endpoint_count;
    struct world_assignment *assignments;
    uint32_t assignment_count;
    struct world_delegate *delegates;
    uint32_t delegate_count;
    const struct world_made *made;
    uint32_t made_count;
    struct world_gap *gaps;
    uint32_t gap_count;
    struct str *tenants; /* of ward.yaml, in its order, then those found by tags */
    uint32_t tenant_count;
    struct str *shared_names; /* entries of ward.yaml's `shared` */
    uint32_t shared_count;
    struct world_via *via;
    uint32_t via_count;
    const struct json *config; /* ward.yaml as JSON */
    int64_t from_us, to_us;    /* the window in which the answers were taken */
    struct map policies;       /* SHA-256 of the text -> struct iam_policy_ref * (broken ones too, with `unread`) */
    struct world_tag_key *tag_keys; /* of every policy that world_policy() has parsed */
    uint32_t tag_key_count, tag_key_size;
    struct map tag_key_index;
    struct map account_index, principal_index, resource_index; /* id or ARN -> row + 1 (as a pointer) */
};

struct world *world_new(struct arena *a, const struct iam_catalogue *c);
/* From the facts of the run that facts_build() has just brought up to date in `s`. ERR_STORE. */
bool world_load(struct world *w, struct store *s, const struct json *config, struct err *e) WARN_UNUSED;
/* After building by hand or changing rows: sorts nothing, fills the indexes, roots (a collected account without a root
 * user gets one at the end of principals[], which may move), links (key by key_arn, role by role_arn, principal <-> resource). */
void world_index(struct world *w);
/* Parses or finds the policy; on a broken document the ref has `unread`. */
struct iam_policy_ref world_policy(struct world *w, struct str doc, struct str id);

/* Row or WORLD_NONE. A session ARN finds its role. */
uint32_t world_account_of(const struct world *w, struct str id);
uint32_t world_principal_of(const struct world *w, struct str arn);
/* Exact, or of an S3 object its bucket, of a log stream its group, of a function version or alias its function, of
 * "arn:..:table/x/index/y" its table. */
uint32_t world_resource_of(const struct world *w, struct str arn);

/* The layers that bear on a request of `principal` for `r` (resource WORLD_NONE: nothing is known of it but its ARN;
 * where its account is collected that means: it does not exist or is not of a collected type, and has no policy; else
 * its policy is unread). `endpoint` WORLD_NONE: not through one. Everything in `a`. `principal` WORLD_NONE: r->caller is
 * nobody of this world.
 * Principals outside of the organization (WORLD_OUTSIDE, and WORLD_NONE with an account): that account rules what they
 * may do there, so its side is taken to allow. In an account of the organization that was not collected: unread.
 * The grants, ACLs and public access blocks of a row whose `..._read` is false are taken as the strictest here;
 * world_decide() adds what they could allow. */
void world_layers(const struct world *w, struct arena *a, uint32_t principal, uint32_t resource, uint32_t endpoint,
                  const struct iam_request *r, struct iam_layers *out);
/* Fills r->context with what the world knows of the request (iam.md 1.7): principal keys, resource keys, organization;
 * what is neither known nor given is open. `given` (may be NULL) wins. Tags: those that some policy of the world asks for.
 * A role's tags are taken as its session's (session tags that a chain may set are the graph's, by `given`). */
void world_context(const struct world *w, struct arena *a, uint32_t principal, uint32_t resource, const struct iam_context *given,
                   struct iam_request *r);
/* iam_decide(), plus what the grants, ACLs and public access blocks that were not read could allow (a leaf
 * RESIDUE_UNREAD each). */
void world_decide(const struct world *w, struct arena *a, uint32_t resource, const struct iam_layers *layers,
                  const struct iam_request *r, struct iam_trace *trace, struct iam_decision *out);
/* Who asks, from a row. */
void world_caller(const struct world *w, struct arena *a, uint32_t principal, struct iam_caller *out);
/* What is asked for: action, resource, its owner. `action` is a catalogue index, or WORLD_NONE: r->service and r->action
 * are set already. */
void world_request(const struct world *w, uint32_t action, struct str resource_arn, uint32_t resource, struct iam_request *r);
/* A whole question by indexes: context, layers, decision. `resource_arn` may be an object in `resource`. */
void world_ask(const struct world *w, struct arena *a, uint32_t principal, uint32_t action, struct str resource_arn, uint32_t resource,
               const struct iam_context *given, struct iam_trace *trace, struct iam_request *r, struct iam_decision *out);

#endif
