/*
 * control/waiver.h: exceptions of ward.yaml, applied to failing findings.
 *
 * A waiver needs owner, reason and expiry. One for a control that cites an addressable specification needs
 * why it is not reasonable and the alternative measure too (45 CFR 164.306(d)(3)); one for a control that
 * cites required ones only is a risk accepted, and no citation turns green by it. Expired and incomplete
 * waivers are listed with the finding, which stays failed. Inside src/control/ only.
 */
#ifndef WARD_CONTROL_WAIVER_H
#define WARD_CONTROL_WAIVER_H

#include "control/finding.h"

/* Sets `waiver`, and the verdict waived where it applies. */
void waivers_apply(struct arena *a, const struct json *config, const struct control *c, int64_t as_of_us,
                   struct findings *list, struct control_tally *tally, struct control_summary *sum);
/* True when `date` ("2027-01-31", the whole day counts, or an instant) lies before `as_of_us`, or is none. */
bool waiver_expired(struct str date, int64_t as_of_us);

#endif
