/* The chain of a cell in full: statements, conditions, requests that replay, edits that cut it. */
#include "prove/deputy.h"
#include "prove/key.h"
#include "prove/tell_internal.h"

enum { TRACE_MAX = 4096 };

static const struct residue *ask(struct teller *t, struct arena *a, const struct step *s, struct iam_trace *trace, struct iam_request *r)
{
    struct iam_decision d = {0};
    world_ask(t->v->g->world, a, s->principal, s->action, s->arn, s->row, NULL, trace, r, &d);
    return d.condition;
}

static bool try_arn(struct teller *t, struct step *s, struct str arn)
{
    struct arena *scratch = arena_new(0);
    struct iam_request r = {0};
    struct step one = *s;
    one.arn = arn;
    bool hit = iam_catalogue_takes(t->v->g->world->catalogue, s->action, arn) && ask(t, scratch, &one, NULL, &r) != residue_false;
    arena_free(scratch);
    if (hit)
        s->arn = arn;
    return hit;
}

static bool try_policy(struct teller *t, struct step *s, const struct iam_policy *p, struct str within)
{
    const struct iam_action_info *info = &t->v->g->world->catalogue->actions[s->action];
    for (uint32_t i = 0; p && i < p->count; i++) {
        const struct iam_statement *st = &p->statements[i];
        if (!st->allow || st->not_resource || !iam_statement_covers_action(st, info->service, info->name))
            continue;
        for (uint32_t k = 0; k < st->resource_count; k++) {
            struct str arn = iam_glob_member(t->v->a, st->resources[k].text, "example");
            if (str_starts(arn, within) && try_arn(t, s, arn))
                return true;
        }
    }
    return false;
}

/* A concrete ARN for an action on a row, which may be on what lies in it. */
static void name_resource(struct teller *t, struct step *s)
{
    const struct world *w = t->v->g->world;
    const struct world_resource *r = &w->resources[s->row];
    struct str whole = iam_glob_member(t->v->a, r->arn, "example");
    s->arn = r->arn;
    if (w->catalogue->actions[s->action].resource_type_count == 0 || try_arn(t, s, whole) ||
        try_arn(t, s, arena_printf(t->v->a, "%.*s/example", STR_ARG(whole))))
        return;
    const struct iam_policy_set *set = &w->principals[s->principal].identity;
    ptrdiff_t star = str_index(r->arn, '*', 0);
    struct str within = star < 0 ? r->arn : str_sub(r->arn, 0, (size_t)star);
    for (uint32_t i = 0; i < set->count; i++)
        if (try_policy(t, s, set->items[i].policy, within))
            return;
    (void)try_policy(t, s, r->policy.policy, within);
}

void tell_found(struct teller *t, const struct prove_statement *s)
{
    for (uint32_t i = 0; i < t->found_count; i++)
        if (str_eq(t->found[i].policy, s->policy) && str_eq(t->found[i].of, s->of) && t->found[i].index == s->index)
            return;
    if (t->found_count == STATEMENTS_MAX)
        return;
    t->found[t->found_count] = *s;
    t->found[t->found_count++].policy = arena_str(t->v->a, s->policy);
}

static void keep(struct teller *t, const struct step *step, const struct iam_trace_row *row)
{
    if ((row->how != IAM_T_MATCH && row->how != IAM_T_IF) || !row->allow || t->found_count == STATEMENTS_MAX || row->layer == IAM_LAYER_SCP ||
        row->layer == IAM_LAYER_RCP || row->layer == IAM_LAYER_BOUNDARY || row->layer == IAM_LAYER_GRANT)
        return;
    struct prove_statement s = {.layer = str_of(iam_layer_name(row->layer)), .policy = row->policy, .sid = row->sid, .index = row->index,
                                .allow = row->allow};
    if (row->layer == IAM_LAYER_RESOURCE)
        s.of = step->row == WORLD_NONE ? step->arn : t->v->g->world->resources[step->row].arn;
    tell_found(t, &s);
}

