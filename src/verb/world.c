#include "verb/world.h"

#include "base/file.h"
#include "facts/facts.h"
#include "verb/demo.h"

#include <time.h>

int64_t verb_run(struct ward *w, struct store *s, struct err *e)
{
    int64_t run = cli_int(w->cli, "run", 0);
    if (!run && demo_asked(w))
        return demo_run(w, s, e);
    if (!run && store_get_int(s, "SELECT id FROM run WHERE status <> 'failed' ORDER BY id DESC LIMIT 1", &run, e) && !run) {
        err_set(e, ERR_NO_DATA, "%s holds no run", store_path(s));
        err_hint(e, "run `ward audit`, or `ward import DIR`");
    }
    return run;
}

double verb_lap(struct ward *w, double from, const char *what)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    double now = (double)t.tv_sec + (double)t.tv_nsec / 1e9;
    if (what)
        term_detail(&w->term, "%s %.2f s", what, now - from);
    return now;
}

bool verb_world_open(struct ward *w, struct verb_world *out, struct err *e)
{
    *out = (struct verb_world){0};
    double from = verb_lap(w, 0, NULL);
    unsigned mode = demo_asked(w) ? STORE_WRITE | STORE_CREATE : STORE_WRITE;
    const struct config *config = demo_config(w, e);
    const struct iam_catalogue *catalogue = config ? iam_catalogue_load(w->arena, e) : NULL;
    if (!catalogue || !(out->store = store_open(demo_store_path(w), mode, e)))
        return false;
    out->run = verb_run(w, out->store, e);
    if (out->run && facts_build(w->arena, out->store, out->run, config->doc, w->now_us, e)) {
        from = verb_lap(w, from, "facts");
        out->world = world_new(w->arena, catalogue);
        if (world_load(out->world, out->store, config->doc, e)) {
            verb_lap(w, from, "organization");
            return true;
        }
    }
    verb_world_close(out);
    return false;
}

void verb_world_close(struct verb_world *v)
{
    store_close(v->store);
    v->store = NULL;
}

static bool session_policy(struct ward *w, struct verb_world *v, struct access_question *q, struct err *e)
{
    const char *path = cli_strz(w->cli, "session-policy");
    struct str text;
    if (!path)
        return true;
    if (!file_read(w->arena, path, IAM_POLICY_BYTES_MAX, &text, e))
        return false;
    struct iam_policy_ref *ref = arena_new_of(w->arena, struct iam_policy_ref);
    *ref = world_policy(v->world, text, STR("session policy"));
    if (!ref->policy)
        return err_set(e, ERR_PARSE, "%s: %.*s", path, STR_ARG(ref->unread));
    q->has_session = true;
    q->session = (struct iam_policy_set){ref, 1};
    return true;
}

/* Values of repeatable options are cut at commas: what has no key is one more value of the key before it. */
static bool context(struct ward *w, struct verb_world *v, struct access_question *q, struct err *e)
{
    const struct str *items;
    size_t count = cli_list(w->cli, "context", &items);
    struct str key = {0};
    for (size_t i = 0; i < count; i++) {
        ptrdiff_t equals = str_index(items[i], '=', 0);
        bool more = key.ptr && (equals < 1 || str_index(str_sub(items[i], 0, (size_t)equals), ':', 0) < 1);
        if (more)
            access_context_put(v->world->catalogue, w->arena, &q->given, key, &items[i], 1);
        else if (!access_context(v->world, w->arena, items[i], &q->given, e))
            return false;
        else
            key = str_sub(items[i], 0, (size_t)equals);
    }
    return true;
}

bool verb_world_circumstances(struct ward *w, struct verb_world *v, struct access_question *q, struct err *e)
{
    struct str endpoint = cli_str(w->cli, "endpoint");
    if (!context(w, v, q, e) || (cli_has(w->cli, "session-policy") && !session_policy(w, v, q, e)) ||
        (endpoint.ptr && !access_endpoint(v->world, w->arena, endpoint, q, e)))
        return false;
    q->strict = cli_flag(w->cli, "strict");
    access_follow_path(v->world, w->arena, q);
    return true;
}
