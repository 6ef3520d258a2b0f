/*
 * report/access.h: answers about access for people and for programs: ward can, who-can, what-can.
 */
#ifndef WARD_REPORT_ACCESS_H
#define WARD_REPORT_ACCESS_H

#include "access/what.h"
#include "access/who.h"

/* One decision with all that made it. */
struct access_report {
    const struct world *w;
    struct arena *a;
    const struct access_question *q;
    const struct access_answer *answer;
    const struct iam_pattern_answer *parts; /* of a pattern; else NULL */
    enum access_key_need need;
    const struct access_question *key_q;    /* of ACCESS_KEY_ASK */
    const struct access_answer *key;
    enum iam_result result;                 /* of both together */
    const struct residue *condition;
    int64_t run;
};

/* Joins the decision with what the key says: sets result and condition. */
void access_report_join(struct access_report *r);
void access_report_text(const struct access_report *r, bool colour, struct buf *out);
/* Schema "ward.can/1". */
void access_report_json(const struct access_report *r, struct buf *out);

/* The unread things that a formula turns on, each once, joined by "; ". */
struct str access_unread_words(struct arena *a, const struct residue *f);
/* What was not read and bears on an answer: calls of the caller's account, the owner's, and the organization. The first
 * `max` into `out`; returns how many there are. */
uint32_t access_gaps(const struct access_report *r, const struct world_gap **out, uint32_t max);
/* The context that makes the request a plain Allowed: what was given, and what the condition asks for. It has been asked
 * again and was allowed; false when none was found. */
bool access_replay_context(const struct access_report *r, struct iam_context *out);
/* "ward can '...' ... --context k=v", in shell quotes. */
void access_replay_command(const struct access_report *r, const struct iam_context *c, struct buf *out);
/* The input of `aws iam simulate-custom-policy --cli-input-json`. */
void access_replay_simulator(const struct access_report *r, const struct iam_context *c, struct json_out *o);

struct who_report {
    const struct world *w;
    struct arena *a;
    const struct access_question *q;
    const struct who_answer *answer;
    int64_t run;
};
void who_report_text(const struct who_report *r, bool colour, int columns, struct buf *out);
/* Schema "ward.who-can/1". */
void who_report_json(const struct who_report *r, struct buf *out);

struct what_report {
    const struct world *w;
    struct arena *a;
    const struct access_question *q;
    const struct what_answer *answer;
    int64_t run;
};
/* By service. */
void what_report_text(const struct what_report *r, bool colour, int columns, struct buf *out);
/* The policy document itself, as `aws iam create-policy` takes it. */
void what_report_json(const struct what_report *r, struct buf *out);

#endif
