/* Whose access key it is. */
#include "base/map.h"
#include "stub.h"

#include <ctype.h>
#include <stdio.h>

struct accounts {
    struct arena *arena;
    struct map by_key;
    const char *fallback;
};

struct accounts *accounts_new(struct arena *a, const char *fallback)
{
    struct accounts *ac = arena_new_of(a, struct accounts);
    ac->arena = a;
    ac->fallback = fallback;
    map_init(&ac->by_key, a);
    return ac;
}

/* What stands between `open` and '<'. */
static struct str between(struct str text, const char *open)
{
    struct str mark = str_of(open);
    for (size_t i = 0; i + mark.len < text.len; i++)
        if (str_starts(str_sub(text, i, i + mark.len), mark)) {
            struct str rest = str_sub(text, i + mark.len, text.len);
            return str_cut(&rest, '<');
        }
    return STR("");
}

static bool is_account(struct str s)
{
    if (s.len != 12)
        return false;
    for (size_t i = 0; i < 12; i++)
        if (!isdigit((unsigned char)s.ptr[i]))
            return false;
    return true;
}

void accounts_learn(struct accounts *ac, struct str answer)
{
    struct str key = between(answer, "<AccessKeyId>"), arn = between(answer, "<Arn>");
    struct str account = arn;
    for (int i = 0; i < 4 && account.ptr; i++)
        str_cut(&account, ':');
    account = account.ptr ? str_cut(&account, ':') : STR("");
    if (key.len && is_account(account))
        map_put(&ac->by_key, arena_str(ac->arena, key), arena_cstr(ac->arena, account));
}

void accounts_of(const struct accounts *ac, const struct request *q, char out[16])
{
    struct str header = request_header(q, "x-moto-account-id");
    const char *known = map_get(&ac->by_key, q->key);
    snprintf(out, 16, "%s", ac->fallback);
    if (is_account(header)) {
        snprintf(out, 16, "%.12s", header.ptr);
    } else if (known) {
        snprintf(out, 16, "%s", known);
    } else {
        for (size_t i = 0; i + 12 <= q->key.len; i++)
            if (is_account(str_sub(q->key, i, i + 12))) {
                snprintf(out, 16, "%.12s", q->key.ptr + i);
                return;
            }
    }
}
