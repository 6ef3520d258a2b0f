#include "aws/cred.h"

enum { WORDS_MAX = 256 };

struct splitter {
    struct str text;
    size_t at;
    char *out; /* where the word goes on */
    bool bad;
};

static void quoted(struct splitter *s, char quote)
{
    for (s->at++; s->at < s->text.len && s->text.ptr[s->at] != quote; s->at++) {
        char c = s->text.ptr[s->at];
        char next = s->at + 1 < s->text.len ? s->text.ptr[s->at + 1] : 0;
        if (quote == '"' && c == '\\' && (next == '"' || next == '\\')) {
            c = next;
            s->at++;
        }
        *s->out++ = c;
    }
    s->bad |= s->at >= s->text.len;
    s->at++;
}

static void word(struct splitter *s)
{
    while (!s->bad && s->at < s->text.len && !strchr(" \t\r\n", s->text.ptr[s->at])) {
        char c = s->text.ptr[s->at];
        if (c == '\'' || c == '"') {
            quoted(s, c);
        } else if (c == '\\') {
            s->bad |= s->at + 1 >= s->text.len;
            if (!s->bad)
                *s->out++ = s->text.ptr[s->at + 1];
            s->at += 2;
        } else {
            *s->out++ = c;
            s->at++;
        }
    }
    *s->out++ = 0;
}

char **cred_split(struct arena *a, struct str command)
{
    char **words = arena_array_of(a, char *, WORDS_MAX + 1);
    /* A word is never longer than its source; each word's NUL takes the place of a separator or of the end. */
    struct splitter s = {.text = command, .out = arena_alloc(a, command.len + 2)};
    size_t n = 0;
    if (command.len && memchr(command.ptr, 0, command.len))
        return NULL;
    for (;;) {
        while (s.at < command.len && strchr(" \t\r\n", command.ptr[s.at]))
            s.at++;
        if (s.at >= command.len)
            break;
        if (n == WORDS_MAX)
            return NULL;
        words[n++] = s.out;
        word(&s);
    }
    return s.bad || n == 0 ? NULL : words;
}
