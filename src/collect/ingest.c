#include "collect/ingest.h"

#include "collect/item.h"
#include "collect/split.h"

#include <stdlib.h>
#include <time.h>

enum {
    COMMIT_ROWS = 2000,
    COMMIT_US = 200000,
    VALUE_MAX_BYTES = 64 << 20, /* one item, one envelope, one set of parameters */
};

struct ingest {
    struct store *store;
    struct arena *item; /* reset for every row */
    struct buf data, pos;
    struct query *insert; /* into resource */
    struct query *insert_part;
    const struct ingest_call *bound; /* whose constants `insert` carries */
    int64_t run;
    int64_t pending_rows, since_us;
    bool in_transaction;
    struct err broken; /* the store failed: nothing more is written */
    struct ingest_call *open;
};

struct ingest_call {
    struct ingest *in;
    struct ingest_call *next, **link; /* among the open ones */
    struct arena *arena;
    const struct aws_op *op;
    struct item_place place;
    struct str params, parent;
    struct split split;
    struct item_spec *specs; /* one a path of op->items */
    struct json *envelope; /* NULL = no answer yet */
    size_t envelope_bytes;
    int64_t id, rows;
    int pages;
    bool cut_short; /* something of the answer could not be kept */
    bool blank;     /* the whole answer is {} */
};

/* ---- statuses ---- */

static const char *const status_names[] = {
    [CALL_RUNNING] = "running",         [CALL_OK] = "ok",         [CALL_EMPTY] = "empty",
    [CALL_ABSENT] = "absent",           [CALL_GONE] = "gone",     [CALL_UNAVAILABLE] = "unavailable",
    [CALL_DENIED] = "denied",           [CALL_THROTTLED] = "throttled",
    [CALL_ERROR] = "error",             [CALL_TRUNCATED] = "truncated", [CALL_SKIPPED] = "skipped",
};

const char *call_status_name(enum call_status s) { return status_names[s]; }

bool call_status_of(struct str name, enum call_status *out)
{
    for (size_t i = 0; i < sizeof status_names / sizeof *status_names; i++)
        if (str_eqz(name, status_names[i])) {
            *out = (enum call_status)i;
            return true;
        }
    return false;
}

/* ---- transactions ---- */

static int64_t now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* After a failed write the state of the open transaction is unknown; it is given up, and every later
 * call answers with the same error. */
static bool break_down(struct ingest *in, struct err *e)
{
    store_rollback(in->store);
    in->in_transaction = false;
    if (e && err_is_set(&in->broken) && !err_is_set(e))
        *e = in->broken;
    else if (e && !err_is_set(&in->broken))
        in->broken = *e;
    if (!err_is_set(&in->broken))
        err_set(&in->broken, ERR_STORE, "an earlier write to %s failed", store_path(in->store));
    return false;
}

static bool usable(const struct ingest *in, struct err *e)
{
    if (!err_is_set(&in->broken))
        return true;
    if (e && !err_is_set(e))
        *e = in->broken;
    return false;
}

static bool write_begin(struct ingest *in, struct err *e)
{
    if (!usable(in, e))
        return false;
    if (in->in_transaction)
        return true;
    if (!store_begin(in->store, e))
        return break_down(in, e);
    in->in_transaction = true;
    in->pending_rows = 0;
    in->since_us = now_us();
    return true;
}

static bool commit_now(struct ingest *in, struct err *e)
{
    if (!in->in_transaction)
        return true;
    if (!store_commit(in->store, e))
        return break_down(in, e);
    in->in_transaction = false;
    return true;
}

static bool commit_when_due(struct ingest *in, struct err *e)
{
    if (!in->in_transaction || (in->pending_rows < COMMIT_ROWS && now_us() - in->since_us < COMMIT_US))
        return true;
    return commit_now(in, e);
}

/* Ends a query that writes: its failure is the store's. */
static bool written(struct ingest *in, struct query *q, struct err *e)
{
    bool ran = q && query_run(q);
    if (query_done(q) && ran) {
        in->pending_rows++;
        return commit_when_due(in, e);
    }
    return break_down(in, e);
}

/* ---- runs ---- */

