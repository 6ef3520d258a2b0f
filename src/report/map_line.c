/* Buses and arcs. */
#include "report/map_internal.h"

struct point { int x, y; };
struct look { const char *colour, *dash; int width; };

static const struct look looks[BUS_KINDS] = {
    [BUS_INTERNET] = {"#1b1f24", "", 2}, [BUS_TGW] = {"#33506b", "", 3}, [BUS_PEERING] = {"#5b6570", "", 1},
    [BUS_VPN] = {"#6b4a1e", " stroke-dasharray=\"8 3\"", 2}, [BUS_LINK] = {"#5b3fa0", " stroke-dasharray=\"5 3\"", 2},
    [BUS_LATTICE] = {"#5b3fa0", " stroke-dasharray=\"2 3\"", 2},
};

/* Each bus has its own place at the edge of a tile, so that no two lie on each other. */
static void stub(const struct netmap *m, struct netmap_end *x, uint32_t bus, struct point *out)
{
    if (x->kind == END_BORDER) {
        const struct netmap_border *b = &m->borders[x->at];
        *out = (struct point){b->x + 20 + (int)(bus * 10 % (uint32_t)(b->w - 40)), b->y + b->h};
        return;
    }
    const struct netmap_tile *t = &m->tiles[x->at];
    *out = (struct point){t->x + t->w - 12 - (int)(bus * 10 % (uint32_t)(t->w - 24)), t->y};
}

static void draw_lane(const struct netmap *m, uint32_t bus, uint32_t row, bool many, struct buf *b)
{
    const struct netmap_bus *x = &m->buses[bus];
    int y = m->lanes[row * m->bus_count + bus], from = many ? x->trunk : m->width, to = many ? x->trunk : 0;
    struct buf dots;
    buf_init(&dots, (size_t)1 << 20);
    for (uint32_t i = 0; i < x->count; i++) {
        struct netmap_end *e = &x->members[i];
        struct point p;
        if (e->kind == END_BORDER ? row != 0 : m->tiles[e->at].row != row)
            continue;
        stub(m, e, bus, &p);
        from = p.x < from ? p.x : from;
        to = p.x > to ? p.x : to;
        buf_addf(b, "M%d %dV%d", p.x, p.y, y);
        buf_addf(&dots, "<circle cx=\"%d\" cy=\"%d\" r=\"3\" fill=\"%s\"/>", p.x, y, looks[x->kind].colour);
    }
    from = m->left - 6 < from ? m->left - 6 : from;
    buf_addf(b, "M%d %dH%d", from, y, to);
    buf_addf(b, "\" fill=\"none\" stroke=\"%s\" stroke-width=\"%d\"%s/>", looks[x->kind].colour, looks[x->kind].width, looks[x->kind].dash);
    buf_add(b, buf_str(&dots));
    buf_done(&dots);
}

static void draw_bus(const struct netmap *m, uint32_t bus, struct buf *b)
{
    const struct netmap_bus *x = &m->buses[bus];
    uint32_t rows = 0, first = 0, last = 0;
    for (uint32_t row = 0; row < m->rows; row++)
        if (m->lanes[row * m->bus_count + bus]) {
            first = rows++ ? first : row;
            last = row;
        }
    if (!rows)
        return;
    buf_addz(b, "<g>");
    netmap_title(b, x->title);
    for (uint32_t row = first; row <= last; row++) {
        int y = m->lanes[row * m->bus_count + bus];
        if (!y)
            continue;
        buf_addz(b, "<path d=\"");
        draw_lane(m, bus, row, rows > 1, b);
        buf_addf(b, "<path d=\"M150 %dH%d\" stroke=\"#d9dee3\" fill=\"none\"/>", y, rows > 1 ? x->trunk : m->left - 8);
        netmap_label(b, 146, y + 4, 10, " text-anchor=\"end\"", x->name, 136);
    }
    if (rows > 1)
        buf_addf(b, "<path d=\"M%d %dV%d\" fill=\"none\" stroke=\"%s\" stroke-width=\"%d\"%s/>", x->trunk, m->lanes[first * m->bus_count + bus],
                 m->lanes[last * m->bus_count + bus], looks[x->kind].colour, looks[x->kind].width, looks[x->kind].dash);
    buf_addz(b, "</g>\n");
}

