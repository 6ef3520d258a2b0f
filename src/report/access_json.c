#include "report/access.h"

enum { GAPS_MAX = 64, TEXT_MAX = 1 << 20 };

static const char *how_name(const struct iam_trace_row *t)
{
    switch (t->how) {
    case IAM_T_MATCH: return "matches";
    case IAM_T_IF: return "conditional";
    case IAM_T_NOT_ACTION: return "not-action";
    case IAM_T_NOT_RESOURCE: return "not-resource";
    case IAM_T_NOT_PRINCIPAL: return "not-principal";
    case IAM_T_NOT_CONDITION: return "not-condition";
    case IAM_T_UNREAD: return "unread";
    }
    return "";
}

static void words(struct json_out *o, const char *key, const struct residue *f)
{
    struct buf text;
    buf_init(&text, TEXT_MAX);
    residue_write_words(f, &text);
    jo_kv_str(o, key, buf_str(&text));
    buf_done(&text);
}

static void write_trace(struct json_out *o, const struct iam_trace *trace)
{
    jo_key(o, "statements");
    jo_array(o);
    for (uint32_t i = 0; i < trace->count && i < trace->size; i++) {
        const struct iam_trace_row *t = &trace->rows[i];
        if (t->how == IAM_T_NOT_ACTION)
            continue;
        jo_object(o);
        jo_kv_strz(o, "layer", iam_layer_name(t->layer));
        if (t->level.len)
            jo_kv_str(o, "level", t->level);
        jo_kv_str(o, "policy", t->policy);
        if (t->how != IAM_T_UNREAD) {
            if (t->sid.len)
                jo_kv_str(o, "sid", t->sid);
            if (t->layer != IAM_LAYER_GRANT)
                jo_kv_int(o, "statement", (int64_t)t->index + 1);
            jo_kv_strz(o, "effect", t->allow ? "Allow" : "Deny");
        }
        jo_kv_strz(o, "match", how_name(t));
        if (t->how == IAM_T_IF && t->condition) {
            jo_key(o, "condition");
            residue_write_json(t->condition, o);
        }
        if (t->note.len)
            jo_kv_str(o, "note", t->note);
        jo_end_object(o);
    }
    jo_end_array(o);
}

static void write_decision(struct json_out *o, const struct access_answer *x)
{
    jo_kv_strz(o, "result", iam_result_name(x->decision.result));
    if (x->decision.blocked_by) {
        jo_key(o, "blockedBy");
        jo_array(o);
        for (unsigned i = 0; i < IAM_LAYER_COUNT; i++)
            if (x->decision.blocked_by & 1u << i)
                jo_strz(o, iam_layer_name((enum iam_layer)i));
        jo_end_array(o);
    }
    write_trace(o, &x->trace);
}

static void write_key(struct json_out *o, const struct access_report *r)
{
    static const char *const needs[] = {[ACCESS_KEY_NONE] = "none", [ACCESS_KEY_ASK] = "kms:Decrypt",
                                        [ACCESS_KEY_AWS_MANAGED] = "the owner's account", [ACCESS_KEY_UNREAD] = "not read"};
    if (r->need == ACCESS_KEY_NONE)
        return;
    jo_key(o, "key");
    jo_object(o);
    jo_kv_strz(o, "needs", needs[r->need]);
    if (r->need == ACCESS_KEY_ASK) {
        jo_kv_str(o, "resource", r->key_q->resource);
        write_decision(o, r->key);
    }
    jo_end_object(o);
}

static void write_parts(struct json_out *o, const struct access_report *r)
{
    if (!r->parts)
        return;
    jo_key(o, "patterns");
    jo_array(o);
    for (uint32_t i = 0; i < r->parts->count; i++) {
        const struct iam_pattern_result *p = &r->parts->results[i];
        jo_object(o);
        jo_kv_str(o, "pattern", p->pattern);
        if (p->type.len)
            jo_kv_str(o, "resourceType", p->type);
        jo_kv_strz(o, "result", iam_result_name(p->decision.result));
        if (p->decision.result == IAM_ALLOWED_IF) {
            jo_key(o, "conditions");
            residue_write_json(p->decision.condition, o);
        }
        jo_end_object(o);
    }
    jo_end_array(o);
}

static void write_gaps(struct json_out *o, const struct access_report *r)
{
    const struct world_gap *some[GAPS_MAX];
    uint32_t count = access_gaps(r, some, GAPS_MAX);
    jo_key(o, "gaps");
    jo_array(o);
    for (uint32_t i = 0; r->result == IAM_UNKNOWN && i < count && i < GAPS_MAX; i++) {
        jo_object(o);
        jo_kv_str(o, "account", some[i]->account);
        if (some[i]->region.len)
            jo_kv_str(o, "region", some[i]->region);
        jo_kv_str(o, "call", some[i]->op);
        jo_kv_str(o, "why", some[i]->why);
        if (some[i]->action.len)
            jo_kv_str(o, "missingAction", some[i]->action);
        jo_end_object(o);
    }
    jo_end_array(o);
}

static void write_replay(struct json_out *o, const struct access_report *r)
{
    struct iam_context c;
    if (!access_replay_context(r, &c))
        return;
    struct buf command;
    buf_init(&command, TEXT_MAX);
    access_replay_command(r, &c, &command);
    jo_key(o, "replay");
    jo_object(o);
    jo_kv_str(o, "command", buf_str(&command));
    jo_key(o, "simulateCustomPolicy");
    access_replay_simulator(r, &c, o);
    jo_end_object(o);
    buf_done(&command);
}

void access_report_json(const struct access_report *r, struct buf *out)
{
    struct json_out o;
    jo_init(&o, out, true);
    jo_object(&o);
    jo_kv_strz(&o, "schema", "ward.can/1");
    jo_kv_int(&o, "run", r->run);
    jo_kv_str(&o, "principal", r->q->caller.kind == IAM_CALLER_ANONYMOUS ? STR("anonymous") : r->q->caller.text);
    jo_kv_str(&o, "action", arena_printf(r->a, "%.*s:%.*s", STR_ARG(r->q->service), STR_ARG(r->q->name)));
    jo_kv_str(&o, "resource", r->q->resource);
    jo_kv_strz(&o, "result", iam_result_name(r->result));
    if (r->result == IAM_ALLOWED_IF || r->result == IAM_UNKNOWN) {
        jo_key(&o, "conditions");
        residue_write_json(r->condition, &o);
        words(&o, "conditionsInWords", r->condition);
    }
    jo_key(&o, "decision");
    jo_object(&o);
    write_decision(&o, r->answer);
    jo_end_object(&o);
    write_parts(&o, r);
    write_key(&o, r);
    write_gaps(&o, r);
    write_replay(&o, r);
    jo_end_object(&o);
    buf_addc(out, '\n');
}
