/* IAM User Guide, "IAM JSON policy elements: Action", "... Resource", "... Condition operators" (read 2026). */
#include "iam/glob.h"
#include "iam/policy.h"

struct iam_glob iam_glob_compile(struct str text, bool variables)
{
    struct iam_glob g = {.text = text, .valid = true};
    struct iam_variable v;
    bool has = variables && iam_variable_next(text, 0, &v);
    size_t end = has ? v.from : text.len, first = 0, stars = 0, marks = 0;
    while (first < end && text.ptr[first] != '*' && text.ptr[first] != '?') {
        first++;
    }
    for (size_t i = first; i < text.len; i++) {
        stars += text.ptr[i] == '*';
        marks += text.ptr[i] == '?';
    }
    g.prefix = (uint32_t)first;
    g.variables = has;
    g.least = has ? 0 : (uint32_t)(text.len - stars);
    g.any = !has && text.len == 1 && stars == 1;
    g.literal = !has && stars + marks == 0;
    g.tail = !has && stars == 1 && marks == 0 && text.ptr[text.len - 1] == '*';
    return g;
}

static bool has_space(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == ' ' || (s.ptr[i] >= '\t' && s.ptr[i] <= '\r')) {
            return true;
        }
    }
    return false;
}

static struct str lower_copy(struct arena *a, struct str s)
{
    struct str copy = arena_str(a, s);
    char *p = arena_cstr(a, s);
    for (size_t i = 0; i < s.len; i++) {
        p[i] = p[i] >= 'A' && p[i] <= 'Z' ? (char)(p[i] | 0x20) : p[i];
    }
    copy.ptr = p;
    return copy;
}

/* The service prefix takes no wildcard, but for the whole values "*" and "*:*". */
struct iam_action iam_action_compile(struct arena *a, struct str text)
{
    struct iam_action out = {.text = text};
    if (str_eqz(text, "*") || str_eqz(text, "*:*")) {
        out.all = out.valid = true;
        return out;
    }
    struct str name = text;
    struct str service = str_cut(&name, ':');
    if (!name.ptr || name.len == 0 || service.len == 0 || has_space(text) || str_index(service, '*', 0) >= 0 ||
        str_index(service, '?', 0) >= 0) {
        return out;
    }
    out.service = lower_copy(a, service);
    out.name = iam_glob_compile(name, false);
    out.valid = true;
    return out;
}

/* Services whose resource part may begin with a name, so that a wildcard there is one of a name; of the others it begins
 * with the resource type, where "you cannot use a wildcard" (IAM User Guide, "IAM identifiers"; the list is of the ARN
 * templates of the Service Authorization Reference, read 2026). */
static bool begins_with_name(struct str service)
{
    static const char *const names[] = {"s3", "execute-api", "apigateway", "kinesis", "wafv2", "aws-marketplace", "codepipeline",
                                        "neptune-db", "mapcredits", "servicequotas", "ssm-sap", "backup", "swf", "sqs", "sns"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (str_eqz(service, names[i])) {
            return true;
        }
    }
    return false;
}

static bool all_wild(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] != '*' && s.ptr[i] != ':' && s.ptr[i] != '/') {
            return false;
        }
    }
    return true;
}

/* False when the resource type, the part before the first '/' or ':', has a wildcard or a variable. */
static bool type_is_plain(struct str service, struct str resource, bool variables)
{
    struct iam_variable v = {0};
    bool has = variables && iam_variable_next(resource, 0, &v);
    for (size_t i = 0; i < resource.len; i++) {
        if (resource.ptr[i] == '/' || resource.ptr[i] == ':') {
            struct str type = str_sub(resource, 0, i);
            bool plain = str_index(type, '*', 0) < 0 && str_index(type, '?', 0) < 0 && !(has && v.from < i);
            return plain || all_wild(resource) || begins_with_name(service);
        }
        if (has && i == v.from) {
            i = v.to - 1;
        }
    }
    return true;
}

