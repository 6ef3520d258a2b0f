#include "aws/endpoint.h"

#include "aws/endpoint_table.h"

struct aws_endpoints {
    const struct env *env;
    const struct aws_config *config;
    struct str profile, default_region;
    bool ignore_configured, fips, dual;
    const struct aws_regions *regions;
    const struct endpoint_table *table;
};

static bool read_flag(const struct env *env, const struct aws_config *c, struct str profile, const char *variable,
                      const char *key, bool *out, struct err *e)
{
    struct str v = env_get(env, variable);
    const char *where = variable;
    if (!v.ptr) {
        v = aws_profile_get(c, profile, key);
        where = key;
    }
    *out = str_eq_nocase(v, STR("true"));
    if (v.ptr && !*out && !str_eq_nocase(v, STR("false")))
        return err_set(e, ERR_CONFIG, "%s is neither true nor false: %.*s", where, STR_ARG(str_sub(v, 0, 60)));
    return true;
}

struct str aws_default_region(const struct env *env, const struct aws_config *config, struct str profile)
{
    struct str r = env_get(env, "AWS_REGION");
    if (!r.ptr)
        r = env_get(env, "AWS_DEFAULT_REGION");
    return r.ptr ? r : aws_profile_get(config, profile, "region");
}

const struct aws_endpoints *aws_endpoints_new(struct arena *a, const struct env *env, const struct aws_config *config,
                                              struct str profile, struct err *e)
{
    struct aws_endpoints *s = arena_new_of(a, struct aws_endpoints);
    s->env = env;
    s->config = config;
    s->profile = profile;
    s->default_region = aws_default_region(env, config, profile);
    s->regions = aws_regions_load(a);
    s->table = endpoint_table_load(a);
    if (!read_flag(env, config, profile, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls", &s->ignore_configured, e) ||
        !read_flag(env, config, profile, "AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint", &s->fips, e) ||
        !read_flag(env, config, profile, "AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint", &s->dual, e))
        return NULL;
    return s;
}

const struct aws_regions *aws_endpoints_regions(const struct aws_endpoints *s) { return s->regions; }

/* "elastic_beanstalk" of "AWS_ENDPOINT_URL_ELASTIC_BEANSTALK": the key in a services section. */
static const char *services_key(struct arena *a, struct str env)
{
    size_t prefix = sizeof "AWS_ENDPOINT_URL_" - 1;
    char *key = arena_cstr(a, str_sub(env, prefix, env.len));
    for (char *c = key; *c; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c + 32);
    return key;
}

/* The configured URL and what set it; {NULL, 0} when there is none. */
static struct str configured(struct arena *a, const struct aws_endpoints *s, struct str env, const char **from)
{
    struct str none = {NULL, 0};
    if (s->ignore_configured)
        return none;
    *from = arena_cstr(a, env);
    struct str url = env.len ? env_get(s->env, *from) : none;
    if (url.ptr)
        return url;
    *from = "AWS_ENDPOINT_URL";
    url = env_get(s->env, *from);
    struct str services = aws_profile_get(s->config, s->profile, "services");
    if (!url.ptr && services.ptr && env.len) {
        *from = "endpoint_url of the services section";
        url = aws_config_nested(s->config, AWS_SECTION_SERVICES, services, services_key(a, env), "endpoint_url");
    }
    if (!url.ptr) {
        *from = "endpoint_url of the profile";
        url = aws_profile_get(s->config, s->profile, "endpoint_url");
    }
    return url;
}

static bool host_is_sane(struct str host)
{
    for (size_t i = 0; i < host.len; i++) {
        char c = host.ptr[i];
        bool ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
                  c == '_' || c == ':' || c == '[' || c == ']';
        if (!ok)
            return false;
    }
    return host.len > 0 && host.ptr[0] != ':';
}

static bool parse_url(struct str url, struct aws_endpoint *out)
{
    bool tls = str_starts(url, STR("https://"));
    if (!tls && !str_starts(url, STR("http://")))
        return false;
    struct str rest = str_sub(url, tls ? 8 : 7, url.len), port = tls ? STR(":443") : STR(":80");
    ptrdiff_t slash = str_index(rest, '/', 0);
    struct str path = slash < 0 ? STR("") : str_sub(rest, (size_t)slash, rest.len);
    out->scheme = tls ? STR("https") : STR("http");
    out->host = slash < 0 ? rest : str_sub(rest, 0, (size_t)slash);
    /* libcurl leaves the scheme's own port out of the Host header, so it must not be signed. */
    if (str_ends(out->host, port))
        out->host.len -= port.len;
    while (path.len && path.ptr[path.len - 1] == '/')
        path.len--;
    for (size_t i = 0; i < path.len; i++)
        if (path.ptr[i] <= ' ' || path.ptr[i] == '?' || path.ptr[i] == '#')
            return false;
    out->base_path = path;
    return host_is_sane(out->host);
}

static bool find_region(struct arena *a, const struct aws_endpoints *s, struct str service, struct str name,
                        struct aws_region *out, struct err *e)
{
    bool home = name.len == 0 || str_eq(name, STR("global")) || str_ends(name, STR("-global"));
    struct str near = home ? s->default_region.ptr ? s->default_region : STR("us-east-1") : name;
    if (str_ends(near, STR("-global")))
        near = STR("us-east-1");
    if (!aws_region_find(s->regions, near, out)) {
        err_set(e, ERR_CONFIG, "no such region: %.*s", STR_ARG(str_sub(near, 0, 60)));
        err_hint(e, "regions are written like us-east-1");
        return false;
    }
    if (home) {
        struct str at = endpoint_table_home(s->table, service, out->partition);
        return aws_region_find(s->regions, at.ptr ? at : out->global_region, out) || err_set(e, ERR_INTERNAL, "the region table is broken");
    }
    out->name = arena_str(a, out->name);
    return true;
}

static bool computed(struct arena *a, const struct aws_endpoints *s, const struct aws_service *service,
                     const struct aws_region *region, struct str account, struct aws_endpoint *out, struct err *e)
{
    struct str host = endpoint_table_host(a, s->table, service, region, s->fips, s->dual, &out->signing_region);
    if (!host.ptr)
        return err_set(e, ERR_CONFIG, "AWS has no %s%s%s endpoint for %.*s in %.*s", s->fips ? "FIPS" : "",
                       s->fips && s->dual ? " " : "", s->dual ? "dual-stack" : "", STR_ARG(service->name), STR_ARG(region->name));
    bool has_account = str_contains(host, STR("{account}"));
    struct str full = has_account ? host : arena_printf(a, "%.*s%.*s", STR_ARG(service->host_prefix), STR_ARG(host));
    full = endpoint_fill(a, full, STR("{AccountId}"), account);
    full = endpoint_fill(a, full, STR("{account}"), account);
    if (str_index(full, '{', 0) >= 0 || full.ptr[0] == '.')
        return err_set(e, ERR_CONFIG, "the endpoint of %.*s needs an account", STR_ARG(service->name));
    out->scheme = STR("https");
    out->host = full;
    out->base_path = STR("");
    return true;
}

bool aws_endpoint_of(struct arena *a, const struct aws_endpoints *s, const struct aws_service *service, struct str region,
                     struct str account, struct aws_endpoint *out, struct err *e)
{
    struct aws_region at;
    const char *from = "";
    *out = (struct aws_endpoint){0};
    if (!find_region(a, s, service->name, region, &at, e))
        return false;
    struct str url = configured(a, s, service->env, &from);
    if (!url.ptr)
        return computed(a, s, service, &at, account, out, e);
    out->custom = true;
    endpoint_table_host(a, s->table, service, &at, false, false, &out->signing_region);
    if (parse_url(url, out))
        return true;
    err_set(e, ERR_CONFIG, "%s is not a web address: %.*s", from, STR_ARG(str_sub(url, 0, 200)));
    err_hint(e, "write it like https://host:port");
    return false;
}

bool aws_endpoint(struct arena *a, const struct aws_endpoints *s, const struct aws_op *op, struct str region,
                  struct str account, struct aws_endpoint *out, struct err *e)
{
    struct aws_service service = {op->service, op->endpoint_prefix, op->endpoint_env, op->host_prefix};
    return aws_endpoint_of(a, s, &service, region, account, out, e);
}

static bool is_host_label(struct str bucket)
{
    if (bucket.len < 3 || bucket.len > 63 || bucket.ptr[0] == '-' || bucket.ptr[bucket.len - 1] == '-')
        return false;
    for (size_t i = 0; i < bucket.len; i++) {
        char c = bucket.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'))
            return false;
    }
    return true;
}

void aws_endpoint_apply(struct arena *a, const struct aws_endpoint *at, struct str bucket, struct aws_request *r)
{
    r->scheme = at->scheme;
    r->host = at->host;
    struct str front = bucket.len ? arena_printf(a, "/%.*s", STR_ARG(bucket)) : STR("");
    bool in_path = str_starts(r->path, front) && (r->path.len == front.len || r->path.ptr[front.len] == '/');
    if (bucket.len && in_path && !at->custom && is_host_label(bucket)) {
        r->host = arena_printf(a, "%.*s.%.*s", STR_ARG(bucket), STR_ARG(at->host));
        r->path = r->path.len == front.len ? STR("/") : str_sub(r->path, front.len, r->path.len);
    }
    if (at->base_path.len)
        r->path = arena_printf(a, "%.*s%.*s", STR_ARG(at->base_path), STR_ARG(r->path));
}
