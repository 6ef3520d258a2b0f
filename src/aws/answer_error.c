#include "aws/answer_error.h"

/* Codes that mean the same whatever the status. "Client." and "Server." of EC2 are taken off before. */
static const struct {
    const char *code;
    enum aws_class class;
} codes[] = {
    {"PermanentRedirect", AWS_WRONG_REGION},
    {"TemporaryRedirect", AWS_WRONG_REGION},
    {"IllegalLocationConstraintException", AWS_WRONG_REGION},
    {"RequestTimeTooSkewed", AWS_SKEW},
    {"RequestExpired", AWS_SKEW},
    {"RequestInTheFuture", AWS_SKEW},
    {"ExpiredToken", AWS_EXPIRED},
    {"ExpiredTokenException", AWS_EXPIRED},
    {"TokenRefreshRequired", AWS_EXPIRED},
    {"InvalidClientTokenId", AWS_EXPIRED},
    {"UnrecognizedClientException", AWS_EXPIRED},
    {"InvalidAccessKeyId", AWS_EXPIRED},
    {"InvalidToken", AWS_EXPIRED},
    {"AuthFailure", AWS_EXPIRED},
    {"Throttling", AWS_THROTTLED},
    {"ThrottlingException", AWS_THROTTLED},
    {"ThrottledException", AWS_THROTTLED},
    {"RequestThrottledException", AWS_THROTTLED},
    {"RequestThrottled", AWS_THROTTLED},
    {"TooManyRequestsException", AWS_THROTTLED},
    {"ProvisionedThroughputExceededException", AWS_THROTTLED},
    {"TransactionInProgressException", AWS_THROTTLED},
    {"RequestLimitExceeded", AWS_THROTTLED},
    {"BandwidthLimitExceeded", AWS_THROTTLED},
    {"LimitExceededException", AWS_THROTTLED},
    {"SlowDown", AWS_THROTTLED},
    {"PriorRequestNotComplete", AWS_THROTTLED},
    {"EC2ThrottledException", AWS_THROTTLED},
    {"OptInRequired", AWS_UNAVAILABLE},
    {"SubscriptionRequiredException", AWS_UNAVAILABLE},
    {"SubscriptionRequired", AWS_UNAVAILABLE},
    {"UnknownOperationException", AWS_UNAVAILABLE},
    {"UnknownOperation", AWS_UNAVAILABLE},
    {"InvalidAction", AWS_UNAVAILABLE},
    {"AccessDenied", AWS_DENIED},
    {"AccessDeniedException", AWS_DENIED},
    {"AccessDeniedFault", AWS_DENIED},
    {"UnauthorizedOperation", AWS_DENIED},
    {"UnauthorizedException", AWS_DENIED},
    {"UnauthorizedAccessException", AWS_DENIED},
    {"AuthorizationError", AWS_DENIED},
    {"AuthorizationErrorException", AWS_DENIED},
    {"NotAuthorized", AWS_DENIED},
    {"NotAuthorizedException", AWS_DENIED},
    {"AllAccessDisabled", AWS_DENIED},
    {"Forbidden", AWS_DENIED},
    {"ForbiddenException", AWS_DENIED},
    {"RequestTimeout", AWS_RETRYABLE},
    {"RequestTimeoutException", AWS_RETRYABLE},
    {"IDPCommunicationError", AWS_RETRYABLE},
    {"InternalError", AWS_RETRYABLE},
    {"InternalFailure", AWS_RETRYABLE},
    {"InternalServerError", AWS_RETRYABLE},
    {"InternalServerException", AWS_RETRYABLE},
    {"ServiceUnavailable", AWS_RETRYABLE},
    {"ServiceUnavailableException", AWS_RETRYABLE},
    /* A wrong signature is a 403 too, and no permission will mend it. */
    {"SignatureDoesNotMatch", AWS_ERROR},
    {"InvalidSignatureException", AWS_ERROR},
    {"IncompleteSignature", AWS_ERROR},
    {"IncompleteSignatureException", AWS_ERROR},
    {"MissingAuthenticationToken", AWS_ERROR},
    {"MissingAuthenticationTokenException", AWS_ERROR},
};

/* Who denied, most specific first; the phrases are those of IAM's access denied messages. */
static const struct {
    const char *phrase, *by;
} deniers[] = {
    {"service control policy", "scp"},   {"resource control policy", "rcp"},    {"permissions boundary", "boundary"},
    {"session policy", "session"},       {"VPC endpoint policy", "endpoint"},   {"resource-based policy", "resource"},
    {"identity-based policy", "identity"},
};

const struct xml_node *aws_xml_error(const struct xml_node *root)
{
    if (str_eqz(root->name, "Error"))
        return root;
    if (!str_eqz(root->name, "ErrorResponse") && !str_eqz(root->name, "Response") && !str_eqz(root->name, "Errors"))
        return NULL;
    const struct xml_node *errors = str_eqz(root->name, "Errors") ? root : xml_child(root, "Errors");
    const struct xml_node *error = xml_child(errors ? errors : root, "Error");
    return error || str_eqz(root->name, "Response") ? error : root;
}

