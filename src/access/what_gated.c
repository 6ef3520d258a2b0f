/* Keys and roles: nothing opens them but their own policy, so each is asked. */
#include "access/what_internal.h"
#include "access/world_internal.h"

#include <stdlib.h>

struct place {
    uint32_t action, resource;
    const struct residue *condition;
};

static bool names(struct what *c, const struct iam_policy *p, const struct iam_action_info *info, bool identity)
{
    for (uint32_t i = 0; i < p->count; i++) {
        const struct iam_statement *s = &p->statements[i];
        if (!s->allow || !iam_statement_covers_action(s, info->service, info->name))
            continue;
        enum iam_principal_match m = world_names(c->w, s, &c->q->caller, false);
        if (m != IAM_NO_MATCH && (identity || m != IAM_ACCOUNT_MATCH))
            return true;
    }
    return false;
}

static bool has_grant(const struct what *c, const struct world_resource *r)
{
    for (uint32_t i = 0; i < r->grant_count; i++)
        if (str_eq(r->grants[i].grantee, c->q->caller.text) ||
            (c->q->principal < c->w->principal_count && str_eq(r->grants[i].grantee, c->w->principals[c->q->principal].arn)))
            return true;
    return false;
}

static bool ask(struct what *c, uint32_t row, uint32_t action)
{
    struct access_question q = *c->q;
    struct access_answer answer;
    q.action = action;
    q.service = c->w->catalogue->actions[action].service;
    q.name = c->w->catalogue->actions[action].name;
    q.resource = c->w->resources[row].arn;
    q.row = row;
    access_answer(c->w, c->a, &q, 0, &answer);
    c->out->wider |= answer.decision.result == IAM_ALLOWED_IF; /* the statement is written without the condition */
    return answer.decision.result == IAM_ALLOWED || answer.decision.result == IAM_ALLOWED_IF;
}

static void one_action(struct what *c, const struct what_list *identity, uint32_t action, struct what_list *out)
{
    const struct iam_action_info *info = &c->w->catalogue->actions[action];
    bool mine = false, keys = str_eqz(info->service, "kms");
    uint32_t count = 0;
    for (uint32_t i = 0; i < identity->count; i++)
        mine = mine || bits_get(identity->items[i].actions, action);
    struct str *found = NULL;
    for (uint32_t i = 0; i < c->w->resource_count; i++) {
        const struct world_resource *r = &c->w->resources[i];
        bool role = r->principal < c->w->principal_count && c->w->principals[r->principal].kind == WORLD_ROLE;
        if (keys ? !str_eqz(r->type, "AWS::KMS::Key") : !role)
            continue;
        const struct iam_policy *p = keys ? r->policy.policy : c->w->principals[r->principal].trust.policy;
        if (!(p && names(c, p, info, mine)) && !(keys && has_grant(c, r)))
            continue;
        if (!ask(c, i, action))
            continue;
        if (!found)
            found = arena_array_of(c->a, struct str, c->w->resource_count);
        found[count++] = r->arn;
    }
    if (!count)
        return;
    struct what_statement s = {.allow = true, .resources = found, .resource_count = count,
                               .actions = bits_new(c->a, c->w->catalogue->action_count)};
    bits_set(s.actions, action);
    what_add(c, out, &s);
}

void what_gated(struct what *c, const struct what_list *identity, struct what_list *out)
{
    size_t bits = c->w->catalogue->action_count;
    for (size_t i = bits_next(c->gated, bits, 0); i < bits; i = bits_next(c->gated, bits, i + 1))
        one_action(c, identity, (uint32_t)i, out);
}
