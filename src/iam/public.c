/* Amazon S3 User Guide, "Blocking public access to your Amazon S3 storage", "The meaning of public" (read 2026). */
#include "iam/match.h"


enum fixed_by { BY_VALUE, BY_TRUE, BY_RANGE, BY_ARN, BY_PATH };

/* A policy that grants to everyone is not public where one of these keys has a fixed value. */
static const struct {
    const char *key;
    enum fixed_by by;
} fixing[] = {
    {"aws:principalaccount", BY_VALUE},
    {"aws:principalorgid", BY_VALUE},
    {"aws:principalorgpaths", BY_PATH},
    {"aws:principalarn", BY_ARN},
    {"aws:principalisawsservice", BY_TRUE},
    {"aws:principalservicename", BY_VALUE},
    {"aws:principalservicenameslist", BY_VALUE},
    {"aws:userid", BY_VALUE},
    {"aws:sourcevpc", BY_VALUE},
    {"aws:sourcevpce", BY_VALUE},
    {"aws:sourcevpcarn", BY_ARN},
    {"aws:vpceaccount", BY_VALUE},
    {"aws:vpceorgid", BY_VALUE},
    {"aws:vpceorgpaths", BY_PATH},
    {"aws:sourceip", BY_RANGE},
    {"aws:sourcearn", BY_ARN},
    {"aws:sourceaccount", BY_VALUE},
    {"aws:sourceorgid", BY_VALUE},
    {"aws:sourceorgpaths", BY_PATH},
    {"aws:sourceowner", BY_VALUE},
    {"s3:x-amz-server-side-encryption-aws-kms-key-id", BY_VALUE},
    {"s3:dataaccesspointarn", BY_ARN},
    {"s3:dataaccesspointaccount", BY_VALUE},
};

static bool is_wild(struct str s) { return str_index(s, '*', 0) >= 0 || str_index(s, '?', 0) >= 0; }

/* Field `at` of an ARN. */
static struct str field(struct str arn, int at)
{
    struct str rest = arn, part = {NULL, 0};
    for (int i = 0; i <= at && rest.ptr; i++) {
        part = str_cut(&rest, ':');
    }
    return part;
}

/* A bucket's ARN has no account: its name is what is fixed. */
static bool arn_is_fixed(struct str arn, bool wildcards)
{
    if (!wildcards) {
        return true;
    }
    struct str account = field(arn, 4);
    return account.len > 0 ? !is_wild(account) : account.ptr && !is_wild(arn);
}

/* The organization's id, the first part of the path, is fixed. */
static bool path_is_fixed(struct str path)
{
    struct str rest = path;
    return !is_wild(str_cut(&rest, '/')) && rest.ptr;
}

/* "0.0.0.0/1" is public: not wider than /8, or /32 for IPv6. */
static bool range_is_fixed(struct str cidr)
{
    struct str rest = cidr;
    bool six = str_index(str_cut(&rest, '/'), ':', 0) >= 0;
    uint64_t prefix = 0;
    return !rest.ptr || (str_to_u64(rest, &prefix) && prefix >= (six ? 32u : 8u));
}

static bool value_is_fixed(const struct iam_condition *k, enum fixed_by by, const struct iam_glob *g)
{
    bool wildcards = k->op == IAM_OP_STRING_LIKE || k->op == IAM_OP_ARN_LIKE || k->op == IAM_OP_ARN_EQUALS;
    if (g->variables) {
        return false;
    }
    switch (by) {
    case BY_VALUE:
        return !wildcards || !is_wild(g->text);
    case BY_TRUE:
        return str_eq_nocase(g->text, STR("true"));
    case BY_RANGE:
        return k->op == IAM_OP_IP_ADDRESS && range_is_fixed(g->text);
    case BY_ARN:
        return arn_is_fixed(g->text, wildcards);
    case BY_PATH:
        return !wildcards || path_is_fixed(g->text);
    }
    return false;
}

static bool condition_fixes(const struct iam_condition *k)
{
    bool positive = k->op == IAM_OP_STRING_EQUALS || k->op == IAM_OP_STRING_EQUALS_IGNORE_CASE || k->op == IAM_OP_STRING_LIKE ||
                    k->op == IAM_OP_ARN_EQUALS || k->op == IAM_OP_ARN_LIKE || k->op == IAM_OP_BOOL || k->op == IAM_OP_IP_ADDRESS;
    if (!positive || k->if_exists || k->set == IAM_SET_ALL_VALUES || k->count == 0) {
        return false; /* met without the key, or by all values but one */
    }
    for (size_t i = 0; i < sizeof fixing / sizeof fixing[0]; i++) {
        if (str_eqz(k->key_lower, fixing[i].key)) {
            for (uint32_t v = 0; v < k->count; v++) {
                if (!value_is_fixed(k, fixing[i].by, &k->values[v])) {
                    return false;
                }
            }
            return true;
        }
    }
    return false;
}

static bool for_everyone(const struct iam_statement *s)
{
    if (s->not_principal) {
        return true;
    }
    for (uint32_t i = 0; i < s->principal_count; i++) {
        if (s->principals[i].kind == IAM_P_EVERYONE) {
            return true;
        }
    }
    return false;
}

bool iam_policy_is_public(const struct iam_policy *p)
{
    for (uint32_t i = 0; i < p->count; i++) {
        const struct iam_statement *s = &p->statements[i];
        bool fixed = !s->allow || !for_everyone(s);
        for (uint32_t k = 0; k < s->condition_count && !fixed; k++) {
            fixed = condition_fixes(&s->conditions[k]) || s->conditions[k].op == IAM_OP_UNKNOWN;
        }
        if (!fixed) {
            return true;
        }
    }
    return false;
}
