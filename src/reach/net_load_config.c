/* What ward.yaml declares. */
#include "reach/net_load_internal.h"

bool net_load_config(struct net_loader *l, struct err *e)
{
    (void)e;
    for
        json_each (shared, json_getz(l->config, "shared"))
        for
            json_each (v, json_getz(shared, "via")) {
                struct net_via *via = net_add_via(l->n);
                via->shared = shared->key;
                via->from = json_get_str(v, "from");
                via->to = json_get_str(v, "to");
                via->reason = json_get_str(v, "reason");
                via->ports = json_getz(v, "ports");
            }
    for
        json_each (p, json_getz(l->config, "peering")) {
            struct net_declared *d = net_add_declare(l->n);
            d->from = json_get_str(p, "from");
            d->to = json_get_str(p, "to");
            d->reason = json_get_str(p, "reason");
            d->ports = json_getz(p, "ports");
        }
    return true;
}
