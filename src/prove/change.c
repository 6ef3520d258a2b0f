#include "prove/change_internal.h"

#include <stdio.h>
#include <stdlib.h>

const char *change_kind_name(enum change_kind k)
{
    static const char *const names[CHANGE_KINDS] = {"opened", "unknown", "closed", "known", "word"};
    return names[k];
}

const char *change_what_name(enum change_what w)
{
    static const char *const names[] = {"added", "removed", "altered"};
    return names[w];
}

/* ---- one side ---- */

const struct prove_labels *change_labels(const struct change_side *s)
{
    return s->iam ? &s->iam->labels : s->network->labels;
}

static enum prove_verdict half_verdict(const struct change_side *s, bool network, uint32_t x, uint32_t y)
{
    size_t c = (size_t)x * change_labels(s)->count + y;
    if (network)
        return s->network->is_object[y] ? (enum prove_verdict)s->network->verdicts[c] : PROVE_PROVED;
    return s->iam->is_object[y] ? (enum prove_verdict)s->iam->verdicts[c] : PROVE_PROVED;
}

enum prove_verdict change_verdict(const struct change_side *s, uint32_t x, uint32_t y)
{
    return s->joint ? joint_verdict_of(s->joint, x, y) : half_verdict(s, s->network != NULL, x, y);
}

bool change_is_object(const struct change_side *s, uint32_t y)
{
    return s->joint ? s->joint->is_object[y] : s->network ? s->network->is_object[y] : s->iam->is_object[y];
}

enum prove_verdict change_overall(const struct change_side *s)
{
    return s->joint ? joint_overall(s->joint) : s->network ? net_half_overall(s->network) : prove_overall(s->iam);
}

void change_window(const struct change_side *s, int64_t *from_us, int64_t *to_us)
{
    *from_us = s->network ? s->network->net->from_us : s->iam->world->from_us;
    *to_us = s->network ? s->network->net->to_us : s->iam->world->to_us;
}

static enum net_word word_of(const struct change_side *s, uint32_t x, uint32_t y)
{
    if (!s->network)
        return NET_WORDS;
    return s->network->is_object[y] ? (enum net_word)s->network->words[(size_t)x * s->network->labels->count + y]
                                    : NET_WORD_NONE;
}

/* ---- the cells that both lists have ---- */

struct finder {
    struct arena *a;
    struct changes *c;
    const struct change_side *side[2]; /* before, after */
    struct map cells[2][3];            /* "x y" -> cell: joint, network, IAM */
    uint32_t *other;                   /* by label after: the one before of that name, or UINT32_MAX */
    uint32_t room, told;
};

static struct str pair_key(struct arena *a, uint32_t x, uint32_t y)
{
    return arena_printf(a, "%u %u", x, y);
}

static void index_cells(struct finder *f, int side)
{
    const struct change_side *s = f->side[side];
    for (int i = 0; i < 3; i++)
        map_init(&f->cells[side][i], f->a);
    for (uint32_t i = 0; s->joint && i < s->joint->cell_count; i++)
        map_put(&f->cells[side][0], pair_key(f->a, s->joint->cells[i].subject, s->joint->cells[i].object),
                &s->joint->cells[i]);
    for (uint32_t i = 0; s->network && i < s->network->cell_count; i++)
        map_put(&f->cells[side][1], pair_key(f->a, s->network->cells[i].subject, s->network->cells[i].object),
                &s->network->cells[i]);
    for (uint32_t i = 0; s->iam && i < s->iam->cell_count; i++)
        map_put(&f->cells[side][2], pair_key(f->a, s->iam->cells[i].subject, s->iam->cells[i].object),
                &s->iam->cells[i]);
}

/* ---- causes ---- */

void cause_add(struct cause_list *l, struct change_cause c)
{
    for (uint32_t i = 0; i < l->count; i++)
        if (l->items[i].what == c.what && str_eq(l->items[i].text, c.text)) {
            l->items[i].tried |= c.tried;
            return;
        }
    if (l->count < CHANGE_CAUSES_MAX)
        l->items[l->count++] = c;
}

static void causes_of_joint(struct cause_list *l, const struct change *c, const struct change_side *with,
                            const struct change_side *without, bool opened)
{
    const struct joint_cell *cell = c->joint_cell;
    for (uint32_t i = 0; cell && i < cell->hop_count; i++) {
        const struct joint_hop *h = &cell->hops[i];
        if (h->witness && h->witness->path)
            change_net_causes(l, with->network, without->network, h->witness, opened);
        else if (h->iam)
            change_iam_causes(l, with->iam, without->iam, h->iam, opened);
    }
}

