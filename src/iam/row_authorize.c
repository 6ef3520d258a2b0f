#include "iam/pattern.h"
#include "iam/row_internal.h"

const char *row_result(enum iam_result r)
{
    return iam_result_name(r == IAM_ALLOWED_IF ? IAM_ALLOWED : r);
}

static bool has_session_name(const struct residue *r)
{
    enum residue_kind kind = residue_kind_of(r);
    if (kind == RESIDUE_LEAF || kind == RESIDUE_NOT)
        return residue_leaf_of(r)->kind == RESIDUE_SESSION_NAME;
    for (uint32_t i = 0; i < residue_child_count(r); i++)
        if (has_session_name(residue_child(r, i)))
            return true;
    return false;
}

void row_write_conditions(const struct row_question *q, const struct iam_decision *d, struct json_out *o)
{
    if (d->result != IAM_ALLOWED_IF && d->result != IAM_UNKNOWN)
        return;
    jo_key(o, "conditions");
    residue_write_json(d->condition, o);
    if (q->discovery && has_session_name(d->condition))
        jo_kv_bool(o, "ignoredRoleSessionName", true);
}

/* The layers that the rows know. */
void row_write_decision(const struct row_question *q, const struct iam_decision *d, struct json_out *o)
{
    unsigned shown = 1u << IAM_LAYER_SCP | 1u << IAM_LAYER_RCP | 1u << IAM_LAYER_BOUNDARY | 1u << IAM_LAYER_ENDPOINT |
                     1u << IAM_LAYER_RESOURCE | 1u << IAM_LAYER_IDENTITY | 1u << IAM_LAYER_S3_BPA;
    bool denied = d->result == IAM_IMPLICITLY_DENIED || d->result == IAM_EXPLICITLY_DENIED;
    jo_kv_strz(o, "result", row_result(d->result));
    if (denied && (d->blocked_by & shown)) {
        jo_key(o, "blockedBy");
        jo_array(o);
        for (int l = 0; l < IAM_LAYER_COUNT; l++)
            if (d->blocked_by & shown & (1u << l))
                jo_strz(o, iam_layer_name((enum iam_layer)l));
        jo_end_array(o);
    }
    row_write_conditions(q, d, o);
}

bool iam_row_authorize(struct arena *a, const struct iam_catalogue *c, const struct json *row, struct json_out *o,
                       struct err *e)
{
    struct row_question q;
    if (!row_question_read(a, c, row, &q, e))
        return false;
    struct residue_pool *pool = residue_pool_new(a);
    residue_settle(pool);
    struct iam_decision d;
    if (iam_request_is_pattern(&q.r)) {
        struct iam_pattern_answer answer;
        iam_decide_pattern(pool, a, c, &q.layers, &q.r, &answer);
        d = answer.overall;
    } else {
        iam_decide(pool, a, &q.layers, &q.r, NULL, &d);
    }
    row_write_decision(&q, &d, o);
    return true;
}
