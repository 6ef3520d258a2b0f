/*
 * aws/awsconfig.h: the AWS CLI's own files, ~/.aws/config and ~/.aws/credentials, and the environment
 * beside them.
 *
 * Format: what botocore 1.44.5 reads (Python's configparser, one level of nested settings): "[profile
 * NAME]", "[default]", "[sso-session NAME]", "[services NAME]"; in the credentials file "[NAME]". Keys
 * compare without case; '=' or ':' parts key and value; '#' and ';' begin a comment at the start of a
 * line only; a line that is indented deeper than its key goes on with the value, and where the value
 * is otherwise empty the indented lines are settings of their own. A section or key twice in one file
 * is an error, as it is for botocore. Both files merge; in a profile the credentials file wins.
 *
 * Place in the flow: the first thing aws/ reads; profiles feed aws/credentials and aws/endpoint.
 * Parsing is pure; only aws_config_load reads files. Secrets in these files live in the arena that
 * was given: use one that ends in arena_wipe_free.
 */
#ifndef WARD_AWS_AWSCONFIG_H
#define WARD_AWS_AWSCONFIG_H

#include "base/arena.h"
#include "base/env.h"
#include "base/err.h"
#include "base/str.h"

enum { AWS_CONFIG_BYTES_MAX = 4 << 20, AWS_CONFIG_LINES_MAX = 20000, AWS_CONFIG_VALUE_LINES_MAX = 1000 };

/* "true" in any case is true; everything else, and unset, is false. */
bool aws_env_true(const struct env *env, const char *name);

enum aws_config_file { AWS_FILE_CONFIG, AWS_FILE_CREDENTIALS, AWS_FILES };
enum aws_section_kind { AWS_SECTION_PROFILE, AWS_SECTION_SSO_SESSION, AWS_SECTION_SERVICES, AWS_SECTION_OTHER };

struct aws_setting {
    struct str key; /* lower case */
    struct str value;
    int line;
    struct aws_setting *nested; /* settings below it; NULL = none */
    struct aws_setting *next;
};

struct aws_section {
    enum aws_section_kind kind;
    enum aws_config_file file;
    struct str name;
    int line;
    struct aws_setting *settings;
    struct aws_section *next;
};

struct aws_config {
    struct str path[AWS_FILES]; /* where each was looked for; for messages */
    struct aws_section *first, *last;
};

/* Adds what `text` says. ERR_CONFIG names file and line. `text` must live as long as the config. */
bool aws_config_parse(struct arena *a, struct str text, enum aws_config_file file, struct aws_config *c,
                      struct err *e) WARN_UNUSED;
/* Reads both files: AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE, else ~/.aws/. A file that is not
 * there is empty. ERR_CONFIG, ERR_IO, ERR_LIMIT. */
bool aws_config_load(struct arena *a, const struct env *env, struct aws_config *out, struct err *e) WARN_UNUSED;

/* "~/x" with the home folder of the environment put in; else the path itself. */
struct str aws_config_home(struct arena *a, const struct env *env, struct str path);

/* `profile` if not NULL, else AWS_PROFILE, AWS_DEFAULT_PROFILE, "default". */
struct str aws_config_profile(const struct env *env, const char *profile);

/* All read NULL keys as "not there": {NULL, 0}. */
bool aws_config_has(const struct aws_config *c, enum aws_section_kind kind, struct str name);
struct str aws_config_get(const struct aws_config *c, enum aws_section_kind kind, struct str name, const char *key);
/* Of one file alone: where key id and secret must stand together. */
struct str aws_config_get_in(const struct aws_config *c, enum aws_config_file file, struct str profile, const char *key);
/* A profile's setting. */
struct str aws_profile_get(const struct aws_config *c, struct str profile, const char *key);
/* [services NAME], "s3 =\n  endpoint_url = ...": ("NAME", "s3", "endpoint_url"). */
struct str aws_config_nested(const struct aws_config *c, enum aws_section_kind kind, struct str name,
                             const char *key, const char *nested);

#endif
