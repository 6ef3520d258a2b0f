/* A stack machine that builds formulas from the input: whatever they are, what is said of them agrees. Values come from the input
 * too, so that every operator meets values that are not of its type. */
#include "fuzz.h"
#include "iam/residue.h"

enum { STACK_MAX = 16, STEPS_MAX = 200 };

struct machine {
    struct residue_pool *pool;
    struct str rest;
    const struct residue *stack[STACK_MAX];
    unsigned count;
};

static unsigned byte(struct machine *m)
{
    if (!m->rest.len)
        return 0;
    unsigned c = (unsigned char)m->rest.ptr[0];
    m->rest = str_sub(m->rest, 1, m->rest.len);
    return c;
}

static struct str text(struct machine *m)
{
    size_t len = byte(m) % 12;
    struct str s = str_sub(m->rest, 0, len);
    m->rest = str_sub(m->rest, len, m->rest.len);
    return s.len ? s : STR("");
}

static void leaf(struct machine *m)
{
    static const char *const keys[] = {"aws:SourceVpce", "aws:sourcevpc", "aws:PrincipalArn", "aws:PrincipalAccount", "k"};
    unsigned shape = byte(m);
    struct str values[3] = {text(m), text(m), text(m)};
    struct residue_leaf l = {.kind = shape % 16 > 12 ? (enum residue_leaf_kind)(shape % 16 - 12) : RESIDUE_CONDITION,
                             .op = (enum iam_operator)(byte(m) % (IAM_OP_UNKNOWN + 1u)), .set = (enum iam_set)(shape / 16 % 3),
                             .if_exists = shape & 128, .key = str_of(keys[byte(m) % 5]), .values = values, .count = 1 + shape % 3};
    if (l.kind == RESIDUE_PATTERN)
        l.key = text(m);
    m->stack[m->count++] = residue_leaf(m->pool, &l, NULL);
}

static void step(struct machine *m)
{
    unsigned what = byte(m) % 5;
    if (what == 0 || m->count < 2)
        leaf(m);
    else if (what == 1)
        m->stack[m->count - 1] = residue_not(m->pool, m->stack[m->count - 1]);
    else {
        m->count--;
        const struct residue *a = m->stack[m->count - 1], *b = m->stack[m->count];
        m->stack[m->count - 1] = what < 4 ? residue_and(m->pool, a, b) : residue_or(m->pool, a, b);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new(0);
    struct machine m = {.pool = residue_pool_new(a), .rest = fuzz_str(data, size)};
    residue_link(m.pool, STR("aws:SourceVpce"), STR("a"), STR("aws:SourceVpc"), STR("b"));
    for (unsigned i = 0; i < STEPS_MAX && m.rest.len && m.count < STACK_MAX; i++)
        step(&m);
    const struct residue *all = residue_true;
    for (unsigned i = 0; i < m.count; i++)
        all = i % 2 ? residue_or(m.pool, all, m.stack[i]) : residue_and(m.pool, all, m.stack[i]);
    enum residue_verdict v = residue_judge(m.pool, all);
    const struct residue *simple = residue_simplify(m.pool, all);
    struct iam_context c;
    bool witness = residue_witness(m.pool, a, all, &c);
    MUST(v != RESIDUE_NEVER || (!witness && simple == residue_false));
    MUST(v != RESIDUE_ALWAYS || residue_judge(m.pool, residue_not(m.pool, all)) == RESIDUE_NEVER);
    if (witness)
        MUST(residue_assume(m.pool, all, &c) != residue_false);
    MUST((residue_needs(m.pool, all) == 0) || v != RESIDUE_NEVER);
    struct buf out;
    buf_init(&out, 1u << 20);
    struct json_out o;
    jo_init(&o, &out, false);
    residue_write_json(simple, &o);
    struct err e = {0};
    MUST(out.failed || json_parse(a, buf_str(&out), 1u << 20, &e));
    buf_reset(&out);
    residue_write_words(simple, &out);
    buf_done(&out);
    arena_free(a);
    return 0;
}
