/* cli/ask.h: questions on the terminal. Prompts go to standard error, answers come from standard input;
 * an answer is one line of UTF-8 without control characters, at most ASK_MAX_BYTES. */
#ifndef WARD_CLI_ASK_H
#define WARD_CLI_ASK_H

#include "base/arena.h"
#include "base/err.h"

#include <stdio.h>

enum { ASK_MAX_BYTES = 4096 };

/* Someone can be asked: standard input and standard error are terminals. */
bool ask_possible(void);
/* Asks until the answer is good. An empty answer takes `otherwise` ({NULL,0} = an answer is needed;
 * "" = it may stay empty). `check` (may be NULL) says what is wrong with an answer, or NULL. False at
 * the end of input: ERR_USAGE. `in` is stdin but in tests. */
bool ask(struct arena *a, FILE *in, const char *question, struct str otherwise, const char *(*check)(struct str answer),
         struct str *answer, struct err *e) WARN_UNUSED;

#endif
