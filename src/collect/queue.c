/* Choosing the next call. Each queue is in one place at any time: idle, in the ring of its rank, or
 * parked with what it waits for (a time, its host, its account's credentials). A ring is turned as
 * it is read, so that hosts and regions take turns; the highest rank that can start goes first. */
#include "collect/sched.h"

static void list_add(struct queue_list *l, struct queue *q)
{
    q->next = NULL;
    q->prev = l->last;
    if (l->last)
        l->last->next = q;
    else
        l->first = q;
    l->last = q;
}

static void list_remove(struct queue_list *l, struct queue *q)
{
    if (q->prev)
        q->prev->next = q->next;
    else
        l->first = q->next;
    if (q->next)
        q->next->prev = q->prev;
    else
        l->last = q->prev;
    q->next = q->prev = NULL;
}

static struct queue_list *list_of(struct sched *s, const struct queue *q)
{
    switch (q->state) {
    case QUEUE_READY:
        return &s->rings[q->rank];
    case QUEUE_PARKED_TIME:
        return &s->timed;
    case QUEUE_PARKED_HOST:
        return &q->bucket->host->parked;
    case QUEUE_PARKED_ACCOUNT:
        return &q->bucket->account->parked;
    default:
        return NULL;
    }
}

static void move(struct sched *s, struct queue *q, enum queue_state state)
{
    struct queue_list *from = list_of(s, q);
    if (from)
        list_remove(from, q);
    q->state = state;
    struct queue_list *to = list_of(s, q);
    if (to)
        list_add(to, q);
}

void queue_wake(struct sched *s, struct queue *q)
{
    if (q->state != QUEUE_READY)
        move(s, q, QUEUE_READY);
}

void queue_wake_list(struct sched *s, struct queue_list *l)
{
    while (l->first)
        move(s, l->first, QUEUE_READY);
}

void queue_unlink(struct sched *s, struct queue *q)
{
    move(s, q, QUEUE_IDLE);
}

void queue_wake_timed(struct sched *s, int64_t now_us)
{
    if (!s->timed.first || (now_us < s->timed_first_us && !s->draining))
        return;
    int64_t first = INT64_MAX;
    for (struct queue *q = s->timed.first, *next; q; q = next) {
        next = q->next;
        if (q->wake_us <= now_us || s->draining)
            move(s, q, QUEUE_READY);
        else if (q->wake_us < first)
            first = q->wake_us;
    }
    s->timed_first_us = first;
}

void queue_push_unit(struct sched *s, struct queue *q, struct unit *u)
{
    u->next = NULL;
    u->queue = q;
    if (q->units_last)
        q->units_last->next = u;
    else
        q->units_first = u;
    q->units_last = u;
    if (q->state == QUEUE_IDLE)
        queue_wake(s, q);
}

void queue_push_lane(struct sched *s, struct lane *l)
{
    if (l->listed)
        return;
    struct queue *q = l->queue;
    l->listed = true;
    l->next = NULL;
    if (q->lanes_last)
        q->lanes_last->next = l;
    else
        q->lanes_first = l;
    q->lanes_last = l;
    if (q->state == QUEUE_IDLE)
        queue_wake(s, q);
}

static void park_until(struct sched *s, struct queue *q, int64_t wake_us)
{
    q->wake_us = wake_us;
    if (!s->timed.first || wake_us < s->timed_first_us)
        s->timed_first_us = wake_us;
    move(s, q, QUEUE_PARKED_TIME);
}

static bool given_up(const struct queue *q)
{
    return q->bucket->account->s->draining || q->bucket->account->dead;
}

/* True when the queue may start one now; else it has been parked or is idle. */
static bool may_start(struct sched *s, struct queue *q, int64_t now_us)
{
    struct bucket *b = q->bucket;
    if (!q->units_first && !q->lanes_first) {
        move(s, q, QUEUE_IDLE);
        return false;
    }
    if (given_up(q))
        return true;
    if (b->account->expired) {
        move(s, q, QUEUE_PARKED_ACCOUNT);
        return false;
    }
    bool host_full = s->o->max_per_host > 0 && !s->o->no_limits && b->host->in_flight >= s->o->max_per_host;
    if (host_full || (b->limit > 0 && b->in_flight >= b->limit)) {
        move(s, q, QUEUE_PARKED_HOST);
        return false;
    }
    int64_t wait = rate_wait(&b->rate, now_us);
    if (wait > 0) {
        park_until(s, q, now_us + wait);
        return false;
    }
    return true;
}

struct queue *queue_pick(struct sched *s, int64_t now_us)
{
    for (uint32_t rank = PLAN_RANKS; rank-- > 0;) {
        struct queue_list *ring = &s->rings[rank];
        while (ring->first) {
            struct queue *q = ring->first;
            if (!may_start(s, q, now_us))
                continue;
            list_remove(ring, q);
            list_add(ring, q);
            return q;
        }
    }
    return NULL;
}

static struct host *host_for(struct sched *s, const struct aws_op *op, struct str region)
{
    struct str parts[] = {region, STR("/"), op->endpoint_prefix};
    struct str key = arena_concat(s->arena, parts, 3);
    struct host *h = map_get(&s->hosts, key);
    if (!h) {
        h = arena_new_of(s->arena, struct host);
        h->key = key;
        map_put(&s->hosts, key, h);
    }
    return h;
}

struct queue *queue_for(struct account *a, const struct plan_op *op, uint32_t region)
{
    struct sched *s = a->s;
    const struct rate_rule *rule = rate_rule_for(&s->rates, op->op);
    struct str region_name = s->region_names[region];
    struct host *host = host_for(s, op->op, region_name);
    /* Operations of different services that share the default row get buckets of their own. */
    struct map *buckets = &a->bucket_by_key;
    struct str key = arena_printf(a->arena, "%u %.*s %.*s", rule->index, STR_ARG(op->op->service), STR_ARG(region_name));
    struct bucket *b = map_get(buckets, key);
    if (!b) {
        b = arena_new_of(a->arena, struct bucket);
        b->account = a;
        b->host = host;
        b->limit = s->o->no_limits ? 0 : rule->in_flight;
        rate_init(&b->rate, s->o->no_limits ? 0 : rule->rate, rule->burst, s->t->now_us(s->t->impl));
        map_put(buckets, key, b);
    }
    if (!b->queues[op->rank]) {
        struct queue *q = arena_new_of(a->arena, struct queue);
        q->bucket = b;
        q->rank = op->rank;
        b->queues[op->rank] = q;
    }
    return b->queues[op->rank];
}
