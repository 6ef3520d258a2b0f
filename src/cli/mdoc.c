#include "cli/mdoc.h"

#include "base/instant.h"
#include "cli/help.h"

#include <stdio.h>

enum { FILL_COLUMNS = 72 };

static void put_escaped(struct buf *b, struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == '\\')
            buf_addz(b, "\\e");
        else if (s.ptr[i] == '"')
            buf_addz(b, "\\(dq");
        else
            buf_addc(b, s.ptr[i]);
    }
}

void mdoc_argument(struct buf *b, struct str text)
{
    bool quote = str_index(text, ' ', 0) >= 0;
    buf_addz(b, quote ? "\"" : "\\&");
    put_escaped(b, text);
    if (quote)
        buf_addc(b, '"');
}

static void put_word(struct buf *b, struct str word, bool begins_line)
{
    if (begins_line && word.len && (word.ptr[0] == '.' || word.ptr[0] == '\''))
        buf_addz(b, "\\&");
    if (str_eqz(word, "--")) /* two minus signs, not a dash */
        buf_addz(b, "\\-\\-");
    else
        put_escaped(b, word);
}

/* Columns of the word in the source of the page. */
static size_t width(struct str word)
{
    size_t n = word.len;
    for (size_t i = 0; i < word.len; i++)
        n += word.ptr[i] == '"' ? 3 : word.ptr[i] == '\\' ? 1 : 0;
    return n;
}

static bool ends_sentence(struct str word)
{
    return word.len && strchr(".?!", word.ptr[word.len - 1]);
}

void mdoc_text(struct buf *b, struct str text)
{
    size_t column = 0;
    bool broke = true;
    for (struct str rest = text; rest.ptr;) {
        struct str word = str_cut(&rest, ' ');
        if (!word.len)
            continue;
        if (!broke && column + 1 + width(word) > FILL_COLUMNS) {
            buf_addc(b, '\n');
            broke = true;
        }
        if (!broke)
            buf_addc(b, ' ');
        column = broke ? width(word) : column + 1 + width(word);
        put_word(b, word, broke);
        broke = ends_sentence(word);
        if (broke)
            buf_addc(b, '\n');
    }
    if (!broke)
        buf_addc(b, '\n');
}

static void put_date(struct buf *b, const struct cli_table *t)
{
    static const char *const months[] = {"January", "February", "March",     "April",   "May",      "June",
                                         "July",    "August",   "September", "October", "November", "December"};
    for (size_t i = 0; i < t->line_count; i++) {
        struct str rest = t->lines[i].text;
        uint64_t year, month, day;
        if (str_eqz(t->lines[i].kind, "date") && str_to_u64(str_cut(&rest, '-'), &year) &&
            str_to_u64(str_cut(&rest, '-'), &month) && str_to_u64(rest, &day) && month >= 1 && month <= 12)
            buf_addf(b, ".Dd %s %llu, %llu\n", months[month - 1], (unsigned long long)day, (unsigned long long)year);
    }
}

void mdoc_begin(struct buf *b, const struct cli_table *t, const char *title, const char *section, const char *name, struct str what)
{
    put_date(b, t);
    buf_addf(b, ".Dt %s %s\n.Os\n.Sh NAME\n.Nm %s\n.Nd ", title, section, name);
    put_escaped(b, what);
    buf_addc(b, '\n');
}

void mdoc_section(struct buf *b, const char *title) { buf_addf(b, ".Sh %s\n", title); }

void mdoc_list(struct buf *b, const char *width) { buf_addf(b, ".Bl -tag -width %s\n", width); }

void mdoc_item(struct buf *b, const char *macro, struct str argument)
{
    buf_addf(b, ".It %s%s", macro, *macro ? " " : "");
    mdoc_argument(b, argument);
    buf_addc(b, '\n');
}

void mdoc_list_end(struct buf *b) { buf_addz(b, ".El\n"); }

void mdoc_exit_status(struct buf *b)
{
    mdoc_section(b, "EXIT STATUS");
    mdoc_list(b, "Ds");
    struct arena *a = arena_new(4096);
    for (const struct exit_status *s = exit_statuses(a); s->meaning; s++) {
        buf_addf(b, ".It %d\n", s->status);
        mdoc_text(b, str_of(s->meaning));
    }
    mdoc_list_end(b);
    arena_free(a);
}
