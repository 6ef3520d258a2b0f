#include "verb/live.h"

#include "cli/ask.h"
#include "cli/progress.h"
#include "collect/transport_aws.h"
#include "verb/judge.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

/* The one thing a signal handler may touch. */
static volatile sig_atomic_t stop_wanted;

static void on_signal(int number)
{
    (void)number;
    if (stop_wanted < 2)
        stop_wanted++;
}

/* --endpoint-url is AWS_ENDPOINT_URL, said on the command line: no variable for one service beside it counts. */
static const char *aws_variable(void *user, const char *name)
{
    const struct ward *w = user;
    const char *url = cli_strz(w->cli, "endpoint-url");
    if (url && strcmp(name, "AWS_ENDPOINT_URL") == 0)
        return url;
    if (url && strcmp(name, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") == 0)
        return "false";
    if (url && strncmp(name, "AWS_ENDPOINT_URL_", 17) == 0)
        return NULL;
    return w->env->get(w->env->user, name);
}

static bool ask_mfa(void *user, struct str serial, char *out, size_t size, struct err *e)
{
    struct ward *w = user;
    struct str code;
    if (!ask_possible()) {
        err_set(e, ERR_CREDENTIALS, "the code of MFA device %.*s is needed and nobody can be asked", STR_ARG(serial));
        err_hint(e, "run ward on a terminal, or give it credentials of a session with MFA");
        return false;
    }
    char *question = arena_cstr(w->arena, arena_printf(w->arena, "MFA code for %.*s", STR_ARG(serial)));
    if (!ask(w->arena, stdin, question, (struct str){NULL, 0}, NULL, &code, e)) {
        if (stop_wanted)
            err_clear(e);
        return stop_wanted ? err_set(e, ERR_INTERRUPTED, "stopped by a signal") : false;
    }
    if (code.len >= size)
        return err_set(e, ERR_USAGE, "an MFA code is 6 digits");
    memcpy(out, code.ptr, code.len);
    out[code.len] = 0;
    return true;
}

bool live_open(struct ward *w, struct live *l, struct err *e)
{
    *l = (struct live){.env = {aws_variable, w}};
    const char *profile = cli_strz(w->cli, "profile");
    if (!aws_config_load(w->arena, &l->env, &l->config, e))
        return false;
    struct str name = aws_config_profile(&l->env, profile), bundle = env_get(&l->env, "AWS_CA_BUNDLE");
    l->endpoints = aws_endpoints_new(w->arena, &l->env, &l->config, name, e);
    if (!l->endpoints)
        return false;
    if (!bundle.len)
        bundle = aws_profile_get(&l->config, name, "ca_bundle");
    struct http_options o = {
        .ca_bundle = bundle.len ? arena_cstr(w->arena, bundle) : NULL,
        .user_agent = "ward/" WARD_VERSION,
        .total_timeout_ms = (long)cli_int(w->cli, "call-timeout", 90) * 1000,
        .stop = &stop_wanted,
    };
    l->http = http_new(&o, e);
    if (!l->http)
        return false;
    l->region = aws_default_region(&l->env, &l->config, name);
    if (!l->region.len)
        l->region = STR("us-east-1");
    l->keys = sigv4_keys_new();
    l->credentials = (struct aws_credential_options){
        .env = &l->env, .config = &l->config, .endpoints = l->endpoints, .http = l->http, .profile = profile,
        .mfa_prompt = ask_mfa, .mfa_user = w, .keys = l->keys};
    return true;
}

void live_close(struct live *l)
{
    http_free(l->http);
    sigv4_keys_free(l->keys);
}

struct screen {
    struct progress *progress;
    struct progress_counts last;
};

static int64_t clock_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void show(void *user, const struct collect_progress *p)
{
    struct screen *s = user;
    s->last = (struct progress_counts){
        .done = (int64_t)p->done, .queued = (int64_t)p->queued - p->in_flight, .in_flight = p->in_flight,
        .denied = (int64_t)p->denied, .throttled = (int64_t)p->throttled, .failed = (int64_t)p->failed};
    progress_update(s->progress, &s->last, clock_us());
}

static struct collect_options options_of(struct ward *w, const struct controls *controls)
{
    struct strings ops = judge_operations(w, controls);
    const struct str *regions, *accounts;
    size_t region_count = cli_list(w->cli, "region", &regions), account_count = cli_list(w->cli, "account", &accounts);
    bool limits_off = env_get(w->env, "WARD_NO_LIMITS").len > 0; /* benchmarks against a stub */
    return (struct collect_options){
        .ops = ops.items, .op_count = ops.count,
        .regions = regions, .region_count = (uint32_t)region_count,
        .accounts = accounts, .account_count = (uint32_t)account_count,
        .org = cli_flag(w->cli, "org"),
        .role = cli_str(w->cli, "role-name"), .external_id = cli_str(w->cli, "external-id"),
        .max_in_flight = cli_has(w->cli, "max-in-flight") ? (uint32_t)cli_int(w->cli, "max-in-flight", COLLECT_IN_FLIGHT) : 0,
        .max_per_host = limits_off ? 0 : COLLECT_PER_HOST, .no_limits = limits_off,
        .max_rate = cli_has(w->cli, "max-rate") ? (double)cli_int(w->cli, "max-rate", 0) : 0,
        .retry_budget_s = cli_int(w->cli, "retry-budget", 0),
        .deadline_s = cli_int(w->cli, "max-time", 0),
        .resume = cli_has(w->cli, "resume") && cli_flag(w->cli, "resume"),
        .tool_version = WARD_VERSION, .stop = &stop_wanted};
}

static void say_collected(struct ward *w, const struct collect_summary *sum)
{
    struct rusage use = {0};
    getrusage(RUSAGE_SELF, &use);
    term_detail(&w->term, "%llu calls (%llu requests) in %.2f s, %u in flight at most, CPU %.2f s, memory %ld MB at most",
                (unsigned long long)sum->calls, (unsigned long long)sum->requests, (double)sum->wall_ms / 1e3,
                sum->in_flight_max, (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
                (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6, use.ru_maxrss / 1024);
}

bool live_collect(struct ward *w, struct live *l, struct store *s, const struct controls *controls, const struct str *regions,
                  uint32_t region_count, struct collect_summary *sum, struct err *e)
{
    struct screen screen = {0};
    struct collect_options o = options_of(w, controls);
    if (region_count) {
        o.regions = regions;
        o.region_count = region_count;
    }
    o.transport = transport_aws_new(&l->credentials, l->region);
    screen.progress = progress_new(w->arena, &w->term, cli_str(w->cli, "progress"), clock_us(), NULL, NULL);
    o.progress = show;
    o.progress_user = &screen;

    struct sigaction ours = {.sa_handler = on_signal}, old_int, old_term;
    sigemptyset(&ours.sa_mask);
    stop_wanted = 0;
    sigaction(SIGINT, &ours, &old_int);
    sigaction(SIGTERM, &ours, &old_term);
    bool ok = collect_run(s, &o, sum, e);
    sigaction(SIGINT, &old_int, NULL);
    sigaction(SIGTERM, &old_term, NULL);
    if (ok || screen.last.done + screen.last.queued + screen.last.in_flight > 0)
        progress_end(screen.progress, &screen.last, clock_us());
    transport_aws_free(o.transport);
    if (ok)
        say_collected(w, sum);
    if (!ok || stop_wanted < 2)
        return ok;
    err_set(e, ERR_INTERRUPTED, "left at the second signal; what was read is kept as run %lld", (long long)sum->run);
    err_hint(e, "ward audit --resume goes on with it");
    return false;
}
