#include "aws/op.h"

#include "aws/op_type.h"
#include "base/embed.h"
#include "base/map.h"

#include <pthread.h>
#include <stdint.h>

/* Columns of data/aws/operations.tsv, in order. */
enum column {
    COL_ID, COL_CLI, COL_ENDPOINT_ENV, COL_SIGNING_NAME, COL_ENDPOINT_PREFIX, COL_HOME_REGION, COL_PROTOCOL,
    COL_TARGET_PREFIX, COL_API_VERSION, COL_METHOD, COL_PATH, COL_HOST_PREFIX, COL_KIND, COL_PARAMS, COL_FIXED,
    COL_FOLLOW, COL_PAGE_IN, COL_PAGE_OUT, COL_PAGE_MORE, COL_PAGE_SIZE, COL_PAGE_SIZE_MAX, COL_LISTS, COL_ITEMS,
    COL_ID_FIELD, COL_ARN_FIELD, COL_NAME_FIELD, COL_TAGS_FIELD, COL_TYPE, COL_ARN_TEMPLATE, COL_ACTION, COL_ABSENT,
    COL_FLAGS, COL_COUNT
};

static const char *const protocol_names[] = {"query", "ec2", "json1.0", "json1.1", "rest-json", "rest-xml"};
static const char *const kind_names[] = {"resource", "child", "detail", "singleton"};

enum { FOLLOW_MAX = 32 };

static bool name_index(struct str name, const char *const *names, uint32_t count, uint32_t *out)
{
    for (uint32_t i = 0; i < count; i++)
        if (str_eqz(name, names[i])) {
            *out = i;
            return true;
        }
    return false;
}

static uint32_t parts_of(struct str s, char sep)
{
    uint32_t n = s.len ? 1 : 0;
    for (size_t i = 0; i < s.len; i++)
        n += s.ptr[i] == sep;
    return n;
}

static const struct str *split(struct arena *a, struct str s, char sep, uint32_t *count)
{
    *count = parts_of(s, sep);
    struct str *out = arena_array_of(a, struct str, *count ? *count : 1);
    for (uint32_t i = 0; i < *count; i++)
        out[i] = str_cut(&s, sep);
    return out;
}

const struct aws_param *aws_op_param(const struct aws_op *op, struct str name)
{
    for (uint32_t i = 0; i < op->param_count; i++)
        if (str_eq(op->params[i].name, name))
            return &op->params[i];
    return NULL;
}

static bool take_param(const struct aws_op *op, struct str name, struct aws_param *out, struct err *e)
{
    const struct aws_param *p = aws_op_param(op, name);
    if (!p)
        return err_set(e, ERR_PARSE, "%.*s: no parameter %.*s", STR_ARG(op->id), STR_ARG(name));
    *out = *p;
    return true;
}

static bool read_fixed(struct arena *a, struct aws_op *op, struct str text, struct err *e)
{
    if (!text.len)
        return true;
    const struct json *object = json_parse(a, text, text.len, e);
    if (!object)
        return false;
    if (object->type != JSON_OBJECT)
        return err_set(e, ERR_PARSE, "%.*s: fixed is no object", STR_ARG(op->id));
    struct aws_fixed *fixed = arena_array_of(a, struct aws_fixed, object->count ? object->count : 1);
    for json_each (it, object) {
        struct buf b;
        buf_init(&b, 1 << 16);
        json_write(&b, it);
        fixed[op->fixed_count].value = arena_str(a, buf_str(&b));
        buf_done(&b);
        if (!take_param(op, it->key, &fixed[op->fixed_count++].param, e))
            return false;
    }
    op->fixed = fixed;
    return true;
}

/* One "PARAM=PATH" or "PARAM=PATH/BATCH" of a source. */
static bool read_assignment(const struct aws_op *op, struct str text, struct aws_follow *f, struct err *e)
{
    struct str rest = text;
    struct str name = str_cut(&rest, '=');
    if (!rest.ptr || !rest.len)
        return err_set(e, ERR_PARSE, "%.*s: bad follow \"%.*s\"", STR_ARG(op->id), STR_ARG(text));
    f->path = rest;
    ptrdiff_t slash = rest.ptr[0] == '=' ? -1 : str_rindex(rest, '/');
    if (slash >= 0) {
        uint64_t batch = 0;
        if (!str_to_u64(str_sub(rest, (size_t)slash + 1, rest.len), &batch) || batch == 0 || batch > 10000)
            return err_set(e, ERR_PARSE, "%.*s: bad batch in \"%.*s\"", STR_ARG(op->id), STR_ARG(text));
        f->batch = (uint32_t)batch;
        f->path = str_sub(rest, 0, (size_t)slash);
    }
    return take_param(op, name, &f->param, e);
}

