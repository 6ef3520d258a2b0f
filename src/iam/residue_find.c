/*
 * A value that passes tests: candidates are tried. For ranges (numbers, times, addresses) the solutions begin or end at the
 * borders that the tests name, so a candidate on, before and after each border decides; texts are decided by
 * residue_text.c. Tests of different families on one key are left open where no candidate passes.
 */
#include "iam/residue_internal.h"

#include "base/instant.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>

enum family { TEXTS = 1, NUMBERS = 2, DATES = 4, BOOLS = 8, ADDRESSES = 16 };

struct find {
    struct residue_pool *pool;
    struct arena *arena;
    const struct test *tests;
    uint32_t count;
    struct str found;
    bool yes, maybe; /* a candidate passes, may pass */
    bool partial;    /* a border could not be read */
};

static enum family family_of(enum iam_operator op)
{
    if (op >= IAM_OP_NUMERIC_EQUALS && op <= IAM_OP_NUMERIC_GREATER_THAN_EQUALS)
        return NUMBERS;
    if (op >= IAM_OP_DATE_EQUALS && op <= IAM_OP_DATE_GREATER_THAN_EQUALS)
        return DATES;
    if (op == IAM_OP_BOOL)
        return BOOLS;
    return op == IAM_OP_IP_ADDRESS || op == IAM_OP_NOT_IP_ADDRESS ? ADDRESSES : TEXTS;
}

static void try(struct find *f, struct str value)
{
    enum tri all = TRI_YES;
    if (f->yes)
        return;
    for (uint32_t i = 0; i < f->count && all != TRI_NO; i++) {
        enum tri one = residue_test(f->pool, f->tests[i], value);
        all = one == TRI_YES ? all : one;
    }
    f->yes = all == TRI_YES;
    f->maybe |= all == TRI_MAYBE;
    if (f->yes)
        f->found = arena_str(f->arena, value);
}

/* Numbers, as millionths. */

static bool millionths(struct str s, int64_t *out)
{
    struct str rest = s, whole = str_cut(&rest, '.');
    bool minus = whole.len && whole.ptr[0] == '-';
    whole = str_sub(whole, whole.len && (minus || whole.ptr[0] == '+'), whole.len);
    int64_t n = 0;
    if (whole.len > 11 || (rest.ptr && rest.len > 6))
        return false;
    for (size_t i = 0; i < whole.len + 6; i++) {
        char c = i < whole.len ? whole.ptr[i] : i - whole.len < rest.len ? rest.ptr[i - whole.len] : '0';
        if (c < '0' || c > '9')
            return false;
        n = n * 10 + (c - '0');
    }
    *out = minus ? -n : n;
    return true;
}

/* `twice` counts half millionths, so that there is a number between any two borders. */
static void try_number(struct find *f, int64_t twice)
{
    char text[48];
    int64_t n = twice < 0 ? -twice : twice;
    int len = snprintf(text, sizeof text, "%s%" PRId64 ".%07" PRId64, twice < 0 ? "-" : "", n / 2000000, n % 2000000 * 5);
    while (len > 1 && text[len - 1] == '0')
        len--;
    len -= text[len - 1] == '.';
    try(f, str_make(text, (size_t)len));
}

static void try_numbers(struct find *f, struct str border)
{
    static const int64_t around[] = {0, -2000000, 2000000, -1, 1};
    int64_t n;
    if (!millionths(border, &n)) {
        f->partial = true;
        try(f, border);
        return;
    }
    for (size_t i = 0; i < sizeof around / sizeof *around; i++)
        try_number(f, n * 2 + around[i]);
}

/* Times. */

static void try_dates(struct find *f, struct str border)
{
    static const int64_t around[] = {0, -US_PER_S, US_PER_S, -1, 1};
    int64_t us, seconds;
    char text[INSTANT_TEXT_MAX];
    try(f, border);
    if (str_to_i64(border, &seconds) && seconds >= 0 && seconds < INT64_C(200000000000))
        us = seconds * US_PER_S;
    else if (!instant_parse(border, &us)) {
        f->partial = true;
        return;
    }
    for (size_t i = 0; i < sizeof around / sizeof *around; i++)
        try(f, str_of(around[i] % US_PER_S ? instant_cli(us + around[i], text) : instant_z(us + around[i], text)));
}

/* Addresses. */

/* Adds 1 or -1 to a big-endian number; false when it leaves its range. */
static bool add_one(unsigned char *bytes, int size, int by)
{
    for (int i = size - 1; i >= 0; i--) {
        int sum = bytes[i] + by;
        bytes[i] = (unsigned char)sum;
        if (sum >= 0 && sum <= 255)
            return true;
    }
    return false;
}

