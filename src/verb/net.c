#include "verb/net.h"

#include "facts/facts.h"
#include "verb/demo.h"
#include "verb/world.h"

bool verb_net_open(struct ward *w, bool is_question, struct verb_net *out, struct err *e)
{
    *out = (struct verb_net){0};
    double from = verb_lap(w, 0, NULL);
    unsigned mode = demo_asked(w) ? STORE_WRITE | STORE_CREATE : STORE_WRITE;
    out->config = demo_config(w, e);
    if (!out->config || !(out->store = store_open(demo_store_path(w), mode, e)))
        return false;
    out->run = verb_run(w, out->store, e);
    if (out->run && facts_build(w->arena, out->store, out->run, out->config->doc, w->now_us, e)) {
        struct net_options o = {.assume_default_nacl = cli_flag(w->cli, "assume-default-nacl"), .assume_bpa_never_asked = is_question};
        from = verb_lap(w, from, "facts");
        out->net = net_new(w->arena);
        if (net_load(out->net, out->store, out->config->doc, &o, e)) {
            verb_lap(w, from, "network");
            return true;
        }
    }
    verb_net_close(out);
    return false;
}

void verb_net_close(struct verb_net *v)
{
    store_close(v->store);
    v->store = NULL;
}
