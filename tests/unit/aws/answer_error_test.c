/* aws/answer.h, error answers: every class, in every notation. */
#include "aws/answer.h"
#include "harness.h"

static struct aws_answer answer(struct arena *a, const char *op, long status, const char *headers, const char *body)
{
    struct aws_answer out;
    const struct aws_op *found = aws_op_find(str_of(op));
    if (!found)
        fail_msg("no operation %s", op);
    aws_answer_read(a, found, status, str_of(headers), str_of(body), &out);
    if (out.class != AWS_OK)
        assert_null(out.json);
    return out;
}

static void expect_class(const struct aws_answer *out, enum aws_class want, const char *what)
{
    if (out->class != want)
        fail_msg("%s: %s, want %s (%.*s)", what, aws_class_name(out->class), aws_class_name(want), STR_ARG(out->code));
}

static struct aws_answer json_error(struct arena *a, const char *op, long status, const char *code, const char *message)
{
    struct str body = arena_printf(a, "{\"__type\":\"%s\",\"message\":\"%s\"}", code, message);
    struct aws_answer out = answer(a, op, status, "x-amzn-RequestId: R1\r\n", arena_cstr(a, body));
    expect_str(out.code, code);
    expect_str(out.message, message);
    expect_str(out.request_id, "R1");
    return out;
}

static void codes_decide_the_class(void **state)
{
    (void)state;
    static const struct {
        enum aws_class class;
        long status;
        const char *codes;
    } rows[] = {
        {AWS_THROTTLED, 400, "Throttling ThrottlingException ThrottledException RequestThrottledException RequestThrottled TooManyRequestsException "
                             "ProvisionedThroughputExceededException TransactionInProgressException RequestLimitExceeded BandwidthLimitExceeded "
                             "LimitExceededException SlowDown PriorRequestNotComplete EC2ThrottledException"},
        {AWS_THROTTLED, 429, "Anything"},
        {AWS_RETRYABLE, 400, "RequestTimeout RequestTimeoutException IDPCommunicationError InternalError InternalFailure InternalServerError "
                             "InternalServerException ServiceUnavailable ServiceUnavailableException"},
        {AWS_RETRYABLE, 500, "Anything"},
        {AWS_RETRYABLE, 502, "Anything"},
        {AWS_RETRYABLE, 503, "Anything"},
        {AWS_RETRYABLE, 504, "Anything"},
        {AWS_EXPIRED, 403, "ExpiredToken ExpiredTokenException TokenRefreshRequired InvalidClientTokenId UnrecognizedClientException "
                           "InvalidAccessKeyId InvalidToken AuthFailure"},
        {AWS_SKEW, 403, "RequestTimeTooSkewed RequestExpired RequestInTheFuture"},
        {AWS_UNAVAILABLE, 403, "OptInRequired SubscriptionRequiredException SubscriptionRequired UnknownOperationException UnknownOperation InvalidAction"},
        {AWS_DENIED, 400, "AccessDenied AccessDeniedException AccessDeniedFault UnauthorizedOperation UnauthorizedException UnauthorizedAccessException "
                          "AuthorizationError AuthorizationErrorException NotAuthorized NotAuthorizedException AllAccessDisabled Forbidden ForbiddenException"},
        {AWS_DENIED, 403, "Anything"},
        {AWS_WRONG_REGION, 301, "PermanentRedirect TemporaryRedirect IllegalLocationConstraintException Anything"},
        {AWS_WRONG_REGION, 307, "Anything"},
        {AWS_ERROR, 403, "SignatureDoesNotMatch InvalidSignatureException IncompleteSignature IncompleteSignatureException MissingAuthenticationToken "
                         "MissingAuthenticationTokenException"},
        {AWS_ERROR, 400, "ValidationException InvalidParameterValue Anything AuthorizationHeaderMalformed"},
        {AWS_ERROR, 501, "NotImplemented"},
        {AWS_ERROR, 404, "ResourceNotFoundException"}, /* of a call without a parent */
    };
    struct arena *a = arena_new(0);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        for (struct str rest = str_of(rows[i].codes); rest.ptr;) {
            const char *code = arena_cstr(a, str_cut(&rest, ' '));
            struct aws_answer out = json_error(a, "kms:ListKeys", rows[i].status, code, "no");
            expect_class(&out, rows[i].class, code);
        }
    arena_free(a);
}

