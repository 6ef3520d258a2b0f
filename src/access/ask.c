#include "access/ask.h"
#include "access/world_internal.h"

#include <strings.h>

void access_question_init(struct access_question *q)
{
    *q = (struct access_question){.principal = WORLD_NONE, .action = WORLD_NONE, .row = WORLD_NONE, .endpoint = WORLD_NONE};
}

static struct str lower(struct arena *a, struct str s)
{
    char *text = arena_cstr(a, s);
    for (size_t i = 0; i < s.len; i++)
        text[i] = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] + 32) : text[i];
    return str_make(text, s.len);
}

void access_context_put(const struct iam_catalogue *catalogue, struct arena *a, struct iam_context *c, struct str key,
                        const struct str *values, uint32_t count)
{
    struct str name = lower(a, key);
    struct iam_key *keys = arena_array_of(a, struct iam_key, c->count + 1);
    if (c->count)
        memcpy(keys, c->keys, c->count * sizeof *keys);
    uint32_t at = 0;
    while (at < c->count && !str_eq(keys[at].name, name))
        at++;
    struct iam_key *k = &keys[at];
    struct str *all = arena_array_of(a, struct str, k->count + count + 1);
    if (k->count)
        memcpy(all, k->values, k->count * sizeof *all);
    if (count)
        memcpy(all + k->count, values, count * sizeof *all);
    *k = (struct iam_key){.name = name, .state = IAM_KEY_KNOWN, .list = iam_catalogue_key_is_list(catalogue, name),
                          .values = all, .count = k->count + count};
    c->keys = keys;
    c->count += at == c->count;
}

bool access_context(const struct world *w, struct arena *a, struct str text, struct iam_context *c, struct err *e)
{
    ptrdiff_t equals = str_index(text, '=', 0);
    if (equals < 1 || str_index(str_sub(text, 0, (size_t)equals), ':', 0) < 1) {
        err_set(e, ERR_USAGE, "\"%.*s\" is not KEY=VALUE with a condition key", STR_ARG(text));
        err_hint(e, "for instance --context aws:SourceIp=203.0.113.7");
        return false;
    }
    struct str value = str_sub(text, (size_t)equals + 1, text.len);
    access_context_put(w->catalogue, a, c, str_sub(text, 0, (size_t)equals), &value, 1);
    return true;
}

static struct str given_value(const struct access_question *q, const char *key)
{
    const struct iam_key *k = iam_context_get(&q->given, str_of(key));
    return k && k->state == IAM_KEY_KNOWN && k->count == 1 ? k->values[0] : (struct str){0};
}

/* "com.amazonaws.us-west-2.s3" is s3's. */
static bool serves(const struct world_endpoint *v, struct str service)
{
    ptrdiff_t dot = str_rindex(v->service, '.');
    struct str name = dot < 0 ? v->service : str_sub(v->service, (size_t)dot + 1, v->service.len);
    return str_eq_nocase(name, service);
}

static void endpoint_keys(const struct world *w, struct arena *a, struct access_question *q)
{
    const struct world_endpoint *v = &w->endpoints[q->endpoint];
    struct str vpce = STR("aws:SourceVpce"), vpc = STR("aws:SourceVpc"), account = STR("aws:VpceAccount");
    if (!given_value(q, "aws:SourceVpce").ptr)
        access_context_put(w->catalogue, a, &q->given, vpce, &v->id, 1);
    if (v->vpc.len && !given_value(q, "aws:SourceVpc").ptr)
        access_context_put(w->catalogue, a, &q->given, vpc, &v->vpc, 1);
    if (v->account < w->account_count && !given_value(q, "aws:VpceAccount").ptr)
        access_context_put(w->catalogue, a, &q->given, account, &w->accounts[v->account].id, 1);
}

void access_follow_path(const struct world *w, struct arena *a, struct access_question *q)
{
    struct str id = given_value(q, "aws:SourceVpce"), vpc = given_value(q, "aws:SourceVpc");
    uint32_t found = WORLD_NONE, fit = 0;
    for (uint32_t i = 0; i < w->endpoint_count && q->endpoint == WORLD_NONE && (id.ptr || vpc.ptr); i++) {
        const struct world_endpoint *v = &w->endpoints[i];
        bool fits = id.ptr ? str_eq(v->id, id) : str_eq(v->vpc, vpc) && serves(v, q->service);
        fit += fits;
        found = fits ? i : found;
    }
    if (fit == 1)
        q->endpoint = found;
    if (q->endpoint != WORLD_NONE)
        endpoint_keys(w, a, q);
}

static bool is_strict(const struct access_question *q, struct str name)
{
    if (q->strict)
        return true;
    for (uint32_t i = 0; i < q->strict_count; i++)
        if (str_eq_nocase(q->strict_keys[i], name))
            return true;
    return false;
}

/* What is not known is not there, where the asker says so. */
static void apply_strict(struct arena *a, const struct access_question *q, struct iam_context *c)
{
    for (uint32_t i = 0; i < c->count; i++)
        if (c->keys[i].state == IAM_KEY_OPEN && is_strict(q, c->keys[i].name))
            c->keys[i].state = IAM_KEY_ABSENT;
    if (q->strict)
        c->open = false;
    struct iam_key *keys = arena_array_of(a, struct iam_key, c->count + q->strict_count);
    if (c->count)
        memcpy(keys, c->keys, c->count * sizeof *keys);
    uint32_t count = c->count;
    for (uint32_t i = 0; i < q->strict_count; i++)
        if (!iam_context_get(c, q->strict_keys[i]))
            keys[count++] = (struct iam_key){.name = lower(a, q->strict_keys[i]), .state = IAM_KEY_ABSENT};
    c->keys = keys;
    c->count = count;
}

