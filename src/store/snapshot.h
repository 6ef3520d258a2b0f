/*
 * store/snapshot.h: the judged snapshot of a run as temporary views on this connection.
 *
 * A run without a base is its own rows. A partial run has a base: for each (account, region,
 * operation) the newest run of the chain that made a call for it has the word; where no run did (all
 * are 'running' or 'skipped'), the newest that lists one. The base's rows fill the rest, so what the
 * partial run did not cover is judged as it was then.
 *
 * Views (columns in ARCHITECTURE.md, "What facts and controls read"): snap_call, snap_resource, and
 * snap_account, snap_region (columns of run_account, run_region less `run`; the newest row of the
 * chain; a region is wanted where any run of the chain was asked for it). They are read-only, live on
 * this connection only, and follow the last call.
 */
#ifndef WARD_STORE_SNAPSHOT_H
#define WARD_STORE_SNAPSHOT_H

#include "store/store.h"

enum { SNAPSHOT_CHAIN_MAX = 64 };

/* ERR_NO_DATA when there is no such run or base; ERR_STORE for a chain that is too long or circular. */
bool store_snapshot(struct store *s, int64_t run, struct err *e) WARN_UNUSED;

#endif
