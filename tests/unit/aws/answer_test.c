/* aws/answer.h, good answers: recorded ones (tests/vectors/answers), special shapes, pages. */
#include "aws/answer.h"
#include "base/file.h"
#include "harness.h"

#include <dirent.h>

#define VECTORS WARD_SOURCE_ROOT "/tests/vectors/answers"

static struct aws_answer read_body(struct arena *a, const char *op, const char *headers, const char *body)
{
    struct aws_answer out;
    const struct aws_op *found = aws_op_find(str_of(op));
    if (!found)
        fail_msg("no operation %s", op);
    aws_answer_read(a, found, 200, str_of(headers), str_of(body), &out);
    return out;
}

static struct str written(struct arena *a, const struct json *j)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    json_write(&b, j);
    struct str s = arena_str(a, buf_str(&b));
    buf_done(&b);
    return s;
}

static struct aws_answer good(struct arena *a, const char *op, const char *body, const char *want)
{
    struct aws_answer out = read_body(a, op, "", body);
    if (out.class != AWS_OK)
        fail_msg("%s: %s %.*s", op, aws_class_name(out.class), STR_ARG(out.message));
    expect_str(written(a, out.json), want);
    assert_int_equal(out.code.len, 0);
    return out;
}

static void refused(struct arena *a, const char *op, const char *body, const char *message)
{
    struct aws_answer out = read_body(a, op, "", body);
    if (out.class != AWS_ERROR || !str_eqz(out.code, "UnreadableAnswer"))
        fail_msg("%s \"%s\": %s %.*s", op, body, aws_class_name(out.class), STR_ARG(out.code));
    assert_null(out.json);
    if (!str_contains(out.message, str_of(message)))
        fail_msg("%s: message \"%.*s\" lacks \"%s\"", op, STR_ARG(out.message), message);
}

/* --- recorded */

static uint32_t check_record(struct arena *a, const char *name)
{
    struct err e = {0};
    struct str text;
    expect_ok(file_read(a, arena_printf(a, VECTORS "/%s", name).ptr, 1 << 20, &text, &e), &e);
    const struct json *record = json_parse(a, text, 1 << 20, &e);
    expect_ok(record, &e);
    const struct aws_op *op = aws_op_find(json_get_str(record, "op"));
    struct aws_answer out;
    aws_answer_read(a, op, 200, json_get_str(record, "headers"), json_get_str(record, "body"), &out);
    if (out.class != AWS_OK)
        fail_msg("%s: %.*s", name, STR_ARG(out.message));
    struct str want = written(a, json_getz(record, "json")), got = written(a, out.json);
    if (!str_eq(got, want))
        fail_msg("%s: %.*s", name, STR_ARG(got));
    assert_true(str_eq(out.page_token, json_get_str(record, "token")));
    return 1u << op->protocol;
}

static void recorded_answers_read_as_the_cli_prints_them(void **state)
{
    (void)state;
    DIR *d = opendir(VECTORS);
    assert_non_null(d);
    int count = 0;
    uint32_t protocols = 0;
    for (struct dirent *entry = readdir(d); entry; entry = readdir(d)) {
        struct arena *a = arena_new(0);
        if (str_ends(str_of(entry->d_name), STR(".json"))) {
            protocols |= check_record(a, entry->d_name);
            count++;
        }
        arena_free(a);
    }
    closedir(d);
    assert_true(count >= 25);
    assert_int_equal(protocols, (1u << (AWS_REST_XML + 1)) - 1);
}

