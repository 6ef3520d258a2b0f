/* unit/prove/box.h: small worlds by hand: accounts, roles, users, buckets, keys, functions, queues. */
#ifndef WARD_TEST_PROVE_BOX_H
#define WARD_TEST_PROVE_BOX_H

#include "access/engine.h"
#include "unit/prove/plain.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <setjmp.h>
#include <cmocka.h>

enum { BOX_MAX = 64 };

/* Of the whole test program: setup and teardown of its group. */
static struct arena *lasting;
static const struct iam_catalogue *catalogue;

static inline int box_setup(void **state)
{
    struct err e = {0};
    (void)state;
    lasting = arena_new(0);
    catalogue = iam_catalogue_load(lasting, &e);
    return catalogue ? 0 : -1;
}

static inline int box_teardown(void **state)
{
    (void)state;
    arena_free(lasting);
    return 0;
}

struct box {
    struct arena *arena;
    struct world *w;
    struct graph *g;
    struct proof *p;
    struct rights r;
    struct engine *e;
};

static inline void box_init(struct box *b, const struct iam_catalogue *c)
{
    *b = (struct box){.arena = arena_new(0)};
    struct world *w = b->w = world_new(b->arena, c);
    w->accounts = arena_array_of(b->arena, struct world_account, BOX_MAX);
    w->principals = arena_array_of(b->arena, struct world_principal, BOX_MAX);
    w->resources = arena_array_of(b->arena, struct world_resource, BOX_MAX);
    w->tenants = arena_array_of(b->arena, struct str, BOX_MAX);
    w->shared_names = arena_array_of(b->arena, struct str, BOX_MAX);
    w->via = arena_array_of(b->arena, struct world_via, BOX_MAX);
    w->gaps = arena_array_of(b->arena, struct world_gap, BOX_MAX);
}

static inline void box_done(struct box *b) { arena_free(b->arena); }
static inline struct str box_text(struct box *b, const char *s) { return s ? str_of(arena_strdup(b->arena, s)) : (struct str){0}; }

static inline uint32_t box_account(struct box *b, const char *id, const char *tenant)
{
    b->w->accounts[b->w->account_count] = (struct world_account){.id = box_text(b, id), .name = box_text(b, id), .org_read = true, .collected = true,
        .s3_bpa_read = true, .root = WORLD_NONE, .tenant = box_text(b, tenant)};
    return b->w->account_count++;
}

static inline void box_tenant(struct box *b, const char *name) { b->w->tenants[b->w->tenant_count++] = box_text(b, name); }

static inline struct iam_policy_set box_set(struct box *b, const char *doc, struct str id)
{
    struct iam_policy_ref *ref = arena_new_of(b->arena, struct iam_policy_ref);
    if (!doc)
        return (struct iam_policy_set){0};
    *ref = world_policy(b->w, box_text(b, doc), id);
    if (!ref->policy)
        fail_msg("policy: %.*s", STR_ARG(ref->unread));
    return (struct iam_policy_set){ref, 1};
}

static inline uint32_t box_resource(struct box *b, uint32_t account, const char *type, struct str arn, const char *tenant)
{
    b->w->resources[b->w->resource_count] = (struct world_resource){.arn = arn, .type = box_text(b, type), .name = arn, .region = STR("us-east-1"),
        .account = account, .tags_read = true, .policy_read = true, .encryption = WORLD_ENC_AWS_OWNED, .key = WORLD_NONE, .grants_read = true,
        .acl_read = true, .acl_disabled = true, .bpa_read = true, .shares_read = true, .principal = WORLD_NONE, .role = WORLD_NONE,
        .source = WORLD_NONE, .tenant = box_text(b, tenant), .why = tenant ? STR("account") : STR("unassigned")};
    return b->w->resource_count++;
}

static inline uint32_t box_principal(struct box *b, enum world_principal_kind kind, uint32_t account, const char *name, const char *tenant,
                                     const char *identity, const char *trust)
{
    struct world *w = b->w;
    struct str id = w->accounts[account].id;
    struct str arn = arena_printf(b->arena, "arn:aws:iam::%.*s:%s/%s", STR_ARG(id), kind == WORLD_USER ? "user" : "role", name);
    struct world_principal *p = &w->principals[w->principal_count];
    *p = (struct world_principal){.kind = kind, .arn = arn, .account = account, .name = box_text(b, name), .path = STR("/"), .tags_read = true,
        .identity = box_set(b, identity, arena_printf(b->arena, "%.*s#p", STR_ARG(arn))), .resource = WORLD_NONE,
        .tenant = box_text(b, tenant), .why = tenant ? STR("account") : STR("unassigned")};
    if (kind == WORLD_ROLE)
        p->trust = world_policy(w, box_text(b, trust ? trust : "{\"Version\":\"2012-10-17\",\"Statement\":[]}"), arena_printf(b->arena, "%.*s#trust", STR_ARG(arn)));
    box_resource(b, account, kind == WORLD_USER ? "AWS::IAM::User" : "AWS::IAM::Role", arn, tenant);
    return w->principal_count++;
}

