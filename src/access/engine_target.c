/* What questions are asked of: targets, their sorts, their universes. */
#include "access/engine_internal.h"
#include "access/world_internal.h"

static bool asks_tags(const struct iam_catalogue *c, const struct iam_action_info *info, struct str prefix)
{
    bool listed = str_contains(info->keys, prefix);
    for (uint16_t i = 0; i < info->resource_type_count && !listed; i++)
        listed = str_contains(c->resources[info->resource_types[i]].keys, prefix);
    return listed;
}

/* What the rules see of an action besides what statements say of it: equal traits, equal treatment. */
static uint32_t trait_of(const struct engine *e, uint32_t q)
{
    const struct world *w = e->w;
    const struct iam_action_info *info = &w->catalogue->actions[e->question[q]];
    uint64_t h = iam_catalogue_rcp_service(w->catalogue, info->service);
    bool odd = str_eqz(info->service, "sts") ||
               (str_eqz(info->service, "kms") && str_eq_nocase(info->name, STR("RetireGrant")));
    h = odd ? engine_hash(h + q, info->name, true) : h;
    for (uint32_t i = 0; i < w->tag_key_count; i++) {
        const struct world_tag_key *t = &w->tag_keys[i];
        struct str prefix = str_sub(t->key, 0, t->key.len - t->tag.len);
        if (!t->of_principal)
            h = h * 31 + (asks_tags(w->catalogue, info, prefix) ? 7 : 3);
    }
    return (uint32_t)(h ^ h >> 32) ^ engine_acl_trait(e, q);
}

void engine_questions(struct engine *e, const uint32_t *actions, uint32_t count)
{
    e->question = arena_array_of(e->arena, uint32_t, count ? count : 1);
    e->trait = arena_array_of(e->arena, uint32_t, count ? count : 1);
    idmap_init(&e->question_of, e->arena);
    for (uint32_t i = 0; i < count; i++) {
        if (idmap_get(&e->question_of, actions[i]))
            continue;
        e->question[e->question_count++] = actions[i];
        idmap_put(&e->question_of, actions[i],
                  (void *)(uintptr_t)e->question_count); /* NOLINT(performance-no-int-to-ptr) */
    }
    e->words = bits_words(e->question_count ? e->question_count : 1);
}

void engine_target_request(const struct engine *e, const struct target *t, const struct iam_caller *who,
                           uint32_t question, struct iam_request *r)
{
    const struct iam_action_info *info = &e->w->catalogue->actions[e->question[question]];
    *r = (struct iam_request){.caller = *who,
                              .service = info->service,
                              .action = info->name,
                              .resource = t->arn,
                              .resource_account = t->owner};
    r->no_resource_type = t->row == WORLD_NONE;
    if (r->no_resource_type)
        r->resource_account = who->account;
}

static uint32_t add_sort(struct engine *e, struct str service, uint64_t *questions)
{
    struct sort *grown = arena_array_of(e->tables, struct sort, e->sort_count + 1);
    if (e->sort_count)
        memcpy(grown, e->sorts, e->sort_count * sizeof *grown);
    e->sorts = grown;
    struct sort *s = &grown[e->sort_count];
    *s = (struct sort){.service = service, .questions = questions, .word_from = UINT32_MAX};
    for (uint32_t q = (uint32_t)bits_next(questions, e->question_count, 0); q < e->question_count;
         q = (uint32_t)bits_next(questions, e->question_count, q + 1)) {
        bool first = s->word_from == UINT32_MAX;
        bool exempt = str_eq_nocase(e->w->catalogue->actions[e->question[q]].name, STR("RetireGrant"));
        if (first ||
            (!exempt && str_eq_nocase(e->w->catalogue->actions[e->question[s->sample]].name, STR("RetireGrant"))))
            s->sample = q;
        s->word_from = first ? q / 64 : s->word_from;
        s->word_to = q / 64 + 1;
    }
    return e->sort_count++;
}

struct kind {
    uint32_t *sorts, count;
};

