/* Groups, tiles, boxes, things, border. */
#include "report/map_internal.h"

#include "base/instant.h"

#include <inttypes.h>

#define HATCH "url(#map-hatch)"
static const char red[] = "#b3161b", line[] = "#5b6570";

void netmap_symbol(enum net_thing_kind kind, int x, int y, const char *fill, const char *stroke, int width, struct buf *b)
{
    const char *shape = NULL;
    switch (kind) {
    case THING_STORE: shape = "m-9 -6v12c0 5 18 5 18 0v-12c0 5 -18 5 -18 0c0 -5 18 -5 18 0"; break;
    case THING_BALANCER: shape = "m0 -10l11 10l-11 10l-11 -10z"; break;
    case THING_FUNCTION: shape = "m-10 0a10 10 0 1 0 20 0a10 10 0 1 0 -20 0z"; break;
    case THING_TASK: shape = "m-5 -9h10l5 9l-5 9h-10l-5 -9z"; break;
    case THING_ENDPOINT: shape = "m-9 -9h18v18h-18zm5 9a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z"; break;
    case THING_NAT:
    case THING_GATEWAY: shape = "m-9 8l9 -17l9 17z"; break;
    case THING_HOST:
    case THING_EXTERNAL:
    case THING_OTHER: shape = "m-9 -9h18v18h-18z"; break;
    }
    buf_addf(b, "<path d=\"M%d %d%s", x, y, shape ? shape : "");
    buf_addf(b, "\" fill=\"%s\" stroke=\"%s\" stroke-width=\"%d\"%s/>", fill, stroke, width, kind == THING_OTHER ? " stroke-dasharray=\"3 2\"" : "");
}

void netmap_draw_node(const struct netmap *m, const struct netmap_node *n, struct buf *b)
{
    static const char *const kinds[] = {"host", "task", "function", "data store", "load balancer", "NAT gateway", "endpoint", "external", "gateway", "thing"};
    const struct net *net = m->v->net;
    const struct net_thing *t = &net->things[n->thing];
    struct str whose = n->label == NET_NONE ? STR("AWS") : m->v->labels->names[n->label];
    const char *fill = n->unknown && !n->hit ? HATCH : n->label == NET_NONE ? "#ffffff" : netmap_colour(m->v, n->label);
    buf_addz(b, "<g>");
    netmap_title(b, arena_printf(m->a, "%s %.*s of %.*s%s%s%s", kinds[t->kind], STR_ARG(net_thing_words(m->a, net, n->thing)), STR_ARG(whose),
                                 t->phi ? "; holds data of patients" : "", n->hit ? "; part of a violation" : "", n->unknown ? "; not known whether it is reached" : ""));
    netmap_symbol(t->kind, n->x, n->y, fill, n->hit ? red : "#1b1f24", n->hit ? 3 : 1, b);
    netmap_label(b, n->x, n->y + 22, 10, " text-anchor=\"middle\"", netmap_thing_name(net, n->thing), 90);
    buf_addz(b, "</g>\n");
}

static void draw_box(const struct netmap *m, const struct netmap_box *x, struct buf *b)
{
    buf_addf(b, "<g><rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"3\" fill=\"#ffffff\" stroke=\"#b9c1c9\"/>", x->x, x->y, x->w, x->h);
    netmap_title(b, x->title);
    netmap_label(b, x->x + 5, x->y + 12, 9, " fill=\"#5b6570\"", x->name, x->w - 10);
    if (x->left)
        netmap_label(b, x->x + 5, x->y + x->h - 5, 9, " fill=\"#5b6570\"", arena_printf(m->a, "and %u more", x->left), x->w - 10);
    buf_addz(b, "</g>\n");
}

static void draw_small(const struct netmap *m, const struct netmap_tile *t, struct buf *b)
{
    buf_addf(b, "<g><rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"3\" fill=\"%s\" stroke=\"%s\" stroke-width=\"%d\"/>", t->x, t->y, t->w, t->h,
             t->unknown ? HATCH : "#f7f9fa", t->hit ? red : "#b9c1c9", t->hit ? 2 : 1);
    netmap_title(b, t->title);
    buf_addf(b, "<rect x=\"%d\" y=\"%d\" width=\"5\" height=\"%d\" fill=\"%s\"/>", t->x, t->y, t->h, netmap_colour(m->v, t->label));
    netmap_label(b, t->x + 9, t->y + 13, 10, "", t->name, t->w - 12);
    netmap_label(b, t->x + 9, t->y + 25, 9, " fill=\"#5b6570\"", t->detail, t->w - 12);
    buf_addz(b, "</g>\n");
}