static void try_address(struct find *f, const unsigned char *bytes, int size)
{
    char text[INET6_ADDRSTRLEN];
    if (inet_ntop(size == 4 ? AF_INET : AF_INET6, bytes, text, sizeof text))
        try(f, str_of(text));
}

static void try_addresses(struct find *f, struct str border)
{
    char text[INET6_ADDRSTRLEN + 1];
    unsigned char first[16], last[16];
    struct str rest = border, host = str_cut(&rest, '/');
    uint64_t prefix = 0;
    if (host.len >= sizeof text || (rest.ptr && !str_to_u64(rest, &prefix)))
        return;
    memcpy(text, host.ptr, host.len);
    text[host.len] = '\0';
    int size = inet_pton(AF_INET, text, first) == 1 ? 4 : inet_pton(AF_INET6, text, first) == 1 ? 16 : 0;
    prefix = rest.ptr ? prefix : (uint64_t)size * 8;
    for (int i = 0; i < size; i++) {
        int bits = (int)prefix - i * 8;
        unsigned mask = bits >= 8 ? 0xff : bits <= 0 ? 0 : 0xffu << (8 - bits) & 0xffu;
        first[i] = (unsigned char)(first[i] & mask);
        last[i] = (unsigned char)(first[i] | (~mask & 0xffu));
    }
    if (!size)
        return;
    try_address(f, first, size);
    try_address(f, last, size);
    if (add_one(last, size, 1))
        try_address(f, last, size);
    if (add_one(first, size, -1))
        try_address(f, first, size);
}

static void try_borders(struct find *f, const struct test *t)
{
    const struct leaf_value *v = residue_values(f->pool, t->d);
    enum iam_operator op = t->d->leaf.op;
    for (uint32_t i = 0; i < t->d->sorted_count && !f->yes && f->pool->budget >= 0; i++) {
        struct str text = v[i].pattern.text;
        enum family family = family_of(op);
        if (v[i].open)
            f->maybe = true;
        else if (family == NUMBERS)
            try_numbers(f, text);
        else if (family == DATES)
            try_dates(f, text);
        else if (family == ADDRESSES)
            try_addresses(f, text);
        else if (residue_op_negated(op) == t->not)
            try(f, text);
    }
}

/* It can be passed by its own values only. */
static bool names_values(struct residue_pool *p, const struct test *t)
{
    const struct leaf_value *v = residue_values(p, t->d);
    enum iam_operator op = t->d->leaf.op;
    if (t->not || (op != IAM_OP_STRING_EQUALS && op != IAM_OP_BINARY_EQUALS && op != IAM_OP_STRING_LIKE))
        return false;
    for (uint32_t i = 0; i < t->d->sorted_count; i++)
        if (v[i].open || (op == IAM_OP_STRING_LIKE && iam_pattern_is_wild(v[i].pattern)))
            return false;
    return true;
}

static void try_common(struct find *f, unsigned families)
{
    static const struct {
        enum family family;
        const char *value;
    } common[] = {{TEXTS, "x"}, {NUMBERS, "0"}, {DATES, "2026-01-01T00:00:00Z"}, {BOOLS, "true"}, {BOOLS, "false"}, {ADDRESSES, "192.0.2.1"},
                  {ADDRESSES, "2001:db8::1"}, {ADDRESSES, "0.0.0.0"}, {ADDRESSES, "::"}};
    for (size_t i = 0; i < sizeof common / sizeof *common; i++)
        if (families & common[i].family)
            try(f, str_of(common[i].value));
}

enum tri residue_find(struct residue_pool *p, struct arena *a, const struct test *tests, uint32_t count, struct str *out)
{
    struct find f = {.pool = p, .arena = a, .tests = tests, .count = count};
    unsigned families = count ? 0 : TEXTS;
    const struct test *only = NULL;
    for (uint32_t i = 0; i < count; i++) {
        families |= family_of(tests[i].d->leaf.op);
        if (!only && names_values(p, &tests[i]))
            only = &tests[i];
        if (residue_may_be_other(tests[i].d))
            families |= TEXTS;
    }
    if (!only)
        try_common(&f, families);
    for (uint32_t i = 0; i < count && !f.yes && p->budget >= 0; i++)
        if (!only || only == &tests[i])
            try_borders(&f, &tests[i]);
    *out = f.found;
    if (f.yes)
        return TRI_YES;
    if (f.maybe || f.partial || p->budget < 0)
        return TRI_MAYBE;
    if (only)
        return TRI_NO;
    if (families == TEXTS) {
        enum tri found = residue_find_text(p, a, tests, count, out);
        if (found != TRI_YES)
            return found;
        try(&f, *out); /* by the rules for values, a second opinion */
        return f.yes ? TRI_YES : TRI_MAYBE;
    }
    return families & (families - 1) ? TRI_MAYBE : TRI_NO;
}
