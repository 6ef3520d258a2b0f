#include "facts/policy.h"

/* An action list that leaves nothing out worth the name; NotAction with "*" leaves nothing. */
static bool covers_everything(const struct policy_statement *s)
{
    bool star = false;
    for (uint32_t i = 0; i < s->actions.count; i++)
        star |= policy_action_matches(s->actions.items[i], STR("\x01:\x01"));
    return s->not_action ? !star : star;
}

enum tristate policy_is_admin(struct arena *a, const struct policy *p, struct str *where)
{
    enum tristate found = SURE_NO;
    for (uint32_t i = 0; i < p->count && found != SURE_YES; i++) {
        const struct policy_statement *s = &p->statements[i];
        if (!s->allow || !policy_covers_every_resource(s) || !covers_everything(s))
            continue;
        found = s->condition_count ? UNSURE : SURE_YES;
        struct str at = policy_where(a, s);
        *where = arena_printf(a, "%.*s allows everything%s on every resource%s", STR_ARG(at),
                              s->not_action ? " but a NotAction list" : "",
                              s->condition_count ? ", under conditions" : "");
    }
    return found;
}

/* Sets of actions of which one whole set, on every resource, makes its holder an administrator. */
static const char *const escalations[][2] = {
    {"iam:CreatePolicyVersion"},
    {"iam:AttachUserPolicy"},
    {"iam:AttachGroupPolicy"},
    {"iam:AttachRolePolicy"},
    {"iam:PutUserPolicy"},
    {"iam:PutGroupPolicy"},
    {"iam:PutRolePolicy"},
    {"iam:AddUserToGroup"},
    {"iam:CreateAccessKey"},
    {"iam:CreateLoginProfile"},
    {"iam:UpdateLoginProfile"},
    {"iam:UpdateAssumeRolePolicy"},
    {"sso:CreateAccountAssignment"},
    {"organizations:DetachPolicy", "organizations:MoveAccount"},
    {"cloudformation:CreateStack", "iam:PassRole"},
};

/* Is the action allowed on every resource by a statement of the policy? `*at` is the last statement that does. */
static enum tristate allows(const struct policy *p, struct str action, const struct policy_statement **at)
{
    enum tristate found = SURE_NO;
    for (uint32_t i = 0; i < p->count && found != SURE_YES; i++) {
        const struct policy_statement *s = &p->statements[i];
        bool every = str_starts(action, STR("iam:")) ? policy_covers_every_iam_resource(s) : policy_covers_every_resource(s);
        if (!s->allow || !every || !policy_covers_action(s, action))
            continue;
        found = s->condition_count ? UNSURE : SURE_YES;
        *at = s;
    }
    return found;
}

/* A set may lie spread over several statements. */
enum tristate policy_escalates(struct arena *a, const struct policy *p, struct str *where)
{
    enum tristate worst = SURE_NO;
    for (size_t i = 0; i < sizeof escalations / sizeof *escalations && worst != SURE_YES; i++) {
        const struct policy_statement *at = NULL;
        enum tristate set = SURE_YES;
        for (size_t k = 0; k < 2 && escalations[i][k] && set != SURE_NO; k++) {
            enum tristate one = allows(p, str_of(escalations[i][k]), &at);
            set = one == SURE_NO ? SURE_NO : one == UNSURE ? UNSURE : set;
        }
        if (set == SURE_NO)
            continue;
        worst = set;
        struct str place = policy_where(a, at);
        *where = arena_printf(a, "%.*s allows what makes an administrator (%s%s%s) on every resource%s", STR_ARG(place),
                              escalations[i][0], escalations[i][1] ? " with " : "",
                              escalations[i][1] ? escalations[i][1] : "", set == UNSURE ? ", under conditions" : "");
    }
    return worst;
}
