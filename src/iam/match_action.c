#include "iam/match.h"

bool iam_action_matches(const struct iam_action *a, struct str service, struct str name)
{
    if (!a->valid) {
        return false;
    }
    return a->all || (a->service.len == service.len && str_eq_nocase(a->service, service) && iam_glob_matches(&a->name, name, true));
}

bool iam_statement_covers_action(const struct iam_statement *s, struct str service, struct str name)
{
    for (uint32_t i = 0; i < s->action_count; i++) {
        if (iam_action_matches(&s->actions[i], service, name)) {
            return !s->not_action;
        }
    }
    return s->not_action;
}