static struct ingest *make(struct store *s)
{
    struct ingest *in = calloc(1, sizeof *in);
    if (!in)
        die("out of memory");
    in->store = s;
    in->item = arena_new(0);
    buf_init(&in->data, VALUE_MAX_BYTES);
    buf_init(&in->pos, 1 << 16);
    return in;
}

/* These two live as long as the writer, so their errors go where that does too. */
static bool prepare(struct ingest *in, struct err *e)
{
    in->insert = query_new(in->store,
                           "INSERT INTO resource(run, call, account, region, op, kind, type, parent, rid, arn, name, tags, pos, data)"
                           " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)", &in->broken);
    in->insert_part = query_new(in->store, "INSERT INTO call_part(call, pos, data) VALUES(?1, ?2, ?3)", &in->broken);
    return usable(in, e);
}

static bool insert_run(struct ingest *in, const struct ingest_run *r, struct err *e)
{
    if (!write_begin(in, e))
        return false;
    struct query *q = query_new(in->store,
                                "INSERT INTO run(kind, status, started_us, clock_us, tool_version, caller_arn, scope, base, source)"
                                " VALUES(?1, 'running', ?2, ?2, ?3, ?4, ?5, ?6, ?7)", e);
    if (q) {
        query_bind_strz(q, 1, r->kind);
        query_bind_int(q, 2, r->started_us);
        query_bind_strz(q, 3, r->tool_version);
        query_bind_str(q, 4, r->caller_arn);
        query_bind_str(q, 5, r->scope_json.ptr ? r->scope_json : STR("{}"));
        if (r->base)
            query_bind_int(q, 6, r->base);
        query_bind_str(q, 7, r->source);
    }
    if (!q || !query_run(q)) {
        if (query_done(q))
            err_set(e, ERR_INTERNAL, "a run could not be begun");
        return break_down(in, e);
    }
    in->run = store_last_id(in->store);
    return query_done(q) && commit_now(in, e);
}

struct ingest *ingest_begin(struct store *s, const struct ingest_run *r, struct err *e)
{
    struct ingest *in = make(s);
    if (prepare(in, e) && insert_run(in, r, e))
        return in;
    ingest_free(in);
    return NULL;
}

static bool run_statement(struct ingest *in, const char *sql, struct err *e)
{
    struct query *q = query_new(in->store, sql, e);
    if (q)
        query_bind_int(q, 1, in->run);
    bool ok = q && query_run(q);
    return query_done(q) && ok;
}

static bool drop_open_calls(struct ingest *in, struct err *e)
{
    static const char *const statements[] = {
        "DELETE FROM resource WHERE call IN (SELECT id FROM call WHERE run = ?1 AND status = 'running')",
        "DELETE FROM call_part WHERE call IN (SELECT id FROM call WHERE run = ?1 AND status = 'running')",
        "DELETE FROM call WHERE run = ?1 AND status = 'running'",
        "UPDATE run SET status = 'running', finished_us = NULL WHERE id = ?1",
        /* The facts may have been made from what was there before; a ward that is killed leaves no other sign. */
        "DELETE FROM store_meta WHERE key = 'facts' AND ?1 > 0",
    };
    if (!write_begin(in, e))
        return false;
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++)
        if (!run_statement(in, statements[i], e))
            return break_down(in, e);
    return commit_now(in, e);
}

struct ingest *ingest_resume(struct store *s, int64_t run, struct err *e)
{
    struct ingest *in = make(s);
    in->run = run;
    struct query *q = query_new(s, "SELECT status FROM run WHERE id = ?1", e);
    bool found = false, complete = false;
    if (q) {
        query_bind_int(q, 1, run);
        found = query_step(q);
        complete = found && str_eqz(query_str(q, 0), "complete");
    }
    bool ok = query_done(q);
    if (ok && (!found || complete))
        ok = err_set(e, ERR_NO_DATA, found ? "run %lld is complete" : "there is no run %lld", (long long)run);
    if (ok && prepare(in, e) && drop_open_calls(in, e))
        return in;
    ingest_free(in);
    return NULL;
}

int64_t ingest_run_id(const struct ingest *in) { return in->run; }