/* What was tried first: the rest differs on the way too, and could not be taken back or is new as a whole. */
static void keep_causes(struct change *c, struct cause_list *l)
{
    c->causes = arena_array_of(l->a, struct change_cause, l->count + 1);
    for (int tried = 1; tried >= 0; tried--)
        for (uint32_t i = 0; i < l->count; i++)
            if (l->items[i].tried == (tried != 0))
                c->causes[c->cause_count++] = l->items[i];
}

static void explain(struct finder *f, struct change *c)
{
    const struct change_side *with = f->side[c->in_before ? 0 : 1], *without = f->side[c->in_before ? 1 : 0];
    struct cause_list *l = arena_new_of(f->a, struct cause_list);
    *l = (struct cause_list){.a = f->a};
    bool opened = !c->in_before;
    causes_of_joint(l, c, with, without, opened);
    for (uint32_t i = 0; c->net_cell && i < c->net_cell->witness_count; i++)
        change_net_causes(l, with->network, without->network, &c->net_cell->witnesses[i], opened);
    for (uint32_t i = 0; c->iam_cell && i < c->iam_cell->hop_count; i++)
        change_iam_causes(l, with->iam, without->iam, &c->iam_cell->hops[i], opened);
    keep_causes(c, l);
}

/* ---- what was not read ---- */

static bool missing_has(const struct prove_missing *items, uint32_t count, struct str what)
{
    for (uint32_t i = 0; i < count; i++)
        if (str_eq(items[i].what, what))
            return true;
    return false;
}

static void add_gaps(struct finder *f, struct change *c, const uint32_t *gaps, uint32_t count, bool network)
{
    const struct change_side *here = f->side[c->in_before ? 0 : 1], *there = f->side[c->in_before ? 1 : 0];
    const struct prove_missing *items = network ? here->network->missing : here->iam->missing;
    const struct prove_missing *others = network ? there->network->missing : there->iam->missing;
    uint32_t other_count = network ? there->network->missing_count : there->iam->missing_count;
    for (uint32_t i = 0; i < count; i++) {
        const struct prove_missing *m = &items[gaps[i]];
        if (c->gap_count < CHANGE_CAUSES_MAX && !missing_has(others, other_count, m->what))
            c->gaps[c->gap_count++] =
                m->why.len ? arena_printf(f->a, "%.*s: %.*s", STR_ARG(m->what), STR_ARG(m->why)) : m->what;
    }
}

static void gaps_of(struct finder *f, struct change *c)
{
    c->gaps = arena_array_of(f->a, struct str, CHANGE_CAUSES_MAX);
    if (c->net_cell)
        add_gaps(f, c, c->net_cell->gaps, c->net_cell->gap_count, true);
    if (c->iam_cell)
        add_gaps(f, c, c->iam_cell->gaps, c->iam_cell->gap_count, false);
}

/* ---- the comparison ---- */

static enum change_kind kind_of(enum prove_verdict before, enum prove_verdict after)
{
    if (before == after)
        return CHANGE_WORD;
    if (after == PROVE_VIOLATED)
        return CHANGE_OPENED;
    if (after == PROVE_UNKNOWN)
        return CHANGE_UNKNOWN;
    return before == PROVE_VIOLATED ? CHANGE_CLOSED : before == PROVE_UNKNOWN ? CHANGE_KNOWN : CHANGE_WORD;
}

/* A pair by labels of both sides; UINT32_MAX: that side has no such label. */
struct pair {
    uint32_t x[2], y[2];
};

static bool has_pair(const struct finder *f, const struct pair *p, int side)
{
    return p->x[side] != UINT32_MAX && p->y[side] != UINT32_MAX && change_is_object(f->side[side], p->y[side]);
}

static void *cell_at(struct finder *f, const struct pair *p, int side, int which)
{
    char text[32];
    if (p->x[side] == UINT32_MAX || p->y[side] == UINT32_MAX)
        return NULL;
    snprintf(text, sizeof text, "%u %u", p->x[side], p->y[side]);
    return map_get(&f->cells[side][which], str_of(text));
}