static struct str request_text(struct teller *t, const struct step *s, const struct residue *condition)
{
    const struct world *w = t->v->g->world;
    const struct iam_action_info *info = &w->catalogue->actions[s->action];
    struct arena *scratch = arena_new(0);
    struct iam_context c = {0};
    struct buf b;
    struct json_out o;
    buf_init(&b, 1 << 16);
    jo_init(&o, &b, false);
    jo_object(&o);
    jo_kv_str(&o, "principal", w->principals[s->principal].arn);
    jo_kv_str(&o, "action", arena_printf(scratch, "%.*s:%.*s", STR_ARG(info->service), STR_ARG(info->name)));
    jo_kv_str(&o, "resource", s->arn);
    jo_key(&o, "context");
    jo_object(&o);
    if (condition != residue_true && residue_witness(w->pool, scratch, condition, &c))
        for (uint32_t i = 0; i < c.count; i++) {
            if (c.keys[i].state != IAM_KEY_KNOWN)
                continue;
            jo_key_str(&o, c.keys[i].name);
            if (c.keys[i].count != 1 || c.keys[i].list)
                jo_array(&o);
            for (uint32_t k = 0; k < c.keys[i].count; k++)
                jo_str(&o, c.keys[i].values[k]);
            if (c.keys[i].count != 1 || c.keys[i].list)
                jo_end_array(&o);
        }
    jo_end_object(&o);
    jo_end_object(&o);
    struct str out = arena_str(t->v->a, buf_str(&b));
    buf_done(&b);
    arena_free(scratch);
    return out;
}

static struct iam_policy *without(struct arena *a, const struct iam_policy *p, uint32_t index)
{
    struct iam_policy *copy = arena_new_of(a, struct iam_policy);
    *copy = *p;
    copy->statements = arena_array_of(a, struct iam_statement, p->count + 1);
    copy->count = 0;
    for (uint32_t i = 0; i < p->count; i++)
        if (p->statements[i].index != index)
            copy->statements[copy->count++] = p->statements[i];
    return copy;
}

/* The policy of the row that a statement is in. */
static struct iam_policy_ref *row_policy(struct teller *t, const struct step *s, const struct prove_statement *st)
{
    struct world *w = t->v->g->world;
    if (!str_eqz(st->layer, "resource") || s->row == WORLD_NONE)
        return NULL;
    struct world_resource *r = &w->resources[s->row];
    if (r->principal != WORLD_NONE && str_eq(w->principals[r->principal].trust.id, st->policy))
        return &w->principals[r->principal].trust;
    if (r->second_policy.policy && str_eq(r->second_policy.id, st->policy))
        return &r->second_policy;
    return str_eq(r->policy.id, st->policy) ? &r->policy : NULL;
}

bool tell_denied_now(struct teller *t, struct arena *scratch, const struct step *s)
{
    struct iam_request r = {0};
    return graph_level_of(t->v->g, ask(t, scratch, s, NULL, &r)) == LEVEL_NEVER;
}

static bool identity_cut_works(struct teller *t, struct arena *scratch, const struct step *s, const struct prove_statement *st)
{
    struct iam_policy_set *set = &t->v->g->world->principals[s->principal].identity, before = *set;
    struct iam_policy_ref *copy = arena_array_of(scratch, struct iam_policy_ref, set->count + 1);
    bool works = false;
    if (set->count)
        memcpy(copy, set->items, set->count * sizeof *copy);
    for (uint32_t i = 0; i < before.count && !works; i++) {
        if (!copy[i].policy || !str_eq(copy[i].id, st->policy))
            continue;
        const struct iam_policy *policy = copy[i].policy;
        copy[i].policy = without(scratch, policy, st->index);
        set->items = copy;
        works = tell_denied_now(t, scratch, s);
        *set = before;
        copy[i].policy = policy;
    }
    return works;
}

/* Whether the step is denied when the statement is gone: tried. */
static bool cut_works(struct teller *t, const struct step *s, const struct prove_statement *st)
{
    struct arena *scratch = arena_new(0);
    struct iam_policy_ref *ref = row_policy(t, s, st);
    bool works = false;
    if (str_eqz(st->layer, "identity"))
        works = identity_cut_works(t, scratch, s, st);
    else if (ref && ref->policy) {
        const struct iam_policy *policy = ref->policy;
        ref->policy = without(scratch, policy, st->index);
        works = tell_denied_now(t, scratch, s);
        ref->policy = policy;
    }
    arena_free(scratch);
    return works;
}

