/* facts/functions.h: registers the SQL functions that facts.h describes; split by subject. */
#ifndef WARD_FACTS_FUNCTIONS_H
#define WARD_FACTS_FUNCTIONS_H

#include "base/map.h"
#include "codec/json.h"
#include "store/store.h"

/* What the functions share; lives as long as the store is used. */
struct fact_context {
    struct arena *scratch; /* reset by each call */
    const struct json *config;
    struct tenant_index *tenants;
    struct map declared;   /* path below `declared` -> struct declared_list, made at the first question */
    int64_t now_us;
    bool building; /* facts may not depend on the clock */
};

struct sql_entry {
    const char *name;
    int args;
    sql_function *fn;
};

bool functions_register(struct store *s, struct fact_context *ctx, struct err *e) WARN_UNUSED;
bool functions_add(struct store *s, struct fact_context *ctx, const struct sql_entry *list, size_t count, struct err *e) WARN_UNUSED;
bool functions_net(struct store *s, struct fact_context *ctx, struct err *e) WARN_UNUSED;
bool functions_policy(struct store *s, struct fact_context *ctx, struct err *e) WARN_UNUSED;
bool functions_allows(struct store *s, struct fact_context *ctx, struct err *e) WARN_UNUSED;
bool functions_text(struct store *s, struct fact_context *ctx, struct err *e) WARN_UNUSED;
bool functions_config(struct store *s, struct fact_context *ctx, struct err *e) WARN_UNUSED;

/* Results: 1, 0 or NULL; a JSON text built in `b`, which is freed. */
void sql_return_tristate(struct sql_call *c, int state); /* 0 no, 1 yes, anything else NULL */
void sql_return_buf(struct sql_call *c, struct buf *b);
/* True, and the result is NULL, when one of the first `count` arguments is NULL. */
bool sql_any_null(struct sql_call *c, int count);
enum { FUNCTION_RESULT_MAX = 16 << 20 };

/* A threshold of ward.yaml, or ward's default; false when there is no such name. */
bool threshold_of(const struct json *config, struct str name, int64_t *out);

#endif
