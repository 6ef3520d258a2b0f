/* Rows that changed in place. */
#include "reach/engine_run.h"

void reach_changed(struct reach *r, const struct net_ref *changed, uint32_t count)
{
    (void)changed;
    if (!count)
        return;
    engine_recompile(r);
    if (r->run) {
        struct reach_question q = r->run->q;
        reach_run(r, &q);
    }
}