void netmap_draw_buses(const struct netmap *m, struct buf *b)
{
    for (uint32_t i = 0; i < m->bus_count; i++)
        draw_bus(m, i, b);
}

static struct point place(const struct netmap *m, struct netmap_end e)
{
    if (e.kind == END_NODE)
        return (struct point){m->nodes[e.at].x, m->nodes[e.at].y};
    if (e.kind == END_BORDER)
        return (struct point){m->borders[e.at].x + m->borders[e.at].w / 2, m->borders[e.at].y + m->borders[e.at].h};
    const struct netmap_tile *t = &m->tiles[e.at];
    return (struct point){t->x + t->w * (t->small ? 2 : 3) / 4, t->y + (t->small ? t->h / 2 : 17)};
}

static int root(int n)
{
    int r = 0;
    while ((r + 1) * (r + 1) <= n)
        r++;
    return r;
}

/* Shortened at both ends by the size of a symbol. Arcs between the same ends bend differently, by their number. */
static void draw_arc(const struct netmap *m, const struct netmap_arc *x, struct buf *b)
{
    static const int widths[NETMAP_WORDS] = {[NET_WORD_DIRECT] = 4, [NET_WORD_INTERNET] = 3, [NET_WORD_ONE_WAY] = 1, [NET_WORD_PIVOT] = 2,
                                             [NETMAP_IAM] = 2, [NETMAP_BOTH] = 2};
    struct netmap_cell c = netmap_cell_at(m->v, x->cell);
    struct point p = place(m, x->from), q = place(m, x->to);
    int dx = q.x - p.x, dy = q.y - p.y, d = root(dx * dx + dy * dy);
    d = d ? d : 1;
    int bend = d / 6 + (int)(x->number % 5) * 8;
    bend = bend > 110 ? 110 : bend < 16 ? 16 : bend;
    struct point k = {(p.x + q.x) / 2 - dy * bend / d, (p.y + q.y) / 2 + dx * bend / d};
    int dk = root((q.x - k.x) * (q.x - k.x) + (q.y - k.y) * (q.y - k.y));
    dk = dk ? dk : 1;
    q = (struct point){q.x - (q.x - k.x) * 13 / dk, q.y - (q.y - k.y) * 13 / dk};
    const struct str *names = m->v->labels->names;
    buf_addz(b, "<g>");
    netmap_title(b, arena_printf(m->a, "%.*s -> %.*s: %s: %.*s", STR_ARG(names[c.subject]), STR_ARG(names[c.object]), netmap_word(x->word)->name,
                                 STR_ARG(c.reason)));
    if (!x->number) {
        buf_addf(b, "<path d=\"M%d %dQ%d %d %d %d\" fill=\"none\" stroke=\"#2f7fb5\" stroke-width=\"1\"/></g>\n", p.x, p.y, k.x, k.y, q.x, q.y);
        return;
    }
    buf_addf(b, "<path d=\"M%d %dQ%d %d %d %d\" fill=\"none\" stroke=\"#b3161b\" stroke-opacity=\"0.85\" stroke-width=\"%d\"%s marker-end=\"url(#map-tip)\"/>", p.x, p.y,
             k.x, k.y, q.x, q.y, widths[x->word], x->dashed ? " stroke-dasharray=\"9 5\"" : x->word == NETMAP_IAM ? " stroke-dasharray=\"2 4\"" : "");
    struct point mid = {(p.x + 2 * k.x + q.x) / 4, (p.y + 2 * k.y + q.y) / 4};
    buf_addf(b, "<circle cx=\"%d\" cy=\"%d\" r=\"9\" fill=\"#b3161b\" stroke=\"#ffffff\"/><text x=\"%d\" y=\"%d\" font-size=\"10\" font-weight=\"bold\" "
                "fill=\"#ffffff\" text-anchor=\"middle\">%u</text></g>\n",
             mid.x, mid.y, mid.x, mid.y + 4, x->number);
}

void netmap_draw_arcs(const struct netmap *m, struct buf *b)
{
    for (uint32_t i = m->arc_count; i-- > 0;)
        draw_arc(m, &m->arcs[i], b);
}
