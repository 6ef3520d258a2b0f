/* Answers saved by other tools may begin every name with a capital where AWS writes a small letter, or the other way
 * round. An answer that has none of the lists that its operation returns, but one of them so spelled, is spelled as AWS
 * does: else it would be an answer without rows, which says that there is nothing. */
#include "collect/import_internal.h"

static char other_case(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ? (char)(c ^ 0x20) : c;
}

static bool is_respelled(struct str written, struct str name)
{
    return written.len == name.len && name.len > 0 && written.ptr[0] != name.ptr[0] &&
           written.ptr[0] == other_case(name.ptr[0]) && memcmp(written.ptr + 1, name.ptr + 1, name.len - 1) == 0;
}

static void respell(struct arena *a, struct json *value, bool capital)
{
    for (struct json *child = value->first; child; child = child->next) {
        if (value->type == JSON_OBJECT && child->key.len &&
            (child->key.ptr[0] >= 'A' && child->key.ptr[0] <= 'Z') != capital) {
            char *key = arena_cstr(a, child->key);
            key[0] = other_case(key[0]);
            child->key = str_make(key, child->key.len);
        }
        respell(a, child, capital);
    }
}

void import_spelling(struct arena *a, const struct aws_op *op, struct json *answer)
{
    struct str paths = op->items;
    if (answer->type != JSON_OBJECT)
        return;
    while (paths.len) {
        struct str path = str_cut(&paths, '|'), name = str_cut(&path, '.');
        if (str_ends(name, STR("[]")))
            name.len -= 2;
        if (!name.len || name.ptr[0] == '@' || json_get(answer, name))
            return;
        for
            json_each (member, answer)
                if (is_respelled(member->key, name)) {
                    respell(a, answer, name.ptr[0] >= 'A' && name.ptr[0] <= 'Z');
                    return;
                }
    }
}
