/* Accounts: getting in, finding their regions, starting what has no parent, leaving.
 *
 * A few accounts are open at once: an account is opened when the open ones cannot fill the slots. */
#include "collect/sched.h"

#include <stdlib.h>

static const char *const region_ops[] = {"ec2:DescribeRegions", "account:ListRegions"};
enum { REGION_OPS = sizeof(region_ops) / sizeof(region_ops[0]) };
#define ORG_OP "organizations:ListAccounts"

static bool is_region_op(const struct plan_op *op)
{
    for (int i = 0; i < REGION_OPS; i++)
        if (str_eqz(op->op->id, region_ops[i]))
            return true;
    return false;
}

static struct plan_op *plan_op_of(const struct sched *s, const char *id)
{
    for (uint32_t i = 0; i < s->plan.count; i++)
        if (str_eqz(s->plan.ops[i]->op->id, id))
            return s->plan.ops[i];
    return NULL;
}

static uint32_t home_region(struct sched *s, const struct plan_op *op)
{
    return sched_region(s, s->t->home(s->t->impl, op->op));
}

uint32_t sched_region(struct sched *s, struct str name)
{
    for (uint32_t i = 0; i < s->region_count; i++)
        if (str_eq(s->region_names[i], name))
            return i;
    if (s->region_count == SCHED_REGIONS_MAX || name.len == 0 || name.len > 64)
        return 0;
    s->region_names[s->region_count] = arena_str(s->arena, name);
    return s->region_count++;
}

static bool listed(const struct str *names, uint32_t count, struct str name)
{
    for (uint32_t i = 0; i < count; i++)
        if (str_eq(names[i], name))
            return true;
    return count == 0;
}

bool sched_wants_region(const struct sched *s, struct str name)
{
    return listed(s->o->regions, s->o->region_count, name);
}

static bool wants_account(const struct sched *s, struct str id)
{
    return listed(s->o->accounts, s->o->account_count, id);
}

struct account *account_add(struct sched *s, struct str id, struct str name)
{
    for (uint32_t i = 0; i < s->account_count; i++)
        if (str_eq(s->accounts[i]->id, id))
            return s->accounts[i];
    if (s->account_count == s->account_size) {
        s->account_size = s->account_size ? s->account_size * 2 : 16;
        s->accounts = realloc(s->accounts, s->account_size * sizeof(struct account *));
        if (!s->accounts)
            die("out of memory");
    }
    struct account *a = calloc(1, sizeof(*a));
    if (!a)
        die("out of memory");
    a->s = s;
    a->id = arena_str(s->arena, id);
    a->name = arena_str(s->arena, name);
    s->accounts[s->account_count++] = a;
    s->p.accounts = s->account_count;
    return a;
}

void account_enqueue(struct account *a, const struct plan_op *op, uint32_t region)
{
    struct lane *l = arena_new_of(a->arena, struct lane);
    l->op = op;
    l->region = region;
    l->queue = queue_for(a, op, region);
    l->single_left = true;
    a->open++;
    a->s->p.queued++;
    queue_push_lane(a->s, l);
}

struct lane_feed *account_feed(struct account *a, const struct plan_feed *f, uint32_t region)
{
    struct lane_feed *lf = &a->feeds[f->index * SCHED_REGIONS_MAX + region];
    if (lf->feed)
        return lf;
    lf->feed = feed_new(f->column_count, f->consumer_count);
    lf->lanes = arena_array_of(a->arena, struct lane *, f->consumer_count);
    for (uint32_t i = 0; i < f->consumer_count; i++) {
        const struct plan_op *op = f->consumers[i]->op;
        struct lane *l = arena_new_of(a->arena, struct lane);
        l->op = op;
        l->source = f->consumers[i];
        l->region = op->op->global && f->region_path.len == 0 ? home_region(a->s, op) : region;
        l->queue = queue_for(a, op, l->region);
        l->feed = lf->feed;
        lf->lanes[i] = l;
    }
    return lf;
}

/* Nobody could tell the account's regions: the asked ones, else the caller's, else all of the
 * partition's, each marked unknown. */
static void guess_regions(struct account *a)
{
    struct sched *s = a->s;
    const struct account *first = s->accounts[0];
    struct str name;
    for (uint32_t i = 0; (name = s->t->region_at(s->t->impl, i)).ptr; i++) {
        uint32_t r = sched_region(s, name);
        bool candidate = s->o->region_count > 0 || first == a || !first->regions_known ||
                         (first->regions[r].listed && str_eqz(str_of(first->regions[r].state), "enabled"));
        if (candidate && sched_wants_region(s, name))
            a->regions[r] = (struct account_region){.listed = true, .wanted = true, .state = "unknown"};
    }
}

