/* The matrix as a picture: rows are who, columns whose; a letter in each cell, so that no colour is needed. */
#include "report/map_internal.h"

#include <inttypes.h>

enum { NAME_W = 180, HEAD = 60, NAME_H = 130, ROWS_DRAWN = NETMAP_LABELS_MAX };
static const size_t picture_bytes_max = (size_t)32 << 20;

struct grid {
    const struct netmap_view *v;
    uint32_t *rows, *columns, row_count, column_count;
    uint32_t clean_rows, clean_columns, left_rows, left_columns;
    uint32_t *cell_of; /* by subject * count + object: cell + 1, where cells are listed */
    int size;
};

static bool is_clean(enum prove_verdict v) { return v == PROVE_PROVED; }

static uint32_t *worst_first(const struct grid *g, bool by_row, uint32_t *kept, uint32_t *clean, uint32_t *left)
{
    const struct netmap_view *v = g->v;
    uint32_t n = v->labels->count, count = 0, *out = arena_array_of(v->arena, uint32_t, n + 1);
    bool all = n <= NETMAP_LABELS_MAX;
    struct netmap_key *keys = arena_array_of(v->arena, struct netmap_key, n + 1);
    for (uint32_t x = 0; x < n; x++) {
        uint32_t bad = 0, dirty = 0;
        if (!by_row && !netmap_is_object(v, x))
            continue;
        for (uint32_t y = 0; y < n; y++) {
            if (x == y || (by_row && !netmap_is_object(v, y)))
                continue;
            enum prove_verdict verdict = by_row ? netmap_verdict_of(v, x, y) : netmap_verdict_of(v, y, x);
            bad += verdict == PROVE_VIOLATED;
            dirty += !is_clean(verdict);
        }
        if (dirty || all)
            keys[count++] = (struct netmap_key){all ? 0 : (uint64_t)(UINT32_MAX - bad) << 32 | (UINT32_MAX - dirty), str_make(NULL, 0), str_make(NULL, 0), x};
        else
            (*clean)++;
    }
    for (uint32_t i = 0; i < count; i++)
        keys[i].two = all ? arena_printf(v->arena, "%08u", keys[i].row) : v->labels->names[keys[i].row];
    netmap_sort(keys, count);
    *kept = count > ROWS_DRAWN ? ROWS_DRAWN : count;
    *left = count - *kept;
    for (uint32_t i = 0; i < *kept; i++)
        out[i] = keys[i].row;
    return out;
}

static void one_cell(const struct grid *g, uint32_t row, uint32_t column, int x, int y, struct buf *b)
{
    const struct netmap_view *v = g->v;
    uint32_t s = g->rows[row], o = g->columns[column];
    int word = netmap_word_of(v, s, o), size = g->size;
    if (s != o && word == NET_WORD_NONE)
        return;
    const struct netmap_word *w = netmap_word(word);
    uint32_t cell = g->cell_of && s != o ? g->cell_of[(size_t)s * v->labels->count + o] : 0;
    if (cell)
        buf_addf(b, "<a href=\"#w-%u\">", cell);
    buf_addf(b, "<g><rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\"/>", x, y, size - 1, size - 1,
             s == o ? "#d9dee3" : w->fill[0] ? w->fill : "url(#matrix-hatch)");
    if (s != o) {
        netmap_title(b, arena_printf(v->arena, "%.*s -> %.*s: %s", STR_ARG(v->labels->names[s]), STR_ARG(v->labels->names[o]), w->name));
        if (size >= 12)
            buf_addf(b, "<text x=\"%d\" y=\"%d\" font-size=\"%d\" text-anchor=\"middle\" fill=\"%s\">%s</text>", x + size / 2, y + size - 5, size - 7, w->ink, w->letter);
    } else
        netmap_title(b, arena_printf(v->arena, "%.*s itself", STR_ARG(v->labels->names[s])));
    buf_addz(b, cell ? "</g></a>\n" : "</g>\n");
}

static void heads(const struct grid *g, struct buf *b)
{
    for (uint32_t i = 0; i < g->column_count; i++) {
        int x = NAME_W + (int)i * g->size + g->size / 2 + 4;
        buf_addf(b, "<g transform=\"translate(%d %d) rotate(-60)\">", x, HEAD + NAME_H - 4);
        netmap_label(b, 0, 0, g->size < 12 ? 8 : 11, "", g->v->labels->names[g->columns[i]], 140);
        buf_addz(b, "</g>");
    }
}

