/* Looking things up in the catalogue. */
#include "iam/catalogue_internal.h"

static struct str lowered(char *to, size_t size, struct str s)
{
    if (s.len > size)
        return (struct str){0};
    for (size_t i = 0; i < s.len; i++)
        to[i] = s.ptr[i] >= 'A' && s.ptr[i] <= 'Z' ? (char)(s.ptr[i] | 0x20) : s.ptr[i];
    return str_make(to, s.len);
}

static int compare_nocase(struct str a, struct str b)
{
    for (size_t i = 0; i < a.len && i < b.len; i++) {
        int x = (unsigned char)a.ptr[i], y = (unsigned char)b.ptr[i];
        x = x >= 'A' && x <= 'Z' ? x | 0x20 : x;
        y = y >= 'A' && y <= 'Z' ? y | 0x20 : y;
        if (x != y)
            return x - y;
    }
    return a.len == b.len ? 0 : a.len < b.len ? -1 : 1;
}

uint32_t iam_catalogue_action(const struct iam_catalogue *c, struct str service, struct str name)
{
    const struct iam_service *s = iam_service_of(c, service);
    uint32_t lo = s ? s->action_from : 0, hi = s ? s->action_to : 0;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        int order = compare_nocase(c->actions[mid].name, name);
        if (order == 0)
            return mid;
        if (order < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return UINT32_MAX;
}

bool iam_catalogue_service(const struct iam_catalogue *c, struct str service, uint32_t *from, uint32_t *to)
{
    const struct iam_service *s = iam_service_of(c, service);
    *from = s ? s->action_from : 0;
    *to = s ? s->action_to : 0;
    return s && s->action_to > s->action_from;
}

uint32_t iam_catalogue_resource(const struct iam_catalogue *c, struct str service, struct str name)
{
    const struct iam_service *s = iam_service_of(c, service);
    for (uint32_t i = s ? s->resource_from : 0; s && i < s->resource_to; i++)
        if (str_eq(c->resources[i].name, name))
            return i;
    return UINT32_MAX;
}

enum { ARN_MAX = 2048 };

/* The ARN's service field; {NULL,0} when it is no ARN. */
static struct str service_field(struct str arn)
{
    if (!str_starts(arn, STR("arn:")) || arn.len > ARN_MAX)
        return (struct str){0};
    str_cut(&arn, ':');
    str_cut(&arn, ':');
    return arn.ptr ? str_cut(&arn, ':') : (struct str){0};
}

/* Images and snapshots belong to accounts, but their ARNs have none; people and tools write it all the same. */
static struct str without_account(char *to, struct str arn)
{
    size_t colons = 0, n = 0;
    for (size_t i = 0; i < arn.len; i++) {
        colons += arn.ptr[i] == ':';
        if (colons != 4 || arn.ptr[i] == ':')
            to[n++] = arn.ptr[i];
    }
    return str_make(to, n);
}

/* An ARN and how it is cut. */
struct asked {
    struct str arn, last; /* what follows the fifth colon */
    uint32_t colons;
};

static struct asked asked_of(struct str arn)
{
    struct asked q = {.arn = arn};
    for (size_t i = 0; i < arn.len; i++)
        if (arn.ptr[i] == ':' && ++q.colons == 5)
            q.last = str_sub(arn, i + 1, arn.len);
    return q;
}

/* Colons of a glob stand for colons; where both have as many, field stands against field. */
static bool may_fit(const struct arn_shape *s, const struct asked *q)
{
    return s->colons <= q->colons && (s->colons != 5 || q->colons != 5 || str_starts(q->last, s->head));
}

static bool fits(const struct iam_catalogue *c, uint32_t type, const struct asked *q)
{
    const struct iam_resource_info *r = &c->resources[type];
    struct str arn = q->arn;
    if (!may_fit(&c->services->shapes[type], q))
        return false;
    if (str_glob(r->glob, arn))
        return true;
    char other[ARN_MAX];
    return str_eqz(r->service, "ec2") && str_contains(r->glob, STR("::")) && str_glob(r->glob, without_account(other, arn));
}

/* The group of types that the ARN's service has, then those whose ARN leaves the service open. */
static const struct arn_group *group_of(const struct iam_catalogue *c, struct str arn)
{
    struct str field = service_field(arn);
    return field.ptr ? map_get(&c->services->by_arn, field) : NULL;
}

static uint32_t best_in(const struct iam_catalogue *c, const struct arn_group *g, const struct asked *q, struct str service)
{
    uint32_t best = UINT32_MAX;
    for (uint32_t i = 0; g && i < g->count; i++) {
        uint32_t t = g->types[i];
        uint32_t have = best == UINT32_MAX ? 0 : c->services->literals[best], want = c->services->literals[t];
        bool own = str_eq(c->resources[t].service, service);
        if (best != UINT32_MAX && (want < have || (want == have && (!own || str_eq(c->resources[best].service, service)))))
            continue;
        if (fits(c, t, q))
            best = t;
    }
    return best;
}

uint32_t iam_catalogue_resource_of(const struct iam_catalogue *c, struct str arn)
{
    struct str service = service_field(arn);
    if (!service.ptr)
        return UINT32_MAX;
    struct asked q = asked_of(arn);
    uint32_t best = best_in(c, group_of(c, arn), &q, service);
    return best != UINT32_MAX ? best : best_in(c, &c->services->any, &q, service);
}

/* A qualified function (version, alias) is taken by what takes functions. */
static bool qualified(const struct iam_catalogue *c, uint32_t type, uint32_t best)
{
    const struct iam_resource_info *t = &c->resources[type], *b = &c->resources[best];
    return str_eqz(t->service, "lambda") && str_eq(t->service, b->service) && str_eqz(t->name, "function") && str_starts(b->name, STR("function "));
}

bool iam_catalogue_takes(const struct iam_catalogue *c, uint32_t action, struct str arn)
{
    const struct iam_action_info *a = &c->actions[action];
    if (!a->resource_type_count)
        return str_eqz(arn, "*");
    uint32_t best = iam_catalogue_resource_of(c, arn);
    struct asked q = asked_of(arn);
    for (uint16_t i = 0; best != UINT32_MAX && i < a->resource_type_count; i++) {
        uint32_t t = a->resource_types[i];
        /* "bucket" also fits an object's ARN, but "object" fits it better, and then only that counts. */
        if (t == best || qualified(c, t, best) || (c->services->literals[t] >= c->services->literals[best] && fits(c, t, &q)))
            return true;
    }
    return false;
}

static const struct str *key_row(const struct iam_catalogue *c, struct str name)
{
    const struct str *row = map_get(&c->services->keys, name);
    for (uint32_t i = 0; !row && i < c->services->template_count; i++) {
        const struct key_template *t = &c->services->templates[i];
        if (name.len > t->prefix.len + t->suffix.len && str_starts(name, t->prefix) && str_ends(name, t->suffix))
            row = &t->type;
    }
    return row;
}

struct str iam_catalogue_key_type(const struct iam_catalogue *c, struct str name)
{
    char lower[512];
    const struct str *row = key_row(c, lowered(lower, sizeof lower, name));
    return row ? *row : (struct str){0};
}

bool iam_catalogue_key_is_list(const struct iam_catalogue *c, struct str name)
{
    return str_starts(iam_catalogue_key_type(c, name), STR("ArrayOf"));
}

bool iam_catalogue_rcp_service(const struct iam_catalogue *c, struct str service)
{
    char lower[64];
    struct str name = lowered(lower, sizeof lower, service);
    return name.ptr && map_has(&c->services->rcp, name);
}
