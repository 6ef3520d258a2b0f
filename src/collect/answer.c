#include "base/map.h"
#include "collect/ingest.h"

enum { ANSWER_PIECE_MAX = 64 << 20 };

/* Joining: rows come in the order in which they were cut, so an element's index is always the
 * current length of its list, and a single thing stands where a null was left; anything else is a
 * damaged store. */
struct joiner {
    struct arena *arena;
    struct json *root;
    struct map parts; /* pos -> outer element, so that a deep row need not walk a long list */
    struct err *e;
};

static bool is_index(struct str s, int64_t *out) { return str_to_i64(s, out) && *out >= 0; }

/* The deepest known element that `pos` lies in, and what of `pos` is left below it. */
static struct json *nearest(struct joiner *j, struct str pos, struct str *below)
{
    struct str head = pos;
    ptrdiff_t slash;
    while ((slash = str_rindex(head, '/')) > 0) {
        head = str_sub(head, 0, (size_t)slash);
        struct json *part = map_get(&j->parts, head);
        if (part) {
            *below = str_sub(pos, (size_t)slash + 1, pos.len);
            return part;
        }
    }
    *below = pos;
    return j->root;
}

static bool put(struct json *at, struct str name, struct json *piece)
{
    int64_t index = -1;
    if (at->type == JSON_ARRAY && is_index(name, &index) && index == at->count) {
        json_add(at, piece);
        return true;
    }
    struct json *member = json_get(at, name);
    if (!member || member->type != JSON_NULL)
        return false;
    struct str key = member->key;
    struct json *next = member->next;
    *member = *piece;
    member->key = key;
    member->next = next;
    return true;
}

static bool place(struct joiner *j, struct str pos, struct json *piece)
{
    struct str rest;
    struct json *at = nearest(j, pos, &rest);
    struct str name = str_cut(&rest, '/');
    for (; at && rest.ptr; name = str_cut(&rest, '/'))
        at = json_get(at, name);
    return (at && put(at, name, piece)) ||
           err_set(j->e, ERR_STORE, "the store is damaged: a row at %.*s does not fit into its answer", STR_ARG(pos));
}

static struct json *parse_copy(struct joiner *j, struct str text)
{
    return json_parse(j->arena, arena_str(j->arena, text), ANSWER_PIECE_MAX, j->e);
}

static bool join_row(struct joiner *j, struct str pos, struct str data, bool is_part)
{
    struct json *piece = parse_copy(j, data);
    if (!piece)
        return false;
    if (!pos.len) {
        j->root = piece;
        return true;
    }
    pos = arena_str(j->arena, pos);
    if (!place(j, pos, piece))
        return false;
    if (is_part)
        map_put(&j->parts, pos, piece);
    return true;
}

static bool join_all(struct joiner *j, struct store *s, int64_t call, const char *sql, bool are_parts)
{
    struct query *q = query_new(s, sql, j->e);
    bool ok = q != NULL;
    if (q)
        query_bind_int(q, 1, call);
    while (ok && query_step(q))
        ok = join_row(j, query_str(q, 0), query_str(q, 1), are_parts);
    return query_done(q) && ok;
}

static struct json *read_envelope(struct joiner *j, struct store *s, int64_t call)
{
    struct json *envelope = NULL;
    struct query *q = query_new(s, "SELECT envelope FROM call WHERE id = ?1", j->e);
    if (!q)
        return NULL;
    query_bind_int(q, 1, call);
    bool found = query_step(q);
    if (found && !query_is_null(q, 0))
        envelope = parse_copy(j, query_str(q, 0));
    if (!query_done(q))
        return NULL;
    if (!found)
        err_set(j->e, ERR_NO_DATA, "there is no call %lld", (long long)call);
    return envelope;
}

struct json *ingest_answer(struct store *s, struct arena *a, int64_t call, struct err *e)
{
    struct joiner j = {.arena = a, .e = e};
    map_init(&j.parts, a);
    j.root = read_envelope(&j, s, call);
    if (!j.root)
        return NULL;
    bool ok = join_all(&j, s, call, "SELECT pos, data FROM call_part WHERE call = ?1 ORDER BY rowid", true) &&
              join_all(&j, s, call, "SELECT pos, data FROM resource WHERE call = ?1 ORDER BY id", false);
    return ok ? j.root : NULL;
}
