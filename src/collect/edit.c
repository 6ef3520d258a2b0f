#include "collect/edit.h"

#include "collect/ingest.h"
#include "collect/item.h"
#include "store/snapshot.h"

enum { ITEM_KINDS_MAX = 16 };

struct edit_call {
    struct edit_call *next;
    struct json *params, *answer; /* answer NULL: none, or none any more */
    struct str parent, place;     /* place: canonical params */
    struct call_end end;
};

struct edit_group { /* all calls of an operation in an account and region */
    struct edit_group *next;
    const struct aws_op *op;
    struct str account, region;
    struct edit_call *calls, **last;
};

struct edit {
    struct store *store;
    struct arena *a;
    struct edit_group *groups, **last;
    uint32_t line;
};

/* ---- what the base has ---- */

static struct str copy(struct arena *a, struct str s)
{
    return s.ptr ? arena_str(a, s) : s;
}

static bool read_calls(struct edit *x, struct edit_group *g, int64_t **ids, uint32_t *count, struct err *e)
{
    struct query *q =
        query_new(x->store,
                  "SELECT id, params, parent, status, code, message, missing_action, at_us FROM temp.snap_call"
                  " WHERE op = ?1 AND account = ?2 AND region = ?3 ORDER BY id",
                  e);
    uint32_t room = 0;
    if (!q)
        return false;
    query_bind_str(q, 1, g->op->id);
    query_bind_str(q, 2, g->account);
    query_bind_str(q, 3, g->region);
    while (query_step(q)) {
        struct edit_call *c = arena_new_of(x->a, struct edit_call);
        *c = (struct edit_call){.place = arena_str(x->a, query_str(q, 1)), .parent = arena_str(x->a, query_str(q, 2))};
        c->end = (struct call_end){.status = CALL_ERROR,
                                   .code = copy(x->a, query_str(q, 4)),
                                   .message = copy(x->a, query_str(q, 5)),
                                   .missing_action = copy(x->a, query_str(q, 6)),
                                   .at_us = query_int(q, 7),
                                   .source = STR("import")};
        if (!call_status_of(query_str(q, 3), &c->end.status))
            c->end.status = CALL_ERROR;
        if (*count == room) {
            room = room ? room * 2 : 64;
            int64_t *more = arena_array_of(x->a, int64_t, room);
            if (*count)
                memcpy(more, *ids, *count * sizeof *more);
            *ids = more;
        }
        (*ids)[(*count)++] = query_int(q, 0);
        *g->last = c;
        g->last = &c->next;
    }
    return query_done(q);
}

static bool load(struct edit *x, struct edit_group *g, struct err *e)
{
    int64_t *ids = NULL;
    uint32_t count = 0, at = 0;
    if (!read_calls(x, g, &ids, &count, e))
        return false;
    for (struct edit_call *c = g->calls; c; c = c->next) {
        struct err local = {0};
        c->params = json_parse(x->a, c->place, EDIT_FILE_MAX_BYTES, &local);
        c->answer = ingest_answer(x->store, x->a, ids[at++], &local);
        if (err_is_set(&local)) {
            *e = local;
            return false;
        }
    }
    return true;
}

static struct edit_group *group_of(struct edit *x, const struct aws_op *op, struct str account, struct str region,
                                   struct err *e)
{
    for (struct edit_group *g = x->groups; g; g = g->next)
        if (g->op == op && str_eq(g->account, account) && str_eq(g->region, region))
            return g;
    struct edit_group *g = arena_new_of(x->a, struct edit_group);
    *g = (struct edit_group){.op = op, .account = account, .region = region};
    g->last = &g->calls;
    if (!load(x, g, e))
        return NULL;
    *x->last = g;
    x->last = &g->next;
    return g;
}

/* ---- items in an answer ---- */

struct seek {
    struct arena *a;
    const struct edit_group *g;
    const struct edit_call *call;
    struct str id;                      /* id, ARN or name of the item wanted; {NULL,0}: any list will do */
    uint32_t kind;                      /* which of the operation's paths */
    struct json *list, *before, *found; /* the list that it is in, and the item before it */
    bool create, by_id_only;
};

static bool is_wanted(const struct seek *k, const struct json *item)
{
    struct item_spec spec = item_spec_of(k->g->op, k->kind);
    struct item_place at = {k->g->account, k->g->region, k->call->params};
    struct item_columns c;
    item_columns(k->a, &spec, &at, item, &c);
    return (c.rid.ptr && str_eq(c.rid, k->id)) || (c.arn.ptr && str_eq(c.arn, k->id)) ||
           (!k->by_id_only && c.name.ptr && str_eq(c.name, k->id));
}

