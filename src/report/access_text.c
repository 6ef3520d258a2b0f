#include "cli/term.h"
#include "codec/text.h"
#include "report/access.h"

enum { ALMOST_MAX = 12, GAPS_MAX = 8, WORDS_MAX = 1 << 16 };

static enum paint paint_for(enum iam_result r)
{
    switch (r) {
    case IAM_ALLOWED: return PAINT_PASS;
    case IAM_ALLOWED_IF: return PAINT_WAIVED;
    case IAM_UNKNOWN: return PAINT_UNKNOWN;
    case IAM_IMPLICITLY_DENIED:
    case IAM_EXPLICITLY_DENIED: return PAINT_FAIL;
    }
    return PAINT_PLAIN;
}

static const char *headline(enum iam_result r)
{
    static const char *const words[] = {[IAM_ALLOWED] = "Allowed", [IAM_IMPLICITLY_DENIED] = "Denied: nothing allows it",
        [IAM_EXPLICITLY_DENIED] = "Denied: a statement denies it", [IAM_ALLOWED_IF] = "Allowed if", [IAM_UNKNOWN] = "Unknown"};
    return words[r];
}

/* The request alone would be allowed; what it reads stays closed. */
static bool by_the_key(const struct access_report *r)
{
    enum iam_result own = r->answer->decision.result;
    return (r->result == IAM_IMPLICITLY_DENIED || r->result == IAM_EXPLICITLY_DENIED) && own != IAM_IMPLICITLY_DENIED &&
           own != IAM_EXPLICITLY_DENIED;
}

static const char *layer_word(enum iam_layer l)
{
    static const char *const words[] = {[IAM_LAYER_IDENTITY] = "identity", [IAM_LAYER_BOUNDARY] = "boundary", [IAM_LAYER_SESSION] = "session",
        [IAM_LAYER_SCP] = "SCP", [IAM_LAYER_RCP] = "RCP", [IAM_LAYER_RESOURCE] = "resource", [IAM_LAYER_ENDPOINT] = "endpoint",
        [IAM_LAYER_S3_BPA] = "public access block", [IAM_LAYER_GRANT] = "grant", [IAM_LAYER_ACL] = "ACL"};
    return words[l];
}

static void words(struct buf *out, const struct residue *f)
{
    struct buf text;
    buf_init(&text, WORDS_MAX);
    residue_write_words(f, &text);
    text_safe(out, buf_str(&text));
    if (text.failed)
        buf_addz(out, " ...");
    buf_done(&text);
}

static void where(struct buf *out, const struct iam_trace_row *t)
{
    text_safe(out, str_eqz(t->policy, "ResourcePolicy") ? STR("its own policy") : t->policy);
    if (t->layer == IAM_LAYER_GRANT)
        return;
    buf_addf(out, " statement %u", t->index + 1);
    if (t->sid.len) {
        buf_addz(out, " (");
        text_safe(out, t->sid);
        buf_addz(out, ")");
    }
    if (t->level.len) {
        buf_addz(out, " at ");
        text_safe(out, t->level);
    }
}

static void line(struct buf *out, const struct iam_trace_row *t, bool colour)
{
    buf_addf(out, "  %-9s ", layer_word(t->layer));
    if (t->how == IAM_T_UNREAD) {
        paint(out, colour, PAINT_UNKNOWN, STR("not read"));
        buf_addc(out, ' ');
        text_safe(out, t->policy);
        if (t->note.len) {
            buf_addz(out, ": ");
            text_safe(out, t->note);
        }
    } else {
        paint(out, colour, t->allow ? PAINT_PASS : PAINT_FAIL, t->allow ? STR("allows  ") : STR("denies  "));
        buf_addc(out, ' ');
        where(out, t);
        if (t->how == IAM_T_IF && t->condition) {
            buf_addz(out, " if ");
            words(out, t->condition);
        }
    }
    buf_addc(out, '\n');
}

static bool took_part(const struct iam_trace_row *t) { return t->how == IAM_T_MATCH || t->how == IAM_T_IF || t->how == IAM_T_UNREAD; }