/* The questions that take an ARN, by service. ARNs of one resource type are taken by the same. */
static const struct kind *kind_of(struct engine *e, struct str arn)
{
    uint32_t type = iam_catalogue_resource_of(e->w->catalogue, arn);
    struct kind *k = type == UINT32_MAX ? NULL : idmap_get(&e->kinds, type);
    if (k || type == UINT32_MAX)
        return k;
    k = arena_new_of(e->tables, struct kind);
    k->sorts = arena_array_of(e->tables, uint32_t, 64);
    for (uint32_t q = 0; q < e->question_count; q++) {
        const struct iam_action_info *info = &e->w->catalogue->actions[e->question[q]];
        if (!info->resource_type_count || !iam_catalogue_takes(e->w->catalogue, e->question[q], arn))
            continue;
        bool known = false;
        for (uint32_t i = 0; i < k->count && !known; i++)
            known = str_eq(e->sorts[k->sorts[i]].service, info->service);
        if (known || k->count == 64)
            continue;
        uint64_t *bits = bits_new(e->tables, e->question_count);
        for (uint32_t p = q; p < e->question_count; p++) {
            const struct iam_action_info *other = &e->w->catalogue->actions[e->question[p]];
            if (str_eq(other->service, info->service) && other->resource_type_count &&
                iam_catalogue_takes(e->w->catalogue, e->question[p], arn))
                bits_set(bits, p);
        }
        k->sorts[k->count++] = add_sort(e, info->service, bits);
    }
    idmap_put(&e->kinds, type, k);
    return k;
}

static struct str folded(struct arena *a, struct str s)
{
    char *text = arena_cstr(a, s);
    for (size_t i = 0; i < s.len; i++)
        text[i] = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] + 32) : text[i];
    return str_make(text, s.len);
}

static struct target *add_target(struct engine *e, struct str arn, uint32_t row, uint32_t account, uint32_t sort)
{
    ENGINE_GROW(e->tables, e->targets, e->target_count, e->target_size);
    struct target *t = &e->targets[e->target_count++];
    *t = (struct target){.arn = arn, .folded = folded(e->tables, arn), .row = row, .account = account, .sort = sort};
    if (row == WORLD_NONE)
        return t;
    struct str owner = account < e->w->account_count ? e->w->accounts[account].id : arn_field(arn, 4);
    t->owner = owner.len ? owner : (struct str){0};
    return t;
}

void engine_add_arn(struct engine *e, struct str arn, uint32_t row)
{
    const struct kind *k = kind_of(e, arn);
    for (uint32_t i = 0; k && i < k->count; i++)
        add_target(e, arn, row, e->w->resources[row].account, k->sorts[i]);
}

static void add_pattern(struct engine *e, struct str pattern, uint32_t row)
{
    struct str_list members = {0};
    if (!kind_of(e, pattern))
        return;
    ENGINE_GROW(e->tables, e->wholes, e->whole_count, e->whole_size);
    e->wholes[e->whole_count++] = (struct whole){pattern, row};
    engine_members(e, e->tables, row, pattern, &members);
    for (uint32_t i = 0; i < members.count; i++)
        engine_add_arn(e, members.items[i], row);
}

/* What lies in a thing and has no row of its own. The ARN formats are the catalogue's. */
struct child_rule {
    const char *service, *starts; /* how the last field of the ARN starts */
    bool flat;                    /* and has no '/' in it */
    const char *more;             /* put after the ARN */
};
static const struct child_rule child_rules[] = {
    {"s3", "accesspoint/", false, "/object/*"},
    {"s3", "", true, "/*"},
    {"s3express", "bucket/", false, "/*"},
    {"dynamodb", "table/", false, "/index/*"},
    {"dynamodb", "table/", false, "/stream/*"},
    {"lambda", "function:", false, ":*"},
    {"kinesis", "stream/", false, "/consumer/*"},
    {"s3tables", "bucket/", false, "/table/*"},
    {"es", "domain/", false, "/*"},
};

/* What the bucket's policies tell apart, seen through an access point. */
static void add_through_access_point(struct engine *e, uint32_t row)
{
    const struct world_resource *r = &e->w->resources[row];
    struct str_list members = {0};
    if (r->source >= e->w->resource_count || !str_starts(arn_field(r->arn, 5), STR("accesspoint/")))
        return;
    struct str bucket = e->w->resources[r->source].arn;
    engine_members(e, e->tables, row, arena_printf(e->tables, "%.*s/*", STR_ARG(bucket)), &members);
    for (uint32_t i = 1; i < members.count; i++)
        engine_add_arn(e,
                       arena_printf(e->tables, "%.*s/object%.*s", STR_ARG(r->arn),
                                    STR_ARG(str_sub(members.items[i], bucket.len, members.items[i].len))),
                       row);
}