static void store_regions(struct account *a)
{
    struct sched *s = a->s;
    for (uint32_t r = 0; r < s->region_count && !s->broken; r++) {
        const struct account_region *ar = &a->regions[r];
        if (!ar->listed)
            continue;
        bool disabled = str_eqz(str_of(ar->state), "disabled");
        const char *reason = disabled            ? "not enabled in this account; what is left there from an earlier time cannot be read"
                             : !a->regions_known ? "the account's regions could not be listed"
                             : !ar->wanted       ? "not asked for"
                                                 : "";
        if (!ingest_region(s->ingest, a->id, s->region_names[r], ar->state, ar->wanted && !disabled, str_of(reason), s->err))
            sched_broken(s);
    }
}

static bool asked(const struct sched *s, const struct plan_op *op)
{
    return s->o->op_count > 0 && listed(s->o->ops, s->o->op_count, op->op->id);
}

static bool tried(const struct account *a, const struct plan_op *op)
{
    for (int i = 0; i < a->region_tries; i++)
        if (str_eqz(op->op->id, region_ops[i]))
            return true;
    return false;
}

/* What found the accounts and regions has its call already, or was never asked for. */
static bool is_done(const struct account *a, const struct plan_op *op)
{
    if (is_region_op(op))
        return tried(a, op) || !asked(a->s, op);
    if (str_eqz(op->op->id, ORG_OP))
        return a->s->o->org && (a->own || !asked(a->s, op));
    return false;
}

/* Without sources it is one call; sources that are literals start here, the others when rows come. */
static void start_op(struct account *a, const struct plan_op *op, uint32_t region)
{
    if (op->source_count == 0)
        account_enqueue(a, op, region);
    for (uint32_t i = 0; i < op->source_count; i++)
        if (!op->sources[i]->feed->parent)
            unit_feed_literals(a, op->sources[i]->feed, region);
}

static void start_all(struct account *a)
{
    struct sched *s = a->s;
    if (!a->regions_known)
        guess_regions(a);
    store_regions(a);
    a->state = ACCOUNT_ACTIVE;
    for (uint32_t i = 0; i < s->plan.count; i++) {
        const struct plan_op *op = s->plan.ops[i];
        if (is_done(a, op))
            continue;
        if (op->op->global || is_region_op(op)) {
            start_op(a, op, home_region(s, op));
            continue;
        }
        for (uint32_t r = 0; r < s->region_count; r++)
            if (a->regions[r].listed && a->regions[r].wanted && !str_eqz(str_of(a->regions[r].state), "disabled"))
                start_op(a, op, r);
    }
}

static void list_regions(struct account *a)
{
    struct sched *s = a->s;
    a->state = ACCOUNT_REGIONS;
    while (a->region_tries < REGION_OPS) {
        struct plan_op *op = plan_op_of(s, region_ops[a->region_tries++]);
        if (op) {
            account_enqueue(a, op, home_region(s, op));
            return;
        }
    }
    start_all(a);
}

/* Accounts that were named and are not in the list. Where there is no list, they are tried all the same. */
static void add_named(struct sched *s, bool good)
{
    for (uint32_t i = 0; i < s->o->account_count; i++) {
        uint32_t before = s->account_count;
        struct account *a = account_add(s, s->o->accounts[i], STR(""));
        a->foreign = good && s->account_count > before;
    }
}

void account_listed(struct account *a, const struct plan_op *op, bool good)
{
    if (a->state == ACCOUNT_ORG && str_eqz(op->op->id, ORG_OP)) {
        a->s->sum->org_listed = good;
        add_named(a->s, good);
        if (wants_account(a->s, a->id))
            list_regions(a);
        else
            a->state = ACCOUNT_ACTIVE; /* with nothing to do */
    } else if (a->state == ACCOUNT_REGIONS && is_region_op(op)) {
        if (a->regions_known && good)
            start_all(a);
        else
            list_regions(a);
    }
}

static void region_row(struct account *a, const struct json *row)
{
    static const char *const off[] = {"not-opted-in", "DISABLED", "DISABLING"};
    struct str name = json_get_str(row, "RegionName");
    struct str status = json_get_str(row, "OptInStatus");
    if (!status.ptr)
        status = json_get_str(row, "RegionOptStatus");
    if (name.len == 0)
        return;
    uint32_t r = sched_region(a->s, name);
    if (!str_eq(a->s->region_names[r], name))
        return;
    const char *state = "enabled";
    for (size_t i = 0; i < sizeof(off) / sizeof(off[0]); i++)
        if (str_eqz(status, off[i]))
            state = "disabled";
    a->regions[r] = (struct account_region){.listed = true, .wanted = sched_wants_region(a->s, name), .state = state};
    a->regions_known = true;
}

static void account_row(struct sched *s, const struct json *row)
{
    struct str id = json_get_str(row, "Id"), state = json_get_str(row, "State");
    if (!state.ptr)
        state = json_get_str(row, "Status");
    if (id.len == 0 || id.len > 32)
        return;
    if (!wants_account(s, id) && !str_eq(id, s->me.account))
        return;
    struct account *a = account_add(s, id, json_get_str(row, "Name"));
    if (a->name.len == 0)
        a->name = arena_str(s->arena, json_get_str(row, "Name"));
    a->inactive = state.len > 0 && !str_eqz(state, "ACTIVE");
}

