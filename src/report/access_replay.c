#include "access/policy_json.h"
#include "report/access.h"

static bool is_allowed(const struct access_report *r, const struct access_question *q)
{
    struct access_answer x;
    struct iam_pattern_answer parts;
    if (r->parts)
        access_answer_pattern(r->w, r->a, q, &x, &parts);
    else
        access_answer(r->w, r->a, q, 0, &x);
    return x.decision.result == IAM_ALLOWED;
}

/* Asks again with the context, and nothing else unknown. */
static bool holds(const struct access_report *r, const struct iam_context *c)
{
    struct access_question q = *r->q, key;
    q.given = *c;
    q.strict = true;
    access_follow_path(r->w, r->a, &q);
    if (!is_allowed(r, &q))
        return false;
    if (access_key_question(r->w, r->a, &q, &key) != ACCESS_KEY_ASK)
        return true;
    struct access_answer x;
    access_answer(r->w, r->a, &key, 0, &x);
    return x.decision.result == IAM_ALLOWED;
}

bool access_replay_context(const struct access_report *r, struct iam_context *out)
{
    struct iam_context found = {0};
    *out = r->q->given;
    if (r->result != IAM_ALLOWED && r->result != IAM_ALLOWED_IF)
        return false;
    if (r->result == IAM_ALLOWED_IF && !residue_witness(r->w->pool, r->a, r->condition, &found))
        return false;
    for (uint32_t i = 0; i < found.count; i++)
        if (found.keys[i].state == IAM_KEY_KNOWN && !iam_context_get(&r->q->given, found.keys[i].name))
            access_context_put(r->w->catalogue, r->a, out, found.keys[i].name, found.keys[i].values, found.keys[i].count);
    /* Every request says how it travels; the condition may have left that open. */
    struct str secure = STR("aws:SecureTransport"), yes = STR("true");
    if (r->result == IAM_ALLOWED_IF && !iam_context_get(out, secure))
        access_context_put(r->w->catalogue, r->a, out, secure, &yes, 1);
    return r->result == IAM_ALLOWED || holds(r, out);
}

static void quoted(struct buf *out, struct str s)
{
    buf_addc(out, '\'');
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == '\'')
            buf_addz(out, "'\\''");
        else
            buf_addc(out, s.ptr[i]);
    }
    buf_addc(out, '\'');
}

void access_replay_command(const struct access_report *r, const struct iam_context *c, struct buf *out)
{
    buf_addz(out, "ward can ");
    quoted(out, r->q->caller.kind == IAM_CALLER_ANONYMOUS ? STR("anonymous") : r->q->caller.text);
    buf_addf(out, " %.*s:%.*s ", STR_ARG(r->q->service), STR_ARG(r->q->name));
    quoted(out, r->q->resource);
    for (uint32_t i = 0; i < c->count; i++)
        for (uint32_t v = 0; v < c->keys[i].count; v++) {
            buf_addz(out, " --context ");
            quoted(out, arena_printf(r->a, "%.*s=%.*s", STR_ARG(c->keys[i].name), STR_ARG(c->keys[i].values[v])));
        }
    if (r->q->strict || r->result == IAM_ALLOWED_IF)
        buf_addz(out, " --strict");
}

static void policy_text(struct json_out *o, const struct iam_policy *p)
{
    struct buf text;
    struct json_out inner;
    buf_init(&text, IAM_POLICY_BYTES_MAX * 2);
    jo_init(&inner, &text, false);
    iam_policy_write(p, &inner);
    jo_str(o, buf_str(&text));
    buf_done(&text);
}

static void policy_list(struct json_out *o, const char *key, const struct iam_policy_set *set)
{
    if (!set->count)
        return;
    jo_key(o, key);
    jo_array(o);
    for (uint32_t i = 0; i < set->count; i++)
        if (set->items[i].policy)
            policy_text(o, set->items[i].policy);
    jo_end_array(o);
}

/* IAM API Reference, ContextEntry (read 2026). */
static const char *entry_type(const struct world *w, const struct iam_key *k)
{
    struct str type = iam_catalogue_key_type(w->catalogue, k->name);
    static const struct {
        const char *type, *one, *list;
    } types[] = {{"Bool", "boolean", "booleanList"}, {"Numeric", "numeric", "numericList"}, {"Date", "date", "dateList"},
                 {"IPAddress", "ip", "ipList"},      {"Binary", "binary", "binaryList"}};
    struct str base = str_starts(type, STR("ArrayOf")) ? str_sub(type, 7, type.len) : type;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (str_eqz(base, types[i].type))
            return k->list ? types[i].list : types[i].one;
    return k->list ? "stringList" : "string";
}

static void entry(struct json_out *o, const struct world *w, const struct iam_key *k)
{
    jo_object(o);
    jo_kv_str(o, "ContextKeyName", k->name);
    jo_key(o, "ContextKeyValues");
    jo_array(o);
    for (uint32_t v = 0; v < k->count; v++)
        jo_str(o, k->values[v]);
    jo_end_array(o);
    jo_kv_strz(o, "ContextKeyType", entry_type(w, k));
    jo_end_object(o);
}

void access_replay_simulator(const struct access_report *r, const struct iam_context *c, struct json_out *o)
{
    const struct iam_layers *l = &r->answer->layers;
    /* IAM API Reference, SimulateCustomPolicy (read 2026): CallerArn is a user's, and a resource policy needs it. */
    bool user = r->q->caller.kind == IAM_CALLER_USER;
    jo_object(o);
    policy_list(o, "PolicyInputList", &l->identity);
    if (l->has_boundary)
        policy_list(o, "PermissionsBoundaryPolicyInputList", &l->boundary);
    jo_key(o, "ActionNames");
    jo_array(o);
    jo_str(o, arena_printf(r->a, "%.*s:%.*s", STR_ARG(r->q->service), STR_ARG(r->q->name)));
    jo_end_array(o);
    jo_key(o, "ResourceArns");
    jo_array(o);
    jo_str(o, r->answer->request.resource);
    jo_end_array(o);
    if (user && l->has_resource && l->resource.count && l->resource.items[0].policy) {
        jo_key(o, "ResourcePolicy");
        policy_text(o, l->resource.items[0].policy);
        if (r->answer->request.resource_account.ptr)
            jo_kv_str(o, "ResourceOwner", arena_printf(r->a, "arn:%.*s:iam::%.*s:root", STR_ARG(r->w->partition),
                                                       STR_ARG(r->answer->request.resource_account)));
    }
    if (user)
        jo_kv_str(o, "CallerArn", r->q->caller.text);
    jo_key(o, "ContextEntries");
    jo_array(o);
    for (uint32_t i = 0; i < r->answer->request.context.count; i++) {
        const struct iam_key *k = &r->answer->request.context.keys[i];
        if (k->state == IAM_KEY_KNOWN && !iam_context_get(c, k->name))
            entry(o, r->w, k);
    }
    for (uint32_t i = 0; i < c->count; i++)
        entry(o, r->w, &c->keys[i]);
    jo_end_array(o);
    jo_end_object(o);
}
