/*
 * report/prove_net.h: the network half of a proof for people and for programs.
 *
 * The same form as report/prove.h: what was covered, the matrix with the words of net_word, violations hop by hop with the edits that cut
 * them and the command that replays them, what is unknown and why, assumptions. JSON: schema "ward.prove/1", "layer": "network";
 * the cells that it does not list are proved. CSV: a row a cell.
 */
#ifndef WARD_REPORT_PROVE_NET_H
#define WARD_REPORT_PROVE_NET_H

#include "prove/net_half.h"
#include "report/model.h"

struct net_view {
    const struct net_half *half;
    int64_t run, proof_id;
    struct str company;
    struct str from, to; /* only cells of this subject and object; {NULL,0}: all */
    bool all;            /* every cell that is not proved, else a few of each kind */
    bool color;
    int columns;         /* of the terminal; 0: do not cut */
};

bool net_report_text(const struct net_view *v, struct report_sink *sink, struct err *e) WARN_UNUSED;
bool net_report_json(const struct net_view *v, struct report_sink *sink, struct err *e) WARN_UNUSED;
bool net_report_csv(const struct net_view *v, struct report_sink *sink, struct err *e) WARN_UNUSED;
/* What table `proof` keeps of the whole. In `a`. */
struct str net_report_summary(const struct net_view *v, struct arena *a);

bool net_view_has(const struct net_view *v, const struct net_cell *c);

/* Parts of the text, for reports of both halves. Lines begin with `indent` spaces. */
void net_text_witness(const struct net_half *h, const struct reach_witness *w, bool color, int indent, struct buf *out);
void net_text_cell(const struct net_half *h, const struct net_cell *c, bool color, struct buf *out);
void net_text_matrix(const struct net_half *h, bool color, struct buf *out);

#endif
