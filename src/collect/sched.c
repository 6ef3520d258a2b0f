/* The event loop of a collection. */
#include "collect/sched.h"

#include "base/embed.h"
#include "base/instant.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    POLL_MAX_MS = 100,
    PROGRESS_US = 200000,
    RATE_WINDOW_US = 1000000,
    SCOPE_MAX_BYTES = 4 << 20,
};

static int64_t now(const struct sched *s)
{
    return s->t->now_us(s->t->impl);
}

uint32_t sched_random(struct sched *s)
{
    s->random ^= s->random << 13;
    s->random ^= s->random >> 7;
    s->random ^= s->random << 17;
    return (uint32_t)(s->random >> 32);
}

void sched_broken(struct sched *s)
{
    s->broken = true;
    if (!err_is_set(s->err))
        (void)err_set(s->err, ERR_STORE, "an answer could not be stored");
}

static bool has_slot(const struct sched *s)
{
    if (s->draining)
        return true;
    return s->in_flight < s->max_in_flight && s->waiting_count < s->max_in_flight * SCHED_WAITING_FACTOR;
}

/* Starts what may start now. An answer that is delivered meanwhile does not come back in here. */
void sched_fill(struct sched *s)
{
    if (s->filling || s->broken)
        return;
    s->filling = true;
    int64_t at = now(s);
    queue_wake_timed(s, at);
    unit_due(s, at);
    while (has_slot(s) && !s->broken) {
        if (!s->draining && s->all.full_rate > 0 && rate_wait(&s->all, at) > 0)
            break;
        struct queue *q = queue_pick(s, at);
        if (!q)
            break;
        struct unit *u = unit_take(s, q);
        if (u)
            unit_dispatch(u);
    }
    s->filling = false;
}

/* A free slot and nothing to put in it: the next account's turn. */
static void open_accounts(struct sched *s)
{
    while (s->next_account < s->account_count && !s->broken) {
        bool starved = s->in_flight < s->max_in_flight && s->active < SCHED_ACCOUNTS_ACTIVE;
        bool first = s->next_account == 0 || s->accounts[0]->state > ACCOUNT_ORG;
        if (!first || (!starved && !s->draining))
            return;
        struct account *a = s->accounts[s->next_account++];
        account_activate(a);
        sched_fill(s);
    }
}

static void start_draining(struct sched *s, const char *code)
{
    if (s->draining)
        return;
    s->draining = code;
    s->sum->interrupted = true;
    for (size_t i = 0; i < s->hosts.count; i++) {
        struct host *h = s->hosts.entries[i].value;
        queue_wake_list(s, &h->parked);
    }
    for (uint32_t i = 0; i < s->account_count; i++)
        queue_wake_list(s, &s->accounts[i]->parked);
    s->drain_until_us = now(s) + SCHED_GRACE_US;
}

static int stop_level(const struct sched *s)
{
    return s->o->stop ? (int)*s->o->stop : 0;
}

/* Requests that outlive the grace are dropped; their calls end as what they have. */
static void drop_in_flight(struct sched *s)
{
    s->t->abort(s->t->impl);
    for (struct unit *u = s->units; u; u = u->all_next) {
        if (!u->in_flight)
            continue;
        u->in_flight = false;
        u->queue->bucket->in_flight--;
        u->queue->bucket->host->in_flight--;
        s->in_flight--;
        queue_push_unit(s, u->queue, u);
    }
    sched_fill(s);
}

static void measure(struct sched *s, int64_t at)
{
    if (at - s->rate_us >= RATE_WINDOW_US) {
        double lately = (double)(s->p.done - s->rate_done) * (double)US_PER_S / (double)(at - s->rate_us);
        s->p.rate_per_s = s->p.rate_per_s > 0 ? s->p.rate_per_s * 0.5 + lately * 0.5 : lately;
        s->rate_us = at;
        s->rate_done = s->p.done;
    }
    s->p.slowest_ms = 0;
    for (uint32_t r = 0; r < s->region_count; r++) {
        int64_t mean = s->stats[r].calls >= 5 ? s->stats[r].ms / (int64_t)s->stats[r].calls : 0;
        if (mean > s->p.slowest_ms) {
            s->p.slowest_ms = mean;
            s->p.slowest_region = s->region_names[r];
        }
    }
    s->p.in_flight = s->in_flight;
    s->p.elapsed_ms = (at - s->started_us) / 1000;
    s->p.eta_ms = s->p.rate_per_s > 0 ? (int64_t)((double)s->p.queued * 1000.0 / s->p.rate_per_s) : -1;
}

static void report(struct sched *s, bool last)
{
    int64_t at = now(s);
    if (!s->o->progress || (!last && at - s->progress_us < PROGRESS_US))
        return;
    s->progress_us = at;
    measure(s, at);
    s->o->progress(s->o->progress_user, &s->p);
}

