/* tests/unit/access/load_box.h: a world from answers written as text, through the import door: bundle, facts, world.
 * In the text a quote is ' and a quote within a JSON string is `. */
#ifndef WARD_TESTS_LOAD_BOX_H
#define WARD_TESTS_LOAD_BOX_H

#include "harness.h"

#include "access/world.h"
#include "base/file.h"
#include "collect/import.h"
#include "facts/facts.h"

#include <stdlib.h>
#include <unistd.h>

#define BOX_A "111111111111"
#define BOX_B "222222222222"

struct box {
    struct arena *a, *config;
    struct store *s;
    struct world *w;
};

/* An answer of account BOX_A in us-east-1; `params` and `answer` are JSON, NULL = none. */
#define BOX_LINE(account, region, service, operation, params, status, answer)                                              \
    "{'account':'" account "','region':'" region "','service':'" service "','operation':'" operation "','params':" params      \
    ",'status':'" status "','at':'2026-11-01T12:00:00Z','source':'import'" answer "}\n"
#define BOX_OK(service, operation, params, answer) BOX_LINE(BOX_A, "us-east-1", service, operation, params, "ok", ",'http':200,'rows':1,'answer':" answer)
#define BOX_ABSENT(service, operation, params, code) BOX_LINE(BOX_A, "us-east-1", service, operation, params, "absent", ",'http':404,'code':'" code "'")
#define BOX_DENIED(service, operation, params) \
    BOX_LINE(BOX_A, "us-east-1", service, operation, params, "denied", ",'http':403,'code':'AccessDenied','missing_action':'x:Y'")
#define BOX_EMPTY(service, operation, params) BOX_LINE(BOX_A, "us-east-1", service, operation, params, "empty", ",'http':200,'answer':{}")

static struct str box_text(struct arena *a, const char *text)
{
    struct buf b;
    buf_init(&b, 64 << 20);
    for (const char *p = text; *p; p++)
        buf_addz(&b, *p == '\'' ? "\"" : *p == '`' ? "\\\"" : (char[]){*p, 0});
    struct str out = arena_str(a, buf_str(&b));
    buf_done(&b);
    return out;
}

/* `suffix`: ".jsonl" or ".jsonl.gz". */
static void box_import(struct box *b, struct str text, const char *suffix)
{
    struct err e = {0};
    char path[64];
    snprintf(path, sizeof path, "/tmp/ward-load-XXXXXX%s", suffix);
    int fd = mkstemps(path, (int)strlen(suffix));
    assert_true(fd >= 0);
    close(fd);
    expect_ok(file_replace(path, text, 0600, &e), &e);
    struct bundle_options o = {.tool_version = "test", .now_us = 1793534400000000};
    struct bundle_summary sum;
    bool good = bundle_import(b->s, path, &o, b->a, &sum, &e);
    unlink(path);
    expect_ok(good, &e);
    for (uint32_t i = 0; i < sum.note_count; i++)
        fail_msg("%.*s: %.*s", STR_ARG(sum.notes[i].place), STR_ARG(sum.notes[i].message));
}

static void box_open(struct box *b, struct str bundle, const char *suffix, const struct json *config)
{
    struct err e = {0};
    b->a = arena_new(1 << 20);
    b->s = store_open(":memory:", STORE_CREATE | STORE_WRITE, &e);
    expect_ok(b->s, &e);
    box_import(b, bundle, suffix);
    expect_ok(facts_build(b->a, b->s, 1, config, 1793534400000000, &e), &e);
    const struct iam_catalogue *c = iam_catalogue_load(b->a, &e);
    expect_ok(c, &e);
    b->w = world_new(b->a, c);
    expect_ok(world_load(b->w, b->s, config, &e), &e);
}

/* `config`: ward.yaml as JSON with ' for quotes, or NULL. */
static inline void box_load(struct box *b, const char *lines, const char *config)
{
    struct err e = {0};
    *b = (struct box){.config = arena_new(0)};
    const struct json *doc = config ? json_parse(b->config, box_text(b->config, config), 1 << 20, &e) : NULL;
    if (config)
        expect_ok(doc, &e);
    box_open(b, box_text(b->config, lines), ".jsonl", doc);
}

static inline void box_close(struct box *b)
{
    store_close(b->s);
    arena_free(b->a);
    arena_free(b->config);
}

static inline const struct world_resource *box_thing(const struct box *b, const char *arn)
{
    uint32_t row = world_resource_of(b->w, str_of(arn));
    if (row == WORLD_NONE)
        fail_msg("no resource %s", arn);
    return &b->w->resources[row];
}

static inline const struct world_principal *box_who(const struct box *b, const char *arn)
{
    uint32_t row = world_principal_of(b->w, str_of(arn));
    if (row == WORLD_NONE)
        fail_msg("no principal %s", arn);
    return &b->w->principals[row];
}

static inline bool box_has_gap(const struct box *b, const char *op)
{
    for (uint32_t i = 0; i < b->w->gap_count; i++)
        if (str_eqz(b->w->gaps[i].op, op))
            return true;
    return false;
}

#endif
