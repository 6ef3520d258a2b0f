/* The keys of a request that the world knows. IAM User Guide, "AWS global condition context keys", the
 * lines "Availability" (read 2026). */
#include "access/world.h"
#include "access/world_internal.h"

struct keys {
    const struct world *w;
    struct arena *a;
    const struct iam_context *given;
    struct iam_context *out;
    uint32_t size;
};

static void put(struct keys *k, struct str name, enum iam_key_state state, const struct str *values, uint32_t count, bool list)
{
    if (k->given && iam_context_get(k->given, name))
        return;
    if (k->out->count == k->size) {
        uint32_t size = k->size ? k->size * 2 : 32;
        struct iam_key *grown = arena_array_of(k->a, struct iam_key, size);
        if (k->out->count)
            memcpy(grown, k->out->keys, k->out->count * sizeof *grown);
        k->out->keys = grown;
        k->size = size;
    }
    struct str *copy = count ? arena_array_of(k->a, struct str, count) : NULL;
    if (count)
        memcpy(copy, values, count * sizeof *copy);
    k->out->keys[k->out->count++] = (struct iam_key){.name = name, .state = state, .list = list, .values = copy, .count = count};
}

static void absent(struct keys *k, struct str name) { put(k, name, IAM_KEY_ABSENT, NULL, 0, false); }
static void known(struct keys *k, struct str name, struct str value) { put(k, name, IAM_KEY_KNOWN, &value, 1, false); }
static void known_list(struct keys *k, struct str name, struct str value) { put(k, name, IAM_KEY_KNOWN, &value, 1, true); }
/* There, but what it says is not known. */
static void some(struct keys *k, struct str name) { put(k, name, IAM_KEY_SOME, NULL, 0, false); }
/* "This key is always included in the request context", and only the request tells its value. */
static void always_there(struct keys *k)
{
    some(k, STR("aws:securetransport"));
    some(k, STR("aws:currenttime"));
    some(k, STR("aws:epochtime"));
    some(k, STR("aws:viaawsservice"));
}

/* Nothing is known of it, which must be said of a key that is fixed: it was not read. */
static void open(struct keys *k, struct str name) { put(k, name, IAM_KEY_OPEN, NULL, 0, false); }

static void organization(struct keys *k, const struct world_account *account, struct str id, struct str paths)
{
    if (account && account->foreign_org.ptr) {
        known(k, id, account->foreign_org);
        open(k, paths);
    } else if (!account || (!account->org_id.ptr && account->org_read)) {
        absent(k, id);
        absent(k, paths);
    } else if (!account->org_id.ptr) {
        open(k, id);
        open(k, paths);
    } else {
        known(k, id, account->org_id);
        if (account->org_path.ptr)
            known_list(k, paths, account->org_path);
        else
            open(k, paths);
    }
}

static const struct world_account *account_of(const struct world *w, struct str id)
{
    uint32_t row = id.ptr ? world_account_of(w, id) : WORLD_NONE;
    return row == WORLD_NONE ? NULL : &w->accounts[row];
}

static void nobody_keys(struct keys *k)
{
    absent(k, STR("aws:principalarn"));
    absent(k, STR("aws:principalorgid"));
    absent(k, STR("aws:principalorgpaths"));
    absent(k, STR("aws:username"));
    absent(k, STR("aws:multifactorauthpresent"));
    absent(k, STR("aws:multifactorauthage"));
    absent(k, STR("aws:tokenissuetime"));
    absent(k, STR("aws:sourceidentity"));
    absent(k, STR("aws:assumedroot"));
}

static void service_keys(struct keys *k, struct str name)
{
    nobody_keys(k);
    absent(k, STR("aws:principalaccount"));
    absent(k, STR("aws:userid"));
    absent(k, STR("aws:federatedprovider"));
    absent(k, STR("kms:calleraccount"));
    known(k, STR("aws:principalisawsservice"), STR("true"));
    known(k, STR("aws:principalservicename"), name);
    known_list(k, STR("aws:principalservicenameslist"), name);
}

static void anonymous_keys(struct keys *k)
{
    nobody_keys(k);
    absent(k, STR("aws:federatedprovider"));
    known(k, STR("aws:principalaccount"), STR("anonymous"));
    known(k, STR("aws:principaltype"), STR("Anonymous"));
    known(k, STR("aws:userid"), STR("anonymous"));
    absent(k, STR("kms:calleraccount"));
    absent(k, STR("aws:principalisawsservice"));
}

