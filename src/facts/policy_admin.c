#include "facts/policy.h"

/* An action list that leaves nothing out worth the name; NotAction with "*" leaves nothing. */
static bool covers_everything(const struct policy_statement *s)
{
    bool star = false;
    for (uint32_t i = 0; i < s->actions.count; i++)
        star |= policy_action_matches(s->actions.items[i], STR("\x01:\x01"));
    return s->not_action ? !star : star;
}

static enum tristate over(struct arena *a, const struct policy *p, bool (*test)(const struct policy_statement *),
                          const char *what, struct str *where)
{
    enum tristate found = SURE_NO;
    for (uint32_t i = 0; i < p->count && found != SURE_YES; i++) {
        const struct policy_statement *s = &p->statements[i];
        if (!s->allow || !policy_covers_every_resource(s) || !test(s))
            continue;
        found = s->condition_count ? UNSURE : SURE_YES;
        struct str at = policy_where(a, s);
        *where = arena_printf(a, "%.*s allows %s%s on every resource%s", STR_ARG(at), what,
                              s->not_action ? " but a NotAction list" : "",
                              s->condition_count ? ", under conditions" : "");
    }
    return found;
}

enum tristate policy_is_admin(struct arena *a, const struct policy *p, struct str *where)
{
    return over(a, p, covers_everything, "everything", where);
}

/* Sets of actions of which one whole set, on every resource, makes its holder an administrator. */
static const char *const escalations[][2] = {
    {"iam:CreatePolicyVersion"},
    {"iam:AttachUserPolicy"},
    {"iam:PutUserPolicy"},
    {"iam:AddUserToGroup"},
    {"iam:UpdateAssumeRolePolicy"},
    {"sso:CreateAccountAssignment"},
    {"organizations:DetachPolicy", "organizations:MoveAccount"},
    {"cloudformation:CreateStack", "iam:PassRole"},
};

static bool covers_escalation(const struct policy_statement *s)
{
    for (size_t i = 0; i < sizeof escalations / sizeof *escalations; i++) {
        bool all = true;
        for (size_t j = 0; j < 2 && escalations[i][j]; j++)
            all &= policy_covers_action(s, str_of(escalations[i][j]));
        if (all)
            return true;
    }
    return false;
}

enum tristate policy_escalates(struct arena *a, const struct policy *p, struct str *where)
{
    return over(a, p, covers_escalation, "what makes an administrator (iam, sso, organizations or PassRole)", where);
}