static inline struct world_resource *box_bucket(struct box *b, uint32_t account, const char *name, const char *tenant, const char *policy)
{
    struct str arn = arena_printf(b->arena, "arn:aws:s3:::%s", name);
    struct world_resource *r = &b->w->resources[box_resource(b, account, "AWS::S3::Bucket", arn, tenant)];
    r->phi = true;
    if (policy) {
        r->has_policy = true;
        r->policy = world_policy(b->w, box_text(b, policy), STR("ResourcePolicy"));
    }
    return r;
}

static int box_by_arn(const void *x, const void *y)
{
    return str_cmp(((const struct world_resource *)x)->arn, ((const struct world_resource *)y)->arn);
}

/* A few services are enough for random worlds, where every right is asked many times. */
static inline uint32_t box_few(const struct world *w, uint32_t *actions, uint32_t count)
{
    static const char *const services[] = {"iam", "sts", "kms", "lambda"};
    static const char *const others[] = {"s3:GetObject", "s3:DeleteObject", "s3:PutBucketPolicy", "s3:ListBucket", "s3:PutObject"};
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        const struct iam_action_info *a = &w->catalogue->actions[actions[i]];
        bool keep = false;
        for (size_t k = 0; k < 4; k++)
            keep |= str_eqz(a->service, services[k]);
        for (size_t k = 0; k < 5; k++) {
            struct str service, name;
            keep |= iam_action_split(str_of(others[k]), &service, &name) && str_eq(service, a->service) && str_eq_nocase(name, a->name);
        }
        if (keep)
            actions[kept++] = actions[i];
    }
    return kept;
}

/* Indexes, prepares, builds, proves. */
static inline void box_prove_with(struct box *b, bool few)
{
    struct err e = {0};
    uint32_t *actions, count;
    qsort(b->w->resources, b->w->resource_count, sizeof *b->w->resources, box_by_arn);
    world_index(b->w);
    b->g = graph_prepare(b->w, &e);
    if (!b->g)
        fail_msg("%s", e.message);
    count = prove_questions(b->g, b->arena, &actions);
    if (few)
        count = box_few(b->w, actions, count);
    b->r = plain_rights(b->arena, b->w, actions, count);
    graph_build(b->g, &b->r);
    b->p = prove(b->arena, b->g, &b->r);
}

/* The same with the rights of the class engine, which the proof points into. */
static inline void box_prove_by_engine(struct box *b)
{
    struct err e = {0};
    uint32_t *actions, count;
    qsort(b->w->resources, b->w->resource_count, sizeof *b->w->resources, box_by_arn);
    world_index(b->w);
    b->g = graph_prepare(b->w, &e);
    if (!b->g)
        fail_msg("%s", e.message);
    count = prove_questions(b->g, b->arena, &actions);
    b->e = engine_new(b->w, actions, count);
    engine_run(b->e);
    b->r = rights_of_engine(b->e);
    graph_build(b->g, &b->r);
    b->p = prove(b->arena, b->g, &b->r);
}

static inline void box_engine_done(struct box *b) { engine_free(b->e); }

static inline void box_prove(struct box *b) { box_prove_with(b, false); }

static inline uint32_t box_label(const struct box *b, const char *name)
{
    for (uint32_t i = 0; i < b->p->labels.count; i++)
        if (str_eqz(b->p->labels.names[i], name))
            return i;
    fail_msg("no label %s", name);
    return 0;
}

static inline enum prove_verdict box_verdict(const struct box *b, const char *x, const char *y)
{
    return prove_verdict_of(b->p, box_label(b, x), box_label(b, y));
}

static inline const struct prove_cell *box_cell(const struct box *b, const char *x, const char *y)
{
    uint32_t xl = box_label(b, x), yl = box_label(b, y);
    for (uint32_t i = 0; i < b->p->cell_count; i++)
        if (b->p->cells[i].subject == xl && b->p->cells[i].object == yl)
            return &b->p->cells[i];
    return NULL;
}

static inline bool box_has_edge(const struct box *b, uint32_t from, uint32_t to, const char *path)
{
    for (uint32_t i = 0; i < b->g->edge_count; i++) {
        const struct graph_edge *e = &b->g->edges[i];
        if (b->g->nodes[e->from].principal == from && b->g->nodes[e->to].principal == to && (!path || str_eqz(graph_path_id(b->g, e->path), path)))
            return true;
    }
    return false;
}

#define ALLOW(action, resource) "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":" action ",\"Resource\":" resource "}]}"
#define TRUST(principal, more) "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":" principal ",\"Action\":\"sts:AssumeRole\"" more "}]}"

#endif
