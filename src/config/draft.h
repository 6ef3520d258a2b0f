/*
 * config/draft.h: the first ward.yaml of a company, commented, from a few answers. Pure.
 *
 * It claims as little as the answers do: a tenant is `pooled`, the weakest kind of isolation, until
 * someone writes more; everything that can hold data holds health information unless named.
 */
#ifndef WARD_CONFIG_DRAFT_H
#define WARD_CONFIG_DRAFT_H

#include "base/arena.h"
#include "base/err.h"

struct draft_account {
    struct str name, id; /* name as form_name wants it */
};

struct draft {
    struct str company;    /* {NULL,0} = not known */
    struct str home;       /* region */
    struct draft_account *accounts;
    size_t account_count;
    struct str tenant_tag; /* tag key whose value names the tenant */
    struct str *tenants;   /* values of the tag */
    size_t tenant_count;
    struct str *no_phi;    /* ARN patterns of stores without health information */
    size_t no_phi_count;
    struct str day;        /* of the answers, YYYY-MM-DD */
};

/* A name as ward.yaml wants it: lower case, other characters become '-'. Never empty. */
struct str draft_name(struct arena *a, struct str text);
/* The text; it has been read back and loads. ERR_CONFIG when an answer makes it not load. */
bool draft_write(struct arena *a, const struct draft *d, struct str *out, struct err *e) WARN_UNUSED;

#endif
