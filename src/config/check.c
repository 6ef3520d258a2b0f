#include "config/check.h"

#include "base/form.h"
#include "base/map.h"
#include "base/nearest.h"

#include <stdio.h>

struct checker {
    struct arena *arena;
    const struct config *c;
    struct err *e;
};

/* "waivers[2].expires" */
static struct str at(struct checker *k, const char *list, int index, const char *key)
{
    return arena_printf(k->arena, "%s[%d].%s", list, index, key);
}

static bool wrong(struct checker *k, struct str path, struct str message)
{
    const struct config_origin *o = config_origin_of(k->c, path);
    struct str where = o ? config_origin_text(k->arena, o) : path;
    return err_set(k->e, ERR_CONFIG, "%.*s: %.*s", STR_ARG(where), STR_ARG(message));
}

static bool known_party(struct checker *k, struct str name, struct nearest *near)
{
    static const char *const maps[] = {"tenants", "shared", "accounts"};
    bool found = str_eqz(name, "shared");
    for (size_t i = 0; i < 3; i++) {
        for json_each(t, json_getz(k->c->doc, maps[i])) {
            found |= str_eq(t->key, name);
            nearest_offer(near, t->key);
        }
    }
    return found;
}

static bool check_party(struct checker *k, struct str path, struct str name)
{
    struct nearest near;
    nearest_init(&near, name);
    if (known_party(k, name, &near))
        return true;
    wrong(k, path, arena_printf(k->arena, "\"%.*s\" is neither a tenant nor shared", STR_ARG(name)));
    if (near.best.ptr)
        err_hint(k->e, "did you mean %.*s?", STR_ARG(near.best));
    return false;
}

static bool check_peering(struct checker *k)
{
    int i = 0;
    for json_each(p, json_getz(k->c->doc, "peering")) {
        if (!check_party(k, at(k, "peering", i, "from"), json_get_str(p, "from")) ||
            !check_party(k, at(k, "peering", i, "to"), json_get_str(p, "to")))
            return false;
        if (str_eq(json_get_str(p, "from"), json_get_str(p, "to")))
            return wrong(k, at(k, "peering", i, "to"), STR("a tenant cannot be peered with itself"));
        i++;
    }
    return true;
}

static bool check_via(struct checker *k)
{
    for json_each(s, json_getz(k->c->doc, "shared")) {
        int i = 0;
        for json_each(v, json_getz(s, "via")) {
            static const char *const ends[] = {"from", "to"};
            for (int end = 0; end < 2; end++) {
                struct str name = json_get_str(v, ends[end]);
                struct str path = arena_printf(k->arena, "shared.%.*s.via[%d].%s", STR_ARG(s->key), i, ends[end]);
                if (!str_eqz(name, "*") && !check_party(k, path, name))
                    return false;
            }
            i++;
        }
    }
    return true;
}

/* An entry of `accounts` of a tenant is an id or a name under `accounts`; the id, or {NULL,0}. */
static struct str account_id(struct checker *k, struct str entry)
{
    if (form_account(entry))
        return entry;
    const struct json *named = json_get(json_getz(k->c->doc, "accounts"), entry);
    if (!named)
        return (struct str){NULL, 0};
    struct str id = json_get_str(named, "id");
    return id.ptr ? id : entry;
}

/* No account and no VPC may belong to two owners: the proof of isolation would rest on a guess. */
static bool claim(struct checker *k, struct map *owner, const struct json *t, struct str path, struct str entry, bool account)
{
    struct str id = account ? account_id(k, entry) : entry;
    if (!id.ptr)
        return wrong(k, path, arena_printf(k->arena, "\"%.*s\" is neither an account id nor a name under accounts", STR_ARG(entry)));
    const struct json *other = map_get(owner, id);
    if (other)
        return wrong(k, path, arena_printf(k->arena, "\"%.*s\" is also claimed by %.*s", STR_ARG(entry), STR_ARG(other->key)));
    map_put(owner, id, (void *)(uintptr_t)t);
    return true;
}

static bool check_claims(struct checker *k, const char *list)
{
    struct map owner;
    map_init(&owner, k->arena);
    static const char *const maps[] = {"tenants", "shared"};
    bool account = strcmp(list, "accounts") == 0;
    for (int m = 0; m < 2; m++) {
        for json_each(t, json_getz(k->c->doc, maps[m])) {
            int i = 0;
            for json_each(v, json_getz(t, list)) {
                struct str path = arena_printf(k->arena, "%s.%.*s.%s[%d]", maps[m], STR_ARG(t->key), list, i++);
                if (!claim(k, &owner, t, path, v->text, account))
                    return false;
            }
        }
    }
    return true;
}

static bool check_names(struct checker *k)
{
    for json_each(s, json_getz(k->c->doc, "shared"))
        if (json_get(json_getz(k->c->doc, "tenants"), s->key))
            return err_set(k->e, ERR_CONFIG, "\"%.*s\" is both a tenant and shared", STR_ARG(s->key));
    return true;
}

