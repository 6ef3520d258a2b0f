/*
 * access/engine_internal.h: what the files engine*.c share. Nothing else includes it (but the engine's own test).
 *
 * - A *target* is one concrete ARN that questions are asked of. A row of the world has one; where it stands for many
 * things (a bucket's objects, a row with a '*') it has one for each way in which the patterns of all policies can treat
 * them (engine_member.c), so that "some object" is the OR over its targets and nothing else has to know of patterns.
 * - A *sort* is the targets that the same questions of one service take. A *universe* is a list of targets of one sort:
 *   those of an account, those open to everyone, those that name an account.
 * - A *stmt* is one statement, compiled: its questions as bits, which targets of a universe it covers (engine_match.c),
 * what its conditions say (engine_cond.c). Statements of resource policies are interned by content, so that a thousand
 * buckets with one template have one statement and a set of targets.
 * - A *gset* is a set of targets with guards (gset.h). engine_eval.c puts gsets together by the rules of iam/decide.h
 * for a *block*: questions that no statement in play and no rule tells apart.
 */
#ifndef WARD_ACCESS_ENGINE_INTERNAL_H
#define WARD_ACCESS_ENGINE_INTERNAL_H

#include "access/engine.h"
#include "access/gset.h"

#include <stdlib.h>

/* uint64_t -> pointer; insert and look up only. */
struct idmap {
    struct arena *arena;
    uint64_t *keys;
    uintptr_t *values; /* 0: free */
    uint32_t count, size;
};
void idmap_init(struct idmap *m, struct arena *a);
void *idmap_get(const struct idmap *m, uint64_t key);
void idmap_put(struct idmap *m, uint64_t key, const void *value);
uint64_t engine_hash(uint64_t seed, struct str s, bool fold);

struct stmt {
    const struct iam_statement *s; /* NULL: the policy could not be read */
    struct iam_policy_ref ref;
    enum iam_layer layer;
    bool allow;
    bool whole;        /* covers every resource */
    bool varies;       /* which resources depends on the caller */
    bool varies_there; /* and on keys of the target */
    bool conditions;
    uint32_t keyset; /* the keys of the target that its conditions read; WORLD_NONE: none */
    const uint64_t *questions;
};

struct chain {
    uint32_t *stmts, count;
};
/* A run of stmts. */
struct stmts {
    uint32_t from, count;
};

enum {
    SIDE_LOOSE_ACL = 1, /* what world_decide() adds for what was not read */
    SIDE_LOOSE_GRANTS = 2,
    SIDE_LOOSE_BPA = 4,
    SIDE_LIMIT = 8,   /* iam_within_limits() may say no */
    SIDE_PUBLIC = 16, /* its policy is public in S3's sense */
    SIDE_SECOND = 32,
    SIDE_IGNORE = 64, /* public access block, as world_layers() has it */
    SIDE_RESTRICT = 128,
    SIDE_MOST_IGNORE = 256, /* the same where what was not read is taken as off */
    SIDE_MOST_RESTRICT = 512,
    SIDE_LOOSE = SIDE_LOOSE_ACL | SIDE_LOOSE_GRANTS | SIDE_LOOSE_BPA,
};
/* The resource's side of a target, as world_layers() gives it. */
struct side {
    uint32_t *stmts; /* of its policy, then of the second one */
    uint32_t first_count, second_count;
    uint32_t rcp; /* index of the chain of RCPs, or WORLD_NONE */
    unsigned flags;
    struct str second_arn, acl_unread;
    const struct iam_grant *grants;
    uint32_t grant_count;
    const struct iam_acl *acls;
    uint32_t acl_count;
    uint32_t acl_class; /* equal for equal lists and blocks; WORLD_NONE: none to look at */
    struct str carrier; /* ARN of the row whose settings these are */
};

struct target {
    struct str arn, folded;
    struct str owner; /* account id; {NULL,0}: the caller's */
    uint32_t row;     /* WORLD_NONE: the action takes no resource */
    uint32_t account; /* row of the owner, or WORLD_NONE */
    uint32_t sort;
    struct side side; /* what its policies say */
};

