#include "cli/help.h"

#include "base/buf.h"

/* Statuses that are no error; those of errors come from base/err.h. */
static const struct exit_status fixed[] = {
    {0, "good: nothing violated, and everything that was asked could be read"},
    {1, "a violation was found"},
    {3, "incomplete: nothing violated, but something could not be read or decided"},
};

enum { STATUS_MAX = 255 };

const struct exit_status *exit_statuses(struct arena *a)
{
    struct exit_status *all = arena_array_of(a, struct exit_status, STATUS_MAX + 2);
    size_t n = 0;
    for (int status = 0; status <= STATUS_MAX; status++) {
        struct buf b;
        buf_init(&b, 65536);
        for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
            if (fixed[i].status == status)
                buf_addz(&b, fixed[i].meaning);
#define X(sym, name, kind_status, meaning)                                                         \
    if (sym != ERR_NONE && (kind_status) == status)                                                \
        buf_addf(&b, "%s%s", b.len ? "; " : "", meaning);
        ERR_KINDS(X)
#undef X
        if (b.len)
            all[n++] = (struct exit_status){status, arena_cstr(a, buf_str(&b))};
        buf_done(&b);
    }
    return all;
}
