#include "report/access.h"

void access_report_join(struct access_report *r)
{
    r->result = r->answer->decision.result;
    r->condition = r->answer->decision.condition;
    const struct iam_caller *c = &r->q->caller;
    bool denied = r->result == IAM_IMPLICITLY_DENIED || r->result == IAM_EXPLICITLY_DENIED;
    if (denied || r->need == ACCESS_KEY_NONE)
        return;
    if (r->need == ACCESS_KEY_UNREAD) {
        r->result = IAM_UNKNOWN;
        return;
    }
    if (r->need == ACCESS_KEY_AWS_MANAGED) {
        /* AWS KMS Developer Guide, "AWS managed keys" (read 2026): they serve their own account only. */
        if (r->answer->request.resource_account.ptr && !str_eq(r->answer->request.resource_account, c->account)) {
            r->result = IAM_IMPLICITLY_DENIED;
            r->condition = residue_false;
        }
        return;
    }
    const struct iam_decision *key = &r->key->decision;
    r->condition = residue_and(r->w->pool, r->condition, key->condition);
    switch (residue_judge(r->w->pool, r->condition)) {
    case RESIDUE_ALWAYS: r->result = IAM_ALLOWED; break;
    case RESIDUE_SOME: r->result = IAM_ALLOWED_IF; break;
    case RESIDUE_CANNOT_TELL: r->result = IAM_UNKNOWN; break;
    case RESIDUE_NEVER: r->result = key->result == IAM_EXPLICITLY_DENIED ? IAM_EXPLICITLY_DENIED : IAM_IMPLICITLY_DENIED; break;
    }
}

static void collect_unread(const struct residue *f, struct map *seen, struct buf *out)
{
    enum residue_kind k = residue_kind_of(f);
    if (k == RESIDUE_LEAF || k == RESIDUE_NOT) {
        const struct residue_leaf *l = residue_leaf_of(f);
        if (l->kind == RESIDUE_UNREAD && l->count && map_add(seen, l->values[0], seen)) {
            buf_addz(out, out->len ? "; " : "");
            buf_add(out, l->values[0]);
            if (l->count > 1)
                buf_addf(out, " (%.*s)", STR_ARG(l->values[1]));
        }
        return;
    }
    for (uint32_t i = 0; (k == RESIDUE_AND || k == RESIDUE_OR) && i < residue_child_count(f); i++)
        collect_unread(residue_child(f, i), seen, out);
}

struct str access_unread_words(struct arena *a, const struct residue *f)
{
    struct map seen;
    struct buf text;
    map_init(&seen, a);
    buf_init(&text, 1 << 16);
    collect_unread(f, &seen, &text);
    struct str s = arena_str(a, buf_str(&text));
    buf_done(&text);
    return s;
}

static struct str service_of(struct str op)
{
    struct str rest = op;
    return str_cut(&rest, ':');
}

/* What kind of thing the answer hangs on. */
struct hangs {
    bool organization, identity, resource;
};

static struct hangs hangs_on(const struct access_report *r)
{
    struct str what = access_unread_words(r->a, r->condition);
    bool known = r->q->row != WORLD_NONE;
    return (struct hangs){
        .organization = str_contains(what, STR("control polic")),
        .identity = str_contains(what, STR("arn:")) && (str_contains(what, STR("policies of")) || str_contains(what, STR(":policy/"))),
        .resource = known && (r->need == ACCESS_KEY_UNREAD || str_contains(what, STR("policy of")) || str_contains(what, STR("grants")) ||
                              str_contains(what, STR("access control list")) || str_contains(what, STR("public access block")) ||
                              str_contains(what, STR("ResourcePolicy")))};
}

/* A gap without account is one of the whole run. */
static bool bears(const struct access_report *r, const struct hangs *h, const struct world_gap *g)
{
    struct str service = service_of(g->op), owner = r->answer->request.resource_account;
    if (str_eqz(service, "organizations"))
        return h->organization && !str_ends(g->op, STR(":ListDelegatedAdministrators"));
    if (str_eqz(service, "iam"))
        return h->identity && (!g->account.ptr || str_eq(g->account, r->q->caller.account));
    bool its = str_eq(service, r->q->service) || (str_eqz(service, "s3control") && str_eqz(r->q->service, "s3")) ||
               (r->need != ACCESS_KEY_NONE && str_eqz(service, "kms"));
    return h->resource && its && (!g->account.ptr || str_eq(g->account, owner));
}

uint32_t access_gaps(const struct access_report *r, const struct world_gap **out, uint32_t max)
{
    struct hangs h = hangs_on(r);
    uint32_t count = 0;
    for (uint32_t i = 0; i < r->w->gap_count; i++)
        if (bears(r, &h, &r->w->gaps[i]) && count++ < max)
            out[count - 1] = &r->w->gaps[i];
    return count;
}
