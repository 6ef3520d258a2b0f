#include "verb/demo.h"

#include "base/embed.h"
#include "base/file.h"
#include "codec/hash.h"
#include "collect/import.h"

#include <unistd.h>

bool demo_asked(const struct ward *w)
{
    return cli_has(w->cli, "demo") && cli_flag(w->cli, "demo");
}

const char *demo_store_path(const struct ward *w)
{
    return demo_asked(w) && !cli_given(w->cli, "db") ? "ward-demo.db" : cli_strz(w->cli, "db");
}

const struct config *demo_config(struct ward *w, struct err *e)
{
    if (!demo_asked(w) || cli_given(w->cli, "config"))
        return ward_config(w, e);
    struct config *c = arena_new_of(w->arena, struct config);
    struct config_text text = {STR("the sample's ward.yaml"), embed_get("sample/ward.yaml")};
    return config_build(w->arena, &text, 1, NULL, c, e) ? c : NULL;
}

/* The run that holds this build's sample: a store that is there may be of another one. */
static bool find_run(struct store *s, struct str digest, int64_t *run, struct err *e)
{
    struct query *q = query_new(s, "SELECT id FROM run WHERE source = 'sample' AND scope ->> '$.sample' = ?1 ORDER BY id DESC LIMIT 1", e);
    if (!q)
        return false;
    query_bind_str(q, 1, digest);
    if (query_step(q))
        *run = query_int(q, 0);
    return query_done(q);
}

int64_t demo_run(struct ward *w, struct store *s, struct err *e)
{
    int64_t run = 0;
    char hex[SHA256_HEX_MAX];
    struct str sample = embed_get("sample/clinic.jsonl.gz"), digest = str_of(sha256_hex(sample, hex));
    if (!find_run(s, digest, &run, e) || run)
        return run;
    const char *folder = env_get(w->env, "TMPDIR").ptr;
    char *path = arena_cstr(w->arena, arena_printf(w->arena, "%s/ward-sample-%ld.jsonl.gz", folder ? folder : "/tmp", (long)getpid()));
    struct bundle_options o = {.tool_version = WARD_VERSION, .now_us = w->now_us};
    struct bundle_summary sum;
    if (!sample.ptr) {
        err_set(e, ERR_INTERNAL, "this build carries no sample organization");
        return 0;
    }
    if (!file_replace(path, sample, 0600, e))
        return 0;
    bool ok = bundle_import(s, path, &o, w->arena, &sum, e);
    unlink(path);
    struct query *q = ok ? query_new(s, "UPDATE run SET source = 'sample', scope = json_set(coalesce(scope, '{}'), '$.sample', ?2) WHERE id = ?1", e) : NULL;
    if (!q)
        return 0;
    query_bind_int(q, 1, sum.run);
    query_bind_str(q, 2, digest);
    ok = query_run(q);
    return query_done(q) && ok ? sum.run : 0;
}
