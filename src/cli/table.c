#include "cli/table.h"

#include "codec/text.h"

enum { GAP = 2, ELASTIC_MIN = 16 };

struct cell {
    struct str text;
    enum paint paint;
};

struct row {
    struct cell cells[TABLE_COLUMNS_MAX];
    struct row *next;
};

struct table {
    struct arena *arena;
    struct table_column columns[TABLE_COLUMNS_MAX];
    int count, at;
    struct row *first, *last;
};

struct table *table_new(struct arena *a, const struct table_column *columns, int count)
{
    if (count < 1 || count > TABLE_COLUMNS_MAX)
        die("a table of %d columns", count);
    struct table *t = arena_new_of(a, struct table);
    t->arena = a;
    t->count = count;
    memcpy(t->columns, columns, (size_t)count * sizeof *columns);
    bool titles = false;
    for (int i = 0; i < count; i++)
        titles |= columns[i].title != NULL;
    if (titles) {
        table_row(t);
        for (int i = 0; i < count; i++)
            table_cell(t, PAINT_HEAD, str_of(columns[i].title));
    }
    return t;
}

void table_row(struct table *t)
{
    struct row *r = arena_new_of(t->arena, struct row);
    if (t->last)
        t->last->next = r;
    else
        t->first = r;
    t->last = r;
    t->at = 0;
}

void table_cell(struct table *t, enum paint p, struct str text)
{
    if (!t->last || t->at >= t->count)
        die("cell %d in a table of %d columns", t->at + 1, t->count);
    t->last->cells[t->at++] = (struct cell){text, p};
}

void table_int(struct table *t, int64_t v)
{
    table_cell(t, PAINT_PLAIN, arena_printf(t->arena, "%lld", (long long)v));
}

static void measure(const struct table *t, int indent, int columns, size_t widths[TABLE_COLUMNS_MAX])
{
    size_t total = (size_t)indent + (size_t)(t->count - 1) * GAP;
    int elastic = -1;
    for (int i = 0; i < t->count; i++) {
        widths[i] = 0;
        for (const struct row *r = t->first; r; r = r->next) {
            size_t w = text_width(r->cells[i].text);
            widths[i] = w > widths[i] ? w : widths[i];
        }
        total += widths[i];
        if (t->columns[i].elastic)
            elastic = i;
    }
    if (elastic < 0 || total <= (size_t)columns)
        return;
    size_t over = total - (size_t)columns, w = widths[elastic];
    size_t least = w < ELASTIC_MIN ? w : ELASTIC_MIN;
    widths[elastic] = w > over + least ? w - over : least;
}

/* Appends the cell; returns the columns it took on its last line. */
static size_t write_cell(const struct table *t, const struct cell *c, int at, size_t begin, size_t width, struct buf *out, bool colour)
{
    size_t full = text_width(c->text);
    if (full <= width) {
        paint(out, colour, c->paint, c->text);
        return full;
    }
    buf_addz(out, paint_begin(colour, c->paint));
    size_t used = 0;
    if (t->columns[at].wrap)
        text_wrap(out, c->text, begin, begin, begin + width);
    else
        used = text_fit(out, c->text, width);
    if (paint_begin(colour, c->paint)[0])
        buf_addz(out, paint_end(colour));
    return used;
}

static void write_row(const struct table *t, const struct row *r, const size_t *widths, int indent, struct buf *out, bool colour)
{
    int last = t->count - 1;
    while (last > 0 && !r->cells[last].text.len)
        last--;
    size_t begin = (size_t)indent;
    buf_addf(out, "%*s", indent, "");
    for (int i = 0; i <= last; i++) {
        const struct cell *c = &r->cells[i];
        size_t full = text_width(c->text), pad = full < widths[i] ? widths[i] - full : 0;
        if (t->columns[i].right && pad)
            buf_addf(out, "%*s", (int)pad, "");
        size_t used = write_cell(t, c, i, begin, widths[i], out, colour);
        if (i < last) {
            size_t rest = t->columns[i].right ? 0 : used < widths[i] ? widths[i] - used : 0;
            buf_addf(out, "%*s", (int)(rest + GAP), "");
        }
        begin += widths[i] + GAP;
    }
    buf_addc(out, '\n');
}

void table_write(struct table *t, struct buf *out, bool colour, int indent, int columns)
{
    size_t widths[TABLE_COLUMNS_MAX] = {0};
    measure(t, indent, columns, widths);
    for (const struct row *r = t->first; r; r = r->next)
        write_row(t, r, widths, indent, out, colour);
}
