/*
 * collect/bundle_line.h: one line of a bundle's calls.jsonl, or of a packed bundle. Pure.
 *
 * A bundle, version 1. As a folder:
 *   calls.jsonl                                        the lines below, each call with its "file"
 *   ACCOUNT/REGION/SERVICE-OPERATION.json              a call without parameters: what the AWS CLI prints
 *   ACCOUNT/REGION/SERVICE-OPERATION/VALUE[/...].json  a call made for one thing: the values of the
 *       parameters, percent-encoded (RFC 3986, 2.1), in the order of the operation's parameters;
 *       "=HASH.json" where values do not fit a name (only calls.jsonl tells them)
 * calls.jsonl may be missing (dumps made by hand): then each file is a call that went well.
 * Packed it is one .jsonl or .jsonl.gz file: the same lines, each call with its "answer".
 *
 * One JSON object a line:
 *   {"run":{"bundle":1,"clock":TIME,"tool":VERSION,"caller":ARN,"scope":OBJECT}}        first, if there
 *   {"account":{"account":ID,"name":..,"role":ARN,"reached":BOOL,"reason":..}}
 *   {"region":{"account":ID,"region":..,"state":"enabled|disabled|unknown","wanted":BOOL,"reason":..}}
 *   {"account":ID,"region":..,"service":"ec2","operation":"DescribeInstances","params":OBJECT,
 *    "status":.., "http":N,"code":..,"message":..,"missing_action":..,"request_id":..,"pages":N,"rows":N,
 *    "attempts":N,"ms":N,"at":TIME,"source":"aws|endpoint|stub|import","file":PATH | "answer":JSON}
 * Of a call, account, region, service, operation and status must be there. TIME is RFC 3339. Members
 * that are not listed are ignored. A call that is in no line and no file was not made: unknown.
 */
#ifndef WARD_COLLECT_BUNDLE_LINE_H
#define WARD_COLLECT_BUNDLE_LINE_H

#include "codec/json.h"
#include "collect/ingest.h"

enum { BUNDLE_VERSION = 1, BUNDLE_ANSWER_MAX_BYTES = 256 << 20, BUNDLE_LINE_MAX_BYTES = BUNDLE_ANSWER_MAX_BYTES + (1 << 20) };

enum bundle_kind { BUNDLE_RUN, BUNDLE_ACCOUNT, BUNDLE_REGION, BUNDLE_CALL };

struct bundle_line {
    enum bundle_kind kind;
    struct str account, region; /* of an account, a region, a call */
    struct str reason;          /* account and region */
    /* run */
    bool has_clock;
    int64_t clock_us;
    struct str tool, caller;
    const struct json *scope; /* NULL = none */
    /* account */
    struct str name, role;
    bool reached;
    /* region */
    struct str state;
    bool wanted;
    /* call */
    struct str op;               /* "ec2:DescribeInstances" */
    const struct json *params;   /* object or NULL */
    struct call_end end;         /* at_us only when has_at */
    bool has_at;
    int64_t rows;
    struct str file;
    struct json *answer;
};

/* Reads a line; everything lives in `a` or `text`. ERR_PARSE or ERR_LIMIT. */
bool bundle_line_parse(struct arena *a, struct str text, struct bundle_line *out, struct err *e) WARN_UNUSED;
/* Writes it without a line end. `answer_text`, if its ptr is not NULL, is JSON that goes in as "answer". */
void bundle_line_write(struct buf *out, const struct bundle_line *line, struct str answer_text);
/* Of an account or a region: 1 to 64 of A-Z a-z 0-9 _ -, so that it is a safe name of a folder. */
bool bundle_name_ok(struct str s);

#endif
