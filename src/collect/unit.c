/* One call from the row that it is made for to its row in the store. */
#include "collect/sched.h"

#include "codec/hash.h"
#include "collect/extract.h"

#include <stdlib.h>

enum { UNIT_PARAMS_MAX_BYTES = 1 << 20 };

static int64_t now(const struct sched *s)
{
    return s->t->now_us(s->t->impl);
}

int64_t unit_at_us(const struct unit *u)
{
    const struct sched *s = u->s;
    return (u->first_us ? u->first_us : now(s)) + s->t->offset_us(s->t->impl);
}

static struct unit *unit_new(struct account *a, const struct lane *l)
{
    struct sched *s = a->s;
    const struct plan_op *op = l->op;
    uint32_t region = l->region;
    struct unit *u = calloc(1, sizeof(*u));
    if (!u)
        die("out of memory");
    u->s = s;
    u->account = a;
    u->op = op;
    u->source = l->source;
    u->region = u->feed_region = region;
    u->queue = l->queue;
    u->arena = arena_new(2048);
    u->all_next = s->units;
    if (s->units)
        s->units->all_prev = u;
    s->units = u;
    /* A feed in which calls are collected into batches waits for the parents that are under way. */
    for (uint32_t i = 0; i < op->feed_count; i++)
        if (op->feeds[i]->has_batch)
            account_feed(a, op->feeds[i], region)->feed->open_parents++;
    return u;
}

static void unit_free(struct unit *u)
{
    struct sched *s = u->s;
    if (u->all_prev)
        u->all_prev->all_next = u->all_next;
    else
        s->units = u->all_next;
    if (u->all_next)
        u->all_next->all_prev = u->all_prev;
    free(u->tokens);
    arena_free(u->arena);
    free(u);
}

static struct json *param_value(struct arena *a, const struct aws_param *p, struct str value)
{
    struct json *j;
    switch (p->type->kind) {
    case 'i':
    case 'f':
        j = json_new(a, JSON_NUMBER);
        j->text = value;
        return j;
    case 'b':
        return json_bool(a, str_eqz(value, "true"));
    case 'L':
        j = json_new(a, JSON_ARRAY);
        json_add(j, json_string(a, value));
        return j;
    default:
        return json_string(a, value);
    }
}

static void take_rows(struct unit *u, struct lane *l, uint32_t rows)
{
    const struct plan_source *source = l->source;
    struct str values[PLAN_COLUMNS_MAX];
    u->params = json_new(u->arena, JSON_OBJECT);
    for (uint32_t r = 0; r < rows; r++) {
        if (!feed_peek(l->feed, source->slot, values))
            die("a feed is shorter than its count");
        for (uint32_t i = 0; i < source->feed->column_count; i++) {
            const struct aws_param *p = &source->first[i].param;
            if (!values[i].ptr)
                continue;
            struct str value = arena_str(u->arena, values[i]);
            if (r == 0)
                json_set(u->params, p->name, param_value(u->arena, p, value));
            else if (i == source->batch_column)
                json_add(json_get(u->params, p->name), json_string(u->arena, value));
        }
        feed_take(l->feed, source->slot);
    }
}

/* Rows that the lane's next call takes; 0 = it has to wait for more. */
static uint32_t rows_ready(const struct lane *l)
{
    if (l->source->batch <= 1)
        return feed_left(l->feed, l->source->slot) > 0;
    bool ended;
    uint32_t rows = feed_run(l->feed, l->source->slot, l->source->batch_column, l->source->batch, &ended);
    bool whole = rows == l->source->batch || ended || l->feed->open_parents == 0;
    return whole ? rows : 0;
}

static struct str params_text(struct unit *u)
{
    struct buf b;
    buf_init(&b, UNIT_PARAMS_MAX_BYTES);
    if (u->params)
        json_write_canonical(&b, u->params);
    else
        buf_addz(&b, "{}");
    struct str text = arena_str(u->arena, buf_str(&b));
    buf_done(&b);
    return text;
}

