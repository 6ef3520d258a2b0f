/* Where everything stands: rows of tiles, above each row the lanes of the buses that have members in it. Whole numbers only. */
#include "report/map_internal.h"

enum {
    WIDTH = 1360, LEFT = 150, TRUNK = 8, MARGIN = 16, HEAD = 58, LANE = 14, GAP = 14, GROUP_HEAD = 20,
    CELL_W = 92, CELL_H = 42, TILE_HEAD = 38, BOX_HEAD = 16, BOX_GAP = 6, SMALL_W = 108, SMALL_H = 30, BORDER_W = 150, BORDER_H = 38
};

static void size_tile(struct netmap *m, struct netmap_tile *t)
{
    uint32_t most = 1;
    int y = TILE_HEAD;
    if (t->small) {
        t->w = SMALL_W;
        t->h = SMALL_H;
        return;
    }
    for (uint32_t i = t->first; i < t->first + t->count; i++)
        most = m->boxes[i].count > most ? m->boxes[i].count : most;
    int columns = most <= 2 && m->tile_count > 4 ? 2 : most <= 6 ? 3 : 4;
    t->w = columns * CELL_W + 16;
    for (uint32_t i = t->first; i < t->first + t->count; i++) {
        struct netmap_box *b = &m->boxes[i];
        int rows = ((int)b->count + columns - 1) / columns;
        b->x = 8;
        b->y = y;
        b->w = t->w - 16;
        b->h = BOX_HEAD + rows * CELL_H + (b->left ? 14 : 0) + 2;
        for (uint32_t k = 0; k < b->count; k++) {
            m->nodes[b->first + k].x = (int)(k % (uint32_t)columns) * CELL_W + CELL_W / 2;
            m->nodes[b->first + k].y = BOX_HEAD + (int)(k / (uint32_t)columns) * CELL_H + 13;
        }
        y += b->h + BOX_GAP;
    }
    t->h = y + 4;
}

/* Fills t->x and t->row; the rows. A small tile never shares a row with a large one. */
static uint32_t pack(struct netmap *m, int left)
{
    int x = left;
    uint32_t row = 0;
    for (uint32_t i = 0; i < m->tile_count; i++) {
        struct netmap_tile *t = &m->tiles[i];
        const struct netmap_tile *before = i ? t - 1 : NULL;
        bool fresh = before && before->group != t->group;
        x += fresh ? 2 * GAP : 0;
        if (before && (x + t->w > WIDTH - MARGIN - GAP || before->small != t->small || (fresh && m->by_tenant))) {
            row++;
            x = left;
        }
        t->x = x;
        t->row = row;
        x += t->w + (t->small ? 4 : GAP);
    }
    return m->tile_count ? row + 1 : 0;
}

static bool in_row(const struct netmap *m, const struct netmap_bus *b, uint32_t row)
{
    for (uint32_t i = 0; i < b->count; i++) {
        const struct netmap_end *x = &b->members[i];
        if (x->kind == END_BORDER ? row == 0 : m->tiles[x->at].row == row)
            return true;
    }
    return false;
}

static void place_rows(struct netmap *m)
{
    int y = HEAD + (m->border_count ? BORDER_H + 10 : 0);
    uint32_t next = 0;
    m->row_y = arena_array_of(m->a, int, m->rows + 1);
    m->lanes = arena_array_of(m->a, int, (size_t)(m->rows + 1) * (m->bus_count + 1));
    for (uint32_t row = 0; row < m->rows; row++) {
        int lane = 0, tallest = 0;
        for (uint32_t k = 0; k < m->bus_count; k++)
            if (in_row(m, &m->buses[k], row))
                m->lanes[row * m->bus_count + k] = y + 8 + LANE * lane++;
        y += lane ? lane * LANE + 10 : 0;
        bool head = next < m->tile_count && (!m->tiles[next].small || !next || m->tiles[next].group != m->tiles[next - 1].group);
        y += head ? GROUP_HEAD + 4 : 0;
        m->row_y[row] = y;
        for (; next < m->tile_count && m->tiles[next].row == row; next++) {
            m->tiles[next].y = y;
            tallest = m->tiles[next].h > tallest ? m->tiles[next].h : tallest;
        }
        y += tallest + (next < m->tile_count && m->tiles[next].small && !head ? 4 : next && m->tiles[next - 1].small ? 4 : 22);
    }
    m->height = y + 10;
}

static void make_absolute(struct netmap *m)
{
    for (uint32_t i = 0; i < m->box_count; i++) {
        struct netmap_box *b = &m->boxes[i];
        b->x += m->tiles[b->tile].x;
        b->y += m->tiles[b->tile].y;
        for (uint32_t k = b->first; k < b->first + b->count; k++) {
            m->nodes[k].x += b->x;
            m->nodes[k].y += b->y;
        }
    }
    for (uint32_t i = 0; i < m->border_count; i++) {
        struct netmap_border *b = &m->borders[i];
        b->w = BORDER_W;
        b->h = BORDER_H;
        b->x = m->left + (int)i * (BORDER_W + 12);
        b->y = HEAD;
    }
}

void netmap_layout(struct netmap *m)
{
    for (uint32_t i = 0; i < m->tile_count; i++)
        size_tile(m, &m->tiles[i]);
    m->width = WIDTH;
    m->left = m->bus_count ? LEFT + MARGIN : MARGIN + GAP;
    if (pack(m, m->left) > 1)
        m->left += TRUNK * (int)m->bus_count;
    m->rows = pack(m, m->left);
    place_rows(m);
    make_absolute(m);
    int trunk = m->left - TRUNK;
    for (uint32_t k = 0; k < m->bus_count; k++, trunk -= TRUNK)
        m->buses[k].trunk = trunk;
    m->height = netmap_foot(m, m->height, NULL);
}
