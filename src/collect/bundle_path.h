/* collect/bundle_path.h: where in a bundle folder a call's answer lies, and back. Pure; the layout is
 * described in collect/bundle_line.h. */
#ifndef WARD_COLLECT_BUNDLE_PATH_H
#define WARD_COLLECT_BUNDLE_PATH_H

#include "aws/op.h"
#include "codec/json.h"

enum { BUNDLE_NAME_MAX = 200, BUNDLE_LEVELS_MAX = 8 };

/* "ACCOUNT/REGION/SERVICE-OPERATION[/VALUE...].json", in `a`. `params` = NULL or an object. */
struct str bundle_path(struct arena *a, struct str account, struct str region, const struct aws_op *op, const struct json *params);
/* The parameters that the `count` names below SERVICE-OPERATION stand for (the last one without
 * ".json"); NULL with ERR_PARSE when they are not percent-encoded values of that operation. */
struct json *bundle_params(struct arena *a, const struct aws_op *op, const struct str *names, uint32_t count, struct err *e) WARN_UNUSED;
/* True for a relative path without "", "." and ".." parts and without NUL. */
bool bundle_path_is_safe(struct str path);

#endif