static void close_feeds(struct unit *u)
{
    for (uint32_t i = 0; i < u->op->feed_count; i++) {
        const struct plan_feed *pf = u->op->feeds[i];
        if (!pf->has_batch)
            continue;
        struct lane_feed *lf = account_feed(u->account, pf, u->feed_region);
        lf->feed->open_parents--;
        for (uint32_t j = 0; j < pf->consumer_count; j++)
            if (feed_left(lf->feed, j) > 0)
                queue_push_lane(u->s, lf->lanes[j]);
    }
}

static bool seen_put(uint64_t *seen, uint64_t size, uint64_t hash)
{
    for (uint64_t i = hash & (size - 1);; i = (i + 1) & (size - 1)) {
        if (seen[i] == hash)
            return false;
        if (seen[i] == 0) {
            seen[i] = hash;
            return true;
        }
    }
}

/* Rows of different sources may ask for the same call. */
static bool is_new_call(struct unit *u)
{
    struct account *a = u->account;
    struct str text = params_text(u);
    uint64_t hash = hash64(text, ((uint64_t)u->op->index << 16) + u->region);
    if (a->seen_count * 4 >= a->seen_size * 3) {
        uint64_t size = a->seen_size ? a->seen_size * 2 : 256;
        uint64_t *grown = calloc(size, sizeof(grown[0]));
        if (!grown)
            die("out of memory");
        for (uint64_t i = 0; i < a->seen_size; i++)
            if (a->seen[i])
                (void)seen_put(grown, size, a->seen[i]);
        free(a->seen);
        a->seen = grown;
        a->seen_size = size;
    }
    bool fresh = seen_put(a->seen, a->seen_size, hash ? hash : 1);
    a->seen_count += fresh;
    return fresh;
}

static void drop(struct unit *u)
{
    u->account->open--;
    u->s->p.queued--;
    close_feeds(u);
    unit_free(u);
}

struct unit *unit_take(struct sched *s, struct queue *q)
{
    struct unit *u = q->units_first;
    if (u) {
        q->units_first = u->next;
        if (!q->units_first)
            q->units_last = NULL;
        u->next = NULL;
        return u;
    }
    struct lane *l = q->lanes_first;
    q->lanes_first = l->next;
    if (!q->lanes_first)
        q->lanes_last = NULL;
    l->listed = false;
    struct account *a = q->bucket->account;
    if (!l->feed) {
        if (!l->single_left)
            return NULL;
        l->single_left = false;
        return unit_new(a, l);
    }
    uint32_t rows = rows_ready(l);
    if (rows == 0)
        return NULL;
    u = unit_new(a, l);
    take_rows(u, l, rows);
    a->open -= rows - 1;
    s->p.queued -= rows - 1;
    if (feed_left(l->feed, l->source->slot) > 0)
        queue_push_lane(s, l);
    if (l->op->source_count > 1 && !is_new_call(u)) {
        drop(u);
        return NULL;
    }
    return u;
}

/* Takes over what the interrupted run has: its rows start the follow-ups as if just read. */
static bool taken_over(struct unit *u)
{
    struct sched *s = u->s;
    if (s->resumed_count == 0 || u->attempts > 0)
        return false;
    int64_t call = resume_find(s, u->op->op, u->account->id, s->region_names[u->region], params_text(u));
    if (call == 0)
        return false;
    struct arena *scratch = arena_new(0);
    struct err e = {0};
    struct json *answer = ingest_answer(s->store, scratch, call, &e);
    if (answer) {
        account_answer(u, answer);
        unit_feed(u, answer);
    }
    arena_free(scratch);
    if (err_is_set(&e))
        return false;
    s->sum->reused++;
    unit_end(u, CALL_RUNNING, 0, STR(""), STR(""), STR(""), STR(""), STR(""));
    return true;
}