bool ingest_account(struct ingest *in, struct str account, struct str name, struct str role, bool reached, struct str reason,
                    struct err *e)
{
    if (!write_begin(in, e))
        return false;
    struct query *q = query_new(in->store, "INSERT OR REPLACE INTO run_account(run, account, name, role, reached, reason)"
                                           " VALUES(?1, ?2, ?3, ?4, ?5, ?6)", e);
    if (q) {
        query_bind_int(q, 1, in->run);
        query_bind_str(q, 2, account);
        query_bind_str(q, 3, name);
        query_bind_str(q, 4, role);
        query_bind_int(q, 5, reached);
        query_bind_str(q, 6, reason);
    }
    return written(in, q, e);
}

bool ingest_region(struct ingest *in, struct str account, struct str region, const char *state, bool wanted, struct str reason,
                   struct err *e)
{
    if (!write_begin(in, e))
        return false;
    struct query *q = query_new(in->store, "INSERT OR REPLACE INTO run_region(run, account, region, state, wanted, reason)"
                                           " VALUES(?1, ?2, ?3, ?4, ?5, ?6)", e);
    if (q) {
        query_bind_int(q, 1, in->run);
        query_bind_str(q, 2, account);
        query_bind_str(q, 3, region);
        query_bind_strz(q, 4, state);
        query_bind_int(q, 5, wanted);
        query_bind_str(q, 6, reason);
    }
    return written(in, q, e);
}

bool ingest_caller(struct ingest *in, struct str caller_arn, struct err *e)
{
    if (!write_begin(in, e))
        return false;
    struct query *q = query_new(in->store, "UPDATE run SET caller_arn = ?2 WHERE id = ?1", e);
    if (q) {
        query_bind_int(q, 1, in->run);
        query_bind_str(q, 2, caller_arn);
    }
    return written(in, q, e);
}

bool ingest_finish(struct ingest *in, const char *status, int64_t finished_us, int64_t clock_us, struct err *e)
{
    /* A run whose store failed is still to be marked, if the store lets us by now. */
    in->broken = (struct err){0};
    if (!write_begin(in, e))
        return false;
    struct query *q = query_new(in->store, "UPDATE run SET status = ?2, finished_us = ?3, clock_us = ?4 WHERE id = ?1", e);
    if (q) {
        query_bind_int(q, 1, in->run);
        query_bind_strz(q, 2, status);
        query_bind_int(q, 3, finished_us);
        query_bind_int(q, 4, clock_us);
    }
    return written(in, q, e) && commit_now(in, e);
}

bool ingest_discard(struct ingest *in, struct err *e)
{
    static const char *const statements[] = {
        "DELETE FROM resource WHERE run = ?1",
        "DELETE FROM call_part WHERE call IN (SELECT id FROM call WHERE run = ?1)",
        "DELETE FROM call WHERE run = ?1",
        "DELETE FROM run_account WHERE run = ?1",
        "DELETE FROM run_region WHERE run = ?1",
        "DELETE FROM run WHERE id = ?1",
    };
    in->broken = (struct err){0};
    if (!write_begin(in, e))
        return false;
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++)
        if (!run_statement(in, statements[i], e))
            return break_down(in, e);
    return commit_now(in, e);
}

/* ---- calls ---- */

static void free_call(struct ingest_call *c)
{
    if (c->in->bound == c)
        c->in->bound = NULL;
    *c->link = c->next;
    if (c->next)
        c->next->link = c->link;
    arena_free(c->arena);
}

void ingest_free(struct ingest *in)
{
    if (!in)
        return;
    while (in->open)
        free_call(in->open);
    /* a query that was never run has nothing to say */
    bool ignored = query_done(in->insert);
    ignored &= query_done(in->insert_part);
    (void)ignored;
    if (in->in_transaction)
        store_rollback(in->store);
    arena_free(in->item);
    buf_done(&in->data);
    buf_done(&in->pos);
    free(in);
}


static void add_parent(struct buf *out, const struct json *value)
{
    if (value->type == JSON_ARRAY) {
        for json_each (v, value)
            add_parent(out, v);
        return;
    }
    if (out->len)
        buf_addc(out, '|');
    if (value->type == JSON_STRING || value->type == JSON_NUMBER)
        buf_add(out, value->text);
    else
        json_write(out, value);
}

static bool is_follow(const struct aws_op *op, struct str name)
{
    for (uint32_t i = 0; i < op->follow_count; i++)
        if (str_eq(op->follow[i].param.name, name))
            return true;
    return false;
}