static void draw_tile(const struct netmap *m, const struct netmap_tile *t, struct buf *b)
{
    if (t->small) {
        draw_small(m, t, b);
        return;
    }
    buf_addf(b, "<g><rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"5\" fill=\"%s\" stroke=\"%s\" stroke-width=\"%d\"/>", t->x, t->y, t->w, t->h,
             t->unknown ? HATCH : "#f7f9fa", t->hit ? red : line, t->hit ? 2 : 1);
    netmap_title(b, t->title);
    buf_addf(b, "<path d=\"M%d %dh%dv34h-%dz\" fill=\"%s\" fill-opacity=\"0.75\" stroke=\"%s\"/>", t->x, t->y, t->w, t->w, netmap_colour(m->v, t->label), line);
    netmap_label(b, t->x + 8, t->y + 15, 13, " font-weight=\"bold\"", t->name, t->w - 16);
    netmap_label(b, t->x + 8, t->y + 29, 10, "", t->detail, t->w - 16);
    buf_addz(b, "</g>\n");
    for (uint32_t i = t->first; i < t->first + t->count; i++)
        draw_box(m, &m->boxes[i], b);
}

/* Behind the tiles of one group in one row; a group that goes on says so. */
static void draw_groups(const struct netmap *m, struct buf *b)
{
    for (uint32_t i = 0, end; i < m->tile_count; i = end) {
        const struct netmap_tile *t = &m->tiles[i];
        int tallest = 0;
        for (end = i; end < m->tile_count && m->tiles[end].group == t->group && m->tiles[end].row == t->row; end++)
            tallest = m->tiles[end].h > tallest ? m->tiles[end].h : tallest;
        bool on = i && m->tiles[i - 1].group == t->group;
        if (t->small && on)
            continue;
        struct str name = on ? arena_printf(m->a, "%.*s, continued", STR_ARG(m->groups[t->group])) : m->groups[t->group];
        int right = m->tiles[end - 1].x + m->tiles[end - 1].w, width = right - t->x + 12;
        buf_addz(b, "<g>");
        netmap_title(b, name);
        if (!t->small)
            buf_addf(b, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"6\" fill=\"#eef1f4\" stroke=\"#9aa5b0\" stroke-dasharray=\"6 3\"/>", t->x - 6,
                     t->y - 20, width, tallest + 26);
        netmap_label(b, t->x, t->y - 6, 11, " font-weight=\"bold\" fill=\"#3c454e\"", name, t->small || m->by_tenant ? 700 : width - 14);
        buf_addz(b, "</g>\n");
    }
}

static void draw_borders(const struct netmap *m, struct buf *b)
{
    for (uint32_t i = 0; i < m->border_count; i++) {
        const struct netmap_border *x = &m->borders[i];
        bool internet = m->v->net->externals[x->external].kind == EXTERNAL_INTERNET;
        buf_addf(b, "<g><rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"19\" fill=\"%s\" stroke=\"#1b1f24\" stroke-width=\"2\"/>", x->x, x->y, x->w,
                 x->h, internet ? "#ffffff" : "#eef1f4");
        netmap_title(b, x->title);
        netmap_label(b, x->x + x->w / 2, x->y + 17, 13, " font-weight=\"bold\" text-anchor=\"middle\"", x->name, x->w - 24);
        netmap_label(b, x->x + x->w / 2, x->y + 30, 10, " fill=\"#5b6570\" text-anchor=\"middle\"", x->detail, x->w - 24);
        buf_addz(b, "</g>\n");
    }
}

static struct str verdicts(const struct netmap *m)
{
    const uint64_t *c = m->v->joint ? m->v->joint->counts : m->v->half->counts;
    return arena_printf(m->a, "%" PRIu64 " cell(s) violated, %" PRIu64 " unknown, %" PRIu64 " declared, %" PRIu64 " proved", c[PROVE_VIOLATED],
                        c[PROVE_UNKNOWN], c[PROVE_DECLARED], c[PROVE_PROVED]);
}

void netmap_draw(const struct netmap *m, struct buf *b)
{
    const struct net *n = m->v->net;
    char from[INSTANT_TEXT_MAX], to[INSTANT_TEXT_MAX];
    struct str title = arena_printf(m->a, "Network%s%.*s", m->v->company.len ? " of " : "", STR_ARG(m->v->company));
    struct str what = arena_printf(m->a, "run %" PRId64 ", facts read from %s to %s: %u VPC(s), %u interface(s), %u thing(s). %.*s.", m->v->run,
                                   instant_z(n->from_us, from), instant_z(n->to_us, to), n->vpcs_count, n->enis_count, n->things_count,
                                   STR_ARG(m->v->half ? verdicts(m) : STR("Nothing was judged")));
    netmap_open(b, "map", m->width, m->height, title, what);
    netmap_label(b, 16, 26, 18, " font-weight=\"bold\"", title, m->width - 32);
    netmap_label(b, 16, 44, 12, " fill=\"#3c454e\"", what, m->width - 32);
    draw_groups(m, b);
    draw_borders(m, b);
    for (uint32_t i = 0; i < m->tile_count; i++)
        draw_tile(m, &m->tiles[i], b);
    netmap_draw_buses(m, b);
    for (uint32_t i = 0; i < m->node_count; i++)
        netmap_draw_node(m, &m->nodes[i], b);
    netmap_draw_arcs(m, b);
    (void)netmap_foot(m, m->height, b);
    buf_addz(b, "</svg>\n");
}
