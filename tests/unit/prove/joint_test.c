/* Both halves in one answer: the verdicts. */
#include "prove/joint.h"

#include "unit/prove/box.h"

/* A network half by hand: what it says of the labels of the box. */
static void half_fill(struct net_half *h, struct box *b)
{
    uint32_t n = b->p->labels.count;
    *h = (struct net_half){.arena = b->arena, .labels = &b->p->labels};
    h->verdicts = arena_array_of(b->arena, uint8_t, (size_t)n * n + 1);
    h->words = arena_array_of(b->arena, uint8_t, (size_t)n * n + 1);
    h->is_object = arena_array_of(b->arena, bool, n + 1);
    h->cells = arena_array_of(b->arena, struct net_cell, (size_t)n * n + 1);
}

static void half_say(struct net_half *h, uint32_t x, uint32_t y, enum prove_verdict v)
{
    if (h->verdicts[(size_t)x * h->labels->count + y] == v)
        return;
    h->is_object[y] = true;
    h->verdicts[(size_t)x * h->labels->count + y] = (uint8_t)v;
    h->cells[h->cell_count++] = (struct net_cell){.subject = x, .object = y, .verdict = v, .reason = STR("so it is")};
}

/* Every pair of verdicts: the worse one stands. */
static void the_worse_half_decides(void **state)
{
    static const enum prove_verdict order[] = {PROVE_PROVED, PROVE_DECLARED, PROVE_UNKNOWN, PROVE_VIOLATED};
    struct box b;
    struct net_half h;
    struct err e = {0};
    (void)state;
    box_init(&b, catalogue);
    box_account(&b, "111111111111", "acme");
    box_account(&b, "222222222222", "beta");
    box_tenant(&b, "acme");
    box_tenant(&b, "beta");
    box_bucket(&b, 0, "acme-data", "acme", NULL);
    box_bucket(&b, 1, "beta-data", "beta", NULL);
    box_prove_with(&b, true);
    uint32_t x = box_label(&b, "acme"), y = box_label(&b, "beta"), n = b.p->labels.count;
    assert_int_equal(b.p->cell_count, 0);
    for (int i = 0; i < 4; i++)
        for (int k = 0; k < 4; k++) {
            struct prove_cell cell = {.subject = x, .object = y, .verdict = order[i], .reason = STR("so it was")};
            half_fill(&h, &b);
            half_say(&h, x, y, order[k]);
            b.p->verdicts[(size_t)x * n + y] = (uint8_t)order[i];
            b.p->cells = &cell;
            b.p->cell_count = i > 0;
            struct joint *j = joint_prove(b.arena, b.p, &h, &e);
            assert_non_null(j);
            assert_int_equal(j->verdicts[(size_t)x * n + y], order[i > k ? i : k]);
            assert_int_equal(j->cell_count, i > 0 || k > 0);
            if (!j->cell_count)
                continue;
            assert_true(str_eqz(j->cells[0].layer, i >= k ? "iam" : "network"));
            assert_true(!j->cells[0].iam == !i && !j->cells[0].network == !k);
            assert_int_equal(str_contains(j->cells[0].reason, STR("so it was")), i >= k);
            assert_int_equal(str_contains(j->cells[0].reason, STR("so it is")), k >= i);
        }
    box_done(&b);
}

static void halves_of_other_labels_are_a_defect(void **state)
{
    struct box b;
    struct net_half h;
    struct err e = {0};
    (void)state;
    box_init(&b, catalogue);
    box_tenant(&b, "acme");
    box_prove_with(&b, true);
    half_fill(&h, &b);
    struct prove_labels fewer = {.count = 2};
    h.labels = &fewer;
    assert_null(joint_prove(b.arena, b.p, &h, &e));
    assert_int_equal(e.kind, ERR_INTERNAL);
    box_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_worse_half_decides),
        cmocka_unit_test(halves_of_other_labels_are_a_defect),
    };
    return cmocka_run_group_tests(tests, box_setup, box_teardown);
}
