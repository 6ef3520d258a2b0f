/* iam/catalogue_internal.h: what the files of the catalogue share. */
#ifndef WARD_IAM_CATALOGUE_INTERNAL_H
#define WARD_IAM_CATALOGUE_INTERNAL_H

#include "base/map.h"
#include "iam/catalogue.h"

struct iam_service {
    struct str name;
    uint32_t action_from, action_to, resource_from, resource_to;
};

/* Resource types by the service field of their ARN, which need not be the service's name in actions. */
struct arn_group {
    uint32_t *types;
    uint32_t count, size;
};

/* What an ARN needs to have so that a type's glob is worth a look. */
struct arn_shape {
    uint32_t colons;   /* of the glob */
    struct str head;   /* where they are five: what its last field begins with */
};

struct key_template {
    struct str prefix, suffix; /* "aws:resourcetag/" and what follows "${...}" */
    struct str type;
};

struct iam_services {
    struct arena *arena;
    struct iam_service *rows;
    uint32_t count;
    struct map by_name;     /* -> row */
    struct map by_arn;      /* service field -> struct arn_group */
    struct arn_group any;   /* types whose ARN leaves the service open */
    uint32_t *literals;     /* of each resource type: bytes of its glob that are no wildcard */
    struct arn_shape *shapes; /* of each resource type */
    struct map keys;        /* lower-case name -> struct str: its type */
    struct key_template *templates;
    uint32_t template_count;
    struct map rcp;
    struct map cfn;         /* CloudFormation type -> struct arn_group */
    struct str *cfn_of;     /* of each resource type */
};

/* Cuts a line off; false at the end. Comments and empty lines are passed over. */
bool iam_table_line(struct str *rest, struct str *line);
const struct iam_service *iam_service_of(const struct iam_catalogue *c, struct str name);
/* Reads data_actions.tsv and types.tsv into what is loaded. */
bool iam_catalogue_judge(struct iam_catalogue *c, struct err *e) WARN_UNUSED;
bool iam_catalogue_cfn(struct iam_catalogue *c, struct err *e) WARN_UNUSED;

#endif
