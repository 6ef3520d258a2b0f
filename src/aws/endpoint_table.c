#include "aws/endpoint_table.h"

#include "base/buf.h"
#include "base/embed.h"
#include "base/err.h"

struct row {
    struct str service, variants, scope, host, signing_region;
};

struct endpoint_table {
    struct row *rows;
    size_t count;
};

const struct endpoint_table *endpoint_table_load(struct arena *a)
{
    struct str text = embed_get("data/aws/endpoints.tsv");
    if (!text.ptr)
        die("data/aws/endpoints.tsv is not in this program");
    struct endpoint_table *t = arena_new_of(a, struct endpoint_table);
    size_t lines = 1;
    for (size_t i = 0; i < text.len; i++)
        lines += text.ptr[i] == '\n';
    t->rows = arena_array_of(a, struct row, lines);
    str_cut(&text, '\n'); /* source and date */
    while (text.ptr) {
        struct str line = str_cut(&text, '\n');
        if (line.len == 0)
            continue;
        struct row *r = &t->rows[t->count++];
        struct str *fields[] = {&r->service, &r->variants, &r->scope, &r->host, &r->signing_region};
        for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
            *fields[i] = str_cut(&line, '\t');
    }
    return t;
}

static bool has_variant(struct str variants, struct str wanted)
{
    while (variants.ptr)
        if (str_eq(str_cut(&variants, ','), wanted))
            return true;
    return false;
}

static const struct row *find(const struct endpoint_table *t, struct str service, struct str variant, struct str scope)
{
    for (size_t i = 0; i < t->count; i++) {
        const struct row *r = &t->rows[i];
        if (str_eq(r->service, service) && str_eq(r->scope, scope) && has_variant(r->variants, variant))
            return r;
    }
    return NULL;
}

struct str endpoint_table_home(const struct endpoint_table *t, struct str service, struct str partition)
{
    const struct row *r = find(t, service, STR("home"), partition);
    return r ? r->signing_region : (struct str){NULL, 0};
}

struct str endpoint_fill(struct arena *a, struct str text, struct str name, struct str value)
{
    struct buf b;
    buf_init(&b, 4096);
    for (size_t i = 0; i < text.len;) {
        if (str_starts(str_sub(text, i, text.len), name)) {
            buf_add(&b, value);
            i += name.len;
        } else {
            buf_addc(&b, text.ptr[i++]);
        }
    }
    if (b.failed)
        die("a host name is longer than 4096 bytes");
    struct str out = arena_str(a, buf_str(&b));
    buf_done(&b);
    return out;
}

static struct str fill(struct arena *a, struct str template, const struct aws_region *r)
{
    struct str out = endpoint_fill(a, template, STR("{region}"), r->name);
    out = endpoint_fill(a, out, STR("{dns}"), r->dns_suffix);
    out = endpoint_fill(a, out, STR("{dual}"), r->dual_suffix);
    return endpoint_fill(a, out, STR("{global}"), r->global_region);
}

struct str endpoint_table_host(struct arena *a, const struct endpoint_table *t, const struct aws_service *service,
                               const struct aws_region *region, bool fips, bool dual, struct str *signing_region)
{
    struct str variant = fips && dual ? STR("both") : fips ? STR("fips") : dual ? STR("dual") : STR("plain");
    const struct row *r = find(t, service->name, variant, region->name);
    if (!r)
        r = find(t, service->name, variant, region->partition);
    if (!r)
        r = find(t, service->name, variant, STR("*"));
    *signing_region = r ? fill(a, r->signing_region, region) : region->name;
    if (r)
        return str_eq(r->host, STR("-")) ? (struct str){NULL, 0} : fill(a, r->host, region);
    return arena_printf(a, "%.*s%s.%.*s.%.*s", STR_ARG(service->prefix), fips ? "-fips" : "", STR_ARG(region->name),
                        STR_ARG(dual ? region->dual_suffix : region->dns_suffix));
}
