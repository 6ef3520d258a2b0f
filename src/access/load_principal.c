#include "access/load_internal.h"

#include <stdio.h>

enum { KEY_MAX = 4096 };

/* {NULL,0} for one that is longer than any ARN. */
static struct str document_key(char buf[KEY_MAX], struct str account, struct str key)
{
    int n = snprintf(buf, KEY_MAX, "%.*s %.*s", STR_ARG(account), STR_ARG(key));
    return n > 0 && n < KEY_MAX ? str_make(buf, (size_t)n) : (struct str){0};
}

/* Managed policies: parsed once an account and text, then found by account and ARN. */
static bool load_documents(struct loader *l, struct err *e)
{
    char buf[KEY_MAX];
    struct query *q =
        query_new(l->s, "SELECT account, key, doc FROM fact_access_document WHERE instr(key, ' ') = 0", e);
    if (!q)
        return false;
    while (query_step(q)) {
        struct iam_policy_ref *ref = arena_new_of(l->scratch, struct iam_policy_ref);
        *ref = world_policy(l->w, query_str(q, 2), load_shared(l, q, 1));
        struct str key = document_key(buf, query_str(q, 0), query_str(q, 1));
        if (key.ptr)
            map_put(&l->documents, arena_str(l->scratch, key), ref);
    }
    return query_done(q);
}

static struct iam_policy_ref managed(struct loader *l, struct str account, struct str arn)
{
    char buf[KEY_MAX];
    struct str key = document_key(buf, account, arn);
    const struct iam_policy_ref *ref = key.ptr ? map_get(&l->documents, key) : NULL;
    if (ref)
        return *ref;
    return (struct iam_policy_ref){.id = load_share_text(l, arn),
                                   .unread = STR("the text of the policy is not in the answers")};
}

static void read_boundary(struct loader *l, struct query *q, struct world_principal *p)
{
    if (query_is_null(q, 9))
        return;
    p->has_boundary = true;
    p->boundary = managed(l, query_str(q, 1), query_str(q, 9));
}

static void read_trust(struct loader *l, struct query *q, struct world_principal *p)
{
    if (p->kind != WORLD_ROLE)
        return;
    if (query_is_null(q, 10))
        p->trust = (struct iam_policy_ref){.id = STR("ResourcePolicy"), .unread = STR("the trust policy was not read")};
    else
        p->trust = world_policy(l->w, query_str(q, 10), STR("ResourcePolicy"));
}

static void principal_row(struct loader *l, struct query *q, struct world_principal *p)
{
    p->arn = load_text(l, q, 0);
    p->account = load_account_row(l, query_str(q, 1));
    p->kind = str_eqz(query_str(q, 2), "user") ? WORLD_USER : WORLD_ROLE;
    p->name = load_text(l, q, 3);
    p->path = load_shared(l, q, 4);
    p->unique_id = load_text(l, q, 5);
    p->created = load_shared(l, q, 6);
    p->tags = load_json(l, q, 7);
    p->tags_read = query_int(q, 8);
    read_boundary(l, q, p);
    read_trust(l, q, p);
    p->service_linked = str_starts(p->path, STR("/aws-service-role/"));
    p->sso = str_starts(p->path, STR("/aws-reserved/sso.amazonaws.com/"));
    p->tenant = load_shared(l, q, 11);
    p->why = load_shared(l, q, 12);
    p->shared = query_int(q, 13);
    p->conflict = query_int(q, 14);
    p->resource = WORLD_NONE;
    if (!query_int(q, 8)) {
        struct iam_policy_ref *unread = arena_new_of(l->a, struct iam_policy_ref);
        *unread = (struct iam_policy_ref){
            .id = p->arn, .unread = STR("iam:GetAccountAuthorizationDetails was not read: its policies are not known")};
        p->identity = (struct iam_policy_set){unread, 1};
    }
}

static bool load_rows(struct loader *l, struct err *e)
{
    struct world *w = l->w;
    uint32_t count = 0;
    if (!load_count(l, "SELECT count(*) FROM fact_access_principal", &count, e))
        return false;
    w->principals = arena_array_of(l->a, struct world_principal, count + 1);
    struct query *q = query_new(
        l->s,
        "SELECT arn, account, kind, name, path, uid, created, tags, details_read, boundary, trust, tenant, why,"
        " coalesce(shared, 0), coalesce(conflict, 0) FROM fact_access_principal ORDER BY arn",
        e);
    if (!q)
        return false;
    while (w->principal_count < count && query_step(q))
        principal_row(l, q, &w->principals[w->principal_count++]);
    return query_done(q);
}

/* Rows come by principal, as the principals do. An inline text comes with its row, a managed one was parsed before. */
static const char holdings_sql[] =
    "SELECT h.principal, h.account, h.key, h.id, i.doc, i.key IS NOT NULL FROM fact_access_holding h"
    " LEFT JOIN fact_iam_policy i ON i.account = h.account AND i.key = h.key AND instr(h.key, ' ') > 0 ORDER BY "
    "h.principal, h.id";

static struct iam_policy_ref held(struct loader *l, struct query *q)
{
    struct str key = query_str(q, 2), doc = query_str(q, 4);
    if (!key.ptr)
        return (struct iam_policy_ref){.id = load_shared(l, q, 3), .unread = STR("the group is not in the answers")};
    if (doc.ptr)
        return world_policy(l->w, doc, load_text(l, q, 3));
    if (str_index(key, ' ', 0) >= 0)
        return (struct iam_policy_ref){.id = load_text(l, q, 3),
                                       .unread = STR("the inline policy has no text in the answers")};
    return managed(l, query_str(q, 1), key);
}

static bool load_holdings(struct loader *l, struct err *e)
{
    struct world *w = l->w;
    struct query *q = query_new(l->s, holdings_sql, e);
    if (!q)
        return false;
    struct iam_policy_ref *items = NULL;
    uint32_t at = 0, count = 0, size = 0;
    while (query_step(q)) {
        struct str principal = query_str(q, 0);
        while (at < w->principal_count && str_cmp(w->principals[at].arn, principal) < 0) {
            at++;
            items = NULL;
            count = size = 0;
        }
        if (at == w->principal_count || !str_eq(w->principals[at].arn, principal))
            continue;
        LOAD_GROW(l, items, count, size);
        items[count++] = held(l, q);
        w->principals[at].identity = (struct iam_policy_set){items, count};
    }
    return query_done(q);
}

bool load_principals(struct loader *l, struct err *e)
{
    return load_documents(l, e) && load_rows(l, e) && load_holdings(l, e);
}
