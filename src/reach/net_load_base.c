#include "reach/net_load_internal.h"

bool net_load_base(struct net_loader *l, struct err *e)
{
    (void)l;
    (void)e;
    return true;
}
