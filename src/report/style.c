#include "report/style.h"

#include "codec/utf8.h"

enum style style_of_verdict(enum verdict v)
{
    switch (v) {
    case VERDICT_FAIL: return STYLE_RED;
    case VERDICT_UNKNOWN: return STYLE_YELLOW;
    case VERDICT_WAIVED: return STYLE_MAGENTA;
    case VERDICT_PASS: return STYLE_GREEN;
    default: return STYLE_DIM;
    }
}

void style_add(struct buf *out, bool color, enum style s, struct str text)
{
    static const char *const codes[] = {"", "1", "2", "31", "33", "32", "35"};
    if (color && s != STYLE_PLAIN)
        buf_addf(out, "\033[%sm", codes[s]);
    style_printable(out, text);
    if (color && s != STYLE_PLAIN)
        buf_addz(out, "\033[0m");
}

void style_printable(struct buf *out, struct str text)
{
    for (size_t i = 0; i < text.len;) {
        unsigned char c = (unsigned char)text.ptr[i];
        size_t n = utf8_length(str_sub(text, i, text.len));
        bool c1 = n == 2 && c == 0xC2 && (unsigned char)text.ptr[i + 1] < 0xA0;
        if (!n)
            buf_addz(out, "\xEF\xBF\xBD");
        else if (c < 0x20 || c == 0x7F || c1)
            buf_addc(out, '?');
        else
            buf_add(out, str_sub(text, i, i + n));
        i += n ? n : 1;
    }
}
