#include "facts/policy.h"

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }

/* str_glob without regard to ASCII case: action names are compared so (IAM, reference of Action). */
static bool glob_nocase(struct str p, struct str s)
{
    size_t i = 0, j = 0, star = SIZE_MAX, mark = 0;
    while (j < s.len) {
        if (i < p.len && p.ptr[i] == '*') {
            star = i++;
            mark = j;
        } else if (i < p.len && (p.ptr[i] == '?' || lower(p.ptr[i]) == lower(s.ptr[j]))) {
            i++, j++;
        } else if (star != SIZE_MAX) {
            i = star + 1;
            j = ++mark;
        } else {
            return false;
        }
    }
    while (i < p.len && p.ptr[i] == '*')
        i++;
    return i == p.len;
}

/* "*", "**", "?*": any text worth the name. */
static bool all_stars(struct str s)
{
    bool star = false;
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] != '*' && s.ptr[i] != '?')
            return false;
        star |= s.ptr[i] == '*';
    }
    return star;
}

static bool every_action(struct str pattern)
{
    struct str rest = pattern, service = str_cut(&rest, ':');
    return all_stars(service) && (!rest.ptr || all_stars(rest));
}

bool policy_action_matches(struct str pattern, struct str action)
{
    return every_action(pattern) || glob_nocase(pattern, action);
}

bool policy_covers_action(const struct policy_statement *s, struct str action)
{
    for (uint32_t i = 0; i < s->actions.count; i++)
        if (policy_action_matches(s->actions.items[i], action))
            return !s->not_action;
    return s->not_action;
}

/* Short ARNs are padded with `*`, so "arn:aws:*" is every resource, as "*" is. */
static bool every_resource(struct str pattern)
{
    /* "a*", "arn:aws-us-gov:*:*:*:*": what takes in an ARN of which nothing is known takes in every one */
    if (all_stars(pattern) || str_glob(pattern, STR("arn:aws:\x01:\x01:\x01:\x01")) ||
        str_glob(pattern, STR("arn:aws-us-gov:\x01:\x01:\x01:\x01")) || str_glob(pattern, STR("arn:aws-cn:\x01:\x01:\x01:\x01")))
        return true;
    struct str rest = pattern;
    if (!str_eqz(str_cut(&rest, ':'), "arn") || !rest.ptr)
        return false;
    struct str partition = str_cut(&rest, ':');
    if (!str_ends(partition, STR("*")) && !str_starts(partition, STR("aws")))
        return false;
    for (int i = 2; i < 5 && rest.ptr; i++)
        if (!all_stars(str_cut(&rest, ':')))
            return false;
    return !rest.ptr || all_stars(rest);
}

bool policy_covers_every_resource(const struct policy_statement *s)
{
    for (uint32_t i = 0; i < s->resources.count; i++)
        if (every_resource(s->resources.items[i]))
            return !s->not_resource;
    /* NotResource spares some and leaves all the others */
    return s->not_resource || !s->has_resource;
}

/* Every user, group, role or policy of an account. */
static bool every_iam_resource(struct str pattern)
{
    static const char *const kinds[] = {"user/*", "group/*", "role/*", "policy/*"};
    struct str rest = pattern;
    if (!str_eqz(str_cut(&rest, ':'), "arn") || !rest.ptr)
        return false;
    str_cut(&rest, ':');
    struct str service = str_cut(&rest, ':');
    for (int i = 0; i < 2 && rest.ptr; i++)
        str_cut(&rest, ':');
    if (!rest.ptr || (!all_stars(service) && !str_eqz(service, "iam")))
        return false;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (str_eqz(rest, kinds[i]))
            return true;
    return all_stars(rest);
}

bool policy_covers_every_iam_resource(const struct policy_statement *s)
{
    for (uint32_t i = 0; !s->not_resource && i < s->resources.count; i++)
        if (every_iam_resource(s->resources.items[i]))
            return true;
    return policy_covers_every_resource(s);
}

struct str policy_where(struct arena *a, const struct policy_statement *s)
{
    return s->sid.len ? arena_printf(a, "statement %u (%.*s)", s->index, STR_ARG(s->sid))
                      : arena_printf(a, "statement %u", s->index);
}

struct condition_op policy_condition_op(struct str op)
{
    struct condition_op c = {.base = op};
    c.for_all = str_starts(op, STR("ForAllValues:"));
    c.for_any = str_starts(op, STR("ForAnyValue:"));
    if (c.for_all || c.for_any)
        c.base = str_sub(op, (size_t)str_index(op, ':', 0) + 1, op.len);
    c.if_exists = str_ends(c.base, STR("IfExists"));
    if (c.if_exists)
        c.base = str_sub(c.base, 0, c.base.len - 8);
    return c;
}