/* Every proper part of a body is unreadable. */
static void a_cut_body_is_never_an_answer(void **state)
{
    (void)state;
    static const struct {
        const char *op, *body;
    } whole[] = {
        {"kms:ListKeys", "{\"Keys\":[{\"KeyId\":\"a\"}],\"Truncated\":false}"},
        {"ec2:DescribeVpcs", "<DescribeVpcsResponse><vpcSet><item><vpcId>v</vpcId></item></vpcSet></DescribeVpcsResponse>"},
        {"s3:GetBucketVersioning", "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"},
        {"s3:GetBucketPolicy", "{\"Statement\":[{\"Effect\":\"Deny\"}]}"},
        {"lambda:GetPolicy", "{\"Policy\":\"{}\"}"},
    };
    for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++) {
        struct arena *a = arena_new(0);
        struct aws_answer out = read_body(a, whole[i].op, "", whole[i].body);
        assert_int_equal(out.class, AWS_OK);
        for (size_t len = 0; len < strlen(whole[i].body); len++)
            refused(a, whole[i].op, arena_cstr(a, str_make(whole[i].body, len)), "");
        arena_free(a);
    }
}

/* --- special shapes */

static void policy_documents_of_iam_are_objects(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    static const char form[] = "<GetRolePolicyResponse><GetRolePolicyResult><RoleName>r</RoleName><PolicyDocument>%s</PolicyDocument>"
                               "</GetRolePolicyResult></GetRolePolicyResponse>";
    (void)good(a, "iam:GetRolePolicy", arena_cstr(a, arena_printf(a, form, "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%5D%7D")),
               "{\"RoleName\":\"r\",\"PolicyDocument\":{\"Version\":\"2012-10-17\",\"Statement\":[]}}");
    (void)good(a, "iam:GetRolePolicy", arena_cstr(a, arena_printf(a, form, "%7B%22a")), "{\"RoleName\":\"r\",\"PolicyDocument\":\"%7B%22a\"}");
    (void)good(a, "iam:GetRolePolicy", arena_cstr(a, arena_printf(a, form, "%zz")), "{\"RoleName\":\"r\",\"PolicyDocument\":\"%zz\"}");
    arena_free(a);
}

static void a_template_is_an_object_when_it_is_json(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    static const char form[] = "<GetTemplateResponse><GetTemplateResult><TemplateBody>%s</TemplateBody></GetTemplateResult></GetTemplateResponse>";
    (void)good(a, "cloudformation:GetTemplate", arena_cstr(a, arena_printf(a, form, "{\"Resources\":{}}")), "{\"TemplateBody\":{\"Resources\":{}}}");
    (void)good(a, "cloudformation:GetTemplate", arena_cstr(a, arena_printf(a, form, "Resources: {}")), "{\"TemplateBody\":\"Resources: {}\"}");
    arena_free(a);
}

