/*
 * report/model.h: what one evaluation says, read once from the store for all the writers.
 *
 * Place in the flow: control -> REPORT. Reads result tables only; decides no verdict. Findings are
 * not held here: there may be hundreds of thousands, so each writer walks them with
 * report_findings(), worst first.
 *
 * Nothing here says that a citation is met: evidence supports it, contradicts it, is not enough, or
 * a document is needed.
 */
#ifndef WARD_REPORT_MODEL_H
#define WARD_REPORT_MODEL_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "control/control.h"
#include "store/store.h"

/* CONTROL_UNKNOWN and CONTROL_CRITICAL for a word that is none: never the milder reading. */
enum control_verdict report_verdict(struct str name);
enum control_severity report_severity(struct str name);

struct report_citation {
    struct str section, title, kind, state, detail;
};

struct report_control {
    struct str id, title, severity, citations_json, verdict, remedy, reason;
    int64_t pass, fail, unknown, waived;
};

struct report_account {
    struct str account, name, role, reason;
    bool reached;
};

struct report_region {
    struct str account, region, state, reason;
    bool wanted;
};

/* Calls that did not end well, grouped. */
struct report_gap {
    struct str account, op, status, code, missing_action, message, regions; /* regions: comma-separated */
    int64_t count;
};

/* What was found of one type. */
struct report_type {
    struct str type;
    int64_t count, unassigned, phi; /* unassigned, phi: -1 = not counted in this evaluation */
};

struct report_model {
    struct str proof_html; /* the section of the proof (report/map.h), already HTML; {NULL,0}: none */
    struct store *store;
    int64_t run, evaluation;
    int64_t as_of_us, started_us, clock_us;
    struct str run_kind, run_status, run_source, caller_arn, tool_version, run_tool_version, company;
    struct str config_sha256, controls_sha256, summary_json;
    int64_t counts[CONTROL_VERDICTS][CONTROL_SEVERITIES], totals[CONTROL_VERDICTS];
    int64_t calls, calls_good, calls_denied, calls_stub, pages;
    int64_t resources; /* the customer's things; where the evaluation did not count them, all that was collected */
    int64_t unassigned, phi_stores; /* -1 = not counted in this evaluation */
    struct report_citation *citations;
    size_t citation_count;
    struct report_control *controls;
    size_t control_count;
    struct report_account *accounts;
    size_t account_count;
    struct report_region *regions;
    size_t region_count, regions_wanted; /* distinct wanted region names */
    struct report_gap *gaps;
    size_t gap_count;
    struct report_type *types;
    size_t type_count;
};

/* Reads evaluation `evaluation` (0 = the newest of run `run`; run 0 = the newest run that has one).
 * ERR_NO_DATA when there is none. All strings live in `a`. */
bool report_model_load(struct store *s, struct arena *a, int64_t run, int64_t evaluation, struct report_model *m,
                       struct err *e) WARN_UNUSED;

struct report_finding {
    struct str id, control, account, region, type, resource, name, sub, tenant, reason, evidence, waiver;
    enum control_verdict verdict;
    enum control_severity severity;
};

/* Walks the findings of the evaluation: fail, unknown, waived, and with `passed_too` pass and
 * not-applicable; in each by severity, control, account, region, resource, sub. The finding is valid during the call only. */
typedef bool report_finding_fn(void *user, const struct report_finding *f, struct err *e);
bool report_findings(const struct report_model *m, bool passed_too, report_finding_fn *fn, void *user, struct err *e) WARN_UNUSED;

/* Where the writers put their bytes. */
struct report_sink {
    bool (*write)(void *user, struct str chunk, struct err *e);
    void *user;
};
/* Hands the buffer on once it holds `at_least` bytes, and empties it. ERR_LIMIT when more was written to it than it may hold: a
 * report is never cut short without a word. */
bool report_flush(struct report_sink *sink, struct buf *b, size_t at_least, struct err *e) WARN_UNUSED;

/* The exit status of design section 2: 1 violation, 3 incomplete, 0 good.
 * `fail_on` NULL = any fail; a severity = that or worse. */
int report_exit_status(const struct report_model *m, const enum control_severity *fail_on);

#endif