struct sort {
    struct str service; /* {NULL,0}: questions without a resource */
    const uint64_t *questions;
    uint32_t sample; /* a question that no rule exempts from anything */
    uint32_t word_from, word_to;
};

enum use_role { USE_FIRST, USE_SECOND, USE_RCP };
/* A statement of resource policies and the targets of a universe that it covers. */
struct use {
    uint32_t stmt;
    enum use_role role;
    uint32_t from, count; /* in universe.items */
    uint32_t last;        /* while it is made: one past the last item */
    uint64_t *bits;       /* the same, where there are many */
};
struct named {
    uint64_t key;
    uint32_t at;
};

struct universe {
    uint32_t sort, count;
    const uint32_t *targets; /* in order of their folded ARNs */
    uint32_t *by_part;       /* local indexes by the last field of the ARN; NULL: not made yet */
    struct use *uses;
    uint32_t use_count;
    uint32_t *items;     /* local indexes of uses */
    struct named *named; /* by key: the uses that name somebody */
    uint32_t named_count;
    uint32_t *always; /* uses that may name anybody */
    uint32_t always_count;
    struct named *granted; /* by key of the grantee: local indexes of keys */
    uint32_t granted_count;
    unsigned flags; /* OR of the sides' */
    struct acl_group {
        uint32_t class, from, count; /* in acl_items */
    } * acls;                        /* targets by their access control lists */
    uint32_t acl_count;
    uint32_t *acl_items;
    struct idmap memo;
    struct arena *arena;
};

/* Which targets of a universe a statement covers. */
struct cover {
    enum { COVER_NONE, COVER_ALL, COVER_LIST, COVER_BITS } kind;
    uint32_t count;
    const uint32_t *list;
    const uint64_t *bits;
    const uint32_t *maybe; /* local indexes where a formula says */
    const struct residue **formula;
    uint32_t maybe_count;
};

/* Targets of a universe by what the keys of one keyset say of them. */
struct partition {
    struct part_class {
        uint64_t sign;   /* equal for equal values, in every universe */
        uint32_t sample; /* a local index */
        bool single;     /* the only key is known and has one value */
        struct str value;
        uint32_t count;
        const uint32_t *items;
    } * classes;
    uint32_t count;
    struct map by_value; /* of the single ones -> class + 1 */
};

struct keyset {
    struct str *keys;
    uint32_t count;
};

/* The caller, for as long as its rows are made. */
struct caller {
    uint32_t principal;
    struct iam_caller who;
    struct iam_context context; /* what is known whatever the target */
    bool has_identity, is_root, has_boundary;
    struct chain identity, boundary;
    struct chain *scps;
    uint32_t scp_count;
    uint64_t account_key, name_key;
    uint32_t account;        /* row, or WORLD_NONE */
    uint64_t *wanted;        /* questions that its own side may allow */
    struct idmap conditions; /* stmt and sign of the target's keys -> formula */
};

/* Targets that only policies tell apart that have changed since the tables were made: asked about by who is computed
 * anew. */
struct extra {
    uint32_t *targets, count, size;
};

struct rows {
    struct access_row *items;
    uint32_t count;
    uint32_t bare; /* more after them: of actions that take no resource */
    uint32_t size;
};

