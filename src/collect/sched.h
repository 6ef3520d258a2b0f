/*
 * collect/sched.h: the collector's inside, shared by sched.c, queue.c, unit.c, account.c, resume.c.
 *
 * lane    one operation for one account and region: its rows wait in a feed (feed.h)
 * queue   the lanes of one bucket that have the same rank; the unit of choice
 * bucket  one row of rates.tsv for one account and region: tokens and requests in flight
 * host    one endpoint, shared by all accounts
 * unit    one call under way, from its first request to its last page
 */
#ifndef WARD_COLLECT_SCHED_H
#define WARD_COLLECT_SCHED_H

#include "base/map.h"
#include "collect/collect.h"
#include "collect/feed.h"
#include "collect/ingest.h"
#include "collect/policy.h"
#include "collect/rate.h"
#include "collect/retry.h"

enum {
    SCHED_REGIONS_MAX = 64,
    SCHED_SCP_SERVICES = 5,     /* denied by an SCP: then the region is given up */
    SCHED_ACCOUNTS_ACTIVE = 32, /* at once: bounds memory, and sessions stay young */
    SCHED_WAITING_FACTOR = 4,   /* units in back-off, times slots */
    SCHED_PAGES_MAX = 100000,
    SCHED_POLLS_MAX = 90,
    SCHED_POLL_US = 2000000,
    SCHED_GRACE_US = 5000000,   /* for what is in flight when a run is stopped */
};

enum queue_state { QUEUE_IDLE, QUEUE_READY, QUEUE_PARKED_TIME, QUEUE_PARKED_HOST, QUEUE_PARKED_ACCOUNT };

struct unit;
struct lane;

struct queue {
    struct bucket *bucket;
    uint32_t rank;
    enum queue_state state;
    struct queue *next, *prev; /* in the ring of its rank, or in the list it is parked in */
    int64_t wake_us;
    struct lane *lanes_first, *lanes_last;
    struct unit *units_first, *units_last; /* next pages and repetitions: go first */
};

struct queue_list {
    struct queue *first, *last;
};

struct host {
    struct str key;
    uint32_t in_flight;
    struct queue_list parked;
};

struct bucket {
    struct account *account;
    struct host *host;
    struct rate_bucket rate;
    uint32_t in_flight, limit;
    struct queue *queues[PLAN_RANKS];
};

struct lane {
    const struct plan_op *op;
    const struct plan_source *source; /* NULL: one call without parameters */
    struct queue *queue;
    uint32_t region;
    struct feed *feed;
    bool single_left;
    bool listed;        /* in its queue's list */
    struct lane *next;
};

struct lane_feed { /* a feed of one account and region and the lanes that read it */
    struct feed *feed;
    struct lane **lanes;
};

struct account_region {
    bool listed, wanted;
    const char *state;    /* "enabled", "disabled", "unknown" */
    struct str scp[SCHED_SCP_SERVICES];
    uint32_t scp_count;   /* at SCHED_SCP_SERVICES the rest is not sent */
};

enum account_state { ACCOUNT_WAITING, ACCOUNT_ORG, ACCOUNT_REGIONS, ACCOUNT_ACTIVE, ACCOUNT_DONE };

struct account {
    struct sched *s;
    struct str id, name, role_arn;
    bool own;             /* the caller's */
    bool inactive;        /* suspended or being closed */
    bool foreign;         /* asked for, and not in the organization's list */
    enum account_state state;
    uint32_t session, generation;
    int64_t refreshed_us;
    bool expired;         /* paused until the main loop has refreshed it */
    const char *dead;     /* code for all that is left; NULL = alive */
    struct arena *arena;
    uint64_t open;        /* rows waiting and units under way */
    bool regions_known;
    int region_tries;
    struct account_region regions[SCHED_REGIONS_MAX];
    struct map bucket_by_key; /* rule, service and region -> struct bucket */
    struct lane_feed *feeds;  /* [feed * SCHED_REGIONS_MAX + region] */
    uint64_t *seen;           /* calls of operations with several sources, as hashes */
    uint64_t seen_count, seen_size;
    struct map bucket_region; /* S3 bucket -> region, learned from redirects */
    struct queue_list parked;
};

struct unit {
    struct sched *s;
    struct account *account;
    const struct plan_op *op;
    const struct plan_source *source;
    uint32_t region, feed_region; /* they differ when S3 named another one */
    struct queue *queue;
    struct arena *arena;
    struct json *params;
    struct str token;
    struct ingest_call *call; /* opened with the first page */
    struct retry retry;
    uint64_t *tokens;         /* hashes of the tokens used */
    uint32_t token_count, token_size;
    int attempts, pages, polls;
    uint32_t generation;
    int refreshes;
    bool skewed, moved, in_flight;
    int64_t first_us, sent_us, due_us, ms;
    struct unit *next;        /* in queue->units */
    struct unit *all_next, *all_prev;
};

