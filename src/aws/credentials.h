/*
 * aws/credentials.h: where AWS credentials come from, and how they are kept fresh.
 *
 * The chain is that of the AWS CLI (botocore 1.44.5), first found wins:
 *   1 environment (not when a profile was named on the command line)   cred_env.c
 *   2 the profile's role_arn, from source_profile or credential_source cred_assume.c
 *   3 web identity token file                                          cred_web.c
 *   4 IAM Identity Center, sso_session or the older settings           cred_sso.c
 *   5 static keys of the credentials file                              cred_profile.c
 *   6 `aws login`                                                      cred_login.c
 *   7 credential_process                                               cred_process.c
 *   8 static keys of the config file                                   cred_profile.c
 *   9 container endpoint                                               cred_container.c
 *  10 instance metadata, version 2 only                                cred_imds.c
 * A step that is configured and fails ends the chain: going on would take another identity.
 *
 * Credentials are kept in memory only and are overwritten when released. What it is not: a place
 * that decides about retries of API calls; expiry that AWS reports is told to aws_provider_expire.
 * The one file ever written is the AWS CLI's own SSO token cache, after its token was renewed there
 * (the old one is void then, and the CLI would have to log in again).
 */
#ifndef WARD_AWS_CREDENTIALS_H
#define WARD_AWS_CREDENTIALS_H

#include "aws/awsconfig.h"
#include "aws/endpoint.h"
#include "aws/secret.h"
#include "net/http.h"

/* Asks the user for the code of the MFA device `serial`; at most size - 1 characters. False with an err
 * when there is nobody to ask. */
typedef bool aws_mfa_prompt(void *user, struct str serial, char *out, size_t size, struct err *e);

/* All pointers must outlive what is made from it. */
struct aws_credential_options {
    const struct env *env;
    const struct aws_config *config;
    const struct aws_endpoints *endpoints;
    struct http *http;
    const char *profile;         /* named on the command line; NULL = AWS_PROFILE or "default" */
    aws_mfa_prompt *mfa_prompt;  /* NULL = never ask */
    void *mfa_user;
    struct sigv4_keys *keys;     /* NULL = no cache of signing keys */
};

/* A role to be assumed. Empty slices are left out of the call. */
struct aws_role {
    struct str arn;
    struct str session_name; /* "" = "ward" */
    struct str external_id;
    struct str policy;       /* session policy, JSON: what the session may do at most */
    struct str policy_arn;   /* managed session policy beside it */
    struct str mfa_serial;   /* asked for by mfa_prompt */
    uint32_t duration_s;     /* 0 = AWS's default, 3600 */
    struct str region;       /* where STS is asked; "" = the default region, else us-east-1 */
};

struct aws_provider;

/* The chain above. Asks nothing yet. Never NULL. */
struct aws_provider *aws_provider_new(const struct aws_credential_options *o);
/* A role assumed with what `base` gives, again whenever it runs out. `base` must outlive it; `role`'s
 * strings are copied. Never NULL. */
struct aws_provider *aws_provider_role_new(struct aws_provider *base, const struct aws_role *role);
/* Overwrites and frees. NULL is ignored. */
void aws_provider_free(struct aws_provider *p);
/* Credentials that are good now; valid until the next call for the same provider. They are renewed
 * 15 minutes before they end if that succeeds, and 10 minutes before it must succeed. A renewal stays with
 * the step of the chain that gave the first ones. NULL: ERR_CREDENTIALS, ERR_CONFIG, ERR_AWS or ERR_NET. */
const struct aws_credentials *aws_provider_get(struct aws_provider *p, int64_t now_us, struct err *e) WARN_UNUSED;
/* AWS said that they are no longer good: the next get renews. */
void aws_provider_expire(struct aws_provider *p);

/* sts:AssumeRole with `from`. `out` is released by the caller. ERR_AWS carries AWS's code and text. */
bool aws_assume_role(const struct aws_credential_options *o, const struct aws_credentials *from, const struct aws_role *role,
                     int64_t now_us, struct aws_credentials *out, struct err *e) WARN_UNUSED;

struct aws_identity {
    struct str account, arn, user_id;
};
/* sts:GetCallerIdentity, which no policy can deny. Strings from `a`. */
bool aws_caller_identity(struct arena *a, const struct aws_credential_options *o, const struct aws_credentials *c,
                         int64_t now_us, struct aws_identity *out, struct err *e) WARN_UNUSED;

#endif
