/*
 * report/path.h: a path through the network, hop by hop, for people and for programs.
 *
 * The pieces are for other reports too: what is told of a walk is the same in `ward path` and in a proof.
 */
#ifndef WARD_REPORT_PATH_H
#define WARD_REPORT_PATH_H

#include "codec/json.h"
#include "reach/path.h"

struct path_report {
    const struct net *n;
    struct arena *a;
    const struct path_question *q;
    const struct path_answer *answer;
    int64_t run;
    const struct str *assumptions; /* beside those of the net */
    uint32_t assumption_count;
};
void path_report_text(const struct path_report *r, bool colour, struct buf *out);
/* Schema "ward.path/1". */
void path_report_json(const struct path_report *r, struct buf *out);

/* Hops, one a line, each begun with `indent` spaces: where, what decided, and the addresses where they change. */
void path_hops_text(const struct net *n, struct arena *a, const struct walk_path *p, bool back, int indent, bool colour, struct buf *out);
/* An array of {at, kind, by, act, code, note, src, dst, sport, dport}. */
void path_hops_json(const struct net *n, struct arena *a, const struct walk_path *p, bool back, struct json_out *o);
/* "host i-1 (web)", "security group rule sgr-1". */
struct str path_ref_text(const struct net *n, struct arena *a, struct net_ref r);
/* The members terms, path, hops... of an answer, without the question: for one line of a batch too. */
void path_answer_json(const struct path_report *r, struct json_out *o);

#endif
