#include "iam/pattern.h"
#include "iam/row_internal.h"

static void write_result(const struct row_question *q, const struct iam_pattern_result *r, struct json_out *o)
{
    jo_object(o);
    jo_kv_str(o, "resourceType", r->type);
    jo_kv_str(o, "resourcePattern", r->pattern);
    jo_kv_strz(o, "result", row_result(r->decision.result));
    row_write_conditions(q, &r->decision, o);
    jo_end_object(o);
}

/* One resource: there is something to list only where conditions are left. */
static void write_single(const struct row_question *q, const struct iam_decision *d, struct json_out *o)
{
    jo_array(o);
    if (d->result == IAM_ALLOWED_IF || d->result == IAM_UNKNOWN) {
        jo_object(o);
        row_write_conditions(q, d, o);
        jo_end_object(o);
    }
    jo_end_array(o);
}

bool iam_row_pattern(struct arena *a, const struct iam_catalogue *c, const struct json *row, struct json_out *o,
                     struct err *e)
{
    struct row_question q;
    if (!row_question_read(a, c, row, &q, e))
        return false;
    struct residue_pool *pool = residue_pool_new(a);
    residue_settle(pool);
    struct iam_pattern_answer answer = {0};
    bool wildcard = iam_request_is_pattern(&q.r);
    if (wildcard)
        iam_decide_pattern(pool, a, c, &q.layers, &q.r, &answer);
    else
        iam_decide(pool, a, &q.layers, &q.r, NULL, &answer.overall);
    jo_kv_strz(o, "result", row_result(answer.overall.result));
    jo_kv_strz(o, "resultType", wildcard ? "wildcard" : "single");
    jo_kv_strz(o, "overallResult", row_result(answer.overall.result));
    jo_key(o, "results");
    if (!wildcard) {
        write_single(&q, &answer.overall, o);
        return true;
    }
    jo_array(o);
    for (uint32_t i = 0; i < answer.count; i++)
        write_result(&q, &answer.results[i], o);
    jo_end_array(o);
    return true;
}
