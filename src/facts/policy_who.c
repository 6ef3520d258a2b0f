#include "facts/policy.h"

#include "facts/cidr.h"

/* Amazon S3 User Guide, "The meaning of public", and the keys of other services that play the same part. */
static const char *const identity_keys[] = {
    "aws:PrincipalOrgID", "aws:PrincipalAccount", "aws:PrincipalArn", "aws:PrincipalOrgPaths",
    "aws:PrincipalIsAWSService", "aws:PrincipalServiceName", "aws:userid", "aws:SourceVpce", "aws:SourceVpc",
    "aws:SourceVpcArn", "aws:VpceAccount", "aws:VpceOrgID", "aws:VpceOrgPaths", "aws:SourceArn",
    "aws:SourceAccount", "aws:SourceOwner", "aws:SourceOrgID", "aws:SourceOrgPaths", "kms:CallerAccount",
    "s3:DataAccessPointAccount", "s3:DataAccessPointArn",
};
/* Keys that say nothing of who calls: a statement with these alone is for everyone. */
static const char *const open_keys[] = {
    "aws:SecureTransport", "aws:SourceIp", "aws:Referer", "aws:UserAgent", "aws:CurrentTime", "aws:EpochTime",
    "aws:RequestedRegion", "aws:MultiFactorAuthPresent", "s3:*", "kms:ViaService", "kms:EncryptionContext*",
};

static bool listed(struct str key, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (policy_action_matches(str_of(list[i]), key))
            return true;
    return false;
}
#define LISTED(key, list) listed((key), (list), sizeof(list) / sizeof *(list))

static bool wild(struct str s)
{
    return str_index(s, '*', 0) >= 0 || str_index(s, '?', 0) >= 0 || str_contains(s, STR("${"));
}

/* An ARN pattern counts as fixed when its account is; S3's ARNs have none and must be fixed whole. */
static bool fixed_arn(struct str arn)
{
    struct str rest = arn, account = {0};
    for (int i = 0; i < 5 && rest.ptr; i++)
        account = str_cut(&rest, ':');
    return rest.ptr && account.len ? !wild(account) : !wild(arn);
}

enum { FIXED_LOG2 = 24, RANGES_MAX = 1024 };

/* All ranges together count: sixteen of /4 are the world. */
static bool fixed_ranges(const struct str_list *values)
{
    struct cidr set[RANGES_MAX];
    if (values->count > RANGES_MAX)
        return false;
    for (uint32_t i = 0; i < values->count; i++)
        if (!cidr_parse(values->items[i], &set[i]))
            return false;
    return cidr_public_log2(set, cidr_union(set, values->count)) <= FIXED_LOG2;
}

/* "o-acme", "o-acme/r-1/ou-1/star": the organization is named, whatever units below it. */
static bool fixed_org_path(struct str v)
{
    struct str rest = v, org = str_cut(&rest, '/');
    return str_starts(org, STR("o-")) && !wild(org);
}

static bool value_fixes(struct str key, struct str base, struct str v)
{
    if (policy_action_matches(STR("aws:*OrgPaths"), key) && str_eqz(base, "StringLike"))
        return fixed_org_path(v);
    if (str_eqz(base, "Bool"))
        return str_eq_nocase(key, STR("aws:PrincipalIsAWSService")) && str_eq_nocase(v, STR("true"));
    if (str_eqz(base, "ArnEquals") || str_eqz(base, "ArnLike"))
        return fixed_arn(v);
    if (str_eqz(base, "StringLike") && str_ends(key, STR("Arn")))
        return fixed_arn(v);
    bool literal = str_eqz(base, "StringEquals") || str_eqz(base, "StringEqualsIgnoreCase");
    return (literal && !str_contains(v, STR("${"))) || (str_eqz(base, "StringLike") && v.len && !wild(v));
}

bool policy_condition_fixes(const struct policy_condition *c)
{
    struct condition_op op = policy_condition_op(c->op);
    bool address = str_eq_nocase(c->key, STR("aws:SourceIp")), known = address || LISTED(c->key, identity_keys);
    /* a missing key passes IfExists and ForAllValues: an anonymous caller brings none of these keys */
    if (!known || op.if_exists || op.for_all || c->values.count == 0)
        return false;
    if (address)
        return str_eqz(op.base, "IpAddress") && fixed_ranges(&c->values);
    for (uint32_t i = 0; i < c->values.count; i++)
        if (!value_fixes(c->key, op.base, c->values.items[i]))
            return false;
    return true;
}

