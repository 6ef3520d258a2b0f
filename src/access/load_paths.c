#include "access/load_internal.h"

static bool load_endpoints(struct loader *l, struct err *e)
{
    struct world *w = l->w;
    uint32_t count = 0;
    if (!load_count(l, "SELECT count(*) FROM fact_access_endpoint", &count, e))
        return false;
    w->endpoints = arena_array_of(l->a, struct world_endpoint, count + 1);
    struct query *q = query_new(l->s, "SELECT id, vpc, service, region, account, doc FROM fact_access_endpoint", e);
    if (!q)
        return false;
    while (w->endpoint_count < count && query_step(q)) {
        struct world_endpoint *p = &w->endpoints[w->endpoint_count++];
        *p = (struct world_endpoint){.id = load_text(l, q, 0),
                                     .vpc = load_shared(l, q, 1),
                                     .service = load_shared(l, q, 2),
                                     .region = load_shared(l, q, 3),
                                     .account = load_account_row(l, query_str(q, 4))};
        struct str doc = query_str(q, 5);
        p->policy = doc.len ? world_policy(w, doc, p->id)
                            : (struct iam_policy_ref){
                                  .id = p->id, .unread = STR("the policy of the endpoint is not in the answers")};
    }
    return query_done(q);
}

static bool load_assignments(struct loader *l, struct err *e)
{
    struct world *w = l->w;
    uint32_t count = 0;
    if (!load_count(l, "SELECT count(*) FROM fact_access_assignment", &count, e))
        return false;
    w->assignments = arena_array_of(l->a, struct world_assignment, count + 1);
    struct query *q =
        query_new(l->s,
                  "SELECT principal_type, principal_id, principal_name, permission, permission_arn, account, role"
                  " FROM fact_access_assignment",
                  e);
    if (!q)
        return false;
    while (w->assignment_count < count && query_step(q)) {
        struct str role = query_str(q, 6);
        w->assignments[w->assignment_count++] =
            (struct world_assignment){.principal_type = load_shared(l, q, 0),
                                      .principal_id = load_shared(l, q, 1),
                                      .principal_name = load_shared(l, q, 2),
                                      .permission_set = load_shared(l, q, 3),
                                      .permission_set_arn = load_shared(l, q, 4),
                                      .account = load_account_row(l, query_str(q, 5)),
                                      .role = role.ptr ? world_principal_of(w, role) : WORLD_NONE};
    }
    return query_done(q);
}

static bool load_delegates(struct loader *l, struct err *e)
{
    struct world *w = l->w;
    uint32_t count = 0;
    if (!load_count(l, "SELECT count(*) FROM fact_access_delegate", &count, e))
        return false;
    w->delegates = arena_array_of(l->a, struct world_delegate, count + 1);
    struct query *q = query_new(l->s, "SELECT account, service FROM fact_access_delegate", e);
    if (!q)
        return false;
    while (w->delegate_count < count && query_step(q))
        w->delegates[w->delegate_count++] =
            (struct world_delegate){load_account_row(l, query_str(q, 0)), load_shared(l, q, 1)};
    return query_done(q);
}

bool load_paths(struct loader *l, struct err *e)
{
    return load_endpoints(l, e) && load_assignments(l, e) && load_delegates(l, e);
}