static void add_children(struct engine *e, uint32_t row)
{
    add_through_access_point(e, row);
    struct str arn = e->w->resources[row].arn, service = arn_field(arn, 2), rest = arn_field(arn, 5);
    for (size_t i = 0; i < sizeof child_rules / sizeof *child_rules; i++) {
        const struct child_rule *c = &child_rules[i];
        if (!str_eqz(service, c->service) || !str_starts(rest, str_of(c->starts)) ||
            (c->flat && str_index(rest, '/', 0) >= 0))
            continue;
        struct str pattern = arena_printf(e->tables, "%.*s%s", STR_ARG(arn), c->more);
        uint32_t own = iam_catalogue_resource_of(e->w->catalogue, arn),
                 of = iam_catalogue_resource_of(e->w->catalogue, pattern);
        if (of != own && of != UINT32_MAX)
            add_pattern(e, pattern, row);
    }
}

/* What acts on a log group is checked against its ARN with and without ":*" (CloudWatch Logs User Guide, "CloudWatch
 * Logs resources and operations", read 2026): the wider reading. */
static void add_log_group(struct engine *e, uint32_t row)
{
    struct str arn = e->w->resources[row].arn;
    struct str bare = str_sub(arn, 0, arn.len - (str_ends(arn, STR(":*")) ? 2 : 0));
    engine_add_arn(e, bare, row);
    add_pattern(e, arena_printf(e->tables, "%.*s:*", STR_ARG(bare)), row);
    add_pattern(e, arena_printf(e->tables, "%.*s:log-stream:*", STR_ARG(bare)), row);
}

static void add_rows(struct engine *e)
{
    for (uint32_t row = 0; row < e->w->resource_count; row++) {
        struct str arn = e->w->resources[row].arn;
        if (str_eqz(arn_field(arn, 2), "logs") && str_starts(arn_field(arn, 5), STR("log-group:")))
            add_log_group(e, row);
        else if (arn.len && memchr(arn.ptr, '*', arn.len))
            add_pattern(e, arn, row);
        else
            engine_add_arn(e, arn, row);
        add_children(e, row);
    }
}

static void add_none(struct engine *e)
{
    uint64_t *bits = bits_new(e->tables, e->question_count);
    for (uint32_t q = 0; q < e->question_count; q++)
        if (!e->w->catalogue->actions[e->question[q]].resource_type_count)
            bits_set(bits, q);
    e->none_sort = add_sort(e, (struct str){0}, bits);
    for (uint32_t a = 0; a <= e->w->account_count; a++)
        add_target(e, STR("*"), WORLD_NONE, a < e->w->account_count ? a : WORLD_NONE, e->none_sort);
}

/* By owner's account, sort and ARN: the targets of a universe lie together. */
static int by_place(const void *a, const void *b)
{
    const struct target *x = a, *y = b;
    if (x->account != y->account)
        return x->account < y->account ? -1 : 1;
    if (x->sort != y->sort)
        return x->sort < y->sort ? -1 : 1;
    int order = str_cmp(x->folded, y->folded);
    return order ? order : str_cmp(x->arn, y->arn);
}

static bool ownerless(const struct target *t)
{
    return t->row != WORLD_NONE && (!t->owner.ptr || str_eqz(t->owner, "aws"));
}

static int by_foreign(const void *a, const void *b)
{
    const struct foreign *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return x->target < y->target ? -1 : x->target > y->target;
}

static void note_foreign(struct engine *e, uint32_t target, uint64_t key)
{
    ENGINE_GROW(e->tables, e->foreign, e->foreign_count, e->foreign_size);
    e->foreign[e->foreign_count++] = (struct foreign){key, target};
}

static void note_principals(struct engine *e, uint32_t at)
{
    const struct target *t = &e->targets[at];
    for (uint32_t i = 0; i < t->side.first_count + t->side.second_count; i++) {
        const struct stmt *m = &e->stmts[t->side.stmts[i]];
        if (!m->allow)
            continue;
        if (!m->s || m->s->not_principal)
            e->is_open[at] = 1;
        for (uint32_t p = 0; m->s && !m->s->not_principal && p < m->s->principal_count; p++) {
            uint64_t key;
            const struct iam_principal *entry = &m->s->principals[p];
            if (!engine_principal_key(entry, &key))
                e->is_open[at] = 1;
            else if (!entry->account.ptr || !t->owner.ptr || !str_eq(entry->account, t->owner))
                note_foreign(e, at, key);
        }
    }
}

