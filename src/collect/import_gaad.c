/* The output of `aws iam get-account-authorization-details`, one account. */
#include "collect/import_iam_collect.h"

/* Sets or compares the account of an ARN; false when two differ. */
static bool same_account(struct str arn, struct str *account)
{
    struct str id = made_arn_field(arn, 4);
    if (id.len != 12)
        return true; /* AWS's own policies have "aws" */
    if (!account->ptr)
        *account = id;
    return str_eq(*account, id);
}

static bool account_of(const struct json *answer, struct str *account, struct err *e)
{
    static const char *const lists[] = {"UserDetailList", "GroupDetailList", "RoleDetailList", "Policies"};
    bool any = false;
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        const struct json *list = json_getz(answer, lists[i]);
        any = any || list;
        if (list && list->type != JSON_ARRAY)
            return err_set(e, ERR_PARSE, "%s is not a list", lists[i]);
        for json_each (item, list) {
            if (!json_get_str(item, "Arn").ptr)
                return err_set(e, ERR_PARSE, "a thing in %s has no Arn", lists[i]);
            if (!same_account(json_get_str(item, "Arn"), account))
                return err_set(e, ERR_PARSE, "the file speaks of more than one account");
        }
    }
    if (!any)
        return err_set(e, ERR_PARSE, "the file is not the output of iam get-account-authorization-details");
    return account->ptr || err_set(e, ERR_PARSE, "the file has no user, group, role or policy that tells the account");
}

/* Somebody kept one page of several. */
static bool has_more(const struct json *answer)
{
    return json_is_true(json_getz(answer, "IsTruncated")) || json_get_str(answer, "NextToken").len || json_get_str(answer, "Marker").len;
}

bool import_gaad(struct importer *im, struct str text, int64_t mtime_us, struct err *e)
{
    struct json *answer = json_parse(im->arena, text, BUNDLE_ANSWER_MAX_BYTES, e);
    struct found_call f = {.op = aws_op_find(STR("iam:GetAccountAuthorizationDetails")), .answer = answer, .place = str_of(im->path)};
    if (!answer)
        return false;
    if (answer->type != JSON_OBJECT)
        return err_set(e, ERR_PARSE, "%s is not a JSON object", im->path);
    if (!account_of(answer, &f.account, e)) {
        err_hint(e, "save it with: aws iam get-account-authorization-details --output json");
        return false;
    }
    f.region = f.op->home_region;
    f.end = (struct call_end){.status = has_more(answer) ? CALL_TRUNCATED : CALL_OK, .source = STR("import"), .at_us = mtime_us};
    if (f.end.status == CALL_TRUNCATED) {
        f.end.code = STR("MorePages");
        f.end.message = STR("the saved answer ends with a token for more");
        import_note(im, f.place, "ends with a token for more: what it does not have is unknown", false);
    }
    return import_begin(im, e) && import_record(im, &f, e);
}