static bool for_everyone(const struct policy_statement *s)
{
    for (uint32_t i = 0; i < s->principal_count; i++)
        if (s->principals[i].kind == PRINCIPAL_STAR)
            return !s->not_principal;
    return s->not_principal;
}

/* Could an action that `pattern` covers begin with `word`? Errs towards yes. */
static bool may_begin(struct str pattern, const char *word)
{
    ptrdiff_t colon = str_index(pattern, ':', 0);
    struct str name = str_sub(pattern, colon < 0 ? 0 : (size_t)colon + 1, pattern.len);
    size_t literal = 0, length = strlen(word);
    while (literal < name.len && name.ptr[literal] != '*' && name.ptr[literal] != '?')
        literal++;
    if (literal == name.len || literal >= length)
        return literal >= length && str_eq_nocase(str_sub(name, 0, length), str_of(word));
    return str_eq_nocase(str_sub(name, 0, literal), str_sub(str_of(word), 0, literal));
}

static bool touches(const struct policy_statement *s, enum policy_access access)
{
    static const char *const reads[] = {"Get", "List", "Describe", "Select", "Head", NULL};
    static const char *const writes[] = {"Put", "Delete", "Create", "Restore", "Replicate", "Update", "Bypass",
                                         "ObjectOwner", "Initiate", "Submit", "Abort", "Tag", "Untag", NULL};
    if (access == ACCESS_ANY || s->not_action)
        return true;
    const char *const *words = access == ACCESS_READ ? reads : writes;
    for (uint32_t i = 0; i < s->actions.count; i++)
        for (size_t w = 0; words[w]; w++)
            if (may_begin(s->actions.items[i], words[w]))
                return true;
    return false;
}

enum tristate policy_is_public(const struct policy *p, enum policy_access access)
{
    enum tristate found = SURE_NO;
    for (uint32_t i = 0; i < p->count; i++) {
        const struct policy_statement *s = &p->statements[i];
        if (!s->allow || !for_everyone(s) || !touches(s, access))
            continue;
        bool fixed = false, strange = false;
        for (uint32_t k = 0; k < s->condition_count; k++) {
            fixed |= policy_condition_fixes(&s->conditions[k]);
            strange |= !LISTED(s->conditions[k].key, open_keys) && !LISTED(s->conditions[k].key, identity_keys);
        }
        if (!fixed && !strange)
            return SURE_YES;
        if (!fixed)
            found = UNSURE;
    }
    return found;
}

static struct str account_of(struct str v)
{
    uint64_t digits;
    if (v.len == 12 && str_to_u64(v, &digits))
        return v;
    struct str rest = v, account = {0};
    for (int i = 0; i < 5 && rest.ptr; i++)
        account = str_cut(&rest, ':');
    return rest.ptr && account.len == 12 ? account : (struct str){0};
}

static void write_limits(const struct policy_statement *s, struct json_out *o)
{
    static const char *const account_keys[] = {"aws:PrincipalAccount", "kms:CallerAccount", "aws:SourceAccount",
                                               "aws:PrincipalArn", "aws:SourceArn", "aws:SourceOwner"};
    static const char *const org_keys[] = {"aws:PrincipalOrgID", "aws:SourceOrgID", "aws:PrincipalOrgPaths",
                                           "aws:SourceOrgPaths"};
    jo_key(o, "keys");
    jo_array(o);
    for (uint32_t i = 0; i < s->condition_count; i++)
        if (policy_condition_fixes(&s->conditions[i]))
            jo_str(o, s->conditions[i].key);
    jo_end_array(o);
    for (int orgs = 0; orgs < 2; orgs++) {
        jo_key(o, orgs ? "orgs" : "accounts");
        jo_array(o);
        for (uint32_t i = 0; i < s->condition_count; i++) {
            const struct policy_condition *c = &s->conditions[i];
            bool wanted = orgs ? LISTED(c->key, org_keys) : LISTED(c->key, account_keys);
            for (uint32_t v = 0; wanted && policy_condition_fixes(c) && v < c->values.count; v++) {
                struct str rest = c->values.items[v], value = orgs ? str_cut(&rest, '/') : account_of(rest);
                if (value.len)
                    jo_str(o, value);
            }
        }
        jo_end_array(o);
    }
}

