#include "aws/op.h"
#include "aws/region.h"
#include "codec/json.h"
#include "collect/policy.h"
#include "verb/judge.h"

#include <stdlib.h>

static int by_text(const void *a, const void *b) { return str_cmp(*(const struct str *)a, *(const struct str *)b); }

/* The plan's IAM actions, sorted, each once. */
static uint32_t actions_of(struct arena *a, const struct plan *plan, struct str **out)
{
    struct str *list = arena_array_of(a, struct str, plan->count + 1);
    uint32_t n = 0, kept = 0;
    for (uint32_t i = 0; i < plan->count; i++)
        list[n++] = plan->ops[i]->op->action;
    qsort(list, n, sizeof *list, by_text);
    for (uint32_t i = 0; i < n; i++)
        if (list[i].len && (!kept || !str_eq(list[i], list[kept - 1])))
            list[kept++] = list[i];
    *out = list;
    return kept;
}

/* Pretty-printed as it is pasted into IAM: one document, or a list of them where one is too long. */
static void print_documents(struct ward *w, const struct policy_documents *docs, struct err *e)
{
    struct buf text;
    struct json_out o;
    buf_init(&text, 1 << 20);
    jo_init(&o, &text, true);
    if (docs->count > 1)
        jo_array(&o);
    for (uint32_t i = 0; i < docs->count; i++) {
        struct json *j = json_parse(w->arena, docs->documents[i], 1 << 20, e);
        if (j)
            jo_value(&o, j);
    }
    if (docs->count > 1)
        jo_end_array(&o);
    buf_addc(&text, '\n');
    out_str(w->out, buf_str(&text));
    buf_done(&text);
    if (docs->count > 1)
        term_say(&w->term, "the actions fill %u managed policies of at most 6,144 characters: attach all of them", docs->count);
}

/* What the controls read, and what the collector asks by itself: regions, accounts. */
static struct strings wanted(struct ward *w, const struct controls *controls)
{
    struct strings ops = judge_operations(w, controls), all = {0};
    const struct str own[] = {STR("ec2:DescribeRegions"), STR("account:ListRegions"), STR("organizations:ListAccounts")};
    size_t own_count = cli_flag(w->cli, "org") ? 3 : 2;
    all.items = arena_array_of(w->arena, struct str, ops.count + own_count);
    memcpy(all.items, ops.items, ops.count * sizeof *ops.items);
    memcpy(all.items + ops.count, own, own_count * sizeof *own);
    all.count = ops.count + (uint32_t)own_count;
    qsort(all.items, all.count, sizeof *all.items, by_text);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < all.count; i++)
        if (!kept || !str_eq(all.items[i], all.items[kept - 1]))
            all.items[kept++] = all.items[i];
    all.count = kept;
    return all;
}

/* The role in every account, in the partition of the home region. */
static struct str role_pattern(struct ward *w, const struct config *config)
{
    struct aws_region region;
    struct str home = json_str(json_path(config->doc, "regions.home"));
    bool known = home.len && aws_region_find(aws_regions_load(w->arena), home, &region);
    return arena_printf(w->arena, "arn:%.*s:iam::*:role/%.*s", STR_ARG(known ? region.partition : STR("aws")), STR_ARG(cli_str(w->cli, "role-name")));
}

int verb_policy(struct ward *w, struct err *e)
{
    struct controls controls;
    struct plan plan;
    struct policy_documents docs;
    if (!judge_controls(w, &controls, e))
        return EXIT_GOOD;
    const struct config *config = ward_config(w, e);
    struct strings ops = wanted(w, &controls);
    if (!config || !plan_make(w->arena, aws_op_find, ops.items, ops.count, false, &plan, e))
        return EXIT_GOOD;
    struct str role = cli_flag(w->cli, "org") ? role_pattern(w, config) : (struct str){NULL, 0};
    if (str_eqz(cli_str(w->cli, "output"), "text")) {
        struct str *actions;
        uint32_t count = actions_of(w->arena, &plan, &actions);
        for (uint32_t i = 0; i < count; i++)
            out_f(w->out, "%.*s\n", STR_ARG(actions[i]));
        if (role.len)
            out_f(w->out, "sts:AssumeRole %.*s\n", STR_ARG(role));
        return EXIT_GOOD;
    }
    if (policy_managed(w->arena, &plan, role, &docs, e))
        print_documents(w, &docs, e);
    return EXIT_GOOD;
}