/* "PARENT|PARAM=PATH,...|FILTER,...|REGION" */
static bool read_source(struct aws_op *op, struct str text, uint32_t source, struct aws_follow *out, struct err *e)
{
    struct str rest = text;
    struct aws_follow f = {.source = source, .parent = str_cut(&rest, '|')};
    if (!rest.ptr || !f.parent.len)
        return err_set(e, ERR_PARSE, "%.*s: bad source \"%.*s\"", STR_ARG(op->id), STR_ARG(text));
    bool literal = str_eqz(f.parent, "-");
    if (literal)
        f.parent = STR("");
    struct str assignments = str_cut(&rest, '|');
    f.filter = rest.ptr ? str_cut(&rest, '|') : STR("");
    f.region = rest.ptr ? rest : STR("");
    if (!assignments.len)
        assignments = (struct str){NULL, 0};
    do {
        if (op->follow_count == FOLLOW_MAX)
            return err_set(e, ERR_LIMIT, "%.*s: too many follow entries", STR_ARG(op->id));
        struct aws_follow *to = &out[op->follow_count++];
        *to = f;
        if (assignments.ptr && !read_assignment(op, str_cut(&assignments, ','), to, e))
            return false;
        if (literal && (!to->path.len || to->path.ptr[0] != '='))
            return err_set(e, ERR_PARSE, "%.*s: a source without parent needs literals", STR_ARG(op->id));
    } while (assignments.ptr);
    return true;
}

static bool read_follow(struct arena *a, struct aws_op *op, struct str text, struct err *e)
{
    if (!text.len)
        return true;
    struct aws_follow *out = arena_array_of(a, struct aws_follow, FOLLOW_MAX);
    op->follow = out;
    for (uint32_t source = 0; text.ptr; source++)
        if (!read_source(op, str_cut(&text, ' '), source, out, e))
            return false;
    return true;
}

static bool read_pages(struct arena *a, struct aws_op *op, const struct str *cell, struct err *e)
{
    uint32_t outs = 0;
    const struct str *in = split(a, cell[COL_PAGE_IN], ',', &op->page_keys);
    const struct str *out = split(a, cell[COL_PAGE_OUT], ',', &outs);
    if (op->page_keys != outs || outs > AWS_PAGE_KEYS_MAX)
        return err_set(e, ERR_PARSE, "%.*s: page tokens in and out differ", STR_ARG(op->id));
    for (uint32_t i = 0; i < outs; i++) {
        op->page_out[i] = out[i];
        if (!take_param(op, in[i], &op->page_in[i], e))
            return false;
    }
    op->page_more = cell[COL_PAGE_MORE];
    op->lists = split(a, cell[COL_LISTS], ',', &op->list_count);
    if (!cell[COL_PAGE_SIZE].len)
        return true;
    uint64_t size = 0;
    if (!str_to_u64(cell[COL_PAGE_SIZE_MAX], &size) || size == 0 || size > UINT32_MAX)
        return err_set(e, ERR_PARSE, "%.*s: bad page size", STR_ARG(op->id));
    op->page_size_max = (uint32_t)size;
    return take_param(op, cell[COL_PAGE_SIZE], &op->page_size, e);
}

static bool read_flags(struct aws_op *op, struct str flags, struct err *e)
{
    while (flags.len) {
        struct str flag = str_cut(&flags, ',');
        bool *to = str_eqz(flag, "job") ? &op->starts_job : str_eqz(flag, "demand") ? &op->on_demand
                 : str_eqz(flag, "manual") ? &op->manual : str_eqz(flag, "body") ? &op->has_body
                 : str_eqz(flag, "querymode") ? &op->query_mode : NULL;
        if (!to)
            return err_set(e, ERR_PARSE, "%.*s: unknown flag %.*s", STR_ARG(op->id), STR_ARG(flag));
        *to = true;
    }
    return true;
}

static void copy_cells(struct aws_op *op, const struct str *cell)
{
    struct str rest = cell[COL_ID];
    op->id = cell[COL_ID];
    op->service = str_cut(&rest, ':');
    op->operation = rest;
    op->cli = cell[COL_CLI];
    op->endpoint_env = cell[COL_ENDPOINT_ENV];
    op->signing_name = cell[COL_SIGNING_NAME];
    op->endpoint_prefix = cell[COL_ENDPOINT_PREFIX];
    op->home_region = cell[COL_HOME_REGION];
    op->global = op->home_region.len > 0;
    op->target_prefix = cell[COL_TARGET_PREFIX];
    op->api_version = cell[COL_API_VERSION];
    op->method = cell[COL_METHOD];
    op->path = cell[COL_PATH];
    op->host_prefix = cell[COL_HOST_PREFIX];
    op->items = cell[COL_ITEMS];
    op->id_field = cell[COL_ID_FIELD];
    op->arn_field = cell[COL_ARN_FIELD];
    op->name_field = cell[COL_NAME_FIELD];
    op->tags_field = cell[COL_TAGS_FIELD];
    op->type = cell[COL_TYPE];
    op->arn_template = cell[COL_ARN_TEMPLATE];
    op->action = cell[COL_ACTION];
}