/* In the order of the operation's own parameters, then any others as they come. */
static struct str parent_of(struct arena *a, const struct aws_op *op, const struct json *params)
{
    struct buf b;
    buf_init(&b, VALUE_MAX_BYTES);
    for (uint32_t i = 0; i < op->follow_count; i++) {
        const struct json *value = json_get(params, op->follow[i].param.name);
        bool again = false; /* alternative sources name the same parameter */
        for (uint32_t k = 0; k < i; k++)
            again |= str_eq(op->follow[k].param.name, op->follow[i].param.name);
        if (value && !again)
            add_parent(&b, value);
    }
    for json_each (p, params)
        if (!is_follow(op, p->key))
            add_parent(&b, p);
    struct str text = arena_str(a, buf_str(&b));
    buf_done(&b);
    return text;
}

static struct json *copy_json(struct arena *a, const struct json *j)
{
    struct json *c = json_new(a, j->type);
    c->text = j->text.ptr ? arena_str(a, j->text) : j->text;
    for json_each (child, j) {
        struct json *k = copy_json(a, child);
        if (j->type == JSON_OBJECT)
            json_set(c, arena_str(a, child->key), k);
        else
            json_add(c, k);
    }
    return c;
}

static bool insert_call(struct ingest_call *c, int64_t at_us, struct err *e)
{
    struct ingest *in = c->in;
    struct query *q = query_new(in->store,
                                "INSERT INTO call(run, account, region, op, params, parent, status, at_us, source)"
                                " VALUES(?1, ?2, ?3, ?4, ?5, ?6, 'running', ?7, '')"
                                " ON CONFLICT DO NOTHING RETURNING id", e);
    if (!q)
        return break_down(in, e);
    query_bind_int(q, 1, in->run);
    query_bind_str(q, 2, c->place.account);
    query_bind_str(q, 3, c->place.region);
    query_bind_str(q, 4, c->op->id);
    query_bind_str(q, 5, c->params);
    query_bind_str(q, 6, c->parent);
    query_bind_int(q, 7, at_us);
    if (query_step(q))
        c->id = query_int(q, 0);
    bool stepped = !query_step(q);
    if (!query_done(q) || !stepped)
        return break_down(in, e);
    in->pending_rows++;
    return c->id || err_set(e, ERR_PARSE, "%.*s of account %.*s in %.*s for %.*s was made twice in one run", STR_ARG(c->op->id),
                            STR_ARG(c->place.account), STR_ARG(c->place.region), STR_ARG(c->params));
}

static struct str canonical(struct arena *a, const struct json *params)
{
    if (!params || !params->count)
        return STR("{}");
    struct buf b;
    buf_init(&b, VALUE_MAX_BYTES);
    json_write_canonical(&b, params);
    struct str text = arena_str(a, buf_str(&b));
    buf_done(&b);
    return text;
}

static void init_specs(struct ingest_call *c)
{
    uint32_t count = 1;
    for (uint32_t i = 0; i < c->split.count; i++)
        if (c->split.paths[i].item >= count)
            count = c->split.paths[i].item + 1;
    c->specs = arena_array_of(c->arena, struct item_spec, count);
    for (uint32_t i = 0; i < count; i++)
        c->specs[i] = item_spec_of(c->op, i);
}

struct ingest_call *ingest_open(struct ingest *in, const struct aws_op *op, struct str account, struct str region,
                                const struct json *params, int64_t at_us, struct err *e)
{
    if (!write_begin(in, e))
        return NULL;
    struct arena *a = arena_new(4096);
    struct ingest_call *c = arena_new_of(a, struct ingest_call);
    *c = (struct ingest_call){.in = in, .arena = a, .op = op};
    c->place.account = arena_str(a, account);
    c->place.region = arena_str(a, region);
    if (params && params->type == JSON_OBJECT && params->count)
        c->place.params = copy_json(a, params);
    c->params = canonical(a, c->place.params);
    c->parent = c->place.params ? parent_of(a, op, c->place.params) : STR("");
    split_init(&c->split, a, op);
    init_specs(c);
    c->link = &in->open;
    c->next = in->open;
    if (c->next)
        c->next->link = &c->next;
    in->open = c;
    if (insert_call(c, at_us, e))
        return c;
    free_call(c);
    return NULL;
}

