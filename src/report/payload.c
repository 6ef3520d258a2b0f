#include "report/payload.h"

#include "base/map.h"
#include "codec/hash.h"
#include "codec/json.h"

#define ZLIB_CONST
#include <zlib.h>

enum { COLUMN_COUNT = 11 };
static const size_t payload_max_bytes = (size_t)1 << 30;

static const char *const column_names[COLUMN_COUNT] = {
    "control", "account", "region", "type", "resource", "name", "sub", "tenant", "reason", "evidence", "waiver"};

struct column {
    struct map dictionary; /* text -> index + 1 */
    struct buf rows;       /* varints */
    int64_t previous;
};

struct packer {
    const struct report_model *model;
    struct arena *arena;
    struct column columns[COLUMN_COUNT];
    struct buf verdicts, severities, ids;
    int64_t count;
};

static void add_varint(struct buf *b, uint64_t v)
{
    while (v >= 128) {
        buf_addc(b, (char)(v | 128));
        v >>= 7;
    }
    buf_addc(b, (char)v);
}

static void column_add(struct packer *p, struct column *c, struct str text)
{
    int64_t index = (int64_t)(uintptr_t)map_get(&c->dictionary, text) - 1;
    if (index < 0) {
        index = (int64_t)c->dictionary.count;
        map_put(&c->dictionary, arena_str(p->arena, text), (void *)(uintptr_t)(index + 1));
    }
    int64_t step = index - c->previous;
    c->previous = index;
    add_varint(&c->rows, step < 0 ? (uint64_t)-step * 2 - 1 : (uint64_t)step * 2);
}

static int nibble(char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : 0; }

static bool pack_finding(void *user, const struct report_finding *f, struct err *e)
{
    struct packer *p = user;
    if (f->id.len != 16)
        return err_set(e, ERR_STORE, "finding id \"%.*s\" is not 16 hex digits", STR_ARG(f->id));
    const struct str texts[COLUMN_COUNT] = {f->control, f->account, f->region, f->type,     f->resource, f->name,
                                            f->sub,     f->tenant,  f->reason, f->evidence, f->waiver};
    for (int i = 0; i < COLUMN_COUNT; i++)
        column_add(p, &p->columns[i], texts[i]);
    buf_addc(&p->verdicts, (char)f->verdict);
    buf_addc(&p->severities, (char)f->severity);
    for (size_t i = 0; i < 16; i += 2)
        buf_addc(&p->ids, (char)(nibble(f->id.ptr[i]) << 4 | nibble(f->id.ptr[i + 1])));
    p->count++;
    return true;
}

static void write_header(struct packer *p, struct buf *out)
{
    struct json_out o;
    jo_init(&o, out, false);
    jo_object(&o);
    jo_kv_int(&o, "count", p->count);
    jo_key(&o, "strings");
    jo_object(&o);
    for (int i = 0; i < COLUMN_COUNT; i++) {
        jo_key(&o, column_names[i]);
        jo_array(&o);
        for (size_t k = 0; k < p->columns[i].dictionary.count; k++)
            jo_str(&o, p->columns[i].dictionary.entries[k].key);
        jo_end_array(&o);
    }
    jo_end_object(&o);
    jo_key(&o, "controls");
    jo_object(&o);
    for (size_t i = 0; i < p->model->control_count; i++) {
        const struct report_control *c = &p->model->controls[i];
        jo_key_str(&o, c->id);
        jo_object(&o);
        jo_kv_str(&o, "title", c->title);
        jo_key(&o, "citations");
        jo_raw(&o, c->citations_json.len ? c->citations_json : STR("[]"));
        jo_kv_str(&o, "remedy", c->remedy);
        jo_end_object(&o);
    }
    jo_end_object(&o);
    jo_end_object(&o);
}

static bool compress_raw(struct arena *a, struct str data, struct str *out, struct err *e)
{
    z_stream z = {0};
    if (deflateInit2(&z, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY) != Z_OK)
        return err_set(e, ERR_INTERNAL, "zlib could not start");
    uLong bound = deflateBound(&z, (uLong)data.len);
    unsigned char *room = arena_alloc(a, bound);
    z.next_in = (const Bytef *)data.ptr;
    z.avail_in = (uInt)data.len;
    z.next_out = room;
    z.avail_out = (uInt)bound;
    bool ok = deflate(&z, Z_FINISH) == Z_STREAM_END;
    *out = str_make((const char *)room, z.total_out);
    deflateEnd(&z);
    return ok || err_set(e, ERR_INTERNAL, "zlib could not compress");
}

static void packer_init(struct packer *p, const struct report_model *m, struct arena *a)
{
    *p = (struct packer){.model = m, .arena = a};
    struct buf *const plain[] = {&p->verdicts, &p->severities, &p->ids};
    for (size_t i = 0; i < 3; i++)
        buf_init(plain[i], payload_max_bytes);
    for (int i = 0; i < COLUMN_COUNT; i++) {
        map_init(&p->columns[i].dictionary, a);
        buf_init(&p->columns[i].rows, payload_max_bytes);
    }
}

static void packer_done(struct packer *p)
{
    buf_done(&p->verdicts);
    buf_done(&p->severities);
    buf_done(&p->ids);
    for (int i = 0; i < COLUMN_COUNT; i++)
        buf_done(&p->columns[i].rows);
}

bool report_payload(const struct report_model *m, struct arena *a, struct str *out, int64_t *count, struct err *e)
{
    struct packer p;
    packer_init(&p, m, a);
    struct buf head, all;
    buf_init(&head, payload_max_bytes);
    buf_init(&all, payload_max_bytes);
    bool ok = report_findings(m, true, pack_finding, &p, e);
    if (ok) {
        write_header(&p, &head);
        add_varint(&all, head.len);
        buf_add(&all, buf_str(&head));
        buf_add(&all, buf_str(&p.verdicts));
        buf_add(&all, buf_str(&p.severities));
        buf_add(&all, buf_str(&p.ids));
        for (int i = 0; i < COLUMN_COUNT; i++)
            buf_add(&all, buf_str(&p.columns[i].rows));
        ok = !(head.failed || all.failed || p.ids.failed) ||
             err_set(e, ERR_LIMIT, "the report would hold more than 1 GiB of findings");
    }
    struct str packed;
    ok = ok && compress_raw(a, buf_str(&all), &packed, e);
    if (ok) {
        *count = p.count;
        *out = arena_printf(a, "%zu,%s", all.len, base64_encode(a, packed).ptr);
    }
    packer_done(&p);
    buf_done(&head);
    buf_done(&all);
    return ok;
}