/* The caller of sts:AssumeRoleWith...: claims, and none of the keys of a principal that has credentials. */
static void web_keys(struct keys *k)
{
    nobody_keys(k);
    absent(k, STR("aws:principalaccount"));
    absent(k, STR("kms:calleraccount"));
    absent(k, STR("aws:principalisawsservice"));
}

static struct str role_arn(const struct keys *k, const struct world_principal *p, const struct iam_caller *c)
{
    if (p)
        return p->arn;
    if (c->kind != IAM_CALLER_SESSION)
        return c->text;
    return arena_printf(k->a, "arn:%.*s:iam::%.*s:role/%.*s", STR_ARG(c->partition), STR_ARG(c->account), STR_ARG(c->name));
}

static void userid(struct keys *k, const struct world_principal *p, const struct iam_caller *c)
{
    struct str name = STR("aws:userid");
    if (c->kind == IAM_CALLER_ROOT)
        known(k, name, c->account);
    else if (p && p->unique_id.len && c->kind == IAM_CALLER_USER)
        known(k, name, p->unique_id);
    else if (p && p->unique_id.len && c->kind == IAM_CALLER_SESSION)
        known(k, name, arena_printf(k->a, "%.*s:%.*s", STR_ARG(p->unique_id), STR_ARG(c->session)));
    else if (c->kind == IAM_CALLER_ROLE && p && p->unique_id.len) {
        struct str pattern = arena_printf(k->a, "%.*s:*", STR_ARG(p->unique_id));
        put(k, name, IAM_KEY_SOME, &pattern, 1, false);
    } else
        some(k, name);
}

static void identity_keys(struct keys *k, const struct world_principal *p, const struct iam_caller *c)
{
    static const char *const types[] = {[IAM_CALLER_USER] = "User", [IAM_CALLER_ROLE] = "AssumedRole",
        [IAM_CALLER_SESSION] = "AssumedRole", [IAM_CALLER_FEDERATED_USER] = "FederatedUser", [IAM_CALLER_ROOT] = "Account"};
    known(k, STR("aws:principalarn"), role_arn(k, p, c));
    known(k, STR("aws:principalaccount"), c->account);
    known(k, STR("kms:calleraccount"), c->account);
    known(k, STR("aws:principaltype"), str_of(types[c->kind]));
    known(k, STR("aws:principalisawsservice"), STR("false"));
    absent(k, STR("aws:principalservicename"));
    absent(k, STR("aws:principalservicenameslist"));
    const struct world_account *account = account_of(k->w, c->account);
    if (account)
        organization(k, account, STR("aws:principalorgid"), STR("aws:principalorgpaths"));
    userid(k, p, c);
    if (c->kind == IAM_CALLER_USER)
        known(k, STR("aws:username"), c->name);
    else
        absent(k, STR("aws:username"));
}

static void principal_keys(struct keys *k, const struct world_principal *p, const struct iam_caller *c)
{
    if (c->kind == IAM_CALLER_SERVICE) {
        service_keys(k, c->text);
        return;
    }
    /* Set by AWS only where a service calls on behalf of a thing. */
    absent(k, STR("aws:sourcearn"));
    absent(k, STR("aws:sourceaccount"));
    absent(k, STR("aws:sourceorgid"));
    absent(k, STR("aws:sourceorgpaths"));
    if (c->kind == IAM_CALLER_ANONYMOUS)
        anonymous_keys(k);
    else if (c->kind == IAM_CALLER_WEB)
        web_keys(k);
    else
        identity_keys(k, p, c);
    if (c->kind == IAM_CALLER_ANONYMOUS || c->kind == IAM_CALLER_WEB) {
        absent(k, STR("aws:principalservicename"));
        absent(k, STR("aws:principalservicenameslist"));
    }
}

/* Keys of a request through an access point, which is one for the access point's ARN; whoever names the bucket has none of
 * them (Service Authorization Reference, "Condition keys for Amazon S3", read 2026). */
static void access_point_keys(struct keys *k, struct str arn)
{
    struct str rest = arn_field(arn, 5);
    if (!str_starts(rest, STR("accesspoint/"))) {
        absent(k, STR("s3:dataaccesspointarn"));
        absent(k, STR("s3:dataaccesspointaccount"));
        absent(k, STR("s3:accesspointnetworkorigin"));
        return;
    }
    const char *object = memmem(rest.ptr, rest.len, "/object/", 8);
    known(k, STR("s3:dataaccesspointarn"), object ? str_make(arn.ptr, (size_t)(object - arn.ptr)) : arn);
    known(k, STR("s3:dataaccesspointaccount"), arn_field(arn, 4));
}