void account_answer(struct unit *u, const struct json *answer)
{
    struct account *a = u->account;
    if (a->state == ACCOUNT_ORG && str_eqz(u->op->op->id, ORG_OP)) {
        for json_each (row, json_getz(answer, "Accounts"))
            account_row(a->s, row);
    } else if (a->state == ACCOUNT_REGIONS && is_region_op(u->op)) {
        for json_each (row, json_getz(answer, "Regions"))
            region_row(a, row);
    }
}

static void store_account(struct account *a, bool reached, const char *reason)
{
    struct sched *s = a->s;
    if (!s->broken &&
        !ingest_account(s->ingest, a->id, a->name, a->role_arn, reached, str_of(reason), s->err))
        sched_broken(s);
}

void account_not_reached(struct account *a, const char *code, const char *message)
{
    store_account(a, false, message);
    a->dead = code;
    a->s->p.accounts_unreached++;
    a->s->sum->accounts_unreached++;
    start_all(a);
}

static bool get_in(struct account *a, struct err *e)
{
    struct sched *s = a->s;
    struct str role = s->o->role.len > 0 ? s->o->role : STR("ward-audit");
    struct str parts[] = {STR("arn:"), s->me.partition, STR(":iam::"), a->id, STR(":role/"), role};
    a->role_arn = arena_concat(s->arena, parts, 6);
    struct str managed[] = {STR("arn:"), s->me.partition, STR(":iam::aws:policy/ReadOnlyAccess")};
    struct str read_only = arena_concat(s->arena, managed, 3);
    struct assume q = {
        .role_arn = a->role_arn,
        .external_id = s->o->external_id,
        .session_name = STR("ward"),
        .policy = s->session_policy.inline_json,
        .policy_arn = s->session_policy.read_only ? read_only : STR(""),
    };
    return s->t->assume(s->t->impl, &q, &a->session, e);
}

void account_activate(struct account *a)
{
    struct sched *s = a->s;
    struct err e = {0};
    a->arena = arena_new(0);
    a->feeds = arena_array_of(a->arena, struct lane_feed, (size_t)(s->plan.feed_count + 1) * SCHED_REGIONS_MAX);
    map_init(&a->bucket_region, a->arena);
    map_init(&a->bucket_by_key, a->arena);
    s->active++;
    if (s->draining) {
        account_not_reached(a, s->draining, "the run ended before this account's turn");
    } else if (a->foreign) {
        account_not_reached(a, "NoSuchAccount", "the organization has no such account");
    } else if (a->inactive) {
        account_not_reached(a, "AccountNotActive", "the account is suspended or being closed");
    } else if (!a->own && !get_in(a, &e)) {
        account_not_reached(a, "AssumeRoleFailed", e.message);
    } else {
        if (wants_account(s, a->id))
            store_account(a, true, "");
        struct plan_op *org = a->own && s->o->org ? plan_op_of(s, ORG_OP) : NULL;
        if (org) {
            a->state = ACCOUNT_ORG;
            account_enqueue(a, org, home_region(s, org));
        } else {
            list_regions(a);
        }
    }
}

void account_refresh(struct sched *s)
{
    for (uint32_t i = 0; i < s->account_count; i++) {
        struct account *a = s->accounts[i];
        if (!a->expired)
            continue;
        struct err e = {0};
        if (s->t->refresh(s->t->impl, a->session, &e)) {
            a->generation++;
            a->refreshed_us = s->t->now_us(s->t->impl);
        } else {
            a->dead = "ExpiredCredentials";
        }
        a->expired = false;
        queue_wake_list(s, &a->parked);
    }
}

static void release(struct account *a)
{
    struct sched *s = a->s;
    if (!a->arena)
        return;
    for (size_t i = 0; i < a->bucket_by_key.count; i++) {
        struct bucket *b = a->bucket_by_key.entries[i].value;
        for (uint32_t r = 0; r < PLAN_RANKS; r++)
            if (b->queues[r])
                queue_unlink(s, b->queues[r]);
    }
    for (uint32_t i = 0; i < s->plan.feed_count * SCHED_REGIONS_MAX; i++)
        feed_free(a->feeds[i].feed);
    arena_free(a->arena);
    free(a->seen);
    a->arena = NULL;
    a->feeds = NULL;
    a->seen = NULL;
}

void account_sweep(struct sched *s)
{
    for (uint32_t i = 0; i < s->next_account; i++) {
        struct account *a = s->accounts[i];
        if (a->state != ACCOUNT_ACTIVE || a->open > 0)
            continue;
        release(a);
        a->state = ACCOUNT_DONE;
        s->active--;
        s->p.accounts_done++;
    }
}

void account_free(struct account *a)
{
    release(a);
    free(a);
}
