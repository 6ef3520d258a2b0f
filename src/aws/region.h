/*
 * aws/region.h: partitions, regions, and which service is in which region.
 *
 * Tables data/aws/regions.tsv and data/aws/service_regions.tsv, made from botocore by
 * tools/gen_endpoints.py (version and date in their first line). The tables age: a region that they do
 * not know is placed by the names of its neighbours, and a service that they do not know is "unknown",
 * never "absent".
 */
#ifndef WARD_AWS_REGION_H
#define WARD_AWS_REGION_H

#include "base/arena.h"
#include "base/str.h"

struct aws_region {
    struct str name, partition;         /* "us-east-1", "aws" */
    struct str dns_suffix, dual_suffix; /* "amazonaws.com", "api.aws" */
    struct str global_region;           /* where the partition's global services are */
    struct str title;                   /* "US East (N. Virginia)"; the name itself when not known */
};

struct aws_regions;

/* Reads the embedded tables. Never NULL. */
const struct aws_regions *aws_regions_load(struct arena *a);
/* All known regions, in the table's order. */
const struct aws_region *aws_regions_all(const struct aws_regions *r, uint32_t *count);
/* False when `name` cannot be a region of any known partition. */
bool aws_region_find(const struct aws_regions *r, struct str name, struct aws_region *out);

enum aws_presence { AWS_PRESENCE_UNKNOWN, AWS_PRESENT, AWS_NOT_PRESENT };
/* Is `service` (botocore's name) in `region`? A global service is present in its partition. */
enum aws_presence aws_service_presence(const struct aws_regions *r, struct str service, struct str region);

#endif
