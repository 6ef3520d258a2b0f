#include "iam/decide_internal.h"

/* The value of a ${key} is missing and it has no default. */
static bool lacks_value(const struct iam_context *c, struct str inside)
{
    if (str_contains(inside, STR(",")) || str_eqz(inside, "*") || str_eqz(inside, "?") || str_eqz(inside, "$"))
        return false;
    const struct iam_key *k = iam_context_get(c, str_trim(inside));
    return k ? k->state == IAM_KEY_ABSENT : !c->open;
}

static bool any_lacks_value(const struct iam_context *c, struct str text)
{
    for (ptrdiff_t at = str_index(text, '$', 0); at >= 0; at = str_index(text, '$', (size_t)at + 1)) {
        ptrdiff_t end = str_index(text, '}', (size_t)at);
        bool opens = (size_t)at + 1 < text.len && text.ptr[at + 1] == '{';
        if (opens && end > at && lacks_value(c, str_sub(text, (size_t)at + 2, (size_t)end)))
            return true;
    }
    return false;
}

static bool variable_without_value(const struct iam_context *c, const struct iam_statement *s)
{
    for (uint32_t i = 0; i < s->resource_count; i++)
        if (any_lacks_value(c, s->resources[i].text))
            return true;
    for (uint32_t i = 0; i < s->condition_count; i++)
        for (uint32_t k = 0; k < s->conditions[i].count; k++)
            if (s->conditions[i].values[k].variables && any_lacks_value(c, s->conditions[i].values[k].text))
                return true;
    return false;
}

static struct iam_trace_row *new_row(struct decide *d)
{
    struct iam_trace *t = d->trace;
    if (t->count == t->size) {
        uint32_t size = t->size ? t->size * 2 : 32;
        struct iam_trace_row *rows = arena_array_of(d->arena, struct iam_trace_row, size);
        if (t->count)
            memcpy(rows, t->rows, t->count * sizeof *rows);
        t->rows = rows;
        t->size = size;
    }
    return &t->rows[t->count++];
}

void decide_note(struct decide *d, enum iam_layer layer, struct str level, const struct iam_policy_ref *ref,
                 const struct iam_statement *s, int how, enum iam_principal_match principal,
                 const struct residue *condition)
{
    if (!d->trace)
        return;
    struct iam_trace_row *row = new_row(d);
    *row = (struct iam_trace_row){.layer = layer,
                                  .level = level,
                                  .policy = ref->id,
                                  .sid = s->sid,
                                  .index = s->index,
                                  .allow = s->allow,
                                  .principal = principal,
                                  .condition = condition};
    row->how = (unsigned)how;
    bool looked = how == IAM_T_NOT_RESOURCE || how == IAM_T_NOT_CONDITION;
    if (looked && ref->policy->variables && variable_without_value(&d->r->context, s))
        row->note = s->allow ? STR("a variable has no value: the Allow does not apply")
                             : STR("a variable has no value: the Deny does not fire");
}

/* A grant has no statements: its policy is its id. */
void decide_note_grant(struct decide *d, const struct iam_grant *g, const struct residue *condition)
{
    if (!d->trace)
        return;
    struct iam_trace_row *row = new_row(d);
    *row = (struct iam_trace_row){.layer = IAM_LAYER_GRANT, .policy = g->id, .allow = true, .condition = condition};
    row->how = condition == residue_true ? IAM_T_MATCH : condition == residue_false ? IAM_T_NOT_CONDITION : IAM_T_IF;
}

void decide_note_unread(struct decide *d, const struct iam_policy_ref *ref, enum iam_layer layer, struct str level)
{
    if (!d->trace)
        return;
    *new_row(d) = (struct iam_trace_row){
        .layer = layer, .level = level, .policy = ref->id, .how = IAM_T_UNREAD, .note = ref->unread};
}
