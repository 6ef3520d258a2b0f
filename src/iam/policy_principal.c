/* IAM User Guide, "AWS JSON policy elements: Principal" (read 2026). */
#include "iam/policy.h"

static bool is_account(struct str s)
{
    if (s.len != 12) {
        return false;
    }
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] < '0' || s.ptr[i] > '9') {
            return false;
        }
    }
    return true;
}

/* "You cannot use a wildcard to match part of a principal name or ARN." */
static bool is_wild(struct str s) { return str_index(s, '*', 0) >= 0 || str_index(s, '?', 0) >= 0; }

static struct str after(struct str s, struct str prefix)
{
    return str_starts(s, prefix) && s.len > prefix.len ? str_sub(s, prefix.len, s.len) : (struct str){NULL, 0};
}

/* After a principal is deleted the policy shows its unique id (IAM User Guide, "IAM identifiers", unique id prefixes). */
static bool is_unique_id(struct str s)
{
    return s.len >= 16 && (str_starts(s, STR("AIDA")) || str_starts(s, STR("AROA"))) && str_index(s, ':', 0) < 0;
}

static void of_iam(struct str what, struct iam_principal *p)
{
    struct str user = after(what, STR("user/")), role = after(what, STR("role/"));
    if (str_eqz(what, "root")) {
        p->kind = IAM_P_ACCOUNT;
    } else if (user.ptr) {
        p->kind = IAM_P_USER;
        p->name = user;
    } else if (role.ptr) {
        p->kind = IAM_P_ROLE;
        p->name = role;
    }
}

static void of_sts(struct str what, struct iam_principal *p)
{
    struct str session = after(what, STR("assumed-role/")), federated = after(what, STR("federated-user/"));
    if (federated.ptr) {
        p->kind = IAM_P_FEDERATED_USER;
        p->name = federated;
    } else if (session.ptr) {
        p->session = session;
        p->name = str_cut(&p->session, '/');
        p->kind = p->session.ptr && p->session.len && p->name.len ? IAM_P_SESSION : IAM_P_INVALID;
    }
}

static void of_aws(struct str text, struct iam_principal *p)
{
    if (str_eqz(text, "*")) {
        p->kind = IAM_P_EVERYONE;
        return;
    }
    if (is_account(text)) {
        p->kind = IAM_P_ACCOUNT;
        p->account = text;
        return;
    }
    if (is_unique_id(text)) {
        p->kind = IAM_P_GONE;
        return;
    }
    if (is_wild(text) || !str_starts(text, STR("arn:"))) {
        return;
    }
    struct str rest = str_sub(text, 4, text.len), field[4];
    for (int i = 0; i < 4; i++) {
        field[i] = rest.ptr ? str_cut(&rest, ':') : (struct str){NULL, 0};
    }
    if (!rest.ptr || field[2].len != 0 || field[3].len == 0) {
        return;
    }
    p->partition = field[0];
    p->account = field[3];
    if (str_eqz(field[1], "iam")) {
        of_iam(rest, p);
    } else if (str_eqz(field[1], "sts")) {
        of_sts(rest, p);
    }
}

struct iam_principal iam_principal_compile(struct arena *a, struct str type, struct str text)
{
    (void)a;
    struct iam_principal p = {.kind = IAM_P_INVALID, .type = type, .text = text};
    if (str_eqz(type, "AWS")) {
        of_aws(text, &p);
    } else if (str_eqz(type, "*")) {
        p.kind = str_eqz(text, "*") ? IAM_P_EVERYONE : IAM_P_INVALID;
    } else if (text.len == 0 || (is_wild(text) && !str_eqz(text, "*"))) {
        p.kind = IAM_P_INVALID;
    } else if (str_eqz(type, "Service")) {
        p.kind = is_wild(text) ? IAM_P_INVALID : IAM_P_SERVICE;
    } else if (str_eqz(type, "Federated")) {
        p.kind = is_wild(text) ? IAM_P_INVALID : IAM_P_FEDERATED;
    } else if (str_eqz(type, "CanonicalUser")) {
        p.kind = is_wild(text) ? IAM_P_INVALID : IAM_P_CANONICAL;
    }
    return p;
}