static bool look(struct seek *k, struct json *list)
{
    struct json *before = NULL;
    k->list = list;
    for (struct json *item = list->first; k->id.ptr && item; before = item, item = item->next)
        if (is_wanted(k, item)) {
            k->found = item;
            k->before = before;
            return true;
        }
    return false;
}

/* Down the path "A.B[].C[]" to every last list. True: found. */
static bool descend(struct seek *k, struct json *at, struct str path)
{
    struct str rest = path, part = str_cut(&rest, '.');
    bool is_list = str_ends(part, STR("[]"));
    struct str name = is_list ? str_sub(part, 0, part.len - 2) : part;
    struct json *next = json_get(at, name);
    if (k->create && at->type == JSON_OBJECT && (!next || next->type == JSON_NULL)) {
        if (next)
            next->type = is_list ? JSON_ARRAY : JSON_OBJECT;
        else {
            next = json_new(k->a, is_list ? JSON_ARRAY : JSON_OBJECT);
            json_set(at, name, next);
        }
    }
    if (!next || (is_list && next->type != JSON_ARRAY))
        return false;
    if (!rest.ptr)
        return is_list && look(k, next);
    if (!is_list)
        return descend(k, next, rest);
    if (k->create && !next->count)
        json_add(next, json_new(k->a, JSON_OBJECT));
    for (struct json *i = next->first; i; i = i->next)
        if (descend(k, i, rest))
            return true;
    return false;
}

static struct str path_of(const struct aws_op *op, uint32_t kind)
{
    struct str rest = op->items, part = str_make(NULL, 0);
    for (uint32_t i = 0; i <= kind && rest.ptr; i++)
        part = i == kind || rest.ptr ? str_cut(&rest, '|') : part;
    return part;
}

static uint32_t kinds_of(const struct aws_op *op)
{
    uint32_t count = 1;
    for (size_t i = 0; i < op->items.len; i++)
        count += op->items.ptr[i] == '|';
    return count < ITEM_KINDS_MAX ? count : ITEM_KINDS_MAX;
}

/* Answers with one thing: the whole of it, or a member. */
static bool is_single(const struct aws_op *op)
{
    return !str_ends(op->items, STR("[]"));
}

static bool find_item(struct edit *x, struct edit_group *g, struct str id, bool by_id_only, struct seek *k,
                      struct edit_call **call)
{
    for (uint32_t kind = 0; kind < kinds_of(g->op); kind++)
        for (struct edit_call *c = g->calls; c; c = c->next) {
            *k = (struct seek){.a = x->a, .g = g, .call = c, .id = id, .kind = kind, .by_id_only = by_id_only};
            if (c->answer && descend(k, c->answer, path_of(g->op, kind))) {
                *call = c;
                return true;
            }
        }
    return false;
}

/* ---- one line ---- */

static bool wrong(const struct edit *x, struct err *e, enum err_kind kind, const char *what, struct str value)
{
    return err_set(e, kind, "line %u: %s%s%.*s", x->line, what, value.ptr ? " " : "", STR_ARG(value));
}

/* The only parameter that the operation takes from its parent. */
static struct str parent_name(const struct aws_op *op)
{
    struct str found = {NULL, 0};
    for (uint32_t i = 0; i < op->follow_count; i++) {
        if (op->follow[i].source || !op->follow[i].param.name.len)
            continue;
        if (found.ptr)
            return str_make(NULL, 0);
        found = op->follow[i].param.name;
    }
    return found;
}

static struct str canonical(struct arena *a, const struct json *j)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    json_write_canonical(&b, j);
    struct str out = arena_str(a, buf_str(&b));
    buf_done(&b);
    return out;
}