/* A layer that must allow and does not is told as such. */
static void silent_layers(struct buf *out, const struct access_report *r, const struct iam_layers *l, const struct iam_trace *trace)
{
    bool there[IAM_LAYER_COUNT] = {[IAM_LAYER_IDENTITY] = !l->identity_is_root && r->q->caller.account.ptr,
        [IAM_LAYER_BOUNDARY] = l->has_boundary, [IAM_LAYER_SESSION] = l->has_session, [IAM_LAYER_SCP] = l->scp_count > 0,
        [IAM_LAYER_RESOURCE] = l->has_resource, [IAM_LAYER_ENDPOINT] = l->has_endpoint};
    for (uint32_t i = 0; i < trace->count && i < trace->size; i++)
        if (trace->rows[i].how == IAM_T_UNREAD || (took_part(&trace->rows[i]) && trace->rows[i].allow))
            there[trace->rows[i].layer] = false;
    /* An allowed request needs one of these two only. */
    bool allowed = r->answer->decision.result == IAM_ALLOWED || r->answer->decision.result == IAM_ALLOWED_IF;
    if (allowed)
        there[IAM_LAYER_IDENTITY] = there[IAM_LAYER_RESOURCE] = false;
    for (unsigned i = 0; i < IAM_LAYER_COUNT; i++)
        if (there[i])
            buf_addf(out, "  %-9s has no statement that allows it\n", layer_word((enum iam_layer)i));
    if (l->identity_is_root && r->q->caller.kind == IAM_CALLER_ROOT)
        buf_addf(out, "  %-9s the root user needs no policy\n", "identity");
    else if (l->identity_is_root)
        buf_addf(out, "  %-9s not collected: the account outside rules that, and is taken to allow it\n", "identity");
    if (!allowed && !l->has_resource && !r->answer->request.no_resource_type)
        buf_addf(out, "  %-9s has no policy of its own that bears on it\n", "resource");
}

static const char *why_not(const struct iam_trace_row *t)
{
    switch (t->how) {
    case IAM_T_NOT_RESOURCE: return "not for this resource";
    case IAM_T_NOT_PRINCIPAL: return "not for this principal";
    case IAM_T_NOT_CONDITION: return "its condition does not hold";
    default: return "not for this action";
    }
}

/* Allows that would have helped a denied request, Denys that would have stopped an allowed one. */
static void almost(struct buf *out, const struct iam_trace *trace, enum iam_result result)
{
    bool denied = result == IAM_IMPLICITLY_DENIED || result == IAM_EXPLICITLY_DENIED;
    bool allowed = result == IAM_ALLOWED || result == IAM_ALLOWED_IF;
    uint32_t shown = 0, count = 0;
    for (uint32_t i = 0; i < trace->count && i < trace->size; i++) {
        const struct iam_trace_row *t = &trace->rows[i];
        if (took_part(t) || t->how == IAM_T_NOT_ACTION || (t->allow ? allowed : denied))
            continue;
        if (count++ == 0)
            buf_addz(out, "Almost:\n");
        if (shown == ALMOST_MAX)
            continue;
        shown++;
        buf_addf(out, "  %-9s %s %s: ", layer_word(t->layer), t->allow ? "allow" : "deny ", why_not(t));
        where(out, t);
        if (t->note.len) {
            buf_addz(out, "; ");
            text_safe(out, t->note);
        }
        buf_addc(out, '\n');
    }
    if (count > shown)
        buf_addf(out, "  and %u more: --output json has them all\n", count - shown);
}

static void layers(struct buf *out, const struct access_report *r, const struct access_answer *x, bool colour)
{
    for (uint32_t i = 0; i < x->trace.count && i < x->trace.size; i++)
        if (took_part(&x->trace.rows[i]))
            line(out, &x->trace.rows[i], colour);
    silent_layers(out, r, &x->layers, &x->trace);
    if (x->decision.blocked_by && x->decision.result != IAM_ALLOWED) {
        buf_addz(out, "  What would allow it is stopped by:");
        for (unsigned i = 0; i < IAM_LAYER_COUNT; i++)
            if (x->decision.blocked_by & 1u << i)
                buf_addf(out, " %s", layer_word((enum iam_layer)i));
        buf_addc(out, '\n');
    }
    almost(out, &x->trace, x->decision.result);
}

