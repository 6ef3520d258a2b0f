/*
 * control/citation.h: the standards and specifications of 45 CFR 164.308, .310, .312, .314 and .316
 * (data/cfr.tsv), and what the judged controls say of each.
 *
 * A state speaks of technical evidence only and is never "met": `supported` means that no control that
 * cites it failed or was undecided.
 */
#ifndef WARD_CONTROL_CITATION_H
#define WARD_CONTROL_CITATION_H

#include "control/finding.h"

enum citation_state {
    CITATION_SUPPORTED,
    CITATION_CONTRADICTED,
    CITATION_INSUFFICIENT,
    CITATION_DOCUMENT_NEEDED,
    CITATION_DOCUMENT_ATTESTED,
    CITATION_NO_RESOURCE,
};
const char *citation_state_name(enum citation_state s);

struct citation {
    struct str section, title;
    struct str kind; /* "standard", "required" or "addressable" */
    struct str note;
    bool by_specifications; /* its state is that of the specifications below it */
};

bool citation_known(struct str section);
/* "addressable" by 164.306(d)(3). False for unknown ones too. */
bool citation_addressable(struct str section);
/* All of them, in the order of the regulation. */
struct citation *citations_all(struct arena *a, uint32_t *count);

/* Writes citation_result rows for the evaluation and counts states. */
bool citations_write(struct arena *a, struct store *s, int64_t evaluation, const struct controls *c,
                     const struct control_tally *tallies, const struct json *config, int64_t as_of_us,
                     struct control_summary *sum, struct err *e) WARN_UNUSED;

#endif