/* What the call is made for: "params", or "parent", or nothing. */
static bool params_of(struct edit *x, const struct edit_group *g, const struct json *line, struct str parent,
                      struct json **out, struct err *e)
{
    struct json *params = json_getz(line, "params");
    *out = json_new(x->a, JSON_OBJECT);
    if (params && params->type != JSON_OBJECT)
        return wrong(x, e, ERR_PARSE, "\"params\" is no object", str_make(NULL, 0));
    if (params) {
        *out = params;
        return true;
    }
    if (!parent.ptr)
        return true;
    struct str name = parent_name(g->op);
    if (!name.ptr)
        return wrong(x, e, ERR_PARSE, "\"parent\" does not tell the parameters (give \"params\") of", g->op->id);
    const struct aws_param *param = aws_op_param(g->op, name);
    struct json *value = json_string(x->a, parent);
    if (param && param->type && param->type->kind == 'L') {
        struct json *list = json_new(x->a, JSON_ARRAY);
        json_add(list, value);
        value = list;
    }
    json_set(*out, name, value);
    return true;
}

static struct edit_call *call_for(struct edit_group *g, struct str place, struct str parent)
{
    for (struct edit_call *c = g->calls; c; c = c->next)
        if (str_eq(c->place, place) || (parent.ptr && parent.len && str_eq(c->parent, parent)))
            return c;
    return NULL;
}

static struct edit_call *new_call(struct edit *x, struct edit_group *g, struct json *params, struct str place)
{
    struct edit_call *c = arena_new_of(x->a, struct edit_call);
    *c = (struct edit_call){.params = params, .place = place, .end = {.status = CALL_OK, .source = STR("import")}};
    *g->last = c;
    g->last = &c->next;
    return c;
}

static bool is_read(enum call_status s)
{
    return s == CALL_OK || s == CALL_EMPTY || s == CALL_ABSENT || s == CALL_GONE || s == CALL_TRUNCATED;
}

static void now_answers(struct edit_call *c)
{
    if (c->end.status != CALL_TRUNCATED)
        c->end = (struct call_end){.status = CALL_OK, .at_us = c->end.at_us, .source = STR("import")};
}

static void replace(struct json *old, const struct json *item)
{
    struct str key = old->key;
    struct json *next = old->next;
    *old = *item;
    old->key = key;
    old->next = next;
}

/* Which of the operation's kinds of items it is: the one whose id or ARN it has. */
static bool kind_of(struct edit *x, const struct edit_group *g, const struct json *item, uint32_t *kind, struct str *id)
{
    struct item_place at = {g->account, g->region, NULL};
    for (*kind = 0; *kind < kinds_of(g->op); (*kind)++) {
        struct item_spec spec = item_spec_of(g->op, *kind);
        struct item_columns c;
        item_columns(x->a, &spec, &at, item, &c);
        if (c.rid.ptr) {
            *id = c.rid;
            return true;
        }
    }
    return false;
}

static bool put_whole(struct edit *x, struct edit_group *g, const struct json *line, struct json *item, struct err *e)
{
    struct str parent = json_get_str(line, "parent");
    struct json *params;
    if (item->type != JSON_OBJECT)
        return wrong(x, e, ERR_PARSE, "\"put\" is no object, as the answer is of", g->op->id);
    if (!parent.ptr && !json_getz(line, "params") && parent_name(g->op).ptr)
        return wrong(x, e, ERR_PARSE, "\"parent\" is missing: what it is called for, of", g->op->id);
    if (!params_of(x, g, line, parent, &params, e))
        return false;
    struct str place = canonical(x->a, params);
    struct edit_call *c = call_for(g, place, parent);
    if (!c)
        c = new_call(x, g, params, place);
    now_answers(c);
    c->answer = item;
    return true;
}

static bool put_item(struct edit *x, struct edit_group *g, const struct json *line, struct json *item, struct err *e)
{
    uint32_t kind;
    struct str id;
    struct seek k;
    struct edit_call *c;
    struct json *params;
    if (is_single(g->op))
        return put_whole(x, g, line, item, e);
    if (!kind_of(x, g, item, &kind, &id))
        return wrong(x, e, ERR_PARSE, "\"put\" has no id, as the items have of", g->op->id);
    if (find_item(x, g, id, true, &k, &c)) {
        replace(k.found, item);
        return true;
    }
    if (!params_of(x, g, line, json_get_str(line, "parent"), &params, e))
        return false;
    struct str place = canonical(x->a, params);
    c = call_for(g, place, json_get_str(line, "parent"));
    if (c && !is_read(c->end.status))
        return wrong(x, e, ERR_NO_DATA, "nothing can be put where the others were not read:", g->op->id);
    if (!c)
        c = new_call(x, g, params, place);
    if (!c->answer)
        c->answer = json_new(x->a, JSON_OBJECT);
    now_answers(c);
    k = (struct seek){.a = x->a, .g = g, .call = c, .kind = kind, .create = true};
    descend(&k, c->answer, path_of(g->op, kind));
    if (!k.list)
        return wrong(x, e, ERR_PARSE, "the answer has no place for it:", g->op->id);
    item->next = NULL;
    item->key = str_make(NULL, 0);
    json_add(k.list, item);
    return true;
}

