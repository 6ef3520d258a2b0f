#include "base/file.h"
#include "base/form.h"
#include "base/instant.h"
#include "cli/ask.h"
#include "config/draft.h"
#include "store/store.h"
#include "verb/verb.h"

enum { LIST_MAX = 2000 };

/* ---- what the store holds ---- */

static bool find_home(struct ward *w, struct store *s, int64_t run, struct draft *d, struct err *e)
{
    struct query *q = query_new(s,
                                "SELECT region FROM resource WHERE run = ?1 AND type IN ('AWS::EC2::Instance',"
                                " 'AWS::RDS::DBInstance', 'AWS::ECS::Service', 'AWS::Lambda::Function', 'AWS::DynamoDB::Table',"
                                " 'AWS::EC2::Volume', 'AWS::EC2::NatGateway') GROUP BY region ORDER BY count(*) DESC, region LIMIT 1", e);
    if (!q)
        return false;
    query_bind_int(q, 1, run);
    if (query_step(q))
        d->home = arena_str(w->arena, query_str(q, 0));
    return query_done(q);
}

/* The management account by the organization's own word, the others by their names. */
static bool find_accounts(struct ward *w, struct store *s, int64_t run, struct draft *d, struct err *e)
{
    struct query *q = query_new(s,
                                "SELECT account, coalesce(nullif(name, ''), 'account-' || account), account = (SELECT"
                                " coalesce(json_extract(data, '$.Organization.MasterAccountId'), json_extract(data, '$.MasterAccountId'))"
                                " FROM resource WHERE run = ?1 AND op = 'organizations:DescribeOrganization' LIMIT 1)"
                                " FROM run_account WHERE run = ?1 ORDER BY 3 DESC, account", e);
    if (!q)
        return false;
    query_bind_int(q, 1, run);
    d->accounts = arena_array_of(w->arena, struct draft_account, LIST_MAX);
    while (d->account_count < LIST_MAX && query_step(q)) {
        if (!form_account(query_str(q, 0)))
            continue;
        struct str name = query_int(q, 2) == 1 ? STR("management") : draft_name(w->arena, query_str(q, 1));
        d->accounts[d->account_count++] = (struct draft_account){name, arena_str(w->arena, query_str(q, 0))};
    }
    return query_done(q);
}

/* The tag key in use for tenants, and its values; a key that ward knows as such wins by its place here.
 * A value with a star would be a pattern in ward.yaml, and is left to its owner. */
static bool find_tenants(struct ward *w, struct store *s, int64_t run, struct draft *d, struct err *e)
{
    static const char *const keys[] = {"ward:tenant", "tenant", "tenant-id", "tenant_id", "tenantid", "customer"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys && !d->tenant_count; i++) {
        struct query *q = query_new(s,
                                    "SELECT DISTINCT t.value, t.key FROM resource r, json_each(r.tags) t WHERE r.run = ?1"
                                    " AND r.tags IS NOT NULL AND lower(t.key) = ?2 AND t.value <> '' AND t.value NOT GLOB '*[*?,]*'"
                                    " ORDER BY 1", e);
        if (!q)
            return false;
        query_bind_int(q, 1, run);
        query_bind_strz(q, 2, keys[i]);
        d->tenants = arena_array_of(w->arena, struct str, LIST_MAX);
        while (d->tenant_count < LIST_MAX && query_step(q)) {
            d->tenants[d->tenant_count++] = arena_str(w->arena, query_str(q, 0));
            d->tenant_tag = arena_str(w->arena, query_str(q, 1));
        }
        if (!query_done(q))
            return false;
    }
    return true;
}

static bool read_store(struct ward *w, struct draft *d, struct err *e)
{
    struct store *s = store_open(cli_strz(w->cli, "db"), STORE_READ, e);
    if (!s)
        return false;
    int64_t run = 0;
    bool ok = store_get_int(s, "SELECT coalesce(max(id), 0) FROM run WHERE status IN ('complete', 'interrupted')", &run, e);
    if (ok && !run)
        ok = err_set(e, ERR_NO_DATA, "%s holds no run", store_path(s));
    ok = ok && find_home(w, s, run, d, e) && find_accounts(w, s, run, d, e) && find_tenants(w, s, run, d, e);
    store_close(s);
    return ok;
}

/* ---- the five questions ---- */

static struct str joined(struct ward *w, const struct str *items, size_t count)
{
    struct str all = STR("");
    for (size_t i = 0; i < count; i++)
        all = arena_printf(w->arena, "%.*s%s%.*s", STR_ARG(all), i ? ", " : "", STR_ARG(items[i]));
    return all;
}

