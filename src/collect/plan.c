#include "collect/plan.h"

#include "base/map.h"

#include <stdlib.h>

/* Verbs of operations that only read (and, of the jobs, those that only make a report). */
static const char *const read_verbs[] = {"BatchGet", "Describe", "Get", "List", "Lookup", "Search", "Select"};
static const char *const read_jobs[] = {"iam:GenerateCredentialReport", "iam:GenerateServiceLastAccessedDetails"};

/* Read verbs that return tenants' data, secrets, credentials or code: never sent, whatever asks. */
static const char *const never[] = {
    "*:BatchGetItem", "*:GetAuthorizationToken", "*:GetClusterCredentials*", "*:GetConsole*", "*:GetCredentials*",
    "*:GetDownloadUrl*", "*:GetFederationToken", "*:GetItem", "*:GetObject", "*:GetObjectAttributes", "*:GetObjectTorrent",
    "*:GetParameter", "*:GetParameterHistory", "*:GetParameters", "*:GetParametersByPath", "*:GetPasswordData",
    "*:GetQueryResults", "*:GetRecords", "*:GetRoleCredentials", "*:GetSecretValue", "*:BatchGetSecretValue",
    "*:GetSessionToken", "*:GetMedia*", "*:SelectObjectContent", "*:Search", "lambda:GetFunction",
    "lambda:GetLayerVersion", "logs:GetLog*", "logs:GetQuery*", "ecr:GetDownload*", "apigateway:GetApiKey*",
    "cognito-identity:Get*Token*", "lightsail:GetInstanceAccessDetails", "codecommit:GetBlob", "codecommit:GetFile",
};

bool plan_may_send(const struct aws_op *op, bool drift)
{
    if (drift && str_eqz(op->id, "cloudformation:DetectStackDrift"))
        return true;
    for (size_t i = 0; i < sizeof(read_jobs) / sizeof(read_jobs[0]); i++)
        if (str_eqz(op->id, read_jobs[i]))
            return true;
    for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
        if (str_glob(str_of(never[i]), op->id))
            return false;
    if (op->starts_job)
        return false;
    for (size_t i = 0; i < sizeof(read_verbs) / sizeof(read_verbs[0]); i++)
        if (str_starts(op->operation, str_of(read_verbs[i])))
            return true;
    return false;
}

/* Jobs are asked again until they are done. */
static const struct job {
    const char *op, *path, *busy[2];
} jobs[] = {
    {"iam:GenerateCredentialReport", "State", {"STARTED", "INPROGRESS"}},
    {"iam:GetServiceLastAccessedDetails", "JobStatus", {"IN_PROGRESS", NULL}},
    {"cloudformation:DescribeStackDriftDetectionStatus", "DetectionStatus", {"DETECTION_IN_PROGRESS", NULL}},
};

struct maker {
    struct arena *arena;
    plan_find *find;
    bool drift;
    struct map by_id; /* id -> struct plan_op */
    struct plan_feed **literal; /* feeds without parent */
    uint32_t literal_count;
    struct err *err;
};

static void set_job(struct plan_op *p)
{
    for (size_t i = 0; i < sizeof(jobs) / sizeof(jobs[0]); i++) {
        if (!str_eqz(p->op->id, jobs[i].op))
            continue;
        p->poll_path = jobs[i].path;
        p->poll_busy[0] = jobs[i].busy[0];
        p->poll_busy[1] = jobs[i].busy[1];
    }
}

static bool add(struct maker *m, struct str id)
{
    if (map_has(&m->by_id, id))
        return true;
    const struct aws_op *op = m->find(id);
    if (!op)
        return err_set(m->err, ERR_USAGE, "unknown AWS operation \"%.*s\"", STR_ARG(id));
    if (op->manual)
        return err_set(m->err, ERR_USAGE, "operation %.*s needs parameters that a run does not have", STR_ARG(id));
    if (!plan_may_send(op, m->drift))
        return err_set(m->err, ERR_INTERNAL, "refusing operation %.*s: ward sends reads of configuration only",
                       STR_ARG(id));
    struct plan_op *p = arena_new_of(m->arena, struct plan_op);
    p->op = op;
    set_job(p);
    map_put(&m->by_id, op->id, p);
    for (uint32_t i = 0; i < op->follow_count; i++)
        if (op->follow[i].parent.len > 0 && !add(m, op->follow[i].parent))
            return false;
    return true;
}