/* Why it is not sent: a code, or NULL. */
static const char *why_not(const struct unit *u)
{
    const struct account_region *r = &u->account->regions[u->region];
    if (u->s->draining)
        return u->s->draining;
    if (u->account->dead)
        return u->account->dead;
    if (!u->op->op->global && r->scp_count >= SCHED_SCP_SERVICES)
        return "ScpDenied";
    return NULL;
}

/* AWS Organizations answers a member account about itself and its own organization only. */
static bool not_for_member(const struct unit *u)
{
    return !u->account->own && str_eqz(u->op->op->service, "organizations") &&
           !str_eqz(u->op->op->operation, "DescribeOrganization");
}

/* S3 answers for a bucket only in the bucket's region; what a redirect taught is kept. */
static void use_bucket_region(struct unit *u)
{
    struct str *region = map_get(&u->account->bucket_region, json_get_str(u->params, "Bucket"));
    if (!region)
        return;
    u->region = sched_region(u->s, *region);
    u->queue = queue_for(u->account, u->op, u->region);
}

static bool send_unit(struct unit *u, struct err *e)
{
    struct sched *s = u->s;
    struct send q = {
        .op = u->op->op,
        .account = u->account->id,
        .region = s->region_names[u->region],
        .params = u->params,
        .page_token = u->token,
        .session = u->account->session,
    };
    u->sent_us = now(s);
    if (u->first_us == 0)
        u->first_us = u->sent_us;
    u->generation = u->account->generation;
    return s->t->start(s->t->impl, &q, unit_reply, u, e);
}

void unit_dispatch(struct unit *u)
{
    struct sched *s = u->s;
    const char *code = why_not(u);
    if (u->source && u->source->feed->region_path.len > 0 && u->attempts == 0)
        use_bucket_region(u);
    if (!code && taken_over(u))
        return;
    if (code) {
        unit_end_code(u, u->pages > 0 ? CALL_TRUNCATED : CALL_SKIPPED, code, "not sent");
        return;
    }
    if (not_for_member(u)) {
        unit_end_code(u, CALL_UNAVAILABLE, "NotManagementAccount", "collected from the caller's account for the whole organization");
        return;
    }
    if (!u->op->op->global && u->attempts == 0 &&
        s->t->presence(s->t->impl, u->op->op, s->region_names[u->region]) == PRESENCE_NO) {
        unit_end_code(u, CALL_UNAVAILABLE, "NotInRegion", "the service is not offered in this region");
        return;
    }
    struct err e = {0};
    if (!send_unit(u, &e)) {
        unit_end_code(u, u->pages > 0 ? CALL_TRUNCATED : CALL_ERROR, "RequestNotBuilt", e.message);
        return;
    }
    (void)rate_take(&u->queue->bucket->rate, u->sent_us);
    if (s->all.full_rate > 0)
        (void)rate_take(&s->all, u->sent_us);
    u->in_flight = true;
    u->queue->bucket->in_flight++;
    u->queue->bucket->host->in_flight++;
    s->in_flight++;
    s->sum->requests++;
    if (s->in_flight > s->sum->in_flight_max)
        s->sum->in_flight_max = s->in_flight;
}

struct feeding {
    struct account *account;
    const struct plan_feed *feed;
    uint32_t region;
};

static void feed_row(void *user, const struct extract_row *row)
{
    struct feeding *f = user;
    struct sched *s = f->account->s;
    uint32_t region = f->region;
    if (row->region.len > 0) {
        if (!sched_wants_region(s, row->region))
            return;
        region = sched_region(s, row->region);
    }
    struct lane_feed *lf = account_feed(f->account, f->feed, region);
    if (!feed_add(lf->feed, row->values))
        return;
    f->account->open += f->feed->consumer_count;
    s->p.queued += f->feed->consumer_count;
    for (uint32_t i = 0; i < f->feed->consumer_count; i++)
        queue_push_lane(s, lf->lanes[i]);
}

