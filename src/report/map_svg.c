/* SVG 1.1 (Second Edition, W3C 16 August 2011): text, titles, the frame. */
#include "report/map_internal.h"

#include "codec/utf8.h"

#include <stdlib.h>

static uint32_t code_point(const char *p, size_t n)
{
    const unsigned char *u = (const unsigned char *)p;
    static const unsigned char first[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    uint32_t c = u[0] & first[n];
    for (size_t i = 1; i < n; i++)
        c = c << 6 | (u[i] & 0x3Fu);
    return c;
}

/* Control characters, and those that turn the direction of a line around (Unicode TR 36, section 3.1); what XML 1.0 (section 2.2)
 * does not allow. */
static bool is_dropped(uint32_t c)
{
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) ||
           c == 0xFEFF || c == 0xFFFE || c == 0xFFFF;
}

static void put(struct buf *b, struct str one)
{
    switch (one.ptr[0]) {
    case '&': buf_addz(b, "&amp;"); break;
    case '<': buf_addz(b, "&lt;"); break;
    case '>': buf_addz(b, "&gt;"); break;
    case '"': buf_addz(b, "&quot;"); break;
    case '\'': buf_addz(b, "&#39;"); break;
    default: buf_add(b, one);
    }
}

/* The next character that is written, or an empty slice at the end. */
static struct str next(struct str s, size_t *at, uint32_t *c)
{
    while (*at < s.len) {
        size_t n = utf8_length(str_sub(s, *at, s.len));
        struct str one = n ? str_sub(s, *at, *at + n) : STR("\xEF\xBF\xBD");
        *at += n ? n : 1;
        *c = code_point(one.ptr, one.len);
        if (*c == '\n' || *c == '\t') {
            *c = ' ';
            return STR(" ");
        }
        if (!is_dropped(*c))
            return one;
    }
    return str_make(NULL, 0);
}

void netmap_escape(struct buf *b, struct str s, size_t max)
{
    size_t at = 0, count = 0;
    uint32_t c;
    for (struct str one = next(s, &at, &c); one.len; one = next(s, &at, &c)) {
        if (count++ == max) {
            buf_addz(b, "\xE2\x80\xA6");
            return;
        }
        put(b, one);
    }
}

/* Hundredths of the size of the font, rather too wide: there is no font to ask. */
static int width_of(uint32_t c)
{
    if (c >= 0x80)
        return c < 0x250 ? 66 : 105;
    if (strchr("iljtf.,:;'|!()[]-/ ", (int)c) && c)
        return 40;
    if (strchr("mwMW@%", (int)c) && c)
        return 98;
    return c >= 'A' && c <= 'Z' ? 76 : 64;
}

void netmap_fit(struct buf *b, struct str s, int width, int size)
{
    int room = width * 100 / size, used = 0;
    size_t at = 0, kept = 0, count = 0;
    uint32_t c;
    for (struct str one = next(s, &at, &c); one.len; one = next(s, &at, &c)) {
        used += width_of(c);
        if (used <= room - 80)
            kept = count + 1;
        count++;
        if (used > room) {
            netmap_escape(b, s, kept);
            return;
        }
    }
    netmap_escape(b, s, count);
}

void netmap_title(struct buf *b, struct str s)
{
    buf_addz(b, "<title>");
    netmap_escape(b, s, 400);
    buf_addz(b, "</title>");
}

void netmap_label(struct buf *b, int x, int y, int size, const char *more, struct str s, int width)
{
    buf_addf(b, "<text x=\"%d\" y=\"%d\" font-size=\"%d\"%s>", x, y, size, more);
    netmap_fit(b, s, strstr(more, "bold") ? width * 9 / 10 : width, size);
    buf_addz(b, "</text>\n");
}

void netmap_open(struct buf *b, const char *id, int width, int height, struct str title, struct str what)
{
    buf_addf(b, "<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.1\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" "
                "aria-labelledby=\"%s-title\" aria-describedby=\"%s-what\" font-family=\"Helvetica, Arial, sans-serif\" fill=\"#1b1f24\">\n<title id=\"%s-title\">",
             width, height, width, height, id, id, id);
    netmap_escape(b, title, 400);
    buf_addf(b, "</title>\n<desc id=\"%s-what\">", id);
    netmap_escape(b, what, 2000);
    buf_addf(b, "</desc>\n<defs><pattern id=\"%s-hatch\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">"
                "<rect width=\"6\" height=\"6\" fill=\"#eceef0\"/><rect width=\"2\" height=\"6\" fill=\"#98a1aa\"/></pattern>"
                "<marker id=\"%s-tip\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"10\" markerHeight=\"10\" orient=\"auto\" "
                "markerUnits=\"userSpaceOnUse\"><path d=\"M0 0L10 5L0 10Z\" fill=\"#b3161b\"/></marker></defs>\n"
                "<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>\n",
             id, id, width, height);
}

/* Okabe and Ito, "Color Universal Design" (2008), without vermilion, which is too near the red of violations; then mixtures as far apart. */
const char *netmap_colour(const struct netmap_view *v, uint32_t label)
{
    static const char *const palette[] = {"#56b4e9", "#e69f00", "#009e73", "#f0e442", "#cc79a7", "#0072b2", "#b8a47a", "#8fd3c1", "#9a86d4", "#b7cf5b"};
    const struct prove_labels *l = v->labels;
    if (label < l->tenants)
        return palette[label % (sizeof palette / sizeof *palette)];
    return label < l->unassigned ? "#c9ced4" : "#ffffff";
}

static int by_key(const void *x, const void *y)
{
    const struct netmap_key *a = x, *b = y;
    if (a->rank != b->rank)
        return a->rank < b->rank ? -1 : 1;
    int c = str_cmp(a->one, b->one);
    return c ? c : str_cmp(a->two, b->two);
}

void netmap_sort(struct netmap_key *keys, uint32_t count)
{
    if (count)
        qsort(keys, count, sizeof *keys, by_key);
}