static void legend(const struct grid *g, int y, struct buf *b)
{
    int x = 16;
    for (int w = 0; w < NETMAP_WORDS; w++) {
        if (w >= NETMAP_IAM && !g->v->joint)
            continue;
        const struct netmap_word *k = netmap_word(w);
        buf_addf(b, "<rect x=\"%d\" y=\"%d\" width=\"16\" height=\"16\" fill=\"%s\"/><text x=\"%d\" y=\"%d\" font-size=\"11\" text-anchor=\"middle\" fill=\"%s\">%s</text>",
                 x, y, k->fill[0] ? k->fill : "url(#matrix-hatch)", x + 8, y + 12, k->ink, k->letter);
        netmap_label(b, x + 22, y + 12, 11, "", arena_printf(g->v->arena, "%s: %s", k->name, k->what), 330);
        x += 340;
        if (x > 700) {
            x = 16;
            y += 20;
        }
    }
}

static void draw(const struct grid *g, struct buf *b)
{
    const struct netmap_view *v = g->v;
    const uint64_t *c = v->joint ? v->joint->counts : v->half->counts;
    int bottom = HEAD + NAME_H + (int)g->row_count * g->size, width = NAME_W + (int)g->column_count * g->size + 90;
    width = width < 1080 ? 1080 : width;
    struct str title = arena_printf(v->arena, "Who can reach whose things%s%.*s", v->company.len ? ": " : "", STR_ARG(v->company));
    struct str what = arena_printf(v->arena, "run %" PRId64 "; rows: who; columns: whose; %" PRIu64 " cell(s) violated, %" PRIu64 " unknown, %" PRIu64
                                             " declared, %" PRIu64 " proved", v->run, c[PROVE_VIOLATED], c[PROVE_UNKNOWN], c[PROVE_DECLARED], c[PROVE_PROVED]);
    netmap_open(b, "matrix", width, bottom + 110, title, what);
    netmap_label(b, 16, 26, 18, " font-weight=\"bold\"", title, width - 32);
    netmap_label(b, 16, 44, 12, " fill=\"#3c454e\"", what, width - 32);
    heads(g, b);
    for (uint32_t i = 0; i < g->row_count; i++) {
        int y = HEAD + NAME_H + (int)i * g->size;
        struct str name = v->labels->names[g->rows[i]];
        buf_addf(b, "<g><rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\"/>", NAME_W, y, (int)g->column_count * g->size, g->size - 1,
                 netmap_word(NET_WORD_NONE)->fill);
        netmap_title(b, arena_printf(v->arena, "%.*s: proved for every column without a mark", STR_ARG(name)));
        netmap_label(b, NAME_W - 6, y + g->size - 4, g->size < 12 ? 8 : 11, " text-anchor=\"end\"", name, NAME_W - 16);
        buf_addz(b, "</g>\n");
        for (uint32_t k = 0; k < g->column_count; k++)
            one_cell(g, i, k, NAME_W + (int)k * g->size, y, b);
    }
    legend(g, bottom + 14, b);
    if (g->clean_rows || g->clean_columns || g->left_rows || g->left_columns)
        netmap_label(b, 16, bottom + 100, 11, " fill=\"#5b6570\"",
                     arena_printf(v->arena, "Left out: %u row(s) and %u column(s) that are proved throughout; %u row(s) and %u column(s) that are not, for there are too many to draw",
                                  g->clean_rows, g->clean_columns, g->left_rows, g->left_columns), width - 32);
    buf_addz(b, "</svg>\n");
}

bool netmap_matrix_svg(const struct netmap_view *v, struct report_sink *sink, struct err *e)
{
    struct grid g = {.v = v};
    struct buf b;
    uint32_t n = v->labels->count;
    buf_init(&b, picture_bytes_max);
    g.rows = worst_first(&g, true, &g.row_count, &g.clean_rows, &g.left_rows);
    g.columns = worst_first(&g, false, &g.column_count, &g.clean_columns, &g.left_columns);
    g.size = g.row_count > 60 || g.column_count > 60 ? 9 : 20;
    if (v->linked) {
        g.cell_of = arena_array_of(v->arena, uint32_t, (size_t)n * n);
        for (uint32_t i = 0, count = netmap_cell_count(v); i < count && i < NETMAP_WITNESSES_MAX; i++) {
            struct netmap_cell c = netmap_cell_at(v, i);
            g.cell_of[(size_t)c.subject * n + c.object] = i + 1;
        }
    }
    draw(&g, &b);
    bool ok = b.failed ? err_set(e, ERR_LIMIT, "the matrix is larger than 32 MiB") : sink->write(sink->user, buf_str(&b), e);
    buf_done(&b);
    return ok;
}
