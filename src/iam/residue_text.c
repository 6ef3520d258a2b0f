/*
 * A text that passes tests of strings and ARNs: breadth-first search through the product of the patterns' automata.
 *
 * A state is the set of positions that each pattern can be at. It dies when a test that must match has no position
 * left, or one that must not match is sure to. Only bytes that a pattern waits for make a difference, and one that none of
 * them has (a "fresh" one): where a text must not match, the fresh byte is at least as good as any other.
 */
#include "iam/residue_internal.h"

#include "codec/hash.h"

#include <stdlib.h>

enum token { BYTE, FOLDED, ANY, STAR, ANY_BUT_COLON, STAR_BUT_COLON, END };
enum { STATES_MAX = 20000, POSITIONS_MAX = 1 << 15 };

struct position {
    unsigned char token, byte;
    uint16_t test;
};

struct group {
    uint32_t from, to; /* its patterns' positions */
    bool must;         /* some pattern of it must match, or none */
};

struct state {
    uint32_t parent, next; /* next in its slot */
    unsigned char byte;
};

struct automaton {
    struct residue_pool *pool;
    struct arena *arena;
    struct position *at;
    uint32_t count, size;
    struct group *groups;
    uint32_t group_count;
    uint32_t *starts;
    uint32_t start_count, start_size;
    bool loose;       /* something was left out: a text that is found may fail */
    bool narrow;      /* only ARNs are looked at, though a test may be passed by others */
    bool colons;      /* a token is for all but ':' */
    unsigned char fresh;
    size_t words;
    struct state *states;
    uint64_t *bits;   /* of each state */
    uint32_t state_count, state_size;
    uint32_t *slots;
};

static void push(struct automaton *m, enum token token, char byte)
{
    if (m->count == m->size) {
        uint32_t size = m->size ? m->size * 2 : 256;
        struct position *more = arena_array_of(m->arena, struct position, size);
        if (m->count)
            memcpy(more, m->at, m->count * sizeof *more);
        m->at = more;
        m->size = size;
    }
    m->at[m->count++] = (struct position){.token = (unsigned char)token, .byte = (unsigned char)byte, .test = (uint16_t)m->group_count};
}

static void start(struct automaton *m)
{
    if (m->start_count == m->start_size) {
        uint32_t size = m->start_size ? m->start_size * 2 : 16, *more = arena_array_of(m->arena, uint32_t, size);
        if (m->start_count)
            memcpy(more, m->starts, m->start_count * sizeof *more);
        m->starts = more;
        m->start_size = size;
    }
    m->starts[m->start_count++] = m->count;
}

static bool is_like(enum iam_operator op) { return op == IAM_OP_STRING_LIKE || op == IAM_OP_STRING_NOT_LIKE; }
static bool is_arn(enum iam_operator op) { return op >= IAM_OP_ARN_EQUALS && op <= IAM_OP_ARN_NOT_LIKE; }

static void add_pattern(struct automaton *m, enum iam_operator op, const struct iam_pattern *p)
{
    bool fold = op == IAM_OP_STRING_EQUALS_IGNORE_CASE || op == IAM_OP_STRING_NOT_EQUALS_IGNORE_CASE;
    bool arn = is_arn(op);
    int colons = 0;
    start(m);
    for (size_t i = 0; i < p->text.len; i++) {
        char c = p->text.ptr[i];
        bool wild = (is_like(op) || arn) && (!p->wild || p->wild[i]) && (c == '*' || c == '?');
        bool field = arn && colons < 5;
        colons += c == ':';
        m->colons |= wild && field;
        if (!wild)
            push(m, fold ? FOLDED : BYTE, fold && c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c);
        else
            push(m, c == '*' ? (field ? STAR_BUT_COLON : STAR) : (field ? ANY_BUT_COLON : ANY), 0);
    }
    push(m, END, 0);
}

/* The operators on ARNs hold of nothing but ARNs. */
static void add_shape(struct automaton *m)
{
    static const unsigned char shape[] = "arn:*:*:*:*:*";
    struct iam_pattern p = {str_make((const char *)shape, sizeof shape - 1), NULL};
    m->groups[m->group_count] = (struct group){.from = m->count, .must = true};
    add_pattern(m, IAM_OP_ARN_LIKE, &p);
    m->groups[m->group_count++].to = m->count;
}