void aws_read_xml_error(const struct xml_node *error, const struct xml_node *root, struct aws_answer *out)
{
    static const char *const ids[] = {"RequestId", "RequestID", "requestId"};
    out->code = str_trim(xml_child_text(error, "Code"));
    out->message = str_trim(xml_child_text(error, "Message"));
    out->region = str_trim(xml_child_text(error, "Region"));
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]) && !out->request_id.len; i++) {
        struct str id = xml_child_text(root, ids[i]);
        out->request_id = str_trim(id.ptr ? id : xml_child_text(error, ids[i]));
    }
}

/* "com.amazonaws.ecs#ClientException:http://..." -> "ClientException" */
static struct str bare_code(struct str code)
{
    ptrdiff_t colon = str_index(code, ':', 0);
    if (colon >= 0)
        code = str_sub(code, 0, (size_t)colon);
    ptrdiff_t hash = str_rindex(code, '#');
    return hash < 0 ? code : str_sub(code, (size_t)hash + 1, code.len);
}

static struct str first_member(const struct json *body, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct str s = json_get_str(body, names[i]);
        if (s.len)
            return s;
    }
    return (struct str){NULL, 0};
}

bool aws_read_json_error(const struct json *body, struct str headers, struct aws_answer *out)
{
    static const char *const code_names[] = {"__type", "code", "Code", "errorCode"};
    static const char *const message_names[] = {"message", "Message", "errorMessage"};
    struct str query = aws_header_value(headers, "x-amzn-query-error");
    struct str type = aws_header_value(headers, "x-amzn-errortype");
    struct str code = query.len ? str_cut(&query, ';') : bare_code(type.len ? type : first_member(body, code_names, 4));
    out->code = code;
    out->message = first_member(body, message_names, 3);
    return code.len > 0;
}

static bool is_absent(const struct aws_op *op, const struct aws_answer *out)
{
    for (uint32_t i = 0; i < op->absent_count; i++) {
        struct str rest = op->absent[i];
        struct str code = str_cut(&rest, ':');
        if (str_eq(code, out->code) && (!rest.ptr || str_contains(out->message, rest)))
            return true;
    }
    return false;
}

static bool names_nothing(struct str code, long http_status)
{
    return http_status == 404 || http_status == 410 || str_contains(code, STR("NotFound")) || str_starts(code, STR("NoSuch")) ||
           str_contains(code, STR("DoesNotExist")) || str_contains(code, STR("NonExistent")) || str_contains(code, STR("Nonexistent"));
}

static bool says_clock(struct str message)
{
    return str_contains(message, STR("Signature expired")) || str_contains(message, STR("Signature not yet current")) ||
           str_contains(message, STR("time stamp is in the future"));
}

/* "... is not authorized to perform: ec2:DescribeVpcs on resource: ..." */
static struct str action_in(struct str message)
{
    static const char phrase[] = "to perform: ";
    for (size_t i = 0; i + sizeof(phrase) <= message.len; i++) {
        if (memcmp(message.ptr + i, phrase, sizeof(phrase) - 1) != 0)
            continue;
        struct str rest = str_sub(message, i + sizeof(phrase) - 1, message.len);
        size_t end = 0;
        while (end < rest.len && !strchr(" \t\r\n,;\"'", rest.ptr[end]))
            end++;
        rest = str_sub(rest, 0, end);
        return str_index(rest, ':', 0) > 0 && rest.len < 128 ? rest : (struct str){NULL, 0};
    }
    return (struct str){NULL, 0};
}

static void explain_denial(const struct aws_op *op, struct aws_answer *out)
{
    struct str said = action_in(out->message);
    out->missing_action = said.len ? said : op->action;
    for (size_t i = 0; i < sizeof(deniers) / sizeof(deniers[0]); i++)
        if (str_contains(out->message, str_of(deniers[i].phrase))) {
            out->denied_by = deniers[i].by;
            return;
        }
}

static enum aws_class by_status(const struct aws_op *op, long status, const struct aws_answer *out)
{
    bool ours = str_eqz(out->code, "HtmlAnswer") || str_eqz(out->code, "UnreadableAnswer");
    if (status == 429)
        return AWS_THROTTLED;
    if (status == 502 || status == 503 || status == 504 || (status == 500 && !ours))
        return AWS_RETRYABLE;
    if (ours)
        return AWS_ERROR;
    if (status == 301 || status == 307)
        return AWS_WRONG_REGION;
    if (status == 403)
        return AWS_DENIED;
    if (op->follow_count && op->kind != AWS_OP_RESOURCE && names_nothing(out->code, status))
        return AWS_GONE;
    return AWS_ERROR;
}

static enum aws_class class_of(const struct aws_op *op, long status, const struct aws_answer *out)
{
    struct str code = out->code;
    if (str_starts(code, STR("Client.")) || str_starts(code, STR("Server.")))
        code = str_sub(code, sizeof("Client.") - 1, code.len);
    if (is_absent(op, out))
        return AWS_ABSENT;
    if (str_eqz(code, "AuthorizationHeaderMalformed") && out->region.len)
        return AWS_WRONG_REGION;
    if (says_clock(out->message))
        return AWS_SKEW;
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
        if (str_eqz(code, codes[i].code))
            return codes[i].class;
    return by_status(op, status, out);
}

void aws_classify(const struct aws_op *op, long http_status, struct aws_answer *out)
{
    out->class = class_of(op, http_status, out);
    if (out->class == AWS_DENIED)
        explain_denial(op, out);
}