static bool check_members(struct checker *k)
{
    struct map seen;
    map_init(&seen, k->arena);
    for json_each(t, json_getz(k->c->doc, "tenants")) {
        const struct json *members = json_getz(t, "members");
        if (members->count && !str_eqz(json_get_str(t, "isolation"), "pooled"))
            return wrong(k, arena_printf(k->arena, "tenants.%.*s.isolation", STR_ARG(t->key)), STR("only a pooled tenant has members"));
        int i = 0;
        for json_each(m, members) {
            if (!map_add(&seen, m->text, k))
                return wrong(k, arena_printf(k->arena, "tenants.%.*s.members[%d]", STR_ARG(t->key), i),
                             arena_printf(k->arena, "the member \"%.*s\" is there twice", STR_ARG(m->text)));
            i++;
        }
    }
    return true;
}

static bool check_stores(struct checker *k)
{
    int i = 0;
    for json_each(s, json_getz(k->c->doc, "stores")) {
        if (!json_is_true(json_getz(s, "phi")) && !json_get_str(s, "reason").ptr)
            return wrong(k, at(k, "stores", i, "phi"), STR("a store without health information needs a reason"));
        i++;
    }
    return true;
}

static bool check_waivers(struct checker *k)
{
    int i = 0;
    for json_each(w, json_getz(k->c->doc, "waivers")) {
        struct str finding = json_get_str(w, "finding");
        bool control = json_getz(w, "control"), resource = json_getz(w, "resource");
        struct str path = at(k, "waivers", i++, "owner");
        if (!finding.ptr && !(control && resource))
            return wrong(k, path, STR("a waiver names a finding, or a control and a resource"));
        if (finding.ptr && (control || resource))
            return wrong(k, path, STR("a waiver names a finding or a control and a resource, not both"));
        if (finding.ptr && !form_hex(finding, 16))
            return wrong(k, path, arena_printf(k->arena, "\"%.*s\" is not the id of a finding (16 hex digits)", STR_ARG(finding)));
    }
    return true;
}

static bool is_citation(struct str s)
{
    static const char *const sections[] = {"164.308(", "164.310(", "164.312(", "164.314(", "164.316("};
    for (size_t i = 0; i < 5; i++)
        if (str_starts(s, str_of(sections[i])))
            return str_ends(s, STR(")"));
    return false;
}

static bool check_attestations(struct checker *k)
{
    int i = 0;
    for json_each(t, json_getz(k->c->doc, "attestations")) {
        struct str citation = json_get_str(t, "citation"), date = json_get_str(t, "date"), expires = json_get_str(t, "expires");
        if (!citation.ptr == !json_getz(t, "control"))
            return wrong(k, at(k, "attestations", i, "document"), STR("an attestation names a citation or a control"));
        if (citation.ptr && !is_citation(citation))
            return wrong(k, at(k, "attestations", i, "citation"),
                         arena_printf(k->arena, "\"%.*s\" is not a citation such as 164.308(a)(2)", STR_ARG(citation)));
        if (str_cmp(expires, date) <= 0)
            return wrong(k, at(k, "attestations", i, "expires"), STR("it expires before it begins"));
        i++;
    }
    return true;
}

static bool check_mfa(struct checker *k)
{
    const struct json *mfa = json_path(k->c->doc, "identity.mfa");
    if (!json_getz(mfa, "evidence") || json_getz(mfa, "expires"))
        return true;
    return wrong(k, STR("identity.mfa.evidence"), STR("evidence needs expires, the last day on which it counts"));
}

static bool check_canary(struct checker *k)
{
    int i = 0;
    for json_each(t, json_path(k->c->doc, "fleet.canary")) {
        struct str path = arena_printf(k->arena, "fleet.canary[%d]", i++);
        if (!json_get(json_getz(k->c->doc, "tenants"), t->text))
            return wrong(k, path, arena_printf(k->arena, "\"%.*s\" is not a tenant", STR_ARG(t->text)));
    }
    return true;
}

static bool check_network(struct checker *k)
{
    const struct json *network = json_getz(k->c->doc, "network");
    struct str pool = json_get_str(network, "pool");
    int64_t tenant = 0;
    int prefix = 0;
    if (!pool.ptr || !form_cidr(pool, &prefix, NULL) || !json_get_i64(network, "tenant_prefix", &tenant) || tenant >= prefix)
        return true;
    return wrong(k, STR("network.pool"), arena_printf(k->arena, "the pool %.*s is smaller than one tenant (/%lld)", STR_ARG(pool), (long long)tenant));
}

static bool check_regions(struct checker *k)
{
    const struct json *regions = json_getz(k->c->doc, "regions");
    struct str home = json_get_str(regions, "home");
    if (!home.ptr || !str_eq(home, json_get_str(regions, "dr")))
        return true;
    return wrong(k, STR("regions.dr"), STR("the second copy is in the home region"));
}

static bool check_trusted(struct checker *k)
{
    struct map seen;
    map_init(&seen, k->arena);
    int i = 0;
    for json_each(t, json_path(k->c->doc, "declared.trusted_accounts")) {
        struct str path = arena_printf(k->arena, "declared.trusted_accounts[%d].id", i++);
        if (!map_add(&seen, json_get_str(t, "id"), k))
            return wrong(k, path, STR("the account is there twice"));
    }
    return true;
}

bool config_check(struct arena *a, const struct config *c, struct err *e)
{
    struct checker k = {a, c, e};
    return check_regions(&k) && check_network(&k) && check_mfa(&k) && check_names(&k) && check_members(&k) &&
           check_claims(&k, "accounts") && check_claims(&k, "vpcs") && check_via(&k) && check_peering(&k) &&
           check_stores(&k) && check_trusted(&k) && check_attestations(&k) && check_waivers(&k) && check_canary(&k);
}