static bool read_row(struct arena *a, struct str line, struct aws_op *op, struct err *e)
{
    struct str cell[COL_COUNT] = {{0}};
    uint32_t n = 0, protocol = 0, kind = 0;
    for (; line.ptr && n < COL_COUNT; n++)
        cell[n] = str_cut(&line, '\t');
    if (n != COL_COUNT || line.ptr)
        return err_set(e, ERR_PARSE, "a row must have %d columns", (int)COL_COUNT);
    copy_cells(op, cell);
    if (!op->operation.len || !op->service.len || !op->cli.len || !op->items.len || !op->action.len)
        return err_set(e, ERR_PARSE, "a row needs id, cli, items and action");
    if (!op->path.len || op->path.ptr[0] != '/')
        return err_set(e, ERR_PARSE, "%.*s: the path must start with /", STR_ARG(op->id));
    if (!name_index(cell[COL_PROTOCOL], protocol_names, 6, &protocol))
        return err_set(e, ERR_PARSE, "%.*s: unknown protocol", STR_ARG(op->id));
    if (!name_index(cell[COL_KIND], kind_names, 4, &kind))
        return err_set(e, ERR_PARSE, "%.*s: unknown kind", STR_ARG(op->id));
    op->protocol = (enum aws_protocol)protocol;
    op->kind = (enum aws_op_kind)kind;
    op->absent = split(a, cell[COL_ABSENT], ',', &op->absent_count);
    return aws_params_parse(a, cell[COL_PARAMS], &op->params, &op->param_count, e) &&
           read_fixed(a, op, cell[COL_FIXED], e) && read_follow(a, op, cell[COL_FOLLOW], e) &&
           read_pages(a, op, cell, e) && read_flags(op, cell[COL_FLAGS], e);
}

const struct aws_op *aws_ops_parse(struct arena *a, struct str text, uint32_t *count, struct err *e)
{
    struct aws_op *ops = arena_array_of(a, struct aws_op, parts_of(text, '\n') + 1);
    uint32_t n = 0, line_number = 0;
    bool header = true;
    while (text.ptr) {
        struct str line = str_cut(&text, '\n');
        line_number++;
        if (!line.len || line.ptr[0] == '#')
            continue;
        if (header) {
            header = false;
            continue;
        }
        if (!read_row(a, line, &ops[n], e)) {
            err_context(e, "reading line %u of the operations", line_number);
            return NULL;
        }
        if (n && str_cmp(ops[n - 1].id, ops[n].id) >= 0) {
            (void)err_set(e, ERR_PARSE, "line %u: operations are not sorted", line_number);
            return NULL;
        }
        n++;
    }
    *count = n;
    return ops;
}

struct table {
    struct arena *arena;
    const struct aws_op *ops;
    struct map by_cli;
    uint32_t count;
};

static struct table table;
static pthread_once_t table_once = PTHREAD_ONCE_INIT;

/* Lives until the process ends: the table is a constant that is cheaper to read than to compile. */
static void table_load(void)
{
    struct arena *a = table.arena = arena_new(1 << 18);
    struct err e = {0};
    table.ops = aws_ops_parse(a, embed_get("data/aws/operations.tsv"), &table.count, &e);
    if (!table.ops || !table.count)
        die("data/aws/operations.tsv: %s", e.message);
    map_init(&table.by_cli, a);
    for (uint32_t i = 0; i < table.count; i++)
        (void)map_add(&table.by_cli, table.ops[i].cli, (void *)(uintptr_t)&table.ops[i]);
}

const struct aws_op *aws_ops(uint32_t *count)
{
    (void)pthread_once(&table_once, table_load);
    *count = table.count;
    return table.ops;
}

const struct aws_op *aws_op_find(struct str id)
{
    uint32_t high = 0, low = 0;
    const struct aws_op *ops = aws_ops(&high);
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        int order = str_cmp(ops[mid].id, id);
        if (order == 0)
            return &ops[mid];
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}

const struct aws_op *aws_op_by_cli(struct str cli)
{
    uint32_t count = 0;
    (void)aws_ops(&count);
    return map_get(&table.by_cli, cli);
}
