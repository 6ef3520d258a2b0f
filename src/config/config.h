/*
 * config/config.h: the configuration in force: ward.yaml, checked, with defaults, as JSON.
 *
 * Place in the flow: verbs load it once; facts and controls read `doc` through the table config(doc)
 * and threshold(). Precedence (design section 2): a WARD_* variable (WARD_THRESHOLDS_KEY_AGE_DAYS for
 * thresholds.key_age_days), then ./ward.yaml, then $XDG_CONFIG_HOME/ward/ward.yaml (or
 * ~/.config/ward/ward.yaml), then the default. Maps of the two files are merged by key; a list is
 * taken whole from the first file that has it. With a file named (--config, WARD_CONFIG) only that
 * file is read.
 *
 * In `doc` every key with a default is there, every list and every map (empty when nothing was said);
 * keys stand in the order of data/config.tsv. Dates are text, numbers are numbers.
 */
#ifndef WARD_CONFIG_CONFIG_H
#define WARD_CONFIG_CONFIG_H

#include "base/arena.h"
#include "base/env.h"
#include "base/err.h"
#include "codec/hash.h"
#include "codec/json.h"

enum { CONFIG_MAX_BYTES = 8 << 20 };

enum config_source { CONFIG_FROM_DEFAULT, CONFIG_FROM_FILE, CONFIG_FROM_VARIABLE };

/* Where a scalar of the document, or an empty list or map, comes from. */
struct config_origin {
    struct str path; /* "tenants.lakeside.accounts[0]" */
    enum config_source source;
    struct str where; /* file or variable */
    int line, column; /* in the file */
};

struct config {
    struct json *doc;
    struct config_origin *origins;
    size_t origin_count;
    char sha256[SHA256_HEX_MAX]; /* of the canonical text of doc */
    struct str file;             /* the first file read; {NULL,0} = none */
};

/* One file's text with its name for messages. */
struct config_text {
    struct str name, text;
};

/* Reads and checks. `path` NULL = ./ward.yaml and the user's file, where they exist. ERR_CONFIG
 * "ward.yaml:12:5: ..." with the nearest known key as hint; ERR_IO when a named file cannot be read. */
bool config_load(struct arena *a, const char *path, const struct env *env, struct config *out, struct err *e) WARN_UNUSED;
/* The same from texts, first wins. Pure. */
bool config_build(struct arena *a, const struct config_text *texts, size_t count, const struct env *env,
                  struct config *out, struct err *e) WARN_UNUSED;
/* What is in force with no file and no variable. */
void config_defaults(struct arena *a, struct config *out);

/* {NULL,0}-like origin: NULL when the path is not a leaf of the document. */
const struct config_origin *config_origin_of(const struct config *c, struct str path);
/* "default", "ward.yaml:3:7" or "WARD_REGIONS_HOME". */
struct str config_origin_text(struct arena *a, const struct config_origin *o);

#endif
