/*
 * tests/stub/stub.h: ward-stub, an HTTP server that answers as AWS does, or fails as AWS does.
 *
 * What it is: one process on loopback, epoll, keep-alive. A request is known by its service (the fourth
 * part of the credential scope), operation (X-Amz-Target, Action=, or method and path by routes.tsv),
 * account and region. The account is what `x-moto-account-id` says, or what an AssumeRole answer that went
 * through here gave the key, or twelve digits inside the access key id ("AKIA111111111111WARD"), or the
 * default.
 * What it is not: AWS. It checks no signature and keeps no state beyond its rules' counters.
 *
 * Every answer of its own carries `x-ward-stub: 1`. What it does with a request, first that applies:
 *   1. a fault rule       (--rules FILE)
 *   2. a canned answer    (--answers FILE, in order of the files and their blocks)
 *   3. forwards it        (--forward PORT on loopback; with --fill, an HTML answer, which is moto's way to say
 *                          "not implemented", is replaced by 4)
 *   4. the operation's valid empty answer (routes.tsv, or an empty shell for the protocol)
 *
 * Rules, a line each, '#' comments; `*` and `?` as in globs:
 *   SERVICE OPERATION ACCOUNT REGION CALLS FAULT
 * CALLS counts the requests that fit the first four: `*`, `N`, `N-M`, `N-` (from the nth on).
 * FAULT: denied | scp-denied | throttled | error500 | expired | error=STATUS:CODE | timeout | cut | html |
 *   ok-with-error | page2 (500 when the request carries a page token) | repeat (the next token is the
 *   request's own) | close (closes after the answer without a word) | die (closes unanswered when the
 *   connection was used before) | drip (20 bytes every 50 ms) | latency=MS
 * `latency`, `repeat`, `close` and `drip` shape the answer that 2 to 4 give; the others replace it.
 *
 * Answers, blocks of lines:
 *   answer SERVICE OPERATION [account=GLOB] [region=GLOB] [when=TEXT] [list=COUNT/PAGE]
 *   status 404                      (default 200)
 *   type text/xml                   (default by the first byte of the body)
 *   body
 *   ... up to a line with a dot alone
 * `when` must occur in the request's "METHOD TARGET BODY"; it stands last, up to the end of the line. In a body
 * @ACCOUNT@ @REGION@ @NOW@ @LATER@ (an hour ahead) @ARN_ACCOUNT@ (of an ARN in the request) are replaced.
 * With list=, the body is head, "--item--", item, "--more--", tail with @NEXT@, "--tail--", last tail; @N@ and
 * @X@ (17 hex digits) number the items, @SEP@ is "," but for a page's first.
 */
#ifndef WARD_TESTS_STUB_H
#define WARD_TESTS_STUB_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

enum wire { WIRE_JSON, WIRE_QUERY, WIRE_EC2, WIRE_REST_JSON, WIRE_REST_XML };

enum { HEAD_MAX = 64 * 1024, BODY_MAX = 4 * 1024 * 1024, ANSWER_MAX = 256 * 1024 * 1024 };
#define PAGE_TOKEN "ward-page-"

/* ---- request.c */
struct request {
    struct str method, target, path, query, headers, body;
    struct str service, operation, region, key, agent; /* len 0 = not known */
    char account[16];
    enum wire wire;
    bool is_signed, paged;
    uint64_t page_from;
    const struct route *route;
};

/* Splits `head` (request line and headers, without the empty line). False when it is no HTTP/1.1. */
bool request_split(struct str head, struct request *q);
struct str request_header(const struct request *q, const char *name);
/* Bytes of body announced; false when the number is malformed or over BODY_MAX. */
bool request_body_size(const struct request *q, size_t *size);

/* ---- routes.c: tests/stub/routes.tsv */
struct route {
    struct str signing_name, service, operation, protocol, method, path, skeleton;
};
struct routes {
    struct route *at;
    size_t count;
};
bool routes_load(struct arena *a, const char *path, struct routes *r, struct err *e) WARN_UNUSED;

/* ---- accounts.c: whose key is it */
struct accounts;
struct accounts *accounts_new(struct arena *a, const char *fallback);
/* Learns keys from an AssumeRole answer. */
void accounts_learn(struct accounts *ac, struct str answer);
void accounts_of(const struct accounts *ac, const struct request *q, char out[16]);

/* Fills service, operation, account, region, wire, page of a request whose body is there. */
void request_identify(struct request *q, const struct routes *r, const struct accounts *ac);

/* ---- answers.c */
struct answers;
struct answers *answers_new(struct arena *a);
bool answers_load(struct answers *as, const char *path, struct err *e) WARN_UNUSED;

struct reply {
    int status;
    const char *type;   /* static or in the answers' arena */
    char header[160];   /* one more header line with CRLF, or "" */
    struct buf body;
};
/* A canned answer; false when none fits. */
bool answers_find(const struct answers *as, const struct request *q, bool repeat_token, struct reply *out);
/* The valid empty answer. */
void answer_empty(const struct request *q, struct reply *out);
/* An error in the protocol's form. */
void answer_error(const struct request *q, int status, const char *code, const char *message, struct reply *out);

/* ---- rules.c */
enum fault {
    FAULT_NONE, FAULT_DENIED, FAULT_SCP, FAULT_THROTTLED, FAULT_500, FAULT_EXPIRED, FAULT_CODE, FAULT_TIMEOUT, FAULT_CUT,
    FAULT_HTML, FAULT_OK_ERROR, FAULT_PAGE2, FAULT_REPEAT, FAULT_CLOSE, FAULT_DIE, FAULT_DRIP, FAULT_LATENCY,
};
struct hit {
    enum fault fault;
    long number; /* status or milliseconds */
    const char *code;
};
struct rules;
struct rules *rules_new(struct arena *a);
bool rules_load(struct rules *r, const char *path, struct err *e) WARN_UNUSED;
/* Counts the request in every rule that it fits; the first rule whose turn it is wins. */
struct hit rules_hit(struct rules *r, const struct request *q);
/* Writes the error that a fault stands for. */
void rules_reply(const struct hit *h, const struct request *q, struct reply *out);
const char *fault_name(enum fault f);

#endif
