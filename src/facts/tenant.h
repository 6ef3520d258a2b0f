/*
 * facts/tenant.h: whose is a thing? Pure: ward.yaml's `tenants`, `shared` and `stores` in, an answer out.
 *
 * A thing belongs to the tenant whose accounts, vpcs, tags or arns name it, or whose name is the value of
 * one of its tags that `defaults.tenant_tags` lists. All rules are looked at: where
 * they name two tenants the thing is in conflict and belongs to nobody, which is unknown, not a guess.
 * What inherits from a source (a snapshot from its volume) is the business of facts/00_thing.sql.
 */
#ifndef WARD_FACTS_TENANT_H
#define WARD_FACTS_TENANT_H

#include "codec/json.h"

struct thing {
    struct str account, vpc, arn;
    const struct json *tags; /* object of strings, or NULL */
};

struct tenancy {
    struct str tenant;   /* {NULL, 0}: none */
    struct str why;      /* "account 111122223333", "tag Tenant=acme", "conflict: ...", "unassigned" */
    bool conflict, shared;
};

/* `config` is ward.yaml as JSON. Results point into `a` and `config`. */
struct tenancy tenant_of(struct arena *a, const struct json *config, const struct thing *t);
/* The same where only these rules of `tenants`, in their order, can take the thing in. */
struct tenancy tenant_among(struct arena *a, const struct json *config, const struct json *const *rules, uint32_t count,
                            const struct thing *t);

/* The rules by what they name, for many things and many tenants: says the same as tenant_of(). */
struct tenant_index;
struct tenant_index *tenant_index_new(struct arena *a, const struct json *config);
struct tenancy tenant_by_index(struct arena *a, const struct tenant_index *ix, const struct thing *t);
/* Can a thing of this CloudFormation type hold data, and is it not declared otherwise in `stores`? */
bool tenant_phi(const struct json *config, struct str type, struct str arn);

#endif
