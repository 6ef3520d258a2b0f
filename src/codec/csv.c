#include "codec/csv.h"

#include "codec/utf8.h"

void csv_init(struct csv *c, struct buf *out) { *c = (struct csv){.out = out}; }

static void separate(struct csv *c)
{
    if (c->begun)
        buf_addc(c->out, ',');
    c->begun = true;
}

static bool runs_as_formula(struct str s) { return s.len && strchr("=+-@\t\r", s.ptr[0]) && s.ptr[0]; }

static bool needs_quotes(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] == ',' || s.ptr[i] == '"' || s.ptr[i] == '\n' || s.ptr[i] == '\r')
            return true;
    return s.len && (s.ptr[0] == ' ' || s.ptr[s.len - 1] == ' ');
}

void csv_str(struct csv *c, struct str s)
{
    separate(c);
    bool quotes = needs_quotes(s);
    if (quotes)
        buf_addc(c->out, '"');
    if (runs_as_formula(s))
        buf_addc(c->out, '\'');
    while (s.len) {
        size_t n = s.ptr[0] ? utf8_length(s) : 0;
        if (!n)
            buf_addz(c->out, "\xef\xbf\xbd");
        else if (s.ptr[0] == '"')
            buf_addz(c->out, "\"\"");
        else
            buf_add(c->out, str_sub(s, 0, n));
        s = str_sub(s, n ? n : 1, s.len);
    }
    if (quotes)
        buf_addc(c->out, '"');
}

void csv_strz(struct csv *c, const char *s) { csv_str(c, str_of(s)); }

void csv_int(struct csv *c, int64_t v)
{
    separate(c);
    buf_addf(c->out, "%lld", (long long)v);
}

void csv_end_row(struct csv *c)
{
    buf_addz(c->out, "\r\n");
    c->begun = false;
}
