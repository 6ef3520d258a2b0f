/*
 * The proof again, in a process that keeps the organization: bench-again DB WARD_YAML [ROLES]. Loads the newest run once and proves
 * it; then changes the inline policy of one role after the other, and last a policy at the organization's root, each
 * in memory, and proves again. Prints what each took and a checksum of all verdicts, which has to be the same for a
 * proof that was made anew.
 */
#include "access/engine.h"
#include "config/config.h"
#include "facts/facts.h"
#include "prove/prove.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

struct watch {
    double wall, cpu;
};

static double milliseconds(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static struct watch now(void) { return (struct watch){milliseconds(CLOCK_MONOTONIC), milliseconds(CLOCK_PROCESS_CPUTIME_ID)}; }

static struct watch lap(struct watch from)
{
    struct watch to = now();
    return (struct watch){to.wall - from.wall, to.cpu - from.cpu};
}

static uint64_t checksum(const struct proof *p)
{
    uint64_t sum = 14695981039346656037u;
    for (size_t i = 0; i < (size_t)p->labels.count * p->labels.count; i++)
        sum = (sum ^ ((uint64_t)p->verdicts[i] << 8 | p->levels[i])) * 1099511628211u;
    for (uint32_t i = 0; i < p->cell_count; i++)
        for (size_t k = 0; k < p->cells[i].reason.len; k++)
            sum = (sum ^ (unsigned char)p->cells[i].reason.ptr[k]) * 1099511628211u;
    return sum;
}

/* One statement more: objects below a name that no other policy has, in every bucket of the account's tenants. */
static void change_role(struct world *w, uint32_t principal, uint32_t n)
{
    struct world_principal *p = &w->principals[principal];
    struct iam_policy_ref *refs = arena_array_of(w->arena, struct iam_policy_ref, p->identity.count);
    for (uint32_t i = 0; i < p->identity.count; i++)
        refs[i] = p->identity.items[i];
    refs[0] = world_policy(w, arena_printf(w->arena, "{\"Version\":\"2012-10-17\",\"Statement\":["
        "{\"Effect\":\"Allow\",\"Action\":[\"s3:GetObject\",\"s3:ListBucket\"],\"Resource\":[\"arn:aws:s3:::acme-t%04u-*\",\"arn:aws:s3:::acme-t%04u-*/report-%u/*\"]},"
        "{\"Effect\":\"Allow\",\"Action\":\"kms:Decrypt\",\"Resource\":\"*\"}]}", n % 50 + 1, n % 50 + 1, n), refs[0].id);
    p->identity.items = refs;
}

static bool is_plain_role(const struct world *w, uint32_t i)
{
    const struct world_principal *p = &w->principals[i];
    return p->kind == WORLD_ROLE && !p->service_linked && !p->sso && p->tenant.ptr && p->identity.count == 1 && !p->has_boundary &&
           str_index(p->identity.items[0].id, '#', 0) >= 0;
}

/* One Deny more in the first policy at the top. */
static void change_root(struct world *w)
{
    struct iam_policy_ref more = world_policy(w, STR("{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"},"
        "{\"Effect\":\"Deny\",\"Action\":\"account:CloseAccount\",\"Resource\":\"*\"}]}"), STR("root, changed"));
    for (uint32_t i = 0; i < w->account_count; i++) {
        struct world_account *a = &w->accounts[i];
        if (!a->scp_count || !a->scps[0].policies.count)
            continue;
        struct iam_level *levels = arena_array_of(w->arena, struct iam_level, a->scp_count);
        struct iam_policy_ref *refs = arena_array_of(w->arena, struct iam_policy_ref, a->scps[0].policies.count);
        for (uint32_t k = 0; k < a->scp_count; k++)
            levels[k] = a->scps[k];
        for (uint32_t k = 0; k < levels[0].policies.count; k++)
            refs[k] = levels[0].policies.items[k];
        refs[0] = more;
        levels[0].policies.items = refs;
        a->scps = levels;
    }
}

static bool again(struct prove_session *s, uint32_t roles, struct err *e)
{
    struct watch worst = {0};
    double sum = 0;
    uint32_t done = 0, step = s->graph->first_pseudo / (roles + 1);
    for (uint32_t i = 1; i <= roles; i++) {
        uint32_t at = i * step;
        while (at < s->graph->first_pseudo && !is_plain_role(s->world, at))
            at++;
        if (at == s->graph->first_pseudo)
            continue;
        change_role(s->world, at, i);
        struct watch from = now();
        if (!prove_session_principal(s, at, e))
            return false;
        struct watch took = lap(from);
        worst = took.wall > worst.wall ? took : worst;
        sum += took.wall;
        done++;
    }
    printf("role\t%.1f\t%.1f\t%.1f\t%u\t%u\n", done ? sum / done : 0, worst.wall, worst.cpu, done, s->anew);
    uint64_t kept = checksum(s->proof);
    struct watch from = now();
    if (!prove_session_organization(s, e))
        return false;
    struct watch took = lap(from);
    printf("anew\t%.1f\t%.1f\t%.1f\t%s\n", took.wall, took.wall, took.cpu, kept == checksum(s->proof) ? "same" : "OTHER");
    change_root(s->world);
    from = now();
    if (!prove_session_organization(s, e))
        return false;
    took = lap(from);
    printf("root\t%.1f\t%.1f\t%.1f\t%016llx\n", took.wall, took.wall, took.cpu, (unsigned long long)checksum(s->proof));
    return true;
}

int main(int argc, char **argv)
{
    struct err e = {0};
    struct arena *a = arena_new(1 << 20);
    struct config config;
    struct prove_session session = {0};
    int64_t run = 0;
    struct store *s = argc > 2 ? store_open(argv[1], STORE_WRITE, &e) : NULL;
    const struct iam_catalogue *c = iam_catalogue_load(a, &e);
    struct world *w = c ? world_new(a, c) : NULL;
    bool ok = s && w && config_load(a, argv[2], NULL, &config, &e) && store_get_int(s, "SELECT max(id) FROM run", &run, &e) &&
              facts_build(a, s, run, config.doc, 1793534400000000, &e) && world_load(w, s, config.doc, &e);
    struct watch from = now();
    if (!ok || !prove_session_open(&session, w, &e))
        return fprintf(stderr, "bench-again: %s\n", e.message), 1;
    struct watch took = lap(from);
    printf("first\t%.1f\t%.1f\t%.1f\t%016llx\n", took.wall, took.wall, took.cpu, (unsigned long long)checksum(session.proof));
    if (!again(&session, argc > 3 ? (uint32_t)atoi(argv[3]) : 20, &e))
        return fprintf(stderr, "bench-again: %s\n", e.message), 1;
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    printf("peak\t%ld\n", u.ru_maxrss >> 10);
    prove_session_close(&session);
    store_close(s);
    arena_free(a);
    return 0;
}