struct iam_resource iam_resource_compile(struct arena *a, struct str text, bool variables)
{
    (void)a;
    struct iam_resource r = {.text = text, .valid = true};
    r.any = str_eqz(text, "*");
    r.wild = str_index(text, '*', 0) >= 0 || str_index(text, '?', 0) >= 0;
    if (r.any) {
        return r;
    }
    struct str rest = text;
    while (rest.ptr && r.fields < 5) {
        struct str field = str_cut(&rest, ':');
        r.field[r.fields++] = iam_glob_compile(field, false);
    }
    if (rest.ptr) {
        r.field[5] = iam_glob_compile(rest, variables);
        r.fields = 6;
    }
    r.valid = r.fields > 1 && str_eqz(r.field[0].text, "arn");
    r.odd_type = r.fields == 6 && !type_is_plain(r.field[2].text, rest, variables);
    return r;
}

static const struct {
    const char *name;
    bool negated;
} operators[] = {
#define X(sym, name, negated) {name, negated},
    IAM_OPERATORS(X)
#undef X
};

const char *iam_operator_name(enum iam_operator op)
{
    return op < IAM_OP_UNKNOWN ? operators[op].name : "?";
}

bool iam_operator_negated(enum iam_operator op) { return op < IAM_OP_UNKNOWN && operators[op].negated; }

static enum iam_operator operator_named(struct str name)
{
    for (int i = 0; i < IAM_OP_UNKNOWN; i++) {
        if (str_eq_nocase(name, str_of(operators[i].name))) {
            return (enum iam_operator)i;
        }
    }
    return IAM_OP_UNKNOWN;
}

static bool strip_start(struct str *s, struct str prefix)
{
    bool has = s->len >= prefix.len && str_eq_nocase(str_sub(*s, 0, prefix.len), prefix);
    *s = has ? str_sub(*s, prefix.len, s->len) : *s;
    return has;
}

static bool strip_end(struct str *s, struct str suffix)
{
    bool has = s->len >= suffix.len && str_eq_nocase(str_sub(*s, s->len - suffix.len, s->len), suffix);
    *s = has ? str_sub(*s, 0, s->len - suffix.len) : *s;
    return has;
}

/* "You can use a policy variable with String and ARN operators"; Bool takes them too (iam.md 1.2). */
static bool takes_variables(enum iam_operator op)
{
    return op <= IAM_OP_STRING_NOT_LIKE || op == IAM_OP_BOOL || (op >= IAM_OP_ARN_EQUALS && op <= IAM_OP_ARN_NOT_LIKE);
}

bool iam_condition_compile(struct arena *a, struct str op, struct str key, const struct str *values, uint32_t count,
                           bool variables, struct iam_condition *out)
{
    *out = (struct iam_condition){.op_text = op, .key = key, .count = count};
    struct str base = op;
    if (strip_start(&base, STR("ForAnyValue:"))) {
        out->set = IAM_SET_ANY_VALUE;
    } else if (strip_start(&base, STR("ForAllValues:"))) {
        out->set = IAM_SET_ALL_VALUES;
    }
    out->op = operator_named(base);
    if (out->op == IAM_OP_UNKNOWN && strip_end(&base, STR("IfExists"))) {
        out->op = operator_named(base);
        out->if_exists = true;
    }
    if (out->op == IAM_OP_NULL && out->if_exists) {
        out->op = IAM_OP_UNKNOWN; /* "you can add IfExists to the end of any condition operator name except the Null condition" */
    }
    out->key_lower = lower_copy(a, key);
    out->values = arena_array_of(a, struct iam_glob, count);
    for (uint32_t i = 0; i < count; i++) {
        out->values[i] = iam_glob_compile(values[i], variables && takes_variables(out->op));
    }
    return out->op != IAM_OP_UNKNOWN;
}