/* AWS's own policies cannot be edited, only detached. */
static struct str edit_of(struct teller *t, const struct step *s, const struct prove_statement *st)
{
    struct arena *a = t->v->a;
    struct str sid = st->sid.len ? arena_printf(a, " (%.*s)", STR_ARG(st->sid)) : STR("");
    if (str_contains(st->policy, STR(":iam::aws:policy/")))
        return arena_printf(a, "detach %.*s from %.*s", STR_ARG(st->policy), STR_ARG(t->v->g->world->principals[s->principal].arn));
    if (st->of.ptr)
        return arena_printf(a, "remove statement %u%.*s of the policy of %.*s", st->index + 1, STR_ARG(sid), STR_ARG(st->of));
    return arena_printf(a, "remove statement %u%.*s of %.*s", st->index + 1, STR_ARG(sid), STR_ARG(st->policy));
}

void tell_cut(struct teller *t, struct str edit, bool all)
{
    struct prove_cell *c = t->c;
    for (uint32_t i = 0; i < c->cut_count; i++)
        if (str_eq(c->cuts[i].edit, edit))
            return;
    if (c->cut_count < CUTS_MAX)
        c->cuts[c->cut_count++] = (struct prove_cut){edit, all};
}

static void note_cut(struct teller *t, const struct step *s, const struct prove_statement *st, bool all)
{
    struct prove_cell *c = t->c;
    /* The policies of a pseudo principal are nobody's to edit. */
    if (c->cut_count == CUTS_MAX || str_eqz(st->policy, "(any policy)") || !cut_works(t, s, st))
        return;
    tell_cut(t, edit_of(t, s, st), all);
}

/* Asks the steps again, this time for everything, and fills the hop. */
static void tell_steps(struct teller *t, struct prove_hop *hop, bool all)
{
    struct arena *a = t->v->a;
    hop->actions = arena_array_of(a, struct str, t->step_count + 1);
    hop->resources = arena_array_of(a, struct str, t->step_count + 1);
    hop->requests = arena_array_of(a, struct str, t->step_count + 1);
    hop->action_count = hop->request_count = t->step_count;
    t->found_count = 0;
    for (uint32_t i = 0; i < t->step_count; i++) {
        struct step *s = &t->steps[i];
        const struct iam_action_info *info = &t->v->g->world->catalogue->actions[s->action];
        struct arena *scratch = arena_new(0);
        struct iam_trace trace = {.rows = t->v->trace_rows, .size = TRACE_MAX};
        struct iam_request r = {0};
        uint32_t before = t->found_count;
        const struct residue *condition = ask(t, scratch, s, &trace, &r);
        for (uint32_t k = 0; k < trace.count; k++)
            keep(t, s, &trace.rows[k]);
        hop->actions[i] = arena_printf(a, "%.*s:%.*s", STR_ARG(info->service), STR_ARG(info->name));
        hop->resources[i] = s->arn;
        hop->requests[i] = request_text(t, s, condition);
        for (uint32_t k = before; k < t->found_count && t->c->verdict == PROVE_VIOLATED; k++)
            note_cut(t, s, &t->found[k], all);
        tell_grants(t, s, all);
        arena_free(scratch);
    }
    hop->statements = arena_array_of(a, struct prove_statement, t->found_count + 1);
    hop->statement_count = t->found_count;
    if (t->found_count)
        memcpy(hop->statements, t->found, t->found_count * sizeof *t->found);
}

static void step_add(struct teller *t, uint32_t principal, uint32_t action, uint32_t row, struct str arn)
{
    if (action == WORLD_NONE || t->step_count == NEEDS_MAX)
        return;
    struct step *s = &t->steps[t->step_count++];
    *s = (struct step){principal, action, row, arn};
    if (!arn.ptr && row != WORLD_NONE)
        name_resource(t, s);
}