void unit_feed(struct unit *u, const struct json *answer)
{
    for (uint32_t i = 0; i < u->op->feed_count; i++) {
        struct feeding f = {u->account, u->op->feeds[i], u->region};
        if (f.feed->column_count > 0)
            extract_rows(f.feed, answer, u->params, u->s->region_names[u->region], feed_row, &f);
    }
}

void unit_feed_literals(struct account *a, const struct plan_feed *f, uint32_t region)
{
    struct feeding feeding = {a, f, region};
    extract_rows(f, NULL, NULL, a->s->region_names[region], feed_row, &feeding);
}

/* What only waited for this call. A report may be there although making a new one was denied. */
static void feed_waiting(struct unit *u)
{
    struct extract_row row = {.region = {NULL, 0}};
    for (uint32_t i = 0; i < u->op->feed_count; i++) {
        struct feeding f = {u->account, u->op->feeds[i], u->region};
        if (f.feed->column_count == 0)
            feed_row(&f, &row);
    }
}

static void count_end(struct sched *s, enum call_status status)
{
    s->p.queued--;
    s->p.done++;
    s->sum->calls++;
    s->sum->by_status[status]++;
    s->p.denied += status == CALL_DENIED;
    s->p.failed += status == CALL_ERROR || status == CALL_THROTTLED || status == CALL_TRUNCATED;
    s->p.skipped += status == CALL_SKIPPED;
}

/* A call that the run has already (ERR_PARSE) keeps its first row. */
static void write_end(struct unit *u, const struct call_end *end)
{
    struct sched *s = u->s;
    struct err e = {0};
    if (!u->call)
        u->call = ingest_open(s->ingest, u->op->op, u->account->id, s->region_names[u->region], u->params,
                              unit_at_us(u), &e);
    if (u->call)
        (void)!ingest_close(u->call, end, &e);
    if (err_is_set(&e) && e.kind != ERR_PARSE) {
        *s->err = e;
        sched_broken(s);
    }
}

/* CALL_RUNNING = the store has the call already (resume): no row is written. */
void unit_end(struct unit *u, enum call_status status, int http, struct str code, struct str message,
              struct str action, struct str request_id, struct str source)
{
    struct sched *s = u->s;
    struct account *a = u->account;
    struct call_end end = {
        .status = status, .http = http, .code = code, .message = message, .missing_action = action,
        .request_id = request_id, .attempts = u->attempts, .pages = u->pages, .ms = u->ms,
        .at_us = unit_at_us(u), .source = source.len > 0 ? source : STR("aws"),
    };
    bool good = status == CALL_OK || status == CALL_RUNNING;
    if (status == CALL_RUNNING) {
        s->p.queued--;
        s->p.done++;
    } else {
        count_end(s, status);
        if (!s->broken)
            write_end(u, &end);
    }
    close_feeds(u);
    feed_waiting(u);
    const struct plan_op *op = u->op;
    unit_free(u);
    a->open--;
    account_listed(a, op, good);
}

void unit_end_code(struct unit *u, enum call_status status, const char *code, const char *message)
{
    unit_end(u, status, 0, str_of(code), str_of(message), STR(""), STR(""), STR(""));
}

/* Brings the units whose back-off is over back to their queues. */
void unit_due(struct sched *s, int64_t now_us)
{
    if (s->waiting_count == 0 || (now_us < s->waiting_first_us && !s->draining))
        return;
    int64_t first = INT64_MAX;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < s->waiting_count; i++) {
        struct unit *u = s->waiting[i];
        if (u->due_us <= now_us || s->draining) {
            queue_push_unit(s, u->queue, u);
            continue;
        }
        if (u->due_us < first)
            first = u->due_us;
        s->waiting[kept++] = u;
    }
    s->waiting_count = kept;
    s->waiting_first_us = first;
}