static void the_place_of_a_bucket(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    (void)good(a, "s3:GetBucketLocation", "<LocationConstraint xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"/>", "{\"LocationConstraint\":null}");
    (void)good(a, "s3:GetBucketLocation", "<LocationConstraint>eu-west-1</LocationConstraint>", "{\"LocationConstraint\":\"eu-west-1\"}");
    refused(a, "s3:GetBucketLocation", "<ListBucketResult/>", "unexpected <ListBucketResult>");
    refused(a, "s3:GetBucketLocation", "", "empty");
    arena_free(a);
}

static void a_bucket_policy_stays_text(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    (void)good(a, "s3:GetBucketPolicy", "{\"Statement\": []}", "{\"Policy\":\"{\\\"Statement\\\": []}\"}");
    refused(a, "s3:GetBucketPolicy", "<Policy/>", "unexpected <Policy>");
    refused(a, "s3:GetBucketPolicy", "denied", "line 1");
    arena_free(a);
}

static void timestamps_in_every_form(void **state)
{
    (void)state;
    static const struct {
        const char *xml, *want;
    } times[] = {
        {"2026-01-02T03:04:05Z", "2026-01-02T03:04:05+00:00"},
        {"2026-01-02T03:04:05.000Z", "2026-01-02T03:04:05+00:00"},
        {"2026-01-02T03:04:05.120Z", "2026-01-02T03:04:05.120000+00:00"},
        {"2026-01-02T05:04:05.123456+02:00", "2026-01-02T03:04:05.123456+00:00"},
        {"2026-01-02T03:04:05", "2026-01-02T03:04:05+00:00"},
        {"1767323045", "2026-01-02T03:04:05+00:00"},
        {"1767323045.5", "2026-01-02T03:04:05.500000+00:00"},
        {"1.767323045E9", "2026-01-02T03:04:05+00:00"},
        {"0", "1970-01-01T00:00:00+00:00"},
        {"-1.5", "1969-12-31T23:59:58.500000+00:00"},
        {"253402300800", "253402300800"},
        {"1e999", "1e999"},
        {"0x10", "0x10"},
        {"inf", "inf"},
        {"Fri, 02 Jan 2026 03:04:05 GMT", "Fri, 02 Jan 2026 03:04:05 GMT"},
        {"yesterday", "yesterday"},
        {"", ""},
    };
    struct arena *a = arena_new(0);
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
        (void)good(a, "ec2:DescribeVolumes",
                   arena_cstr(a, arena_printf(a, "<DescribeVolumesResponse><volumeSet><item><createTime>%s</createTime></item></volumeSet></DescribeVolumesResponse>", times[i].xml)),
                   arena_cstr(a, arena_printf(a, "{\"Volumes\":[{\"CreateTime\":\"%s\"}]}", times[i].want)));
    (void)good(a, "kms:ListGrants", "{\"Grants\":[{\"CreationDate\":1767323045.25},{\"CreationDate\":\"2026-01-02T03:04:05Z\"},{\"CreationDate\":1.767323045E9}]}",
               "{\"Grants\":[{\"CreationDate\":\"2026-01-02T03:04:05.250000+00:00\"},{\"CreationDate\":\"2026-01-02T03:04:05+00:00\"},"
               "{\"CreationDate\":\"2026-01-02T03:04:05+00:00\"}]}");
    arena_free(a);
}

static void scalars_of_xml(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    static const char form[] = "<DescribeVolumesResponse><volumeSet><item><encrypted>%s</encrypted><size>%s</size></item></volumeSet></DescribeVolumesResponse>";
    static const struct {
        const char *flag, *size, *want;
    } rows[] = {
        {"true", "8", "{\"Volumes\":[{\"Size\":8,\"Encrypted\":true}]}"},
        {"False", " -1 ", "{\"Volumes\":[{\"Size\":-1,\"Encrypted\":false}]}"},
        {"maybe", "eight", "{\"Volumes\":[{\"Size\":\"eight\",\"Encrypted\":\"maybe\"}]}"},
        {"", "007", "{\"Volumes\":[{\"Size\":\"007\",\"Encrypted\":\"\"}]}"},
        {"1", "9223372036854775808", "{\"Volumes\":[{\"Size\":9223372036854775808,\"Encrypted\":\"1\"}]}"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        (void)good(a, "ec2:DescribeVolumes", arena_cstr(a, arena_printf(a, form, rows[i].flag, rows[i].size)), rows[i].want);
    arena_free(a);
}

static void blobs_stay_base64(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    (void)good(a, "iam:GetCredentialReport",
               "<GetCredentialReportResponse><GetCredentialReportResult><Content>dXNlcg==</Content></GetCredentialReportResult></GetCredentialReportResponse>",
               "{\"Content\":\"dXNlcg==\"}");
    arena_free(a);
}

static void maps_of_xml_and_json(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    static const char form[] = "<GetTopicAttributesResponse><GetTopicAttributesResult><Attributes>%s</Attributes></GetTopicAttributesResult></GetTopicAttributesResponse>";
    struct str two = arena_printf(a, form, "<entry><key>b</key><value>1</value></entry><entry><key>a</key><value/></entry>");
    (void)good(a, "sns:GetTopicAttributes", arena_cstr(a, two), "{\"Attributes\":{\"b\":\"1\",\"a\":\"\"}}");
    (void)good(a, "sns:GetTopicAttributes", arena_cstr(a, arena_printf(a, form, "")), "{\"Attributes\":{}}");
    refused(a, "sns:GetTopicAttributes", arena_cstr(a, arena_printf(a, form, "<entry><value>1</value></entry>")), "without key or value");
    refused(a, "sns:GetTopicAttributes", arena_cstr(a, arena_printf(a, form, "<entry><key>a</key></entry>")), "without key or value");
    two = arena_printf(a, form, "<entry><key>a</key><value>1</value></entry><entry><key>a</key><value>2</value></entry>");
    refused(a, "sns:GetTopicAttributes", arena_cstr(a, two), "key that is there twice");
    (void)good(a, "sqs:GetQueueAttributes", "{\"Attributes\":{\"b\":\"1\",\"a\":\"2\"}}", "{\"Attributes\":{\"b\":\"1\",\"a\":\"2\"}}");
    refused(a, "sqs:GetQueueAttributes", "{\"Attributes\":[]}", "another type");
    refused(a, "sqs:GetQueueAttributes", "{\"Attributes\":{\"a\":\"1\",\"a\":\"2\"}}", "");
    arena_free(a);
}

static void lists_nested_flattened_and_empty(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    (void)good(a, "ec2:DescribeVpcs", "<DescribeVpcsResponse><vpcSet/></DescribeVpcsResponse>", "{\"Vpcs\":[]}");
    (void)good(a, "ec2:DescribeVpcs", "<DescribeVpcsResponse><requestId>r</requestId></DescribeVpcsResponse>", "{}");
    (void)good(a, "s3:GetBucketCors",
               "<CORSConfiguration><CORSRule><AllowedMethod>GET</AllowedMethod><ID>1</ID><AllowedMethod>PUT</AllowedMethod></CORSRule>"
               "<CORSRule/></CORSConfiguration>",
               "{\"CORSRules\":[{\"ID\":\"1\",\"AllowedMethods\":[\"GET\",\"PUT\"]},{}]}");
    (void)good(a, "s3:GetBucketCors", "<CORSConfiguration/>", "{}");
    (void)good(a, "kms:ListKeys", "{\"Keys\":[]}", "{\"Keys\":[]}");
    (void)good(a, "kms:ListKeys", "{}", "{}");
    refused(a, "kms:ListKeys", "{\"Keys\":{}}", "another type");
    refused(a, "kms:ListKeys", "{\"Keys\":[1]}", "no object");
    refused(a, "kms:ListKeys", "[]", "no object");
    arena_free(a);
}

static void a_value_that_is_there_twice_is_refused(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    refused(a, "s3:GetBucketAcl",
            "<AccessControlPolicy><AccessControlList><Grant><Permission>READ</Permission><Permission>WRITE_ACP</Permission></Grant>"
            "</AccessControlList></AccessControlPolicy>",
            "<Permission> is there twice");
    refused(a, "ec2:DescribeVpcs", "<DescribeVpcsResponse><vpcSet/><vpcSet><item/></vpcSet></DescribeVpcsResponse>", "<vpcSet> is there twice");
    refused(a, "ec2:DescribeVpcs", "<DescribeVpcsResponse><vpcSet><item><vpcId><a/></vpcId></item></vpcSet></DescribeVpcsResponse>", "where the model has a value");
    arena_free(a);
}

static void attributes_headers_and_status(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    (void)good(a, "s3:GetBucketAcl",
               "<AccessControlPolicy><AccessControlList><Grant><Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"Group\">"
               "<URI>u</URI></Grantee></Grant></AccessControlList></AccessControlPolicy>",
               "{\"Grants\":[{\"Grantee\":{\"Type\":\"Group\",\"URI\":\"u\"}}]}");
    struct aws_answer out = read_body(a, "cloudfront:GetDistributionConfig", "Server: x\r\neTag:  E1 \r\n",
                                      "<DistributionConfig><Comment>c</Comment></DistributionConfig>");
    expect_str(written(a, out.json), "{\"ETag\":\"E1\",\"DistributionConfig\":{\"Comment\":\"c\"}}");
    out = read_body(a, "quicksight:DescribeAccountSettings", "x-amzn-requestid: R\r\n", "{\"RequestId\":\"R\"}");
    expect_str(written(a, out.json), "{\"Status\":200,\"RequestId\":\"R\"}");
    expect_str(out.request_id, "R");
    arena_free(a);
}

static void what_the_model_does_not_know_is_kept(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    (void)good(a, "kms:ListKeys", "{\"New\":{\"a\":[1,null,\"x\"]},\"Keys\":[{\"KeyId\":\"k\",\"Later\":true,\"Gone\":null}],\"__type\":\"T\"}",
               "{\"Keys\":[{\"KeyId\":\"k\",\"Later\":true}],\"New\":{\"a\":[1,null,\"x\"]}}");
    (void)good(a, "ec2:DescribeVpcs",
               "<DescribeVpcsResponse><vpcSet><item><one>1</one><vpcId>v</vpcId><set><item>a</item><item><b>c</b></item></set><rep>1</rep>"
               "<rep><x>2</x></rep><rep><item>3</item></rep><obj><k>v</k><k/><item>i</item></obj></item></vpcSet></DescribeVpcsResponse>",
               "{\"Vpcs\":[{\"VpcId\":\"v\",\"one\":\"1\",\"set\":[\"a\",{\"b\":\"c\"}],\"rep\":[\"1\",{\"x\":\"2\"},[\"3\"]],"
               "\"obj\":{\"k\":[\"v\",\"\"],\"item\":\"i\"}}]}");
    arena_free(a);
}

static void null_members_are_dropped(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    (void)good(a, "kms:ListKeys", "{\"Keys\":[{\"KeyId\":null,\"KeyArn\":\"a\"},null],\"NextMarker\":null,\"Truncated\":null}",
               "{\"Keys\":[{\"KeyArn\":\"a\"},null]}");
    arena_free(a);
}

static void somebody_elses_answer_is_refused(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    refused(a, "ec2:DescribeVpcs", "<DescribeSubnetsResponse><subnetSet/></DescribeSubnetsResponse>", "unexpected <DescribeSubnetsResponse>");
    refused(a, "ec2:DescribeVpcs", "{\"Vpcs\":[]}", "speaks XML");
    refused(a, "kms:ListKeys", "<Keys/>", "unexpected <Keys>");
    refused(a, "kms:ListKeys", "{\"message\":\"hello\"}", "nothing of ListKeys");
    refused(a, "iam:ListRoles", "<ListRolesResponse><Roles/></ListRolesResponse>", "unexpected <ListRolesResponse>");
    refused(a, "s3:GetBucketPolicyStatus", "<ListBucketResult><Name>b</Name></ListBucketResult>", "nothing of GetBucketPolicyStatus");
    refused(a, "s3:GetBucketVersioning", "<ListBucketResult><Name>b</Name></ListBucketResult>", "nothing of GetBucketVersioning");
    arena_free(a);
}

static void no_bytes_are_no_answer(void **state)
{
    (void)state;
    static const char *const ops[] = {"s3:GetBucketNotificationConfiguration", "s3:GetBucketVersioning", "ec2:DescribeVpcs", "iam:ListRoles", "kms:ListKeys",
                                      "sqs:ListQueues", "lambda:ListFunctions"};
    struct arena *a = arena_new(0);
    for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
        refused(a, ops[i], "", "an empty body");
        refused(a, ops[i], " \r\n", "an empty body");
    }
    (void)good(a, "s3:GetBucketNotificationConfiguration", "<NotificationConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"/>", "{}");
    (void)good(a, "s3:GetBucketVersioning", "<VersioningConfiguration/>", "{}");
    (void)good(a, "s3:GetBucketLogging", "<BucketLoggingStatus/>", "{}");
    arena_free(a);
}

/* --- pages */

static void page(struct arena *a, const char *op, const char *body, const char *json, const char *token, bool truncated)
{
    struct aws_answer out = good(a, op, body, json);
    expect_str(out.page_token, token);
    assert_int_equal(out.truncated, truncated);
}

static void tokens_are_taken_out(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    page(a, "ec2:DescribeVpcs", "<DescribeVpcsResponse><vpcSet/><nextToken>t+/=</nextToken></DescribeVpcsResponse>", "{\"Vpcs\":[]}", "t+/=", false);
    page(a, "ec2:DescribeVpcs", "<DescribeVpcsResponse><vpcSet/><nextToken/></DescribeVpcsResponse>", "{\"Vpcs\":[]}", "", false);
    page(a, "kms:ListKeys", "{\"Keys\":[],\"NextMarker\":\"n\",\"Truncated\":true}", "{\"Keys\":[]}", "n", false);
    page(a, "kms:ListKeys", "{\"Keys\":[],\"NextMarker\":\"n\",\"Truncated\":false}", "{\"Keys\":[]}", "", false);
    page(a, "kms:ListKeys", "{\"Keys\":[],\"Truncated\":true}", "{\"Keys\":[]}", "", true);
    page(a, "kms:ListKeys", "{\"Keys\":[],\"NextMarker\":\"\",\"Truncated\":\"perhaps\"}", "{\"Keys\":[]}", "", true);
    page(a, "cloudfront:ListDistributions",
         "<DistributionList><Marker/><NextMarker>n</NextMarker><IsTruncated>true</IsTruncated><Quantity>1</Quantity></DistributionList>",
         "{\"DistributionList\":{\"Marker\":\"\",\"Quantity\":1}}", "n", false);
    page(a, "iam:ListRoles", "<ListRolesResponse><ListRolesResult><Roles/><IsTruncated>true</IsTruncated><Marker>m</Marker></ListRolesResult></ListRolesResponse>",
         "{\"Roles\":[]}", "m", false);
    arena_free(a);
}

static void a_token_of_several_parts_is_an_array(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    page(a, "route53:ListResourceRecordSets",
         "<ListResourceRecordSetsResponse><ResourceRecordSets/><IsTruncated>true</IsTruncated><NextRecordName>n.</NextRecordName>"
         "<NextRecordType>A</NextRecordType><MaxItems>1</MaxItems></ListResourceRecordSetsResponse>",
         "{\"ResourceRecordSets\":[],\"MaxItems\":\"1\"}", "[\"n.\",\"A\",null]", false);
    page(a, "route53:ListResourceRecordSets",
         "<ListResourceRecordSetsResponse><ResourceRecordSets/><IsTruncated>false</IsTruncated></ListResourceRecordSetsResponse>",
         "{\"ResourceRecordSets\":[]}", "", false);
    page(a, "route53:ListResourceRecordSets",
         "<ListResourceRecordSetsResponse><ResourceRecordSets/><IsTruncated>true</IsTruncated></ListResourceRecordSetsResponse>",
         "{\"ResourceRecordSets\":[]}", "", true);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recorded_answers_read_as_the_cli_prints_them),
        cmocka_unit_test(a_cut_body_is_never_an_answer),
        cmocka_unit_test(policy_documents_of_iam_are_objects),
        cmocka_unit_test(a_template_is_an_object_when_it_is_json),
        cmocka_unit_test(the_place_of_a_bucket),
        cmocka_unit_test(a_bucket_policy_stays_text),
        cmocka_unit_test(timestamps_in_every_form),
        cmocka_unit_test(scalars_of_xml),
        cmocka_unit_test(blobs_stay_base64),
        cmocka_unit_test(maps_of_xml_and_json),
        cmocka_unit_test(lists_nested_flattened_and_empty),
        cmocka_unit_test(a_value_that_is_there_twice_is_refused),
        cmocka_unit_test(attributes_headers_and_status),
        cmocka_unit_test(what_the_model_does_not_know_is_kept),
        cmocka_unit_test(null_members_are_dropped),
        cmocka_unit_test(somebody_elses_answer_is_refused),
        cmocka_unit_test(no_bytes_are_no_answer),
        cmocka_unit_test(tokens_are_taken_out),
        cmocka_unit_test(a_token_of_several_parts_is_an_array),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
