#include "codec/json.h"

#include <inttypes.h>

void jo_init(struct json_out *o, struct buf *out, bool pretty)
{
    *o = (struct json_out){.out = out, .pretty = pretty, .first = true};
}

static void new_line(struct json_out *o)
{
    if (!o->pretty)
        return;
    buf_addc(o->out, '\n');
    for (int i = 0; i < o->depth; i++)
        buf_addz(o->out, "  ");
}

/* Comma and line break in front of a value or key. */
static void lead(struct json_out *o)
{
    if (o->after_key) {
        o->after_key = false;
        return;
    }
    if (!o->first)
        buf_addc(o->out, ',');
    if (o->depth)
        new_line(o);
    o->first = false;
}

static void open(struct json_out *o, char c)
{
    lead(o);
    buf_addc(o->out, c);
    o->depth++;
    o->first = true;
}

static void close(struct json_out *o, char c)
{
    o->depth--;
    if (!o->first)
        new_line(o);
    buf_addc(o->out, c);
    o->first = false;
}

void jo_object(struct json_out *o) { open(o, '{'); }
void jo_array(struct json_out *o) { open(o, '['); }
void jo_end_object(struct json_out *o) { close(o, '}'); }
void jo_end_array(struct json_out *o) { close(o, ']'); }

void jo_key_str(struct json_out *o, struct str key)
{
    lead(o);
    json_write_string(o->out, key);
    buf_addz(o->out, o->pretty ? ": " : ":");
    o->after_key = true;
}

void jo_key(struct json_out *o, const char *key) { jo_key_str(o, str_of(key)); }

void jo_str(struct json_out *o, struct str s)
{
    lead(o);
    if (s.ptr)
        json_write_string(o->out, s);
    else
        buf_addz(o->out, "null");
}

void jo_strz(struct json_out *o, const char *s) { jo_str(o, str_of(s)); }

void jo_int(struct json_out *o, int64_t v)
{
    lead(o);
    buf_addf(o->out, "%" PRId64, v);
}

void jo_bool(struct json_out *o, bool v) { jo_raw(o, v ? STR("true") : STR("false")); }
void jo_null(struct json_out *o) { jo_raw(o, STR("null")); }

void jo_raw(struct json_out *o, struct str json)
{
    lead(o);
    buf_add(o->out, json);
}

void jo_value(struct json_out *o, const struct json *j)
{
    switch (j->type) {
    case JSON_OBJECT:
        jo_object(o);
        for json_each (m, j) {
            jo_key_str(o, m->key);
            jo_value(o, m);
        }
        jo_end_object(o);
        break;
    case JSON_ARRAY:
        jo_array(o);
        for json_each (m, j)
            jo_value(o, m);
        jo_end_array(o);
        break;
    default:
        lead(o);
        json_write(o->out, j);
    }
}

void jo_kv_str(struct json_out *o, const char *key, struct str s)
{
    jo_key(o, key);
    jo_str(o, s);
}

void jo_kv_strz(struct json_out *o, const char *key, const char *s) { jo_kv_str(o, key, str_of(s)); }

void jo_kv_int(struct json_out *o, const char *key, int64_t v)
{
    jo_key(o, key);
    jo_int(o, v);
}

void jo_kv_bool(struct json_out *o, const char *key, bool v)
{
    jo_key(o, key);
    jo_bool(o, v);
}
