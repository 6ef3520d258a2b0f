#include "harness.h"

#include "aws/answer.h"

/* An answer that is 200 and no answer. */
static struct aws_answer read_200(struct arena *a, const char *op, const char *headers, const char *body)
{
    struct aws_answer out;
    const struct aws_op *found = aws_op_find(str_of(op));
    assert_non_null(found);
    aws_answer_read(a, found, 200, str_of(headers), str_of(body), &out);
    return out;
}

static void test_json_error_in_200(void **state)
{
    struct arena *a = arena_new(0);
    (void)state;
    struct aws_answer out = read_200(a, "backup:ListBackupVaults", "x-amzn-ErrorType: InternalServerException:http://x\r\n", "{}");
    expect_str(out.code, "InternalServerException");
    assert_int_equal(out.class, AWS_RETRYABLE);
    assert_int_equal(read_200(a, "guardduty:ListDetectors", "", "{\"message\":\"Forbidden\"}").class, AWS_ERROR);
    out = read_200(a, "kms:ListKeys", "", "{\"__type\":\"com.amazonaws#InternalServerError\",\"Keys\":[]}");
    expect_str(out.code, "InternalServerError");
    arena_free(a);
}

/* A word of errors beside what the operation answers. */
static void test_json_answer_is_no_error(void **state)
{
    struct arena *a = arena_new(0);
    (void)state;
    assert_int_equal(read_200(a, "backup:ListBackupVaults", "", "{}").class, AWS_OK);
    assert_int_equal(read_200(a, "backup:ListBackupVaults", "", "{\"BackupVaultList\":[],\"message\":\"new\"}").class, AWS_OK);
    arena_free(a);
}

static void test_html_without_doctype(void **state)
{
    struct arena *a = arena_new(0);
    static const char page[] = "<?xml version=\"1.0\"?><html><body>Sign in</body></html>";
    (void)state;
    assert_int_equal(read_200(a, "s3:GetBucketVersioning", "", page).class, AWS_ERROR);
    assert_int_equal(read_200(a, "s3:GetPublicAccessBlock", "", page).class, AWS_ERROR);
    assert_int_equal(read_200(a, "backup:ListBackupVaults", "", page).class, AWS_ERROR);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json_error_in_200),
        cmocka_unit_test(test_json_answer_is_no_error),
        cmocka_unit_test(test_html_without_doctype),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