static bool remove_item(struct edit *x, struct edit_group *g, struct str id, struct err *e)
{
    struct seek k;
    struct edit_call *c;
    if (is_single(g->op)) {
        c = call_for(g, STR("?"), id);
        if (!c || !c->answer)
            return wrong(x, e, ERR_NO_DATA, "there is none to remove of", id);
        c->answer = NULL;
        c->end = (struct call_end){.status = CALL_ABSENT, .at_us = c->end.at_us, .source = STR("import")};
        return true;
    }
    if (!find_item(x, g, id, false, &k, &c))
        return err_set(e, ERR_NO_DATA, "line %u: there is no %.*s in %.*s of %.*s %.*s", x->line, STR_ARG(id),
                       STR_ARG(g->op->id), STR_ARG(g->account), STR_ARG(g->region));
    if (k.before)
        k.before->next = k.found->next;
    else
        k.list->first = k.found->next;
    if (k.list->last == k.found)
        k.list->last = k.before;
    k.list->count--;
    return true;
}

static bool is_account(struct str s)
{
    bool digits = s.len == 12;
    for (size_t i = 0; digits && i < s.len; i++)
        digits = s.ptr[i] >= '0' && s.ptr[i] <= '9';
    return digits;
}

static bool known_members(const struct edit *x, const struct json *line, struct err *e)
{
    static const char *const names[] = {"op", "account", "region", "parent", "params", "put", "remove"};
    for
        json_each (m, line) {
            bool known = false;
            for (size_t i = 0; i < sizeof names / sizeof *names; i++)
                known |= str_eqz(m->key, names[i]);
            if (!known)
                return wrong(x, e, ERR_PARSE, "there is no member", m->key);
        }
    return true;
}

static bool take_line(struct edit *x, struct str text, struct err *e)
{
    struct err local = {0};
    struct json *line = json_parse(x->a, text, EDIT_FILE_MAX_BYTES, &local);
    if (!line)
        return err_set(e, ERR_PARSE, "line %u: %s", x->line, local.message);
    if (line->type != JSON_OBJECT)
        return wrong(x, e, ERR_PARSE, "is no JSON object", str_make(NULL, 0));
    if (!known_members(x, line, e))
        return false;
    struct str id = json_get_str(line, "op"), account = json_get_str(line, "account"),
               region = json_get_str(line, "region");
    const struct aws_op *op = id.ptr ? aws_op_find(id) : NULL;
    struct json *put = json_getz(line, "put"), *gone = json_getz(line, "remove");
    if (!op)
        return wrong(x, e, ERR_PARSE, id.ptr ? "ward does not know the operation" : "\"op\" is missing", id);
    if (!is_account(account))
        return wrong(x, e, ERR_PARSE, account.ptr ? "is no account:" : "\"account\" is missing", account);
    if (op->global && op->home_region.len && (!region.ptr || str_eqz(item_partition(region), "aws")))
        region = op->home_region;
    if (!region.len)
        return wrong(x, e, ERR_PARSE, "\"region\" is missing", str_make(NULL, 0));
    if (!put == !gone)
        return wrong(x, e, ERR_PARSE, "either \"put\" or \"remove\" is to be there", str_make(NULL, 0));
    if (gone && !json_str(gone).len)
        return wrong(x, e, ERR_PARSE, "\"remove\" is no id", str_make(NULL, 0));
    struct edit_group *g = group_of(x, op, account, region, e);
    if (!g)
        return false;
    return put ? put_item(x, g, line, put, e) : remove_item(x, g, json_str(gone), e);
}

static bool take_lines(struct edit *x, struct str text, struct err *e)
{
    struct str rest = text;
    bool any = false;
    while (rest.ptr) {
        struct str line = str_trim(str_cut(&rest, '\n'));
        if (x->line++ == EDIT_LINES_MAX)
            return err_set(e, ERR_LIMIT, "more than %d lines", EDIT_LINES_MAX);
        if (!line.len || line.ptr[0] == '#')
            continue;
        any = true;
        if (!take_line(x, line, e))
            return false;
    }
    return any || err_set(e, ERR_NO_DATA, "there is no row to put or to remove");
}

