#include "report/diff.h"

#include "base/instant.h"
#include "cli/term.h"
#include "codec/text.h"

#include <inttypes.h>

enum { RESOURCES_SHOWN = 20 };

static const struct {
    const char *title;
    enum paint paint;
} kinds[] = {
    {"Fails now, did not before", PAINT_FAIL},
    {"Unknown now, was not before", PAINT_UNKNOWN},
    {"Failed before, does not now", PAINT_PASS},
    {"Unknown before, decided now", PAINT_PASS},
    {"Other changes of verdict", PAINT_WAIVED},
};

static void side(struct buf *out, const char *label, const struct report_model *m)
{
    char as_of[INSTANT_TEXT_MAX];
    buf_addf(out,
             "%s run %" PRId64 "  as of %s  %" PRId64 " fail, %" PRId64 " unknown, %" PRId64 " waived, %" PRId64
             " pass\n",
             label, m->run, instant_z(m->as_of_us, as_of), m->totals[CONTROL_FAIL], m->totals[CONTROL_UNKNOWN],
             m->totals[CONTROL_WAIVED], m->totals[CONTROL_PASS]);
}

static void finding(struct buf *out, const struct diff_finding *f)
{
    buf_addf(out, "  %.*s  %-8.*s %.*s  %.*s %.*s  ", STR_ARG(f->id), STR_ARG(f->severity), STR_ARG(f->control),
             STR_ARG(f->account), STR_ARG(f->region));
    text_safe(out, f->name.len ? f->name : f->resource);
    if (f->sub.len) {
        buf_addz(out, " / ");
        text_safe(out, f->sub);
    }
    buf_addf(out, "  %.*s -> %.*s: ", STR_ARG(f->before.len ? f->before : STR("not there")),
             STR_ARG(f->after.len ? f->after : STR("not there")));
    text_safe(out, f->reason);
    buf_addc(out, '\n');
}

static void resources(const struct diff *d, bool color, bool all, struct buf *out)
{
    if (!d->resource_count)
        return;
    buf_addc(out, '\n');
    paint(out, color, PAINT_HEAD, STR("Resources"));
    buf_addf(out, " (%zu)\n", d->resource_count);
    for (size_t i = 0; i < d->resource_count; i++) {
        const struct diff_resource *r = &d->resources[i];
        if (!all && i == RESOURCES_SHOWN) {
            buf_addf(out, "  and %zu more (--all-findings)\n", d->resource_count - i);
            break;
        }
        buf_addf(out, "  %c %.*s %.*s  ", r->change, STR_ARG(r->account), STR_ARG(r->region));
        text_safe(out, r->type);
        buf_addc(out, ' ');
        text_safe(out, r->id);
        buf_addc(out, '\n');
    }
}

void diff_text(const struct diff *d, bool color, bool all, struct buf *out)
{
    side(out, "from", &d->before);
    side(out, "to  ", &d->after);
    for (int k = 0; k < DIFF_KIND_COUNT; k++) {
        if (!d->counts[k])
            continue;
        buf_addc(out, '\n');
        paint(out, color, kinds[k].paint, str_of(kinds[k].title));
        buf_addf(out, " (%zu)\n", d->counts[k]);
        for (size_t i = 0; i < d->finding_count; i++)
            if (d->findings[i].kind == (enum diff_kind)k)
                finding(out, &d->findings[i]);
    }
    if (!d->finding_count)
        buf_addz(out, "\nno verdict changed\n");
    resources(d, color, all, out);
}