/* Who of other accounts may get in: everybody, or those that are named. */
static void note_guests(struct engine *e, uint32_t at)
{
    const struct target *t = &e->targets[at];
    const struct side *s = &t->side;
    note_principals(e, at);
    if ((s->flags & (SIDE_LOOSE_ACL | SIDE_LOOSE_GRANTS)) || s->acl_unread.ptr)
        e->is_open[at] = 1;
    for (uint32_t i = 0; i < s->acl_count; i++) {
        if (s->acls[i].grantee == IAM_ACL_ALL_USERS || s->acls[i].grantee == IAM_ACL_AUTHENTICATED_USERS)
            e->is_open[at] = 1;
        else if (s->acls[i].grantee == IAM_ACL_ACCOUNT && !str_eq(s->acls[i].account, t->owner))
            note_foreign(e, at, engine_account_key(s->acls[i].account));
    }
    uint64_t key;
    for (uint32_t i = 0; i < s->grant_count; i++)
        if (engine_grantee_key(e, s->grants[i].grantee, &key))
            note_foreign(e, at, key);
    if (str_eqz(e->sorts[t->sort].service, "sts") && !str_contains(t->arn, STR(":role/")))
        e->is_open[at] = 1; /* sts:AssumeRoot needs no policy of the other account */
}

static void make_universes(struct engine *e)
{
    uint32_t accounts = e->w->account_count, n = 0, m = 0;
    uint32_t *own = arena_array_of(e->tables, uint32_t, e->target_count + 1);
    uint32_t *nobodys = arena_array_of(e->tables, uint32_t, e->target_count + 1);
    uint32_t *open = arena_array_of(e->tables, uint32_t, e->target_count + 1);
    e->own = arena_array_of(e->tables, struct universe **, accounts + 1);
    e->none = arena_array_of(e->tables, struct universe *, accounts + 1);
    for (uint32_t i = 0; i < e->target_count;) {
        uint32_t account = e->targets[i].account, count = 0;
        for (; i < e->target_count && e->targets[i].account == account; i++) {
            if (e->targets[i].row == WORLD_NONE)
                e->none[account < accounts ? account : accounts] = engine_universe(e, e->tables, e->none_sort, &i, 1);
            else if (ownerless(&e->targets[i]))
                nobodys[n++] = i;
            else if (account < accounts)
                own[count++] = i;
            if (e->is_open[i])
                open[m++] = i;
        }
        if (count)
            e->own[account] = engine_universes(e, e->tables, own, count);
    }
    e->ownerless = engine_universes(e, e->tables, nobodys, n);
    e->open = engine_universes(e, e->tables, open, m);
}

void engine_targets(struct engine *e)
{
    for (uint32_t q = 0; q < e->question_count; q++)
        e->trait[q] = trait_of(e, q);
    e->targets = NULL;
    e->sorts = NULL;
    e->foreign = NULL;
    e->rcps = NULL;
    e->target_count = e->target_size = e->sort_count = e->foreign_count = e->foreign_size = e->rcp_count = e->rcp_size =
        0;
    e->wholes = NULL;
    e->whole_count = e->whole_size = 0;
    e->extra = (struct extra){0};
    idmap_init(&e->kinds, e->tables);
    idmap_init(&e->public, e->tables);
    idmap_init(&e->by_account, e->tables);
    map_init(&e->rcp_index, e->tables);
    map_init(&e->acl_index, e->tables);
    e->acl_classes = 0;
    engine_note_patterns(e);
    add_none(e);
    add_rows(e);
    qsort(e->targets, e->target_count, sizeof *e->targets, by_place);
    e->is_open = arena_alloc(e->tables, e->target_count + 1);
    for (uint32_t i = 0; i < e->target_count; i++) {
        engine_side(e, &e->targets[i]);
        note_guests(e, i);
        arena_reset(e->tiny);
    }
    if (e->foreign_count)
        qsort(e->foreign, e->foreign_count, sizeof *e->foreign, by_foreign);
    make_universes(e);
}
