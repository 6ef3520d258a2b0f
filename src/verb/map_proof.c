#include "verb/map_proof.h"

#include "access/engine.h"
#include "verb/prove.h"
#include "verb/world.h"

static struct proof *prove_iam(struct ward *w, struct store *s, const struct json *config, struct map_proof *out, bool *empty, struct err *e)
{
    const struct iam_catalogue *catalogue = iam_catalogue_load(w->arena, e);
    if (!catalogue)
        return NULL;
    struct world *world = world_new(w->arena, catalogue);
    if (!world_load(world, s, config, e))
        return NULL;
    *empty = world->principal_count == 0;
    return *empty ? NULL : prove_world(w, world, &out->engine, e);
}

bool map_proof_make(struct ward *w, struct store *s, int64_t run, const struct json *config, enum map_proof_kind kind, bool assume_default_nacl,
                    struct map_proof *out, struct err *e)
{
    struct net_options o = {.assume_default_nacl = assume_default_nacl};
    struct net *n = net_new(w->arena);
    struct proof *iam = NULL;
    bool empty = true;
    *out = (struct map_proof){.view = {.arena = w->arena, .net = n, .run = run, .company = json_str(json_path(config, "company.name"))}};
    if (!net_load(n, s, config, &o, e) || (kind == MAP_BOTH && !(iam = prove_iam(w, s, config, out, &empty, e)) && !empty) || err_is_set(e))
        return false;
    struct prove_labels *labels = arena_new_of(w->arena, struct prove_labels);
    net_half_labels(w->arena, config, labels);
    out->view.labels = iam ? &iam->labels : labels;
    if (kind == MAP_PLAIN)
        return true;
    double from = verb_lap(w, 0, NULL);
    out->view.half = out->half = net_half_prove(w->arena, n, out->view.labels, config, e);
    if (out->half && iam)
        out->view.joint = joint_prove(w->arena, iam, out->half, e);
    verb_lap(w, from, "network half");
    return out->half && (!iam || out->view.joint);
}

void map_proof_done(struct map_proof *p)
{
    net_half_free(p->half);
    engine_free(p->engine);
}

int map_proof_status(const struct map_proof *p)
{
    static const int statuses[PROVE_VERDICTS] = {EXIT_GOOD, EXIT_VIOLATION, EXIT_INCOMPLETE, EXIT_GOOD};
    if (!p->view.half)
        return EXIT_GOOD;
    return statuses[p->view.joint ? joint_overall(p->view.joint) : net_half_overall(p->view.half)];
}
