#include "codec/yaml.h"

#include "codec/utf8.h"

static bool is_plain(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        bool mark = strchr("._/-+@", c) || (c == ':' && i + 1 < s.len);
        if (!word && (!c || !mark || i == 0))
            return false;
    }
    return s.len > 0;
}

/* What libyaml 0.2.5 takes unescaped in double quotes (YAML 1.1, section 5.1), without the line breaks. */
static bool is_printable(uint32_t c)
{
    return (c >= 0x20 && c <= 0x7e) || (c >= 0xa0 && c <= 0xd7ff && c != 0x2028 && c != 0x2029) ||
           (c >= 0xe000 && c <= 0xfffd && c != 0xfeff) || c >= 0x10000;
}

static uint32_t decode(struct str s, size_t n)
{
    static const unsigned char first[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    uint32_t c = (unsigned char)s.ptr[0] & first[n];
    for (size_t i = 1; i < n; i++)
        c = c << 6 | ((unsigned char)s.ptr[i] & 0x3f);
    return c;
}

void yaml_write_scalar(struct buf *out, struct str s)
{
    if (is_plain(s)) {
        buf_add(out, s);
        return;
    }
    buf_addc(out, '"');
    while (s.len) {
        size_t n = utf8_length(s);
        uint32_t c = n ? decode(s, n) : 0xfffd;
        if (c == '"' || c == '\\')
            buf_addf(out, "\\%c", (char)c);
        else if (c == '\n')
            buf_addz(out, "\\n");
        else if (n && is_printable(c))
            buf_add(out, str_sub(s, 0, n));
        else
            buf_addf(out, "\\u%04x", (unsigned)c);
        s = str_sub(s, n ? n : 1, s.len);
    }
    buf_addc(out, '"');
}