static void resource_keys(struct keys *k, const struct world_resource *res, const struct iam_request *r)
{
    if (r->no_resource_type)
        return;
    if (str_eq_nocase(r->service, STR("s3")))
        access_point_keys(k, r->resource);
    if (r->resource_account.ptr) {
        known(k, STR("aws:resourceaccount"), r->resource_account);
        if (str_eq_nocase(r->service, STR("s3")))
            known(k, STR("s3:resourceaccount"), r->resource_account);
        const struct world_account *owner = account_of(k->w, r->resource_account);
        if (owner)
            organization(k, owner, STR("aws:resourceorgid"), STR("aws:resourceorgpaths"));
        else {
            open(k, STR("aws:resourceorgid"));
            open(k, STR("aws:resourceorgpaths"));
        }
    }
    struct str region = arn_field(r->resource, 3);
    if (!region.len && res)
        region = res->region;
    if (region.len && !str_eqz(arn_field(r->resource, 2), "iam") && !str_eqz(region, "global"))
        known(k, STR("aws:requestedregion"), region);
}

/* The value of a tag, its key compared without case. `several`: keys that differ in case only, as most services allow them, have
 * different values, and which of them a condition sees AWS does not say. */
static struct str tag_value(const struct json *tags, struct str tag, bool *several)
{
    struct str found = {0};
    for json_each(t, tags)
        if (str_eq_nocase(t->key, tag)) {
            *several |= found.ptr && !str_eq(found, json_str(t));
            found = json_str(t);
        }
    return found;
}

/* Whether a key of the form PREFIX... is listed for the action or one of its resource types. */
static bool lists_key(const struct iam_catalogue *c, const struct iam_request *r, struct str prefix)
{
    uint32_t at = iam_catalogue_action(c, r->service, r->action);
    if (at == UINT32_MAX)
        return true; /* an action that the catalogue does not know: nothing may be said */
    const struct iam_action_info *info = &c->actions[at];
    if (str_contains(info->keys, prefix))
        return true;
    for (uint16_t i = 0; i < info->resource_type_count; i++)
        if (str_contains(c->resources[info->resource_types[i]].keys, prefix))
            return true;
    return false;
}

static void tag_key(struct keys *k, const struct world_tag_key *t, const struct world_principal *p, const struct world_resource *res,
                    const struct iam_request *r)
{
    bool mine = t->of_principal, identity = r->caller.account.ptr && r->caller.kind != IAM_CALLER_WEB;
    if (mine && !identity) {
        absent(k, t->key);
        return;
    }
    if (!mine && (r->no_resource_type || !lists_key(k->w->catalogue, r, str_sub(t->key, 0, t->key.len - t->tag.len)))) {
        absent(k, t->key);
        return;
    }
    const struct json *tags = mine ? (p ? p->tags : NULL) : (res ? res->tags : NULL);
    bool read = mine ? p && p->tags_read : res && res->tags_read;
    bool s3 = !mine && str_eq_nocase(r->service, STR("s3"));
    bool maybe = s3 && res && res->abac_unread, several = false;
    if (s3 && res && !res->abac && !maybe) {
        absent(k, t->key);
        return;
    }
    struct str value = tag_value(tags, t->tag, &several);
    if (several)
        put(k, t->key, maybe ? IAM_KEY_OPEN : IAM_KEY_SOME, NULL, 0, false);
    else if (value.ptr)
        put(k, t->key, maybe ? IAM_KEY_MAYBE : IAM_KEY_KNOWN, &value, 1, false);
    else if (read || (mine && r->caller.kind == IAM_CALLER_ROOT))
        absent(k, t->key);
    else
        open(k, t->key);
}

void world_context(const struct world *w, struct arena *a, uint32_t principal, uint32_t resource, const struct iam_context *given,
                   struct iam_request *r)
{
    const struct world_principal *p = principal < w->principal_count ? &w->principals[principal] : NULL;
    const struct world_resource *res = resource < w->resource_count ? &w->resources[resource] : NULL;
    struct keys k = {.w = w, .a = a, .given = given, .out = &r->context};
    r->context = (struct iam_context){.open = true};
    always_there(&k);
    principal_keys(&k, p, &r->caller);
    resource_keys(&k, res, r);
    for (uint32_t i = 0; i < w->tag_key_count; i++)
        tag_key(&k, &w->tag_keys[i], p, res, r);
    if (!given || !given->count)
        return;
    struct iam_key *all = arena_array_of(a, struct iam_key, r->context.count + given->count);
    memcpy(all, r->context.keys, r->context.count * sizeof *all);
    memcpy(all + r->context.count, given->keys, given->count * sizeof *all);
    r->context.keys = all;
    r->context.count += given->count;
}