/* `only`: of one half, where the joint verdict is the same: "network" or "iam". */
static void add_change(struct finder *f, const struct pair *p, struct change c, const char *only)
{
    c.in_before = c.kind == CHANGE_CLOSED || c.kind == CHANGE_KNOWN;
    int side = c.in_before ? 0 : 1;
    const struct prove_labels *l = change_labels(f->side[p->x[1] == UINT32_MAX || p->y[1] == UINT32_MAX ? 0 : 1]);
    int named = p->x[1] == UINT32_MAX || p->y[1] == UINT32_MAX ? 0 : 1;
    enum prove_verdict shown = c.in_before ? c.before : c.after;
    c.subject = l->names[p->x[named]];
    c.object = l->names[p->y[named]];
    struct joint_cell *joint = only ? NULL : cell_at(f, p, side, 0);
    struct net_cell *net = only && str_eqz(str_of(only), "iam") ? NULL : cell_at(f, p, side, 1);
    struct prove_cell *iam = only && str_eqz(str_of(only), "network") ? NULL : cell_at(f, p, side, 2);
    c.joint_cell = joint;
    c.net_cell = net && (net->verdict == shown || shown == PROVE_UNKNOWN) ? net : NULL;
    c.iam_cell = iam && (iam->verdict == shown || shown == PROVE_UNKNOWN) ? iam : NULL;
    c.layer = only                  ? str_of(only)
              : joint               ? joint->layer
              : f->side[1]->joint   ? STR("both")
              : f->side[1]->network ? STR("network")
                                    : STR("iam");
    c.reason = joint ? joint->reason : c.net_cell ? c.net_cell->reason : c.iam_cell ? c.iam_cell->reason : STR("");
    f->c->counts[c.kind]++;
    if (f->c->count == CHANGES_MAX) {
        f->c->left++;
        return;
    }
    if (f->c->count == f->room) {
        f->room = f->room ? f->room * 2 : 64;
        struct change *more = arena_array_of(f->a, struct change, f->room);
        if (f->c->count)
            memcpy(more, f->c->items, f->c->count * sizeof *more);
        f->c->items = more;
    }
    f->c->items[f->c->count++] = c;
}

static bool half_changed(const struct finder *f, const struct pair *p, bool network, struct change *c)
{
    c->before = has_pair(f, p, 0) ? half_verdict(f->side[0], network, p->x[0], p->y[0]) : PROVE_PROVED;
    c->after = has_pair(f, p, 1) ? half_verdict(f->side[1], network, p->x[1], p->y[1]) : PROVE_PROVED;
    return c->before != c->after && (c->before == PROVE_VIOLATED || c->after == PROVE_VIOLATED);
}

static void compare(struct finder *f, const struct pair *p)
{
    struct change c = {.word_before = NET_WORDS, .word_after = NET_WORDS};
    bool has[2] = {has_pair(f, p, 0), has_pair(f, p, 1)};
    if (!has[0] && !has[1])
        return;
    c.before = has[0] ? change_verdict(f->side[0], p->x[0], p->y[0]) : PROVE_PROVED;
    c.after = has[1] ? change_verdict(f->side[1], p->x[1], p->y[1]) : PROVE_PROVED;
    if (f->side[1]->network) {
        c.word_before = has[0] ? word_of(f->side[0], p->x[0], p->y[0]) : NET_WORD_NONE;
        c.word_after = has[1] ? word_of(f->side[1], p->x[1], p->y[1]) : NET_WORD_NONE;
    }
    c.kind = kind_of(c.before, c.after);
    if (c.before != c.after) {
        add_change(f, p, c, NULL);
        return;
    }
    struct change one = c;
    bool told = false;
    for (int network = 0; f->side[1]->joint && network < 2; network++)
        if (half_changed(f, p, network, &one)) {
            one.kind = kind_of(one.before, one.after);
            add_change(f, p, one, network ? "network" : "iam");
            told = true;
        }
    if (!told && c.word_before != c.word_after)
        add_change(f, p, c, f->side[1]->joint ? "network" : NULL);
}

static uint32_t label_named(const struct map *names, struct str name)
{
    void *v = map_get(names, name);
    return v ? (uint32_t)((uintptr_t)v - 1) : UINT32_MAX;
}

static void names_of(struct arena *a, const struct prove_labels *l, struct map *out)
{
    map_init(out, a);
    for (uint32_t i = 0; i < l->count; i++)
        map_put(out, l->names[i], (void *)(uintptr_t)(i + 1)); /* NOLINT(performance-no-int-to-ptr) */
}

