/* Principals of accounts and organizations that conditions let in without a Principal that names them: "*" with aws:PrincipalOrgID
 * of somebody else's organization, with aws:PrincipalAccount or aws:PrincipalArn of an account that nobody knows. */
#include "access/graph_internal.h"
#include "access/world_internal.h"

/* Beyond it the rest is a gap: nothing about outsiders is sure then. */
enum { STRANGERS_MAX = 1024 };

static void *row_value(uint32_t row) { return (void *)(uintptr_t)(row + 1); } /* NOLINT(performance-no-int-to-ptr) */

struct stranger {
    struct str account, organization, name;
};

struct strangers {
    struct world *w;
    struct map seen;
    struct stranger *items; /* STRANGERS_MAX */
    uint32_t count;
    bool capped;
};

static bool is_account(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] < '0' || s.ptr[i] > '9')
            return false;
    return s.len == 12;
}

static bool is_ours(const struct world *w, struct str organization)
{
    for (uint32_t i = 0; i < w->account_count; i++)
        if (str_eq(w->accounts[i].org_id, organization))
            return true;
    return false;
}

static void note(struct strangers *s, struct str account, struct str organization, struct str name)
{
    struct str id = arena_printf(s->w->arena, "%.*s %.*s %.*s", STR_ARG(account), STR_ARG(organization), STR_ARG(name));
    if (map_has(&s->seen, id))
        return;
    if (s->count == STRANGERS_MAX) {
        s->capped = true;
        return;
    }
    map_add(&s->seen, id, s);
    s->items[s->count++] = (struct stranger){account, organization, name};
}

static void note_account(struct strangers *s, struct str account, struct str name)
{
    uint32_t row = is_account(account) ? world_account_of(s->w, account) : 0;
    bool ours = row < s->w->account_count && (s->w->accounts[row].collected || s->w->accounts[row].org_id.ptr);
    if (is_account(account) && !ours && !str_eqz(account, "000000000000"))
        note(s, account, (struct str){0}, name);
}

static void note_value(struct strangers *s, struct str key, struct str value)
{
    if (str_eqz(key, "aws:principalorgid") || str_eqz(key, "aws:principalorgpaths")) {
        struct str id = str_cut(&value, '/');
        if (str_starts(id, STR("o-")) && !is_ours(s->w, id))
            note(s, (struct str){0}, iam_glob_member(s->w->arena, id, "x"), STR("anybody"));
    } else if (str_eqz(key, "aws:principalaccount") || str_eqz(key, "kms:calleraccount")) {
        note_account(s, value, STR("anybody"));
    } else if (str_eqz(key, "aws:principalarn") && str_starts(arn_field(value, 5), STR("role/"))) {
        struct str rest = arn_field(value, 5);
        note_account(s, arn_field(value, 4), iam_glob_member(s->w->arena, str_sub(rest, 5, rest.len), "x"));
    }
}

static void note_policies(struct strangers *s)
{
    for (size_t i = 0; i < s->w->policies.count; i++) {
        const struct iam_policy *policy = ((const struct iam_policy_ref *)s->w->policies.entries[i].value)->policy;
        for (uint32_t k = 0; policy && k < policy->count; k++)
            for (uint32_t n = 0; policy->statements[k].allow && n < policy->statements[k].condition_count; n++) {
                const struct iam_condition *c = &policy->statements[k].conditions[n];
                for (uint32_t v = 0; v < c->count && !iam_operator_negated(c->op); v++)
                    note_value(s, c->key_lower, c->values[v].text);
            }
    }
}

/* Where no account is named, one that nobody has stands for all of the organization. */
static uint32_t account_row(struct strangers *s, uint32_t at)
{
    struct world *w = s->w;
    struct str id = s->items[at].account;
    if (!id.len)
        id = arena_printf(w->arena, "0000000000%02u", at + 1);
    uint32_t known = world_account_of(w, id);
    if (known != WORLD_NONE)
        return known;
    w->accounts[w->account_count] = (struct world_account){.id = id, .org_read = true, .foreign_org = s->items[at].organization, .root = WORLD_NONE,
        .name = s->items[at].organization.len ? arena_printf(w->arena, "any account of %.*s", STR_ARG(s->items[at].organization)) : id};
    map_add(&w->account_index, id, row_value(w->account_count));
    return w->account_count++;
}

static void add_principal(struct strangers *s, uint32_t at)
{
    struct world *w = s->w;
    uint32_t account = account_row(s, at);
    struct str arn = arena_printf(w->arena, "arn:%.*s:iam::%.*s:role/%.*s", STR_ARG(w->partition), STR_ARG(w->accounts[account].id),
                                  STR_ARG(s->items[at].name));
    if (map_has(&w->principal_index, arn))
        return;
    w->principals[w->principal_count] = (struct world_principal){.kind = WORLD_OUTSIDE, .arn = arn, .account = account, .path = STR("/"),
        .name = s->items[at].name, .resource = WORLD_NONE};
    map_add(&w->principal_index, arn, row_value(w->principal_count));
    w->principal_count++;
}

void graph_add_gap(struct world *w, struct str why)
{
    struct world_gap *gaps = arena_array_of(w->arena, struct world_gap, w->gap_count + 1);
    if (w->gap_count)
        memcpy(gaps, w->gaps, w->gap_count * sizeof *gaps);
    gaps[w->gap_count++] = (struct world_gap){.op = STR("iam:GetAccountAuthorizationDetails"), .why = why};
    w->gaps = gaps;
}

void graph_add_strangers(struct world *w)
{
    struct strangers s = {.w = w, .items = arena_array_of(w->arena, struct stranger, STRANGERS_MAX)};
    map_init(&s.seen, w->arena);
    note_policies(&s);
    if (s.capped)
        graph_add_gap(w, STR("conditions of policies name more than 1024 accounts and organizations outside; the rest was not looked at"));
    if (!s.count)
        return;
    struct world_account *accounts = arena_array_of(w->arena, struct world_account, w->account_count + s.count);
    struct world_principal *principals = arena_array_of(w->arena, struct world_principal, w->principal_count + s.count);
    if (w->account_count)
        memcpy(accounts, w->accounts, w->account_count * sizeof *accounts);
    if (w->principal_count)
        memcpy(principals, w->principals, w->principal_count * sizeof *principals);
    w->accounts = accounts;
    w->principals = principals;
    for (uint32_t i = 0; i < s.count; i++)
        add_principal(&s, i);
}