static void steps_of_edge(struct teller *t, const struct graph_edge *e)
{
    struct prover *v = t->v;
    const struct graph *g = v->g;
    uint32_t p = g->nodes[e->from].principal, own = g->world->principals[p].resource;
    t->step_count = 0;
    if (e->path >= g->path_count)
        return;
    const struct privilege_path *path = &g->paths[e->path];
    for (uint32_t i = 0; i < path->need_count; i++) {
        const struct path_need *n = &path->needs[i];
        struct str arn = {0};
        if (n->index == WORLD_NONE)
            continue;
        if (n->on == ON_ROLE || n->on == ON_USER || n->on == ON_THING)
            step_add(t, p, n->index, e->thing, arn);
        else if (n->on == ON_SOURCE)
            step_add(t, p, n->index, e->thing, arn);
        else if (n->on == ON_SELF)
            step_add(t, p, n->index, own, arn);
        else if (n->on == ON_NEW || n->on == ON_ANY) {
            (void)graph_ask_new(v->g, p, n->index, n->on == ON_NEW ? n->type : STR(""), v->a, &arn);
            step_add(t, p, n->index, WORLD_NONE, arn.ptr ? arn : STR("*"));
        } else
            step_add(t, p, n->index, WORLD_NONE, STR("*"));
    }
}

static struct str touches_text(struct arena *a, unsigned touches)
{
    struct buf b;
    buf_init(&b, 256);
    for (int i = 0; i < IAM_TOUCH_COUNT; i++)
        if (touches & 1u << i)
            buf_addf(&b, "%s%s", b.len ? ", " : "", iam_touch_name((enum iam_touch)i));
    struct str out = arena_str(a, buf_str(&b));
    buf_done(&b);
    return out;
}

void tell_edge(struct teller *t, struct prove_hop *hop, const struct graph_edge *e, bool all)
{
    const struct graph *g = t->v->g;
    uint32_t p = g->nodes[e->from].principal, to = g->nodes[e->to].principal;
    *hop = (struct prove_hop){.from = graph_principal_name(g, t->v->a, p), .to = graph_principal_name(g, t->v->a, to), .principal = p,
                              .to_principal = to, .resource = e->thing, .path = graph_path_id(g, e->path),
                              .title = graph_path_title(g, e->path), .guard = graph_guard(t->v->g, e->from, e->guard)};
    steps_of_edge(t, e);
    tell_steps(t, hop, all);
}

/* What of the key the store's reader holds. */
static void step_of_key(struct teller *t, uint32_t p, const struct prove_reach *r)
{
    const struct world *w = t->v->g->world;
    const struct world_resource *store = &w->resources[prove_data_row(w, r->resource)];
    static const char *const names[] = {"Decrypt", "CreateGrant", "PutKeyPolicy"};
    if (!r->decrypt || store->key == WORLD_NONE)
        return;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct step s = {p, iam_catalogue_action(w->catalogue, STR("kms"), str_of(names[i])), store->key, {0}};
        if (s.action != WORLD_NONE && try_arn(t, &s, w->resources[store->key].arn)) {
            step_add(t, p, s.action, s.row, s.arn);
            return;
        }
    }
}

static void tell_share(struct teller *t, struct prove_hop *hop)
{
    const struct prove_reach *r = t->c->reach;
    const struct world_resource *store = &t->v->g->world->resources[r->resource];
    const struct world_share *share = &store->shares[r->share];
    *hop = (struct prove_hop){.from = share->account, .to = store->arn, .principal = WORLD_NONE, .to_principal = WORLD_NONE, .resource = r->resource,
                              .path = share->how, .title = STR("is shared with"), .guard = r->guard};
    hop->statements = arena_new_of(t->v->a, struct prove_statement);
    hop->statements[hop->statement_count++] = (struct prove_statement){
        .layer = STR("share"), .policy = arena_printf(t->v->a, "%.*s to %.*s", STR_ARG(share->how), STR_ARG(share->account)), .of = store->arn,
        .index = r->share, .allow = true};
    t->c->cuts[t->c->cut_count++] = (struct prove_cut){
        arena_printf(t->v->a, "end the share (%.*s) of %.*s with %.*s", STR_ARG(share->how), STR_ARG(store->arn), STR_ARG(share->account)), false};
}