static void every_notation_of_an_error(void **state)
{
    (void)state;
    static const struct {
        const char *op, *headers, *body;
    } rows[] = {
        {"kms:ListKeys", "", "{\"__type\":\"com.amazonaws.kms#ThrottlingException\",\"message\":\"m\"}"},
        {"kms:ListKeys", "", "{\"__type\":\"ThrottlingException:http://internal.amazon.com/\",\"Message\":\"m\"}"},
        {"lambda:ListFunctions", "X-Amzn-ErrorType: ThrottlingException:http://x/\r\n", "{\"Type\":\"User\",\"message\":\"m\"}"},
        {"lambda:ListFunctions", "", "{\"code\":\"ThrottlingException\",\"errorMessage\":\"m\"}"},
        {"sqs:ListQueues", "x-amzn-query-error: ThrottlingException;Sender\r\n", "{\"__type\":\"com.amazonaws.sqs#Other\",\"message\":\"m\"}"},
        {"iam:ListRoles", "", "<ErrorResponse><Error><Type>Sender</Type><Code>ThrottlingException</Code><Message>m</Message></Error><RequestId>R</RequestId></ErrorResponse>"},
        {"ec2:DescribeVpcs", "", "<Response><Errors><Error><Code>ThrottlingException</Code><Message>m</Message></Error></Errors><RequestID>R</RequestID></Response>"},
        {"s3:ListBuckets", "", "<?xml version=\"1.0\"?>\n<Error><Code>ThrottlingException</Code><Message>m</Message><RequestId>R</RequestId></Error>"},
        {"route53:ListHostedZones", "", "<ErrorResponse xmlns=\"x\"><Error><Code> ThrottlingException\n</Code><Message>m</Message></Error></ErrorResponse>"},
        /* of the other notation: a gateway's, or a service that was moved */
        {"ec2:DescribeVpcs", "", "{\"__type\":\"ThrottlingException\",\"message\":\"m\"}"},
        {"s3:ListBuckets", "", "{\"code\":\"ThrottlingException\",\"message\":\"m\"}"},
        {"kms:ListKeys", "", "<ErrorResponse><Error><Code>ThrottlingException</Code><Message>m</Message></Error></ErrorResponse>"},
    };
    struct arena *a = arena_new(0);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct aws_answer out = answer(a, rows[i].op, 400, rows[i].headers, rows[i].body);
        expect_class(&out, AWS_THROTTLED, rows[i].body);
        expect_str(out.code, "ThrottlingException");
        expect_str(out.message, "m");
        if (strstr(rows[i].body, ">R<"))
            expect_str(out.request_id, "R");
    }
    arena_free(a);
}

static void an_error_may_come_with_200(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct aws_answer out = answer(a, "s3:GetBucketVersioning", 200, "", "<Error><Code>InternalError</Code><Message>m</Message></Error>");
    expect_class(&out, AWS_RETRYABLE, "s3");
    out = answer(a, "s3:GetBucketPolicy", 200, "", "<Error><Code>AccessDenied</Code><Message>m</Message></Error>");
    expect_class(&out, AWS_DENIED, "raw");
    out = answer(a, "kms:ListKeys", 200, "", "{\"__type\":\"x#AccessDeniedException\",\"message\":\"m\"}");
    expect_class(&out, AWS_DENIED, "json");
    out = answer(a, "kms:ListKeys", 200, "", "{\"__type\":\"x#NewFault\"}");
    expect_class(&out, AWS_ERROR, "json");
    expect_str(out.code, "NewFault");
    out = answer(a, "ec2:DescribeVpcs", 200, "", "<Response><Errors><Error><Code>Unavailable</Code></Error></Errors></Response>");
    expect_class(&out, AWS_ERROR, "ec2");
    expect_str(out.code, "Unavailable");
    arena_free(a);
}

