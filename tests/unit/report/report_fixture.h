/* A store with one run and one evaluation, filled with made-up findings. */
#ifndef WARD_TESTS_REPORT_FIXTURE_H
#define WARD_TESTS_REPORT_FIXTURE_H

#include "harness.h"

#include "base/buf.h"
#include "report/model.h"

static bool to_buf(void *user, struct str chunk, struct err *e)
{
    (void)e;
    buf_add(user, chunk);
    return true;
}

static struct store *fixture_store(struct err *e)
{
    struct store *s = store_open(":memory:", STORE_WRITE | STORE_CREATE, e);
    expect_ok(s, e);
    expect_ok(store_exec(s,
        "INSERT INTO run (id, kind, status, started_us, clock_us, tool_version, caller_arn, scope) VALUES"
        " (1, 'collect', 'complete', 1767225600000000, 1767225660000000, '0.1.0', 'arn:aws:iam::111111111111:user/a<b', '{}');"
        "INSERT INTO run_account (run, account, name, reached) VALUES (1, '111111111111', 'prod', 1);"
        "INSERT INTO run_region (run, account, region, state, wanted) VALUES (1, '111111111111', 'us-east-1', 'enabled', 1);"
        "INSERT INTO call (id, run, account, region, op, params, parent, status, code, missing_action, message, at_us, source) VALUES"
        " (1, 1, '111111111111', 'us-east-1', 's3:ListBuckets', '{}', '', 'ok', NULL, NULL, NULL, 1767225600000000, 'aws'),"
        " (2, 1, '111111111111', 'us-east-1', 's3:GetBucketPolicy', '{\"Bucket\":\"b\"}', 'b', 'denied', 'AccessDenied', 's3:GetBucketPolicy', 'no <script>', 1767225600000000, 'stub');"
        "INSERT INTO evaluation (id, run, at_us, as_of_us, tool_version, config_sha256, controls_sha256, summary) VALUES"
        " (1, 1, 1767225660000000, 1767225660000000, '0.1.0', 'c', 'd', '{\"unassigned\":2,\"phi_stores\":3,\"company\":\"Clinic & <Co>\"}');"
        "INSERT INTO control_result VALUES (1, 's3-tls-only', 'Bucket refuses plain HTTP', 'high', '[\"164.312(e)(1)\"]', 'fail', 1, 1, 1, 0, 'Add a deny', NULL);"
        "INSERT INTO citation_result VALUES (1, '164.312(e)(1)', 1, 'Transmission security', 'standard', 'contradicted', '1 fail');", e), e);
    return s;
}

static void fixture_finding(struct store *s, const char *id, const char *control, const char *resource, const char *verdict,
                            const char *severity, const char *reason, struct err *e)
{
    struct query *q = query_new(s, "INSERT INTO finding (evaluation, id, control, account, region, type, resource, name, sub, tenant, verdict, severity, reason, evidence)"
                                   " VALUES (1, ?1, ?2, '111111111111', 'us-east-1', 'AWS::S3::Bucket', ?3, NULL, '', NULL, ?4, ?5, ?6, '[1,2]')", e);
    expect_ok(q, e);
    const char *const values[] = {id, control, resource, verdict, severity, reason};
    for (int i = 0; i < 6; i++)
        query_bind_strz(q, i + 1, values[i]);
    expect_ok(query_run(q), e);
    expect_ok(query_done(q), e);
}

#endif