static void add_test(struct automaton *m, struct test t)
{
    const struct leaf_value *v = residue_values(m->pool, t.d);
    bool must = residue_op_negated(t.d->leaf.op) == t.not, open = false;
    for (uint32_t i = 0; i < t.d->sorted_count; i++)
        open |= v[i].open;
    m->loose |= open;
    m->narrow |= (t.not || residue_may_be_other(t.d)) && is_arn(t.d->leaf.op);
    if (open && must)
        return;
    m->groups[m->group_count] = (struct group){.from = m->count, .must = must};
    for (uint32_t i = 0; i < t.d->sorted_count && m->count < POSITIONS_MAX; i++)
        if (!v[i].open)
            add_pattern(m, t.d->leaf.op, &v[i].pattern);
    m->groups[m->group_count++].to = m->count;
}

static bool star(unsigned char token) { return token == STAR || token == STAR_BUT_COLON; }

/* Also where a star ends: it may stand for nothing. */
static void reach(const struct automaton *m, uint64_t *bits, uint32_t i)
{
    while (!(bits[i / 64] >> (i % 64) & 1)) {
        bits[i / 64] |= (uint64_t)1 << (i % 64);
        if (!star(m->at[i].token))
            return;
        i++;
    }
}

static bool takes(const struct position *p, unsigned char c)
{
    switch (p->token) {
    case BYTE: return p->byte == c;
    case FOLDED: return p->byte == (c >= 'A' && c <= 'Z' ? c | 0x20 : c);
    case ANY: case STAR: return true;
    case ANY_BUT_COLON: case STAR_BUT_COLON: return c != ':';
    default: return false;
    }
}

#define each_bit(m, bits, i)                                                                                                                         \
    for (size_t w_ = 0; w_ < (m)->words; w_++)                                                                                                       \
        for (uint64_t left_ = (bits)[w_]; left_; left_ &= left_ - 1)                                                                                 \
            for (uint32_t i = (uint32_t)(w_ * 64) + (uint32_t)__builtin_ctzll(left_), once_ = 1; once_; once_ = 0)

static void step(const struct automaton *m, const uint64_t *from, uint64_t *to, unsigned char c)
{
    memset(to, 0, m->words * sizeof *to);
    each_bit(m, from, i)
        if (takes(&m->at[i], c))
            reach(m, to, star(m->at[i].token) ? i : i + 1);
}

/* Whether some test is lost whatever follows; *done: the text so far passes all. */
static bool lost(const struct automaton *m, const uint64_t *bits, bool *done)
{
    *done = true;
    for (uint32_t g = 0; g < m->group_count; g++) {
        bool any = false, end = false, sure = false;
        for (uint32_t i = m->groups[g].from; i < m->groups[g].to; i++) {
            if (!(bits[i / 64] >> (i % 64) & 1)) {
                if (i % 64 == 0 && bits[i / 64] == 0 && i + 63 < m->groups[g].to)
                    i += 63;
                continue;
            }
            any = true;
            end |= m->at[i].token == END;
            sure |= m->at[i].token == STAR && m->at[i + 1].token == END;
        }
        if (m->groups[g].must ? !any : sure)
            return true;
        *done &= m->groups[g].must == end;
    }
    return false;
}

static void add_state(struct automaton *m, const uint64_t *bits, struct state of)
{
    if (m->state_count == m->state_size) {
        uint32_t size = m->state_size ? m->state_size * 2 : 256;
        struct state *states = arena_array_of(m->arena, struct state, size);
        uint64_t *all = arena_array_of(m->arena, uint64_t, size * m->words);
        if (m->state_count) {
            memcpy(states, m->states, m->state_count * sizeof *states);
            memcpy(all, m->bits, m->state_count * m->words * sizeof *all);
        }
        m->states = states;
        m->bits = all;
        m->state_size = size;
    }
    memcpy(m->bits + (size_t)m->state_count * m->words, bits, m->words * sizeof *bits);
    m->states[m->state_count++] = of;
}

static bool known_state(struct automaton *m, const uint64_t *bits, uint32_t parent, unsigned char c)
{
    uint64_t hash = hash64(str_make((const char *)bits, m->words * sizeof *bits), 0) % STATES_MAX;
    for (uint32_t s = m->slots[hash]; s; s = m->states[s - 1].next)
        if (memcmp(m->bits + (size_t)(s - 1) * m->words, bits, m->words * sizeof *bits) == 0)
            return true;
    add_state(m, bits, (struct state){.parent = parent, .next = m->slots[hash], .byte = c});
    m->slots[hash] = m->state_count;
    return false;
}