static void denials_say_what_is_missing_and_who_denied(void **state)
{
    (void)state;
    static const struct {
        const char *message, *action, *by;
    } rows[] = {
        {"User: arn:aws:sts::1:assumed-role/r/s is not authorized to perform: kms:ListKeys on resource: * with an explicit deny in a service control policy", "kms:ListKeys", "scp"},
        {"User: x is not authorized to perform: kms:Other because no resource control policy allows the kms:Other action", "kms:Other", "rcp"},
        {"User: x is not authorized to perform: kms:ListKeys with an explicit deny in a permissions boundary", "kms:ListKeys", "boundary"},
        {"User: x is not authorized to perform: kms:ListKeys because no session policy allows the kms:ListKeys action", "kms:ListKeys", "session"},
        {"User: x is not authorized to perform: kms:ListKeys because no VPC endpoint policy allows the kms:ListKeys action", "kms:ListKeys", "endpoint"},
        {"User: x is not authorized to perform: kms:ListKeys with an explicit deny in a resource-based policy", "kms:ListKeys", "resource"},
        {"User: x is not authorized to perform: kms:ListKeys because no identity-based policy allows the kms:ListKeys action", "kms:ListKeys", "identity"},
        {"You are not authorized to perform this operation.", "kms:ListKeys", ""},
        {"not authorized to perform: nonsense", "kms:ListKeys", ""},
        {"not authorized to perform: ", "kms:ListKeys", ""},
        {"", "kms:ListKeys", ""},
    };
    struct arena *a = arena_new(0);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct aws_answer out = json_error(a, "kms:ListKeys", 400, "AccessDeniedException", rows[i].message);
        expect_class(&out, AWS_DENIED, rows[i].message);
        expect_str(out.missing_action, rows[i].action);
        assert_string_equal(out.denied_by, rows[i].by);
    }
    struct aws_answer out = answer(a, "s3:ListBuckets", 403, "", "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>");
    expect_str(out.missing_action, "s3:ListAllMyBuckets");
    out = answer(a, "s3:ListBuckets", 403, "", "");
    expect_class(&out, AWS_DENIED, "bare 403");
    expect_str(out.code, "Http403");
    arena_free(a);
}

static void a_clock_that_is_off_shows_in_the_message_too(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct aws_answer out = json_error(a, "kms:ListKeys", 400, "InvalidSignatureException", "Signature expired: 20260102T000000Z is now earlier than 20260102T001000Z");
    expect_class(&out, AWS_SKEW, "expired");
    out = json_error(a, "kms:ListKeys", 400, "InvalidSignatureException", "Signature not yet current: 20260102T000000Z");
    expect_class(&out, AWS_SKEW, "future");
    out = json_error(a, "kms:ListKeys", 400, "InvalidSignatureException", "The request signature we calculated does not match");
    expect_class(&out, AWS_ERROR, "wrong");
    arena_free(a);
}

static void not_configured_is_an_answer_of_its_own(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct aws_answer out = answer(a, "s3:GetBucketPolicy", 404, "", "<Error><Code>NoSuchBucketPolicy</Code></Error>");
    expect_class(&out, AWS_ABSENT, "s3");
    out = answer(a, "s3:GetBucketPolicy", 404, "", "<Error><Code>NoSuchBucket</Code></Error>");
    expect_class(&out, AWS_GONE, "s3");
    /* CODE:TEXT */
    out = json_error(a, "macie2:GetMacieSession", 403, "AccessDeniedException", "Macie is not enabled.");
    expect_class(&out, AWS_ABSENT, "macie");
    out = json_error(a, "macie2:GetMacieSession", 403, "AccessDeniedException", "not authorized to perform: macie2:GetMacieSession");
    expect_class(&out, AWS_DENIED, "macie");
    out = json_error(a, "lambda:GetPolicy", 404, "ResourceNotFoundException", "no policy");
    expect_class(&out, AWS_ABSENT, "lambda");
    arena_free(a);
}

