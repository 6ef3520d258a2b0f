/* What each action means to the proof. */
#include "prove/internal.h"

static const char *const key_takers[] = {"PutKeyPolicy"};

static bool is_kms(const struct iam_action_info *a) { return str_eq_nocase(a->service, STR("kms")); }

/* What gives the use of a key: itself, or a grant or a policy of one's own making. */
static bool decrypts(const struct iam_action_info *a)
{
    return is_kms(a) && (str_eq_nocase(a->name, STR("Decrypt")) || str_eq_nocase(a->name, STR("CreateGrant")) ||
                         str_eq_nocase(a->name, STR("PutKeyPolicy")) || str_eq_nocase(a->name, STR("ReEncryptFrom")) ||
                         str_eq_nocase(a->name, STR("ReplicateKey")));
}

static bool tags_principal(const struct iam_action_info *a)
{
    return str_eq_nocase(a->service, STR("iam")) &&
           (str_eq_nocase(a->name, STR("TagRole")) || str_eq_nocase(a->name, STR("TagUser")));
}

static uint8_t class_of(const struct iam_action_info *a)
{
    const unsigned gated = 1u << IAM_TOUCH_READ | 1u << IAM_TOUCH_COPY;
    const unsigned ungated = 1u << IAM_TOUCH_WRITE | 1u << IAM_TOUCH_DELETE | 1u << IAM_TOUCH_SHARE | 1u << IAM_TOUCH_BORDER;
    unsigned out = 0;
    if (a->touches & ungated)
        out |= CLASS_OPEN;
    if (a->touches & gated)
        out |= CLASS_GATED;
    if (is_kms(a)) {
        bool takes = str_eq_nocase(a->name, str_of(key_takers[0]));
        out = takes || a->touches & 1u << IAM_TOUCH_DELETE ? CLASS_KEY : 0;
    }
    if (decrypts(a))
        out |= CLASS_DECRYPT;
    return (uint8_t)(tags_principal(a) ? out | CLASS_TAG : out);
}

void prove_classes_fill(struct prover *v)
{
    const struct iam_catalogue *c = v->g->world->catalogue;
    uint32_t count = v->r->question_count(v->r->self);
    v->class_of = arena_array_of(v->a, uint8_t, count + 1);
    v->touches_of = arena_array_of(v->a, uint8_t, count + 1);
    for (int k = 0; k < 5; k++)
        v->class_bits[k] = bits_new(v->a, count);
    for (uint32_t bit = 0; bit < count; bit++) {
        const struct iam_action_info *a = &c->actions[v->r->question_action(v->r->self, bit)];
        v->class_of[bit] = class_of(a);
        v->touches_of[bit] = v->class_of[bit] & CLASS_TAG ? 1u << IAM_TOUCH_BORDER : a->touches;
        for (int k = 0; k < 5; k++)
            if (v->class_of[bit] & 1 << k)
                bits_set(v->class_bits[k], bit);
    }
}

/* Actions by which a path gives the thing itself: they rule who gets at it. */
static void thing_paths(const struct graph *g, uint32_t *items, uint32_t *count, uint32_t max)
{
    for (uint32_t i = 0; i < g->path_count; i++)
        if (g->paths[i].gives == GIVES_THING && g->paths[i].needs[0].index != WORLD_NONE && *count < max)
            items[(*count)++] = g->paths[i].needs[0].index;
}

uint32_t prove_questions(const struct graph *g, struct arena *a, uint32_t **out)
{
    const struct iam_catalogue *c = g->world->catalogue;
    uint32_t *all = arena_array_of(a, uint32_t, c->action_count + 1), count, kept = 0;
    uint64_t *seen = bits_new(a, c->action_count);
    count = graph_questions(g, all, c->action_count);
    for (uint32_t i = 0; i < count; i++)
        bits_set(seen, all[i]);
    count = 0;
    thing_paths(g, all, &count, c->action_count);
    for (uint32_t i = 0; i < count; i++)
        bits_set(seen, all[i]);
    for (uint32_t i = 0; i < c->action_count; i++)
        if (bits_get(seen, i) || class_of(&c->actions[i]))
            all[kept++] = i;
    *out = all;
    return kept;
}
