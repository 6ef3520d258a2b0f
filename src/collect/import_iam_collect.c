/* What iam-collect (cloud-copilot) keeps of accounts and organizations, as the answers that a collection would have stored. */
#include "collect/import_iam_collect.h"

struct json *made_object(struct conversion *c) { return json_new(c->im->item, JSON_OBJECT); }

struct json *made_list(struct conversion *c) { return json_new(c->im->item, JSON_ARRAY); }

void made_put(struct json *object, const char *key, struct json *value)
{
    if (value)
        json_set(object, str_of(key), value);
}

void made_set(struct conversion *c, struct json *object, const char *key, struct str value)
{
    made_put(object, key, value.ptr ? json_string(c->im->item, value) : NULL);
}

struct json *made_one(struct conversion *c, const char *name, struct str value)
{
    struct json *o = made_object(c);
    made_set(c, o, name, value);
    return o;
}

/* The parser's depth cap bounds it. */
struct json *made_copy(struct conversion *c, const struct json *j)
{
    if (!j)
        return NULL;
    struct json *own = json_new(c->im->item, j->type);
    own->text = j->text;
    for json_each (child, j) {
        if (j->type == JSON_OBJECT)
            json_set(own, child->key, made_copy(c, child));
        else
            json_add(own, made_copy(c, child));
    }
    return own;
}

struct json *made_text(struct conversion *c, const struct json *j)
{
    if (!j)
        return NULL;
    if (j->type == JSON_STRING)
        return json_string(c->im->item, j->text);
    struct buf b;
    buf_init(&b, LAYOUT_FILE_MAX_BYTES);
    json_write(&b, j);
    struct json *text = b.failed ? NULL : json_string(c->im->item, arena_str(c->im->item, buf_str(&b)));
    buf_done(&b);
    return text;
}

struct json *made_tags(struct conversion *c, const struct json *object, const char *key, const char *value)
{
    struct json *list = made_list(c);
    for json_each (t, object) {
        struct json *one = made_object(c);
        made_set(c, one, key, t->key);
        made_set(c, one, value, json_str(t));
        json_add(list, one);
    }
    return list;
}

struct str made_arn_field(struct str arn, int at)
{
    struct str rest = arn;
    for (int i = 0; i < at && rest.ptr; i++)
        str_cut(&rest, ':');
    if (at == 5)
        return rest;
    return rest.ptr ? str_cut(&rest, ':') : str_make(NULL, 0);
}

bool conversion_call(struct conversion *c, const char *op, struct str account, struct str region, struct json *params,
                     struct json *answer, const char *absent, struct str place, struct err *e)
{
    struct found_call f = {.op = aws_op_find(str_of(op)), .account = account, .region = region, .params = params, .answer = answer,
                           .place = place};
    if (!f.op)
        return true; /* this build does not read it */
    if (f.op->global && f.op->home_region.len)
        f.region = f.op->home_region;
    f.end = (struct call_end){.status = answer ? CALL_OK : CALL_ABSENT, .at_us = c->at_us, .source = STR("import")};
    if (!answer)
        f.end.code = str_of(absent ? absent : "NotFound");
    return import_record(c->im, &f, e);
}

static bool is_account_id(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] < '0' || s.ptr[i] > '9')
            return false;
    return s.len == 12;
}

static bool import_account(struct conversion *c, struct err *e)
{
    const struct json *bpa = layout_get(&c->files, c->folder, "s3-bpa.json");
    (void)layout_get(&c->files, c->folder, "metadata.json");
    (void)layout_get(&c->files, c->folder, "organization.json");
    bool s3 = layout_has_below(&c->files, arena_printf(c->im->item, "%.*s/s3/", STR_ARG(c->folder)));
    if (bpa || s3) {
        struct json *answer = bpa ? made_object(c) : NULL;
        if (bpa) {
            struct json *block = made_object(c);
            static const char *const names[][2] = {{"BlockPublicAcls", "blockPublicAcls"}, {"IgnorePublicAcls", "ignorePublicAcls"},
                                                   {"BlockPublicPolicy", "blockPublicPolicy"},
                                                   {"RestrictPublicBuckets", "restrictPublicBuckets"}};
            for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
                const struct json *flag = json_getz(bpa, names[i][0]);
                made_put(block, names[i][0], made_copy(c, flag ? flag : json_getz(bpa, names[i][1])));
            }
            made_put(answer, "PublicAccessBlockConfiguration", block);
        }
        if (!conversion_call(c, "s3control:GetPublicAccessBlock", c->account, STR("us-east-1"), NULL, answer,
                             "NoSuchPublicAccessBlockConfiguration", c->folder, e))
            return false;
    }
    return import_principals(c, e) && import_buckets(c, e) && import_things(c, e);
}

