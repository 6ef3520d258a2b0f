#include "control/finding.h"

#include "codec/hash.h"

#include <stdlib.h>


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

uint64_t finding_id(struct arena *scratch, struct str control, const struct finding *f, char out[FINDING_ID_MAX])
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
    uint64_t id;
    memcpy(&id, digest, sizeof id);
    return id;
}

static void *sized(void *old, size_t count, size_t size)
{
    void *fresh = reallocarray(old, count, size);
    if (!fresh)
        die("out of memory");
    return fresh;
}

static struct finding_slot *slot_of(struct finding_slot *slots, uint32_t size, uint64_t id)
{
    uint32_t i = (uint32_t)id & (size - 1);
    while (slots[i].at && slots[i].id != id)
        i = (i + 1) & (size - 1);
    return &slots[i];
}

static void grow_slots(struct findings *list)
{
    if ((findings_total(list) + 1) * 4ull <= list->slots_size * 3ull)
        return;
    uint32_t size = list->slots_size ? list->slots_size * 2 : 256;
    struct finding_slot *fresh = calloc(size, sizeof *fresh);
    if (!fresh)
        die("out of memory");
    for (uint32_t i = 0; i < list->slots_size; i++)
        if (list->slots[i].at)
            *slot_of(fresh, size, list->slots[i].id) = list->slots[i];
    free(list->slots);
    list->slots = fresh;
    list->slots_size = size;
}

void findings_add(struct arena *scratch, struct findings *list, struct str control, struct finding f)
{
    uint64_t id = finding_id(scratch, control, &f, f.id);
    grow_slots(list);
    struct finding_slot *slot = slot_of(list->slots, list->slots_size, id);
    if (slot->at && slot->at <= list->handed_over) {
        list->late = true;
        return;
    }
    if (slot->at) {
        struct finding *known = &list->items[slot->at - 1 - list->handed_over];
        if (verdict_worse(f.verdict, known->verdict))
            *known = f;
        return;
    }
    if (list->count == list->size) {
        list->size = list->size ? list->size * 2 : 64;
        list->items = sized(list->items, list->size, sizeof *list->items);
    }
    list->items[list->count++] = f;
    *slot = (struct finding_slot){id, findings_total(list)};
}

void findings_hand_over(struct findings *list)
{
    list->handed_over += list->count;
    list->count = 0;
}

void findings_clear(struct findings *list)
{
    list->count = list->handed_over = 0;
    list->late = false;
    if (list->slots)
        memset(list->slots, 0, list->slots_size * sizeof *list->slots);
}

void findings_free(struct findings *list)
{
    free(list->items);
    free(list->slots);
    *list = (struct findings){0};
}
