#include "collect/policy.h"

#include "base/map.h"
#include "codec/json.h"

#include <stdlib.h>

/* What returns tenants' data, secrets or code. Kept short: it shares 2,048 characters with the rest. */
static const char *const denied[] = {
    "dynamodb:BatchGetItem", "dynamodb:GetItem",  "dynamodb:Query",        "dynamodb:Scan",
    "kms:Decrypt",           "lambda:GetFunction", "logs:FilterLogEvents", "logs:GetLog*",
    "rds-data:*",            "s3:GetObject*",     "secretsmanager:*SecretValue", "ssm:GetParameter*",
};

const char *const *policy_denied(uint32_t *count)
{
    *count = sizeof(denied) / sizeof(denied[0]);
    return denied;
}

struct actions {
    struct str *names;
    uint32_t count;
};

static int by_name(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static void sort_unique(struct actions *l)
{
    qsort(l->names, l->count, sizeof(l->names[0]), by_name);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < l->count; i++)
        if (kept == 0 || !str_eq(l->names[kept - 1], l->names[i]))
            l->names[kept++] = l->names[i];
    l->count = kept;
}

static struct actions actions_of(struct arena *a, const struct plan *plan)
{
    struct actions l = {arena_array_of(a, struct str, plan->count + 1), 0};
    for (uint32_t i = 0; i < plan->count; i++)
        if (plan->ops[i]->op->action.len > 0)
            l.names[l.count++] = plan->ops[i]->op->action;
    sort_unique(&l);
    return l;
}

static struct str service_of(struct str action)
{
    ptrdiff_t colon = str_index(action, ':', 0);
    return colon < 0 ? action : str_sub(action, 0, (size_t)colon);
}

/* Sid takes letters and digits only: "access-analyzer" becomes "WardAccessAnalyzer". */
static void write_sid(struct buf *b, struct str service)
{
    bool up = true;
    buf_addz(b, "\"Sid\":\"Ward");
    for (size_t i = 0; i < service.len; i++) {
        char c = service.ptr[i];
        if (c == '-') {
            up = true;
            continue;
        }
        buf_addc(b, up && c >= 'a' && c <= 'z' ? (char)(c - 32) : c);
        up = false;
    }
    buf_addz(b, "\",");
}

static void write_actions(struct buf *b, const struct str *names, uint32_t count)
{
    buf_addz(b, "\"Action\":[");
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0)
            buf_addc(b, ',');
        json_write_string(b, names[i]);
    }
    buf_addz(b, "]");
}

static struct str statement(struct arena *a, const struct str *names, uint32_t count, struct str service)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    buf_addc(&b, '{');
    write_sid(&b, service);
    buf_addz(&b, "\"Effect\":\"Allow\",");
    write_actions(&b, names, count);
    buf_addz(&b, ",\"Resource\":\"*\"}");
    struct str text = arena_str(a, buf_str(&b));
    buf_done(&b);
    return text;
}

#define HEAD "{\"Version\":\"2012-10-17\",\"Statement\":["
#define TAIL "]}"

struct packer {
    struct arena *arena;
    struct buf open; /* statements of the document that is being filled */
    struct policy_documents *out;
};

static void close_document(struct packer *p)
{
    if (p->open.len == 0)
        return;
    struct str parts[] = {STR(HEAD), buf_str(&p->open), STR(TAIL)};
    p->out->documents[p->out->count++] = arena_concat(p->arena, parts, 3);
    buf_reset(&p->open);
}

static void add_statement(struct packer *p, struct str text)
{
    size_t frame = strlen(HEAD) + strlen(TAIL);
    if (p->open.len > 0 && frame + p->open.len + 1 + text.len > POLICY_MANAGED_MAX)
        close_document(p);
    if (p->open.len > 0)
        buf_addc(&p->open, ',');
    buf_add(&p->open, text);
}

/* One statement a service; a service that is too long for a document of its own is cut in two. */
static void add_service(struct packer *p, const struct str *names, uint32_t count, struct str service)
{
    struct str text = statement(p->arena, names, count, service);
    if (text.len + strlen(HEAD) + strlen(TAIL) <= POLICY_MANAGED_MAX || count < 2) {
        add_statement(p, text);
        return;
    }
    add_service(p, names, count / 2, service);
    add_service(p, names + count / 2, count - count / 2, arena_printf(p->arena, "%.*s2", STR_ARG(service)));
}

