#include "config/show.h"

#include "base/map.h"
#include "codec/yaml.h"

enum { COMMENT_COLUMN = 48 };

struct shower {
    struct buf *out;
    struct arena *arena;
    bool origins;
    struct map index; /* path -> origin */
};

static void spaces(struct shower *s, int n) { buf_addf(s->out, "%*s", n, ""); }

/* Ends the line that began at `line`, with the origin of `path` if there is one. */
static void end_line(struct shower *s, size_t line, struct str path)
{
    const struct config_origin *o = s->origins ? map_get(&s->index, path) : NULL;
    if (o) {
        size_t used = s->out->len - line;
        spaces(s, used < COMMENT_COLUMN ? (int)(COMMENT_COLUMN - used) : 2);
        buf_addz(s->out, "# ");
        buf_add(s->out, config_origin_text(s->arena, o));
    }
    buf_addc(s->out, '\n');
}

static void put_scalar(struct shower *s, const struct json *j)
{
    if (j->type == JSON_STRING)
        yaml_write_scalar(s->out, j->text);
    else
        json_write(s->out, j);
}

static void put_below(struct shower *s, const struct json *j, int indent, bool dash, struct str path);

/* What follows "key:" or "-". */
static void put_value(struct shower *s, const struct json *j, int indent, size_t line, struct str path)
{
    bool container = j->type == JSON_OBJECT || j->type == JSON_ARRAY;
    if (!container || !j->count) {
        buf_addc(s->out, ' ');
        if (container)
            buf_addz(s->out, j->type == JSON_OBJECT ? "{}" : "[]");
        else
            put_scalar(s, j);
        end_line(s, line, path);
        return;
    }
    end_line(s, line, path);
    put_below(s, j, indent, false, path);
}

/* The members of `j`. With `dash` the first one stands on the line of its dash. */
static void put_below(struct shower *s, const struct json *j, int indent, bool dash, struct str path)
{
    int at = 0;
    for json_each(m, j) {
        size_t line = s->out->len;
        if (!dash || at)
            spaces(s, indent);
        struct str member_path;
        if (j->type == JSON_ARRAY) {
            member_path = arena_printf(s->arena, "%.*s[%d]", STR_ARG(path), at);
            buf_addc(s->out, '-');
            if (m->type == JSON_OBJECT && m->count) {
                buf_addc(s->out, ' ');
                put_below(s, m, indent + 2, true, member_path);
            } else {
                put_value(s, m, indent + 2, line, member_path);
            }
        } else {
            member_path = path.len ? arena_printf(s->arena, "%.*s.%.*s", STR_ARG(path), STR_ARG(m->key)) : m->key;
            yaml_write_scalar(s->out, m->key);
            buf_addc(s->out, ':');
            put_value(s, m, indent + 2, line, member_path);
        }
        at++;
    }
}

void config_write_yaml(struct buf *out, struct arena *a, const struct config *c, bool origins)
{
    struct shower s = {.out = out, .arena = a, .origins = origins};
    map_init(&s.index, a);
    for (size_t i = 0; i < c->origin_count; i++)
        map_put(&s.index, c->origins[i].path, &c->origins[i]);
    put_below(&s, c->doc, 0, false, STR(""));
}

void config_write_json(struct buf *out, struct arena *a, const struct config *c, bool origins)
{
    struct json_out o;
    jo_init(&o, out, true);
    jo_object(&o);
    jo_kv_strz(&o, "schema", "ward.config/1");
    jo_kv_strz(&o, "sha256", c->sha256);
    jo_kv_str(&o, "file", c->file);
    jo_key(&o, "config");
    jo_value(&o, c->doc);
    if (origins) {
        jo_key(&o, "origins");
        jo_object(&o);
        for (size_t i = 0; i < c->origin_count; i++) {
            jo_key_str(&o, c->origins[i].path);
            jo_str(&o, config_origin_text(a, &c->origins[i]));
        }
        jo_end_object(&o);
    }
    jo_end_object(&o);
    buf_addc(out, '\n');
}
