/* Lines: pattern, second pattern, text, operator. Globs agree with the plain matcher, overlap and covering with matches,
 * and a negated operator never holds together with its positive one. */
#include "fuzz.h"
#include "iam/glob.h"
#include "iam/match.h"

enum { PATTERN_MAX = 200 };

static bool hits(struct str pattern, struct str text)
{
    return iam_pattern_matches((struct iam_pattern){pattern, NULL}, text, false, NULL);
}

static void check_globs(struct str p, struct str q, struct str text)
{
    struct iam_glob g = iam_glob_compile(p, false);
    MUST(iam_glob_matches(&g, text, false) == str_glob(p, text));
    MUST(hits(p, text) == str_glob(p, text));
    MUST(!hits(p, text) || iam_pattern_matches((struct iam_pattern){p, NULL}, text, true, NULL));
    MUST(iam_globs_overlap(p, q) == iam_globs_overlap(q, p));
    MUST(!(hits(p, text) && hits(q, text)) || iam_globs_overlap(p, q));
    MUST(!(iam_glob_covers(p, q) && hits(q, text)) || hits(p, text));
    MUST(!iam_glob_covers(p, q) || iam_globs_overlap(p, q));
    MUST(iam_glob_covers(p, p));
}

static const struct residue *holds(struct arena *a, struct residue_pool *pool, const char *op, struct str value, struct str text,
                                   enum iam_key_state state)
{
    struct iam_condition k;
    struct iam_key key = {.name = STR("k"), .state = state, .values = &text, .count = 1};
    struct iam_context c = {&key, 1, false};
    (void)iam_condition_compile(a, str_of(op), STR("K"), &value, 1, true, &k);
    const struct residue *r = iam_condition_holds(pool, &k, true, &c, NULL);
    MUST(r);
    return r;
}

static void check_conditions(struct arena *a, struct str value, struct str text)
{
    static const char *const pairs[][2] = {
        {"StringEquals", "StringNotEquals"}, {"StringLike", "StringNotLike"},   {"NumericEquals", "NumericNotEquals"},
        {"DateEquals", "DateNotEquals"},     {"IpAddress", "NotIpAddress"},     {"ArnLike", "ArnNotLike"},
        {"NumericLessThan", "NumericGreaterThanEquals"}, {"DateLessThan", "DateGreaterThanEquals"},
    };
    struct residue_pool *pool = residue_pool_new(a);
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        const struct residue *yes = holds(a, pool, pairs[i][0], value, text, IAM_KEY_KNOWN);
        const struct residue *no = holds(a, pool, pairs[i][1], value, text, IAM_KEY_KNOWN);
        MUST(!(yes == residue_true && no == residue_true));
        MUST(i > 1 || (yes == residue_true) != (no == residue_true) || yes != residue_false); /* texts are always comparable */
        MUST(holds(a, pool, pairs[i][0], value, text, IAM_KEY_SOME) != NULL);
        MUST(holds(a, pool, pairs[i][1], value, text, IAM_KEY_MAYBE) != residue_false || no == residue_false || i > 5);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str rest = fuzz_str(data, size), line[4] = {{"", 0}, {"", 0}, {"", 0}, {"", 0}};
    for (int i = 0; i < 4 && rest.ptr; i++) {
        line[i] = str_cut(&rest, '\n');
        line[i] = str_sub(line[i], 0, PATTERN_MAX);
    }
    struct arena *a = arena_new(0);
    check_globs(line[0], line[1], line[2]);
    check_conditions(a, line[0], line[2]);
    struct residue_pool *pool = residue_pool_new(a);
    (void)holds(a, pool, arena_cstr(a, line[3]), line[0], line[2], IAM_KEY_KNOWN);
    (void)holds(a, pool, arena_cstr(a, line[3]), line[0], line[2], IAM_KEY_OPEN);
    struct iam_resource r = iam_resource_compile(a, line[0], true);
    struct iam_statement s = {.allow = true, .has_resource = true, .resources = &r, .resource_count = 1};
    struct iam_request q = {.resource = line[2]};
    for (int layer = 0; layer < IAM_LAYER_COUNT; layer++) {
        (void)iam_statement_covers_resource(pool, &s, true, (enum iam_layer)layer, &q, NULL);
    }
    arena_free(a);
    return 0;
}
