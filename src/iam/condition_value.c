/* IAM User Guide, "IAM JSON policy elements: Condition operators" (read 2026). */
#include "base/instant.h"
#include "iam/condition.h"

#include <arpa/inet.h>

/* A decimal of any length: "integers or decimals". */
struct decimal {
    bool negative;
    struct str whole, part; /* without leading and trailing zeros */
};

static bool read_decimal(struct str s, struct decimal *d)
{
    *d = (struct decimal){0};
    size_t i = 0, digits = 0;
    if (i < s.len && (s.ptr[i] == '-' || s.ptr[i] == '+')) {
        d->negative = s.ptr[i++] == '-';
    }
    size_t from = i;
    while (i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9') {
        i++;
        digits++;
    }
    size_t dot = i;
    if (i < s.len && s.ptr[i] == '.') {
        i++;
        while (i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9') {
            i++;
            digits++;
        }
    }
    if (i != s.len || digits == 0) {
        return false;
    }
    while (from < dot && s.ptr[from] == '0') {
        from++;
    }
    d->whole = str_sub(s, from, dot);
    d->part = dot < s.len ? str_sub(s, dot + 1, s.len) : STR("");
    while (d->part.len && d->part.ptr[d->part.len - 1] == '0') {
        d->part.len--;
    }
    d->negative = d->negative && d->whole.len + d->part.len > 0;
    return true;
}

static int order_decimals(const struct decimal *a, const struct decimal *b)
{
    if (a->negative != b->negative) {
        return a->negative ? -1 : 1;
    }
    int order = a->whole.len != b->whole.len ? (a->whole.len < b->whole.len ? -1 : 1) : str_cmp(a->whole, b->whole);
    order = order ? order : str_cmp(a->part, b->part);
    return a->negative ? -order : order;
}

enum { EPOCH_DIGITS_MAX = 13, DATE_LENGTH_MAX = 64 };

static bool all_digits(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] < '0' || s.ptr[i] > '9') {
            return false;
        }
    }
    return s.len > 0;
}

/* "W3C implementations of the ISO 8601 date formats, or epoch (UNIX) time." Digits alone are seconds; of a request, which programs
 * fill in, as many as milliseconds have are those. */
static bool read_date(struct str s, bool request, int64_t *us)
{
    int64_t seconds;
    if (all_digits(s)) {
        if (s.len > EPOCH_DIGITS_MAX || !str_to_i64(s, &seconds) || seconds > INT64_MAX / US_PER_S) {
            return false;
        }
        *us = request && s.len == EPOCH_DIGITS_MAX ? seconds * (US_PER_S / 1000) : seconds * US_PER_S;
        return true;
    }
    char full[DATE_LENGTH_MAX + 4];
    if (s.len > DATE_LENGTH_MAX || s.len < 7) {
        return false;
    }
    bool month = s.len == 7; /* 2026-01 */
    bool minutes = s.len > 16 && s.ptr[10] == 'T' && s.ptr[13] == ':' && s.ptr[16] != ':'; /* 2026-01-02T03:04Z */
    size_t head = minutes ? 16 : s.len, n = 0;
    memcpy(full, s.ptr, head);
    n = head;
    if (month || minutes) {
        memcpy(full + n, month ? "-01" : ":00", 3); /* NOLINT(bugprone-not-null-terminated-result): a slice */
        n += 3;
    }
    memcpy(full + n, s.ptr + head, s.len - head);
    return instant_parse(str_make(full, n + s.len - head), us);
}

struct address {
    unsigned char bytes[16];
    int bits; /* 32 or 128 */
    int prefix;
    bool mapped; /* ::ffff:a.b.c.d */
};

static bool read_address(struct str s, bool range, struct address *a)
{
    char text[INET6_ADDRSTRLEN + 1];
    struct str rest = s;
    struct str host = str_cut(&rest, '/');
    if (host.len == 0 || host.len >= sizeof text || (rest.ptr && !range)) {
        return false;
    }
    memcpy(text, host.ptr, host.len);
    text[host.len] = '\0';
    static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
    if (strlen(text) != host.len) {
        return false;
    }
    a->bits = inet_pton(AF_INET, text, a->bytes) == 1 ? 32 : inet_pton(AF_INET6, text, a->bytes) == 1 ? 128 : 0;
    a->mapped = a->bits == 128 && memcmp(a->bytes, mapped, sizeof mapped) == 0;
    a->prefix = a->bits;
    uint64_t prefix;
    if (rest.ptr) {
        if (!all_digits(rest) || rest.len > 3 || !str_to_u64(rest, &prefix) || prefix > (uint64_t)a->bits) {
            return false;
        }
        a->prefix = (int)prefix;
    }
    return a->bits != 0;
}