static void gone_is_only_what_had_a_parent(void **state)
{
    (void)state;
    static const struct {
        const char *code;
        long status;
        enum aws_class class;
    } rows[] = {
        {"NotFoundException", 400, AWS_GONE},    {"InvalidVpcID.NotFound", 400, AWS_GONE}, {"NoSuchEntity", 400, AWS_GONE},
        {"StackDoesNotExist", 400, AWS_GONE},    {"AWS.SimpleQueueService.NonExistentQueue", 400, AWS_GONE}, {"Anything", 404, AWS_GONE},
        {"Anything", 410, AWS_GONE},             {"Anything", 400, AWS_ERROR},             {"NotFoundException", 500, AWS_RETRYABLE},
        {"NotFoundException", 403, AWS_DENIED},
    };
    struct arena *a = arena_new(0);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct aws_answer out = json_error(a, "kms:GetKeyPolicy", rows[i].status, rows[i].code, "m");
        expect_class(&out, rows[i].class, rows[i].code);
    }
    struct aws_answer out = answer(a, "ec2:DescribeVpcAttribute", 400, "",
                                   "<Response><Errors><Error><Code>Client.InvalidVpcID.NotFound</Code></Error></Errors></Response>");
    expect_class(&out, AWS_GONE, "ec2");
    out = answer(a, "ec2:DescribeVpcs", 400, "", "<Response><Errors><Error><Code>Client.UnauthorizedOperation</Code></Error></Errors></Response>");
    expect_class(&out, AWS_DENIED, "ec2");
    out = json_error(a, "kms:ListKeys", 404, "NotFoundException", "m");
    expect_class(&out, AWS_ERROR, "no parent");
    arena_free(a);
}

static void the_right_region(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct aws_answer out = answer(a, "s3:GetBucketPolicy", 301, "x-amz-bucket-region: eu-west-1\r\n", "");
    expect_class(&out, AWS_WRONG_REGION, "bare");
    expect_str(out.region, "eu-west-1");
    out = answer(a, "s3:GetBucketPolicy", 301, "x-amz-bucket-region: eu-west-1\r\n", "<Error><Code>PermanentRedirect</Code><Endpoint>e</Endpoint></Error>");
    expect_class(&out, AWS_WRONG_REGION, "header");
    expect_str(out.region, "eu-west-1");
    out = answer(a, "s3:GetBucketPolicy", 400, "", "<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-west-2</Region></Error>");
    expect_class(&out, AWS_WRONG_REGION, "body");
    expect_str(out.region, "eu-west-2");
    out = answer(a, "s3:GetBucketPolicy", 400, "", "<Error><Code>AuthorizationHeaderMalformed</Code></Error>");
    expect_class(&out, AWS_ERROR, "no region");
    arena_free(a);
}

static void html_is_never_an_answer(void **state)
{
    (void)state;
    static const struct {
        long status;
        enum aws_class class;
    } rows[] = {{200, AWS_ERROR}, {301, AWS_ERROR}, {400, AWS_ERROR}, {403, AWS_ERROR}, {404, AWS_ERROR}, {429, AWS_THROTTLED},
                {500, AWS_ERROR}, {502, AWS_RETRYABLE}, {503, AWS_RETRYABLE}, {504, AWS_RETRYABLE}};
    static const char *const bodies[] = {"<html><body>Sign in</body></html>", " \n<!DOCTYPE html><html></html>", "<HTML>", "<!doctype html>"};
    static const char *const ops[] = {"s3:GetBucketPolicy", "kms:GetKeyPolicy", "ec2:DescribeVpcs"};
    struct arena *a = arena_new(0);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        for (size_t b = 0; b < sizeof(bodies) / sizeof(bodies[0]); b++)
            for (size_t o = 0; o < sizeof(ops) / sizeof(ops[0]); o++) {
                struct aws_answer out = answer(a, ops[o], rows[i].status, "", bodies[b]);
                expect_class(&out, rows[i].class, bodies[b]);
                expect_str(out.code, "HtmlAnswer");
            }
    arena_free(a);
}

