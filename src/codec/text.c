#include "codec/text.h"

#include "codec/utf8.h"

#include <stdio.h>
#include <wchar.h>

struct glyph {
    struct str show;
    size_t bytes, columns;
    char escape[16];
};

static uint32_t code_point(struct str s, size_t n)
{
    static const unsigned char first[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    uint32_t c = (unsigned char)s.ptr[0] & first[n];
    for (size_t i = 1; i < n; i++)
        c = c << 6 | ((unsigned char)s.ptr[i] & 0x3f);
    return c;
}

/* Unicode 15.0: line and paragraph separators, bidirectional controls, zero-width marks, byte order mark, tags. */
static bool misleads(uint32_t c)
{
    return (c >= 0x7f && c < 0xa0) || c < 0x20 || c == 0x61c || (c >= 0x200b && c <= 0x200f) ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || (c >= 0xe0000 && c <= 0xe007f);
}

static size_t columns_of(uint32_t c)
{
    int w = wcwidth((wchar_t)c);
    return w < 0 ? 1 : (size_t)w;
}

static void show_escape(struct glyph *g, uint32_t value)
{
    if (value < 0x100)
        snprintf(g->escape, sizeof g->escape, "\\x%02x", (unsigned)value);
    else
        snprintf(g->escape, sizeof g->escape, "\\u{%04x}", (unsigned)value);
    g->show = str_of(g->escape);
    g->columns = g->show.len;
}

static void next_glyph(struct str s, struct glyph *g)
{
    *g = (struct glyph){.bytes = utf8_length(s)};
    if (!g->bytes) {
        g->bytes = 1;
        show_escape(g, (unsigned char)s.ptr[0]);
        return;
    }
    uint32_t c = code_point(s, g->bytes);
    if (c == '\n' || c == '\t') {
        g->show = STR(" ");
        g->columns = 1;
    } else if (misleads(c)) {
        show_escape(g, c);
    } else {
        g->show = str_sub(s, 0, g->bytes);
        g->columns = c < 0x7f ? 1 : columns_of(c);
    }
}

void text_safe(struct buf *out, struct str s)
{
    struct glyph g;
    for (; s.len; s = str_sub(s, g.bytes, s.len)) {
        next_glyph(s, &g);
        buf_add(out, g.show);
    }
}

size_t text_width(struct str s)
{
    struct glyph g;
    size_t columns = 0;
    for (; s.len; s = str_sub(s, g.bytes, s.len)) {
        next_glyph(s, &g);
        columns += g.columns;
    }
    return columns;
}

size_t text_fit(struct buf *out, struct str s, size_t columns)
{
    size_t used = 0;
    if (!columns)
        return 0;
    bool whole = text_width(s) <= columns;
    struct glyph g;
    for (; s.len; s = str_sub(s, g.bytes, s.len)) {
        next_glyph(s, &g);
        if (!whole && used + g.columns > columns - 1) {
            buf_addz(out, "…");
            return used + 1;
        }
        buf_add(out, g.show);
        used += g.columns;
    }
    return used;
}

void text_wrap(struct buf *out, struct str s, size_t at, size_t indent, size_t columns)
{
    bool first = true;
    for (struct str rest = s; rest.ptr;) {
        struct str word = str_cut(&rest, ' ');
        if (!word.len)
            continue;
        size_t width = text_width(word);
        if (!first && at + 1 + width > columns) {
            buf_addf(out, "\n%*s", (int)indent, "");
            at = indent;
        } else if (!first) {
            buf_addc(out, ' ');
            at++;
        }
        text_safe(out, word);
        at += width;
        first = false;
    }
}