static struct str unlisted_text(struct arena *a, const struct prove_unlisted *u)
{
    const struct prove_statement *s = &u->statement;
    struct str of = s->of.ptr ? s->of : s->policy;
    return arena_printf(a, "policy %s%.*s statement %u allows %.*s, which ward's catalogue (" IAM_CATALOGUE_OF ") does not know",
                        s->of.ptr ? "of " : "", STR_ARG(of), s->index + 1, STR_ARG(u->action));
}

static void tell_unlisted(struct teller *t, struct prove_hop *hop, const struct prove_unlisted *u)
{
    struct arena *a = t->v->a;
    hop->title = arena_printf(a, "do what %.*s does, which is not known, on", STR_ARG(u->action));
    hop->actions = arena_new_of(a, struct str);
    hop->resources = arena_new_of(a, struct str);
    hop->statements = arena_new_of(a, struct prove_statement);
    hop->actions[0] = u->action;
    hop->resources[0] = hop->to;
    hop->statements[0] = u->statement;
    hop->action_count = hop->statement_count = 1;
}

void tell_reach(struct teller *t, struct prove_hop *hop)
{
    const struct prove_reach *r = t->c->reach;
    const struct graph *g = t->v->g;
    if (r->share != WORLD_NONE) {
        tell_share(t, hop);
        return;
    }
    uint32_t p = g->nodes[r->node].principal;
    *hop = (struct prove_hop){.from = graph_principal_name(g, t->v->a, p), .to = g->world->resources[r->resource].arn, .principal = p,
                              .to_principal = WORLD_NONE, .resource = r->resource, .path = STR("access"), .title = touches_text(t->v->a, r->touches),
                              .guard = r->guard};
    t->step_count = 0;
    if (r->unlisted) {
        tell_unlisted(t, hop, r->unlisted);
        return;
    }
    step_add(t, p, r->action, r->resource, (struct str){0});
    step_of_key(t, p, r);
    tell_steps(t, hop, false);
}

static struct str reason_of(struct teller *t)
{
    const struct prove_cell *c = t->c;
    const struct proof *p = t->v->p;
    const struct prove_reach *r = c->reach;
    struct arena *a = t->v->a;
    if (!r)
        return c->gap_count ? p->missing[c->gaps[0]].what : STR("something that bears on it was not read");
    struct str what = touches_text(a, r->touches), store = p->world->resources[r->resource].arn;
    const char *how = c->level == LEVEL_CERTAIN       ? ""
                      : c->level == LEVEL_CONDITIONAL ? ", under conditions on the session"
                      : c->level == LEVEL_NETWORK     ? ", if the network lets it"
                                                      : ", unless something that was not read forbids it";
    if (r->share != WORLD_NONE)
        return arena_printf(a, "%.*s is shared with %.*s%s", STR_ARG(store), STR_ARG(p->world->resources[r->resource].shares[r->share].account), how);
    if (r->unlisted)
        return arena_printf(a, "%.*s: %.*s", STR_ARG(store), STR_ARG(unlisted_text(a, r->unlisted)));
    struct str who = graph_principal_name(t->v->g, a, t->v->g->nodes[c->nodes ? c->nodes[0] : r->node].principal);
    return arena_printf(a, "%.*s can %.*s %.*s%s%s", STR_ARG(who), STR_ARG(what), STR_ARG(store),
                        c->node_count > 1 ? arena_cstr(a, arena_printf(a, " in %u hops", c->node_count)) : "", how);
}

void tell_begin(struct prover *v, struct prove_cell *c)
{
    if (!v->trace_rows)
        v->trace_rows = arena_array_of(v->a, struct iam_trace_row, TRACE_MAX);
    c->cuts = arena_array_of(v->a, struct prove_cut, CUTS_MAX + 1);
}

void prove_tell(struct prover *v, struct prove_cell *c, bool witness)
{
    struct teller t = {.v = v, .c = c};
    if (c->reach && witness) {
        tell_begin(v, c);
        c->hops = arena_array_of(v->a, struct prove_hop, c->node_count + 1);
        for (uint32_t i = 0; i + 1 < c->node_count; i++)
            tell_edge(&t, &c->hops[c->hop_count++], c->edges[i], c->bridges && c->bridges[i]);
        tell_reach(&t, &c->hops[c->hop_count++]);
    }
    c->reason = reason_of(&t);
}