void access_prepare(const struct world *w, struct arena *a, const struct access_question *q, struct access_answer *out)
{
    *out = (struct access_answer){0};
    struct iam_request *r = &out->request;
    r->caller = q->caller;
    r->service = q->service;
    r->action = q->name;
    r->resource_account = q->resource_account;
    world_request(w, q->action, q->resource, q->row, r);
    world_context(w, a, q->principal, q->row, &q->given, r);
    if (q->strict || q->strict_count)
        apply_strict(a, q, &r->context);
    world_layers(w, a, q->principal, q->row, q->endpoint, r, &out->layers);
    if (q->has_session) {
        out->layers.has_session = true;
        out->layers.session = q->session;
    }
}

void access_answer(const struct world *w, struct arena *a, const struct access_question *q, uint32_t size, struct access_answer *out)
{
    access_prepare(w, a, q, out);
    if (size) {
        out->trace.rows = arena_array_of(a, struct iam_trace_row, size);
        out->trace.size = size;
    }
    world_decide(w, a, q->row, &out->layers, &out->request, size ? &out->trace : NULL, &out->decision);
}

void access_answer_pattern(const struct world *w, struct arena *a, const struct access_question *q, struct access_answer *out,
                           struct iam_pattern_answer *parts)
{
    access_prepare(w, a, q, out);
    iam_decide_pattern(w->pool, a, w->catalogue, &out->layers, &out->request, parts);
    out->decision = parts->overall;
}

/* A name that is one variable has no slash in it: what has one is no bucket. */
bool access_type_meets(struct str glob, struct str pattern)
{
    if (str_eqz(pattern, "*"))
        return true;
    for (unsigned f = 0; f < 6; f++)
        if (!iam_globs_overlap(arn_field(glob, f), arn_field(pattern, f)))
            return false;
    struct str name = arn_field(glob, 5), want = arn_field(pattern, 5);
    ptrdiff_t slash = str_index(want, '/', 0), star = str_index(want, '*', 0);
    return str_index(name, '/', 0) >= 0 || slash < 0 || (star >= 0 && star < slash);
}

struct str access_type(const struct world *w, uint32_t action, struct str arn)
{
    if (action == WORLD_NONE)
        return (struct str){0};
    const struct iam_action_info *info = &w->catalogue->actions[action];
    uint32_t exact = iam_catalogue_resource_of(w->catalogue, arn);
    const struct iam_resource_info *best = NULL;
    for (uint16_t i = 0; i < info->resource_type_count; i++) {
        const struct iam_resource_info *t = &w->catalogue->resources[info->resource_types[i]];
        if (info->resource_types[i] == exact)
            return t->name;
        if (access_type_meets(t->glob, arn) && (!best || t->glob.len > best->glob.len))
            best = t;
    }
    return best ? best->name : (struct str){0};
}

/* The services that read a thing encrypted by a key with the caller's own rights on the key: AWS KMS Developer Guide,
 * "How AWS services use AWS KMS" (read 2026). Log groups are not among them: there the service reads. */
static const char reading[] = " s3 secretsmanager sqs dynamodb kinesis ssm ebs ";

static bool reads_by_key(const struct world *w, const struct access_question *q)
{
    if (q->action == WORLD_NONE || !(w->catalogue->actions[q->action].touches & 1u << IAM_TOUCH_READ))
        return false;
    for (const char *p = reading; (p = strchr(p, ' ')) && p[1]; p++)
        if (strncasecmp(p + 1, q->service.ptr, q->service.len) == 0 && p[1 + q->service.len] == ' ')
            return true;
    return false;
}

enum access_key_need access_key_question(const struct world *w, struct arena *a, const struct access_question *q,
                                         struct access_question *key)
{
    if (q->row == WORLD_NONE || !reads_by_key(w, q))
        return ACCESS_KEY_NONE;
    const struct world_resource *res = world_carrier(w, q->row);
    switch (res->encryption) {
    case WORLD_ENC_NONE:
    case WORLD_ENC_AWS_OWNED: return ACCESS_KEY_NONE;
    case WORLD_ENC_AWS_MANAGED: return ACCESS_KEY_AWS_MANAGED;
    case WORLD_ENC_UNKNOWN: return ACCESS_KEY_UNREAD;
    case WORLD_ENC_KEY: break;
    }
    if (res->key == WORLD_NONE && !res->key_arn.ptr)
        return ACCESS_KEY_UNREAD;
    *key = *q;
    key->service = STR("kms");
    key->name = STR("Decrypt");
    key->action = iam_catalogue_action(w->catalogue, key->service, key->name);
    key->row = res->key;
    key->resource = res->key != WORLD_NONE ? w->resources[res->key].arn : res->key_arn;
    key->resource_account = arn_field(key->resource, 4);
    key->endpoint = WORLD_NONE; /* the service calls, not the caller's network */
    /* EBS asks as EC2 does, and what the names of services end in in China is not documented for the key: left open. */
    if (res->region.len && !str_eq_nocase(q->service, STR("ebs")) && !str_starts(w->partition, STR("aws-cn"))) {
        struct str via = arena_printf(a, "%.*s.%.*s.amazonaws.com", STR_ARG(q->service), STR_ARG(res->region));
        access_context_put(w->catalogue, a, &key->given, STR("kms:ViaService"), &via, 1);
    }
    return ACCESS_KEY_ASK;
}