static void question(struct buf *out, const struct access_question *q)
{
    text_safe(out, q->caller.kind == IAM_CALLER_ANONYMOUS ? STR("anonymous") : q->caller.text);
    buf_addf(out, "\n  %.*s:%.*s on ", STR_ARG(q->service), STR_ARG(q->name));
    text_safe(out, q->resource);
    buf_addc(out, '\n');
}

static void parts(struct buf *out, const struct access_report *r)
{
    if (!r->parts)
        return;
    buf_addz(out, "Of the pattern:\n");
    for (uint32_t i = 0; i < r->parts->count; i++) {
        const struct iam_pattern_result *p = &r->parts->results[i];
        buf_addf(out, "  %-12s ", iam_result_name(p->decision.result));
        text_safe(out, p->pattern);
        if (p->type.len) {
            buf_addz(out, " (");
            text_safe(out, p->type);
            buf_addz(out, ")");
        }
        buf_addc(out, '\n');
    }
    if (!r->parts->count)
        buf_addz(out, "  no statement that allows speaks of any of it\n");
}

static void key_part(struct buf *out, const struct access_report *r, bool colour)
{
    enum iam_result first = r->answer->decision.result;
    if (first == IAM_IMPLICITLY_DENIED || first == IAM_EXPLICITLY_DENIED)
        return;
    switch (r->need) {
    case ACCESS_KEY_NONE: return;
    case ACCESS_KEY_UNREAD: buf_addz(out, "Whether it is encrypted with a key that must be opened was not read.\n"); return;
    case ACCESS_KEY_AWS_MANAGED:
        buf_addz(out, "It is encrypted with a key that AWS manages for the owner's account: nobody of another account can read it.\n");
        return;
    case ACCESS_KEY_ASK: break;
    }
    buf_addz(out, "\nReading it also needs kms:Decrypt on ");
    text_safe(out, r->key_q->resource);
    buf_addz(out, ": ");
    paint(out, colour, paint_for(r->key->decision.result), str_of(headline(r->key->decision.result)));
    buf_addc(out, '\n');
    layers(out, r, r->key, colour);
}

static void gaps(struct buf *out, const struct access_report *r)
{
    const struct world_gap *some[GAPS_MAX];
    uint32_t count = access_gaps(r, some, GAPS_MAX);
    if (r->result != IAM_UNKNOWN)
        return;
    if (r->q->row == WORLD_NONE && !r->answer->request.no_resource_type)
        buf_addz(out, "The resource is not among those that were collected.\n");
    struct str unread = access_unread_words(r->a, r->condition);
    if (unread.len) {
        buf_addz(out, "It turns on what was not read: ");
        text_safe(out, unread);
        buf_addz(out, "\n");
    }
    if (count)
        buf_addz(out, "Calls that are missing:\n");
    for (uint32_t i = 0; i < count && i < GAPS_MAX; i++) {
        buf_addz(out, "  ");
        text_safe(out, some[i]->why);
        if (some[i]->action.len) {
            buf_addz(out, "; the missing permission is ");
            text_safe(out, some[i]->action);
        }
        buf_addc(out, '\n');
    }
    if (count > GAPS_MAX)
        buf_addf(out, "  and %u calls more: --output json\n", count - GAPS_MAX);
}

static void replay(struct buf *out, const struct access_report *r)
{
    struct iam_context c;
    if (r->result != IAM_ALLOWED_IF)
        return;
    if (!access_replay_context(r, &c)) {
        buf_addz(out, "No single request that meets the condition was found.\n");
        return;
    }
    buf_addz(out, "A request that is allowed:\n  ");
    struct buf command;
    buf_init(&command, WORDS_MAX);
    access_replay_command(r, &c, &command);
    text_safe(out, buf_str(&command));
    buf_done(&command);
    buf_addc(out, '\n');
}

void access_report_text(const struct access_report *r, bool colour, struct buf *out)
{
    const char *head = by_the_key(r) ? "Denied: allowed, but the key it is encrypted with does not open" : headline(r->result);
    paint(out, colour, paint_for(r->result), str_of(head));
    if (r->result == IAM_ALLOWED_IF) {
        buf_addc(out, ' ');
        words(out, r->condition);
    }
    buf_addz(out, "\n  ");
    question(out, r->q);
    buf_addc(out, '\n');
    parts(out, r);
    layers(out, r, r->answer, colour);
    key_part(out, r, colour);
    gaps(out, r);
    replay(out, r);
}