/* A subject that names an owner: "repo:acme/app:*" does, "repo:*" and "system:serviceaccount:*" do not. */
static bool subject_fixed(struct str v)
{
    /* tokens of one issuer for all its customers: the name of the customer must stand there to its end */
    static const char *const named[] = {"repo:", "repository:", "repository_owner:", "job_workflow_ref:", "project_path:",
                                        "organization:", "owner:", "org/"};
    static const char *const prefixes[] = {"system:serviceaccount:", "ref:", "environment:", "actor:"};
    size_t literal = 0, least = 1;
    while (literal < v.len && v.ptr[literal] != '*' && v.ptr[literal] != '?')
        literal++;
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (str_starts(v, str_of(prefixes[i])))
            least = strlen(prefixes[i]) + 1;
    for (size_t i = 0; literal < v.len && i < sizeof named / sizeof *named; i++)
        if (str_starts(v, str_of(named[i]))) {
            struct str name = str_sub(v, strlen(named[i]), literal < strlen(named[i]) ? strlen(named[i]) : literal);
            return str_index(name, '/', 0) > 0 || str_index(name, ':', 0) > 0;
        }
    return literal >= least;
}

static bool has_condition(const struct policy_statement *s, const char *key_pattern, bool subject)
{
    for (uint32_t i = 0; i < s->condition_count; i++) {
        const struct policy_condition *c = &s->conditions[i];
        struct condition_op op = policy_condition_op(c->op);
        bool positive = str_eqz(op.base, "StringEquals") || (subject && str_eqz(op.base, "StringLike")) ||
                        str_eqz(op.base, "StringEqualsIgnoreCase");
        bool good = positive && !op.if_exists && !op.for_all && c->values.count > 0 &&
                    policy_action_matches(str_of(key_pattern), c->key);
        for (uint32_t v = 0; good && v < c->values.count; v++)
            good = subject ? subject_fixed(c->values.items[v]) : c->values.items[v].len > 0 && !wild(c->values.items[v]);
        if (good)
            return true;
    }
    return false;
}

static const char *grantee_kind(struct policy_principal p)
{
    switch (p.kind) {
    case PRINCIPAL_STAR:
        return "star";
    case PRINCIPAL_SERVICE:
        return "service";
    case PRINCIPAL_FEDERATED:
        return "federated";
    case PRINCIPAL_CANONICAL:
        return "canonical";
    case PRINCIPAL_AWS:
        break;
    }
    if (!account_of(p.value).len)
        return "unknown"; /* the unique id of a deleted principal, or nonsense */
    return str_eq(account_of(p.value), p.value) || str_ends(p.value, STR(":root")) ? "account" : "arn";
}

static void write_grantee(const struct policy_statement *s, struct policy_principal p, struct json_out *o)
{
    bool fixed = false;
    for (uint32_t i = 0; i < s->condition_count; i++)
        fixed |= policy_condition_fixes(&s->conditions[i]);
    jo_object(o);
    jo_kv_str(o, "sid", s->sid);
    jo_kv_int(o, "index", s->index);
    jo_kv_strz(o, "kind", s->not_principal ? "star" : grantee_kind(p));
    jo_kv_str(o, "value", p.value);
    jo_kv_str(o, "account", p.kind == PRINCIPAL_AWS ? account_of(p.value) : (struct str){0});
    jo_key(o, "actions");
    jo_array(o);
    if (s->not_action) /* all but some: whoever looks for one action finds it */
        jo_str(o, STR("*"));
    for (uint32_t i = 0; !s->not_action && i < s->actions.count; i++)
        jo_str(o, s->actions.items[i]);
    jo_end_array(o);
    write_limits(s, o);
    jo_kv_int(o, "fixed", fixed);
    jo_kv_int(o, "external_id", has_condition(s, "sts:ExternalId", false));
    jo_kv_int(o, "subject", has_condition(s, "*:sub", true));
    jo_kv_int(o, "conditional", s->condition_count > 0);
    jo_end_object(o);
}

void policy_write_grantees(struct arena *a, const struct policy *p, struct json_out *o)
{
    (void)a;
    jo_array(o);
    for (uint32_t i = 0; i < p->count; i++) {
        const struct policy_statement *s = &p->statements[i];
        for (uint32_t k = 0; s->allow && k < s->principal_count; k++)
            write_grantee(s, s->principals[k], o);
        if (s->allow && s->not_principal && s->principal_count == 0)
            write_grantee(s, (struct policy_principal){PRINCIPAL_STAR, STR("*")}, o);
    }
    jo_end_array(o);
}