static struct str text_of(const struct automaton *m, uint32_t state)
{
    size_t len = 0;
    for (uint32_t s = state; s; s = m->states[s].parent)
        len++;
    char *to = arena_alloc(m->arena, len + 1);
    for (uint32_t s = state; s; s = m->states[s].parent)
        to[--len] = (char)m->states[s].byte;
    len = 0;
    for (uint32_t s = state; s; s = m->states[s].parent)
        len++;
    return str_make(to, len);
}

/* Bytes that make a difference here. */
static uint32_t alphabet(const struct automaton *m, const uint64_t *bits, unsigned char out[256])
{
    bool in[256] = {false};
    in[m->fresh] = true;
    in[':'] = in[':'] || m->colons;
    each_bit(m, bits, i)
    {
        const struct position *p = &m->at[i];
        if (!m->groups[p->test].must || (p->token != BYTE && p->token != FOLDED))
            continue;
        in[p->byte] = true;
        if (p->token == FOLDED && p->byte >= 'a' && p->byte <= 'z')
            in[p->byte - 0x20] = true;
    }
    uint32_t n = 0;
    for (unsigned c = 0; c < 256; c++)
        if (in[c])
            out[n++] = (unsigned char)c;
    return n;
}

static enum tri search(struct automaton *m, struct str *out)
{
    uint64_t *bits = arena_array_of(m->arena, uint64_t, m->words);
    bool done;
    for (uint32_t i = 0; i < m->start_count; i++)
        reach(m, bits, m->starts[i]);
    if (lost(m, bits, &done))
        return TRI_NO;
    /* Not among the known states: where the empty text passes, a longer one is the better example. */
    add_state(m, bits, (struct state){0});
    bool empty = done;
    for (uint32_t s = 0; s < m->state_count; s++) {
        unsigned char bytes[256];
        uint32_t n = alphabet(m, m->bits + (size_t)s * m->words, bytes);
        if (m->state_count > STATES_MAX || !residue_spend(m->pool, (int64_t)n * (int64_t)(m->words * 8 + 8)))
            return TRI_MAYBE;
        for (uint32_t i = 0; i < n; i++) {
            step(m, m->bits + (size_t)s * m->words, bits, bytes[i]);
            if (lost(m, bits, &done) || known_state(m, bits, s, bytes[i]) || !done)
                continue;
            *out = text_of(m, m->state_count - 1);
            return TRI_YES;
        }
    }
    *out = STR("");
    return empty ? TRI_YES : TRI_NO;
}

static unsigned char fresh_byte(const struct automaton *m)
{
    bool used[256] = {false};
    for (uint32_t i = 0; i < m->count; i++) {
        used[m->at[i].byte] |= m->at[i].token == BYTE || m->at[i].token == FOLDED;
        if (m->at[i].token == FOLDED && m->at[i].byte >= 'a' && m->at[i].byte <= 'z')
            used[m->at[i].byte - 0x20] = true;
    }
    static const char wanted[] = "xyzabcdefghijklmnopqrstuvw0123456789XYZABCDEFGHIJKLMNOPQRSTUVW-_.";
    for (const char *c = wanted; *c; c++)
        if (!used[(unsigned char)*c])
            return (unsigned char)*c;
    unsigned c = 1;
    while (c < 255 && (used[c] || c == ':' || c == '*' || c == '?'))
        c++;
    return (unsigned char)c;
}

enum tri residue_find_text(struct residue_pool *p, struct arena *a, const struct test *tests, uint32_t count, struct str *out)
{
    struct automaton m = {.pool = p, .arena = a, .groups = arena_array_of(a, struct group, count + 1), .slots = arena_array_of(a, uint32_t, STATES_MAX)};
    bool arn = false;
    for (uint32_t i = 0; i < count; i++) {
        add_test(&m, tests[i]);
        arn |= is_arn(tests[i].d->leaf.op);
    }
    if (arn)
        add_shape(&m);
    if (m.count >= POSITIONS_MAX || count >= UINT16_MAX || !residue_spend(p, m.count)) {
        p->capped = true;
        return TRI_MAYBE;
    }
    m.words = m.count / 64 + 1;
    m.fresh = fresh_byte(&m);
    enum tri found = search(&m, out);
    return (found == TRI_YES && m.loose) || (found == TRI_NO && m.narrow) ? TRI_MAYBE : found;
}
