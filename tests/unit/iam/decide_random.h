/* Random requests with random policies over a small vocabulary; every one can be written in several ways that must
 * mean the same. Used by decide_random_test.c and pattern_test.c. */
#ifndef WARD_TEST_DECIDE_RANDOM_H
#define WARD_TEST_DECIDE_RANDOM_H

#include "decide_fixture.h"

enum {
    LAYER_IDENTITY,
    LAYER_BOUNDARY,
    LAYER_SESSION,
    LAYER_SCP0,
    LAYER_SCP1,
    LAYER_RCP,
    LAYER_RESOURCE,
    LAYER_ENDPOINT,
    RANDOM_LAYERS
};
enum { RANDOM_STATEMENTS = 5, RANDOM_KEYS = 3 };

struct random_statement {
    bool allow, not_action, not_resource, not_principal, with_principal;
    const char *actions[2], *resources[2], *principals[2];
    int action_count, resource_count, principal_count;
    const char *condition; /* the object, or NULL */
};
struct random_layer {
    bool there;
    struct random_statement statements[RANDOM_STATEMENTS + 1];
    int count;
    bool unread;
};
struct random_question {
    const char *who, *action, *resource, *owner;
    struct random_layer layers[RANDOM_LAYERS];
    bool restrict_public;
};

static uint64_t random_state = 1;
static inline uint32_t random_next(uint32_t below)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (uint32_t)(random_state >> 33) % below;
}
static inline bool random_one_in(uint32_t n)
{
    return random_next(n) == 0;
}
#define RANDOM_OF(list) (list)[random_next(sizeof(list) / sizeof *(list))]

static const char *const random_conditions[] = {
    "{'StringEquals':{'aws:SourceVpce':'vpce-a'}}",
    "{'StringNotEquals':{'aws:SourceVpce':['vpce-a','vpce-b']}}",
    "{'StringLike':{'aws:SourceVpce':'vpce-*'}}",
    "{'StringEqualsIfExists':{'aws:SourceVpce':'vpce-b'}}",
    "{'Null':{'aws:SourceVpce':'true'}}",
    "{'Bool':{'aws:SecureTransport':'true'}}",
    "{'BoolIfExists':{'aws:SecureTransport':'false'}}",
    "{'ForAnyValue:StringEquals':{'aws:TagKeys':['a','b']}}",
    "{'ForAllValues:StringEquals':{'aws:TagKeys':['a']}}",
    "{'ForAllValues:StringNotEquals':{'aws:TagKeys':['b']},'Bool':{'aws:SecureTransport':'true'}}",
    "{'ForAnyValue:StringNotLike':{'aws:TagKeys':['a*']}}",
    "{'StringEquals':{'aws:SourceVpce':'vpce-b','aws:SecureTransport':'true'}}",
};

static inline struct random_statement random_statement_of(int layer)
{
    static const char *const actions[] = {"s3:GetObject", "s3:*",         "*", "s3:Put*", "sts:AssumeRole",
                                          "kms:Decrypt",  "s3:GetObject?"};
    static const char *const resources[] = {"*",
                                            "arn:aws:s3:::b/*",
                                            "arn:aws:s3:::b/a",
                                            "arn:aws:s3:::*/a*",
                                            "arn:aws:iam::111122223333:role/*",
                                            "arn:aws:kms:eu-west-1:111122223333:key/k",
                                            "arn:aws:s3:::b/?"};
    static const char *const principals[] = {"'*'",
                                             "{'AWS':'arn:aws:iam::111122223333:root'}",
                                             "{'AWS':'arn:aws:iam::111122223333:user/u'}",
                                             "{'AWS':'arn:aws:iam::111122223333:role/r'}",
                                             "{'AWS':'444455556666'}",
                                             "{'AWS':'arn:aws:sts::111122223333:assumed-role/r/monday'}",
                                             "{'Service':'s3.amazonaws.com'}"};
    struct random_statement s = {
        .allow = !random_one_in(3), .not_action = random_one_in(6), .not_resource = random_one_in(6)};
    s.with_principal = layer == LAYER_RCP || layer == LAYER_RESOURCE || layer == LAYER_ENDPOINT;
    s.not_principal = layer == LAYER_RESOURCE && random_one_in(8);
    s.action_count = 1 + (int)random_next(2);
    s.resource_count = 1 + (int)random_next(2);
    s.principal_count = 1 + (int)random_next(2);
    for (int i = 0; i < 2; i++) {
        s.actions[i] = RANDOM_OF(actions);
        s.resources[i] = RANDOM_OF(resources);
        s.principals[i] = layer == LAYER_RCP ? principals[0] : RANDOM_OF(principals);
    }
    s.condition = random_one_in(2) ? RANDOM_OF(random_conditions) : NULL;
    return s;
}