static struct column column_of(struct str path)
{
    if (path.len > 0 && path.ptr[0] == '^')
        return (struct column){COLUMN_OWN, str_sub(path, 1, path.len)};
    if (path.len > 0 && path.ptr[0] == '=')
        return (struct column){COLUMN_LITERAL, str_sub(path, 1, path.len)};
    return (struct column){COLUMN_ROW, path};
}

static bool read_filters(struct maker *m, struct plan_feed *f, const struct aws_op *op)
{
    struct str rest = f->filter_text;
    while (rest.ptr && rest.len > 0) {
        struct str term = str_cut(&rest, ',');
        ptrdiff_t eq = str_index(term, '=', 0);
        if (eq <= 0 || f->filter_count == PLAN_FILTERS_MAX)
            return err_set(m->err, ERR_INTERNAL, "operation %.*s: bad filter", STR_ARG(op->id));
        bool negated = term.ptr[eq - 1] == '!';
        f->filters[f->filter_count++] = (struct plan_filter){
            .column = column_of(str_sub(term, 0, (size_t)eq - (negated ? 1 : 0))),
            .negated = negated,
            .value = str_sub(term, (size_t)eq + 1, term.len),
        };
    }
    return true;
}

static bool same_feed(const struct plan_feed *f, const struct plan_feed *want)
{
    if (f->column_count != want->column_count || !str_eq(f->filter_text, want->filter_text) ||
        !str_eq(f->region_path, want->region_path))
        return false;
    for (uint32_t i = 0; i < f->column_count; i++)
        if (f->columns[i].kind != want->columns[i].kind || !str_eq(f->columns[i].path, want->columns[i].path))
            return false;
    return true;
}

static struct plan_feed *feed_of(struct maker *m, struct plan_op *parent, const struct plan_feed *want)
{
    for (uint32_t i = 0; parent && i < parent->feed_count; i++)
        if (same_feed(parent->feeds[i], want))
            return parent->feeds[i];
    struct plan_feed *f = arena_new_of(m->arena, struct plan_feed);
    *f = *want;
    f->consumers = arena_array_of(m->arena, struct plan_source *, m->by_id.count);
    if (!parent) {
        m->literal[m->literal_count++] = f;
        return f;
    }
    if (parent->feed_count == parent->feed_size) {
        uint32_t size = parent->feed_size ? parent->feed_size * 2 : 4;
        struct plan_feed **grown = arena_array_of(m->arena, struct plan_feed *, size);
        if (parent->feed_count > 0)
            memcpy(grown, parent->feeds, parent->feed_count * sizeof(grown[0]));
        parent->feeds = grown;
        parent->feed_size = size;
    }
    parent->feeds[parent->feed_count++] = f;
    return f;
}

/* Takes the entries from `at` on that belong to one source; returns how many. 0 on error. */
static uint32_t link_source(struct maker *m, struct plan_op *p, uint32_t at)
{
    const struct aws_follow *first = &p->op->follow[at];
    struct plan_op *parent = first->parent.len > 0 ? map_get(&m->by_id, first->parent) : NULL;
    struct plan_feed want = {.parent = parent, .filter_text = first->filter, .region_path = first->region};
    struct plan_source *source = arena_new_of(m->arena, struct plan_source);
    source->op = p;
    source->first = first;
    uint32_t n = 0;
    for (; at + n < p->op->follow_count && first[n].source == first->source; n++) {
        if (first[n].param.name.len == 0)
            continue;
        if (want.column_count == PLAN_COLUMNS_MAX) {
            (void)err_set(m->err, ERR_INTERNAL, "operation %.*s has too many parameters", STR_ARG(p->op->id));
            return 0;
        }
        if (first[n].batch > 1) {
            source->batch = first[n].batch;
            source->batch_column = want.column_count;
        }
        want.columns[want.column_count++] = column_of(first[n].path);
    }
    if (!read_filters(m, &want, p->op))
        return 0;
    struct plan_feed *f = feed_of(m, parent, &want);
    f->has_batch = f->has_batch || source->batch > 1;
    source->feed = f;
    source->slot = f->consumer_count;
    f->consumers[f->consumer_count++] = source;
    p->sources[p->source_count++] = source;
    p->has_parent = p->has_parent || parent;
    return n;
}

