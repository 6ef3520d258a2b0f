#include "cli/ask.h"

#include "codec/text.h"
#include "codec/utf8.h"

#include <unistd.h>

bool ask_possible(void) { return isatty(STDIN_FILENO) && isatty(STDERR_FILENO); }

/* One line without its end. False at the end of input. *too_long when it was cut. */
static bool read_line(FILE *in, char line[ASK_MAX_BYTES], size_t *len, bool *too_long)
{
    int c;
    *len = 0;
    *too_long = false;
    while ((c = getc(in)) != EOF && c != '\n') {
        if (*len < ASK_MAX_BYTES)
            line[(*len)++] = (char)c;
        else
            *too_long = true;
    }
    return c != EOF || *len > 0;
}

static const char *wrong_text(struct str s, bool too_long)
{
    if (too_long)
        return "the answer is too long";
    if (!utf8_valid(s))
        return "the answer is not UTF-8";
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] < 0x20 || s.ptr[i] == 0x7f)
            return "the answer has control characters";
    return NULL;
}

static void prompt(const char *question, struct str otherwise)
{
    struct buf b;
    buf_init(&b, 65536);
    text_safe(&b, str_of(question));
    if (otherwise.len) {
        buf_addz(&b, " [");
        text_safe(&b, otherwise);
        buf_addc(&b, ']');
    }
    buf_addz(&b, ": ");
    fputs(buf_cstr(&b), stderr);
    fflush(stderr);
    buf_done(&b);
}

bool ask(struct arena *a, FILE *in, const char *question, struct str otherwise, const char *(*check)(struct str answer),
         struct str *answer, struct err *e)
{
    char line[ASK_MAX_BYTES];
    for (;;) {
        size_t len;
        bool too_long;
        prompt(question, otherwise);
        if (!read_line(in, line, &len, &too_long)) {
            fputc('\n', stderr);
            return err_set(e, ERR_USAGE, "no answer to \"%s\"", question);
        }
        struct str said = str_trim(str_make(line, len));
        const char *wrong = wrong_text(said, too_long);
        if (!wrong && !said.len && otherwise.ptr) {
            *answer = otherwise;
            return true;
        }
        if (!wrong)
            wrong = !said.len ? "an answer is needed" : check ? check(said) : NULL;
        if (!wrong) {
            *answer = arena_str(a, said);
            return true;
        }
        fprintf(stderr, "  %s\n", wrong);
    }
}
