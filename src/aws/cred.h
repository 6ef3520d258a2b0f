/* aws/cred.h: what the credential providers share. For aws/cred_*.c alone. */
#ifndef WARD_AWS_CRED_H
#define WARD_AWS_CRED_H

#include "aws/credentials.h"
#include "base/buf.h"
#include "codec/json.h"

/* CRED_NONE: not configured, the chain goes on. CRED_FAILED: configured and failed, err is set. */
enum cred_result { CRED_NONE, CRED_FOUND, CRED_FAILED };

enum { CRED_FILE_MAX = 1 << 20, CRED_TEXT_MAX = 1 << 16 };

struct cred {
    const struct aws_credential_options *o;
    struct arena *a; /* overwritten when freed: secrets may pass through it */
    int64_t now_us;
    struct str profile; /* the chain's own; a source profile is another */
};

struct cred_visited { /* profiles on the way, for loops */
    struct str profile;
    const struct cred_visited *before;
};

typedef enum cred_result cred_step(const struct cred *c, struct aws_credentials *out, struct err *e);

enum cred_result cred_env(const struct cred *c, struct aws_credentials *out, struct err *e);
enum cred_result cred_assume(const struct cred *c, struct aws_credentials *out, struct err *e);
enum cred_result cred_container(const struct cred *c, struct aws_credentials *out, struct err *e);
enum cred_result cred_imds(const struct cred *c, struct aws_credentials *out, struct err *e);

/* Of a profile. use_env: AWS_WEB_IDENTITY_TOKEN_FILE and its friends count. */
enum cred_result cred_web(const struct cred *c, struct str profile, bool use_env, struct aws_credentials *out, struct err *e);
enum cred_result cred_sso(const struct cred *c, struct str profile, struct aws_credentials *out, struct err *e);
enum cred_result cred_static(const struct cred *c, struct str profile, enum aws_config_file file, struct aws_credentials *out, struct err *e);
enum cred_result cred_login(const struct cred *c, struct str profile, struct aws_credentials *out, struct err *e);
enum cred_result cred_process(const struct cred *c, struct str profile, struct aws_credentials *out, struct err *e);
/* Steps 3 to 8 for a source profile, in order. */
enum cred_result cred_profile(const struct cred *c, struct str profile, struct aws_credentials *out, struct err *e);

/* Copies into `out` and refuses what is incomplete or over. */
enum cred_result cred_accept(const struct cred *c, const struct aws_credentials *got, struct aws_credentials *out, struct err *e);
bool cred_fail(struct err *e, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* The JSON of credential_process, container and instance metadata: AccessKeyId, SecretAccessKey, and
 * token_key, Expiration, AccountId where they are. Pure. ERR_CREDENTIALS. */
bool cred_json(const struct json *j, const char *token_key, struct aws_credentials *got, struct err *e) WARN_UNUSED;

/* Words as a POSIX shell splits them, quotes and backslashes, nothing expanded. NULL-terminated; NULL when a
 * quote is open, the text is empty or has more than 256 words. */
char **cred_split(struct arena *a, struct str command);
/* Runs `argv` without a shell; stdin and stderr are ours. ERR_CREDENTIALS: no start, status, time, size. */
bool cred_run(struct arena *a, char *const *argv, long timeout_ms, struct str *out, struct err *e) WARN_UNUSED;
/* `aws configure export-credentials`: for what only the AWS CLI can renew. */
enum cred_result cred_cli(const struct cred *c, struct str profile, struct aws_credentials *out, struct err *e);
/* Standard output of a credential process to credentials. */
enum cred_result cred_process_output(const struct cred *c, struct str text, struct str source, struct aws_credentials *out, struct err *e);

/* One request with up to `tries` attempts where the transport or the server (5xx, 429) fails. False:
 * ERR_NET. */
bool cred_fetch(const struct cred *c, const struct http_request *q, int tries, struct http_response *r, struct err *e) WARN_UNUSED;

/* Texts of leaf elements of a small XML document; the first element of each name counts. Pure.
 * ERR_PARSE on malformed XML, a DTD, or too much of it. */
struct cred_leaf {
    const char *name;
    struct str text; /* {NULL, 0} = not there */
};
bool cred_leaves(struct arena *a, struct str xml, struct cred_leaf *leaves, size_t count, struct err *e) WARN_UNUSED;

/* One STS action; `body` is the form without Action and Version. signer NULL = unsigned. */
bool cred_sts(const struct cred *c, const char *action, struct str body, const struct aws_credentials *signer, struct str region,
              struct cred_leaf *leaves, size_t count, struct err *e) WARN_UNUSED;
/* "&Name=value" with the value percent-encoded; nothing when it is empty. */
void cred_form(struct buf *b, const char *name, struct str value);
/* AssumeRole's or AssumeRoleWithWebIdentity's answer. */
enum cred_result cred_sts_accept(const struct cred *c, const struct cred_leaf *leaves, struct str source, struct aws_credentials *out, struct err *e);
enum { CRED_LEAF_ID, CRED_LEAF_SECRET, CRED_LEAF_TOKEN, CRED_LEAF_EXPIRES, CRED_LEAF_ARN, CRED_LEAVES };
#define CRED_STS_LEAVES {{"AccessKeyId", {0}}, {"SecretAccessKey", {0}}, {"SessionToken", {0}}, {"Expiration", {0}}, {"Arn", {0}}}

#endif
