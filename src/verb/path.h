/* verb/path.h: the two halves of `ward path`: one question (path.c) and those of a file (path_batch.c). */
#ifndef WARD_VERB_PATH_H
#define WARD_VERB_PATH_H

#include "verb/net.h"

/* Prints an answer for each line of `file`; EXIT_GOOD, or 2 where one was broken. */
int path_batch(struct ward *w, struct verb_net *v, const char *file, struct err *e);

#endif