static inline void random_question_make(struct random_question *q)
{
    static const char *const callers[] = {"arn:aws:iam::111122223333:user/u",
                                          "arn:aws:iam::111122223333:role/r",
                                          "arn:aws:sts::111122223333:assumed-role/r/monday",
                                          "arn:aws:iam::444455556666:user/u",
                                          "arn:aws:iam::111122223333:root",
                                          "s3.amazonaws.com",
                                          "anonymous"};
    static const char *const asked[][2] = {{"s3:GetObject", "arn:aws:s3:::b/a"},
                                           {"s3:PutObject", "arn:aws:s3:::b/ab"},
                                           {"sts:AssumeRole", "arn:aws:iam::111122223333:role/x"},
                                           {"kms:Decrypt", "arn:aws:kms:eu-west-1:111122223333:key/k"}};
    static const uint32_t rarity[RANDOM_LAYERS] = {1, 3, 4, 2, 3, 3, 2, 5};
    uint32_t at = random_next(4);
    *q = (struct random_question){.who = RANDOM_OF(callers), .action = asked[at][0], .resource = asked[at][1]};
    q->owner = at < 2 && random_one_in(3) ? "444455556666" : "111122223333";
    q->restrict_public = random_one_in(6);
    for (int l = 0; l < RANDOM_LAYERS; l++) {
        struct random_layer *y = &q->layers[l];
        y->there = random_one_in(rarity[l]);
        y->count = 1 + (int)random_next(RANDOM_STATEMENTS);
        for (int i = 0; i < y->count; i++)
            y->statements[i] = random_statement_of(l);
        if (l != LAYER_RCP && random_one_in(2)) { /* else little would ever be allowed */
            y->statements[0] = (struct random_statement){.allow = true,
                                                         .actions = {"*"},
                                                         .resources = {"*"},
                                                         .principals = {"'*'"},
                                                         .action_count = 1,
                                                         .resource_count = 1,
                                                         .principal_count = 1};
            y->statements[0].with_principal = l == LAYER_RESOURCE || l == LAYER_ENDPOINT;
        }
    }
}

static inline struct str random_list(struct arena *a, const char *const *items, int count)
{
    return count == 1 ? arena_printf(a, "'%s'", items[0]) : arena_printf(a, "['%s','%s']", items[0], items[1]);
}
/* Of two principals the second is written only where both are of AWS accounts. */
static inline struct str random_principals(struct arena *a, const struct random_statement *s)
{
    const char *const aws = "{'AWS':'";
    size_t n = strlen(aws);
    if (s->principal_count == 1 || strncmp(s->principals[0], aws, n) != 0 || strncmp(s->principals[1], aws, n) != 0)
        return str_of(s->principals[0]);
    return arena_printf(a, "{'AWS':['%.*s','%.*s']}", (int)strlen(s->principals[0]) - (int)n - 2, s->principals[0] + n,
                        (int)strlen(s->principals[1]) - (int)n - 2, s->principals[1] + n);
}
static inline struct str random_text(struct arena *a, const struct random_statement *s)
{
    struct str actions = random_list(a, s->actions, s->action_count),
               resources = random_list(a, s->resources, s->resource_count);
    struct str who = s->with_principal ? random_principals(a, s) : STR("");
    return arena_printf(a, "{'Effect':'%s','%s':%.*s,'%s':%.*s%s%.*s%s%s}", s->allow ? "Allow" : "Deny",
                        s->not_action ? "NotAction" : "Action", STR_ARG(actions),
                        s->not_resource ? "NotResource" : "Resource", STR_ARG(resources),
                        !s->with_principal ? ""
                        : s->not_principal ? ",'NotPrincipal':"
                                           : ",'Principal':",
                        STR_ARG(who), s->condition ? ",'Condition':" : "", s->condition ? s->condition : "");
}

/* How to write it: as it is, or backwards with every list taken apart and every statement in a policy of its own. */
enum random_style { RANDOM_PLAIN, RANDOM_APART };

