/*
 * iam/catalogue.h: AWS's actions, resource types and condition keys, and which actions touch data.
 *
 * Embedded tables: data/iam/actions.tsv, resources.tsv, keys.tsv (from iam-data by cloud-copilot, MIT, see NOTICE;
 * made by tools/gen_iam.py), rcp_services.tsv, data_actions.tsv (ward's own: what each action does to data, with a reason
 * where one of a data-bearing type is left out). Loaded once; everything is an index into it.
 */
#ifndef WARD_IAM_CATALOGUE_H
#define WARD_IAM_CATALOGUE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum iam_level_of_access { IAM_LIST, IAM_READ, IAM_WRITE, IAM_PERMISSIONS, IAM_TAGGING };

/* What an action does to the data of the resource that it names. */
#define IAM_TOUCHES(X)                                                                             \
    X(READ, "read", "sees data")                                                                   \
    X(WRITE, "write", "changes data")                                                              \
    X(DELETE, "delete", "destroys data or its key")                                                \
    X(COPY, "copy", "makes a copy that other rights rule: snapshot, export, replica, restore")     \
    X(SHARE, "share", "gives others access: policy, ACL, grant, sharing attribute")                \
    X(DECRYPT, "decrypt", "uses the key that data is encrypted with")                              \
    X(BORDER, "border", "changes whose the thing is: its tenant tag")
enum iam_touch {
#define X(sym, name, meaning) IAM_TOUCH_##sym,
    IAM_TOUCHES(X)
#undef X
    IAM_TOUCH_COUNT
};
const char *iam_touch_name(enum iam_touch t);

struct iam_action_info {
    struct str service, name;
    enum iam_level_of_access level;
    const uint16_t *resource_types; /* indexes into resources[]; none: the action takes no resource */
    uint16_t resource_type_count;
    uint8_t touches;                /* bits 1 << iam_touch on its data-bearing resource types; 0: none */
    struct str keys;                /* its condition keys, blank-separated, lower case */
    struct str why;                 /* of data_actions.tsv; {NULL,0}: not judged, for it is on nothing that holds data */
};
struct iam_resource_info {
    struct str service, name;  /* "s3", "object" */
    struct str arn;            /* "arn:${Partition}:s3:::${BucketName}/${ObjectName}" */
    struct str glob;           /* the same with each ${...} a '*' */
    struct str keys;
    bool data;                 /* things of this type hold data, or are a way to it */
    struct str why;            /* of data_actions.tsv; {NULL,0}: its service is not in it */
};

/* Which state of iam-data the tables were made from (see NOTICE). */
#define IAM_CATALOGUE_OF "iam-data ae341fc"

struct iam_catalogue {
    struct iam_action_info *actions; /* sorted by service, then name, without case */
    uint32_t action_count;
    struct iam_resource_info *resources;
    uint32_t resource_count;
    struct iam_services *services;   /* internal index */
};

/* The embedded one, in `a`. */
const struct iam_catalogue *iam_catalogue_load(struct arena *a, struct err *e) WARN_UNUSED;
/* Index, or UINT32_MAX. Case does not matter. */
uint32_t iam_catalogue_action(const struct iam_catalogue *c, struct str service, struct str name);
/* The actions of a service: [*from, *to). False when there is no such service. */
bool iam_catalogue_service(const struct iam_catalogue *c, struct str service, uint32_t *from, uint32_t *to);
/* The resource type that an ARN is of, preferring the most specific one; UINT32_MAX when none fits. */
uint32_t iam_catalogue_resource_of(const struct iam_catalogue *c, struct str arn);
/* Whether the action takes this ARN (one of its resource types fits); also true for an action without types and "*". */
bool iam_catalogue_takes(const struct iam_catalogue *c, uint32_t action, struct str arn);
/* Multivalued by type: "ArrayOfString" and the like; a key that is not listed is not. `name` lower case. */
bool iam_catalogue_key_is_list(const struct iam_catalogue *c, struct str name);
/* "String", "ARN", "Bool", ...; {NULL,0} when it is not listed. */
struct str iam_catalogue_key_type(const struct iam_catalogue *c, struct str name);
/* The catalogue's resource types that things of a CloudFormation type are and hold: of AWS::S3::Bucket "bucket" and
 * "object". At most `max` indexes into out; returns how many there are, 0 for a type that is not in data/iam/types.tsv. */
uint32_t iam_catalogue_types_of(const struct iam_catalogue *c, struct str cfn_type, uint32_t *out, uint32_t max);
/* The CloudFormation type whose things are of, or hold, this resource type; {NULL,0} when none is listed. */
struct str iam_catalogue_cfn_of(const struct iam_catalogue *c, uint32_t resource_type);
/* Index, or UINT32_MAX. Case matters. */
uint32_t iam_catalogue_resource(const struct iam_catalogue *c, struct str service, struct str name);
bool iam_catalogue_rcp_service(const struct iam_catalogue *c, struct str service);

#endif