bool policy_managed(struct arena *a, const struct plan *plan, struct str assume_role, struct policy_documents *out,
                    struct err *e)
{
    struct actions l = actions_of(a, plan);
    *out = (struct policy_documents){arena_array_of(a, struct str, l.count + 2), 0};
    struct packer p = {.arena = a, .out = out};
    buf_init(&p.open, 2 * POLICY_MANAGED_MAX);
    if (l.count == 0)
        return err_set(e, ERR_USAGE, "no operation needs an IAM action");
    for (uint32_t i = 0, n; i < l.count; i += n) {
        struct str service = service_of(l.names[i]);
        for (n = 1; i + n < l.count && str_eq(service_of(l.names[i + n]), service);)
            n++;
        add_service(&p, l.names + i, n, service);
    }
    if (assume_role.len > 0) {
        struct buf b;
        buf_init(&b, 1 << 16);
        buf_addz(&b, "{\"Sid\":\"WardAssumeRole\",\"Effect\":\"Allow\",\"Action\":[\"sts:AssumeRole\"],\"Resource\":");
        json_write_string(&b, assume_role);
        buf_addc(&b, '}');
        add_statement(&p, arena_str(a, buf_str(&b)));
        buf_done(&b);
    }
    close_document(&p);
    buf_done(&p.open);
    return true;
}

/* "ec2:DescribeInstances" -> "ec2:Describe*"; an action without a known verb stays as it is. */
static struct str to_verb(struct arena *a, struct str action)
{
    static const char *const verbs[] = {"BatchGet", "Describe", "Generate", "Get", "List", "Lookup", "Search", "Select"};
    ptrdiff_t colon = str_index(action, ':', 0);
    struct str name = str_sub(action, (size_t)(colon + 1), action.len);
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
        if (str_starts(name, str_of(verbs[i])))
            return arena_printf(a, "%.*s:%s*", (int)colon, action.ptr, verbs[i]);
    return action;
}

/* Shortens the actions of every service that has more than `keep` of them. */
static struct actions shorten(struct arena *a, const struct actions *l, uint32_t keep)
{
    struct actions out = {arena_array_of(a, struct str, l->count + 1), 0};
    for (uint32_t i = 0, n; i < l->count; i += n) {
        struct str service = service_of(l->names[i]);
        for (n = 1; i + n < l->count && str_eq(service_of(l->names[i + n]), service);)
            n++;
        for (uint32_t j = i; j < i + n; j++)
            out.names[out.count++] = n > keep ? to_verb(a, l->names[j]) : l->names[j];
    }
    sort_unique(&out);
    return out;
}

static struct str session_text(struct arena *a, const struct actions *l)
{
    struct buf b;
    struct str deny[sizeof(denied) / sizeof(denied[0])];
    for (size_t i = 0; i < sizeof(denied) / sizeof(denied[0]); i++)
        deny[i] = str_of(denied[i]);
    buf_init(&b, 1 << 20);
    buf_addz(&b, HEAD);
    if (l) {
        buf_addz(&b, "{\"Effect\":\"Allow\",");
        write_actions(&b, l->names, l->count);
        buf_addz(&b, ",\"Resource\":\"*\"},");
    }
    buf_addz(&b, "{\"Effect\":\"Deny\",");
    write_actions(&b, deny, sizeof(deny) / sizeof(deny[0]));
    buf_addz(&b, ",\"Resource\":\"*\"}" TAIL);
    struct str text = arena_str(a, buf_str(&b));
    buf_done(&b);
    return text;
}

void policy_session(struct arena *a, const struct plan *plan, struct policy_session *out)
{
    struct actions l = actions_of(a, plan);
    *out = (struct policy_session){session_text(a, &l), false};
    for (uint32_t keep = 16; out->inline_json.len > POLICY_SESSION_MAX; keep /= 2) {
        struct actions shorter = shorten(a, &l, keep);
        out->inline_json = session_text(a, &shorter);
        if (keep == 0)
            break;
    }
    if (out->inline_json.len > POLICY_SESSION_MAX)
        *out = (struct policy_session){session_text(a, NULL), true};
}
