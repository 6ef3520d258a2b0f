#include "config/draft.h"

#include "base/embed.h"
#include "base/map.h"
#include "codec/yaml.h"
#include "config/config.h"
#include "config/schema.h"

enum { NAME_MAX = 63, COMMENT_COLUMN = 40 };

struct str draft_name(struct arena *a, struct str text)
{
    char name[NAME_MAX];
    size_t n = 0;
    for (size_t i = 0; i < text.len && n < NAME_MAX; i++) {
        char c = text.ptr[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (word)
            name[n++] = c;
        else if (n && name[n - 1] != '-')
            name[n++] = '-';
    }
    while (n && name[n - 1] == '-')
        n--;
    return n ? arena_str(a, str_make(name, n)) : STR("unnamed");
}

/* The name, with a number behind it when it was used before. */
static struct str fresh_name(struct arena *a, struct map *used, struct str name)
{
    struct str fresh = name;
    for (int i = 2; !map_add(used, fresh, used); i++)
        fresh = arena_printf(a, "%.*s-%d", STR_ARG(str_sub(name, 0, NAME_MAX - 8)), i);
    return fresh;
}

static void put_company(struct buf *b, const struct draft *d)
{
    buf_addz(b, "# Configuration of ward. ward.yaml(5) describes all keys; ward config shows what is in force.\n"
                "version: 1\n\ncompany:\n");
    if (d->company.len) {
        buf_addz(b, "  name: ");
        yaml_write_scalar(b, d->company);
        buf_addc(b, '\n');
    }
    buf_addz(b, "  # The day on which the business associate addendum was accepted in AWS Artifact.\n"
                "  # baa_accepted: 2026-01-31\n\nregions:\n  home: ");
    yaml_write_scalar(b, d->home);
    buf_addz(b, "\n  # The region of the second copy.\n  # dr: us-west-2\n");
}

static void put_accounts(struct buf *b, struct arena *a, const struct draft *d)
{
    struct map used;
    map_init(&used, a);
    buf_addz(b, "\n# Accounts by purpose: management, log_archive, audit, backup, shared, or any other name.\naccounts:\n");
    for (size_t i = 0; i < d->account_count; i++) {
        struct str name = fresh_name(a, &used, d->accounts[i].name);
        buf_addf(b, "  %.*s: {id: \"%.*s\"}\n", STR_ARG(name), STR_ARG(d->accounts[i].id));
    }
}

static void put_tenants(struct buf *b, struct arena *a, const struct draft *d)
{
    struct map used;
    map_init(&used, a);
    buf_addz(b, "\n# Tenants, and how their things are recognized: by accounts, vpcs, tags or arns.\n"
                "# isolation is what separates a tenant from the others: host, vm, fargate, ecs-ec2, or pooled, which\n"
                "# claims the least. Things of nobody go under `shared`.\ntenants:\n");
    for (size_t i = 0; i < d->tenant_count; i++) {
        struct str name = fresh_name(a, &used, draft_name(a, d->tenants[i]));
        buf_addf(b, "  %.*s:\n    isolation: pooled\n    tags: {", STR_ARG(name));
        yaml_write_scalar(b, d->tenant_tag);
        buf_addz(b, ": ");
        yaml_write_scalar(b, d->tenants[i]);
        buf_addz(b, "}\n");
    }
}

static void put_stores(struct buf *b, const struct draft *d)
{
    buf_addz(b, "\n# Whatever can hold data counts as holding health information, but for these.\nstores:\n");
    for (size_t i = 0; i < d->no_phi_count; i++) {
        buf_addz(b, "  - arn: ");
        yaml_write_scalar(b, d->no_phi[i]);
        buf_addf(b, "\n    phi: false\n    reason: answered to ward init on %.*s\n", STR_ARG(d->day));
    }
}

/* Every key below `map` with its default, as comments. */
static void put_defaults(struct buf *b, const struct schema *map)
{
    buf_addf(b, "\n# %.*s:\n", STR_ARG(map->name));
    for (const struct schema *s = map->first; s; s = s->next) {
        size_t begin = b->len;
        buf_addf(b, "#   %.*s:", STR_ARG(s->name));
        if (s->fallback.ptr)
            buf_addf(b, " %.*s", STR_ARG(s->fallback));
        size_t used = b->len - begin;
        buf_addf(b, "%*s# %.*s\n", used < COMMENT_COLUMN ? (int)(COMMENT_COLUMN - used) : 2, "", STR_ARG(s->help));
    }
}

static void put_rest(struct buf *b, const struct schema *root)
{
    buf_addz(b, "\n# What no answer of AWS can tell: exceptions by design. Patterns with * are allowed.");
    put_defaults(b, schema_key(root, STR("declared")));
    buf_addz(b, "\n# Numbers that HIPAA leaves to the company, with their defaults.");
    put_defaults(b, schema_key(root, STR("thresholds")));
    buf_addz(b, "\n# Documents that show what no API can: citation or control, document, owner, date, expires.\n"
                "attestations:\n\n# Exceptions; ward waive adds them.\nwaivers:\n");
}

bool draft_write(struct arena *a, const struct draft *d, struct str *out, struct err *e)
{
    const struct schema *root = schema_read(a, embed_get("data/config.tsv"), e);
    if (!root)
        return false;
    struct buf b;
    buf_init(&b, CONFIG_MAX_BYTES);
    put_company(&b, d);
    put_accounts(&b, a, d);
    put_tenants(&b, a, d);
    put_stores(&b, d);
    put_rest(&b, root);
    bool whole = !b.failed;
    *out = arena_str(a, buf_str(&b));
    buf_done(&b);
    if (!whole)
        return err_set(e, ERR_LIMIT, "the file would be larger than %d bytes", CONFIG_MAX_BYTES);
    struct config c;
    struct config_text text = {STR("ward.yaml"), *out};
    return config_build(a, &text, 1, NULL, &c, e);
}
