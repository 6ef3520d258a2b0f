#include "iam/request.h"

static bool is_account(struct str s)
{
    uint64_t n;
    return s.len == 12 && s.ptr[0] != '-' && s.ptr[0] != '+' && str_to_u64(s, &n);
}

bool iam_action_split(struct str text, struct str *service, struct str *name)
{
    *name = text;
    *service = str_cut(name, ':');
    return name->ptr && name->len > 0 && service->len > 0;
}

/* IAM User Guide, "AWS JSON policy elements: Principal", web identity providers without an ARN. */
static bool is_public_provider(struct str s)
{
    return str_eqz(s, "cognito-identity.amazonaws.com") || str_eqz(s, "www.amazon.com") || str_eqz(s, "graph.facebook.com") ||
           str_eqz(s, "accounts.google.com");
}

static bool is_service(struct str s)
{
    return str_ends(s, STR(".amazonaws.com")) || str_ends(s, STR(".amazonaws.com.cn")) || str_ends(s, STR(".amazon.com"));
}

static struct str last_segment(struct str path)
{
    ptrdiff_t slash = str_rindex(path, '/');
    return str_sub(path, (size_t)(slash + 1), path.len);
}

static bool named(struct iam_caller *c, enum iam_caller_kind kind, struct str path_name)
{
    c->kind = kind;
    c->path_name = path_name;
    c->name = last_segment(path_name);
    return c->name.len > 0;
}

static bool of_iam(struct iam_caller *c, struct str what)
{
    if (str_eqz(what, "root")) {
        c->kind = IAM_CALLER_ROOT;
        return true;
    }
    struct str rest = what;
    struct str type = str_cut(&rest, '/');
    if (!rest.ptr || rest.len == 0) {
        return false;
    }
    if (str_eqz(type, "user")) {
        return named(c, IAM_CALLER_USER, rest);
    }
    if (str_eqz(type, "role")) {
        c->service_linked = str_starts(rest, STR("aws-service-role/"));
        return named(c, IAM_CALLER_ROLE, rest);
    }
    c->kind = IAM_CALLER_WEB;
    return str_eqz(type, "saml-provider") || str_eqz(type, "oidc-provider");
}

static bool of_sts(struct iam_caller *c, struct str what)
{
    struct str rest = what;
    struct str type = str_cut(&rest, '/');
    if (!rest.ptr || rest.len == 0) {
        return false;
    }
    if (str_eqz(type, "federated-user")) {
        c->kind = IAM_CALLER_FEDERATED_USER;
        c->name = c->path_name = rest;
        return true;
    }
    if (!str_eqz(type, "assumed-role")) {
        return false;
    }
    c->kind = IAM_CALLER_SESSION;
    c->name = c->path_name = str_cut(&rest, '/');
    c->session = rest;
    return c->session.ptr && c->session.len > 0 && c->name.len > 0;
}

static bool of_arn(struct iam_caller *c, struct str text)
{
    struct str rest = str_sub(text, 4, text.len), field[4];
    for (int i = 0; i < 4; i++) {
        field[i] = rest.ptr ? str_cut(&rest, ':') : (struct str){NULL, 0};
    }
    if (!rest.ptr || field[0].len == 0 || field[2].len != 0 || field[3].len == 0 || str_index(text, '*', 0) >= 0) {
        return false;
    }
    c->partition = field[0];
    c->account = field[3];
    return str_eqz(field[1], "iam") ? of_iam(c, rest) : str_eqz(field[1], "sts") && of_sts(c, rest);
}

bool iam_caller_parse(struct arena *a, struct str text, struct iam_caller *out, struct err *e)
{
    *out = (struct iam_caller){.text = arena_str(a, text)};
    text = out->text;
    if (str_eqz(text, "*") || str_eqz(text, "anonymous")) {
        *out = (struct iam_caller){.kind = IAM_CALLER_ANONYMOUS, .text = STR("")};
        return true;
    }
    if (is_account(text)) {
        out->kind = IAM_CALLER_ROOT;
        out->account = text;
        out->partition = STR("aws");
        out->text = arena_printf(a, "arn:aws:iam::%.*s:root", STR_ARG(text));
        return true;
    }
    if (is_public_provider(text)) {
        out->kind = IAM_CALLER_WEB;
        return true;
    }
    if (is_service(text) && !str_starts(text, STR("arn:"))) {
        out->kind = IAM_CALLER_SERVICE;
        return true;
    }
    if (str_starts(text, STR("arn:")) && of_arn(out, text)) {
        return true;
    }
    err_set(e, ERR_USAGE, "\"%.200s\" is no principal", arena_cstr(a, text));
    err_hint(e, "give an ARN, an account id, a service such as lambda.amazonaws.com, or anonymous");
    return false;
}

