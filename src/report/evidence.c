#include "report/evidence.h"

#include "base/map.h"

#include <inttypes.h>
#include <stdio.h>

struct evidence {
    struct store *store;
    struct arena *arena;
    struct map calls; /* id as text -> struct evidence_call */
};

struct evidence *evidence_new(struct store *s, struct arena *a)
{
    struct evidence *ev = arena_new_of(a, struct evidence);
    ev->store = s;
    ev->arena = a;
    map_init(&ev->calls, a);
    return ev;
}

static struct str text(struct evidence *ev, struct query *q, int at)
{
    return query_is_null(q, at) ? (struct str){NULL, 0} : arena_str(ev->arena, query_str(q, at));
}

const struct evidence_call *evidence_call(struct evidence *ev, int64_t id, struct err *e)
{
    char digits[24];
    struct str key = str_make(digits, (size_t)snprintf(digits, sizeof digits, "%" PRId64, id));
    struct evidence_call *known = map_get(&ev->calls, key);
    if (known)
        return known;
    struct query *q = query_new(ev->store,
                                "SELECT account, region, op, params, status, code, message, missing_action, "
                                "request_id, source, at_us"
                                " FROM call WHERE id = ?1", e);
    if (!q)
        return NULL;
    query_bind_int(q, 1, id);
    struct evidence_call *c = NULL;
    if (query_step(q)) {
        c = arena_new_of(ev->arena, struct evidence_call);
        *c = (struct evidence_call){
            .id = id, .account = text(ev, q, 0), .region = text(ev, q, 1), .op = text(ev, q, 2),
            .params = text(ev, q, 3), .status = text(ev, q, 4), .code = text(ev, q, 5),
            .message = text(ev, q, 6), .missing_action = text(ev, q, 7), .request_id = text(ev, q, 8),
            .source = text(ev, q, 9), .at_us = query_int(q, 10)};
        map_put(&ev->calls, arena_str(ev->arena, key), c);
    }
    return query_done(q) ? c : NULL;
}

bool evidence_json(struct evidence *ev, struct str ids, struct json_out *o, struct err *e)
{
    struct arena *a = arena_new(4096);
    struct json *list = json_parse(a, ids.len ? ids : STR("[]"), 1 << 20, e);
    jo_array(o);
    for json_each (item, list) {
        int64_t id;
        const struct evidence_call *c =
            item->type == JSON_NUMBER && str_to_i64(item->text, &id) ? evidence_call(ev, id, e) : NULL;
        if (!c)
            continue;
        jo_object(o);
        jo_kv_str(o, "operation", c->op);
        jo_kv_str(o, "account", c->account);
        jo_kv_str(o, "region", c->region);
        jo_key(o, "params");
        jo_raw(o, c->params);
        jo_kv_str(o, "status", c->status);
        if (c->code.ptr)
            jo_kv_str(o, "code", c->code);
        jo_end_object(o);
    }
    jo_end_array(o);
    arena_free(a);
    return !err_is_set(e);
}
