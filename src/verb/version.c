#include "verb/verb.h"

int verb_version(struct ward *w, struct err *e)
{
    (void)e;
    out_f(w->out, "ward %s\n", WARD_VERSION);
    return EXIT_GOOD;
}