static int poll_ms(const struct sched *s)
{
    int64_t at = now(s), wake = at + POLL_MAX_MS * 1000;
    if (s->waiting_count > 0 && s->waiting_first_us < wake)
        wake = s->waiting_first_us;
    if (s->timed.first && s->timed_first_us < wake)
        wake = s->timed_first_us;
    if (s->all.full_rate > 0 && wake > at + 10000)
        wake = at + 10000;
    return wake <= at ? 0 : (int)((wake - at + 999) / 1000);
}

static bool all_done(const struct sched *s)
{
    return s->next_account == s->account_count && s->active == 0;
}

static void loop(struct sched *s)
{
    while (!s->broken) {
        sched_fill(s);
        account_refresh(s);
        open_accounts(s);
        account_sweep(s);
        if (all_done(s))
            break;
        report(s, false);
        int level = stop_level(s);
        if (level >= 2)
            break;
        if (level == 1)
            start_draining(s, "Interrupted");
        else if (s->o->deadline_s > 0 && now(s) - s->started_us > s->o->deadline_s * US_PER_S)
            start_draining(s, "Deadline");
        if (s->draining && s->in_flight > 0 && now(s) > s->drain_until_us)
            drop_in_flight(s);
        s->t->poll(s->t->impl, poll_ms(s));
    }
    s->t->abort(s->t->impl);
}

static void free_units(struct sched *s)
{
    while (s->units) {
        struct unit *u = s->units;
        s->units = u->all_next;
        free(u->tokens);
        arena_free(u->arena);
        free(u);
    }
}

static void sched_done(struct sched *s)
{
    free_units(s);
    for (uint32_t i = 0; i < s->account_count; i++)
        account_free(s->accounts[i]);
    free(s->accounts);
    free(s->waiting);
    resume_free(s);
    arena_free(s->arena);
}

static bool make_plan(struct sched *s, plan_find *find)
{
    static const char *const bootstrap[] = {"ec2:DescribeRegions", "account:ListRegions", "organizations:ListAccounts"};
    struct str *ids = arena_array_of(s->arena, struct str, s->o->op_count + 3);
    uint32_t count = 0;
    for (uint32_t i = 0; i < s->o->op_count; i++)
        ids[count++] = s->o->ops[i];
    for (int i = 0; i < (s->o->org ? 3 : 2); i++)
        if (find(str_of(bootstrap[i])))
            ids[count++] = str_of(bootstrap[i]);
    return plan_make(s->arena, find, ids, count, s->o->drift, &s->plan, s->err) &&
           rate_table_read(s->arena, embed_get("data/aws/rates.tsv"), &s->rates, s->err);
}

static void scope_list(struct json_out *j, const char *key, const struct str *names, uint32_t count)
{
    jo_key(j, key);
    jo_array(j);
    for (uint32_t i = 0; i < count; i++)
        jo_str(j, names[i]);
    jo_end_array(j);
}

static struct str scope_json(struct sched *s)
{
    struct buf b;
    struct json_out j;
    buf_init(&b, SCOPE_MAX_BYTES);
    jo_init(&j, &b, false);
    jo_object(&j);
    jo_kv_bool(&j, "org", s->o->org);
    scope_list(&j, "accounts", s->o->accounts, s->o->account_count);
    scope_list(&j, "regions", s->o->regions, s->o->region_count);
    jo_key(&j, "operations");
    jo_array(&j);
    for (uint32_t i = 0; i < s->plan.count; i++)
        jo_str(&j, s->plan.ops[i]->op->id);
    jo_end_array(&j);
    jo_end_object(&j);
    struct str text = arena_str(s->arena, buf_str(&b));
    buf_done(&b);
    return text;
}

static bool newest_complete(struct sched *s, int64_t *run)
{
    return store_get_int(s->store, "SELECT id FROM run WHERE kind = 'collect' AND status = 'complete' ORDER BY id DESC LIMIT 1", run,
                         s->err);
}

/* The writer's lock is ours: what is marked as running was left by a ward that was killed. */
static bool end_killed_runs(struct sched *s)
{
    return store_exec(s->store, "UPDATE run SET status = 'interrupted' WHERE kind = 'collect' AND status = 'running'", s->err);
}

static bool begin_new(struct sched *s)
{
    bool partial = s->o->region_count > 0 || s->o->account_count > 0;
    int64_t base = s->o->base;
    if (!end_killed_runs(s) || (partial && base == 0 && !newest_complete(s, &base)))
        return false;
    struct ingest_run r = {
        .kind = "collect",
        .started_us = s->started_us + s->t->offset_us(s->t->impl),
        .tool_version = s->o->tool_version ? s->o->tool_version : WARD_VERSION,
        .caller_arn = s->me.arn,
        .scope_json = scope_json(s),
        .base = base,
    };
    s->ingest = ingest_begin(s->store, &r, s->err);
    return s->ingest != NULL;
}

static bool begin_resumed(struct sched *s)
{
    s->sum->resumed = true;
    s->ingest = ingest_resume(s->store, s->resumed_run, s->err);
    if (s->ingest && resume_load(s, s->resumed_run, s->err) && ingest_caller(s->ingest, s->me.arn, s->err))
        return true;
    ingest_free(s->ingest);
    return false;
}