static bool link_op(struct maker *m, struct plan_op *p)
{
    p->sources = arena_array_of(m->arena, struct plan_source *, p->op->follow_count + 1);
    for (uint32_t at = 0; at < p->op->follow_count;) {
        uint32_t n = link_source(m, p, at);
        if (n == 0)
            return false;
        at += n;
    }
    return true;
}

/* Operations may be their own parents (a tree of organizational units); the way back counts nothing. */
static uint32_t height_of(struct plan_op *p)
{
    uint32_t height = 0;
    p->visiting = true;
    for (uint32_t i = 0; i < p->feed_count; i++)
        for (uint32_t j = 0; j < p->feeds[i]->consumer_count; j++) {
            struct plan_op *child = p->feeds[i]->consumers[j]->op;
            uint32_t h = child->visiting ? 0 : height_of(child) + 1;
            height = h > height ? h : height;
        }
    p->visiting = false;
    return height;
}

static void mark_started(struct plan_op *p)
{
    if (p->starts)
        return;
    p->starts = true;
    for (uint32_t i = 0; i < p->feed_count; i++)
        for (uint32_t j = 0; j < p->feeds[i]->consumer_count; j++)
            mark_started(p->feeds[i]->consumers[j]->op);
}

static bool all_start(struct maker *m)
{
    for (size_t i = 0; i < m->by_id.count; i++) {
        struct plan_op *p = m->by_id.entries[i].value;
        if (!p->has_parent)
            mark_started(p);
    }
    for (size_t i = 0; i < m->by_id.count; i++) {
        const struct plan_op *p = m->by_id.entries[i].value;
        if (!p->starts)
            return err_set(m->err, ERR_INTERNAL, "the parents of operation %.*s form a circle", STR_ARG(p->op->id));
    }
    return true;
}

static int by_rank(const void *a, const void *b)
{
    const struct plan_op *const *x = a, *const *y = b;
    if ((*x)->rank != (*y)->rank)
        return (*x)->rank > (*y)->rank ? -1 : 1;
    return str_cmp((*x)->op->id, (*y)->op->id);
}

static void number_feed(struct plan *out, struct plan_feed *f)
{
    f->index = out->feed_count;
    out->feeds[out->feed_count++] = f;
}

static void finish(struct maker *m, struct plan *out)
{
    uint32_t feeds = m->literal_count;
    out->count = (uint32_t)m->by_id.count;
    out->ops = arena_array_of(m->arena, struct plan_op *, out->count + 1);
    for (uint32_t i = 0; i < out->count; i++) {
        struct plan_op *p = m->by_id.entries[i].value;
        p->height = height_of(p);
        uint32_t half = PLAN_RANKS / 2;
        uint32_t rank = p->height < half ? p->height : half - 1;
        p->rank = p->op->global ? rank + half : rank;
        out->ops[i] = p;
        feeds += p->feed_count;
    }
    qsort(out->ops, out->count, sizeof(out->ops[0]), by_rank);
    out->feeds = arena_array_of(m->arena, struct plan_feed *, feeds + 1);
    for (uint32_t i = 0; i < out->count; i++) {
        out->ops[i]->index = i;
        for (uint32_t j = 0; j < out->ops[i]->feed_count; j++)
            number_feed(out, out->ops[i]->feeds[j]);
    }
    for (uint32_t i = 0; i < m->literal_count; i++)
        number_feed(out, m->literal[i]);
}

bool plan_make(struct arena *a, plan_find *find, const struct str *ids, uint32_t count, bool drift,
               struct plan *out, struct err *e)
{
    struct maker m = {.arena = a, .find = find, .drift = drift, .err = e};
    *out = (struct plan){0};
    map_init(&m.by_id, a);
    for (uint32_t i = 0; i < count; i++)
        if (!add(&m, ids[i]))
            return false;
    uint32_t sources = 0;
    for (size_t i = 0; i < m.by_id.count; i++)
        sources += ((struct plan_op *)m.by_id.entries[i].value)->op->follow_count;
    m.literal = arena_array_of(a, struct plan_feed *, sources + 1);
    for (size_t i = 0; i < m.by_id.count; i++)
        if (!link_op(&m, m.by_id.entries[i].value))
            return false;
    if (!all_start(&m))
        return false;
    finish(&m, out);
    return true;
}
