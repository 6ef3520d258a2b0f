/*
 * report/joint.h: a proof of both halves for people and for programs.
 *
 * Text: what was proved over what, the joint matrix, violations of all layers hop by hop (host, connection, instance profile, role, key,
 * bucket), edits that cut them, what is unknown and why, assumptions of both halves. JSON: schema "ward.prove/1", "layer": "both",
 * a "layer" in each cell; the cells that it does not list are proved. CSV: a row a cell.
 */
#ifndef WARD_REPORT_JOINT_H
#define WARD_REPORT_JOINT_H

#include "prove/joint.h"
#include "report/model.h"

struct joint_view {
    const struct joint *joint;
    int64_t run, proof_id;
    struct str company;
    struct str from, to; /* only cells of this subject and object; {NULL,0}: all */
    bool all;            /* every cell that is not proved, else a few of each kind */
    bool color;
    int columns;         /* of the terminal; 0: do not cut */
};

bool joint_report_text(const struct joint_view *v, struct report_sink *sink, struct err *e) WARN_UNUSED;
bool joint_report_json(const struct joint_view *v, struct report_sink *sink, struct err *e) WARN_UNUSED;
bool joint_report_csv(const struct joint_view *v, struct report_sink *sink, struct err *e) WARN_UNUSED;
/* What table `proof` keeps of the whole. In `a`. */
struct str joint_report_summary(const struct joint_view *v, struct arena *a);

/* One cell, hop by hop, as the text has it. */
void joint_text_cell(const struct joint_view *v, const struct joint_cell *c, struct buf *out);

bool joint_view_has(const struct joint_view *v, uint32_t subject, uint32_t object);

#endif
