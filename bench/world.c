/* bench-world DB CONFIG_JSON: facts and world of the newest run, timed; memory held by the world. */
#include "access/world.h"
#include "config/config.h"
#include "base/file.h"
#include "facts/facts.h"

#include <stdio.h>
#include <sys/resource.h>
#include <time.h>

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    struct err e = {0};
    struct arena *a = arena_new(0), *held = arena_new(1 << 20);
    struct config config;
    int64_t run = 0;
    struct store *s = argc > 2 ? store_open(argv[1], STORE_WRITE, &e) : NULL;
    if (!s || !config_load(a, argv[2], NULL, &config, &e) || !store_get_int(s, "SELECT max(id) FROM run", &run, &e))
        return fprintf(stderr, "bench-world: %s\n", e.message), 1;
    double from = now_s();
    if (!facts_build(a, s, run, config.doc, 1793534400000000, &e))
        return fprintf(stderr, "bench-world: %s\n", e.message), 1;
    double built = now_s();
    const struct iam_catalogue *c = iam_catalogue_load(held, &e);
    double catalogue = now_s();
    struct world *w = c ? world_new(held, c) : NULL;
    if (!w || !world_load(w, s, config.doc, &e))
        return fprintf(stderr, "bench-world: %s\n", e.message), 1;
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    printf("world: facts %.2f s, catalogue %.2f s, world %.2f s; %u accounts, %u principals, %u resources, %zu policies, %u gaps;"
           " %zu MB held, %ld MB at most\n", built - from, catalogue - built, now_s() - catalogue, w->account_count, w->principal_count,
           w->resource_count, w->policies.count, w->gap_count, arena_held_bytes(held) >> 20, u.ru_maxrss >> 10);
    store_close(s);
    arena_free(held);
    arena_free(a);
    return 0;
}