static bool end_run(struct sched *s)
{
    const char *status = s->broken || s->sum->interrupted ? "interrupted" : "complete";
    int64_t at = now(s) + s->t->offset_us(s->t->impl);
    struct err ignored = {0};
    bool ok = ingest_finish(s->ingest, status, at, at, s->broken ? &ignored : s->err);
    ingest_free(s->ingest);
    return ok && !s->broken;
}

/* Without the organization, the only account there is to look at is the caller's own. */
static bool check_accounts(struct sched *s)
{
    bool own = s->o->org || s->o->account_count == 0;
    for (uint32_t i = 0; i < s->o->account_count; i++)
        own = own || str_eq(s->o->accounts[i], s->me.account);
    if (own)
        return true;
    err_set(s->err, ERR_USAGE, "the credentials are of account %.*s, which was not asked for", STR_ARG(s->me.account));
    err_hint(s->err, "--org looks at other accounts of the organization");
    return false;
}

/* The regions are the partition's here: those that were named must be among them. */
static bool check_regions(struct sched *s)
{
    for (uint32_t i = 0; i < s->o->region_count; i++) {
        bool known = false;
        for (uint32_t r = 0; r < s->region_count && !known; r++)
            known = str_eq(s->region_names[r], s->o->regions[i]);
        if (known)
            continue;
        err_set(s->err, ERR_USAGE, "there is no region %.*s in partition %.*s", STR_ARG(s->o->regions[i]), STR_ARG(s->me.partition));
        err_hint(s->err, "regions are written like us-east-1");
        return false;
    }
    return true;
}

static bool prepare(struct sched *s)
{
    const struct collect_options *o = s->o;
    if (!make_plan(s, o->find ? o->find : aws_op_find) || !s->t->identity(s->t->impl, s->arena, &s->me, s->err) ||
        !store_secret_key(s->store, s->hmac_key, s->err))
        return false;
    if (s->me.account.len == 0 || s->me.partition.len == 0)
        return err_set(s->err, ERR_CREDENTIALS, "AWS did not tell whose credentials these are");
    if (!check_accounts(s))
        return false;
    policy_session(s->arena, &s->plan, &s->session_policy);
    struct str name;
    for (uint32_t i = 0; (name = s->t->region_at(s->t->impl, i)).ptr; i++)
        (void)sched_region(s, name);
    if (!check_regions(s))
        return false;
    struct account *own = account_add(s, s->me.account, STR(""));
    own->own = true;
    return true;
}

/* As stored: ingest tells ok from empty. Of a resumed run all calls are counted. */
static void count_stored(struct sched *s)
{
    struct err ignored = {0};
    enum call_status status;
    struct query *q = query_new(s->store, "SELECT status, count(*) FROM call WHERE run = ?1 GROUP BY status", &ignored);
    if (!q)
        return;
    memset(s->sum->by_status, 0, sizeof(s->sum->by_status));
    query_bind_int(q, 1, s->sum->run);
    while (query_step(q))
        if (call_status_of(query_str(q, 0), &status))
            s->sum->by_status[status] = (uint64_t)query_int(q, 1);
    (void)!query_done(q);
}

static void summarize(struct sched *s)
{
    s->sum->wall_ms = (now(s) - s->started_us) / 1000;
    s->sum->accounts = s->account_count;
    count_stored(s);
    for (uint32_t r = 0; r < s->region_count; r++)
        s->sum->regions += s->stats[r].calls > 0;
    (void)snprintf(s->sum->caller_arn, sizeof(s->sum->caller_arn), "%.*s", STR_ARG(s->me.arn));
    (void)snprintf(s->sum->account, sizeof(s->sum->account), "%.*s", STR_ARG(s->me.account));
    report(s, true);
}

bool collect_run(struct store *store, const struct collect_options *o, struct collect_summary *summary, struct err *e)
{
    *summary = (struct collect_summary){0};
    struct sched *s = calloc(1, sizeof(*s));
    if (!s)
        die("out of memory");
    struct collect_options asked = *o;
    *s = (struct sched){.o = &asked, .t = o->transport, .store = store, .err = e, .sum = summary};
    s->arena = arena_new(0);
    map_init(&s->hosts, s->arena);
    s->max_in_flight = o->max_in_flight ? o->max_in_flight : COLLECT_IN_FLIGHT;
    s->started_us = s->progress_us = s->rate_us = now(s);
    s->random = o->seed ? o->seed : (uint64_t)s->started_us | 1;
    /* A tenth of a second's calls at once: more would let the first second have twice the rate. */
    rate_init(&s->all, o->max_rate, o->max_rate > 10 ? o->max_rate / 10 : 1, s->started_us);
    bool ok = (!o->resume || resume_scope(s, &asked)) && prepare(s) && (o->resume ? begin_resumed(s) : begin_new(s));
    if (ok) {
        summary->run = ingest_run_id(s->ingest);
        loop(s);
        summary->stopped = stop_level(s) > 0 && (summary->interrupted || stop_level(s) >= 2);
        summary->interrupted |= summary->stopped;
        ok = end_run(s);
        summarize(s);
    }
    sched_done(s);
    free(s);
    return ok;
}
