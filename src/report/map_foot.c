/* Below the picture: the violations by number, the legend, what was left out. */
#include "report/map_internal.h"

enum { LISTED = 40, TENANTS_LISTED = 24 };

static void text(struct buf *b, int x, int y, int size, const char *more, struct str s, int width)
{
    if (b)
        netmap_label(b, x, y, size, more, s, width);
}

static int violations(const struct netmap *m, int y, struct buf *b)
{
    uint32_t last = 0;
    if (!m->numbered)
        return y;
    text(b, 16, y + 18, 13, " font-weight=\"bold\"", STR("Violations by number"), 600);
    y += 26;
    for (uint32_t i = 0; i < m->arc_count; i++) {
        const struct netmap_arc *x = &m->arcs[i];
        if (!x->number || x->number == last || x->number > LISTED)
            continue;
        last = x->number;
        struct netmap_cell c = netmap_cell_at(m->v, x->cell);
        const struct str *names = m->v->labels->names;
        text(b, 40, y + 12, 11, " text-anchor=\"end\" font-weight=\"bold\" fill=\"#b3161b\"", arena_printf(m->a, "%u", x->number), 40);
        text(b, 48, y + 12, 11, "", arena_printf(m->a, "%.*s -> %.*s  %s: %.*s", STR_ARG(names[c.subject]), STR_ARG(names[c.object]), netmap_word(x->word)->name,
                                                 STR_ARG(c.reason)), m->width - 64);
        y += 15;
    }
    if (m->numbered > LISTED) {
        text(b, 48, y + 12, 11, "", arena_printf(m->a, "and %u more", m->numbered - LISTED), 400);
        y += 15;
    }
    return y + 6;
}

static int tenants(const struct netmap *m, int y, struct buf *b)
{
    const struct prove_labels *l = m->v->labels;
    uint32_t shown = l->tenants > TENANTS_LISTED ? TENANTS_LISTED : l->tenants;
    int x = 16;
    for (uint32_t i = 0; i <= shown && !m->by_tenant; i++) {
        struct str name = i < shown ? l->names[i] : l->tenants > shown ? arena_printf(m->a, "and %u more tenants", l->tenants - shown) : STR("shared");
        if (x + 150 > m->width) {
            x = 16;
            y += 20;
        }
        if (b) {
            buf_addf(b, "<rect x=\"%d\" y=\"%d\" width=\"14\" height=\"14\" fill=\"%s\" stroke=\"#5b6570\"/>", x, y + 4, i < shown ? netmap_colour(m->v, i) : "#c9ced4");
            netmap_label(b, x + 19, y + 15, 11, "", name, 110);
        }
        x += 134;
    }
    return m->by_tenant ? y : y + 24;
}

static int symbols(const struct netmap *m, int y, struct buf *b)
{
    static const struct { enum net_thing_kind kind; const char *name; } kinds[] = {
        {THING_STORE, "data store"}, {THING_HOST, "host"}, {THING_TASK, "task"}, {THING_FUNCTION, "function"}, {THING_BALANCER, "balancer"},
        {THING_ENDPOINT, "endpoint"}, {THING_NAT, "NAT, gateway"}, {THING_OTHER, "other"},
    };
    int x = 26;
    (void)m;
    for (size_t i = 0; b && i < sizeof kinds / sizeof *kinds; i++, x += 112) {
        netmap_symbol(kinds[i].kind, x, y + 12, "#ffffff", "#1b1f24", 1, b);
        netmap_label(b, x + 16, y + 16, 11, "", str_of(kinds[i].name), 90);
    }
    if (b) {
        buf_addf(b, "<rect x=\"%d\" y=\"%d\" width=\"20\" height=\"18\" fill=\"url(#map-hatch)\" stroke=\"#5b6570\"/>", x, y + 3);
        netmap_label(b, x + 26, y + 16, 11, "", STR("not read, or not known"), 150);
    }
    return y + 28;
}

static int lines(const struct netmap *m, int y, struct buf *b)
{
    static const struct { const char *name, *colour, *dash; int width, room; } kinds[] = {
        {"DIRECT", "#b3161b", "", 4, 100}, {"INTERNET", "#b3161b", "", 3, 110}, {"ONE-WAY", "#b3161b", "", 1, 106},
        {"PIVOT, or both halves", "#b3161b", " stroke-dasharray=\"9 5\"", 2, 166}, {"IAM", "#b3161b", " stroke-dasharray=\"2 4\"", 2, 76},
        {"declared", "#2f7fb5", "", 1, 100}, {"Internet gateway", "#1b1f24", "", 2, 140}, {"transit gateway", "#33506b", "", 3, 134},
        {"peering", "#5b6570", "", 1, 94}, {"VPN", "#6b4a1e", " stroke-dasharray=\"8 3\"", 2, 76},
        {"PrivateLink", "#5b3fa0", " stroke-dasharray=\"5 3\"", 2, 112}, {"Lattice, way in", "#5b3fa0", " stroke-dasharray=\"2 3\"", 2, 120},
    };
    int x = 16;
    for (size_t i = m->v->half ? 0 : 6; i < sizeof kinds / sizeof *kinds; i++) {
        if (i == 6 && m->v->half) {
            x = 16;
            y += 22;
        }
        if (!b)
            continue;
        buf_addf(b, "<path d=\"M%d %dh30\" fill=\"none\" stroke=\"%s\" stroke-width=\"%d\"%s/>", x, y + 12, kinds[i].colour, kinds[i].width, kinds[i].dash);
        netmap_label(b, x + 36, y + 16, 11, "", str_of(kinds[i].name), kinds[i].room);
        x += kinds[i].room + 6;
    }
    return y + 28;
}

int netmap_foot(const struct netmap *m, int y, struct buf *b)
{
    /* When drawing, y is the end of the picture: measure what the foot takes, and begin above it. */
    if (b)
        y -= netmap_foot(m, 0, NULL);
    y = violations(m, y, b);
    text(b, 16, y + 16, 13, " font-weight=\"bold\"", STR("Legend"), 200);
    y = tenants(m, y + 22, b);
    y = symbols(m, y, b);
    y = lines(m, y, b);
    for (uint32_t i = 0; i < m->note_count; i++, y += 16)
        text(b, 16, y + 12, 11, " fill=\"#5b6570\"", m->notes[i], m->width - 32);
    return y + 12;
}