struct engine {
    struct world *w;
    struct arena *arena;   /* lives as long as the engine */
    struct arena *tables;  /* targets and universes: as long as the resources stay as they are */
    struct arena *scratch; /* one caller */
    struct arena *tiny;    /* one context */
    uint32_t *question;    /* question -> catalogue action */
    uint32_t question_count;
    size_t words;
    struct idmap question_of;
    uint32_t *trait;         /* question -> what the rules see of it */
    struct map action_lists; /* text -> bits */
    /* stmts */
    struct stmt *stmts;
    uint32_t stmt_count, stmt_size;
    struct idmap policy_stmts; /* policy and layer -> struct stmts */
    struct map content_stmts;  /* text -> stmt + 1 */
    struct map keysets;
    struct keyset *keyset;
    uint32_t keyset_count;
    /* targets */
    struct target *targets;
    uint32_t target_count, target_size;
    struct sort *sorts;
    uint32_t sort_count;
    uint32_t none_sort; /* of questions without a resource */
    struct chain *rcps;
    uint32_t rcp_count, rcp_size;
    struct map rcp_index, acl_index, signs;
    uint32_t acl_classes;
    struct idmap kinds, public;
    struct universe ***own;              /* account -> its universes, ends with NULL */
    struct universe **ownerless, **open; /* end with NULL */
    struct universe **none;              /* account (the last: none) -> universe of questions without a resource */
    struct foreign {
        uint64_t key;
        uint32_t target;
    } * foreign; /* by key: targets of other accounts that name somebody */
    uint32_t foreign_count, foreign_size;
    struct idmap by_account; /* key of an account -> struct universe **, ends with NULL */
    uint8_t *is_open;        /* target -> may let in anybody */
    struct members *members; /* patterns that are told apart */
    struct whole {
        struct str pattern;
        uint32_t row;
    } * wholes; /* patterns that targets are members of */
    uint32_t whole_count, whole_size;
    struct extra extra;
    /* results */
    struct rows *rows; /* by principal */
    uint32_t row_count;
    struct map resource_sets, action_sets;
    uint32_t resource_set_count, action_set_count;
    struct idmap judged;
    uint64_t recomputed;
    uint64_t
        *relaxed; /* principals with a variable of an unknown key in a pattern: wider than the oracle on a member */
    bool capped;             /* a row has more members than are told apart */
    uint64_t *capped_rows;   /* which */
};

/* engine_stmt.c */
void engine_questions(struct engine *e, const uint32_t *actions, uint32_t count);
struct stmts engine_policy_stmts(struct engine *e, const struct iam_policy_ref *ref, enum iam_layer layer);
uint32_t engine_content_stmt(struct engine *e, const struct iam_policy_ref *ref, const struct iam_statement *s,
                             enum iam_layer layer);
uint32_t engine_unread_stmts(struct engine *e, const struct iam_policy_ref *ref, enum iam_layer layer);
bool engine_target_key(const struct engine *e, struct str key);
static inline struct residue_source engine_source(const struct stmt *m)
{
    struct residue_source s = {.layer = iam_layer_name(m->layer), .policy = m->ref.id, .allow = m->allow};
    if (m->s) {
        s.sid = m->s->sid;
        s.index = m->s->index;
    }
    return s;
}

/* engine_target.c */
void engine_targets(struct engine *e);
void engine_target_request(const struct engine *e, const struct target *t, const struct iam_caller *who,
                           uint32_t question, struct iam_request *r);
uint64_t engine_account_key(struct str account);
uint64_t engine_name_key(struct str account, struct str name);
uint64_t engine_text_key(struct str text);
/* Targets for an ARN that lies in the row. */
void engine_add_arn(struct engine *e, struct str arn, uint32_t row);
/* Keys under which a principal of a policy is found; false: it may be anybody. */
bool engine_principal_key(const struct iam_principal *p, uint64_t *key);
/* engine_member.c: the ARNs that stand for all that `pattern` matches. */
struct str_list {
    struct str *items;
    uint32_t count, size;
};
void engine_note_patterns(struct engine *e);
void engine_members(struct engine *e, struct arena *a, uint32_t row, struct str pattern, struct str_list *out);
extern const struct str engine_odd; /* text that no policy has, in place of wildcards */
uint32_t engine_pattern_count(const struct engine *e);
struct str engine_pattern(const struct engine *e, uint32_t at);
void engine_note_principal(struct engine *e, uint32_t principal);
/* engine_change.c: after a change of its policies or tags: members that only they tell apart become targets of its own.
 */
void engine_new_members(struct engine *e, uint32_t principal);
/* engine_side.c */
void engine_side(struct engine *e, struct target *t);
/* The key of `service`'s questions that name somebody: of a grantee. False: nobody that a caller can be. */
bool engine_grantee_key(struct engine *e, struct str grantee, uint64_t *key);