static void compare_all(struct finder *f)
{
    const struct prove_labels *before = change_labels(f->side[0]), *after = change_labels(f->side[1]);
    struct map old_names, new_names;
    names_of(f->a, before, &old_names);
    names_of(f->a, after, &new_names);
    uint32_t *old_of = arena_array_of(f->a, uint32_t, after->count + 1),
             *gone = arena_array_of(f->a, uint32_t, before->count + 1), gone_count = 0;
    for (uint32_t i = 0; i < after->count; i++)
        old_of[i] = label_named(&old_names, after->names[i]);
    for (uint32_t i = 0; i < before->count; i++)
        if (label_named(&new_names, before->names[i]) == UINT32_MAX)
            gone[gone_count++] = i;
    for (uint32_t x = 0; x < after->count; x++)
        for (uint32_t y = 0; y < after->count; y++)
            if (x != y)
                compare(f, &(struct pair){.x = {old_of[x], x}, .y = {old_of[y], y}});
    /* A tenant that is not there any more had cells too. */
    for (uint32_t i = 0; i < gone_count; i++)
        for (uint32_t y = 0; y < before->count; y++)
            if (y != gone[i]) {
                compare(
                    f, &(struct pair){.x = {gone[i], UINT32_MAX}, .y = {y, label_named(&new_names, before->names[y])}});
                if (label_named(&new_names, before->names[y]) != UINT32_MAX)
                    compare(f, &(struct pair){.x = {y, label_named(&new_names, before->names[y])},
                                              .y = {gone[i], UINT32_MAX}});
            }
}

static int by_kind(const void *x, const void *y)
{
    const struct change *a = x, *b = y;
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    int by = str_cmp(a->subject, b->subject);
    by = by ? by : str_cmp(a->object, b->object);
    return by ? by : str_cmp(a->layer, b->layer);
}

struct changes *changes_find(struct arena *a, const struct change_side *before, const struct change_side *after)
{
    struct changes *c = arena_new_of(a, struct changes);
    *c = (struct changes){.arena = a, .before = before, .after = after};
    struct finder f = {.a = a, .c = c, .side = {before, after}};
    index_cells(&f, 0);
    index_cells(&f, 1);
    compare_all(&f);
    if (c->count)
        qsort(c->items, c->count, sizeof *c->items, by_kind);
    for (uint32_t i = 0; i < c->count; i++) {
        struct change *one = &c->items[i];
        bool is_way = one->kind != CHANGE_WORD && (one->kind != CHANGE_UNKNOWN || one->before != PROVE_VIOLATED);
        if (is_way && f.told++ < CHANGES_TOLD_MAX)
            explain(&f, one);
        if (one->kind == CHANGE_UNKNOWN || one->kind == CHANGE_KNOWN)
            gaps_of(&f, one);
    }
    return c;
}

/* ---- the ledger ---- */

static bool ledger_is_there(struct store *s, struct err *e)
{
    int64_t columns = 0;
    if (!store_get_int(
            s, "SELECT count(*) FROM pragma_table_info('ledger') WHERE name IN ('at_us', 'actor', 'event', 'resource')",
            &columns, e))
        return false;
    return columns == 4;
}

enum { ACTS_MAX = 10 };

static bool join_one(struct changes *c, struct query *q, struct change_cause *cause, int64_t from_us, int64_t to_us)
{
    query_bind_str(q, 1, cause->id);
    query_bind_int(q, 2, from_us);
    query_bind_int(q, 3, to_us);
    query_bind_int(q, 4, ACTS_MAX);
    cause->acts = arena_array_of(c->arena, struct change_act, ACTS_MAX);
    while (query_step(q))
        cause->acts[cause->act_count++] = (struct change_act){query_int(q, 0), arena_str(c->arena, query_str(q, 1)),
                                                              arena_str(c->arena, query_str(q, 2))};
    query_reset(q);
    return true;
}

bool changes_join_ledger(struct changes *c, struct store *s, int64_t from_us, int64_t to_us, struct err *e)
{
    c->has_ledger = ledger_is_there(s, e);
    if (!c->has_ledger)
        return !err_is_set(e);
    struct query *q =
        query_new(s,
                  "SELECT at_us, actor, event FROM ledger WHERE (resource = ?1 OR (length(resource) > length(?1) AND "
                  "substr(resource, -length(?1) - 1) IN ('/' || ?1, ':' || ?1))) AND at_us BETWEEN ?2 AND ?3 ORDER BY "
                  "at_us, event LIMIT ?4",
                  e);
    if (!q)
        return false;
    for (uint32_t i = 0; i < c->count; i++)
        for (uint32_t k = 0; k < c->items[i].cause_count; k++)
            if (c->items[i].causes[k].id.len && !join_one(c, q, &c->items[i].causes[k], from_us, to_us))
                break;
    return query_done(q);
}
