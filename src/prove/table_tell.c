/* Which statement allows an action on a row of the world. */
#include "prove/tables_internal.h"

enum { TRACES_MAX = 20000 };

struct asked {
    struct tabler *t;
    struct arena *a;
    uint32_t principal, action, resource;
    struct iam_trace trace;
};

static bool ask(struct asked *q, struct str arn)
{
    struct iam_request r = {0};
    struct iam_decision d = {0};
    q->trace = (struct iam_trace){0};
    world_ask(q->t->w, q->a, q->principal, q->action, arn, q->resource, NULL, &q->trace, &r, &d);
    return d.condition != residue_false;
}

/* The whole, something in it, or what the resource's own policy names in it. */
static bool ask_row(struct asked *q, struct str given)
{
    if (given.ptr)
        return ask(q, given);
    const struct world_resource *row = &q->t->w->resources[q->resource];
    const struct iam_catalogue *c = q->t->w->catalogue;
    struct str whole = iam_glob_member(q->a, row->arn, "example"), inside = arena_printf(q->a, "%.*s/example", STR_ARG(whole));
    if ((iam_catalogue_takes(c, q->action, whole) && ask(q, whole)) ||
        (iam_catalogue_takes(c, q->action, inside) && ask(q, inside)))
        return true;
    const struct iam_policy *p = row->policy.policy;
    for (uint32_t i = 0; p && i < p->count && i < 64; i++)
        for (uint32_t k = 0; p->statements[i].allow && k < p->statements[i].resource_count && k < 64; k++) {
            struct str arn = iam_glob_member(q->a, p->statements[i].resources[k].text, "example");
            if (str_starts(arn, row->arn) && iam_catalogue_takes(c, q->action, arn) && ask(q, arn))
                return true;
        }
    return false;
}

static bool gives(const struct iam_trace_row *row)
{
    bool narrows = row->layer == IAM_LAYER_SCP || row->layer == IAM_LAYER_RCP || row->layer == IAM_LAYER_BOUNDARY;
    return row->allow && !narrows && (row->how == IAM_T_MATCH || row->how == IAM_T_IF);
}

struct told table_tell(struct tabler *t, uint32_t principal, uint32_t action, uint32_t resource, struct str arn)
{
    const struct iam_action_info *info = &t->w->catalogue->actions[action];
    struct told out = {.action = arena_printf(t->a, "%.*s:%.*s", STR_ARG(info->service), STR_ARG(info->name))};
    if (t->traces++ >= TRACES_MAX || (resource == WORLD_NONE && !arn.ptr))
        return out;
    struct asked q = {.t = t, .a = arena_new(0), .principal = principal, .action = action, .resource = resource};
    bool hit = ask_row(&q, arn);
    for (uint32_t i = 0; hit && i < q.trace.count && !out.statement.ptr; i++) {
        const struct iam_trace_row *row = &q.trace.rows[i];
        struct str policy = row->layer == IAM_LAYER_RESOURCE ? STR("its own policy") : row->policy;
        if (gives(row))
            out.statement = arena_printf(t->a, "statement %u%s%.*s%s of %.*s", row->index + 1, row->sid.len ? " (" : "",
                                         STR_ARG(row->sid), row->sid.len ? ")" : "", STR_ARG(policy));
    }
    arena_free(q.a);
    return out;
}