/* ---- pages ---- */

static const char *kind_of(const struct aws_op *op, const struct item_spec *spec)
{
    return op->kind == AWS_OP_RESOURCE || op->kind == AWS_OP_CHILD || spec->type.len ? "resource" : "detail";
}

static void bind_call(struct ingest_call *c)
{
    struct query *q = c->in->insert;
    if (c->in->bound == c)
        return;
    query_bind_int(q, 1, c->in->run);
    query_bind_int(q, 2, c->id);
    query_bind_str(q, 3, c->place.account);
    query_bind_str(q, 4, c->place.region);
    query_bind_str(q, 5, c->op->id);
    query_bind_str(q, 8, c->parent);
    c->in->bound = c;
}

static void bind_item(struct ingest_call *c, const struct item_spec *spec, const struct json *part, struct str pos)
{
    struct query *q = c->in->insert;
    struct item_columns columns;
    arena_reset(c->in->item);
    item_columns(c->in->item, spec, &c->place, part, &columns);
    bind_call(c);
    query_bind_strz(q, 6, kind_of(c->op, spec));
    query_bind_str(q, 7, spec->type.len ? spec->type : (struct str){NULL, 0});
    query_bind_str(q, 9, columns.rid);
    query_bind_str(q, 10, columns.arn);
    query_bind_str(q, 11, columns.name);
    query_bind_str(q, 12, columns.tags);
    query_bind_str(q, 13, pos);
    query_bind_str(q, 14, buf_str(&c->in->data));
}

struct taking {
    struct ingest_call *call;
    struct err *e;
};

static bool take(void *user, enum split_part kind, uint32_t item, const struct json *part, struct str pos)
{
    struct taking *t = user;
    struct ingest_call *c = t->call;
    struct ingest *in = c->in;
    buf_reset(&in->data);
    json_write(&in->data, part);
    if (in->data.failed) {
        c->cut_short = true;
        return true;
    }
    if (!write_begin(in, t->e))
        return false;
    struct query *q = kind == SPLIT_ITEM ? in->insert : in->insert_part;
    if (kind == SPLIT_ITEM) {
        bind_item(c, &c->specs[item], part, pos);
        c->blank = c->split.whole && part->type == JSON_OBJECT && !part->count;
        c->rows++;
    } else {
        query_bind_int(q, 1, c->id);
        query_bind_str(q, 2, pos);
        query_bind_str(q, 3, buf_str(&in->data));
    }
    if (!query_run(q))
        return false;
    /* the clock is asked once a page and once in so many rows */
    return ++in->pending_rows < COMMIT_ROWS || commit_now(in, t->e);
}

static bool is_token(const struct aws_op *op, const struct str *above, uint32_t depth, struct str name)
{
    for (uint32_t i = 0; i <= op->page_keys; i++) {
        struct str rest = i < op->page_keys ? op->page_out[i] : op->page_more;
        bool same = rest.len > 0;
        for (uint32_t k = 0; same && k < depth; k++)
            same = rest.ptr && str_eq(str_cut(&rest, '.'), above[k]);
        if (same && rest.ptr && str_eq(rest, name))
            return true;
    }
    return false;
}

static void drop_tokens(const struct aws_op *op, struct json *object, struct str *above, uint32_t depth)
{
    struct json **link = &object->first;
    object->last = NULL;
    while (*link) {
        if (is_token(op, above, depth, (*link)->key)) {
            *link = (*link)->next;
            object->count--;
            continue;
        }
        object->last = *link;
        link = &(*link)->next;
    }
}

static void add_member(struct ingest_call *c, struct json *to, const struct json *member)
{
    struct buf size;
    buf_init(&size, VALUE_MAX_BYTES - c->envelope_bytes);
    json_write(&size, member);
    if (size.failed)
        c->cut_short = true;
    else
        json_set(to, arena_str(c->arena, member->key), copy_json(c->arena, member));
    c->envelope_bytes += size.len;
    buf_done(&size);
}

/* What is left of a later page: tokens are the last page's, lists that pages add to are cut out
 * already, of all else the first page's word stands (botocore's non-aggregate keys). */
