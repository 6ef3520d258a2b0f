/* access/fixture_internal.h: what the files of fixture.h share. */
#ifndef WARD_ACCESS_FIXTURE_INTERNAL_H
#define WARD_ACCESS_FIXTURE_INTERNAL_H

#include "access/fixture.h"

struct fixture {
    struct world *w;
    struct map files;   /* path -> const struct json * */
    struct map managed; /* policy ARN -> struct iam_policy_ref * */
    uint32_t account_size;
};

struct str fixture_part(struct str path, unsigned at);
/* FOLDER/NAME, or NULL. */
const struct json *fixture_file(const struct fixture *f, struct str folder, const char *name);
struct iam_policy_ref fixture_policy(struct fixture *f, const struct json *doc, struct str id);
struct iam_policy_ref *fixture_policy_new(struct fixture *f, const struct json *doc, struct str id);
/* The account's row, made when there is none; WORLD_NONE when there is no more room. */
uint32_t fixture_account(struct fixture *f, struct str id);
/* A role, user, bucket, key, endpoint or other thing from its metadata.json. */
void fixture_thing(struct fixture *f, const struct json *metadata, struct str folder, uint32_t account);
/* Levels of SCPs and RCPs, organization ids and paths of every account. */
bool fixture_organizations(struct fixture *f, const struct json *files, struct err *e) WARN_UNUSED;

#endif
