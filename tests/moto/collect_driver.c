/* collect-driver STORE in-flight|0 org|own OPERATION...: one collection with the environment's credentials and
 * endpoint, for tests and benchmarks; prints the summary as one JSON object. */
#include "codec/json.h"
#include "collect/ingest.h"
#include "collect/collect.h"
#include "collect/transport_aws.h"

#include <stdio.h>
#include <stdlib.h>

static const char *from_process(void *user, const char *name)
{
    (void)user;
    return getenv(name);
}

static void print_summary(const struct collect_summary *s)
{
    struct buf b;
    struct json_out j;
    buf_init(&b, 1 << 16);
    jo_init(&j, &b, false);
    jo_object(&j);
    jo_kv_int(&j, "calls", (int64_t)s->calls);
    jo_kv_int(&j, "requests", (int64_t)s->requests);
    jo_kv_int(&j, "wall_ms", s->wall_ms);
    jo_kv_int(&j, "in_flight_max", s->in_flight_max);
    jo_kv_int(&j, "accounts", s->accounts);
    jo_kv_int(&j, "accounts_unreached", s->accounts_unreached);
    jo_key(&j, "by_status");
    jo_object(&j);
    for (int i = CALL_OK; i <= CALL_SKIPPED; i++)
        jo_kv_int(&j, call_status_name((enum call_status)i), (int64_t)s->by_status[i]);
    jo_end_object(&j);
    jo_end_object(&j);
    (void)puts(buf_cstr(&b));
    buf_done(&b);
}

static bool collect(struct arena *a, int argc, char **argv, struct err *e)
{
    struct env env = {from_process, NULL};
    struct aws_config config = {0};
    struct collect_summary sum;
    if (!aws_config_load(a, &env, &config, e))
        return false;
    struct str profile = aws_config_profile(&env, NULL);
    const struct aws_endpoints *endpoints = aws_endpoints_new(a, &env, &config, profile, e);
    struct http_options ho = {.user_agent = "ward-test"};
    struct http *http = endpoints ? http_new(&ho, e) : NULL;
    struct store *store = http ? store_open(argv[1], STORE_CREATE, e) : NULL;
    if (!store) {
        http_free(http);
        return false;
    }
    struct aws_credential_options co = {.env = &env, .config = &config, .endpoints = endpoints, .http = http};
    struct str *ops = arena_array_of(a, struct str, (size_t)argc);
    for (int i = 4; i < argc; i++)
        ops[i - 4] = str_of(argv[i]);
    struct collect_options o = {
        .ops = ops,
        .op_count = (uint32_t)(argc - 4),
        .org = str_eqz(str_of(argv[3]), "org"),
        .max_in_flight = (uint32_t)strtoul(argv[2], NULL, 10),
        .no_limits = true,
        .transport = transport_aws_new(&co, aws_default_region(&env, &config, profile)),
    };
    bool ok = collect_run(store, &o, &sum, e);
    if (ok)
        print_summary(&sum);
    transport_aws_free(o.transport);
    store_close(store);
    http_free(http);
    return ok;
}

int main(int argc, char **argv)
{
    struct err e = {0};
    if (argc < 5)
        return 2;
    struct arena *a = arena_new(0);
    bool ok = collect(a, argc, argv, &e);
    if (!ok)
        (void)fprintf(stderr, "%s\n", e.message);
    arena_free(a);
    return ok ? 0 : err_exit_status(e.kind);
}
