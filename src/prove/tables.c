#include "prove/tables_internal.h"

#include "base/embed.h"
#include "codec/hash.h"

static const char ddl[] =
    "DROP TABLE IF EXISTS access_outside;"
    "CREATE TABLE access_outside(resource TEXT, type TEXT, account TEXT, store TEXT, touch TEXT, who TEXT, name TEXT,"
    " grantee_account TEXT, inside INTEGER, sure INTEGER, level TEXT, condition TEXT, action TEXT, statement TEXT);"
    "DROP TABLE IF EXISTS access_asked;"
    "CREATE TABLE access_asked(resource TEXT PRIMARY KEY) WITHOUT ROWID;"
    "DROP TABLE IF EXISTS access_stranger;"
    "CREATE TABLE access_stranger(name TEXT PRIMARY KEY) WITHOUT ROWID;"
    "DROP TABLE IF EXISTS access_admin;"
    "CREATE TABLE access_admin(principal TEXT PRIMARY KEY, account TEXT, kind TEXT, sure INTEGER, level TEXT, first "
    "TEXT,"
    " first_to TEXT, path TEXT, decrypts INTEGER, keys INTEGER) WITHOUT ROWID;"
    "DROP TABLE IF EXISTS access_without_mfa;"
    "CREATE TABLE access_without_mfa(principal TEXT, account TEXT, credential TEXT, sure INTEGER, level TEXT, action "
    "TEXT,"
    " resource TEXT, statement TEXT, PRIMARY KEY(principal, credential)) WITHOUT ROWID;"
    "DROP TABLE IF EXISTS access_plain_http;"
    "CREATE TABLE access_plain_http(resource TEXT PRIMARY KEY, account TEXT, sure INTEGER, level TEXT, who TEXT) "
    "WITHOUT ROWID;"
    "DROP TABLE IF EXISTS access_claim;"
    "CREATE TABLE access_claim(subject TEXT, object TEXT, verdict TEXT, level TEXT, reason TEXT, chain TEXT, missing "
    "TEXT,"
    " missing_action TEXT);"
    "DROP TABLE IF EXISTS access_label;"
    "CREATE TABLE access_label(label TEXT, kind TEXT, stores INTEGER);";
static const char indexes[] = "CREATE INDEX access_outside_store ON access_outside (store);";

bool prove_tables_named(struct str sql)
{
    static const char *const names[] = {"access_outside",     "access_asked",      "access_stranger", "access_admin",
                                        "access_without_mfa", "access_plain_http", "access_claim",    "access_label"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_contains(sql, str_of(names[i])))
            return true;
    return false;
}

void table_bind_level(struct query *q, int sure_at, int level_at, enum graph_level l)
{
    if (l == LEVEL_CERTAIN || l == LEVEL_NEVER)
        query_bind_int(q, sure_at, l == LEVEL_CERTAIN);
    else
        query_bind_null(q, sure_at);
    query_bind_strz(q, level_at, graph_level_name(l));
}

/* The facts' key, ward's version, its tables of IAM. False with *have unchanged when the store cannot be read. */
static bool make_key(struct store *s, const char *version, char out[SHA256_HEX_MAX], bool *same, struct err *e)
{
    struct query *q =
        query_new(s, "SELECT key, value FROM store_meta WHERE key IN ('facts', 'access') ORDER BY key DESC", e);
    struct buf b;
    char kept[SHA256_HEX_MAX] = "";
    if (!q)
        return false;
    buf_init(&b, (size_t)64 << 20);
    buf_addf(&b, "%s\n%s\n", version, ddl);
    while (query_step(q)) {
        struct str value = query_str(q, 1);
        if (str_eqz(query_str(q, 0), "facts"))
            buf_add(&b, value);
        else if (value.len < sizeof kept)
            memcpy(kept, value.ptr, value.len);
    }
    for (size_t i = 0; i < embedded_count; i++)
        if (strncmp(embedded_files[i].name, "data/iam/", 9) == 0)
            buf_add(&b, (struct str){(const char *)embedded_files[i].data, embedded_files[i].size});
    sha256_hex(buf_str(&b), out);
    buf_done(&b);
    *same = strcmp(kept, out) == 0;
    return query_done(q);
}

static bool remember(struct store *s, const char *key, struct err *e)
{
    struct query *q = query_new(s, "INSERT OR REPLACE INTO store_meta(key, value) VALUES ('access', ?1)", e);
    if (!q)
        return false;
    query_bind_strz(q, 1, key);
    bool ran = query_run(q);
    return query_done(q) && ran;
}

static bool fill(struct tabler *t, const char *key, struct err *e)
{
    return store_exec(t->s, ddl, e) && table_outside(t, e) && table_admin(t, e) && table_without_mfa(t, e) &&
           table_plain_http(t, e) && table_claims(t, e) && store_exec(t->s, indexes, e) && remember(t->s, key, e);
}

static bool write_tables(struct tabler *t, const char *key, struct err *e)
{
    if (!store_begin(t->s, e))
        return false;
    if (!fill(t, key, e)) {
        store_rollback(t->s);
        return false;
    }
    return store_commit(t->s, e);
}

static bool make(struct tabler *t, const struct json *config, const char *key, struct err *e)
{
    const struct iam_catalogue *c = iam_catalogue_load(t->a, e);
    uint32_t *actions, count;
    if (!c)
        return false;
    t->w = world_new(t->a, c);
    if (!world_load(t->w, t->s, config, e) || !(t->g = graph_prepare(t->w, e)))
        return false;
    count = prove_questions(t->g, t->a, &actions);
    struct engine *engine = engine_new(t->w, actions, count);
    engine_run(engine);
    struct rights *r = arena_new_of(t->a, struct rights);
    *r = rights_of_engine(engine);
    t->r = r;
    graph_build(t->g, r);
    t->p = prove(t->a, t->g, r);
    bool good = write_tables(t, key, e);
    engine_free(engine);
    return good;
}

bool prove_tables_make(struct store *s, const struct json *config, const char *version, struct err *e)
{
    char key[SHA256_HEX_MAX];
    bool same = false;
    if (!make_key(s, version, key, &same, e))
        return false;
    if (same)
        return true;
    struct tabler t = {.a = arena_new(1 << 20), .s = s};
    bool good = make(&t, config ? config : json_new(t.a, JSON_OBJECT), key, e);
    arena_free(t.a);
    if (!good)
        err_context(e, "working out who may do what");
    return good;
}
