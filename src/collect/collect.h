/*
 * collect/collect.h: a live collection: AWS's APIs into the store.
 *
 * Place in the flow: COLLECT -> store -> facts. One thread, one event loop: a slot is filled with the
 * next call, an answer is read, its rows start the follow-up calls and enter the store through
 * ingest.h. Nothing waits for a phase to end. Every call that a run wanted becomes a row in `call`,
 * sent or not, and how it ended stays with it; what could not be read is never an empty table.
 *
 * What it is not: no printing (the caller's progress callback does), no signal handler (the caller
 * raises `*stop`), no judgement.
 */
#ifndef WARD_COLLECT_COLLECT_H
#define WARD_COLLECT_COLLECT_H

#include "collect/plan.h"
#include "collect/transport.h"
#include "store/store.h"

#include <signal.h>

struct collect_progress {
    uint64_t queued, done;      /* calls waiting or under way; calls ended */
    uint32_t in_flight;
    double rate_per_s;          /* calls ended, lately */
    uint64_t denied, throttled; /* calls that ended denied; throttle answers met */
    uint64_t failed;            /* ended error, throttled or truncated */
    uint64_t skipped;
    uint32_t accounts, accounts_done, accounts_unreached;
    struct str slowest_region;  /* largest mean time a call; {NULL,0} when unknown */
    int64_t slowest_ms;
    int64_t eta_ms;             /* of what is queued now; -1 = unknown */
    int64_t elapsed_ms;
};

struct collect_options {
    const struct str *ops; /* ids that the controls read; parents are added */
    uint32_t op_count;
    const struct str *regions; /* none = all enabled ones; else a partial run */
    uint32_t region_count;
    bool org;                  /* every account of the organization */
    const struct str *accounts; /* only these; a partial run. Without org it can only be the caller's own */
    uint32_t account_count;
    struct str role;           /* name of the role assumed in each; empty = "ward-audit" */
    struct str external_id;    /* empty = none */
    bool drift;                /* may start stack drift detection */

    uint32_t max_in_flight;    /* 0 = 128 */
    uint32_t max_per_host;     /* 0 = no limit; COLLECT_PER_HOST is the usual one */
    double max_rate;           /* requests a second over all; 0 = no cap */
    bool no_limits;            /* benchmarks: no per-host limit, no rate table */
    int64_t retry_budget_s;    /* how long one call may be throttled; every wait shrinks or grows with it; 0 = 120 */
    int64_t deadline_s;        /* wall time after which nothing more starts; 0 = none */

    bool resume;               /* go on with the newest interrupted run */
    int64_t resume_max_age_s;  /* 0 = 3600: calls that ended well and are younger are not made again */
    int64_t base;              /* run that a partial run completes itself from; 0 = newest complete one */
    const char *tool_version;

    const volatile sig_atomic_t *stop; /* NULL, or: 1 = finish what is in flight and end, 2 = leave now */
    void (*progress)(void *user, const struct collect_progress *p); /* NULL = none; at most every 200 ms */
    void *progress_user;

    struct transport *transport; /* transport_aws.h, or a test's */
    plan_find *find;             /* NULL = aws_op_find */
    uint32_t seed;               /* of the back-off's jitter; 0 = from the clock */
};

enum { COLLECT_IN_FLIGHT = 128, COLLECT_PER_HOST = 8 };

struct collect_summary {
    int64_t run;
    bool resumed, interrupted;
    bool stopped;               /* interrupted by *stop, and not by the deadline */
    uint64_t calls, requests;   /* call rows of this collection; HTTP requests sent */
    uint64_t by_status[16];     /* indexed by enum call_status of ingest.h */
    uint64_t reused;            /* calls taken over from the interrupted run */
    uint64_t throttles;         /* throttle answers met */
    uint32_t accounts, accounts_unreached, regions;
    bool org_listed;            /* the organization's accounts are known */
    int64_t wall_ms;
    uint32_t in_flight_max;
    char caller_arn[256], account[32];
};

/* Runs a collection to its end. True also when single accounts, regions or calls failed (their rows
 * tell) and when it was interrupted (summary->interrupted). False: no credentials (ERR_CREDENTIALS,
 * nothing was written), an unknown operation, an account that cannot be looked at or a region that
 * there is not (ERR_USAGE), nothing to resume (ERR_NO_DATA), or the store failed (ERR_STORE; the run is
 * left interrupted). */
bool collect_run(struct store *s, const struct collect_options *o, struct collect_summary *summary, struct err *e) WARN_UNUSED;

#endif
