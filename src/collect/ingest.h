/*
 * collect/ingest.h: the one door through which answers enter the store, live, imported or sample.
 *
 * An answer is split: each thing at the operation's `items` paths becomes a `resource` row with its
 * data exactly as the AWS CLI prints it ("Role": the role itself; "@": the whole answer, pos ''). What is
 * left (the envelope) stays with the `call` row, and in `call_part` where it may be long, so that export
 * puts the very same answer together again. Pages of one call are one call row: lists are added up, tokens
 * are the last page's, of all else the first page's word stands.
 * Memory is bounded by a page; nothing grows with the number of items.
 */
#ifndef WARD_COLLECT_INGEST_H
#define WARD_COLLECT_INGEST_H

#include "aws/op.h"
#include "codec/json.h"
#include "store/store.h"

/* How a call ended. Good: ok, empty, absent, and unavailable where the region table agrees.
 * Every other status is a gap: what needs the call is unknown. */
enum call_status {
    CALL_RUNNING,     /* begun, not ended: after an interruption the same as TRUNCATED */
    CALL_OK,          /* answered, with rows */
    CALL_EMPTY,       /* answered, nothing there */
    CALL_ABSENT,      /* AWS says that it is not configured (NoSuchBucketPolicy) */
    CALL_GONE,        /* the parent was deleted between list and get */
    CALL_UNAVAILABLE, /* the service is not in that region, by the region table or by AWS's word */
    CALL_DENIED,      /* access denied; missing_action tells */
    CALL_THROTTLED,   /* throttled until the budget ran out */
    CALL_ERROR,       /* any other error, transport and unparseable answers included */
    CALL_TRUNCATED,   /* a later page failed or a token repeated: rows kept, set incomplete */
    CALL_SKIPPED,     /* not sent: interrupted, no credentials, SCP short-circuit; code tells */
};
const char *call_status_name(enum call_status s);
/* False when `name` is no status. */
bool call_status_of(struct str name, enum call_status *out);

struct ingest;      /* the writer of one run */
struct ingest_call; /* one call that is open */

struct ingest_run {
    const char *kind;  /* "collect" or "import" */
    int64_t started_us;
    const char *tool_version;
    struct str caller_arn, scope_json, source;
    int64_t base; /* run id or 0 */
};

struct call_end {
    enum call_status status;
    int http;
    struct str code, message, missing_action, request_id;
    int attempts, pages;
    int64_t ms, at_us;
    struct str source; /* "aws", "endpoint", "stub", "import" */
};

/* Begins a run (a `run` row, status running). Writes go in transactions that are committed about
 * every 2,000 rows or 200 ms. */
struct ingest *ingest_begin(struct store *s, const struct ingest_run *r, struct err *e) WARN_UNUSED;
/* Goes on with an interrupted run: calls that were RUNNING are removed with their rows. */
struct ingest *ingest_resume(struct store *s, int64_t run, struct err *e) WARN_UNUSED;
int64_t ingest_run_id(const struct ingest *in);
bool ingest_account(struct ingest *in, struct str account, struct str name, struct str role, bool reached, struct str reason, struct err *e) WARN_UNUSED;
bool ingest_region(struct ingest *in, struct str account, struct str region, const char *state, bool wanted, struct str reason, struct err *e) WARN_UNUSED;
bool ingest_caller(struct ingest *in, struct str caller_arn, struct err *e) WARN_UNUSED;

/* Opens a call. `params` is the object of what it is made for (NULL or {} = none); `op` must outlive the
 * call. Several may be open at once. ERR_PARSE when the run has this call already. */
struct ingest_call *ingest_open(struct ingest *in, const struct aws_op *op, struct str account, struct str region,
                                const struct json *params, int64_t at_us, struct err *e) WARN_UNUSED;
/* One page of the answer in the CLI's JSON. The tree is changed (items are cut out of it). ERR_PARSE for
 * an answer that is no object where a list was to come: close the call with CALL_ERROR and go on. Any
 * other error is the store's and final: every later call gives it again. */
bool ingest_page(struct ingest_call *c, struct json *answer, struct err *e) WARN_UNUSED;
/* Ends and frees it, on failure too. CALL_OK becomes CALL_EMPTY when no row came or the whole answer is
 * {}, and CALL_TRUNCATED when a part of the answer was too large to keep. */
bool ingest_close(struct ingest_call *c, const struct call_end *end, struct err *e) WARN_UNUSED;
/* Ends the run: status "complete", "interrupted" or "failed"; clock_us is the time it is judged at. */
bool ingest_finish(struct ingest *in, const char *status, int64_t finished_us, int64_t clock_us, struct err *e) WARN_UNUSED;
/* Removes the run and everything it wrote, as if it had never begun; only ingest_free may follow. */
bool ingest_discard(struct ingest *in, struct err *e) WARN_UNUSED;
/* Frees it. Calls that are still open are freed too and stay "running"; what was not committed is
 * rolled back, so call ingest_finish first. NULL is ignored. */
void ingest_free(struct ingest *in);

/* The whole answer of a stored call again, as the CLI would print it: envelope and items joined.
 * NULL when the call had no answer (err untouched) or on error. */
struct json *ingest_answer(struct store *s, struct arena *a, int64_t call, struct err *e) WARN_UNUSED;

#endif
