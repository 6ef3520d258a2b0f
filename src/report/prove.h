/*
 * report/prove.h: a proof for people and for programs.
 *
 * Text: what was proved over what, the matrix (small ones whole, large ones by counts), violations hop by hop, what is
 * unknown and why, assumptions and what is not modelled. JSON: schema "ward.prove/1"; the cells that it does not list
 * are proved. CSV: a row a cell, up to PROVE_CLAIMS_ALL labels also those that are proved.
 */
#ifndef WARD_REPORT_PROVE_H
#define WARD_REPORT_PROVE_H

#include "prove/prove.h"
#include "report/model.h"

struct prove_view {
    const struct proof *proof;
    int64_t run, proof_id;
    struct str company;
    struct str from, to; /* only cells of this subject and object; {NULL,0}: all */
    bool all;            /* every cell that is not proved, else a few of each kind */
    bool color;
    int columns;         /* of the terminal; 0: do not cut */
};

bool prove_report_text(const struct prove_view *v, struct report_sink *sink, struct err *e) WARN_UNUSED;
bool prove_report_json(const struct prove_view *v, struct report_sink *sink, struct err *e) WARN_UNUSED;
bool prove_report_csv(const struct prove_view *v, struct report_sink *sink, struct err *e) WARN_UNUSED;
/* What table `proof` keeps of the whole: counts, window, what is missing, assumptions. In `a`. */
struct str prove_report_summary(const struct prove_view *v, struct arena *a);

/* Parts of the text, for the report of both halves. */
void prove_text_hop(const struct prove_hop *h, uint32_t number, struct buf *out);

bool prove_view_has(const struct prove_view *v, const struct prove_cell *c);

#endif