/* engine_universe.c */
struct universe *engine_universe(struct engine *e, struct arena *a, uint32_t sort, const uint32_t *targets,
                                 uint32_t count);
/* Targets of mixed sorts -> universes, ends with NULL. */
struct universe **engine_universes(struct engine *e, struct arena *a, uint32_t *targets, uint32_t count);

/* engine_match.c, engine_cond.c */
const struct cover *engine_cover(struct engine *e, struct caller *c, struct universe *u, uint32_t stmt,
                                 uint32_t question);
const struct residue *engine_condition(struct engine *e, struct caller *c, uint32_t stmt);
const struct residue *engine_condition_at(struct engine *e, struct caller *c, const struct universe *u, uint32_t stmt,
                                          const struct part_class *class, uint32_t question);
const struct partition *engine_partition(struct engine *e, struct universe *u, uint32_t keyset, uint32_t question);
void engine_caller(struct engine *e, uint32_t principal, struct caller *out);

/* A statement of the resource's side that may speak of the caller. */
struct rel {
    struct use *use;
    const struct residue *open, *limited, *account, *any;
};
/* One block of questions, asked of some targets of a universe. */
struct eval {
    struct engine *e;
    struct caller *c;
    struct universe *u;
    struct space s;
    const uint32_t *at; /* things of the space -> local indexes; NULL: the same */
    uint32_t question;  /* any of the block */
    bool same;          /* the caller's account owns the targets */
    bool most;          /* what was not read is taken to allow */
    struct rel *rels;
    uint32_t rel_count;
    const uint32_t *granted; /* local indexes of keys with a grant to the caller */
    uint32_t granted_count;
};

/* engine_apply.c: adds (or, `sub`, takes away) what a statement says; `use` NULL: a statement of the caller's side. */
void engine_apply(struct eval *v, struct gset *g, bool sub, uint32_t stmt, struct use *use, const struct residue *who);
const uint64_t *engine_bits(struct eval *v, const uint32_t *list, uint32_t count);
uint32_t engine_local(const struct eval *v, uint32_t thing);
bool engine_speaks(const struct eval *v, uint32_t stmt);
/* engine_extra.c: access control lists, grants and the like; each by a question to iam_decide() with nothing else in
 * it. */
void engine_acls(struct eval *v, struct gset *g);
void engine_grants(struct eval *v, struct gset *g);
const struct residue *engine_root_task(struct eval *v);
void engine_block_public(struct eval *v, struct gset *g);
void engine_limits(struct eval *v, struct gset *g);
const struct residue *engine_hangs_on(struct eval *v, uint32_t thing);
uint32_t engine_acl_trait(const struct engine *e, uint32_t question);
/* engine_eval.c: what the block allows. */
void engine_eval(struct eval *v, struct gset *out);
/* engine_run.c */
void engine_principal(struct engine *e, uint32_t principal);
/* engine_rows.c */
struct pending;
/* As iam_decide() does: what contradicts itself is FALSE, what always holds is TRUE. */
const struct residue *engine_judged(struct engine *e, const struct residue *f);
void engine_emit(struct eval *v, const struct gset *g, const uint64_t *questions, struct pending *to);
struct pending *engine_pending(struct engine *e);
void engine_finish(struct engine *e, uint32_t principal, struct pending *p);

#define ENGINE_GROW(arena, items, count, size)                                                                         \
    do {                                                                                                               \
        if ((count) == (size)) {                                                                                       \
            uint32_t grown_size = (size) ? (size)*2 : 16;                                                              \
            void *grown_items = arena_calloc((arena), grown_size, sizeof *(items));                                    \
            if (count)                                                                                                 \
                memcpy(grown_items, (items), (count) * sizeof *(items));                                               \
            (items) = grown_items;                                                                                     \
            (size) = grown_size;                                                                                       \
        }                                                                                                              \
    } while (0)

#endif