static void errors_that_cannot_be_read_go_by_their_status(void **state)
{
    (void)state;
    static const struct {
        long status;
        const char *body, *code;
        enum aws_class class;
    } rows[] = {
        {400, "", "Http400", AWS_ERROR},           {500, "", "Http500", AWS_RETRYABLE},    {503, "", "Http503", AWS_RETRYABLE},
        {429, "", "Http429", AWS_THROTTLED},       {403, "{", "Http403", AWS_DENIED},      {400, "{}", "Http400", AWS_ERROR},
        {400, "[\"x\"]", "Http400", AWS_ERROR},    {500, "upstream", "Http500", AWS_RETRYABLE},
        {404, "{}", "Http404", AWS_ERROR},         {400, "<a/>", "Http400", AWS_ERROR},
        {400, "<Error><Code/></Error>", "Http400", AWS_ERROR}, {400, "<Response/>", "Http400", AWS_ERROR},
        {400, "<Error><Code>AccessDen", "UnreadableAnswer", AWS_ERROR}, {503, "<Error>", "UnreadableAnswer", AWS_RETRYABLE},
        {0, "", "Http0", AWS_ERROR},               {100, "{}", "Http100", AWS_ERROR},      {304, "", "Http304", AWS_ERROR},
    };
    struct arena *a = arena_new(0);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct aws_answer out = answer(a, "kms:ListKeys", rows[i].status, "", rows[i].body);
        expect_class(&out, rows[i].class, rows[i].body);
        expect_str(out.code, rows[i].code);
    }
    arena_free(a);
}

static void the_time_to_wait(void **state)
{
    (void)state;
    static const struct {
        const char *headers;
        int64_t ms;
    } rows[] = {
        {"", 0}, {"Retry-After: 3\r\n", 3000}, {"retry-after: 601\r\n", 0}, {"Retry-After: Fri, 02 Jan 2026 03:04:05 GMT\r\n", 0},
        {"x-amz-retry-after: 250\r\nRetry-After: 3\r\n", 250}, {"Retry-After: -1\r\n", 0},
    };
    struct arena *a = arena_new(0);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(answer(a, "kms:ListKeys", 503, rows[i].headers, "").retry_after_ms, rows[i].ms);
    arena_free(a);
}

static void header_values(void **state)
{
    (void)state;
    struct str block = STR("HTTP/1.1 200 OK\r\nA: 1\r\nx-b:2\r\nEmpty:\r\nA: 3\r\nbroken\r\n: 4\r\n\r\n");
    expect_str(aws_header_value(block, "a"), "1");
    expect_str(aws_header_value(block, "X-B"), "2");
    assert_non_null(aws_header_value(block, "empty").ptr);
    assert_int_equal(aws_header_value(block, "empty").len, 0);
    assert_null(aws_header_value(block, "broken").ptr);
    assert_null(aws_header_value(block, "").ptr);
    assert_null(aws_header_value((struct str){NULL, 0}, "a").ptr);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_decide_the_class),
        cmocka_unit_test(every_notation_of_an_error),
        cmocka_unit_test(an_error_may_come_with_200),
        cmocka_unit_test(denials_say_what_is_missing_and_who_denied),
        cmocka_unit_test(a_clock_that_is_off_shows_in_the_message_too),
        cmocka_unit_test(not_configured_is_an_answer_of_its_own),
        cmocka_unit_test(gone_is_only_what_had_a_parent),
        cmocka_unit_test(the_right_region),
        cmocka_unit_test(html_is_never_an_answer),
        cmocka_unit_test(errors_that_cannot_be_read_go_by_their_status),
        cmocka_unit_test(the_time_to_wait),
        cmocka_unit_test(header_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