/* ---- the new run ---- */

static bool write_call(struct ingest *in, const struct edit_group *g, struct edit_call *c, int64_t now_us,
                       struct err *e)
{
    struct ingest_call *open =
        ingest_open(in, g->op, g->account, g->region, c->params, c->end.at_us ? c->end.at_us : now_us, e);
    if (!open)
        return false;
    bool ok = !c->answer || ingest_page(open, c->answer, e);
    c->end.at_us = c->end.at_us ? c->end.at_us : now_us;
    return ingest_close(open, &c->end, e) && ok;
}

static bool write_run(struct edit *x, struct ingest *in, const struct edit_options *o, struct err *e)
{
    for (struct edit_group *g = x->groups; g; g = g->next)
        for (struct edit_call *c = g->calls; c; c = c->next)
            if (!write_call(in, g, c, o->now_us, e))
                return false;
    return ingest_finish(in, "complete", o->now_us, o->now_us, e);
}

bool edit_lines(struct store *s, struct arena *a, struct str text, const struct edit_options *o, int64_t *run,
                struct err *e)
{
    struct edit x = {.store = s, .a = a};
    x.last = &x.groups;
    if (!store_snapshot(s, o->base, e) || !take_lines(&x, text, e))
        return false;
    struct ingest_run r = {.kind = "import",
                           .started_us = o->now_us,
                           .tool_version = o->tool_version,
                           .base = o->base,
                           .source = STR("change")};
    struct ingest *in = ingest_begin(s, &r, e);
    if (!in)
        return false;
    *run = ingest_run_id(in);
    bool ok = write_run(&x, in, o, e);
    if (!ok) {
        struct err ignored = {0};
        if (!ingest_discard(in, &ignored))
            err_context(e, "what was written could not be removed again: %s", ignored.message);
    }
    ingest_free(in);
    return ok;
}

static bool run_two(struct store *s, const char *sql, int64_t run, int64_t offset, struct err *e)
{
    struct query *q = query_new(s, sql, e);
    if (q) {
        query_bind_named_int(q, ":run", run);
        query_bind_named_int(q, ":off", offset);
    }
    bool ok = q && query_run(q);
    return query_done(q) && ok;
}

bool edit_complete(struct store *s, int64_t run, int64_t base, struct err *e)
{
    static const char *const statements[] = {
        "INSERT INTO call(id, run, account, region, op, params, parent, status, http, code, message, missing_action, "
        "request_id, pages, rows, attempts, ms,"
        " at_us, source, envelope) SELECT c.id + :off, :run, c.account, c.region, c.op, c.params, c.parent, c.status, "
        "c.http, c.code, c.message,"
        " c.missing_action, c.request_id, c.pages, c.rows, c.attempts, c.ms, c.at_us, c.source, c.envelope FROM "
        "main.call c"
        " WHERE c.id IN (SELECT id FROM temp.snap_call WHERE parent <> '')"
        " AND EXISTS (SELECT 1 FROM main.call n WHERE n.run = :run AND n.op = c.op AND n.account = c.account AND "
        "n.region = c.region)"
        " AND NOT EXISTS (SELECT 1 FROM main.call n WHERE n.run = :run AND n.op = c.op AND n.account = c.account AND "
        "n.region = c.region"
        " AND n.params = c.params)",
        "INSERT INTO resource(run, call, account, region, op, kind, type, rid, arn, name, tags, parent, pos, data) "
        "SELECT :run, r.call + :off, r.account,"
        " r.region, r.op, r.kind, r.type, r.rid, r.arn, r.name, r.tags, r.parent, r.pos, r.data FROM main.resource r"
        " JOIN main.call n ON n.id = r.call + :off WHERE n.run = :run AND r.run <> :run",
        "INSERT INTO call_part(call, pos, data) SELECT p.call + :off, p.pos, p.data FROM main.call_part p JOIN "
        "main.call n ON n.id = p.call + :off"
        " WHERE n.run = :run",
    };
    int64_t offset = 0;
    if (!store_snapshot(s, base, e) || !store_get_int(s, "SELECT max(id) FROM call", &offset, e) || !store_begin(s, e))
        return false;
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++)
        if (!run_two(s, statements[i], run, offset, e)) {
            store_rollback(s);
            return false;
        }
    return store_commit(s, e);
}