static bool import_accounts(struct conversion *c, struct err *e)
{
    size_t from, to;
    layout_below(&c->files, STR("accounts/"), &from, &to);
    for (size_t i = from; i < to; i++) {
        struct str id = layout_part(c->files.files[i].path, 1);
        if (str_eq(id, c->account))
            continue;
        if (!is_account_id(id))
            return err_set(e, ERR_PARSE, "accounts/%.*s is not the folder of an account", STR_ARG(id));
        arena_reset(c->im->item);
        c->account = id;
        c->folder = arena_printf(c->im->arena, "accounts/%.*s", STR_ARG(id));
        if (!import_account(c, e))
            return false;
    }
    return true;
}

/* "accounts/ID/SERVICE/.../NAME.json" as "SERVICE ... NAME.json": what kind of file it is. */
static struct str kind_of(struct arena *a, struct str path)
{
    struct str top = layout_part(path, 0), service = layout_part(path, 2);
    ptrdiff_t slash = str_rindex(path, '/');
    struct str name = str_sub(path, (size_t)(slash + 1), path.len);
    if (!str_eqz(top, "accounts"))
        return arena_printf(a, "%.*s", STR_ARG(top));
    return arena_printf(a, "%.*s: %.*s", STR_ARG(service), STR_ARG(name));
}

/* One note a kind of file that has no counterpart among the answers that ward reads. */
static void tell_unused(struct conversion *c)
{
    struct map kinds;
    map_init(&kinds, c->im->arena);
    for (size_t i = 0; i < c->files.count; i++) {
        const struct layout_file *f = &c->files.files[i];
        if (f->used || str_eqz(layout_part(f->path, 0), "indexes")) /* indexes repeat what the rest says */
            continue;
        struct str kind = kind_of(c->im->arena, f->path);
        size_t *count = map_get(&kinds, kind);
        if (!count) {
            count = arena_new_of(c->im->arena, size_t);
            map_put(&kinds, kind, count);
        }
        ++*count;
    }
    for (size_t i = 0; i < kinds.count; i++) {
        const size_t *count = kinds.entries[i].value;
        struct str text = arena_printf(c->im->arena, "%zu file%s without a counterpart among AWS's answers; left out", *count,
                                       *count == 1 ? "" : "s");
        import_note(c->im, kinds.entries[i].key, arena_cstr(c->im->arena, text), false);
        c->im->summary->skipped += *count;
    }
}

static void on_skip(void *who, struct str path, const char *why)
{
    import_note(who, path, why, true);
}

bool import_iam_collect(struct importer *im, struct err *e)
{
    struct conversion c = {.im = im, .files = {.on_skip = on_skip, .who = im}};
    if (!layout_read(&c.files, im->arena, im->path, e))
        return false;
    im->newest_file_us = c.files.newest_us;
    c.asks_abac = import_asks_abac(&c.files);
    c.at_us = im->options->clock_us ? im->options->clock_us : c.files.newest_us;
    if (!layout_has_below(&c.files, STR("accounts/")) && !layout_has_below(&c.files, STR("organizations/"))) {
        err_set(e, ERR_PARSE, "%s is not in the layout of iam-collect", im->path);
        err_hint(e, "it has accounts/ID/SERVICE/... and organizations/ID/..., as a folder or as one JSON object {path: JSON}");
        return false;
    }
    if (!import_begin(im, e) || !import_organizations(&c, e) || !import_accounts(&c, e))
        return false;
    tell_unused(&c);
    return true;
}
