/*
 * config/schema.h: the keys of ward.yaml version 1 as a tree, read from data/config.tsv.
 *
 * Place in the flow: build.c types a YAML tree by it, show.c and the manual page print it. Pure.
 */
#ifndef WARD_CONFIG_SCHEMA_H
#define WARD_CONFIG_SCHEMA_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum config_type {
    CONFIG_MAP,   /* the keys below */
    CONFIG_NAMES, /* any keys, each with the value below "*" */
    CONFIG_LIST,
    CONFIG_TEXT,
    CONFIG_NAME,
    CONFIG_INT,
    CONFIG_BOOL,
    CONFIG_DATE,
    CONFIG_ACCOUNT,
    CONFIG_REGION,
    CONFIG_CIDR,
    CONFIG_EMAIL,
    CONFIG_SHA256,
    CONFIG_CHOICE,
};

struct schema {
    struct str path; /* as in the table: "waivers[].owner" */
    struct str name; /* last part: "owner", "*" */
    enum config_type type, item; /* item: of a list */
    int64_t min, max;    /* CONFIG_INT */
    struct str choices;  /* CONFIG_CHOICE: "a|b" */
    bool required;
    struct str fallback; /* default; {NULL,0} = none. Of a list: one entry */
    struct str help;
    struct schema *parent, *first, *last, *next; /* keys below, in order */
};

/* The root, a map. ERR_INTERNAL with the line when a row is not understood. */
struct schema *schema_read(struct arena *a, struct str tsv, struct err *e) WARN_UNUSED;
/* The key of a map, or NULL; of names any key gives the node "*". */
const struct schema *schema_key(const struct schema *map, struct str name);
/* For messages: "a date (YYYY-MM-DD)", "one of a|b", "a whole number from 1 to 90". */
struct str schema_type_text(struct arena *a, const struct schema *s);
/* WARD_THRESHOLDS_KEY_AGE_DAYS: the variable that sets the value; {NULL,0} when none does
 * (lists, maps, what is inside of lists and names, and the version). */
struct str schema_variable(struct arena *a, const struct schema *s);

#endif