static bool within(const struct address *a, const struct address *range)
{
    if (a->bits != range->bits) {
        return false;
    }
    int whole = range->prefix / 8, rest = range->prefix % 8;
    if (memcmp(a->bytes, range->bytes, (size_t)whole) != 0) {
        return false;
    }
    unsigned mask = rest ? 0xffu << (8 - rest) & 0xffu : 0;
    return rest == 0 || (a->bytes[whole] & mask) == (range->bytes[whole] & mask);
}

static enum iam_compared yes(bool same) { return same ? IAM_EQUALS : IAM_DIFFERS; }

static enum iam_compared compare_addresses(struct str policy, struct str request)
{
    struct address a, range;
    if (!read_address(request, false, &a) || !read_address(policy, true, &range)) {
        return IAM_NO_VALUE;
    }
    return a.mapped || range.mapped ? IAM_NOT_KNOWN : yes(within(&a, &range));
}

static enum iam_compared by_order(enum iam_operator op, enum iam_operator first, int order)
{
    switch (op - first) { /* Equals, NotEquals, LessThan, LessThanEquals, GreaterThan, GreaterThanEquals */
    case 2:
        return yes(order < 0);
    case 3:
        return yes(order <= 0);
    case 4:
        return yes(order > 0);
    case 5:
        return yes(order >= 0);
    default:
        return yes(order == 0);
    }
}

static enum iam_compared compare_numbers(enum iam_operator op, struct str policy, struct str request)
{
    struct decimal a, b;
    if (!read_decimal(request, &a) || !read_decimal(policy, &b)) {
        return IAM_NO_VALUE;
    }
    return by_order(op, IAM_OP_NUMERIC_EQUALS, order_decimals(&a, &b));
}

static enum iam_compared compare_dates(enum iam_operator op, struct str policy, struct str request)
{
    int64_t a, b;
    if (!read_date(request, true, &a) || !read_date(policy, false, &b)) {
        return IAM_NO_VALUE;
    }
    return by_order(op, IAM_OP_DATE_EQUALS, a < b ? -1 : a > b);
}

static bool read_bool(struct str s, bool *out)
{
    *out = str_eq_nocase(s, STR("true"));
    return *out || str_eq_nocase(s, STR("false"));
}

static enum iam_compared compare_bools(struct str policy, struct str request)
{
    bool a, b;
    return read_bool(request, &a) && read_bool(policy, &b) ? yes(a == b) : IAM_NO_VALUE;
}

/* End of the field that begins at `from`: its colon, or the end of the text for the sixth. */
static size_t field_end(struct str s, size_t from, int field)
{
    ptrdiff_t colon = field < 5 ? str_index(s, ':', from) : -1;
    return colon < 0 ? s.len : (size_t)colon;
}

/* "Each of the six colon-delimited components of the ARN is checked separately." */
static enum iam_compared compare_arns(struct iam_pattern policy, struct str request)
{
    size_t p = 0, r = 0;
    bool same = true;
    if (!str_starts(request, STR("arn:")) || policy.text.len == 0) {
        return IAM_NO_VALUE;
    }
    for (int field = 0; field < 6; field++) {
        if (p > policy.text.len || r > request.len) {
            return IAM_NO_VALUE;
        }
        size_t p_end = field_end(policy.text, p, field), r_end = field_end(request, r, field);
        same = same && iam_pattern_matches(iam_pattern_sub(policy, p, p_end), str_sub(request, r, r_end), false, NULL);
        p = p_end + 1;
        r = r_end + 1;
    }
    return yes(same);
}

enum iam_compared iam_compare(enum iam_operator op, struct iam_pattern policy, struct str request)
{
    switch (op) {
    case IAM_OP_STRING_EQUALS:
    case IAM_OP_STRING_NOT_EQUALS:
    case IAM_OP_BINARY_EQUALS:
        return yes(str_eq(policy.text, request));
    case IAM_OP_STRING_EQUALS_IGNORE_CASE:
    case IAM_OP_STRING_NOT_EQUALS_IGNORE_CASE:
        return yes(str_eq_nocase(policy.text, request));
    case IAM_OP_STRING_LIKE:
    case IAM_OP_STRING_NOT_LIKE:
        return yes(iam_pattern_matches(policy, request, false, NULL));
    case IAM_OP_BOOL:
        return compare_bools(policy.text, request);
    case IAM_OP_IP_ADDRESS:
    case IAM_OP_NOT_IP_ADDRESS:
        return compare_addresses(policy.text, request);
    case IAM_OP_ARN_EQUALS:
    case IAM_OP_ARN_NOT_EQUALS:
    case IAM_OP_ARN_LIKE:
    case IAM_OP_ARN_NOT_LIKE:
        return compare_arns(policy, request);
    case IAM_OP_NULL:
    case IAM_OP_UNKNOWN:
        return IAM_NO_VALUE;
    default:
        return op >= IAM_OP_DATE_EQUALS ? compare_dates(op, policy.text, request) : compare_numbers(op, policy.text, request);
    }
}