static void merge(struct ingest_call *c, struct json *into, const struct json *page, struct str *above, uint32_t depth)
{
    drop_tokens(c->op, into, above, depth);
    for json_each (m, page) {
        struct json *have = json_get(into, m->key);
        bool passes = split_passes(&c->split, above, depth, m->key);
        if (!have) {
            add_member(c, into, m);
        } else if (passes && have->type == JSON_OBJECT && m->type == JSON_OBJECT && depth + 1 < SPLIT_DEPTH_MAX) {
            above[depth] = m->key;
            merge(c, have, m, above, depth + 1);
        } else if (passes && have->type == JSON_NULL && m->type == JSON_ARRAY && !m->count) {
            have->type = JSON_ARRAY;
        }
    }
}

static void keep_rest(struct ingest_call *c, const struct json *answer)
{
    struct str above[SPLIT_DEPTH_MAX];
    if (!c->envelope)
        c->envelope = json_new(c->arena, JSON_OBJECT);
    if (answer->type == JSON_OBJECT)
        merge(c, c->envelope, answer, above, 0);
}

bool ingest_page(struct ingest_call *c, struct json *answer, struct err *e)
{
    struct ingest *in = c->in;
    if (!c->split.whole && answer->type != JSON_OBJECT)
        return err_set(e, ERR_PARSE, "the answer of %.*s is not a JSON object", STR_ARG(c->op->id));
    c->pages++;
    if (c->split.whole && c->envelope) { /* without a list there is nowhere to add a second page */
        c->cut_short = true;
        return true;
    }
    struct taking t = {c, e};
    if (!split_page(&c->split, answer, &in->pos, take, &t))
        return break_down(in, e);
    c->cut_short |= c->split.repeated;
    if (c->split.whole)
        c->envelope = json_new(c->arena, JSON_OBJECT);
    else
        keep_rest(c, answer);
    return commit_when_due(in, e);
}

static enum call_status final_status(const struct ingest_call *c, enum call_status asked)
{
    if (asked != CALL_OK)
        return asked;
    if (c->cut_short)
        return CALL_TRUNCATED;
    return c->rows == 0 || c->blank ? CALL_EMPTY : CALL_OK;
}

static bool update_call(struct ingest_call *c, const struct call_end *end, enum call_status status, struct str envelope, struct err *e)
{
    struct ingest *in = c->in;
    struct query *q = query_new(in->store,
                                "UPDATE call SET status = ?2, http = ?3, code = ?4, message = ?5, missing_action = ?6,"
                                " request_id = ?7, pages = ?8, rows = ?9, attempts = ?10, ms = ?11, at_us = ?12, source = ?13,"
                                " envelope = ?14 WHERE id = ?1", e);
    if (!q)
        return break_down(in, e);
    bool cut_short = status == CALL_TRUNCATED && end->status == CALL_OK;
    query_bind_int(q, 1, c->id);
    query_bind_strz(q, 2, call_status_name(status));
    if (end->http)
        query_bind_int(q, 3, end->http);
    query_bind_str(q, 4, cut_short ? STR("AnswerCutShort") : end->code);
    query_bind_str(q, 5, cut_short ? STR("a part of the answer could not be kept") : end->message);
    query_bind_str(q, 6, end->missing_action);
    query_bind_str(q, 7, end->request_id);
    query_bind_int(q, 8, end->pages ? end->pages : c->pages);
    query_bind_int(q, 9, c->rows);
    query_bind_int(q, 10, end->attempts);
    query_bind_int(q, 11, end->ms);
    query_bind_int(q, 12, end->at_us);
    query_bind_str(q, 13, end->source);
    query_bind_str(q, 14, envelope);
    return written(in, q, e);
}

bool ingest_close(struct ingest_call *c, const struct call_end *end, struct err *e)
{
    struct ingest *in = c->in;
    struct str envelope = {NULL, 0};
    if (c->envelope) {
        buf_reset(&in->data);
        json_write(&in->data, c->envelope);
        if (in->data.failed)
            c->cut_short = true;
        envelope = in->data.failed ? STR("{}") : buf_str(&in->data);
    }
    bool ok = write_begin(in, e) && update_call(c, end, final_status(c, end->status), envelope, e);
    free_call(c);
    return ok;
}
