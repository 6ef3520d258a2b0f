/* verb/can.h: the two halves of `ward can`: questions of a file (can.c) and one about a stored run (can_question.c). */
#ifndef WARD_VERB_CAN_H
#define WARD_VERB_CAN_H

#include "verb/verb.h"

/* PRINCIPAL ACTION [RESOURCE] against --run. Prints the answer and returns the exit status. */
int can_question(struct ward *w, struct err *e);

#endif