static inline void random_layer_add(struct fixture *f, int layer, struct iam_policy_set *set, const char *text)
{
    (void)layer;
    fixture_add(f, set, text);
}
static inline void random_write_apart(struct fixture *f, int layer, struct iam_policy_set *set,
                                      const struct random_statement *s)
{
    int actions = s->not_action ? 1 : s->action_count, resources = s->not_resource ? 1 : s->resource_count;
    for (int i = actions; i-- > 0;)
        for (int k = resources; k-- > 0;) {
            struct random_statement one = *s;
            if (!s->not_action) {
                one.actions[0] = s->actions[i];
                one.action_count = 1;
            }
            if (!s->not_resource) {
                one.resources[0] = s->resources[k];
                one.resource_count = 1;
            }
            random_layer_add(f, layer, set, arena_cstr(f->arena, random_text(f->arena, &one)));
        }
}
static inline void random_write_layer(struct fixture *f, int layer, struct iam_policy_set *set,
                                      const struct random_layer *y, enum random_style style)
{
    struct str all = STR("");
    if (y->unread) {
        random_layer_add(f, layer, set, NULL);
        return;
    }
    for (int i = y->count; style == RANDOM_APART && i-- > 0;)
        random_write_apart(f, layer, set, &y->statements[i]);
    for (int i = 0; style == RANDOM_PLAIN && i < y->count; i++) {
        struct str one = random_text(f->arena, &y->statements[i]);
        all = arena_printf(f->arena, "%.*s%s%.*s", STR_ARG(all), i ? "," : "", STR_ARG(one));
    }
    if (style == RANDOM_PLAIN)
        random_layer_add(f, layer, set, arena_cstr(f->arena, all));
}

/* The fixture; its context is empty and closed. */
static inline struct fixture *random_write(const struct random_question *q, enum random_style style)
{
    struct fixture *f = fixture_new(q->who, q->action, q->resource, q->owner);
    struct iam_layers *l = &f->l;
    const struct random_layer *y = q->layers;
    l->identity_is_root = f->r.caller.kind == IAM_CALLER_ROOT;
    l->restrict_public_buckets = q->restrict_public;
    l->has_boundary = y[LAYER_BOUNDARY].there;
    l->has_session = y[LAYER_SESSION].there;
    l->has_resource = y[LAYER_RESOURCE].there;
    l->has_endpoint = y[LAYER_ENDPOINT].there;
    l->scps = f->scps;
    l->rcps = f->rcps;
    for (int i = LAYER_SCP0; i <= LAYER_SCP1; i++)
        if (y[i].there)
            random_write_layer(f, i, &f->scps[l->scp_count++].policies, &y[i], style);
    if (y[LAYER_RCP].there)
        random_write_layer(f, LAYER_RCP, &f->rcps[l->rcp_count++].policies, &y[LAYER_RCP], style);
    struct iam_policy_set *sets[RANDOM_LAYERS] = {[LAYER_IDENTITY] = &l->identity,
                                                  [LAYER_BOUNDARY] = &l->boundary,
                                                  [LAYER_SESSION] = &l->session,
                                                  [LAYER_RESOURCE] = &l->resource,
                                                  [LAYER_ENDPOINT] = &l->endpoint};
    for (int i = 0; i < RANDOM_LAYERS; i++)
        if (sets[i] && y[i].there)
            random_write_layer(f, i, sets[i], &y[i], style);
    return f;
}

/* Every circumstance of the vocabulary, by number; false when there are no more. */
static inline bool random_circumstance(struct fixture *f, uint32_t n)
{
    static const char *const vpce[] = {NULL, "vpce-a", "vpce-b", "vpce-c", "x"}, *const tls[] = {NULL, "true", "false"};
    static const char *const tags[][2] = {{NULL, NULL}, {"a", NULL}, {"b", NULL},
                                          {"a", "b"},   {"c", NULL}, {"ab", NULL}};
    f->r.context = (struct iam_context){f->keys, 0, false};
    if (n >= 5 * 3 * 6)
        return false;
    if (vpce[n % 5])
        key(f, "aws:sourcevpce", vpce[n % 5]);
    if (tls[n / 5 % 3])
        key(f, "aws:securetransport", tls[n / 5 % 3]);
    const char *const *t = tags[n / 15];
    if (t[0]) {
        key(f, "aws:tagkeys", t[0]);
        struct iam_key *k = &f->keys[f->r.context.count - 1];
        k->list = true;
        if (t[1]) {
            k->values = arena_array_of(f->arena, struct str, 2);
            k->values[0] = str_of(t[0]);
            k->values[1] = str_of(t[1]);
            k->count = 2;
        }
    }
    return true;
}

#endif
