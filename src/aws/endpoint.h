/*
 * aws/endpoint.h: where a request goes and for which region it is signed.
 *
 * Two sources. A configured endpoint (first wins, as in botocore): AWS_ENDPOINT_URL_<SERVICE>,
 * AWS_ENDPOINT_URL, the profile's `services` section, the profile's `endpoint_url`; all of them off with
 * AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true or ignore_configured_endpoint_urls. Else AWS's own:
 * PREFIX[-fips].REGION.SUFFIX, and where AWS has another rule a row of data/aws/endpoints.tsv, which
 * tools/gen_endpoints.py derives from botocore's rule sets for every service and region; the same tool
 * compares this code's answers with botocore's.
 * FIPS: AWS_USE_FIPS_ENDPOINT, use_fips_endpoint. Dual-stack: AWS_USE_DUALSTACK_ENDPOINT,
 * use_dualstack_endpoint.
 */
#ifndef WARD_AWS_ENDPOINT_H
#define WARD_AWS_ENDPOINT_H

#include "aws/awsconfig.h"
#include "aws/op.h"
#include "aws/region.h"
#include "aws/request.h"

struct aws_endpoints;

struct aws_endpoint {
    struct str scheme;         /* "https" */
    struct str host;           /* with port when it is not the scheme's own, and with the host prefix */
    struct str base_path;      /* "" or "/gateway": before the operation's path */
    struct str signing_region; /* "us-east-1" for IAM */
    bool custom;               /* configured: no host prefix, path style for S3 */
};

/* Reads the settings of `profile` and of the environment; all three must outlive it. ERR_CONFIG for a
 * setting that is neither true nor false. */
const struct aws_endpoints *aws_endpoints_new(struct arena *a, const struct env *env, const struct aws_config *config,
                                              struct str profile, struct err *e) WARN_UNUSED;
const struct aws_regions *aws_endpoints_regions(const struct aws_endpoints *s);

/* The endpoint of `op` in `region` ("", "global", "aws-global": the home of a global service in the
 * partition of `default_region`). `account` fills "{AccountId}" in host prefixes. ERR_CONFIG for a bad
 * configured URL, an unknown region, or a FIPS or dual-stack endpoint that AWS does not have. */
bool aws_endpoint(struct arena *a, const struct aws_endpoints *s, const struct aws_op *op, struct str region,
                  struct str account, struct aws_endpoint *out, struct err *e) WARN_UNUSED;

/* The same for a service that has no row of its own among the operations (credentials). */
struct aws_service {
    struct str name, prefix, env; /* "sso", "portal.sso", "AWS_ENDPOINT_URL_SSO" */
    struct str host_prefix;       /* "" or "{AccountId}." */
};
bool aws_endpoint_of(struct arena *a, const struct aws_endpoints *s, const struct aws_service *service, struct str region,
                     struct str account, struct aws_endpoint *out, struct err *e) WARN_UNUSED;

/* Puts scheme, host and base path into `r`, whose path is the operation's own. For S3, `bucket` (else
 * "") moves from the path into the host when it may: AWS's own endpoint, a name that is a host label
 * without dots (a dot would break the certificate's wildcard). */
void aws_endpoint_apply(struct arena *a, const struct aws_endpoint *at, struct str bucket, struct aws_request *r);

/* AWS_REGION, AWS_DEFAULT_REGION, the profile's region; {NULL, 0} when there is none. */
struct str aws_default_region(const struct env *env, const struct aws_config *config, struct str profile);

#endif
