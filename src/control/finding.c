#include "control/finding.h"

#include "codec/hash.h"


bool verdict_worse(enum control_verdict a, enum control_verdict b)
{
    static const int rank[] = {[CONTROL_FAIL] = 4, [CONTROL_UNKNOWN] = 3, [CONTROL_WAIVED] = 2, [CONTROL_PASS] = 1,
                               [CONTROL_NOT_APPLICABLE] = 0};
    return rank[a] > rank[b];
}

/* "LENGTH:TEXT", so that no two lists of parts give one text. Returns the end. */
static char *add_part(char *at, struct str part)
{
    char digits[24];
    size_t n = sizeof digits, len = part.len;
    do
        digits[--n] = (char)('0' + len % 10);
    while (len /= 10);
    memcpy(at, digits + n, sizeof digits - n);
    at += sizeof digits - n;
    *at++ = ':';
    if (part.len)
        memcpy(at, part.ptr, part.len);
    return at + part.len;
}

void finding_id(struct arena *scratch, struct str control, const struct finding *f, char out[FINDING_ID_MAX])
{
    const struct str parts[] = {control, f->account, f->region, f->resource, f->sub};
    enum { PARTS = sizeof parts / sizeof *parts, PREFIX_MAX = 24 };
    char usual[1024];
    size_t size = 0;
    for (size_t i = 0; i < PARTS; i++)
        size += PREFIX_MAX + parts[i].len;
    char *text = size <= sizeof usual ? usual : arena_alloc(scratch, size), *end = text;
    for (size_t i = 0; i < PARTS; i++)
        end = add_part(end, parts[i]);
    unsigned char digest[SHA256_BYTES];
    sha256(str_make(text, (size_t)(end - text)), digest);
    hex_encode(digest, 8, out);
}

static void grow(struct arena *a, struct findings *list)
{
    uint32_t size = list->size ? list->size * 2 : 64;
    struct finding *items = arena_array_of(a, struct finding, size);
    if (list->count)
        memcpy(items, list->items, list->count * sizeof *items);
    list->items = items;
    list->size = size;
}

void findings_add(struct arena *a, struct findings *list, struct str control, struct finding f)
{
    finding_id(a, control, &f, f.id);
    if (!list->by_id.arena)
        map_init(&list->by_id, a);
    char *id = arena_strdup(a, f.id);
    uintptr_t at = (uintptr_t)map_get(&list->by_id, str_of(id));
    if (at) {
        if (verdict_worse(f.verdict, list->items[at - 1].verdict))
            list->items[at - 1] = f;
        return;
    }
    if (list->count == list->size)
        grow(a, list);
    list->items[list->count++] = f;
    map_put(&list->by_id, str_of(id), (void *)(uintptr_t)list->count);
}