struct class_row {
    const char *name; /* lower case; a '/' at the end: all that begin with it */
    enum iam_key_class class;
};

/* IAM User Guide, "AWS global condition context keys" (read 2026), by the groups of that page. */
static const struct class_row classes[] = {
    {"aws:sourceip", IAM_KEY_NETWORK},
    {"aws:vpcsourceip", IAM_KEY_NETWORK},
    {"aws:sourcevpc", IAM_KEY_NETWORK},
    {"aws:sourcevpce", IAM_KEY_NETWORK},
    {"aws:sourcevpcarn", IAM_KEY_NETWORK},
    {"aws:vpceaccount", IAM_KEY_NETWORK},
    {"aws:vpceorgid", IAM_KEY_NETWORK},
    {"aws:vpceorgpaths", IAM_KEY_NETWORK},
    {"aws:ec2instancesourcevpc", IAM_KEY_NETWORK},
    {"aws:ec2instancesourceprivateipv4", IAM_KEY_NETWORK},
    {"s3:sourcevpce", IAM_KEY_NETWORK},
    {"aws:multifactorauthpresent", IAM_KEY_SESSION},
    {"aws:multifactorauthage", IAM_KEY_SESSION},
    {"aws:tokenissuetime", IAM_KEY_SESSION},
    {"aws:sourceidentity", IAM_KEY_SESSION},
    {"aws:federatedprovider", IAM_KEY_SESSION},
    {"aws:assumedroot", IAM_KEY_SESSION},
    {"aws:chatbotsourcearn", IAM_KEY_SESSION},
    {"aws:currenttime", IAM_KEY_SESSION},
    {"aws:epochtime", IAM_KEY_SESSION},
    {"aws:sourcearn", IAM_KEY_SESSION}, /* set by the service that calls, not by its customer */
    {"aws:sourceaccount", IAM_KEY_SESSION},
    {"aws:sourceorgid", IAM_KEY_SESSION},
    {"aws:sourceorgpaths", IAM_KEY_SESSION},
    {"identitystore:userid", IAM_KEY_SESSION},
    {"ec2:sourceinstancearn", IAM_KEY_SESSION},
    {"lambda:sourcefunctionarn", IAM_KEY_SESSION},
    {"aws:requestedregion", IAM_KEY_CALLER},
    {"aws:requesttag/", IAM_KEY_CALLER},
    {"aws:tagkeys", IAM_KEY_CALLER},
    {"aws:referer", IAM_KEY_CALLER},
    {"aws:useragent", IAM_KEY_CALLER},
    {"aws:securetransport", IAM_KEY_CALLER},
    {"aws:viaawsservice", IAM_KEY_CALLER},
    {"aws:calledvia", IAM_KEY_CALLER},
    {"aws:calledviafirst", IAM_KEY_CALLER},
    {"aws:calledvialast", IAM_KEY_CALLER},
    {"kms:calleraccount", IAM_KEY_FIXED},
    {"s3:resourceaccount", IAM_KEY_FIXED},
    {"s3:existingobjecttag/", IAM_KEY_FIXED},
    {"s3:buckettag/", IAM_KEY_FIXED},
    {"s3:accesspointtag/", IAM_KEY_FIXED},
};

static bool row_fits(const struct class_row *row, struct str name)
{
    struct str key = str_of(row->name);
    bool prefix = key.ptr[key.len - 1] == '/';
    return prefix ? name.len > key.len && str_eq_nocase(str_sub(name, 0, key.len), key) : str_eq_nocase(name, key);
}

static bool contains_nocase(struct str s, struct str needle)
{
    for (size_t i = 0; i + needle.len <= s.len; i++) {
        if (str_eq_nocase(str_sub(s, i, i + needle.len), needle)) {
            return true;
        }
    }
    return false;
}

enum iam_key_class iam_key_class_of(struct str name)
{
    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++) {
        if (row_fits(&classes[i], name)) {
            return classes[i].class;
        }
    }
    struct str rest = name;
    struct str service = str_cut(&rest, ':');
    if (contains_nocase(name, STR("resourcetag/")) || str_eq_nocase(service, STR("aws"))) {
        return IAM_KEY_FIXED; /* the other global keys are of the principal or the resource */
    }
    /* Claims of an identity provider: "saml:aud", "token.actions.githubusercontent.com:sub". */
    if (str_eq_nocase(service, STR("saml")) || str_index(service, '.', 0) >= 0) {
        return IAM_KEY_SESSION;
    }
    return IAM_KEY_CALLER;
}
