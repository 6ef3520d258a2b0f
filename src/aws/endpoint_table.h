/* aws/endpoint_table.h: data/aws/endpoints.tsv, where AWS's host names do not follow the plain rule.
 * For aws/endpoint.c alone. */
#ifndef WARD_AWS_ENDPOINT_TABLE_H
#define WARD_AWS_ENDPOINT_TABLE_H

#include "aws/endpoint.h"

struct endpoint_table;

const struct endpoint_table *endpoint_table_load(struct arena *a);
/* Region of a global service in `partition`; {NULL, 0} = the partition's usual one. */
struct str endpoint_table_home(const struct endpoint_table *t, struct str service, struct str partition);
/* Host ("{account}" may be left in it) and signing region; {NULL, 0} when AWS has no such endpoint. */
struct str endpoint_table_host(struct arena *a, const struct endpoint_table *t, const struct aws_service *service,
                               const struct aws_region *region, bool fips, bool dual, struct str *signing_region);
/* `text` with each `name` replaced by `value`. */
struct str endpoint_fill(struct arena *a, struct str text, struct str name, struct str value);

#endif