static size_t split(struct ward *w, struct str text, struct str **out)
{
    size_t n = 0;
    *out = arena_array_of(w->arena, struct str, LIST_MAX);
    for (struct str rest = text; rest.ptr && n < LIST_MAX;) {
        struct str part = str_trim(str_cut(&rest, ','));
        if (part.len)
            (*out)[n++] = part;
    }
    return n;
}

static const char *check_region(struct str s) { return form_region(s) ? NULL : "that is not the name of a region (us-east-1)"; }

static const char *check_accounts(struct str text)
{
    for (struct str rest = text; rest.ptr;) {
        struct str id = str_trim(str_cut(&rest, ',')), name = {NULL, 0};
        if (str_index(id, '=', 0) >= 0)
            name = str_cut(&id, '=');
        if (!form_account(str_trim(id)) || (name.ptr && !form_name(str_trim(name))))
            return "write an account as its 12 digits, or as NAME=ID; a name has a-z, 0-9, - and _";
    }
    return NULL;
}

static bool ask_accounts(struct ward *w, struct draft *d, struct err *e)
{
    struct str texts[LIST_MAX], answer, *parts;
    for (size_t i = 0; i < d->account_count; i++)
        texts[i] = arena_printf(w->arena, "%.*s=%.*s", STR_ARG(d->accounts[i].name), STR_ARG(d->accounts[i].id));
    if (!ask(w->arena, stdin, "3/5 Accounts of the organization, by commas; the management account as management=ID",
             joined(w, texts, d->account_count), check_accounts, &answer, e))
        return false;
    size_t n = split(w, answer, &parts);
    d->accounts = arena_array_of(w->arena, struct draft_account, n + 1);
    d->account_count = n;
    for (size_t i = 0; i < n; i++) {
        struct str id = parts[i], name = {NULL, 0};
        if (str_index(id, '=', 0) >= 0)
            name = str_trim(str_cut(&id, '='));
        id = str_trim(id);
        d->accounts[i] = (struct draft_account){name.ptr ? name : arena_printf(w->arena, "account-%.*s", STR_ARG(id)), id};
    }
    return true;
}

static bool ask_tenants(struct ward *w, struct draft *d, struct err *e)
{
    struct str answer;
    struct str found = joined(w, d->tenants, d->tenant_count);
    if (!ask(w->arena, stdin, "4/5 Tag whose value names the tenant that a thing belongs to", d->tenant_tag, NULL, &d->tenant_tag, e) ||
        !ask(w->arena, stdin, "    Its values, one for each tenant, by commas", found, NULL, &answer, e))
        return false;
    d->tenant_count = split(w, answer, &d->tenants);
    return true;
}

static bool ask_all(struct ward *w, struct draft *d, struct err *e)
{
    struct str answer;
    if (!ask(w->arena, stdin, "1/5 Name of the company", (struct str){NULL, 0}, NULL, &d->company, e) ||
        !ask(w->arena, stdin, "2/5 Home region", d->home, check_region, &d->home, e) || !ask_accounts(w, d, e) ||
        !ask_tenants(w, d, e) ||
        !ask(w->arena, stdin, "5/5 Whatever can hold data counts as holding health information. ARNs of what holds none, by commas",
             joined(w, d->no_phi, d->no_phi_count), NULL, &answer, e))
        return false;
    d->no_phi_count = split(w, answer, &d->no_phi);
    return true;
}

static bool gather(struct ward *w, struct draft *d, struct err *e)
{
    char day[INSTANT_TEXT_MAX];
    *d = (struct draft){.home = STR("us-east-1"), .tenant_tag = STR("ward:tenant")};
    d->day = str_sub(arena_str(w->arena, str_of(instant_z(w->now_us, day))), 0, 10);
    bool yes = cli_flag(w->cli, "yes");
    if (cli_flag(w->cli, "from-store") || (yes && file_exists(cli_strz(w->cli, "db"))))
        if (!read_store(w, d, e))
            return false;
    return yes || ask_all(w, d, e);
}

int verb_init(struct ward *w, struct err *e)
{
    const char *path = cli_given(w->cli, "config") ? cli_strz(w->cli, "config") : "ward.yaml";
    struct draft d;
    struct str text;
    if (file_exists(path)) {
        err_set(e, ERR_CONFIG, "%s exists and is left as it is", path);
        err_hint(e, "ward config --check %s checks it", path);
        return EXIT_GOOD;
    }
    if (!gather(w, &d, e) || !draft_write(w->arena, &d, &text, e) || !file_create(path, text, 0644, e))
        return EXIT_GOOD;
    out_f(w->out, "%s written: %zu accounts, %zu tenants\n", path, d.account_count, d.tenant_count);
    term_say(&w->term, "look it over, then: ward audit");
    return EXIT_GOOD;
}