struct region_stat {
    uint64_t calls;
    int64_t ms;
};

struct sched {
    const struct collect_options *o;
    struct transport *t;
    struct store *store;
    struct ingest *ingest;
    struct arena *arena;
    struct plan plan;
    struct rate_table rates;
    struct identity me;
    struct policy_session session_policy;
    unsigned char hmac_key[32];

    struct str region_names[SCHED_REGIONS_MAX];
    uint32_t region_count;
    struct account **accounts;
    uint32_t account_count, account_size, next_account, active;
    struct map hosts;

    struct queue_list rings[PLAN_RANKS];
    struct queue_list timed;
    int64_t timed_first_us;
    struct unit *units;       /* all */
    struct unit **waiting;    /* in back-off */
    uint32_t waiting_count, waiting_size;
    int64_t waiting_first_us;

    struct rate_bucket all;   /* --max-rate */
    uint32_t max_in_flight, in_flight;
    uint64_t random;
    const char *draining;     /* code; nothing is sent any more */
    int64_t drain_until_us;   /* then what is in flight is dropped */
    bool filling, broken;
    bool resolved;            /* some host's name did resolve */
    struct err *err;

    int64_t started_us;
    int64_t resumed_run;
    uint64_t *resumed_keys;   /* resume.c: hashes of finished calls, open addressing */
    int64_t *resumed_calls;
    uint64_t resumed_size, resumed_count;

    struct collect_progress p;
    struct region_stat stats[SCHED_REGIONS_MAX];
    int64_t progress_us, rate_us;
    uint64_t rate_done;
    struct collect_summary *sum;
};

/* queue.c: choosing */
void queue_wake(struct sched *s, struct queue *q);
void queue_wake_list(struct sched *s, struct queue_list *l);
void queue_unlink(struct sched *s, struct queue *q);
struct queue *queue_pick(struct sched *s, int64_t now_us);
void queue_wake_timed(struct sched *s, int64_t now_us);
void queue_push_unit(struct sched *s, struct queue *q, struct unit *u);
void queue_push_lane(struct sched *s, struct lane *l);
struct queue *queue_for(struct account *a, const struct plan_op *op, uint32_t region);

/* unit.c: one call */
struct unit *unit_take(struct sched *s, struct queue *q);
void unit_dispatch(struct unit *u);
/* When it was first sent (or now), by the server's clock. */
int64_t unit_at_us(const struct unit *u);
/* Ends it: the call row is written and the unit is gone. */
void unit_end(struct unit *u, enum call_status status, int http, struct str code, struct str message,
              struct str action, struct str request_id, struct str source);
void unit_end_code(struct unit *u, enum call_status status, const char *code, const char *message);
/* Hands an answer's rows to the follow-ups. */
void unit_feed(struct unit *u, const struct json *answer);
/* Rows of a feed without parent, for one region. */
void unit_feed_literals(struct account *a, const struct plan_feed *f, uint32_t region);
void unit_due(struct sched *s, int64_t now_us);

/* reply.c */
void unit_reply(void *user, struct reply *r);

/* account.c */
struct account *account_add(struct sched *s, struct str id, struct str name);
void account_activate(struct account *a);
void account_answer(struct unit *u, const struct json *answer);
/* The unit that listed accounts or regions has ended. */
void account_listed(struct account *a, const struct plan_op *op, bool good);
void account_sweep(struct sched *s);
void account_refresh(struct sched *s);
void account_not_reached(struct account *a, const char *code, const char *message);
/* Index of a region's name, added when there is room; home region's when not. */
uint32_t sched_region(struct sched *s, struct str name);
bool sched_wants_region(const struct sched *s, struct str name);
void account_enqueue(struct account *a, const struct plan_op *op, uint32_t region);
struct lane_feed *account_feed(struct account *a, const struct plan_feed *f, uint32_t region);
void account_free(struct account *a);

/* resume.c */
/* Finds the newest run that did not end, and takes what it was asked for into `o`. ERR_NO_DATA, or ERR_USAGE
 * when `o` asks for something else. */
bool resume_scope(struct sched *s, struct collect_options *o) WARN_UNUSED;
bool resume_load(struct sched *s, int64_t run, struct err *e) WARN_UNUSED;
/* The call's id when the interrupted run has it, else 0. */
int64_t resume_find(const struct sched *s, const struct aws_op *op, struct str account, struct str region, struct str params);
void resume_free(struct sched *s);

/* sched.c */
void sched_fill(struct sched *s);
/* Notes that the store failed; the loop ends. */
void sched_broken(struct sched *s);
uint32_t sched_random(struct sched *s);

#endif
